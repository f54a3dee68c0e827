/* Notification: the inbox, its count in the header, who may see and change it. */
#include "account_kit.h"
#include "market_kit.h"

#include <stdio.h>
#include <string.h>

#include "db.h"
#include "notice/notice.h"

TestSuite(notification, .init = world_begin, .fini = world_end, .timeout = 180);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HASNT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))

static void
tell(enum who who, const char *topic, const char *subject, const char *cause)
{
	seed("select notification.tell('%s', 'SYSTEM_ALERT', '%s', '%s', null, null, '/courses', '%s')",
	    person_id(who), topic, subject, cause);
}

static const char *
first_id(enum who who)
{
	return arena_strdup(kit_arena(), value("select id from notification.notification where person_id = '%s' "
	    "order by created_at limit 1", person_id(who)));
}

Test(notification, a_purchase_tells_buyer_and_seller_once_each)
{
	COURSE(.slug = "c", .title = "Course C", .price = 11500);
	wallet_fill(ANN, 11500);
	buy_by_wallet(ANN, "c");
	jobs_run();
	seed("update host.job set state = 'READY', run_at = now() where type = 'marketplace.paid'");
	jobs_run();
	cr_expect_eq(count("notification.notification"), 2, "once, also when the job runs again");
	struct reply r = get_as(ANN, "/notifications");

	HAS(r.html, "You bought a course");
	HAS(r.html, "Course C");
	HAS(r.html, "115.00");
	HAS(r.json, "\"topic\":\"purchase\"");
	HAS(r.json, "\"type\":\"PAYMENT_SUCCESS\"");
	HAS(r.json, "\"amount\":{\"amount\":11500,\"currency\":\"ZAR\"}");
	HAS(r.json, "\"unread\":1");
	cr_expect_leq(r.trips, 2);
	r = get_as(EVE, "/notifications");
	HAS(r.html, "A course of yours was sold");
	HAS(r.json, "\"amount\":{\"amount\":7000,\"currency\":\"ZAR\"}");
	HASNT(r.json, "purchase\"");
}

Test(notification, refunds_answers_and_payouts_are_told_of)
{
	COURSE(.slug = "c", .title = "Course C", .price = 200000);
	const char *sale, *id;

	wallet_fill(ANN, 200000);
	sale = buy_by_wallet(ANN, "c");
	cr_assert_eq(api_post_as(ANN, arena_printf(kit_arena(), "/purchases/%s/refund", sale),
	    "{\"amount\":{\"amount\":100000,\"currency\":\"ZAR\"}}").status, 201);
	jobs_run();
	cr_expect_eq(count("notification.notification where topic = 'refund' and amount = 100000 "
	    "and person_id = '%s'", person_id(ANN)), 1, "half of the price, not the price");
	cr_expect_eq(count("notification.notification where topic = 'sale_refunded' and person_id = '%s'",
	    person_id(EVE)), 1);
	post_as(ANN, "/courses/c/reviews", "rating=4&comment=Fine");
	id = arena_strdup(kit_arena(), value("select id from marketplace.review"));
	for (int i = 0; i < 2; i++)
		cr_expect_eq(post_as(EVE, arena_printf(kit_arena(), "/courses/c/reviews/%s/reply", id),
		    "reply=Thank+you").status, 303);
	cr_expect_eq(count("notification.notification where topic = 'review_reply' and person_id = '%s'",
	    person_id(ANN)), 1);
	post_as(EVE, "/teach/payouts/account", "holder=Eve&bank=Bank&branch=123456&number=12345678");
	clock_move(INT64_C(31) * 86400 * 1000000);
	seed("set app.clock_offset = '%lld'; select marketplace.mature(10)", (long long)INT64_C(31) * 86400 * 1000000);
	signin(EVE);
	signin(ADA);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(post_as(EVE, "/teach/payouts", "amount=150.00").status, 303);
	id = arena_strdup(kit_arena(), value("select id from marketplace.payout order by requested_at limit 1"));
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/approve", id), NULL).status, 303);
	cr_expect_eq(post_as(ADA, "/admin/payouts/export", NULL).status, 303);
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/paid", id), NULL).status, 303);
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/failed", id), NULL).status, 303);
	id = arena_strdup(kit_arena(), value("select id from marketplace.payout where status = 'REQUESTED'"));
	cr_expect_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/reject", id), NULL).status, 303);
	jobs_run();
	cr_expect_str_eq(value("select string_agg(topic, ' ' order by topic) from notification.notification "
	    "where topic like 'payout%%'"), "payout_approved payout_failed payout_paid payout_rejected payout_requested payout_requested");
	cr_expect_str_eq(get_as(EVE, "/notifications").problem, "");
}

