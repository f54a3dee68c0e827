/*
 * The ledger: postings, keys, holds, reversals, views and the C builder. What
 * the database itself refuses stands in ledger_refusal_test.c.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "fault.h"
#include "ledger/ledger.h"
#include "ledger_kit.h"
#include "scratch.h"
#include "testkit.h"

TestSuite(ledger, .init = ledger_kit_begin, .fini = cluster_drop);

#define OK(call) cr_expect_str_empty(call)
#define REFUSED(code, call) cr_expect_str_eq(call, code)

/* ---- accounts ----------------------------------------------------------------------- */

Test(ledger, opens_an_account_once_and_adds_its_currency)
{
	cr_expect_str_eq(cluster_sql("select (ledger.account_open('platform:income:course', 'ZAR')"
	    " = ledger.account_open('platform:income:course:ZAR', 'ZAR'))::text"), "true");
	cr_expect_str_eq(cluster_sql("select concat_ws(' ', code, class, mode, floor) from ledger.account"
	    " where code like 'platform:income:course%'"), "platform:income:course:ZAR INCOME A");
	cr_expect_str_eq(cluster_sql("select concat_ws(' ', class, mode, floor, owner_id = '" U1 "')"
	    " from ledger.account where code = 'user:" U1 ":wallet:ZAR'"), "LIABILITY R 0 t");
	OK(calls("select ledger.account_open('tax:vat:output:ZA', 'ZAR')"));
	cr_expect_str_eq(cluster_sql("select concat_ws(' ', code, mode) from ledger.account where code ~ '^tax'"),
	    "tax:vat:output:ZA:ZAR A");
	/* The platform's own are locked last. */
	cr_expect_str_eq(cluster_sql("select (min(id) filter (where owner_id is null) > max(id) filter"
	    " (where owner_id is not null))::text from ledger.account"), "true");
}

Test(ledger, refuses_names_and_currencies_that_no_rule_knows)
{
	REFUSED("account_name", calls("select ledger.account_open('user:me:wallet', 'ZAR')"));
	REFUSED("account_name", calls("select ledger.account_open('platform:income:', 'ZAR')"));
	REFUSED("currency_mismatch", calls("select ledger.account_open('stripe:balance:USD', 'ZAR')"));
	REFUSED("currency_mismatch", calls("select ledger.account_open('stripe:balance', 'XXX')"));
	REFUSED("account_name", calls("select ledger.account_open(null, 'ZAR')"));
}

/* ---- postings ------------------------------------------------------------------------- */

Test(ledger, moves_money_and_keeps_balance_after_and_version)
{
	OK(moves("in", "A,S", "10000,-10000"));
	OK(moves("pay", "A,B,F", "-4000,3900,100"));
	cr_expect_eq(balance("A"), 6000);
	cr_expect_eq(balance("B"), 3900);
	cr_expect_eq(balance("F"), 100);
	cr_expect_eq(balance("S"), -10000);
	cr_expect_str_eq(cluster_sql("select string_agg(concat_ws('/', amount, balance_after, e.version), ' ' order by e.version)"
	    " from ledger.entry e join ledger.account a on a.id = e.account_id where a.code = 'user:" U1 ":wallet:ZAR'"),
	    "10000/10000/1 -4000/6000/2");
	books_hold("after two postings");
}

Test(ledger, lets_an_account_dip_within_one_transaction)
{
	OK(moves("dip", "A,S,A,S", "-500,500,800,-800"));
	cr_expect_eq(balance("A"), 300);
	cr_expect_str_eq(cluster_sql("select string_agg(balance_after::text, ' ' order by e.version) from ledger.entry"
	    " e join ledger.account a on a.id = e.account_id where a.code = 'user:" U1 ":wallet:ZAR'"), "-500 300");
	books_hold("after a dip");
}

