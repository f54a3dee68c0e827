/* Authoring: drafts, outline, texts with versions, publication, import, export. */
#include "testkit.h"

#include <string.h>

TestSuite(author, .init = world_begin, .fini = world_end, .timeout = 120);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))

/* A category must be there before the first course. */
static void
category(void)
{
	seed("insert into course.category (slug, title) values ('c', 'Crafts')");
}

/* A draft of EVE with one module and one lesson; no text yet. */
static void
draft(void)
{
	category();
	cr_assert_str_eq(post_as(EVE, "/teach/courses", "title=Weaving").location,
	    "/teach/courses/weaving");
	cr_assert_eq(post_as(EVE, "/teach/courses/weaving/modules", "title=Begin").status, 303);
	cr_assert_eq(post_as(EVE, arena_printf(kit_arena(), "/teach/courses/weaving/modules/%s/lessons",
	    value("select id from course.module")), "title=Your+loom&type=TEXT").status, 303);
}

static const char *
version(void)
{
	return value("select coalesce(draft_version_id::text, '') from course.lesson");
}

static struct reply
save(enum who who, const char *base, const char *source, const char *act)
{
	return post_as(who, "/teach/courses/weaving/lessons/your-loom", arena_printf(kit_arena(),
	    "title=Your+loom&type=TEXT&minutes=5&source=%s&do=%s&version=%s", source, act, base));
}

Test(author, a_draft_becomes_a_published_course_when_the_checks_pass)
{
	draft();
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/publish", NULL).status, 409,
	    "a lesson has no text");
	cr_expect_eq(save(EVE, "", "Take%20a%20**loom**.", "save").status, 303);
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/publish", NULL).status, 409,
	    "there is no summary");
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving", arena_printf(kit_arena(),
	    "title=Weaving&address=weaving&summary=Weave+a+mat&description=About&level=BEGINNER"
	    "&language=en&price=0&version=%s&category=%s&skills=Patience",
	    value("select lock_version from course.course"),
	    value("select id from course.category"))).status, 303);
	cr_expect_str_eq(post_as(EVE, "/teach/courses/weaving/publish", NULL).location,
	    "/teach/courses/weaving");
	cr_expect_eq(get("/courses/weaving").status, 200);
	HAS(get("/courses").html, "Weave a mat");
	cr_expect_eq(count("course.lesson where live"), 1);
	cr_expect_eq(count("audit.entry where action = 'course.status'"), 1);
}

Test(author, learners_get_the_published_text_until_the_next_is_published)
{
	draft();
	save(EVE, "", "First", "publish");
	save(EVE, version(), "Second", "save");
	cr_expect_str_eq(value("select v.source from course.lesson l join course.lesson_version v"
	    " on v.id = l.published_version_id"), "First");
	HAS(get_as(EVE, "/teach/courses/weaving/lessons/your-loom").html, "Second");
	save(EVE, version(), "Second", "publish");
	cr_expect_str_eq(value("select v.source from course.lesson l join course.lesson_version v"
	    " on v.id = l.published_version_id"), "Second");
	cr_expect_eq(count("course.lesson_version"), 2, "publishing an unchanged text adds none");
}

Test(author, two_authors_at_once_lose_nothing)
{
	struct reply r;

	draft();
	save(EVE, "", "Common", "save");
	const char *base = version();
	cr_expect_eq(save(EVE, base, "Of%20Eve", "save").status, 303);
	r = save(ADA, base, "Of%20Ada", "save");
	cr_expect_eq(r.status, 409);
	HAS(r.html, "Of Ada");
	HAS(r.html, "Of Eve");
	cr_expect_str_eq(value("select source from course.lesson_version order by number desc limit 1"),
	    "Of Eve");
	cr_expect_str_eq(api_post_as(ADA, "/teach/courses/weaving/lessons/your-loom",
	    arena_printf(kit_arena(), "{\"title\":\"x\",\"type\":\"TEXT\",\"source\":\"y\",\"version\":\"%s\"}",
	    base)).problem, "changed_meanwhile");
}

Test(author, what_is_typed_is_kept_for_its_author_alone)
{
	draft();
	save(EVE, "", "Saved", "save");
	cr_expect_eq(api_post_as(EVE, "/teach/courses/weaving/lessons/your-loom/autosave",
	    arena_printf(kit_arena(), "{\"source\":\"Typing\",\"version\":\"%s\"}", version())).status, 200);
	HAS(get_as(EVE, "/teach/courses/weaving/lessons/your-loom").html, "Typing");
	cr_expect_null(strstr(get_as(ADA, "/teach/courses/weaving/lessons/your-loom").html, "Typing"));
	save(EVE, version(), "Typing", "save");
	cr_expect_eq(count("course.lesson_draft"), 0);
}

