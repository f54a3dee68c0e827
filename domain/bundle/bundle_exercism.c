/*
 * bundle_exercism.c: an Exercism track. Each concept is a lesson, in the order
 * in which the track teaches them; each practice exercise is a coding lesson
 * (without tests), by difficulty. Only the texts are there, so an exercise is
 * read here and solved in the learner's own editor.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bundle/bundle_part.h"
#include "json.h"

enum { CONCEPTS_PER_MODULE = 9, EXERCISES_PER_MODULE = 16, SHORT_TEXT = 200 };

struct item {
	const char *slug, *name, *folder; /* "concepts/bools" */
	int difficulty;
	bool exercise;
};

struct track {
	struct reader *r;
	const char *slug, *language;
	struct item *items;
	size_t n, n_concepts;
	struct bundle_lesson *lessons;
	size_t n_lessons;
	size_t *made;    /* item of each lesson */
	const char *in, *folder;
	size_t module_capacity;
};

static const char *
text_of(struct json *object, const char *key)
{
	return json_text(json_get(object, key), "");
}

/* ---- links --------------------------------------------------------------------- */

static bool
has_text(const struct track *t, const struct item *item)
{
	static const char *const files[] = {
		"about.md", "introduction.md", ".docs/instructions.md", ".docs/introduction.md"
	};
	size_t i;

	for (i = 0; i < sizeof files / sizeof files[0]; i++)
		if (source_find(t->r->source, arena_printf(t->r->arena, "%s/%s", item->folder,
		    files[i])) != NULL)
			return true;
	return false;
}

static const struct item *
item_find(const struct track *t, const char *slug, size_t n, bool exercise)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->items[i].exercise == exercise && strncmp(t->items[i].folder +
		    (exercise ? 19 : 9), slug, n) == 0 &&
		    t->items[i].folder[(exercise ? 19 : 9) + n] == '\0')
			return &t->items[i];
	return NULL;
}

/* "/tracks/python/concepts/bools" and the same on exercism.org or .io. */
static const char *
track_link(const struct track *t, const char *destination)
{
	static const char *const sites[] = {
		"https://exercism.org", "https://exercism.io", "https://exercism.lol", ""
	};
	struct arena *a = t->r->arena;
	const char *path = destination, *prefix;
	const struct item *item;
	bool exercise;
	size_t i, n;

	for (i = 0; i < 3; i++)
		if (strncmp(destination, sites[i], strlen(sites[i])) == 0)
			break;
	path += strlen(sites[i]);
	prefix = arena_printf(a, "/tracks/%s/", t->slug);
	if (strncmp(path, prefix, strlen(prefix)) == 0) {
		path += strlen(prefix);
		exercise = strncmp(path, "exercises/", 10) == 0;
		if (exercise || strncmp(path, "concepts/", 9) == 0) {
			path += exercise ? 10 : 9;
			n = strcspn(path, "/?#");
			item = item_find(t, path, n, exercise);
			if (item != NULL && has_text(t, item))
				return arena_printf(a, "lesson:%s%s", item->slug,
				    path[n] == '#' ? path + n : "");
		}
	}
	if (*destination == '/' && destination[1] != '/')
		return arena_printf(a, "https://exercism.org%s", destination);
	return NULL;
}

static const char *
rewrite(void *state, const char *destination, bool picture)
{
	struct track *t = state;
	const struct bundle_media *media;

	if (!picture)
		return track_link(t, destination);
	media = bundle_media_take(t->r, t->folder, destination, t->in);
	return media == NULL ? NULL : media->path;
}

/* "[concept:python/bools]()" and "[exercise:python/leap]()" are how a track
 * names its own pages: "[Bools](lesson:bools)". */
