/*
 * bundle_text.c: finds the destinations of links and pictures in Markdown
 * without rendering it. Code is stepped over. One pass, linear.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bundle/bundle_part.h"

enum { OPEN_MAX = 64, TICKS_MAX = 32, DESTINATION_MAX = 2048 };

struct scan {
	struct arena *arena;
	struct buffer out;
	const char *p;
	rewrite_fn *fn;
	void *state;
	bool open[OPEN_MAX]; /* brackets: true = of a picture */
	size_t n_open;
	const char *no_tick[TICKS_MAX];
	char fence;
	size_t fence_length;
};

static void
copy(struct scan *s, const char *to)
{
	buffer_add(&s->out, s->p, (size_t)(to - s->p));
	s->p = to;
}

static size_t
run(const char *p)
{
	const char *q = p;

	while (*q == *p)
		q++;
	return (size_t)(q - p);
}

/* ---- destinations ------------------------------------------------------------ */

static bool
picture_name(const char *s)
{
	static const char *const kinds[] = { ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg" };
	size_t n = strcspn(s, "?#"), i, k;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		k = strlen(kinds[i]);
		if (n > k && strncasecmp(s + n - k, kinds[i], k) == 0)
			return true;
	}
	return false;
}

/* End of a destination at p that is not in angle brackets. */
static const char *
bare_end(const char *p, bool parens)
{
	int depth = 0;

	for (; *p != '\0' && !isspace((unsigned char)*p); p++) {
		if (*p == '\\' && p[1] != '\0' && !isspace((unsigned char)p[1]))
			p++;
		else if (parens && *p == '(')
			depth++;
		else if (parens && *p == ')' && depth-- == 0)
			break;
	}
	return p;
}

static char *
unescaped(struct arena *arena, const char *p, size_t n)
{
	char *out = arena_alloc(arena, n + 1), *to = out;
	const char *end = p + n;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end && ispunct((unsigned char)p[1]))
			p++;
		*to++ = *p;
	}
	*to = '\0';
	return out;
}

/* At the first byte of a destination: copies or replaces it. */
static void
destination(struct scan *s, bool picture, bool parens)
{
	bool angle = *s->p == '<';
	const char *from = s->p + angle, *end, *next;
	const char *given, *made;

	end = angle ? from + strcspn(from, ">\n") : bare_end(from, parens);
	if (end == from || end - from > DESTINATION_MAX || (angle && *end != '>'))
		return;
	next = end + angle;
	given = unescaped(s->arena, from, (size_t)(end - from));
	made = s->fn(s->state, given, picture);
	if (made == NULL) {
		copy(s, next);
		return;
	}
	if (strpbrk(made, " ()<>") != NULL) {
		buffer_char(&s->out, '<');
		buffer_str(&s->out, made);
		buffer_char(&s->out, '>');
	} else {
		buffer_str(&s->out, made);
	}
	s->p = next;
}

/* "[label]: destination" at the beginning of a line. */
static bool
definition(struct scan *s)
{
	const char *p = s->p, *q;

	while (*p == ' ' && p - s->p < 4)
		p++;
	if (*p != '[' || p - s->p > 3 || p[1] == '^')
		return false;
	for (q = p + 1; *q != '\0' && *q != '\n' && *q != ']'; q++)
		if (*q == '\\' && q[1] != '\0' && q[1] != '\n')
			q++;
	if (*q != ']' || q[1] != ':')
		return false;
	for (q += 2; *q == ' ' || *q == '\t';)
		q++;
	if (*q == '\n' || *q == '\0')
		return false;
	copy(s, q);
	destination(s, picture_name(q + (*q == '<')) ||
	    picture_name(unescaped(s->arena, q, strcspn(q, " \t\n>"))), false);
	copy(s, s->p + strcspn(s->p, "\n"));
	return true;
}

/* <img src="…"> */
static void
image_tag(struct scan *s)
{
	const char *end = s->p + strcspn(s->p, ">"), *q;
	char quote;

	for (q = s->p; q + 5 < end; q++)
		if (isspace((unsigned char)*q) && strncasecmp(q + 1, "src=", 4) == 0)
			break;
	if (*end != '>' || end - s->p > DESTINATION_MAX || q + 5 >= end ||
	    (q[5] != '"' && q[5] != '\'')) {
		copy(s, s->p + 1);
		return;
	}
	quote = q[5];
	copy(s, q + 6);
	q = memchr(s->p, quote, (size_t)(end - s->p));
	if (q == NULL)
		return;
	const char *made = s->fn(s->state, arena_strndup(s->arena, s->p, (size_t)(q - s->p)), true);
	if (made != NULL && strpbrk(made, "\"'<>&") == NULL) {
		buffer_str(&s->out, made);
		s->p = q;
	}
}

