/* Wallets: balances, history, transfers, fees, the administrators' desk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_kit.h"
#include "testkit.h"

TestSuite(wallet, .init = world_begin, .fini = world_end);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))

static void
fund(enum who who, const char *currency, const char *amount)
{
	seed("select ledger.post_named('DEPOSIT', 'fund:' || gen_random_uuid(), array['user:%s:wallet:%s',"
	    " 'bank:main:%s'], array[%s, -(%s)], null, null, null, null, null)", person_id(who), currency, currency,
	    amount, amount);
}

static const char *
balance(enum who who, const char *currency)
{
	return value("select coalesce((select balance from ledger.account where code = 'user:%s:wallet:%s'), 0)",
	    person_id(who), currency);
}

static struct reply
send(enum who who, enum who to, const char *currency, const char *amount, const char *key)
{
	(void)person_id(to);
	return post_as(who, "/wallet/transfer/confirm", arena_printf(kit_arena(),
	    "receiver=%s&currency=%s&amount=%s&key=%s", person_email(to), currency, amount, key));
}

/* ---- what one has ------------------------------------------------------------------- */

Test(wallet, shows_five_currencies_as_page_and_as_json)
{
	fund(ANN, "ZAR", "123450");
	fund(ANN, "ETH", "1000000001");
	struct reply r = get_as(ANN, "/wallet");

	cr_expect_eq(r.status, 200);
	HAS(r.html, "R1\xc2\xa0""234.50");
	HAS(r.html, "1.000000001 ETH");
	HAS(r.json, "\"currency\":\"BTC\"");
	HAS(r.json, "\"available\":{\"amount\":123450,\"currency\":\"ZAR\"}");
	HAS(r.json, "\"kind\":\"DEPOSIT\"");
	cr_expect_eq(get("/wallet").status, 303);
	cr_expect_eq(api_get("/wallet").status, 401);
}

Test(wallet, shows_what_is_set_apart_outside_of_what_is_available)
{
	fund(ANN, "ZAR", "1000");
	seed("select ledger.hold((select id from ledger.account where code = 'user:%s:wallet:ZAR'), 400, 'h', null,"
	    " null, null, null)", person_id(ANN));
	struct reply r = get_as(ANN, "/wallet");

	HAS(r.json, "\"available\":{\"amount\":600,\"currency\":\"ZAR\"}");
	HAS(r.json, "\"held\":{\"amount\":400,\"currency\":\"ZAR\"}");
	HAS(r.json, "\"balance\":{\"amount\":1000,\"currency\":\"ZAR\"}");
	HAS(r.html, "set apart");
	HAS(get_as(ANN, "/wallet/ZAR").json, "\"held\":{\"amount\":400");
}

Test(wallet, shows_nobody_elses_money)
{
	fund(ANN, "ZAR", "777700");
	struct reply r = get_as(BOB, "/wallet");

	HAS_NOT(r.json, "777700");
	r = get_as(BOB, "/wallet/ZAR");
	HAS_NOT(r.json, "777700");
	HAS_NOT(get_as(BOB, "/wallet/ZAR/export").html, "7777");
	cr_expect_eq(get("/wallet/ZAR").status, 303);
	cr_expect_eq(get_as(ANN, "/wallet/EUR").status, 404);
	cr_expect_eq(get_as(ANN, "/wallet/zar").status, 404);
}

Test(wallet, lists_movements_with_the_balance_after_each_filtered_and_in_pages)
{
	for (int i = 1; i <= 30; i++)
		fund(ANN, "ZAR", arena_printf(kit_arena(), "%d", i));
	seed("select ledger.post_named('PAYMENT', 'p', array['user:%s:wallet:ZAR', 'platform:income:course:ZAR'],"
	    " array[-65, 65], null, null, null, null, null)", person_id(ANN));
	struct reply r = get_as(ANN, "/wallet/ZAR");

	HAS(r.json, "\"total\":31");
	HAS(r.json, "\"balanceAfter\":{\"amount\":400,");
	HAS(r.html, "R4.00");
	HAS(get_as(ANN, "/wallet/ZAR?page=2").json, "\"balanceAfter\":{\"amount\":1,");
	HAS(get_as(ANN, "/wallet/ZAR?direction=out").json, "\"total\":1,");
	HAS(get_as(ANN, "/wallet/ZAR?kind=DEPOSIT").json, "\"total\":30,");
	HAS(get_as(ANN, "/wallet/ZAR?to=2020-01-01").json, "\"items\":[]");
	HAS(get_as(ANN, "/wallet/ZAR?to=2020-01-01").json, "\"total\":0,");
	cr_expect_eq(get_as(ANN, "/wallet/ZAR?from=yesterday").status, 422);
	cr_expect_eq(get_as(ANN, "/wallet/ZAR?kind=X").status, 422);
}

