/*
 * Courses: find one in the catalogue, read about it, read its lessons.
 *
 * A course is DRAFT (its author and ADMIN see it), PUBLISHED (everybody), or
 * ARCHIVED (who takes or makes it). A lesson is open to whoever takes or makes
 * the course, a preview lesson to everybody. Enrolling and progress belong to
 * the area learning; this area only shows them.
 */
#include <string.h>

#include "course.h"
#include "course_author.h"
#include "course_import.h"
#include "identity/identity.h"

static const struct param course_show_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ 0 }
};

/* ---- rules ---------------------------------------------------------------------- */

bool
course_staff(const struct req *r, const char *instructor_id)
{
	return r->person != NULL && (r->person->role == ROLE_ADMIN ||
	    strcmp(r->person->id, instructor_id) == 0);
}

bool
course_visible(const char *status, bool enrolled, bool staff)
{
	return strcmp(status, "ARCHIVED") != 0 || enrolled || staff;
}

bool
course_lesson_open(bool preview, bool enrolled, bool staff)
{
	return preview || enrolled || staff;
}

/* What the person can do next with the course. */
static const char *
course_state(const struct req *r, const struct course_by_slug *c)
{
	bool sold = c->price > 0 || (c->opens_at_set && c->opens_at > clock_now());

	if (c->enrolment != NULL)
		return strcmp(c->enrolment, "COMPLETED") == 0 ? "completed" : "enrolled";
	if (r->person != NULL && strcmp(r->person->id, c->instructor_id) == 0)
		return "owner";
	if (strcmp(c->status, "PUBLISHED") != 0)
		return "archived";
	if (sold)
		return "priced";
	return r->person == NULL ? "signin" : "can_enrol";
}

/* ---- one course ------------------------------------------------------------------- */

static void
text_list(struct view *v, const char *key, const char *const *texts)
{
	struct view *list = view_list(v, key);

	for (; texts != NULL && *texts != NULL; texts++)
		view_item_str(list, *texts);
}

static void
facts_view(struct req *r, struct view *v, const struct course_by_slug *c)
{
	view_str(v, "slug", c->slug);
	view_str(v, "code", c->code);
	view_str(v, "title", c->title);
	view_str(v, "summary", c->summary);
	view_str(v, "category", c->category_title);
	view_strf(v, "categoryHref", "/courses?category=%s", c->category);
	view_str(v, "level", c->level);
	view_str(v, "language", r->json ? c->language
	    : req_msg(r, arena_printf(r->arena, "language.%s", c->language)));
	view_int(v, "minutes", c->minutes);
	view_int(v, "lessons", c->lessons);
	view_int(v, "students", c->students);
	course_rating_view(v, c->rating_sum, c->rating_count);
	view_money(v, "price", c->price, c->currency);
	view_bool(v, "free", c->price == 0);
	view_time(v, "saleOpensAt", c->opens_at_set && c->opens_at > clock_now() ? c->opens_at : 0);
	view_time(v, "updatedAt", c->updated_at);
	view_int(v, "tone", c->tone);
	view_int(v, "pattern", c->pattern);
	if (c->about.text != NULL && c->about.text[0] != '\0')
		view_html(v, "description", c->about);
	text_list(v, "outcomes", c->outcomes);
	text_list(v, "requirements", c->requirements);
	text_list(v, "skills", c->skills);
}

static void
people_view(struct req *r, struct view *v, const struct course_by_slug *c)
{
	const char *name = c->instructor != NULL ? c->instructor : req_msg(r, "course.instructor.gone");
	struct view *who = view_obj(v, "instructor"), *licence = view_obj(v, "licence"), *source;

	view_str(who, "name", name);
	view_str(who, "initials", name_initials(r->arena, name));
	view_str(who, "bio", c->instructor_bio);
	if (c->instructor_avatar != NULL)
		view_strf(who, "avatar", "/avatars/%s", c->instructor_id);
	view_str(licence, "name", c->licence);
	view_str(licence, "url", c->licence_url);
	view_str(licence, "attribution", c->attribution);
	if (c->source_url == NULL)
		return;
	source = view_obj(v, "source");
	name = strstr(c->source_url, "://");
	name = name != NULL ? name + 3 : c->source_url;
	view_str(source, "name", arena_strndup(r->arena, name, strcspn(name, "/?#")));
	view_str(source, "url", c->source_url);
}