Test(author, strangers_neither_see_nor_change_a_draft)
{
	static const char *const posts[] = { "/publish", "/archive", "/modules", "/order",
		"/lessons/your-loom", "/lessons/your-loom/autosave", "/lessons/your-loom/preview",
		"/lessons/your-loom/delete", "" };

	draft();
	cr_expect_eq(get_as(MAX, "/teach/courses/weaving").status, 404);
	cr_expect_eq(get_as(MAX, "/teach/courses/weaving/export").status, 404);
	cr_expect_eq(get_as(ANN, "/teach/courses/weaving").status, 403);
	cr_expect_eq(get("/teach").status, 303);
	cr_expect_eq(get_as(ANN, "/courses/weaving").status, 404);
	for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
		const char *path = arena_printf(kit_arena(), "/teach/courses/weaving%s", posts[i]);
		struct reply r = api_post_as(MAX, path, arena_printf(kit_arena(),
		    "{\"title\":\"Mine\",\"type\":\"TEXT\",\"source\":\"x\",\"version\":%s,\"level\":\"BEGINNER\",\"price\":0,"
		    "\"language\":\"en\",\"category\":\"%s\",\"kind\":\"module\"}",
		    *posts[i] == '\0' ? "1" : "null", value("select id from course.category")));

		cr_expect_eq(r.status, 404, "%s answers %d", path, r.status);
	}
	cr_expect_eq(count("course.course where title = 'Weaving' and status = 'DRAFT'"), 1);
	cr_expect_eq(count("course.module"), 1);
}

Test(author, lessons_and_modules_move_and_a_stale_order_is_refused)
{
	const char *module, *a, *b;

	draft();
	module = value("select id from course.module");
	post_as(EVE, arena_printf(kit_arena(), "/teach/courses/weaving/modules/%s/lessons", module),
	    "title=Your+loom&type=CODING");
	cr_expect_eq(count("course.lesson where slug = 'your-loom-2'"), 1);
	a = value("select id from course.lesson where slug = 'your-loom'");
	b = value("select id from course.lesson where slug = 'your-loom-2'");
	post_as(EVE, "/teach/courses/weaving/order", arena_printf(kit_arena(), "move=%s&to=up", b));
	cr_expect_str_eq(value("select string_agg(slug, ' ' order by position) from course.lesson"),
	    "your-loom-2 your-loom");
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/order", arena_printf(kit_arena(),
	    "kind=lesson&module=%s&ids=%s&ids=%s", module, a, b)).status, 303);
	cr_expect_str_eq(value("select string_agg(slug, ' ' order by position) from course.lesson"),
	    "your-loom your-loom-2");
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/order", arena_printf(kit_arena(),
	    "kind=lesson&module=%s&ids=%s&ids=%s", module, a, person_id(EVE))).status, 409);
	cr_expect_eq(post_as(EVE, arena_printf(kit_arena(), "/teach/courses/weaving/modules/%s/delete",
	    module), NULL).status, 409, "a module with lessons stays");
}

Test(author, a_published_lesson_is_archived_an_unseen_one_is_deleted)
{
	draft();
	save(EVE, "", "Text", "publish");
	post_as(EVE, "/teach/courses/weaving/lessons/your-loom/delete", NULL);
	cr_expect_eq(count("course.lesson where archived_at is not null"), 1);
	post_as(EVE, arena_printf(kit_arena(), "/teach/courses/weaving/modules/%s/lessons",
	    value("select id from course.module")), "title=Never&type=TEXT");
	post_as(EVE, "/teach/courses/weaving/lessons/never/delete", NULL);
	cr_expect_eq(count("course.lesson"), 1);
}

Test(author, a_taken_address_or_code_is_said_beside_its_field)
{
	struct reply r;

	draft();
	post_as(MAX, "/teach/courses", "title=Other");
	r = api_post_as(EVE, "/teach/courses/weaving", arena_printf(kit_arena(),
	    "{\"title\":\"Weaving\",\"address\":\"other\",\"level\":\"BEGINNER\",\"price\":0,\"language\":\"en\","
	    "\"version\":%s,\"category\":\"%s\"}",
	    value("select lock_version from course.course where slug = 'weaving'"),
	    value("select id from course.category")));
	cr_expect_eq(r.status, 422);
	HAS(r.json, "\"field\":\"address\",\"code\":\"taken\"");
	cr_expect_eq(count("course.course where slug = 'weaving'"), 1);
}

