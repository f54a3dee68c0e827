/* Stripe, spoken to over HTTP: payments, refunds, disputes, saved cards, faults, webhooks. */
#include "stripe_kit.h"

#include <string.h>

#include "conf.h"
#include "json.h"

TestSuite(payment_stripe, .init = stripe_begin, .fini = standin_end);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define SECOND INT64_C(1000000)
#define BALANCE(code) value("select coalesce((select ledger.balance(id) from ledger.account where" \
    " code = '%s')::text, 'none')", code)

static const char *
reference(const char *payment)
{
	return value("select reference from payment.payment where id = '%s'", payment);
}

static void
deliver_all(size_t since)
{
	size_t n;
	const char *const *events = stripe_events(since, &n);

	for (size_t i = 0; i < n; i++)
		cr_expect_eq(stripe_deliver(events[i]).status, 200);
	jobs_run();
}

/* ---- the way of a payment ----------------------------------------------------------------- */

Test(payment_stripe, a_payment_goes_out_to_the_hosted_page_and_comes_back_by_webhook)
{
	struct payment_opened o = payment_begin(ANN, 19900, "ZAR", "k", NULL);
	struct reply r;

	cr_expect_str_eq(o.provider, "STRIPE");
	cr_expect_str_eq(o.href, arena_printf(kit_arena(), "/payments/%s/go", o.id));
	HAS(get_as(ANN, o.href).head, "Refresh: 1");
	jobs_run();
	r = get_as(ANN, arena_printf(kit_arena(), "/payments/%s/pay", o.id));
	cr_expect_eq(r.status, 303);
	HAS(r.head, "/c/pay/cs_test");
	stripe_card(o.id, "pm_card_visa");
	cr_expect_str_eq(status_of(o.id), "PENDING");
	deliver_all(0);
	cr_expect_str_eq(status_of(o.id), "COMPLETED");
	cr_expect_str_eq(told(o.id), "COMPLETED");
	cr_expect_eq(count("payment.payment where fee = 607 and charge_reference like 'ch_%%'"), 1);
	cr_expect_str_eq(BALANCE("stripe:balance:ZAR"), "-19293");
	cr_expect_str_eq(BALANCE("platform:expense:psp:ZAR"), "-607");
}

Test(payment_stripe, without_a_webhook_the_payer_coming_back_is_enough)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");
	const char *back = arena_printf(kit_arena(), "/payments/%s/return", p);

	cr_expect_eq(get_as(ANN, back).status, 200);
	jobs_run();
	cr_expect_str_eq(get_as(ANN, back).location, "/home");
}

Test(payment_stripe, a_payment_of_which_nothing_is_heard_is_asked_for)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");

	seed("update payment.operation set created_at = created_at - interval '10 minutes';"
	    "alter table payment.payment disable trigger touch;"
	    "update payment.payment set updated_at = now() - interval '10 minutes';"
	    "select payment.sweep()");
	jobs_run();
	cr_expect_str_eq(status_of(p), "COMPLETED");
}

Test(payment_stripe, a_declined_card_leaves_it_open_and_giving_up_expires_the_page)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa_chargeDeclinedInsufficientFunds");

	deliver_all(0);
	cr_expect_str_eq(status_of(p), "PENDING");
	cr_expect_eq(count("payment.payment where error_code = 'insufficient_funds'"), 1);
	post_as(ANN, arena_printf(kit_arena(), "/payments/%s/cancel", p), NULL);
	jobs_run();
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_str_eq(told(p), "FAILED");
}

Test(payment_stripe, an_answer_with_another_amount_is_an_integrity_failure)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");

	seed("update payment.payment set amount = 10001 where id = '%s'", p);
	deliver_all(0);
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_eq(count("payment.payment where error_code = 'integrity_failure'"), 1);
	cr_expect_eq(count("ledger.txn where ref_id = '%s'", p), 0);
}

/* ---- refunds, disputes --------------------------------------------------------------------------- */

