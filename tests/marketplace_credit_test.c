/* Marketplace: money that bought nothing is in the wallet, and goes back to its card from there. */
#include "market_kit.h"

#include <string.h>

TestSuite(credit, .init = world_begin, .fini = world_end, .timeout = 180);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))
#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)
#define SECOND INT64_C(1000000)
#define NOBODY "00000000-0000-7000-8000-000000000009"
#define WALLET balance("user:%s:wallet:ZAR", person_id(ANN))
#define DEBT balance("user:%s:debt:ZAR", person_id(ANN))

struct credited {
	const char *sale, *payment, *path; /* path: POST of its return */
	const char *form;
};

static struct credited
of_sale(const char *sale)
{
	struct credited c = { .sale = arena_strdup(kit_arena(), sale) };

	c.payment = arena_strdup(kit_arena(), value("select id from payment.payment where purpose_id = '%s'", sale));
	c.path = TEXT("/purchases/%s/return", sale);
	c.form = TEXT("{\"payment\":\"%s\"}", c.payment);
	return c;
}

/* BOB takes the last place while ANN is on the provider's page: her R115.00 buy nothing. */
static struct credited
credited(const char *card)
{
	struct credited c;

	COURSE(.slug = "c", .title = "Course C", .price = 11500);
	seed("update course.course set seats = 1 where slug = 'c'");
	post_as(ANN, "/courses/c/buy", "method=provider");
	c = of_sale(value("select id from marketplace.sale"));
	wallet_fill(BOB, 11500);
	buy_by_wallet(BOB, "c");
	card_pay(c.sale, card);
	cr_assert_eq(count("marketplace.credit where payment_id = '%s' and amount = 11500", c.payment), 1);
	cr_assert_eq(WALLET, 11500);
	return c;
}

static void
spend(int64_t amount)
{
	seed("select ledger.post_named('PAYMENT', 'spent', array['user:%s:wallet:ZAR', 'platform:income:test:ZAR'],"
	    " array[-%lld, %lld]::int8[], null, null, null, null, null)", person_id(ANN), (long long)amount,
	    (long long)amount);
}

/* ---- the return ----------------------------------------------------------------------- */

Test(credit, goes_back_to_the_card_once_and_the_page_offers_it_until_then)
{
	struct credited c = credited("success");
	const char *page = TEXT("/purchases/%s", c.sale);
	struct reply r;

	HAS(get_as(ANN, page).html, TEXT("action=\"%s\"", c.path));
	r = post_as(ANN, c.path, TEXT("payment=%s", c.payment));
	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(r.location, page);
	cr_expect_eq(WALLET, 0);
	cr_expect_eq(count("payment.refund where amount = 11500 and status = 'PENDING'"), 1);
	cr_expect_eq(count("audit.entry where action = 'sale.return' and object_id = '%s'", c.sale), 1);
	r = get_as(ANN, page);
	HAS_NOT(r.html, c.path);
	HAS(r.json, "\"returned\":true,\"returnable\":false");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "already_refunded");
	jobs_run();
	cr_expect_str_eq(value("select status from payment.refund"), "SUCCEEDED");
	cr_expect_str_eq(value("select status from payment.payment where id = '%s'", c.payment), "REFUNDED");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "already_refunded");
	cr_expect_eq(count("payment.refund"), 1);
	books_good();
}

Test(credit, is_returned_for_its_owner_alone)
{
	struct credited c = credited("success");
	const char *nowhere = "/purchases/" NOBODY "/return";

	/* BOB took the place, EVE sells the course, ADA administers: none of them is the payer. */
	cr_expect_str_eq(api_post_as(BOB, c.path, c.form).problem, "purchase_not_found");
	cr_expect_str_eq(api_post_as(EVE, c.path, c.form).problem, "purchase_not_found");
	cr_expect_str_eq(api_post_as(ADA, c.path, c.form).problem, "purchase_not_found");
	cr_expect_eq(post_as(BOB, c.path, TEXT("payment=%s", c.payment)).status, 404);
	cr_expect_eq(api_post(c.path, c.form).status, 401);
	cr_expect_eq(api_post_as(ANN, nowhere, c.form).status, 404);
	cr_expect_str_eq(api_post_as(ANN, c.path, "{\"payment\":\"" NOBODY "\"}").problem, "payment_not_found");
	cr_expect_eq(api_post_as(ANN, c.path, "{}").status, 422);
	cr_expect_eq(api_post_as(ANN, c.path, "{\"payment\":\"mine\"}").status, 422);
	cr_expect_eq(count("payment.refund"), 0);
	cr_expect_eq(WALLET, 11500);
	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 201);
}

Test(credit, is_nothing_that_a_sale_open_paid_given_up_or_refunded_could_return)
{
	struct credited c;

	COURSE(.slug = "c", .price = 11500);
	post_as(ANN, "/courses/c/buy", "method=provider");
	c = of_sale(value("select id from marketplace.sale"));
	cr_expect_str_eq(value("select status from marketplace.sale"), "PENDING");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "payment_not_found");
	card_pay(c.sale, "success");
	cr_expect_str_eq(value("select status from marketplace.sale"), "PAID");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "payment_not_found");
	cr_expect_eq(api_post_as(ANN, TEXT("/purchases/%s/refund", c.sale), "{}").status, 201);
	jobs_run();
	cr_expect_str_eq(value("select status from marketplace.sale"), "REFUNDED");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "payment_not_found");
	post_as(ANN, "/courses/c/buy", "method=provider");
	c = of_sale(value("select id from marketplace.sale where status = 'PENDING'"));
	post_as(ANN, TEXT("/purchases/%s/cancel", c.sale), NULL);
	cr_expect_str_eq(value("select status from marketplace.sale where id = '%s'", c.sale), "CANCELLED");
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "payment_not_found");
	cr_expect_eq(count("payment.refund"), 1);
	books_good();
}

