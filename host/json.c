/*
 * json.c: a strict JSON reader into the arena. It parses by itself instead of
 * calling json-c: that one keeps the last of two equal keys, accepts comments
 * and NaN unless told otherwise, and needs its own frees on every way out.
 */
#include "json_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct arena *arena;
	const char *start, *p, *end;
	const char *error;
	int depth;
};

static struct json *read_value(struct reader *);

static bool
refuse(struct reader *r, const char *error)
{
	if (!r->error)
		r->error = error;
	return false;
}

static void
skip_space(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static struct json *
new_value(struct reader *r, enum json_kind kind)
{
	struct json *v = arena_alloc(r->arena, sizeof(*v));

	v->kind = kind;
	return v;
}

/* ---- strings ----------------------------------------------------------- */

/* Bytes of the valid UTF-8 sequence at p, 0 when it is none (RFC 3629). */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
	    p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static bool
read_hex4(struct reader *r, uint32_t *out)
{
	uint32_t v = 0;

	if (r->end - r->p < 4)
		return refuse(r, "bad escape");
	for (int i = 0; i < 4; i++) {
		char c = *r->p++;

		if (c >= '0' && c <= '9')
			v = v * 16 + (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + (uint32_t)((c | 32) - 'a') + 10;
		else
			return refuse(r, "bad escape");
	}
	*out = v;
	return true;
}

static char *
put_utf8(char *o, uint32_t c)
{
	if (c < 0x80) {
		*o++ = (char)c;
	} else if (c < 0x800) {
		*o++ = (char)(0xc0 | c >> 6);
		*o++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*o++ = (char)(0xe0 | c >> 12);
		*o++ = (char)(0x80 | (c >> 6 & 0x3f));
		*o++ = (char)(0x80 | (c & 0x3f));
	} else {
		*o++ = (char)(0xf0 | c >> 18);
		*o++ = (char)(0x80 | (c >> 12 & 0x3f));
		*o++ = (char)(0x80 | (c >> 6 & 0x3f));
		*o++ = (char)(0x80 | (c & 0x3f));
	}
	return o;
}

/* After "\u". */
static char *
read_unicode(struct reader *r, char *o)
{
	uint32_t c, low;

	if (!read_hex4(r, &c))
		return NULL;
	if (c == 0) {
		refuse(r, "null character");
		return NULL;
	}
	if (c >= 0xd800 && c < 0xdc00) {
		if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u') {
			refuse(r, "lone surrogate");
			return NULL;
		}
		r->p += 2;
		if (!read_hex4(r, &low))
			return NULL;
		if (low < 0xdc00 || low > 0xdfff) {
			refuse(r, "lone surrogate");
			return NULL;
		}
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		refuse(r, "lone surrogate");
		return NULL;
	}
	return put_utf8(o, c);
}

/* After the backslash. An escape is never shorter than what it stands for. */
static char *
read_escape(struct reader *r, char *o)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	char c;

	if (r->p >= r->end) {
		refuse(r, "unfinished string");
		return NULL;
	}
	c = *r->p++;
	if (c == 'u')
		return read_unicode(r, o);
	at = c ? strchr(from, c) : NULL;
	if (!at) {
		refuse(r, "bad escape");
		return NULL;
	}
	*o++ = to[at - from];
	return o;
}

/* At the opening quote. */
static const char *
read_string(struct reader *r)
{
	const char *close = ++r->p;
	char *out, *o;

	while (close < r->end && *close != '"')
		close += *close == '\\' && close + 1 < r->end ? 2 : 1;
	if (close >= r->end) {
		refuse(r, "unfinished string");
		return NULL;
	}
	o = out = arena_alloc(r->arena, (size_t)(close - r->p) + 1);
	while (r->p < close) {
		size_t n;

		if (*r->p == '\\') {
			r->p++;
			o = read_escape(r, o);
			if (!o)
				return NULL;
			continue;
		}
		n = utf8_sequence((const unsigned char *)r->p, (size_t)(close - r->p));
		if (n == 0 || (unsigned char)*r->p < 0x20) {
			refuse(r, n == 0 ? "bad UTF-8" : "control character");
			return NULL;
		}
		memcpy(o, r->p, n);
		o += n;
		r->p += n;
	}
	r->p = close + 1;
	*o = '\0';
	return out;
}

/* ---- numbers, words ---------------------------------------------------- */

static bool
digits(struct reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > from || refuse(r, "bad number");
}

static struct json *
read_number(struct reader *r)
{
	const char *from = r->p;
	struct json *v;

	if (*r->p == '-')
		r->p++;
	if (r->p < r->end && *r->p == '0')
		r->p++;
	else if (!digits(r))
		return NULL;
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!digits(r))
			return NULL;
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		if (!digits(r))
			return NULL;
	}
	v = new_value(r, JSON_NUMBER);
	v->text = arena_strndup(r->arena, from, (size_t)(r->p - from));
	return v;
}

