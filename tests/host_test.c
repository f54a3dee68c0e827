/* The way of a request, end to end in one process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "page.h"
#include "registry.h"
#include "scratch.h"
#include "testkit.h"

TestSuite(host, .init = world_begin, .fini = world_end);

Test(host, an_unknown_address_is_a_404_in_both_media)
{
	struct reply page = get("/no/such/page"), api = api_get("/no/such/page");

	cr_expect_eq(page.status, 404);
	cr_expect(strstr(page.html, "<html"), "a whole page");
	cr_expect_eq(api.status, 404);
	cr_expect_str_eq(api.problem, "not_found");
	cr_expect(strstr(api.head, "application/problem+json"), "%s", api.head);
}

Test(host, a_members_page_sends_a_stranger_to_sign_in)
{
	struct reply r = get("/home");

	cr_expect_eq(r.status, 303);
	cr_expect(strstr(r.location, "/signin"), "%s", r.location);
	cr_expect_eq(api_get("/home").status, 401);
}

Test(host, a_session_is_the_person_who_began_it)
{
	cr_expect_eq(get_as(ANN, "/home").status, 200);
	seed("update identity.session set revoked_at = now() where person_id = '%s'", person_id(ANN));
	cr_expect_eq(get_as(ANN, "/home").status, 303, "an ended session is nobody");
}

Test(host, a_session_ends_by_itself)
{
	cr_expect_eq(get_as(ANN, "/home").status, 200);
	clock_move((int64_t)31 * 60 * 1000000);
	cr_expect_eq(get_as(ANN, "/home").status, 303);
}

Test(host, the_admin_area_is_for_administrators)
{
	cr_expect_eq(get_as(ANN, "/admin").status, 403);
	cr_expect_eq(get_as(EVE, "/admin").status, 403);
	cr_expect_eq(get_as(ADA, "/admin").status, 200);
}

/* The form of a person who is signed in already, of a course that is not there. */
Test(host, a_form_that_cannot_be_shown_again_is_an_error_page_and_harms_nobody)
{
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(post_as(ANN, "/signin", "email=a&password=b&next=//elsewhere.example").status, 422);
		cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
		cr_expect_eq(post_as(EVE, "/teach/courses/nothing", "title=").status, 422);
		cr_expect_eq(get_as(EVE, "/teach").status, 200);
	}
}

Test(host, an_idempotency_key_is_text)
{
	static const char *const keys[] = { "", "\xff", "\xed\xa0\x80" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *extra[] = { arena_printf(kit_arena(), "HTTP_IDEMPOTENCY_KEY=%s", keys[i]), NULL };
		struct reply r = request(ANN, "POST", "/api/v1/courses/nothing/enrol", "application/json",
		    NULL, 0, extra);

		cr_expect_eq(r.status, 400);
		cr_expect_str_eq(r.problem, "bad_idempotency_key");
	}
}

/* Who has one address of IPv6 has 2^64 of them. */
Test(host, all_addresses_of_one_ipv6_network_share_a_limit)
{
	static const struct { const char *address, *left; } visits[] = {
		{ "2001:db8:1:2::1", "300" }, { "2001:db8:1:2:ffff:ffff:ffff:ffff", "299" },
		{ "2001:db8:1:3::1", "300" }, { "192.0.2.7", "300" }, { "192.0.2.8", "300" },
		{ "::ffff:192.0.2.7", "299" }, { "2001:0db8:0001:0002::9", "298" },
	};
	struct conf slow = *conf;

	/* One more only after ten seconds: the test is over before. */
	slow.rate_scale_percent = 1;
	conf = &slow;
	for (size_t i = 0; i < sizeof(visits) / sizeof(visits[0]); i++) {
		const char *extra[] = { arena_printf(kit_arena(), "REMOTE_ADDR=%s", visits[i].address), NULL };
		struct reply r = request(NOBODY, "GET", "/api/v1/courses", NULL, NULL, 0, extra);

		cr_expect(strstr(r.head, arena_printf(kit_arena(), "RateLimit-Remaining: %s\r\n",
		    visits[i].left)), "%s: %s", visits[i].address, r.head);
	}
}

