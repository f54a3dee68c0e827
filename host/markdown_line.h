/*
 * markdown_line.h: the state of the preparation, shared by markdown_source.c
 * and markdown_fence.c.
 */
#ifndef HOST_MARKDOWN_LINE_H
#define HOST_MARKDOWN_LINE_H

#include "markdown_part.h"

struct fence {
	char mark; /* '`' or '~'; 0 = none open */
	size_t length;
	unsigned quotes;
	size_t indent; /* of the list item that holds it */
	size_t info;   /* offset in the output just after the opening marks */
};

struct source {
	struct md *m;
	struct buffer *out;
	const char *p, *end;
	struct fence code;
	struct fence divs[MD_DIV_MAX]; /* mark ':' or the exercise fences' '~' '`' */
	size_t n_divs, deeper;         /* deeper: opened beyond MD_DIV_MAX */
	const char *html_end;          /* text that ends an open HTML block */
	unsigned html_quotes;
	size_t list_indent;
	size_t blank, lines;
	size_t fence_info; /* of the code block that ended on the line before; 0 */
	bool no_end[6];    /* HTML block kinds whose end does not come any more */
};

struct line {
	const char *start, *end; /* without the line feed */
	const char *text;        /* after quotes and indentation */
	const char *quote_end;
	unsigned quotes;
	size_t indent;
};

/* ---- markdown_source.c ---- */

bool line_blank(const struct line *);
/* Copies text and ends the line. */
void line_emit(struct source *, const char *from, const char *to);
/* A marker as a paragraph of its own, in the containers of the line. */
struct md_mark *line_mark(struct source *, const struct line *, enum md_mark_kind);
const char *line_skip_space(const char *p, const char *end);

/* ---- markdown_fence.c: each takes the line (true) or leaves it ---- */

bool fence_code_line(struct source *, const struct line *);
bool fence_html_inside(struct source *, const struct line *);
bool fence_div(struct source *, const struct line *);
bool fence_kramdown(struct source *, const struct line *);
bool fence_open(struct source *, const struct line *);
bool fence_html(struct source *, const struct line *);
/* A code block that starts at p, after the marker of a list item. */
bool fence_item(struct source *, const struct line *, const char *p);

#endif
