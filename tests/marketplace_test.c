/* Marketplace: buying, shares, refunds, disputes, maturity, payouts. */
#include "market_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "money/money.h"

TestSuite(marketplace, .init = world_begin, .fini = world_end, .timeout = 240);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define DAY (INT64_C(86400) * 1000000)

static const char *
text(const char *s)
{
	return arena_strdup(kit_arena(), s);
}

/* ---- arithmetic ---------------------------------------------------------------------- */

Test(marketplace, splits_agree_with_the_worked_figures_and_with_the_arithmetic_in_c)
{
	int64_t parts[3], weights[3];

	cr_expect_str_eq(value("select marketplace.split(100, '{1,1,1}')"), "{34,33,33}");
	cr_expect_str_eq(value("select marketplace.split(9999, '{70,20,10}')"), "{6999,2000,1000}");
	cr_expect_str_eq(value("select marketplace.split(1, '{70,20,10}')"), "{1,0,0}");
	/* The first parts do not get the rest: that would be 13, 1, 1. */
	cr_expect_str_eq(value("select marketplace.split(15, '{80,8,12}')"), "{12,1,2}");
	srand(2026);
	for (int i = 0; i < 200; i++) {
		int64_t total = rand() % 100000;

		for (int k = 0; k < 3; k++)
			weights[k] = rand() % 10000 + (k == 0);
		cr_assert(money_split(kit_arena(), total, weights, 3, parts));
		cr_expect_str_eq(value("select marketplace.split(%lld, '{%lld,%lld,%lld}')", (long long)total,
		    (long long)weights[0], (long long)weights[1], (long long)weights[2]),
		    arena_printf(kit_arena(), "{%lld,%lld,%lld}", (long long)parts[0], (long long)parts[1],
		    (long long)parts[2]));
	}
}

Test(marketplace, partial_refunds_take_back_every_share_exactly)
{
	/* 2,000 sales of random prices, each refunded in random steps to the end. */
	cr_expect_str_eq(value("with recursive sale as (select n, (1 + (n * 7919) %% 200003)::int8 as gross "
	    "from generate_series(1, 2000) n), parts as (select n, gross, array[tax.inside(gross, 1500)] || "
	    "marketplace.split(gross - tax.inside(gross, 1500), '{7000,3000}') as rest from sale), step as ("
	    "select n, gross as left_, rest, 0 as k, true as good from parts union all "
	    "select n, left_ - a, array[rest[1] - t[1], rest[2] - t[2], rest[3] - t[3]], k + 1, "
	    "t[1] >= 0 and t[2] >= 0 and t[3] >= 0 and t[1] <= rest[1] and t[2] <= rest[2] "
	    "and t[3] <= rest[3] and t[1] + t[2] + t[3] = a "
	    "from step cross join lateral (select case when k > 5 then left_ else 1 + (left_ * ((n + k * 31) %% 97)) / 130 end as a) x "
	    "cross join lateral marketplace.take_back(least(x.a, left_), rest) t where left_ > 0 and x.a <= left_) "
	    "select bool_and(good) and bool_and(left_ > 0 or rest = '{0,0,0}') and count(*) filter "
	    "(where left_ = 0) = 2000 from step"), "t");
}

/* ---- buying ------------------------------------------------------------------------------ */

Test(marketplace, a_sale_by_wallet_moves_every_part_and_grants_access_at_once)
{
	COURSE(.slug = "c", .title = "Course C", .price = 100000);
	token_priced();
	wallet_fill(ANN, 150000);
	struct reply page = get_as(ANN, "/courses/c/buy");
	const char *sale;

	cr_expect_eq(page.status, 200);
	HAS(page.json, "\"tax\":{\"amount\":13043,\"currency\":\"ZAR\"}");
	HAS(page.json, "\"net\":{\"amount\":86957,\"currency\":\"ZAR\"}");
	sale = buy_by_wallet(ANN, "c");
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 50000);
	cr_expect_eq(balance("tax:vat:output:ZA:ZAR"), 13043);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 60870);
	/* The platform's 30 % less the burn of 5 % of the price: R50.00 = 27.77777778 AZR. */
	cr_expect_eq(balance("platform:income:course:ZAR"), 26087 - 5000);
	cr_expect_eq(balance("fx:liquidity:ZAR"), 5000);
	cr_expect_eq(balance("supply:burn:AZR"), INT64_C(2777777778));
	cr_expect_eq(count("learning.enrolment where status = 'ACTIVE' and source = 'PURCHASE'"), 1);
	cr_expect_eq(count("receipt.document"), 2, "a receipt and an abridged invoice");
	cr_expect_eq(count("receipt.document where form = 'ABRIDGED' and gross = 100000 and tax = 13043"), 1);
	jobs_run();
	cr_expect_eq(count("host.email"), 3, "to the buyer two, to the educator one");
	HAS(get_as(ANN, arena_printf(kit_arena(), "/purchases/%s", sale)).html, "INV-");
	cr_expect_eq(get_as(ANN, "/courses/c/lessons/lesson-1").status, 200);
	HAS(get_as(EVE, "/teach/sales").html, "608.70");
	HAS(api_get_as(EVE, "/teach/sales").json, "\"pending\":{\"amount\":60870,\"currency\":\"ZAR\"}");
	books_good();
}

