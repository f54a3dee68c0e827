/*
 * db_cache.c: rows that are the same for everybody, kept by the worker.
 *
 * An entry belongs to (query, parameters) and holds its rows in one block. It
 * is served while it is younger than the query's cache_ms and the version of
 * its tag is the one that stood before the rows were read. Versions live in
 * memory that all workers share (scoreboard.h): cache_touch() raises one
 * after the commit, so a write is seen by every worker of the host at once;
 * other hosts see it when the time is over.
 *
 * A served entry is pinned until the arena ends: rows are copied, their texts
 * are not.
 */
#include "db_impl.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "scoreboard.h"

#define ENTRIES_MAX 256
#define BYTES_MAX (8u << 20)
#define ENTRY_BYTES_MAX (1u << 20)
#define BUCKETS 512 /* power of two */

struct entry {
	struct entry *next;            /* in its bucket */
	struct entry *newer, *older;   /* by last use */
	const struct sql_query *query;
	uint64_t version;
	int64_t until;                 /* CLOCK_MONOTONIC µs */
	size_t size, key_size, n;      /* bytes of the block; of the key; rows */
	unsigned bucket, pins;
	bool dropped;                  /* no longer found; freed with the last pin */
	unsigned char *key;
	char *rows;
};

static struct entry *buckets[BUCKETS];
static struct entry *newest, *oldest;
static size_t entries, bytes;

/* Tests only; else the scoreboard has them. */
static volatile uint64_t *versions;
static size_t n_versions;

void
db_cache_shared(volatile uint64_t *shared, size_t n)
{
	versions = shared;
	n_versions = n;
}

