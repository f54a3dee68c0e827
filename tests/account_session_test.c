/* Signing in and out, sessions, passwords, roles; and what strangers get. */
#include "account_kit.h"

#include <string.h>

TestSuite(account_session, .init = world_begin, .fini = world_end);

/* ---- signing in and out ---- */

Test(account_session, signs_in_and_out_and_the_old_cookie_is_worth_nothing)
{
	struct browser b = { 0 }, copy;
	struct reply r;

	person_id(ANN);
	r = try_signin(&b, "Ann%40Example.org", "Ann+Archer+likes+tall+trees");
	cr_assert_eq(r.status, 303);
	cr_expect_str_eq(r.location, "/me");
	cr_expect(strstr(r.head, "HttpOnly"));
	cr_expect(strstr(r.head, "SameSite=Lax"));
	cr_expect_eq(count("identity.session where token_hash = sha256('%s')", b.sid), 1,
	    "only the hash is kept");
	r = browse(&b, "GET", "/api/v1/me", NULL);
	cr_expect(strstr(r.json, "\"email\":\"ann@example.org\""));
	cr_expect_str_eq(browse(&b, "GET", "/me", NULL).location, "/home");
	copy = b;
	cr_expect_eq(browse(&b, "POST", "/signout", "").status, 303);
	cr_expect_not(signed_in(&copy));
	cr_expect_eq(count("identity.session where revoked_at is null"), 0);
}

