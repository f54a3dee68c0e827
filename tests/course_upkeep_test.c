/* Addresses, skills, the audit of authors, files of imports, the nightly jobs. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "course_kit.h"

TestSuite(upkeep, .init = world_begin, .fini = world_end, .timeout = 120);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)

static void
category(void)
{
	seed("insert into course.category (slug, title) values ('c', 'Crafts')");
}

/* Saves the facts of a course as JSON members; title, level … are given. */
static struct reply
facts(enum who who, const char *slug, const char *members)
{
	return api_post_as(who, TEXT("/teach/courses/%s", slug),
	    TEXT("{\"title\":\"Weaving\",\"level\":\"BEGINNER\",\"language\":\"en\",\"version\":%s,"
	    "\"category\":\"%s\",%s}", value("select lock_version from course.course where slug = '%s'",
	    slug), value("select id from course.category limit 1"), members));
}

/* ---- addresses ---- */

Test(upkeep, an_address_that_is_taken_gets_the_next_free_number)
{
	category();
	post_as(EVE, "/teach/courses", "title=Weaving");
	seed("insert into course.course (slug, instructor_id, category_id, title) select 'weaving-' || n,"
	    " '%s', id, 'Old ' || n from course.category, generate_series(2, 40) n where n <> 17",
	    person_id(MAX));
	cr_expect_str_eq(post_as(EVE, "/teach/courses", "title=Weaving%21").location,
	    "/teach/courses/weaving-17", "a gap is taken, also among courses one may not see");
	cr_expect_str_eq(post_as(EVE, "/teach/courses", "title=Weaving%3F").location,
	    "/teach/courses/weaving-41");
	cr_expect_str_eq(post_as(EVE, "/teach/courses", "title=Weav").location, "/teach/courses/weav");
}

Test(upkeep, an_address_as_long_as_it_may_be_gives_way_to_its_number)
{
	char slug[121];
	struct reply zip;

	memset(slug, 'w', 120);
	slug[120] = '\0';
	slug[117] = '-'; /* what is cut off must not leave a hyphen at the end */
	category();
	post_as(EVE, "/teach/courses", "title=Weaving");
	post_as(EVE, "/teach/courses/weaving/modules", "title=One");
	post_as(EVE, TEXT("/teach/courses/weaving/modules/%s/lessons",
	    value("select id from course.module")), "title=Loom");
	post_as(EVE, "/teach/courses/weaving/lessons/loom", "title=Loom&type=TEXT&source=A&do=save");
	cr_assert_eq(facts(EVE, "weaving", TEXT("\"price\":0,\"summary\":\"Weave\",\"address\":\"%s\"",
	    slug)).status, 200);
	zip = get_as(EVE, TEXT("/teach/courses/%s/export", slug));
	cr_assert_eq(zip.status, 200);
	for (int i = 2; i < 4; i++) {
		upload_as(i == 2 ? MAX : ADA, "/teach/import", NULL, "file", "w.zip", zip.html, zip.size);
		jobs_run();
		cr_expect_eq(count("course.course where slug = '%.117s-%d'", slug, i), 1);
	}
	cr_expect_str_eq(value("select string_agg(status || coalesce(problem, ''), ' ') from course.import"),
	    "DONE DONE");
}

/* ---- skills ---- */

Test(upkeep, skills_whose_names_make_the_same_address_stay_apart)
{
	category();
	post_as(EVE, "/teach/courses", "title=Weaving");
	cr_expect_eq(facts(EVE, "weaving", "\"price\":0,\"skills\":\"C\\nC#\\nC++\\n数学\\nфизика\"").status,
	    200);
	cr_expect_eq(count("course.skill where title in ('C', 'C#', 'C++', '数学', 'физика')"), 5);
	cr_expect_str_eq(value("select string_agg(s.title, '|' order by k.position) from course.course_skill k"
	    " join course.skill s on s.id = k.skill_id"), "C|C#|C++|数学|физика");
	cr_expect_eq(facts(EVE, "weaving", "\"price\":0,\"skills\":\"физика\\nC#\"").status, 200);
	cr_expect_eq(count("course.skill"), 5, "the same name is the same skill");
	HAS(api_get_as(EVE, "/courses/weaving").json, "\"skills\":[\"физика\",\"C#\"]");
}

/* ---- price ---- */

Test(upkeep, a_save_without_a_price_does_not_give_the_course_away)
{
	struct reply r;

	COURSE(.slug = "dear", .price = 89900);
	r = facts(EVE, "dear", "\"summary\":\"Still dear\"");
	cr_expect_eq(r.status, 422);
	HAS(r.json, "\"field\":\"price\",\"code\":\"required\"");
	cr_expect_eq(count("course.course where slug = 'dear' and price = 89900 and summary = ''"), 1);
	cr_expect_eq(facts(EVE, "dear", "\"price\":\"12.50\"").status, 200);
	cr_expect_eq(count("course.course where slug = 'dear' and price = 1250"), 1);
}

/* ---- audit ---- */

static void
audited(const char *action, const char *object, int64_t times)
{
	cr_expect_eq(count("audit.entry where action = '%s' and object_id = '%s' and actor_id = '%s'",
	    action, object, person_id(EVE)), times, "%s of %s", action, object);
}

