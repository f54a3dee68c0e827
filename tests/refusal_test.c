/*
 * Every rule of the money tables refuses its example: tests/refusals.tsv names, for
 * each CHECK, key, reference, exclusion and unique index of the schemas below, rows
 * that this rule alone forbids (tests/refusals.sql puts all others out of the way).
 * TEST_WRITE_REFUSALS=1 adds examples for new rules where it finds one: read them.
 * `./dev test mutation` drops each rule in turn and looks for the red line; it sets
 * REFUSAL_ONLY to "<table>\t<rule>".
 */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"

TestSuite(refusal, .fini = cluster_drop, .timeout = 300);

#define RULES \
	"select c.conrelid::regclass || e'\\t' || c.conname" \
	"  from pg_constraint c join pg_class t on t.oid = c.conrelid" \
	" where c.contype in ('c', 'u', 'f', 'p', 'x') and t.relnamespace::regnamespace::text" \
	"       in ('ledger', 'wallet', 'payment', 'marketplace', 'receipt')" \
	" union all select x.indrelid::regclass || e'\\t' || i.relname" \
	"  from pg_index x join pg_class i on i.oid = x.indexrelid" \
	" where x.indisunique and not exists (select from pg_constraint c where c.conindid = i.oid)" \
	"   and i.relnamespace::regnamespace::text in ('ledger', 'wallet', 'payment', 'marketplace', 'receipt')"

static char *
text_of(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	cr_assert(f && text, "%s is missing", path);
	text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static const char *
refused_by(PGconn *c, const char *table, const char *rule, const char *rows)
{
	static char said[400];
	PGresult *r = PQexecParams(c, "select pg_temp.refused_by($1::regclass, $2, $3::jsonb)", 3, NULL,
	    (const char *const[]){ table, rule, rows }, NULL, NULL, 0);

	(void)snprintf(said, sizeof said, "%s", PQresultStatus(r) == PGRES_TUPLES_OK ? PQgetvalue(r, 0, 0) :
	    PQresultErrorMessage(r));
	PQclear(r);
	return said;
}

static PGconn *
connected(void)
{
	PGconn *c = PQconnectdb(cluster_as(NULL));
	PGresult *r = PQexec(c, text_of(SOURCE_DIR "/tests/refusals.sql"));

	cr_assert_eq(PQresultStatus(r), PGRES_COMMAND_OK, "%s", PQerrorMessage(c));
	PQclear(r);
	return c;
}

/* A rule as "table\trule". */
static void
example_write(PGconn *c, const char *line)
{
	char table[200];
	const char *rule = strchr(line, '\t') + 1;
	PGresult *r;
	FILE *f;

	(void)snprintf(table, sizeof table, "%.*s", (int)(rule - 1 - line), line);
	r = PQexecParams(c, "select pg_temp.refusal_example($1::regclass, $2)", 2, NULL,
	    (const char *const[]){ table, rule }, NULL, NULL, 0);
	cr_expect(PQresultStatus(r) == PGRES_TUPLES_OK && !PQgetisnull(r, 0, 0), "find an example by hand: %s %s",
	    line, PQresultErrorMessage(r));
	if (PQresultStatus(r) == PGRES_TUPLES_OK && !PQgetisnull(r, 0, 0)) {
		f = fopen(SOURCE_DIR "/tests/refusals.tsv", "ae");
		cr_assert(f && fprintf(f, "%s\t%s\n", line, PQgetvalue(r, 0, 0)) > 0 && !fclose(f));
	}
	PQclear(r);
}

Test(refusal, every_rule_of_the_money_tables_refuses_its_example)
{
	char *examples = text_of(SOURCE_DIR "/tests/refusals.tsv"), *save = NULL;
	const char *only = getenv("REFUSAL_ONLY");
	PGconn *c = connected();
	size_t n = 0;

	for (char *line = strtok_r(examples, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *rule = strchr(line, '\t'), *rows = rule ? strchr(rule + 1, '\t') : NULL;
		const char *said;

		cr_assert(rows, "tests/refusals.tsv: %s", line);
		*rows++ = '\0';
		if (only && strcmp(only, line) != 0)
			continue;
		*rule++ = '\0';
		said = refused_by(c, line, rule, rows);
		cr_expect_str_eq(said, rule, "%s takes %s, which %s forbids (\"%s\")", line, rows, rule, said);
		n++;
	}
	cr_expect_gt(n, only ? 0 : 390);
	PQfinish(c);
}

Test(refusal, no_rule_is_without_an_example)
{
	char *examples = text_of(SOURCE_DIR "/tests/refusals.tsv");
	PGconn *c;
	PGresult *r;

	if (getenv("TEST_MUTATION"))
		cr_skip_test("a rule is missing on purpose");
	c = connected();
	r = PQexec(c, RULES);
	cr_assert_gt(PQntuples(r), 390);
	for (int i = 0; i < PQntuples(r); i++) {
		char line[300];

		(void)snprintf(line, sizeof line, "%s\t", PQgetvalue(r, i, 0));
		if (!strstr(examples, line) && getenv("TEST_WRITE_REFUSALS"))
			example_write(c, PQgetvalue(r, i, 0));
		else
			cr_expect(strstr(examples, line), "tests/refusals.tsv has no example for %s"
			    " (TEST_WRITE_REFUSALS=1 looks for one)", line);
	}
	PQclear(r);
	PQfinish(c);
}
