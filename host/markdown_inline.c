/*
 * markdown_inline.c: the part of the preparation that looks into a line:
 * attribute lists, mathematics, references to footnotes. Code spans are
 * stepped over, so that a "$" in them stays one. Every search that can fail
 * remembers how far it looked; the whole is linear.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "markdown_part.h"

enum { ATTR_MAX = 2000, TICKS_MAX = 32, LINKS_PER_WORD = 64 };

struct inline_scan {
	struct md *m;
	struct buffer *out;
	const char *start, *p, *end, *limit;
	unsigned links; /* "://" in the present word */
};

struct md_mark *
md_mark_add(struct md *m, struct buffer *out, enum md_mark_kind kind, const char *source, size_t size)
{
	struct md_mark *grown;

	if (m->n_marks == m->cap_marks) {
		m->cap_marks = m->cap_marks == 0 ? 64 : m->cap_marks * 2;
		grown = arena_alloc(m->arena, m->cap_marks * sizeof *grown);
		if (m->n_marks > 0)
			memcpy(grown, m->marks, m->n_marks * sizeof *grown);
		m->marks = grown;
	}
	m->marks[m->n_marks] = (struct md_mark){
		.kind = kind, .source = source, .size = size, .name = "", .title = ""
	};
	buffer_printf(out, MD_MARK_OPEN "%zu" MD_MARK_CLOSE, m->n_marks);
	return &m->marks[m->n_marks++];
}

/* ---- attribute lists ------------------------------------------------------ */

struct attr {
	const char *key, *value;
	size_t key_size, value_size;
	bool quoted;
};

static const char *
skip_white(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n'))
		p++;
	return p;
}

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* The end of a quoted value: a quote that is followed by a space or "}", so
 * that alt='Bob's cat' is read as meant. */
static const char *
quote_end(const char *p, const char *end, char quote)
{
	for (; p + 1 < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == quote && strchr(" \t\n}", p[1]) != NULL && p[1] != '\0')
			return p;
	}
	return NULL;
}

/* One attribute at p; returns what follows it, or NULL. */
static const char *
attr_read(struct attr *a, const char *p, const char *end)
{
	const char *q = p;

	*a = (struct attr){ .key = p, .key_size = 1 };
	if (q < end && (*q == '.' || *q == '#')) {
		for (a->value = ++q; q < end && (name_char(*q) || *q == ':'); q++)
			;
		a->value_size = (size_t)(q - a->value);
		return a->value_size > 0 ? q : NULL;
	}
	while (q < end && name_char(*q))
		q++;
	a->key_size = (size_t)(q - p);
	if (a->key_size == 0 || q == end || *q != '=')
		return NULL;
	q++;
	if (q < end && (*q == '"' || *q == '\'')) {
		a->quoted = true;
		a->value = q + 1;
		q = quote_end(a->value, end, *q);
		a->value_size = q == NULL ? 0 : (size_t)(q - a->value);
		return q == NULL ? NULL : q + 1;
	}
	for (a->value = q; q < end && !isspace((unsigned char)*q) && *q != '}' && *q != '`'; q++)
		;
	a->value_size = (size_t)(q - a->value);
	return a->value_size > 0 ? q : NULL;
}

size_t
md_attr_length(const char *p, const char *limit)
{
	const char *start = p, *end = limit;
	struct attr a;
	bool any = false;

	if (end - p > ATTR_MAX)
		end = p + ATTR_MAX;
	if (p == end || *p != '{')
		return 0;
	p = skip_white(p + 1, end);
	if (p < end && *p == ':')
		p = skip_white(p + 1, end);
	while (p < end && *p != '}') {
		p = attr_read(&a, p, end);
		if (p == NULL || p == end || (*p != '}' && !isspace((unsigned char)*p)))
			return 0;
		p = skip_white(p, end);
		any = true;
	}
	return any && p < end ? (size_t)(p + 1 - start) : 0;
}