Test(credit, that_was_spent_is_not_returned)
{
	struct credited c = credited("success");
	struct reply r;

	spend(1);
	r = api_post_as(ANN, c.path, c.form);
	cr_expect_eq(r.status, 402);
	cr_expect_str_eq(r.problem, "insufficient_funds");
	cr_expect_eq(count("payment.refund"), 0);
	cr_expect_eq(count("marketplace.credit where back = 0"), 1);
	cr_expect_eq(WALLET, 11499);
	wallet_fill(ANN, 1);
	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 201);
	books_good();
}

Test(credit, leaves_the_wallets_part_of_a_price_in_the_wallet)
{
	struct credited c;

	COURSE(.slug = "c", .price = 11500);
	seed("update course.course set seats = 1 where slug = 'c'");
	wallet_fill(ANN, 5000);
	post_as(ANN, "/courses/c/buy", "method=both");
	c = of_sale(value("select id from marketplace.sale"));
	wallet_fill(BOB, 11500);
	buy_by_wallet(BOB, "c");
	cr_expect_eq(balance("escrow:sale:%s:ZAR", c.sale), 5000);
	card_pay(c.sale, "success");
	cr_expect_eq(balance("escrow:sale:%s:ZAR", c.sale), 0);
	cr_expect_eq(WALLET, 11500);
	HAS(api_post_as(ANN, c.path, c.form).json, "\"amount\":{\"amount\":6500,");
	cr_expect_eq(WALLET, 5000);
	books_good();
}

/* ---- what the payment area tells of it: marketplace.credit_event --------------------------- */

Test(credit, comes_back_to_the_wallet_when_the_card_does_not_take_it)
{
	struct credited c = credited("refund_fails");

	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 201);
	cr_expect_eq(WALLET, 0);
	jobs_run();
	/* The bank says so a minute later. */
	clock_move(90 * SECOND);
	jobs_run();
	cr_expect_str_eq(value("select status from payment.refund"), "FAILED");
	cr_expect_eq(WALLET, 11500);
	cr_expect_eq(count("marketplace.credit where back = 0"), 1);
	/* And may be tried again. */
	HAS(get_as(ANN, TEXT("/purchases/%s", c.sale)).html, c.path);
	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 201);
	books_good();
}

Test(credit, refunded_in_part_by_an_administrator_returns_the_rest)
{
	struct credited c = credited("success");

	cr_expect_eq(post_as(ADA, TEXT("/admin/payments/%s/refund", c.payment),
	    "amount=40&reason=x&idempotency_key=a").status, 303);
	cr_expect_eq(WALLET, 7500);
	cr_expect_eq(count("marketplace.credit where back = 4000"), 1);
	HAS(api_post_as(ANN, c.path, c.form).json, "\"amount\":{\"amount\":7500,");
	cr_expect_eq(WALLET, 0);
	jobs_run();
	cr_expect_eq(count("payment.refund where status = 'SUCCEEDED'"), 2);
	cr_expect_eq(count("marketplace.credit where back = amount"), 1);
	cr_expect_eq(count("marketplace.refund where sale_id = '%s'", c.sale), 0, "no sale was refunded");
	books_good();
}

Test(credit, refunded_at_the_provider_makes_a_debt_of_what_was_spent)
{
	struct credited c = credited("success");

	spend(7500);
	for (int i = 0; i < 2; i++)
		seed("select payment.apply('%s', payment.sandbox_snapshot('%s') || '{\"refunds\":[{\"ref\":\"theirs\","
		    "\"amount\":11500,\"status\":\"succeeded\"}]}')", c.payment, c.payment);
	cr_expect_eq(WALLET, 0);
	cr_expect_eq(DEBT, -7500);
	cr_expect_eq(count("marketplace.credit where back = amount"), 1);
	cr_expect_str_eq(api_post_as(ANN, c.path, c.form).problem, "already_refunded");
	books_good();
}

static void
disputed(const char *payment, const char *outcome)
{
	jobs_run();
	clock_move(90 * SECOND);
	jobs_run();
	cr_assert_eq(count("payment.payment where id = '%s' and amount_disputed = 11500", payment), 1);
	cr_assert_eq(post_as(ADA, TEXT("/admin/payments/%s/dispute", payment), TEXT("outcome=%s", outcome)).status, 303);
	jobs_run();
	cr_assert_eq(count("payment.payment where id = '%s' and amount_disputed = 0", payment), 1);
}

Test(credit, lost_in_a_dispute_makes_a_debt_of_what_was_spent)
{
	struct credited c = credited("dispute");

	spend(7500);
	disputed(c.payment, "lost");
	cr_expect_eq(WALLET, 0);
	cr_expect_eq(DEBT, -7500);
	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 409);
	books_good();
}

Test(credit, won_in_a_dispute_stays_in_the_wallet)
{
	struct credited c = credited("dispute");

	disputed(c.payment, "won");
	cr_expect_eq(WALLET, 11500);
	cr_expect_eq(DEBT, 0);
	cr_expect_eq(api_post_as(ANN, c.path, c.form).status, 201);
	books_good();
}
