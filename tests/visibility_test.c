/*
 * Which rows each role reads, adds, changes and removes in the money tables, found by
 * trying (tests/visibility.sql): tests/visibility.tsv has a line for each table and
 * role. TEST_WRITE_VISIBILITY=1 writes it anew, and the difference is for a person to
 * read. A policy that no line needs is noticed by `./dev test mutation`, which sets
 * VISIBILITY_ONLY to the table that lost one.
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"

TestSuite(visibility, .fini = cluster_drop, .timeout = 300);

#define WRITTEN SOURCE_DIR "/tests/visibility.tsv"

static void
must_run(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);

	cr_assert_eq(PQresultStatus(r), PGRES_COMMAND_OK, "%s", PQerrorMessage(c));
	PQclear(r);
}

/* What holds now; the caller's. */
static char *
found(const char *table)
{
	PGconn *c = PQconnectdb(cluster_as(NULL));
	PGresult *r;
	char *lines;

	must_run(c, "set client_min_messages = warning");
	must_run(c, cluster_file(SOURCE_DIR "/tests/refusals.sql"));
	must_run(c, cluster_file(SOURCE_DIR "/tests/visibility.sql"));
	must_run(c, "begin");
	r = PQexecParams(c, "select pg_temp.visibility($1)", 1, NULL, &table, NULL, NULL, 0);
	cr_assert_eq(PQresultStatus(r), PGRES_TUPLES_OK, "%s", PQerrorMessage(c));
	lines = strdup(PQgetvalue(r, 0, 0));
	PQclear(r);
	PQfinish(c);
	return lines;
}

/* Each line of `some` that begins with `table` (NULL = any) stands in `all`. */
static size_t
stand(const char *some, const char *all, const char *table, const char *complaint)
{
	size_t n = 0;

	for (const char *line = some, *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t length = table ? strlen(table) : 0;
		char text[1000];

		if (length && (strncmp(line, table, length) != 0 || line[length] != '\t'))
			continue;
		(void)snprintf(text, sizeof text, "\n%.*s\n", (int)(end - line), line);
		cr_expect(strstr(all, text + 1) && (strstr(all, text) || !strncmp(all, text + 1, strlen(text + 1))),
		    "%s: %s", complaint, text + 1);
		n++;
	}
	return n;
}

Test(visibility, each_role_reaches_the_rows_that_are_written_down)
{
	const char *only = getenv("VISIBILITY_ONLY");
	char *now = found(only), *want;

	if (getenv("TEST_WRITE_VISIBILITY")) {
		FILE *f = fopen(WRITTEN, "we");

		cr_assert(f && fputs(now, f) >= 0 && !fclose(f));
	}
	want = cluster_file(WRITTEN);
	cr_expect_gt(stand(now, want, only, "not in tests/visibility.tsv (TEST_WRITE_VISIBILITY=1 writes it anew)"),
	    only ? 0 : 200);
	(void)stand(want, now, only, "no longer so");
	free(now);
	free(want);
}
