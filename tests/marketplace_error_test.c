/*
 * The named errors of the phase-1 design (services Payment and Marketplace):
 * each with what a person sees and what a program gets. docs/errors.md is the
 * table below; TEST_WRITE_ERRORS=1 writes it anew.
 */
#include "market_kit.h"
#include "stripe_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(named_error, .init = world_begin, .fini = world_end, .timeout = 180);
TestSuite(named_error_stripe, .init = stripe_begin, .fini = standin_end, .timeout = 180);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)
#define SECOND INT64_C(1000000)

static const struct named {
	const char *service, *name, *code;
	int status;
	const char *where, *page, *test;
} errors[] = {
	{ "Payment", "Invalid payment method", "invalid_payment_method", 422,
	    "a payment with a saved card that is another person's, expired or gone",
	    "sentence", "named_error/an_invalid_payment_method_is_said" },
	{ "Payment", "Insufficient funds", "insufficient_funds", 402,
	    "checkout from a wallet that does not hold the price; payouts, transfers and refunds likewise",
	    "sentence", "named_error/insufficient_funds_of_a_wallet_are_said" },
	{ "Payment", "Insufficient funds", "insufficient_funds", 0,
	    "`errorCode` of a payment: the bank says so of the card; another card may be taken",
	    "sentence on the payment's page", "named_error/a_declined_card_says_why" },
	{ "Payment", "Payment declined", "card_declined", 0,
	    "`errorCode` of a payment, with its finer codes (lost_card, expired_card, incorrect_cvc …)",
	    "sentence on the payment's page", "named_error/a_declined_card_says_why" },
	{ "Payment", "Network timeout", "provider_unavailable", 0,
	    "`errorCode` of a payment that failed after 72 hours of retries; until then it waits, and says so",
	    "sentence on the payment's page", "named_error_stripe/a_provider_that_does_not_answer_is_waited_for_then_said" },
	{ "Payment", "Network timeout", "payment_unavailable", 503,
	    "a payment in a currency that no provider takes", "sentence", "named_error/no_provider_for_a_currency_is_said" },
	{ "Payment", "Webhook processing failure", "invalid_signature", 401,
	    "a webhook whose signature does not fit its body", "none (machines alone)",
	    "named_error_stripe/a_webhook_that_cannot_be_processed_is_kept_and_shown" },
	{ "Payment", "Webhook processing failure", "RECEIVED", 0,
	    "`status` of an event that could not be processed; its job is tried again, then shown as failed",
	    "the event's page for administrators", "named_error_stripe/a_webhook_that_cannot_be_processed_is_kept_and_shown" },
	{ "Marketplace", "Course not found", "course_not_found", 404,
	    "the page of a course, its checkout, its editor", "sentence", "named_error/a_course_that_is_not_there_is_said" },
	{ "Marketplace", "Insufficient permissions", "forbidden", 403,
	    "a learner asks for an educator's page, an educator for an administrator's", "sentence",
	    "named_error/who_may_not_list_a_course_is_told" },
	{ "Marketplace", "Insufficient permissions", "insufficient_permissions", 403,
	    "a course with a price is published, restored or given a price with the plan FREE",
	    "sentence; beside the price", "named_error/with_the_plan_free_nothing_is_put_on_sale" },
	{ "Marketplace", "Invalid course data", "invalid_input", 422,
	    "facts of a course that cannot be: title, price, level, lists", "beside the field",
	    "named_error/invalid_course_data_is_said_beside_the_field" },
	{ "Marketplace", "Invalid course data", "course_not_ready", 409,
	    "publication while something is missing", "sentence; the checks name it",
	    "named_error/invalid_course_data_is_said_beside_the_field" },
	{ "Marketplace", "Duplicate course", "duplicate_course", 409,
	    "a second course of the same title by one educator, new, renamed, restored or imported",
	    "beside the title", "named_error/a_title_is_used_once_by_its_educator" },
};
#define ERRORS (sizeof errors / sizeof *errors)

