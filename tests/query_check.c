/*
 * Every query of every .sql file, against the migrated schema: it must
 * prepare, give the declared columns, be allowed to at least one serving role,
 * and find its rows in large tables by an index, unless its remark in the .sql
 * file says "Reads all: …" and why. What is cached is read from tables that show
 * everybody the same.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.h"

#define FIELDS 7
#define COLUMNS_MAX 128

/* Tables that grow with the number of people or courses. */
static const char *const large[] = { "person", "session", "token", "profile", "data_key", "course",
	"catalogue", "lesson", "lesson_version", "lesson_progress", "enrolment", "enrolment_event",
	"activity_day", "media", "word", "job", "email", "event", "api_log", "entry", "row", NULL };

static const struct {
	const char *name;
	Oid param;
	Oid columns[4]; /* types of the server that read as it */
} types[] = {
	{ "text", 25, { 25, 1043, 1042, 19 } },
	{ "uuid", 2950, { 2950 } },
	{ "i64", 20, { 20 } },
	{ "i32", 23, { 23, 21 } },
	{ "bool", 16, { 16 } },
	{ "time", 1184, { 1184 } },
	{ "date", 1082, { 1082 } },
	{ "json", 3802, { 3802, 114 } },
	{ "html", 25, { 25 } },
	{ "bytes", 17, { 17 } },
	{ "text[]", 1009, { 1009 } },
	{ "uuid[]", 2951, { 2951 } },
};

static const char *const roles[] = { "db_web", "db_auth", "db_pay", "db_slow", "db_jobs",
	"db_migrate" };

struct field {
	char name[64], type[16];
	bool nullable;
};

static size_t
type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(types[i].name, name))
			return i;
	cr_assert_fail("type %s", name);
	return 0;
}

/* "id uuid,price i64?" */
static size_t
fields_read(char *text, struct field *list)
{
	size_t n = 0;

	for (char *item = text, *next; item && *item; item = next) {
		size_t last;

		next = strchr(item, ',');
		if (next)
			*next++ = '\0';
		cr_assert(n < COLUMNS_MAX && sscanf(item, "%63s %15s", list[n].name, list[n].type) == 2);
		last = strlen(list[n].type) - 1;
		list[n].nullable = list[n].type[last] == '?';
		if (list[n].nullable)
			list[n].type[last] = '\0';
		n++;
	}
	return n;
}

static void
unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s;
		} else
			*to++ = *s;
	}
	*to = '\0';
}

static bool
type_fits(const char *name, Oid type)
{
	size_t t = type_of(name);

	for (size_t i = 0; i < 4; i++)
		if (types[t].columns[i] == type)
			return true;
	return false;
}

static void
columns_check(const char *place, const char *name, const char *kind, const PGresult *r,
    const struct field *columns, size_t n)
{
	if (!strcmp(kind, "exec")) {
		/* A function called for its effect gives one column that nobody reads. */
		cr_expect(PQnfields(r) <= 1, "%s: %s is exec, but gives %d columns", place, name,
		    PQnfields(r));
		return;
	}
	cr_expect(PQnfields(r) == (int)n, "%s: %s declares %zu columns, the query gives %d", place, name,
	    n, PQnfields(r));
	for (int i = 0; i < PQnfields(r) && i < (int)n; i++) {
		cr_expect_str_eq(PQfname(r, i), columns[i].name, "%s: column %d of %s is %s, declared %s",
		    place, i + 1, name, PQfname(r, i), columns[i].name);
		cr_expect(type_fits(columns[i].type, PQftype(r, i)),
		    "%s: column %s of %s is declared %s, the query gives type %u", place, columns[i].name,
		    name, columns[i].type, PQftype(r, i));
	}
}

/* The ledger's tables: also an index that is walked from end to end is a scan, as when
 * a condition did not pass the barrier of a view. */
static bool
walks_ledger(PGresult *plan, char table[64])
{
	for (int i = 0; i < PQntuples(plan); i++) {
		const char *line = PQgetvalue(plan, i, 0), *at = strstr(line, "Scan using ");
		const char *next = i + 1 < PQntuples(plan) ? PQgetvalue(plan, i + 1, 0) : "";

		if (at && sscanf(at, "Scan using %*s on %63s", table) == 1 &&
		    (!strcmp(table, "entry") || !strcmp(table, "txn")) && !strstr(next, "Index Cond"))
			return true;
	}
	return false;
}

/* Names the table of the first Seq Scan on a large one. */
static bool
scans_large(PGresult *plan, char table[64])
{
	for (int i = 0; i < PQntuples(plan); i++) {
		const char *at = strstr(PQgetvalue(plan, i, 0), "Seq Scan on ");

		if (!at || sscanf(at, "Seq Scan on %63s", table) != 1)
			continue;
		for (size_t k = 0; large[k]; k++)
			if (!strcmp(table, large[k]))
				return true;
	}
	return false;
}

