/* Paystack, spoken to over HTTP: payments, refunds, disputes, faults, webhooks, reconciliation. */
#include <string.h>

#include "crypto.h"
#include "json.h"
#include "standin_kit.h"

#define KEY "sk_test_paystack"
#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define BALANCE(code) value("select coalesce((select ledger.balance(id) from ledger.account where" \
    " code = '%s')::text, 'none')", code)

static void
begin(void)
{
	standin_begin(SOURCE_DIR "/tests/standin/paystack.pl", "--key", KEY);
	setting("payment.providers", "ZAR:paystack");
	setting("payment.paystack.url", standin_url());
	setting("payment.paystack.key_file", standin_file("key", KEY "\n"));
}

TestSuite(payment_paystack, .init = begin, .fini = standin_end);

static struct json *
state(void)
{
	return standin_control("/_state", NULL);
}

static int64_t
total(const char *name)
{
	return json_int(json_get(state(), name), 0);
}

static size_t
length(const char *name)
{
	return json_length(json_get(state(), name));
}

static struct reply
post_signed(const char *body, const char *key)
{
	size_t size = strlen(body);

	return standin_post("/api/v1/webhooks/paystack", body, size, key ? arena_printf(kit_arena(),
	    "HTTP_X_PAYSTACK_SIGNATURE=%s", crypto_hmac_sha512_hex(kit_arena(), key, body, size)) : NULL);
}

/* What was sent since the mark, as it was signed. */
static size_t
deliver(size_t since)
{
	struct json *events = json_get(state(), "events");
	size_t n = json_length(events);

	for (size_t i = since; i < n; i++)
		cr_expect_eq(post_signed(json_text(json_at(events, i), ""), KEY).status, 200);
	jobs_run();
	return n;
}

static const char *
reference_of(const char *payment)
{
	return arena_strdup(kit_arena(), value("select reference from payment.payment where id = '%s'",
	    payment));
}

static void
pay(const char *payment, const char *how)
{
	standin_control("/_pay", arena_printf(kit_arena(), "reference=%s&%s", reference_of(payment), how));
}

static const char *
open_page(const char *key, int64_t amount)
{
	const char *p = payment_make(ANN, amount, "ZAR", key);

	jobs_run();
	return p;
}

static const char *
paid(const char *key, int64_t amount)
{
	const char *p = open_page(key, amount);

	pay(p, "outcome=success");
	deliver(0);
	cr_assert_str_eq(status_of(p), "COMPLETED");
	return p;
}

static void
refund_becomes(const char *status)
{
	struct json *refunds = json_get(state(), "refunds");

	standin_control("/_refund", arena_printf(kit_arena(), "id=%lld&status=%s",
	    (long long)json_int(json_get(json_at(refunds, json_length(refunds) - 1), "id"), 0), status));
}

/* ---- the way of a payment ------------------------------------------------------------------ */

Test(payment_paystack, a_payment_goes_out_to_the_page_and_comes_back_by_webhook)
{
	struct payment_opened o = payment_begin(ANN, 19900, "ZAR", "k", NULL);
	struct reply r;

	cr_expect_str_eq(o.provider, "PAYSTACK");
	HAS(get_as(ANN, o.href).head, "Refresh: 1");
	jobs_run();
	r = get_as(ANN, arena_printf(kit_arena(), "/payments/%s/pay", o.id));
	cr_expect_eq(r.status, 303);
	HAS(r.head, "/checkout/");
	pay(o.id, "outcome=success");
	cr_expect_str_eq(status_of(o.id), "PENDING");
	deliver(0);
	cr_expect_str_eq(status_of(o.id), "COMPLETED");
	cr_expect_str_eq(told(o.id), "COMPLETED");
	cr_expect_str_eq(BALANCE("paystack:balance:ZAR"), "-19223");
	cr_expect_str_eq(BALANCE("platform:expense:psp:ZAR"), "-677");
	/* The provider knows no address of hers. */
	cr_expect(!strstr(json_text(json_get(json_get(json_at(json_get(state(), "transactions"), 0), "customer"),
	    "email"), ""), "ann"));
}