/* ---- the table -------------------------------------------------------------------------- */

static const char *
table(void)
{
	const char *text = "# Named errors\n\n"
	    "The errors that the phase-1 design names for its services Payment and Marketplace, with what "
	    "became of them. JSON answers RFC 9457 problems: `code`, `status`, and `errors[]` with the "
	    "fields. A code without a status is a field of an object that is answered with 200. All texts "
	    "are messages `error.<code>`, `field.<code>` and `payment.error.<code>`.\n\n"
	    "Written by `TEST_WRITE_ERRORS=1 tests/marketplace_error_test`, which also shows each of them.\n\n"
	    "| service | error | code | status | where | page | test |\n|---|---|---|---|---|---|---|\n";

	for (size_t i = 0; i < ERRORS; i++)
		text = TEXT("%s| %s | %s | `%s` | %s | %s | %s | %s |\n", text, errors[i].service, errors[i].name,
		    errors[i].code, errors[i].status ? TEXT("%d", errors[i].status) : "–", errors[i].where,
		    errors[i].page, errors[i].test);
	return text;
}

Test(named_error, the_table_in_the_documents_is_this_one)
{
	const char *path = SOURCE_DIR "/docs/errors.md", *text = table();
	char now[16384];
	size_t n;
	FILE *f;

	if (getenv("TEST_WRITE_ERRORS") != NULL) {
		f = fopen(path, "we");
		cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	}
	f = fopen(path, "re");
	cr_assert(f != NULL, "docs/errors.md is missing");
	n = fread(now, 1, sizeof now - 1, f);
	(void)fclose(f);
	now[n] = '\0';
	cr_expect_str_eq(now, text);
}

Test(named_error, every_test_of_the_table_is_in_this_file)
{
	char source[40000];
	FILE *f = fopen(SOURCE_DIR "/tests/marketplace_error_test.c", "re");
	size_t n;

	cr_assert(f != NULL);
	n = fread(source, 1, sizeof source - 1, f);
	(void)fclose(f);
	cr_assert_lt(n, sizeof source - 1);
	source[n] = '\0';
	for (size_t i = 0; i < ERRORS; i++) {
		const char *slash = strchr(errors[i].test, '/');

		HAS(source, TEXT("Test(%.*s, %s)", (int)(slash - errors[i].test), errors[i].test, slash + 1));
	}
}

/* An API answer with this code, and its page with this sentence. */
static void
refused(struct reply api, int status, const char *code, struct reply page, const char *sentence)
{
	cr_expect_eq(api.status, status, "%s: %d %s", code, api.status, api.json);
	cr_expect_str_eq(api.problem, code);
	HAS(api.json, TEXT("\"code\":\"%s\"", code));
	HAS(api.json, TEXT("\"status\":%d", status));
	cr_expect_eq(page.status, status, "page of %s: %d", code, page.status);
	HAS(page.html, "</html>");
	HAS(page.html, sentence);
}

/* ---- payments ----------------------------------------------------------------------------- */

#define OTHERS "00000000-0000-7000-8000-000000000009"

Test(named_error, an_invalid_payment_method_is_said)
{
	refused(api_post_as(ANN, "/deposit", "{\"amount\":{\"amount\":5000,\"currency\":\"ZAR\"},"
	    "\"currency\":\"ZAR\",\"method\":\"" OTHERS "\"}"), 422, "invalid_payment_method",
	    post_as(ANN, "/deposit", "amount=50.00&currency=ZAR&method=" OTHERS),
	    "This saved card cannot be used.");
	cr_expect_eq(count("payment.payment"), 0);
}

Test(named_error, insufficient_funds_of_a_wallet_are_said)
{
	COURSE(.slug = "c", .price = 11500);
	wallet_fill(ANN, 11499);
	refused(api_post_as(ANN, "/courses/c/buy", "{\"method\":\"wallet\"}"), 402, "insufficient_funds",
	    post_as(ANN, "/courses/c/buy", "method=wallet"), "There is not enough money for that.");
	cr_expect_eq(count("marketplace.sale"), 0);
}