Test(ledger, names_each_refusal_and_leaves_every_row_as_it_was)
{
	static const struct { const char *code, *names, *amounts; } cases[] = {
		{ "insufficient_funds", "A,B", "-10001,10001" },
		{ "unbalanced", "A,B", "-100,99" }, { "unbalanced", "A", "0" }, { "unbalanced", "A,B", "0,0" },
		{ "bad_posting", "A,B", "-100" }, { "currency_mismatch", "A,V", "-100,100" },
		{ "limit", "D,A", "1,-1" }, { "limit", "B,S", "9223372036854775807,-9223372036854775807" },
		{ "account_reserved", "A,H", "-5,5" },
	};

	OK(moves("in", "A,S", "10000,-10000"));
	OK(moves("in2", "B,S", "1,-1"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *before = whole();

		REFUSED(cases[i].code, moves("bad", cases[i].names, cases[i].amounts));
		cr_expect_str_eq(whole(), before, "%s left a trace", cases[i].code);
	}
	REFUSED("account_unknown", calls("select ledger.post('TEST', 'k', array[[A],99999], array[-1,1], null,"
	    " null, null, null, null)"));
	REFUSED("bad_posting", calls("select ledger.post('lower', 'k', array[[A],[B]], array[-1,1], null,"
	    " null, null, null, null)"));
	REFUSED("bad_posting", calls("select ledger.post('TEST', '', array[[A],[B]], array[-1,1], null,"
	    " null, null, null, null)"));
	REFUSED("bad_posting", calls("select ledger.post('TEST', 'k', array[[A],null], array[-1,1], null,"
	    " null, null, null, null)"));
	books_hold("after refusals");
}

Test(ledger, answers_a_key_again_and_refuses_other_legs_under_it)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(moves("in", "A,S", "1000,-1000"));
	REFUSED("idem_reused", moves("in", "A,S", "1001,-1001"));
	REFUSED("idem_reused", moves("in", "B,S", "1000,-1000"));
	cr_expect_eq(balance("A"), 1000);
	cr_expect_str_eq(cluster_sql("select replayed || ' ' || txn_id = 'true ' || (select id from ledger.txn"
	    " where idem = 'in') from ledger.post('TEST', 'in', (select array_agg(account_id order by seq) from"
	    " ledger.entry e join ledger.txn t on t.id = e.txn_id where t.idem = 'in'), array[1000, -1000],"
	    " null, null, null, null, null)"), "t");
}

Test(ledger, refuses_a_closed_account_by_name_and_opens_it_again)
{
	OK(as_role("db_web", "select set_config('app.role', 'ADMIN', false); select ledger.account_close([B], true)"));
	REFUSED("account_closed", moves("in", "B,S", "5,-5"));
	REFUSED("account_closed", calls("select ledger.post_many('[{\"kind\":\"TEST\",\"idem\":\"m\","
	    "\"accounts\":[[B],[S]],\"amounts\":[5,-5]}]')"));
	OK(as_role("db_web", "select set_config('app.role', 'ADMIN', false); select ledger.account_close([B], false)"));
	OK(moves("in", "B,S", "5,-5"));
	REFUSED("account_not_empty", as_role("db_web", "select set_config('app.role', 'ADMIN', false);"
	    " select ledger.account_close([B], true)"));
	REFUSED("forbidden", as_role("db_web", "select ledger.account_close([A], true)"));
}

Test(ledger, refuses_a_closed_period_and_takes_the_day_it_opens)
{
	cluster_sql("insert into ledger.period (closed_before) values ('2026-03-01Z')");
	REFUSED("period_closed", calls("select ledger.post('TEST', 'k', array[[A],[S]], array[1,-1],"
	    " '2026-02-28 23:59:59Z', null, null, null, null)"));
	REFUSED("period_closed", calls("select ledger.post_many('[{\"kind\":\"TEST\",\"idem\":\"m\","
	    "\"accounts\":[[B],[S]],\"amounts\":[5,-5],\"effectiveAt\":\"2026-01-01Z\"}]')"));
	OK(calls("select ledger.post('TEST', 'k', array[[A],[S]], array[1,-1],"
	    " '2026-03-01Z', null, null, null, null)"));
}

/* ---- many at once ------------------------------------------------------------------------ */

