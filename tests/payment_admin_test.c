/* Payments for administrators: refunds with a fresh proof and a second one, calls and events that
 * were given up. */
#include <string.h>

#include "standin_kit.h"

#define KEY "sk_test_paystack"
#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

static void
begin(void)
{
	standin_begin(SOURCE_DIR "/tests/standin/paystack.pl", "--key", KEY);
	setting("payment.providers", "ZAR:sandbox,*:sandbox");
	setting("payment.paystack.url", standin_url());
	setting("payment.paystack.key_file", standin_file("key", KEY "\n"));
}

TestSuite(payment_admin, .init = begin, .fini = standin_end);

static void
second_admin(void)
{
	seed("update identity.person set roles = '{ADMIN,EDUCATOR}', role = 'ADMIN' where id = '%s'",
	    person_id(MAX));
	signin(MAX);
}

static const char *
paid(int64_t amount)
{
	const char *p = payment_make(ANN, amount, "ZAR", arena_printf(kit_arena(), "k%lld", (long long)amount));

	sandbox_with(p, "success");
	return p;
}

static struct reply
refund(enum who who, const char *payment, const char *form)
{
	return post_as(who, arena_printf(kit_arena(), "/admin/payments/%s/refund", payment), form);
}

/* ---- refunds ------------------------------------------------------------------------------ */

Test(payment_admin, a_refund_asks_for_the_password_again_when_it_was_given_long_ago)
{
	const char *p = paid(10000);

	get_as(ADA, "/admin/payments");
	clock_move(6 * 60 * SECOND);
	HAS(get_as(ADA, arena_printf(kit_arena(), "/admin/payments/%s", p)).html, "type=\"password\"");
	HAS(refund(ADA, p, "amount=10&reason=x&idempotency_key=a").html, "e-password");
	cr_expect_eq(refund(ADA, p, "amount=10&reason=x&idempotency_key=b&password=wrong").status, 422);
	cr_expect_eq(count("payment.refund"), 0);
	cr_expect_eq(refund(ADA, p, arena_printf(kit_arena(), "amount=10&reason=x&idempotency_key=c&password=%s",
	    person_password(ADA))).status, 303);
	cr_expect_eq(count("payment.refund where amount = 1000"), 1);
	/* For five minutes that is enough. */
	HAS_NOT(get_as(ADA, arena_printf(kit_arena(), "/admin/payments/%s", p)).html, "type=\"password\"");
	cr_expect_eq(refund(ADA, p, "amount=11&reason=x&idempotency_key=d").status, 303);
}

Test(payment_admin, a_refund_above_the_limit_is_decided_by_another_administrator)
{
	const char *p = paid(200000), *decide;

	cr_expect_eq(refund(ADA, p, "amount=1000.01&reason=Too+much&idempotency_key=a").status, 303);
	cr_expect_eq(count("payment.refund"), 0);
	cr_expect_eq(count("payment.refund_request where status = 'PENDING' and amount = 100001"), 1);
	/* The same form again is the same request; with another amount it is refused. */
	refund(ADA, p, "amount=1000.01&reason=Too+much&idempotency_key=a");
	cr_expect_eq(count("payment.refund_request"), 1);
	HAS(get_as(ADA, arena_printf(kit_arena(), "/admin/payments/%s", p)).html, "waits for a second administrator");
	decide = arena_printf(kit_arena(), "/admin/refund-requests/%s/decide",
	    value("select id from payment.refund_request"));
	cr_expect_eq(post_as(ANN, decide, "decision=approve").status, 403);
	cr_expect_str_eq(api_post_as(ADA, decide, "{\"decision\":\"approve\"}").problem, "second_person_needed");
	HAS(get_as(ADA, "/admin/refund-requests").html, "somebody else decides");
	second_admin();
	HAS(get_as(MAX, "/admin/refund-requests?status=PENDING").html, "Too much");
	cr_expect_eq(post_as(MAX, decide, "decision=approve").status, 303);
	cr_expect_eq(count("payment.refund where amount = 100001"), 1);
	cr_expect_str_eq(api_post_as(MAX, decide, "{\"decision\":\"reject\"}").problem, "invalid_status");
	jobs_run();
	cr_expect_eq(count("payment.payment where amount_refunded = 100001"), 1);
	cr_expect_eq(count("audit.entry where action in ('payment.refund_asked', 'payment.refund_approved')"), 2);
}

Test(payment_admin, many_small_refunds_do_not_go_around_the_limit)
{
	const char *p = paid(300000);

	refund(ADA, p, "amount=600&reason=x&idempotency_key=a");
	refund(ADA, p, "amount=400&reason=x&idempotency_key=b");
	cr_expect_eq(count("payment.refund"), 2);
	refund(ADA, p, "amount=0.01&reason=x&idempotency_key=c");
	cr_expect_eq(count("payment.refund"), 2);
	cr_expect_eq(count("payment.refund_request"), 1);
}

