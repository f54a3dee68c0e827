/* What a request may be: methods, languages, parameters, sessions; the host's own pages. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "json.h"
#include "registry.h"
#include "testkit.h"

TestSuite(request, .init = world_begin, .fini = world_end, .timeout = 120);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)

static struct reply
ask(enum who who, const char *method, const char *path, const char *extra)
{
	return request(who, method, path, NULL, NULL, 0, (const char *[]){ extra, NULL });
}

/* ---- methods and languages ---- */

Test(request, an_address_names_the_methods_it_takes)
{
	struct reply r = ask(NOBODY, "OPTIONS", "/courses", NULL);

	cr_expect_eq(r.status, 204);
	HAS(r.head, "Allow: GET, HEAD, OPTIONS\r\n");
	r = ask(ANN, "DELETE", "/api/v1/courses", NULL);
	cr_expect_eq(r.status, 405);
	cr_expect_str_eq(r.problem, "method_not_allowed");
	HAS(r.head, "Allow: GET, HEAD, OPTIONS\r\n");
	HAS(ask(ANN, "PUT", "/api/v1/me/role", NULL).head, "Allow: POST, OPTIONS\r\n");
	cr_expect_eq(ask(NOBODY, "BREW", "/courses", NULL).status, 405);
	cr_expect_eq(ask(NOBODY, "OPTIONS", "/no/such/page", NULL).status, 404);
	cr_expect_eq(ask(NOBODY, "GET", "courses", NULL).status, 400, "an address begins with a slash");
	cr_expect_eq(ask(NOBODY, "GET", "/%zz", NULL).status, 400);
	r = ask(NOBODY, "HEAD", "/courses", NULL);
	cr_expect_eq(r.status, 200);
	cr_expect_eq(r.size, 0, "HEAD has no body");
	cr_expect_eq(get("/courses/").status, 200, "a slash at the end is the same page");
	cr_expect_eq(api_get("/openapi.json").status, 200);
	cr_expect_eq(get("/openapi.json").status, 404, "what is JSON alone has no page");
}

Test(request, the_language_is_the_browsers_or_the_one_chosen_here)
{
	struct reply r = ask(NOBODY, "GET", "/courses", "HTTP_ACCEPT_LANGUAGE=de, zu;q=0.8, en;q=0.5");

	HAS(r.html, "lang=\"zu\"");
	r = get("/courses?lang=zu-ZA");
	HAS(r.html, "lang=\"zu\"");
	HAS(r.head, "Set-Cookie: lang=zu-ZA;");
	HAS(ask(NOBODY, "GET", "/courses", "HTTP_COOKIE=lang=zu-ZA").html, "lang=\"zu\"");
	HAS(get("/courses?lang=xx").html, "lang=\"en\"");
}

Test(request, a_body_is_a_form_or_json_within_its_limit)
{
	static char large[70 * 1024];
	struct reply r = request(ANN, "POST", "/api/v1/me/role", "text/plain", "role=STUDENT", 12, NULL);

	cr_expect_eq(r.status, 415);
	cr_expect_eq(request(ANN, "POST", "/api/v1/me/role", "application/json", "{\"role\"", 7, NULL)
	    .status, 400);
	memset(large, 'x', sizeof(large));
	cr_expect_eq(request(ANN, "POST", "/me/role", "application/x-www-form-urlencoded", large,
	    sizeof(large), NULL).status, 413);
	r = request(ANN, "POST", "/api/v1/me/role", "application/json", "{}", 2,
	    (const char *[]){ "CONTENT_LENGTH=2x", NULL });
	cr_expect_str_eq(r.problem, "bad_length");
	r = request(ANN, "POST", "/api/v1/me/role", "application/json", "{}", 2,
	    (const char *[]){ "CONTENT_LENGTH=200", NULL });
	cr_expect_str_eq(r.problem, "body_too_short");
	r = ask(NOBODY, "GET", "/api/v1/courses?q=%c3%28", NULL);
	cr_expect(r.status == 400 || r.status == 422, "%d", r.status);
}

/* ---- every type of parameter ---- */