Test(ledger, posts_many_all_or_nothing_and_answers_known_keys)
{
	OK(moves("in", "A,S", "100,-100"));
	OK(calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m1\",\"accounts\":[[A],[B]],\"amounts\":[-60,60]},"
	    "{\"kind\":\"TEST\",\"idem\":\"m2\",\"accounts\":[[B],[F]],\"amounts\":[-10,10]},"
	    "{\"kind\":\"TEST\",\"idem\":\"m1\",\"accounts\":[[A],[B]],\"amounts\":[-60,60]}]')"));
	cr_expect_eq(balance("A"), 40);
	cr_expect_eq(balance("B"), 50);
	books_hold("after a batch");
	/* The second item has the money only thanks to the first: order counts. */
	OK(calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m3\",\"accounts\":[[A],[B]],\"amounts\":[-40,40]},"
	    "{\"kind\":\"TEST\",\"idem\":\"m4\",\"accounts\":[[B],[A]],\"amounts\":[-90,90]}]')"));
	const char *before = whole();

	REFUSED("insufficient_funds", calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m5\",\"accounts\":[[B],[A]],\"amounts\":[-1,1]},"
	    "{\"kind\":\"TEST\",\"idem\":\"m6\",\"accounts\":[[S],[B]],\"amounts\":[-5,5]}]')"));
	REFUSED("idem_reused", calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m1\",\"accounts\":[[A],[B]],\"amounts\":[-61,61]}]')"));
	REFUSED("unbalanced", calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m7\",\"accounts\":[[A],[B]],\"amounts\":[-6,7]}]')"));
	REFUSED("currency_mismatch", calls("select ledger.post_many('["
	    "{\"kind\":\"TEST\",\"idem\":\"m7\",\"accounts\":[[A],[V]],\"amounts\":[-7,7]}]')"));
	REFUSED("bad_posting", calls("select ledger.post_many('[{\"kind\":\"TEST\",\"idem\":\"m7\"}]')"));
	REFUSED("bad_posting", calls("select ledger.post_many('[{\"kind\":\"TEST\",\"idem\":\"m7\","
	    "\"accounts\":[\"x\",1],\"amounts\":[1,-1]}]')"));
	REFUSED("bad_posting", calls("select ledger.post_many('{}')"));
	cr_expect_str_eq(whole(), before);
	books_hold("after refused batches");
}

/* ---- holds -------------------------------------------------------------------------------- */

Test(ledger, a_hold_takes_the_money_out_of_what_is_available)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(calls("select ledger.hold([A], 700, 'h', null, null, null, null)"));
	cr_expect_eq(balance("A"), 300);
	cr_expect_eq(balance("H"), 700);
	REFUSED("insufficient_funds", moves("out", "A,S", "-301,301"));
	REFUSED("insufficient_funds", calls("select ledger.hold([A], 301, 'h2', null, null, null, null)"));
	REFUSED("hold_account", calls("select ledger.hold([F], 5, 'h3', null, null, null, null)"));
	REFUSED("bad_posting", calls("select ledger.hold([A], 0, 'h3', null, null, null, null)"));
	books_hold("with an open hold");
}

Test(ledger, a_hold_is_captured_in_parts_and_never_beyond_its_amount)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(calls("select ledger.hold([A], 700, 'h', null, null, null, null)"));
	OK(calls("select ledger.capture(1, 'c1', array[[B],[F]], array[290, 10], null, null, null, null, null)"));
	REFUSED("hold_exceeded", calls("select ledger.capture(1, 'c2', array[[B]], array[401], null, null, null, null, null)"));
	REFUSED("bad_posting", calls("select ledger.capture(1, 'c2', array[[B],[F]], array[401,-1], null, null, null, null, null)"));
	OK(calls("select ledger.capture(1, 'c1', array[[B],[F]], array[290, 10], null, null, null, null, null)"));
	OK(calls("select ledger.release(1, 'r1', 100)"));
	OK(calls("select ledger.capture(1, 'c3', array[[B]], array[300], null, null, null, null, null)"));
	cr_expect_str_eq(cluster_sql("select concat_ws(' ', state, captured, released) from ledger.hold"), "CAPTURED 600 100");
	REFUSED("hold_closed", calls("select ledger.release(1, 'r2', null)"));
	REFUSED("hold_unknown", calls("select ledger.release(2, 'r2', null)"));
	REFUSED("idem_reused", calls("select ledger.release(1, 'c1', null)"));
	cr_expect_eq(balance("A"), 400);
	cr_expect_eq(balance("B"), 590);
	cr_expect_eq(balance("H"), 0);
	books_hold("after captures");
}

