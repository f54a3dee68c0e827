/* Learning: taking courses, marking lessons, the learner's home. */
#include "course_kit.h"

#include <string.h>

#include "db.h"
#include "learning.sql.h"

TestSuite(learning, .init = world_begin, .fini = world_end);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))
#define HAS_NOT(text, part) cr_expect(!strstr((text), (part)), "\"%s\" in %s", (part), (text))

#define SECOND INT64_C(1000000)
#define DAY (24 * 3600 * SECOND)

/* ---- taking a course --------------------------------------------------------------------- */

Test(learning, enrolling_twice_leaves_one_row_and_the_same_answer)
{
	COURSE(.slug = "c");
	struct reply r = api_post_as(ANN, "/courses/c/enrol", NULL);

	cr_expect_eq(r.status, 201);
	HAS(r.json, "\"status\":\"ACTIVE\"");
	r = api_post_as(ANN, "/courses/c/enrol", NULL);
	cr_expect_eq(r.status, 200);
	HAS(r.json, "\"status\":\"ACTIVE\"");
	cr_expect_str_eq(post_as(ANN, "/courses/c/enrol", NULL).location, "/courses/c");
	cr_expect_eq(count("learning.enrolment"), 1);
	cr_expect_eq(count("course.course where enrolment_count = 1 and seats_taken = 1"), 1);
	cr_expect_eq(count("host.event where type = 'course.enrolled'"), 1);
	cr_expect_eq(count("audit.entry where action = 'course.enrolled' and actor_id = '%s'",
	    person_id(ANN)), 1);
}

Test(learning, a_call_made_again_with_its_key_gets_the_first_answer_and_harms_nobody)
{
	const char *const key[] = { "HTTP_IDEMPOTENCY_KEY=first", NULL };
	const char *type = "application/json";
	struct reply r;

	COURSE(.slug = "c");
	COURSE(.slug = "d");
	for (int i = 0; i < 3; i++) {
		r = request(ANN, "POST", "/api/v1/courses/c/enrol", type, NULL, 0, key);
		cr_expect_eq(r.status, 201);
		HAS(r.json, "\"status\":\"ACTIVE\"");
		if (i > 0)
			HAS(r.head, "Idempotent-Replayed: true");
		/* The next request of the same worker. */
		cr_expect_eq(get_as(ANN, "/courses/c").status, 200);
	}
	cr_expect_eq(count("learning.enrolment_event"), 1);
	r = request(ANN, "POST", "/api/v1/courses/c/drop", type, NULL, 0, key);
	cr_expect_eq(r.status, 200);
	r = request(ANN, "POST", "/api/v1/courses/d/enrol", type, NULL, 0, key);
	cr_expect_eq(r.status, 422);
	cr_expect_str_eq(r.problem, "idempotency_key_reused");
}

Test(learning, asks_visitors_to_sign_in_first)
{
	COURSE(.slug = "c");
	cr_expect_eq(api_post("/courses/c/enrol", NULL).status, 401);
	cr_expect_eq(get("/home").status, 303);
	cr_expect_eq(api_get("/home").status, 401);
}

Test(learning, refuses_courses_that_one_cannot_simply_take)
{
	COURSE(.slug = "priced", .price = 100);
	COURSE(.slug = "later");
	COURSE(.slug = "draft", .draft = true);
	COURSE(.slug = "old");
	COURSE(.slug = "mine", .by = ANN);
	seed("update course.course set opens_at = host.now() + interval '1 day' where slug = 'later'");
	seed("update course.course set status = 'ARCHIVED' where slug = 'old'");

	cr_expect_str_eq(api_post_as(ANN, "/courses/priced/enrol", NULL).problem, "course_not_free");
	cr_expect_eq(api_post_as(ANN, "/courses/priced/enrol", NULL).status, 409);
	cr_expect_str_eq(api_post_as(ANN, "/courses/later/enrol", NULL).problem, "course_not_open");
	cr_expect_str_eq(api_post_as(ANN, "/courses/draft/enrol", NULL).problem, "course_not_found");
	cr_expect_str_eq(api_post_as(EVE, "/courses/draft/enrol", NULL).problem, "course_not_found");
	cr_expect_str_eq(api_post_as(ANN, "/courses/old/enrol", NULL).problem, "course_not_found");
	cr_expect_str_eq(api_post_as(ANN, "/courses/mine/enrol", NULL).problem, "own_course");
	cr_expect_eq(post_as(ANN, "/courses/nothing/enrol", NULL).status, 404);
	cr_expect_eq(count("learning.enrolment"), 0);
	cr_expect_eq(count("audit.entry where object_type = 'course'"), 0);
	clock_move(2 * DAY);
	signin(ANN);
	cr_expect_eq(api_post_as(ANN, "/courses/later/enrol", NULL).status, 201);
}