Test(payment_paystack, the_payer_coming_back_is_enough)
{
	const char *p = open_page("k", 10000);
	const char *back = arena_printf(kit_arena(), "/payments/%s/return", p);

	pay(p, "outcome=success");
	cr_expect_eq(get_as(ANN, back).status, 200);
	jobs_run();
	cr_expect_str_eq(get_as(ANN, back).location, "/home");
}

Test(payment_paystack, a_declined_card_fails_it_and_a_later_success_is_taken)
{
	const char *p = open_page("k", 10000);

	pay(p, "outcome=failed&response=Insufficient+Funds");
	get_as(ANN, arena_printf(kit_arena(), "/payments/%s/return", p));
	jobs_run();
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_eq(count("payment.payment where error_code = 'insufficient_funds'"), 1);
	/* The page lets the payer try another card. */
	pay(p, "outcome=success");
	deliver(0);
	cr_expect_str_eq(status_of(p), "COMPLETED");
	cr_expect_str_eq(told(p), "FAILED COMPLETED");
}

Test(payment_paystack, one_that_is_under_way_is_waited_for_and_one_that_ran_out_is_given_up)
{
	const char *p = open_page("k", 10000);
	const char *back = arena_printf(kit_arena(), "/payments/%s/return", p);

	pay(p, "outcome=ongoing");
	get_as(ANN, back);
	jobs_run();
	cr_expect_str_eq(status_of(p), "PENDING");
	clock_move(24 * HOUR);
	signin(ANN);
	get_as(ANN, back);
	jobs_run();
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_str_eq(told(p), "FAILED");
}

Test(payment_paystack, another_amount_or_currency_is_an_integrity_failure)
{
	static const char *const wrong[] = { "outcome=success&amount=9999", "outcome=success&currency=NGN" };

	for (size_t i = 0; i < 2; i++) {
		const char *p = open_page(wrong[i], 10000);

		pay(p, wrong[i]);
		get_as(ANN, arena_printf(kit_arena(), "/payments/%s/return", p));
		jobs_run();
		cr_expect_str_eq(status_of(p), "FAILED");
		cr_expect_eq(count("payment.payment where id = '%s' and error_code = 'integrity_failure'", p), 1);
		cr_expect_eq(count("ledger.txn where ref_id = '%s'", p), 0);
	}
}

Test(payment_paystack, currencies_that_it_does_not_take_are_refused_at_once)
{
	cr_expect_str_eq(payment_begin(ANN, 1000, "USD", "k", NULL).status, "payment_unavailable");
}

/* ---- refunds ---------------------------------------------------------------------------------- */

Test(payment_paystack, a_refund_is_queued_reserved_and_processed_later)
{
	const char *p = paid("k", 10000);
	size_t mark = length("events");

	cr_expect_str_eq(refund_make(p, 4000, "r1"), "");
	jobs_run();
	cr_expect_eq(count("payment.refund where status = 'PENDING' and reference is not null"), 1);
	cr_expect_str_eq(BALANCE("paystack:refund_pending:ZAR"), "4000");
	refund_becomes("processing");
	deliver(mark);
	cr_expect_eq(count("payment.refund where status = 'PENDING'"), 1);
	refund_becomes("processed");
	deliver(mark);
	cr_expect_eq(count("payment.payment where amount_refunded = 4000 and status = 'COMPLETED'"), 1);
	cr_expect_str_eq(BALANCE("paystack:refund_pending:ZAR"), "0");
	cr_expect_str_eq(refund_make(p, 0, "r2"), "");
	jobs_run();
	refund_becomes("processed");
	deliver(mark);
	cr_expect_str_eq(status_of(p), "REFUNDED");
	cr_expect_eq(total("refunded"), 10000);
}

Test(payment_paystack, two_refunds_of_the_same_amount_are_both_heard_of)
{
	const char *p = paid("k", 10000);
	size_t mark = length("events");

	for (int i = 0; i < 2; i++) {
		refund_make(p, 2500, i ? "b" : "a");
		jobs_run();
		refund_becomes("processed");
	}
	deliver(mark);
	cr_expect_eq(count("payment.refund where status = 'SUCCEEDED'"), 2);
	cr_expect_eq(count("payment.payment where amount_refunded = 5000"), 1);
}