static const char *const zar[] = { "ZAR", NULL };
static const char *const colours[] = { "red", "green", NULL };
static const struct param all_params[] = {
	{ "line", PARAM_LINE, 0, .max = 5 }, { "text", PARAM_TEXT, 0, .max = 12 },
	{ "email", PARAM_EMAIL, 0 }, { "slug", PARAM_SLUG, 0 }, { "uuid", PARAM_UUID, 0 },
	{ "int", PARAM_INT, 0, .min = -5, .max = 5, .dflt = 3 }, { "bool", PARAM_BOOL, 0 },
	{ "enum", PARAM_ENUM, 0, .options = colours, .dflt_text = "red" },
	{ "date", PARAM_DATE, 0 }, { "time", PARAM_TIME, 0 },
	{ "money", PARAM_MONEY, 0, .max = 100000, .options = zar }, { "zone", PARAM_ZONE, 0 },
	{ "percent", PARAM_PERCENT, 0, .max = 10000 },
	{ "url", PARAM_LOCAL_URL, 0 }, { "many", PARAM_LINE, PARAM_MANY }, { 0 }
};

static int
echo(struct req *r, struct view *v)
{
	static const char *const texts[] = { "line", "text", "email", "slug", "uuid", "enum", "date",
		"zone", "url" };
	size_t n;
	const char *const *many = req_list(r, "many", &n);
	struct view *list = view_list(v, "many");

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		view_str(v, texts[i], req_text(r, texts[i]));
	view_int(v, "int", req_int(r, "int"));
	view_bool(v, "bool", req_bool(r, "bool"));
	view_time(v, "time", req_int(r, "time"));
	view_int(v, "money", req_int(r, "money"));
	view_int(v, "percent", req_int(r, "percent"));
	for (size_t i = 0; i < n; i++)
		view_item_str(list, many[i]);
	return 200;
}

static const struct route echo_routes[] = {
	{ METHOD_GET, "/echo", echo, "error/error.cs", ACCESS_PUBLIC, all_params, .summary = "Echo",
	    .owner = "anyone" },
	{ METHOD_POST, "/echo", echo, "error/error.cs", ACCESS_PUBLIC, all_params, .summary = "Echo",
	    .owner = "anyone" },
	{ 0 }
};
static const struct module echo_module = { .abi = MODULE_ABI, .name = "echo", .version = "1",
	.routes = echo_routes };

static void
echo_add(void)
{
	char reason[200];

	cr_assert(registry_add(&echo_module, reason, sizeof(reason)), "%s", reason);
}

Test(request, each_type_of_parameter_takes_what_it_is_made_of)
{
	static const char *const good[][2] = {
		{ "line=%20a%20b%20", "\"line\":\"a b\"" }, { "text=a%0D%0Ab", "\"text\":\"a\\nb\"" },
		{ "email=%20Ann%40EXAMPLE.org%20", "\"email\":\"ann@example.org\"" },
		{ "slug=a-b-9", "\"slug\":\"a-b-9\"" },
		{ "uuid=018F0000-0000-7000-8000-000000000000", "\"uuid\":\"018" },
		{ "int=-5", "\"int\":-5" }, { "int=%205%20", "\"int\":5" }, { "", "\"int\":3" },
		{ "bool=on", "\"bool\":true" }, { "bool=0", "\"bool\":false" }, { "", "\"bool\":false" },
		{ "enum=green", "\"enum\":\"green\"" }, { "", "\"enum\":\"red\"" },
		{ "date=2024-02-29", "\"date\":\"2024-02-29\"" },
		{ "time=2026-11-21T14:05:06Z", "\"time\":\"2026-11-21T14:05:06Z\"" },
		{ "time=2026-11-21T14:05:06.789%2B02:00", "\"time\":\"2026-11-21T12:05:06Z\"" },
		{ "time=2026-11-21T14:05-03:30", "\"time\":\"2026-11-21T17:35:00Z\"" },
		{ "time=2026-11-21%2014:05", "\"time\":\"2026-11-21T12:05:00Z\"" },
		{ "money=12.5", "\"money\":1250" }, { "money=1000", "\"money\":100000" },
		{ "percent=7.5", "\"percent\":750" }, { "percent=100+%25", "\"percent\":10000" },
		{ "zone=Africa/Maputo", "\"zone\":\"Africa/Maputo\"" },
		{ "url=/a?b=c", "\"url\":\"/a?b=c\"" }, { "many=a&many=b", "\"many\":[\"a\",\"b\"]" },
	};

	echo_add();
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct reply r = api_get(TEXT("/echo?%s", good[i][0]));

		cr_expect_eq(r.status, 200, "%s: %s", good[i][0], r.json);
		HAS(r.json, good[i][1]);
	}
}

