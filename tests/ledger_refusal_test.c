/*
 * What the tables refuse even to the superuser, who walks around the posting
 * function (money.md 3.6): one test per constraint and trigger. `./dev test
 * mutation` drops each of them and looks for the red one.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ledger_kit.h"

static void
begin(void)
{
	ledger_kit_begin();
	cr_assert_str_empty(moves("in", "A,S", "1000,-1000"));
	cr_assert_str_empty(calls("select ledger.hold([A], 100, 'h', null, null, null, null)"));
}

TestSuite(ledger_refusal, .init = begin, .fini = cluster_drop);

/* Refused, with this in the answer, and no row changed. */
static void
refused(const char *why, const char *sql)
{
	const char *before = whole(), *answer = forces(sql);

	cr_expect(strstr(answer, why), "\"%s\" answered \"%s\", not %s", sql, answer, why);
	cr_expect_str_eq(whole(), before, "%s left a trace", sql);
}

/* A transaction by hand with these entries: "(account, currency, amount, after, version)". */
static const char *
by_hand(const char *entries)
{
	static char sql[2048];

	(void)snprintf(sql, sizeof sql, "with t as (insert into ledger.txn (kind, idem, req_hash, effective_at)"
	    " values ('TEST', 'hand', '\\x00', now()) returning id)"
	    " insert into ledger.entry (txn_id, seq, account_id, currency, amount, balance_after, version)"
	    " select t.id, row_number() over (), v.* from t, (values %s) v", entries);
	return sql;
}

Test(ledger_refusal, a_transaction_that_does_not_sum_to_zero)
{
	refused("unbalanced", by_hand("([S], 'ZAR', 5, null::int8, null::int8), ([F], 'ZAR', -4, null, null)"));
	refused("unbalanced", by_hand("([S], 'ZAR', 5, null::int8, null::int8), ([W], 'USD', -5, null, null)"));
}

Test(ledger_refusal, a_transaction_with_one_leg_or_none)
{
	refused("unbalanced", by_hand("([S], 'ZAR', 5, null::int8, null::int8)"));
	refused("unbalanced", "insert into ledger.txn (kind, idem, req_hash, effective_at) values ('TEST', 'hand', '\\x00', now())");
}

Test(ledger_refusal, an_entry_of_nothing)
{
	refused("entry_amount_check", by_hand("([S], 'ZAR', 0, null::int8, null::int8), ([F], 'ZAR', 0, null, null)"));
}

Test(ledger_refusal, an_entry_in_another_currency_than_its_account)
{
	refused("23503", by_hand("([S], 'USD', 5, null::int8, null::int8), ([F], 'USD', -5, null, null)"));
}

Test(ledger_refusal, a_balance_below_the_floor_or_above_the_ceiling)
{
	refused("account_floor", "update ledger.account set balance = -1 where id = [A]");
	refused("account_ceiling", "update ledger.account set balance = 1 where id = [D]");
	refused("account_check", "update ledger.account set balance = 1 where id = [S]");
}

Test(ledger_refusal, one_key_for_two_transactions)
{
	refused("txn_idem_key", "insert into ledger.txn (kind, idem, req_hash, effective_at) values ('TEST', 'in', '\\x00', now())");
}

#define IN "(select id from ledger.txn where idem = 'in')"

Test(ledger_refusal, a_second_reversal_and_one_that_is_no_mirror)
{
	refused("a reversal negates every leg", "select ledger.post('TEST', 'x', array[[A],[S]], array[-900, 900],"
	    " null, null, null, " IN ", null)");
	refused("a reversal negates every leg", "select ledger.post('TEST', 'x', array[[B],[S],[A],[S]], array[1,-1,-1,1],"
	    " null, null, null, " IN ", null)");
	cr_expect_str_empty(forces("select ledger.release(1, 'r', null)"));
	cr_expect_str_empty(forces("select ledger.reverse(" IN ", 'back', null, null, null, null)"));
	refused("txn_reverses_key", "insert into ledger.txn (kind, idem, req_hash, effective_at, reverses)"
	    " values ('TEST', 'y', '\\x00', now(), " IN ")");
	refused("txn_check", "insert into ledger.txn (id, kind, idem, req_hash, effective_at, reverses)"
	    " overriding system value values (77, 'TEST', 'y', '\\x00', now(), 77)");
}

Test(ledger_refusal, one_version_of_an_account_twice)
{
	refused("entry_version_idx", by_hand("([A], 'ZAR', 5, 905::int8, 1::int8), ([S], 'ZAR', -5, null, null)"));
}

Test(ledger_refusal, entries_of_the_wrong_mode)
{
	refused("credit_only", by_hand("([A], 'ZAR', 5, null::int8, null::int8), ([S], 'ZAR', -5, null, null)"));
	refused("entry_check", by_hand("([A], 'ZAR', 5, null::int8, 3::int8), ([S], 'ZAR', -5, null, null)"));
}