/* The newest mail to EVE: its subject begins so and both of its forms hold this. */
static void
mailed(const char *template_name, const char *subject, const char *part)
{
	struct mailbox_entry mail = mail_to(person_email(EVE));

	cr_expect_eq(mails(template_name), 1, "%s", template_name);
	cr_assert(mail.subject != NULL && mail.text != NULL && mail.html != NULL, "no mail %s", template_name);
	HAS(mail.subject, subject);
	HAS(mail.text, part);
	HAS(mail.html, part);
	HAS(mail.text, "/teach/payouts");
	HAS(mail.html, "/teach/payouts\"");
}

static void
payout(const char *id, const char *action, const char *form)
{
	cr_assert_eq(post_as(ADA, arena_printf(kit_arena(), "/admin/payouts/%s/%s", id, action), form).status, 303);
}

Test(notification, every_step_of_a_payout_is_mailed_to_the_educator)
{
	const char *id;

	seed("select ledger.post_named('TEST', 'available', array['bank:test:ZAR', 'instructor:%s:available:ZAR'],"
	    " array[-100000, 100000], null, null, null, null, null)", person_id(EVE));
	post_as(EVE, "/teach/payouts/account", "holder=Eve&bank=Bank&branch=123456&number=12345678");
	seed("update marketplace.bank_account set changed_at = changed_at - interval '2 days'");
	cr_assert_eq(post_as(EVE, "/teach/payouts", "amount=150.00").status, 303);
	id = arena_strdup(kit_arena(), value("select id from marketplace.payout"));
	mailed("payout_requested", "150.00 requested", "ends in 5678");
	payout(id, "approve", NULL);
	mailed("payout_approved", "150.00 approved", "ends in 5678");
	post_as(ADA, "/admin/payouts/export", NULL);
	payout(id, "paid", NULL);
	mailed("payout_paid", "150.00 paid", "ends in 5678");
	payout(id, "failed", "reason=Account+closed");
	mailed("payout_failed", "150.00 came back", "Reason: Account closed");
	seed("update identity.profile set locale = 'zu-ZA' where person_id = '%s'", person_id(EVE));
	cr_assert_eq(post_as(EVE, "/teach/payouts", "amount=160.00").status, 303);
	jobs_run();
	id = arena_strdup(kit_arena(), value("select id from marketplace.payout where status = 'REQUESTED'"));
	payout(id, "reject", "reason=Wrong+name");
	mailed("payout_rejected", "160.00 yenqatshiwe", "Isizathu: Wrong name");
	cr_expect_eq(mails("payout_requested"), 2);
	cr_expect_eq(count("notification.notification where topic like 'payout%%'"), 6);
	cr_expect_eq(count("host.email where person_id <> '%s' and template like 'payout%%'", person_id(EVE)), 0);
}

