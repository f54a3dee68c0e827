/*
 * markdown_source.c: prepares a document for md4c. Works on lines, once, in
 * linear time: drops the front matter, replaces what md4c has no notion of
 * (fenced divs, footnotes) by markers, and disarms input that md4c handles in
 * quadratic time.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "markdown_line.h"

static void
line_read(struct line *l, const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	const char *q;

	l->start = p;
	l->end = nl == NULL ? end : nl;
	l->quotes = 0;
	l->quote_end = p;
	for (;;) {
		q = l->quote_end;
		while (q < l->end && *q == ' ' && q - l->quote_end < 3)
			q++;
		if (q == l->end || *q != '>' || l->quotes >= MD_DEPTH_MAX)
			break;
		l->quotes++;
		l->quote_end = q + 1;
		if (l->quote_end < l->end && *l->quote_end == ' ')
			l->quote_end++;
	}
	l->indent = 0;
	for (q = l->quote_end; q < l->end && (*q == ' ' || *q == '\t'); q++)
		l->indent = *q == ' ' ? l->indent + 1 : (l->indent / 4 + 1) * 4;
	l->text = q;
}

bool
line_blank(const struct line *l)
{
	return l->text == l->end;
}

void
line_emit(struct source *s, const char *from, const char *to)
{
	buffer_add(s->out, from, (size_t)(to - from));
	buffer_char(s->out, '\n');
}

/* A marker as a paragraph of its own, in the containers of the line. */
struct md_mark *
line_mark(struct source *s, const struct line *l, enum md_mark_kind kind)
{
	struct md_mark *mark;

	line_emit(s, l->start, l->quote_end);
	buffer_add(s->out, l->start, (size_t)(l->text - l->start));
	mark = md_mark_add(s->m, s->out, kind, l->text, (size_t)(l->end - l->text));
	buffer_char(s->out, '\n');
	line_emit(s, l->start, l->quote_end);
	s->lines = 0;
	return mark;
}

const char *
line_skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* ---- guards --------------------------------------------------------------- */

/* Bars of a line that can be the delimiter row of a table; 0 when it is none. */
static size_t
delimiter_row(const struct line *l)
{
	const char *p;
	size_t bars = 0, dashes = 0;

	for (p = l->text; p < l->end; p++) {
		bars += *p == '|';
		dashes += *p == '-';
		if (strchr("|-: \t", *p) == NULL)
			return 0;
	}
	return dashes > 0 ? bars : 0;
}

/* md4c wants three dashes in a cell, GitHub one. More than MD_COLUMNS_MAX
 * columns would make rows × columns cells: such a row is made plain text. */
static void
delimiter_line(struct source *s, const struct line *l, size_t bars)
{
	const char *p;

	buffer_add(s->out, l->start, (size_t)(l->text - l->start));
	if (bars > MD_COLUMNS_MAX) {
		md_warn(s->m, "a table with more than %d columns was left as text", MD_COLUMNS_MAX);
		buffer_char(s->out, '\\');
		line_emit(s, l->text, l->end);
		return;
	}
	for (p = l->text; p < l->end; p++) {
		if (*p == '-' && (p == l->text || p[-1] != '-'))
			buffer_str(s->out, "--");
		buffer_char(s->out, *p);
	}
	buffer_char(s->out, '\n');
}

/* Length of a list marker with its space at p, 0 when there is none. */
static size_t
list_marker(const char *p, const char *end)
{
	const char *q = p;

	if (q < end && strchr("-*+", *q) != NULL && *q != '\0') {
		q++;
	} else {
		while (q < end && isdigit((unsigned char)*q) && q - p < 10)
			q++;
		if (q == p || q == end || (*q != '.' && *q != ')'))
			return 0;
		q++;
	}
	if (q == end)
		return (size_t)(q - p);
	if (*q != ' ' && *q != '\t')
		return 0;
	return (size_t)(line_skip_space(q, end) - p);
}

/* Copies quotes and list markers at the start of a line, at most MD_DEPTH_MAX
 * of them: md4c walks all open containers for each later line. Returns where
 * the text begins. */
static const char *
copy_containers(struct source *s, const struct line *l)
{
	const char *p = l->text;
	size_t n, count = l->quotes, column = l->indent;

	while ((n = list_marker(p, l->end)) > 0 && count <= MD_DEPTH_MAX) {
		s->list_indent = column + (n > 5 ? 2 : n);
		column += n;
		p += n;
		count++;
		while (p < l->end && *p == '>' && count <= MD_DEPTH_MAX) {
			p = line_skip_space(p + 1, l->end);
			count++;
		}
	}
	buffer_add(s->out, l->start, (size_t)(p - l->start));
	if (count > MD_DEPTH_MAX && p < l->end && strchr(">-*+", *p) != NULL)
		buffer_char(s->out, '\\');
	return p;
}

