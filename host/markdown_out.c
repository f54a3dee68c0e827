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
		m->overflow++;
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
		if (kind == MD_ENTRY_BLOCK || kind == MD_ENTRY_SPAN)
			break;
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

/* ---- entities ------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint32_t code;
} entities[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", 0xa0 }, { "colon", ':' }, { "Tab", '\t' }, { "NewLine", '\n' }, { "sol", '/' },
	{ "lpar", '(' }, { "rpar", ')' }, { "num", '#' }, { "period", '.' }, { "comma", ',' },
	{ "copy", 0xa9 }, { "reg", 0xae }, { "deg", 0xb0 }, { "plusmn", 0xb1 }, { "times", 0xd7 },
	{ "divide", 0xf7 }, { "middot", 0xb7 }, { "hellip", 0x2026 }, { "ndash", 0x2013 },
	{ "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bull", 0x2022 }, { "trade", 0x2122 }, { "larr", 0x2190 },
	{ "uarr", 0x2191 }, { "rarr", 0x2192 }, { "darr", 0x2193 }, { "le", 0x2264 },
	{ "ge", 0x2265 }, { "ne", 0x2260 }, { "euro", 0x20ac }, { "pound", 0xa3 },
	{ "lbrack", '[' }, { "rbrack", ']' }, { "lsqb", '[' }, { "rsqb", ']' }, { "lcub", '{' },
	{ "rcub", '}' }, { "vert", '|' }, { "verbar", '|' }, { "ast", '*' }, { "lowbar", '_' },
	{ "grave", '`' }, { "dollar", '$' }, { "shy", 0xad }, { "eacute", 0xe9 },
	{ "egrave", 0xe8 }, { "agrave", 0xe0 }, { "ccedil", 0xe7 }, { "ouml", 0xf6 },
	{ "uuml", 0xfc }, { "auml", 0xe4 }, { "szlig", 0xdf }, { "pi", 0x3c0 }, { "Pi", 0x3a0 },
	{ "alpha", 0x3b1 }, { "beta", 0x3b2 }, { "gamma", 0x3b3 }, { "delta", 0x3b4 },
	{ "Delta", 0x394 }, { "lambda", 0x3bb }, { "mu", 0x3bc }, { "sigma", 0x3c3 },
	{ "theta", 0x3b8 }, { "omega", 0x3c9 }, { "Omega", 0x3a9 }, { "infin", 0x221e },
	{ "sum", 0x2211 }, { "radic", 0x221a }, { "asymp", 0x2248 }, { "minus", 0x2212 },
	{ "check", 0x2713 }, { "ensp", 0x2002 }, { "emsp", 0x2003 }, { "thinsp", 0x2009 } };

size_t
md_utf8(char out[4], uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c < 0x20 && c != '\t' && c != '\n') ||
	    (c >= 0x7f && c < 0xa0) || (c >= 0xfdd0 && c <= 0xfdef))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t
number_entity(const char *p, const char *end, size_t *length)
{
	const char *start = p;
	bool hex;
	uint32_t c = 0;

	p += 2;
	hex = p < end && (*p == 'x' || *p == 'X');
	p += hex ? 1 : 0;
	*length = 0;
	for (start = p; p < end && p - start < 8 &&
	     (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)); p++)
		c = c * (hex ? 16 : 10) +
		    (uint32_t)(isdigit((unsigned char)*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
	if (p > start && p < end && *p == ';')
		*length = (size_t)(p + 1 - start) + (hex ? 3 : 2);
	return c;
}

static uint32_t
named_entity(const char *p, const char *end, size_t *length)
{
	const char *q = p + 1;
	size_t i, n;

	*length = 0;
	while (q < end && isalnum((unsigned char)*q) && q - p < 12)
		q++;
	if (q == end || *q != ';')
		return 0;
	n = (size_t)(q - p - 1);
	for (i = 0; i < sizeof entities / sizeof entities[0]; i++)
		if (strlen(entities[i].name) == n && memcmp(entities[i].name, p + 1, n) == 0) {
			*length = n + 2;
			return entities[i].code;
		}
	return 0;
}

const char *
md_decode(struct arena *arena, const char *s, size_t n, size_t *size)
{
	const char *end = s + n;
	char *out, *to;
	uint32_t code;
	size_t length;

	*size = n;
	if (memchr(s, '&', n) == NULL)
		return arena_strndup(arena, s, n);
	to = out = arena_alloc(arena, n + 8);
	while (s < end) {
		length = 0;
		if (*s == '&' && end - s > 2)
			code = s[1] == '#' ? number_entity(s, end, &length)
					   : named_entity(s, end, &length);
		if (length == 0) {
			*to++ = *s++;
		} else {
			to += md_utf8(to, code);
			s += length;
		}
	}
	*size = (size_t)(to - out);
	return out;
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
