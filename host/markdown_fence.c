/*
 * markdown_fence.c: lines that open or close something: code fences, fenced
 * divs, notes of exercise tracks, and raw HTML blocks that end at a text and
 * not at a blank line.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "markdown_line.h"

/* ---- fences ------------------------------------------------------------- */

static size_t
run_length(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && *q == *p)
		q++;
	return (size_t)(q - p);
}

static bool
fence_closes(const struct fence *f, const struct line *l)
{
	size_t n;

	if (line_blank(l) || *l->text != f->mark)
		return false;
	n = run_length(l->text, l->end);
	return n >= f->length && line_skip_space(l->text + n, l->end) == l->end;
}

bool
fence_code_line(struct source *s, const struct line *l)
{
	if (s->code.mark == 0)
		return false;
	/* The container of the block ends before its fence does. */
	if (l->quotes < s->code.quotes || (!line_blank(l) && l->indent < s->code.indent)) {
		s->code.mark = 0;
		return false;
	}
	if (fence_closes(&s->code, l)) {
		s->code.mark = 0;
		s->fence_info = s->code.info;
	}
	line_emit(s, l->start, l->end);
	return true;
}

static void
div_push(struct source *s, char mark, size_t length, const struct line *l)
{
	if (s->n_divs == MD_DIV_MAX) {
		s->deeper++;
		return;
	}
	s->divs[s->n_divs++] =
	    (struct fence){ .mark = mark, .length = length, .quotes = l->quotes };
}

