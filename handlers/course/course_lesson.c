/*
 * One lesson and the files that lessons show.
 *
 * Opening a lesson is remembered after the answer was sent: it is where the
 * learner goes on later, and from when the least reading time counts (L4).
 */
#include <string.h>

#include "course.h"

const struct param lesson_show_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "lesson", PARAM_SLUG, .flags = PARAM_PATH },
	{ 0 }
};

const struct param media_show_params[] = {
	{ "hash", PARAM_LINE, PARAM_PATH, .min = 64, .max = 64 },
	{ 0 }
};

/* ---- one lesson --------------------------------------------------------------------- */

/* Who asks: what they may open and mark. */
struct reader {
	bool enrolled, staff;
};

static void
lesson_link(struct view *v, const char *key, const char *course, const struct course_outline *row,
    const struct reader *who)
{
	struct view *link;

	if (!course_lesson_open(row->preview, who->enrolled, who->staff))
		return;
	link = view_obj(v, key);
	view_strf(link, "href", "/courses/%s/lessons/%s", course, row->slug);
	view_str(link, "title", row->title);
}

/* The outline beside the text; returns the place of this lesson in it. */
static size_t
drawer_view(struct view *v, const char *current, const struct course_outline *rows, size_t n,
    const struct reader *who)
{
	struct view *modules = view_list(v, "modules"), *lessons = NULL;
	size_t place = 0;

	for (size_t i = 0; i < n; i++) {
		bool here = strcmp(rows[i].slug, current) == 0;
		struct view *lesson;

		if (i == 0 || strcmp(rows[i].module_id, rows[i - 1].module_id) != 0) {
			struct view *module = view_item(modules);

			view_str(module, "title", rows[i].module);
			lessons = view_list(module, "lessons");
		}
		lesson = view_item(lessons);
		view_str(lesson, "slug", rows[i].slug);
		view_str(lesson, "title", rows[i].title);
		view_str(lesson, "type", rows[i].kind);
		view_bool(lesson, "done", rows[i].done);
		view_bool(lesson, "open", course_lesson_open(rows[i].preview, who->enrolled, who->staff));
		view_bool(lesson, "current", here);
		if (here)
			place = i;
	}
	return place;
}

/* Headings of level 2 and 3, for the table of contents. */
static void
headings_view(struct req *r, struct view *v, const char *text)
{
	struct json *headings = text != NULL ? json_parse(r->arena, text) : NULL;
	struct view *list = view_list(v, "headings");

	for (size_t i = 0; i < json_length(headings); i++) {
		struct json *h = json_at(headings, i);
		int64_t level = json_int(json_get(h, "level"), 0);
		struct view *item;

		if (level < 2 || level > 3)
			continue;
		item = view_item(list);
		view_str(item, "id", json_text(json_get(h, "id"), ""));
		view_str(item, "text", json_text(json_get(h, "text"), ""));
		view_int(item, "level", level);
	}
}

/* "340 B", "12 KB", "3.4 MB" */
static const char *
size_text(struct arena *a, int64_t bytes)
{
	if (bytes < 1000)
		return arena_printf(a, "%lld B", (long long)bytes);
	if (bytes < 1000000)
		return arena_printf(a, "%lld KB", (long long)(bytes + 500) / 1000);
	return arena_printf(a, "%lld.%lld MB", (long long)bytes / 1000000,
	    (long long)bytes / 100000 % 10);
}

static void
downloads_view(struct req *r, struct view *v, const struct lesson_downloads *rows, size_t n)
{
	struct view *list = view_list(v, "downloads");

	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(rows[i].name, '/');
		struct view *item = view_item(list);

		view_strf(item, "href", "/media/%s", rows[i].hash);
		view_str(item, "name", slash != NULL ? slash + 1 : rows[i].name);
		view_str(item, "size", size_text(r->arena, rows[i].bytes));
	}
}

static void
course_view(struct view *v, const struct lesson_by_slug *l)
{
	struct view *course = view_obj(v, "course"), *source;

	view_str(course, "slug", l->course_slug);
	view_str(course, "title", l->course_title);
	if (l->enrolment != NULL) {
		view_int(course, "percent", l->percent);
		view_int(course, "done", l->done);
		view_int(course, "total", l->required);
	}
	if (l->attribution == NULL)
		return;
	source = view_obj(v, "attribution");
	view_str(source, "text", l->attribution);
	view_str(source, "url", l->source_url);
	view_str(source, "licence", l->licence);
	view_str(source, "licenceUrl", l->licence_url);
}

