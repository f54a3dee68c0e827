/*
 * markdown.c: a lesson's Markdown to safe HTML. md4c parses, the callbacks
 * below write. Raw HTML in the source is never passed on (markdown_html.c).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "markdown_event.h"

/* ---- spans ----------------------------------------------------------------------------- */

static const char *
attribute(struct md *m, const MD_ATTRIBUTE *a, size_t *size)
{
	const char *s = a->text == NULL ? "" : a->text;

	m->attribute_bytes += a->size;
	if (m->attribute_bytes > 64 * (size_t)MD_SOURCE_MAX)
		m->too_large = true;
	if (m->too_large || a->size > 16 * MD_URL_MAX) {
		*size = 0;
		return "";
	}
	s = md_restore(m, s, a->size, size);
	return md_decode(m->arena, s, *size, size);
}

void
md_link_start(
    struct md *m, enum md_entry_kind kind, const char *decoded, size_t n, const char *title)
{
	bool outside;
	const char *url = md_url(m, decoded, n, &outside);

	if (url == NULL)
		md_warn(m, "a link to \"%.*s\" leads nowhere here", n > 120 ? 120 : (int)n, decoded);
	if (url == NULL || md_deep(m) || md_inside(m, "a")) {
		md_push(m, kind, MD_SPAN_A, NULL);
		return;
	}
	md_put(m, "<a href=\"");
	md_put(m, url);
	if (title != NULL && *title != '\0' && m->muted == 0) {
		md_put(m, "\" title=\"");
		md_escape(&m->html, title, strlen(title));
	}
	md_put(m, outside ? "\" rel=\"nofollow ugc noopener\">" : "\">");
	md_push(m, kind, MD_SPAN_A, "</a>")->name = "a";
}

static void
link_enter(struct md *m, const MD_SPAN_A_DETAIL *a)
{
	size_t n, k;
	const char *href = attribute(m, &a->href, &n), *title = attribute(m, &a->title, &k);

	md_touch(m);
	md_link_start(m, MD_ENTRY_SPAN, href, n, arena_strndup(m->arena, title, k));
}

static void
image_enter(struct md *m, const MD_SPAN_IMG_DETAIL *img)
{
	size_t n, k;
	const char *src, *title;

	if (m->image.inside) {
		m->image.depth++;
		return;
	}
	src = attribute(m, &img->src, &n);
	title = attribute(m, &img->title, &k);
	md_image_start(m, arena_strndup(m->arena, src, n), arena_strndup(m->arena, title, k));
	m->image.inside = true;
	m->image.depth = 1;
}

static int
enter_span(MD_SPANTYPE type, void *detail, void *data)
{
	static const char *const tags[][2] = { [MD_SPAN_EM] = { "<em>", "</em>" },
		[MD_SPAN_STRONG] = { "<strong>", "</strong>" },
		[MD_SPAN_CODE] = { "<code>", "</code>" }, [MD_SPAN_DEL] = { "<del>", "</del>" } };
	struct md *m = data;

	if (type == MD_SPAN_IMG) {
		image_enter(m, detail);
		return m->too_large;
	}
	if (m->image.inside)
		return 0;
	if (type == MD_SPAN_A) {
		link_enter(m, detail);
		return m->too_large;
	}
	md_touch(m);
	if (type > MD_SPAN_DEL || tags[type][0] == NULL || md_deep(m)) {
		md_push(m, MD_ENTRY_SPAN, (int)type, NULL);
	} else {
		md_put(m, tags[type][0]);
		md_push(m, MD_ENTRY_SPAN, (int)type, tags[type][1]);
	}
	return 0;
}

static int
leave_span(MD_SPANTYPE type, void *detail, void *data)
{
	struct md *m = data;

	(void)detail;
	if (type == MD_SPAN_IMG) {
		if (m->image.inside && --m->image.depth == 0) {
			m->image.inside = false;
			m->image.held = true;
		}
		return 0;
	}
	if (m->image.inside)
		return 0;
	if (m->raw.size > 0)
		md_raw_flush(m);
	if (m->image.held)
		md_touch(m);
	md_pop_span(m, (int)type);
	return m->too_large;
}

