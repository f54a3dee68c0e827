/* scoreboard.c: shared memory of master, parents and workers; see scoreboard.h. */
#include "scoreboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u

struct control {
	_Alignas(PAGE) struct scoreboard_head head;
	_Alignas(PAGE) struct scoreboard_module modules[SCOREBOARD_MODULES];
	struct {
		_Alignas(PAGE) struct scoreboard_slot slot;
	} pages[SCOREBOARD_SLOTS];
};

struct common {
	_Alignas(PAGE) struct scoreboard_route routes[SCOREBOARD_ROUTES];
	struct scoreboard_pool pools[POOL_COUNT];
	_Atomic uint64_t tags[SCOREBOARD_TAGS];
	struct scoreboard_rate rate[SCOREBOARD_RATE_CELLS];
};

_Static_assert(sizeof(struct scoreboard_slot) <= PAGE, "a slot is one page");
_Static_assert(sizeof(struct control) % PAGE == 0, "control ends on a page");

const unsigned scoreboard_bucket_ms[SCOREBOARD_BUCKETS] = { 5, 10, 25, 50, 100, 250, 500, 1000,
	2500, 5000 };

static struct control *control;
static struct common *common;
/* Registry index to stable index; of this generation. */
static uint16_t route_map[SCOREBOARD_ROUTES], module_map[SCOREBOARD_MODULES];
static bool route_mapped;

static void
map(int flags, int fd)
{
	char *place = mmap(NULL, sizeof *control + sizeof *common, PROT_READ | PROT_WRITE, flags, fd,
	    0);

	if (place == MAP_FAILED)
		abort();
	control = (struct control *)(void *)place;
	common = (struct common *)(void *)(place + sizeof *control);
	memcpy(control->head.magic, "board-1", 8);
	control->head.size = sizeof *control + sizeof *common;
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		control->pages[i].slot.route = SCOREBOARD_NONE;
		control->pages[i].slot.module = SCOREBOARD_NONE;
	}
	if (getrandom(control->head.log_key, sizeof control->head.log_key, 0) !=
	    (ssize_t)sizeof control->head.log_key)
		abort();
}

void
scoreboard_create(void)
{
	int fd = memfd_create("scoreboard", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)(sizeof *control + sizeof *common)))
		abort();
	map(MAP_SHARED, fd);
	close(fd);
}