Test(marketplace, a_sale_by_card_is_delivered_when_the_payment_completes)
{
	COURSE(.slug = "c", .price = 11500);
	struct reply r = api_post_as(ANN, "/courses/c/buy", "{\"method\":\"provider\"}");
	const char *sale;

	cr_expect_eq(r.status, 201);
	HAS(r.json, "\"status\":\"PENDING\"");
	HAS(r.json, "\"payHref\":\"/sandbox/pay/");
	cr_expect_eq(count("learning.enrolment"), 0);
	sale = text(value("select id from marketplace.sale"));
	HAS(get_as(ANN, arena_printf(kit_arena(), "/purchases/%s", sale)).html, "waits for its payment");
	card_pay(sale, "success");
	cr_expect_str_eq(value("select status from marketplace.sale"), "PAID");
	cr_expect_eq(count("learning.enrolment"), 1);
	cr_expect_eq(count("host.event where type = 'course.enrolled'"), 1);
	cr_expect_eq(count("audit.entry where action = 'course.enrolled' and person_id = '%s'",
	    person_id(ANN)), 1);
	cr_expect_eq(balance("tax:vat:output:ZA:ZAR"), 1500);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 7000);
	cr_expect_eq(balance("platform:income:course:ZAR"), 3000);
	cr_expect_eq(balance("sandbox:balance:ZAR") + balance("platform:expense:psp:ZAR"), -11500);
	cr_expect_eq(count("marketplace.sale where burn = 'PENDING'"), 1, "no price, the burn waits");
	token_priced();
	clock_move(DAY / 24);
	jobs_run();
	cr_expect_eq(count("marketplace.sale where burn = 'POSTED'"), 0, "the sweep is a cron job");
	seed("select marketplace.sweep(10)");
	cr_expect_eq(count("marketplace.sale where burn = 'POSTED'"), 1);
	books_good();
}

Test(marketplace, a_declined_card_leaves_nothing_and_can_be_tried_again)
{
	COURSE(.slug = "c", .price = 11500);
	wallet_fill(ANN, 5000);
	struct reply r = post_as(ANN, "/courses/c/buy", "method=both");
	const char *sale = text(value("select id from marketplace.sale"));

	cr_expect_eq(r.status, 303);
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 0);
	cr_expect_eq(balance("escrow:sale:%s:ZAR", sale), 5000);
	card_pay(sale, "declined");
	cr_expect_eq(count("learning.enrolment"), 0);
	cr_expect_str_eq(value("select status from marketplace.sale"), "PENDING");
	card_pay(sale, "success");
	cr_expect_str_eq(value("select status from marketplace.sale"), "PAID");
	cr_expect_eq(balance("escrow:sale:%s:ZAR", sale), 0);
	cr_expect_eq(count("receipt.document d, jsonb_array_elements(d.snapshot -> 'payments') p "
	    "where d.form = 'RECEIPT'"), 2, "the receipt names both ways");
	books_good();
}

Test(marketplace, what_is_given_up_returns_the_wallet_and_a_late_payment_is_not_lost)
{
	COURSE(.slug = "c", .price = 11500);
	wallet_fill(ANN, 5000);
	post_as(ANN, "/courses/c/buy", "method=both");
	const char *sale = text(value("select id from marketplace.sale"));

	cr_expect_eq(post_as(BOB, arena_printf(kit_arena(), "/purchases/%s/cancel", sale), NULL).status, 404);
	cr_expect_eq(post_as(ANN, arena_printf(kit_arena(), "/purchases/%s/cancel", sale), NULL).status, 303);
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 5000);
	card_pay(sale, "success");
	/* Only a part of the price came: it is the person's money. */
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 11500);
	cr_expect_eq(count("learning.enrolment"), 0);
	cr_expect_eq(count("marketplace.sale where credited"), 1);
	HAS(get_as(ANN, arena_printf(kit_arena(), "/purchases/%s", sale)).html, "in your wallet");
	books_good();
}