Test(payment_paystack, a_refund_that_fails_gives_the_money_back)
{
	const char *p = paid("k", 10000);
	size_t mark = length("events");

	refund_make(p, 3000, "r");
	jobs_run();
	refund_becomes("processed");
	deliver(mark);
	refund_becomes("failed");
	deliver(mark);
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED REFUND_FAILED");
	cr_expect_eq(count("payment.payment where amount_refunded = 0 and amount_refund_pending = 0"), 1);
	cr_expect_str_eq(BALANCE("platform:income:test:ZAR"), "10000");
}

Test(payment_paystack, a_refund_that_it_refuses_fails_and_gives_back_what_was_reserved)
{
	const char *p = paid("k", 10000);

	/* Refunded there by hand meanwhile: there is not enough left, and then we learn of it. */
	standin_control("/_reverse", arena_printf(kit_arena(), "reference=%s&amount=8000", reference_of(p)));
	refund_make(p, 5000, "r");
	jobs_run();
	cr_expect_eq(count("payment.refund where status = 'FAILED' and error_code like 'refund_amount%%'"), 1);
	get_as(ADA, "/admin/payments");
	post_as(ADA, arena_printf(kit_arena(), "/admin/payments/%s/ask", p), NULL);
	deliver(0);
	cr_expect_eq(count("payment.refund where status = 'SUCCEEDED' and source = 'PROVIDER'"), 1);
	cr_expect_eq(count("payment.payment where amount_refunded = 8000"), 1);
}

Test(payment_paystack, a_queued_refund_of_which_nothing_is_heard_is_asked_for)
{
	const char *p = paid("k", 10000);

	refund_make(p, 3000, "r");
	jobs_run();
	refund_becomes("processed");
	seed("update payment.operation set finished_at = finished_at - interval '10 minutes',"
	    " created_at = created_at - interval '10 minutes';"
	    "alter table payment.payment disable trigger touch;"
	    "update payment.payment set updated_at = now() - interval '10 minutes';"
	    "select payment.sweep()");
	jobs_run();
	cr_expect_eq(count("payment.refund where status = 'SUCCEEDED'"), 1);
}

/* ---- disputes ----------------------------------------------------------------------------------- */

static void
dispute(const char *more)
{
	struct json *disputes = json_get(state(), "disputes");

	standin_control("/_dispute", arena_printf(kit_arena(), "id=%lld&%s",
	    (long long)json_int(json_get(json_at(disputes, 0), "id"), 0), more));
}

Test(payment_paystack, a_lost_dispute_takes_money_and_an_open_one_blocks_refunds)
{
	const char *p = paid("k", 10000);
	size_t mark = length("events");

	standin_control("/_dispute", arena_printf(kit_arena(), "reference=%s", reference_of(p)));
	deliver(mark);
	cr_expect_eq(count("payment.dispute where status = 'needs_response' and withdrawn_at is null"), 1);
	cr_expect_str_eq(refund_make(p, 100, "r"), "payment_disputed");
	dispute("amount=6000&resolution=merchant-accepted");
	deliver(mark);
	cr_expect_str_eq(told(p), "COMPLETED DISPUTE_OPENED DISPUTE_LOST");
	cr_expect_eq(count("payment.payment where amount_lost = 6000 and amount_disputed = 0"), 1);
	cr_expect_str_eq(refund_make(p, 4001, "r"), "invalid_refund_amount");
	cr_expect_str_eq(refund_make(p, 4000, "r"), "");
}

Test(payment_paystack, a_dispute_that_the_bank_declines_moves_nothing)
{
	const char *p = paid("k", 10000);
	size_t mark = length("events");

	standin_control("/_dispute", arena_printf(kit_arena(), "reference=%s&amount=10000", reference_of(p)));
	dispute("resolution=declined");
	deliver(mark);
	cr_expect_str_eq(told(p), "COMPLETED");
	cr_expect_eq(count("payment.dispute where status = 'won' and closed_at is not null"), 1);
	cr_expect_str_eq(refund_make(p, 100, "r"), "");
}

/* ---- faults: nothing twice, nothing lost ------------------------------------------------------------ */

