/*
 * markdown_html.c: raw HTML in a lesson. A small tokenizer reads it; harmless
 * elements are written anew by us, without their attributes but the few in
 * `attributes`; other elements of HTML are dropped and their text is kept,
 * except for scripts and the like; a name that HTML does not know
 * ("<variable_name>") is text that somebody forgot to quote.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "markdown_part.h"

enum { ATTRIBUTES_MAX = 50, SPAN_MAX = 64, TAG_MAX = 4096 };

enum tag_flag {
	INLINE = 1,
	BLOCK = 2,  /* only between blocks, never in a paragraph */
	FLOW = 4,   /* may hold blocks of Markdown */
	VOID = 8,
	GONE = 16   /* known to HTML, not to us */
};

static const struct tag {
	const char *name;
	unsigned flags;
	const char *open, *close;
	const char *parents; /* one of these must be open directly around it */
	const char *ends;    /* open ones of these end where it begins */
} tags[] = {
#define SIMPLE(n) "<" n, "</" n ">"
#define LINES(n) "<" n, "</" n ">\n"
	{ "abbr", INLINE, SIMPLE("abbr"), NULL, NULL },
	{ "b", INLINE, SIMPLE("b"), NULL, NULL },
	{ "cite", INLINE, SIMPLE("cite"), NULL, NULL },
	{ "code", INLINE, SIMPLE("code"), NULL, NULL },
	{ "del", INLINE, SIMPLE("del"), NULL, NULL },
	{ "dfn", INLINE, SIMPLE("dfn"), NULL, NULL },
	{ "em", INLINE, SIMPLE("em"), NULL, NULL },
	{ "i", INLINE, SIMPLE("i"), NULL, NULL },
	{ "ins", INLINE, SIMPLE("ins"), NULL, NULL },
	{ "kbd", INLINE, SIMPLE("kbd"), NULL, NULL },
	{ "mark", INLINE, SIMPLE("mark"), NULL, NULL },
	{ "q", INLINE, SIMPLE("q"), NULL, NULL },
	{ "s", INLINE, SIMPLE("s"), NULL, NULL },
	{ "samp", INLINE, SIMPLE("samp"), NULL, NULL },
	{ "small", INLINE, SIMPLE("small"), NULL, NULL },
	{ "strike", INLINE, SIMPLE("s"), NULL, NULL },
	{ "strong", INLINE, SIMPLE("strong"), NULL, NULL },
	{ "sub", INLINE, SIMPLE("sub"), NULL, NULL },
	{ "sup", INLINE, SIMPLE("sup"), NULL, NULL },
	{ "tt", INLINE, SIMPLE("code"), NULL, NULL },
	{ "u", INLINE, SIMPLE("u"), NULL, NULL },
	{ "var", INLINE, SIMPLE("var"), NULL, NULL },
	{ "a", INLINE, NULL, NULL, NULL, NULL },
	{ "img", INLINE | VOID, NULL, NULL, NULL, NULL },
	{ "br", INLINE | VOID, "<br", NULL, NULL, NULL },
	{ "wbr", INLINE | VOID, "<wbr", NULL, NULL, NULL },
	{ "hr", BLOCK | VOID, "<hr", NULL, NULL, " p " },
	{ "article", BLOCK | FLOW, LINES("div"), NULL, " p " },
	{ "blockquote", BLOCK | FLOW, LINES("blockquote"), NULL, " p " },
	{ "caption", BLOCK, LINES("caption"), " table ", NULL },
	{ "center", BLOCK | FLOW, LINES("div"), NULL, " p " },
	{ "dd", BLOCK | FLOW, LINES("dd"), " dl ", " dt dd p " },
	{ "details", BLOCK | FLOW, LINES("details"), NULL, " p " },
	{ "div", BLOCK | FLOW, LINES("div"), NULL, " p " },
	{ "dl", BLOCK, LINES("dl"), NULL, " p " },
	{ "dt", BLOCK, LINES("dt"), " dl ", " dt dd p " },
	{ "figcaption", BLOCK, LINES("figcaption"), " figure ", " p " },
	{ "figure", BLOCK | FLOW, LINES("figure"), NULL, " p " },
	{ "li", BLOCK | FLOW, LINES("li"), " ul ol ", " li p " },
	{ "ol", BLOCK, LINES("ol"), NULL, " p " },
	{ "p", BLOCK, LINES("p"), NULL, " p " },
	{ "pre", BLOCK, LINES("pre"), NULL, " p " },
	{ "section", BLOCK | FLOW, LINES("div"), NULL, " p " },
	{ "summary", BLOCK, LINES("summary"), " details ", NULL },
	{ "table", BLOCK, LINES("table"), NULL, " p " },
	{ "tbody", BLOCK, LINES("tbody"), " table ", " thead tr td th p " },
	{ "td", BLOCK | FLOW, "<td", "</td>", " tr ", " td th p " },
	{ "tfoot", BLOCK, LINES("tfoot"), " table ", " tbody tr td th p " },
	{ "th", BLOCK | FLOW, "<th", "</th>", " tr ", " td th p " },
	{ "thead", BLOCK, LINES("thead"), " table ", NULL },
	{ "tr", BLOCK, LINES("tr"), " table thead tbody tfoot ", " tr td th p " },
	{ "ul", BLOCK, LINES("ul"), NULL, " p " },
};