Test(payment_stripe, refunds_reserve_succeed_and_come_back_when_the_bank_refuses)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa"), *ref;

	deliver_all(0);
	cr_expect_str_eq(refund_make(p, 4000, "r1"), "");
	cr_expect_str_eq(BALANCE("stripe:refund_pending:ZAR"), "4000");
	jobs_run();
	cr_expect_str_eq(BALANCE("stripe:refund_pending:ZAR"), "0");
	cr_expect_eq(count("payment.payment where amount_refunded = 4000"), 1);
	ref = value("select reference from payment.refund");
	standin_control("/_refund", arena_printf(kit_arena(), "id=%s&status=failed", ref));
	deliver_all(0);
	cr_expect_eq(count("payment.payment where amount_refunded = 0 and status = 'COMPLETED'"), 1);
	cr_expect_str_eq(BALANCE("platform:income:test:ZAR"), "10000");
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED REFUND_FAILED");
}

Test(payment_stripe, a_dispute_moves_money_when_it_is_taken_and_when_it_comes_back)
{
	const char *p = stripe_pay("k", 10000, "pm_card_createDispute"), *charge;

	deliver_all(0);
	cr_expect_str_eq(told(p), "COMPLETED DISPUTE_OPENED");
	cr_expect_str_eq(BALANCE("stripe:disputed:ZAR"), "-10000");
	cr_expect_str_eq(refund_make(p, 100, "r"), "payment_disputed");
	charge = value("select charge_reference from payment.payment");
	standin_control("/_dispute", arena_printf(kit_arena(), "charge=%s&status=won", charge));
	deliver_all(0);
	cr_expect_str_eq(told(p), "COMPLETED DISPUTE_OPENED DISPUTE_WON");
	cr_expect_str_eq(BALANCE("stripe:disputed:ZAR"), "0");
}

/* ---- saved cards ------------------------------------------------------------------------------------ */

Test(payment_stripe, a_card_is_saved_at_the_provider_charged_without_the_payer_and_detached)
{
	struct payment_opened o;
	const char *m;

	post_as(ANN, "/me/payment-methods", "agree=1");
	jobs_run();
	m = arena_strdup(kit_arena(), value("select id from payment.method"));
	standin_control("/_pay", arena_printf(kit_arena(), "session=%s&card=pm_card_visa",
	    value("select setup_reference from payment.method")));
	deliver_all(0);
	cr_expect_eq(count("payment.method where status = 'ACTIVE' and last4 = '4242' and is_default"), 1);
	o = payment_begin(ANN, 5000, "ZAR", "k", m);
	jobs_run();
	cr_expect_str_eq(status_of(o.id), "COMPLETED");
	post_as(ANN, arena_printf(kit_arena(), "/me/payment-methods/%s/remove", m), NULL);
	jobs_run();
	cr_expect_eq(stripe_calls(m, "detach"), 1);
	cr_expect_eq(count("payment.customer"), 1);
}

/* ---- faults: nothing twice, nothing lost ----------------------------------------------------------------- */

Test(payment_stripe, an_answer_lost_after_success_is_asked_for_with_the_same_key)
{
	struct payment_opened o = payment_begin(ANN, 10000, "ZAR", "k", NULL);
	const char *refund;

	standin_control("/_control", "mode=lost&match=/v1/checkout/sessions");
	jobs_run();
	cr_expect_eq(count("payment.operation where state = 'OPEN' and recovery_point = 'CALLING' and"
	    " last_error = 'timeout'"), 1);
	standin_later();
	cr_expect_eq(stripe_calls(o.id, "checkout"), 2);
	cr_expect_eq(json_int(json_get(json_get(stripe_state(), "counts"), "checkout.session"), 0), 1);
	stripe_card(o.id, "pm_card_visa");
	deliver_all(0);
	standin_control("/_control", "mode=lost&match=/v1/refunds");
	refund_make(o.id, 3000, "r");
	jobs_run();
	refund = arena_strdup(kit_arena(), value("select id from payment.refund"));
	standin_later();
	cr_expect_eq(stripe_calls(refund, "refund"), 2);
	cr_expect_eq(json_int(json_get(json_get(stripe_state(), "counts"), "refund"), 0), 1);
	cr_expect_eq(count("payment.payment where amount_refunded = 3000"), 1);
}