Test(payment_paystack, a_page_whose_answer_was_lost_is_opened_anew_and_paid_once)
{
	const char *p, *events;

	standin_control("/_control", "mode=lost&match=/transaction/initialize");
	p = open_page("k", 10000);
	cr_expect_eq(count("payment.operation where state = 'OPEN' and last_error = 'timeout'"), 1);
	standin_later();
	cr_expect_str_eq(reference_of(p), arena_printf(kit_arena(), "%s.2", p));
	pay(p, "outcome=success");
	deliver(0);
	cr_expect_str_eq(status_of(p), "COMPLETED");
	/* Events of refunds name the second reference alone. */
	refund_make(p, 100, "r");
	jobs_run();
	refund_becomes("processed");
	deliver(0);
	cr_expect_eq(count("payment.refund where status = 'SUCCEEDED'"), 1);
	events = value("select count(*)::text from payment.event where status = 'IGNORED'");
	cr_expect_str_eq(events, "0");
	cr_expect_eq(total("charged"), 10000);
}

Test(payment_paystack, a_refund_whose_answer_was_lost_is_found_and_not_made_again)
{
	const char *p = paid("k", 10000);

	for (int i = 0; i < 3; i++) {
		refund_make(p, 1000, arena_printf(kit_arena(), "r%d", i));
		standin_control("/_control", i == 0 ? "mode=garbage&match=/refund" : "mode=lost&match=/refund");
		jobs_run();
		standin_later();
		standin_later();
	}
	cr_expect_eq(total("refunded"), 3000);
	cr_expect_eq(length("refunds"), 3);
	cr_expect_eq(count("payment.refund where reference is not null"), 3);
}

Test(payment_paystack, down_slow_broken_and_garbage_only_delay_it)
{
	static const char *const modes[] = { "down", "slow", "error", "garbage" };

	for (size_t i = 0; i < 4; i++) {
		const char *p;

		standin_control("/_control", arena_printf(kit_arena(), "mode=%s&times=1", modes[i]));
		p = open_page(modes[i], 10000);
		cr_expect_eq(count("payment.operation where state = 'OPEN' and payment_id = '%s'", p), 1, "%s",
		    modes[i]);
		standin_later();
		pay(p, "outcome=success");
		deliver(0);
		cr_expect_str_eq(status_of(p), "COMPLETED", "%s", modes[i]);
	}
	cr_expect_eq(total("charged"), 40000);
}

/* ---- webhooks ---------------------------------------------------------------------------------------- */

Test(payment_paystack, refuses_what_is_not_signed_with_its_key_and_keeps_each_event_once)
{
	static const char unknown[] = "{\"event\":\"customeridentification.failed\",\"data\":{\"id\":5,"
	    "\"customer_code\":\"CUS_1\",\"email\":\"thandi@example.test\",\"domain\":\"test\"}}";
	static const char live[] = "{\"event\":\"charge.success\",\"data\":{\"id\":5,\"domain\":\"live\"}}";

	cr_expect_eq(post_signed(unknown, NULL).status, 401);
	cr_expect_str_eq(post_signed(unknown, "sk_test_other").problem, "invalid_signature");
	cr_expect_str_eq(post_signed(live, KEY).problem, "livemode_mismatch");
	cr_expect_eq(post_signed("[]", KEY).status, 400);
	cr_expect_eq(post_signed("{\"data\":{\"id\":1}}", KEY).status, 400);
	cr_expect_eq(count("payment.event"), 0);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(post_signed(unknown, KEY).status, 200);
	jobs_run();
	cr_expect_eq(count("payment.event where status = 'IGNORED' and deliveries = 3"), 1);
	cr_expect_eq(count("payment.event where body::text ~ 'thandi@'"), 0);
}

Test(payment_paystack, an_event_is_a_hint_and_no_proof)
{
	const char *p = open_page("k", 10000);
	const char *body = arena_printf(kit_arena(), "{\"event\":\"charge.success\",\"data\":{\"id\":77,\"status\":"
	    "\"success\",\"reference\":\"%s\",\"amount\":10000,\"currency\":\"ZAR\",\"domain\":\"test\"}}", p);

	cr_expect_eq(post_signed(body, KEY).status, 200);
	jobs_run();
	cr_expect_str_eq(status_of(p), "PENDING");
}

