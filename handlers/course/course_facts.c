/* The facts of a course: title, address, price, lists, skills. */
#include <string.h>
#include <strings.h>

#include "audit/audit.h"
#include "course.h"
#include "course_author.h"

static const char *const levels[] = { "BEGINNER", "INTERMEDIATE", "ADVANCED", NULL };
static const char *const zar[] = { "ZAR", NULL };

#define LINES_MAX 50 /* course.course: outcomes, requirements */

/* The address may change: the new one is not called slug, as the path's is. */
const struct param author_save_params[] = {
	{ "slug", PARAM_SLUG, PARAM_PATH },
	{ "title", PARAM_LINE, PARAM_REQUIRED, .min = 3, .max = 120 },
	{ "address", PARAM_SLUG, 0 },
	{ "code", PARAM_SLUG, 0, .max = 40 },
	{ "summary", PARAM_TEXT, 0, .max = 300 },
	{ "description", PARAM_TEXT, 0, .max = 20000 },
	{ "category", PARAM_UUID, PARAM_REQUIRED },
	{ "level", PARAM_ENUM, PARAM_REQUIRED, .options = levels },
	{ "language", PARAM_ENUM, PARAM_REQUIRED, .options = author_languages },
	{ "price", PARAM_MONEY, PARAM_REQUIRED, .max = 100000000, .options = zar },
	{ "outcomes", PARAM_TEXT, 0, .max = 5000 },
	{ "requirements", PARAM_TEXT, 0, .max = 5000 },
	{ "skills", PARAM_TEXT, 0, .max = 2000 },
	{ "version", PARAM_INT, PARAM_REQUIRED, .min = 1, .max = INT32_MAX },
	{ 0 }
};

static void
skills_save(struct req *r, const char *course)
{
	size_t n;
	const char *const *skills = author_lines(r->arena, req_text(r, "skills"), &n);

	sql_author_skills_clear_queue(r->db, course, NULL);
	for (size_t i = 0; i < n && i < 30; i++)
		if (strlen(skills[i]) <= 120)
			sql_author_skill_add_queue(r->db, course, name_slug(r->arena, skills[i], "x"), skills[i],
			    (int32_t)i, NULL);
	db_flush(r->db);
}

static bool
facts_free(struct req *r, const char *course, const char *slug, const char *code)
{
	struct author_slug_free slug_row;
	struct author_code_free code_row;

	if (!sql_author_slug_free(r->db, slug, course, &slug_row) || !slug_row.free)
		req_field_error(r, "address", "taken");
	if (code != NULL && (!sql_author_code_free(r->db, code, course, &code_row) || !code_row.free))
		req_field_error(r, "code", "taken");
	return slug_row.free && (code == NULL || code_row.free);
}

/* What the tables refuse otherwise: a category there is not, endless lists. */
static bool
facts_fit(struct req *r, size_t outcomes, size_t requirements)
{
	struct author_categories *rows;
	size_t n = sql_author_categories(r->db, &rows), at = 0;

	while (at < n && strcasecmp(rows[at].id, req_text(r, "category")) != 0)
		at++;
	if (at == n)
		req_field_error(r, "category", "option");
	if (outcomes > LINES_MAX)
		req_field_error(r, "outcomes", "too_long");
	if (requirements > LINES_MAX)
		req_field_error(r, "requirements", "too_long");
	return at < n && outcomes <= LINES_MAX && requirements <= LINES_MAX;
}

static const char *
given(struct req *r, const char *name, const char *dflt)
{
	const char *text = req_text(r, name);

	return text == NULL || *text == '\0' ? dflt : text;
}

/* Of the facts of a course those that others rely on. */
static const char *
audit_facts(struct req *r, const char *slug, int64_t price)
{
	return json_object(r->arena, "address", slug, "price",
	    arena_printf(r->arena, "%lld", (long long)price), NULL);
}

int
author_course_save_facts(struct req *r, struct view *v)
{
	struct author_course c;
	const char *about = given(r, "description", ""), *slug, *code;
	const char *const *outcomes, *const *requirements;
	struct markdown_result text;
	size_t n_outcomes, n_requirements;
	bool good;
	int status = author_open(r, &c);

	if (status != 0)
		return status;
	outcomes = author_lines(r->arena, req_text(r, "outcomes"), &n_outcomes);
	requirements = author_lines(r->arena, req_text(r, "requirements"), &n_requirements);
	slug = given(r, "address", c.slug);
	code = given(r, "code", NULL);
	good = facts_free(r, c.id, slug, code);
	if (!facts_fit(r, n_outcomes, n_requirements) || !good)
		return req_invalid(r);
	if (!author_title_free(r, c.instructor_id, req_text(r, "title"), c.id))
		return req_fail(r, 409, "duplicate_course");
	if (strcmp(c.status, "PUBLISHED") == 0 && c.price == 0 && req_int(r, "price") > 0 && !c.may_sell) {
		req_field_error(r, "price", "insufficient_permissions");
		return req_fail(r, 403, "insufficient_permissions");
	}
	text = markdown_render(r->arena, about, strlen(about), author_images(r, c.id));
	if (sql_author_course_save(r->db, c.id, (int32_t)req_int(r, "version"), req_text(r, "title"),
	    slug, code, given(r, "summary", ""), about, text.html.text, req_text(r, "category"),
	    req_text(r, "level"), req_text(r, "language"), req_int(r, "price"), outcomes,
	    requirements) == 0)
		return req_fail(r, 409, "changed_meanwhile");
	skills_save(r, c.id);
	audit_add(r->db, "course.update", "course", c.id, audit_facts(r, c.slug, c.price),
	    audit_facts(r, slug, req_int(r, "price")));
	cache_touch(r->db, "catalogue");
	view_str(v, "slug", slug);
	req_flash(r, "good", "flash.saved");
	return req_see(r, "/teach/courses/%s", slug);
}