Test(learning, refuses_when_full_and_leaves_no_trace)
{
	COURSE(.slug = "c");
	seed("update course.course set seats = 1");
	course_take(ANN, "c");

	cr_expect_str_eq(api_post_as(BOB, "/courses/c/enrol", NULL).problem, "course_full");
	cr_expect_eq(count("learning.enrolment"), 1);
	cr_expect_eq(count("host.event where type = 'course.enrolled'"), 1);
	post_as(ANN, "/courses/c/drop", NULL);
	cr_expect_eq(api_post_as(BOB, "/courses/c/enrol", NULL).status, 201);
}

Test(learning, asks_for_required_courses_first)
{
	COURSE(.slug = "first");
	COURSE(.slug = "second");
	seed("insert into course.prerequisite (course_id, required_id, strict) select a.id, b.id, true "
	    "from course.course a, course.course b where a.slug = 'second' and b.slug = 'first'");

	cr_expect_str_eq(api_post_as(ANN, "/courses/second/enrol", NULL).problem,
	    "prerequisite_missing");
	course_take(ANN, "first");
	lesson_finish(ANN, "first", 1);
	cr_expect_eq(api_post_as(ANN, "/courses/second/enrol", NULL).status, 201);
}

Test(learning, dropping_keeps_the_progress_for_a_return)
{
	COURSE(.slug = "c", .lessons = 2);
	course_take(ANN, "c");
	lesson_finish(ANN, "c", 1);

	cr_expect_eq(post_as(ANN, "/courses/c/drop", NULL).status, 303);
	cr_expect_eq(count("learning.enrolment where status = 'DROPPED'"), 1);
	cr_expect_eq(count("course.course where seats_taken = 0 and enrolment_count = 0"), 1);
	cr_expect_eq(api_post_as(ANN, "/courses/c/drop", NULL).status, 200);
	cr_expect_eq(count("host.event where type = 'course.dropped'"), 1);
	course_take(ANN, "c");
	HAS(get_as(ANN, "/courses/c").json, "\"percent\":50,\"done\":1,\"total\":2");
	cr_expect_eq(count("learning.enrolment_event"), 3);
	cr_expect_str_eq(api_post_as(BOB, "/courses/c/drop", NULL).problem, "not_enrolled");
}

/* ---- marking lessons ------------------------------------------------------------------------ */

Test(learning, accepts_a_lesson_as_read_only_after_the_time_to_read_it)
{
	COURSE(.slug = "c", .lessons = 2, .words = 600);
	course_take(ANN, "c");

	cr_expect_str_eq(api_post_as(ANN, "/courses/c/lessons/lesson-1/done", NULL).problem,
	    "too_soon", "never opened");
	get_as(ANN, "/courses/c/lessons/lesson-1");
	clock_move(55 * SECOND);
	cr_expect_str_eq(api_post_as(ANN, "/courses/c/lessons/lesson-1/done", NULL).problem, "too_soon");
	cr_expect_str_eq(post_as(ANN, "/courses/c/lessons/lesson-1/done", NULL).location,
	    "/courses/c/lessons/lesson-1");
	cr_expect_eq(count("learning.lesson_progress where completed_at is not null"), 0);
	clock_move(6 * SECOND);
	struct reply r = api_post_as(ANN, "/courses/c/lessons/lesson-1/done", NULL);

	cr_expect_eq(r.status, 200);
	HAS(r.json, "\"percent\":50");
	HAS(r.json, "\"nextHref\":\"/courses/c/lessons/lesson-2\"");
	cr_expect_eq(count("learning.lesson_progress where completion = 'READ' and version_id is not null"),
	    1);
}

Test(learning, opening_a_lesson_again_does_not_start_the_time_anew)
{
	COURSE(.slug = "c", .words = 600);
	course_take(ANN, "c");
	get_as(ANN, "/courses/c/lessons/lesson-1");
	clock_move(50 * SECOND);
	get_as(ANN, "/courses/c/lessons/lesson-1");
	clock_move(15 * SECOND);

	cr_expect_eq(api_post_as(ANN, "/courses/c/lessons/lesson-1/done", NULL).status, 200);
}

