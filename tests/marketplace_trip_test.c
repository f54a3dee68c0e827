/*
 * How often a posting of money asks the database: one round trip enters (session and
 * Idempotency-Key), one reads, one decides, one commits what happened with the answer.
 */
#include "market_kit.h"

TestSuite(marketplace_trip, .init = world_begin, .fini = world_end, .timeout = 120);

#define DAY (INT64_C(86400) * 1000000)

/* A key costs no trip: each second call comes with one. */
static void
costs(enum who who, const char *path, const char *form, unsigned most)
{
	static unsigned calls;
	struct reply r;

	if (++calls % 2 == 0)
		form = arena_printf(kit_arena(), "%s&idempotency_key=trip-%u", form, calls);
	r = post_as(who, path, form);
	cr_expect_eq(r.status, 303, "%s %s: %d", path, form, r.status);
	cr_expect(r.trips > 0 && r.trips <= most, "%s %s: %u round trips, not %u", path, form, r.trips, most);
}

static const char *
newest(void)
{
	return arena_strdup(kit_arena(), value("select id from marketplace.sale order by created_at desc, id desc limit 1"));
}

Test(marketplace_trip, a_checkout_makes_four)
{
	COURSE(.slug = "a", .price = 11500);
	COURSE(.slug = "b", .price = 11500);
	COURSE(.slug = "c", .price = 11500);
	wallet_fill(ANN, 5000);
	for (int i = 0; i < 2; i++)
		costs(ANN, "/courses/a/buy", "method=provider", 4);
	for (int i = 0; i < 2; i++)
		costs(ANN, "/courses/b/buy", "method=both&name=Ann", 4);
	wallet_fill(ANN, 20000);
	costs(ANN, "/courses/c/buy", "method=wallet", 4);
}

Test(marketplace_trip, a_refund_makes_three)
{
	const char *sale;

	COURSE(.slug = "a", .price = 11500);
	COURSE(.slug = "b", .price = 11500);
	wallet_fill(ANN, 5000);
	sale = buy_by_card(ANN, "a");
	for (int i = 0; i < 2; i++)
		costs(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale), "amount=10", 3);
	costs(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale), "amount=10&target=wallet", 3);
	/* An administrator's is asked first whether it takes two of them. */
	costs(ADA, arena_printf(kit_arena(), "/admin/sales/%s/refund", sale), "amount=10", 4);
	/* 50 of the wallet, 65 of a card: both ways at once. */
	cr_assert_eq(post_as(ANN, "/courses/b/buy", "method=both").status, 303);
	sale = newest();
	card_pay(sale, "success");
	costs(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale), "amount=100", 3);
	cr_expect_eq(count("marketplace.refund where sale_id = '%s'", sale), 2);
	books_good();
}

Test(marketplace_trip, a_deposit_makes_three)
{
	for (int i = 0; i < 2; i++)
		costs(ANN, "/deposit", "amount=50&currency=ZAR", 3);
}

Test(marketplace_trip, a_transfer_makes_four)
{
	(void)person_id(BOB);
	wallet_fill(ANN, 20000);
	for (int i = 0; i < 2; i++)
		costs(ANN, "/wallet/transfer/confirm", arena_printf(kit_arena(),
		    "receiver=%s&currency=ZAR&amount=10&key=trip-key-%d", person_email(BOB), i), 4);
}

Test(marketplace_trip, a_key_that_was_used_is_answered_in_two)
{
	struct reply first, again;

	COURSE(.slug = "a", .price = 11500);
	first = post_as(ANN, "/courses/a/buy", "method=provider&idempotency_key=once");
	again = post_as(ANN, "/courses/a/buy", "method=provider&idempotency_key=once");
	cr_expect_eq(again.status, 303);
	cr_expect_str_eq(again.location, first.location);
	cr_expect_leq(again.trips, 2);
	cr_expect_eq(count("marketplace.sale"), 1);
	/* A refusal leaves the key free. */
	cr_expect_eq(post_as(ANN, "/courses/none/buy", "idempotency_key=twice").status, 404);
	cr_expect_eq(count("host.idempotency where key = 'twice'"), 0);
	/* So does one before the handler: another site, or nobody. */
	cr_expect_eq(request(ANN, "POST", "/courses/a/buy", "application/x-www-form-urlencoded",
	    "idempotency_key=thrice", 22, (const char *[]){ "HTTP_X_CSRF=x", NULL }).status, 403);
	cr_expect_eq(count("host.idempotency where key = 'thrice'"), 0);
}

Test(marketplace_trip, a_payout_makes_four)
{
	seed("select ledger.post_named('DEPOSIT', 'fill:' || host.uuid7(), array['bank:test:ZAR', "
	    "'instructor:%s:available:ZAR'], array[-90000, 90000]::int8[], null, null, null, null, null)",
	    person_id(EVE));
	cr_assert_eq(post_as(EVE, "/teach/payouts/account", "holder=Eve&bank=First&branch=250655&number=62001234567").status,
	    303);
	clock_move(2 * DAY);
	signin(EVE);
	for (int i = 0; i < 2; i++)
		costs(EVE, "/teach/payouts", "amount=200", 4);
}
