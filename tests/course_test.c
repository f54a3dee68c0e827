/* Courses: the catalogue, a course, its lessons and files. */
#include "course_kit.h"

#include <stdio.h>
#include <string.h>

TestSuite(course, .init = world_begin, .fini = world_end);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))

/* Slugs of the cards of an answer in order, with a blank behind each. */
static const char *
cards(struct reply r)
{
	const char *end = strstr(r.json, "\"page\":"), *p = r.json, *all = "";

	while ((p = strstr(p, "\"slug\":\"")) && p < end) {
		p += 8;
		all = arena_printf(kit_arena(), "%s%.*s ", all, (int)strcspn(p, "\""), p);
	}
	return all;
}

static const char *
search(const char *query)
{
	return cards(api_get(arena_printf(kit_arena(), "/courses?%s", query)));
}

/* Count of an option of a facet in an answer, -1 when it is not there. */
static int
option(struct reply r, const char *value)
{
	const char *p = strstr(r.json, arena_printf(kit_arena(), "\"value\":\"%s\"", value));
	int n = -1;

	p = p ? strstr(p, "\"count\":") : NULL;
	if (p)
		cr_assert_eq(sscanf(p, "\"count\":%d", &n), 1);
	return n;
}

/* ---- the catalogue ------------------------------------------------------------------ */

Test(course, shows_published_courses_as_page_and_as_json)
{
	COURSE(.slug = "c", .title = "C <3 & more", .price = 49900);
	struct reply r = get("/courses");

	cr_expect_eq(r.status, 200);
	HAS(r.html, "C &lt;3 &amp; more");
	HAS(r.html, "R499.00");
	HAS_NOT(r.html, "C <3");
	HAS(r.json, "\"title\":\"C \\u003c3");
	HAS(r.json, "\"price\":{\"amount\":49900,\"currency\":\"ZAR\"}");
	HAS(r.json, "\"total\":1");
}

Test(course, hides_drafts_and_archived_courses_from_lists_and_counts)
{
	COURSE(.slug = "open");
	COURSE(.slug = "secret", .draft = true);
	COURSE(.slug = "old");
	seed("update course.course set status = 'ARCHIVED' where slug = 'old'");
	struct reply r = get("/courses");

	cr_expect_str_eq(cards(r), "open ");
	cr_expect_eq(option(r, "BEGINNER"), 1);
	HAS_NOT(r.html, "secret");
	cr_expect_str_eq(search("q=secret"), "");
	cr_expect_str_eq(search("q=old"), "");
	cr_expect_eq(get("/courses/secret").status, 404);
	cr_expect_eq(get("/courses/old").status, 404);
	cr_expect_eq(get_as(ANN, "/courses/secret/lessons/lesson-1").status, 404);
}

Test(course, finds_words_in_every_form_accent_and_place)
{
	COURSE(.slug = "prog", .title = "Programming basics");
	COURSE(.slug = "cv", .title = "Write a résumé", .summary = "Get hired for a program");
	COURSE(.slug = "bread", .title = "Baking");

	cr_expect_str_eq(search("q=programs"), "prog cv ");
	cr_expect_str_eq(search("q=resume"), "cv ");
	cr_expect_str_eq(search("q=r%C3%A9sum%C3%A9s"), "cv ");
	cr_expect_str_eq(search("q=programming+-hired"), "prog ");
	cr_expect_str_eq(search("q=%22baking%22"), "bread ");
}

Test(course, forgives_spelling_mistakes_and_says_so)
{
	COURSE(.slug = "py", .title = "Introduction to Python Programming");
	COURSE(.slug = "bread", .title = "Baking");
	struct reply r = get("/courses?q=phyton");

	cr_expect_str_eq(cards(r), "py ");
	HAS(r.json, "\"fuzzy\":true");
	HAS(r.html, "No exact match");
	HAS(get("/courses?q=python").json, "\"fuzzy\":false");
	cr_expect_str_eq(search("q=progaming"), "py ");
	cr_expect_str_eq(search("q=zzzzqq"), "");
}