Test(wallet, gives_the_movements_as_csv)
{
	fund(ANN, "AZR", "150000000");
	struct reply r = get_as(ANN, "/wallet/AZR/export");

	cr_expect_eq(r.status, 200);
	HAS(r.head, "text/csv");
	HAS(r.html, "number,transaction,date,kind,currency,amount,balance\r\n1,");
	HAS(r.html, ",DEPOSIT,AZR,1.50000000,1.50000000\r\n");
	HAS(r.html, arena_printf(kit_arena(), ",%s,", value("select to_char(effective_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
	    " from ledger.txn where kind = 'DEPOSIT'")));
}

Test(wallet, writes_a_statement_whose_sums_agree)
{
	seed("select ledger.post_named('DEPOSIT', 'a', array['user:%s:wallet:ZAR', 'bank:main:ZAR'], array[1000, -1000],"
	    " '2026-01-31 23:59:59Z', null, null, null, null)", person_id(ANN));
	seed("select ledger.post_named('DEPOSIT', 'b', array['user:%s:wallet:ZAR', 'bank:main:ZAR'], array[500, -500],"
	    " '2026-02-01Z', null, null, null, null)", person_id(ANN));
	seed("select ledger.post_named('PAYMENT', 'c', array['user:%s:wallet:ZAR', 'bank:main:ZAR'], array[-200, 200],"
	    " '2026-02-28 23:00Z', null, null, null, null)", person_id(ANN));
	struct reply r = get_as(ANN, "/wallet/ZAR/statements/2026-02");

	cr_expect_eq(r.status, 200);
	HAS(r.json, "\"opening\":{\"amount\":1000,");
	HAS(r.json, "\"paidIn\":{\"amount\":500,");
	HAS(r.json, "\"paidOut\":{\"amount\":200,");
	HAS(r.json, "\"closing\":{\"amount\":1300,");
	HAS(r.json, "\"entries\":2");
	cr_expect_eq(get_as(ANN, "/wallet/ZAR/statements/2026-13").status, 404);
	cr_expect_eq(get_as(ANN, "/wallet/ZAR/statements/now").status, 404);
	HAS(get_as(BOB, "/wallet/ZAR/statements/2026-02").json, "\"opening\":{\"amount\":0,");
}

