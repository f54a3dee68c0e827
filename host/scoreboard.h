/*
 * scoreboard.h: the memory that the master, the generation parents and all
 * workers share (one memfd, mapped before fork; host.md T8). It has two parts:
 *
 * control  head, modules, one 4 KiB page per worker slot. Workers see it
 *          read-only except their own page, so a stray write of a module ends
 *          that worker and nothing else.
 * common   route counters, rate cells, cache versions: written by everybody
 *          with relaxed atomics, never trusted for decisions about processes.
 *
 * Nothing here takes a lock: a worker killed at any instruction leaves
 * nothing behind but its own slot, which its parent frees.
 * Without a master (tests, command line) a private copy is made on first use.
 */
#ifndef HOST_SCOREBOARD_H
#define HOST_SCOREBOARD_H

#include <stdatomic.h>

#include "handler.h"
#include "registry.h"

#define SCOREBOARD_SLOTS 256
#define SCOREBOARD_MODULES 64
#define SCOREBOARD_ROUTES 2048
#define SCOREBOARD_TAGS 1024
#define SCOREBOARD_RATE_CELLS (1u << 18)
#define SCOREBOARD_BUCKETS 10 /* upper limits in scoreboard_bucket_ms, then +Inf */
#define SCOREBOARD_TRACE 32
#define SCOREBOARD_NONE UINT16_MAX

enum slot_state {
	SLOT_FREE, SLOT_STARTING, SLOT_IDLE, SLOT_BUSY,
	SLOT_RECYCLE, /* serves on, asks its parent for a successor */
	SLOT_LEAVING, SLOT_FAILED
};

/* Where a request is; shown in status and in the slow trace. */
enum slot_phase {
	PHASE_NONE, PHASE_ACCEPT, PHASE_PARAMS, PHASE_AUTH, PHASE_HANDLER, PHASE_SQL,
	PHASE_RENDER, PHASE_WRITE, PHASE_JOB
};

enum slot_stop { STOP_NO, STOP_NOW, STOP_WHEN_EMPTY };

/* One page per worker. `pid generation pool stop` are written by the parent,
 * the rest by the worker. Times are CLOCK_MONOTONIC µs. */
struct scoreboard_slot {
	_Atomic int32_t pid;        /* 0 = free, -1 = taken by a parent */
	_Atomic uint32_t generation;
	_Atomic uint32_t pool;
	_Atomic uint32_t stop;      /* enum slot_stop */
	_Atomic uint32_t state;
	_Atomic uint32_t phase;
	_Atomic uint32_t canceled;  /* 1 = the soft limit has passed: stop soon */
	_Atomic uint16_t route;     /* index into routes; SCOREBOARD_NONE */
	_Atomic uint16_t module;    /* index into modules; SCOREBOARD_NONE */
	_Atomic int64_t since_us;   /* start of the request or job, 0 = idle */
	_Atomic int64_t limit_us;   /* soft time limit of a job; 0 = as configured */
	_Atomic uint64_t serial;    /* requests begun; names one request for limits */
	_Atomic uint32_t seq;       /* odd while rid and sql change */
	char rid[36];
	char sql[64];               /* name of the last query */
	char job[64];               /* id of the running job */
	_Atomic int64_t started_us;
	_Atomic uint64_t requests, bytes, arena_peak;
	_Atomic uint32_t rss_kib, db_up;
	_Atomic uint64_t log_dropped;
	_Atomic uint32_t traced;    /* addresses in trace; 0 = no trace */
	uintptr_t trace[SCOREBOARD_TRACE];
	char reason[256];           /* why the start failed */
};

enum module_state { MODULE_ON, MODULE_OPEN, MODULE_HALF_OPEN, MODULE_OFF };

/* Circuit breaker of one module (T3). Written by the master alone. */
struct scoreboard_module {
	char name[48];
	char version[24];
	_Atomic uint32_t state;
	_Atomic uint32_t crashes;    /* in all */
	_Atomic uint32_t recent;     /* in the last 60 s */
	_Atomic int64_t open_until_us;
};

struct scoreboard_route {
	_Atomic uint32_t used;       /* 0 free, 1 being written, 2 in use */
	uint16_t module;
	char method[8];
	char path[116];
	_Atomic uint64_t by_status[6]; /* 1xx … 5xx; [0] = none */
	_Atomic uint64_t time_us, bytes;
	_Atomic uint64_t bucket[SCOREBOARD_BUCKETS + 1];
	_Atomic uint64_t arena_peak;
};