static const char *
attr_value(struct arena *arena, const struct attr *a)
{
	char *copy = arena_strndup(arena, a->value, a->value_size);
	char *from = copy, *to = copy;

	for (; *from != '\0'; from++) {
		if (a->quoted && *from == '\\' && ispunct((unsigned char)from[1]))
			from++;
		*to++ = *from == '\n' ? ' ' : *from;
	}
	*to = '\0';
	return copy;
}

const char *
md_attr(struct arena *arena, const struct md_mark *mark, const char *key)
{
	const char *p = mark->source + 1, *end = mark->source + mark->size;
	struct attr a;

	while (p != NULL && p < end) {
		p = skip_white(p, end);
		if (p < end && *p == ':') {
			p++;
			continue;
		}
		if (p == end || *p == '}')
			return NULL;
		p = attr_read(&a, p, end);
		if (p != NULL && a.key_size == strlen(key) && memcmp(a.key, key, a.key_size) == 0)
			return attr_value(arena, &a);
	}
	return NULL;
}

/* ---- spans ------------------------------------------------------------------ */

/* true when the line that begins at p cannot go on with the paragraph of the
 * line before; `strict`: nor with a code span in it. */
static bool
ends_paragraph(const char *p, const char *limit, bool strict)
{
	while (p < limit && (*p == ' ' || *p == '\t'))
		p++;
	if (p == limit || *p == '\n' || strchr(":`~", *p) != NULL)
		return p == limit || *p == '\n' || (limit - p >= 3 && p[1] == *p && p[2] == *p);
	return strict && (strchr("#>-*+|<[{", *p) != NULL || isdigit((unsigned char)*p));
}

static size_t
ticks(const char *p, const char *limit)
{
	const char *q = p;

	while (q < limit && *q == '`')
		q++;
	return (size_t)(q - p);
}

/* Copies a code span, or a run of ticks that opens none. */
static void
scan_ticks(struct inline_scan *s)
{
	size_t n = ticks(s->p, s->limit), k;
	const char *q = s->p + n;

	if (n < TICKS_MAX && q >= s->m->scan.no_tick[n]) {
		while (q < s->limit) {
			if (*q == '\n' && ends_paragraph(q + 1, s->limit, true))
				break;
			k = *q == '`' ? ticks(q, s->limit) : 0;
			if (k == n) {
				buffer_add(s->out, s->p, (size_t)(q - s->p) + n);
				s->p = q + n;
				return;
			}
			q += k > 0 ? k : 1;
		}
		s->m->scan.no_tick[n] = q;
	}
	buffer_add(s->out, s->p, n);
	s->p += n;
}

/* "$" directly before the TeX, the next "$" directly after it and not before a
 * letter or digit: "$5 and $6" is no mathematics. */
static const char *
dollar_end(struct inline_scan *s, const char *p)
{
	const char *q;

	if (p < s->m->scan.no_dollar || p == s->limit || isspace((unsigned char)*p))
		return NULL;
	for (q = p; q < s->limit; q++) {
		if (*q == '\n' && ends_paragraph(q + 1, s->limit, true))
			break;
		if (*q == '`')
			break;
		if (*q == '\\')
			q++;
		else if (*q == '$')
			return q > p && !isspace((unsigned char)q[-1]) &&
			    (q + 1 == s->limit || (!isalnum((unsigned char)q[1]) && q[1] != '$'))
			    ? q : NULL;
	}
	s->m->scan.no_dollar = q;
	return NULL;
}

static const char *
dollars_end(struct inline_scan *s, const char *p)
{
	const char *q;

	if (p < s->m->scan.no_dollars)
		return NULL;
	for (q = p; q + 1 < s->limit; q++) {
		if (*q == '\n' && ends_paragraph(q + 1, s->limit, false))
			break;
		if (*q == '\\')
			q++;
		else if (*q == '$' && q[1] == '$')
			return q > p ? q : NULL;
	}
	s->m->scan.no_dollars = q;
	return NULL;
}

