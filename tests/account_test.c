/* Accounts: joining, signing in, passwords, profile; and what strangers get. */
#include "testkit.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "mail.h"

TestSuite(account, .init = world_begin, .fini = world_end);

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define GOOD "seven+blue+kites+over+Soweto"
#define GOOD_TEXT "seven blue kites over Soweto"

/* ---- a browser of our own: real cookies, tokens as the pages give them ------------ */

struct browser {
	const char *sid;     /* NULL = signed out */
	const char *csrf;
	const char *address;
};

static const char *
cookie_of(struct reply r, const char *name)
{
	const char *at = strstr(r.head, arena_printf(kit_arena(), "Set-Cookie: %s=", name));
	size_t n = strlen("Set-Cookie: ") + strlen(name) + 1;

	return at ? arena_strndup(kit_arena(), at + n, strcspn(at + n, ";\r\n")) : NULL;
}

static const char *
between(const char *text, const char *before, const char *after)
{
	const char *at = strstr(text, before), *end;

	if (!at)
		return NULL;
	at += strlen(before);
	end = strstr(at, after);
	return end ? arena_strndup(kit_arena(), at, (size_t)(end - at)) : NULL;
}

static struct reply
browse(struct browser *b, const char *method, const char *path, const char *form)
{
	const char *extra[4];
	size_t n = 0;

	if (b->address)
		extra[n++] = arena_printf(kit_arena(), "REMOTE_ADDR=%s", b->address);
	if (b->sid)
		extra[n++] = arena_printf(kit_arena(), "HTTP_COOKIE=sid=%s", b->sid);
	if (b->csrf)
		extra[n++] = arena_printf(kit_arena(), "HTTP_X_CSRF=%s", b->csrf);
	extra[n] = NULL;
	return request(NOBODY, method, path, "application/x-www-form-urlencoded", form,
	    form ? strlen(form) : 0, extra);
}

static bool
signed_in(struct browser *b)
{
	return browse(b, "GET", "/api/v1/me", NULL).status == 200;
}

static struct reply
try_signin(struct browser *b, const char *email, const char *password)
{
	struct reply r = browse(b, "POST", "/signin", arena_printf(kit_arena(),
	    "email=%s&password=%s", email, password));

	if (r.status == 303) {
		b->sid = cookie_of(r, "sid");
		b->csrf = between(browse(b, "GET", "/me/password", NULL).html,
		    "name=\"csrf\" value=\"", "\"");
		cr_assert(b->csrf, "no token: %d %s", r.status, browse(b, "GET", "/me/password", NULL).head);
	}
	return r;
}

/* Runs the mail jobs; the newest mail to the address. */
static struct mailbox_entry
mail_to(const char *email)
{
	struct mailbox_entry *list, found = { 0 };
	size_t n;

	jobs_run();
	n = mailbox_list(kit_arena(), 100, &list);
	for (size_t i = 0; i < n; i++)
		if (strstr(list[i].to, email)) {
			cr_assert(mailbox_read(kit_arena(), list[i].name, &found));
			break;
		}
	return found;
}

static const char *
link_in(struct mailbox_entry mail)
{
	cr_assert(mail.text, "no mail came");
	return between(mail.text, conf->base_url, "\n");
}

static const char *
token_in(struct mailbox_entry mail)
{
	const char *link = link_in(mail);

	cr_assert(link && strstr(link, "token="), "no token in the mail");
	return strstr(link, "token=") + 6;
}

static struct reply
join(const char *name, const char *email)
{
	return post("/signup", arena_printf(kit_arena(), "name=%s&email=%s&password=" GOOD, name,
	    email));
}

static int64_t
mails(const char *template_name)
{
	return count("host.email where template = '%s'", template_name);
}

/* ---- joining ---------------------------------------------------------------------- */