Test(upkeep, every_change_of_an_outline_stands_in_the_audit)
{
	const char *course, *module, *other, *lesson;

	category();
	post_as(EVE, "/teach/courses", "title=Weaving");
	post_as(EVE, "/teach/courses/weaving/modules", "title=One");
	post_as(EVE, "/teach/courses/weaving/modules", "title=Two");
	course = value("select id from course.course");
	module = value("select id from course.module where title = 'One'");
	other = value("select id from course.module where title = 'Two'");
	post_as(EVE, TEXT("/teach/courses/weaving/modules/%s/lessons", module), "title=Loom");
	lesson = value("select id from course.lesson");
	audited("course.create", course, 1);
	audited("module.create", module, 1);
	audited("lesson.create", lesson, 1);
	post_as(EVE, TEXT("/teach/courses/weaving/modules/%s", module), "title=First&summary=Begin");
	audited("module.update", module, 1);
	post_as(EVE, "/teach/courses/weaving/order", TEXT("move=%s&to=up", other));
	audited("course.order", course, 1);
	cr_expect_str_eq(value("select string_agg(title, ' ' order by position) from course.module"),
	    "Two First");
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/order", TEXT("kind=module&ids=%s&ids=%s", module,
	    other)).status, 303);
	audited("course.order", course, 2);
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/order", TEXT("kind=module&ids=%s", module)).status,
	    409);
	audited("course.order", course, 2);
	post_as(EVE, "/teach/courses/weaving/lessons/loom", "title=Loom&type=TEXT&source=A&do=save");
	audited("lesson.update", lesson, 1);
	cr_expect_eq(count("audit.entry e where action = 'lesson.update' and e.after->>'version' ="
	    " (select draft_version_id::text from course.lesson) and e.after->>'address' = 'loom'"), 1);
	cr_expect_eq(count("audit.entry where before::text || after::text like '%%Begin%%'"), 0,
	    "texts stay out of the audit");
	post_as(EVE, TEXT("/teach/courses/weaving/modules/%s/delete", other), NULL);
	audited("module.delete", other, 1);
	cr_expect_eq(post_as(EVE, "/teach/courses/weaving/order", "to=up").status, 422);
}

/* ---- related courses ---- */

Test(upkeep, the_author_of_a_draft_sees_what_a_stranger_asked_for_first)
{
	COURSE(.slug = "near");
	COURSE(.slug = "mine", .draft = true);
	seed("insert into course.skill (slug, title) values ('s', 'S')");
	seed("insert into course.course_skill (course_id, skill_id) select c.id, s.id from course.course c,"
	    " course.skill s");
	cr_expect_eq(get("/courses/mine").status, 404);
	HAS(api_get_as(EVE, "/courses/mine").json, "\"related\":[{\"slug\":\"near\"");
	cr_expect_eq(get_as(BOB, "/courses/mine").status, 404);
}

/* ---- files of imports ---- */

/* As if the file had been put that many hours ago. */
static const char *
aged(const char *path, int hours)
{
	const char *full = TEXT("%s/%s", conf->protected_dir, path);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	struct stat st;

	cr_assert_eq(stat(full, &st), 0, "%s", full);
	times[1].tv_sec = st.st_mtime - hours * 3600;
	cr_assert_eq(utimensat(AT_FDCWD, full, times, 0), 0);
	return full;
}

static void
night(const char *job)
{
	seed("insert into host.job (type) values ('%s')", job);
	jobs_run();
	cr_expect_eq(count("host.job where type = '%s' and state = 'DONE'", job), 1);
}

Test(upkeep, the_file_of_an_import_goes_when_it_is_over_and_not_before)
{
	const char *over, *waiting;

	category();
	upload_as(EVE, "/teach/import", NULL, "file", "x.zip", "PK\x03\x04 and then nothing", 22);
	jobs_run();
	over = aged(value("select path from course.import where status = 'FAILED'"), 20);
	night("course.import_sweep");
	cr_expect_eq(access(over, F_OK), 0, "young files stay: a request may be about to name them");
	aged(over + strlen(conf->protected_dir) + 1, 20);
	upload_as(EVE, "/teach/import", NULL, "file", "y.zip", "PK\x03\x04 something else", 20);
	waiting = aged(value("select path from course.import where status = 'QUEUED'"), 200);
	seed("update host.job set run_at = now() + interval '1 day' where type = 'course.import'"
	    " and state = 'READY'");
	seed("delete from host.job where type = 'course.import_sweep'");
	night("course.import_sweep");
	cr_expect_neq(access(over, F_OK), 0, "nobody needs it");
	cr_expect_eq(access(waiting, F_OK), 0, "its import has not run yet");
	seed("delete from course.import");
	seed("delete from host.job where type = 'course.import_sweep'");
	night("course.import_sweep");
	cr_expect_neq(access(waiting, F_OK), 0, "nobody knows it");
}

/* ---- nightly ---- */

Test(upkeep, ranks_and_words_are_made_anew_at_night)
{
	COURSE(.slug = "rated", .title = "Pottery");
	seed("update course.course set rating_sum = 50, rating_count = 10 where slug = 'rated'");
	seed("insert into course.word values ('forgotten') on conflict do nothing");
	seed("update course.catalogue set rating_score = 1");
	night("course.refresh");
	cr_expect_eq(count("course.catalogue where rating_score = 5000"), 1);
	cr_expect_eq(count("course.rating_mean where mean = 5000"), 1);
	cr_expect_eq(count("course.word where word = 'forgotten'"), 0);
	cr_expect_eq(count("course.word where word = 'pottery'"), 1);
	cr_expect_eq(count("host.cron where name in ('course.refresh', 'course.import_sweep')"), 2,
	    "both have their place in the night");
}