/* FNV-1a; also spreads the keys over the buckets. */
static uint64_t
hash(uint64_t h, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Two tags may share a version: one is then dropped without need. */
static volatile uint64_t *
version_of(const char *tag)
{
	if (!n_versions)
		return (volatile uint64_t *)scoreboard_tag(tag);
	return &versions[hash(HASH_START, tag, strlen(tag)) % n_versions];
}

uint64_t
db_cache_version(const char *tag)
{
	return __atomic_load_n(version_of(tag), __ATOMIC_ACQUIRE);
}

static void
touch(void *tag)
{
	__atomic_add_fetch(version_of(tag), 1, __ATOMIC_ACQ_REL);
}

void
cache_touch(struct db *db, const char *tag)
{
	db_on_commit(db, touch, (void *)(uintptr_t)tag);
}

/* ---- keys ---------------------------------------------------------------------- */

/* Lengths and texts of the parameters, one after the other. */
static size_t
key_size(const struct sql_query *q, const char *const *params)
{
	size_t size = 0;

	for (size_t i = 0; i < q->n_params; i++)
		size += sizeof(size_t) + (params[i] ? strlen(params[i]) : 0);
	return size;
}

static void
key_write(unsigned char *to, const struct sql_query *q, const char *const *params)
{
	for (size_t i = 0; i < q->n_params; i++) {
		size_t length = params[i] ? strlen(params[i]) : 0;
		size_t mark = params[i] ? length : SIZE_MAX; /* null is not "" */

		memcpy(to, &mark, sizeof mark);
		to += sizeof mark;
		if (length)
			memcpy(to, params[i], length);
		to += length;
	}
}

static bool
key_is(const struct entry *e, const struct sql_query *q, const char *const *params)
{
	const unsigned char *key = e->key, *end = key + e->key_size;

	if (e->query != q)
		return false;
	for (size_t i = 0; i < q->n_params; i++) {
		size_t length = params[i] ? strlen(params[i]) : 0;
		size_t mark = params[i] ? length : SIZE_MAX;

		if ((size_t)(end - key) < sizeof mark + length || memcmp(key, &mark, sizeof mark) ||
		    (length && memcmp(key + sizeof mark, params[i], length)))
			return false;
		key += sizeof mark + length;
	}
	return key == end;
}

static unsigned
bucket_of(const struct sql_query *q, const char *const *params)
{
	uint64_t h = hash(HASH_START, &q, sizeof(void *));

	for (size_t i = 0; i < q->n_params; i++)
		h = params[i] ? hash(h, params[i], strlen(params[i]) + 1) : h * 31 + 7;
	return (unsigned)((h ^ h >> 32) & (BUCKETS - 1));
}

/* ---- the table -------------------------------------------------------------------- */

static void
use_unlink(struct entry *e)
{
	*(e->newer ? &e->newer->older : &newest) = e->older;
	*(e->older ? &e->older->newer : &oldest) = e->newer;
}

static void
use_link(struct entry *e)
{
	e->newer = NULL;
	e->older = newest;
	*(newest ? &newest->newer : &oldest) = e;
	newest = e;
}

static void
entry_drop(struct entry *e)
{
	struct entry **at = &buckets[e->bucket];

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	use_unlink(e);
	entries--;
	bytes -= e->size;
	e->dropped = true;
	if (!e->pins)
		free(e);
}

static void
unpin(void *ptr)
{
	struct entry *e = ptr;

	if (--e->pins == 0 && e->dropped)
		free(e);
}

static struct entry *
entry_find(const struct sql_query *q, const char *const *params)
{
	struct entry *e = buckets[bucket_of(q, params)];

	while (e && !key_is(e, q, params))
		e = e->next;
	return e;
}

bool
db_cache_get(struct db *db, const struct sql_query *q, const char *const *params,
    void *row, void *count)
{
	struct entry *e;

	if (!conf->host_cache || !(e = entry_find(q, params)))
		return false;
	if (e->until <= db_monotonic() || e->version != db_cache_version(q->cache_tag)) {
		entry_drop(e);
		return false;
	}
	use_unlink(e);
	use_link(e);
	if (e->n) {
		arena_defer(db->arena, unpin, e);
		e->pins++;
	}
	if (q->kind == SQL_ONE) {
		*(bool *)count = e->n == 1;
		if (e->n)
			memcpy(row, e->rows, q->row_size);
		return true;
	}
	/* A copy: what a handler does to its rows is not for others. */
	*(void **)row = e->n ? arena_alloc_raw(db->arena, e->n * q->row_size, _Alignof(max_align_t)) : NULL;
	if (e->n)
		memcpy(*(void **)row, e->rows, e->n * q->row_size);
	*(size_t *)count = e->n;
	return true;
}

/* ---- copying rows into a block -------------------------------------------------------- */

/* Hands out the parts of a block; counts only while base is NULL. */
struct layout {
	char *base;
	size_t used;
};

static void *
layout_add(struct layout *l, const void *data, size_t size, size_t align)
{
	void *to = NULL;

	l->used = (l->used + align - 1) & ~(align - 1);
	if (l->base) {
		to = l->base + l->used;
		if (data && size)
			memcpy(to, data, size);
	}
	l->used += size;
	return to;
}

static void
list_copy(struct layout *l, const char *const **list)
{
	size_t n = 0;
	const char **copy;

	while ((*list)[n])
		n++;
	copy = layout_add(l, *list, (n + 1) * sizeof *copy, sizeof *copy);
	for (size_t i = 0; i < n; i++) {
		char *text = layout_add(l, (*list)[i], strlen((*list)[i]) + 1, 1);

		if (copy)
			copy[i] = text;
	}
	if (copy)
		*list = copy;
}

/* Copies what a row points to; `row` itself is changed when there is a block. */
static void
row_copy(struct layout *l, const struct sql_query *q, char *row)
{
	for (size_t k = 0; k < q->n_columns; k++) {
		const struct sql_column *c = &q->columns[k];
		void *at = row + c->offset;
		void *copy;

		switch (c->type) {
		case SQL_TEXT:
		case SQL_UUID:
		case SQL_DATE:
		case SQL_JSON:
		case SQL_HTML: /* a struct of one text */
			if (!*(const char **)at)
				break;
			copy = layout_add(l, *(const char **)at, strlen(*(const char **)at) + 1, 1);
			if (copy)
				*(const char **)at = copy;
			break;
		case SQL_BYTES: {
			struct sql_bytes *b = at;

			if (!b->data)
				break;
			copy = layout_add(l, b->data, b->size, 1);
			if (copy)
				b->data = copy;
			break;
		}
		case SQL_TEXT_ARRAY:
		case SQL_UUID_ARRAY:
			if (*(const char *const **)at)
				list_copy(l, at);
			break;
		case SQL_I64:
		case SQL_I32:
		case SQL_BOOL:
		case SQL_TIME:
			break;
		}
	}
}

void
db_cache_put(const struct sql_query *q, const char *const *params, uint64_t version,
    const void *rows, size_t n)
{
	struct layout l = { 0 };
	struct entry *e;
	size_t key = key_size(q, params), size;

	if (!conf->host_cache)
		return;
	layout_add(&l, NULL, sizeof *e, _Alignof(max_align_t));
	layout_add(&l, NULL, n * q->row_size, _Alignof(max_align_t));
	layout_add(&l, NULL, key, 1);
	for (size_t i = 0; i < n; i++)
		row_copy(&l, q, (char *)(uintptr_t)rows + i * q->row_size);
	size = l.used;
	if (size > ENTRY_BYTES_MAX)
		return;
	if ((e = entry_find(q, params)))
		entry_drop(e);
	while (oldest && (entries >= ENTRIES_MAX || bytes + size > BYTES_MAX))
		entry_drop(oldest);
	e = malloc(size);
	if (!e)
		return;
	*e = (struct entry){ .query = q, .version = version, .size = size, .key_size = key, .n = n,
		.until = db_monotonic() + (int64_t)q->cache_ms * 1000, .bucket = bucket_of(q, params) };
	l = (struct layout){ .base = (char *)e, .used = sizeof *e };
	e->rows = layout_add(&l, rows, n * q->row_size, _Alignof(max_align_t));
	e->key = layout_add(&l, NULL, 0, 1);
	key_write(e->key, q, params);
	l.used += key;
	for (size_t i = 0; i < n; i++)
		row_copy(&l, q, e->rows + i * q->row_size);
	e->next = buckets[e->bucket];
	buckets[e->bucket] = e;
	use_link(e);
	entries++;
	bytes += size;
}
