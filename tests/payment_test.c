/* Payments: opening, the sandbox's cards, refunds, disputes, who sees what. */
#include "payment_kit.h"

#include <string.h>

static void
begin(void)
{
	world_begin();
	purpose_make();
}

TestSuite(payment, .init = begin, .fini = world_end);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))
#define SECOND INT64_C(1000000)
#define ACCOUNT(code) value("select coalesce((select balance from ledger.account where code = '%s')::text, 'none')", code)

/* ---- opening ------------------------------------------------------------------------- */

Test(payment, opens_pending_and_leads_to_the_hosted_page)
{
	struct payment_opened o = payment_begin(ANN, 19900, "ZAR", "k1", NULL);

	cr_assert(o.id);
	cr_expect_str_eq(o.status, "PENDING");
	cr_expect_str_eq(o.provider, "SANDBOX");
	cr_expect(o.fresh);
	cr_expect_eq(strncmp(o.href, "/sandbox/pay/", 13), 0);
	HAS(get(o.href).html, "R199.00");
	cr_expect_str_eq(told(o.id), "");
	cr_expect_eq(count("host.event where type like 'payment.%%'"), 0);
}

Test(payment, the_same_key_gives_the_same_payment_and_another_order_is_refused)
{
	struct payment_opened a = payment_begin(ANN, 19900, "ZAR", "k1", NULL);
	struct payment_opened b = payment_begin(ANN, 19900, "ZAR", "k1", NULL);

	cr_expect_str_eq(a.id, b.id);
	cr_expect(!b.fresh);
	cr_expect_str_eq(payment_begin(ANN, 19901, "ZAR", "k1", NULL).status,
	    "idempotency_key_reused");
	/* Another person's key is another key. */
	cr_expect(payment_begin(BOB, 5000, "ZAR", "k1", NULL).fresh);
	cr_expect_eq(count("payment.payment"), 2);
}

Test(payment, refuses_amounts_and_currencies_that_cannot_be_paid)
{
	cr_expect_str_eq(payment_begin(ANN, 0, "ZAR", "a", NULL).status, "invalid_amount");
	cr_expect_str_eq(payment_begin(ANN, -1, "ZAR", "b", NULL).status, "invalid_amount");
	cr_expect_str_eq(payment_begin(ANN, INT64_C(1000000000), "ZAR", "c", NULL).status,
	    "invalid_amount");
	cr_expect_neq(payment_begin(ANN, 100, "AZR", "d", NULL).id, "x");
	cr_expect_str_eq(payment_begin(ANN, 100, "ZAR", "e",
	    "00000000-0000-7000-8000-000000000009").status, "invalid_payment_method");
	cr_expect_eq(count("payment.payment"), 0);
}

/* ---- outcomes -------------------------------------------------------------------------- */

Test(payment, a_card_that_succeeds_completes_once_and_tells_its_owner_once)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");
	struct reply r = sandbox_with(p, "success");

	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(status_of(p), "COMPLETED");
	sandbox_with(p, "success");
	jobs_run();
	cr_expect_str_eq(told(p), "COMPLETED");
	cr_expect_eq(count("host.event where type = 'payment.completed' and key = '%s'", p), 1);
	/* 2.9 % and 30 cents of R100.00 */
	cr_expect_eq(count("payment.payment where fee = 320"), 1);
	cr_expect_str_eq(get_as(ANN, r.location).location, "/home");
}

Test(payment, each_declining_card_says_why_and_lets_the_payer_take_another)
{
	static const struct { const char *card, *error; } cards[] = {
		{ "declined", "card_declined" }, { "insufficient_funds", "insufficient_funds" },
		{ "lost_card", "lost_card" }, { "expired_card", "expired_card" },
		{ "incorrect_cvc", "incorrect_cvc" }, { "processing_error", "processing_error" } };

	for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
		const char *p = payment_make(ANN, 10000, "ZAR", cards[i].card);
		struct reply r = sandbox_with(p, cards[i].card);

		HAS(get(r.location).html, "role=\"alert\"");
		cr_expect_str_eq(status_of(p), "PENDING");
		HAS(get_as(ANN, arena_printf(kit_arena(), "/payments/%s", p)).json,
		    arena_printf(kit_arena(), "\"errorCode\":\"%s\"", cards[i].error));
		sandbox_with(p, "success");
		cr_expect_str_eq(status_of(p), "COMPLETED");
		cr_expect_str_eq(told(p), "COMPLETED");
	}
}

