/* What an educator sees of their own courses: home, editor, checks, states. */
#include <string.h>

#include "course_kit.h"

TestSuite(teach, .init = world_begin, .fini = world_end, .timeout = 120);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)

Test(teach, the_home_of_an_educator_counts_only_their_own)
{
	struct reply r;

	r = get_as(EVE, "/teach");
	HAS(r.json, "\"stats\":{\"courses\":0,\"published\":0,\"learners\":0");
	cr_expect_null(strstr(r.json, "\"chart\""), "no chart without an enrolment");
	COURSE(.slug = "mine", .lessons = 2);
	COURSE(.slug = "sketch", .draft = true);
	COURSE(.slug = "theirs", .by = MAX);
	course_take(ANN, "mine");
	course_take(BOB, "mine");
	course_take(BOB, "theirs");
	r = get_as(EVE, "/teach");
	HAS(r.json, "\"stats\":{\"courses\":2,\"published\":1,\"learners\":2,\"completions\":0,\"thisWeek\":2}");
	HAS(r.json, "\"slug\":\"mine\"");
	HAS(r.json, "\"slug\":\"sketch\"");
	cr_expect_null(strstr(r.json, "theirs"));
	HAS(r.json, "\"chart\":{");
	HAS(r.html, "<figure class=\"chart\">");
	HAS(get_as(ADA, "/teach").json, "\"courses\":0");
}

Test(teach, learners_who_came_long_ago_are_not_of_this_week)
{
	COURSE(.slug = "mine");
	course_take(ANN, "mine");
	clock_move((int64_t)8 * 86400 * 1000000);
	signin(EVE);
	HAS(get_as(EVE, "/teach").json, "\"learners\":1,\"completions\":0,\"thisWeek\":0}");
}

Test(teach, the_editor_shows_the_outline_with_what_is_published)
{
	struct reply r;

	COURSE(.slug = "mine", .title = "Looms", .modules = 2, .lessons = 2);
	r = get_as(EVE, "/teach/courses/mine");
	cr_expect_eq(r.status, 200);
	HAS(r.html, "Looms");
	HAS(r.json, "\"state\":\"published\"");
	HAS(r.json, "\"first\":true,\"last\":false");
	HAS(r.json, "\"first\":false,\"last\":true");
	post_as(EVE, "/teach/courses/mine/lessons/lesson-2", TEXT("title=Second&type=TEXT&minutes=7&source=New"
	    "&do=save&version=%s", value("select draft_version_id from course.lesson where slug = 'lesson-2'")));
	post_as(EVE, TEXT("/teach/courses/mine/modules/%s/lessons",
	    value("select id from course.module order by position limit 1")), "title=Fresh");
	r = get_as(EVE, "/teach/courses/mine");
	HAS(r.json, "\"title\":\"Second\",\"type\":\"TEXT\",\"minutes\":7,\"preview\":false,\"state\":\"changed\"");
	HAS(r.json, "\"slug\":\"fresh\",\"title\":\"Fresh\",\"type\":\"TEXT\",\"minutes\":0,\"preview\":false,"
	    "\"state\":\"draft\"");
	HAS(get_as(EVE, "/teach").json, "\"changed\":1");
	r = get_as(EVE, "/teach/courses/mine/lessons/lesson-2");
	HAS(r.json, "\"previous\":{\"href\":\"/teach/courses/mine/lessons/lesson-1\"");
	HAS(r.json, "\"next\":{\"href\":\"/teach/courses/mine/lessons/fresh\"");
	HAS(r.json, "\"state\":\"changed\"");
	cr_expect_eq(get_as(EVE, "/teach/courses/mine/lessons/nothing").status, 404);
}

Test(teach, the_checks_name_what_is_missing_and_lead_there)
{
	struct reply r;

	seed("insert into course.category (slug, title) values ('c', 'Crafts')");
	post_as(EVE, "/teach/courses", "title=Weaving");
	r = get_as(EVE, "/teach/courses/weaving");
	HAS(r.json, "\"canPublish\":false");
	post_as(EVE, "/teach/courses/weaving/modules", "title=One");
	post_as(EVE, TEXT("/teach/courses/weaving/modules/%s/lessons",
	    value("select id from course.module")), "title=Loom");
	r = get_as(EVE, "/teach/courses/weaving");
	HAS(r.json, "\"href\":\"/teach/courses/weaving/lessons/loom\"");
	HAS(r.json, "\"href\":\"#f-summary\"");
	post_as(EVE, "/teach/courses/weaving/lessons/loom", "title=Loom&type=TEXT&source=A+loom&preview=1");
	cr_expect_eq(api_post_as(EVE, "/teach/courses/weaving", TEXT("{\"title\":\"Weaving\","
	    "\"summary\":\"Weave a mat\",\"description\":\"**All** of it\",\"level\":\"ADVANCED\","
	    "\"language\":\"zu\",\"price\":\"249.90\",\"outcomes\":\"One\\n\\n Two \",\"requirements\":\"Hands\","
	    "\"skills\":\"Patience\",\"code\":\"weave-1\",\"version\":%s,\"category\":\"%s\"}",
	    value("select lock_version from course.course"), value("select id from course.category"))).status,
	    200);
	r = get_as(EVE, "/teach/courses/weaving");
	HAS(r.json, "\"canPublish\":true");
	HAS(r.json, "\"outcomes\":\"One\\nTwo\"");
	HAS(r.json, "\"skills\":\"Patience\"");
	HAS(r.json, "\"price\":{\"amount\":24990,\"currency\":\"ZAR\"}");
	HAS(r.html, "value=\"249.90\"");
	HAS(r.html, "weave-1");
}

Test(teach, a_course_is_archived_and_restored_once_each)
{
	COURSE(.slug = "mine");
	cr_expect_eq(api_post_as(EVE, "/teach/courses/mine/restore", NULL).status, 409);
	cr_expect_str_eq(api_post_as(EVE, "/teach/courses/mine/archive", NULL).problem, "");
	cr_expect_str_eq(api_post_as(EVE, "/teach/courses/mine/archive", NULL).problem, "course_status");
	cr_expect_eq(get("/courses/mine").status, 404);
	cr_expect_eq(api_post_as(EVE, "/teach/courses/mine/restore", NULL).status, 200);
	cr_expect_eq(get("/courses/mine").status, 200);
	cr_expect_eq(api_post_as(MAX, "/teach/courses/mine/archive", NULL).status, 404, "not his");
	cr_expect_eq(count("audit.entry where action = 'course.status'"), 2);
	cr_expect_eq(count("host.event where type = 'course.status'"), 2);
}

Test(teach, a_save_over_somebody_elses_is_refused)
{
	const char *stale, *body;

	COURSE(.slug = "mine");
	stale = value("select lock_version from course.course");
	body = TEXT("{\"title\":\"Mine\",\"level\":\"BEGINNER\",\"language\":\"en\",\"price\":0,\"version\":%s,"
	    "\"category\":\"%s\"}", stale, value("select id from course.category"));
	cr_expect_eq(api_post_as(EVE, "/teach/courses/mine", body).status, 200);
	cr_expect_str_eq(api_post_as(ADA, "/teach/courses/mine", body).problem, "changed_meanwhile");
}