Test(marketplace, paid_after_it_ran_out_is_delivered_all_the_same)
{
	COURSE(.slug = "c", .price = 11500);
	post_as(ANN, "/courses/c/buy", "method=provider");
	const char *sale = text(value("select id from marketplace.sale"));

	clock_move(3 * DAY / 24);
	seed("set app.clock_offset = '%lld'; select marketplace.sweep(10)", (long long)(3 * DAY / 24));
	cr_expect_str_eq(value("select status from marketplace.sale"), "CANCELLED");
	card_pay(sale, "success");
	cr_expect_str_eq(value("select status from marketplace.sale"), "PAID");
	cr_expect_eq(count("learning.enrolment"), 1);
	books_good();
}

#define BUYERS 20
#define TRIES 10

/* One client that tries to buy over and over, as the host would. */
static void
buyer(const char *person, const char *course)
{
	PGconn *db = PQconnectdb(cluster_as("db_web"));
	char sql[700];

	(void)snprintf(sql, sizeof sql, "begin; select set_config('app.uid', '%s', true), "
	    "set_config('app.role', 'STUDENT', true); select status from "
	    "marketplace.sale_start('%s', '', 11500, null)", person, course);
	for (int i = 0; i < TRIES; i++) {
		PGresult *r = PQexec(db, sql);
		bool good = PQresultStatus(r) == PGRES_TUPLES_OK;

		PQclear(r);
		PQclear(PQexec(db, good ? "commit" : "rollback"));
	}
	_exit(0);
}

Test(marketplace, two_hundred_parallel_purchases_by_one_person_are_exactly_one)
{
	const char *course = text(COURSE(.slug = "c", .price = 11500));
	const char *ann = text(person_id(ANN));
	pid_t pids[BUYERS];

	wallet_fill(ANN, 11500 * 5);
	(void)text(cluster_as("db_web"));
	for (int i = 0; i < BUYERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			buyer(ann, course);
	}
	for (int i = 0; i < BUYERS; i++)
		(void)waitpid(pids[i], NULL, 0);
	cr_expect_eq(count("marketplace.sale where status = 'PAID'"), 1);
	cr_expect_eq(count("marketplace.sale"), 1);
	cr_expect_eq(count("learning.enrolment"), 1);
	cr_expect_eq(count("receipt.document"), 2);
	cr_expect_eq(balance("user:%s:wallet:ZAR", ann), 11500 * 4);
	books_good();
}