/* Elements of HTML that we never write. The first line loses its content too. */
static const char with_content[] = " script style iframe object template noscript svg math "
	"textarea title xmp noembed noframes select ";
static const char gone[] = " address applet area aside audio base basefont bdi bdo bgsound big "
	"blink body button canvas col colgroup data datalist dialog dir embed fieldset font "
	"footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup html input keygen "
	"label legend line link listing main map marquee menu meta meter nav nobr optgroup "
	"option output param path picture plaintext polygon progress rb rect rp rt rtc ruby "
	"slot source span text time track video ";

struct token {
	char name[24];
	bool close;
	const char *attrs, *end; /* of the attributes; end is the ">" */
};

static bool
listed(const char *list, const char *name)
{
	char key[32];

	snprintf(key, sizeof key, " %s ", name);
	return strstr(list, key) != NULL;
}

static const struct tag *
tag_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (strcmp(tags[i].name, name) == 0)
			return &tags[i];
	return NULL;
}

/* ---- attributes ------------------------------------------------------------------- */

/* Decoded value of an attribute, NULL when absent. */
static const char *
attribute(struct md *m, const struct token *t, const char *name)
{
	const char *p = t->attrs, *key, *value;
	size_t n, k, size;
	char quote, *copy;
	int count;

	for (count = 0; count < ATTRIBUTES_MAX; count++) {
		while (p < t->end && (isspace((unsigned char)*p) || *p == '/'))
			p++;
		for (key = p; p < t->end && !isspace((unsigned char)*p) && *p != '=' && *p != '/';)
			p++;
		n = (size_t)(p - key);
		while (p < t->end && isspace((unsigned char)*p))
			p++;
		value = p;
		k = 0;
		if (p < t->end && *p == '=') {
			for (p++; p < t->end && isspace((unsigned char)*p);)
				p++;
			quote = p < t->end && (*p == '"' || *p == '\'') ? *p++ : '\0';
			for (value = p; p < t->end &&
			     (quote ? *p != quote : !isspace((unsigned char)*p));)
				p++;
			k = (size_t)(p - value);
			p += quote && p < t->end ? 1 : 0;
		}
		if (n == 0 && k == 0)
			return NULL;
		if (n == strlen(name) && strncasecmp(key, name, n) == 0) {
			value = md_decode(m->arena, value, k, &size);
			copy = arena_strndup(m->arena, value, size);
			return copy;
		}
	}
	return NULL;
}

