/*
 * bundle_own.c: our own form, docs/course-bundle.md. Strict: an unknown field,
 * a wrong type or a value out of range is an error with the field's name.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bundle/bundle_part.h"
#include "json.h"

enum { WEEKS_MAX = 104, MINUTES_MAX = 1440, POINTS_MAX = 10000, ITEMS_MAX = 50 };

static const char *const levels[] = { "BEGINNER", "INTERMEDIATE", "ADVANCED", NULL };
static const char *const lesson_types[] = { "VIDEO", "TEXT", "QUIZ", "INTERACTIVE", "CODING",
	"ASSIGNMENT", "DISCUSSION", "PROJECT", "ROLE_PLAY", NULL };
static const char *const assignment_types[] = { "HOMEWORK", "ESSAY", "PROBLEM_SET", "PROJECT",
	"PRESENTATION", "LAB_REPORT", "QUIZ", "CODING", "CAPSTONE", "OTHER", NULL };

struct own {
	struct reader *r;
	const char *in, *folder;  /* Markdown file being read */
};

static const char file_name[] = "course.json";

/* ---- fields ------------------------------------------------------------------------ */

static const char *
field_name(struct own *o, const char *at, const char *key)
{
	return *at == '\0' ? key : arena_printf(o->r->arena, "%s.%s", at, key);
}

/* Every member of the object must be one of `names`. */
static bool
check_keys(struct own *o, struct json *object, const char *at, const char *names)
{
	char key[80];
	size_t i;

	if (json_kind(object) != JSON_OBJECT) {
		bundle_fail(o->r, file_name, at, "must be an object");
		return false;
	}
	for (i = 0; i < json_length(object); i++) {
		snprintf(key, sizeof key, " %.60s ", json_key(object, i));
		if (strstr(names, key) == NULL)
			bundle_fail(o->r, file_name, field_name(o, at, json_key(object, i)),
			    "is not a field of this form");
	}
	return true;
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Text of min to max characters; min 0 = may be absent. */
static const char *
get_text(struct own *o, struct json *object, const char *at, const char *key, size_t min, size_t max)
{
	struct json *v = json_get(object, key);
	const char *s = json_text(v, "");

	if (v == NULL && min == 0)
		return "";
	if (v == NULL)
		bundle_fail(o->r, file_name, field_name(o, at, key), "is missing");
	else if (json_kind(v) != JSON_STRING)
		bundle_fail(o->r, file_name, field_name(o, at, key), "must be text");
	else if (characters(s) < min || characters(s) > max)
		bundle_fail(o->r, file_name, field_name(o, at, key),
		    "must have %zu to %zu characters", min, max);
	return s;
}

static const char *
get_slug(struct own *o, struct json *object, const char *at, const char *key)
{
	/* Limits of the tables: what was exported comes in again. */
	const char *s = get_text(o, object, at, key, 1, strcmp(key, "slug") == 0 ? 120 : 80);
	size_t n = strlen(s);

	if (s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' || *s == '-' ||
	    (n > 0 && s[n - 1] == '-') || strstr(s, "--") != NULL)
		bundle_fail(o->r, file_name, field_name(o, at, key),
		    "may hold small letters, digits and single hyphens between them");
	return s;
}

static const char *
get_choice(
    struct own *o, struct json *object, const char *at, const char *key, const char *const *choices)
{
	const char *s = get_text(o, object, at, key, 1, 40);
	size_t i;

	for (i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], s) == 0)
			return s;
	if (*s != '\0')
		bundle_fail(o->r, file_name, field_name(o, at, key), "\"%.40s\" is not known here", s);
	return choices[0];
}

static int64_t
get_int(struct own *o, struct json *object, const char *at, const char *key, int64_t min,
    int64_t max, int64_t dflt)
{
	struct json *v = json_get(object, key);
	int64_t n = json_int(v, min - 1);

	if (v == NULL && dflt >= min)
		return dflt;
	if (json_kind(v) != JSON_NUMBER || strpbrk(json_number(v), ".eE") != NULL || n < min || n > max)
		bundle_fail(o->r, file_name, field_name(o, at, key),
		    "must be a whole number from %lld to %lld", (long long)min, (long long)max);
	return n;
}

static bool
get_bool(struct own *o, struct json *object, const char *at, const char *key)
{
	struct json *v = json_get(object, key);

	if (v != NULL && json_kind(v) != JSON_TRUE && json_kind(v) != JSON_FALSE)
		bundle_fail(o->r, file_name, field_name(o, at, key), "must be true or false");
	return json_bool(v, false);
}