Test(payment_admin, a_rejected_refund_moves_nothing_and_a_stale_one_is_checked_again)
{
	const char *p = paid(200000), *first, *second;

	refund(ADA, p, "amount=1500&reason=x&idempotency_key=a");
	refund(ADA, p, "amount=1500&reason=y&idempotency_key=b");
	first = arena_strdup(kit_arena(), value("select id from payment.refund_request where reason = 'x'"));
	second = arena_strdup(kit_arena(), value("select id from payment.refund_request where reason = 'y'"));
	second_admin();
	cr_expect_eq(post_as(MAX, arena_printf(kit_arena(), "/admin/refund-requests/%s/decide", first),
	    "decision=approve").status, 303);
	cr_expect_str_eq(api_post_as(MAX, arena_printf(kit_arena(), "/admin/refund-requests/%s/decide", second),
	    "{\"decision\":\"approve\"}").problem, "invalid_refund_amount");
	cr_expect_eq(post_as(MAX, arena_printf(kit_arena(), "/admin/refund-requests/%s/decide", second),
	    "decision=reject").status, 303);
	cr_expect_eq(count("payment.refund"), 1);
	cr_expect_eq(strncmp(cluster_try("db_migrate", "update payment.refund_request set reason = 'z'"), "23001", 5), 0);
}

/* ---- given up, and tried again --------------------------------------------------------------- */

static void
days_of_failure(void)
{
	for (int i = 0; i < 3; i++) {
		clock_move(25 * HOUR);
		seed("update host.job set run_at = now() where state = 'READY'");
		jobs_run();
	}
}

Test(payment_admin, a_refund_that_nobody_answered_for_three_days_waits_for_an_administrator)
{
	const char *p, *call;

	setting("payment.providers", "ZAR:paystack");
	p = payment_make(ANN, 10000, "ZAR", "k");
	jobs_run();
	standin_control("/_pay", arena_printf(kit_arena(), "reference=%s", p));
	get_as(ANN, arena_printf(kit_arena(), "/payments/%s/return", p));
	jobs_run();
	cr_assert_str_eq(status_of(p), "COMPLETED");
	refund_make(p, 4000, "r");
	standin_control("/_control", "mode=down&times=1000");
	jobs_run();
	days_of_failure();
	/* It may have gone through: the money stays reserved, nobody gets it twice. */
	cr_expect_eq(count("payment.operation where state = 'DEAD' and kind = 'REFUND'"), 1);
	cr_expect_eq(count("payment.refund where status = 'PENDING'"), 1);
	cr_expect_eq(count("payment.payment where amount_refund_pending = 4000"), 1);
	cr_expect_eq(count("host.event where type = 'payment.operation_dead'"), 1);
	standin_control("/_control", "mode=normal");
	signin(ADA);
	call = value("select id from payment.operation where state = 'DEAD'");
	HAS(get_as(ADA, "/admin/payment-calls?state=DEAD").html, "/again");
	post_as(ADA, arena_printf(kit_arena(), "/admin/payment-calls/%s/again", call), NULL);
	seed("update payment.provider set open_until = null, outcomes = 0, calls = 0");
	jobs_run();
	cr_expect_eq(count("payment.operation where state = 'DONE' and kind = 'REFUND'"), 1);
	cr_expect_eq(count("payment.refund where reference is not null"), 1);
}

Test(payment_admin, a_page_that_never_came_fails_the_payment_and_is_not_offered_again)
{
	const char *p, *again;

	setting("payment.providers", "ZAR:paystack");
	standin_control("/_control", "mode=down&times=1000");
	p = payment_make(ANN, 10000, "ZAR", "k");
	jobs_run();
	days_of_failure();
	cr_expect_str_eq(status_of(p), "FAILED");
	cr_expect_eq(count("payment.payment where error_code = 'provider_unavailable'"), 1);
	signin(ADA);
	HAS_NOT(get_as(ADA, "/admin/payment-calls?state=DEAD").html, "/again");
	again = arena_printf(kit_arena(), "/admin/payment-calls/%s/again",
	    value("select id from payment.operation where state = 'DEAD'"));
	cr_expect_str_eq(api_post_as(ADA, again, NULL).problem, "invalid_status");
	cr_expect_eq(post_as(ANN, again, NULL).status, 403);
}