Test(payment_stripe, a_refund_whose_answer_was_lost_is_found_by_our_id_when_the_key_is_forgotten)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");

	deliver_all(0);
	standin_control("/_control", "mode=lost&match=/v1/refunds");
	cr_expect_str_eq(refund_make(p, 4000, "r1"), "");
	jobs_run();
	cr_expect_eq(count("payment.refund where reference is null"), 1, "nobody said that it went through");
	standin_control("/_forget", "");
	clock_move(21 * INT64_C(3600) * SECOND);
	seed("update host.job set run_at = now() where state = 'READY'");
	jobs_run();
	cr_expect_eq(count("payment.refund where reference is not null and status = 'SUCCEEDED'"), 1);
	deliver_all(0);
	cr_expect_eq(json_int(json_get(json_get(stripe_state(), "counts"), "refund"), 0), 1, "not made twice there");
	cr_expect_eq(count("payment.refund"), 1);
	cr_expect_eq(count("payment.payment where amount_refunded = 4000"), 1);
}

Test(payment_stripe, a_saved_card_is_charged_once_when_the_answer_is_lost)
{
	struct payment_opened o;
	const char *m;

	post_as(ANN, "/me/payment-methods", "agree=1");
	jobs_run();
	m = arena_strdup(kit_arena(), value("select id from payment.method"));
	standin_control("/_pay", arena_printf(kit_arena(), "session=%s&card=pm_card_visa",
	    value("select setup_reference from payment.method")));
	deliver_all(0);
	standin_control("/_control", "mode=lost&match=/v1/payment_intents");
	o = payment_begin(ANN, 5000, "ZAR", "k", m);
	jobs_run();
	cr_expect_str_eq(status_of(o.id), "PENDING");
	standin_later();
	cr_expect_str_eq(status_of(o.id), "COMPLETED");
	cr_expect_eq(json_int(json_get(stripe_state(), "charged"), 0), 5000);
}

Test(payment_stripe, down_slow_broken_and_garbage_only_delay_it)
{
	static const char *const modes[] = { "down", "slow", "error", "garbage" };

	for (size_t i = 0; i < 4; i++) {
		const char *p;

		standin_control("/_control", arena_printf(kit_arena(), "mode=%s&times=1", modes[i]));
		p = payment_make(ANN, 10000, "ZAR", modes[i]);
		jobs_run();
		cr_expect_eq(count("payment.operation where state = 'OPEN' and payment_id = '%s'", p), 1,
		    "%s", modes[i]);
		/* The page says that it waits. */
		cr_expect_eq(get_as(ANN, arena_printf(kit_arena(), "/payments/%s/go", p)).status, 200);
		standin_later();
		stripe_card(p, "pm_card_visa");
		deliver_all(0);
		cr_expect_str_eq(status_of(p), "COMPLETED", "%s", modes[i]);
	}
	cr_expect_eq(json_int(json_get(stripe_state(), "charged"), 0), 40000);
}

Test(payment_stripe, after_ten_failures_of_twenty_the_provider_is_left_alone_for_a_while)
{
	const char *p;

	standin_control("/_control", "mode=error&times=1000");
	for (int i = 0; i < 20; i++)
		payment_make(ANN, 1000, "ZAR", arena_printf(kit_arena(), "k%d", i));
	jobs_run();
	cr_expect_eq(count("payment.provider where name = 'STRIPE' and open_until > host.now()"), 1);
	p = payment_make(ANN, 1000, "ZAR", "after");
	jobs_run();
	cr_expect_eq(stripe_calls(p, "checkout"), 0);
	cr_expect_eq(count("payment.operation where last_error = 'breaker_open'"), 1);
	standin_control("/_control", "mode=normal");
	/* One probe goes through and closes it again. */
	standin_later();
	standin_later();
	cr_expect_eq(count("payment.provider where name = 'STRIPE' and open_until is null"), 1);
	standin_later();
	cr_expect_eq(count("payment.operation where state = 'OPEN'"), 0);
}

Test(payment_stripe, a_crash_between_the_call_and_the_posting_repeats_the_call_not_the_charge)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	jobs_run();
	/* As a worker leaves it that dies after the answer came: nothing of it is written. */
	seed("update payment.payment set session_reference = null, checkout_url = null;"
	    "update payment.operation set state = 'OPEN', recovery_point = 'CALLING',"
	    " next_attempt_at = host.now() - interval '1 second', finished_at = null;"
	    "select payment.sweep()");
	jobs_run();
	cr_expect_eq(stripe_calls(p, "checkout"), 2);
	cr_expect_eq(json_int(json_get(json_get(stripe_state(), "counts"), "checkout.session"), 0), 1);
	cr_expect_eq(count("payment.operation where recovery_point = 'POSTED'"), 1);
}

/* ---- webhooks ------------------------------------------------------------------------------------------- */