Test(marketplace, refuses_what_cannot_be_bought_on_the_page_and_in_json)
{
	COURSE(.slug = "c", .price = 11500);
	COURSE(.slug = "free");
	COURSE(.slug = "later", .price = 100);
	COURSE(.slug = "draft", .price = 100, .draft = true);
	COURSE(.slug = "dear", .price = 500001);
	seed("update course.course set opens_at = host.now() + interval '1 day' where slug = 'later'");
	struct { enum who who; const char *slug, *body, *code; int status; } cases[] = {
		{ ANN, "nothing", "{}", "course_not_found", 404 },
		{ ANN, "draft", "{}", "course_not_found", 404 },
		{ EVE, "c", "{}", "own_course", 409 },
		{ ANN, "free", "{}", "course_is_free", 409 },
		{ ANN, "later", "{}", "course_not_open", 409 },
		{ ANN, "c", "{\"method\":\"wallet\"}", "insufficient_funds", 402 },
		{ ANN, "c", "{\"coupon\":\"NOPE1\"}", "coupon_unknown", 409 },
		{ ANN, "c", "{\"method\":\"cash\"}", "invalid_input", 422 },
		{ ANN, "dear", "{}", "invalid_input", 422 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *path = arena_printf(kit_arena(), "/courses/%s/buy", cases[i].slug);
		struct reply r = api_post_as(cases[i].who, path, cases[i].body);

		cr_expect_eq(r.status, cases[i].status, "%s %s: %d", path, cases[i].body, r.status);
		cr_expect_str_eq(r.problem, cases[i].code, "%s %s: %s", path, cases[i].body, r.problem);
	}
	cr_expect_eq(get_as(ANN, "/courses/nothing/buy").status, 404);
	HAS(get_as(EVE, "/courses/c/buy").html, "your own course");
	HAS(post_as(ANN, "/courses/c/buy", "method=wallet").html, "</html>");
	HAS(post_as(ANN, "/courses/dear/buy", "method=provider").html, "needs your address");
	cr_expect_eq(get("/courses/c/buy").status, 303);
	cr_expect_eq(count("marketplace.sale"), 0);
	wallet_fill(ANN, 20000);
	buy_by_wallet(ANN, "c");
	cr_expect_str_eq(api_post_as(ANN, "/courses/c/buy", "{}").problem, "already_purchased");
	HAS(post_as(ANN, "/courses/c/buy", "method=wallet").html, "You have this course already");
}

Test(marketplace, a_full_invoice_names_the_buyer)
{
	COURSE(.slug = "dear", .price = 600000);
	wallet_fill(ANN, 600000);
	struct reply r = post_as(ANN, "/courses/dear/buy", "method=wallet&name=Dlamini+%26+Sons&"
	    "address=1+Long+Street%0ACape+Town&vatNumber=4123456789");
	const char *id;

	cr_expect_eq(r.status, 303);
	jobs_run();
	cr_expect_eq(count("receipt.document where form = 'FULL'"), 1);
	id = text(value("select id from receipt.document where form = 'FULL'"));
	r = get_as(ANN, arena_printf(kit_arena(), "/receipts/%s", id));
	HAS(r.html, "Dlamini &amp; Sons");
	HAS(r.html, "Cape Town");
	HAS(r.html, "4123456789");
	cr_expect_eq(count("receipt.party where position('Dlamini'::bytea in sealed) > 0"), 0);
	cr_expect_eq(post_as(ANN, "/courses/dear/buy", "vatNumber=12").status, 409);
}

/* ---- money back ----------------------------------------------------------------------------- */

Test(marketplace, a_learner_gets_half_and_then_the_rest_back_the_way_it_was_paid)
{
	COURSE(.slug = "c", .price = 11500);
	const char *sale = buy_by_card(ANN, "c");
	const char *path = arena_printf(kit_arena(), "/purchases/%s/refund", sale);

	cr_expect_eq(api_post_as(BOB, path, "{}").status, 404);
	cr_expect_str_eq(api_post_as(ANN, path, "{\"amount\":{\"amount\":11501,\"currency\":\"ZAR\"}}").problem, "invalid_refund_amount");
	cr_expect_eq(api_post_as(ANN, path, "{\"amount\":{\"amount\":5750,\"currency\":\"ZAR\"}}").status, 201);
	jobs_run();
	cr_expect_str_eq(value("select status from marketplace.refund"), "SUCCEEDED");
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 3500);
	cr_expect_eq(balance("tax:vat:output:ZA:ZAR"), 750);
	cr_expect_eq(balance("platform:income:course:ZAR"), 1500);
	cr_expect_eq(count("learning.enrolment where status = 'ACTIVE'"), 1);
	cr_expect_eq(count("receipt.document where form = 'CREDIT_NOTE' and gross = 5750 and tax = 750"), 1);
	cr_expect_eq(api_post_as(ANN, path, "{}").status, 201);
	jobs_run();
	cr_expect_str_eq(value("select status from marketplace.sale"), "REFUNDED");
	cr_expect_eq(count("learning.enrolment where status = 'DROPPED'"), 1);
	cr_expect_eq(count("host.event where type = 'course.dropped'"), 1);
	cr_expect_eq(count("audit.entry where action = 'course.dropped' and person_id = '%s'",
	    person_id(ANN)), 1);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 0);
	cr_expect_eq(balance("tax:vat:output:ZA:ZAR"), 0);
	cr_expect_str_eq(api_post_as(ANN, path, "{}").problem, "already_refunded");
	cr_expect_str_eq(value("select status from payment.payment"), "REFUNDED");
	books_good();
	/* It may be bought again. */
	buy_by_card(ANN, "c");
	cr_expect_eq(count("learning.enrolment where status = 'ACTIVE'"), 1);
	books_good();
}