Test(account, joining_leads_by_one_mail_and_one_press_to_a_proved_address)
{
	struct reply r = join("Thandi+Nkosi", "thandi%40example.org");
	const char *link;

	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(r.location, "/verify");
	cr_expect_eq(count("identity.person where verified_at is null"), 1);
	cr_expect_eq(count("host.event where type = 'person.created'"), 1);
	cr_expect_eq(count("audit.entry where action = 'person.signup'"), 1);

	link = link_in(mail_to("thandi@example.org"));
	r = get(link);
	cr_expect_eq(r.status, 200);
	cr_expect(strstr(r.html, "Thandi Nkosi"));
	cr_expect_eq(count("identity.person where verified_at is not null"), 0,
	    "following a link changes nothing");

	r = post("/verify", strchr(link, '?') + 1);
	cr_expect_eq(r.status, 303);
	cr_expect_str_eq(r.location, "/signin");
	cr_expect_eq(count("identity.person where verified_at is not null"), 1);
	cr_expect_eq(count("host.event where type = 'person.verified'"), 1);
	cr_expect_eq(count("audit.entry where action = 'person.verify'"), 1);
	cr_expect_eq(mails("welcome"), 1);
}

Test(account, joining_with_a_known_address_answers_the_same_and_tells_its_owner)
{
	struct reply fresh = join("New", "new%40example.org"), known;

	person_id(ANN);
	known = join("Mallory", "ANN%40Example.ORG");
	cr_expect_eq(known.status, fresh.status);
	cr_expect_str_eq(known.location, fresh.location);
	cr_expect_str_eq(known.html, fresh.html);
	cr_expect_eq(mails("signup_known"), 1);
	cr_expect_eq(mails("verify"), 1);
	cr_expect_eq(count("identity.person"), 2);
	cr_expect(strstr(get_as(ANN, "/me/profile").html, "Ann Archer"), "the name stays");
}

Test(account, whoever_owns_an_unproved_address_takes_the_account_over)
{
	struct browser attacker = { 0 }, owner = { 0 };
	const char *token;

	join("Mallory", "owner%40example.org");
	cr_expect_eq(try_signin(&attacker, "owner%40example.org", GOOD).status, 303);
	join("Owner", "owner%40example.org");
	cr_expect_eq(mails("signup_again"), 1);
	token = token_in(mail_to("owner@example.org"));
	cr_expect_eq(post("/password/reset/confirm", arena_printf(kit_arena(),
	    "token=%s&password=another+very+fine+sentence", token)).status, 303);
	cr_expect_not(signed_in(&attacker), "the session of whoever came first has ended");
	attacker = (struct browser){ 0 };
	cr_expect_eq(try_signin(&attacker, "owner%40example.org", GOOD).status, 422);
	cr_expect_eq(try_signin(&owner, "owner%40example.org", "another+very+fine+sentence").status,
	    303);
}

Test(account, refuses_weak_passwords_beside_the_field_and_keeps_what_was_typed)
{
	static const struct { const char *password, *code; } weak[] = {
		{ "too+short+pw", "password_short" },
		{ "aaaaaaaaaaaaaaaaaaaaaa", "password_simple" },
		{ "abcdefghijklmnopqrst", "password_simple" },
		{ "passwordpassword123", "password_simple" },
		{ "correcthorsebatterystaple", "password_simple" },
		{ "Lindiwe+lindiwe+Dube+dube", "password_personal" },
		{ "ldube.ldube.ldube.1", "password_personal" } };

	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
		const char *form = arena_printf(kit_arena(),
		    "name=Lindiwe+Dube&email=ldube%%40example.org&password=%s", weak[i].password);
		struct reply r = post("/signup", form);
		struct reply api = api_post("/signup", arena_printf(kit_arena(), "{\"name\":"
		    "\"Lindiwe Dube\",\"email\":\"ldube@example.org\",\"password\":\"%s\"}",
		    weak[i].password));

		cr_expect_eq(r.status, 422, "%s: %d", weak[i].password, r.status);
		cr_expect(strstr(r.html, "value=\"Lindiwe Dube\""));
		cr_expect(strstr(r.html, "value=\"ldube@example.org\""));
		cr_expect_not(strstr(r.html, weak[i].password), "a password is never given back");
		cr_expect_eq(api.status, 422);
		if (!strchr(weak[i].password, '+'))
			cr_expect(strstr(api.json, weak[i].code), "%s: %s", weak[i].password, api.json);
	}
	cr_expect_eq(count("identity.person"), 0);
}

