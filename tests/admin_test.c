/* Administration: closed to everybody else, and what it changes counts at once. */
#include "conf.h"
#include "redis_kit.h"
#include "testkit.h"

#include <string.h>

TestSuite(admin, .init = world_begin, .fini = world_end, .timeout = 120);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))

static const char *
path(const char *fmt, const char *id)
{
	const char *at = strchr(fmt, '%');

	return arena_printf(kit_arena(), "%.*s%s%s", (int)(at - fmt), fmt, id, at + 2);
}

Test(admin, every_page_is_closed_to_everybody_else)
{
	static const char *const pages[] = { "/admin", "/admin/users", "/admin/jobs", "/admin/mail",
		"/admin/cache", "/admin/system", "/admin/audit" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		cr_expect_eq(get_as(ADA, pages[i]).status, 200, "%s", pages[i]);
		cr_expect_eq(get_as(EVE, pages[i]).status, 403, "%s", pages[i]);
		cr_expect_eq(get_as(ANN, pages[i]).status, 403, "%s", pages[i]);
		cr_expect_eq(get(pages[i]).status, 303, "%s", pages[i]);
		cr_expect_eq(api_get(pages[i]).status, 401, "%s", pages[i]);
	}
}

Test(admin, overview_counts_people_by_role)
{
	struct reply r;

	person_id(ANN), person_id(BOB), person_id(EVE);
	r = api_get_as(ADA, "/admin");
	HAS(r.json, "\"students\":");
	HAS(r.json, "\"joined\":{");
	HAS(r.json, "\"pools\":[");
	cr_expect_eq(count("identity.person where 'ADMIN' = any (roles)"), 1);
}

Test(admin, finds_people_by_name_and_by_whole_address)
{
	struct reply r;

	person_id(ANN), person_id(BOB);
	r = get_as(ADA, path("/admin/users?q=%s", person_email(ANN)));
	HAS(r.html, person_email(ANN));
	cr_expect_null(strstr(r.html, person_email(BOB)));
	HAS(r.json, "\"total\":1");
	HAS(get_as(ADA, "/admin/users?role=STUDENT").html, person_email(BOB));
	cr_expect_eq(get_as(ADA, "/admin/users?role=KING").status, 422);
	cr_expect_eq(get_as(ADA, "/admin/users?page=0").status, 422);
	cr_expect_eq(get_as(ADA, "/admin/users?q=%27%3B+drop+table").status, 200);
}

Test(admin, switching_off_ends_the_sessions_and_switching_on_lets_in_again)
{
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
	cr_expect_eq(post_as(ADA, path("/admin/users/%s/status", person_id(ANN)), "status=DISABLED").status,
	    303);
	cr_expect_eq(get_as(ANN, "/me/profile").status, 303, "sent to sign in");
	cr_expect_eq(count("audit.entry where action like 'person%%' and person_id = '%s'",
	    person_id(ANN)), 1);
	HAS(get_as(ADA, path("/admin/users/%s", person_id(ANN))).json, "\"status\":\"DISABLED\"");
	post_as(ADA, path("/admin/users/%s/status", person_id(ANN)), "status=ACTIVE");
	signin(ANN);
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
}

Test(admin, an_administrator_cannot_lock_themself_out)
{
	struct reply r = api_post_as(ADA, path("/admin/users/%s/status", person_id(ADA)),
	    "{\"status\":\"DISABLED\"}");

	cr_expect_eq(r.status, 409);
	cr_expect_str_eq(r.problem, "not_on_yourself");
	r = api_post_as(ADA, path("/admin/users/%s/roles", person_id(ADA)), "{\"role\":[\"STUDENT\"]}");
	cr_expect_eq(r.status, 409);
	cr_expect_eq(get_as(ADA, "/admin").status, 200);
}

Test(admin, a_new_role_opens_its_pages)
{
	cr_expect_eq(get_as(BOB, "/teach").status, 403);
	cr_expect_eq(post_as(ADA, path("/admin/users/%s/roles", person_id(BOB)),
	    "role=STUDENT&role=EDUCATOR").status, 303);
	signin(BOB);
	cr_expect_eq(post_as(BOB, "/me/role", "role=EDUCATOR").status, 303);
	cr_expect_eq(get_as(BOB, "/teach").status, 200);
	cr_expect_eq(api_post_as(ADA, path("/admin/users/%s/roles", person_id(BOB)),
	    "{\"role\":[\"EMPEROR\"]}").status, 422);
	cr_expect_eq(api_post_as(ADA, path("/admin/users/%s/roles", person_id(BOB)), "{}").status, 422);
}

Test(admin, unknown_people_are_not_found)
{
	static const char none[] = "018f0000-0000-7000-8000-000000000000";

	cr_expect_eq(get_as(ADA, path("/admin/users/%s", none)).status, 404);
	cr_expect_eq(get_as(ADA, "/admin/users/nobody").status, 404);
	cr_expect_eq(api_post_as(ADA, path("/admin/users/%s/status", none),
	    "{\"status\":\"DISABLED\"}").status, 404);
}

