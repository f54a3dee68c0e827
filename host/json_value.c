/* json_value.c: values as callers read them, and small objects of strings. */
#include "json_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "arena.h"

enum json_kind
json_kind(const struct json *v)
{
	return v ? v->kind : (enum json_kind)0;
}

struct json *
json_get(struct json *v, const char *key)
{
	if (v && v->kind == JSON_OBJECT)
		for (size_t i = 0; i < v->n; i++)
			if (strcmp(v->keys[i], key) == 0)
				return v->items[i];
	return NULL;
}

struct json *
json_at(struct json *v, size_t i)
{
	return v && i < v->n ? v->items[i] : NULL;
}

size_t
json_length(struct json *v)
{
	return v ? v->n : 0;
}

const char *
json_key(const struct json *v, size_t i)
{
	return v && v->kind == JSON_OBJECT && i < v->n ? v->keys[i] : NULL;
}

const char *
json_number(const struct json *v)
{
	return v && v->kind == JSON_NUMBER ? v->text : NULL;
}

const char *
json_text(struct json *v, const char *dflt)
{
	return v && (v->kind == JSON_STRING || v->kind == JSON_NUMBER) ? v->text : dflt;
}

/* Whole numbers in the range of int64_t only; all else is the default. */
int64_t
json_int(struct json *v, int64_t dflt)
{
	char *end;
	intmax_t n;

	if (!v || v->kind != JSON_NUMBER || strpbrk(v->text, ".eE"))
		return dflt;
	errno = 0;
	n = strtoimax(v->text, &end, 10);
	return errno || *end || n < INT64_MIN || n > INT64_MAX ? dflt : (int64_t)n;
}

bool
json_bool(struct json *v, bool dflt)
{
	return v && (v->kind == JSON_TRUE || v->kind == JSON_FALSE) ? v->kind == JSON_TRUE : dflt;
}

const char *
json_object(struct arena *arena, ...)
{
	struct buffer b;
	const char *key, *value;
	va_list ap;

	buffer_init(&b, arena, 256);
	buffer_char(&b, '{');
	va_start(ap, arena);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (b.size > 1)
			buffer_char(&b, ',');
		json_quote(&b, key);
		buffer_char(&b, ':');
		if (value)
			json_quote(&b, value);
		else
			buffer_str(&b, "null");
	}
	va_end(ap);
	buffer_char(&b, '}');
	return buffer_text(&b);
}
