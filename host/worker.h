/*
 * worker.h: what one serving process owns. Made after fork by worker.c (and
 * by the test kit), used by dispatch and the job runner.
 */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

#include "arena.h"
#include "handler.h"

struct scoreboard_slot;

struct worker {
	enum pool pool;
	struct arena *arena;    /* of the current request */
	struct db *db;
	struct db *replica;     /* NULL = none configured */
	struct scoreboard_slot *slot; /* NULL in tests */
};

#endif