Test(marketplace, above_the_limit_an_administrators_refund_leads_to_the_payment_where_two_do_it)
{
	COURSE(.slug = "c", .price = 200000);
	const char *sale = buy_by_card(ANN, "c"), *payment = text(value("select id from payment.payment"));
	const char *path = arena_printf(kit_arena(), "/admin/sales/%s/refund", sale);
	struct reply r = post_as(ADA, path, "amount=1000.01&target=payment&reason=x");

	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(r.location, arena_printf(kit_arena(), "/admin/payments/%s", payment));
	HAS(get_as(ADA, r.location).html, "/refund\"");
	cr_expect_str_eq(api_post_as(ADA, path, "{}").problem, "refund_second_person");
	cr_expect_eq(count("payment.refund"), 0);
	cr_expect_eq(count("audit.entry where action = 'sale.refund'"), 0, "nothing has happened");
	/* There it goes on, and below the limit it needs nobody else. */
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payments/%s/refund", payment),
	    "amount=1000.01&reason=x&idempotency_key=a").status, 303);
	cr_expect_eq(count("payment.refund_request where status = 'PENDING' and amount = 100001"), 1);
	r = post_as(ADA, path, "amount=1000.00&target=payment&reason=x");
	cr_expect_str_eq(r.location, arena_printf(kit_arena(), "/admin/sales/%s", sale));
	cr_expect_eq(count("payment.refund where amount = 100000"), 1);
	/* The limit is not that of the buyer. */
	COURSE(.slug = "d", .price = 200000);
	sale = buy_by_card(BOB, "d");
	cr_expect_eq(api_post_as(BOB, arena_printf(kit_arena(), "/purchases/%s/refund", sale), "{}").status, 201);
	books_good();
}

Test(marketplace, the_rules_for_a_refund_hold_and_an_admin_may_go_further)
{
	COURSE(.slug = "c", .price = 11500, .lessons = 3);
	const char *sale, *path;

	wallet_fill(ANN, 11500);
	sale = buy_by_wallet(ANN, "c");
	path = arena_printf(kit_arena(), "/purchases/%s/refund", sale);
	lesson_finish(ANN, "c", 1); /* a third */
	cr_expect_str_eq(api_post_as(ANN, path, "{}").problem, "refund_not_eligible");
	HAS(get_as(ANN, arena_printf(kit_arena(), "/purchases/%s", sale)).html, "too much of the course");
	path = arena_printf(kit_arena(), "/admin/sales/%s/refund", sale);
	cr_expect_eq(api_post_as(ANN, path, "{}").status, 403);
	cr_expect_eq(api_post_as(EVE, path, "{}").status, 403);
	cr_expect_eq(api_post_as(ADA, path, "{\"amount\":{\"amount\":1150,\"currency\":\"ZAR\"},\"reason\":\"Kindness\"}").status, 201);
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 1150);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 6300);
	HAS(get_as(ADA, arena_printf(kit_arena(), "/admin/sales/%s", sale)).html, "Kindness");
	cr_expect_eq(get_as(EVE, arena_printf(kit_arena(), "/admin/sales/%s", sale)).status, 403);
	clock_move(91 * DAY);
	signin(ADA);
	cr_expect_str_eq(api_post_as(ADA, path, "{}").problem, "refund_not_eligible");
	books_good();
}


static void
mature(int64_t days)
{
	seed("set app.clock_offset = '%lld'; select marketplace.mature(100)", (long long)(days * DAY));
}

Test(marketplace, a_refund_takes_the_lot_then_what_is_available_then_makes_a_debt_that_is_repaid_first)
{
	const char *sale;

	COURSE(.slug = "c", .price = 11500);
	COURSE(.slug = "d", .price = 11500);
	wallet_fill(ANN, 30000);
	wallet_fill(BOB, 30000);
	sale = buy_by_wallet(ANN, "c");
	mature(29);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 0, "too early");
	mature(31);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 7000);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 0);
	/* 5,000 of it leaves for the bank: only 2,000 can be taken back at once. */
	seed("select ledger.post_named('TEST', 'test:away', array['instructor:%s:available:ZAR', "
	    "'bank:test:ZAR'], array[-5000, 5000]::int8[], null, null, null, null, null)", person_id(EVE));
	cr_expect_eq(api_post_as(ADA, arena_printf(kit_arena(), "/admin/sales/%s/refund", sale), "{}").status,
	    201);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 0);
	cr_expect_eq(balance("instructor:%s:debt:ZAR", person_id(EVE)), -5000);
	cr_expect_eq(balance("user:%s:wallet:ZAR", person_id(ANN)), 30000);
	HAS(get_as(EVE, "/teach/sales").html, "Owed");
	/* The next sale's lot repays it, once. */
	buy_by_wallet(BOB, "d");
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 7000);
	mature(31);
	mature(62);
	cr_expect_eq(balance("instructor:%s:debt:ZAR", person_id(EVE)), 0);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 2000);
	books_good();
}

