/*
 * What holds for every table, role and function of the schema: the second
 * line of defence behind the handlers' own checks (security.md section 5).
 * tests/rights.tsv lists who may do what; TEST_WRITE_RIGHTS=1 writes it anew,
 * and the difference is for a person to read.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"

TestSuite(schema, .fini = cluster_drop);

/* The list that the query gives, one line per row, is empty. */
static void
none(const char *what, const char *sql)
{
	char all[16384];
	const char *found;

	(void)snprintf(all, sizeof all, "select coalesce(string_agg(x, e'\\n' order by x), '') from (%s) t (x)",
	    sql);
	found = cluster_sql(all);
	cr_expect_str_empty(found, "%s:\n%s", what, found);
}

#define OURS \
	"n.nspname in (select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'" \
	" and nspname not in ('ext', 'public'))"

/* Tables that name a person: a foreign key to identity.person or such a name. */
#define PERSON_TABLES \
	"select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relforcerowsecurity" \
	"  from pg_class c join pg_namespace n on n.oid = c.relnamespace" \
	" where c.relkind in ('r', 'p') and not c.relispartition and " OURS \
	"   and (c.oid = 'identity.person'::regclass or exists (select from pg_constraint f" \
	"        where f.conrelid = c.oid and f.confrelid = 'identity.person'::regclass)" \
	"        or exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped" \
	"        and a.attname ~ '^(person|user|owner|actor|author|organisation|org)_id$'))"

#define LOGINS "('db_web'), ('db_auth'), ('db_pay'), ('db_slow'), ('db_jobs'), ('db_ro'), ('db_audit_w')"

Test(schema, every_table_with_a_person_has_forced_row_security)
{
	none("tables without forced row security",
	    "select name from (" PERSON_TABLES ") p where not (relrowsecurity and relforcerowsecurity)");
}

Test(schema, row_security_is_always_forced_and_never_without_a_policy)
{
	none("tables with row security that is not forced, or without policies",
	    "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n"
	    " on n.oid = c.relnamespace where " OURS " and c.relrowsecurity and (not c.relforcerowsecurity"
	    " or not exists (select from pg_policy p where p.polrelid = c.oid))");
}

Test(schema, a_role_with_rights_on_a_person_table_is_named_by_a_policy)
{
	none("rights without a policy",
	    "select p.name || ': ' || r.role from (" PERSON_TABLES ") p, (values " LOGINS ") r (role)"
	    " where (has_any_column_privilege(r.role, p.oid, 'select, insert, update')"
	    "        or has_table_privilege(r.role, p.oid, 'delete'))"
	    "   and not exists (select from pg_policy y where y.polrelid = p.oid"
	    "       and (select oid from pg_roles where rolname = r.role) = any (y.polroles))");
	none("policies for everybody",
	    "select polrelid::regclass || ': ' || polname from pg_policy where 0 = any (polroles)");
}

Test(schema, every_foreign_key_has_an_index)
{
	none("foreign keys without an index",
	    "select f.conrelid::regclass || ': ' || f.conname from pg_constraint f"
	    "  join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace"
	    " where f.contype = 'f' and not c.relispartition and " OURS
	    "   and not exists (select from pg_index i where i.indrelid = f.conrelid"
	    "       and (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)");
}

Test(schema, every_personal_text_has_a_class)
{
	none("columns of person tables that can hold words, without a class",
	    "select p.name || '.' || a.attname from (" PERSON_TABLES ") p"
	    "  join pg_attribute a on a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped"
	    " where a.atttypid in ('text'::regtype, 'text[]'::regtype, 'bytea'::regtype,"
	    "       'jsonb'::regtype, 'json'::regtype, 'inet'::regtype)"
	    "   and coalesce(col_description(p.oid, a.attnum), '') !~"
	    "       '^class: (public|internal|personal|secret)'"
	    "   and not exists (select from pg_constraint k where k.conrelid = p.oid"
	    "       and k.contype = 'c' and a.attnum = any (k.conkey)"
	    "       and pg_get_constraintdef(k.oid) ~ '(= ANY|~) ')");
	none("unknown classes",
	    "select objoid::regclass || ': ' || description from pg_description d"
	    " where classoid = 'pg_class'::regclass and objsubid > 0 and description ~ '^class: '"
	    "   and description !~ '^class: (public|internal|personal|secret)([;.]|$)'");
}

Test(schema, definer_functions_are_owned_by_roles_that_cannot_log_in)
{
	none("definer functions with a wrong owner or an open search_path",
	    "select p.oid::regprocedure || ' ' || r.rolname from pg_proc p"
	    "  join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner"
	    " where p.prosecdef and " OURS " and (r.rolcanlogin or r.rolsuper or (r.rolname !~ '^db_def_'"
	    "    /* partitions are made and dropped by their owner */"
	    "    and p.proname !~ '^api_log_')"
	    "    or not coalesce(array_to_string(p.proconfig, ' '), '') ~ 'search_path=\"\"')");
	none("functions that everybody may call",
	    "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
	    " where " OURS " and has_function_privilege('public', p.oid, 'execute')");
}