/* ---- text -------------------------------------------------------------------------------- */

static void
attr_mark(struct md *m, const struct md_mark *mark)
{
	const char *id;

	if (m->image.held) {
		m->image.attr_alt = md_attr(m->arena, mark, "alt");
		m->image.attr_width = md_attr(m->arena, mark, "width");
		m->image.attr_height = md_attr(m->arena, mark, "height");
	} else if (m->in_heading && (id = md_attr(m->arena, mark, "#")) != NULL) {
		m->heading_id = id;
		m->heading_id_size = strlen(id);
	}
}

static void
one_mark(struct md *m, struct md_mark *mark)
{
	switch (mark->kind) {
	case MD_MARK_ATTR:
		attr_mark(m, mark);
		return;
	case MD_MARK_MATH:
	case MD_MARK_MATH_DISPLAY:
		if (m->image.inside) {
			md_text(m, mark->source, mark->size);
			return;
		}
		md_touch(m);
		md_math(m, mark);
		return;
	case MD_MARK_NOTE_REF:
		md_note_ref(m, mark);
		return;
	case MD_MARK_DIV_OPEN:
	case MD_MARK_DIV_CLOSE:
	case MD_MARK_NOTES_OPEN:
	case MD_MARK_NOTES_CLOSE:
	case MD_MARK_NOTE_OPEN:
	case MD_MARK_NOTE_CLOSE:
		md_div_mark(m, mark);
		return;
	}
}

/* " --- " and " -- " are how dashes are typed; "--option" is not one. */
static void
prose(struct md *m, const char *s, size_t n)
{
	const char *end = s + n, *p = s;

	while ((p = memmem(p, (size_t)(end - p), " --", 3)) != NULL) {
		size_t k = end - p > 3 && p[3] == '-' ? 4 : 3;

		if ((size_t)(end - p) <= k || p[k] != ' ') {
			p += 3;
			continue;
		}
		md_text(m, s, (size_t)(p + 1 - s));
		md_text(m, k == 4 ? "\xE2\x80\x94" : "\xE2\x80\x93", 3);
		s = p = p + k;
	}
	md_text(m, s, (size_t)(end - s));
}

static void
normal_text(struct md *m, const char *s, size_t n)
{
	const char *end = s + n, *q;
	struct md_mark *mark;
	size_t length;

	while (s < end) {
		q = memmem(s, (size_t)(end - s), MD_MARK_OPEN, 3);
		q = q == NULL ? end : q;
		if (q > s) {
			md_touch(m);
			prose(m, s, (size_t)(q - s));
		}
		if (q == end)
			return;
		mark = md_mark_at(m, q, (size_t)(end - q), &length);
		if (mark != NULL)
			one_mark(m, mark);
		s = q + (mark != NULL ? length : 3);
	}
}

static void
entity_text(struct md *m, const char *s, size_t n)
{
	size_t size;
	const char *decoded = md_decode(m->arena, s, n, &size);

	md_touch(m);
	if (size != n || memcmp(decoded, s, n) != 0 || m->image.inside) {
		md_text(m, decoded, size);
	} else if (m->muted == 0 && n > 3 && n < 40 && isalpha((unsigned char)s[1])) {
		/* A name not in our table: the browser knows them all, and an
		 * entity in text can only become text. */
		buffer_add(&m->html, s, n);
		buffer_add(&m->text, s, n);
	} else {
		md_text(m, s, n);
	}
}

static void
break_text(struct md *m, const char *html)
{
	if (m->image.inside) {
		buffer_char(&m->image.alt, ' ');
		return;
	}
	if (m->para == MD_PARA_PENDING && m->image.held) /* may still stand alone */
		return;
	md_touch(m);
	md_put(m, html);
	md_text_break(m, ' ');
}