static const char *
expand(struct track *t, const char *text)
{
	const char *p = text, *q, *slug, *end;
	const struct item *item;
	struct buffer b;

	if (strstr(text, "]()") == NULL)
		return text;
	buffer_init(&b, t->r->arena, strlen(text) + 256);
	for (; (q = strchr(p, '[')) != NULL; p = q + 1) {
		end = q + 1 + strcspn(q + 1, "[]\n");
		slug = memchr(q, '/', (size_t)(end - q));
		item = NULL;
		if (slug != NULL && strncmp(end, "]()", 3) == 0 &&
		    (strncmp(q, "[concept:", 9) == 0 || strncmp(q, "[exercise:", 10) == 0))
			item = item_find(t, slug + 1, (size_t)(end - slug - 1), q[1] == 'e');
		buffer_add(&b, p, (size_t)(q - p));
		if (item == NULL) {
			buffer_char(&b, '[');
			continue;
		}
		buffer_printf(&b, "[%s](lesson:%s)", item->name, item->slug);
		q = end + 2;
	}
	buffer_str(&b, p);
	return arena_strdup(t->r->arena, buffer_text(&b));
}

/* ---- texts ------------------------------------------------------------------------ */

static const char *
read_part(struct track *t, const struct item *item, const char *name)
{
	const char *path = arena_printf(t->r->arena, "%s/%s", item->folder, name);
	char *text;

	if (source_find(t->r->source, path) == NULL)
		return "";
	text = bundle_text(t->r, path, false);
	if (text == NULL)
		return "";
	bundle_note(t->r, BUNDLE_TAKEN, path, "");
	t->in = path;
	t->folder = item->folder;
	return bundle_rewrite(t->r->arena, expand(t, text), rewrite, t);
}

/* links.json → "Further reading". */
static void
further_reading(struct track *t, const struct item *item, struct buffer *b)
{
	const char *path = arena_printf(t->r->arena, "%s/links.json", item->folder), *name, *url;
	struct json *links = NULL;
	char *text = NULL;
	size_t i;

	if (source_find(t->r->source, path) != NULL)
		text = bundle_text(t->r, path, false);
	if (text != NULL)
		links = json_parse(t->r->arena, text);
	if (links == NULL || json_length(links) == 0)
		return;
	bundle_note(t->r, BUNDLE_TAKEN, path, "");
	buffer_str(b, "\n\n## Further reading\n\n");
	for (i = 0; i < json_length(links) && i < 50; i++) {
		url = text_of(json_at(links, i), "url");
		name = text_of(json_at(links, i), "description");
		if (strpbrk(url, " <>\n") != NULL || *url == '\0')
			continue;
		buffer_str(b, "- [");
		for (name = *name != '\0' ? name : url; *name != '\0'; name++) {
			if (ispunct((unsigned char)*name))
				buffer_char(b, '\\');
			buffer_char(b, *name == '\n' ? ' ' : *name);
		}
		buffer_printf(b, "](<%s>)\n", url);
	}
}

static bool
is_stub(const char *text)
{
	return strlen(text) < SHORT_TEXT || strncmp(text, "TODO", 4) == 0;
}

/* about.md tells the whole; introduction.md is a shorter telling of the same. */
static const char *
concept_text(struct track *t, const struct item *item)
{
	const char *about = read_part(t, item, "about.md"), *intro = read_part(t, item,
	    "introduction.md");
	struct buffer b;

	if (*about == '\0' && *intro == '\0')
		return NULL;
	buffer_init(&b, t->r->arena, strlen(about) + 256);
	buffer_str(&b, is_stub(about) && strlen(intro) > strlen(about) ? intro : about);
	further_reading(t, item, &b);
	return arena_strdup(t->r->arena, buffer_text(&b));
}

static const char *
source_line(struct track *t, const struct item *item)
{
	struct arena *a = t->r->arena;
	const char *path = arena_printf(a, "%s/.meta/config.json", item->folder), *name, *url;
	struct json *meta;
	char *text;

	if (source_find(t->r->source, path) == NULL ||
	    (text = bundle_text(t->r, path, false)) == NULL ||
	    (meta = json_parse(a, text)) == NULL)
		return "";
	bundle_note(t->r, BUNDLE_TAKEN, path, "");
	name = text_of(meta, "source");
	url = text_of(meta, "source_url");
	if (*name == '\0' || strpbrk(name, "[]<>\n\\") != NULL)
		return "";
	if (strncmp(url, "http", 4) != 0 || strpbrk(url, " <>\n") != NULL)
		return arena_printf(a, "\n\nSource: %s\n", name);
	return arena_printf(a, "\n\nSource: [%s](<%s>)\n", name, url);
}

