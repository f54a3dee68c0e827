/*
 * bundle_carpentries.c: a Carpentries Workbench lesson. config.yaml says what
 * it is and orders the episodes; each episode is a lesson. Links to episodes
 * become links to lessons, links to other pages of the lesson lead to where it
 * is published.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bundle/bundle_part.h"

enum { MODULE_LESSONS = 5, OUTCOMES_MAX = 12, AUTHORS_MAX = 400, MINUTES = 30 };

struct episode {
	const char *path; /* "episodes/01-intro.md" */
	const char *slug;
};

struct lesson_files {
	struct reader *r;
	const char *url;  /* where it is published, without "/" at the end; "" */
	struct episode *episodes;
	size_t n;
	const char *in;   /* file being read */
	const char *folder;
	struct bundle_lesson *lessons;
	const char *outcomes[OUTCOMES_MAX];
	size_t n_outcomes;
};

/* ---- links ------------------------------------------------------------------ */

static const struct episode *
episode_by_name(const struct lesson_files *f, const char *path)
{
	const char *name = strrchr(path, '/'), *file;
	size_t n, i;

	name = name == NULL ? path : name + 1;
	n = strcspn(name, ".");
	if (strcmp(name + n, ".md") != 0 && strcmp(name + n, ".html") != 0 &&
	    strcmp(name + n, ".Rmd") != 0)
		return NULL;
	for (i = 0; i < f->n; i++) {
		file = strrchr(f->episodes[i].path, '/') + 1;
		if (strcspn(file, ".") == n && strncmp(file, name, n) == 0)
			return &f->episodes[i];
	}
	return NULL;
}

/* The page of the published lesson that a file becomes. */
static const char *
published(struct lesson_files *f, const char *path, const char *fragment)
{
	struct arena *a = f->r->arena;
	const char *name = strrchr(path, '/'), *dot = strrchr(path, '.');

	if (*f->url == '\0')
		return NULL;
	name = name == NULL ? path : name + 1;
	if (dot == NULL || strcmp(dot, ".md") != 0)
		return arena_printf(a, "%s/%s%s", f->url,
		    strncmp(path, "episodes/", 9) == 0 ? path + 9 : path, fragment);
	if (strcmp(path, "learners/setup.md") == 0)
		return arena_printf(a, "%s/index.html#setup", f->url);
	return arena_printf(a, "%s/%s%.*s.html%s", f->url,
	    strncmp(path, "instructors/", 12) == 0 ? "instructor/" : "",
	    (int)strcspn(name, "."), name, fragment);
}

static const char *
link_to(struct lesson_files *f, const char *destination)
{
	struct arena *a = f->r->arena;
	size_t n = strcspn(destination, "#?");
	const char *path = arena_strndup(a, destination, n), *joined;
	const struct episode *e;

	if (*f->url != '\0' && strncmp(destination, f->url, strlen(f->url)) == 0 &&
	    destination[strlen(f->url)] == '/') {
		e = episode_by_name(f, path);
		return e == NULL ? NULL : arena_printf(a, "lesson:%s%s", e->slug, destination + n);
	}
	if (n == 0 || destination[strcspn(destination, ":/?#")] == ':' ||
	    strncmp(destination, "//", 2) == 0)
		return NULL;
	e = episode_by_name(f, path);
	if (e != NULL)
		return arena_printf(a, "lesson:%s%s", e->slug, destination + n);
	joined = bundle_join(a, f->folder, path);
	/* "../learners/x.md" is also written by files of the root. */
	for (; joined == NULL && strncmp(path, "../", 3) == 0; path += 3)
		joined = bundle_join(a, f->folder, path + 3);
	return joined == NULL ? NULL : published(f, joined, destination + n);
}

static const char *
rewrite(void *state, const char *destination, bool picture)
{
	struct lesson_files *f = state;
	const struct bundle_media *media;

	if (!picture)
		return link_to(f, destination);
	media = bundle_media_take(f->r, f->folder, destination, f->in);
	return media == NULL ? NULL : media->path;
}

/* ---- episodes ------------------------------------------------------------------ */

