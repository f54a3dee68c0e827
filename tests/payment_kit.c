/* payment_kit.c: see payment_kit.h. */
#include "payment_kit.h"

#include <string.h>

#include "db.h"
#include "fault.h"

void
purpose_make(void)
{
	seed("create schema test; create table test.told (n bigint generated always as identity,"
	    " payment uuid, event text, data jsonb);"
	    "create function test.handle(uuid, text, jsonb) returns void language plpgsql"
	    " security definer set search_path = '' as $$"
	    " declare a jsonb := $3->'accounts'; mine bigint; other bigint; amount bigint; sign int; begin"
	    " if $2 = 'REFUND_REQUESTED' and $3->>'refundAmount' = '666' then"
	    "  raise exception 'refund_not_eligible' using errcode = 'U0409'; end if;"
	    " insert into test.told (payment, event, data) values ($1, $2, $3);"
	    " mine := ledger.account_open('platform:income:test:' || ($3->>'currency'), $3->>'currency');"
	    " if $2 = 'COMPLETED' then"
	    "  if ($3->>'fee')::bigint > 0 then perform ledger.post('TEST', 'test:' || $1,"
	    "   array[(a->>'balance')::bigint, (a->>'fee')::bigint, mine],"
	    "   array[-(($3->>'amount')::bigint - ($3->>'fee')::bigint), -($3->>'fee')::bigint,"
	    "   ($3->>'amount')::bigint], host.now(), 'payment', $1, null, '{}');"
	    "  else perform ledger.post('TEST', 'test:' || $1, array[(a->>'balance')::bigint, mine],"
	    "   array[-($3->>'amount')::bigint, ($3->>'amount')::bigint], host.now(), 'payment', $1,"
	    "   null, '{}'); end if;"
	    " elsif $2 in ('REFUND_REQUESTED', 'REFUND_FAILED', 'DISPUTE_LOST') then"
	    "  other := (case when $2 = 'DISPUTE_LOST' then a->>'disputed' else a->>'refundPending' end)::bigint;"
	    "  amount := coalesce($3->>'refundAmount', $3->>'disputeAmount')::bigint;"
	    "  sign := case when $2 = 'REFUND_FAILED' then -1 else 1 end;"
	    "  perform ledger.post('TEST', 'test:' || $2 || ':' || coalesce($3->>'refund', $3->>'dispute'),"
	    "   array[mine, other], array[-amount * sign, amount * sign], host.now(), 'payment', $1, null,"
	    "   '{}'); end if;"
	    " end $$; grant usage on schema test to db_def_payment;"
	    "grant execute on function test.handle(uuid, text, jsonb) to db_def_payment;"
	    "select payment.purpose_register('TEST', 'test.handle(uuid, text, jsonb)')");
}

struct payment_opened
payment_begin(enum who who, int64_t amount, const char *currency, const char *key,
    const char *method_id)
{
	struct payment_order order = { .person_id = person_id(who), .amount = amount,
		.currency = currency, .purpose = "TEST",
		.purpose_id = "00000000-0000-7000-8000-000000000001", .title = "A test",
		.return_path = "/home", .method_id = method_id, .idempotency_key = key };
	struct payment_opened opened = { 0 };
	struct fault_frame f;
	struct db *db;

	if (FAULT_CATCH(&f)) {
		db_rollback(kit_db(POOL_JOBS));
		opened.status = arena_strdup(kit_arena(), f.code);
		return opened;
	}
	db = kit_db(POOL_JOBS);
	db_begin(db, kit_arena(), true, NULL);
	payment_open(db, kit_arena(), &order, &opened);
	db_commit(db);
	fault_leave(&f);
	return opened;
}

const char *
payment_make(enum who who, int64_t amount, const char *currency, const char *key)
{
	struct payment_opened opened = payment_begin(who, amount, currency, key, NULL);

	cr_assert(opened.id, "payment refused: %s", opened.status);
	return opened.id;
}

struct reply
sandbox_with(const char *payment, const char *card)
{
	const char *url = value("select checkout_url from payment.payment where id = '%s'", payment);

	return post(arena_strdup(kit_arena(), url), arena_printf(kit_arena(), "card=%s", card));
}

const char *
refund_make(const char *payment, int64_t amount, const char *key)
{
	struct payment_refunded refunded;
	struct fault_frame f;
	struct db *db;

	if (FAULT_CATCH(&f)) {
		db_rollback(kit_db(POOL_JOBS));
		return arena_strdup(kit_arena(), f.code);
	}
	db = kit_db(POOL_JOBS);
	db_begin(db, kit_arena(), true, NULL);
	payment_refund(db, kit_arena(), payment, amount, "test", key, &refunded);
	db_commit(db);
	fault_leave(&f);
	return "";
}

const char *
status_of(const char *payment)
{
	return value("select status from payment.payment where id = '%s'", payment);
}

const char *
told(const char *payment)
{
	return value("select coalesce(string_agg(event, ' ' order by n), '') from test.told"
	    " where payment = '%s'", payment);
}