static void
enrolment_view(struct view *v, const struct course_by_slug *c)
{
	struct view *e;

	if (c->enrolment == NULL)
		return;
	e = view_obj(v, "enrolment");
	view_str(e, "status", c->enrolment);
	view_int(e, "percent", c->percent);
	view_int(e, "done", c->done);
	view_int(e, "total", c->required);
	if (c->next_slug == NULL)
		return;
	view_strf(e, "nextHref", "/courses/%s/lessons/%s", c->slug, c->next_slug);
	view_str(e, "nextTitle", c->next_title);
}

/* Rows come in order: a new module begins where its id changes. */
static void
outline_view(struct req *r, struct view *v, const struct course_by_slug *c,
    const struct course_outline *rows, size_t n)
{
	bool enrolled = c->enrolment != NULL, staff = course_staff(r, c->instructor_id);
	const char *preview = NULL;
	struct view *modules = view_list(v, "modules"), *lessons = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct course_outline *row = &rows[i];
		struct view *lesson;

		if (i == 0 || strcmp(row->module_id, rows[i - 1].module_id) != 0) {
			struct view *module = view_item(modules);
			size_t next = i + 1;

			while (next < n && strcmp(rows[next].module_id, row->module_id) == 0)
				next++;
			view_str(module, "title", row->module);
			view_int(module, "count", (int64_t)(next - i));
			view_str(module, "summary", row->module_summary);
			view_int(module, "minutes", row->module_minutes);
			lessons = view_list(module, "lessons");
		}
		lesson = view_item(lessons);
		view_str(lesson, "slug", row->slug);
		view_str(lesson, "title", row->title);
		view_str(lesson, "type", row->kind);
		view_int(lesson, "minutes", row->minutes);
		view_bool(lesson, "preview", row->preview);
		view_bool(lesson, "done", row->done);
		view_bool(lesson, "open", course_lesson_open(row->preview, enrolled, staff));
		if (preview == NULL && row->preview)
			preview = row->slug;
	}
	if (preview != NULL)
		view_strf(v, "previewHref", "/courses/%s/lessons/%s", c->slug, preview);
}

static void
prerequisites_view(struct view *v, const struct course_prerequisites *rows, size_t n)
{
	struct view *list = view_list(v, "prerequisites");
	int64_t missing = 0;

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "slug", rows[i].slug);
		view_str(item, "title", rows[i].title);
		view_bool(item, "required", rows[i].strict);
		view_bool(item, "done", rows[i].done);
		missing += rows[i].strict && !rows[i].done;
	}
	view_int(v, "missing", missing);
}

static void
reviews_view(struct view *v, const struct course_reviews *rows, size_t n)
{
	struct view *list = view_list(v, "reviews");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", rows[i].id);
		view_int(item, "rating", rows[i].rating);
		view_str(item, "comment", rows[i].comment);
		view_str(item, "author", rows[i].author);
		view_str(item, "reply", rows[i].reply);
		view_time(item, "createdAt", rows[i].created_at);
	}
}

static int
course_show(struct req *r, struct view *v)
{
	const char *slug = req_text(r, "slug"), *me = r->person != NULL ? r->person->id : NULL;
	struct course_by_slug c;
	struct course_outline *lessons;
	struct course_prerequisites *needs;
	struct catalogue_page *near;
	struct course_reviews *reviews;
	struct view *related;
	size_t n_lessons, n_needs, n_near, n_reviews;
	bool found;

	sql_course_by_slug_queue(r->db, slug, me, &c, &found);
	sql_course_outline_queue(r->db, slug, me, &lessons, &n_lessons);
	sql_course_prerequisites_queue(r->db, slug, me, &needs, &n_needs);
	sql_course_related_queue(r->db, slug, &near, &n_near);
	sql_course_reviews_queue(r->db, slug, &reviews, &n_reviews);
	db_flush(r->db);
	if (!found || !course_visible(c.status, c.enrolment != NULL, course_staff(r, c.instructor_id)))
		return req_fail(r, 404, "course_not_found");
	if (!r->json && strcmp(c.slug, slug) != 0)
		return req_see(r, "/courses/%s", c.slug);
	if (r->person == NULL)
		req_cacheable(r, 2);

	req_title(r, c.title);
	facts_view(r, v, &c);
	people_view(r, v, &c);
	view_str(v, "state", course_state(r, &c));
	enrolment_view(v, &c);
	outline_view(r, v, &c, lessons, n_lessons);
	prerequisites_view(v, needs, n_needs);
	reviews_view(v, reviews, n_reviews);
	related = view_list(v, "related");
	for (size_t i = 0; i < n_near; i++)
		course_card(related, &near[i], -1);
	return 200;
}

