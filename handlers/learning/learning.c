/*
 * Learning: take a course, leave it, mark its lessons done.
 *
 * An enrolment goes ACTIVE -> COMPLETED and ACTIVE -> DROPPED -> ACTIVE; it
 * keeps its progress when dropped (E1). COMPLETED is set by the database when
 * the last required lesson is done, exactly once, and never taken back (P3, P5).
 * Enrolling twice and marking twice leave one row and the same answer.
 *
 * Courses with a price are not enrolled here; payment does that when money has
 * moved. Events: course.enrolled, course.dropped, course.completed.
 */
#include <string.h>

#include "audit/audit.h"
#include "learning.h"
#include "outbox/outbox.h"

#define SECOND_US INT64_C(1000000)
#define WORDS_PER_SECOND 10 /* nobody reads faster than 600 words a minute (L4) */

static const struct param course_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ 0 }
};

static const struct param lesson_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "lesson", PARAM_SLUG, .flags = PARAM_PATH },
	{ 0 }
};

/* Tells the rest of the platform, and the audit, what happened to an enrolment. */
static void
enrolment_changed(struct req *r, const char *event, const char *course_id, const char *from,
    const char *to)
{
	const char *me = r->person->id;
	const char *before = from != NULL ? json_object(r->arena, "status", from, NULL) : NULL;

	audit_add_about(r->db, me, event, "course", course_id, before,
	    json_object(r->arena, "status", to, NULL));
	outbox_add(r->db, event, "learning", me,
	    json_object(r->arena, "personId", me, "courseId", course_id, NULL));
}

/* ---- taking and leaving a course ------------------------------------------------------ */

static bool
takes(const struct course_for *c)
{
	return c->enrolment != NULL && strcmp(c->enrolment, "DROPPED") != 0;
}

/* Why the person cannot enrol by themselves now; NULL when they can. */
static const char *
enrol_problem(const struct course_for *c)
{
	if (c->own)
		return "own_course";
	if (c->price > 0)
		return "course_not_free";
	if (c->opens_at_set && c->opens_at > clock_now())
		return "course_not_open";
	if (c->missing > 0)
		return "prerequisite_missing";
	return NULL;
}

static int
learning_enrol(struct req *r, struct view *v)
{
	const char *me = r->person->id, *problem;
	struct course_for c;

	if (!sql_course_for(r->db, req_text(r, "slug"), me, &c))
		return req_fail(r, 404, "course_not_found");
	if (!takes(&c)) {
		if (strcmp(c.status, "PUBLISHED") != 0)
			return req_fail(r, 404, "course_not_found");
		problem = enrol_problem(&c);
		if (problem != NULL)
			return req_fail(r, 409, problem);
		if (sql_enrolment_add(r->db, me, c.id) == 1) {
			enrolment_changed(r, "course.enrolled", c.id, c.enrolment, "ACTIVE");
			req_created(r);
		}
	}
	view_str(v, "course", c.slug);
	view_str(v, "status", takes(&c) ? c.enrolment : "ACTIVE");
	req_flash(r, "good", "course.enrolled");
	return req_see(r, "/courses/%s", c.slug);
}

static int
learning_drop(struct req *r, struct view *v)
{
	const char *me = r->person->id;
	struct course_for c;

	if (!sql_course_for(r->db, req_text(r, "slug"), me, &c) || c.enrolment == NULL)
		return req_fail(r, 404, "not_enrolled");
	if (strcmp(c.enrolment, "COMPLETED") == 0)
		return req_fail(r, 409, "course_completed");
	if (sql_enrolment_drop(r->db, me, c.id) == 1)
		enrolment_changed(r, "course.dropped", c.id, "ACTIVE", "DROPPED");
	view_str(v, "course", c.slug);
	view_str(v, "status", "DROPPED");
	req_flash(r, "good", "course.dropped");
	return req_see(r, "/courses/%s", c.slug);
}

/* ---- marking lessons -------------------------------------------------------------------- */

/* Since the lesson was opened enough time has passed to have read it (L4). */
static bool
read_long_enough(const struct lesson_for_mark *l)
{
	int64_t seconds = l->words / WORDS_PER_SECOND;

	return l->opened_at_set &&
	    clock_now() - l->opened_at >= (seconds > 10 ? seconds : 10) * SECOND_US;
}

static void
mark_view(struct view *v, const struct lesson_for_mark *l, bool done,
    const struct enrolment_state *now)
{
	struct view *course;

	view_str(v, "lesson", l->slug);
	view_bool(v, "done", done);
	course = view_obj(v, "course");
	view_str(course, "slug", l->course_slug);
	view_str(course, "status", now->status);
	view_int(course, "percent", now->percent);
	view_int(course, "done", now->done);
	view_int(course, "total", now->required);
	if (l->next_slug != NULL)
		view_strf(v, "nextHref", "/courses/%s/lessons/%s", l->course_slug, l->next_slug);
}