/* The header was made by generateTestHeaderString of the official package 23.1.0. */
Test(payment_stripe, agrees_with_the_official_package_about_signatures)
{
	static const char body[] = "{\"id\":\"evt_1\",\"object\":\"event\",\"note\":\"caf\xc3\xa9\"}";
	static const char header[] = "t=1492774577,v1="
	    "4bfb8ce1daee44609e956215f05554f8d070525b5ad3d4215d03586994decead";
	static const char *const secrets[] = { "whsec_other", "whsec_test_secret", NULL };
	const struct sql_bytes b = { (const unsigned char *)body, sizeof body - 1 };
	const char *v1 = strstr(header, ",v1=");
	struct arena *a = kit_arena();

	cr_expect(payment_signature_good(a, header, b, secrets, 1492774577, 300));
	cr_expect(payment_signature_good(a, header, b, secrets, 1492774577 + 300, 300));
	cr_expect(payment_signature_good(a, header, b, secrets, 1492774577 - 300, 300));
	cr_expect(!payment_signature_good(a, header, b, secrets, 1492774577 + 301, 300));
	cr_expect(!payment_signature_good(a, header, b, secrets, 1492774577 - 301, 300));
	cr_expect(payment_signature_good(a, arena_printf(a, "t=1492774577,v1=%064d,v0=abc%s", 0, v1), b,
	    secrets, 1492774577, 300));
	cr_expect(!payment_signature_good(a, header, b, secrets + 2, 1492774577, 300));
	cr_expect(!payment_signature_good(a, v1 + 1, b, secrets, 1492774577, 300));
	cr_expect(!payment_signature_good(a, arena_printf(a, "t=1492774577,%s", header), b, secrets,
	    1492774577, 300), "t twice");
	cr_expect(!payment_signature_good(a, arena_printf(a, "t=1492774577,v0=%s", v1 + 4), b, secrets,
	    1492774577, 300));
	cr_expect(!payment_signature_good(a, header, (struct sql_bytes){ b.data, b.size - 1 }, secrets,
	    1492774577, 300));
	cr_expect(!payment_signature_good(a, NULL, b, secrets, 1492774577, 300));
	cr_expect(!payment_signature_good(a, "t=99999999999999999999,v1=", b, secrets, 1492774577, 300));
}

Test(payment_stripe, refuses_what_is_not_signed_and_keeps_what_it_does_not_know)
{
	static const char body[] = "{\"id\":\"evt_x\",\"object\":\"event\",\"type\":\"radar.new_thing\","
	    "\"livemode\":false,\"created\":1700000000,\"data\":{\"object\":{\"id\":\"x_1\",\"name\":\"Thandi\","
	    "\"note\":\"4242 4242 4242 4242\",\"mail\":\"thandi@example.test\"}}}";
	static const char live[] = "{\"id\":\"evt_l\",\"type\":\"a.b\",\"livemode\":true}";
	const char *good = stripe_signature(body, STRIPE_SECRET, clock_now() / SECOND);
	char *big = arena_alloc(kit_arena(), 600 * 1024);

	cr_expect_eq(stripe_post(body, strlen(body), NULL).status, 401);
	cr_expect_str_eq(stripe_post(body, strlen(body), "t=1,v1=x").problem, "invalid_signature");
	cr_expect_eq(stripe_post(body, strlen(body) - 1, good).status, 401);
	cr_expect_eq(stripe_post("{}", 2, stripe_signature("{}", STRIPE_SECRET, clock_now() / SECOND)).status,
	    400);
	cr_expect_str_eq(stripe_post(live, strlen(live), stripe_signature(live, STRIPE_SECRET,
	    clock_now() / SECOND)).problem, "livemode_mismatch");
	memset(big, 'a', 600 * 1024);
	cr_expect_eq(stripe_post(big, 600 * 1024, good).status, 413);
	cr_expect_eq(count("payment.event"), 0);
	for (int i = 0; i < 20; i++)
		cr_expect_eq(stripe_post(body, strlen(body), good).status, 200);
	/* The secret before the roll-over is good, too. */
	cr_expect_eq(stripe_post(body, strlen(body), stripe_signature(body, "whsec_old_one",
	    clock_now() / SECOND)).status, 200);
	jobs_run();
	cr_expect_eq(count("payment.event where status = 'IGNORED' and deliveries = 21"), 1);
	cr_expect_eq(count("payment.event where body::text ~ 'Thandi|4242|thandi@'"), 0);
}

