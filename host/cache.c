/* cache.c: the cache service; see cache.h. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "cache.sql.h"
#include "db.h"
#include "fault.h"

#define KEY_MAX 250
#define VALUE_MAX (1u << 20)
#define TAG "cache_entry"
#define PENDING_MAX 16

/* Wishes of requests that only read; written by cache_flush(). */
static struct pending {
	char *key, *value;
	unsigned ttl;
} pending[PENDING_MAX];
static size_t pending_n;

static bool
key_good(const char *key)
{
	size_t n = strlen(key);

	return n > 0 && n <= KEY_MAX;
}

const char *
cache_get(struct db *db, const char *key)
{
	struct cache_entry_get row;

	if (!key_good(key))
		return NULL;
	if (cache_redis_on())
		return cache_redis_get(db_arena(db), key);
	return sql_cache_entry_get(db, key, &row) ? row.value : NULL;
}

static void
keep_aside(const char *key, const char *value, unsigned ttl)
{
	struct pending *p = &pending[pending_n];

	if (pending_n == PENDING_MAX)
		return;
	p->key = strdup(key);
	p->value = strdup(value);
	p->ttl = ttl;
	if (p->key && p->value) {
		pending_n++;
		return;
	}
	free(p->key);
	free(p->value);
}

static void
set_now(struct db *db, const char *key, const char *value, unsigned ttl)
{
	const int64_t seconds = ttl;

	sql_cache_entry_set(db, key, value, ttl ? &seconds : NULL);
	cache_touch(db, TAG);
}

void
cache_set(struct db *db, const char *key, const char *value, unsigned ttl_seconds)
{
	if (!key_good(key) || strlen(value) > VALUE_MAX)
		fault("cache_set: key or value too long");
	if (cache_redis_on())
		cache_redis_set(key, value, ttl_seconds);
	else if (db_writing(db))
		set_now(db, key, value, ttl_seconds);
	else
		keep_aside(key, value, ttl_seconds);
}

bool
cache_delete(struct db *db, const char *key)
{
	bool was;

	if (!key_good(key))
		return false;
	if (cache_redis_on())
		return cache_redis_delete(key);
	was = sql_cache_entry_delete(db, key) > 0;
	cache_touch(db, TAG);
	return was;
}

size_t
cache_keys(struct db *db, struct arena *arena, const char *prefix, int64_t limit, int64_t offset,
    struct cache_key **keys, int64_t *total)
{
	struct cache_entry_keys *rows;
	struct cache_entry_count all;
	size_t n;
	bool found;

	if (cache_redis_on())
		return cache_redis_keys(arena, prefix, limit, offset, keys, total);
	sql_cache_entry_keys_queue(db, prefix, limit, offset, &rows, &n);
	sql_cache_entry_count_queue(db, prefix, &all, &found);
	db_flush(db);
	*total = all.total;
	*keys = arena_alloc(arena, (n + 1) * sizeof(**keys));
	for (size_t i = 0; i < n; i++)
		(*keys)[i] = (struct cache_key){ .key = rows[i].key, .size = rows[i].size,
			.expires_at = rows[i].expires_at_set ? rows[i].expires_at : 0 };
	return n;
}

int64_t
cache_clear(struct db *db, const char *prefix)
{
	int64_t n;

	if (cache_redis_on())
		return cache_redis_clear(prefix);
	n = sql_cache_entry_clear(db, prefix);
	cache_touch(db, TAG);
	return n;
}

int64_t
cache_sweep(struct db *db)
{
	return cache_redis_on() ? 0 : sql_cache_entry_sweep(db);
}

void
cache_flush(struct worker *w)
{
	struct fault_frame frame;

	if (pending_n == 0)
		return;
	if (FAULT_CATCH(&frame)) {
		db_rollback(w->db);
		log_event(LOG_LEVEL_WARN, "cache_flush_failed", "error", frame.text, NULL);
	} else {
		db_begin(w->db, w->arena, true, NULL);
		for (size_t i = 0; i < pending_n; i++)
			set_now(w->db, pending[i].key, pending[i].value, pending[i].ttl);
		db_commit(w->db);
		fault_leave(&frame);
	}
	while (pending_n > 0) {
		pending_n--;
		free(pending[pending_n].key);
		free(pending[pending_n].value);
	}
}