Test(wallet, opens_a_movement_to_its_two_people_alone)
{
	const char *path;

	fund(ANN, "ZAR", "100000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "100.00", "key-00001").status, 303);
	path = arena_printf(kit_arena(), "/wallet/transactions/%s", value("select txn_id from wallet.transfer"));
	HAS(get_as(ANN, "/wallet/ZAR").html, path);
	HAS(get_as(ANN, "/wallet").html, path);
	struct reply r = get_as(ANN, path);
	cr_expect_eq(r.status, 200);
	HAS(r.json, "\"sent\":{\"amount\":10000,\"currency\":\"ZAR\"}");
	HAS(r.html, ">ZAR</a>");
	HAS(r.json, "\"fee\":{\"amount\":50,");
	HAS(r.json, "\"amount\":{\"amount\":-10050,");
	HAS(r.json, "\"balanceAfter\":{\"amount\":89950,");
	HAS(r.json, "\"with\":\"Bob ");
	HAS_NOT(r.json, "platform:income");
	r = get_as(BOB, path);
	HAS(r.json, "\"amount\":{\"amount\":10000,");
	HAS_NOT(r.json, "89950");
	HAS(r.html, "Ann Archer");
	/* Strangers, also the administrator, whose page is another one. */
	cr_expect_eq(get_as(EVE, path).status, 404);
	cr_expect_eq(get_as(ADA, path).status, 404);
	cr_expect_str_eq(api_get_as(EVE, path).problem, "txn_unknown");
	cr_expect_eq(get(path).status, 303);
	cr_expect_eq(api_get(path).status, 401);
	cr_expect_eq(get_as(ANN, "/wallet/transactions/99999999").status, 404);
	cr_expect_eq(get_as(ANN, "/wallet/transactions/x").status, 404);
}

Test(wallet, no_page_makes_more_than_two_round_trips)
{
	const char *txn;

	fund(ANN, "ZAR", "100000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "100.00", "key-00001").status, 303);
	txn = arena_printf(kit_arena(), "/wallet/transactions/%s", value("select txn_id from wallet.transfer"));
	const char *const pages[] = { "/wallet", "/wallet/ZAR", "/wallet/ZAR?page=2", "/wallet/ZAR?direction=out",
		"/wallet/ZAR/export?from=2026-01-01&to=2026-12-31", "/wallet/ZAR/statements/2026-02", "/wallet/transfer", txn };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct reply r;

		clock_move(2 * 60 * SECOND);
		r = get_as(ANN, pages[i]);
		cr_expect_eq(r.status, 200, "%s", pages[i]);
		cr_expect(r.trips >= 1 && r.trips <= 2, "%s: %u", pages[i], r.trips);
	}
}

/* ---- transfers ------------------------------------------------------------------------- */

Test(wallet, names_receiver_and_fee_before_anything_moves)
{
	(void)person_id(BOB);
	fund(ANN, "ZAR", "100000");
	struct reply r = post_as(ANN, "/wallet/transfer", arena_printf(kit_arena(), "receiver=%s&currency=ZAR&amount=100",
	    person_email(BOB)));

	cr_expect_eq(r.status, 200);
	HAS(r.html, "R100.50"); /* half a percent, at least 50 cents, the sender pays */
	HAS(r.html, "name=\"key\"");
	HAS_NOT(r.html, "type=\"password\"");
	cr_expect_str_eq(balance(ANN, "ZAR"), "100000");
	r = api_post_as(ANN, "/wallet/transfer", arena_printf(kit_arena(), "{\"receiver\":\"%s\",\"currency\":\"ZAR\","
	    "\"amount\":\"9000\"}", person_email(BOB)));
	cr_expect_str_eq(r.problem, "invalid_input");
	HAS(r.json, "insufficient_funds");
}

Test(wallet, sends_once_per_key_and_takes_the_fee_by_schedule)
{
	fund(ANN, "ZAR", "100000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "100.00", "key-00001").status, 303);
	cr_expect_eq(send(ANN, BOB, "ZAR", "100.00", "key-00001").status, 303);
	cr_expect_str_eq(balance(ANN, "ZAR"), "89950");
	cr_expect_str_eq(balance(BOB, "ZAR"), "10000");
	cr_expect_str_eq(value("select ledger.balance(id) from ledger.account where code = 'platform:income:fees:ZAR'"), "50");
	cr_expect_str_eq(value("select concat_ws(' ', t.fee, t.payer, f.bps) from wallet.transfer t join wallet.fee_schedule f"
	    " on f.id = t.schedule_id"), "50 SENDER 50");
	cr_expect_eq(send(ANN, BOB, "ZAR", "101.00", "key-00001").status, 422);
	cr_expect_eq(count("wallet.transfer"), 1);
	cr_expect_eq(count("audit.entry where action = 'wallet.transferred'"), 1);
	HAS(get_as(BOB, "/wallet/ZAR").json, "\"kind\":\"TRANSFER\"");
}

Test(wallet, sends_to_a_wallet_address)
{
	const char *address = between(get_as(BOB, "/wallet").json, "\"address\":\"", "\"");

	fund(ANN, "AZR", "1000000000");
	cr_assert(address);
	cr_expect_eq(api_post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "{\"receiver\":\"%s\","
	    "\"currency\":\"AZR\",\"amount\":\"2.5\",\"key\":\"key-00001\"}", address)).status, 201);
	cr_expect_str_eq(balance(BOB, "AZR"), "250000000");
	/* A tenth of a percent is less than the least fee. */
	cr_expect_str_eq(balance(ANN, "AZR"), "749000000");
}

Test(wallet, refuses_what_may_not_be_sent_and_leaves_no_trace)
{
	static const struct { const char *amount, *code; } cases[] = {
		{ "0", "money" }, { "-5", "money" }, { "1.005", "money" }, { "abc", "money" },
		{ "0.99", "limit_minimum" }, { "10000.01", "limit_single" } };

	fund(ANN, "ZAR", "9000000");
	(void)person_id(BOB);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply r = api_post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "{\"receiver\":\"%s\","
		    "\"currency\":\"ZAR\",\"amount\":\"%s\",\"key\":\"key-00001\"}", person_email(BOB), cases[i].amount));

		cr_expect_eq(r.status, 422, "%s: %d", cases[i].amount, r.status);
		HAS(r.json, cases[i].code);
	}
	cr_expect_eq(send(ANN, ANN, "ZAR", "5", "key-00001").status, 422);
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", "receiver=nobody%40example.org&currency=ZAR&amount=5&key=key-00001").status, 422);
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", "receiver=nobody%40example.org&currency=&amount=5&key=key-00001").status, 422);
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", "currency=ZAR&amount=5&key=key-00001").status, 422);
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", "receiver=nobody%40example.org&currency=ZAR&key=key-00001").status, 422);
	cr_expect_eq(post("/wallet/transfer/confirm", "receiver=x&currency=ZAR&amount=5&key=key-00001").status, 303);
	seed("update identity.person set status = 'DISABLED' where id = '%s'", person_id(BOB));
	cr_expect_eq(send(ANN, BOB, "ZAR", "5", "key-00001").status, 422);
	cr_expect_eq(count("wallet.transfer"), 0);
	cr_expect_str_eq(balance(ANN, "ZAR"), "9000000");
	cr_expect_eq(send(EVE, ANN, "ZAR", "5", "key-00001").status, 402);
}