Test(ledger, a_release_repeated_is_answered_once_done)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(calls("select ledger.hold([A], 700, 'h', null, null, null, null)"));
	OK(calls("select ledger.release(1, 'r', null)"));
	OK(calls("select ledger.release(1, 'r', null)"));
	cr_expect_eq(balance("A"), 1000);
	cr_expect_str_eq(cluster_sql("select state from ledger.hold"), "RELEASED");
	books_hold("after a release");
}

Test(ledger, holds_past_their_time_go_back)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(calls("select ledger.hold([A], 10, 'h1', now() - interval '1 s', null, null, null)"));
	OK(calls("select ledger.hold([A], 20, 'h2', now() + interval '1 h', null, null, null)"));
	OK(calls("select ledger.hold([A], 40, 'h3', null, null, null, null)"));
	cr_expect_str_eq(cluster_sql("select ledger.expire(100)"), "1");
	cr_expect_str_eq(cluster_sql("select string_agg(state, ' ' order by id) from ledger.hold"), "EXPIRED OPEN OPEN");
	cr_expect_eq(balance("A"), 940);
	REFUSED("hold_closed", calls("select ledger.capture(1, 'c', array[[B]], array[10], null, null, null, null, null)"));
	books_hold("after expiry");
}

/* ---- reversals ----------------------------------------------------------------------------- */

#define TXN(key) "(select id from ledger.txn where idem = '" key "')"

Test(ledger, a_transaction_is_taken_back_once)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(moves("pay", "A,B,F", "-500,450,50"));
	OK(forces("select ledger.reverse(" TXN("pay") ", 'back', null, null, null, null)"));
	OK(forces("select ledger.reverse(" TXN("pay") ", 'back', null, null, null, null)"));
	REFUSED("already_reversed", forces("select ledger.reverse(" TXN("pay") ", 'again', null, null, null, null)"));
	REFUSED("txn_unknown", forces("select ledger.reverse(99, 'again', null, null, null, null)"));
	cr_expect_eq(balance("A"), 1000);
	cr_expect_eq(balance("B"), 0);
	cr_expect_eq(balance("F"), 0);
	books_hold("after a reversal");
}

Test(ledger, a_reversal_without_money_needs_a_debt_account)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(moves("pay", "A,B", "-500,500"));
	OK(moves("spent", "B,S", "-500,500"));
	REFUSED("insufficient_funds", forces("select ledger.reverse(" TXN("pay") ", 'back', null, null, null, null)"));
	REFUSED("bad_posting", forces("select ledger.reverse(" TXN("pay") ", 'back', null, array[[B]], array[[F]], null)"));
	OK(forces("select ledger.reverse(" TXN("pay") ", 'back', null, array[[B]], array[[E]], null)"));
	cr_expect_eq(balance("A"), 1000);
	cr_expect_eq(balance("B"), 0);
	cr_expect_eq(balance("E"), -500);
	books_hold("after a clawback");
}

/* ---- views, snapshots ------------------------------------------------------------------------ */

Test(ledger, a_person_sees_their_own_accounts_and_entries_alone)
{
	OK(moves("in", "A,S", "1000,-1000"));
	OK(moves("in2", "B,S", "7,-7"));
	OK(as_role("db_web", "select set_config('app.uid', '" U1 "', false); do $$ begin"
	    " if (select count(*) from ledger.account_public where owner_id <> '" U1 "' or owner_id is null) > 0"
	    " or (select sum(balance) from ledger.account_public) <> 1000"
	    " or (select count(*) from ledger.entry_public) <> 1"
	    " or (select count(*) from ledger.txn_public) <> 1 then raise exception 'sees others'; end if; end $$"));
	OK(as_role("db_web", "do $$ begin if exists (select from ledger.account_public)"
	    " or exists (select from ledger.entry_public) or exists (select from ledger.hold_public)"
	    " or exists (select from ledger.txn_public) then raise exception 'sees others'; end if; end $$"));
}