/* ---- footnotes ------------------------------------------------------------- */

static size_t
note_label(const char *p, const char *end, const char **label)
{
	const char *q;

	if (end - p < 5 || p[0] != '[' || p[1] != '^')
		return 0;
	for (q = p + 2; q < end && q - p < 66; q++)
		if (*q == ']' || *q == '[' || isspace((unsigned char)*q))
			break;
	if (q == end || *q != ']' || q == p + 2 || q + 1 == end || q[1] != ':')
		return 0;
	*label = p + 2;
	return (size_t)(q - p - 2);
}

/* A definition with its continuation lines goes to the end of the document. */
static const char *
note_lines(struct source *s, struct line *l)
{
	struct md *m = s->m;
	struct buffer *out = &m->notes_source;
	const char *label, *next;
	struct md_mark *mark;
	struct line follow;
	size_t n;

	n = note_label(l->text, l->end, &label);
	if (n == 0 || l->indent > 3 || l->quotes > 0 || m->n_notes == MD_NOTES_MAX)
		return NULL;
	m->notes[m->n_notes++] = (struct md_note){ .label = label, .size = n };
	mark = md_mark_add(m, out, MD_MARK_NOTE_OPEN, l->text, 0);
	mark->name = label;
	mark->name_size = n;
	buffer_str(out, "\n\n");
	next = md_inline(m, out, line_skip_space(label + n + 2, l->end), l->end, s->end);
	buffer_char(out, '\n');
	for (next = next < s->end ? next + 1 : next; next < s->end;) {
		const char *ignored;

		line_read(&follow, next, s->end);
		if (line_blank(&follow) || note_label(follow.text, follow.end, &ignored) != 0 ||
		    strncmp(follow.text, ":::", 3) == 0 || *follow.text == '[' ||
		    *follow.text == '#' || *follow.text == '`' || *follow.text == '~')
			break;
		next = md_inline(m, out, follow.text, follow.end, s->end);
		buffer_char(out, '\n');
		next = next < s->end ? next + 1 : next;
	}
	buffer_str(out, "\n");
	mark = md_mark_add(m, out, MD_MARK_NOTE_CLOSE, l->text, 0);
	mark->name = label;
	mark->name_size = n;
	buffer_str(out, "\n\n");
	return next;
}

/* ---- the lines --------------------------------------------------------------- */

static const char *
text_line(struct source *s, struct line *l)
{
	const char *p;
	size_t bars = delimiter_row(l);

	if (++s->lines > MD_PARA_LINES_MAX) {
		line_emit(s, l->start, l->quote_end);
		s->lines = 0;
	}
	if (bars > 0) {
		delimiter_line(s, l, bars);
		return l->end;
	}
	p = copy_containers(s, l);
	if (p > l->text && fence_item(s, l, p))
		return l->end;
	if (l->indent >= s->list_indent + 4 && s->blank > 0)
		buffer_add(s->out, p, (size_t)(l->end - p)); /* indented code */
	else
		l->end = md_inline(s->m, s->out, p, l->end, s->end);
	buffer_char(s->out, '\n');
	return l->end;
}

static const char *
one_line(struct source *s, struct line *l)
{
	const char *next;
	size_t blank = s->blank;

	if (fence_code_line(s, l) || fence_html_inside(s, l))
		return l->end;
	if (line_blank(l)) {
		s->lines = 0;
		if (s->blank++ < 2)
			line_emit(s, l->start, l->quote_end);
		return l->end;
	}
	if (blank > 0 && l->indent < s->list_indent && list_marker(l->text, l->end) == 0)
		s->list_indent = 0;
	if (l->indent < s->list_indent + 4 && (fence_div(s, l) || fence_kramdown(s, l))) {
		s->blank = 1;
		return l->end;
	}
	s->fence_info = 0;
	if (!fence_open(s, l) && !fence_html(s, l)) {
		next = note_lines(s, l);
		next = next != NULL ? next - 1 : text_line(s, l);
		s->blank = 0;
		return next;
	}
	s->blank = 0;
	return l->end;
}