struct scoreboard_pool {
	_Atomic uint64_t accepted, answered, shed, refused_peers, bad_streams, lost_clients;
	_Atomic uint64_t crashes, recycled, started, killed, slow;
	_Atomic uint64_t by_status[6];
	_Atomic uint64_t queue_us, time_us, sql_us, queries, trips;
	_Atomic int64_t queue_last_us; /* age of the request accepted last */
};

/* GCRA: key is a hash of (who, class); tat is the theoretical arrival time in
 * µs. Races lose at most one update. */
struct scoreboard_rate {
	_Atomic uint64_t key, tat;
};

struct scoreboard_head {
	char magic[8];
	uint64_t size;
	_Atomic int32_t master;
	_Atomic uint32_t generation;   /* the one that serves */
	_Atomic uint32_t ready, draining, started;
	_Atomic int64_t tick_us, started_us;
	int64_t started_at;            /* wall clock */
	_Atomic uint32_t reloads, reloads_refused;
	char reason[512];              /* of the last refused reload; "" */
	char sandbox[256];             /* what workers really enforce */
	char users[256];
	_Atomic uint32_t workers[POOL_COUNT]; /* wished */
	_Atomic uint32_t queue[POOL_COUNT], queue_most[POOL_COUNT]; /* waiting connections */
	uint8_t log_key[16];
};

extern const unsigned scoreboard_bucket_ms[SCOREBOARD_BUCKETS];

/* Made by the master before the first fork. Aborts when it cannot. */
void scoreboard_create(void);
/* In a worker: everything of the control part but `own` becomes read-only. */
void scoreboard_protect(struct scoreboard_slot *own);

struct scoreboard_head *scoreboard_head(void);
struct scoreboard_slot *scoreboard_slot(size_t i);
struct scoreboard_module *scoreboard_module(size_t i);
struct scoreboard_route *scoreboard_route(size_t i);
struct scoreboard_pool *scoreboard_pool(enum pool);
/* SCOREBOARD_RATE_CELLS cells. */
struct scoreboard_rate *scoreboard_rate(void);
/* Version counter of a cache tag. Tags may share a counter: harmless. */
_Atomic uint64_t *scoreboard_tag(const char *tag);

/* Stable index of a module by name; adds it (master only). SCOREBOARD_NONE when
 * full or absent. */
uint16_t scoreboard_module_find(const char *name, bool add);
/* Maps the loaded registry to stable route and module indexes. In the generation
 * parent, after the last module is loaded. Modules must have been announced. */
void scoreboard_map_routes(void);

/* ---- what dispatch calls (slot may be NULL) ---- */

enum scoreboard_verdict {
	SCOREBOARD_GO,
	SCOREBOARD_MODULE_DISABLED, /* 503 module_disabled */
	SCOREBOARD_ROUTE_FULL       /* 503 route_busy, Retry-After */
};
/* Before the handler of a matched route: notes module and route in the slot,
 * asks the breaker and the concurrency cap of the route. */
enum scoreboard_verdict scoreboard_enter(struct scoreboard_slot *, const struct registry_route *);
void scoreboard_phase(struct scoreboard_slot *, enum slot_phase);
/* Name of the query that runs; for the slow trace. */
void scoreboard_sql(struct scoreboard_slot *, const char *name);
/* Has the soft time limit passed? Long loops of the host ask and give up. */
bool scoreboard_canceled(const struct scoreboard_slot *);

/* ---- job.c: one job, with its own time limit ---- */

void scoreboard_job_begin(struct scoreboard_slot *, const char *id,
    const struct registry_module *, unsigned timeout_s);
void scoreboard_job_end(struct scoreboard_slot *);

/* ---- worker.c ---- */

void scoreboard_begin(struct scoreboard_slot *, const char *rid, int64_t now_us);
/* Ends the request: counts it under its route and pool. */
void scoreboard_end(struct scoreboard_slot *, enum pool, int status, int64_t time_us,
    size_t bytes, size_t arena_peak);
/* Consistent copy of rid and sql; false when it changes all the time. */
bool scoreboard_read(const struct scoreboard_slot *, char rid[36], char sql[64]);

int64_t scoreboard_now(void); /* CLOCK_MONOTONIC, µs */
const char *pool_name(enum pool);
const char *phase_name(unsigned phase);
bool pool_parse(const char *name, enum pool *);

#endif