static inline void
ensure(void)
{
	if (__builtin_expect(!control, 0))
		map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void
scoreboard_protect(struct scoreboard_slot *own)
{
	if (mprotect(control, sizeof *control, PROT_READ) ||
	    mprotect(own, PAGE, PROT_READ | PROT_WRITE))
		abort();
}

struct scoreboard_head *
scoreboard_head(void)
{
	ensure();
	return &control->head;
}

struct scoreboard_slot *
scoreboard_slot(size_t i)
{
	ensure();
	return &control->pages[i].slot;
}

struct scoreboard_module *
scoreboard_module(size_t i)
{
	ensure();
	return &control->modules[i];
}

struct scoreboard_route *
scoreboard_route(size_t i)
{
	ensure();
	return &common->routes[i];
}

struct scoreboard_pool *
scoreboard_pool(enum pool pool)
{
	ensure();
	return &common->pools[pool];
}

struct scoreboard_rate *
scoreboard_rate(void)
{
	ensure();
	return common->rate;
}

/* FNV-1a: only spreads keys over tables; not used against an adversary. */
static uint64_t
spread(const char *s, uint64_t hash)
{
	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3u;
	return hash;
}

_Atomic uint64_t *
scoreboard_tag(const char *tag)
{
	ensure();
	return &common->tags[spread(tag, 0xcbf29ce484222325u) % SCOREBOARD_TAGS];
}

uint16_t
scoreboard_module_find(const char *name, bool add)
{
	ensure();
	for (uint16_t i = 0; i < SCOREBOARD_MODULES; i++) {
		struct scoreboard_module *module = &control->modules[i];

		if (!strncmp(module->name, name, sizeof module->name - 1))
			return i;
		if (!module->name[0]) {
			if (!add)
				break;
			(void)snprintf(module->name, sizeof module->name, "%s", name);
			return i;
		}
	}
	return SCOREBOARD_NONE;
}

static const char *
method_name(enum http_method method)
{
	switch (method) {
	case METHOD_GET:
		return "GET";
	case METHOD_POST:
		return "POST";
	case METHOD_PUT:
		return "PUT";
	case METHOD_PATCH:
		return "PATCH";
	case METHOD_DELETE:
		return "DELETE";
	}
	return "?";
}

/*
 * Two parents of one generation may add the same route at once: the word
 * `used` is taken by compare and swap, and whoever loses waits for the few
 * instructions until the winner has written the name.
 */
static uint16_t
route_find(uint16_t module, const char *method, const char *path)
{
	uint64_t hash = spread(path, spread(method, 0xcbf29ce484222325u));
	size_t tries = 0;

	for (size_t i = hash % SCOREBOARD_ROUTES; tries < SCOREBOARD_ROUTES;
	     i = (i + 1) % SCOREBOARD_ROUTES, tries++) {
		struct scoreboard_route *route = &common->routes[i];
		uint32_t none = 0;

		if (atomic_compare_exchange_strong(&route->used, &none, 1)) {
			route->module = module;
			(void)snprintf(route->method, sizeof route->method, "%s", method);
			(void)snprintf(route->path, sizeof route->path, "%s", path);
			route->used = 2;
			return (uint16_t)i;
		}
		for (unsigned spin = 0; route->used == 1 && spin < 1000000; spin++)
			;
		if (route->module == module && !strncmp(route->path, path, sizeof route->path - 1) &&
		    !strncmp(route->method, method, sizeof route->method - 1))
			return (uint16_t)i;
	}
	return SCOREBOARD_NONE;
}

void
scoreboard_map_routes(void)
{
	ensure();
	for (size_t i = 0; i < registry_module_count() && i < SCOREBOARD_MODULES; i++)
		module_map[i] = scoreboard_module_find(registry_module_at(i)->def->name, false);
	for (size_t i = 0; i < registry_route_count() && i < SCOREBOARD_ROUTES; i++) {
		const struct registry_route *route = registry_route_at(i);

		route_map[i] = route_find(
		    route->module->index < SCOREBOARD_MODULES ? module_map[route->module->index] :
								SCOREBOARD_NONE,
		    method_name(route->def->method), route->def->path);
	}
	route_mapped = true;
}

/* ---- one request ---- */

/* Requests in work, this one included. A dead worker's slot is freed by its
 * parent, so a cap cannot be lost to a kill -9 as a counter would be. */
static unsigned
busy_count(uint16_t route, uint16_t module)
{
	unsigned n = 0;

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		const struct scoreboard_slot *slot = &control->pages[i].slot;

		if (slot->pid > 0 && slot->since_us &&
		    (route != SCOREBOARD_NONE ? slot->route == route : slot->module == module))
			n++;
	}
	return n;
}

enum scoreboard_verdict
scoreboard_enter(struct scoreboard_slot *slot, const struct registry_route *route)
{
	uint16_t module_index, route_index;
	const struct scoreboard_module *module;

	if (!slot || !route_mapped || route->index >= SCOREBOARD_ROUTES ||
	    route->module->index >= SCOREBOARD_MODULES)
		return SCOREBOARD_GO;
	module_index = module_map[route->module->index];
	route_index = route_map[route->index];
	slot->module = module_index;
	slot->route = route_index;
	if (module_index != SCOREBOARD_NONE) {
		module = &control->modules[module_index];
		if (module->state == MODULE_OPEN || module->state == MODULE_OFF ||
		    (module->state == MODULE_HALF_OPEN && busy_count(SCOREBOARD_NONE, module_index) > 1))
			return SCOREBOARD_MODULE_DISABLED;
	}
	if (route->def->concurrency && route_index != SCOREBOARD_NONE &&
	    busy_count(route_index, 0) > route->def->concurrency)
		return SCOREBOARD_ROUTE_FULL;
	return SCOREBOARD_GO;
}

void
scoreboard_phase(struct scoreboard_slot *slot, enum slot_phase phase)
{
	if (slot)
		atomic_store_explicit(&slot->phase, phase, memory_order_relaxed);
}

static void
text_set(struct scoreboard_slot *slot, char *place, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	atomic_fetch_add(&slot->seq, 1);
	memcpy(place, text, n);
	place[n] = '\0';
	atomic_fetch_add(&slot->seq, 1);
}

void
scoreboard_sql(struct scoreboard_slot *slot, const char *name)
{
	if (slot)
		text_set(slot, slot->sql, sizeof slot->sql, name);
}

bool
scoreboard_canceled(const struct scoreboard_slot *slot)
{
	return slot && slot->canceled;
}

void
scoreboard_begin(struct scoreboard_slot *slot, const char *rid, int64_t now_us)
{
	if (!slot)
		return;
	slot->sql[0] = '\0';
	text_set(slot, slot->rid, sizeof slot->rid, rid ? rid : "");
	slot->canceled = 0;
	slot->traced = 0;
	slot->limit_us = 0;
	slot->route = slot->module = SCOREBOARD_NONE;
	slot->serial++;
	slot->phase = PHASE_ACCEPT;
	slot->since_us = now_us;
	if (slot->state == SLOT_IDLE)
		slot->state = SLOT_BUSY;
}