Test(account_session, a_session_given_before_does_not_live_on)
{
	struct browser b = { 0 }, planted;

	person_id(ANN);
	person_id(BOB);
	try_signin(&b, "bob%40example.org", "Bob+Baker+likes+tall+trees");
	planted = b;
	try_signin(&b, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	cr_expect_str_neq(b.sid, planted.sid);
	cr_expect_not(signed_in(&planted));
	cr_expect(signed_in(&b));
}

/* The page without what differs in each answer. */
static const char *
plain_page(const char *html)
{
	char *copy = arena_strdup(kit_arena(), html), *at = copy;

	while ((at = strstr(at, "name=\"csrf\" value=\"")) != NULL) {
		at += strlen("name=\"csrf\" value=\"");
		memset(at, '-', strcspn(at, "\""));
	}
	if ((at = strstr(copy, "requestId")) != NULL)
		memset(at, '-', strcspn(at, ",}"));
	return copy;
}

Test(account_session, unknown_address_wrong_password_and_wait_answer_alike)
{
	static const char form[] = "email=%s%%40example.org&password=not+the+right+password";
	struct browser b = { 0 };
	struct reply unknown, wrong, waiting;

	person_id(ANN);
	unknown = browse(&b, "POST", "/signin", arena_printf(kit_arena(), form, "zzz"));
	wrong = browse(&b, "POST", "/signin", arena_printf(kit_arena(), form, "ann"));
	for (int i = 0; i < 5; i++)
		browse(&b, "POST", "/signin", arena_printf(kit_arena(), form, "ann"));
	cr_expect_eq(count("identity.signin_failure where wait_until > now()"), 1);
	waiting = browse(&b, "POST", "/signin", arena_printf(kit_arena(), form, "ann"));
	cr_expect_eq(unknown.status, 422);
	cr_expect_eq(wrong.status, 422);
	cr_expect_eq(waiting.status, 422);
	cr_expect_str_eq(plain_page(wrong.html), plain_page(waiting.html));
	cr_expect(strstr(wrong.html, "do not fit together"));
	cr_expect_eq(strlen(unknown.html), strlen(wrong.html), "but for the address itself");
	unknown = api_post("/signin", "{\"email\":\"zzz@example.org\",\"password\":\"nono\"}");
	wrong = api_post("/signin", "{\"email\":\"ann@example.org\",\"password\":\"nono\"}");
	cr_expect_eq(unknown.status, 401);
	cr_expect_str_eq(plain_page(unknown.json), plain_page(wrong.json));
}

Test(account_session, locks_the_attacker_out_but_not_the_owner)
{
	struct browser owner = { .address = "10.1.2.3" }, attacker = { .address = "192.0.2.7" };
	const char *right = "Ann+Archer+likes+tall+trees";

	person_id(ANN);
	cr_assert_eq(try_signin(&owner, "ann%40example.org", right).status, 303);
	for (int i = 0; i < 5; i++)
		cr_expect_eq(try_signin(&attacker, "ann%40example.org", "guess+number+one").status, 422);
	cr_expect_eq(count("audit.entry where action = 'signin.failures'"), 1);
	cr_expect_eq(try_signin(&attacker, "ann%40example.org", right).status, 422,
	    "even the right password waits");
	owner.sid = owner.csrf = NULL;
	owner.address = "10.1.2.99";
	cr_expect_eq(try_signin(&owner, "ann%40example.org", right).status, 303, "the known network");
	clock_move(2 * SECOND);
	cr_expect_eq(try_signin(&attacker, "ann%40example.org", right).status, 303, "the wait is over");
}

Test(account_session, the_wait_doubles_and_after_a_hundred_only_a_reset_helps)
{
	struct browser b = { .address = "192.0.2.7" };
	const char *right = "Ann+Archer+likes+tall+trees";

	person_id(ANN);
	seed("insert into identity.signin_failure (person_id, source, failures, failed_at) values "
	    "('%s', '', 99, now())", person_id(ANN));
	cr_expect_eq(try_signin(&b, "ann%40example.org", "wrong+again+and+again").status, 422);
	clock_move(365 * 24 * HOUR);
	cr_expect_eq(try_signin(&b, "ann%40example.org", right).status, 422);
	post("/password/reset", "email=ann%40example.org");
	cr_expect_eq(post("/password/reset/confirm", arena_printf(kit_arena(),
	    "token=%s&password=" GOOD, token_in(mail_to("ann@example.org")))).status, 303);
	cr_expect_eq(try_signin(&b, "ann%40example.org", GOOD).status, 303);
}

Test(account_session, leads_on_to_own_pages_only)
{
	static const char *const elsewhere[] = { "https://evil.example/", "//evil.example",
		"/\\evil.example", "\\/evil.example", "javascript:alert(1)", "http:evil.example",
		"/%0d%0aLocation:%20https://evil.example", "/\tevil", "%2f%2fevil.example", "evil.example",
		"///evil.example", "/%5cevil.example", "data:text/html,x", " /x", "/%09/evil.example" };
	struct browser b = { 0 };
	struct reply r;

	person_id(ANN);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		r = browse(&b, "POST", "/signin", arena_printf(kit_arena(),
		    "email=ann%%40example.org&password=Ann+Archer+likes+tall+trees&next=%s",
		    elsewhere[i]));
		cr_expect(r.status == 422 || r.status == 400, "%s: %d %s", elsewhere[i], r.status,
		    r.location);
		r = get_as(ANN, arena_printf(kit_arena(), "/me?next=%s", elsewhere[i]));
		cr_expect(r.status == 422 || r.status == 400, "%s: %d %s", elsewhere[i], r.status,
		    r.location);
	}
	r = browse(&b, "POST", "/signin", "email=ann%40example.org&password="
	    "Ann+Archer+likes+tall+trees&next=%2Fcourses%3Fq%3Da%2526b%23c");
	cr_assert_eq(r.status, 303);
	b.sid = cookie_of(r, "sid");
	cr_expect_str_eq(browse(&b, "GET", r.location, NULL).location, "/courses?q=a%26b#c");
}

Test(account_session, visitors_are_sent_to_sign_in_and_back)
{
	struct reply r = get("/me/sessions");

	cr_expect_eq(r.status, 303);
	cr_expect(strstr(r.location, "/signin?next="));
	cr_expect(strstr(get(r.location).html, "value=\"/me/sessions\""));
	cr_expect_eq(api_get("/me").status, 401);
	cr_expect_eq(api_get("/me/settings").status, 401);
}

