/*
 * bundle_exercism.c: an Exercism track. Each concept is a lesson, in the order
 * in which the track teaches them; each practice exercise is a coding lesson
 * (without tests), by difficulty. Only the texts are there, so an exercise is
 * read here and solved in the learner's own editor.
 */
#include <stdio.h>
#include <string.h>

#include "bundle/bundle_track.h"
#include "json.h"

enum { CONCEPTS_PER_MODULE = 9, EXERCISES_PER_MODULE = 16 };

const char *
track_member(struct json *object, const char *key)
{
	return json_text(json_get(object, key), "");
}

/* ---- items -------------------------------------------------------------------------- */

static bool
slug_ok(const char *slug)
{
	return *slug != '\0' && strlen(slug) <= 80 &&
	    slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

const struct item *
track_item(const struct track *t, const char *slug, size_t n, bool exercise)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->items[i].exercise == exercise && strncmp(t->items[i].folder +
		    (exercise ? 19 : 9), slug, n) == 0 &&
		    t->items[i].folder[(exercise ? 19 : 9) + n] == '\0')
			return &t->items[i];
	return NULL;
}

static struct item *
item_add(struct track *t, const char *slug, const char *name, bool exercise)
{
	struct arena *a = t->r->arena;
	struct item *item;

	if (!slug_ok(slug) || t->n == BUNDLE_LESSONS_MAX ||
	    track_item(t, slug, strlen(slug), exercise) != NULL)
		return NULL;
	item = &t->items[t->n];
	*item = (struct item){ .slug = slug, .name = *name != '\0' ? name : slug,
		.exercise = exercise };
	item->folder = arena_printf(a, "%s/%s", exercise ? "exercises/practice" : "concepts", slug);
	/* A concept may have the name of an exercise. */
	if (exercise && track_item(t, slug, strlen(slug), false) != NULL)
		item->slug = arena_printf(a, "exercise-%s", slug);
	t->n++;
	return item;
}

static const char *
concept_name(struct json *concepts, const char *slug)
{
	size_t i;

	for (i = 0; i < json_length(concepts); i++)
		if (strcmp(track_member(json_at(concepts, i), "slug"), slug) == 0)
			return track_member(json_at(concepts, i), "name");
	return "";
}

static bool
deprecated(struct json *exercise)
{
	return strcmp(track_member(exercise, "status"), "deprecated") == 0;
}

/* First the concepts that the track's exercises teach, in their order, then
 * the others in the order of config.json. */
static void
list_concepts(struct track *t, struct json *config)
{
	struct json *concepts = json_get(config, "concepts"), *taught, *list;
	const char *slug;
	size_t i, k;

	list = json_get(json_get(config, "exercises"), "concept");
	for (i = 0; i < json_length(list); i++) {
		taught = json_get(json_at(list, i), "concepts");
		for (k = 0; !deprecated(json_at(list, i)) && k < json_length(taught); k++) {
			slug = json_text(json_at(taught, k), "");
			if (*concept_name(concepts, slug) != '\0')
				item_add(t, slug, concept_name(concepts, slug), false);
		}
	}
	for (i = 0; i < json_length(concepts); i++)
		item_add(t, track_member(json_at(concepts, i), "slug"),
		    track_member(json_at(concepts, i), "name"), false);
	t->n_concepts = t->n;
}

static void
leave_out(struct track *t, const char *slug)
{
	struct bundle_source *s = t->r->source;
	const char *folder = arena_printf(t->r->arena, "exercises/practice/%s/", slug);
	size_t i;

	bundle_note(t->r, BUNDLE_LEFT_OUT, folder, "the track no longer uses it");
	for (i = source_first(s, folder); i < s->n &&
	     strncmp(s->files[i].path, folder, strlen(folder)) == 0; i++)
		t->r->used[i] = true;
}

