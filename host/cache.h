/*
 * cache.h: the cache service (CacheEntry), the host's side. What modules see
 * stands in handler.h.
 *
 * Entries are shared by all hosts: in the UNLOGGED table host.cache_entry, or
 * in Redis when conf->redis names one. Keys are 1 to 250 bytes, values up to
 * 1 MiB, never personal data. An entry may vanish at any time.
 *
 * In the table a write belongs to the caller's transaction. In a request that
 * only reads, cache_set() is kept aside and written by cache_flush() after the
 * answer. In Redis a write happens at once, and an unreachable Redis is a
 * cache that forgets.
 */
#ifndef HOST_CACHE_H
#define HOST_CACHE_H

#include "handler.h"
#include "worker.h"

/* Removes entries whose time is over. Redis does that by itself. */
int64_t cache_sweep(struct db *);
/* Writes what reading requests wanted to keep, in a unit of its own. Never
 * faults. Call after the answer, when no unit is open. */
void cache_flush(struct worker *);

/* cache_redis.c: false = no Redis configured (use the table). */
bool cache_redis_on(void);
const char *cache_redis_get(struct arena *, const char *key);
void cache_redis_set(const char *key, const char *value, unsigned ttl_seconds);
bool cache_redis_delete(const char *key);
int64_t cache_redis_clear(const char *prefix);
size_t cache_redis_keys(struct arena *, const char *prefix, int64_t limit, int64_t offset,
    struct cache_key **, int64_t *total);

#endif