Test(account, keeps_passwords_exactly_as_typed_up_to_256_bytes)
{
	char long_one[300];
	struct browser b = { 0 };

	for (size_t i = 0; i < sizeof long_one; i++)
		long_one[i] = "kaneshropy7"[(i * 7 + i / 11) % 11];
	long_one[257] = '\0';
	cr_expect_eq(post("/signup", arena_printf(kit_arena(),
	    "name=A&email=a%%40example.org&password=%s", long_one)).status, 422);
	long_one[255] = '+'; /* a space at the end belongs to it */
	long_one[256] = '\0';
	cr_expect_eq(post("/signup", arena_printf(kit_arena(),
	    "name=A&email=a%%40example.org&password=%s", long_one)).status, 303);
	long_one[255] = '\0';
	cr_expect_eq(try_signin(&b, "a%40example.org", long_one).status, 422);
	long_one[255] = '+';
	cr_expect_eq(try_signin(&b, "a%40example.org", long_one).status, 303);
}

Test(account, a_link_of_a_mail_works_once_and_a_day)
{
	const char *first, *second;

	join("Sipho", "sipho%40example.org");
	first = token_in(mail_to("sipho@example.org"));
	clock_move(SECOND);
	cr_expect_eq(post("/verify/again", "email=sipho%40example.org").status, 303);
	second = token_in(mail_to("sipho@example.org"));
	cr_assert_str_neq(first, second);

	cr_expect_eq(api_post("/verify", arena_printf(kit_arena(), "{\"token\":\"%s\"}", first)).status,
	    410, "a newer mail ends the older link");
	clock_move(24 * HOUR);
	cr_expect_eq(api_post("/verify", arena_printf(kit_arena(), "{\"token\":\"%s\"}", second)).status,
	    410, "too old");
	cr_expect_eq(count("identity.person where verified_at is not null"), 0);

	post("/verify/again", "email=sipho%40example.org");
	second = token_in(mail_to("sipho@example.org"));
	cr_expect_eq(api_post("/verify", arena_printf(kit_arena(), "{\"token\":\"%s\"}", second)).status,
	    200);
	cr_expect_eq(api_post("/verify", arena_printf(kit_arena(), "{\"token\":\"%s\"}", second)).status,
	    410, "used");
	cr_expect_eq(count("host.event where type = 'person.verified'"), 1);
}

Test(account, a_token_of_one_kind_is_no_token_of_the_other)
{
	const char *verify, *reset;

	join("Sipho", "sipho%40example.org");
	verify = token_in(mail_to("sipho@example.org"));
	clock_move(SECOND);
	post("/password/reset", "email=sipho%40example.org");
	reset = token_in(mail_to("sipho@example.org"));
	cr_expect_eq(api_post("/password/reset/confirm", arena_printf(kit_arena(),
	    "{\"token\":\"%s\",\"password\":\"" GOOD_TEXT "\"}", verify)).status, 410);
	cr_expect_eq(api_post("/verify", arena_printf(kit_arena(), "{\"token\":\"%s\"}", reset)).status,
	    410);
}