Test(payment, five_declined_attempts_fail_it)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	for (int i = 0; i < 5; i++)
		sandbox_with(p, "insufficient_funds");
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_str_eq(told(p), "FAILED");
	cr_expect_eq(count("host.event where type = 'payment.failed'"), 1);
	sandbox_with(p, "success");
	cr_expect_str_eq(status_of(p), "FAILED");
}

Test(payment, three_d_secure_asks_first)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");
	struct reply r = sandbox_with(p, "three_d_secure");

	HAS(get(r.location).html, "3-D Secure");
	cr_expect_str_eq(status_of(p), "PENDING");
	post(r.location, "card=three_d_secure&confirmed=1");
	cr_expect_str_eq(status_of(p), "COMPLETED");
}

Test(payment, a_slow_card_is_waited_for)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");
	struct reply r = sandbox_with(p, "slow");

	jobs_run();
	cr_expect_str_eq(status_of(p), "PENDING");
	r = get_as(ANN, r.location);
	cr_expect_eq(r.status, 200);
	HAS(r.head, "Refresh: 2");
	clock_move(61 * SECOND);
	jobs_run();
	cr_expect_str_eq(status_of(p), "COMPLETED");
}

Test(payment, the_payer_may_give_up)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");
	const char *path = arena_printf(kit_arena(), "/payments/%s/cancel", p);

	cr_expect_eq(post_as(BOB, path, NULL).status, 404);
	cr_expect_eq(post_as(ANN, path, NULL).status, 303);
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_str_eq(told(p), "FAILED");
	cr_expect_str_eq(api_post_as(ANN, path, NULL).problem, "invalid_status");
	sandbox_with(p, "success");
	cr_expect_str_eq(status_of(p), "FAILED");
}

/* ---- refunds ------------------------------------------------------------------------------ */

Test(payment, refunds_in_parts_never_give_back_more_than_was_paid)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	cr_expect_str_eq(refund_make(p, 100, "r0"), "invalid_status");
	sandbox_with(p, "success");
	cr_expect_str_eq(refund_make(p, 10001, "r1"), "invalid_refund_amount");
	cr_expect_str_eq(refund_make(p, -5, "r1"), "invalid_refund_amount");
	cr_expect_str_eq(refund_make(p, 666, "r1"), "refund_not_eligible");
	cr_expect_str_eq(refund_make(p, 4000, "r2"), "");
	cr_expect_str_eq(refund_make(p, 4000, "r2"), "", "the same key again");
	cr_expect_str_eq(refund_make(p, 4001, "r2"), "idempotency_key_reused");
	cr_expect_eq(count("payment.payment where amount_refund_pending = 4000"), 1);
	jobs_run();
	cr_expect_eq(count("payment.payment where amount_refunded = 4000 and status = 'COMPLETED'"), 1);
	cr_expect_str_eq(refund_make(p, 6001, "r3"), "invalid_refund_amount");
	cr_expect_str_eq(refund_make(p, 0, "r4"), "");
	jobs_run();
	cr_expect_str_eq(status_of(p), "REFUNDED");
	cr_expect_str_eq(refund_make(p, 1, "r5"), "already_refunded");
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED REFUND_REQUESTED"
	    " REFUND_SUCCEEDED");
	cr_expect_eq(count("host.event where type = 'refund.succeeded'"), 2);
}