static void
add_part(struct buffer *b, const char *text)
{
	if (*text == '\0')
		return;
	buffer_str(b, b->size > 0 ? "\n\n" : "");
	buffer_str(b, text);
}

static const char *
exercise_text(struct track *t, const struct item *item)
{
	const char *hints;
	struct buffer b;

	buffer_init(&b, t->r->arena, 4096);
	add_part(&b, read_part(t, item, ".docs/introduction.md"));
	add_part(&b, read_part(t, item, ".docs/introduction.append.md"));
	add_part(&b, read_part(t, item, ".docs/instructions.md"));
	add_part(&b, read_part(t, item, ".docs/instructions.append.md"));
	if (b.size == 0)
		return NULL;
	hints = read_part(t, item, ".docs/hints.md");
	if (*hints != '\0')
		buffer_printf(&b, "\n\n::: hint\n%s\n:::\n", hints);
	buffer_str(&b, source_line(t, item));
	return arena_strdup(t->r->arena, buffer_text(&b));
}

/* ---- items -------------------------------------------------------------------------- */

static bool
slug_ok(const char *slug)
{
	return *slug != '\0' && strlen(slug) <= 80 &&
	    slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static struct item *
item_add(struct track *t, const char *slug, const char *name, bool exercise)
{
	struct arena *a = t->r->arena;
	struct item *item;

	if (!slug_ok(slug) || t->n == BUNDLE_LESSONS_MAX ||
	    item_find(t, slug, strlen(slug), exercise) != NULL)
		return NULL;
	item = &t->items[t->n];
	*item = (struct item){ .slug = slug, .name = *name != '\0' ? name : slug,
		.exercise = exercise };
	item->folder = arena_printf(a, "%s/%s", exercise ? "exercises/practice" : "concepts", slug);
	/* A concept may have the name of an exercise. */
	if (exercise && item_find(t, slug, strlen(slug), false) != NULL)
		item->slug = arena_printf(a, "exercise-%s", slug);
	t->n++;
	return item;
}

static const char *
concept_name(struct json *concepts, const char *slug)
{
	size_t i;

	for (i = 0; i < json_length(concepts); i++)
		if (strcmp(text_of(json_at(concepts, i), "slug"), slug) == 0)
			return text_of(json_at(concepts, i), "name");
	return "";
}

static bool
deprecated(struct json *exercise)
{
	return strcmp(text_of(exercise, "status"), "deprecated") == 0;
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
		item_add(t, text_of(json_at(concepts, i), "slug"),
		    text_of(json_at(concepts, i), "name"), false);
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
				leave_out(t, text_of(e, "slug"));
				continue;
			}
			item = item_add(t, text_of(e, "slug"), text_of(e, "name"), true);
			if (item != NULL)
				item->difficulty = level;
		}
}

/* ---- lessons and modules -------------------------------------------------------------- */

static void
make_lesson(struct track *t, size_t i)
{
	const struct item *item = &t->items[i];
	const char *text = item->exercise ? exercise_text(t, item) : concept_text(t, item);
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
	buffer_printf(&text, "%s\n\n## What makes it special\n\n", text_of(config, "blurb"));
	for (i = 0; i < json_length(features) && i < 20; i++) {
		f = json_at(features, i);
		buffer_printf(&text, "- **%s**: %s\n", text_of(f, "title"), text_of(f, "content"));
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
	t.slug = text_of(config, "slug");
	t.language = text_of(config, "language");
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
	b->summary = bundle_first_paragraph(r->arena, text_of(config, "blurb"), 300);
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
