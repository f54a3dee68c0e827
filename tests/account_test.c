/* Joining, and proving an address; what strangers get out of it. */
#include "account_kit.h"

#include <string.h>

TestSuite(account, .init = world_begin, .fini = world_end);

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