/* ---- entity tags ---- */

static int
tagged(struct req *r, struct view *v)
{
	req_title(r, "Tagged");
	view_str(v, "title", "Tagged");
	req_etag(r, "one");
	return 200;
}

static int
tagged_file(struct req *r, struct view *v)
{
	(void)v;
	req_etag(r, "one");
	return req_send(r, "text/plain", NULL, "same for all", 12);
}

static const struct route tagged_routes[] = {
	{ METHOD_GET, "/tagged", tagged, "error/error.cs", ACCESS_PUBLIC, .summary = "Tagged",
	    .owner = "anyone" },
	{ METHOD_GET, "/tagged/file", tagged_file, NULL, ACCESS_PUBLIC, .summary = "Tagged",
	    .owner = "anyone" },
	{ 0 }
};
static const struct module tagged_module = { .abi = MODULE_ABI, .name = "tagged", .version = "1",
	.routes = tagged_routes };

static void
tagged_add(void)
{
	char reason[200];

	cr_assert(registry_add(&tagged_module, reason, sizeof(reason)), "%s", reason);
}

static const char *
tag(enum who who, const char *path, const char *cookie)
{
	const char *extra[] = { cookie, NULL };
	struct reply r = request(who, "GET", path, NULL, NULL, 0, extra);
	const char *at = strstr(r.head, "ETag: ");

	cr_assert(at, "%s", r.head);
	return arena_strndup(kit_arena(), at + 6, strcspn(at + 6, "\r"));
}

static void
manifest(const char *line)
{
	char dir[200], path[230];
	FILE *f;

	scratch_name(dir, sizeof dir, "host_test");
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/static.manifest", dir);
	f = fopen(path, "w");
	cr_assert(f);
	fputs(line, f);
	fclose(f);
	page_assets(dir);
	remove(path);
	remove(dir);
}

Test(host, the_tag_of_a_page_changes_with_all_that_the_page_shows)
{
	const char *prefs, *first, *eve;

	tagged_add();
	manifest("css=/static/css/app.1.css\n");
	first = tag(NOBODY, "/tagged", NULL);
	cr_expect_str_eq(tag(NOBODY, "/tagged", NULL), first);
	cr_expect_str_neq(tag(NOBODY, "/tagged", "HTTP_COOKIE=prefs=dark..."), first, "colours");
	cr_expect_str_neq(tag(NOBODY, "/tagged", "HTTP_ACCEPT_LANGUAGE=zu-ZA"), first, "language");
	manifest("css=/static/css/app.2.css\n");
	cr_expect_str_neq(tag(NOBODY, "/tagged", NULL), first, "another style sheet");
	seed("update identity.person set roles = array['EDUCATOR', 'STUDENT'] where id = '%s'",
	    person_id(EVE));
	signin(EVE);
	eve = tag(EVE, "/tagged", NULL);
	cr_expect_str_neq(tag(ANN, "/tagged", NULL), eve, "another person");
	prefs = arena_printf(kit_arena(), "%s; prefs=dark...", session_of(EVE));
	cr_expect_str_neq(tag(EVE, "/tagged", prefs), eve);
	post_as(EVE, "/me/role", "role=STUDENT");
	cr_expect_str_neq(tag(EVE, "/tagged", NULL), eve, "another role");
}

Test(host, the_tag_of_a_file_is_the_same_for_all)
{
	const char *seen;

	tagged_add();
	seen = tag(ANN, "/tagged/file", NULL);
	cr_expect_str_eq(tag(BOB, "/tagged/file", NULL), seen);
	cr_expect_eq(request(BOB, "GET", "/tagged/file", NULL, NULL, 0, (const char *[]){
	    arena_printf(kit_arena(), "HTTP_IF_NONE_MATCH=%s", seen), NULL }).status, 304);
}
