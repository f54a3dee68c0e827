/* Marketplace: reviews and coupons. */
#include "market_kit.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(review, .init = world_begin, .fini = world_end, .timeout = 180);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))

static const char *
text(const char *s)
{
	return arena_strdup(kit_arena(), s);
}

/* ---- reviews --------------------------------------------------------------------------- */

Test(review, only_learners_of_the_course_review_it_and_each_once)
{
	COURSE(.slug = "c");
	COURSE(.slug = "paid", .price = 11500);
	cr_expect_eq(api_post("/courses/c/reviews", "{\"rating\":5}").status, 401);
	cr_expect_str_eq(api_post_as(ANN, "/courses/c/reviews", "{\"rating\":5}").problem,
	    "review_not_verified");
	cr_expect_eq(api_post_as(ANN, "/courses/c/reviews", "{\"rating\":5}").status, 403);
	cr_expect_str_eq(api_post_as(EVE, "/courses/c/reviews", "{\"rating\":5}").problem,
	    "review_not_verified");
	cr_expect_eq(api_post_as(ANN, "/courses/nothing/reviews", "{\"rating\":5}").status, 404);
	course_take(ANN, "c");
	cr_expect_str_eq(api_post_as(ANN, "/courses/c/reviews", "{\"rating\":6}").problem, "invalid_input");
	cr_expect_eq(api_post_as(ANN, "/courses/c/reviews", "{\"rating\":5,\"comment\":\"Good <b>\"}").status,
	    201);
	cr_expect_eq(api_post_as(ANN, "/courses/c/reviews", "{\"rating\":3,\"comment\":\"Fair\"}").status, 200);
	cr_expect_eq(count("marketplace.review where rating = 3 and edited_at is not null and not bought"), 1);
	cr_expect_str_eq(value("select rating_sum || '/' || rating_count from course.course where slug = 'c'"),
	    "3/1");
	wallet_fill(BOB, 11500);
	buy_by_wallet(BOB, "paid");
	cr_expect_eq(api_post_as(BOB, "/courses/paid/reviews", "{\"rating\":4}").status, 201);
	cr_expect_eq(count("marketplace.review where bought"), 1);
	HAS(get("/courses/c/reviews").html, "Fair");
	HAS(get("/courses/c").html, "Fair");
	HAS(api_get("/courses/c").json, "\"comment\":\"Fair\"");
	cr_expect_eq(post_as(ANN, "/courses/c/reviews/delete", NULL).status, 303);
	cr_expect_str_eq(value("select rating_sum || '/' || rating_count from course.course where slug = 'c'"),
	    "0/0");
}

Test(review, the_ranking_uses_a_mean_that_one_vote_cannot_turn)
{
	COURSE(.slug = "one");
	COURSE(.slug = "many");
	/* One 5 against eleven of 4.8 in the mean: the many win (10 m + sum) / (10 + n). */
	seed("select course.count_rating((select id from course.course where slug = 'one'), 5, 1), "
	    "course.count_rating((select id from course.course where slug = 'many'), 53, 11)");
	cr_expect_str_eq(value("select string_agg(slug, ' ' order by rating_score desc) from course.catalogue"),
	    "many one");
	cr_expect_str_eq(value("select rating_score from course.catalogue where slug = 'one'"), "4090");
}