Test(account, nobody_becomes_administrator_or_proved_by_asking)
{
	cr_expect_eq(post("/signup", "name=A&email=a%40example.org&password=" GOOD "&role=ADMIN").status,
	    422);
	cr_expect_eq(count("identity.person"), 0);
	cr_expect_eq(post("/signup", "name=A&email=a%40example.org&password=" GOOD
	    "&roles=ADMIN&verified=1&status=ACTIVE").status, 303);
	cr_expect_str_eq(value("select array_to_string(roles, ',') from identity.person"), "STUDENT");
	cr_expect_eq(count("identity.person where verified_at is not null"), 0);
	cr_expect_eq(post_as(ANN, "/me/profile",
	    "name=Ann&zone=UTC&role=ADMIN&roles=ADMIN&verified=1&id=1").status, 303);
	cr_expect_str_eq(value("select array_to_string(roles, ',') from identity.person where id = '%s'",
	    person_id(ANN)), "STUDENT");
}

Test(account, line_breaks_get_into_no_header)
{
	static const char *const hostile[] = {
		"name=A&email=a%40example.org%0d%0aBcc%3ab%40example.org",
		"name=A&email=a%40example.org%0aBcc%3ab",
		"name=A&email=%22a%0d%0ab%22%40example.org",
		"name=A&email=a%40example.org%2cb%40example.org",
		"name=A%0d%0aBcc%3a+b%40example.org&email=a%40example.org",
		"name=A%00B&email=a%40example.org" };

	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		struct reply r = post("/signup",
		    arena_printf(kit_arena(), "%s&password=" GOOD, hostile[i]));

		cr_expect(r.status == 422 || r.status == 400, "%s: %d", hostile[i], r.status);
	}
	cr_expect_eq(count("host.email"), 0);
}

Test(account, hostile_names_are_text_on_pages_and_in_mails)
{
	struct browser b = { 0 };
	struct mailbox_entry mail;
	struct reply r;

	join("%3Cscript%3Ealert(1)%3C/script%3E+%22%27%26+%3C%3Fcs+var%3Apage.csrf+%3F%3E",
	    "x%40example.org");
	mail = mail_to("x@example.org");
	cr_assert(mail.html);
	cr_expect_not(strstr(mail.html, "<script>alert"));
	cr_expect(strstr(mail.html, "&lt;script&gt;alert(1)"));
	cr_expect(strstr(mail.text, "<script>alert(1)</script> \"'&"), "plain text is plain");
	cr_assert_eq(try_signin(&b, "x%40example.org", GOOD).status, 303);
	r = browse(&b, "GET", "/me/profile", NULL);
	cr_expect_eq(r.status, 200);
	cr_expect_not(strstr(r.html, "<script>alert"));
	cr_expect(strstr(r.html, "&lt;script&gt;alert(1)&lt;/script&gt; &quot;"));
	cr_expect(strstr(r.html, "&lt;?cs var:page.csrf ?&gt;"));
}

Test(account, one_address_gets_three_mails_an_hour_of_a_kind)
{
	person_id(ANN);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(post("/password/reset", "email=ann%40example.org").status, 303);
	cr_expect_eq(mails("reset"), 3);
	clock_move(HOUR + SECOND);
	post("/password/reset", "email=ann%40example.org");
	cr_expect_eq(mails("reset"), 4);
}

/* ---- signing in and out -------------------------------------------------------------- */

Test(account, signs_in_and_out_and_the_old_cookie_is_worth_nothing)
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

Test(account, a_session_given_before_does_not_live_on)
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

Test(account, unknown_address_wrong_password_and_wait_answer_alike)
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

Test(account, locks_the_attacker_out_but_not_the_owner)
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

Test(account, the_wait_doubles_and_after_a_hundred_only_a_reset_helps)
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

Test(account, leads_on_to_own_pages_only)
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

Test(account, visitors_are_sent_to_sign_in_and_back)
{
	struct reply r = get("/me/sessions");

	cr_expect_eq(r.status, 303);
	cr_expect(strstr(r.location, "/signin?next="));
	cr_expect(strstr(get(r.location).html, "value=\"/me/sessions\""));
	cr_expect_eq(api_get("/me").status, 401);
	cr_expect_eq(api_get("/me/settings").status, 401);
}

Test(account, refuses_every_form_that_did_not_come_from_our_pages)
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

/* ---- sessions ------------------------------------------------------------------------- */