static void
list_exercises(struct track *t, struct json *config)
{
	struct json *list = json_get(json_get(config, "exercises"), "practice"), *e;
	struct item *item;
	size_t i, n;
	int level;

	n = json_length(list);
	for (level = 1; level <= 10; level++)
		for (i = 0; i < n; i++) {
			e = json_at(list, i);
			if (json_int(json_get(e, "difficulty"), 5) != level)
				continue;
			if (deprecated(e)) {
				leave_out(t, track_member(e, "slug"));
				continue;
			}
			item = item_add(t, track_member(e, "slug"), track_member(e, "name"), true);
			if (item != NULL)
				item->difficulty = level;
		}
}

/* ---- lessons and modules -------------------------------------------------------------- */

static void
make_lesson(struct track *t, size_t i)
{
	const struct item *item = &t->items[i];
	const char *text = item->exercise ? track_exercise(t, item) : track_concept(t, item);
	struct bundle_lesson *l = &t->lessons[t->n_lessons];
	int minutes;

	if (text == NULL) {
		bundle_note(t->r, BUNDLE_LEFT_OUT, item->folder, "it has no text");
		return;
	}
	minutes = bundle_words(text) / 120;
	*l = (struct bundle_lesson){ .slug = item->slug, .title = item->name,
		.type = item->exercise ? "CODING" : "TEXT", .path = item->folder,
		.source = text, .size = strlen(text) };
	l->minutes = item->exercise ? 15 + 10 * item->difficulty
	    : minutes < 5 ? 5 : minutes > 60 ? 60 : minutes;
	l->preview = i == 0 || i == t->n_concepts;
	t->made[t->n_lessons++] = i;
}

static struct bundle_module *
module_add(struct track *t, size_t from, size_t n, const char *title, const char *summary)
{
	struct bundle *b = t->r->b;
	struct bundle_module *m;

	b->modules = grow(t->r->arena, b->modules, b->n_modules, &t->module_capacity, sizeof *m);
	m = &b->modules[b->n_modules++];
	*m = (struct bundle_module){ .title = title, .summary = summary,
		.lessons = t->lessons + from, .n_lessons = n };
	m->code = arena_printf(t->r->arena, "%s-m%zu", b->code, b->n_modules);
	return m;
}

static void
concept_modules(struct track *t, size_t n)
{
	size_t parts = (n + CONCEPTS_PER_MODULE - 1) / CONCEPTS_PER_MODULE, i, from = 0, k;
	struct arena *a = t->r->arena;
	const char *title, *first, *last;

	for (i = 0; i < parts; i++) {
		k = n / parts + (i < n % parts);
		first = t->lessons[from].title;
		last = t->lessons[from + k - 1].title;
		title = k == 1 ? first : i == 0 ? arena_printf(a, "First steps: %s to %s", first, last)
		    : arena_printf(a, "%s to %s", first, last);
		module_add(t, from, k, title, arena_printf(a,
		    "%zu ideas of %s, each explained with examples.", k, t->language));
		from += k;
	}
}

/* Exercises from `from` to `end` in modules of one band of difficulty. */
static size_t
band_modules(struct track *t, size_t from, int most, const char *name)
{
	struct arena *a = t->r->arena;
	size_t end = from, n, parts, i, k;

	while (end < t->n_lessons && t->items[t->made[end]].difficulty <= most)
		end++;
	n = end - from;
	parts = (n + EXERCISES_PER_MODULE - 1) / EXERCISES_PER_MODULE;
	for (i = 0; i < parts; i++) {
		k = n / parts + (i < n % parts);
		module_add(t, from, k, parts == 1 ? arena_printf(a, "Practice: %s", name)
		    : arena_printf(a, "Practice: %s, part %zu", name, i + 1),
		    arena_printf(a, "%zu exercises, from %s to %s.", k, t->lessons[from].title,
		    t->lessons[from + k - 1].title));
		from += k;
	}
	return end;
}

static void
make_modules(struct track *t)
{
	size_t n = 0;

	while (n < t->n_lessons && !t->items[t->made[n]].exercise)
		n++;
	concept_modules(t, n);
	n = band_modules(t, n, 1, "warm-up");
	n = band_modules(t, n, 3, "easy");
	n = band_modules(t, n, 6, "medium");
	band_modules(t, n, 10, "hard");
}

/* ---- the course ------------------------------------------------------------------------- */