Test(review, others_vote_report_and_the_educator_answers)
{
	const char *id, *path;

	COURSE(.slug = "c");
	course_take(ANN, "c");
	api_post_as(ANN, "/courses/c/reviews", "{\"rating\":2,\"comment\":\"Buy at my shop\"}");
	id = text(value("select id from marketplace.review"));
	path = arena_printf(kit_arena(), "/courses/c/reviews/%s/vote", id);
	cr_expect_str_eq(api_post_as(ANN, path, "{\"on\":true}").problem, "own_review");
	HAS(api_post_as(BOB, path, "{\"on\":true}").json, "\"helpful\":1");
	HAS(api_post_as(BOB, path, "{\"on\":true}").json, "\"helpful\":1");
	HAS(api_post_as(BOB, path, "{\"on\":false}").json, "\"helpful\":0");
	path = arena_printf(kit_arena(), "/courses/c/reviews/%s/reply", id);
	cr_expect_eq(api_post_as(ANN, path, "{\"reply\":\"x\"}").status, 403);
	cr_expect_eq(api_post_as(MAX, path, "{\"reply\":\"x\"}").status, 404);
	cr_expect_eq(api_post_as(EVE, path, "{\"reply\":\"Please do not advertise here.\"}").status, 200);
	HAS(get("/courses/c/reviews").html, "Please do not advertise here.");
	path = arena_printf(kit_arena(), "/courses/c/reviews/%s/report", id);
	cr_expect_eq(api_post_as(BOB, path, "{\"reason\":\"SPAM\"}").status, 200);
	cr_expect_eq(api_post_as(BOB, path, "{\"reason\":\"SPAM\"}").status, 200);
	cr_expect_str_eq(api_post_as(BOB, path, "{\"reason\":\"DULL\"}").problem, "invalid_input");
	cr_expect_eq(count("marketplace.review_report"), 1);
	/* Moderation. */
	cr_expect_eq(get_as(EVE, "/admin/reviews").status, 403);
	HAS(get_as(ADA, "/admin/reviews").html, "SPAM");
	path = arena_printf(kit_arena(), "/admin/reviews/%s", id);
	cr_expect_eq(api_post_as(EVE, path, "{\"status\":\"HIDDEN\"}").status, 403);
	cr_expect_eq(api_post_as(ADA, path, "{\"status\":\"HIDDEN\"}").status, 200);
	cr_expect(!strstr(get("/courses/c/reviews").html, "Buy at my shop"));
	HAS(get_as(ANN, "/courses/c/reviews").html, "A moderator has hidden");
	cr_expect_str_eq(value("select rating_count from course.course"), "0");
	cr_expect_eq(count("marketplace.review where reports = 0"), 1);
	cr_expect_eq(count("audit.entry where action = 'review.moderate'"), 1);
}

Test(review, twenty_to_a_page_the_most_helpful_first)
{
	COURSE(.slug = "c");
	for (int i = 0; i < 23; i++)
		seed("with p as (insert into identity.person (email_ct, email_index, name_ct) values ('x', sha256(uuid_send(host.uuid7())), 'x') returning id) "
		    "insert into marketplace.review (course_id, person_id, rating, comment, author, helpful) "
		    "select c.id, p.id, 4, 'Review %02d', 'A', %d from course.course c, p", i, i);
	HAS(get("/courses/c/reviews").html, "Review 22");
	cr_expect(!strstr(get("/courses/c/reviews").html, "Review 02"));
	HAS(get("/courses/c/reviews?page=2").html, "Review 02");
	HAS(api_get("/courses/c/reviews").json, "\"total\":23");
}

/* ---- coupons ------------------------------------------------------------------------------ */

static void
coupon(const char *json)
{
	struct reply r = api_post_as(EVE, "/teach/coupons", json);

	cr_assert_eq(r.status, 201, "%d %s", r.status, r.json);
}

Test(review, a_coupon_takes_off_what_it_says_and_the_tax_follows)
{
	COURSE(.slug = "c", .price = 11500);
	COURSE(.slug = "other", .price = 11500, .by = MAX);
	coupon("{\"code\":\"half\",\"kind\":\"PERCENT\",\"percent\":50}");
	coupon("{\"code\":\"TEN\",\"kind\":\"FIXED\",\"amount\":{\"amount\":1000,\"currency\":\"ZAR\"}}");
	coupon("{\"code\":\"GIFT\",\"kind\":\"FIXED\",\"amount\":{\"amount\":99999,\"currency\":\"ZAR\"}}");
	HAS(api_get_as(ANN, "/courses/c/buy?coupon=half").json, "\"price\":{\"amount\":5750,\"currency\":\"ZAR\"}");
	HAS(api_get_as(ANN, "/courses/c/buy?coupon=half").json, "\"tax\":{\"amount\":750,\"currency\":\"ZAR\"}");
	HAS(api_get_as(ANN, "/courses/c/buy?coupon=TEN").json, "\"amount\":10500");
	HAS(get_as(ANN, "/courses/other/buy?coupon=TEN").html, "not known here");
	wallet_fill(ANN, 5750);
	cr_expect_eq(post_as(ANN, "/courses/c/buy", "method=wallet&coupon=HALF").status, 303);
	cr_expect_eq(count("marketplace.sale where discount = 5750 and price = 5750 and status = 'PAID'"), 1);
	/* All of it: nothing is posted, access and receipt all the same. */
	cr_expect_eq(post_as(BOB, "/courses/c/buy", "method=wallet&coupon=GIFT").status, 303);
	cr_expect_eq(count("learning.enrolment"), 2);
	cr_expect_eq(count("receipt.document where gross = 0 and form = 'RECEIPT'"), 1);
	HAS(get_as(EVE, "/teach/coupons").html, "HALF");
	books_good();
}