Test(marketplace, a_refund_that_fails_later_gives_every_part_back)
{
	COURSE(.slug = "c", .price = 11500);
	const char *sale;

	post_as(ANN, "/courses/c/buy", "method=provider");
	sale = text(value("select id from marketplace.sale"));
	card_pay(sale, "refund_fails");
	cr_expect_eq(api_post_as(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale), "{}").status,
	    201);
	jobs_run();
	for (int i = 0; i < 4; i++) {
		clock_move(2 * 60 * INT64_C(1000000));
		seed("set app.clock_offset = '%lld'; select payment.sandbox_tick(), payment.sweep()",
		    (long long)(i + 1) * 2 * 60 * 1000000);
		jobs_run();
	}
	cr_expect_str_eq(value("select status from marketplace.refund"), "FAILED");
	cr_expect_str_eq(value("select status || back from marketplace.sale"), "PAID0");
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 7000);
	cr_expect_eq(balance("tax:vat:output:ZA:ZAR"), 1500);
	cr_expect_eq(count("learning.enrolment where status = 'ACTIVE'"), 1);
	books_good();
}

Test(marketplace, a_dispute_holds_the_shares_until_it_is_decided)
{
	const char *sale, *payment, *data;

	COURSE(.slug = "c", .price = 11500);
	sale = buy_by_card(ANN, "c");
	payment = text(value("select payment_id from marketplace.sale"));
	data = arena_printf(kit_arena(), "jsonb_build_object('purposeId', '%s', 'payment', '%s', 'dispute', "
	    "'00000000-0000-7000-8000-0000000000d1', 'disputeAmount', 11500, 'accounts', "
	    "jsonb_build_object('disputed', ledger.account_open('sandbox:disputed:ZAR', 'ZAR')))", sale,
	    payment);
	seed("select marketplace.payment_event('%s', 'DISPUTE_OPENED', %s)", payment, data);
	cr_expect_eq(balance("escrow:dispute:%s:ZAR", payment), 11500);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 0);
	cr_expect_str_eq(api_post_as(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale),
	    "{}").problem, "payment_disputed");
	HAS(get_as(ADA, "/admin/sales?status=DISPUTED").html, sale);
	seed("select marketplace.payment_event('%s', 'DISPUTE_WON', %s)", payment, data);
	cr_expect_eq(balance("escrow:dispute:%s:ZAR", payment), 0);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 7000);
	data = arena_printf(kit_arena(), "%s || '{\"dispute\": \"00000000-0000-7000-8000-0000000000d2\"}'", data);
	seed("select marketplace.payment_event('%s', 'DISPUTE_LOST', %s)", payment, data);
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 0);
	cr_expect_eq(balance("sandbox:disputed:ZAR"), 11500);
	cr_expect_str_eq(value("select status from marketplace.sale"), "REFUNDED");
	cr_expect_eq(count("learning.enrolment where status = 'DROPPED'"), 1);
	cr_expect_eq(count("receipt.document where form = 'CREDIT_NOTE'"), 1);
	books_good();
}

/* ---- payouts ------------------------------------------------------------------------------------ */

static void
bank_account(void)
{
	struct reply r = api_post_as(EVE, "/teach/payouts/account", "{\"holder\":\"=Eve Educator\","
	    "\"bank\":\"First Bank\",\"branch\":\"250655\",\"number\":\"62001234567\"}");

	cr_assert_eq(r.status, 200, "%d %s", r.status, r.json);
	seed("update marketplace.bank_account set changed_at = changed_at - interval '2 days'");
}

static void
available(int64_t amount)
{
	seed("select ledger.post_named('TEST', 'test:' || host.uuid7(), array['bank:test:ZAR', "
	    "'instructor:%s:available:ZAR'], array[-%lld, %lld]::int8[], null, null, null, null, null)",
	    person_id(EVE), (long long)amount, (long long)amount);
}