Test(ledger_refusal, any_change_of_what_was_written)
{
	refused("never changed", "update ledger.entry set amount = 1 where txn_id = " IN);
	refused("never changed", "delete from ledger.entry where txn_id = " IN);
	refused("never changed", "truncate ledger.entry cascade");
	refused("never changed", "update ledger.txn set meta = '{}' where id = " IN);
	refused("never changed", "delete from ledger.txn where id = " IN);
	refused("never changed", "truncate ledger.txn cascade");
	refused("never changed", "truncate ledger.account cascade");
	refused("never changed", "delete from ledger.hold_move; update ledger.hold_move set amount = 1;"
	    " select ledger.release(1, 'r', null); delete from ledger.hold_move");
	cluster_sql("insert into ledger.period (closed_before) values ('2020-01-01Z')");
	refused("never changed", "delete from ledger.period");
	cluster_sql("insert into ledger.statement (account_id, at, balance, source)"
	    " select id, now(), 1, 'bank' from ledger.account where code = 'stripe:balance:ZAR'");
	refused("never changed", "update ledger.statement set balance = 2");
	refused("never changed", "delete from ledger.statement");
}

Test(ledger_refusal, another_name_currency_or_kind_of_an_account)
{
	refused("what an account is", "update ledger.account set currency = 'USD' where id = [B]");
	refused("what an account is", "update ledger.account set code = 'bank:x:ZAR' where id = [B]");
	refused("what an account is", "update ledger.account set mode = 'A', floor = null where id = [B]");
	refused("what an account is", "update ledger.account set reserved = false where id = [H]");
	refused("what an account is", "update ledger.account set version = 0 where id = [A]");
	refused("what an account is", "delete from ledger.account where id = [B]");
}

Test(ledger_refusal, more_legs_for_a_transaction_that_stands)
{
	refused("takes no more entries", "insert into ledger.entry (txn_id, seq, account_id, currency, amount)"
	    " select " IN ", 2 + n, [S], 'ZAR', case n when 1 then 5 else -5 end from generate_series(1, 2) n");
}

Test(ledger_refusal, a_debit_of_the_burn_sink)
{
	cr_expect_str_empty(moves("burn", "T,X", "-5,5"));
	refused("credit_only", "with t as (insert into ledger.txn (kind, idem, req_hash, effective_at)"
	    " values ('TEST', 'hand', '\\x00', now()) returning id)"
	    " insert into ledger.entry (txn_id, seq, account_id, currency, amount)"
	    " select t.id, v.* from t, (values (1, [X], 'AZR', -5), (2, [X], 'AZR', 5)) v");
}

Test(ledger_refusal, an_entry_on_a_closed_account)
{
	cluster_sql("update ledger.account set closed_at = now() where code = 'platform:income:fees:ZAR'");
	refused("account_closed", by_hand("([F], 'ZAR', 5, null::int8, null::int8), ([S], 'ZAR', -5, null, null)"));
	refused("account_closed_empty", "update ledger.account set closed_at = now() where id = [A]");
}

Test(ledger_refusal, a_transaction_in_a_closed_period)
{
	cluster_sql("insert into ledger.period (closed_before) values ('2026-03-01Z')");
	refused("period_closed", "with t as (insert into ledger.txn (kind, idem, req_hash, effective_at)"
	    " values ('TEST', 'hand', '\\x00', '2026-02-01Z') returning id)"
	    " insert into ledger.entry (txn_id, seq, account_id, currency, amount)"
	    " select t.id, v.* from t, (values (1, [F], 'ZAR', -5), (2, [S], 'ZAR', 5)) v");
}

Test(ledger_refusal, a_hold_that_gives_more_than_it_has_or_goes_back)
{
	refused("hold_not_exceeded", "update ledger.hold set captured = 101, state = 'CAPTURED'");
	refused("hold_state", "update ledger.hold set captured = 100");
	refused("hold_state", "update ledger.hold set state = 'RELEASED'");
	refused("a hold only goes on", "update ledger.hold set amount = 200");
	refused("a hold only goes on", "delete from ledger.hold");
	refused("a hold only goes on", "select ledger.release(1, 'r', null);"
	    " update ledger.hold set released = 0, state = 'OPEN'");
}

Test(ledger_refusal, every_application_role_beyond_its_calls)
{
	static const char *const roles[] = { "db_web", "db_auth", "db_pay", "db_slow", "db_jobs", "db_ro" };
	static const char *const tables[] = { "account", "txn", "entry", "hold", "hold_move", "snapshot",
		"period", "currency", "account_rule", "check_mark" };
	char sql[200];

	for (size_t r = 0; r < sizeof(roles) / sizeof(roles[0]); r++)
		for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
			(void)snprintf(sql, sizeof sql, "select concat_ws(' ', %s) from (select '%s'::text as r,"
			    " 'ledger.%s'::text as t) x", "has_table_privilege(r, t, 'select, insert, update, delete,"
			    " truncate')", roles[r], tables[t]);
			cr_expect_str_eq(cluster_sql(sql), "f", "%s on %s", roles[r], tables[t]);
		}
	cr_expect(strstr(as_role("db_pay", "select ledger.post_inner('TEST', 'x', array[[A],[H]], array[-1,1], null,"
	    " null, null, null, null, true)"), "42501"));
	cr_expect(strstr(as_role("db_pay", "insert into ledger.account_public (id) values (1)"), "42501") ||
	    strstr(as_role("db_pay", "insert into ledger.account_public (id) values (1)"), "55000"));
	cr_expect(strstr(as_role("db_ro", "select ledger.post('TEST', 'x', array[[A],[S]], array[-1,1], null,"
	    " null, null, null, null)"), "42501"));
}
