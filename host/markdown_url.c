/*
 * markdown_url.c: which addresses a lesson may link to. Allowed: other sites
 * by http, https and mailto; paths of this site; places in the page; and
 * "lesson:<slug>", another lesson of the same course, which becomes a
 * relative address. Decided after entities are decoded and controls removed,
 * as a browser would (learning.md H3).
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "markdown_part.h"

/* Copies without white space at the ends and without controls. */
static size_t
squeeze(char *to, const char *s, size_t n)
{
	size_t i, used = 0;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] > 0x20 ? s[i] != 0x7f : (s[i] == ' ' && used > 0))
			to[used++] = s[i];
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
	return used;
}

/* Length of "scheme", 0 when there is none. */
static size_t
scheme_length(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return s[n] == ':' ? n : 0;
}

static bool
scheme_is(const char *s, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(s, name, n) == 0;
}

/* Escapes for a URL and for an attribute at once. */
static void
write_url(struct buffer *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c;

	for (; (c = (unsigned char)*s) != '\0'; s++) {
		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL) {
			buffer_char(b, '%');
			buffer_char(b, hex[c >> 4]);
			buffer_char(b, hex[c & 15]);
		} else if (c == '&') {
			buffer_str(b, "&amp;");
		} else if (c == '\'') {
			buffer_str(b, "&#39;");
		} else {
			buffer_char(b, (char)c);
		}
	}
}

static void
write_fragment(struct md *m, struct buffer *b, const char *s)
{
	buffer_str(b, "#s-");
	buffer_str(b, md_slug(m->arena, s, strlen(s)));
}

/* "lesson:slug" and "lesson:slug#part": pages of lessons are siblings. */
static const char *
lesson_url(struct md *m, const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
	struct buffer b;

	if (n == 0 || n > 200 || (s[n] != '\0' && s[n] != '#'))
		return NULL;
	buffer_init(&b, m->arena, n + 64);
	buffer_str(&b, "./");
	buffer_add(&b, s, n);
	if (s[n] == '#' && s[n + 1] != '\0')
		write_fragment(m, &b, s + n + 1);
	return buffer_text(&b);
}

const char *
md_url(struct md *m, const char *decoded, size_t n, bool *outside)
{
	struct buffer b;
	size_t scheme;
	char *s;

	*outside = false;
	if (n > MD_URL_MAX)
		return NULL;
	s = arena_alloc(m->arena, n + 1);
	n = squeeze(s, decoded, n);
	if (n == 0)
		return NULL;
	buffer_init(&b, m->arena, n + n / 4 + 16);
	if (*s == '#') {
		if (n == 1)
			return NULL;
		write_fragment(m, &b, s + 1);
		return buffer_text(&b);
	}
	scheme = scheme_length(s);
	if (scheme_is(s, scheme, "lesson"))
		return lesson_url(m, s + scheme + 1);
	*outside = scheme_is(s, scheme, "http") || scheme_is(s, scheme, "https") ||
	    scheme_is(s, scheme, "mailto");
	if (!*outside && (scheme > 0 || *s != '/' || s[1] == '/' || s[1] == '\\'))
		return NULL;
	write_url(&b, s);
	return buffer_text(&b);
}