Test(notification, the_header_counts_what_is_unread_on_every_page)
{
	HASNT(get_as(ANN, "/courses").html, " unread</span>");
	tell(ANN, "sale", "One", "a");
	tell(ANN, "sale", "Two", "b");
	tell(BOB, "sale", "Three", "c");
	HAS(get_as(ANN, "/courses").html, "class=\"count\">2<");
	cr_expect_leq(get_as(ANN, "/courses").trips, 2);
	seed("insert into notification.notification (person_id, type, topic, path, cause) select '%s', "
	    "'SYSTEM_ALERT', 'sale', '/courses', 'x' || n from generate_series(1, 200) n", person_id(ANN));
	HAS(get_as(ANN, "/courses").html, "class=\"count\">99+<");
	HASNT(get("/courses").html, " unread</span>");
}

Test(notification, is_read_one_by_one_or_all_at_once)
{
	struct reply r;

	tell(ANN, "sale", "One", "a");
	tell(ANN, "sale", "Two", "b");
	tell(ANN, "sale", "Three", "c");
	r = post_as(ANN, arena_printf(kit_arena(), "/notifications/%s/read", first_id(ANN)), NULL);
	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(r.location, "/courses", "on to what it is about");
	HAS(get_as(ANN, "/courses").html, "class=\"count\">2<");
	HASNT(api_get_as(ANN, "/notifications?unread=1").json, "\"read\":true");
	HAS(api_get_as(ANN, "/notifications?unread=1").json, "\"total\":2");
	HAS(api_post_as(ANN, "/notifications/read", NULL).json, "\"marked\":2");
	HASNT(get_as(ANN, "/courses").html, " unread</span>");
	HAS(get_as(ANN, "/notifications?unread=1").html, "Nothing unread");
	cr_expect_eq(api_post_as(ANN, arena_printf(kit_arena(), "/notifications/%s/delete", first_id(ANN)),
	    NULL).status, 200);
	cr_expect_eq(count("notification.notification"), 2);
}

Test(notification, beyond_the_last_page_it_still_says_how_many_there_are)
{
	seed("insert into notification.notification (person_id, type, topic, path, cause) select '%s', "
	    "'SYSTEM_ALERT', 'sale', '/courses', 'x' || n from generate_series(1, 45) n", person_id(ANN));
	HAS(api_get_as(ANN, "/notifications?page=3").json, "\"total\":45");
	HAS(api_get_as(ANN, "/notifications?page=9").json, "\"total\":45");
	cr_expect_eq(api_get_as(ANN, "/notifications?page=0").status, 422);
}

Test(notification, belongs_to_one_person_alone)
{
	const char *id, *paths[] = { "read", "delete" };

	tell(ANN, "sale", "Secret title", "a");
	id = first_id(ANN);
	HASNT(get_as(BOB, "/notifications").html, "Secret title");
	HASNT(get_as(ADA, "/notifications").html, "Secret title");
	for (size_t i = 0; i < 2; i++) {
		const char *path = arena_printf(kit_arena(), "/notifications/%s/%s", id, paths[i]);

		cr_expect_str_eq(api_post_as(BOB, path, NULL).problem, "notification_not_found");
		HAS(post_as(BOB, path, NULL).html, "no such notice");
		cr_expect_eq(post(path, NULL).status, 303, "a visitor signs in first");
	}
	api_post_as(BOB, "/notifications/read", NULL);
	cr_expect_eq(count("notification.notification where read_at is null"), 1);
	cr_expect_eq(get("/notifications").status, 303);
}

Test(notification, refuses_a_path_that_leads_elsewhere)
{
	struct db *db = kit_db(POOL_JOBS);
	struct notice n = { .person_id = person_id(ANN), .type = "SYSTEM_ALERT", .topic = "sale",
		.path = "/courses", .cause = "once" };

	db_begin(db, kit_arena(), true, NULL);
	cr_expect(notice_add(db, &n));
	cr_expect(!notice_add(db, &n), "told already");
	db_commit(db);
	HAS(cluster_try(NULL, arena_printf(kit_arena(), "insert into notification.notification (person_id, "
	    "type, topic, path, cause) values ('%s', 'SYSTEM_ALERT', 'sale', '//evil.example', 'q')",
	    person_id(ANN))), "notification_path_check");
}