static void
text_view(struct req *r, struct view *v, const struct lesson_by_slug *l)
{
	view_bool(v, "empty", l->body.text == NULL);
	view_html(v, "body", l->body);
	headings_view(r, v, l->headings);
	view_str(v, "state", strcmp(l->kind, "VIDEO") == 0 ? "declared_video" : "");
}

/* Not for this person: a visitor signs in first and comes back, a member is
 * shown the course and told how to get in, a program gets the code. */
static int
lesson_closed(struct req *r, const struct lesson_by_slug *l)
{
	if (r->person == NULL)
		return req_fail(r, 401, "sign_in_first");
	if (r->json)
		return req_fail(r, 403, "not_enrolled");
	req_flash(r, "warn", "error.not_enrolled");
	return req_see(r, "/courses/%s", l->course_slug);
}

int
lesson_show(struct req *r, struct view *v)
{
	const char *slug = req_text(r, "slug"), *me = r->person != NULL ? r->person->id : NULL;
	struct lesson_by_slug l;
	struct course_outline *outline;
	struct lesson_downloads *files;
	struct view *lesson;
	struct reader who;
	size_t n, n_files, place;
	bool found;

	sql_lesson_by_slug_queue(r->db, slug, req_text(r, "lesson"), me, &l, &found);
	sql_course_outline_queue(r->db, slug, me, &outline, &n);
	sql_lesson_downloads_queue(r->db, slug, req_text(r, "lesson"), &files, &n_files);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "lesson_not_found");
	who = (struct reader){ l.enrolment != NULL, course_staff(r, l.instructor_id) };
	if (!course_visible(l.course_status, who.enrolled, who.staff))
		return req_fail(r, 404, "lesson_not_found");
	if (!r->json && strcmp(l.course_slug, slug) != 0)
		return req_see(r, "/courses/%s/lessons/%s", l.course_slug, l.slug);
	if (!course_lesson_open(l.preview, who.enrolled, who.staff))
		return lesson_closed(r, &l);
	if (who.enrolled)
		req_after(r, &query_lesson_opened, (const char *const[]){ l.id, r->zone });
	if (r->person == NULL)
		req_cacheable(r, 5);

	req_title(r, l.title);
	course_view(v, &l);
	lesson = view_obj(v, "lesson");
	place = drawer_view(v, l.slug, outline, n, &who);
	view_str(lesson, "slug", l.slug);
	view_str(lesson, "title", l.title);
	view_str(lesson, "type", l.kind);
	view_int(lesson, "minutes", l.minutes);
	view_int(lesson, "words", l.words);
	view_bool(lesson, "preview", l.preview);
	view_bool(lesson, "done", n > 0 && outline[place].done);
	view_int(lesson, "number", (int64_t)place + 1);
	view_int(lesson, "count", (int64_t)n);
	text_view(r, v, &l);
	downloads_view(r, v, files, n_files);
	view_bool(v, "enrolled", who.enrolled);
	view_bool(v, "canEdit", who.staff);
	if (who.staff)
		view_strf(v, "editHref", "/teach/courses/%s/lessons/%s", l.course_slug, l.slug);
	if (place > 0)
		lesson_link(v, "previous", l.course_slug, &outline[place - 1], &who);
	if (place + 1 < n)
		lesson_link(v, "next", l.course_slug, &outline[place + 1], &who);
	return 200;
}

/* ---- files of lessons ------------------------------------------------------------------ */

/* Types that a browser may show in place; all else is downloaded, above all
 * what could carry script (SVG, HTML). */
static bool
shown_in_place(const char *type)
{
	static const char *const types[] = { "image/png", "image/jpeg", "image/gif", "image/webp",
		"image/avif", "audio/mpeg", "audio/ogg", "video/mp4", "video/webm" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

int
media_show(struct req *r, struct view *v)
{
	const char *hash = req_text(r, "hash"), *slash;
	struct media_by_hash m;

	(void)v;
	if (!sql_media_by_hash(r->db, hash, r->person != NULL ? r->person->id : NULL, &m))
		return req_fail(r, 404, "not_found");
	req_etag(r, "%s", hash);
	slash = strrchr(m.name, '/');
	return req_send_file(r, m.type, shown_in_place(m.type) ? NULL : slash != NULL ? slash + 1 : m.name,
	    m.path);
}
