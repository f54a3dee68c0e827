/*
 * markdown_part.h: what the files of the Markdown renderer share; nobody else
 * includes it.
 *
 *   markdown_source.c  prepares the source: front matter, notes, guards; with
 *   markdown_fence.c   fenced divs and code. What md4c does not know becomes a marker.
 *   markdown_inline.c  the same inside one line: attributes, mathematics, notes
 *   markdown.c         drives md4c and turns its events into HTML, with
 *   markdown_block.c   the events of blocks
 *   markdown_out.c     the element stack, escaping, holes
 *   markdown_url.c     addresses
 *   markdown_div.c     divs, footnotes and their titles
 *   markdown_html.c    raw HTML in the source, through an allow-list
 *   markdown_code.c    code blocks and their highlighting
 *   markdown_math.c    TeX to MathML
 *
 * Safety by construction: every byte of the output is either a literal of
 * these files, or text that went through md_escape(), or a token that a
 * checker in markdown_code.c or markdown_math.c has recognised and rewritten.
 */
#ifndef HOST_MARKDOWN_PART_H
#define HOST_MARKDOWN_PART_H

#include "arena.h"

enum {
	MD_SOURCE_MAX = 256 * 1024,  /* bytes of one document (learning.md H4) */
	MD_DEPTH_MAX = 100,          /* open elements in the output (H4) */
	MD_STACK_MAX = 256,
	MD_DIV_MAX = 60,             /* open fenced divs */
	MD_COLUMNS_MAX = 64,         /* of one table */
	MD_NOTES_MAX = 500,          /* footnotes */
	MD_PARA_LINES_MAX = 4000,    /* lines of one paragraph: md4c is quadratic in them */
	MD_URL_MAX = 2048,
	MD_MARKS_MAX = 20000,        /* markers in the text; beyond, it stays as written */
	MD_MATHS_MAX = 2000,         /* formulas to turn into MathML */
	MD_WARNINGS_MAX = 200,
	MD_HEADINGS_MAX = 2000       /* with an id and a line in the list */
};

/*
 * A marker stands in the prepared source as U+FDD0, decimal index, U+FDD1
 * (noncharacters; the ones in the source are replaced before). Where it has
 * no meaning, in code for example, the original text is put back.
 */
#define MD_MARK_OPEN "\xEF\xB7\x90"
#define MD_MARK_CLOSE "\xEF\xB7\x91"

enum md_mark_kind {
	MD_MARK_DIV_OPEN = 1,
	MD_MARK_DIV_CLOSE,
	MD_MARK_ATTR,       /* {alt='…' .class #id} after an image, link, code, heading */
	MD_MARK_MATH,
	MD_MARK_MATH_DISPLAY,
	MD_MARK_NOTE_REF,   /* [^label] */
	MD_MARK_NOTES_OPEN, /* the list of footnotes at the end */
	MD_MARK_NOTES_CLOSE,
	MD_MARK_NOTE_OPEN,
	MD_MARK_NOTE_CLOSE
};

struct md_mark {
	enum md_mark_kind kind;
	const char *source; /* original text */
	size_t size;
	/* DIV_OPEN: first class; NOTE_*: label; MATH: TeX without dollars. */
	const char *name;
	size_t name_size;
	const char *title; /* DIV_OPEN: rest of the line; "" */
	size_t title_size;
};

struct md_note {
	const char *label;
	size_t size;
	bool referred;
};

struct md_hole {
	size_t offset; /* in the HTML written so far */
	const char *text;
	size_t size;
};

/* One `<p>` that may turn out to be a figure, or nothing. */
enum md_para { MD_PARA_NONE, MD_PARA_PENDING, MD_PARA_OPEN };

enum md_entry_kind { MD_ENTRY_BLOCK = 1, MD_ENTRY_SPAN, MD_ENTRY_RAW, MD_ENTRY_DIV };