static const char *const *
get_list(struct own *o, struct json *object, const char *key)
{
	struct json *list = json_get(object, key);
	const char *items[ITEMS_MAX];
	size_t i, n = 0;

	if (list != NULL && json_kind(list) != JSON_ARRAY)
		bundle_fail(o->r, file_name, key, "must be a list");
	if (json_length(list) > ITEMS_MAX)
		bundle_fail(o->r, file_name, key, "must have at most %d items", ITEMS_MAX);
	for (i = 0; json_kind(list) == JSON_ARRAY && i < json_length(list) && n < ITEMS_MAX; i++) {
		const char *s = json_text(json_at(list, i), "");

		if (json_kind(json_at(list, i)) != JSON_STRING || *s == '\0' || characters(s) > 300)
			bundle_fail(o->r, file_name, arena_printf(o->r->arena, "%s[%zu]", key, i),
			    "must be text of 1 to 300 characters");
		items[n++] = s;
	}
	return bundle_list(o->r->arena, items, n);
}

/* ---- Markdown --------------------------------------------------------------------------- */

static const char *
rewrite(void *state, const char *destination, bool picture)
{
	struct own *o = state;
	const struct bundle_media *media;

	if (!picture)
		return NULL;
	media = bundle_media_take(o->r, o->folder, destination, o->in);
	return media == NULL ? NULL : media->path;
}

static const char *
get_file(struct own *o, struct json *object, const char *at, const char *key, const char **path)
{
	const char *name = get_text(o, object, at, key, 1, 255), *slash, *front;
	char *text;

	*path = name;
	if (*name == '\0')
		return "";
	if (!source_path_ok(name)) {
		bundle_fail(o->r, file_name, field_name(o, at, key), "is not a path in this bundle");
		return "";
	}
	text = bundle_text(o->r, name, true);
	if (text == NULL)
		return "";
	slash = strrchr(name, '/');
	o->in = name;
	o->folder = slash == NULL ? "" : arena_strndup(o->r->arena, name, (size_t)(slash - name));
	bundle_note(o->r, BUNDLE_TAKEN, name, "");
	text = bundle_front_matter(o->r->arena, text, &front);
	return bundle_rewrite(o->r->arena, text, rewrite, o);
}

/* ---- the parts ------------------------------------------------------------------------------ */

static void
read_lesson(struct own *o, struct json *j, const char *at, struct bundle_lesson *l)
{
	*l = (struct bundle_lesson){ .slug = "", .title = "", .type = "TEXT", .source = "", .path = "" };
	if (!check_keys(o, j, at, " slug title type minutes preview file "))
		return;
	l->slug = get_slug(o, j, at, "slug");
	l->title = get_text(o, j, at, "title", 1, 200);
	l->type = get_choice(o, j, at, "type", lesson_types);
	l->minutes = (int)get_int(o, j, at, "minutes", 1, MINUTES_MAX, 0);
	l->preview = get_bool(o, j, at, "preview");
	l->source = get_file(o, j, at, "file", &l->path);
	l->size = strlen(l->source);
}

static void
read_module(struct own *o, struct json *j, size_t i, struct bundle_module *m)
{
	const char *at = arena_printf(o->r->arena, "modules[%zu]", i);
	struct json *lessons;
	size_t k;

	if (!check_keys(o, j, at, " code title summary lessons "))
		return;
	m->code = get_slug(o, j, at, "code");
	m->title = get_text(o, j, at, "title", 1, 200);
	m->summary = get_text(o, j, at, "summary", 0, 1000);
	lessons = json_get(j, "lessons");
	if (json_kind(lessons) != JSON_ARRAY || json_length(lessons) > BUNDLE_LESSONS_MAX) {
		bundle_fail(o->r, file_name, field_name(o, at, "lessons"), "must be a list");
		return;
	}
	m->n_lessons = json_length(lessons);
	m->lessons = arena_alloc(o->r->arena, (m->n_lessons + 1) * sizeof *m->lessons);
	for (k = 0; k < m->n_lessons; k++)
		read_lesson(o, json_at(lessons, k), arena_printf(o->r->arena, "%s.lessons[%zu]", at, k),
		    &m->lessons[k]);
}

static void
read_modules(struct own *o, struct json *list)
{
	struct bundle *b = o->r->b;
	size_t i;

	if (json_kind(list) != JSON_ARRAY || json_length(list) == 0 || json_length(list) > 100) {
		bundle_fail(o->r, file_name, "modules", "must be a list of 1 to 100 modules");
		return;
	}
	b->n_modules = json_length(list);
	b->modules = arena_alloc(o->r->arena, b->n_modules * sizeof *b->modules);
	for (i = 0; i < b->n_modules; i++)
		read_module(o, json_at(list, i), i, &b->modules[i]);
}

