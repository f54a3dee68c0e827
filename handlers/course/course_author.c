/* Authoring: a course in its editor, what its author may do, its publication. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "audit/audit.h"
#include "course.h"
#include "course_author.h"
#include "outbox/outbox.h"

const char *const author_languages[] = { "en", "zu", "af", "xh", "st", "tn", "fr", "pt", "sw", NULL };

#define SLUG_PARAM { "slug", PARAM_SLUG, PARAM_PATH }

const struct param author_course_params[] = { SLUG_PARAM, { 0 } };

/* ---- shared ------------------------------------------------------------------------ */

int
author_open(struct req *r, struct author_course *c)
{
	struct author_lock lock;
	bool locked;

	if (strcmp(r->method, "POST") == 0)
		sql_author_lock_queue(r->db, req_text(r, "slug"), r->person->id, &lock, &locked);
	if (!sql_author_course(r->db, req_text(r, "slug"), r->person->id, c))
		return req_fail(r, 404, "course_not_found");
	return 0;
}

const char *
author_free_slug(struct db *db, const char *base)
{
	struct author_slug_lock lock;
	struct author_slug_pick pick;
	bool locked, found;

	sql_author_slug_lock_queue(db, base, &lock, &locked);
	sql_author_slug_pick_queue(db, base, &pick, &found);
	db_flush(db);
	if (!found)
		fault("no free address for %s", base);
	return pick.slug;
}

/* A title is used once by its educator; the index course_title_once_idx is the last word. */
bool
author_title_free(struct req *r, const char *instructor, const char *title, const char *course)
{
	struct author_title_twin twin;

	if (!sql_author_title_twin(r->db, instructor, title, course, &twin))
		return true;
	req_field_error(r, "title", "duplicate_course");
	return false;
}

const char *const *
author_lines(struct arena *a, const char *text, size_t *n)
{
	size_t room = 1;
	const char **lines;

	*n = 0;
	for (const char *p = text == NULL ? "" : text; *p != '\0'; p++)
		room += *p == '\n';
	lines = arena_alloc(a, (room + 1) * sizeof(*lines));
	for (const char *p = text == NULL ? "" : text; *p != '\0';) {
		size_t size = strcspn(p, "\n"), start = strspn(p, " \t"), end = size;

		while (end > start && isspace((unsigned char)p[end - 1]))
			end--;
		if (end > start)
			lines[(*n)++] = arena_strndup(a, p + start, end - start);
		p += size + (p[size] == '\n');
	}
	return lines;
}

const struct markdown_image *
author_images(struct req *r, const char *course)
{
	struct author_media *rows;
	size_t n = sql_author_media(r->db, course, &rows);
	struct markdown_image *images = arena_alloc(r->arena, (n + 1) * sizeof(*images));

	for (size_t i = 0; i < n; i++)
		images[i] = (struct markdown_image){ rows[i].name,
			arena_printf(r->arena, "/media/%s", rows[i].hash),
			rows[i].width_set ? rows[i].width : 0, rows[i].height_set ? rows[i].height : 0 };
	return images;
}

/* ---- one course ------------------------------------------------------------------------ */

static const char *
join_lines(struct arena *a, const char *const *lines)
{
	const char *all = "";

	for (; lines != NULL && *lines != NULL; lines++)
		all = *all == '\0' ? *lines : arena_printf(a, "%s\n%s", all, *lines);
	return all;
}