Test(course, takes_any_text_as_a_search)
{
	static const char *const texts[] = { "%22", "%27", "-", "a+or", "%28%29%26%7C%21", "%3C%3A%2A",
		"%25_%5C", "%F0%9F%90%8D", "the" };

	COURSE(.slug = "c");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reply r = get(arena_printf(kit_arena(), "/courses?q=%s", texts[i]));

		cr_expect_eq(r.status, 200, "%s: %d", texts[i], r.status);
	}
	HAS(get("/courses?q=%3Cscript%3E").html, "&lt;script&gt;");
	HAS_NOT(get("/courses?q=%3Cscript%3E").html, "<script>");
}

Test(course, counts_a_facet_with_all_others_applied)
{
	COURSE(.slug = "a", .category = "web", .level = "BEGINNER");
	COURSE(.slug = "b", .category = "web", .level = "ADVANCED", .price = 100);
	COURSE(.slug = "c", .category = "data", .level = "ADVANCED", .language = "zu");
	struct reply r = get("/courses?category=web");

	cr_expect_str_eq(cards(get("/courses?category=web&sort=title")), "a b ");
	cr_expect_eq(option(r, "web"), 2);
	cr_expect_eq(option(r, "data"), 1, "own facet is not applied");
	cr_expect_eq(option(r, "ADVANCED"), 1);
	cr_expect_eq(option(r, "FREE"), 1);
	cr_expect_eq(option(r, "zu"), 0, "a value without a course stays");
	r = get("/courses?category=web&level=ADVANCED");
	cr_expect_eq(option(r, "data"), 1);
	cr_expect_eq(option(r, "BEGINNER"), 1);
	cr_expect_eq(option(r, "FREE"), 0);
	cr_expect_eq(option(get("/courses?q=web&category=data"), "web"), 2);
}

Test(course, counts_follow_every_change_of_a_course)
{
	const char *recount = "select count(*) from (select category, level, language, free, length, "
	    "count(*)::int from course.catalogue group by 1, 2, 3, 4, 5 except table course.facet) t";

	COURSE(.slug = "a", .category = "web");
	COURSE(.slug = "b", .category = "web");
	cr_expect_eq(count("course.facet where courses = 2"), 1);
	seed("update course.course set price = 500 where slug = 'b'");
	cr_expect_eq(count("course.facet where courses = 1"), 2);
	seed("update course.lesson set minutes = 1000");
	cr_expect_eq(count("course.facet where length = 'LONG'"), 2);
	cr_expect_str_eq(value("%s", recount), "0");
	seed("update course.course set status = 'ARCHIVED' where slug = 'a'");
	cr_expect_eq(count("course.facet"), 1);
	cr_expect_str_eq(value("%s", recount), "0");
}

Test(course, keeps_the_filters_on_every_page_and_drops_the_page_with_a_filter)
{
	for (int i = 0; i < 5; i++)
		COURSE(.slug = arena_printf(kit_arena(), "c%d", i), .language = i ? "en" : "zu");
	struct reply r = get("/courses?level=BEGINNER&limit=2&page=2");

	HAS(r.html, "/courses?level=BEGINNER&amp;limit=2&amp;page=3");
	HAS(r.html, "/courses?level=BEGINNER&amp;limit=2&amp;language=zu\"");
	HAS_NOT(r.html, "page=2&amp;language");
	HAS(r.json, "\"page\":2,\"limit\":2,\"total\":5,\"pages\":3,\"hasNext\":true,\"hasPrev\":true");
}

/* Every course once over all pages, in the order that plain SQL gives: along
 * an index (all courses) and gathered by facets (the few of one field). */
