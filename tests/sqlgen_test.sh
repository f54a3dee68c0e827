#!/bin/sh
# The SQL generator: what it writes compiles and means what was declared, and
# each mistake is named with file and line. TAP on standard output.
# shellcheck disable=SC2016 # "$2" names a parameter of SQL
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
failed=0

result() { # status name
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

# refuses NAME LINE PHRASE: the text on standard input is refused there.
refuses() {
	cat > "$work/bad.sql"
	rm -f "$work"/bad.sql.?
	message=$("$here/tools/sqlgen" "$work/bad.sql" 2>&1)
	status=$?
	case $message in
	"$work/bad.sql:$2: "*"$3"*) told=0 ;;
	*) told=1; echo "# got: $message" ;;
	esac
	[ $status -ne 0 ] && [ $told -eq 0 ] && [ ! -e "$work/bad.sql.c" ]
	result $? "$1"
}

cat > "$work/area.sql" <<'SQL'
-- Queries of a test area. Not a query (really): remarks stay remarks.

-- Everything of a shelf.
-- shelf_list(term text?, ids uuid[], least i64?,
--     at time, raw bytes?, yes bool?, size i32, body html, day date?, data json) -> many cached 250ms shelf
--   id uuid, slug text?, price i64, ends_at time?, body html?,
--   tags text[]?, blob bytes, seats i32?, open bool, due date?, extra json
select 'a;b' as "x;y", $tag$ $99; $tag$, E'it\'s; $98', '??' -- $97 ;
     /* $96 ; */ , $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
  from t;

-- shelf_drop(id uuid) -> exec
delete from t where id = $1;

-- shelf_one() -> one
--   n i64
select 1;
SQL
"$here/tools/sqlgen" "$work/area.sql" && mkdir -p "$work/to" &&
    "$here/tools/sqlgen" "$work/area.sql" -o "$work/to" &&
    cmp -s "$work/area.sql.c" "$work/to/area.sql.c" &&
    cmp -s "$work/area.sql.h" "$work/to/area.sql.h"
result $? "writes the two files beside the source or into a folder"

cat > "$work/use.c" <<'C'
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "area.sql.h"

static const char *const *seen;
int64_t db_run(struct db *db, const struct sql_query *q, const char *const *params, void *row, size_t *n)
{ (void)db; (void)q; (void)row; seen = params; if (n) *n = 7; return 1; }
void db_queue(struct db *db, const struct sql_query *q, const char *const *params, void *row, void *n)
{ (void)db; (void)q; (void)params; (void)row; (void)n; }
const char *db_i64(struct db *db, int64_t v) { (void)db; return v == 5 ? "5" : "other"; }
const char *db_time(struct db *db, int64_t v) { (void)db; return v == 9 ? "nine" : "other"; }
const char *db_bytes(struct db *db, struct sql_bytes b) { (void)db; (void)b; return "bytes"; }
const char *db_array(struct db *db, const char *const *i, size_t n) { (void)db; (void)i; (void)n; return "array"; }

static int
one_is_found(void)
{
	struct shelf_one one;

	return sql_shelf_one(NULL, &one);
}

int
main(void)
{
	const struct sql_query *q = &query_shelf_list;
	const struct shelf_list row = { .seats_set = true, .ends_at = 3 };
	const char *const ids[] = { "a", NULL };
	struct shelf_list *rows;
	int64_t least = 5;
	bool yes = false;
	size_t n = sql_shelf_list(NULL, NULL, ids, &least, 9, (struct sql_bytes){ 0 }, &yes, 5,
	    (struct html){ "<p>" }, NULL, "{}", &rows);

	assert(n == 7 && seen);
	assert(q->kind == SQL_MANY && q->n_params == 10 && q->n_columns == 11);
	assert(q->row_size == sizeof row && q->cache_ms == 250 && !strcmp(q->cache_tag, "shelf"));
	assert(q->params[0].nullable && !q->params[1].nullable && q->params[1].type == SQL_UUID_ARRAY);
	assert(!strcmp(q->columns[3].name, "ends_at") && q->columns[3].type == SQL_TIME);
	assert(*(const int64_t *)(const void *)((const char *)&row + q->columns[3].offset) == 3);
	assert(*((const char *)&row + q->columns[7].null_offset) == 1);
	assert(q->columns[1].nullable && q->columns[1].null_offset == 0);
	assert(!strcmp(q->text, "select 'a;b' as \"x;y\", $tag$ $99; $tag$, E'it\\'s; $98', '?" "?'\n"
	    "      , $1, $2, $3, $4, $5, $6, $7, $8, $9, $10\n  from t"));
	assert(query_shelf_drop.kind == SQL_EXEC && query_shelf_drop.n_columns == 0);
	assert(area_queries[0] == q && area_queries[2] == &query_shelf_one && !area_queries[3]);
	assert(one_is_found());
	return 0;
}
C
${CC:-cc} -std=c17 -Wall -Wextra -Wformat=2 -Wshadow -Wvla -Wstrict-prototypes -Wconversion \
    -Wsign-conversion -Werror -I"$here/host" -I"$work" -o "$work/use" "$work/use.c" \
    "$work/area.sql.c" && "$work/use"
