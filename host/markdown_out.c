/*
 * markdown_out.c: the only place where the page grows. Elements are on a
 * stack; an end tag is written by popping, so the output nests properly
 * whatever the source does. What is known later (headings' ids, highlighted
 * code) leaves a hole that is filled before the page is put together.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "markdown_part.h"

void
md_warn(struct md *m, const char *fmt, ...)
{
	char line[400];
	va_list ap;

	if (m->warnings == NULL)
		m->warnings = arena_alloc(m->arena, (MD_WARNINGS_MAX + 1) * sizeof *m->warnings);
	if (m->n_warnings == MD_WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	m->warnings[m->n_warnings++] = arena_strdup(m->arena, line);
}

void
md_put(struct md *m, const char *literal)
{
	if (m->muted == 0)
		buffer_str(&m->html, literal);
}

void
md_escape(struct buffer *b, const char *s, size_t n)
{
	const char *end = s + n, *from = s, *to;

	for (; s < end; s++) {
		switch (*s) {
		case '&': to = "&amp;"; break;
		case '<': to = "&lt;"; break;
		case '>': to = "&gt;"; break;
		case '"': to = "&quot;"; break;
		case '\'': to = "&#39;"; break;
		default: continue;
		}
		buffer_add(b, from, (size_t)(s - from));
		buffer_str(b, to);
		from = s + 1;
	}
	buffer_add(b, from, (size_t)(s - from));
}

void
md_text(struct md *m, const char *s, size_t n)
{
	if (m->image.inside) {
		buffer_add(&m->image.alt, s, n);
		return;
	}
	if (m->muted > 0)
		return;
	md_escape(&m->html, s, n);
	buffer_add(&m->text, s, n);
}

void
md_text_break(struct md *m, char c)
{
	if (m->muted == 0 && m->text.size > 0 && m->text.data[m->text.size - 1] != '\n')
		buffer_char(&m->text, c);
}

/* ---- holes ------------------------------------------------------------------ */

size_t
md_hole(struct md *m)
{
	struct md_hole *grown;

	if (m->n_holes == m->cap_holes) {
		m->cap_holes = m->cap_holes == 0 ? 64 : m->cap_holes * 2;
		grown = arena_alloc(m->arena, m->cap_holes * sizeof *grown);
		if (m->n_holes > 0)
			memcpy(grown, m->holes, m->n_holes * sizeof *grown);
		m->holes = grown;
	}
	m->holes[m->n_holes] = (struct md_hole){ .offset = m->html.size, .text = "" };
	return m->n_holes++;
}

void
md_hole_fill(struct md *m, size_t hole, const char *text, size_t size)
{
	m->holes[hole].text = text;
	m->holes[hole].size = size;
}

const char *
md_assemble(struct md *m)
{
	struct buffer out;
	size_t i, from = 0, total = m->html.size;

	for (i = 0; i < m->n_holes; i++)
		total += m->holes[i].size;
	buffer_init(&out, m->arena, total + 1);
	for (i = 0; i < m->n_holes; i++) {
		buffer_add(&out, m->html.data + from, m->holes[i].offset - from);
		buffer_add(&out, m->holes[i].text, m->holes[i].size);
		from = m->holes[i].offset;
	}
	buffer_add(&out, m->html.data + from, m->html.size - from);
	return buffer_text(&out);
}

/* ---- the element stack ------------------------------------------------------- */

bool
md_deep(const struct md *m)
{
	return m->overflow > 0 || m->depth >= MD_DEPTH_MAX;
}

struct md_entry *
md_top(struct md *m)
{
	return m->depth == 0 ? NULL : &m->stack[m->depth - 1];
}

bool
md_inside(const struct md *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->depth; i++)
		if (m->stack[i].name != NULL && strcmp(m->stack[i].name, name) == 0)
			return true;
	return false;
}

struct md_entry *
md_push(struct md *m, enum md_entry_kind kind, int type, const char *close)
{
	static struct md_entry beyond;

	if (m->overflow > 0 || m->depth == MD_STACK_MAX) {
		m->overflow += kind == MD_ENTRY_BLOCK;
		beyond = (struct md_entry){ 0 };
		return &beyond;
	}
	m->stack[m->depth] = (struct md_entry){ .kind = kind, .type = type, .close = close };
	return &m->stack[m->depth++];
}

void
md_pop_top(struct md *m)
{
	struct md_entry *e = md_top(m);

	if (e == NULL)
		return;
	if (e->wants_title)
		md_div_title(m);
	if (e->close != NULL)
		md_put(m, e->close);
	if (e->mutes)
		m->muted--;
	m->depth--;
}