Test(marketplace, a_payout_needs_money_an_account_that_is_not_new_and_a_least_amount)
{
	available(50000);
	cr_expect_eq(api_post_as(ANN, "/teach/payouts", "{\"amount\":{\"amount\":20000,\"currency\":\"ZAR\"}}").status, 403);
	cr_expect_str_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":20000,\"currency\":\"ZAR\"}}").problem,
	    "bank_account_missing");
	cr_expect_str_eq(api_post_as(EVE, "/teach/payouts/account", "{\"holder\":\"Eve\",\"bank\":\"First\","
	    "\"branch\":\"250655\",\"number\":\"62x01234567\"}").problem, "invalid_input");
	cr_expect_eq(api_post_as(EVE, "/teach/payouts/account", "{\"holder\":\"Eve\",\"bank\":\"First\","
	    "\"branch\":\"250655\",\"number\":\"62001234567\"}").status, 200);
	cr_expect_eq(count("marketplace.bank_account where position('62001234567'::bytea in sealed) > 0"), 0);
	cr_expect_str_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":20000,\"currency\":\"ZAR\"}}").problem,
	    "bank_account_new");
	bank_account();
	cr_expect_str_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":9999,\"currency\":\"ZAR\"}}").problem, "payout_too_small");
	cr_expect_str_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":50001,\"currency\":\"ZAR\"}}").problem,
	    "insufficient_funds");
	cr_expect_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":20000,\"currency\":\"ZAR\"}}").status, 201);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 30000);
	cr_expect_eq(balance("instructor:%s:in_transit:ZAR", person_id(EVE)), 20000);
	const char *id = text(value("select id from marketplace.payout"));
	cr_expect_eq(api_post_as(MAX, arena_printf(kit_arena(), "/teach/payouts/%s/cancel", id), NULL).status,
	    404);
	cr_expect_eq(api_post_as(EVE, arena_printf(kit_arena(), "/teach/payouts/%s/cancel", id), NULL).status,
	    200);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 50000);
	books_good();
}

Test(marketplace, above_the_limit_two_administrators_approve_and_the_bank_file_says_whom_to_pay)
{
	const char *id, *path, *batch;
	struct reply r;

	available(200000);
	bank_account();
	cr_expect_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":150000,\"currency\":\"ZAR\"}}").status, 201);
	id = text(value("select id from marketplace.payout"));
	path = arena_printf(kit_arena(), "/admin/payouts/%s/approve", id);
	cr_expect_eq(api_post_as(EVE, path, NULL).status, 403);
	r = api_post_as(ADA, path, NULL);
	HAS(r.json, "\"status\":\"SECOND\"");
	cr_expect_str_eq(api_post_as(ADA, path, NULL).problem, "second_person_needed");
	cr_expect_str_eq(api_post_as(ADA, "/admin/payouts/export", NULL).problem, "payout_none");
	HAS(get_as(ADA, "/admin/payouts").html, "a second administrator must");
	/* MAX becomes the second one. */
	seed("update identity.person set roles = '{ADMIN,EDUCATOR}', role = 'ADMIN' where id = '%s'",
	    person_id(MAX));
	signin(MAX);
	r = api_post_as(MAX, path, NULL);
	HAS(r.json, "\"status\":\"APPROVED\"");
	cr_expect_eq(api_post_as(ADA, "/admin/payouts/export", NULL).status, 201);
	batch = text(value("select id from marketplace.payout_batch"));
	r = get_as(ADA, arena_printf(kit_arena(), "/admin/payouts/batches/%s", batch));
	HAS(r.html, "62001234567,1500.00");
	HAS(r.html, ", Eve Educator"); /* never a formula */
	cr_expect_eq(get_as(EVE, arena_printf(kit_arena(), "/admin/payouts/batches/%s", batch)).status, 403);
	cr_expect_eq(api_post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/paid", id), NULL).status, 200);
	cr_expect_eq(balance("instructor:%s:in_transit:ZAR", person_id(EVE)), 0);
	/* Days later the bank sends it back. */
	cr_expect_eq(api_post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/failed", id),
	    "{\"reason\":\"Account closed\"}").status, 200);
	cr_expect_eq(balance("instructor:%s:available:ZAR", person_id(EVE)), 200000);
	cr_expect_eq(balance("bank:operating:ZAR"), 0);
	HAS(get_as(EVE, "/teach/payouts").html, "Account closed");
	books_good();
}