Test(course, sorts_and_pages_without_loss_by_either_way)
{
	static const struct { const char *name, *order; } sorts[] = {
		{ "newest", "published_at desc, course_id desc" }, { "title", "title, course_id" },
		{ "price", "price, course_id" }, { "popular", "enrolment_count desc, course_id desc" },
		{ "rating", "rating_score desc, course_id desc" },
	};

	for (int i = 0; i < 30; i++)
		COURSE(.slug = arena_printf(kit_arena(), "c%d", i), .price = i * 7 % 30 * 100,
		    .title = arena_printf(kit_arena(), "Title %d", i * 11 % 30),
		    .category = i % 10 ? "wide" : "rare");
	seed("update course.course set enrolment_count = price / 300, rating_count = 4, "
	    "rating_sum = 4 + (price / 100)::int %% 17, published_at = published_at - price * interval '1 s'");
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		for (int rare = 0; rare < 2; rare++) {
			const char *got = "";

			for (int page = 1; page <= 4; page++)
				got = arena_printf(kit_arena(), "%s%s", got, search(arena_printf(kit_arena(),
				    "sort=%s&limit=%d&page=%d%s", sorts[i].name, rare ? 1 : 9, page,
				    rare ? "&category=rare" : "")));
			cr_expect_str_eq(got, value("select string_agg(slug || ' ', '' order by %s) "
			    "from course.catalogue where category = 'rare' or %s", sorts[i].order,
			    rare ? "false" : "true"), "%s", sorts[i].name);
		}
}

Test(course, refuses_pages_that_cannot_be)
{
	static const char *const bad[] = { "page=0", "page=-1", "page=x", "limit=0", "limit=101",
		"page=9999&limit=100", "sort=secret", "level=HIGH", "language=english" };

	COURSE(.slug = "c");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reply r = api_get(arena_printf(kit_arena(), "/courses?%s", bad[i]));

		cr_expect_eq(r.status, 422, "%s: %d", bad[i], r.status);
	}
	cr_expect_str_eq(search("page=7"), "");
}

Test(course, shows_own_progress_on_cards_and_nobody_elses)
{
	COURSE(.slug = "c", .lessons = 4);
	course_take(ANN, "c");
	lesson_finish(ANN, "c", 1);

	HAS(get_as(ANN, "/courses").json, "\"enrolled\":true,\"percent\":25");
	HAS(get_as(BOB, "/courses").json, "\"enrolled\":false");
	HAS(get("/courses").json, "\"enrolled\":false");
}

Test(course, gives_no_stars_below_three_ratings)
{
	COURSE(.slug = "c");
	seed("update course.course set rating_count = 2, rating_sum = 10");
	HAS(get("/courses/c").json, "\"rating\":null,\"ratings\":2");
	seed("update course.course set rating_count = 3, rating_sum = 14");
	HAS(get("/courses/c").json, "\"rating\":\"4.7\",\"ratings\":3");
}

Test(course, lets_the_cache_keep_pages_of_visitors_only)
{
	COURSE(.slug = "c");
	HAS(get("/courses").head, "X-Accel-Expires: 2");
	HAS(get("/courses/c").head, "X-Accel-Expires: 2");
	HAS_NOT(get_as(ANN, "/courses").head, "X-Accel-Expires");
	HAS_NOT(get_as(ANN, "/courses/c").head, "X-Accel-Expires");
	HAS(get_as(ANN, "/courses").head, "no-store");
}

Test(course, sends_people_from_the_front_page_to_their_home)
{
	cr_expect_eq(get("/").status, 200);
	cr_expect_str_eq(get_as(ANN, "/").location, "/home");
	cr_expect_str_eq(get_as(EVE, "/").location, "/teach");
	cr_expect_str_eq(get_as(ADA, "/").location, "/admin");
}

/* ---- one course ----------------------------------------------------------------------- */