Test(learning, completes_the_course_once_with_the_last_lesson)
{
	COURSE(.slug = "c", .lessons = 3);
	course_take(ANN, "c");
	cr_expect_str_eq(lesson_finish(ANN, "c", 2).location, "/courses/c/lessons/lesson-3");
	lesson_finish(ANN, "c", 1);
	cr_expect_eq(count("learning.enrolment where status = 'ACTIVE' and done_count = 2"), 1);
	cr_expect_str_eq(lesson_finish(ANN, "c", 3).location, "/courses/c");

	cr_expect_eq(count("learning.enrolment where status = 'COMPLETED' and completed_at is not null"),
	    1);
	post_as(ANN, "/courses/c/lessons/lesson-3/done", NULL);
	post_as(ANN, "/courses/c/lessons/lesson-3/undone", NULL);
	lesson_finish(ANN, "c", 3);
	cr_expect_eq(count("host.event where type = 'course.completed' and key = '%s'", person_id(ANN)),
	    1);
	cr_expect_eq(count("audit.entry where action = 'course.completed'"), 1);
	cr_expect_eq(count("course.course where completed_count = 1"), 1);
	cr_expect_eq(count("learning.activity_day where lessons_completed = 3"), 1,
	    "a lesson done, taken back and done again is one lesson of the day");
	HAS(get_as(ANN, "/courses/c").json, "\"state\":\"completed\"");
	cr_expect_str_eq(api_post_as(ANN, "/courses/c/drop", NULL).problem, "course_completed");
}

Test(learning, taking_a_mark_back_lowers_the_percentage_and_keeps_the_completion)
{
	COURSE(.slug = "c", .lessons = 2);
	course_take(ANN, "c");
	lesson_finish(ANN, "c", 1);
	lesson_finish(ANN, "c", 2);
	struct reply r = api_post_as(ANN, "/courses/c/lessons/lesson-1/undone", NULL);

	HAS(r.json, "\"status\":\"COMPLETED\",\"percent\":50");
	HAS(get_as(ANN, "/courses/c").json, "\"state\":\"completed\"");
}

Test(learning, nobody_marks_lessons_for_somebody_else)
{
	COURSE(.slug = "c", .lessons = 2);
	course_take(ANN, "c");
	get_as(ANN, "/courses/c/lessons/lesson-1");
	clock_move(60 * SECOND);
	const char *form = arena_printf(kit_arena(), "person=%s&personId=%s", person_id(ANN),
	    person_id(ANN));

	cr_expect_eq(post_as(BOB, "/courses/c/lessons/lesson-1/done", form).status, 404);
	cr_expect_eq(post_as(EVE, "/courses/c/lessons/lesson-1/done", form).status, 404);
	cr_expect_eq(post_as(ADA, "/courses/c/lessons/lesson-1/done", NULL).status, 404);
	cr_expect_eq(count("learning.lesson_progress where completed_at is not null"), 0);
	course_take(BOB, "c");
	lesson_finish(BOB, "c", 1);
	cr_expect_eq(count("learning.lesson_progress where completed_at is not null and person_id = '%s'",
	    person_id(ANN)), 0);
}

Test(learning, takes_no_mark_for_lessons_of_other_courses_or_without_text)
{
	COURSE(.slug = "a");
	COURSE(.slug = "b", .lessons = 2);
	course_take(ANN, "a");
	seed("update course.lesson l set archived_at = now() from course.course c "
	    "where c.id = l.course_id and c.slug = 'b' and l.slug = 'lesson-2'");

	cr_expect_eq(api_post_as(ANN, "/courses/a/lessons/lesson-2/done", NULL).status, 404);
	course_take(ANN, "b");
	cr_expect_eq(api_post_as(ANN, "/courses/b/lessons/lesson-2/done", NULL).status, 404);
}

/* ---- going on ------------------------------------------------------------------------------- */

Test(learning, remembers_where_the_learner_stopped)
{
	COURSE(.slug = "c", .modules = 2, .lessons = 2);
	course_take(ANN, "c");
	HAS(get_as(ANN, "/home").json, "\"href\":\"/courses/c/lessons/lesson-1\"");
	get_as(ANN, "/courses/c/lessons/lesson-3");
	HAS(get_as(ANN, "/home").json, "\"continue\":{\"href\":\"/courses/c/lessons/lesson-3\"");
	lesson_finish(ANN, "c", 3);
	HAS(get_as(ANN, "/courses/c").json, "\"nextHref\":\"/courses/c/lessons/lesson-4\"");
	lesson_finish(ANN, "c", 4);
	HAS(get_as(ANN, "/home").json, "\"continue\":{\"href\":\"/courses/c/lessons/lesson-1\"");
}

