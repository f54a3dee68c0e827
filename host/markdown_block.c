/*
 * markdown_block.c: md4c's events of blocks. A paragraph is not opened before
 * something is in it: it may be a figure, or nothing but a marker.
 */
#include <stdio.h>
#include <string.h>

#include "markdown_event.h"

enum { ALIGN_MAX = 4 };

/* ---- what waits for content --------------------------------------------------- */

static void
cells_open(struct md *m)
{
	static const char *const align[ALIGN_MAX] = {
		"", " class=\"align-left\"", " class=\"align-center\"", " class=\"align-right\""
	};

	m->cell_waiting = false;
	if (md_deep(m))
		return;
	for (; m->cells_waiting > 0; m->cells_waiting--)
		md_put(m, "<td></td>");
	md_put(m, m->cell_head ? "<th scope=\"col\"" : "<td");
	md_put(m, align[m->cell_align]);
	md_put(m, ">");
	md_top(m)->close = m->cell_head ? "</th>" : "</td>";
}

void
md_touch(struct md *m)
{
	struct md_entry *top = md_top(m);

	if (m->image.inside)
		return;
	if (m->raw.size > 0)
		md_raw_flush(m);
	if (top != NULL && top->wants_title)
		md_div_title(m);
	if (m->image.held)
		md_image_end(m, false);
	if (m->cell_waiting)
		cells_open(m);
	if (m->para == MD_PARA_PENDING) {
		m->para = MD_PARA_OPEN;
		if (!md_deep(m))
			md_put(m, "<p>");
		md_push(m, MD_ENTRY_BLOCK, MD_BLOCK_P, md_deep(m) ? NULL : "</p>\n");
	}
}

/* ---- blocks ---------------------------------------------------------------------- */

static void
list_start(struct md *m, bool ordered, unsigned start)
{
	char tag[32];

	if (!ordered)
		md_put(m, "<ul>");
	else if (start == 1)
		md_put(m, "<ol>");
	else {
		snprintf(tag, sizeof tag, "<ol start=\"%u\">", start);
		md_put(m, tag);
	}
}

static void
heading_start(struct md *m, unsigned level)
{
	m->heading_is_title = md_div_heading(m);
	if (!m->heading_is_title)
		md_touch(m);
	m->in_heading = true;
	m->heading_id = NULL;
	m->heading_level = md_heading_level(m, (int)level);
	md_push(m, MD_ENTRY_BLOCK, MD_BLOCK_H, NULL);
	m->heading_hole = md_hole(m);
	m->heading_text = m->text.size;
}

static void
heading_list(struct md *m, const char *id, const char *text, size_t n)
{
	struct buffer *b = &m->headings;
	size_t i;

	buffer_printf(b, "%s{\"level\":%d,\"id\":\"s-%s\",\"text\":\"", m->n_headings++ > 0 ? "," : "",
	    m->heading_level, id);
	for (i = 0; i < n; i++) {
		if (text[i] == '"' || text[i] == '\\')
			buffer_char(b, '\\');
		if ((unsigned char)text[i] < 0x20)
			buffer_char(b, ' ');
		else
			buffer_char(b, text[i]);
	}
	buffer_str(b, "\"}");
}

static const char *
heading_id(struct md *m, const char *text, size_t n)
{
	if (m->heading_id != NULL)
		return md_slug_unique(m, md_slug(m->arena, m->heading_id, m->heading_id_size));
	return md_slug_unique(m, md_slug(m->arena, text, n));
}

static void
heading_end(struct md *m)
{
	const char *text, *id, *tag, *class = m->heading_is_title ? " class=\"callout-title\"" : "";
	size_t n = m->text.size - m->heading_text;

	m->in_heading = false;
	if (m->muted > 0)
		return;
	if (m->heading_is_title && md_top(m)->type == 'd') {
		md_hole_fill(m, m->heading_hole, "<summary>", 9);
		md_put(m, "</summary>\n");
		return;
	}
	if (m->n_slugs >= MD_HEADINGS_MAX) {
		tag = arena_printf(m->arena, "<h%d%s>", m->heading_level, class);
	} else {
		text = buffer_text(&m->text) + m->heading_text;
		id = heading_id(m, text, n);
		tag = arena_printf(m->arena, "<h%d%s id=\"s-%s\">", m->heading_level, class, id);
		if (!m->heading_is_title)
			heading_list(m, id, text, n);
	}
	md_hole_fill(m, m->heading_hole, tag, strlen(tag));
	buffer_printf(&m->html, "</h%d>\n", m->heading_level);
}

static void
item_start(struct md *m, const MD_BLOCK_LI_DETAIL *li)
{
	if (!li->is_task)
		md_put(m, "<li>");
	else if (li->task_mark == ' ')
		md_put(m, "<li class=\"task\"><span class=\"task-mark\">\xE2\x98\x90</span> ");
	else
		md_put(m, "<li class=\"task task-done\"><span class=\"task-mark\">\xE2\x98\x91</span> ");
}

