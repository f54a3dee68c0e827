/*
 * cache_redis.c: cache entries in Redis, for several hosts. The only file that
 * calls hiredis. conf->redis: "host:port" or the path of a Unix socket. Any
 * error closes the connection; for the next second entries are simply absent.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "conf.h"
#include "scoreboard.h"

#define PREFIX "cache:"
#define RETRY_US 1000000
#define KEYS_MAX 10000

static redisContext *context;
static int64_t retry_at;

bool
cache_redis_on(void)
{
	return conf->redis && conf->redis[0];
}

static void
give_up(const char *why)
{
	log_event(LOG_LEVEL_WARN, "redis_lost", "error", why, NULL);
	if (context)
		redisFree(context);
	context = NULL;
	retry_at = scoreboard_now() + RETRY_US;
}

static bool
connected(void)
{
	const struct timeval limit = { .tv_usec = 250000 };
	const char *colon;
	char host[256];

	if (context)
		return true;
	if (scoreboard_now() < retry_at)
		return false;
	colon = strrchr(conf->redis, ':');
	if (conf->redis[0] == '/') {
		context = redisConnectUnixWithTimeout(conf->redis, limit);
	} else if (colon && (size_t)(colon - conf->redis) < sizeof(host)) {
		snprintf(host, sizeof(host), "%.*s", (int)(colon - conf->redis), conf->redis);
		context = redisConnectWithTimeout(host, (int)strtol(colon + 1, NULL, 10), limit);
	}
	if (!context || context->err) {
		give_up(context ? context->errstr : "bad address");
		return false;
	}
	redisSetTimeout(context, limit);
	return true;
}

/* NULL when Redis is away or refuses. Free the reply. */
static redisReply *
ask(int argc, const char **argv, const size_t *sizes)
{
	redisReply *reply;

	if (!connected())
		return NULL;
	reply = redisCommandArgv(context, argc, argv, sizes);
	if (!reply) {
		give_up(context->errstr);
		return NULL;
	}
	if (reply->type == REDIS_REPLY_ERROR) {
		log_event(LOG_LEVEL_WARN, "redis_error", "error", reply->str, NULL);
		freeReplyObject(reply);
		return NULL;
	}
	return reply;
}

static redisReply *
ask_text(int argc, const char **argv)
{
	size_t sizes[8];

	for (int i = 0; i < argc; i++)
		sizes[i] = strlen(argv[i]);
	return ask(argc, argv, sizes);
}

static const char *
full_key(char *out, size_t size, const char *key)
{
	snprintf(out, size, PREFIX "%s", key);
	return out;
}

const char *
cache_redis_get(struct arena *arena, const char *key)
{
	char name[300];
	const char *argv[] = { "GET", full_key(name, sizeof(name), key) };
	redisReply *reply = ask_text(2, argv);
	const char *value = NULL;

	if (reply && reply->type == REDIS_REPLY_STRING)
		value = arena_strndup(arena, reply->str, (size_t)reply->len);
	if (reply)
		freeReplyObject(reply);
	return value;
}

void
cache_redis_set(const char *key, const char *value, unsigned ttl_seconds)
{
	char name[300], ttl[16];
	const char *argv[] = { "SET", full_key(name, sizeof(name), key), value, "EX", ttl };
	redisReply *reply;

	snprintf(ttl, sizeof(ttl), "%u", ttl_seconds);
	reply = ask_text(ttl_seconds ? 5 : 3, argv);
	if (reply)
		freeReplyObject(reply);
}

bool
cache_redis_delete(const char *key)
{
	char name[300];
	const char *argv[] = { "DEL", full_key(name, sizeof(name), key) };
	redisReply *reply = ask_text(2, argv);
	bool was = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;

	if (reply)
		freeReplyObject(reply);
	return was;
}

/* Calls fn for each of our keys until it returns false. */
static void
scan(const char *prefix, bool (*fn)(void *, const char *), void *ptr)
{
	char cursor[32] = "0", pattern[600] = PREFIX, *p = pattern + strlen(PREFIX);

	for (const char *s = prefix; *s && p < pattern + sizeof(pattern) - 4; s++) {
		if (strchr("*?[]\\", *s))
			*p++ = '\\';
		*p++ = *s;
	}
	*p++ = '*';
	*p = '\0';
	do {
		const char *argv[] = { "SCAN", cursor, "MATCH", pattern, "COUNT", "500" };
		redisReply *reply = ask_text(6, argv);

		if (!reply)
			return;
		if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
			freeReplyObject(reply);
			return;
		}
		snprintf(cursor, sizeof(cursor), "%s", reply->element[0]->str);
		for (size_t i = 0; i < reply->element[1]->elements; i++)
			if (!fn(ptr, reply->element[1]->element[i]->str)) {
				freeReplyObject(reply);
				return;
			}
		freeReplyObject(reply);
	} while (strcmp(cursor, "0") != 0);
}

static bool
count_delete(void *ptr, const char *name)
{
	int64_t *n = ptr;

	*n += cache_redis_delete(name + strlen(PREFIX));
	return true;
}

int64_t
cache_redis_clear(const char *prefix)
{
	int64_t n = 0;

	scan(prefix, count_delete, &n);
	return n;
}

struct key_list {
	struct arena *arena;
	const char **names;
	size_t n;
};

static bool
collect(void *ptr, const char *name)
{
	struct key_list *list = ptr;

	if (list->n < KEYS_MAX)
		list->names[list->n++] = arena_strdup(list->arena, name + strlen(PREFIX));
	return list->n < KEYS_MAX;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A key that is moved while it is looked for may be met twice. */
static size_t
sort_once(const char **names, size_t n)
{
	size_t kept = 0;

	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			names[kept++] = names[i];
	return kept;
}

size_t
cache_redis_keys(struct arena *arena, const char *prefix, int64_t limit, int64_t offset,
    struct cache_key **keys, int64_t *total)
{
	struct key_list list = { .arena = arena };
	size_t from, n;

	list.names = arena_alloc(arena, KEYS_MAX * sizeof(*list.names));
	scan(prefix, collect, &list);
	list.n = sort_once(list.names, list.n);
	from = (size_t)offset < list.n ? (size_t)offset : list.n;
	n = list.n - from < (size_t)limit ? list.n - from : (size_t)limit;
	*keys = arena_alloc(arena, (n + 1) * sizeof(**keys));
	for (size_t i = 0; i < n; i++) {
		char name[300];
		const char *key = list.names[from + i];
		const char *argv[] = { "STRLEN", full_key(name, sizeof(name), key) };
		redisReply *reply = ask_text(2, argv);

		(*keys)[i] = (struct cache_key){ .key = key, .expires_at = -1,
			.size = reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0 };
		if (reply)
			freeReplyObject(reply);
	}
	*total = (int64_t)list.n;
	return n;
}