Test(account, shows_own_sessions_and_ends_them)
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

Test(account, nobody_ends_or_sees_the_session_of_somebody_else)
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

Test(account, a_session_ends_when_nobody_uses_it_and_in_any_case_after_its_day)
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

Test(account, a_disabled_person_is_out_at_once_and_shows_nothing)
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

/* ---- passwords -------------------------------------------------------------------------- */

Test(account, a_reset_answers_every_address_alike)
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

Test(account, a_reset_works_once_within_an_hour_and_ends_all_sessions)
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

Test(account, a_new_password_needs_the_old_one_and_ends_other_sessions)
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
	r = post_as(ANN, "/me/password", "current=Ann+Archer+likes+tall+trees&password=archer+ann+archer");
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

/* ---- roles --------------------------------------------------------------------------------- */

Test(account, acts_in_own_roles_only)
{
	cr_expect_eq(post_as(ANN, "/me/role", "role=ADMIN").status, 403);
	cr_expect_eq(post_as(ANN, "/me/role", "role=EDUCATOR").status, 403);
	cr_expect_eq(post_as(ANN, "/me/role", "role=ROOT").status, 422);
	seed("update identity.person set roles = array['EDUCATOR', 'STUDENT'] where id = '%s'",
	    person_id(EVE));
	signin(EVE);
	cr_expect_str_eq(get_as(EVE, "/me").location, "/teach");
	cr_expect_eq(post_as(EVE, "/me/role", "role=STUDENT").status, 303);
	cr_expect_str_eq(get_as(EVE, "/me").location, "/home");
	cr_expect(strstr(api_get_as(EVE, "/me").json, "\"role\":\"STUDENT\""));
	cr_expect_eq(post_as(EVE, "/me/profile/public", "publish=1").status, 403,
	    "what the role in use may not do");
	cr_expect_eq(count("audit.entry where action = 'session.role'"), 1);
}

/* ---- profile and settings -------------------------------------------------------------------- */

Test(account, keeps_a_profile_sealed_and_shows_it_to_its_owner)
{
	struct reply r = post_as(ANN, "/me/profile", "name=Ann+%C3%85kesson&zone=Europe%2FParis"
	    "&bio=Line+one%0D%0Aline+two&location=Durban");

	cr_expect_eq(r.status, 303);
	r = get_as(ANN, "/me/profile");
	cr_expect(strstr(r.json, "\"name\":\"Ann \xc3\x85kesson\""), "%s", r.json);
	cr_expect(strstr(r.json, "\"bio\":\"Line one\\nline two\""));
	cr_expect(strstr(r.json, "\"zone\":\"Europe/Paris\""));
	cr_expect_not(strstr(r.json, "zones"), "choices are for the page");
	cr_expect(strstr(r.html, "Durban"));
	cr_expect_eq(count("identity.profile where position('Durban'::bytea in location_ct) > 0"), 0);
	cr_expect_eq(count("identity.profile where location_ct is not null"), 1);
	cr_expect_eq(post_as(ANN, "/me/profile", "name=&zone=Mars%2FOlympus").status, 422);
	cr_expect_not(strstr(get_as(BOB, "/me/profile").json, "Durban"));
}

Test(account, an_educator_publishes_and_withdraws_a_page)
{
	const char *page = arena_printf(kit_arena(), "/educators/%s", person_id(EVE));

	cr_expect_eq(get(page).status, 404);
	cr_expect_eq(post_as(ANN, "/me/profile/public", "publish=1&headline=x").status, 403);
	cr_expect_eq(post_as(EVE, "/me/profile/public",
	    "publish=1&headline=Teaches+%3Cb%3E&publicBio=Hello").status, 303);
	cr_expect(strstr(get(page).html, "Teaches &lt;b&gt;"));
	cr_expect_eq(post_as(EVE, "/me/profile", "name=Eve+Evans&zone=UTC").status, 303);
	cr_expect(strstr(get(page).html, "Eve Evans"));
	cr_expect_eq(post_as(EVE, "/me/profile/public", "headline=x").status, 303);
	cr_expect_eq(get(page).status, 404);
}