static void
read_licence(struct reader *r)
{
	struct bundle *b = r->b;
	char *text = bundle_text(r, "LICENSE", false);
	const char *line = text == NULL ? NULL : strstr(text, "Copyright");

	if (text == NULL) {
		b->licence = "see the source";
		return;
	}
	b->licence = strncmp(text, "MIT", 3) == 0 ? "MIT" : "see LICENSE";
	b->licence_url = strncmp(text, "MIT", 3) == 0 ? "https://opensource.org/license/mit" : "";
	b->licence_text = strlen(text) <= 8192 ? text : "";
	b->attribution = line == NULL ? "Exercism and contributors" : arena_printf(r->arena,
	    "%.*s and contributors, exercism.org", (int)strcspn(line, "\n"), line);
	bundle_note(r, BUNDLE_TAKEN, "LICENSE", "");
}

static void
describe(struct track *t, struct json *config)
{
	struct bundle *b = t->r->b;
	struct json *features = json_get(config, "key_features"), *f;
	const char *items[20];
	struct buffer text;
	size_t i, n = 0;

	buffer_init(&text, t->r->arena, 1024);
	buffer_printf(&text, "%s\n\n## What makes it special\n\n", track_member(config, "blurb"));
	for (i = 0; i < json_length(features) && i < 20; i++) {
		f = json_at(features, i);
		buffer_printf(&text, "- **%s**: %s\n", track_member(f, "title"), track_member(f, "content"));
	}
	buffer_str(&text, "\n## How to work with this course\n\nRead an idea, then practise. "
	    "The exercises are to be solved in your own editor; they come from the free "
	    "platform [Exercism](https://exercism.org), where tests and mentors are.\n");
	b->description = arena_strdup(t->r->arena, buffer_text(&text));
	for (i = 0; i < t->n_concepts && n < 8; i += 1 + t->n_concepts / 9)
		items[n++] = arena_printf(t->r->arena, "Use and explain: %s", t->items[i].name);
	b->outcomes = bundle_list(t->r->arena, items, n);
	items[0] = t->language;
	items[1] = "Problem Solving";
	b->skills = bundle_list(t->r->arena, items, 2);
}

void
exercism_read(struct reader *r)
{
	struct track t = { .r = r };
	struct bundle *b = r->b;
	struct json *config;
	char reason[160], *text = bundle_text(r, "config.json", true);
	int minutes = 0;
	size_t i;

	if (text == NULL)
		return;
	config = json_read(r->arena, text, strlen(text), reason, sizeof reason);
	if (config == NULL) {
		bundle_fail(r, "config.json", "", "%s", reason);
		return;
	}
	t.slug = track_member(config, "slug");
	t.language = track_member(config, "language");
	if (!slug_ok(t.slug) || *t.language == '\0') {
		bundle_fail(r, "config.json", slug_ok(t.slug) ? "language" : "slug",
		    "not an Exercism track");
		return;
	}
	bundle_note(r, BUNDLE_TAKEN, "config.json", "");
	t.items = arena_alloc(r->arena, BUNDLE_LESSONS_MAX * sizeof *t.items);
	t.lessons = arena_alloc(r->arena, BUNDLE_LESSONS_MAX * sizeof *t.lessons);
	t.made = arena_alloc(r->arena, BUNDLE_LESSONS_MAX * sizeof *t.made);
	b->code = b->slug = arena_printf(r->arena, "%s-track", t.slug);
	b->title = arena_printf(r->arena, "%s: Concepts and Practice", t.language);
	b->summary = bundle_first_paragraph(r->arena, track_member(config, "blurb"), 300);
	b->category = "Computer Science";
	b->source_url = arena_printf(r->arena, "https://exercism.org/tracks/%s", t.slug);
	list_concepts(&t, config);
	list_exercises(&t, config);
	for (i = 0; i < t.n; i++)
		make_lesson(&t, i);
	for (i = 0; i < t.n_lessons; i++)
		minutes += t.lessons[i].minutes;
	b->weeks = 1 + minutes / 300 > 52 ? 52 : 1 + minutes / 300;
	make_modules(&t);
	describe(&t, config);
	read_licence(r);
}
