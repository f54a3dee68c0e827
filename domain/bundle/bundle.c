/* bundle.c: finds out the form of a source, and what all forms need. */
#include "bundle/bundle.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bundle/bundle_part.h"

/* Room for one more item; the items may move. */
void *
grow(struct arena *arena, void *items, size_t n, size_t *capacity, size_t item)
{
	void *more;

	if (n < *capacity)
		return items;
	*capacity = *capacity == 0 ? 32 : *capacity * 2;
	more = arena_alloc(arena, *capacity * item);
	if (n > 0)
		memcpy(more, items, n * item);
	return more;
}

void
bundle_fail(struct reader *r, const char *file, const char *field, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (r->b->n_errors == BUNDLE_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->b->errors = grow(r->arena, r->b->errors, r->b->n_errors, &r->error_capacity,
	    sizeof *r->b->errors);
	r->b->errors[r->b->n_errors++] = (struct bundle_error){ .file = arena_strdup(r->arena, file),
		.field = arena_strdup(r->arena, field), .text = arena_strdup(r->arena, text) };
}

void
bundle_note(struct reader *r, enum bundle_report_kind kind, const char *path, const char *reason)
{
	const struct bundle_file *file = source_find(r->source, path);

	if (file != NULL)
		r->used[file - r->source->files] = true;
	r->b->report = grow(r->arena, r->b->report, r->b->n_report, &r->report_capacity,
	    sizeof *r->b->report);
	r->b->report[r->b->n_report++] = (struct bundle_report){
		.kind = kind, .path = arena_strdup(r->arena, path), .reason = reason
	};
}

/* ---- text ---------------------------------------------------------------------- */

bool
bundle_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0, need;

	while (i < n) {
		need = p[i] < 0x80 ? 0 : p[i] >= 0xc2 && p[i] < 0xe0 ? 1
		    : (p[i] & 0xf0) == 0xe0 ? 2 : p[i] >= 0xf0 && p[i] < 0xf5 ? 3 : 9;
		if (need == 9 || p[i] == 0 || n - i <= need ||
		    (p[i] == 0xe0 && p[i + 1] < 0xa0) || (p[i] == 0xed && p[i + 1] > 0x9f) ||
		    (p[i] == 0xf0 && p[i + 1] < 0x90) || (p[i] == 0xf4 && p[i + 1] > 0x8f))
			return false;
		for (i++; need > 0; need--, i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

static char *
text_refused(struct reader *r, const char *path, bool needed, const char *why)
{
	if (needed)
		bundle_fail(r, path, "", "%s", why);
	else if (source_find(r->source, path) != NULL)
		bundle_note(r, BUNDLE_LEFT_OUT, path, why);
	return NULL;
}

char *
bundle_text(struct reader *r, const char *path, bool needed)
{
	const struct bundle_file *file = source_find(r->source, path);
	char *text;
	size_t from, to;

	if (file == NULL)
		return text_refused(r, path, needed, "the file is missing");
	if (file->size > BUNDLE_TEXT_MAX)
		return text_refused(r, path, needed, "longer than 256 KiB");
	text = r->source->read(r->source, file);
	if (text == NULL)
		return text_refused(r, path, needed, "cannot be read");
	if (!bundle_utf8(text, file->size))
		return text_refused(r, path, needed, "not UTF-8 text");
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	for (from = to = 0; text[from] != '\0'; from++)
		if (text[from] != '\r')
			text[to++] = text[from];
	text[to] = '\0';
	return text;
}

char *
bundle_join(struct arena *arena, const char *folder, const char *path)
{
	const char *parts[2] = { *path == '/' ? "" : folder, path };
	char *out = arena_alloc(arena, strlen(folder) + strlen(path) + 3), *to = out;
	const char *p;
	size_t n, i;

	for (i = 0; i < 2; i++)
		for (p = parts[i]; *p != '\0'; p += n + (p[n] == '/')) {
			n = strcspn(p, "/");
			if (n == 0 || (n == 1 && *p == '.'))
				continue;
			if (n == 2 && p[0] == '.' && p[1] == '.') {
				if (to == out)
					return NULL;
				while (to > out && *--to != '/')
					;
				continue;
			}
			if (to > out)
				*to++ = '/';
			memcpy(to, p, n);
			to += n;
		}
	*to = '\0';
	return out;
}

static int
hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

char *
bundle_unescape(struct arena *arena, const char *url)
{
	char *out = arena_alloc(arena, strlen(url) + 1), *to = out;

	for (; *url != '\0'; url++) {
		if (*url == '%' && isxdigit((unsigned char)url[1]) && isxdigit((unsigned char)url[2])) {
			*to++ = (char)(hex_value(url[1]) * 16 + hex_value(url[2]));
			url += 2;
		} else {
			*to++ = *url;
		}
	}
	*to = '\0';
	return out;
}

int
bundle_words(const char *text)
{
	bool word = false;
	int n = 0;

	for (; *text != '\0'; text++) {
		bool letter = isalnum((unsigned char)*text) || (unsigned char)*text >= 0x80;

		n += letter && !word;
		word = letter;
	}
	return n;
}

const char *const *
bundle_list(struct arena *arena, const char **items, size_t n)
{
	const char **out = arena_alloc(arena, (n + 1) * sizeof *out);

	if (n > 0)
		memcpy(out, items, n * sizeof *out);
	return out;
}

/* Drops emphasis, ticks, tags, and the addresses of links. */
static void
plain_line(struct buffer *b, const char *p, const char *end)
{
	const char *close;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			buffer_char(b, *++p);
		else if (*p == ']' && p + 1 < end && (p[1] == '(' || p[1] == '[')) {
			close = memchr(p, p[1] == '(' ? ')' : ']', (size_t)(end - p));
			if (p[1] == '[')
				close = memchr(p + 1, ']', (size_t)(end - p - 1));
			p = close == NULL ? end - 1 : close;
		} else if (*p == '<' && p + 1 < end && (isalpha((unsigned char)p[1]) || p[1] == '/') &&
		    (close = memchr(p, '>', (size_t)(end - p))) != NULL) {
			p = close;
		} else if (strchr("*`[]", *p) == NULL)
			buffer_char(b, *p);
	}
}

char *
bundle_first_paragraph(struct arena *arena, const char *markdown, size_t n)
{
	const char *p = markdown, *end;
	struct buffer b;
	int fence = 0;
	char *out;

	buffer_init(&b, arena, n + 64);
	for (; *p != '\0'; p = *end == '\n' ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		while (p < end && isspace((unsigned char)*p))
			p++;
		if (strncmp(p, ":::", 3) == 0)
			fence += strpbrk(p, "abcdefghijklmnopqrstuvwxyz{") != NULL &&
			    strcspn(p, "abcdefghijklmnopqrstuvwxyz{") < (size_t)(end - p) ? 1 : -1;
		if (p == end && b.size > 0)
			break;
		if (p == end || fence > 0 || strchr(":#!|>", *p) != NULL || strncmp(p, "```", 3) == 0)
			continue;
		if (b.size > 0)
			buffer_char(&b, ' ');
		plain_line(&b, p, end);
	}
	out = arena_strdup(arena, buffer_text(&b));
	if (strlen(out) <= n)
		return out;
	while (n > 3 && (out[n - 3] & 0xc0) == 0x80)
		n--;
	for (size_t i = n - 3; i > n / 2; i--)
		if (out[i] == ' ') {
			n = i + 3;
			break;
		}
	memcpy(out + n - 3, "\xE2\x80\xA6", 4);
	return out;
}

/* ---- reading -------------------------------------------------------------------- */

static enum bundle_kind
find_kind(const struct bundle_source *s)
{
	if (source_find(s, "course.json") != NULL)
		return BUNDLE_OWN;
	if (source_find(s, "config.yaml") != NULL)
		return BUNDLE_CARPENTRIES;
	if (source_find(s, "config.json") != NULL)
		return BUNDLE_EXERCISM;
	return BUNDLE_UNKNOWN;
}

static void
report_rest(struct reader *r)
{
	struct bundle_source *s = r->source;
	size_t i;

	for (i = 0; i < s->n_left_out; i++)
		bundle_note(r, BUNDLE_LEFT_OUT, s->left_out[i].path, s->left_out[i].reason);
	for (i = 0; i < s->n; i++) {
		if (r->used[i])
			continue;
		bundle_note(r, BUNDLE_LEFT_OUT, s->files[i].path, "not used by a lesson");
	}
}

/* Two lessons with one slug, or none at all. */
static void
check_lessons(struct reader *r)
{
	struct bundle *b = r->b;
	const char **seen = arena_alloc(r->arena, (BUNDLE_LESSONS_MAX + 1) * sizeof *seen);
	size_t n = 0, i, k, j;

	for (i = 0; i < b->n_modules; i++)
		for (k = 0; k < b->modules[i].n_lessons; k++) {
			for (j = 0; j < n; j++)
				if (strcmp(seen[j], b->modules[i].lessons[k].slug) == 0)
					bundle_fail(r, b->modules[i].lessons[k].path, "slug",
					    "\"%s\" is the slug of two lessons", seen[j]);
			if (n == BUNDLE_LESSONS_MAX) {
				bundle_fail(r, "", "lessons", "more than %d lessons",
				    BUNDLE_LESSONS_MAX);
				return;
			}
			seen[n++] = b->modules[i].lessons[k].slug;
		}
	if (n == 0 && b->n_errors == 0)
		bundle_fail(r, "", "", "there is no lesson in it");
}

static struct bundle *
empty(struct arena *arena)
{
	static const char *const none[] = { NULL };
	struct bundle *b = arena_alloc(arena, sizeof *b);

	b->code = b->slug = b->title = b->summary = b->description = b->category = "";
	b->licence = b->licence_url = b->licence_text = b->attribution = b->source_url = "";
	b->level = "BEGINNER";
	b->language = "en";
	b->currency = "ZAR";
	b->weeks = 1;
	b->prerequisites = b->outcomes = b->requirements = b->skills = none;
	return b;
}

struct bundle *
bundle_read(struct arena *arena, struct bundle_source *source)
{
	struct bundle *b = empty(arena);
	struct reader r = { .arena = arena, .source = source, .b = b };

	r.used = arena_alloc(arena, source->n + 1);
	b->kind = find_kind(source);
	switch (b->kind) {
	case BUNDLE_OWN:
		own_read(&r);
		break;
	case BUNDLE_CARPENTRIES:
		carpentries_read(&r);
		break;
	case BUNDLE_EXERCISM:
		exercism_read(&r);
		break;
	case BUNDLE_UNKNOWN:
		bundle_fail(&r, "", "", "no course.json, config.yaml or config.json in it");
		return b;
	}
	check_lessons(&r);
	report_rest(&r);
	return b;
}
