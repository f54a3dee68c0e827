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