Test(named_error, a_declined_card_says_why)
{
	static const struct { const char *card, *code, *sentence; } cards[] = {
		{ "declined", "card_declined", "The bank declined the card. Nothing was charged." },
		{ "insufficient_funds", "insufficient_funds", "There is not enough money on this card." },
	};

	COURSE(.slug = "c", .price = 11500);
	post_as(ANN, "/courses/c/buy", "method=provider");
	const char *sale = arena_strdup(kit_arena(), value("select id from marketplace.sale"));
	const char *path = TEXT("/payments/%s", value("select id from payment.payment"));

	for (size_t i = 0; i < 2; i++) {
		struct reply r = card_pay(sale, cards[i].card);

		HAS(get(r.location).html, cards[i].sentence);
		HAS(get_as(ANN, path).html, cards[i].sentence);
		HAS(api_get_as(ANN, path).json, TEXT("\"errorCode\":\"%s\"", cards[i].code));
		HAS(api_get_as(ANN, path).json, "\"status\":\"PENDING\"");
	}
	cr_expect_eq(count("learning.enrolment"), 0);
}

Test(named_error, no_provider_for_a_currency_is_said)
{
	setting("payment.providers", "ZAR:sandbox");
	refused(api_post_as(ANN, "/deposit", "{\"amount\":{\"amount\":5000,\"currency\":\"ZAR\"},"
	    "\"currency\":\"USD\"}"), 503, "payment_unavailable",
	    post_as(ANN, "/deposit", "amount=50.00&currency=USD"), "Nothing was charged.");
	cr_expect_eq(count("payment.payment"), 0);
}

static void
wait_on(int64_t us)
{
	clock_move(us);
	seed("update host.job set run_at = now() where state = 'READY'");
	jobs_run();
}

Test(named_error_stripe, a_provider_that_does_not_answer_is_waited_for_then_said)
{
	const char *p, *path;

	standin_control("/_control", "mode=down&times=10000");
	p = payment_make(ANN, 10000, "ZAR", "k");
	path = TEXT("/payments/%s", p);
	jobs_run();
	cr_expect_str_eq(status_of(p), "PENDING");
	HAS(get_as(ANN, TEXT("%s/go", path)).html, "role=\"status\"");
	for (int i = 0; i < 80 && strcmp(status_of(p), "PENDING") == 0; i++)
		wait_on(3600 * SECOND);
	cr_expect_str_eq(status_of(p), "FAILED");
	signin(ANN);
	HAS(api_get_as(ANN, path).json, "\"errorCode\":\"provider_unavailable\"");
	HAS(get_as(ANN, path).html, "could not be reached for a long time. Nothing was charged.");
}

Test(named_error_stripe, a_webhook_that_cannot_be_processed_is_kept_and_shown)
{
	static const char body[] = "{\"id\":\"evt_x\",\"object\":\"event\",\"type\":\"charge.succeeded\","
	    "\"livemode\":false,\"created\":1700000000,\"data\":{\"object\":{\"id\":\"ch_1\"}}}";
	const char *signature = stripe_signature(body, STRIPE_SECRET, clock_now() / SECOND), *path;
	struct reply r = stripe_post(body, strlen(body), "t=1,v1=00");

	cr_expect_eq(r.status, 401);
	cr_expect_str_eq(r.problem, "invalid_signature");
	HAS(r.json, "\"status\":401");
	seed("create function payment.test_broken() returns trigger language plpgsql as "
	    "$$ begin raise exception 'broken on purpose'; end $$");
	seed("create trigger test_broken before update of processed_at on payment.event for each row "
	    "execute function payment.test_broken()");
	cr_expect_eq(stripe_post(body, strlen(body), signature).status, 200, "it is kept all the same");
	jobs_run();
	cr_expect_eq(count("payment.event where status = 'RECEIVED'"), 1);
	for (int i = 0; i < 20; i++) {
		seed("update host.job set run_at = now() where state = 'READY'");
		jobs_run();
	}
	path = TEXT("/admin/payment-events/%s", value("select id from payment.event"));
	HAS(get_as(ADA, path).html, "charge.succeeded");
	HAS(api_get_as(ADA, path).json, "\"status\":\"RECEIVED\"");
	HAS(get_as(ADA, "/admin/jobs?state=DEAD").html, "payment.event");
	cr_expect_eq(api_get_as(ANN, path).status, 403);
	seed("drop trigger test_broken on payment.event");
	cr_expect_eq(post_as(ADA, TEXT("%s/again", path), NULL).status, 303);
	jobs_run();
	cr_expect_eq(count("payment.event where status = 'IGNORED'"), 1);
}

