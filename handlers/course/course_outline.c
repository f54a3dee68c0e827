/*
 * The outline of a course: modules and lessons, added, renamed, moved. A new
 * order is one statement over the whole list; when the list changed meanwhile
 * it is refused (rule A3).
 */
#include <string.h>

#include "audit/audit.h"
#include "course.h"
#include "course_author.h"

static const char *const kinds[] = { "TEXT", "VIDEO", "INTERACTIVE", "CODING", "QUIZ", "ASSIGNMENT",
	"DISCUSSION", "PROJECT", "ROLE_PLAY", NULL };
static const char *const directions[] = { "up", "down", NULL };
static const char *const levels[] = { "module", "lesson", NULL };

#define SLUG_PARAM { "slug", PARAM_SLUG, PARAM_PATH }
#define MODULE_PARAM { "module", PARAM_UUID, PARAM_PATH }

const struct param author_module_params[] = {
	SLUG_PARAM, { "title", PARAM_LINE, PARAM_REQUIRED, .max = 120 }, { 0 }
};
const struct param author_module_one_params[] = { SLUG_PARAM, MODULE_PARAM, { 0 } };
const struct param author_module_save_params[] = {
	SLUG_PARAM, MODULE_PARAM, { "title", PARAM_LINE, PARAM_REQUIRED, .max = 120 },
	{ "summary", PARAM_LINE, 0, .max = 300 }, { 0 }
};
const struct param author_lesson_add_params[] = {
	SLUG_PARAM, MODULE_PARAM, { "title", PARAM_LINE, PARAM_REQUIRED, .max = 160 },
	{ "type", PARAM_ENUM, 0, .options = kinds, .dflt_text = "TEXT" }, { 0 }
};
const struct param author_order_params[] = {
	SLUG_PARAM, { "move", PARAM_UUID, 0 }, { "to", PARAM_ENUM, 0, .options = directions },
	{ "kind", PARAM_ENUM, 0, .options = levels }, { "module", PARAM_UUID, 0 },
	{ "ids", PARAM_UUID, PARAM_MANY }, { 0 }
};

/* One row for a change of a module or lesson: whose part it is. */
static void
note(struct req *r, const char *action, const char *type, const char *id,
    const struct author_course *c)
{
	audit_add(r->db, action, type, id, NULL, json_object(r->arena, "course", c->id, NULL));
}

static int
back(struct req *r, struct view *v, const struct author_course *c)
{
	sql_author_course_changed_queue(r->db, c->id, NULL);
	view_str(v, "slug", c->slug);
	return req_see(r, "/teach/courses/%s", c->slug);
}

int
author_module_new(struct req *r, struct view *v)
{
	struct author_course c;
	struct author_module_add row;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	sql_author_module_add(r->db, c.id, req_text(r, "title"), &row);
	note(r, "module.create", "module", row.id, &c);
	view_str(v, "id", row.id);
	req_created(r);
	return back(r, v, &c);
}

int
author_module_edit(struct req *r, struct view *v)
{
	const char *summary = req_text(r, "summary");
	struct author_course c;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (sql_author_module_save(r->db, c.id, req_text(r, "module"), req_text(r, "title"),
	    summary == NULL ? "" : summary) == 0)
		return req_fail(r, 404, "not_found");
	note(r, "module.update", "module", req_text(r, "module"), &c);
	req_flash(r, "good", "flash.saved");
	return back(r, v, &c);
}

int
author_module_remove(struct req *r, struct view *v)
{
	struct author_course c;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (sql_author_module_delete(r->db, c.id, req_text(r, "module")) == 0)
		return req_fail(r, 409, "module_not_empty");
	note(r, "module.delete", "module", req_text(r, "module"), &c);
	req_flash(r, "good", "flash.deleted");
	return back(r, v, &c);
}

/* "loops", else "loops-2", "loops-3" … within the course. */
static const char *
lesson_slug(struct req *r, const char *course, const char *title)
{
	const char *base = name_slug(r->arena, title, "x"), *slug = base;
	struct author_lesson_slugs *rows;
	size_t n = sql_author_lesson_slugs(r->db, course, base, &rows);
	bool taken = true;

	for (int number = 2; taken; number++) {
		taken = false;
		for (size_t i = 0; i < n && !taken; i++)
			taken = strcmp(rows[i].slug, slug) == 0;
		if (taken)
			slug = arena_printf(r->arena, "%s-%d", base, number);
	}
	return slug;
}

