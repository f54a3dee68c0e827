/* Growing output in an arena. Old blocks stay until the arena is reset. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "fault.h"

void
buffer_init(struct buffer *b, struct arena *a, size_t capacity)
{
	b->arena = a;
	b->capacity = capacity < 64 ? 64 : capacity;
	b->data = arena_alloc_raw(a, b->capacity, 1);
	b->size = 0;
}

static void
buffer_reserve(struct buffer *b, size_t more)
{
	size_t capacity = b->capacity;
	char *data;

	if (more <= b->capacity - b->size)
		return;
	while (capacity - b->size < more)
		if (__builtin_mul_overflow(capacity, (size_t)2, &capacity))
			fault_raise(503, "arena_full", "buffer overflow");
	data = arena_alloc_raw(b->arena, capacity, 1);
	memcpy(data, b->data, b->size);
	b->data = data;
	b->capacity = capacity;
}

void
buffer_add(struct buffer *b, const void *data, size_t size)
{
	buffer_reserve(b, size);
	if (size > 0)
		memcpy(b->data + b->size, data, size);
	b->size += size;
}

void
buffer_str(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

void
buffer_char(struct buffer *b, char c)
{
	buffer_reserve(b, 1);
	b->data[b->size++] = c;
}

void
buffer_printf(struct buffer *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		fault_raise(500, "internal", "bad format %s", fmt);
	buffer_reserve(b, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(b->data + b->size, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->size += (size_t)n;
}

const char *
buffer_text(struct buffer *b)
{
	buffer_reserve(b, 1);
	b->data[b->size] = '\0';
	return b->data;
}