Test(account, keeps_settings_and_gives_them_to_the_next_browser)
{
	struct browser b = { 0 };
	struct reply r = post_as(ANN, "/me/settings", "locale=zu-ZA&theme=dark&fontScale=130"
	    "&highContrast=1&pace=RELAXED&learningStyle=VISUAL&dailyMinutes=45&mailNews=1"
	    "&goals=Say+%22hello%22+%5C+in+isiZulu");

	cr_expect_eq(r.status, 303);
	cr_expect(strstr(r.head, "prefs=dark.more.xl."));
	r = get_as(ANN, "/me/settings");
	cr_expect(strstr(r.json, "\"dailyMinutes\":45"), "%s", r.json);
	cr_expect(strstr(r.json, "\"goals\":\"Say \\\"hello\\\" \\\\ in isiZulu\""), "%s", r.json);
	cr_expect(strstr(r.json, "\"learningStyle\":\"VISUAL\""));
	cr_expect(strstr(r.json, "\"highContrast\":true"));
	cr_expect(strstr(r.json, "\"courses\":false"));
	cr_expect(strstr(r.html, "lang=\"zu\""));
	cr_expect_eq(count("identity.profile where position('hello'::bytea in learning_ct) > 0"), 0);
	try_signin(&b, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	cr_expect(strstr(browse(&b, "GET", "/me", NULL).head, "prefs=dark.more.xl."));
	cr_expect_eq(post_as(ANN, "/me/settings", "dailyMinutes=4&theme=neon").status, 422);
	cr_expect(strstr(api_get_as(ANN, "/me/settings").json, "\"dailyMinutes\":45"));
}

/* ---- pictures ------------------------------------------------------------------------------------ */

static uint32_t
crc_of(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static size_t
chunk(unsigned char *out, const char *type, const void *data, uint32_t n)
{
	uint32_t crc;

	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(n >> (24 - 8 * i));
	memcpy(out + 4, type, 4);
	if (n)
		memcpy(out + 8, data, n);
	crc = crc_of(out + 4, n + 4);
	for (int i = 0; i < 4; i++)
		out[8 + n + (unsigned)i] = (unsigned char)(crc >> (24 - 8 * i));
	return n + 12;
}

/* A picture of w x h with a secret beside its pixels. */
static size_t
png(unsigned char *out, unsigned w, unsigned h)
{
	unsigned char header[13] = { (unsigned char)(w >> 24), (unsigned char)(w >> 16),
		(unsigned char)(w >> 8), (unsigned char)w, (unsigned char)(h >> 24),
		(unsigned char)(h >> 16), (unsigned char)(h >> 8), (unsigned char)h, 8, 2, 0, 0, 0 };
	size_t n = 8;

	memcpy(out, "\x89PNG\r\n\x1a\n", 8);
	n += chunk(out + n, "IHDR", header, 13);
	n += chunk(out + n, "tEXt", "Comment\0GPS of my home", 22);
	n += chunk(out + n, "eXIf", "MM\0*\0\0\0\x08GPS", 11);
	n += chunk(out + n, "IDAT", "pixels", 6);
	n += chunk(out + n, "IEND", NULL, 0);
	memcpy(out + n, "<script>hidden</script>", 23);
	return n + 23;
}

static struct reply
upload(enum who who, const void *data, size_t size)
{
	return upload_as(who, "/me/avatar", NULL, "file", "../../me.php", data, size);
}

static const char *
stored_file(enum who who, size_t *size)
{
	const char *path = arena_printf(kit_arena(), "%s/%s", conf->protected_dir,
	    value("select avatar from identity.profile where person_id = '%s'", person_id(who)));
	char *data = arena_alloc(kit_arena(), 1 << 20);
	FILE *f = fopen(path, "re");

	cr_assert(f, "%s", path);
	*size = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

Test(account, a_picture_keeps_its_pixels_and_nothing_else)
{
	unsigned char data[600];
	const char *file;
	size_t size;
	struct reply r = upload(ANN, data, png(data, 640, 480));

	cr_assert_eq(r.status, 303, "%d", r.status);
	file = stored_file(ANN, &size);
	cr_expect_eq(memmem(file, size, "GPS", 3), NULL);
	cr_expect_eq(memmem(file, size, "script", 6), NULL);
	cr_expect_neq(memmem(file, size, "pixels", 6), NULL);
	cr_expect_not(strstr(value("select avatar from identity.profile where avatar is not null"),
	    "me.php"));
	r = get_as(ANN, arena_printf(kit_arena(), "/avatars/%s?v=x", person_id(ANN)));
	cr_expect(strstr(r.head, "X-Accel-Redirect: /protected/avatars/"));
	cr_expect(strstr(r.head, "Content-Type: image/png"));
	cr_expect(strstr(get_as(ANN, "/me/profile").html, arena_printf(kit_arena(),
	    "src=\"/avatars/%s?v=", person_id(ANN))), "another picture gets another address");
}

Test(account, a_picture_is_seen_by_its_owner_and_by_those_who_teach)
{
	unsigned char data[600];
	const char *path = arena_printf(kit_arena(), "/avatars/%s", person_id(ANN));

	upload(ANN, data, png(data, 64, 64));
	cr_expect_eq(get_as(ANN, path).status, 200);
	cr_expect_eq(get_as(EVE, path).status, 200);
	cr_expect_eq(get_as(ADA, path).status, 200);
	cr_expect_eq(get_as(BOB, path).status, 404);
	cr_expect_eq(get(path).status, 404);
	cr_expect_eq(get_as(BOB, "/avatars/018f0000-0000-7000-8000-000000000000").status, 404);
	cr_expect_eq(get_as(BOB, "/avatars/..%2f..%2fkey").status, 404);
	cr_expect_eq(post_as(ANN, "/me/avatar/remove", "").status, 303);
	cr_expect_eq(get_as(ANN, path).status, 404);
}

Test(account, refuses_what_is_no_picture)
{
	static const struct { const char *data; size_t size; } bad[] = {
		{ "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 59 },
		{ "GIF89a\1\0\1\0\0\0\0;............", 26 },
		{ "\x89PNG\r\n\x1a\n-------------------------------", 39 },
		{ "\xff\xd8\xff\xe0\xff\xff------------------------", 30 },
		{ "\xff\xd8\xff\xd9----------------------------", 32 },
		{ "RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff--------", 28 },
		{ "RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0////////", 28 },
		{ "%PDF-1.7 ------------------------", 33 }, { "x", 1 } };
	unsigned char data[600];
	size_t n;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reply r = upload(ANN, bad[i].data, bad[i].size);

		cr_expect_eq(r.status, 422, "%zu: %d", i, r.status);
		cr_expect(strstr(r.html, "value=\"Ann Archer\""), "the other forms keep their values");
	}
	cr_expect_eq(upload(ANN, data, png(data, 63, 63)).status, 422);
	cr_expect_eq(upload(ANN, data, png(data, 4097, 100)).status, 422);
	cr_expect_eq(upload(ANN, data, png(data, 0, 0x80000000u)).status, 422);
	n = png(data, 100, 100);
	data[30] ^= 1;
	cr_expect_eq(upload(ANN, data, n).status, 422, "a broken check sum");
	for (size_t cut = 9; cut < 120; cut += 7) {
		png(data, 100, 100);
		cr_expect_eq(upload(ANN, data, cut).status, 422, "cut at %zu", cut);
	}
	cr_expect_eq(count("identity.profile where avatar is not null"), 0);
}

Test(account, a_photograph_loses_its_place_but_stays_upright)
{
	static const unsigned char exif[] = { 0xff, 0xe1, 0, 42, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42,
		0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 'G', 'P', 'S',
		'!', '!', '!', '!', '!' };
	static const unsigned char rest[] = { 0xff, 0xfe, 0, 8, 's', 'e', 'c', 'r', 'e', 't',
		0xff, 0xc0, 0, 11, 8, 0, 200, 0, 100, 1, 1, 0x11, 0,
		0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 'p', 'i', 'x', 0xff, 0x00, 0xff, 0xd0, 'e', 'l',
		0xff, 0xd9, 'h', 'i', 'd', 'd', 'e', 'n' };
	unsigned char data[200] = { 0xff, 0xd8 };
	const char *file;
	size_t size;

	memcpy(data + 2, exif, sizeof exif);
	memcpy(data + 2 + sizeof exif, rest, sizeof rest);
	cr_assert_eq(upload(ANN, data, 2 + sizeof exif + sizeof rest).status, 303);
	file = stored_file(ANN, &size);
	cr_expect_eq(memmem(file, size, "GPS", 3), NULL);
	cr_expect_eq(memmem(file, size, "secret", 6), NULL);
	cr_expect_eq(memmem(file, size, "hidden", 6), NULL);
	cr_expect_neq(memmem(file, size, "pix\xff\x00\xff\xd0" "el\xff\xd9", 11), NULL);
	cr_expect_neq(memmem(file, size, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", 10), NULL);
}

Test(account, takes_every_kind_of_picture_and_keeps_no_secret_of_it)
{
	static const char *const names[] = { "plain.png", "turned.jpg", "progressive.jpg", "lossy.webp",
		"lossless.webp", "alpha.webp" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		FILE *f = fopen(arena_printf(kit_arena(), SOURCE_DIR "/tests/fuzz/corpus/account_image/%s",
		    names[i]), "re");
		char data[1000];
		const char *file;
		size_t size;

		cr_assert(f, "%s", names[i]);
		size = fread(data, 1, sizeof data, f);
		fclose(f);
		cr_expect_eq(upload(ANN, data, size).status, 303, "%s", names[i]);
		file = stored_file(ANN, &size);
		cr_expect_eq(memmem(file, size, "secret", 6), NULL, "%s", names[i]);
		cr_expect_eq(memmem(file, size, "hidden", 6), NULL, "%s", names[i]);
		cr_expect_eq(memmem(file, size, "tail", 4), NULL, "%s", names[i]);
	}
}

Test(account, refuses_pictures_beyond_two_mebibytes)
{
	size_t size = 2 * 1024 * 1024 + 1;
	unsigned char *data = arena_alloc(kit_arena(), size);

	memcpy(data, "\x89PNG\r\n\x1a\n", 8);
	cr_expect_eq(upload(ANN, data, size).status, 422);
	size = 2 * 1024 * 1024 + 9000;
	data = arena_alloc(kit_arena(), size);
	cr_expect_eq(upload(ANN, data, size).status, 413);
}

/* ---- words ------------------------------------------------------------------------------------ */

Test(account, pages_open_in_both_languages_without_a_missing_word)
{
	static const char *const pages[] = { "/signup", "/signin", "/verify", "/verify/again",
		"/password/reset", "/password/reset?sent=1", "/password/reset/confirm" };
	static const char *const own[] = { "/me/profile", "/me/settings", "/me/sessions",
		"/me/password", "/verify/again" };
	static const char *const zulu[] = { "HTTP_ACCEPT_LANGUAGE=zu", NULL };

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		cr_expect_eq(get(pages[i]).status, 200, "%s", pages[i]);
		cr_expect_eq(request(NOBODY, "GET", pages[i], NULL, NULL, 0, zulu).status, 200);
		cr_expect_not(strstr(get(pages[i]).html, "{{"));
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		struct reply r = get_as(ANN, own[i]);

		cr_expect_eq(r.status, 200, "%s", own[i]);
		cr_expect_not(strstr(r.html, "{{"));
		cr_expect(strstr(r.head, "no-store"), "%s", own[i]);
	}
}