Test(ledger, a_snapshot_changes_no_balance_and_loses_no_late_commit)
{
	char conninfo[400];
	PGconn *late;

	OK(moves("a", "A,S", "1000,-1000"));
	/* A transaction that is open across the snapshot. */
	(void)snprintf(conninfo, sizeof conninfo, "%s", cluster_as("db_pay"));
	late = PQconnectdb(conninfo);
	PQclear(PQexec(late, "begin"));
	PQclear(PQexec(late, "select ledger.post_named('TEST', 'late', array['user:" U2 ":wallet:ZAR',"
	    " 'stripe:balance:ZAR'], array[50, -50], null, null, null, null, null)"));
	OK(moves("b", "A,S", "30,-30"));
	cluster_sql("select ledger.snapshot_take(1)");
	cr_expect_eq(balance("S"), -1030);
	PQclear(PQexec(late, "commit"));
	PQfinish(late);
	cr_expect_eq(balance("S"), -1080);
	/* Other tests' transactions hold the horizon of this cluster back for a while. */
	for (int i = 0; i < 3000 && strcmp(cluster_sql("select coalesce((select s.balance::text from ledger.snapshot s"
	    " join ledger.account a on a.id = s.account_id where a.code = 'stripe:balance:ZAR'"
	    " order by upto_xid desc limit 1), '')"), "-1080") != 0; i++)
		cluster_sql("select ledger.snapshot_take(1)");
	cr_expect_str_eq(cluster_sql("select s.balance from ledger.snapshot s join ledger.account a on a.id ="
	    " s.account_id where a.code = 'stripe:balance:ZAR' order by upto_xid desc limit 1"), "-1080");
	cr_expect_eq(balance("S"), -1080);
	books_hold("after snapshots");
}

Test(ledger, all_tokens_there_will_ever_be_stand_in_the_books)
{
	cr_expect_str_eq(cluster_sql("select string_agg(code || ' ' || balance, ', ' order by code) from ledger.account"
	    " where code ~ '^supply:' and mode = 'R'"), "supply:genesis:AZR -100000000000000000,"
	    " supply:treasury:AZR 10000000000000000, supply:unissued:AZR 90000000000000000");
	OK(moves("burn", "T,X", "-5,5"));
	REFUSED("credit_only", moves("unburn", "T,X", "5,-5"));
}

/* ---- a reader that shares no code with us ------------------------------------------------------ */

/* Exit status of hledger's checks of a journal; what it says is in the log. */
static int
hledger(const char *journal)
{
	char name[200], said[4000];
	const char *const argv[] = { "hledger", "-f", name, "check", NULL };
	FILE *f;
	int status;

	scratch_name(name, sizeof name, "journal");
	f = fdopen(mkstemp(name), "w");
	cr_assert(f && fputs(journal, f) >= 0 && !fclose(f));
	status = scratch_run(argv, said, sizeof said);
	(void)remove(name);
	(void)fputs(said, stderr);
	return status;
}

Test(ledger, hledger_accepts_the_exported_journal_and_refuses_one_that_is_off_by_a_cent)
{
	char *journal, *at;

	OK(moves("in", "A,S", "10000,-10000"));
	OK(moves("pay", "A,B,F", "-4000,3900,100"));
	OK(calls("select ledger.hold([A], 700, 'h', null, null, null, null)"));
	OK(calls("select ledger.capture(1, 'c1', array[[B]], array[290], null, null, null, null, null)"));
	OK(moves("burn", "T,X", "-5,5"));
	OK(forces("select ledger.reverse(" TXN("pay") ", 'back', '2026-01-01Z', null, null, null)"));
	journal = strdup(cluster_sql("select string_agg(j, e'\\n') || e'\\n' from ledger.journal() j"));
	cr_expect(strstr(journal, "ZAR -40.00"));
	cr_expect_eq(hledger(journal), 0);
	at = strstr(journal, "ZAR 39.00");
	cr_assert(at);
	at[8] = '1';
	cr_expect_neq(hledger(journal), 0);
	at[8] = '0';
	/* A balance that is not the sum of its entries. */
	at = strstr(strstr(journal, "9999-12-31"), "held:ZAR  ZAR 0 = ZAR 4.10");
	cr_assert(at);
	at[strlen("held:ZAR  ZAR 0 = ZAR 4.1")] = '1';
	cr_expect_neq(hledger(journal), 0);
	free(journal);
}

/* ---- the builder in C ------------------------------------------------------------------------- */

TestSuite(ledger_c, .init = world_begin, .fini = world_end);

static struct db *
open_unit(void)
{
	struct db *db = kit_db(POOL_PAY);

	db_begin(db, kit_arena(), true, NULL);
	return db;
}

