/*
 * The text of a lesson. Each save is a new, unchangeable version; learners get
 * the published one (rule A1). A save carries the version it started from and
 * is refused with both texts when somebody else saved meanwhile (A2). What a
 * person types is kept in their own draft row.
 */
#include <string.h>

#include "audit/audit.h"
#include "course.h"
#include "course_author.h"
#include "identity/identity.h"

static const char *const kinds[] = { "TEXT", "VIDEO", "INTERACTIVE", "CODING", "QUIZ", "ASSIGNMENT",
	"DISCUSSION", "PROJECT", "ROLE_PLAY", NULL };
static const char *const actions[] = { "save", "publish", NULL };

#define SOURCE_MAX (256 * 1024)
#define PATH_PARAMS { "slug", PARAM_SLUG, PARAM_PATH }, { "lesson", PARAM_SLUG, PARAM_PATH }

const struct param author_lesson_params[] = { PATH_PARAMS, { 0 } };
const struct param author_draft_params[] = {
	PATH_PARAMS, { "source", PARAM_TEXT, 0, .max = SOURCE_MAX }, { "version", PARAM_UUID, 0 },
	{ "title", PARAM_LINE, 0, .max = 160 }, { 0 }
};
const struct param author_text_params[] = {
	PATH_PARAMS,
	{ "title", PARAM_LINE, PARAM_REQUIRED, .max = 160 },
	{ "address", PARAM_SLUG, 0 },
	{ "type", PARAM_ENUM, PARAM_REQUIRED, .options = kinds },
	{ "minutes", PARAM_INT, 0, .min = 0, .max = 6000 },
	{ "preview", PARAM_BOOL, 0 },
	{ "source", PARAM_TEXT, 0, .max = SOURCE_MAX },
	{ "version", PARAM_UUID, 0 },
	{ "do", PARAM_ENUM, 0, .options = actions, .dflt_text = "save" },
	{ 0 }
};

static int
text_open(struct req *r, struct author_course *c, struct author_lesson *l)
{
	int status = author_open(r, c);

	if (status != 0)
		return status;
	if (!sql_author_lesson(r->db, c->id, req_text(r, "lesson"), r->person->id, l))
		return req_fail(r, 404, "lesson_not_found");
	return 0;
}

static const char *
source_of(struct req *r)
{
	const char *source = req_text(r, "source");

	return source == NULL ? "" : source;
}

static bool
same(const char *a, const char *b)
{
	return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
course_view(struct view *v, const struct author_course *c)
{
	struct view *course = view_obj(v, "course");

	view_str(course, "slug", c->slug);
	view_str(course, "title", c->title);
}

static void
warnings_view(struct view *v, const char *const *warnings)
{
	struct view *list = view_list(v, "warnings");

	for (; warnings != NULL && *warnings != NULL; warnings++)
		view_item_str(list, *warnings);
}

static void
media_view(struct req *r, struct view *v, const struct author_media *rows, size_t n)
{
	struct view *list = view_list(v, "media");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "name", rows[i].name);
		view_strf(item, "url", "/media/%s", rows[i].hash);
		view_int(item, "size", rows[i].bytes);
	}
	(void)r;
}

static void
neighbour_view(struct req *r, struct view *v, const char *key, const struct author_course *c,
    const struct author_lessons *l)
{
	struct view *n = view_obj(v, key);

	view_str(n, "href", arena_printf(r->arena, "/teach/courses/%s/lessons/%s", c->slug, l->slug));
	view_str(n, "title", l->title);
}

int
author_text_show(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_lesson l;
	struct author_media *media;
	struct author_lessons *lessons;
	const char *course = req_text(r, "slug"), *me = r->person->id;
	size_t n_media, n;
	bool recovered, found_course, found;

	sql_author_course_queue(r->db, course, me, &c, &found_course);
	sql_author_lesson_at_queue(r->db, course, req_text(r, "lesson"), me, &l, &found);
	sql_author_media_at_queue(r->db, course, me, &media, &n_media);
	sql_author_lessons_at_queue(r->db, course, me, &lessons, &n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, found_course ? "lesson_not_found" : "course_not_found");
	/* A draft of one's own that is newer than the saved text is shown. */
	recovered = l.own_source != NULL && same(l.own_base, l.draft) && !same(l.own_source, l.source);
	req_title(r, l.title);
	course_view(v, &c);
	view_str(v, "id", l.id);
	view_str(v, "slug", l.slug);
	view_str(v, "title", l.title);
	view_str(v, "type", l.kind);
	view_int(v, "minutes", l.minutes);
	view_bool(v, "preview", l.preview);
	view_str(v, "source", recovered ? l.own_source : l.source == NULL ? "" : l.source);
	view_bool(v, "recovered", recovered);
	view_str(v, "version", l.draft);
	view_str(v, "state", l.published == NULL ? "draft" : same(l.draft, l.published) ? "published"
	    : "changed");
	view_time(v, "savedAt", l.saved_at_set ? l.saved_at : 0);
	view_time(v, "publishedAt", l.published_at_set ? l.published_at : 0);
	view_int(v, "words", l.words);
	media_view(r, v, media, n_media);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lessons[i].id, l.id) != 0)
			continue;
		if (i > 0)
			neighbour_view(r, v, "previous", &c, &lessons[i - 1]);
		if (i + 1 < n)
			neighbour_view(r, v, "next", &c, &lessons[i + 1]);
	}
	return 200;
}