/* Nightly: the mean of all ratings and the ranks that hang on it (K6); where a
 * search looks first; words that no course uses any more (K4). */
static enum job_result
course_refresh_run(struct job *job)
{
	struct course_rating_refresh ranked;
	struct course_tier_refresh tiers;
	struct course_word_sweep words;
	bool found;

	sql_course_rating_refresh_queue(job->db, &ranked, &found);
	sql_course_tier_refresh_queue(job->db, &tiers, &found);
	sql_course_word_sweep_queue(job->db, &words, &found);
	db_flush(job->db);
	cache_touch(job->db, "catalogue");
	job_report(job, arena_printf(job->arena,
	    "ranked anew: %lld, moved to another tier: %lld, words forgotten: %lld",
	    (long long)ranked.changed, (long long)tiers.moved, (long long)words.forgotten));
	return JOB_DONE;
}

/* ---- the module --------------------------------------------------------------------- */

static const struct route routes[] = {
	{ METHOD_GET, "/", course_front, "course/index.cs", ACCESS_PUBLIC, course_index_params,
	    .no_json = true, .summary = "Front page", .owner = "anyone" },
	{ METHOD_GET, "/courses", course_index, "course/index.cs", ACCESS_PUBLIC, course_index_params,
	    .summary = "Catalogue: search, filter, sort", .owner = "anyone" },
	{ METHOD_GET, "/courses/:slug", course_show, "course/show.cs", ACCESS_PUBLIC,
	    course_show_params, .summary = "One course with its outline",
	    .owner = "anyone; drafts and archived: instructor, learner, admin" },
	{ METHOD_GET, "/courses/:slug/lessons/:lesson", lesson_show, "course/lesson.cs", ACCESS_PUBLIC,
	    lesson_show_params, .summary = "One lesson",
	    .owner = "previews: anyone; else learner of the course, instructor, admin" },
	{ METHOD_GET, "/media/:hash", media_show, NULL, ACCESS_PUBLIC, media_show_params,
	    .no_json = true, .summary = "A picture or file of a course",
	    .owner = "as the lesson it belongs to" },
	{ METHOD_GET, "/teach", author_home, "teach/home.cs", ACCESS_EDUCATOR,
	    .summary = "The educator's courses and figures", .owner = "self" },
	{ METHOD_POST, "/teach/courses", author_add, "teach/home.cs", ACCESS_EDUCATOR,
	    author_add_params, .permission = "courses.write", .form = author_home,
	    .idempotent_key = true, .summary = "Starts a draft", .owner = "self" },
	{ METHOD_GET, "/teach/courses/:slug", author_course_show, "teach/course.cs", ACCESS_EDUCATOR,
	    author_course_params, .summary = "A course in its editor", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug", author_course_save_facts, "teach/course.cs",
	    ACCESS_EDUCATOR, author_save_params, .permission = "courses.write",
	    .form = author_course_show, .pool = POOL_SLOW,
	    .summary = "Saves the facts of a course", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/publish", author_publish, NULL, ACCESS_EDUCATOR,
	    author_course_params, .permission = "courses.write",
	    .summary = "DRAFT to PUBLISHED, when the checks pass", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/archive", author_archive, NULL, ACCESS_EDUCATOR,
	    author_course_params, .permission = "courses.write", .summary = "PUBLISHED to ARCHIVED",
	    .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/restore", author_restore, NULL, ACCESS_EDUCATOR,
	    author_course_params, .permission = "courses.write",
	    .summary = "ARCHIVED back to PUBLISHED", .owner = "instructor, admin" },
	{ METHOD_GET, "/teach/courses/:slug/export", author_export, NULL, ACCESS_EDUCATOR,
	    author_course_params, .pool = POOL_SLOW, .concurrency = 2,
	    .summary = "The course as a bundle (zip)", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/modules", author_module_new, NULL, ACCESS_EDUCATOR,
	    author_module_params, .permission = "content.write", .summary = "Adds a module",
	    .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/modules/:module", author_module_edit, NULL,
	    ACCESS_EDUCATOR, author_module_save_params, .permission = "content.write",
	    .summary = "Renames a module", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/modules/:module/delete", author_module_remove, NULL,
	    ACCESS_EDUCATOR, author_module_one_params, .permission = "content.delete",
	    .summary = "Removes an empty module", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/modules/:module/lessons", author_lesson_new, NULL,
	    ACCESS_EDUCATOR, author_lesson_add_params, .permission = "content.write",
	    .summary = "Adds a lesson", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/order", author_order, NULL, ACCESS_EDUCATOR,
	    author_order_params, .permission = "content.write",
	    .summary = "Moves a module or lesson, or sets the whole order", .owner = "instructor, admin" },
	{ METHOD_GET, "/teach/courses/:slug/lessons/:lesson", author_text_show, "teach/lesson.cs",
	    ACCESS_EDUCATOR, author_lesson_params, .summary = "A lesson in its editor",
	    .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/lessons/:lesson", author_text_save, "teach/lesson.cs",
	    ACCESS_EDUCATOR, author_text_params, .permission = "content.write",
	    .form = author_text_show, .pool = POOL_SLOW, .body_max = 1024 * 1024,
	    .summary = "Saves or publishes the text of a lesson", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/lessons/:lesson/autosave", author_text_autosave,
	    "teach/lesson.cs", ACCESS_EDUCATOR, author_draft_params, .permission = "content.write",
	    .body_max = 1024 * 1024, .summary = "Keeps what is being typed", .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/lessons/:lesson/preview", author_text_preview,
	    "teach/preview.cs", ACCESS_EDUCATOR, author_draft_params, .permission = "content.write",
	    .pool = POOL_SLOW, .body_max = 1024 * 1024, .summary = "Renders a text without saving it",
	    .owner = "instructor, admin" },
	{ METHOD_POST, "/teach/courses/:slug/lessons/:lesson/delete", author_text_remove, NULL,
	    ACCESS_EDUCATOR, author_lesson_params, .permission = "content.delete",
	    .summary = "Deletes a lesson nobody saw, archives a published one",
	    .owner = "instructor, admin" },
	{ METHOD_GET, "/teach/import", course_import_index, "teach/import.cs", ACCESS_EDUCATOR,
	    .summary = "Imports of the educator", .owner = "self" },
	{ METHOD_POST, "/teach/import", course_import_add, "teach/import.cs", ACCESS_EDUCATOR,
	    course_import_params, .permission = "courses.write", .form = course_import_index,
	    .pool = POOL_SLOW, .body_max = 51 * 1024 * 1024, .rate_per_minute = 10,
	    .summary = "Imports a course from a zip file", .owner = "self" },
	{ METHOD_GET, "/teach/imports/:id", course_import_show, "teach/import_show.cs",
	    ACCESS_EDUCATOR, course_import_show_params,
	    .summary = "State and report of an import", .owner = "self, admin" },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "course.import", course_import_run, .timeout_s = 600, .attempts = 2 },
	{ "course.import_sweep", course_import_sweep_run, .timeout_s = 300, .attempts = 3,
	    .cron = "50 2 * * *" },
	{ "course.refresh", course_refresh_run, .timeout_s = 300, .attempts = 3,
	    .cron = "20 2 * * *" },
	{ "course.skills", course_skills_run, .timeout_s = 60, .attempts = 1 },
	{ 0 }
};

MODULE(.name = "course", .version = "1", .routes = routes, .queries = course_queries,
    .jobs = jobs);
