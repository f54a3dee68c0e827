/*
 * markdown_div.c: the blocks of lessons that Markdown itself has not: fenced
 * divs (challenge, solution, callout, …) and footnotes. The first heading of a
 * block is its title; a block without one gets the name of its kind.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "markdown_part.h"

/* Shapes: aside, details, plain div, dropped, and the two of footnotes. */
enum shape { ASIDE = 'a', DETAILS = 'd', PLAIN = 'v', DROPPED = 'x', NOTES = 'n', NOTE = 'i' };

static const struct kind {
	const char *name;
	enum shape shape;
	const char *open, *title;
} kinds[] = {
#define CALLOUT(name, title) "<aside class=\"callout callout-" name "\">\n", title
#define FOLDED(name, title) "<details class=\"" name "\">\n", title
	{ "advanced", ASIDE, CALLOUT("advanced", "Going further") },
	{ "callout", ASIDE, CALLOUT("note", "Note") },
	{ "caution", ASIDE, CALLOUT("caution", "Caution") },
	{ "warning", ASIDE, CALLOUT("caution", "Caution") },
	{ "challenge", ASIDE, CALLOUT("challenge", "Challenge") },
	{ "exercise", ASIDE, CALLOUT("challenge", "Exercise") },
	{ "checklist", ASIDE, CALLOUT("checklist", "Checklist") },
	{ "discussion", ASIDE, CALLOUT("discussion", "Discussion") },
	{ "keypoints", ASIDE, CALLOUT("keypoints", "Key points") },
	{ "note", ASIDE, CALLOUT("note", "Note") },
	{ "objectives", ASIDE, CALLOUT("objectives", "Objectives") },
	{ "prereq", ASIDE, CALLOUT("prereq", "Prerequisites") },
	{ "prerequisites", ASIDE, CALLOUT("prereq", "Prerequisites") },
	{ "questions", ASIDE, CALLOUT("questions", "Questions") },
	{ "testimonial", ASIDE, CALLOUT("testimonial", "Testimonial") },
	{ "tip", ASIDE, CALLOUT("note", "Tip") },
	{ "solution", DETAILS, FOLDED("solution", "Solution") },
	{ "hint", DETAILS, FOLDED("hint", "Hint") },
	{ "spoiler", DETAILS, FOLDED("spoiler", "Show more") },
	{ "tab", PLAIN, "<div class=\"tabs\">\n", NULL },
	{ "group-tab", PLAIN, "<div class=\"tabs\">\n", NULL },
	{ "instructor", DROPPED, NULL, NULL },
};

static const struct kind unknown_kind = { "div", PLAIN, "<div class=\"div\">\n", NULL };

static const struct kind *
kind_find(const struct md_mark *mark)
{
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strlen(kinds[i].name) == mark->name_size &&
		    strncasecmp(kinds[i].name, mark->name, mark->name_size) == 0)
			return &kinds[i];
	return &unknown_kind;
}

/* ---- titles ------------------------------------------------------------------ */

static int
asides(const struct md *m)
{
	size_t i;
	int n = 0;

	for (i = 0; i < m->depth; i++)
		n += m->stack[i].aside;
	return n;
}

/* The page has the h1. Sections are h2 and below; the title of a callout is an
 * h3 (h4 in another one), and what is inside comes below its title. */
int
md_heading_level(struct md *m, int level)
{
	int n = asides(m), floor = n == 0 ? 2 : 3 + n;

	if (m->heading_is_title)
		return n > 4 ? 6 : 2 + n;
	if (level < floor)
		level = floor;
	return level > 6 ? 6 : level;
}

void
md_div_title(struct md *m)
{
	struct md_entry *e = md_top(m);
	int level = 2 + asides(m);

	e->wants_title = false;
	if (e->title == NULL || m->muted > 0)
		return;
	if (e->type == DETAILS) {
		md_put(m, "<summary>");
		md_escape(&m->html, e->title, strlen(e->title));
		md_put(m, "</summary>\n");
		return;
	}
	level = level > 6 ? 6 : level;
	buffer_printf(&m->html, "<h%d class=\"callout-title\">", level);
	md_escape(&m->html, e->title, strlen(e->title));
	buffer_printf(&m->html, "</h%d>\n", level);
}

/* A heading begins: true when it is the title of the block. */
bool
md_div_heading(struct md *m)
{
	struct md_entry *e = md_top(m);

	if (e == NULL || m->overflow > 0 || !e->wants_title)
		return false;
	e->wants_title = false;
	return true;
}

/* ---- opening and closing --------------------------------------------------------- */

/* Where a block may begin: not in a paragraph, a heading, a cell or a span. */
static bool
may_open(struct md *m)
{
	struct md_entry *top = md_top(m);

	return m->overflow == 0 && m->para != MD_PARA_OPEN && !m->in_heading && !m->cell_waiting &&
	    !m->image.inside && (top == NULL || top->kind != MD_ENTRY_SPAN);
}