static void
read_assignments(struct own *o, struct json *list)
{
	struct bundle *b = o->r->b;
	struct bundle_assignment *a;
	const char *at;
	size_t i;

	if (list == NULL)
		return;
	if (json_kind(list) != JSON_ARRAY || json_length(list) > 100) {
		bundle_fail(o->r, file_name, "assignments", "must be a list of at most 100");
		return;
	}
	b->n_assignments = json_length(list);
	b->assignments = arena_alloc(o->r->arena, (b->n_assignments + 1) * sizeof *b->assignments);
	for (i = 0; i < b->n_assignments; i++) {
		a = &b->assignments[i];
		at = arena_printf(o->r->arena, "assignments[%zu]", i);
		if (!check_keys(o, json_at(list, i), at, " slug title type points file "))
			continue;
		a->slug = get_slug(o, json_at(list, i), at, "slug");
		a->title = get_text(o, json_at(list, i), at, "title", 1, 200);
		a->type = get_choice(o, json_at(list, i), at, "type", assignment_types);
		a->points = (int)get_int(o, json_at(list, i), at, "points", 0, POINTS_MAX, -1);
		a->source = get_file(o, json_at(list, i), at, "file", &a->path);
		a->size = strlen(a->source);
	}
}

static void
read_price(struct own *o, struct json *price)
{
	struct bundle *b = o->r->b;
	const char *c;

	if (price == NULL || !check_keys(o, price, "price", " amount currency "))
		return;
	b->price = get_int(o, price, "price", "amount", 0, 100000000, -1);
	c = get_text(o, price, "price", "currency", 3, 3);
	if (strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3 || strlen(c) != 3)
		bundle_fail(o->r, file_name, "price.currency", "must be three capital letters");
	b->currency = c;
}

static void
read_licence(struct own *o, struct json *licence)
{
	struct bundle *b = o->r->b;

	if (licence == NULL || !check_keys(o, licence, "licence", " name url attribution text "))
		return;
	b->licence = get_text(o, licence, "licence", "name", 1, 100);
	b->licence_url = get_text(o, licence, "licence", "url", 0, 300);
	b->attribution = get_text(o, licence, "licence", "attribution", 0, 20000);
	b->licence_text = get_text(o, licence, "licence", "text", 0, 10000);
	if (*b->licence_url != '\0' && strncmp(b->licence_url, "https://", 8) != 0)
		bundle_fail(o->r, file_name, "licence.url", "must begin with https://");
}

static void
read_course(struct own *o, struct json *j)
{
	struct bundle *b = o->r->b;
	const char *path;

	b->code = get_slug(o, j, "", "code");
	b->slug = get_slug(o, j, "", "slug");
	b->title = get_text(o, j, "", "title", 1, 200);
	b->summary = get_text(o, j, "", "summary", 1, 500);
	b->description = get_file(o, j, "", "description", &path);
	b->category = get_text(o, j, "", "category", 1, 80);
	b->level = get_choice(o, j, "", "level", levels);
	b->language = get_text(o, j, "", "language", 2, 10);
	b->weeks = (int)get_int(o, j, "", "weeks", 1, WEEKS_MAX, 0);
	b->instructor = get_text(o, j, "", "instructor", 0, 254);
	b->instructor = *b->instructor == '\0' ? NULL : b->instructor;
	b->source_url = get_text(o, j, "", "source", 0, 300);
	b->prerequisites = get_list(o, j, "prerequisites");
	b->outcomes = get_list(o, j, "outcomes");
	b->requirements = get_list(o, j, "requirements");
	b->skills = get_list(o, j, "skills");
	read_price(o, json_get(j, "price"));
	read_licence(o, json_get(j, "licence"));
	read_modules(o, json_get(j, "modules"));
	read_assignments(o, json_get(j, "assignments"));
}

void
own_read(struct reader *r)
{
	struct own o = { .r = r };
	char reason[160], *text = bundle_text(r, file_name, true);
	struct json *j;

	if (text == NULL)
		return;
	j = json_read(r->arena, text, strlen(text), reason, sizeof reason);
	if (j == NULL) {
		bundle_fail(r, file_name, "", "%s", reason);
		return;
	}
	bundle_note(r, BUNDLE_TAKEN, file_name, "");
	if (!check_keys(&o, j, "", " format code slug title summary description category level "
	    "language weeks price instructor prerequisites outcomes requirements skills licence "
	    "source modules assignments "))
		return;
	if (strcmp(json_text(json_get(j, "format"), ""), "course-bundle/1") != 0) {
		bundle_fail(r, file_name, "format", "must be \"course-bundle/1\"");
		return;
	}
	read_course(&o, j);
}