Test(payment, a_refund_that_fails_days_later_gives_the_money_back)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	sandbox_with(p, "refund_fails");
	refund_make(p, 0, "r");
	jobs_run();
	cr_expect_str_eq(status_of(p), "REFUNDED");
	clock_move(90 * SECOND);
	jobs_run();
	cr_expect_str_eq(status_of(p), "COMPLETED");
	cr_expect_eq(count("payment.payment where amount_refunded = 0 and amount_refund_pending = 0"), 1);
	cr_expect_str_eq(told(p), "COMPLETED REFUND_REQUESTED REFUND_SUCCEEDED REFUND_FAILED");
	cr_expect_str_eq(refund_make(p, 0, "again"), "");
}

/* ---- disputes --------------------------------------------------------------------------------- */

Test(payment, a_dispute_takes_the_money_until_it_is_won)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	sandbox_with(p, "dispute");
	jobs_run();
	clock_move(90 * SECOND);
	jobs_run();
	cr_expect_eq(count("payment.payment where amount_disputed = 10000"), 1);
	cr_expect_str_eq(refund_make(p, 100, "r"), "payment_disputed");
	seed("update payment.sandbox_dispute set state = 'won';"
	    "select payment.sandbox_tell('%s', 'dispute.won')", p);
	jobs_run();
	cr_expect_eq(count("payment.payment where amount_disputed = 0 and amount_lost = 0"), 1);
	cr_expect_str_eq(told(p), "COMPLETED DISPUTE_OPENED DISPUTE_WON");
	cr_expect_str_eq(refund_make(p, 100, "r"), "");
}

Test(payment, what_a_lost_dispute_took_cannot_be_refunded)
{
	const char *p = payment_make(ANN, 10000, "ZAR", "k");

	sandbox_with(p, "dispute");
	jobs_run();
	clock_move(90 * SECOND);
	jobs_run();
	seed("update payment.sandbox_dispute set state = 'lost';"
	    "select payment.sandbox_tell('%s', 'dispute.lost')", p);
	jobs_run();
	cr_expect_eq(count("payment.payment where amount_disputed = 0 and amount_lost = 10000"), 1);
	cr_expect_str_eq(told(p), "COMPLETED DISPUTE_OPENED DISPUTE_LOST");
	cr_expect_str_eq(refund_make(p, 100, "r"), "already_refunded");
}

/* ---- what the provider says is compared --------------------------------------------------------- */

Test(payment, an_answer_with_another_amount_or_currency_is_an_integrity_failure)
{
	static const char *const wrong[] = {
		"{\"state\":\"succeeded\",\"amount\":9999,\"currency\":\"ZAR\",\"ref\":\"%s\"}",
		"{\"state\":\"succeeded\",\"amount\":10000,\"currency\":\"USD\",\"ref\":\"%s\"}",
		"{\"state\":\"succeeded\",\"amount\":10000,\"currency\":\"ZAR\",\"ref\":\"another\"}" };

	for (size_t i = 0; i < 3; i++) {
		const char *key = arena_printf(kit_arena(), "k%zu", i);
		const char *p = payment_make(ANN, 10000, "ZAR", key);
		const char *ref = value("select reference from payment.payment where id = '%s'", p);

		seed("select payment.apply('%s', format('%s', '%s')::jsonb)", p, wrong[i], ref);
		cr_expect_str_eq(status_of(p), "FAILED");
		cr_expect_str_eq(told(p), "FAILED");
		cr_expect_eq(count("payment.payment where id = '%s' and integrity is not null and"
		    " error_code = 'integrity_failure'", p), 1);
		/* Nor is a right answer believed after that. */
		seed("select payment.apply('%s', '{\"state\":\"succeeded\",\"amount\":10000,"
		    "\"currency\":\"ZAR\",\"ref\":\"%s\"}')", p, ref);
		cr_expect_str_eq(status_of(p), "FAILED");
	}
	cr_expect_eq(count("host.event where type = 'payment.integrity_failure'"), 3);
}

/* ---- who sees what ------------------------------------------------------------------------------- */