static int
text(MD_TEXTTYPE type, const MD_CHAR *s, MD_SIZE n, void *data)
{
	struct md *m = data;
	size_t size;

	if (type == MD_TEXT_HTML) {
		if (!m->image.inside) {
			s = md_restore(m, s, n, &size);
			buffer_add(&m->raw, s, size);
			if (!m->in_raw_block && size > 0 && s[size - 1] == '>')
				md_raw_flush(m);
		}
		return 0;
	}
	if (m->in_code_block) {
		s = md_restore(m, s, n, &size);
		buffer_add(&m->code, s, size);
		return 0;
	}
	if (m->skip_until != NULL)
		return 0;
	switch (type) {
	case MD_TEXT_BR:
		break_text(m, "<br>\n");
		break;
	case MD_TEXT_SOFTBR:
		break_text(m, "\n");
		break;
	case MD_TEXT_ENTITY:
		entity_text(m, s, n);
		break;
	case MD_TEXT_CODE:
	case MD_TEXT_LATEXMATH:
		s = md_restore(m, s, n, &size);
		md_text(m, s, size);
		break;
	case MD_TEXT_NORMAL:
		normal_text(m, s, n);
		break;
	case MD_TEXT_NULLCHAR:
	case MD_TEXT_HTML:
		break;
	}
	if (m->html.size > m->html_max)
		m->too_large = true;
	return m->too_large;
}

/* ---- the whole -------------------------------------------------------------------------- */

static int64_t
count_words(const char *s)
{
	int64_t n = 0;
	bool word = false;

	for (; *s != '\0'; s++) {
		bool letter = isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80;

		n += letter && !word;
		word = letter || (word && strchr("'-_", *s) != NULL);
	}
	return n;
}

/* What cannot be laid out is shown as it was written. */
static void
show_plain(struct md *m)
{
	md_warn(m, "the text is too complex to lay out and is shown as it was written");
	m->html.size = m->text.size = m->n_holes = m->n_codes = m->n_maths = 0;
	m->headings.size = 0;
	buffer_str(&m->html, "<pre class=\"plain\">");
	md_escape(&m->html, m->clean.data, m->clean.size);
	buffer_str(&m->html, "</pre>\n");
	buffer_add(&m->text, m->clean.data, m->clean.size);
}

static void
parse(struct md *m)
{
	static const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS |
		    MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEEMAILAUTOLINKS,
		.enter_block = md_enter_block, .leave_block = md_leave_block,
		.enter_span = enter_span, .leave_span = leave_span, .text = text
	};

	if (md_parse(buffer_text(&m->source), (MD_SIZE)m->source.size, &parser, m) != 0)
		m->too_large = true;
	while (m->depth > 0)
		md_pop_top(m);
}

struct markdown_result
markdown_render(struct arena *arena, const char *source, size_t size,
    const struct markdown_image *images)
{
	static const char *const none[] = { NULL };
	struct md *m = arena_alloc(arena, sizeof *m);
	struct markdown_result result;

	m->arena = arena;
	m->images = images;
	m->html_max = 16 * size + 1024 * 1024;
	buffer_init(&m->html, arena, size * 2 + 256);
	buffer_init(&m->text, arena, size + 64);
	buffer_init(&m->raw, arena, 64);
	buffer_init(&m->code, arena, 64);
	buffer_init(&m->image.alt, arena, 64);
	buffer_init(&m->headings, arena, 256);
	md_image_list(m);
	md_prepare(m, source, size);
	parse(m);
	if (m->too_large) {
		show_plain(m);
	} else {
		md_code_finish(m);
		md_math_finish(m);
	}
	result.html.text = md_assemble(m);
	result.text = buffer_text(&m->text);
	result.words = count_words(result.text);
	result.warnings = m->warnings != NULL ? m->warnings : none;
	result.headings = arena_printf(arena, "[%s]", buffer_text(&m->headings));
	return result;
}