result $? "makes descriptors and calls that mean what was declared, without a warning"

[ "$("$here/tools/sqlgen" --list "$work/area.sql" | cut -f2,3 | tr '\t\n' ' ,')" = \
    "shelf_list many,shelf_drop exec,shelf_one one," ]
result $? "lists the queries for the query check"

cat > "$work/like.sql" <<'SQL'
-- box_list() -> many
--   id uuid, title text?
select id, title from box;

-- box_near(id uuid) -> many cached 1s box like box_list
select id, title from box where near = $1;
SQL
"$here/tools/sqlgen" "$work/like.sql" && grep -q 'sql_box_near(.*struct box_list \*\*rows' "$work/like.sql.h" &&
    ! grep -q 'struct box_near' "$work/like.sql.h" "$work/like.sql.c" &&
    ${CC:-cc} -std=c17 -Wall -Wextra -Werror -I"$here/host" -I"$work" -c -o "$work/like.o" "$work/like.sql.c"
result $? "gives two queries of the same columns one struct"

refuses "refuses to be like what is not there" 1 'like "b", which is not declared before it' <<'SQL'
-- a() -> one like b
select 1;
SQL
refuses "names an unknown type" 2 'unknown type "varchar"' <<'SQL'

-- q(a varchar) -> exec
delete from t where a = $1;
SQL
refuses "names an unknown kind" 1 'unknown kind "several"' <<'SQL'
-- q() -> several
select 1;
SQL
refuses "names a parameter that is never used" 1 'parameter "b" ($2)' <<'SQL'
-- q(a text, b text) -> exec
delete from t where a = $1;
SQL
refuses "names a number without a parameter at its line" 3 '$2 is used' <<'SQL'
-- q(a text) -> exec
delete from t where a = $1
   and b = $2;
SQL
refuses "wants columns of a query that returns rows" 1 'declares no columns' <<'SQL'
-- q() -> many
select 1;
SQL
refuses "wants no columns of an exec" 2 'has no columns' <<'SQL'
-- q() -> exec
--   a i64
delete from t;
SQL
refuses "names a column declared twice" 2 'column "a" is declared twice' <<'SQL'
-- q() -> one
--   a i64, a text
select 1, 2;
SQL
refuses "names a query declared twice" 4 'declared twice (line 1)' <<'SQL'
-- q() -> exec
delete from t;

-- q() -> exec
delete from t;
SQL
refuses "wants a declaration" 1 'without a declaration' <<'SQL'
select 1;
SQL
refuses "wants the semicolon" 2 'no ";" at its end' <<'SQL'
-- q() -> exec
delete from t
SQL
refuses "sees two statements in one" 2 'text after the end' <<'SQL'
-- q() -> exec
delete from t; drop table t;
SQL
refuses "sees an open quote" 2 'never closed' <<'SQL'
-- q() -> exec
delete from t where a = 'x;
SQL
refuses "refuses a word of C as a column" 2 'word of C' <<'SQL'
-- q() -> one
--   default text
select 1;
SQL
refuses "refuses a column that takes the place of a null flag" 2 'null flag' <<'SQL'
-- q() -> one
--   a i64?, a_set bool
select 1, true;
SQL
refuses "refuses a half declaration" 1 'looks like a declaration' <<'SQL'
-- q(a text -> one
--   a text
select $1;
SQL
refuses "refuses a cached write" 1 'exec query cannot be cached' <<'SQL'
-- q() -> exec cached 1s t
delete from t;
SQL
refuses "refuses what it does not understand after the kind" 1 'not understood' <<'SQL'
-- q() -> one cached forever
--   a i64
select 1;
SQL

echo "1..$n"
exit $failed