static void
div_open(struct md *m, const struct md_mark *mark)
{
	static const char *const ends[] = { [ASIDE] = "</aside>\n", [DETAILS] = "</details>\n",
		[PLAIN] = "</div>\n", [DROPPED] = NULL };
	const struct kind *k = kind_find(mark);
	struct md_entry *e;

	if (!may_open(m)) {
		m->ignored_opens++;
		return;
	}
	if (k == &unknown_kind)
		md_warn(m, "a ::: block of unknown kind \"%.*s\"",
		    mark->name_size > 40 ? 40 : (int)mark->name_size, mark->name);
	md_raw_leave(m);
	if (md_top(m) != NULL && md_top(m)->wants_title)
		md_div_title(m);
	if (md_deep(m)) {
		md_push(m, MD_ENTRY_DIV, k->shape, NULL);
		return;
	}
	if (k->open != NULL)
		md_put(m, k->open);
	e = md_push(m, MD_ENTRY_DIV, k->shape, ends[k->shape]);
	e->aside = k->shape == ASIDE;
	e->title = mark->title_size > 0
	    ? arena_strndup(m->arena, mark->title, mark->title_size) : k->title;
	e->wants_title = k->title != NULL;
	if (mark->title_size > 0 && e->wants_title)
		md_div_title(m);
	if (k->shape == DROPPED) {
		e->mutes = true;
		m->muted++;
	}
}

/* Entry of the innermost block of these shapes; *below: a block of Markdown is
 * still open in it. `fresh`: only one that no fence has closed yet. */
static struct md_entry *
find_open(struct md *m, const char *shapes, bool *below)
{
	struct md_entry *e;
	size_t i;

	*below = false;
	for (i = m->depth; i-- > 0;) {
		e = &m->stack[i];
		if (e->kind == MD_ENTRY_DIV && strchr(shapes, e->type) != NULL && e->closes == 0)
			return e;
		if (e->kind == MD_ENTRY_BLOCK || e->kind == MD_ENTRY_SPAN)
			*below = true;
	}
	return NULL;
}

static void
close_to(struct md *m, const struct md_entry *e)
{
	while (m->depth > 0 && md_top(m) != e)
		md_pop_top(m);
	md_pop_top(m);
}

static void
div_close(struct md *m, const char *shapes)
{
	struct md_entry *e;
	bool below;

	if (m->ignored_opens > 0) {
		m->ignored_opens--;
		return;
	}
	e = find_open(m, shapes, &below);
	if (e == NULL)
		return;
	if (below || m->overflow > 0)
		e->closes = 1; /* md_div_settle() does it when the block has ended */
	else
		close_to(m, e);
}

void
md_div_settle(struct md *m)
{
	while (m->overflow == 0 && m->depth > 0 && md_top(m)->kind == MD_ENTRY_DIV &&
	    md_top(m)->closes > 0)
		md_pop_top(m);
}

/* ---- footnotes ---------------------------------------------------------------------- */

static size_t
note_find(const struct md *m, const struct md_mark *mark)
{
	size_t i;

	for (i = 0; i < m->n_notes; i++)
		if (m->notes[i].size == mark->name_size &&
		    memcmp(m->notes[i].label, mark->name, mark->name_size) == 0)
			break;
	return i;
}

void
md_note_ref(struct md *m, struct md_mark *mark)
{
	size_t i = note_find(m, mark);
	bool link;

	md_touch(m);
	if (i == m->n_notes || m->image.inside || m->in_heading) {
		if (i == m->n_notes)
			md_text(m, mark->source, mark->size);
		return;
	}
	if (m->muted > 0)
		return;
	link = !md_inside(m, "a");
	buffer_str(&m->html, "<sup class=\"footnote-ref\">");
	if (link && !m->notes[i].referred)
		buffer_printf(&m->html, "<a href=\"#s-fn-%zu\" id=\"s-fnref-%zu\">", i + 1, i + 1);
	else if (link)
		buffer_printf(&m->html, "<a href=\"#s-fn-%zu\">", i + 1);
	buffer_printf(&m->html, link ? "%zu</a></sup>" : "%zu</sup>", i + 1);
	m->notes[i].referred = m->notes[i].referred || link;
}

static void
note_open(struct md *m, const struct md_mark *mark)
{
	char tag[64];

	if (!may_open(m))
		return;
	snprintf(tag, sizeof tag, "<li id=\"s-fn-%zu\">", note_find(m, mark) + 1);
	md_put(m, tag);
	md_push(m, MD_ENTRY_DIV, NOTE, "</li>\n")->title = arena_printf(m->arena,
	    "<a class=\"footnote-back\" href=\"#s-fnref-%zu\">\xE2\x86\xA9</a>",
	    note_find(m, mark) + 1);
}

static void
note_close(struct md *m, const struct md_mark *mark)
{
	bool below;
	struct md_entry *e = find_open(m, (const char[]){ NOTE, '\0' }, &below);
	size_t i = note_find(m, mark);

	if (e != NULL && !below && i < m->n_notes && m->notes[i].referred)
		md_put(m, e->title);
	div_close(m, (const char[]){ NOTE, '\0' });
}

void
md_div_mark(struct md *m, struct md_mark *mark)
{
	switch (mark->kind) {
	case MD_MARK_DIV_OPEN:
		div_open(m, mark);
		break;
	case MD_MARK_DIV_CLOSE:
		div_close(m, (const char[]){ ASIDE, DETAILS, PLAIN, DROPPED, '\0' });
		break;
	case MD_MARK_NOTES_OPEN:
		m->ignored_opens = 0;
		if (!may_open(m))
			break;
		md_put(m, "<section class=\"footnotes\"><ol>\n");
		md_push(m, MD_ENTRY_DIV, NOTES, "</ol></section>\n");
		break;
	case MD_MARK_NOTES_CLOSE:
		div_close(m, (const char[]){ NOTES, '\0' });
		break;
	case MD_MARK_NOTE_OPEN:
		note_open(m, mark);
		break;
	case MD_MARK_NOTE_CLOSE:
		note_close(m, mark);
		break;
	case MD_MARK_ATTR:
	case MD_MARK_MATH:
	case MD_MARK_MATH_DISPLAY:
	case MD_MARK_NOTE_REF:
		break;
	}
}
