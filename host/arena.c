/*
 * Request memory: a chain of chunks, bump allocation, everything forgotten at
 * once. The first chunk is kept over resets so that an ordinary request
 * neither maps nor unmaps memory.
 */
#include "arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define ARENA_FIRST ((size_t)128 * 1024)
#define ARENA_ALIGN ((size_t)16)

struct chunk {
	struct chunk *older;
	size_t size, used;
	_Alignas(16) unsigned char data[];
};

struct deferred {
	struct deferred *older;
	void (*fn)(void *);
	void *ptr;
};

struct arena {
	struct chunk *chunk; /* newest */
	struct deferred *deferred;
	size_t cap, taken;   /* bytes of all chunks but the newest, and its size */
	bool lenient;        /* in a heap window: no fault may cross library frames */
};

/* The C heap, never the wrapped one: chunks outlive any heap window. */
void *__real_malloc(size_t) __attribute__((weak));
void __real_free(void *) __attribute__((weak));

static void *
chunk_memory(size_t size)
{
	return __real_malloc ? __real_malloc(size) : malloc(size);
}

static void
chunk_release(void *p)
{
	if (__real_free)
		__real_free(p);
	else
		free(p);
}

static struct chunk *
chunk_new(size_t size, struct chunk *older)
{
	struct chunk *c = chunk_memory(sizeof(*c) + size);

	if (c == NULL)
		fault_raise(503, "out_of_memory", "no memory for an arena chunk of %zu bytes", size);
	c->older = older;
	c->size = size;
	c->used = 0;
	return c;
}

struct arena *
arena_new(size_t cap)
{
	struct arena *a = chunk_memory(sizeof(*a));

	if (a == NULL)
		fault_raise(503, "out_of_memory", "no memory for an arena");
	a->cap = cap < ARENA_FIRST ? ARENA_FIRST : cap;
	a->deferred = NULL;
	a->lenient = false;
	a->chunk = chunk_new(ARENA_FIRST, NULL);
	a->taken = ARENA_FIRST;
	return a;
}

void
arena_reset(struct arena *a)
{
	/* A deferred call may itself use the arena or defer again. */
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->older;
		d->fn(d->ptr);
	}
	while (a->chunk->older != NULL) {
		struct chunk *c = a->chunk;

		a->chunk = c->older;
		chunk_release(c);
	}
	a->chunk->used = 0;
	a->taken = a->chunk->size;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	chunk_release(a->chunk);
	chunk_release(a);
}

size_t
arena_used(const struct arena *a)
{
	return a->taken - a->chunk->size + a->chunk->used;
}

static void *
arena_grow(struct arena *a, size_t size)
{
	size_t next = a->chunk->size * 2;

	if (!a->lenient && (size > a->cap || a->taken > a->cap - size))
		fault_raise(503, "arena_full", "request needs more than %zu bytes", a->cap);
	if (next > (size_t)4 * 1024 * 1024)
		next = (size_t)4 * 1024 * 1024;
	if (next < size)
		next = size;
	a->chunk = chunk_new(next, a->chunk);
	a->taken += next;
	a->chunk->used = size;
	return a->chunk->data;
}

void
arena_lenient(struct arena *a, bool on)
{
	a->lenient = on;
}

void *
arena_alloc_raw(struct arena *a, size_t size, size_t align)
{
	struct chunk *c = a->chunk;
	size_t at = (c->used + align - 1) & ~(align - 1);

	assert(align != 0 && (align & (align - 1)) == 0 && align <= ARENA_ALIGN);
	if (at <= c->size && size <= c->size - at) {
		c->used = at + size;
		return c->data + at;
	}
	return arena_grow(a, size);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(arena_alloc_raw(a, size, ARENA_ALIGN), 0, size);
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc_raw(a, n + 1, 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		fault_raise(500, "internal", "bad format %s", fmt);
	text = arena_alloc_raw(a, (size_t)n + 1, 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *ptr)
{
	struct deferred *d = arena_alloc_raw(a, sizeof(*d), _Alignof(struct deferred));

	*d = (struct deferred){ .older = a->deferred, .fn = fn, .ptr = ptr };
	a->deferred = d;
}