Test(course, shows_outline_outcomes_and_what_to_do_next)
{
	COURSE(.slug = "c", .title = "Course C", .modules = 2, .lessons = 2);
	seed("update course.course set outcomes = '{Build <things>}', licence = 'CC BY 4.0', "
	    "licence_url = 'https://example.org/by'");
	struct reply r = get("/courses/c");

	cr_expect_eq(r.status, 200);
	HAS(r.html, "Build &lt;things&gt;");
	HAS(r.html, "href=\"/courses/c/lessons/lesson-1\"");
	HAS_NOT(r.html, "href=\"/courses/c/lessons/lesson-2\"");
	HAS(r.json, "\"state\":\"signin\"");
	HAS(r.json, "\"licence\":{\"name\":\"CC BY 4.0\",\"url\":\"https://example.org/by\"");
	HAS(get_as(ANN, "/courses/c").html, "action=\"/courses/c/enrol\"");
	HAS(get_as(EVE, "/courses/c").json, "\"state\":\"owner\"");
	HAS(get_as(MAX, "/courses/c").json, "\"state\":\"can_enrol\"");
}

Test(course, of_a_priced_course_shows_price_preview_and_sale)
{
	COURSE(.slug = "c", .price = 89900);
	seed("update course.course set opens_at = host.now() + interval '10 days'");
	struct reply r = get_as(ANN, "/courses/c");

	HAS(r.json, "\"state\":\"priced\"");
	HAS(r.html, "R899.00");
	HAS(r.html, "On sale from");
	HAS_NOT(r.html, "/enrol\"");
	HAS(r.html, "href=\"/courses/c/lessons/lesson-1\"");
}

Test(course, old_addresses_lead_to_the_course)
{
	COURSE(.slug = "before");
	seed("update course.course set slug = 'after'");

	cr_expect_str_eq(get("/courses/before").location, "/courses/after");
	cr_expect_str_eq(get("/courses/before/lessons/lesson-1").location,
	    "/courses/after/lessons/lesson-1");
	HAS(api_get("/courses/before").json, "\"slug\":\"after\"");
}

Test(course, drafts_are_seen_by_their_author_and_admins_alone)
{
	COURSE(.slug = "d", .draft = true);

	cr_expect_eq(get_as(EVE, "/courses/d").status, 200);
	cr_expect_eq(get_as(ADA, "/courses/d").status, 200);
	cr_expect_eq(get_as(EVE, "/courses/d/lessons/lesson-1").status, 200);
	cr_expect_eq(get_as(MAX, "/courses/d").status, 404);
	cr_expect_eq(get_as(ANN, "/courses/d/lessons/lesson-1").status, 404);
}

Test(course, archived_courses_stay_open_to_their_learners)
{
	COURSE(.slug = "c", .lessons = 2);
	course_take(ANN, "c");
	seed("update course.course set status = 'ARCHIVED'");

	HAS(get_as(ANN, "/courses/c").json, "\"state\":\"enrolled\"");
	cr_expect_eq(get_as(ANN, "/courses/c/lessons/lesson-2").status, 200);
	cr_expect_eq(get_as(BOB, "/courses/c").status, 404);
	cr_expect_eq(get_as(BOB, "/courses/c/lessons/lesson-1").status, 404);
	cr_expect_eq(get_as(ADA, "/courses/c").status, 200);
}

Test(course, names_courses_to_finish_first_and_ticks_them)
{
	COURSE(.slug = "first");
	COURSE(.slug = "second");
	seed("insert into course.prerequisite (course_id, required_id, strict) select a.id, b.id, true "
	    "from course.course a, course.course b where a.slug = 'second' and b.slug = 'first'");

	HAS(get_as(ANN, "/courses/second").json, "\"missing\":1");
	course_take(ANN, "first");
	lesson_finish(ANN, "first", 1);
	HAS(get_as(ANN, "/courses/second").json, "\"required\":true,\"done\":true");
	HAS(get_as(ANN, "/courses/second").json, "\"missing\":0");
}