Test(review, a_coupon_keeps_its_limits_and_dates_and_belongs_to_its_educator)
{
	const char *id;

	COURSE(.slug = "c", .price = 11500);
	COURSE(.slug = "d", .price = 11500);
	cr_expect_eq(api_post_as(ANN, "/teach/coupons", "{\"code\":\"ABC\",\"kind\":\"PERCENT\",\"percent\":1}")
	    .status, 403);
	cr_expect_str_eq(api_post_as(EVE, "/teach/coupons", "{\"code\":\"A B\",\"kind\":\"PERCENT\","
	    "\"percent\":1}").problem, "invalid_input");
	cr_expect_str_eq(api_post_as(EVE, "/teach/coupons", "{\"code\":\"ABC\",\"kind\":\"PERCENT\"}").problem,
	    "invalid_input");
	coupon("{\"code\":\"ONCE\",\"kind\":\"PERCENT\",\"percent\":10,\"uses\":1}");
	cr_expect_str_eq(api_post_as(EVE, "/teach/coupons", "{\"code\":\"once\",\"kind\":\"PERCENT\","
	    "\"percent\":10}").problem, "coupon_code_taken");
	coupon("{\"code\":\"PAST\",\"kind\":\"PERCENT\",\"percent\":10,\"ends\":\"2099-01-01\"}");
	seed("update marketplace.coupon set starts_at = '2020-01-01', ends_at = '2020-01-02' where code = 'PAST'");
	wallet_fill(ANN, 50000);
	wallet_fill(BOB, 50000);
	cr_expect_eq(post_as(ANN, "/courses/c/buy", "method=wallet&coupon=ONCE").status, 303);
	cr_expect_str_eq(api_post_as(ANN, "/courses/d/buy", "{\"coupon\":\"ONCE\"}").problem, "coupon_used");
	cr_expect_str_eq(api_post_as(BOB, "/courses/d/buy", "{\"coupon\":\"ONCE\"}").problem,
	    "coupon_used_up");
	cr_expect_str_eq(api_post_as(BOB, "/courses/d/buy", "{\"coupon\":\"PAST\"}").problem, "coupon_over");
	id = text(value("select id from marketplace.coupon where code = 'ONCE'"));
	cr_expect_eq(api_post_as(MAX, arena_printf(kit_arena(), "/teach/coupons/%s", id), "{}").status, 404);
	cr_expect_eq(api_post_as(EVE, arena_printf(kit_arena(), "/teach/coupons/%s", id),
	    "{\"active\":false}").status, 200);
	cr_expect_str_eq(api_post_as(BOB, "/courses/d/buy", "{\"coupon\":\"ONCE\"}").problem, "coupon_unknown");
}

Test(review, the_last_use_of_a_coupon_is_given_once_however_many_ask)
{
	const char *course = text(COURSE(.slug = "c", .price = 11500));
	char sql[700];
	pid_t pids[16];

	coupon("{\"code\":\"FEW\",\"kind\":\"PERCENT\",\"percent\":100,\"uses\":3}");
	(void)text(cluster_as("db_web"));
	for (int i = 0; i < 16; i++) {
		(void)snprintf(sql, sizeof sql, "begin; select set_config('app.uid', '%s', true), "
		    "set_config('app.role', 'STUDENT', true); select marketplace.sale_start('%s', 'FEW', 0, null)",
		    text(value("with p as (insert into identity.person (email_ct, email_index, name_ct) values ('x', sha256(uuid_send(host.uuid7())), 'x') returning id) "
		    "select id from p")), course);
		pids[i] = fork();
		if (pids[i] == 0) {
			PGconn *db = PQconnectdb(cluster_as("db_web"));
			PGresult *r = PQexec(db, sql);
			bool good = PQresultStatus(r) == PGRES_TUPLES_OK;

			PQclear(PQexec(db, good ? "commit" : "rollback"));
			_exit(0);
		}
	}
	for (int i = 0; i < 16; i++)
		(void)waitpid(pids[i], NULL, 0);
	cr_expect_eq(count("marketplace.sale where status = 'PAID' and discount = 11500"), 3);
	cr_expect_eq(count("marketplace.sale"), 3);
	cr_expect_eq(count("learning.enrolment"), 3);
}
