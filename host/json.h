/*
 * json.h: JSON given by others, the host's side. Modules see json_parse() and
 * the readers in handler.h.
 *
 * Strict RFC 8259: at most 1 MiB and 32 levels, valid UTF-8 only, no lone
 * surrogates, no U+0000, no duplicate keys, nothing after the value. The
 * parser is a pure function over the arena (a fuzz target).
 */
#ifndef HOST_JSON_H
#define HOST_JSON_H

#include "arena.h"
#include "handler.h"

#define JSON_SIZE_MAX (1u << 20)
#define JSON_DEPTH_MAX 32

enum json_kind {
	JSON_NULL = 1, JSON_TRUE, JSON_FALSE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT
};

/* NULL and a short reason ("bad number at 17") when it is not JSON. reason may
 * be NULL. */
struct json *json_read(struct arena *, const char *text, size_t size, char *reason, size_t);
/* 0 for NULL (absent). */
enum json_kind json_kind(const struct json *);
/* Text of a number as written, for exact conversions. NULL for other kinds. */
const char *json_number(const struct json *);
/* Name of member i of an object. */
const char *json_key(const struct json *, size_t i);

/* Appends a JSON string literal with its quotes; invalid UTF-8 becomes U+FFFD.
 * (render_json.c) */
void json_quote(struct buffer *, const char *text);

#endif