static void
open_block(struct md *m, MD_BLOCKTYPE type, void *detail)
{
	switch (type) {
	case MD_BLOCK_QUOTE:
		md_put(m, "<blockquote>");
		break;
	case MD_BLOCK_UL:
		list_start(m, false, 1);
		break;
	case MD_BLOCK_OL:
		list_start(m, true, ((MD_BLOCK_OL_DETAIL *)detail)->start);
		break;
	case MD_BLOCK_LI:
		item_start(m, detail);
		break;
	case MD_BLOCK_HR:
		md_put(m, "<hr>\n");
		break;
	case MD_BLOCK_TABLE:
		md_put(m, "<div class=\"table-scroll\" tabindex=\"0\"><table>");
		break;
	case MD_BLOCK_THEAD:
		md_put(m, "<thead>");
		break;
	case MD_BLOCK_TBODY:
		md_put(m, "<tbody>");
		break;
	case MD_BLOCK_TR:
		md_put(m, "<tr>");
		break;
	case MD_BLOCK_DOC:
	case MD_BLOCK_H:
	case MD_BLOCK_CODE:
	case MD_BLOCK_HTML:
	case MD_BLOCK_P:
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		break;
	}
}

static const char *
block_end_tag(MD_BLOCKTYPE type)
{
	switch (type) {
	case MD_BLOCK_QUOTE: return "</blockquote>\n";
	case MD_BLOCK_UL: return "</ul>\n";
	case MD_BLOCK_OL: return "</ol>\n";
	case MD_BLOCK_LI: return "</li>\n";
	case MD_BLOCK_TABLE: return "</table></div>\n";
	case MD_BLOCK_THEAD: return "</thead>";
	case MD_BLOCK_TBODY: return "</tbody>";
	case MD_BLOCK_TR: return "</tr>\n";
	case MD_BLOCK_DOC:
	case MD_BLOCK_HR:
	case MD_BLOCK_H:
	case MD_BLOCK_CODE:
	case MD_BLOCK_HTML:
	case MD_BLOCK_P:
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		break;
	}
	return NULL;
}

static void
cell_start(struct md *m, bool head, MD_ALIGN align)
{
	m->cell_head = head;
	m->cell_align = (int)align;
	m->cell_waiting = true;
	if (head)
		cells_open(m);
}

static void
cell_end(struct md *m)
{
	if (m->image.held)
		md_image_end(m, false);
	if (m->cell_waiting) {
		m->cell_waiting = false;
		m->cells_waiting++;
	}
	md_text_break(m, '\t');
}

int
md_enter_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	struct md *m = data;
	MD_BLOCK_CODE_DETAIL *code = detail;

	if (m->raw.size > 0)
		md_raw_flush(m);
	if (type == MD_BLOCK_HTML) {
		m->in_raw_block = true;
		return 0;
	}
	md_raw_leave(m);
	if (type == MD_BLOCK_P) {
		m->para = MD_PARA_PENDING;
		return 0;
	}
	if (type == MD_BLOCK_H) {
		heading_start(m, ((MD_BLOCK_H_DETAIL *)detail)->level);
		return 0;
	}
	md_touch(m);
	if (!md_deep(m))
		open_block(m, type, detail);
	md_push(m, MD_ENTRY_BLOCK, (int)type, md_deep(m) ? NULL : block_end_tag(type));
	if (type == MD_BLOCK_CODE)
		md_code_start(m, code->info.text, code->info.size);
	else if (type == MD_BLOCK_TD || type == MD_BLOCK_TH)
		cell_start(m, type == MD_BLOCK_TH, ((MD_BLOCK_TD_DETAIL *)detail)->align);
	return m->too_large;
}

static void
paragraph_end(struct md *m)
{
	bool alone = m->image.held && m->para == MD_PARA_PENDING;

	if (m->image.held)
		md_image_end(m, alone);
	if (m->para == MD_PARA_OPEN)
		md_pop(m);
	m->para = MD_PARA_NONE;
}

int
md_leave_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	struct md *m = data;

	(void)detail;
	if (m->image.inside) { /* its end was not told */
		m->image.inside = false;
		m->image.held = true;
	}
	if (m->raw.size > 0)
		md_raw_flush(m);
	if (type == MD_BLOCK_HTML) {
		m->in_raw_block = false;
		m->skip_until = NULL;
		return 0;
	}
	if (type == MD_BLOCK_P)
		paragraph_end(m);
	else if (type == MD_BLOCK_CODE)
		md_code_end(m);
	else if (type == MD_BLOCK_TD || type == MD_BLOCK_TH)
		cell_end(m);
	else if (type == MD_BLOCK_TR)
		m->cells_waiting = 0;
	else if (m->image.held)
		md_image_end(m, false);
	if (type != MD_BLOCK_P)
		md_pop(m);
	if (type == MD_BLOCK_H)
		heading_end(m);
	m->skip_until = NULL;
	if (type != MD_BLOCK_TD && type != MD_BLOCK_TH)
		md_text_break(m, '\n');
	md_div_settle(m);
	if (m->html.size > m->html_max)
		m->too_large = true;
	return m->too_large;
}
