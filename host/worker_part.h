/*
 * worker_part.h: what the files of a serving process share.
 *
 *   worker.c          start, signals, the loop, the end
 *   worker_request.c  one connection: shedding, dispatch, answer, log line
 *   worker_care.c     self-checks, and when the process asks for a successor
 */
#ifndef HOST_WORKER_PART_H
#define HOST_WORKER_PART_H

#include <signal.h>

#include "process.h"
#include "scoreboard.h"
#include "worker.h"

extern struct worker worker_self;
extern struct scoreboard_pool *worker_counters;
extern volatile sig_atomic_t worker_stop;
/* While the host works, and while a module does: then its time limits strike. */
extern sigset_t signals_closed, signals_module;

/* worker_request.c: serves and closes it. */
void connection_serve(int fd, uid_t web_uid);

/* worker_care.c: opens what the sandbox would refuse later. */
void care_open(void);
/* Before the first request; listen_fd as for self_check. */
void care_begin(int listen_fd);
/* After a request, and about once a second without one. */
void self_check(int listen_fd);
void recycle_ask(const char *why);

#endif