/* Both texts, and three ways on: nothing that was typed is lost. */
static int
conflict(struct req *r, struct view *v, const struct author_course *c, const struct author_lesson *l)
{
	course_view(v, c);
	view_str(v, "slug", l->slug);
	view_str(v, "title", req_text(r, "title"));
	view_str(v, "type", req_text(r, "type"));
	view_int(v, "minutes", req_int(r, "minutes"));
	view_bool(v, "preview", req_bool(r, "preview"));
	view_str(v, "mine", source_of(r));
	view_str(v, "theirs", l->source == NULL ? "" : l->source);
	view_str(v, "version", l->draft);
	view_str(v, "theirName", req_msg(r, "conflict.somebody"));
	view_time(v, "theirAt", l->saved_at_set ? l->saved_at : 0);
	req_title(r, l->title);
	return req_fail_page(r, 409, "changed_meanwhile", "teach/conflict.cs");
}

static const char *
version_new(struct req *r, const struct author_course *c, const struct author_lesson *l)
{
	const char *source = source_of(r);
	struct markdown_result text;
	struct author_version_add row;

	if (l->source != NULL && strcmp(l->source, source) == 0)
		return NULL;
	text = markdown_render(r->arena, source, strlen(source), author_images(r, c->id));
	sql_author_version_add(r->db, l->id, c->id, source, text.html.text, text.text,
	    (int32_t)text.words, text.headings, r->person->id, &row);
	return row.id;
}

/* What the audit tells of a save: the address and the version of the text. */
static const char *
lesson_facts(struct req *r, const char *slug, const char *version)
{
	return json_object(r->arena, "address", slug, "version", version == NULL ? "" : version, NULL);
}

int
author_text_save(struct req *r, struct view *v)
{
	const char *base = req_text(r, "version"), *slug = req_text(r, "address"), *draft;
	bool publish = strcmp(req_text(r, "do"), "publish") == 0;
	struct author_course c;
	struct author_lesson l;
	struct author_lesson_slugs *taken;
	int status = text_open(r, &c, &l);

	if (status != 0)
		return status;
	if (!same(base, l.draft))
		return conflict(r, v, &c, &l);
	if (slug == NULL || *slug == '\0')
		slug = l.slug;
	if (strcmp(slug, l.slug) != 0 && sql_author_lesson_slugs(r->db, c.id, slug, &taken) > 0 &&
	    strcmp(taken[0].slug, slug) == 0) {
		req_field_error(r, "address", "taken");
		return req_invalid(r);
	}
	if (publish && *source_of(r) == '\0') {
		req_field_error(r, "source", "required");
		return req_invalid(r);
	}
	draft = version_new(r, &c, &l);
	if (sql_author_lesson_save(r->db, l.id, base, draft, req_text(r, "title"), slug,
	    req_text(r, "type"), (int32_t)req_int(r, "minutes"), req_bool(r, "preview")) == 0)
		return conflict(r, v, &c, &l);
	audit_add(r->db, "lesson.update", "lesson", l.id, lesson_facts(r, l.slug, l.draft),
	    lesson_facts(r, slug, draft == NULL ? l.draft : draft));
	if (publish) {
		sql_author_lesson_publish(r->db, l.id);
		audit_add(r->db, "lesson.publish", "lesson", l.id, NULL, NULL);
		cache_touch(r->db, "catalogue");
	}
	sql_author_course_changed(r->db, c.id);
	sql_author_draft_drop(r->db, r->person->id, l.id);
	view_str(v, "slug", slug);
	view_str(v, "version", draft == NULL ? l.draft : draft);
	req_flash(r, "good", publish ? "flash.lesson_published" : "flash.saved");
	return req_see(r, "/teach/courses/%s/lessons/%s", c.slug, slug);
}

int
author_text_autosave(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_lesson l;
	struct author_draft_put row;
	int status = text_open(r, &c, &l);

	if (status != 0)
		return status;
	sql_author_draft_put(r->db, r->person->id, l.id, req_text(r, "version"), source_of(r), &row);
	view_time(v, "savedAt", row.updated_at);
	return 200;
}

int
author_text_preview(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_lesson l;
	struct markdown_result text;
	int status = text_open(r, &c, &l);

	if (status != 0)
		return status;
	text = markdown_render(r->arena, source_of(r), strlen(source_of(r)), author_images(r, c.id));
	req_title(r, l.title);
	view_str(v, "title", l.title);
	view_html(v, "body", text.html);
	warnings_view(v, text.warnings);
	return 200;
}

/* What nobody ever saw is deleted; a published lesson is archived (rule A5). */
int
author_text_remove(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_lesson l;
	int status = text_open(r, &c, &l);

	if (status != 0)
		return status;
	if (l.published == NULL)
		sql_author_lesson_delete(r->db, l.id);
	else
		sql_author_lesson_archive(r->db, l.id);
	audit_add(r->db, l.published == NULL ? "lesson.delete" : "lesson.archive", "lesson", l.id, NULL,
	    NULL);
	sql_author_course_changed(r->db, c.id);
	cache_touch(r->db, "catalogue");
	view_str(v, "slug", c.slug);
	req_flash(r, "good", "flash.deleted");
	return req_see(r, "/teach/courses/%s", c.slug);
}