/* First class and title of what follows an opening fence. */
static void
div_name(struct md_mark *mark, const char *p, const char *end)
{
	const char *q;
	bool braces;

	while (end > p && (end[-1] == ':' || end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	p = line_skip_space(p, end);
	braces = p < end && *p == '{';
	if (braces) {
		for (q = p; q < end && *q != '.'; q++)
			;
		p = q < end ? q + 1 : end;
	} else if (p < end && *p == '.') {
		p++;
	}
	for (q = p; q < end && (isalnum((unsigned char)*q) || *q == '-' || *q == '_'); q++)
		;
	mark->name = p;
	mark->name_size = (size_t)(q - p);
	mark->title = "";
	if (!braces && q < end) {
		mark->title = line_skip_space(q, end);
		mark->title_size = (size_t)(end - mark->title);
	}
}

bool
fence_div(struct source *s, const struct line *l)
{
	const char *rest;
	struct md_mark *mark;
	size_t n;

	if (l->end - l->text < 3 || strncmp(l->text, ":::", 3) != 0)
		return false;
	n = run_length(l->text, l->end);
	rest = line_skip_space(l->text + n, l->end);
	if (rest == l->end) {
		if (s->deeper > 0) {
			s->deeper--;
			return true;
		}
		if (s->n_divs == 0) {
			md_warn(s->m, "a closing ::: without an open block was left out");
			return true;
		}
		s->n_divs--;
		line_mark(s, l, MD_MARK_DIV_CLOSE);
		return true;
	}
	if (s->n_divs < MD_DIV_MAX) {
		mark = line_mark(s, l, MD_MARK_DIV_OPEN);
		div_name(mark, rest, l->end);
	}
	div_push(s, ':', n, l);
	return true;
}

/* "exercism/note" and the like: a fence whose content is Markdown. */
static bool
note_fence(struct source *s, const struct line *l, size_t n, const char *info)
{
	static const char prefix[] = "exercism/";
	struct md_mark *mark;

	if ((size_t)(l->end - info) < sizeof prefix || strncmp(info, prefix, sizeof prefix - 1) != 0)
		return false;
	if (s->n_divs < MD_DIV_MAX) {
		mark = line_mark(s, l, MD_MARK_DIV_OPEN);
		div_name(mark, info + sizeof prefix - 1, l->end);
	}
	div_push(s, *l->text, n, l);
	return true;
}

bool
fence_open(struct source *s, const struct line *l)
{
	const char *info;
	size_t n;

	if (line_blank(l) || (*l->text != '`' && *l->text != '~') ||
	    l->indent >= s->list_indent + 4)
		return false;
	n = run_length(l->text, l->end);
	if (n < 3)
		return false;
	if (s->n_divs > 0 && s->deeper == 0 && s->divs[s->n_divs - 1].mark != ':' &&
	    fence_closes(&s->divs[s->n_divs - 1], l)) {
		s->n_divs--;
		line_mark(s, l, MD_MARK_DIV_CLOSE);
		return true;
	}
	info = line_skip_space(l->text + n, l->end);
	if (*l->text == '`' && memchr(info, '`', (size_t)(l->end - info)) != NULL)
		return false;
	if (note_fence(s, l, n, info))
		return true;
	s->code = (struct fence){ .mark = *l->text, .length = n, .quotes = l->quotes,
		.indent = l->indent >= s->list_indent ? s->list_indent : 0 };
	buffer_add(s->out, l->start, (size_t)(l->text - l->start) + n);
	s->code.info = s->out->size;
	line_emit(s, l->text + n, l->end);
	s->lines = 0;
	return true;
}

/* "{: .language-python}" on a line of its own: names the code block above. */
bool
fence_kramdown(struct source *s, const struct line *l)
{
	const char *q, *dot;
	size_t room, n;

	if (l->end - l->text < 4 || strncmp(l->text, "{:", 2) != 0)
		return false;
	for (q = l->end; q > l->text && isspace((unsigned char)q[-1]); q--)
		;
	if (q[-1] != '}')
		return false;
	dot = memchr(l->text, '.', (size_t)(q - l->text));
	if (dot != NULL && s->fence_info != 0 && s->out->data[s->fence_info] == '\n') {
		for (n = 0; dot + 1 + n < q && (isalnum((unsigned char)dot[1 + n]) || dot[1 + n] == '-');)
			n++;
		room = s->out->size - s->fence_info;
		buffer_add(s->out, dot + 1, n);
		memmove(s->out->data + s->fence_info + n, s->out->data + s->fence_info, room);
		memcpy(s->out->data + s->fence_info, dot + 1, n);
	}
	return true;
}

/* "- ```python": a code block that starts on the line of its list item. */
bool
fence_item(struct source *s, const struct line *l, const char *p)
{
	size_t n;

	if (p == l->end || (*p != '`' && *p != '~'))
		return false;
	n = run_length(p, l->end);
	if (n < 3 || (*p == '`' && memchr(p + n, '`', (size_t)(l->end - p) - n) != NULL))
		return false;
	s->code = (struct fence){
		.mark = *p, .length = n, .quotes = l->quotes, .indent = s->list_indent
	};
	buffer_add(s->out, p, n);
	s->code.info = s->out->size;
	line_emit(s, p + n, l->end);
	return true;
}

/* ---- raw HTML blocks that end at a text, not at a blank line ------------- */

static const struct {
	const char *start, *end;
} html_kinds[] = { { "<!--", "-->" }, { "<?", "?>" }, { "<![CDATA[", "]]>" },
	{ "<script", "</script>" }, { "<style", "</style>" }, { "<pre", "</pre>" } };

static const char *
find_nocase(const char *p, const char *end, const char *what)
{
	size_t n = strlen(what);

	for (; (size_t)(end - p) >= n; p++)
		if ((*p == *what) && strncasecmp(p, what, n) == 0)
			return p;
	return NULL;
}

/* An HTML block that never ends would swallow the rest of the lesson: then the
 * "<" is taken literally. */
bool
fence_html(struct source *s, const struct line *l)
{
	const char *stop;
	size_t i, n;

	if (l->indent > 3 || line_blank(l) || *l->text != '<')
		return false;
	for (i = 0; i < sizeof html_kinds / sizeof html_kinds[0]; i++) {
		n = strlen(html_kinds[i].start);
		if ((size_t)(l->end - l->text) >= n &&
		    strncasecmp(l->text, html_kinds[i].start, n) == 0 &&
		    (i < 3 || l->text + n == l->end || strchr(" \t>", l->text[n]) != NULL))
			break;
	}
	if (i == sizeof html_kinds / sizeof html_kinds[0])
		return false;
	stop = s->no_end[i] ? NULL : find_nocase(l->text + n, s->end, html_kinds[i].end);
	if (stop == NULL) {
		s->no_end[i] = true;
		buffer_add(s->out, l->start, (size_t)(l->text - l->start));
		buffer_char(s->out, '\\');
		line_emit(s, l->text, l->end);
		return true;
	}
	if (stop >= l->end) {
		s->html_end = html_kinds[i].end;
		s->html_quotes = l->quotes;
	}
	line_emit(s, l->start, l->end);
	return true;
}

bool
fence_html_inside(struct source *s, const struct line *l)
{
	if (s->html_end != NULL && l->quotes < s->html_quotes)
		s->html_end = NULL;
	if (s->html_end == NULL)
		return false;
	if (find_nocase(l->start, l->end, s->html_end) != NULL)
		s->html_end = NULL;
	line_emit(s, l->start, l->end);
	return true;
}