int
author_lesson_new(struct req *r, struct view *v)
{
	const char *title = req_text(r, "title");
	struct author_course c;
	struct author_lesson_add row;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	if (!sql_author_lesson_add(r->db, c.id, req_text(r, "module"), lesson_slug(r, c.id, title), title,
	    req_text(r, "type"), &row))
		return req_fail(r, 404, "not_found");
	note(r, "lesson.create", "lesson", row.id, &c);
	view_str(v, "slug", row.slug);
	req_created(r);
	return req_see(r, "/teach/courses/%s/lessons/%s", c.slug, row.slug);
}

/* ---- order -------------------------------------------------------------------------- */

/* Swaps the id with its neighbour; false when it is not there. */
static bool
swap(const char **ids, size_t n, const char *id, bool up)
{
	for (size_t i = 0; i < n; i++) {
		size_t other = up ? i - 1 : i + 1;

		if (strcmp(ids[i], id) != 0)
			continue;
		if ((up && i == 0) || (!up && i + 1 == n))
			return true;
		ids[i] = ids[other];
		ids[other] = id;
		return true;
	}
	return false;
}

static bool
move_module(struct req *r, const struct author_course *c, const char *id, bool up)
{
	struct author_modules *rows;
	size_t n = sql_author_modules(r->db, c->id, &rows);
	const char **ids = arena_alloc(r->arena, (n + 1) * sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	return swap(ids, n, id, up) && sql_author_modules_order(r->db, c->id, ids) == (int64_t)n;
}

static bool
move_lesson(struct req *r, const struct author_course *c, const char *id, bool up)
{
	struct author_lessons *rows;
	struct author_lesson_ids *all;
	size_t n = sql_author_lessons(r->db, c->id, &rows), n_all, kept = 0;
	const char *module = NULL, **ids;

	for (size_t i = 0; i < n && module == NULL; i++)
		if (strcmp(rows[i].id, id) == 0)
			module = rows[i].module_id;
	if (module == NULL)
		return false;
	n_all = sql_author_lesson_ids(r->db, c->id, module, &all);
	ids = arena_alloc(r->arena, (n_all + n + 1) * sizeof(*ids));
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].module_id, module) == 0)
			ids[kept++] = rows[i].id;
	if (!swap(ids, kept, id, up))
		return false;
	/* Archived lessons keep a place behind the others. */
	for (size_t i = 0; i < n_all; i++) {
		bool live = false;

		for (size_t k = 0; k < kept && !live; k++)
			live = strcmp(ids[k], all[i].id) == 0;
		if (!live)
			ids[kept++] = all[i].id;
	}
	return sql_author_lessons_order(r->db, c->id, module, ids) == (int64_t)n_all;
}

static bool
order_all(struct req *r, const struct author_course *c, const char *kind)
{
	size_t n, n_all, at;
	const char *const *ids = req_list(r, "ids", &n);
	const char *module = req_text(r, "module"), **full;
	struct author_lesson_ids *all;

	if (strcmp(kind, "module") == 0)
		return sql_author_modules_order(r->db, c->id, ids) == (int64_t)n;
	if (module == NULL)
		return false;
	n_all = sql_author_lesson_ids(r->db, c->id, module, &all);
	full = arena_alloc(r->arena, (n + n_all + 1) * sizeof(*full));
	for (at = 0; at < n; at++)
		full[at] = ids[at];
	for (size_t i = 0; i < n_all; i++) {
		bool named = false;

		for (size_t k = 0; k < n && !named; k++)
			named = strcmp(ids[k], all[i].id) == 0;
		if (!named)
			full[at++] = all[i].id;
	}
	return at == n_all && sql_author_lessons_order(r->db, c->id, module, full) == (int64_t)n_all;
}

int
author_order(struct req *r, struct view *v)
{
	const char *move = req_text(r, "move"), *to = req_text(r, "to"), *kind = req_text(r, "kind");
	struct author_course c;
	int status = author_open(r, &c);
	bool done, up;

	if (status != 0)
		return status;
	if ((move == NULL || to == NULL) && kind == NULL) {
		req_field_error(r, "move", "required");
		return req_invalid(r);
	}
	if (move != NULL && to != NULL) {
		up = strcmp(to, "up") == 0;
		done = move_module(r, &c, move, up) || move_lesson(r, &c, move, up);
	} else {
		done = order_all(r, &c, kind);
	}
	if (!done)
		return req_fail(r, 409, "outline_changed");
	audit_add(r->db, "course.order", "course", c.id, NULL, move != NULL && to != NULL
	    ? json_object(r->arena, "moved", move, "to", to, NULL)
	    : json_object(r->arena, "kind", kind, "module", req_text(r, "module") != NULL
		? req_text(r, "module") : "", NULL));
	return back(r, v, &c);
}