Test(course, relates_courses_by_skill_before_category_and_never_itself)
{
	COURSE(.slug = "this", .category = "web");
	COURSE(.slug = "same-field", .category = "web");
	COURSE(.slug = "same-skill", .category = "data");
	COURSE(.slug = "other", .category = "data");
	seed("insert into course.skill (slug, title) values ('sql', 'SQL')");
	seed("insert into course.course_skill (course_id, skill_id) select c.id, s.id "
	    "from course.course c, course.skill s where c.slug in ('this', 'same-skill')");
	const char *related = strstr(api_get("/courses/this").json, "\"related\":");

	cr_assert_not_null(related);
	cr_expect(strstr(related, "same-skill") < strstr(related, "same-field"));
	HAS_NOT(related, "\"slug\":\"this\"");
	HAS_NOT(related, "\"slug\":\"other\"");
}

/* ---- lessons ------------------------------------------------------------------------------ */

Test(course, opens_previews_to_everybody_and_the_rest_to_learners)
{
	COURSE(.slug = "c", .lessons = 3);
	struct reply r = get("/courses/c/lessons/lesson-1");

	cr_expect_eq(r.status, 200);
	HAS(r.html, "<p>Text of lesson 1.</p>");
	cr_expect_str_eq(get("/courses/c/lessons/lesson-2").location,
	    "/signin?next=%2Fcourses%2Fc%2Flessons%2Flesson-2");
	cr_expect_eq(api_get("/courses/c/lessons/lesson-2").status, 401);
	cr_expect_str_eq(get_as(ANN, "/courses/c/lessons/lesson-2").location, "/courses/c");
	r = api_get_as(ANN, "/courses/c/lessons/lesson-2");
	cr_expect_eq(r.status, 403);
	cr_expect_str_eq(r.problem, "not_enrolled");
	HAS_NOT(r.json, "Text of lesson");
	course_take(ANN, "c");
	HAS(get_as(ANN, "/courses/c/lessons/lesson-2").html, "Text of lesson 2.");
	HAS(get_as(EVE, "/courses/c/lessons/lesson-2").html, "Text of lesson 2.");
	HAS(get_as(ADA, "/courses/c/lessons/lesson-2").html, "Text of lesson 2.");
	cr_expect_eq(api_get_as(MAX, "/courses/c/lessons/lesson-2").status, 403);
	cr_expect_eq(get_as(ANN, "/courses/c/lessons/nothing").status, 404);
}

Test(course, closes_the_lessons_again_when_the_learner_leaves)
{
	COURSE(.slug = "c", .lessons = 2);
	course_take(ANN, "c");
	post_as(ANN, "/courses/c/drop", NULL);

	cr_expect_eq(api_get_as(ANN, "/courses/c/lessons/lesson-2").status, 403);
}

Test(course, leads_from_lesson_to_lesson_across_modules)
{
	COURSE(.slug = "c", .modules = 2, .lessons = 2);
	course_take(ANN, "c");
	struct reply r = get_as(ANN, "/courses/c/lessons/lesson-3");

	HAS(r.json, "\"number\":3,\"count\":4");
	HAS(r.json, "\"previous\":{\"href\":\"/courses/c/lessons/lesson-2\"");
	HAS(r.json, "\"next\":{\"href\":\"/courses/c/lessons/lesson-4\"");
	HAS(r.html, "rel=\"next\" href=\"/courses/c/lessons/lesson-4\"");
	HAS_NOT(get_as(ANN, "/courses/c/lessons/lesson-4").json, "\"next\":");
	HAS_NOT(get("/courses/c/lessons/lesson-1").json, "\"next\":");
}