struct md_entry {
	enum md_entry_kind kind;
	int type;          /* md4c's block or span type; raw: index of the tag */
	const char *close; /* written when the entry is popped; NULL = nothing */
	const char *name;  /* div: its kind; raw: element name */
	bool mutes;        /* its content is not shown */
	bool wants_title;  /* div: the next heading becomes its title */
	bool aside;        /* div: counts for heading levels */
	const char *title; /* div: title to use when no heading comes; NULL = none */
	unsigned closes;   /* fences that came while a deeper block was open */
};

struct md_image {
	bool held;         /* an image waits for what follows it */
	bool inside;       /* collecting its text */
	unsigned depth;    /* images nested in its text */
	struct buffer alt;
	char *src;
	char *title;
	const char *attr_alt, *attr_width, *attr_height;
};

struct md_code {
	const char *lang;  /* normalised, "" = unknown */
	const char *text;
	size_t size;
	size_t hole;
};

struct md_math {
	const char *tex;
	size_t size;
	bool display;
	size_t hole;
};

/* How far a search in the source looked in vain. */
struct md_scan {
	const char *no_tick[32]; /* no closing run of that many ticks before */
	const char *no_dollar, *no_dollars;
};

struct md_slug {
	const char *text;
	unsigned next;
};

struct md {
	struct arena *arena;
	const struct markdown_image *images;
	/* prepared source */
	struct buffer source;
	struct buffer notes_source;
	struct md_mark *marks;
	size_t n_marks, cap_marks;
	struct buffer clean;       /* the source, valid UTF-8, without front matter */
	const char **image_paths;  /* normalised, as images */
	unsigned ignored_opens;    /* fences that stood where no block may begin */
	struct md_note notes[MD_NOTES_MAX];
	size_t n_notes;
	struct md_scan scan;
	/* output */
	struct buffer html;
	struct buffer text;
	struct md_hole *holes;
	size_t n_holes, cap_holes;
	size_t html_max;
	size_t attribute_bytes;
	bool too_large;
	/* state */
	struct md_entry stack[MD_STACK_MAX];
	size_t depth, overflow;
	unsigned muted;
	enum md_para para;
	struct md_image image;
	unsigned cells_waiting;
	int cell_align;
	bool cell_waiting, cell_head;
	const char *skip_until; /* raw element whose content is dropped */
	/* code block being collected */
	bool in_code_block;
	struct buffer code;
	/* raw HTML waiting for its end */
	struct buffer raw;
	bool in_raw_block;
	/* heading being collected */
	bool in_heading, heading_is_title;
	int heading_level;
	size_t heading_hole, heading_text;
	const char *heading_id;
	size_t heading_id_size;
	/* results */
	struct md_code *codes;
	size_t n_codes, cap_codes;
	struct md_math *maths;
	size_t n_maths, cap_maths;
	struct md_slug *slugs;
	size_t n_slugs, cap_slugs;
	struct buffer headings;
	size_t n_headings;
	const char **warnings;
	size_t n_warnings;
};

/* ---- markdown_source.c, markdown_inline.c ------------------------------ */

/* Fills m->source, m->marks, m->notes. */
void md_prepare(struct md *, const char *source, size_t size);
/* Adds a marker for the original text to `out`. */
struct md_mark *md_mark_add(
    struct md *, struct buffer *out, enum md_mark_kind, const char *source, size_t size);
/* Copies the text of a line to `out`; returns where it stopped, which is after
 * `end` when an attribute list went on over the next lines. `limit` is the end
 * of the paragraph or the document. */
const char *md_inline(struct md *, struct buffer *out, const char *p, const char *end,
    const char *limit);
/* Length of a well-formed {…} attribute list at p, 0 when there is none. */
size_t md_attr_length(const char *p, const char *limit);
/* Value of a key in the attribute list, unescaped; NULL when absent. Keys "."
 * and "#" give the first class and the id. */
const char *md_attr(struct arena *, const struct md_mark *, const char *key);

/* ---- markdown_out.c ----------------------------------------------------- */

