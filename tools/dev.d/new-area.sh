# shellcheck shell=bash
# ./dev new-area NAME: an area with one page, one table and one passing test, from
# tools/skeleton/. What it writes is yours to change.

cmd_new_area() {
	local name=${1:-} number role
	case $name in
	'' | *[!a-z]*) die "usage: ./dev new-area NAME" "NAME: a singular noun, lower case letters only" ;;
	esac
	case $name in
	host | domain | static | api | protected | test | public | ext)
		die "'$name' is taken." ;;
	esac
	[ ! -e "$root/handlers/$name" ] || die "handlers/$name is there already."
	grep -qs "create schema $name;" "$root"/sql/*.sql && die "the schema $name is there already."
	# The highest number and one more, decimal in spite of the leading zeros.
	number=$(find "$root/sql" -name '[0-9][0-9][0-9][0-9]_*.sql' -printf '%f\n' | cut -c1-4 | sort | tail -n 1)
	number=$(printf '%04d' $((10#${number:-0} + 1)))
	mkdir -p "$root/handlers/$name" "$root/templates/$name"
	area_write area.c.in "handlers/$name/$name.c"
	area_write area.sql.in "handlers/$name/$name.sql"
	area_write local.mk.in "handlers/$name/local.mk"
	area_write index.cs.in "templates/$name/index.cs"
	area_write migration.sql.in "sql/${number}_$name.sql"
	area_write area_test.c.in "tests/${name}_test.c"
	sed "s/@NAME@/$name/g" "$root/tools/skeleton/messages.in" >>"$root/messages/en-ZA.msg"
	note "messages/en-ZA.msg (added)"
	if [ -e "$root/tests/rights.tsv" ]; then
		for role in db_jobs db_slow db_web; do
			printf '%s\t%s.note\tdelete insert select update\n' $role "$name"
		done >>"$root/tests/rights.tsv"
		LC_ALL=C sort -o "$root/tests/rights.tsv" "$root/tests/rights.tsv"
		note "tests/rights.tsv (added)"
	fi
	area_insert Makefile.am '^include $(srcdir)\/handlers\/' after \
		"include \$(srcdir)/handlers/$name/local.mk"
	area_insert tests/local.mk '^TESTS += $(check_PROGRAMS)' before \
		"$(sed "s/@NAME@/$name/g" "$root/tools/skeleton/test.mk.in")"
	say
	say "Now: ./dev test ${name}_test, then ./dev run and look at /$name."
}

area_write() {
	sed "s/@NAME@/$name/g" "$root/tools/skeleton/$1" >"$root/$2" || die "cannot write $2."
	note "$2"
}

# area_insert FILE PATTERN before|after TEXT: at the last line that matches.
area_insert() {
	local file=$root/$1 line
	line=$(grep -n "$2" "$file" | tail -n 1 | cut -d: -f1)
	[ -n "$line" ] || die "$1 has no line like $2."
	{
		if [ "$3" = before ]; then
			head -n $((line - 1)) "$file"
			printf '%s\n\n' "$4"
			tail -n "+$line" "$file"
		else
			head -n "$line" "$file"
			printf '%s\n' "$4"
			tail -n "+$((line + 1))" "$file"
		fi
	} >"$file.tmp" && cat "$file.tmp" >"$file" && rm -f "$file.tmp"
	note "$1 (added)"
}