Test(learning, a_visit_by_others_leaves_nothing_behind)
{
	COURSE(.slug = "c");
	get("/courses/c/lessons/lesson-1");
	get_as(BOB, "/courses/c/lessons/lesson-1");
	get_as(EVE, "/courses/c/lessons/lesson-1");
	course_take(ANN, "c");
	api_get_as(ANN, "/courses/c/lessons/nothing");

	cr_expect_eq(count("learning.lesson_progress"), 0);
	cr_expect_eq(count("learning.activity_day"), 0);
}

/* ---- home ------------------------------------------------------------------------------------ */

Test(learning, home_greets_a_newcomer_with_courses_to_choose)
{
	COURSE(.slug = "popular");
	COURSE(.slug = "rare");
	course_take(BOB, "popular");
	struct reply r = get_as(ANN, "/home");

	cr_expect_eq(r.status, 200);
	HAS(r.json, "\"new\":true");
	HAS_NOT(r.json, "\"continue\":");
	HAS(r.html, "href=\"/courses/popular\"");
	const char *list = strstr(r.json, "\"recommended\":");

	cr_assert_not_null(list);
	cr_expect(strstr(list, "popular") < strstr(list, "rare"));
}

Test(learning, home_shows_own_courses_activity_and_no_course_twice)
{
	COURSE(.slug = "one", .title = "Course one", .lessons = 2, .category = "web");
	COURSE(.slug = "two", .category = "data");
	COURSE(.slug = "three", .category = "web");
	course_take(ANN, "one");
	lesson_finish(ANN, "one", 1);
	struct reply r = get_as(ANN, "/home");
	const char *list = strstr(r.json, "\"recommended\":");

	HAS(r.html, "Course one");
	HAS(r.json, "\"percent\":50,\"done\":1,\"total\":2,\"completed\":false");
	HAS(r.json, "\"stats\":{\"lessons\":1,\"minutes\":10,\"courses\":1,\"streak\":1}");
	cr_assert_not_null(list);
	HAS_NOT(list, "\"slug\":\"one\"");
	cr_expect(strstr(list, "three") < strstr(list, "two"), "own field first");
	HAS(r.json, "\"lessonsOpened\":1,\"lessonsDone\":1}]");
	HAS(get_as(BOB, "/home").json, "\"stats\":{\"lessons\":0,\"minutes\":0,\"courses\":0,\"streak\":0}");
}

Test(learning, counts_days_in_a_row_up_to_yesterday)
{
	COURSE(.slug = "c", .lessons = 4);
	course_take(ANN, "c");
	for (int day = 1; day <= 3; day++) {
		lesson_finish(ANN, "c", day);
		clock_move(DAY);
		signin(ANN);
	}
	HAS(get_as(ANN, "/home").json, "\"streak\":3");
	clock_move(DAY);
	signin(ANN);
	HAS(get_as(ANN, "/home").json, "\"streak\":0");
	lesson_finish(ANN, "c", 4);
	HAS(get_as(ANN, "/home").json, "\"streak\":1");
}

/* ---- personal data ------------------------------------------------------------------------------ */

Test(learning, gives_a_person_their_data_and_forgets_it)
{
	struct db *db = kit_db(POOL_JOBS);
	struct enrolment_export *enrolments;
	struct progress_export *progress;

	COURSE(.slug = "c", .title = "Course C");
	course_take(ANN, "c");
	lesson_finish(ANN, "c", 1);
	course_take(BOB, "c");

	db_begin(db, kit_arena(), true, NULL);
	cr_expect_eq(sql_enrolment_export(db, person_id(ANN), &enrolments), 1);
	cr_expect_str_eq(enrolments[0].course, "Course C");
	cr_expect_str_eq(enrolments[0].status, "COMPLETED");
	cr_expect_eq(enrolments[0].percent, 100);
	cr_expect_eq(sql_progress_export(db, person_id(ANN), &progress), 1);
	cr_expect_str_eq(progress[0].lesson, "Lesson 1");
	sql_progress_erase(db, person_id(ANN));
	sql_event_erase(db, person_id(ANN));
	sql_activity_erase(db, person_id(ANN));
	cr_expect_eq(sql_enrolment_erase(db, person_id(ANN)), 1);
	db_commit(db);

	cr_expect_eq(count("learning.enrolment where person_id = '%s'", person_id(ANN)), 0);
	cr_expect_eq(count("learning.lesson_progress where person_id = '%s'", person_id(ANN)), 0);
	cr_expect_eq(count("learning.activity_day where person_id = '%s'", person_id(ANN)), 0);
	cr_expect_eq(count("learning.enrolment_event where person_id = '%s'", person_id(ANN)), 0);
	cr_expect_eq(count("learning.enrolment where person_id = '%s'", person_id(BOB)), 1);
}