Test(author, what_the_tables_would_refuse_is_said_beside_its_field)
{
	static const char *const bad[][2] = {
		{ "address", "\"address\":\"a--b\"" }, { "address", "\"address\":\"-a\"" },
		{ "code", "\"code\":\"a-code-of-more-than-forty-characters-in-all\"" },
		{ "category", "\"category\":\"00000000-0000-7000-8000-000000000000\"" },
		{ "outcomes", NULL },
	};
	char lines[51 * 3 + 1] = "";
	struct reply r;

	draft();
	for (size_t i = 0; i < 51; i++)
		memcpy(lines + i * 3, "x\\n", 4);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *field = bad[i][1] != NULL ? bad[i][1]
		    : arena_printf(kit_arena(), "\"outcomes\":\"%s\"", lines);
		const char *category = strcmp(bad[i][0], "category") == 0 ? ""
		    : arena_printf(kit_arena(), "\"category\":\"%s\",",
		    value("select id from course.category"));

		r = api_post_as(EVE, "/teach/courses/weaving", arena_printf(kit_arena(),
		    "{\"title\":\"Weaving\",\"level\":\"BEGINNER\",\"price\":0,\"language\":\"en\",\"version\":%s,%s%s}",
		    value("select lock_version from course.course"), category, field));
		cr_expect_eq(r.status, 422, "%s: %d", field, r.status);
		HAS(r.json, arena_printf(kit_arena(), "\"field\":\"%s\"", bad[i][0]));
	}
	cr_expect_eq(api_post_as(EVE, "/teach/courses/weaving/lessons/your-loom/autosave",
	    "{\"source\":\"x\",\"version\":\"00000000-0000-7000-8000-000000000000\"}").status, 200,
	    "a version that is gone");
	cr_expect_eq(count("course.lesson_draft where base_version_id is null"), 1);
}

Test(author, a_preview_is_sanitised_and_stores_nothing)
{
	struct reply r;

	draft();
	r = api_post_as(EVE, "/teach/courses/weaving/lessons/your-loom/preview",
	    "{\"source\":\"**Bold** <script>alert(1)</script> [x](javascript:alert(1))\"}");
	cr_expect_eq(r.status, 200);
	HAS(r.json, "strong>Bold");
	cr_expect_null(strstr(r.json, "script>"));
	cr_expect_null(strstr(r.json, "href=\\\"javascript:"));
	cr_expect_eq(count("course.lesson_version"), 0);
}

/* ---- import and export ----------------------------------------------------------- */

Test(author, an_exported_course_comes_in_again_as_the_same_course)
{
	struct reply zip, r;

	draft();
	save(EVE, "", "A%20text%20with%20%24x%5E2%24%20and%20a%20list%3A%0A%0A-%20one%0A-%20two", "publish");
	zip = get_as(EVE, "/teach/courses/weaving/export");
	cr_assert_eq(zip.status, 200);
	HAS(zip.head, "application/zip");
	r = upload_as(MAX, "/teach/import", NULL, "file", "weaving.zip", zip.html, zip.size);
	cr_assert_eq(r.status, 303, "%d", r.status);
	cr_expect_eq(count("course.import where status = 'QUEUED'"), 1);
	cr_expect_geq(jobs_run(), 1);
	cr_expect_str_eq(value("select status || coalesce(problem, '') from course.import"), "DONE");
	cr_expect_eq(count("course.course where slug = 'weaving-2' and status = 'DRAFT'"), 1);
	cr_expect_str_eq(value("select string_agg(distinct v.source, '|') from course.lesson_version v"),
	    "A text with $x^2$ and a list:\n\n- one\n- two");
	HAS(get_as(MAX, r.location).html, "weaving-2");
	cr_expect_eq(get_as(EVE, r.location).status, 404, "an import is its owner's");
}

Test(author, a_bad_upload_leaves_no_course)
{
	struct reply r = upload_as(EVE, "/teach/import", NULL, "file", "x.zip", "not a zip", 9);

	cr_expect_eq(r.status, 422);
	category();
	r = upload_as(EVE, "/teach/import", NULL, "file", "x.zip", "PK\x03\x04 and then nothing", 22);
	cr_assert_eq(r.status, 303);
	jobs_run();
	cr_expect_str_eq(value("select status from course.import"), "FAILED");
	cr_expect_eq(count("course.course"), 0);
	cr_expect_eq(get_as(EVE, r.location).status, 200);
}

Test(author, no_page_makes_more_than_two_round_trips)
{
	static const char *const pages[] = { "/teach", "/teach/courses/weaving",
		"/teach/courses/weaving/lessons/your-loom", "/teach/import" };

	draft();
	save(EVE, "", "Saved", "save");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct reply r = get_as(EVE, pages[i]);

		cr_expect_eq(r.status, 200, "%s", pages[i]);
		cr_expect(r.trips >= 1 && r.trips <= 2, "%s: %u", pages[i], r.trips);
	}
	cr_expect_eq(get_as(EVE, "/teach/courses/weaving/lessons/another").status, 404);
	cr_expect_eq(get_as(MAX, "/teach/courses/weaving/lessons/your-loom").status, 404);
}

Test(author, a_refused_text_is_shown_again_in_its_form)
{
	draft();
	struct reply r = post_as(EVE, "/teach/courses/weaving/lessons/your-loom",
	    "title=&type=TEXT&minutes=5&source=Kept&do=save&version=");

	cr_expect_eq(r.status, 422);
	HAS(r.html, "Kept");
}