/* ---- the marketplace ------------------------------------------------------------------------ */

Test(named_error, a_course_that_is_not_there_is_said)
{
	static const char *const paths[] = { "/courses/nowhere", "/courses/nowhere/buy", "/courses/nowhere/reviews" };

	COURSE(.slug = "draft", .price = 100, .draft = true);
	for (size_t i = 0; i < 3; i++)
		refused(api_get_as(ANN, paths[i]), 404, "course_not_found", get_as(ANN, paths[i]),
		    "There is no such course.");
	refused(api_post_as(ANN, "/courses/draft/buy", "{}"), 404, "course_not_found",
	    post_as(ANN, "/courses/draft/buy", "method=provider"), "There is no such course.");
	refused(api_post_as(MAX, "/teach/courses/draft/publish", NULL), 404, "course_not_found",
	    post_as(MAX, "/teach/courses/draft/publish", NULL), "There is no such course.");
}

Test(named_error, who_may_not_list_a_course_is_told)
{
	refused(api_post_as(ANN, "/teach/courses", "{\"title\":\"Weaving\"}"), 403, "forbidden",
	    post_as(ANN, "/teach/courses", "title=Weaving"), "Your account may not do this.");
	refused(api_get_as(EVE, "/admin/sales"), 403, "forbidden", get_as(EVE, "/admin/sales"),
	    "Your account may not do this.");
	cr_expect_eq(count("course.course"), 0);
}

#define PLAN "With the plan FREE courses cannot be sold."

/* The facts of a course as its editor sends them. */
static const char *
facts(const char *title, const char *price)
{
	return TEXT("title=%s&summary=S&level=BEGINNER&language=en&price=%s&category=%s&version=%s", title, price,
	    value("select id from course.category limit 1"), value("select max(lock_version) from course.course"));
}

Test(named_error, with_the_plan_free_nothing_is_put_on_sale)
{
	struct reply r;

	COURSE(.slug = "c", .title = "Paid", .price = 5000, .words = 9, .draft = true);
	COURSE(.slug = "old", .title = "Sold already", .price = 5000);
	COURSE(.slug = "gift", .title = "Gift");
	seed("update course.course set summary = 'S'");
	cr_expect_eq(post_as(ADA, "/admin/rates/seller", TEXT("email=%s&plan=FREE", person_email(EVE))).status,
	    303);
	HAS(post_as(ADA, "/admin/rates/seller", "email=nobody%40example.test&plan=FREE").html,
	    "There is nobody with this address.");
	refused(api_post_as(EVE, "/teach/courses/c/publish", NULL), 403, "insufficient_permissions",
	    post_as(EVE, "/teach/courses/c/publish", NULL), PLAN);
	HAS(get_as(EVE, "/teach/courses/c").html, "The plan of the educator allows a price");
	r = post_as(EVE, "/teach/courses/gift", facts("Gift", "50.00"));
	cr_expect_eq(r.status, 403);
	HAS(r.html, "With the plan FREE a course cannot have a price.");
	post_as(EVE, "/teach/courses/old/archive", NULL);
	cr_expect_str_eq(api_post_as(EVE, "/teach/courses/old/restore", NULL).problem, "insufficient_permissions");
	HAS(cluster_try(NULL, "update course.course set status = 'PUBLISHED' where slug = 'c'"),
	    "insufficient_permissions");
	cr_expect_eq(count("course.course where status = 'PUBLISHED' and price > 0"), 0);
	post_as(ADA, "/admin/rates/seller", TEXT("email=%s&plan=PRO", person_email(EVE)));
	r = post_as(EVE, "/teach/courses/c/publish", NULL);
	cr_expect_eq(r.status, 303, "%s", r.html);
	cr_expect_eq(post_as(EVE, "/teach/courses/old/restore", NULL).status, 303);
	/* What is on sale stays on sale. */
	post_as(ADA, "/admin/rates/seller", TEXT("email=%s&plan=FREE", person_email(EVE)));
	cr_expect_eq(count("course.course where status = 'PUBLISHED' and price > 0"), 2);
	wallet_fill(ANN, 5000);
	buy_by_wallet(ANN, "c");
}