/* Explains with the generic plan as each role; the executor checks rights. */
static void
plan_check(PGconn *c, const char *place, const char *name, const char *remark, size_t n)
{
	char sql[4096], denied[200] = "", table[64];
	bool allowed = false;
	size_t used;

	used = (size_t)snprintf(sql, sizeof sql, "explain execute q%s", n ? "(" : "");
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(sql + used, sizeof sql - used, "%snull", i ? "," : "");
	(void)snprintf(sql + used, sizeof sql - used, "%s", n ? ")" : "");
	for (size_t i = 0; !allowed && i < sizeof roles / sizeof roles[0]; i++) {
		char as[64];
		PGresult *plan;
		const char *state;

		(void)snprintf(as, sizeof as, "set role %s", roles[i]);
		PQclear(PQexec(c, as));
		plan = PQexec(c, sql);
		state = PQresultErrorField(plan, PG_DIAG_SQLSTATE);
		if (!state) {
			allowed = true;
			cr_expect(strstr(remark, "Reads all") ||
			    (!scans_large(plan, table) && !walks_ledger(plan, table)),
			    "%s: %s has no index for its way through %s (if that is meant, a remark "
			    "\"Reads all: why\" says so)", place, name, table);
		} else if (strcmp(state, "42501")) {
			cr_expect(false, "%s: %s as %s: %s", place, name, roles[i], PQresultErrorMessage(plan));
			allowed = true;
		} else
			(void)snprintf(denied, sizeof denied, "%s",
			    PQresultErrorField(plan, PG_DIAG_MESSAGE_PRIMARY));
		PQclear(plan);
	}
	PQclear(PQexec(c, "reset role"));
	cr_expect(allowed, "%s: no serving role may run %s: %s", place, name, denied);
}

/* Rows that all people share must not come from a table of which row security
 * shows each something else, unless the remark says "Same for all: …" and why. */
static void
shared_check(PGconn *c, const char *place, const char *name, size_t n)
{
	char sql[4096];
	size_t used = (size_t)snprintf(sql, sizeof sql, "explain (verbose) execute q%s", n ? "(" : "");
	PGresult *plan, *secret;

	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(sql + used, sizeof sql - used, "%snull", i ? "," : "");
	(void)snprintf(sql + used, sizeof sql - used, "%s", n ? ")" : "");
	secret = PQexec(c, "select distinct ' on ' || schemaname || '.' || tablename || ' '"
	    "  from pg_policies where cmd in ('ALL', 'SELECT') and qual <> 'true'"
	    "   and roles && array['db_web', 'db_slow', 'db_auth', 'db_pay', 'public']::name[]");
	cr_assert_gt(PQntuples(secret), 5);
	plan = PQexec(c, sql);
	for (int i = 0; i < PQntuples(plan); i++)
		for (int k = 0; k < PQntuples(secret); k++)
			cr_expect(!strstr(PQgetvalue(plan, i, 0), PQgetvalue(secret, k, 0)),
			    "%s: %s is cached, but reads%sof which people see different rows", place,
			    name, PQgetvalue(secret, k, 0));
	cr_expect_gt(PQntuples(plan), 0, "%s: %s", name, PQresultErrorMessage(plan));
	PQclear(plan);
	PQclear(secret);
}

static bool
is_query(const char *sql)
{
	static const char *const words[] = { "select", "insert", "update", "delete", "with", "merge",
		"values" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strncasecmp(sql, words[i], strlen(words[i])))
			return true;
	return false;
}

static void
query_check(PGconn *c, char *line)
{
	static struct field params[COLUMNS_MAX], columns[COLUMNS_MAX];
	char *field[FIELDS];
	Oid oids[COLUMNS_MAX];
	size_t n_params, n_columns;
	PGresult *r;

	for (size_t i = 0; i < FIELDS; i++) {
		field[i] = line;
		if (i < FIELDS - 1) {
			line = strchr(line, '\t');
			cr_assert(line);
			*line++ = '\0';
		}
	}
	unescape(field[6]);
	n_params = fields_read(field[3], params);
	n_columns = fields_read(field[4], columns);
	for (size_t i = 0; i < n_params; i++)
		oids[i] = types[type_of(params[i].type)].param;
	PQclear(PQexec(c, "deallocate all"));
	r = PQprepare(c, "q", field[6], (int)n_params, oids);
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		cr_expect(false, "%s: %s: %s", field[0], field[1], PQresultErrorMessage(r));
		PQclear(r);
		return;
	}
	PQclear(r);
	r = PQdescribePrepared(c, "q");
	columns_check(field[0], field[1], field[2], r, columns, n_columns);
	PQclear(r);
	if (is_query(field[6]))
		plan_check(c, field[0], field[1], field[5], n_params);
	if (strstr(field[5], "[cached]") && !strstr(field[5], "Same for all"))
		shared_check(c, field[0], field[1], n_params);
}

/* Output of sqlgen --list for the files that find(1) names. */
static FILE *
list_open(pid_t *child)
{
	int ends[2];

	cr_assert(!pipe(ends));
	*child = fork();
	if (*child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execl("/bin/sh", "sh", "-c", "cd \"$0\" && find host domain handlers -name '*.sql' | sort |"
		    " xargs tools/sqlgen --list", SOURCE_DIR, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

Test(query, every_query_fits_the_migrated_schema, .fini = cluster_drop)
{
	char *line = NULL;
	size_t size = 0, checked = 0;
	int status;
	pid_t child;
	FILE *list = list_open(&child);
	PGconn *c = PQconnectdb(cluster_as(NULL));

	cr_assert_eq(PQstatus(c), CONNECTION_OK);
	PQclear(PQexec(c, "set enable_seqscan = off; set plan_cache_mode = force_generic_plan"));
	while (getline(&line, &size, list) > 0) {
		line[strcspn(line, "\n")] = '\0';
		query_check(c, line);
		checked++;
	}
	fclose(list);
	free(line);
	PQfinish(c);
	cr_assert(waitpid(child, &status, 0) == child && status == 0, "sqlgen --list failed");
	cr_expect_gt(checked, 20, "%zu queries", checked);
	(void)fprintf(stderr, "%zu queries checked\n", checked);
}