Test(course, lists_the_headings_of_a_lesson)
{
	COURSE(.slug = "c");
	seed("insert into course.lesson_version (lesson_id, course_id, number, source, html, headings) "
	    "select id, course_id, 2, 'x', '<h2 id=\"a\">A</h2>', '[{\"level\":1,\"id\":\"z\",\"text\":\"Z\"},"
	    "{\"level\":2,\"id\":\"a\",\"text\":\"A & B\"},{\"level\":3,\"id\":\"b\",\"text\":\"B\"}]' "
	    "from course.lesson");
	seed("update course.lesson l set published_version_id = v.id from course.lesson_version v "
	    "where v.number = 2");
	struct reply r = get("/courses/c/lessons/lesson-1");

	HAS(r.html, "<a href=\"#a\">A &amp; B</a>");
	HAS(r.json, "\"headings\":[{\"id\":\"a\",\"text\":\"A & B\",\"level\":2}");
}

Test(course, shows_learners_the_published_text_while_a_new_one_is_written)
{
	COURSE(.slug = "c");
	seed("insert into course.lesson_version (lesson_id, course_id, number, source, html) "
	    "select id, course_id, 2, 'x', '<p>Unfinished.</p>' from course.lesson");
	seed("update course.lesson l set draft_version_id = v.id from course.lesson_version v "
	    "where v.number = 2");

	HAS(get("/courses/c/lessons/lesson-1").html, "Text of lesson 1.");
	HAS_NOT(get_as(ANN, "/courses/c/lessons/lesson-1").html, "Unfinished");
}

/* ---- files ---------------------------------------------------------------------------------- */

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
media_seed(const char *hash, const char *name, const char *type, int lesson)
{
	seed("insert into course.media (course_id, name, hash, path, type, bytes) "
	    "select id, '%s', '%s', 'media/x', '%s', 2500 from course.course", name, hash, type);
	seed("insert into course.lesson_version (lesson_id, course_id, number, source, html) "
	    "select id, course_id, 2, 'x', '<p><a href=\"/media/%s\">file</a></p>' "
	    "from course.lesson where slug = 'lesson-%d'", hash, lesson);
	seed("update course.lesson l set published_version_id = v.id from course.lesson_version v "
	    "where v.number = 2 and v.lesson_id = l.id");
}

Test(course, gives_files_to_those_who_may_read_the_lesson)
{
	COURSE(.slug = "c", .lessons = 2);
	media_seed(HASH_A, "fig/a.png", "image/png", 1);
	media_seed(HASH_B, "data/b.csv", "text/csv", 2);
	struct reply r = get("/media/" HASH_A);

	cr_expect_eq(r.status, 200);
	HAS(r.head, "X-Accel-Redirect: /protected/media/x");
	HAS(r.head, "ETag:");
	HAS_NOT(r.head, "Content-Disposition");
	cr_expect_eq(get("/media/" HASH_B).status, 404);
	cr_expect_eq(get_as(ANN, "/media/" HASH_B).status, 404);
	course_take(ANN, "c");
	r = get_as(ANN, "/media/" HASH_B);
	cr_expect_eq(r.status, 200);
	HAS(r.head, "attachment; filename=\"b.csv\"");
	HAS(get_as(ANN, "/courses/c/lessons/lesson-2").json,
	    "\"downloads\":[{\"href\":\"/media/" HASH_B "\",\"name\":\"b.csv\",\"size\":\"3 KB\"}]");
	seed("update course.course set status = 'ARCHIVED'");
	cr_expect_eq(get("/media/" HASH_A).status, 404);
	cr_expect_eq(get_as(ANN, "/media/" HASH_A).status, 200);
}

Test(course, never_shows_files_in_place_that_could_carry_script)
{
	COURSE(.slug = "c");
	media_seed(HASH_A, "x.svg", "image/svg+xml", 1);

	HAS(get("/media/" HASH_A).head, "attachment; filename=\"x.svg\"");
	cr_expect_eq(get("/media/..%2f..%2fetc%2fpasswd").status, 404);
	cr_expect_eq(get("/media/abc").status, 404);
}