Test(schema, serving_roles_have_no_power_over_the_schema)
{
	none("roles with special rights",
	    "select rolname from pg_roles where rolname ~ '^db_' and (rolsuper or rolbypassrls or"
	    " rolcreatedb or rolcreaterole or rolreplication)");
	none("serving roles that belong to the owner or a definer",
	    "select r.role from (values " LOGINS ") r (role), pg_roles o where o.rolname ~ '^db_(owner|def_)'"
	    " and pg_has_role(r.role, o.oid, 'member')");
	none("schemas where a serving role may create",
	    "select r.role || ': ' || n.nspname from (values " LOGINS ") r (role), pg_namespace n"
	    " where n.nspname !~ '^pg_(temp|toast)' and has_schema_privilege(r.role, n.oid, 'create')");
	none("tables not owned by db_owner",
	    "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
	    " join pg_roles r on r.oid = c.relowner where " OURS " and c.relkind in ('r', 'p', 'S')"
	    " and r.rolname <> 'db_owner'");
	cr_expect_str_empty(cluster_try("db_web", "select 1"));
	cr_expect(strstr(cluster_try("db_web", "create table public.x (a int)"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "create temporary table x (a int)"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "set role db_owner"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "select pg_read_file('/etc/passwd')"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "copy (select 1) to program 'true'"), "42501"));
}

Test(schema, a_view_of_another_area_never_widens_what_its_reader_may_see)
{
	none("views that run with their owner's rights over a table with row security",
	    "select distinct v.oid::regclass::text from pg_class v join pg_namespace n"
	    "  on n.oid = v.relnamespace join pg_rewrite w on w.ev_class = v.oid"
	    "  join pg_depend d on d.objid = w.oid and d.refclassid = 'pg_class'::regclass"
	    "  join pg_class t on t.oid = d.refobjid and t.relrowsecurity join pg_roles r on r.oid = v.relowner"
	    " where v.relkind = 'v' and " OURS
	    "   and not coalesce('security_invoker=true' = any (v.reloptions), false)"
	    "   and not coalesce('security_invoker=on' = any (v.reloptions), false)"
	    "   and r.rolname !~ '^db_def_'");
}

/* role, table, rights; column rights as select(n) with the number of columns. */
#define RIGHTS \
	"select string_agg(line, e'\\n' order by line) || e'\\n' from (" \
	"  select t.role || e'\\t' || t.name || e'\\t' || string_agg(t.word, ' ' order by t.word) as line" \
	"    from (select r.role, n.nspname || '.' || c.relname as name, case" \
	"        when p.word in ('select', 'insert', 'update') and not has_table_privilege(r.role, c.oid, p.word)" \
	"        then p.word || '(' || (select string_agg(a.attname, ',' order by a.attnum) from pg_attribute a" \
	"            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped" \
	"              and has_column_privilege(r.role, c.oid, a.attnum, p.word)) || ')'" \
	"        when has_table_privilege(r.role, c.oid, p.word) then p.word end as word" \
	"      from (values " LOGINS ") r (role), pg_class c join pg_namespace n on n.oid = c.relnamespace," \
	"           (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')) p (word)" \
	"     where c.relkind in ('r', 'p', 'v') and not c.relispartition and " OURS ") t" \
	"   where t.word is not null group by t.role, t.name) l (line)"

Test(schema, rights_are_as_written_down)
{
	const char *path = SOURCE_DIR "/tests/rights.tsv";
	const char *now = cluster_sql(RIGHTS);
	size_t size = strlen(now), n;
	char *want;
	FILE *f;

	if (getenv("TEST_WRITE_RIGHTS")) {
		f = fopen(path, "we");
		cr_assert(f && fwrite(now, 1, size, f) == size && !fclose(f));
		return;
	}
	f = fopen(path, "re");
	cr_assert(f, "%s is missing", path);
	want = calloc(1, size * 2 + 65536);
	n = fread(want, 1, size * 2 + 65535, f);
	fclose(f);
	if (n == size && !memcmp(want, now, size))
		return;
	for (const char *line = now, *end; (end = strchr(line, '\n')); line = end + 1) {
		char text[4096];

		(void)snprintf(text, sizeof text, "%.*s\n", (int)(end - line), line);
		cr_expect(strstr(want, text), "not in tests/rights.tsv: %s", text);
	}
	for (const char *line = want, *end; (end = strchr(line, '\n')); line = end + 1) {
		char text[4096];

		(void)snprintf(text, sizeof text, "%.*s\n", (int)(end - line), line);
		cr_expect(strstr(now, text), "no longer so: %s", text);
	}
	cr_expect(false, "rights differ from tests/rights.tsv (TEST_WRITE_RIGHTS=1 writes it anew)");
}
