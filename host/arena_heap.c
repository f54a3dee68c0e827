/*
 * The C heap as our static libraries see it (linked with --wrap). While a
 * heap arena is set, allocations come from it and frees do nothing; else they
 * go to the C library. Only template rendering opens such a window: it begins
 * and ends inside one function, so no pointer crosses it.
 */
#include <errno.h>
#include <string.h>

#include "arena.h"

#define HEAP_MAGIC 0x61726e61u

struct header {
	size_t size;
	uint64_t magic;
};

static struct arena *heap;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
char *__real_strdup(const char *);
char *__real_strndup(const char *, size_t);

void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);
char *__wrap_strdup(const char *);
char *__wrap_strndup(const char *, size_t);

void
arena_heap(struct arena *a)
{
	if (heap != NULL)
		arena_lenient(heap, false);
	heap = a;
	if (heap != NULL)
		arena_lenient(heap, true);
}

static void *
heap_take(size_t size)
{
	struct header *h = arena_alloc_raw(heap, sizeof(*h) + size, 16);

	*h = (struct header){ .size = size, .magic = HEAP_MAGIC };
	return h + 1;
}

void *
__wrap_malloc(size_t size)
{
	return heap == NULL ? __real_malloc(size) : heap_take(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	size_t all;

	if (heap == NULL)
		return __real_calloc(n, size);
	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return memset(heap_take(all), 0, all);
}

void *
__wrap_realloc(void *old, size_t size)
{
	void *p;
	const struct header *h;

	if (heap == NULL)
		return __real_realloc(old, size);
	p = heap_take(size);
	if (old == NULL)
		return p;
	/* A block of the C heap has its size field here, never the magic. */
	h = (const struct header *)old - 1;
	if (h->magic != HEAP_MAGIC)
		return __real_realloc(old, size);
	return memcpy(p, old, h->size < size ? h->size : size);
}

void
__wrap_free(void *p)
{
	if (heap == NULL)
		__real_free(p);
}

char *
__wrap_strdup(const char *s)
{
	size_t n;

	if (heap == NULL)
		return __real_strdup(s);
	n = strlen(s) + 1;
	return memcpy(heap_take(n), s, n);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	char *copy;

	if (heap == NULL)
		return __real_strndup(s, n);
	n = strnlen(s, n);
	copy = heap_take(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}
