/*
 * form.h: everything a client sends as fields, in one shape. Each parser is a
 * pure function over bytes (a fuzz target). Text is decoded once, checked to
 * be UTF-8 without NUL; limits: 1,000 fields, names of 128 bytes.
 */
#ifndef HOST_FORM_H
#define HOST_FORM_H

#include "arena.h"
#include "handler.h"

struct form_field {
	const char *name;
	const char *value;     /* NULL for JSON null */
	size_t size;           /* of value */
	const char *file_name; /* multipart files only */
	bool complex;          /* JSON array of arrays, or nesting beyond a.b */
};

struct form {
	struct arena *arena;
	struct form_field *fields;
	size_t n, room;
};

void form_init(struct form *, struct arena *);
/* false = malformed or beyond the limits: 400. */
bool form_add(struct form *, struct form_field);
bool form_urlencoded(struct form *, const char *data, size_t size);
bool form_multipart(struct form *, const char *content_type, const char *data, size_t size);
bool form_json(struct form *, const char *data, size_t size);

/* Percent decoding of a path or value; NULL when malformed or holding NUL. */
char *form_decode(struct arena *, const char *s, size_t n, bool plus);
bool utf8_valid(const char *s, size_t n);
/* Code points of valid UTF-8. */
size_t utf8_length(const char *s);

#endif