Test(ledger_c, builds_a_posting_by_name_and_leaves_out_legs_of_nothing)
{
	struct db *db = open_unit();
	struct ledger_posting *p = ledger_begin(db, kit_arena(), "DEPOSIT", "d\"1\\");
	struct ledger_done first, again;
	int64_t wallet;

	ledger_leg_code(p, 11500, "user:%s:wallet:ZAR", U1);
	ledger_leg_code(p, -11500, "stripe:balance:ZAR");
	ledger_leg_code(p, 0, "platform:income:fees:ZAR");
	ledger_about(p, "payment.payment", U2);
	ledger_meta(p, "{\"n\":1}");
	first = ledger_commit(p);
	again = ledger_commit(p);
	cr_expect(!first.replayed && again.replayed && first.txn_id == again.txn_id);
	wallet = ledger_account(db, ledger_code_of_person(kit_arena(), U1, "wallet", "ZAR"), "ZAR");
	cr_expect_eq(ledger_balance(db, wallet), 11500);
	db_commit(db);
	cr_expect_str_eq(value("select count(*) from ledger.account where code like '%%income%%'"), "0");
	cr_expect_str_eq(value("select concat_ws(' ', kind, ref_type, meta->>'n') from ledger.txn where idem = 'd\"1\\'"),
	    "DEPOSIT payment.payment 1");
}

Test(ledger_c, refuses_by_unwinding_with_the_name)
{
	struct db *db = kit_db(POOL_PAY);
	struct fault_frame f;
	volatile bool refused = false;

	if (FAULT_CATCH(&f)) {
		cr_expect_eq(f.status, 402);
		cr_expect_str_eq(f.code, "insufficient_funds");
		db_rollback(db);
		refused = true;
	} else {
		struct ledger_posting *p;

		db_begin(db, kit_arena(), true, NULL);
		p = ledger_begin(db, kit_arena(), "TRANSFER", "t1");
		ledger_leg_code(p, -1, "user:" U1 ":wallet:ZAR");
		ledger_leg_code(p, 1, "user:" U2 ":wallet:ZAR");
		(void)ledger_commit(p);
		fault_leave(&f);
	}
	cr_expect(refused);
	cr_expect_str_eq(value("select count(*) from ledger.txn where idem = 't1'"), "0");
}

Test(ledger_c, posts_a_batch_holds_captures_releases_and_reverses)
{
	struct db *db = open_unit();
	struct arena *a = kit_arena();
	int64_t one = ledger_account(db, "user:" U1 ":wallet", "ZAR");
	int64_t two = ledger_account(db, "user:" U2 ":wallet", "ZAR");
	int64_t bank = ledger_account(db, "bank:main", "ZAR"), hold;
	struct ledger_posting *p[2] = { ledger_begin(db, a, "DEPOSIT", "b1"), ledger_begin(db, a, "DEPOSIT", "b2") };
	struct ledger_posting *c = ledger_begin(db, a, "CAPTURE", "c1");
	struct ledger_done *done;

	ledger_leg(p[0], one, 100);
	ledger_leg(p[0], bank, -100);
	ledger_effective(p[0], INT64_C(1767225600000000)); /* 2026-01-01 */
	ledger_leg(p[1], two, 50);
	ledger_leg(p[1], bank, -50);
	ledger_about(p[1], "wallet.test", U1);
	done = ledger_commit_many(db, a, p, 2);
	cr_expect(done[0].txn_id && done[1].txn_id && !done[0].replayed);
	hold = ledger_hold(db, one, 80, "h1", 0, NULL, NULL);
	ledger_leg_code(c, 30, "user:" U2 ":wallet:ZAR");
	cr_expect_not(ledger_capture(c, hold).replayed);
	cr_expect_not(ledger_release(db, hold, "r1", 0).replayed);
	(void)ledger_reverse(db, a, done[1].txn_id, "rev", 0, NULL, NULL, 0);
	cr_expect_eq(ledger_balance(db, one), 70);
	cr_expect_eq(ledger_balance(db, two), 30);
	db_commit(db);
	cr_expect_str_eq(value("select to_char(effective_at, 'YYYY-MM-DD') from ledger.txn where idem = 'b1'"), "2026-01-01");
}
