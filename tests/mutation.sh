#!/bin/bash
# ./dev test mutation: drops each CHECK, UNIQUE, foreign and primary key, exclusion,
# unique index, trigger and policy of the money schemas in turn, in the test's own
# database (TEST_MUTATION, see cluster.c), and looks for a red test: keys and checks
# in their example (refusal_test), triggers and policies in the programs that guard
# the schema. A run that stays green means that nothing tests the rule. Needs
# TEST_DATABASE.
#   mutation.sh BUILD RESULTS [PATTERN of the mutations]
# MUTATION_SCHEMAS names fewer schemas, MUTATION_PATTERN fewer mutations ("policy",
# "trigger", "of txn$"), so that a long run can be had in pieces.
set -u
build=$1 results=$2 pattern=${3:-${MUTATION_PATTERN:-.}}
mkdir -p "$results"
conninfo="$TEST_DATABASE dbname=postgres"
schemas=${MUTATION_SCHEMAS:-ledger wallet payment marketplace receipt}

# Programs that guard a schema, what most likely notices first.
guards() {
	case $1 in
	ledger) echo ledger_test wallet_test ;;
	marketplace) echo marketplace_test marketplace_review_test ;;
	payment) echo payment_test payment_stripe_test marketplace_test ;;
	receipt) echo receipt_test marketplace_test ;;
	*) echo "$1_test" ;;
	esac
}

# The template is made by the first program that runs.
"$build/tests/refusal_test" --tap=/dev/null >/dev/null 2>&1 || { echo "Bail out! refusal_test is red before any mutation"; exit 1; }
template=$(psql -XAtd "$conninfo" -c "select datname from pg_database where datname ~ '^template_[0-9a-f]{16}$'
	order by oid desc limit 1")
[ -n "$template" ] || { echo "Bail out! no template"; exit 1; }

list() {
	psql -XAtF '	' -d "$TEST_DATABASE dbname=$template" -c "
	select 'constraint ' || c.conname || ' of ' || t.relname, format('%s	%s', c.conrelid::regclass, c.conname),
	       format('alter table %I.%I drop constraint %I cascade', n.nspname, t.relname, c.conname)
	  from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
	 where c.contype in ('c', 'u', 'f', 'p', 'x') and n.nspname = '$1'
	union all
	select 'index ' || i.relname || ' of ' || t.relname, format('%s	%s', x.indrelid::regclass, i.relname),
	       format('drop index %I.%I', n.nspname, i.relname)
	  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
	  join pg_namespace n on n.oid = i.relnamespace
	 where x.indisunique and n.nspname = '$1'
	   and not exists (select from pg_constraint c where c.conindid = i.oid)
	union all
	select 'trigger ' || g.tgname || ' of ' || t.relname, '	',
	       format('drop trigger %I on %I.%I', g.tgname, n.nspname, t.relname)
	  from pg_trigger g join pg_class t on t.oid = g.tgrelid join pg_namespace n on n.oid = t.relnamespace
	 where not g.tgisinternal and n.nspname = '$1' and g.tgname <> 'touch'
	union all
	select 'policy ' || p.polname || ' of ' || t.relname, '	',
	       format('drop policy %I on %I.%I', p.polname, n.nspname, t.relname)
	  from pg_policy p join pg_class t on t.oid = p.polrelid join pg_namespace n on n.oid = t.relnamespace
	 where n.nspname = '$1'
	 order by 1"
}

# green PROGRAM FILTER: nothing of it notices.
green() {
	[ -x "$build/tests/$1" ] || return 0
	TEST_MUTATION=$sql timeout 200 "$build/tests/$1" --filter "$2" --tap="$results/$n.tap" >/dev/null 2>&1
}

# Prints the program that turned red; fails when all stay green.
noticed() {
	local program
	if [ -n "$table" ]; then
		REFUSAL_ONLY="$table	$rule" green refusal_test 'refusal/every*' || { echo refusal_test; return 0; }
	fi
	# The refusals come first: most mutants are found there.
	for program in $(guards "$schema"); do
		green "$program" '*_refusal/*' || { echo "$program"; return 0; }
	done
	[ -z "${MUTATION_QUICK-}" ] || return 1
	for program in $(guards "$schema") schema_test; do
		green "$program" '*' || { echo "$program"; return 0; }
	done
	return 1
}

n=0 bad=0
for schema in $schemas; do
	while IFS='	' read -r what table rule sql; do
		# Without a table the two tabs in between are one separator.
		[ -n "${sql-}" ] || { sql=$table table='' rule=''; }
		[[ $what =~ $pattern ]] || continue
		n=$((n + 1))
		if red=$(noticed); then
			echo "ok $n - $schema without $what: $red is red"
		else
			echo "not ok $n - $schema without $what: every test stays green ($sql)"
			bad=$((bad + 1))
		fi
	done < <(list "$schema")
done
echo "1..$n"
[ $bad -eq 0 ]