/* "01-intro.md" → "intro"; a second one of the same name gets a number. */
static const char *
episode_slug(struct lesson_files *f, const char *path)
{
	struct arena *a = f->r->arena;
	const char *name = strrchr(path, '/') + 1, *p = name;
	const char *slug, *candidate;
	size_t i, k = 2;

	while (isdigit((unsigned char)*p) || *p == '-' || *p == '_')
		p++;
	p = *p == '.' || *p == '\0' ? name : p;
	slug = name_slug(a, arena_strndup(a, p, strcspn(p, ".")), "");
	slug = *slug == '\0' ? "lesson" : slug;
	candidate = slug;
	for (i = 0; i < f->n; i++)
		if (strcmp(f->episodes[i].slug, candidate) == 0) {
			candidate = arena_printf(a, "%s-%zu", slug, k++);
			i = (size_t)-1;
		}
	return candidate;
}

static void
episode_add(struct lesson_files *f, const char *path)
{
	if (f->n == BUNDLE_LESSONS_MAX)
		return;
	f->episodes[f->n].slug = episode_slug(f, path);
	f->episodes[f->n++].path = path;
}

static bool
is_episode(const char *path)
{
	size_t n = strlen(path);

	return strncmp(path, "episodes/", 9) == 0 && strchr(path + 9, '/') == NULL && n > 12 &&
	    strcmp(path + n - 3, ".md") == 0;
}

/* In the order of config.yaml; without one, by name. */
static void
list_episodes(struct lesson_files *f, const struct yaml_entry *config)
{
	struct reader *r = f->r;
	const char *const *order = yaml_list(config, "episodes"), *path;
	size_t i;

	f->episodes = arena_alloc(r->arena, BUNDLE_LESSONS_MAX * sizeof *f->episodes);
	for (i = 0; order[i] != NULL; i++) {
		path = bundle_join(r->arena, "episodes", order[i]);
		if (path == NULL || source_find(r->source, path) == NULL)
			bundle_fail(r, "config.yaml", "episodes", "%.80s is not in episodes/", order[i]);
		else
			episode_add(f, path);
	}
	if (i > 0)
		return;
	for (i = source_first(r->source, "episodes/"); i < r->source->n; i++)
		if (is_episode(r->source->files[i].path))
			episode_add(f, r->source->files[i].path);
}

/* "20", "20 minutes" → 20; 0 when it is no sensible number of minutes. */
static int
number(const char *text)
{
	long n = isdigit((unsigned char)*text) ? strtol(text, NULL, 10) : 0;

	return n > 0 && n <= 1000 ? (int)n : 0;
}

static int
minutes_of(const struct yaml_entry *front)
{
	int n = number(yaml_text(front, "teaching", "0")) +
	    number(yaml_text(front, "exercises", "0"));

	return n > 0 ? n : MINUTES;
}

/* The first objective of each episode is an outcome of the course. */
static void
take_outcome(struct lesson_files *f, const char *text)
{
	const char *p = strstr(text, " objectives\n"), *end;
	size_t i;

	if (p == NULL || f->n_outcomes == OUTCOMES_MAX)
		return;
	for (p += 12; *p == '\n' || *p == ' '; p++)
		;
	if (*p != '-' && *p != '*')
		return;
	p += 1 + strspn(p + 1, " ");
	for (end = p; *end != '\0'; end++)
		if (*end == '\n' && (strspn(end + 1, " ") < 2 || end[1] == '\n'))
			break;
	f->outcomes[f->n_outcomes] = bundle_first_paragraph(f->r->arena,
	    arena_strndup(f->r->arena, p, (size_t)(end - p)), 200);
	for (i = 0; i < f->n_outcomes; i++)
		if (strcmp(f->outcomes[i], f->outcomes[f->n_outcomes]) == 0)
			return;
	f->n_outcomes++;
}