/* ---- the text ------------------------------------------------------------------- */

static bool
blank_at(const char *p)
{
	p += strspn(p, " \t>");
	return *p == '\n' || *p == '\0';
}

/* A code span, or ticks that open none. */
static void
code_span(struct scan *s)
{
	size_t n = run(s->p), k;
	const char *q = s->p + n;

	if (n >= TICKS_MAX || q < s->no_tick[n]) {
		copy(s, q);
		return;
	}
	while (*q != '\0') {
		if (*q == '\n' && blank_at(q + 1))
			break;
		k = *q == '`' ? run(q) : 0;
		if (k == n) {
			copy(s, q + n);
			return;
		}
		q += k > 0 ? k : 1;
	}
	s->no_tick[n] = q;
	copy(s, s->p + n);
}

static void
special(struct scan *s)
{
	bool picture;

	switch (*s->p) {
	case '\\':
		copy(s, s->p + (s->p[1] != '\0' && s->p[1] != '\n' ? 2 : 1));
		return;
	case '`':
		code_span(s);
		return;
	case '[':
		if (s->n_open < OPEN_MAX)
			s->open[s->n_open++] = s->out.size > 0 && s->out.data[s->out.size - 1] == '!';
		copy(s, s->p + 1);
		return;
	case ']':
		picture = s->n_open > 0 && s->open[--s->n_open];
		copy(s, s->p + 1);
		if (*s->p == '(') {
			copy(s, s->p + 1 + strspn(s->p + 1, " \t"));
			destination(s, picture, true);
		}
		return;
	default:
		if (strncasecmp(s->p, "<img", 4) == 0 && isspace((unsigned char)s->p[4]))
			image_tag(s);
		else
			copy(s, s->p + 1);
	}
}

static bool
fence_line(struct scan *s)
{
	const char *p = s->p + strspn(s->p, " \t>"), *end = p + strcspn(p, "\n");
	size_t n = *p == '`' || *p == '~' ? run(p) : 0;

	if (s->fence != '\0') {
		if (*p == s->fence && n >= s->fence_length &&
		    p + n + strspn(p + n, " \t") == end)
			s->fence = '\0';
		copy(s, end);
		return true;
	}
	if (n < 3 || (*p == '`' && memchr(p + n, '`', (size_t)(end - p) - n) != NULL))
		return false;
	/* These fences hold Markdown, not code. */
	if (strncmp(p + n + strspn(p + n, " "), "exercism/", 9) != 0) {
		s->fence = *p;
		s->fence_length = n;
	}
	copy(s, end);
	return true;
}

char *
bundle_rewrite(struct arena *arena, const char *text, rewrite_fn *fn, void *state)
{
	struct scan s = { .arena = arena, .p = text, .fn = fn, .state = state };
	const char *q;

	buffer_init(&s.out, arena, strlen(text) + 256);
	while (*s.p != '\0') {
		if (blank_at(s.p))
			s.n_open = 0;
		if (!fence_line(&s) && !definition(&s)) {
			while (*s.p != '\0' && *s.p != '\n') {
				q = s.p + strcspn(s.p, "\\`[]<\n");
				copy(&s, q);
				if (*s.p != '\0' && *s.p != '\n')
					special(&s);
			}
		}
		if (*s.p == '\n')
			copy(&s, s.p + 1);
	}
	return arena_strdup(arena, buffer_text(&s.out));
}

char *
bundle_front_matter(struct arena *arena, char *text, const char **front)
{
	char *p, *end;

	*front = "";
	if (strncmp(text, "---\n", 4) != 0)
		return text;
	for (p = text + 4; *p != '\0'; p = end + 1) {
		end = p + strcspn(p, "\n");
		if ((strncmp(p, "---", 3) == 0 || strncmp(p, "...", 3) == 0) &&
		    p + 3 + strspn(p + 3, " \t") == end) {
			*front = arena_strndup(arena, text + 4, (size_t)(p - text - 4));
			end += *end == '\n';
			return end + strspn(end, "\n");
		}
		if (*end == '\0')
			break;
	}
	return text;
}