Test(wallet, counts_the_day_before_it_lets_more_go)
{
	fund(ANN, "ZAR", "9000000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "10000", "key-00001").status, 303);
	cr_expect_eq(send(ANN, BOB, "ZAR", "10000", "key-00002").status, 303);
	struct reply r = api_post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "{\"receiver\":\"%s\","
	    "\"currency\":\"ZAR\",\"amount\":\"5000.01\",\"key\":\"key-00003\"}", person_email(BOB)));
	cr_expect_eq(r.status, 422);
	cr_expect_str_eq(r.problem, "limit_daily");
	cr_expect_eq(send(ANN, BOB, "ZAR", "5000", "key-00003").status, 303);
	clock_move(25 * HOUR);
	signin(ANN);
	cr_expect_eq(send(ANN, BOB, "ZAR", "10000", "key-00004").status, 303);
}

Test(wallet, asks_for_the_password_again_after_a_while)
{
	const char *form = arena_printf(kit_arena(), "receiver=%s&currency=ZAR&amount=5&key=key-00001", person_email(BOB));

	fund(ANN, "ZAR", "9000");
	(void)person_id(BOB);
	signin(ANN);
	clock_move(6 * 60 * SECOND);
	HAS(post_as(ANN, "/wallet/transfer", arena_printf(kit_arena(), "receiver=%s&currency=ZAR&amount=5",
	    person_email(BOB))).html, "type=\"password\"");
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", form).status, 422);
	struct reply r = post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "%s&password=wrong", form));
	cr_expect_eq(r.status, 422);
	HAS(r.html, "This is not your password");
	HAS(r.html, "R5.00");
	cr_expect_str_eq(balance(ANN, "ZAR"), "9000");
	cr_expect_eq(post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "%s&password=%s", form,
	    person_password(ANN))).status, 303);
	cr_expect_str_eq(balance(BOB, "ZAR"), "500");
}

Test(wallet, writes_to_both_when_money_has_moved)
{
	fund(ANN, "ZAR", "9000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "5", "key-00001").status, 303);
	HAS(mail_to(person_email(BOB)).subject, "received");
	HAS(mail_to(person_email(ANN)).subject, "transfer is done");
	jobs_run();
	cr_expect_eq(mails("transfer_sent"), 1);
	cr_expect_eq(mails("transfer_received"), 1);
}

Test(wallet, the_receiver_pays_when_the_schedule_says_so)
{
	seed("update wallet.fee_schedule set effective_to = now() - interval '1 minute' where type = 'TRANSFER' and currency = 'USD';"
	    " insert into wallet.fee_schedule (type, currency, flat, bps, least, most, payer, effective_from)"
	    " values ('TRANSFER', 'USD', 10, 100, 0, null, 'RECEIVER', now() - interval '1 minute')");
	fund(ANN, "USD", "1000");
	cr_expect_eq(send(ANN, BOB, "USD", "5", "key-00001").status, 303);
	cr_expect_str_eq(balance(ANN, "USD"), "500");
	cr_expect_str_eq(balance(BOB, "USD"), "485"); /* 10 + half-up(500 × 1 %) */
	cr_expect_eq(api_post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "{\"receiver\":\"%s\","
	    "\"currency\":\"USD\",\"amount\":\"0.10\",\"key\":\"key-00002\"}", person_email(BOB))).status, 422);
}

Test(wallet, worked_fees_are_flat_and_percent_between_least_and_most)
{
	/* R: half a percent, 0.50 to 25.00 */
	cr_expect_str_eq(value("select string_agg(fee::text, ' ' order by a) from unnest(array[100, 10000, 10100, 123450,"
	    " 1000000]) a, wallet.fee_of('TRANSFER', 'ZAR', a)"), "50 50 51 617 2500");
}

/* ---- the administrators' desk ------------------------------------------------------------- */