static bool
scan_math(struct inline_scan *s)
{
	bool display = s->p + 1 < s->limit && s->p[1] == '$';
	const char *tex = s->p + (display ? 2 : 1), *q;
	struct md_mark *mark;

	if (!display && s->p > s->start && isalnum((unsigned char)s->p[-1]))
		return false;
	q = display ? dollars_end(s, tex) : dollar_end(s, tex);
	if (q == NULL)
		return false;
	mark = md_mark_add(s->m, s->out, display ? MD_MARK_MATH_DISPLAY : MD_MARK_MATH, s->p,
	    (size_t)(q - s->p) + (display ? 2 : 1));
	mark->name = tex;
	mark->name_size = (size_t)(q - tex);
	s->p = mark->source + mark->size;
	return true;
}

static bool
scan_note(struct inline_scan *s)
{
	const char *q = s->p + 2;
	struct md_mark *mark;

	if (s->limit - s->p < 4 || s->p[1] != '^')
		return false;
	while (q < s->limit && q - s->p < 66 && *q != ']' && *q != '[' &&
	    !isspace((unsigned char)*q))
		q++;
	if (q == s->limit || *q != ']' || q == s->p + 2)
		return false;
	mark = md_mark_add(s->m, s->out, MD_MARK_NOTE_REF, s->p, (size_t)(q + 1 - s->p));
	mark->name = s->p + 2;
	mark->name_size = (size_t)(q - mark->name);
	s->p = q + 1;
	return true;
}

static bool
scan_attr(struct inline_scan *s)
{
	bool heading = *s->start == '#';
	size_t n;

	if (s->p == s->start || (strchr(")]`", s->p[-1]) == NULL && !(heading && s->p[-1] == ' ')))
		return false;
	n = md_attr_length(s->p, s->limit);
	if (n == 0)
		return false;
	while (heading && s->out->size > 0 && s->out->data[s->out->size - 1] == ' ')
		s->out->size--;
	md_mark_add(s->m, s->out, MD_MARK_ATTR, s->p, n);
	s->p += n;
	return true;
}

/* md4c looks at the rest of the word for each "://" in it. */
static void
scan_colon(struct inline_scan *s)
{
	if (s->limit - s->p > 2 && s->p[1] == '/' && s->p[2] == '/' && ++s->links > LINKS_PER_WORD)
		buffer_char(s->out, '\\');
	buffer_char(s->out, ':');
	s->p++;
}

static void
scan_special(struct inline_scan *s)
{
	bool taken = false;

	switch (*s->p) {
	case '\\':
		buffer_char(s->out, *s->p++);
		if (s->p >= s->end)
			return;
		break;
	case '`':
		scan_ticks(s);
		return;
	case ':':
		scan_colon(s);
		return;
	case '$':
		taken = s->m->n_marks < MD_MARKS_MAX && scan_math(s);
		break;
	case '[':
		taken = s->m->n_marks < MD_MARKS_MAX && scan_note(s);
		break;
	default:
		taken = s->m->n_marks < MD_MARKS_MAX && scan_attr(s);
		break;
	}
	if (!taken)
		buffer_char(s->out, *s->p++);
}

const char *
md_inline(struct md *m, struct buffer *out, const char *p, const char *end, const char *limit)
{
	struct inline_scan s = { .m = m, .out = out, .start = p, .p = p, .end = end, .limit = limit };
	const char *from;

	for (;;) {
		from = s.p;
		while (s.p < s.end && strchr("\\`$[{: \t", *s.p) == NULL)
			s.p++;
		buffer_add(out, from, (size_t)(s.p - from));
		if (s.p >= s.end) {
			/* A span went over the end of the line: go on to the end of
			 * the line where it stopped. */
			from = s.p == s.end ? NULL : memchr(s.p, '\n', (size_t)(limit - s.p));
			if (s.p == s.end)
				return s.p;
			s.end = from == NULL ? limit : from;
			continue;
		}
		if (*s.p == ' ' || *s.p == '\t') {
			s.links = 0;
			buffer_char(out, *s.p++);
		} else {
			scan_special(&s);
		}
	}
}