static void
lesson_complete(struct req *r, const struct lesson_for_mark *l, struct enrolment_state *now)
{
	const char *me = r->person->id;
	bool found;

	if (!l->done) {
		sql_progress_done_queue(r->db, me, l->id, "READ", l->version_id, NULL);
		sql_activity_done_queue(r->db, me, r->zone, NULL);
	}
	sql_enrolment_state_queue(r->db, l->enrolment_id, me, now, &found);
	db_flush(r->db);
	if (strcmp(now->status, l->enrolment) != 0)
		enrolment_changed(r, "course.completed", l->course_id, l->enrolment, now->status);
}

/* A program gets the problem; who clicked stays on the lesson and reads why. */
static int
lesson_too_soon(struct req *r, const struct lesson_for_mark *l)
{
	if (r->json)
		return req_fail(r, 409, "too_soon");
	req_flash(r, "warn", "error.too_soon");
	return req_see(r, "/courses/%s/lessons/%s", l->course_slug, l->slug);
}

static int
lesson_done(struct req *r, struct view *v)
{
	struct enrolment_state now;
	struct lesson_for_mark l;

	if (!sql_lesson_for_mark(r->db, req_text(r, "slug"), req_text(r, "lesson"), r->person->id, &l))
		return req_fail(r, 404, "not_enrolled");
	if (!l.done && !read_long_enough(&l))
		return lesson_too_soon(r, &l);
	lesson_complete(r, &l, &now);
	mark_view(v, &l, true, &now);
	if (strcmp(now.status, l.enrolment) != 0)
		req_flash(r, "good", "course.completed.now");
	else if (l.next_slug != NULL)
		return req_see(r, "/courses/%s/lessons/%s", l.course_slug, l.next_slug);
	return req_see(r, "/courses/%s", l.course_slug);
}

static int
lesson_undone(struct req *r, struct view *v)
{
	const char *me = r->person->id;
	struct enrolment_state now;
	struct lesson_for_mark l;
	bool found;

	if (!sql_lesson_for_mark(r->db, req_text(r, "slug"), req_text(r, "lesson"), me, &l))
		return req_fail(r, 404, "not_enrolled");
	sql_activity_undone_queue(r->db, me, l.id, r->zone, NULL);
	sql_progress_undone_queue(r->db, me, l.id, NULL);
	sql_enrolment_state_queue(r->db, l.enrolment_id, me, &now, &found);
	db_flush(r->db);
	mark_view(v, &l, false, &now);
	return req_see(r, "/courses/%s/lessons/%s", l.course_slug, l.slug);
}

/* ---- the module ---------------------------------------------------------------------------- */

static const struct route routes[] = {
	{ METHOD_GET, "/home", home_show, "learning/home.cs", ACCESS_MEMBER,
	    .summary = "The learner's home: continue, own courses, activity", .owner = "self" },
	{ METHOD_POST, "/courses/:slug/enrol", learning_enrol, NULL, ACCESS_MEMBER, course_params,
	    .rate_per_minute = 30, .idempotent_key = true,
	    .summary = "Enrols the person in a free course", .owner = "self" },
	{ METHOD_POST, "/courses/:slug/drop", learning_drop, NULL, ACCESS_MEMBER, course_params,
	    .rate_per_minute = 30, .summary = "Leaves a course; progress is kept", .owner = "self" },
	{ METHOD_POST, "/courses/:slug/lessons/:lesson/done", lesson_done, NULL, ACCESS_MEMBER,
	    lesson_params, .rate_per_minute = 120, .summary = "Marks a lesson done", .owner = "self" },
	{ METHOD_POST, "/courses/:slug/lessons/:lesson/undone", lesson_undone, NULL, ACCESS_MEMBER,
	    lesson_params, .rate_per_minute = 120, .summary = "Takes the mark back", .owner = "self" },
	{ 0 }
};

static const struct personal_data personal[] = {
	{ "learning.enrolment", "person_id, last_lesson_id, last_touched_at", "courses taken",
	    &query_enrolment_export, &query_enrolment_erase, NULL, 0 },
	{ "learning.enrolment_event", "person_id, actor_id", "history of enrolments",
	    &query_event_export, &query_event_erase, NULL, 0 },
	{ "learning.lesson_progress", "person_id, seen, position_s, time_spent, opened_at, "
	    "last_accessed_at, completed_at", "progress in lessons",
	    &query_progress_export, &query_progress_erase, NULL, 0 },
	{ "learning.activity_day", "person_id, day, seconds, lessons_opened, lessons_completed",
	    "streaks and the activity chart", &query_activity_export, &query_activity_erase, NULL, 0 },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "learning.demo", learning_demo_run, .timeout_s = 60, .attempts = 1 },
	{ 0 }
};

MODULE(.name = "learning", .version = "1", .routes = routes, .queries = learning_queries,
    .jobs = jobs, .personal = personal);