Test(account_session, refuses_every_form_that_did_not_come_from_our_pages)
{
	static const struct { const char *path, *form; } forms[] = {
		{ "/signup", "name=A&email=a%40example.org&password=" GOOD },
		{ "/signin", "email=ann%40example.org&password=Ann+Archer+likes+tall+trees" },
		{ "/signout", "" }, { "/verify", "token=x" }, { "/verify/again", "email=ann%40example.org" },
		{ "/password/reset", "email=ann%40example.org" },
		{ "/password/reset/confirm", "token=x&password=" GOOD },
		{ "/me/password", "current=x&password=" GOOD }, { "/me/role", "role=STUDENT" },
		{ "/me/profile", "name=Owned&zone=UTC" }, { "/me/profile/public", "publish=1" },
		{ "/me/avatar", "x=1" }, { "/me/avatar/remove", "" }, { "/me/settings", "theme=dark" },
		{ "/me/sessions/end-others", "" },
		{ "/me/sessions/018f0000-0000-7000-8000-000000000000/end", "" } };
	static const char *const bad[][3] = { { "HTTP_X_CSRF=", NULL }, { "HTTP_X_CSRF=AAAA", NULL },
		{ "HTTP_ORIGIN=https://evil.example", NULL }, { "HTTP_ORIGIN=null", NULL },
		{ "HTTP_SEC_FETCH_SITE=cross-site", NULL } };

	person_id(ANN);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		for (size_t j = 0; j < sizeof bad / sizeof *bad; j++)
			for (int who = 0; who < 2; who++) {
				struct reply r = request(who ? EVE : NOBODY, "POST", forms[i].path,
				    "application/x-www-form-urlencoded", forms[i].form,
				    strlen(forms[i].form), bad[j]);

				cr_expect(r.status == 403 || (!who && r.status == 303 &&
				    strcmp(r.location, "/signin") == 0), "%s with %s: %d %s",
				    forms[i].path, bad[j][0], r.status, r.location);
			}
	cr_expect_eq(count("identity.session where revoked_at is not null"), 0);
	cr_expect_eq(count("identity.person"), 2);
	cr_expect_eq(count("host.email"), 0);
}

/* ---- sessions ---- */