Test(marketplace, an_educator_registered_for_vat_gets_a_self_billed_invoice)
{
	const char *id;

	available(50000);
	cr_expect_eq(api_post_as(EVE, "/teach/payouts/account", "{\"holder\":\"Eve Educator\",\"bank\":"
	    "\"First Bank\",\"branch\":\"250655\",\"number\":\"62001234567\",\"vatNumber\":\"4999999999\","
	    "\"address\":\"2 Hill Road, Durban\"}").status, 200);
	seed("update marketplace.bank_account set changed_at = changed_at - interval '2 days'");
	cr_expect_eq(api_post_as(EVE, "/teach/payouts", "{\"amount\":{\"amount\":11500,\"currency\":\"ZAR\"}}").status, 201);
	id = text(value("select id from marketplace.payout"));
	api_post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/approve", id), NULL);
	api_post_as(ADA, "/admin/payouts/export", NULL);
	cr_expect_eq(api_post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/paid", id), NULL).status, 200);
	jobs_run();
	cr_expect_eq(count("receipt.document where form = 'SELF_BILLED' and tax = 1500 "
	    "and pdf_sha256 is not null"), 1);
	HAS(get_as(EVE, arena_printf(kit_arena(), "/receipts/%s", value("select id from receipt.document"))).html,
	    "4999999999");
}

Test(marketplace, the_statement_lists_every_movement_of_ones_own_accounts)
{
	COURSE(.slug = "c", .price = 11500);
	wallet_fill(ANN, 11500);
	buy_by_wallet(ANN, "c");
	HAS(get_as(EVE, "/teach/statement").html, "R70.00");
	HAS(get_as(EVE, "/teach/statement/csv").html, "COURSE_SALE,pending,70.00");
	cr_expect(!strstr(get_as(MAX, "/teach/statement/csv").html, "70.00"));
	cr_expect_eq(get_as(ANN, "/teach/statement").status, 403);
	cr_expect_eq(get_as(EVE, "/teach/statement?month=1999-77").status, 200);
}

Test(marketplace, shares_change_from_a_day_on_and_sales_keep_theirs)
{
	COURSE(.slug = "c", .price = 11500);
	cr_expect_eq(api_post_as(EVE, "/admin/rates", "{\"tier\":\"PRO\",\"share\":\"90\",\"burn\":\"0\",\"days\":1,"
	    "\"from\":\"2090-01-01\"}").status, 403);
	cr_expect_eq(api_post_as(ADA, "/admin/rates", "{\"tier\":\"PRO\",\"share\":\"90\",\"burn\":\"0\",\"days\":1,"
	    "\"from\":\"2090-01-01\"}").status, 201);
	cr_expect_str_eq(api_post_as(ADA, "/admin/rates", "{\"tier\":\"PRO\",\"share\":\"90\",\"burn\":\"0\","
	    "\"days\":1,\"from\":\"2001-01-01\"}").problem, "rate_past");
	HAS(get_as(ADA, "/admin/rates").html, "90.00");
	seed("insert into marketplace.seller (person_id, tier) values ('%s', 'ENTERPRISE')", person_id(EVE));
	wallet_fill(ANN, 11500);
	buy_by_wallet(ANN, "c");
	cr_expect_eq(balance("instructor:%s:pending:ZAR", person_id(EVE)), 8000);
	cr_expect_eq(api_post_as(ADA, "/admin/rates/token", "{\"micro\":1850000,\"days\":3}").status, 201);
	cr_expect(strstr(cluster_try("postgres", "insert into marketplace.rate (tier, share_bps, burn_bps, "
	    "hold_days, valid) values ('PRO', 1, 1, 1, '[2026-01-01,2027-01-01)')"), "23P01"));
}

Test(marketplace, nobody_writes_the_tables_of_money)
{
	cr_expect(strstr(cluster_try("db_web", "update marketplace.sale set tax = 1"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "insert into marketplace.refund default values"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "select marketplace.settle(null, null)"), "42501"));
	cr_expect(strstr(cluster_try("db_pay", "select marketplace.take(null, 1, '', '', '', '', '')"), "42501"));
	cr_expect(strstr(cluster_try("db_web", "select marketplace.demo_sale(null, '', 1, 1, '', '')"), "42501"));
	cr_expect_eq(get_as(BOB, "/purchases/00000000-0000-7000-8000-000000000000").status, 404);
}
