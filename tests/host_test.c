/* The way of a request, end to end in one process. */
#include <stdlib.h>
#include <string.h>

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