Test(account_session, shows_own_sessions_and_ends_them)
{
	struct browser phone = { .address = "10.9.8.7" };
	struct reply r;
	const char *id;

	person_id(ANN);
	try_signin(&phone, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	r = get_as(ANN, "/me/sessions");
	cr_expect_eq(r.status, 200);
	cr_expect(strstr(r.json, "\"network\":\"10.9.8.0/24\""), "%s", r.json);
	cr_expect_not(strstr(r.json, "10.9.8.7"), "the network, not the address");
	cr_expect_not(strstr(r.json, phone.sid));
	id = value("select id::text from identity.session where address_prefix = '10.9.8.0/24'");
	cr_expect_eq(post_as(ANN, arena_printf(kit_arena(), "/me/sessions/%s/end", id), "").status, 303);
	cr_expect_not(signed_in(&phone));
	try_signin(&phone, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	cr_expect_eq(post_as(ANN, "/me/sessions/end-others", "").status, 303);
	cr_expect_not(signed_in(&phone));
	cr_expect_eq(api_get_as(ANN, "/me").status, 200, "the own one lives on");
}

Test(account_session, nobody_ends_or_sees_the_session_of_somebody_else)
{
	const char *id, *path;

	signin(ANN);
	signin(BOB);
	signin(ADA);
	id = value("select id::text from identity.session where person_id = '%s'", person_id(ANN));
	path = arena_printf(kit_arena(), "/me/sessions/%s/end", id);
	cr_expect_eq(post_as(BOB, path, "").status, 404);
	cr_expect_eq(post_as(ADA, path, "").status, 404, "an administrator has a page of their own");
	cr_expect_eq(post_as(BOB, "/me/sessions/018f0000-0000-7000-8000-000000000000/end", "").status,
	    404);
	cr_expect_eq(post_as(BOB, "/me/sessions/1%20or%201=1/end", "").status, 404);
	cr_expect_eq(api_get_as(ANN, "/me").status, 200);
	cr_expect_not(strstr(get_as(BOB, "/me/sessions").json, id));
}

Test(account_session, a_session_ends_when_nobody_uses_it_and_in_any_case_after_its_day)
{
	struct browser b = { 0 }, kept = { 0 };
	struct reply r;

	person_id(ANN);
	try_signin(&b, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	clock_move(31 * 60 * SECOND);
	cr_expect_not(signed_in(&b), "30 minutes of rest");
	r = browse(&kept, "POST", "/signin",
	    "email=ann%40example.org&password=Ann+Archer+likes+tall+trees&remember=1");
	kept.sid = cookie_of(r, "sid");
	cr_expect(strstr(r.head, "Max-Age="));
	clock_move(6 * 24 * HOUR);
	cr_expect(signed_in(&kept), "remembered");
	clock_move(31 * 24 * HOUR);
	cr_expect_not(signed_in(&kept));
}

Test(account_session, a_disabled_person_is_out_at_once_and_shows_nothing)
{
	struct browser b = { 0 };
	const char *picture, *page;

	person_id(EVE);
	seed("update identity.profile set avatar = 'avatars/ab/cd.png' where person_id = '%s'",
	    person_id(EVE));
	seed("insert into identity.public_profile (person_id, display_name, avatar) values "
	    "('%s', 'Eve', 'avatars/ab/cd.png')", person_id(EVE));
	picture = arena_printf(kit_arena(), "/avatars/%s", person_id(EVE));
	page = arena_printf(kit_arena(), "/educators/%s", person_id(EVE));
	cr_expect(strstr(get(picture).head, "X-Accel-Redirect: /protected/avatars/ab/cd.png"));
	cr_expect_eq(get(page).status, 200);
	try_signin(&b, "eve%40example.org", "Eve+Ellis+likes+tall+trees");
	cr_expect(signed_in(&b));

	seed("update identity.person set status = 'DISABLED' where id = '%s'", person_id(EVE));
	cr_expect_not(signed_in(&b));
	cr_expect_eq(get(picture).status, 404);
	cr_expect_eq(get_as(MAX, picture).status, 404);
	cr_expect_eq(get_as(ADA, picture).status, 200);
	cr_expect_eq(get(page).status, 404);
	b = (struct browser){ 0 };
	cr_expect_eq(try_signin(&b, "eve%40example.org", "Eve+Ellis+likes+tall+trees").status, 422);
	post("/password/reset", "email=eve%40example.org");
	cr_expect_eq(mails("reset"), 0);
}

/* ---- passwords ---- */

Test(account_session, a_reset_answers_every_address_alike)
{
	struct reply known, unknown;

	person_id(ANN);
	known = post("/password/reset", "email=ann%40example.org");
	unknown = post("/password/reset", "email=nobody%40example.org");
	cr_expect_eq(known.status, 303);
	cr_expect_eq(unknown.status, known.status);
	cr_expect_str_eq(unknown.location, known.location);
	cr_expect_eq(mails("reset"), 1);
	cr_expect_eq(count("host.email"), 1);
	cr_expect_eq(count("host.rate_limit where key like '%%ann%%'"), 0, "no address is kept");
}

Test(account_session, a_reset_works_once_within_an_hour_and_ends_all_sessions)
{
	struct browser b = { 0 };
	const char *token, *form;

	signin(ANN);
	post("/password/reset", "email=ann%40example.org");
	token = token_in(mail_to("ann@example.org"));
	form = arena_printf(kit_arena(), "token=%s&password=" GOOD, token);
	clock_move(HOUR + SECOND);
	cr_expect_str_eq(post("/password/reset/confirm", form).location, "/password/reset");
	cr_expect(strstr(get(arena_printf(kit_arena(), "/password/reset/confirm?token=%s",
	    token)).html, "href=\"/password/reset\""));

	signin(ANN);
	post("/password/reset", "email=ann%40example.org");
	token = token_in(mail_to("ann@example.org"));
	form = arena_printf(kit_arena(), "token=%s&password=" GOOD, token);
	cr_expect(strstr(get(arena_printf(kit_arena(), "/password/reset/confirm?token=%s",
	    token)).html, token));
	cr_expect_eq(post("/password/reset/confirm", arena_printf(kit_arena(),
	    "token=%s&password=short", token)).status, 422, "a weak one does not use the link up");
	cr_expect_str_eq(post("/password/reset/confirm", form).location, "/signin");
	cr_expect_eq(api_get_as(ANN, "/me").status, 401, "all sessions have ended");
	cr_expect_eq(mails("password_changed"), 1);
	cr_expect_str_eq(post("/password/reset/confirm", form).location, "/password/reset");
	cr_expect_eq(try_signin(&b, "ann%40example.org", "Ann+Archer+likes+tall+trees").status, 422);
	cr_expect_eq(try_signin(&b, "ann%40example.org", GOOD).status, 303);
}

Test(account_session, a_new_password_needs_the_old_one_and_ends_other_sessions)
{
	struct browser other = { 0 };
	struct reply r;

	person_id(ANN);
	try_signin(&other, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	r = post_as(ANN, "/me/password", "current=this+is+not+the+one&password=" GOOD);
	cr_expect_eq(r.status, 422);
	cr_expect(strstr(r.html, "id=\"e-current\""));
	r = post_as(ANN, "/me/password", "current=Ann+Archer+likes+tall+trees"
	    "&password=Ann+Archer+likes+tall+trees");
	cr_expect_eq(r.status, 422);
	r = post_as(ANN, "/me/password",
	    "current=Ann+Archer+likes+tall+trees&password=archer+ann+archer");
	cr_expect_eq(r.status, 422);
	cr_expect(signed_in(&other));
	cr_expect_eq(mails("password_changed"), 0);

	r = post_as(ANN, "/me/password", "current=Ann+Archer+likes+tall+trees&password=" GOOD);
	cr_expect_eq(r.status, 303);
	cr_expect_not(signed_in(&other));
	cr_expect_eq(api_get_as(ANN, "/me").status, 200, "this session stays");
	cr_expect_eq(count("audit.entry where action = 'person.password' and actor_id = '%s'",
	    person_id(ANN)), 1);
	cr_expect(mail_to("ann@example.org").subject);
	cr_expect_eq(mails("password_changed"), 1);
}

/* ---- roles ---- */

Test(account_session, acts_in_own_roles_only)
{
	const char *before;

	cr_expect_eq(post_as(ANN, "/me/role", "role=ADMIN").status, 403);
	cr_expect_eq(post_as(ANN, "/me/role", "role=EDUCATOR").status, 403);
	cr_expect_eq(post_as(ANN, "/me/role", "role=ROOT").status, 422);
	seed("update identity.person set roles = array['EDUCATOR', 'STUDENT'] where id = '%s'",
	    person_id(EVE));
	signin(EVE);
	cr_expect_str_eq(get_as(EVE, "/me").location, "/teach");
	before = session_of(EVE);
	cr_expect_eq(post_as(EVE, "/me/role", "role=STUDENT").status, 303);
	cr_expect_eq(request(EVE, "GET", "/me/profile", NULL, NULL, 0, (const char *[]){ before, NULL })
	    .status, 303, "the token from before has ended");
	cr_expect_str_eq(get_as(EVE, "/me").location, "/home");
	cr_expect(strstr(api_get_as(EVE, "/me").json, "\"role\":\"STUDENT\""));
	cr_expect_eq(post_as(EVE, "/me/profile/public", "publish=1").status, 403,
	    "what the role in use may not do");
	cr_expect_eq(count("audit.entry where action = 'session.role'"), 1);
}