static struct json *
read_word(struct reader *r, const char *word, enum json_kind kind)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0) {
		refuse(r, "unknown word");
		return NULL;
	}
	r->p += n;
	return new_value(r, kind);
}

/* ---- arrays, objects --------------------------------------------------- */

static void
append(struct reader *r, struct json *v, size_t *capacity, const char *key, struct json *item)
{
	if (v->n == *capacity) {
		size_t more = *capacity ? *capacity * 2 : 8;
		struct json **items = arena_alloc(r->arena, more * sizeof(*items));

		if (v->n)
			memcpy(items, v->items, v->n * sizeof(*items));
		if (v->kind == JSON_OBJECT) {
			const char **keys = arena_alloc(r->arena, more * sizeof(*keys));

			if (v->n)
				memcpy(keys, v->keys, v->n * sizeof(*keys));
			v->keys = keys;
		}
		v->items = items;
		*capacity = more;
	}
	if (v->kind == JSON_OBJECT)
		v->keys[v->n] = key;
	v->items[v->n++] = item;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
keys_differ(struct reader *r, const struct json *v)
{
	const char **sorted;

	if (v->n < 2)
		return true;
	sorted = arena_alloc(r->arena, v->n * sizeof(*sorted));
	memcpy(sorted, v->keys, v->n * sizeof(*sorted));
	qsort(sorted, v->n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < v->n; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			return refuse(r, "duplicate key");
	return true;
}

/* "key": of an object; true for arrays. */
static bool
read_key(struct reader *r, const struct json *v, const char **key)
{
	*key = NULL;
	if (v->kind != JSON_OBJECT)
		return true;
	skip_space(r);
	if (r->p >= r->end || *r->p != '"')
		return refuse(r, "key expected");
	*key = read_string(r);
	if (!*key)
		return false;
	skip_space(r);
	if (r->p >= r->end || *r->p != ':')
		return refuse(r, "colon expected");
	r->p++;
	return true;
}

static struct json *
read_list(struct reader *r, enum json_kind kind)
{
	const char close = kind == JSON_OBJECT ? '}' : ']';
	struct json *v = new_value(r, kind);
	size_t capacity = 0;

	r->p++;
	skip_space(r);
	if (r->p < r->end && *r->p == close) {
		r->p++;
		return v;
	}
	for (;;) {
		const char *key;
		struct json *item;

		if (!read_key(r, v, &key) || !(item = read_value(r)))
			return NULL;
		append(r, v, &capacity, key, item);
		skip_space(r);
		if (r->p >= r->end || (*r->p != ',' && *r->p != close)) {
			refuse(r, "comma expected");
			return NULL;
		}
		if (*r->p++ == close)
			return kind == JSON_ARRAY || keys_differ(r, v) ? v : NULL;
	}
}

static struct json *
read_value(struct reader *r)
{
	struct json *v = NULL;

	skip_space(r);
	if (r->p >= r->end) {
		refuse(r, "value expected");
		return NULL;
	}
	switch (*r->p) {
	case '{':
	case '[':
		if (++r->depth > JSON_DEPTH_MAX) {
			refuse(r, "too deep");
			return NULL;
		}
		v = read_list(r, *r->p == '{' ? JSON_OBJECT : JSON_ARRAY);
		r->depth--;
		return v;
	case '"':
		v = new_value(r, JSON_STRING);
		v->text = read_string(r);
		return v->text ? v : NULL;
	case 't':
		return read_word(r, "true", JSON_TRUE);
	case 'f':
		return read_word(r, "false", JSON_FALSE);
	case 'n':
		return read_word(r, "null", JSON_NULL);
	default:
		if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9'))
			return read_number(r);
		refuse(r, "value expected");
		return NULL;
	}
}

struct json *
json_read(struct arena *arena, const char *text, size_t size, char *reason, size_t reason_size)
{
	struct reader r = { .arena = arena, .start = text, .p = text, .end = text + size };
	struct json *v = NULL;

	if (size > JSON_SIZE_MAX)
		refuse(&r, "too large");
	else
		v = read_value(&r);
	if (v) {
		skip_space(&r);
		if (r.p < r.end) {
			refuse(&r, "text after the value");
			v = NULL;
		}
	}
	if (!v && reason)
		snprintf(reason, reason_size, "%s at %zu", r.error ? r.error : "bad",
		    (size_t)(r.p - r.start));
	return v;
}

struct json *
json_parse(struct arena *arena, const char *text)
{
	return text ? json_read(arena, text, strlen(text), NULL, 0) : NULL;
}