Test(wallet, an_administrator_drills_from_a_balance_to_its_entries)
{
	const char *account, *txn;

	fund(ANN, "ZAR", "4321");
	account = value("select id from ledger.account where code = 'user:%s:wallet:ZAR'", person_id(ANN));
	txn = value("select max(id) from ledger.txn");
	account = arena_strdup(kit_arena(), value("select id from ledger.account where code = 'user:%s:wallet:ZAR'", person_id(ANN)));
	struct reply r = get_as(ADA, arena_printf(kit_arena(), "/admin/ledger?q=%s", person_id(ANN)));
	HAS(r.html, arena_printf(kit_arena(), "/admin/ledger/accounts/%s", account));
	HAS(r.json, "\"total\":1,");
	txn = arena_strdup(kit_arena(), value("select max(id) from ledger.txn"));
	r = get_as(ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s", account));
	HAS(r.json, "\"balance\":{\"amount\":4321,");
	HAS(r.html, arena_printf(kit_arena(), "/admin/ledger/transactions/%s", txn));
	r = get_as(ADA, arena_printf(kit_arena(), "/admin/ledger/transactions/%s", txn));
	HAS(r.json, "\"kind\":\"DEPOSIT\"");
	HAS(r.json, "bank:main:ZAR");
	cr_expect_eq(get_as(ADA, "/admin/ledger/accounts/77").status, 404);
	cr_expect_eq(get_as(ADA, "/admin/ledger/transactions/77777").status, 404);
	cr_expect_eq(get_as(ADA, "/admin/ledger?q=%25").status, 200);
	HAS(get_as(ADA, "/admin/ledger?q=%25").json, "\"items\":[]");
}

Test(wallet, a_page_beyond_the_last_says_how_many_there_are_and_leads_back)
{
	const char *account;

	for (int i = 0; i < 30; i++)
		fund(ANN, "ZAR", "100");
	seed("insert into wallet.adjustment (reason, legs, requested_by) select 'reason no ' || n, '[{}, {}]', '%s'"
	    " from generate_series(1, 30) n", person_id(ADA));
	account = value("select id from ledger.account where code = 'bank:main:ZAR'");
	const struct { enum who who; const char *path, *total, *last; } lists[] = {
		{ ANN, "/wallet/ZAR?page=9", "30", "/wallet/ZAR?page=2" },
		{ ANN, "/wallet/ZAR?direction=in&page=9", "30", "/wallet/ZAR?direction=in&amp;page=2" },
		{ ADA, "/admin/ledger?q=user&page=9", "1", "/admin/ledger?q=user\"" },
		{ ADA, "/admin/ledger/adjustments?page=9", "30", "/admin/ledger/adjustments?page=2" },
		{ ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s?page=9", account), "30",
		    arena_printf(kit_arena(), "/admin/ledger/accounts/%s?page=2", account) },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct reply r = get_as(lists[i].who, lists[i].path);

		cr_expect_eq(r.status, 200, "%s", lists[i].path);
		HAS(r.json, "\"items\":[]");
		HAS(r.json, arena_printf(kit_arena(), "\"total\":%s,", lists[i].total));
		HAS(r.html, "There is no page 9");
		HAS(r.html, arena_printf(kit_arena(), "<a class=\"button primary\" href=\"%s", lists[i].last));
	}
}

/* Entries read, not time: the index tells how many it gave to this transaction. */
Test(wallet, the_desks_page_of_a_hot_account_does_not_read_all_of_it)
{
	const char *id;
	struct reply r;

	seed("select ledger.account_open('platform:' || x || ':test:ZAR', 'ZAR') from unnest(array['income', 'expense']) x");
	for (int i = 0; i < 5; i++)
		seed("select ledger.post_many((select jsonb_agg(jsonb_build_object('kind', 'TEST', 'idem', %d || ':' || n,"
		    " 'accounts', (select jsonb_agg(id order by code) from ledger.account where code like 'platform:%%:test:ZAR'),"
		    " 'amounts', jsonb_build_array(-n, n))) from generate_series(1, 400) n))", i);
	id = arena_strdup(kit_arena(), value("select id from ledger.account where code = 'platform:income:test:ZAR'"));
	seed("select ledger.snapshot_take(1)");
	seed("select ledger.post_named('TEST', 'newest', array['platform:income:test:ZAR',"
	    " 'platform:expense:test:ZAR'], array[77, -77], null, null, null, null, null)");
	r = get_as(ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s", id));
	HAS(r.json, "\"total\":2001,");
	HAS(strstr(r.json, "\"items\":[{"), "\"amount\":{\"amount\":77,");
	HAS(get_as(ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s?page=81", id)).json,
	    "\"amount\":{\"amount\":1,");
	HAS(get_as(ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s?page=82", id)).html, "There is no page 82");
#define READ "pg_stat_get_xact_tuples_returned('ledger.entry_append_idx'::regclass)"
	seed("do $$ declare was int8 := " READ "; now int8; begin perform set_config('app.role', 'ADMIN', true);"
	    " if ledger.entry_count(%s) <> 2001 then raise exception 'wrong number'; end if;"
	    " now := " READ "; if now - was not between 1 and 30 then raise exception '%% counted', now - was; end if;"
	    " perform ledger.entry_page(%s, 25, 0); was := " READ ";"
	    " if was - now not between 25 and 60 then raise exception '%% read', was - now; end if; end $$", id, id);
}

Test(wallet, nobody_else_sees_the_desk)
{
	static const char *const paths[] = { "/admin/ledger", "/admin/ledger/accounts/1", "/admin/ledger/transactions/1",
		"/admin/ledger/fees", "/admin/ledger/adjustments" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_expect_eq(get_as(ANN, paths[i]).status, 403, "%s", paths[i]);
		cr_expect_eq(get_as(EVE, paths[i]).status, 403, "%s", paths[i]);
	}
	cr_expect_eq(post_as(ANN, "/admin/ledger/adjustments", "reason=because+I+want&legs=x").status, 403);
}

Test(wallet, a_posting_by_hand_takes_two_people)
{
	const char *path;

	fund(ANN, "ZAR", "1000");
	cr_expect_eq(post_as(ADA, "/admin/ledger/adjustments", arena_printf(kit_arena(), "reason=A+deposit+booked+twice"
	    "&legs=user%%3A%s%%3Awallet%%3AZAR+-4.00%%0Abank%%3Amain%%3AZAR+4.00", person_id(ANN))).status, 303);
	cr_expect_str_eq(balance(ANN, "ZAR"), "1000");
	path = arena_printf(kit_arena(), "/admin/ledger/adjustments/%s/decide", value("select id from wallet.adjustment"));
	HAS(get_as(ADA, "/admin/ledger/adjustments").html, "Another administrator must decide this");
	struct reply r = api_post_as(ADA, path, "{\"decision\":\"approve\"}");
	cr_expect_str_eq(r.problem, "own_request");
	cr_expect_eq(post_as(EVE, path, "decision=approve").status, 403);
	seed("update identity.person set roles = array['ADMIN', 'EDUCATOR'], role = 'ADMIN' where id = '%s'", person_id(MAX));
	signin(MAX);
	cr_expect_eq(post_as(MAX, path, "decision=approve").status, 303);
	cr_expect_str_eq(balance(ANN, "ZAR"), "600");
	cr_expect_str_eq(api_post_as(MAX, path, "{\"decision\":\"approve\"}").problem, "already_decided");
	HAS(get_as(ADA, "/admin/ledger/adjustments").json, "\"status\":\"APPROVED\"");
	cr_expect_eq(count("audit.entry where action ~ 'wallet.adjustment'"), 2);
}

Test(wallet, a_posting_by_hand_that_makes_no_sense_is_not_asked_for)
{
	static const char *const legs[] = { "bank%3Amain%3AZAR+4.00", "bank%3Amain%3AZAR+4.00%0Abank%3Ax%3AZAR+-3",
		"bank%3Amain%3AZAR+4.00%0Abank%3Amain%3AEUR+-4", "nonsense", "bank%3Amain%3AZAR+0%0Abank%3Ax%3AZAR+0",
		"ba%22nk%3AZAR+1%0Abank%3Ax%3AZAR+-1" };

	for (size_t i = 0; i < sizeof(legs) / sizeof(legs[0]); i++)
		cr_expect_eq(post_as(ADA, "/admin/ledger/adjustments", arena_printf(kit_arena(),
		    "reason=A+deposit+booked+twice&legs=%s", legs[i])).status, 422, "%s", legs[i]);
	cr_expect_eq(post_as(ADA, "/admin/ledger/adjustments", "reason=short&legs=x").status, 422);
	cr_expect_eq(count("wallet.adjustment"), 0);
}

Test(wallet, a_fee_schedule_begins_in_the_future_and_ends_the_one_before)
{
	cr_expect_eq(post_as(ADA, "/admin/ledger/fees", "type=TRANSFER&currency=ZAR&flat=1.00&percent=0&least=0&most=&payer=SENDER"
	    "&from=2020-01-01T00%3A00").status, 422);
	cr_expect_eq(post_as(ADA, "/admin/ledger/fees", "type=TRANSFER&currency=ZAR&flat=x&percent=0&least=0&most=&payer=SENDER"
	    "&from=2099-01-01T00%3A00").status, 422);
	cr_expect_eq(post_as(ADA, "/admin/ledger/fees", "type=TRANSFER&currency=ZAR&flat=1.00&percent=0&least=0&most=&payer=SENDER"
	    "&from=2099-01-01T00%3A00").status, 303);
	cr_expect_str_eq(value("select count(*) || ' ' || count(effective_to) from wallet.fee_schedule where type = 'TRANSFER'"
	    " and currency = 'ZAR'"), "2 1");
	HAS(get_as(ADA, "/admin/ledger/fees").html, "planned");
	cr_expect_str_eq(value("select fee from wallet.fee_of('TRANSFER', 'ZAR', 100000)"), "500");
	cr_expect_eq(post_as(ADA, "/admin/ledger/fees", "type=TRANSFER&currency=ZAR&flat=2.00&percent=0&least=0&most=&payer=SENDER"
	    "&from=2098-01-01T00%3A00").status, 409);
}

Test(wallet, limits_begin_in_the_future_and_hold_until_the_next)
{
	static const char *const wrong[] = {
		"limitCurrency=ZAR&minimum=5&single=2&daily=10&limitFrom=2099-01-01T00%3A00",
		"limitCurrency=ZAR&minimum=1&single=2&daily=1&limitFrom=2099-01-01T00%3A00",
		"limitCurrency=ZAR&minimum=0&single=2&daily=3&limitFrom=2099-01-01T00%3A00",
		"limitCurrency=ZAR&minimum=1&single=2&daily=3&limitFrom=2020-01-01T00%3A00",
		"limitCurrency=EUR&minimum=1&single=2&daily=3&limitFrom=2099-01-01T00%3A00",
		"limitCurrency=ZAR&minimum=x&single=2&daily=3&limitFrom=2099-01-01T00%3A00" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(post_as(ADA, "/admin/ledger/limits", wrong[i]).status, 422, "%s", wrong[i]);
	cr_expect_eq(count("wallet.limit_schedule"), 5);
	cr_expect_eq(post_as(ADA, "/admin/ledger/limits", arena_printf(kit_arena(), "limitCurrency=ZAR&minimum=2&single=3"
	    "&daily=4&limitFrom=%s", value("select to_char(now() + interval '2 days', 'YYYY-MM-DD\"T\"HH24:MI')"))).status, 303);
	HAS(get_as(ADA, "/admin/ledger/fees").json, "\"planned\":true");
	fund(ANN, "ZAR", "90000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "5", "key-00001").status, 303);
	clock_move(49 * HOUR + 3 * HOUR);
	signin(ANN);
	struct reply r = api_post_as(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(), "{\"receiver\":\"%s\","
	    "\"currency\":\"ZAR\",\"amount\":\"5\",\"key\":\"key-00002\"}", person_email(BOB)));
	cr_expect_str_eq(r.problem, "limit_single");
	cr_expect_eq(post_as(ANN, "/admin/ledger/limits", wrong[0]).status, 403);
	cr_expect_str_neq(cluster_try(NULL, "update wallet.limit_schedule set single = 9"), "");
}

Test(wallet, the_books_are_held_against_what_the_bank_says)
{
	const char *path;

	fund(ANN, "ZAR", "1000");
	path = arena_printf(kit_arena(), "/admin/ledger/accounts/%s",
	    value("select id from ledger.account where code = 'bank:main:ZAR'"));
	clock_move(2 * HOUR);
	signin(ADA);
	const char *at = arena_strdup(kit_arena(), value("select to_char((now() + interval '1 hour') at time zone 'Africa/Johannesburg',"
	    " 'YYYY-MM-DD\"T\"HH24:MI')"));
#define FORM "at=%s&balance=%s&source=statement+7"
	const char *to = arena_printf(kit_arena(), "%s/statements", path);

	HAS(get_as(ADA, path).html, "Copy a statement");
	cr_expect_eq(post_as(ADA, to, arena_printf(kit_arena(), FORM, "2099-01-01T00%3A00", "10.00")).status, 422);
	cr_expect_eq(post_as(ADA, to, arena_printf(kit_arena(), FORM, at, "ten")).status, 422);
	cr_expect_eq(post_as(EVE, to, arena_printf(kit_arena(), FORM, at, "10.00")).status, 403);
	cr_expect_eq(count("ledger.statement"), 0);
	cr_expect_eq(post_as(ADA, to, arena_printf(kit_arena(), FORM, at, "10.00")).status, 303);
	cr_expect_str_eq(value("select count(*) from ledger.check_books()"), "0");
	HAS(get_as(ADA, path).json, "\"agrees\":true");
	struct reply r = api_post_as(ADA, to, "{\"at\":\"2026-01-02T00:00:00Z\",\"balance\":\"3\",\"source\":\"old one\"}");
	cr_expect_eq(r.status, 201, "%s", r.json);
	HAS(r.json, "\"off\":{\"amount\":-300,");
	cr_expect_str_eq(value("select count(*) from ledger.check_books()"), "0", "only the latest counts");
	seed("insert into ledger.statement (account_id, at, balance, source) select id, now() + interval '3 hours', 999, 'later'"
	    " from ledger.account where code = 'bank:main:ZAR'");
	cr_expect_str_eq(value("select rule || ' ' || detail from ledger.check_books()"), arena_printf(kit_arena(),
	    "I10 later says 999 at %s, the books 1000", value("select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')"
	    " from ledger.statement where source = 'later'")));
	cr_expect_str_eq(value("select string_agg(rule, ',') from ledger.check_new()"), "I10");
	cr_expect_eq(api_post_as(ADA, arena_printf(kit_arena(), "/admin/ledger/accounts/%s/statements",
	    value("select id from ledger.account where code = 'user:%s:wallet:ZAR'", person_id(ANN))),
	    "{\"at\":\"2026-01-02T00:00:00Z\",\"balance\":\"3\",\"source\":\"old one\"}").status, 422);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

Test(wallet, the_books_are_proved_by_a_job_that_fails_when_they_are_wrong)
{
	fund(ANN, "ZAR", "1000");
	seed("select host.job_add('wallet.check', null, '{}', 0, 0), host.job_add('wallet.check_full', null, '{}', 0, 0),"
	    " host.job_add('wallet.keep', null, '{}', 0, 0)");
	jobs_run();
	cr_expect_eq(count("host.job where type ~ 'wallet' and state = 'DEAD'"), 0);
	seed("update ledger.account set balance = balance + 1 where code = 'user:%s:wallet:ZAR'", person_id(ANN));
	seed("select host.job_add('wallet.check', null, '{}', 0, 0), host.job_add('wallet.check_full', null, '{}', 0, 0)");
	jobs_run();
	cr_expect_eq(count("host.job where type ~ 'wallet.check' and state = 'DEAD'"), 2);
}

/* What the tables refuse, for ./dev test mutation. */
TestSuite(wallet_refusal, .init = world_begin, .fini = world_end);

static void
refused(const char *why, const char *sql)
{
	const char *answer = cluster_try(NULL, sql);

	cr_expect(strstr(answer, why), "\"%s\" answered \"%s\", not %s", sql, answer, why);
}

Test(wallet_refusal, schedules_that_overlap_or_turn_round)
{
	refused("schedule_overlap", "insert into wallet.fee_schedule (type, currency, payer, effective_from, effective_to)"
	    " values ('TRANSFER', 'ZAR', 'SENDER', '2030-01-01Z', '2031-01-01Z')");
	refused("fee_schedule_open_idx", "insert into wallet.fee_schedule (type, currency, payer, effective_from)"
	    " values ('TRANSFER', 'ZAR', 'SENDER', '2030-01-01Z')");
	refused("fee_schedule_period", "insert into wallet.fee_schedule (type, currency, payer, effective_from, effective_to)"
	    " values ('WITHDRAWAL', 'ZAR', 'SENDER', '2030-01-01Z', '2029-01-01Z')");
	refused("fee_schedule_most", "insert into wallet.fee_schedule (type, currency, payer, effective_from, least, most)"
	    " values ('WITHDRAWAL', 'ZAR', 'SENDER', '2030-01-01Z', 5, 4)");
}

Test(wallet_refusal, a_decision_by_the_one_who_asked_or_taken_back)
{
	seed("insert into wallet.adjustment (reason, legs, requested_by) values ('long enough', '[1, 2]', '%s')", person_id(ADA));
	refused("adjustment_four_eyes", "update wallet.adjustment set status = 'REJECTED', decided_by = requested_by, decided_at = now()");
	refused("adjustment_decided", "update wallet.adjustment set status = 'REJECTED'");
	seed("update wallet.adjustment set status = 'REJECTED', decided_by = '%s', decided_at = now()", person_id(MAX));
	refused("what was asked", "update wallet.adjustment set decided_at = now()");
	refused("what was asked", "delete from wallet.adjustment");
}

Test(wallet_refusal, transfers_to_oneself_or_changed)
{
	fund(ANN, "ZAR", "90000");
	cr_expect_eq(send(ANN, BOB, "ZAR", "100.00", "key-00001").status, 303);
	refused("never changed", "update wallet.transfer set amount = 1");
	refused("never changed", "delete from wallet.transfer");
	refused("transfer_other", "insert into wallet.transfer (sender_id, receiver_id, currency, amount, fee, payer, txn_id, key)"
	    " select sender_id, sender_id, currency, amount, fee, payer, 1, 'other-key' from wallet.transfer");
	refused("transfer_sender_id_key_key", "insert into wallet.transfer (sender_id, receiver_id, currency, amount, fee, payer, txn_id, key)"
	    " select sender_id, receiver_id, currency, amount, fee, payer, 1, key from wallet.transfer");
	refused("transfer_txn_id_key", "insert into wallet.transfer (sender_id, receiver_id, currency, amount, fee, payer, txn_id, key)"
	    " select sender_id, receiver_id, currency, amount, fee, payer, txn_id, 'other-key' from wallet.transfer");
}