Test(payment_admin, an_event_that_fails_is_marked_and_can_be_looked_at_again)
{
	const char *p = paid(10000), *id, *path;

	jobs_run();
	seed("alter table payment.step add constraint broken check (kind <> 'provider_event') not valid;"
	    "select payment.sandbox_tell('%s', 'payment.succeeded')", p);
	jobs_run();
	cr_expect_eq(count("payment.event where status = 'FAILED' and error <> ''"), 1);
	id = arena_strdup(kit_arena(), value("select id from payment.event where status = 'FAILED'"));
	HAS(get_as(ADA, "/admin/payment-events?status=FAILED").html, id);
	for (int i = 0; i < 12; i++) {
		seed("update host.job set run_at = now() where state = 'READY'");
		jobs_run();
	}
	cr_expect_eq(count("payment.event where status = 'DEAD'"), 1);
	seed("alter table payment.step drop constraint broken");
	path = arena_printf(kit_arena(), "/admin/payment-events/%s", id);
	HAS(get_as(ADA, path).html, "/again");
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "%s/again", path), NULL).status, 303);
	jobs_run();
	cr_expect_eq(count("payment.event where id = '%s' and status = 'PROCESSED'", id), 1);
}

Test(payment_admin, lists_filter_by_their_address)
{
	static const char *const lists[] = { "/admin/refunds?status=SUCCEEDED&provider=SANDBOX",
		"/admin/disputes?status=won&provider=STRIPE", "/admin/payment-events?status=PROCESSED",
		"/admin/payment-calls?state=DONE&provider=SANDBOX", "/admin/payments?status=COMPLETED&page=2",
		"/admin/reconciliation?state=OPEN", "/admin/refund-requests?status=APPROVED" };
	const char *p = paid(10000);

	refund_make(p, 100, "r");
	jobs_run();
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct reply r = get_as(ADA, lists[i]);

		cr_expect_eq(r.status, 200, "%s", lists[i]);
		cr_expect_leq(r.trips, 3, "%s: %u", lists[i], r.trips);
		HAS(r.html, "aria-current=\"true\"");
		cr_expect_eq(get_as(ANN, lists[i]).status, 403);
	}
	HAS(get_as(ADA, lists[0]).html, "A test");
	HAS_NOT(get_as(ADA, "/admin/refunds?status=FAILED").html, "A test");
	HAS_NOT(get_as(ADA, "/admin/refunds?provider=STRIPE").html, "A test");
}

Test(payment_admin, a_page_beyond_the_last_says_how_many_there_are_and_leads_back)
{
	static const struct { enum who who; const char *path, *rows, *last; } lists[] = {
		{ ADA, "/admin/payments?status=COMPLETED&page=50", "payment where status = 'COMPLETED'",
		    "/admin/payments?status=COMPLETED\"" },
		{ ADA, "/admin/refunds?provider=SANDBOX&page=50", "refund",
		    "/admin/refunds?provider=SANDBOX&amp;page=2\"" },
		{ ADA, "/admin/payment-calls?page=50", "operation", "/admin/payment-calls?page=2\"" },
		{ ADA, "/admin/payment-events?page=50", "event", "/admin/payment-events\"" },
		{ ADA, "/admin/refund-requests?page=50", "refund_request", "/admin/refund-requests\"" },
		{ ADA, "/admin/disputes?page=50", "dispute", "/admin/disputes\"" },
		{ ADA, "/admin/reconciliation?page=50", "difference", "/admin/reconciliation\"" },
		{ ANN, "/payments?page=50", "payment", "/payments\"" } };
	const char *p = paid(200000);

	sandbox_with(payment_make(ANN, 500, "ZAR", "d"), "dispute");
	for (int i = 0; i < 21; i++)
		refund_make(p, 1, arena_printf(kit_arena(), "r%d", i));
	jobs_run();
	clock_move(90 * SECOND);
	jobs_run();
	refund(ADA, p, "amount=1500&reason=x&idempotency_key=a");
	seed("with run as (insert into payment.reconciliation (provider, since, until, state)"
	    " values ('SANDBOX', now() - interval '1 day', now(), 'DONE') returning id)"
	    " insert into payment.difference (reconciliation_id, provider, kind, reference, ours, currency)"
	    " select id, 'SANDBOX', 'MISSING_THERE', 'x', 5, 'ZAR' from run");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct reply r = get_as(lists[i].who, lists[i].path);

		cr_expect_eq(r.status, 200, "%s", lists[i].path);
		HAS(r.json, "\"items\":[],\"page\"");
		cr_expect_gt(count("payment.%s", lists[i].rows), 0, "%s", lists[i].rows);
		HAS(r.json, arena_printf(kit_arena(), "\"total\":%s,", value("select count(*) from payment.%s",
		    lists[i].rows)));
		HAS(r.html, "There is no page 50");
		HAS(r.html, arena_printf(kit_arena(), "<a class=\"button primary\" href=\"%s", lists[i].last));
	}
	HAS(get_as(ADA, "/admin/refunds?status=FAILED&page=50").json, "\"total\":0,");
}