Test(request, each_type_of_parameter_says_what_is_wrong_with_a_value)
{
	static const char *const bad[][2] = {
		{ "line=abcdef", "too_long" }, { "line=a%0Ab", NULL }, { "text=abcdefghijklm", "too_long" },
		{ "text=a%01", NULL }, { "email=ann", NULL }, { "email=a%40b%40c", NULL },
		{ "slug=A", NULL }, { "slug=a--b", NULL }, { "uuid=018f", NULL }, { "int=x", "number" },
		{ "int=9223372036854775808", "number" }, { "int=-6", "too_small" }, { "int=6", "too_large" },
		{ "int=1.5", "number" }, { "bool=perhaps", "invalid" }, { "enum=blue", "option" },
		{ "date=2023-02-29", "date" }, { "date=1900-02-29", "date" }, { "date=2024-13-01", "date" },
		{ "date=2024-1-1", "date" }, { "date=1899-01-01", "date" }, { "date=2024-01-01x", "date" },
		{ "time=2026-11-21", "time" }, { "time=2026-11-21T24:00", "time" },
		{ "time=2026-11-21T14:05:6", "time" }, { "time=2026-11-21T14:05:61Z", "time" },
		{ "time=2026-11-21T14:05%2B99:00", "time" }, { "time=2026-11-21T14:05 UTC", "time" },
		{ "time=2026-11-21T14:05%2B02", "time" }, { "time=2026-02-30T14:05Z", "time" },
		{ "money=12.345", "money" }, { "money=-1", NULL }, { "money=1000.01", "too_large" },
		{ "percent=100.01", "too_large" }, { "percent=7.505", "percent" }, { "percent=%25", "percent" },
		{ "money=1e3", "money" }, { "zone=Africa/Nowhere", "zone" }, { "zone=../passwd", "zone" },
		{ "url=//evil.example", "invalid" }, { "url=https://evil.example", "invalid" },
	};

	echo_add();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reply r = api_get(TEXT("/echo?%s", bad[i][0]));
		const char *name = arena_strndup(kit_arena(), bad[i][0], strcspn(bad[i][0], "="));

		cr_expect_eq(r.status, 422, "%s: %d", bad[i][0], r.status);
		HAS(r.json, TEXT("\"field\":\"%s\",\"code\":\"%s", name, bad[i][1] ? bad[i][1] : ""));
	}
}

Test(request, money_in_json_is_an_amount_and_its_currency)
{
	echo_add();
	HAS(api_post("/echo", "{\"money\":{\"amount\":1250,\"currency\":\"ZAR\"}}").json, "\"money\":1250");
	HAS(api_post("/echo", "{\"money\":\"12.50\"}").json, "\"money\":1250");
	HAS(api_post("/echo", "{\"money\":{\"amount\":1250,\"currency\":\"USD\"}}").json,
	    "\"code\":\"money\"");
	HAS(api_post("/echo", "{\"money\":{\"amount\":\"1.5\",\"currency\":\"ZAR\"}}").json,
	    "\"code\":\"money\"");
	HAS(api_post("/echo", "{\"money\":{\"amount\":100001,\"currency\":\"ZAR\"}}").json,
	    "\"code\":\"too_large\"");
	HAS(api_post("/echo", "{\"int\":9,\"date\":\"x\",\"zone\":\"y\"}").json, "\"field\":\"zone\"");
}

/* ---- sessions ---- */

/* A worker that remembers people for a minute. */
static void
remember(void)
{
	static struct conf with;

	with = *conf;
	with.session_cache_ms = 60000;
	conf = &with;
}

Test(request, a_remembered_session_that_ended_is_nobody_at_once)
{
	remember();
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
	HAS(api_get_as(ANN, "/me").json, person_email(ANN));
	seed("update identity.session set revoked_at = now() where person_id = '%s'", person_id(ANN));
	cr_expect_eq(get_as(ANN, "/me/profile").status, 303, "the answer made for her is thrown away");
	cr_expect_str_eq(api_post_as(ANN, "/me/role", "{\"role\":\"STUDENT\"}").problem, "sign_in_first");
}