Test(admin, a_dead_job_runs_again_and_only_a_dead_one)
{
	const char *id;

	seed("insert into host.job (type, state, attempts, finished_at) values ('cache.sweep', 'DEAD', 15,"
	    " now())");
	id = value("select id from host.job where type = 'cache.sweep' and state = 'DEAD'");
	HAS(get_as(ADA, "/admin/jobs?state=DEAD").html, "cache.sweep");
	cr_expect_eq(post_as(ADA, path("/admin/jobs/%s/again", id), NULL).status, 303);
	cr_expect_eq(count("host.job where id = '%s' and state = 'READY'", id), 1);
	cr_expect_eq(api_post_as(ADA, path("/admin/jobs/%s/again", id), NULL).status, 409);
	cr_expect_eq(api_post_as(EVE, path("/admin/jobs/%s/again", id), NULL).status, 403);
}

Test(admin, cache_entries_are_set_read_and_deleted)
{
	cr_expect_eq(post_as(ADA, "/admin/cache", "key=greeting&value=hello&ttl=60").status, 303);
	HAS(get_as(ADA, "/admin/cache?prefix=gree").html, "greeting");
	HAS(api_get_as(ADA, "/admin/cache/entry?key=greeting").json, "\"value\":\"hello\"");
	cr_expect_eq(post_as(ADA, "/admin/cache/delete", "key=greeting").status, 303);
	cr_expect_eq(api_get_as(ADA, "/admin/cache/entry?key=greeting").status, 404);
	cr_expect_eq(post_as(ADA, "/admin/cache", "key=&value=x").status, 422);
	post_as(ADA, "/admin/cache", "key=a1&value=x");
	post_as(ADA, "/admin/cache", "key=b1&value=x");
	post_as(ADA, "/admin/cache/clear", "prefix=a");
	cr_expect_eq(count("host.cache_entry where key in ('a1', 'b1')"), 1);
}

/* In Redis there is no row to look at: the page asks the cache itself. */
Test(admin, entries_are_shown_and_cleared_wherever_the_cache_lives)
{
	struct conf elsewhere = *conf;
	int64_t rows;

	elsewhere.redis = redis_begin();
	if (elsewhere.redis == NULL)
		cr_skip_test("redis-server is not installed");
	conf = &elsewhere;
	post_as(ADA, "/admin/cache", "key=a1&value=hello");
	post_as(ADA, "/admin/cache", "key=a2&value=x&ttl=600");
	post_as(ADA, "/admin/cache", "key=b1&value=x");
	HAS(get_as(ADA, "/admin/cache?prefix=a").json, "\"key\":\"a1\",\"bytes\":5");
	HAS(get_as(ADA, "/admin/cache?prefix=a").html, "kept by Redis");
	cr_expect_null(strstr(get_as(ADA, "/admin/cache?prefix=a").json, "\"key\":\"b1\""));
	HAS(get_as(ADA, "/admin/cache?page=2").json, "\"total\":3");
	HAS(api_post_as(ADA, "/admin/cache/clear", "{\"prefix\":\"a\"}").json, "\"deleted\":2");
	HAS(get_as(ADA, "/admin/cache").json, "\"total\":1");
	rows = count("host.cache_entry where key in ('a1', 'a2', 'b1')");
	cr_expect_eq(rows, 0, "nothing was written into the table");
	redis_end();
}

Test(admin, beyond_the_last_page_the_figure_stays)
{
	person_id(ANN), person_id(BOB);
	post_as(ADA, path("/admin/users/%s/status", person_id(ANN)), "status=DISABLED");
	HAS(api_get_as(ADA, "/admin/users?page=4000").json, "\"items\":[],\"page\":{\"page\":4000,"
	    "\"limit\":25,\"total\":3");
	HAS(api_get_as(ADA, path("/admin/audit?page=4000&person=%s", person_id(ANN))).json,
	    "\"total\":1");
}

Test(admin, entries_of_the_audit_are_listed_and_filtered)
{
	post_as(ADA, path("/admin/users/%s/status", person_id(ANN)), "status=DISABLED");
	HAS(get_as(ADA, "/admin/audit").json, person_id(ANN));
	HAS(get_as(ADA, path("/admin/audit?person=%s", person_id(ANN))).json, "\"objectType\":\"person\"");
	HAS(get_as(ADA, path("/admin/audit?person=%s", person_id(BOB))).json, "\"total\":");
}

Test(admin, no_page_makes_more_than_two_round_trips)
{
	const char *const pages[] = { "/admin", "/admin/users", "/admin/jobs", "/admin/mail",
		"/admin/cache", "/admin/system", "/admin/audit", path("/admin/users/%s", person_id(ANN)) };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct reply r = get_as(ADA, pages[i]);

		cr_expect_eq(r.status, 200, "%s", pages[i]);
		cr_expect(r.trips >= 1 && r.trips <= 2, "%s: %u", pages[i], r.trips);
	}
}