static void
facts_view(struct req *r, struct view *v, const struct author_course *c,
    const struct author_skills *skills, size_t n_skills)
{
	const char **titles = arena_alloc(r->arena, (n_skills + 1) * sizeof(*titles));

	for (size_t i = 0; i < n_skills; i++)
		titles[i] = skills[i].title;
	view_str(v, "slug", c->slug);
	view_str(v, "title", c->title);
	view_str(v, "code", c->code);
	view_str(v, "summary", c->summary);
	view_str(v, "description", c->about_source);
	view_str(v, "level", c->level);
	view_str(v, "language", c->language);
	view_money(v, "price", c->price, c->currency);
	view_strf(v, "priceText", "%lld.%02lld", (long long)(c->price / 100), (long long)(c->price % 100));
	view_str(v, "currency", c->currency);
	view_str(v, "outcomes", join_lines(r->arena, c->outcomes));
	view_str(v, "requirements", join_lines(r->arena, c->requirements));
	view_str(v, "skills", join_lines(r->arena, titles));
	view_int(v, "version", c->lock_version);
	view_str(v, "status", c->status);
	view_int(v, "students", c->students);
	view_str(v, "category", c->category);
}

static void
choices_view(struct req *r, struct view *v, const struct author_categories *rows, size_t n)
{
	struct view *categories = view_list(v, "categories"), *list = view_list(v, "languages");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(categories);

		view_str(item, "value", rows[i].id);
		view_str(item, "label", rows[i].title);
	}
	for (const char *const *code = author_languages; *code != NULL; code++) {
		struct view *item = view_item(list);

		view_str(item, "value", *code);
		view_str(item, "label", req_msg(r, arena_printf(r->arena, "language.%s", *code)));
	}
}

static const char *
lesson_state(const struct author_lessons *l)
{
	if (l->published == NULL)
		return "draft";
	return l->draft != NULL && strcmp(l->draft, l->published) != 0 ? "changed" : "published";
}

static void
outline_view(struct view *v, const struct author_modules *modules, size_t n_modules,
    const struct author_lessons *lessons, size_t n_lessons)
{
	struct view *list = view_list(v, "modules");

	for (size_t m = 0; m < n_modules; m++) {
		struct view *module = view_item(list), *inner;
		struct view *last = NULL;

		view_str(module, "id", modules[m].id);
		view_str(module, "title", modules[m].title);
		view_str(module, "summary", modules[m].summary);
		view_bool(module, "first", m == 0);
		view_bool(module, "last", m + 1 == n_modules);
		inner = view_list(module, "lessons");
		for (size_t l = 0; l < n_lessons; l++) {
			bool more = false;

			if (strcmp(lessons[l].module_id, modules[m].id) != 0)
				continue;
			for (size_t k = l + 1; k < n_lessons && !more; k++)
				more = strcmp(lessons[k].module_id, modules[m].id) == 0;
			struct view *item = view_item(inner);
			view_str(item, "id", lessons[l].id);
			view_str(item, "slug", lessons[l].slug);
			view_str(item, "title", lessons[l].title);
			view_str(item, "type", lessons[l].kind);
			view_int(item, "minutes", lessons[l].minutes);
			view_bool(item, "preview", lessons[l].preview);
			view_str(item, "state", lesson_state(&lessons[l]));
			view_bool(item, "first", last == NULL);
			view_bool(item, "last", !more);
			last = item;
		}
	}
}

struct check {
	struct view *list;
	struct req *r;
	bool good;
};

static void
check_add(struct check *k, bool ok, bool required, const char *key, const char *href)
{
	struct view *item = view_item(k->list);

	view_bool(item, "ok", ok);
	view_str(item, "level", required ? "bad" : "warn");
	view_str(item, "text", req_msg(k->r, key));
	if (!ok && href != NULL)
		view_str(item, "href", href);
	if (!ok && required)
		k->good = false;
}