Test(request, a_remembered_person_keeps_name_picture_and_roles)
{
	remember();
	seed("update identity.person set roles = array['EDUCATOR', 'STUDENT'] where id = '%s'",
	    person_id(EVE));
	seed("update identity.profile set avatar = 'avatars/ab/cdefghij.png' where person_id = '%s'",
	    person_id(EVE));
	signin(EVE);
	for (int i = 0; i < 2; i++) {
		struct reply r = get_as(EVE, "/teach");

		cr_expect_eq(r.status, 200);
		HAS(r.html, TEXT("/avatars/%s?v=cdefghij", person_id(EVE)));
		HAS(r.html, "value=\"STUDENT\"");
	}
	post_as(EVE, "/me/role", "role=STUDENT");
	cr_expect_eq(get_as(EVE, "/teach").status, 403, "what is remembered changes with the role");
}

Test(request, a_token_is_renewed_every_quarter_of_an_hour_of_use)
{
	const char *old = session_of(ANN);

	cr_expect_eq(post_as(ANN, "/me/role", "role=ROOT").status, 422);
	cr_expect_str_eq(session_of(ANN), old);
	clock_move((int64_t)16 * 60 * 1000000);
	cr_expect_eq(post_as(ANN, "/me/profile", "name=Ann&zone=UTC").status, 303);
	cr_expect_str_neq(session_of(ANN), old);
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
	cr_expect_eq(ask(ANN, "GET", "/me/profile", old).status, 200, "a second tab still has the old one");
	clock_move((int64_t)31 * 1000000);
	cr_expect_eq(ask(ANN, "GET", "/me/profile", old).status, 303);
	cr_expect_eq(get_as(ANN, "/me/profile").status, 200);
}

/* ---- the host's own pages ---- */

Test(request, the_api_describes_itself)
{
	struct reply page = get("/api");
	struct json *doc, *paths;
	size_t found = 0;

	doc = json_parse(kit_arena(), api_get("/openapi.json").json);
	cr_assert(doc, "no JSON");
	cr_expect_str_eq(json_text(json_get(doc, "openapi"), ""), "3.1.0");
	paths = json_get(doc, "paths");
	for (size_t i = 0; i < registry_route_count(); i++) {
		const struct route *route = registry_route_at(i)->def;
		char path[200], *to = path;

		if (route->no_json)
			continue;
		/* ":name" is "{name}" there. */
		for (const char *s = route->path; *s != '\0'; s++) {
			if (*s == ':') {
				size_t n = strcspn(s + 1, "/");

				to += snprintf(to, (size_t)(path + sizeof path - to), "{%.*s}", (int)n, s + 1);
				s += n;
			} else
				*to++ = *s;
		}
		*to = '\0';
		cr_expect(json_get(paths, path) || json_get(paths, TEXT("/api/v1%s", path)), "%s", path);
		HAS(page.html, route->path);
		found++;
	}
	cr_expect_gt(found, 40);
	HAS(api_get_as(ANN, "/csrf").json, "\"token\":\"");
}

Test(request, helps_of_development_are_not_there_in_production)
{
	struct conf production = *conf;

	cr_expect_eq(get("/_guide").status, 200);
	cr_expect_eq(get("/mailbox").status, 200);
	cr_expect_eq(get("/mailbox/none.eml").status, 404);
	cr_expect_eq(get("/mailbox/..%2Fhost.conf").status, 404);
	production.development = false;
	conf = &production;
	cr_expect_eq(get("/_guide").status, 404);
	cr_expect_eq(get("/mailbox").status, 404);
}

Test(request, the_mailbox_shows_what_would_have_been_sent)
{
	struct reply list, mail;
	const char *at;

	person_id(ANN);
	cr_expect_eq(post("/password/reset", TEXT("email=%s", person_email(ANN))).status, 303);
	jobs_run();
	list = get("/mailbox");
	HAS(list.html, person_email(ANN));
	at = strstr(list.html, "href=\"/mailbox/");
	cr_assert(at, "%s", list.html);
	mail = get(arena_strndup(kit_arena(), at + 6, strcspn(at + 6, "\"")));
	cr_expect_eq(mail.status, 200);
	HAS(mail.html, "href=\"/password/reset/confirm?token=");
}
