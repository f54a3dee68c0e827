/*
 * multipart/form-data (RFC 7578). The body is in memory (route limits); parts
 * point into it, nothing is copied but names.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "form.h"

struct span {
	const char *at;
	size_t size;
};

/* Value of a parameter in a header value: boundary=x, name="a\"b". */
static bool
header_param(struct arena *a, struct span header, const char *name, char **out)
{
	const char *p = header.at, *end = header.at + header.size;
	size_t n = strlen(name);

	while ((p = memchr(p, ';', (size_t)(end - p))) != NULL) {
		char *w;

		for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
			;
		if ((size_t)(end - p) <= n || strncasecmp(p, name, n) != 0 || p[n] != '=')
			continue;
		p += n + 1;
		w = *out = arena_alloc_raw(a, (size_t)(end - p) + 1, 1);
		if (p < end && *p == '"') {
			for (p++; p < end && *p != '"'; p++) {
				if (*p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
					p++;
				*w++ = *p;
			}
			if (p == end)
				return false;
		} else {
			for (; p < end && *p != ';' && !isspace((unsigned char)*p); p++)
				*w++ = *p;
		}
		*w = '\0';
		return true;
	}
	*out = NULL;
	return true;
}

static bool
boundary_find(struct form *f, const char *content_type, char **delimiter)
{
	char *boundary;

	if (!header_param(f->arena, (struct span){ content_type, strlen(content_type) }, "boundary",
	    &boundary) || boundary == NULL)
		return false;
	if (*boundary == '\0' || strlen(boundary) > 70)
		return false;
	*delimiter = arena_printf(f->arena, "\r\n--%s", boundary);
	return true;
}

/* The last path component without control characters. */
static const char *
file_name_clean(struct arena *a, const char *name)
{
	const char *slash;
	char *out, *w;

	while ((slash = strpbrk(name, "/\\")) != NULL)
		name = slash + 1;
	w = out = arena_alloc_raw(a, strlen(name) + 1, 1);
	for (; *name != '\0'; name++)
		if ((unsigned char)*name >= 0x20 && *name != 0x7f)
			*w++ = *name;
	*w = '\0';
	return out;
}

static bool
part_add(struct form *f, struct span head, struct span body)
{
	const char *p = head.at, *end = head.at + head.size;
	struct form_field field = { .value = body.at, .size = body.size };
	char *name = NULL, *file = NULL;

	while (p < end) {
		const char *stop = memmem(p, (size_t)(end - p), "\r\n", 2);

		if (stop == NULL)
			stop = end;
		if (stop - p > 20 && strncasecmp(p, "content-disposition:", 20) == 0) {
			struct span line = { p, (size_t)(stop - p) };

			if (!header_param(f->arena, line, "name", &name) ||
			    !header_param(f->arena, line, "filename", &file))
				return false;
		}
		p = stop + 2;
	}
	if (name == NULL || !utf8_valid(name, strlen(name)))
		return false;
	field.name = name;
	if (file == NULL) {
		if (memchr(body.at, '\0', body.size) != NULL || !utf8_valid(body.at, body.size))
			return false;
		field.value = arena_strndup(f->arena, body.at, body.size);
	} else {
		if (!utf8_valid(file, strlen(file)))
			return false;
		field.file_name = file_name_clean(f->arena, file);
		if (*file == '\0' && body.size == 0)
			return true; /* a file field left empty */
	}
	return form_add(f, field);
}

bool
form_multipart(struct form *f, const char *content_type, const char *data, size_t size)
{
	const char *p = data, *end = data + size;
	char *delimiter;
	size_t n;

	if (!boundary_find(f, content_type, &delimiter))
		return false;
	n = strlen(delimiter);
	/* The first delimiter may stand at the very start, without CRLF. */
	if (size < n - 2 || memcmp(p, delimiter + 2, n - 2) != 0)
		return false;
	p += n - 2;
	for (;;) {
		const char *head, *blank, *stop;

		if (end - p >= 2 && memcmp(p, "--", 2) == 0)
			return true;
		if (end - p < 2 || memcmp(p, "\r\n", 2) != 0)
			return false;
		head = p + 2;
		blank = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
		if (blank == NULL || blank - head > 4096)
			return false;
		stop = memmem(blank + 4, (size_t)(end - blank - 4), delimiter, n);
		if (stop == NULL || !part_add(f, (struct span){ head, (size_t)(blank - head) },
		    (struct span){ blank + 4, (size_t)(stop - blank - 4) }))
			return false;
		p = stop + n;
	}
}
