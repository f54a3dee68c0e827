/*
 * markdown_math.c: TeX to MathML. All formulas of a document go to pandoc in
 * one call, as pandoc's JSON, where TeX is a string and nothing else. The
 * answer is taken apart and only elements and attributes of presentation
 * MathML are written anew; a formula that pandoc cannot read stays TeX.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "markdown_part.h"
#include "spawn.h"

enum { TEX_MAX = 4000, FORMULAS_MAX = 500, MATH_DEPTH = 60, HELPER_MS = 15000 };

void
md_math(struct md *m, const struct md_mark *mark)
{
	bool display = mark->kind == MD_MARK_MATH_DISPLAY;
	struct md_math *grown;

	if (m->muted > 0)
		return;
	if (m->n_maths == m->cap_maths && m->n_maths < MD_MATHS_MAX) {
		m->cap_maths = m->cap_maths == 0 ? 32 : m->cap_maths * 2;
		grown = arena_alloc(m->arena, m->cap_maths * sizeof *grown);
		if (m->n_maths > 0)
			memcpy(grown, m->maths, m->n_maths * sizeof *grown);
		m->maths = grown;
	}
	md_put(m, display ? "<span class=\"math math-display\">" : "<span class=\"math\">");
	buffer_add(&m->text, mark->name, mark->name_size);
	if (m->n_maths == MD_MATHS_MAX) {
		md_escape(&m->html, mark->name, mark->name_size);
		md_put(m, "</span>");
		return;
	}
	m->maths[m->n_maths++] = (struct md_math){
		.tex = mark->name, .size = mark->name_size, .display = display, .hole = md_hole(m)
	};
	md_put(m, "</span>");
}

/* ---- the checker ------------------------------------------------------------------- */

static const char elements[] = " maction mrow mi mn mo mtext mspace ms msub msup msubsup munder "
	"mover munderover mfrac msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose "
	"merror mmultiscripts mprescripts none ";
static const char attributes[] = " stretchy form columnalign mathvariant accent accentunder "
	"displaystyle scriptlevel width height depth lspace rspace linethickness fence "
	"separator minsize maxsize notation columnspacing rowspacing largeop movablelimits "
	"symmetric voffset bevelled numalign denomalign rowalign columnlines rowlines ";

struct scan {
	struct buffer *out;
	const char *p, *end;
	char open[MATH_DEPTH][20];
	size_t depth;
	bool dropped; /* in an annotation */
};

static bool
listed(const char *list, const char *name)
{
	char key[32];

	snprintf(key, sizeof key, " %s ", name);
	return strstr(list, key) != NULL;
}

static bool
word(struct scan *s, char *to, size_t size)
{
	size_t n = 0;

	while (s->p < s->end && isalpha((unsigned char)*s->p) && n + 1 < size)
		to[n++] = *s->p++;
	to[n] = '\0';
	return n > 0;
}

static bool
expect(struct scan *s, const char *what)
{
	size_t n = strlen(what);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, what, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool
harmless(const char *s, size_t n)
{
	while (n-- > 0 && (isalnum((unsigned char)*s) || strchr(".%+- ", *s) != NULL))
		s++;
	return n == (size_t)-1;
}

/* Attributes up to ">" or "/>"; unknown ones are left out. */
static bool
read_attributes(struct scan *s, bool write, bool *empty)
{
	char name[20];
	const char *value;

	*empty = false;
	while (expect(s, " ")) {
		if (!word(s, name, sizeof name) || !expect(s, "=\""))
			return false;
		for (value = s->p; s->p < s->end && *s->p != '"'; s->p++)
			if (*s->p == '<' || *s->p == '&')
				return false;
		if (write && listed(attributes, name) && harmless(value, (size_t)(s->p - value))) {
			buffer_printf(s->out, " %s=\"", name);
			md_escape(s->out, value, (size_t)(s->p - value));
			buffer_char(s->out, '"');
		}
		if (!expect(s, "\""))
			return false;
	}
	*empty = expect(s, "/");
	return expect(s, ">");
}

static bool
open_element(struct scan *s)
{
	char name[20];
	bool empty, shown;

	if (!word(s, name, sizeof name))
		return false;
	shown = !s->dropped && listed(elements, name);
	if (!shown && strcmp(name, "semantics") != 0 && strcmp(name, "annotation") != 0)
		return false;
	if (shown)
		buffer_printf(s->out, "<%s", name);
	if (!read_attributes(s, shown, &empty))
		return false;
	if (shown)
		buffer_char(s->out, '>');
	if (empty) {
		if (shown)
			buffer_printf(s->out, "</%s>", name);
		return true;
	}
	if (s->depth == MATH_DEPTH)
		return false;
	memcpy(s->open[s->depth++], name, sizeof name);
	s->dropped = s->dropped || strcmp(name, "annotation") == 0;
	return true;
}

static bool
close_element(struct scan *s)
{
	char name[20];

	if (!word(s, name, sizeof name) || !expect(s, ">") || s->depth == 0 ||
	    strcmp(s->open[--s->depth], name) != 0)
		return false;
	if (strcmp(name, "annotation") == 0)
		s->dropped = false;
	else if (strcmp(name, "semantics") != 0)
		buffer_printf(s->out, "</%s>", name);
	return true;
}

/* The length of a character that may be text; 0 when it may not. */
static size_t
character(const char *s, const char *end)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3
	    : c >= 0xf0 && c < 0xf5 ? 4 : 0, i;

	if (n == 0 || (size_t)(end - s) < n || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
		return 0;
	for (i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && (unsigned char)s[1] < 0xa0) || (c == 0xed && (unsigned char)s[1] > 0x9f) ||
	    (c == 0xf0 && (unsigned char)s[1] < 0x90) || (c == 0xf4 && (unsigned char)s[1] > 0x8f))
		return 0;
	return n;
}