static bool
read_episode(struct lesson_files *f, size_t i)
{
	struct reader *r = f->r;
	struct bundle_lesson *l = &f->lessons[i];
	struct yaml_entry *front;
	const char *yaml;
	char reason[200], *text = bundle_text(r, f->episodes[i].path, true);

	if (text == NULL)
		return false;
	text = bundle_front_matter(r->arena, text, &yaml);
	front = yaml_read(r->arena, yaml, reason, sizeof reason);
	if (front == NULL) {
		bundle_fail(r, f->episodes[i].path, "front matter", "%s", reason);
		return false;
	}
	f->in = f->episodes[i].path;
	f->folder = "episodes";
	l->slug = f->episodes[i].slug;
	l->title = yaml_text(front, "title", l->slug);
	l->type = "TEXT";
	l->minutes = minutes_of(front);
	l->preview = i == 0;
	l->path = f->episodes[i].path;
	l->source = bundle_rewrite(r->arena, text, rewrite, f);
	l->size = strlen(l->source);
	take_outcome(f, text);
	bundle_note(r, BUNDLE_TAKEN, l->path, "");
	return true;
}

/* Up to six lessons are one module; more are parts of nearly equal length. */
static void
make_modules(struct lesson_files *f)
{
	struct bundle *b = f->r->b;
	size_t parts = f->n <= MODULE_LESSONS + 1 ? 1 : (f->n + MODULE_LESSONS - 1) / MODULE_LESSONS;
	size_t i, from = 0, n;
	struct bundle_module *m;

	b->modules = arena_alloc(f->r->arena, parts * sizeof *b->modules);
	b->n_modules = f->n == 0 ? 0 : parts;
	for (i = 0; i < b->n_modules; i++) {
		n = f->n / parts + (i < f->n % parts);
		m = &b->modules[i];
		m->lessons = f->lessons + from;
		m->n_lessons = n;
		m->code = arena_printf(f->r->arena, "%s-m%zu", b->code, i + 1);
		m->title = parts == 1 ? b->title : n == 1 ? m->lessons[0].title
		    : arena_printf(f->r->arena, "Part %zu: %s", i + 1, m->lessons[0].title);
		m->summary = n == 1 ? "" : arena_printf(f->r->arena, "From \xE2\x80\x9C%s\xE2\x80\x9D to "
		    "\xE2\x80\x9C%s\xE2\x80\x9D.", m->lessons[0].title, m->lessons[n - 1].title);
		from += n;
	}
}

/* ---- the course ------------------------------------------------------------------- */

static const char *
authors(struct reader *r)
{
	char *text = bundle_text(r, "AUTHORS", false), *p, *end;
	struct buffer b;
	size_t n = 0;

	if (text == NULL)
		return "";
	bundle_note(r, BUNDLE_TAKEN, "AUTHORS", "");
	buffer_init(&b, r->arena, strlen(text) + 64);
	for (p = text; *p != '\0' && n < AUTHORS_MAX; p = end + (*end == '\n')) {
		end = p + strcspn(p, "\n");
		if (end - p < 2 || *p == '#')
			continue;
		buffer_str(&b, n++ > 0 ? ", " : "");
		buffer_add(&b, p, (size_t)(end - p));
	}
	return arena_strdup(r->arena, buffer_text(&b));
}