Test(payment, shows_a_payment_to_its_payer_alone)
{
	const char *p = payment_make(ANN, 19900, "ZAR", "k");
	static const char *const pages[] = { "", "/go", "/return", "/pay" };

	for (size_t i = 0; i < 4; i++) {
		const char *path = arena_printf(kit_arena(), "/payments/%s%s", p, pages[i]);

		cr_expect_lt(get_as(ANN, path).status, 400, "%s", path);
		cr_expect_eq(get_as(BOB, path).status, 404, "%s", path);
		cr_expect_eq(api_get(path).status, 401, "%s", path);
	}
	HAS(get_as(ANN, "/payments").html, "A test");
	HAS(get_as(ANN, "/payments").json, "\"amount\":{\"amount\":19900,\"currency\":\"ZAR\"}");
	HAS_NOT(get_as(BOB, "/payments").html, "A test");
	cr_expect_eq(get_as(ANN, "/payments/no-uuid").status, 404);
}

/* ---- saved methods ----------------------------------------------------------------------------------- */

static const char *
method_save(enum who who, const char *card)
{
	struct reply r = post_as(who, "/me/payment-methods", "agree=1");

	post(r.location, arena_printf(kit_arena(), "card=%s", card));
	return value("select id from payment.method where person_id = '%s' order by created_at desc"
	    " limit 1", person_id(who));
}

Test(payment, saves_a_card_with_its_mandate_and_keeps_one_default)
{
	const char *first, *second;
	struct reply r;

	cr_expect_eq(post_as(ANN, "/me/payment-methods", NULL).status, 422);
	first = arena_strdup(kit_arena(), method_save(ANN, "success"));
	second = arena_strdup(kit_arena(), method_save(ANN, "three_d_secure"));
	post(arena_printf(kit_arena(), "/sandbox/pay/%s", value("select setup_reference from"
	    " payment.method where id = '%s'", second)), "card=three_d_secure&confirmed=1");
	cr_expect_eq(count("payment.method where status = 'ACTIVE' and length(mandate_text) > 20"), 2);
	r = get_as(ANN, "/me/payment-methods");
	HAS(r.html, "•••• 4242");
	HAS(r.json, "\"last4\":\"3155\"");
	cr_expect_eq(count("payment.method where is_default and id = '%s'", first), 1);
	cr_expect_eq(post_as(BOB, arena_printf(kit_arena(), "/me/payment-methods/%s/default",
	    second), NULL).status, 404);
	post_as(ANN, arena_printf(kit_arena(), "/me/payment-methods/%s/default", second), NULL);
	cr_expect_eq(count("payment.method where is_default and id = '%s'", second), 1);
	cr_expect_eq(post_as(BOB, arena_printf(kit_arena(), "/me/payment-methods/%s/remove",
	    second), NULL).status, 404);
	post_as(ANN, arena_printf(kit_arena(), "/me/payment-methods/%s/remove", second), NULL);
	cr_expect_eq(count("payment.method where is_default and id = '%s'", first), 1);
	cr_expect_eq(count("payment.method where status = 'REMOVED'"), 1);
	HAS_NOT(get_as(BOB, "/me/payment-methods").html, "4242");
}

Test(payment, a_saved_card_is_charged_at_once_and_a_declined_one_fails_at_once)
{
	const char *good = arena_strdup(kit_arena(), method_save(ANN, "success"));
	struct payment_opened o = payment_begin(ANN, 10000, "ZAR", "k", good);

	cr_expect_str_eq(status_of(o.id), "COMPLETED");
	cr_expect_str_eq(payment_begin(BOB, 10000, "ZAR", "k", good).status,
	    "invalid_payment_method");
	seed("update payment.method set reference = reference || '2:declined' where id = '%s'", good);
	seed("update payment.method set reference = 'x:declined' where id = '%s'", good);
	o = payment_begin(ANN, 10000, "ZAR", "k2", good);
	cr_expect_str_eq(status_of(o.id), "FAILED");
}

/* ---- deposits into the wallet ---------------------------------------------------------------------- */

static const char *
wallet_of(enum who who)
{
	return value("select coalesce((select ledger.balance(id)::text from ledger.account"
	    " where code = 'user:%s:wallet:ZAR'), 'none')", person_id(who));
}