static bool
math_text(struct scan *s, struct arena *arena)
{
	const char *from = s->p, *decoded;
	size_t n;

	for (; s->p < s->end && *s->p != '<'; s->p += n)
		if ((n = character(s->p, s->end)) == 0)
			return false;
	if (s->dropped)
		return true;
	decoded = md_decode(arena, from, (size_t)(s->p - from), &n);
	md_escape(s->out, decoded, n);
	return true;
}

/* One <math>…</math>, written anew with the TeX as its text alternative. */
bool
md_math_check(struct buffer *out, const char *html, size_t n, const char *tex, size_t size,
    bool display)
{
	struct scan s = { .out = out, .p = html, .end = html + n };
	struct buffer nothing;
	bool empty;

	buffer_init(&nothing, out->arena, 64);
	if (!expect(&s, "<math"))
		return false;
	buffer_str(out, display ? "<math display=\"block\" alttext=\"" : "<math alttext=\"");
	md_escape(out, tex, size);
	buffer_str(out, "\">");
	s.out = &nothing;
	if (!read_attributes(&s, false, &empty) || empty)
		return false;
	s.out = out;
	while (s.p < s.end) {
		if (*s.p != '<') {
			if (!math_text(&s, out->arena))
				return false;
		} else if (expect(&s, "</")) {
			if (s.depth == 0)
				break;
			if (!close_element(&s))
				return false;
		} else if (!expect(&s, "<") || !open_element(&s)) {
			return false;
		}
	}
	buffer_str(out, "</math>");
	return s.depth == 0 && expect(&s, "math>") && s.p == s.end;
}

/* ---- the helper ------------------------------------------------------------------------ */

static void
json_string(struct buffer *b, const char *s, size_t n)
{
	size_t i;

	buffer_char(b, '"');
	for (i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			buffer_char(b, '\\');
		if ((unsigned char)s[i] < 0x20)
			buffer_char(b, ' ');
		else
			buffer_char(b, s[i]);
	}
	buffer_char(b, '"');
}

static const char *
cache_key(struct arena *arena, const struct md_math *f, size_t *n)
{
	struct buffer b;

	buffer_init(&b, arena, f->size + 2);
	buffer_char(&b, f->display ? 'd' : 'i');
	buffer_add(&b, f->tex, f->size);
	*n = b.size;
	return buffer_text(&b);
}

static bool
from_cache(struct md *m, const struct md_math *f)
{
	size_t n, size;
	const char *key = cache_key(m->arena, f, &n), *html = md_cache_get('m', key, n, &size);

	if (html == NULL)
		return false;
	md_hole_fill(m, f->hole, arena_strndup(m->arena, html, size), size);
	return true;
}

static void
take_answer(struct md *m, const struct md_math *f, const char *p, size_t n)
{
	struct buffer html;
	const char *key;
	size_t size;

	buffer_init(&html, m->arena, n + f->size + 64);
	if (!md_math_check(&html, p, n, f->tex, f->size, f->display))
		return;
	md_hole_fill(m, f->hole, buffer_text(&html), html.size);
	key = cache_key(m->arena, f, &size);
	md_cache_put('m', key, size, html.data, html.size);
}

/* Each formula comes back as a paragraph: <p>…</p>. */
static void
take_answers(struct md *m, const size_t *asked, size_t n, const char *p, const char *end)
{
	const char *q;
	size_t i;

	for (i = 0; i < n; i++) {
		p = memmem(p, (size_t)(end - p), "<p>", 3);
		q = p == NULL ? NULL : memmem(p, (size_t)(end - p), "</p>", 4);
		if (q == NULL)
			return;
		take_answer(m, &m->maths[asked[i]], p + 3, (size_t)(q - p - 3));
		p = q + 4;
	}
}

static void
ask_helper(struct md *m, const size_t *asked, size_t n)
{
	static const char *const args[] = { NULL };
	struct buffer in, out;
	char reason[160] = "";
	const struct md_math *f;
	size_t i;

	buffer_init(&in, m->arena, 4096);
	buffer_init(&out, m->arena, 4096);
	buffer_str(&in, "{\"pandoc-api-version\":[1,22],\"meta\":{},\"blocks\":[");
	for (i = 0; i < n; i++) {
		f = &m->maths[asked[i]];
		buffer_printf(&in, "%s{\"t\":\"Para\",\"c\":[{\"t\":\"Math\",\"c\":[{\"t\":\"%s\"},",
		    i > 0 ? "," : "", f->display ? "DisplayMath" : "InlineMath");
		json_string(&in, f->tex, f->size);
		buffer_str(&in, "]}]}");
	}
	buffer_str(&in, "]}");
	if (!spawn_run("math", args, in.data, in.size, &out, HELPER_MS, reason, sizeof reason))
		return;
	take_answers(m, asked, n, buffer_text(&out), out.data + out.size);
}

void
md_math_finish(struct md *m)
{
	size_t *asked = arena_alloc(m->arena, (m->n_maths + 1) * sizeof *asked), i, n = 0;
	struct buffer plain;

	for (i = 0; i < m->n_maths; i++) {
		buffer_init(&plain, m->arena, m->maths[i].size + 16);
		md_escape(&plain, m->maths[i].tex, m->maths[i].size);
		md_hole_fill(m, m->maths[i].hole, buffer_text(&plain), plain.size);
		if (!from_cache(m, &m->maths[i]) && m->maths[i].size <= TEX_MAX && n < FORMULAS_MAX)
			asked[n++] = i;
	}
	if (n > 0)
		ask_helper(m, asked, n);
}
