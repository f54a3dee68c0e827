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
	PGresult *r = PQexec(c, cluster_file(SOURCE_DIR "/tests/refusals.sql"));

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
	char *examples = cluster_file(SOURCE_DIR "/tests/refusals.tsv"), *save = NULL;
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
	char *examples = cluster_file(SOURCE_DIR "/tests/refusals.tsv");
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

/* Append-only rows, and rows that only go on: "table", "trigger", what it refuses. */
static const struct { const char *table, *trigger, *row, *change; } fixed[] = {
	{ "ledger.txn", "append_only", "{}", "update %s set kind = kind" },
	{ "ledger.txn", "append_only", "{}", "delete from %s" },
	{ "ledger.txn", "append_only_all", "{}", "truncate %s" },
	{ "ledger.entry", "append_only", "{}", "update %s set amount = amount" },
	{ "ledger.entry", "append_only", "{}", "delete from %s" },
	{ "ledger.entry", "append_only_all", "{}", "truncate %s" },
	{ "ledger.account", "append_only_all", "{}", "truncate %s" },
	{ "ledger.account", "fixed", "{}", "delete from %s" },
	{ "ledger.account", "fixed", "{\"code\": \"a\"}", "update %s set code = 'b' where code = 'a'" },
	{ "ledger.account", "forward", "{\"version\": \"5\"}", "update %s set version = 4 where version = 5" },
	{ "ledger.period", "append_only", "{}", "update %s set closed_before = closed_before" },
	{ "ledger.period", "append_only", "{}", "delete from %s" },
	{ "ledger.statement", "append_only", "{}", "update %s set balance = balance" },
	{ "ledger.statement", "append_only", "{}", "delete from %s" },
	{ "ledger.hold_move", "append_only", "{}", "update %s set amount = amount" },
	{ "ledger.hold_move", "append_only", "{}", "delete from %s" },
	{ "ledger.hold", "step", "{}", "delete from %s" },
	{ "ledger.hold", "step", "{\"state\": \"RELEASED\"}", "update %s set state = 'OPEN' where state = 'RELEASED'" },
	{ "wallet.transfer", "append_only", "{}", "update %s set amount = amount" },
	{ "wallet.transfer", "append_only", "{}", "delete from %s" },
	{ "wallet.limit_schedule", "append_only", "{}", "update %s set daily = daily" },
	{ "wallet.limit_schedule", "append_only", "{}", "delete from %s" },
	{ "wallet.adjustment", "step", "{}", "delete from %s" },
	{ "wallet.adjustment", "step", "{\"status\": \"REFUSED\"}", "update %s set status = 'PENDING' where status = 'REFUSED'" },
	{ "payment.step", "refuse_change", "{}", "update %s set payment_id = payment_id" },
	{ "payment.step", "refuse_change", "{}", "delete from %s" },
	{ "payment.refund_request", "step", "{}", "delete from %s" },
	{ "payment.refund_request", "step", "{\"status\": \"REFUSED\"}",
	  "update %s set status = 'PENDING' where status = 'REFUSED'" },
	{ "receipt.document", "fixed", "{}", "delete from %s" },
	{ "receipt.document", "fixed", "{\"gross\": \"5\"}", "update %s set gross = 6 where gross = 5" },
	{ "receipt.party", "immutable", "{}", "update %s set id = id" },
};

static const char *
asked(PGconn *c, const char *sql, int n, const char *const *params)
{
	static char said[400];
	PGresult *r = PQexecParams(c, sql, n, NULL, params, NULL, NULL, 0);

	(void)snprintf(said, sizeof said, "%s", PQresultStatus(r) == PGRES_TUPLES_OK ? PQgetvalue(r, 0, 0) :
	    PQresultErrorMessage(r));
	PQclear(r);
	return said;
}

Test(refusal, what_was_written_is_not_changed_whatever_else_would_refuse)
{
	PGconn *c = connected();

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const char *said = asked(c, "select pg_temp.trigger_says($1::regclass, $2, $3::jsonb, $4)", 4,
		    (const char *const[]){ fixed[i].table, fixed[i].trigger, fixed[i].row, fixed[i].change });

		cr_expect_str_eq(said, "23001", "%s of %s answers \"%s\" to: %s", fixed[i].trigger, fixed[i].table, said,
		    fixed[i].change);
	}
	PQfinish(c);
}

Test(refusal, a_change_moves_updated_at)
{
	static const char *const tables[] = { "ledger.hold", "wallet.adjustment", "payment.dispute", "payment.refund_request",
		"payment.method", "payment.payment", "payment.refund", "payment.operation", "marketplace.credit",
		"marketplace.review", "marketplace.coupon", "marketplace.sale", "marketplace.refund", "marketplace.seller",
		"marketplace.payout" };
	PGconn *c = connected();

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		cr_expect_str_eq(asked(c, "select pg_temp.touched($1::regclass)", 1, &tables[i]), "t", "%s", tables[i]);
	PQfinish(c);
}

#define REQUIRED \
	"select string_agg(t.oid::regclass || e'\t' || a.attname, e'\n' order by t.oid::regclass::text, a.attname) || e'\n'" \
	"  from pg_attribute a join pg_class t on t.oid = a.attrelid" \
	" where a.attnotnull and a.attnum > 0 and a.attidentity = '' and a.attgenerated = '' and t.relkind = 'r'" \
	"   and t.relnamespace::regnamespace::text in ('ledger', 'wallet', 'payment', 'marketplace', 'receipt')" \
	"   and not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and a.attnum = any (i.indkey))"

/* tests/required.tsv; TEST_WRITE_REFUSALS=1 writes it anew. */
Test(refusal, columns_that_must_be_filled_refuse_null)
{
	static const char path[] = SOURCE_DIR "/tests/required.tsv";
	const char *only = getenv("REFUSAL_ONLY");
	PGconn *c = connected();
	char *list, *save = NULL;
	size_t n = 0;

	if (getenv("TEST_WRITE_REFUSALS")) {
		FILE *f = fopen(path, "we");

		cr_assert(f && fputs(cluster_sql(REQUIRED), f) >= 0 && !fclose(f));
	}
	list = cluster_file(path);
	if (!getenv("TEST_MUTATION"))
		cr_expect_str_eq(list, cluster_sql(REQUIRED), "tests/required.tsv differs (TEST_WRITE_REFUSALS=1 writes it)");
	for (char *line = strtok_r(list, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *column = strchr(line, '\t');

		cr_assert(column, "tests/required.tsv: %s", line);
		if (only && strcmp(only, line) != 0)
			continue;
		*column++ = '\0';
		cr_expect_str_eq(asked(c, "select pg_temp.null_refused_by($1::regclass, $2)", 2,
		    (const char *const[]){ line, column }), column, "%s takes a row without %s", line, column);
		n++;
	}
	cr_expect_gt(n, only ? 0 : 250);
	PQfinish(c);
}