void
scoreboard_job_begin(struct scoreboard_slot *slot, const char *id,
    const struct registry_module *module, unsigned timeout_s)
{
	if (!slot)
		return;
	text_set(slot, slot->job, sizeof slot->job, id);
	scoreboard_begin(slot, "", 0);
	slot->phase = PHASE_JOB;
	if (module && route_mapped && module->index < SCOREBOARD_MODULES)
		slot->module = module_map[module->index];
	slot->limit_us = (int64_t)timeout_s * 1000000;
	slot->since_us = scoreboard_now();
	if (slot->state == SLOT_IDLE)
		slot->state = SLOT_BUSY;
}

void
scoreboard_job_end(struct scoreboard_slot *slot)
{
	if (!slot)
		return;
	slot->since_us = 0;
	slot->module = SCOREBOARD_NONE;
	slot->phase = PHASE_NONE;
	slot->job[0] = '\0';
	atomic_fetch_add_explicit(&slot->requests, 1, memory_order_relaxed);
	if (slot->state == SLOT_BUSY)
		slot->state = SLOT_IDLE;
}

static void
add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
peak(_Atomic uint64_t *place, uint64_t value)
{
	if (value > atomic_load_explicit(place, memory_order_relaxed))
		atomic_store_explicit(place, value, memory_order_relaxed);
}

static void
route_count(uint16_t index, unsigned class, int64_t time_us, size_t bytes, size_t arena_peak)
{
	struct scoreboard_route *route = &common->routes[index];
	size_t b = 0;

	while (b < SCOREBOARD_BUCKETS && time_us > (int64_t)scoreboard_bucket_ms[b] * 1000)
		b++;
	add(&route->by_status[class], 1);
	add(&route->bucket[b], 1);
	add(&route->time_us, (uint64_t)(time_us < 0 ? 0 : time_us));
	add(&route->bytes, bytes);
	peak(&route->arena_peak, arena_peak);
}

void
scoreboard_end(struct scoreboard_slot *slot, enum pool pool, int status, int64_t time_us,
    size_t bytes, size_t arena_peak)
{
	unsigned class = status >= 100 && status < 600 ? (unsigned)status / 100 : 0;
	struct scoreboard_pool *counters = scoreboard_pool(pool);

	add(&counters->answered, 1);
	add(&counters->by_status[class], 1);
	add(&counters->time_us, (uint64_t)(time_us < 0 ? 0 : time_us));
	if (!slot)
		return;
	if (slot->route < SCOREBOARD_ROUTES)
		route_count(slot->route, class, time_us, bytes, arena_peak);
	slot->since_us = 0;
	slot->route = slot->module = SCOREBOARD_NONE;
	slot->phase = PHASE_NONE;
	atomic_fetch_add_explicit(&slot->requests, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&slot->bytes, bytes, memory_order_relaxed);
	peak(&slot->arena_peak, arena_peak);
	if (slot->state == SLOT_BUSY)
		slot->state = SLOT_IDLE;
}

bool
scoreboard_read(const struct scoreboard_slot *slot, char rid[36], char sql[64])
{
	for (unsigned i = 0; i < 100; i++) {
		uint32_t before = slot->seq;

		memcpy(rid, slot->rid, sizeof slot->rid);
		memcpy(sql, slot->sql, sizeof slot->sql);
		rid[35] = sql[63] = '\0';
		atomic_thread_fence(memory_order_acquire);
		if (!(before & 1) && slot->seq == before)
			return true;
	}
	return false;
}

/* ---- names ---- */

int64_t
scoreboard_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *const pool_names[POOL_COUNT] = { "web", "auth", "pay", "slow", "jobs" };

const char *
pool_name(enum pool pool)
{
	return (unsigned)pool < POOL_COUNT ? pool_names[pool] : "?";
}

bool
pool_parse(const char *name, enum pool *pool)
{
	for (unsigned i = 0; i < POOL_COUNT; i++)
		if (!strcmp(name, pool_names[i])) {
			*pool = (enum pool)i;
			return true;
		}
	return false;
}

const char *
phase_name(unsigned phase)
{
	static const char *const names[] = { "none", "accept", "params", "auth", "handler", "sql",
		"render", "write", "job" };

	return phase < sizeof names / sizeof names[0] ? names[phase] : "?";
}