static void
write_span(struct md *m, const struct token *t, const char *name)
{
	const char *value = attribute(m, t, name);
	char text[40];
	long n = value == NULL || !isdigit((unsigned char)*value) ? 0 : strtol(value, NULL, 10);

	if (n > 1 && n <= SPAN_MAX) {
		snprintf(text, sizeof text, " %s=\"%ld\"", name, n);
		md_put(m, text);
	}
}

static void
attributes(struct md *m, const struct tag *tag, const struct token *t)
{
	const char *title;

	if (strcmp(tag->name, "td") == 0 || strcmp(tag->name, "th") == 0) {
		write_span(m, t, "colspan");
		write_span(m, t, "rowspan");
	} else if (strcmp(tag->name, "abbr") == 0) {
		title = attribute(m, t, "title");
		if (title != NULL && m->muted == 0) {
			md_put(m, " title=\"");
			md_escape(&m->html, title, strlen(title));
			md_put(m, "\"");
		}
	}
}

/* ---- tags ----------------------------------------------------------------------------- */

static bool
in_flow(const struct md *m)
{
	return m->in_raw_block && m->para == MD_PARA_NONE;
}

static const char *
raw_top(struct md *m)
{
	struct md_entry *e = md_top(m);

	return e != NULL && m->overflow == 0 && e->kind == MD_ENTRY_RAW ? tags[e->type].name : "";
}

void
md_raw_leave(struct md *m)
{
	while (*raw_top(m) != '\0' && !(tags[md_top(m)->type].flags & FLOW))
		md_pop_top(m);
}

static void
image(struct md *m, const struct token *t)
{
	const char *src = attribute(m, t, "src"), *title = attribute(m, t, "title");
	const char *alt = attribute(m, t, "alt");

	if (src == NULL)
		return;
	md_touch(m);
	md_image_start(m, src, title == NULL ? "" : title);
	m->image.attr_alt = alt == NULL ? "" : alt;
	m->image.attr_width = attribute(m, t, "width");
	m->image.attr_height = attribute(m, t, "height");
	md_image_end(m, false);
}

static void
open_tag(struct md *m, const struct tag *tag, const struct token *t)
{
	const char *href;

	if ((tag->flags & BLOCK) && !in_flow(m))
		return;
	while (tag->ends != NULL && *raw_top(m) != '\0' && listed(tag->ends, raw_top(m)))
		md_pop_top(m);
	if (tag->parents != NULL && !listed(tag->parents, raw_top(m)))
		return;
	if (strcmp(tag->name, "img") == 0) {
		image(m, t);
		return;
	}
	md_touch(m);
	if (strcmp(tag->name, "a") == 0) {
		href = attribute(m, t, "href");
		if (href != NULL && !md_deep(m) && !md_inside(m, "a")) {
			md_link_start(m, MD_ENTRY_RAW, href, strlen(href), attribute(m, t, "title"));
			md_top(m)->type = (int)(tag - tags);
		}
		return;
	}
	if (md_deep(m))
		return;
	md_put(m, tag->open);
	attributes(m, tag, t);
	md_put(m, ">");
	if (!(tag->flags & VOID))
		md_push(m, MD_ENTRY_RAW, (int)(tag - tags), tag->close);
	else
		md_text_break(m, ' ');
}

static void
close_tag(struct md *m, const struct tag *tag)
{
	size_t i;

	if (m->overflow > 0)
		return;
	for (i = m->depth; i-- > 0 && m->stack[i].kind == MD_ENTRY_RAW;)
		if (m->stack[i].type == (int)(tag - tags)) {
			while (m->depth > i)
				md_pop_top(m);
			if (tag->flags & BLOCK)
				md_text_break(m, '\n');
			return;
		}
}

/* ---- the tokenizer ----------------------------------------------------------------------- */

static void
plain(struct md *m, const char *s, size_t n)
{
	const char *decoded;
	size_t size, i;

	if (m->skip_until != NULL || n == 0)
		return;
	for (i = 0; i < n && isspace((unsigned char)s[i]);)
		i++;
	if (i == n) {
		md_put(m, "\n");
		return;
	}
	decoded = md_decode(m->arena, s, n, &size);
	md_touch(m);
	md_text(m, decoded, size);
}