Test(named_error, invalid_course_data_is_said_beside_the_field)
{
	struct reply r;

	COURSE(.slug = "c", .draft = true);
	seed("update course.course set summary = ''");
	r = post_as(EVE, "/teach/courses/c", facts("x", "-1"));
	cr_expect_eq(r.status, 422);
	HAS(r.html, "id=\"e-title\"");
	HAS(r.html, "This is too short.");
	HAS(r.html, "id=\"e-price\"");
	r = api_post_as(EVE, "/teach/courses/c", "{\"title\":\"x\",\"level\":\"HARD\"}");
	cr_expect_eq(r.status, 422);
	cr_expect_str_eq(r.problem, "invalid_input");
	HAS(r.json, "{\"field\":\"title\",\"code\":\"too_short\"");
	HAS(r.json, "{\"field\":\"level\",\"code\":\"option\"");
	refused(api_post_as(EVE, "/teach/courses/c/publish", NULL), 409, "course_not_ready",
	    post_as(EVE, "/teach/courses/c/publish", NULL), "Something is still missing");
}

Test(named_error, a_title_is_used_once_by_its_educator)
{
	struct reply r;

	COURSE(.slug = "weaving", .title = "Weaving");
	COURSE(.slug = "other", .title = "Other", .draft = true);
	refused(api_post_as(EVE, "/teach/courses", "{\"title\":\"weaVING\"}"), 409, "duplicate_course",
	    post_as(EVE, "/teach/courses", "title=weaVING"), "You have a course of this title already.");
	r = post_as(EVE, "/teach/courses", "title=weaVING");
	HAS(r.html, "id=\"e-title\"");
	HAS(r.html, "value=\"weaVING\"");
	HAS(api_post_as(EVE, "/teach/courses", "{\"title\":\"Weaving\"}").json,
	    "{\"field\":\"title\",\"code\":\"duplicate_course\"");
	r = post_as(EVE, "/teach/courses/other", facts("Weaving", "0"));
	cr_expect_eq(r.status, 409);
	HAS(r.html, "id=\"e-title\"");
	cr_expect_eq(count("course.course where lower(title) = 'weaving'"), 1);
	HAS(cluster_try(NULL, "update course.course set title = 'WEAVING' where slug = 'other'"),
	    "course_title_once_idx");
	/* Another educator may, and whose first one is archived. */
	cr_expect_eq(post_as(MAX, "/teach/courses", "title=Weaving").status, 303);
	post_as(EVE, "/teach/courses/weaving/archive", NULL);
	cr_expect_eq(post_as(EVE, "/teach/courses", "title=Weaving").status, 303);
	refused(api_post_as(EVE, "/teach/courses/weaving/restore", NULL), 409, "duplicate_course",
	    post_as(EVE, "/teach/courses/weaving/restore", NULL), "You have a course of this title already.");
}