/* Heap's algorithm. */
static void
permute(size_t *order, size_t k, void (*use)(const size_t *, void *), void *ptr)
{
	if (k <= 1) {
		use(order, ptr);
		return;
	}
	for (size_t i = 0; i < k; i++) {
		size_t j = k % 2 ? 0 : i, t;

		permute(order, k - 1, use, ptr);
		t = order[j];
		order[j] = order[k - 1];
		order[k - 1] = t;
	}
}

struct orders {
	const char *payment;
	const char *const *events;
	size_t n, done;
};

/* Each order with every event twice, each step worked off before the next. */
static void
one_order(const size_t *order, void *ptr)
{
	struct orders *o = ptr;

	seed("delete from payment.event where provider = 'STRIPE'");
	for (size_t i = 0; i < o->n; i++) {
		stripe_deliver(o->events[order[i]]);
		stripe_deliver(o->events[order[i]]);
		if (i % 2)
			jobs_run();
	}
	jobs_run();
	o->done++;
	cr_expect_str_eq(status_of(o->payment), "COMPLETED");
	cr_expect_eq(count("payment.payment where amount_refunded = 2500 and amount_disputed = 0"), 1);
}

Test(payment_stripe, every_order_of_the_events_of_a_payment_ends_in_the_same_state)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");
	struct orders o = { .payment = p };
	size_t order[6] = { 0, 1, 2, 3, 4, 5 }, n;
	const char *const *all;

	deliver_all(0);
	refund_make(p, 2500, "r");
	jobs_run();
	all = stripe_events(0, &n);
	cr_assert_geq(n, 5);
	o.events = all;
	o.n = 5;
	permute(order, 5, one_order, &o);
	cr_expect_eq(o.done, 120);
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED");
	cr_expect_str_eq(BALANCE("stripe:balance:ZAR"), "-7180");
}

/* Old answers that arrive late: all 720 orders of six snapshots, each applied twice. */
Test(payment_stripe, every_order_of_what_the_provider_said_ends_in_the_same_state)
{
	seed("create function test.orders() returns table (orders bigint, ends bigint) language plpgsql as $$"
	    " declare s jsonb[]; o int[]; p uuid; ref text; r uuid; seen text[] := '{}'; n bigint := 0; i int;"
	    " who uuid := (select id from identity.person limit 1); d text;"
	    " begin"
	    " for o in with recursive t(a) as (select array[x] from generate_series(1, 6) x union all"
	    "   select a || x from t, generate_series(1, 6) x where x <> all (a)) select a from t"
	    "   where cardinality(a) = 6 loop"
	    "  n := n + 1;"
	    "  p := (select id from payment.open(who, 10000, 'ZAR', 'TEST', who, 't', '/home', 'STRIPE', null,"
	    "   'o' || n)); ref := 'pi_' || n; d := 'dp_' || n;"
	    "  perform payment.checkout_ready(p, 'cs_' || n, ref, 'https://x');"
	    "  s := array[jsonb_build_object('state', 'pending', 'ref', ref),"
	    "   jsonb_build_object('state', 'pending', 'ref', ref, 'error', 'card_declined'),"
	    "   jsonb_build_object('state', 'succeeded', 'ref', ref, 'amount', 10000, 'currency', 'zar'),"
	    "   jsonb_build_object('state', 'succeeded', 'ref', ref, 'amount', 10000, 'currency', 'zar', 'fee', 320,"
	    "    'refunds', jsonb_build_array(jsonb_build_object('ref', 're_' || n, 'amount', 3000, 'status', 'succeeded'))),"
	    "   jsonb_build_object('state', 'succeeded', 'ref', ref, 'amount', 10000, 'currency', 'zar', 'fee', 320,"
	    "    'refunds', jsonb_build_array(jsonb_build_object('ref', 're_' || n, 'amount', 3000, 'status', 'succeeded')),"
	    "    'disputes', jsonb_build_array(jsonb_build_object('ref', d, 'amount', 7000, 'fee', 1500, 'status',"
	    "    'needs_response', 'withdrawn', true, 'reinstated', false))),"
	    "   jsonb_build_object('state', 'succeeded', 'ref', ref, 'amount', 10000, 'currency', 'zar', 'fee', 320,"
	    "    'refunds', jsonb_build_array(jsonb_build_object('ref', 're_' || n, 'amount', 3000, 'status', 'succeeded')),"
	    "    'disputes', jsonb_build_array(jsonb_build_object('ref', d, 'amount', 7000, 'fee', 1500, 'status',"
	    "    'won', 'withdrawn', true, 'reinstated', true)))];"
	    "  foreach i in array o loop perform payment.apply(p, s[i]); perform payment.apply(p, s[i]); end loop;"
	    "  seen := seen || (select concat_ws('|', x.status, x.amount_refunded, x.amount_refund_pending,"
	    "   x.amount_disputed, x.amount_lost, x.fee, (select string_agg(f.status, ',') from payment.refund f"
	    "   where f.payment_id = p), (select string_agg(q.status, ',') from payment.dispute q where q.payment_id = p),"
	    "   (select sum(e.amount) from ledger.entry e join ledger.account a on a.id = e.account_id"
	    "     join ledger.txn t on t.id = e.txn_id where a.code = 'stripe:balance:ZAR' and (t.ref_id = p or t.ref_id in"
	    "     (select f.id from payment.refund f where f.payment_id = p union select q.id from payment.dispute q"
	    "     where q.payment_id = p)))) from payment.payment x where x.id = p);"
	    " end loop; return query select n, count(distinct z) from unnest(seen) z; end $$");
	person_id(ANN);
	seed("set role none; select set_config('app.uid', (select id::text from identity.person limit 1), false)");
	cr_expect_str_eq(value("select orders || ' ' || ends from (select set_config('app.role', 'ADMIN', false))"
	    " c, test.orders()"), "720 1");
}

