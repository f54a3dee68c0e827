#!/bin/bash
# ./dev test mutation: drops each CHECK, UNIQUE, foreign and primary key, exclusion,
# NOT NULL, unique index, trigger and policy of the money schemas in turn, in the test's
# own database (TEST_MUTATION, see cluster.c), and looks for a red test: rules of a table
# in their example (refusal_test), policies in the rows they show (visibility_test),
# then both in the programs that guard the schema. A run that stays green means that
# nothing tests the rule: it fails. Needs TEST_DATABASE.
#   mutation.sh BUILD RESULTS [PATTERN of the mutations]
# MUTATION_SCHEMAS names fewer schemas, MUTATION_PATTERN fewer mutations ("policy",
# "trigger", "of txn$"), so that a run can be had in pieces; MUTATION_JOBS: at once.
set -u
build=$1 results=$2 pattern=${3:-${MUTATION_PATTERN:-.}}
mkdir -p "$results"
conninfo="$TEST_DATABASE dbname=postgres"
schemas=${MUTATION_SCHEMAS:-ledger wallet payment marketplace receipt}
export build results

# Programs that guard a schema and what of them, what most likely notices first.
guards() {
	case $1 in
	ledger) echo 'ledger_test=ledger_refusal/* ledger_test=ledger/* wallet_test=*' ;;
	marketplace) echo 'marketplace_review_test=* marketplace_test=*' ;;
	payment) echo 'payment_test=* payment_admin_test=* payment_stripe_test=*' ;;
	receipt) echo 'receipt_test=* marketplace_test=*' ;;
	wallet) echo 'wallet_test=*' ;;
	esac
}

# status PROGRAM FILTER: 0 green, 1 red; anything else is no answer.
status() {
	timeout 200 "$build/tests/$1" --filter "$2" --tap="$results/$n.tap" >/dev/null 2>&1
}

# Prints the program that turned red; fails when all stay green.
noticed() {
	local guard
	case $what in
	trigger\ touch*) guard='refusal_test=refusal/a_change*' ;;
	trigger*) guard='refusal_test=refusal/what*' ;;
	policy*) guard='visibility_test=*' ;;
	not\ null*) guard='refusal_test=refusal/columns*' ;;
	*) guard='refusal_test=refusal/every*' ;;
	esac
	for guard in "$guard" $(guards "$schema"); do
		[ -x "$build/tests/${guard%%=*}" ] || continue
		status "${guard%%=*}" "${guard#*=}"
		[ $? -ne 1 ] || { echo "${guard%%=*}"; return 0; }
	done
	return 1
}

# One mutant: NUMBER SCHEMA WHAT TABLE RULE SQL, between tabs, "-" for nothing.
if [ "${MUTANT-}" ]; then
	IFS='	' read -r n schema what table rule sql <<<"$MUTANT"
	export TEST_MUTATION=$sql
	[ "$table" = - ] || export REFUSAL_ONLY="$table	$rule"
	[[ $what != policy* ]] || export VISIBILITY_ONLY=$schema.${what##* of }
	set -f
	if red=$(noticed); then
		echo "ok $n - $schema without $what: $red is red"
		rm -f "$results/$n.tap"
	else
		echo "not ok $n - $schema without $what: every test stays green ($sql)"
	fi
	exit 0
fi

# The template is made by the first program that runs. What is red without a mutation
# notices nothing; it is asked again at the end.
sane() {
	local program
	for program in refusal_test visibility_test; do
		"$build/tests/$program" --tap="$results/$program.tap" >/dev/null 2>&1 ||
			{ echo "Bail out! $program is red without a mutation"; exit 1; }
	done
}
sane
template=$(psql -XAtd "$conninfo" -c "select datname from pg_database where datname ~ '^template_[0-9a-f]{16}$'
	order by oid desc limit 1")
[ -n "$template" ] || { echo "Bail out! no template"; exit 1; }

list() {
	psql -XAtF '	' -d "$TEST_DATABASE dbname=$template" -c "
	select '$1', 'constraint ' || c.conname || ' of ' || t.relname, c.conrelid::regclass, c.conname,
	       format('alter table %I.%I drop constraint %I cascade', n.nspname, t.relname, c.conname)
	  from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
	 where c.contype in ('c', 'u', 'f', 'p', 'x') and n.nspname = '$1'
	union all
	select '$1', 'index ' || i.relname || ' of ' || t.relname, x.indrelid::regclass, i.relname,
	       format('drop index %I.%I', n.nspname, i.relname)
	  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
	  join pg_namespace n on n.oid = i.relnamespace
	 where x.indisunique and n.nspname = '$1'
	   and not exists (select from pg_constraint c where c.conindid = i.oid)
	union all
	select '$1', 'not null ' || a.attname || ' of ' || t.relname, t.oid::regclass, a.attname,
	       format('alter table %I.%I alter column %I drop not null', n.nspname, t.relname, a.attname)
	  from pg_attribute a join pg_class t on t.oid = a.attrelid join pg_namespace n on n.oid = t.relnamespace
	 where a.attnotnull and a.attnum > 0 and a.attidentity = '' and a.attgenerated = '' and t.relkind = 'r'
	   and n.nspname = '$1'
	   and not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and a.attnum = any (i.indkey))
	union all
	select '$1', 'trigger ' || g.tgname || ' of ' || t.relname, null, '-',
	       format('drop trigger %I on %I.%I', g.tgname, n.nspname, t.relname)
	  from pg_trigger g join pg_class t on t.oid = g.tgrelid join pg_namespace n on n.oid = t.relnamespace
	 where not g.tgisinternal and n.nspname = '$1'
	union all
	select '$1', 'policy ' || p.polname || ' of ' || t.relname, null, '-',
	       format('drop policy %I on %I.%I', p.polname, n.nspname, t.relname)
	  from pg_policy p join pg_class t on t.oid = p.polrelid join pg_namespace n on n.oid = t.relnamespace
	 where n.nspname = '$1'
	 order by 2" -P null=-
}

for schema in $schemas; do list "$schema"; done | awk -F '\t' -v pattern="$pattern" \
	'$2 ~ pattern { print ++n "\t" $0 }' >"$results/mutants"
count=$(wc -l <"$results/mutants")
[ "$count" -gt 0 ] || { echo "Bail out! no mutant"; exit 1; }

# A mutation that cannot be made would turn everything red.
awk -F '\t' '{ print "begin;", $6 ";", "rollback;" }' "$results/mutants" >"$results/mutants.sql"
psql -Xqd "$conninfo" -c "create database mutants template $template" 2>"$results/mutants.err" &&
	psql -Xqd "$TEST_DATABASE dbname=mutants" -v ON_ERROR_STOP=1 -f "$results/mutants.sql" >"$results/mutants.err" 2>&1 ||
	{ echo "Bail out! a mutation cannot be made: $(grep ERROR "$results/mutants.err")"; exit 1; }
psql -Xqd "$conninfo" -c "drop database mutants"

tr '\n' '\0' <"$results/mutants" |
	xargs -0 -P "${MUTATION_JOBS:-$(nproc)}" -I '{}' env MUTANT='{}' bash "$0" "$build" "$results" |
	tee "$results/mutants.out"
bad=$(grep -c '^not ok' "$results/mutants.out")
killed=$(grep -c '^ok' "$results/mutants.out")
sane
echo "1..$count"
echo "# $count mutants: $killed killed, $bad survived"
[ "$bad" -eq 0 ] && [ "$killed" -eq "$count" ]