static const char *
deposit(enum who who, const char *form)
{
	struct reply r = post_as(who, "/deposit", form);

	cr_assert_eq(r.status, 303, "%d", r.status);
	return arena_strdup(kit_arena(), r.location);
}

Test(payment, a_deposit_fills_the_wallet_once_and_a_refund_takes_it_back)
{
	const char *page = deposit(ANN, "amount=100&currency=ZAR&idempotency_key=form-1"), *path;

	/* The form sent twice is one payment. */
	cr_expect_str_eq(deposit(ANN, "amount=100&currency=ZAR&idempotency_key=form-1"), page);
	cr_expect_eq(post_as(ANN, "/deposit", "amount=200&currency=ZAR&idempotency_key=form-1").status, 422);
	cr_expect_eq(count("payment.payment"), 1);
	post(page, "card=success");
	post(page, "card=success");
	jobs_run();
	cr_expect_str_eq(wallet_of(ANN), "10000");
	path = arena_strdup(kit_arena(), value("select '/admin/payments/' || id from payment.payment"));
	HAS(get_as(ADA, path).html, ":wallet:ZAR");
	cr_expect_eq(get_as(ANN, path).status, 403);
	path = arena_printf(kit_arena(), "%s/refund", path);
	cr_expect_eq(post_as(ANN, path, "amount=40.00&reason=x").status, 403);
	cr_expect_eq(post_as(ADA, path, "amount=100.01&reason=x").status, 422);
	cr_expect_eq(post_as(ADA, path, "amount=40.00&reason=x").status, 303);
	cr_expect_str_eq(wallet_of(ANN), "6000", "reserved at once");
	jobs_run();
	cr_expect_str_eq(wallet_of(ANN), "6000");
	cr_expect_eq(count("audit.entry where action = 'payment.refund'"), 1);
}

Test(payment, a_deposit_that_was_spent_cannot_be_refunded_and_a_lost_dispute_leaves_a_debt)
{
	const char *page = deposit(ANN, "amount=100&currency=ZAR"), *id;

	post(page, "card=dispute");
	jobs_run();
	id = arena_strdup(kit_arena(), value("select id from payment.payment"));
	seed("select ledger.post('TEST', 'spent', array[ledger.account_open('user:%s:wallet', 'ZAR'),"
	    " ledger.account_open('platform:income:test', 'ZAR')], array[-7000, 7000]::bigint[], host.now(),"
	    " 'test', '00000000-0000-7000-8000-000000000002', null, '{}')", person_id(ANN));
	cr_expect_str_eq(refund_make(id, 0, "r"), "insufficient_funds");
	cr_expect_eq(count("payment.refund"), 0);
	clock_move(90 * SECOND);
	jobs_run();
	cr_expect_str_eq(wallet_of(ANN), "0", "set aside");
	seed("update payment.sandbox_dispute set state = 'lost';"
	    "select payment.sandbox_tell('%s', 'dispute.lost')", id);
	jobs_run();
	cr_expect_str_eq(value("select ledger.balance(id)::text from ledger.account where code like"
	    " 'user:%%:debt:ZAR'"), "-7000");
	cr_expect_eq(count("payment.payment where amount_lost = 10000"), 1);
}

Test(payment, a_deposit_keeps_to_its_limits)
{
	cr_expect_eq(post_as(ANN, "/deposit", "amount=14.99&currency=ZAR").status, 422);
	cr_expect_eq(post_as(ANN, "/deposit", "amount=10000.01&currency=USD").status, 422);
	cr_expect_eq(post_as(ANN, "/deposit", "amount=1e3&currency=ZAR").status, 422);
	cr_expect_eq(post_as(ANN, "/deposit", "amount=-5&currency=ZAR").status, 422);
	cr_expect_eq(post("/deposit", "amount=20").status, 303);
	HAS(post("/deposit", "amount=20").location, "/signin");
	cr_expect_eq(count("payment.payment"), 0);
}