/* Reads a tag at "<"; returns what follows it, NULL when it is none. */
static const char *
read_tag(struct token *t, const char *p, const char *end)
{
	const char *q = p + 1;
	size_t n = 0;
	char quote = '\0';

	if (end - p > TAG_MAX)
		end = p + TAG_MAX;
	t->close = q < end && *q == '/';
	q += t->close;
	if (q == end || !isalpha((unsigned char)*q))
		return NULL;
	for (; q < end && (isalnum((unsigned char)*q) || strchr("-_:.", *q) != NULL); q++)
		if (n < sizeof t->name - 1)
			t->name[n++] = (char)tolower((unsigned char)*q);
	t->name[n] = '\0';
	for (t->attrs = q; q < end; q++) {
		if (quote != '\0')
			quote = *q == quote ? '\0' : quote;
		else if (*q == '"' || *q == '\'')
			quote = *q;
		else if (*q == '>')
			break;
	}
	if (q == end) /* an open quote: the first ">" ends it */
		q = memchr(t->attrs, '>', (size_t)(end - t->attrs));
	if (q == NULL)
		return NULL;
	t->end = q;
	return q + 1;
}

static const char *
skip_special(const char *p, const char *end)
{
	const char *what = ">", *q;

	if (end - p >= 4 && strncmp(p, "<!--", 4) == 0)
		what = "-->";
	else if (end - p >= 2 && p[1] == '?')
		what = "?>";
	else if (end - p >= 9 && strncmp(p, "<![CDATA[", 9) == 0)
		what = "]]>";
	q = memmem(p + 2, (size_t)(end - p - 2), what, strlen(what));
	return q == NULL ? end : q + strlen(what);
}

/* Whether "</name" comes after p. What was looked for in vain is remembered
 * in `missing`, by the place of the name in with_content. */
static bool
has_end(const char *p, const char *end, const char *name, bool *missing)
{
	size_t n = strlen(name), place = (size_t)(strstr(with_content, name) - with_content);

	for (; !missing[place] && (size_t)(end - p) > n + 1; p++)
		if (p[0] == '<' && p[1] == '/' && strncasecmp(p + 2, name, n) == 0)
			return true;
	missing[place] = true;
	return false;
}

static void
one_tag(struct md *m, const struct token *t, const char *p, const char *next, const char *end,
    bool *missing)
{
	const struct tag *tag = tag_find(t->name);

	if (m->skip_until != NULL) {
		if (t->close && strcmp(t->name, m->skip_until) == 0)
			m->skip_until = NULL;
	} else if (tag != NULL) {
		if (t->close)
			close_tag(m, tag);
		else
			open_tag(m, tag, t);
	} else if (listed(with_content, t->name)) {
		if (!t->close && (m->in_raw_block ? has_end(next, end, t->name, missing)
						  : listed(" script style ", t->name)))
			m->skip_until = arena_strdup(m->arena, t->name);
	} else if (!listed(gone, t->name)) {
		plain(m, p, (size_t)(next - p));
	}
}

void
md_raw_flush(struct md *m)
{
	const char *p = buffer_text(&m->raw), *end = p + m->raw.size, *q, *next;
	bool missing[sizeof with_content] = { false };
	struct token t;

	m->raw.size = 0; /* the text below stays where it is until we return */
	while (p < end) {
		q = memchr(p, '<', (size_t)(end - p));
		q = q == NULL ? end : q;
		plain(m, p, (size_t)(q - p));
		if (q == end)
			break;
		if (end - q >= 2 && (q[1] == '!' || q[1] == '?')) {
			p = skip_special(q, end);
			continue;
		}
		next = read_tag(&t, q, end);
		if (next == NULL) {
			plain(m, q, 1);
			p = q + 1;
			continue;
		}
		one_tag(m, &t, q, next, end, missing);
		p = next;
	}
}
