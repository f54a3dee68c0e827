#!/bin/bash
# ./dev test mutation: drops each CHECK, UNIQUE, foreign and primary key, unique
# index and trigger of the schemas below in turn, in the test's own database
# (TEST_MUTATION, see cluster.c), and runs the programs that guard the schema. A
# run that stays green means that nothing tests the rule. Needs TEST_DATABASE.
#   mutation.sh BUILD RESULTS [PATTERN of the mutations]
set -u
build=$1 results=$2 pattern=${3:-.}
mkdir -p "$results"
conninfo="$TEST_DATABASE dbname=postgres"

# schema, then the programs that guard it.
guards() {
	case $1 in
	ledger) echo ledger_test ;;
	wallet) echo wallet_test ;;
	*) echo "$1_test" ;;
	esac
}
schemas=${MUTATION_SCHEMAS:-ledger wallet}

# The template is made by the first program that runs.
"$build/tests/money_test" --tap=/dev/null >/dev/null 2>&1
"$build/tests/ledger_test" --filter 'ledger/opens*' --tap=/dev/null >/dev/null 2>&1
template=$(psql -XAtd "$conninfo" -c "select datname from pg_database where datname ~ '^template_[0-9a-f]{16}$'
	order by oid desc limit 1")
[ -n "$template" ] || { echo "Bail out! no template"; exit 1; }

list() {
	psql -XAtF '	' -d "$TEST_DATABASE dbname=$template" -c "
	select n.nspname, 'constraint ' || c.conname || ' of ' || t.relname,
	       format('alter table %I.%I drop constraint %I cascade', n.nspname, t.relname, c.conname)
	  from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
	 where c.contype in ('c', 'u', 'f', 'p', 'x') and n.nspname = '$1'
	union all
	select n.nspname, 'trigger ' || g.tgname || ' of ' || t.relname,
	       format('drop trigger %I on %I.%I', g.tgname, n.nspname, t.relname)
	  from pg_trigger g join pg_class t on t.oid = g.tgrelid join pg_namespace n on n.oid = t.relnamespace
	 where not g.tgisinternal and n.nspname = '$1' and g.tgname <> 'touch'
	union all
	select n.nspname, 'index ' || i.relname, format('drop index %I.%I', n.nspname, i.relname)
	  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
	 where x.indisunique and n.nspname = '$1'
	   and not exists (select from pg_constraint c where c.conindid = i.oid)
	 order by 1, 2"
}

n=0 bad=0
for schema in $schemas; do
	while IFS='	' read -r _ what sql; do
		[[ $what =~ $pattern ]] || continue
		n=$((n + 1)) red=
		for program in $(guards "$schema"); do
			[ -x "$build/tests/$program" ] || continue
			# The refusals come first: most mutants are found there.
			for filter in "${schema}_refusal/*" '*'; do
				if [ "$filter" = '*' ] && [ -n "${MUTATION_QUICK-}" ]; then continue; fi
				TEST_MUTATION=$sql timeout 200 "$build/tests/$program" --filter "$filter" \
					--tap="$results/$n.tap" >/dev/null 2>&1 || { red=$program; break 2; }
			done
		done
		if [ -n "$red" ]; then
			echo "ok $n - without $what $red is red"
		else
			echo "not ok $n - without $what every test stays green ($sql)"
			bad=$((bad + 1))
		fi
	done < <(list "$schema")
done
echo "1..$n"
[ $bad -eq 0 ]
