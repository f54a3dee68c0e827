/*
 * bundle_track.c: the texts of an Exercism track: links between its pages,
 * and what a concept or an exercise reads like as a lesson.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bundle/bundle_track.h"

enum { SHORT_TEXT = 200 };

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
			item = track_item(t, path, n, exercise);
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
			item = track_item(t, slug + 1, (size_t)(end - slug - 1), q[1] == 'e');
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
		url = track_member(json_at(links, i), "url");
		name = track_member(json_at(links, i), "description");
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
const char *
track_concept(struct track *t, const struct item *item)
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
	name = track_member(meta, "source");
	url = track_member(meta, "source_url");
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

const char *
track_exercise(struct track *t, const struct item *item)
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
