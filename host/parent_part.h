/*
 * parent_part.h: what the files of a generation's parent share.
 *
 *   parent.c         loading, the start of the first workers, messages, drain
 *   parent_child.c   the table of children: fork, replace, retire, back-off
 *   parent_death.c   why a worker died: name, crash report, log line
 *   parent_limits.c  time limits of requests
 *
 * The parent knows its children by its own table. What a worker wrote into its
 * slot is believed for logs and for the breaker, never for a kill.
 */
#ifndef HOST_PARENT_PART_H
#define HOST_PARENT_PART_H

#include "process.h"

#define PARENT_START_LIMIT_US (10 * 1000000)

struct child {
	pid_t pid;                  /* 0 = free */
	struct scoreboard_slot *slot;
	enum pool pool;
	int crash_fd;
	bool ready, stopping, killed;
	struct child *successor_of; /* takes its place when ready */
	int64_t forked_us, leave_us;
	uint64_t serial_slow, serial_soft, serial_hard; /* requests already dealt with */
	int64_t slow_us, hard_us;
};

struct pool_care {
	unsigned wanted;
	int64_t crashes[16];        /* times of the last ones */
	unsigned next;
	int64_t respawn_us;
};

struct parent_state {
	const struct parent_start *start;
	struct child children[SCOREBOARD_SLOTS];
	struct pool_care pools[POOL_COUNT];
	pid_t spawner;
};
extern struct parent_state parent;

/* parent_child.c: NULL when there is no room or fork fails. */
struct child *child_fork(enum pool, bool canary);
void child_stop(struct child *, enum slot_stop);
void children_reap(void);
void pool_fill(enum pool, int64_t now);
void successors_care(int64_t now);
void starts_care(int64_t now);

/* parent_death.c: before the first worker is forked. */
void death_setup(void);
/* Keeps the crash report, writes the log line; a word that says why. `status` is
 * waitpid's; *module_fault: the module is to blame, not somebody outside. */
const char *death_report(const struct child *, int status, bool *module_fault);

/* parent_limits.c */
void limits_care(int64_t now);

#endif