/* The YAML block at the very beginning, if there is one. */
static const char *
skip_front_matter(const char *p, const char *end)
{
	struct line l;
	const char *q;

	line_read(&l, p, end);
	if (l.end - l.start < 3 || strncmp(l.start, "---", 3) != 0 ||
	    line_skip_space(l.start + 3, l.end) != l.end)
		return p;
	for (q = l.end; q < end;) {
		line_read(&l, q + 1, end);
		if (l.end - l.start >= 3 &&
		    (strncmp(l.start, "---", 3) == 0 || strncmp(l.start, "...", 3) == 0) &&
		    line_skip_space(l.start + 3, l.end) == l.end)
			return l.end < end ? l.end + 1 : end;
		q = l.end;
	}
	return p;
}

/* Valid UTF-8 with line feeds only, without controls and noncharacters. */
static void
clean(struct buffer *out, const unsigned char *p, size_t n)
{
	static const char bad[] = "\xEF\xBF\xBD";
	size_t i, k, need;

	for (i = 0; i < n; i += k) {
		k = 1;
		if (p[i] == '\r') {
			if (i + 1 == n || p[i + 1] != '\n')
				buffer_char(out, '\n');
			continue;
		}
		if (p[i] < 0x80) {
			if ((p[i] < 0x20 && p[i] != '\n' && p[i] != '\t') || p[i] == 0x7f)
				buffer_str(out, bad);
			else
				buffer_char(out, (char)p[i]);
			continue;
		}
		need = p[i] >= 0xf0 && p[i] < 0xf5 ? 4 : p[i] >= 0xe0 ? 3 : p[i] >= 0xc2 ? 2 : 0;
		if (p[i] >= 0xf5)
			need = 0;
		for (k = 1; k < need && i + k < n && (p[i + k] & 0xc0) == 0x80;)
			k++;
		if (need == 0 || k < need || (p[i] == 0xe0 && p[i + 1] < 0xa0) ||
		    (p[i] == 0xed && p[i + 1] > 0x9f) || (p[i] == 0xf0 && p[i + 1] < 0x90) ||
		    (p[i] == 0xf4 && p[i + 1] > 0x8f) ||
		    (p[i] == 0xef && p[i + 1] == 0xb7 && p[i + 2] >= 0x90 && p[i + 2] <= 0xaf))
			buffer_str(out, bad);
		else
			buffer_add(out, p + i, k);
	}
}

static size_t
cut(struct md *m, const char *source, size_t size)
{
	if (size <= MD_SOURCE_MAX)
		return size;
	md_warn(m, "the text is longer than %d KiB; the rest was cut off", MD_SOURCE_MAX / 1024);
	for (size = MD_SOURCE_MAX; size > MD_SOURCE_MAX - 4096 && source[size - 1] != '\n'; size--)
		;
	return size > MD_SOURCE_MAX - 4096 ? size : MD_SOURCE_MAX;
}

void
md_prepare(struct md *m, const char *source, size_t size)
{
	struct buffer *text = &m->clean;
	struct source s = { .m = m, .out = &m->source };
	struct line l;

	size = cut(m, source, size);
	if (size >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0) {
		source += 3;
		size -= 3;
	}
	buffer_init(text, m->arena, size + 64);
	clean(text, (const unsigned char *)source, size);
	buffer_init(&m->source, m->arena, size + size / 8 + 256);
	buffer_init(&m->notes_source, m->arena, 64);
	s.end = buffer_text(text) + text->size;
	s.p = skip_front_matter(text->data, s.end);
	while (s.p < s.end) {
		line_read(&l, s.p, s.end);
		s.p = one_line(&s, &l);
		if (s.p < s.end)
			s.p++;
	}
	if (s.n_divs + s.deeper > 0)
		md_warn(m, "%zu ::: block%s without an end", s.n_divs + s.deeper,
		    s.n_divs + s.deeper == 1 ? "" : "s");
	if (m->n_notes == 0)
		return;
	buffer_str(&m->source, "\n\n");
	while (s.n_divs-- > 0) {
		md_mark_add(m, &m->source, MD_MARK_DIV_CLOSE, "", 0);
		buffer_str(&m->source, "\n\n");
	}
	md_mark_add(m, &m->source, MD_MARK_NOTES_OPEN, "", 0);
	buffer_str(&m->source, "\n\n");
	buffer_add(&m->source, buffer_text(&m->notes_source), m->notes_source.size);
	md_mark_add(m, &m->source, MD_MARK_NOTES_CLOSE, "", 0);
	buffer_str(&m->source, "\n");
}