void md_warn(struct md *, const char *fmt, ...) PRINTF_LIKE(2, 3);
void md_put(struct md *, const char *literal);
void md_escape(struct buffer *, const char *s, size_t n);
/* Text for the reader: escaped into the page and plain into m->text. */
void md_text(struct md *, const char *s, size_t n);
void md_text_break(struct md *, char c);
size_t md_hole(struct md *);
void md_hole_fill(struct md *, size_t hole, const char *text, size_t size);
/* The whole page with its holes filled. */
const char *md_assemble(struct md *);
struct md_entry *md_push(struct md *, enum md_entry_kind, int type, const char *close);
/* Writes the end tags of everything up to and including the innermost block of
 * md4c; the innermost span of this type. */
void md_pop(struct md *);
void md_pop_span(struct md *, int type);
void md_pop_top(struct md *);
struct md_entry *md_top(struct md *);
/* true inside an element that was pushed with this name. */
bool md_inside(const struct md *, const char *name);
/* true when an element opened now would be too deep to be written. */
bool md_deep(const struct md *);
/* Reads a marker at s; returns it and its length, or NULL. */
struct md_mark *md_mark_at(struct md *, const char *s, size_t n, size_t *length);
/* Copy with the original text in the place of markers. */
const char *md_restore(struct md *, const char *s, size_t n, size_t *size);
/* Entities decoded; unknown names stay as they are. */
const char *md_decode(struct arena *, const char *s, size_t n, size_t *size);
/* UTF-8 of a code point; U+FFFD when it may not appear. Returns the length. */
size_t md_utf8(char out[4], uint32_t code);
/* An address fit for href, escaped; NULL when it is not allowed. *outside is
 * set for other sites. */
const char *md_url(struct md *, const char *decoded, size_t n, bool *outside);
/* Lower-case ASCII letters, digits and "-"; never empty. */
const char *md_slug(struct arena *, const char *s, size_t n);
/* The same, unique in this document. */
const char *md_slug_unique(struct md *, const char *slug);

/* ---- markdown.c --------------------------------------------------------- */

/* Called before anything visible is written: opens what was waiting. */
void md_touch(struct md *);
/* Writes the start of a link and pushes its end as an entry of that kind. */
void md_link_start(
    struct md *, enum md_entry_kind, const char *decoded, size_t n, const char *title);

/* ---- markdown_image.c ---------------------------------------------------- */

void md_image_list(struct md *);
void md_image_start(struct md *, const char *src, const char *title);
/* Writes the image that was held; `alone`: it is all of its paragraph. */
void md_image_end(struct md *, bool alone);

/* ---- markdown_div.c ----------------------------------------------------- */

void md_div_mark(struct md *, struct md_mark *);
void md_div_title(struct md *);
/* Fences that waited for the end of a deeper block. */
void md_div_settle(struct md *);
void md_note_ref(struct md *, struct md_mark *);
bool md_div_heading(struct md *);
int md_heading_level(struct md *, int level);

/* ---- markdown_html.c ---------------------------------------------------- */

/* Handles the raw HTML collected in m->raw and empties it. */
void md_raw_flush(struct md *);
/* Before a block of Markdown: ends raw elements that may not hold one. */
void md_raw_leave(struct md *);

/* ---- markdown_code.c, markdown_math.c ----------------------------------- */

const char *md_code_lang(struct arena *, const char *info, size_t n);
void md_code_start(struct md *, const char *info, size_t n);
void md_code_end(struct md *);
/* One helper call for all of them; fills the holes. */
void md_code_finish(struct md *);
void md_math(struct md *, const struct md_mark *);
void md_math_finish(struct md *);
/* The checkers, apart for the tests: rewrite a helper's output to `out`, false
 * when anything but the expected is in it. */
bool md_code_check(struct buffer *out, const char *html, size_t n, const char *code, size_t size);
bool md_math_check(struct buffer *out, const char *html, size_t n, const char *tex, size_t size,
    bool display);
/* Looks up or remembers what a helper made (the whole process). */
const char *md_cache_get(int kind, const char *key, size_t key_size, size_t *size);
void md_cache_put(int kind, const char *key, size_t key_size, const char *value, size_t size);

#endif