static const char *
citation(struct reader *r)
{
	char *text = bundle_text(r, "CITATION", false), *p;

	if (text == NULL || strstr(text, "FIXME: describe") != NULL)
		return "";
	bundle_note(r, BUNDLE_TAKEN, "CITATION", "");
	if (strncasecmp(text, "please cite as:", 15) == 0)
		text += 15;
	for (p = text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	while (*text == ' ')
		text++;
	while (p > text && p[-1] == ' ')
		*--p = '\0';
	return text;
}

static void
read_licence(struct reader *r, const struct yaml_entry *config)
{
	struct bundle *b = r->b;
	const char *name = yaml_text(config, "license", ""), *who = authors(r), *cite = citation(r);

	if (source_find(r->source, "LICENSE.md") != NULL)
		bundle_note(r, BUNDLE_TAKEN, "LICENSE.md", "");
	if (strcasecmp(name, "CC-BY 4.0") == 0 || strcasecmp(name, "CC-BY-4.0") == 0 ||
	    strcasecmp(name, "CC BY 4.0") == 0) {
		name = "CC BY 4.0";
		b->licence_url = "https://creativecommons.org/licenses/by/4.0/";
	}
	b->licence = *name == '\0' ? "see the source" : name;
	b->attribution = arena_printf(r->arena, "%s%s%s%s%s", b->title,
	    *cite != '\0' ? ". " : "", cite, *who != '\0' ? ". Authors: " : "", who);
}

/* "software, data, lesson, The Carpentries" is in every one of them. */
static const char *const *
keywords(struct reader *r, const char *list)
{
	static const char common[] = ",software,data,lesson,the carpentries,";
	const char *items[40], *p = list;
	char *word, *lower;
	size_t n = 0, k, i;

	while (*p != '\0' && n < 40) {
		k = strcspn(p, ",");
		word = arena_strndup(r->arena, p, k);
		p += k + (p[k] == ',');
		p += strspn(p, " ");
		if (*word == '\0')
			continue;
		lower = arena_printf(r->arena, ",%s,", word);
		for (i = 0; lower[i] != '\0'; i++)
			lower[i] = (char)tolower((unsigned char)lower[i]);
		if (strstr(common, lower) == NULL)
			items[n++] = word;
	}
	return bundle_list(r->arena, items, n);
}

static void
read_index(struct lesson_files *f)
{
	struct reader *r = f->r;
	char *text = bundle_text(r, "index.md", false);
	const char *yaml;

	if (text == NULL)
		return;
	text = bundle_front_matter(r->arena, text, &yaml);
	f->in = "index.md";
	f->folder = "";
	r->b->summary = bundle_first_paragraph(r->arena, text, 300);
	r->b->description = bundle_rewrite(r->arena, text, rewrite, f);
	bundle_note(r, BUNDLE_TAKEN, "index.md", "");
}

static const char *
lesson_name(struct reader *r, const struct yaml_entry *config)
{
	const char *url = yaml_text(config, "source", ""), *slash = strrchr(url, '/'), *slug = "";

	if (slash != NULL)
		slug = name_slug(r->arena, slash + 1, "");
	if (*slug == '\0' && r->source->name != NULL)
		slug = name_slug(r->arena, r->source->name, "");
	return *slug != '\0' ? slug : name_slug(r->arena, r->b->title, "");
}

static void
read_config(struct lesson_files *f, const struct yaml_entry *config)
{
	struct reader *r = f->r;
	struct bundle *b = r->b;
	const char *url = yaml_text(config, "url", "");
	size_t n = strlen(url);

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		n = 0;
	while (n > 0 && url[n - 1] == '/')
		n--;
	f->url = arena_strndup(r->arena, url, n);
	b->title = yaml_text(config, "title", "");
	if (*b->title == '\0')
		bundle_fail(r, "config.yaml", "title", "the lesson has no title");
	b->slug = b->code = lesson_name(r, config);
	b->source_url = yaml_text(config, "source", f->url);
	b->language = yaml_text(config, "lang", "en");
	b->category = strcmp(yaml_text(config, "carpentry", ""), "dc") == 0 ? "Data Science"
	    : "Computer Science";
	b->skills = keywords(r, yaml_text(config, "keywords", ""));
	bundle_note(r, BUNDLE_TAKEN, "config.yaml", "");
}

void
carpentries_read(struct reader *r)
{
	struct lesson_files f = { .r = r };
	struct yaml_entry *config;
	char reason[200], *text = bundle_text(r, "config.yaml", true);
	int minutes = 0;
	size_t i;

	if (text == NULL)
		return;
	config = yaml_read(r->arena, text, reason, sizeof reason);
	if (config == NULL) {
		bundle_fail(r, "config.yaml", "", "%s", reason);
		return;
	}
	read_config(&f, config);
	list_episodes(&f, config);
	f.lessons = arena_alloc(r->arena, (f.n + 1) * sizeof *f.lessons);
	for (i = 0; i < f.n; i++) {
		if (!read_episode(&f, i))
			return;
		minutes += f.lessons[i].minutes;
	}
	read_index(&f);
	read_licence(r, config);
	r->b->weeks = 1 + minutes / 180;
	r->b->outcomes = bundle_list(r->arena, f.outcomes, f.n_outcomes);
	make_modules(&f);
}
