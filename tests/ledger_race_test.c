/* Many clients at once: no deadlock, nothing lost, nothing twice (money.md 2.2, 3.7). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger_kit.h"

TestSuite(ledger_race, .init = ledger_kit_begin, .fini = cluster_drop);

static char conninfo[400];

/* n processes run the function with their number; returns the sum of what they return (0-250). */
static int
at_once(int n, int (*run)(PGconn *, int))
{
	int go[2], sum = 0, status;
	pid_t child[64];

	(void)snprintf(conninfo, sizeof conninfo, "%s", cluster_as("db_pay"));
	cr_assert_eq(pipe(go), 0);
	for (int i = 0; i < n; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			PGconn *c = PQconnectdb(conninfo);
			char byte;

			close(go[1]);
			(void)!read(go[0], &byte, 1); /* the gate opens when the parent closes it */
			_exit(PQstatus(c) == CONNECTION_OK ? run(c, i) : 251);
		}
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < n; i++) {
		cr_assert_eq(waitpid(child[i], &status, 0), child[i]);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) < 251, "client %d failed: %d", i, status);
		sum += WEXITSTATUS(status);
	}
	return sum;
}

static int
works(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	int good = PQresultStatus(r) == PGRES_TUPLES_OK;

	if (!good && strncmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), "U0", 2) != 0) {
		(void)fprintf(stderr, "# %s\n", PQerrorMessage(c));
		_exit(251);
	}
	PQclear(r);
	return good;
}

#define POST "select ledger.post_named('TEST', '%s', array[%s], array[%s]::int8[], null, null, null, null, null)"

static int
withdraws(PGconn *c, int i)
{
	char key[20], sql[400];

	(void)snprintf(key, sizeof key, "out%d", i);
	(void)snprintf(sql, sizeof sql, POST, key, "'user:" U1 ":wallet:ZAR','stripe:balance:ZAR'", "-100,100");
	return works(c, sql);
}

Test(ledger_race, of_eight_withdrawals_of_all_there_is_one_goes_through)
{
	cr_assert_str_empty(moves("in", "A,S", "100,-100"));
	cr_expect_eq(at_once(8, withdraws), 1);
	cr_expect_eq(balance("A"), 0);
	books_hold("after the race");
}

static int
repeats(PGconn *c, int i)
{
	char sql[400];
	int n = 0;

	(void)i;
	(void)snprintf(sql, sizeof sql, POST, "one", "'user:" U1 ":wallet:ZAR','stripe:balance:ZAR'", "5,-5");
	for (int k = 0; k < 10; k++)
		n += works(c, sql);
	return n;
}

Test(ledger_race, a_storm_of_one_key_is_one_transaction)
{
	cr_expect_eq(at_once(20, repeats), 200);
	cr_expect_eq(balance("A"), 5);
	cr_expect_str_eq(cluster_sql("select count(*) from ledger.txn where idem = 'one'"), "1");
}

static int
captures(PGconn *c, int i)
{
	char sql[400];

	(void)snprintf(sql, sizeof sql, "select ledger.capture(1, 'c%d', array[ledger.account_open('user:" U2
	    ":wallet', 'ZAR')], array[60], null, null, null, null, null)", i);
	return works(c, sql);
}

Test(ledger_race, a_hold_is_captured_once_by_eight)
{
	cr_assert_str_empty(moves("in", "A,S", "100,-100"));
	cr_assert_str_empty(calls("select ledger.hold([A], 100, 'h', null, null, null, null)"));
	cr_expect_eq(at_once(8, captures), 1);
	cr_expect_eq(balance("H"), 40);
	books_hold("after the captures");
}

static int
reverses(PGconn *c, int i)
{
	char sql[400];

	(void)snprintf(sql, sizeof sql, "select ledger.reverse(%d, 'r%d', null, null, null, null)", 2, i);
	return works(c, sql);
}

Test(ledger_race, a_transaction_is_reversed_once_by_eight)
{
	cr_assert_str_empty(moves("in", "A,S", "100,-100"));
	cr_assert_str_eq(cluster_sql("select id from ledger.txn where idem = 'in'"), "2");
	cr_expect_eq(at_once(8, reverses), 1);
	cr_expect_eq(balance("A"), 0);
	books_hold("after the reversals");
}

static int
opens(PGconn *c, int i)
{
	int n = 0;
	char sql[400];

	(void)i;
	for (int k = 0; k < 20; k++) {
		(void)snprintf(sql, sizeof sql, "select ledger.account_open('user:00000000-0000-7000-8000-%012d:wallet', 'AZR')", k);
		n += works(c, sql);
	}
	return n;
}

Test(ledger_race, accounts_are_opened_once_by_all)
{
	cr_expect_eq(at_once(12, opens), 240);
	cr_expect_str_eq(cluster_sql("select count(*) from ledger.account where currency = 'AZR' and owner_id is not null"), "20");
}

static int
mixes(PGconn *c, int i)
{
	static const char *const names[] = { "user:" U1 ":wallet:ZAR", "user:" U2 ":wallet:ZAR", "user:" U1 ":earnings:ZAR",
		"user:" U2 ":earnings:ZAR", "pool:promotion:ZAR", "platform:income:fees:ZAR" };
	unsigned x = (unsigned)i * 7919u + 1u;
	char key[20], sql[600], legs[300];
	int n = 0;

	for (int k = 0; k < 20; k++) {
		int from, to, via;

		x = x * 1103515245u + 12345u;
		from = (int)(x >> 16) % 6, to = (int)(x >> 20) % 6, via = (int)(x >> 24) % 6;
		(void)snprintf(key, sizeof key, "m%d:%d", i, k);
		(void)snprintf(legs, sizeof legs, "'%s','%s','%s'", names[from], names[to], names[via]);
		(void)snprintf(sql, sizeof sql, POST, key, legs, "-3,2,1");
		n += works(c, sql);
		if (k % 8 == 0) {
			(void)snprintf(sql, sizeof sql, "select count(*) from ledger.hold(ledger.account_open('user:" U1 ":wallet', 'ZAR'),"
			    " 2, 'h%d:%d', null, null, null, null) h, ledger.release(h.hold_id, 'hr%d:%d', null)", i, k, i, k);
			(void)works(c, sql);
		}
		if (k % 10 == 0) {
			/* A batch that names its accounts in the other order. */
			(void)snprintf(sql, sizeof sql, "select count(*) from ledger.post_many(jsonb_build_array("
			    "jsonb_build_object('kind','AWARD','idem','b%d:%d','accounts',jsonb_build_array(ledger.account_open('pool:promotion','ZAR'),"
			    "ledger.account_open('user:" U2 ":wallet','ZAR'),ledger.account_open('user:" U1 ":wallet','ZAR')),'amounts',array[-2,1,1])))",
			    i, k);
			(void)works(c, sql);
		}
	}
	return n;
}

Test(ledger_race, thirty_two_clients_on_a_few_accounts_never_lock_each_other_up, .timeout = 100)
{
	cr_assert_str_empty(moves("in", "A,S", "5000,-5000"));
	cr_assert_str_empty(calls("select ledger.post_named('TEST', 'p', array['pool:promotion:ZAR','bank:main:ZAR'],"
	    " array[5000,-5000], null, null, null, null, null)"));
	cr_expect_gt(at_once(32, mixes), 100);
	books_hold("after the crowd");
	cr_expect_str_eq(cluster_sql("select count(*) from pg_stat_database where datname = current_database() and deadlocks > 0"), "0");
}
