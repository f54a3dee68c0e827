/*
 * markdown_code.c: code blocks. All blocks of a document go to the helper
 * "highlight" in one call; what comes back must be the same text with spans of
 * a class of one to three letters around some of it, or it is not used.
 *
 * The helper reads, per block, "<language> <bytes>\n" and the bytes, and
 * answers "<bytes>\n" and HTML for each, or "-1\n" for a language it does not
 * know.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markdown_part.h"
#include "spawn.h"

enum { LANG_MAX = 24, HELPER_MS = 10000, HELPER_BYTES = 1024 * 1024, BLOCK_BYTES = 128 * 1024 };

static const struct {
	const char *from, *to;
} aliases[] = { { "py", "python" }, { "python3", "python" }, { "js", "javascript" },
	{ "sh", "bash" }, { "shell", "bash" }, { "zsh", "bash" }, { "ts", "typescript" },
	{ "yml", "yaml" }, { "plain", "text" }, { "plaintext", "text" }, { "txt", "text" },
	{ "source", "text" }, { "none", "text" } };

/* "python", "{.python .numberLines}", "{r, echo=FALSE}", ".language-python",
 * "language-python", "Python" → "python". */
const char *
md_code_lang(struct arena *arena, const char *info, size_t n)
{
	char lang[LANG_MAX + 1];
	size_t used = 0, i = 0;

	while (i < n && strchr(" {.", info[i]) != NULL)
		i++;
	if (n - i > 9 && strncmp(info + i, "language-", 9) == 0)
		i += 9;
	for (; i < n && used < LANG_MAX; i++) {
		if (!isalnum((unsigned char)info[i]) && strchr("+#-_", info[i]) == NULL)
			break;
		lang[used++] = (char)tolower((unsigned char)info[i]);
	}
	lang[used] = '\0';
	for (i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
		if (strcmp(lang, aliases[i].from) == 0)
			return aliases[i].to;
	return arena_strdup(arena, lang);
}

void
md_code_start(struct md *m, const char *info, size_t n)
{
	struct md_code *grown;

	if (m->n_codes == m->cap_codes) {
		m->cap_codes = m->cap_codes == 0 ? 32 : m->cap_codes * 2;
		grown = arena_alloc(m->arena, m->cap_codes * sizeof *grown);
		if (m->n_codes > 0)
			memcpy(grown, m->codes, m->n_codes * sizeof *grown);
		m->codes = grown;
	}
	m->codes[m->n_codes] = (struct md_code){ .lang = md_code_lang(m->arena, info, n) };
	m->in_code_block = true;
	m->code.size = 0;
}

void
md_code_end(struct md *m)
{
	struct md_code *c = &m->codes[m->n_codes];
	const char *class = strcmp(c->lang, "output") == 0 ? " code-output"
	    : strcmp(c->lang, "error") == 0 ? " code-error" : "";

	m->in_code_block = false;
	if (m->muted > 0)
		return;
	while (m->code.size > 0 && m->code.data[m->code.size - 1] == '\n')
		m->code.size--;
	c->text = arena_strndup(m->arena, m->code.data, m->code.size);
	c->size = m->code.size;
	buffer_printf(&m->html, "<div class=\"code%s\"", class);
	if (*c->lang != '\0' && strcmp(c->lang, "text") != 0)
		buffer_printf(&m->html, " data-lang=\"%s\"", c->lang);
	buffer_str(&m->html, "><pre tabindex=\"0\"><code>");
	c->hole = md_hole(m);
	buffer_str(&m->html, "</code></pre></div>\n");
	m->n_codes++;
}

/* ---- the checker ----------------------------------------------------------------- */

static const struct {
	const char *entity;
	char c;
} escapes[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
	{ "&#39;", '\'' }, { "&#x27;", '\'' } };

/* "<span class="k">" at p: its length, else 0. */
static size_t
span_length(const char *p, const char *end)
{
	static const char start[] = "<span class=\"";
	size_t n = sizeof start - 1, k = 0;

	if ((size_t)(end - p) < n + 3 || memcmp(p, start, n) != 0)
		return 0;
	while (k < 4 && p + n + k < end && (islower((unsigned char)p[n + k]) || isdigit((unsigned char)p[n + k])))
		k++;
	if (k == 0 || k > 3 || end - p < (ptrdiff_t)(n + k + 2) || memcmp(p + n + k, "\">", 2) != 0)
		return 0;
	return n + k + 2;
}

/* The character that the text at p stands for; *n its length, 0 = none. */
static char
text_char(const char *p, const char *end, size_t *n)
{
	size_t i;

	*n = 1;
	if (*p != '&' && *p != '<' && *p != '>' && *p != '"')
		return *p;
	for (i = 0; *p == '&' && i < sizeof escapes / sizeof escapes[0]; i++) {
		*n = strlen(escapes[i].entity);
		if ((size_t)(end - p) >= *n && memcmp(p, escapes[i].entity, *n) == 0)
			return escapes[i].c;
	}
	*n = 0;
	return '\0';
}

bool
md_code_check(struct buffer *out, const char *html, size_t n, const char *code, size_t size)
{
	const char *end = html + n, *code_end = code + size;
	size_t depth = 0, k;
	char c;

	while (html < end) {
		if ((k = span_length(html, end)) > 0) {
			if (++depth > 8)
				return false;
			buffer_add(out, html, k);
		} else if (end - html >= 7 && memcmp(html, "</span>", k = 7) == 0) {
			if (depth-- == 0)
				return false;
			buffer_str(out, "</span>");
		} else {
			c = text_char(html, end, &k);
			if (k == 0 || code == code_end || *code++ != c)
				return false;
			md_escape(out, &c, 1);
		}
		html += k;
	}
	return depth == 0 && code == code_end;
}

/* ---- the helper ---------------------------------------------------------------------- */

static bool
wants_colour(const struct md_code *c)
{
	return *c->lang != '\0' && c->size > 0 && c->size <= BLOCK_BYTES &&
	    strcmp(c->lang, "text") != 0 && strcmp(c->lang, "output") != 0 &&
	    strcmp(c->lang, "error") != 0;
}

static const char *
cache_key(struct arena *arena, const struct md_code *c, size_t *n)
{
	struct buffer b;

	buffer_init(&b, arena, c->size + LANG_MAX + 2);
	buffer_printf(&b, "%s\n", c->lang);
	buffer_add(&b, c->text, c->size);
	*n = b.size;
	return buffer_text(&b);
}

static bool
from_cache(struct md *m, const struct md_code *c)
{
	size_t n, size;
	const char *key = cache_key(m->arena, c, &n), *html = md_cache_get('c', key, n, &size);

	if (html == NULL)
		return false;
	md_hole_fill(m, c->hole, arena_strndup(m->arena, html, size), size);
	return true;
}

/* One answer at p; returns what follows it, NULL when it is malformed. */
static const char *
take_answer(struct md *m, const struct md_code *c, const char *p, const char *end)
{
	char *after;
	long n = strtol(p, &after, 10);
	struct buffer html;
	const char *key;
	size_t size;

	if (after == p || after >= end || *after != '\n' || n > end - after - 1)
		return NULL;
	p = after + 1;
	if (n < 0)
		return p;
	buffer_init(&html, m->arena, (size_t)n + 1);
	if (!md_code_check(&html, p, (size_t)n, c->text, c->size))
		return p + n;
	md_hole_fill(m, c->hole, buffer_text(&html), html.size);
	key = cache_key(m->arena, c, &size);
	md_cache_put('c', key, size, html.data, html.size);
	return p + n;
}

static void
ask_helper(struct md *m, const bool *asked)
{
	static const char *const args[] = { NULL };
	struct buffer in, out;
	char reason[160] = "";
	const char *p, *end;
	size_t i;

	buffer_init(&in, m->arena, 4096);
	buffer_init(&out, m->arena, 4096);
	for (i = 0; i < m->n_codes; i++) {
		if (!asked[i])
			continue;
		buffer_printf(&in, "%s %zu\n", m->codes[i].lang, m->codes[i].size);
		buffer_add(&in, m->codes[i].text, m->codes[i].size);
	}
	if (in.size == 0 || !spawn_run("highlight", args, in.data, in.size, &out, HELPER_MS, reason,
	    sizeof reason))
		return;
	p = buffer_text(&out);
	end = p + out.size;
	for (i = 0; i < m->n_codes && p != NULL && p < end; i++)
		if (asked[i])
			p = take_answer(m, &m->codes[i], p, end);
}

void
md_code_finish(struct md *m)
{
	bool *asked = arena_alloc(m->arena, m->n_codes + 1);
	struct buffer plain;
	size_t i, bytes = 0;

	for (i = 0; i < m->n_codes; i++) {
		buffer_init(&plain, m->arena, m->codes[i].size + 32);
		md_escape(&plain, m->codes[i].text, m->codes[i].size);
		md_hole_fill(m, m->codes[i].hole, buffer_text(&plain), plain.size);
		if (!wants_colour(&m->codes[i]) || from_cache(m, &m->codes[i]))
			continue;
		bytes += m->codes[i].size;
		asked[i] = bytes <= HELPER_BYTES;
	}
	if (bytes > 0)
		ask_helper(m, asked);
}