/* ---- reconciliation -------------------------------------------------------------------------------------- */

Test(payment_stripe, reconciliation_finds_a_lost_webhook_and_parks_what_nobody_ordered)
{
	const char *lost = stripe_pay("k", 10000, "pm_card_visa");
	const char *d;

	/* The provider counts in whole seconds: what happened just now is in the next list. */
	clock_move(2 * SECOND);
	standin_control("/_charge", "amount=4200&currency=zar");
	post_as(ADA, "/admin/reconciliation", NULL);
	jobs_run();
	cr_expect_str_eq(status_of(lost), "COMPLETED");
	cr_expect_eq(count("payment.difference where kind = 'MISSING_HERE' and theirs = 4200"), 1);
	cr_expect_str_eq(BALANCE("suspense:ZAR"), "4200");
	cr_expect_eq(count("host.event where type = 'payment.difference'"), 1);
	HAS(get_as(ADA, "/admin/reconciliation").html, "R42.00");
	post_as(ADA, "/admin/reconciliation", NULL);
	jobs_run();
	cr_expect_eq(count("payment.difference"), 1, "found twice, parked once");
	d = arena_strdup(kit_arena(), value("select id from payment.difference"));
	post_as(ADA, arena_printf(kit_arena(), "/admin/differences/%s/resolve", d), "note=A+test+charge");
	cr_expect_str_eq(BALANCE("suspense:ZAR"), "0");
}

/* ---- no card data ----------------------------------------------------------------------------------------- */

Test(payment_stripe, no_number_that_could_be_a_card_is_in_the_database)
{
	const char *p = stripe_pay("k", 10000, "pm_card_visa");

	deliver_all(0);
	refund_make(p, 100, "r");
	jobs_run();
	(void)reference;
	seed("create function test.scan() returns text language plpgsql as $$"
	    " declare c record; v text; found text := ''; begin"
	    " for c in select n.nspname, t.relname, a.attname from pg_attribute a join pg_class t on t.oid = a.attrelid"
	    "   join pg_namespace n on n.oid = t.relnamespace where t.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
	    "   and n.nspname in ('payment', 'host', 'audit', 'ledger') and a.atttypid in ('text'::regtype, 'jsonb'::regtype) loop"
	    "  for v in execute format('select %%I::text from %%I.%%I where payment.card_like(%%I::text)', c.attname,"
	    "    c.nspname, c.relname, c.attname) loop found := found || c.relname || '.' || c.attname || ' '; end loop;"
	    " end loop; return found; end $$");
	cr_expect_str_eq(value("select test.scan()"), "");
	/* The scan itself sees one. */
	seed("update payment.refund set reason = 'card 4242424242424242'");
	cr_expect_str_eq(value("select test.scan()"), "refund.reason ");
}
