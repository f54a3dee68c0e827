/*
 * job.h: background work, the host's side. Modules see job_add(),
 * job_progress() and struct job_type (handler.h).
 *
 * Job     READY -> RUNNING (leased) -> DONE; a failure goes back to READY with
 *         full-jitter back-off (base 1 s, cap 1 h) until the attempts of the
 *         type are used up: DEAD. What the job wrote and the mark DONE are one
 *         transaction, so an effect in the database happens exactly once;
 *         effects outside happen at least once.
 * Lease   the timeout of the type and 30 s more. The parent ends a worker that
 *         runs longer, so no job runs twice at a time; whoever sees an expired
 *         lease counts the attempt as failed.
 * Key     of job_add(): while a job of this type and key waits (not: runs), a
 *         second one is not added; two of one key never run at the same time,
 *         and run in the order in which they were added.
 * Event   one job per event and consumer, keyed by the event's key.
 * Cron    a row per type; whoever locks the due row fires it, on one host.
 */
#ifndef HOST_JOB_H
#define HOST_JOB_H

#include <signal.h>

#include "handler.h"
#include "worker.h"

#define JOB_TIMEOUT_S 60   /* of types that say 0 */
#define JOB_ATTEMPTS 15

/* Works until *stop or until the slot says stop. */
void job_worker_run(struct worker *, volatile sig_atomic_t *stop);
/* Fires due cron rows, hands out events, runs what is ready until nothing is.
 * Returns the number of jobs run. For tests and command-line tools. */
unsigned job_run_due(struct worker *);

/* The host's own job types, up to name NULL (job_builtin.c). */
extern const struct job_type job_builtin[];
/* NULL when no module of this generation knows it. */
const struct job_type *job_type_find(const char *name);

/* Runs one job of the type here and now, in one transaction, with the modules
 * of the configuration; for commands. Exit code. */
int job_once(const char *type, const char *args);

/* Waiting time before the next attempt; random in (0, min(1 h, 2^(attempt-1) s)]. */
int64_t job_backoff_ms(int attempt);

#endif