/* What stands between the draft and its readers (rule A4). */
static bool
checks_view(struct req *r, struct view *v, const struct author_course *c, size_t n_modules,
    const struct author_lessons *lessons, size_t n)
{
	struct check k = { view_list(v, "checks"), r, true };
	const char *empty = NULL;
	bool preview = false;

	for (size_t i = 0; i < n; i++) {
		if (lessons[i].draft == NULL || lessons[i].words == 0)
			empty = lessons[i].slug;
		preview |= lessons[i].preview;
	}
	check_add(&k, n_modules > 0 && n > 0, true, "teach.check.lessons", NULL);
	check_add(&k, empty == NULL, true, "teach.check.content", empty == NULL ? NULL
	    : arena_printf(r->arena, "/teach/courses/%s/lessons/%s", c->slug, empty));
	if (c->price > 0)
		check_add(&k, c->may_sell, true, "teach.check.plan", "#f-price");
	check_add(&k, *c->summary != '\0', true, "teach.check.summary", "#f-summary");
	check_add(&k, *c->about_source != '\0', false, "teach.check.about", "#f-description");
	check_add(&k, c->outcomes != NULL && c->outcomes[0] != NULL, false, "teach.check.outcomes",
	    "#f-outcomes");
	check_add(&k, preview, false, "teach.check.preview", NULL);
	return k.good;
}

int
author_course_show(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_categories *categories;
	struct author_skills *skills;
	struct author_modules *modules;
	struct author_lessons *lessons;
	const char *slug = req_text(r, "slug"), *me = r->person->id;
	size_t n_categories, n_skills, n_modules, n_lessons;
	bool found;

	sql_author_course_queue(r->db, slug, me, &c, &found);
	sql_author_categories_queue(r->db, &categories, &n_categories);
	sql_author_skills_at_queue(r->db, slug, me, &skills, &n_skills);
	sql_author_modules_at_queue(r->db, slug, me, &modules, &n_modules);
	sql_author_lessons_at_queue(r->db, slug, me, &lessons, &n_lessons);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "course_not_found");

	req_title(r, c.title);
	facts_view(r, v, &c, skills, n_skills);
	choices_view(r, v, categories, n_categories);
	outline_view(v, modules, n_modules, lessons, n_lessons);
	view_bool(v, "canPublish", checks_view(r, v, &c, n_modules, lessons, n_lessons));
	return 200;
}

/* ---- publication -------------------------------------------------------------------------- */

static int
status_change(struct req *r, struct view *v, const char *was, const char *becomes, const char *flash)
{
	struct author_course c;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (sql_author_status(r->db, c.id, was, becomes) == 0)
		return req_fail(r, 409, "course_status");
	audit_add(r->db, "course.status", "course", c.id, json_object(r->arena, "status", was, NULL),
	    json_object(r->arena, "status", becomes, NULL));
	outbox_add(r->db, "course.status", "course", c.id,
	    json_object(r->arena, "course", c.id, "status", becomes, NULL));
	cache_touch(r->db, "catalogue");
	view_str(v, "slug", c.slug);
	view_str(v, "status", becomes);
	req_flash(r, "good", flash);
	return req_see(r, "/teach/courses/%s", c.slug);
}

int
author_publish(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_modules *modules;
	struct author_lessons *lessons;
	size_t n_modules, n_lessons;
	struct view *scratch = view_page_only(v, "checked");
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (c.price > 0 && !c.may_sell)
		return req_fail(r, 403, "insufficient_permissions");
	sql_author_modules_queue(r->db, c.id, &modules, &n_modules);
	sql_author_lessons_queue(r->db, c.id, &lessons, &n_lessons);
	db_flush(r->db);
	if (!checks_view(r, scratch, &c, n_modules, lessons, n_lessons))
		return req_fail(r, 409, "course_not_ready");
	sql_author_publish_lessons(r->db, c.id);
	return status_change(r, v, "DRAFT", "PUBLISHED", "flash.published");
}

int
author_archive(struct req *r, struct view *v)
{
	return status_change(r, v, "PUBLISHED", "ARCHIVED", "flash.archived");
}

int
author_restore(struct req *r, struct view *v)
{
	struct author_course c;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (!author_title_free(r, c.instructor_id, c.title, c.id))
		return req_fail(r, 409, "duplicate_course");
	if (c.price > 0 && !c.may_sell)
		return req_fail(r, 403, "insufficient_permissions");
	return status_change(r, v, "ARCHIVED", "PUBLISHED", "flash.restored");
}