void
md_pop(struct md *m)
{
	enum md_entry_kind kind;

	if (m->overflow > 0) {
		m->overflow--;
		return;
	}
	while (m->depth > 0) {
		kind = md_top(m)->kind;
		md_pop_top(m);
		if (kind == MD_ENTRY_BLOCK)
			break;
	}
}

/* md4c 0.4.8 can end a span that it has not begun (an address with "*" in it
 * between two others): such an end is ignored. */
void
md_pop_span(struct md *m, int type)
{
	size_t i = m->overflow > 0 ? 0 : m->depth;

	while (i-- > 0 && (m->stack[i].kind == MD_ENTRY_SPAN || m->stack[i].kind == MD_ENTRY_RAW))
		if (m->stack[i].kind == MD_ENTRY_SPAN && m->stack[i].type == type) {
			while (m->depth > i)
				md_pop_top(m);
			return;
		}
}

/* ---- markers ------------------------------------------------------------------ */

struct md_mark *
md_mark_at(struct md *m, const char *s, size_t n, size_t *length)
{
	size_t i = 3, index = 0;

	if (n < 7 || memcmp(s, MD_MARK_OPEN, 3) != 0)
		return NULL;
	while (i < n && isdigit((unsigned char)s[i]) && i < 12)
		index = index * 10 + (size_t)(s[i++] - '0');
	if (n - i < 3 || memcmp(s + i, MD_MARK_CLOSE, 3) != 0 || index >= m->n_marks)
		return NULL;
	*length = i + 3;
	return &m->marks[index];
}

const char *
md_restore(struct md *m, const char *s, size_t n, size_t *size)
{
	const char *q, *end = s + n;
	struct buffer out;
	struct md_mark *mark;
	size_t length;

	*size = n;
	if (memmem(s, n, MD_MARK_OPEN, 3) == NULL)
		return s;
	buffer_init(&out, m->arena, n + 64);
	while ((q = memmem(s, (size_t)(end - s), MD_MARK_OPEN, 3)) != NULL) {
		buffer_add(&out, s, (size_t)(q - s));
		mark = md_mark_at(m, q, (size_t)(end - q), &length);
		if (mark != NULL)
			buffer_add(&out, mark->source, mark->size);
		s = q + (mark != NULL ? length : 3);
	}
	buffer_add(&out, s, (size_t)(end - s));
	*size = out.size;
	return buffer_text(&out);
}

/* ---- slugs ------------------------------------------------------------------------ */

const char *
md_slug(struct arena *arena, const char *s, size_t n)
{
	char *out = arena_alloc(arena, 66), *to = out;
	size_t i;

	for (i = 0; i < n && to - out < 64; i++) {
		if (isalnum((unsigned char)s[i]))
			*to++ = (char)tolower((unsigned char)s[i]);
		else if (to > out && to[-1] != '-' && strchr(" -_\t\n/", s[i]) != NULL)
			*to++ = '-';
	}
	while (to > out && to[-1] == '-')
		to--;
	*to = '\0';
	return to == out ? "section" : out;
}

static struct md_slug *
slug_find(struct md_slug *table, size_t cap, const char *text)
{
	size_t h = 5381, i;
	const char *p;

	for (p = text; *p != '\0'; p++)
		h = h * 33 ^ (unsigned char)*p;
	for (i = h & (cap - 1); table[i].text != NULL; i = (i + 1) & (cap - 1))
		if (strcmp(table[i].text, text) == 0)
			break;
	return &table[i];
}

static void
slug_grow(struct md *m)
{
	size_t cap = m->cap_slugs == 0 ? 64 : m->cap_slugs * 2, i;
	struct md_slug *table = arena_alloc(m->arena, cap * sizeof *table);

	for (i = 0; i < m->cap_slugs; i++)
		if (m->slugs[i].text != NULL)
			*slug_find(table, cap, m->slugs[i].text) = m->slugs[i];
	m->slugs = table;
	m->cap_slugs = cap;
}

const char *
md_slug_unique(struct md *m, const char *slug)
{
	const char *candidate = slug;
	struct md_slug *base, *found;

	for (;;) {
		if (m->n_slugs * 2 >= m->cap_slugs)
			slug_grow(m);
		found = slug_find(m->slugs, m->cap_slugs, candidate);
		if (found->text == NULL) {
			*found = (struct md_slug){ .text = candidate, .next = 2 };
			m->n_slugs++;
			return candidate;
		}
		base = slug_find(m->slugs, m->cap_slugs, slug);
		candidate = arena_printf(m->arena, "%s-%u", slug, base->next++);
	}
}
