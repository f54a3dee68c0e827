/* Urlencoded fields, percent coding, UTF-8. See form.h. */
#include "form.h"

#include <string.h>

#define FORM_FIELDS 1000
#define FORM_NAME 128

void
form_init(struct form *f, struct arena *a)
{
	*f = (struct form){ .arena = a };
}

bool
form_add(struct form *f, struct form_field field)
{
	if (f->n >= FORM_FIELDS || strlen(field.name) > FORM_NAME)
		return false;
	if (f->n == f->room) {
		size_t room = f->room == 0 ? 16 : f->room * 2;
		struct form_field *more = arena_alloc(f->arena, room * sizeof(*more));

		if (f->n > 0)
			memcpy(more, f->fields, f->n * sizeof(*more));
		f->fields = more;
		f->room = room;
	}
	f->fields[f->n++] = field;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *
form_decode(struct arena *a, const char *s, size_t n, bool plus)
{
	char *out = arena_alloc_raw(a, n + 1, 1);
	size_t w = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '+' && plus) {
			c = ' ';
		} else if (c == '%') {
			int high = n - i > 2 ? hex_digit(s[i + 1]) : -1;
			int low = n - i > 2 ? hex_digit(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0')
			return NULL;
		out[w++] = c;
	}
	out[w] = '\0';
	return utf8_valid(out, w) ? out : NULL;
}

const char *
form_encode(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc_raw(a, strlen(s) * 3 + 1, 1), *w = out;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~", c) != NULL) {
			*w++ = (char)c;
		} else {
			*w++ = '%';
			*w++ = hex[c >> 4];
			*w++ = hex[c & 15];
		}
	}
	*w = '\0';
	return out;
}

bool
form_urlencoded(struct form *f, const char *data, size_t size)
{
	const char *end = data + size;

	while (data < end) {
		const char *stop = memchr(data, '&', (size_t)(end - data));
		const char *equals;
		char *name, *value;

		if (stop == NULL)
			stop = end;
		if (stop == data) {
			data++;
			continue;
		}
		equals = memchr(data, '=', (size_t)(stop - data));
		if (equals == NULL)
			equals = stop;
		name = form_decode(f->arena, data, (size_t)(equals - data), true);
		value = equals == stop ? arena_strdup(f->arena, "")
		    : form_decode(f->arena, equals + 1, (size_t)(stop - equals - 1), true);
		if (name == NULL || value == NULL)
			return false;
		if (!form_add(f, (struct form_field){ .name = name, .value = value,
		    .size = strlen(value) }))
			return false;
		data = stop + 1;
	}
	return true;
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool
utf8_valid(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;

	while (p < end) {
		uint32_t c = *p++, least;
		int more;

		if (c < 0x80)
			continue;
		if (c >= 0xc2 && c < 0xe0) {
			more = 1, least = 0x80, c &= 0x1f;
		} else if (c >= 0xe0 && c < 0xf0) {
			more = 2, least = 0x800, c &= 0x0f;
		} else if (c >= 0xf0 && c < 0xf5) {
			more = 3, least = 0x10000, c &= 0x07;
		} else {
			return false;
		}
		for (; more > 0; more--) {
			if (p == end || (*p & 0xc0) != 0x80)
				return false;
			c = c << 6 | (*p++ & 0x3f);
		}
		if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
	}
	return true;
}

size_t
utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}
