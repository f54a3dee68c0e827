/* arena.h: request memory, the host's side (modules see handler.h). */
#ifndef HOST_ARENA_H
#define HOST_ARENA_H

#include "handler.h"

/* A new arena that faults beyond `cap` bytes; 64 KiB are kept over resets. */
struct arena *arena_new(size_t cap);
/* Runs the deferred calls, then forgets everything. */
void arena_reset(struct arena *);
void arena_free(struct arena *);
size_t arena_used(const struct arena *);
/* Unzeroed variant for hot paths. Same lifetime and fault. */
void *arena_alloc_raw(struct arena *, size_t size, size_t align);

/* Growing output buffer in an arena: pages, JSON, mails. */
struct buffer {
	struct arena *arena;
	char *data;
	size_t size, capacity;
};
void buffer_init(struct buffer *, struct arena *, size_t capacity);
void buffer_add(struct buffer *, const void *, size_t);
void buffer_str(struct buffer *, const char *);
void buffer_char(struct buffer *, char);
void buffer_printf(struct buffer *, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* NUL-terminated content (the NUL is not counted in size). */
const char *buffer_text(struct buffer *);

/*
 * ClearSilver and json-c are linked with --wrap=malloc,calloc,realloc,free,
 * strdup: while a heap arena is set their allocations come from it and their
 * frees do nothing. NULL switches back to the C heap.
 */
void arena_heap(struct arena *);
/* Suspends the cap: a heap window must not unwind through library frames. */
void arena_lenient(struct arena *, bool on);

#endif