/* Charge, refund and dispute events in all 120 orders of five, each twice. */
static void
orders(size_t *order, size_t k, const char *payment, struct json *events, size_t *done)
{
	if (k > 1) {
		for (size_t i = 0; i < k; i++) {
			size_t j = k % 2 ? 0 : i, t;

			orders(order, k - 1, payment, events, done);
			t = order[j];
			order[j] = order[k - 1];
			order[k - 1] = t;
		}
		return;
	}
	seed("delete from payment.event where provider = 'PAYSTACK'");
	for (size_t i = 0; i < 5; i++) {
		const char *body = json_text(json_at(events, order[i]), "");

		post_signed(body, KEY);
		post_signed(body, KEY);
		if (i % 2)
			jobs_run();
	}
	jobs_run();
	(*done)++;
	cr_expect_eq(count("payment.payment where id = '%s' and status = 'COMPLETED' and amount_refunded = 2500"
	    " and amount_lost = 1000 and amount_disputed = 0", payment), 1);
}

Test(payment_paystack, every_order_of_its_events_ends_in_the_same_state)
{
	size_t order[5] = { 0, 1, 2, 3, 4 }, done = 0;
	const char *p = paid("k", 10000);

	refund_make(p, 2500, "r");
	jobs_run();
	refund_becomes("processed");
	standin_control("/_dispute", arena_printf(kit_arena(), "reference=%s", reference_of(p)));
	dispute("amount=1000&resolution=merchant-accepted");
	cr_assert_eq(length("events"), 5);
	orders(order, 5, p, json_get(state(), "events"), &done);
	cr_expect_eq(done, 120);
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED DISPUTE_OPENED DISPUTE_LOST");
	cr_expect_str_eq(value("select count(*)::text from ledger.check_books()"), "0");
}

/* ---- reconciliation --------------------------------------------------------------------------------------- */

static void
reconcile(void)
{
	clock_move(2 * SECOND);
	post_as(ADA, "/admin/reconciliation", NULL);
	jobs_run();
}

Test(payment_paystack, reconciliation_asks_for_lost_webhooks_and_parks_what_nobody_ordered)
{
	const char *lost = open_page("k", 10000), *refunded = paid("r", 5000);

	pay(lost, "outcome=success");
	/* A refund made on the provider's own pages, and a charge of unknown origin. */
	standin_control("/_reverse", arena_printf(kit_arena(), "reference=%s&amount=1500",
	    reference_of(refunded)));
	standin_control("/_charge", "amount=4200");
	reconcile();
	cr_expect_str_eq(status_of(lost), "COMPLETED");
	cr_expect_eq(count("payment.refund where source = 'PROVIDER' and status = 'SUCCEEDED'"), 1);
	cr_expect_eq(count("payment.difference"), 1);
	cr_expect_eq(count("payment.difference where kind = 'MISSING_HERE' and theirs = 4200"), 1);
	cr_expect_str_eq(BALANCE("suspense:ZAR"), "4200");
	reconcile();
	cr_expect_eq(count("payment.difference"), 1, "found twice, parked once");
}

Test(payment_paystack, reconciliation_finds_what_they_do_not_have)
{
	const char *p = paid("k", 10000);

	refund_make(p, 1000, "r");
	jobs_run();
	refund_becomes("processed");
	deliver(0);
	/* Three hours later nobody there has heard of a charge and a refund that our books have. */
	seed("update payment.payment set reference = 'gone', charge_reference = '1', session_reference = 'gone';"
	    "update payment.refund set reference = '2'");
	setting("payment.paystack.url", "http://127.0.0.1:1");
	clock_move(3 * HOUR);
	reconcile();
	cr_expect_eq(count("payment.reconciliation where state = 'FAILED'"), 1);
	cr_expect_eq(count("payment.difference"), 0, "a list that did not come says nothing");
	seed("select payment.reconcile('PAYSTACK', now() - interval '48 hours', now() + interval '3 hours', '[]')");
	cr_expect_str_eq(value("select string_agg(kind || ' ' || ours, ', ' order by ours desc)"
	    " from payment.difference"), "MISSING_THERE 10000, MISSING_THERE -1000");
}

Test(payment_paystack, reconciliation_reads_all_pages)
{
	for (int i = 0; i < 103; i++)
		standin_control("/_charge", "amount=100");
	reconcile();
	cr_expect_eq(count("payment.reconciliation where checked = 103"), 1);
	cr_expect_eq(count("payment.difference"), 103);
}
