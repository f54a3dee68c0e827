/* ledger_kit.c: see ledger_kit.h. */
#include "ledger_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	char name;
	const char *code, *currency;
} accounts[] = {
	{ 'A', "user:" U1 ":wallet", "ZAR" }, { 'B', "user:" U2 ":wallet", "ZAR" },
	{ 'U', "user:" U1 ":wallet", "USD" }, { 'V', "user:" U2 ":wallet", "USD" },
	{ 'S', "stripe:balance", "ZAR" }, { 'W', "stripe:balance", "USD" },
	{ 'F', "platform:income:fees", "ZAR" },
	{ 'D', "user:" U1 ":debt", "ZAR" }, { 'E', "user:" U2 ":debt", "ZAR" },
	{ 'H', "user:" U1 ":held", "ZAR" },
	{ 'X', "supply:burn", "AZR" }, { 'T', "supply:treasury", "AZR" },
};
#define N_ACCOUNTS (sizeof(accounts) / sizeof(accounts[0]))
static long long ids[128];

void
ledger_kit_begin(void)
{
	char sql[200];

	for (size_t i = 0; i < N_ACCOUNTS; i++) {
		(void)snprintf(sql, sizeof sql, "select ledger.account_open('%s', '%s')", accounts[i].code,
		    accounts[i].currency);
		ids[(unsigned char)accounts[i].name] = strtoll(cluster_sql(sql), NULL, 10);
	}
}

/* [A] becomes the account's id. */
static void
expand(char *out, size_t size, const char *sql)
{
	size_t k = 0;

	for (const char *p = sql; *p && k + 24 < size; p++)
		if (p[0] == '[' && p[1] >= 'A' && p[1] <= 'Z' && p[2] == ']') {
			k += (size_t)snprintf(out + k, size - k, "%lld", ids[(unsigned char)p[1]]);
			p += 2;
		} else {
			out[k++] = *p;
		}
	out[k] = '\0';
}

static const char *
short_form(const char *answer)
{
	return strncmp(answer, "U0", 2) == 0 ? answer + 6 : answer;
}

const char *
as_role(const char *role, const char *sql)
{
	char text[8192];

	expand(text, sizeof text, sql);
	return short_form(cluster_try(role, text));
}

const char *
calls(const char *sql)
{
	return as_role("db_pay", sql);
}

const char *
forces(const char *sql)
{
	return as_role(NULL, sql);
}

const char *
moves(const char *key, const char *names, const char *amounts)
{
	char sql[1024], list[256] = "";

	for (const char *p = names; *p; p++)
		if (*p != ',')
			(void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%lld",
			    list[0] ? "," : "", ids[(unsigned char)*p]);
	(void)snprintf(sql, sizeof sql, "select ledger.post('TEST', '%s', array[%s]::int8[], array[%s]::int8[],"
	    " null, null, null, null, null)", key, list, amounts);
	return calls(sql);
}

long long
balance(const char *name)
{
	char sql[100];

	(void)snprintf(sql, sizeof sql, "select ledger.balance(%lld)", ids[(unsigned char)*name]);
	return strtoll(cluster_sql(sql), NULL, 10);
}

const char *
whole(void)
{
	static char kept[2][100];
	static int turn;
	char *out = kept[turn++ % 2];

	(void)snprintf(out, sizeof kept[0], "%s", cluster_sql("select md5(string_agg(t::text, '|')) from ("
	    "select t::text from (select * from ledger.account order by id) t union all"
	    " select t::text from (select * from ledger.txn order by id) t union all"
	    " select t::text from (select * from ledger.entry order by txn_id, seq) t union all"
	    " select t::text from (select * from ledger.hold order by id) t union all"
	    " select t::text from (select * from ledger.hold_move order by txn_id) t) x (t)"));
	return out;
}

void
books_hold(const char *when)
{
	const char *found = cluster_sql("select coalesce(string_agg(rule || ' ' || subject || ': ' || detail,"
	    " e'\\n'), '') from ledger.check_books()");

	cr_expect_str_empty(found, "%s: %s", when, found);
}
