/*
 * worker.c: one serving process. It waits in epoll_pwait (all handled signals
 * are open only there and in module code), takes one connection, serves one
 * request, answers it whole, and waits again. EPOLLEXCLUSIVE wakes one worker
 * per connection; the queue of the socket is the only queue, so every client
 * is served in the order in which it came.
 *
 * epoll_pwait does not deliver a signal while connections are ready: the
 * parent therefore also sets slot->stop, which is read each turn.
 */
#include "worker_part.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"
#include "db.h"
#include "fcgi.h"
#include "job.h"
#include "log.h"
#include "spawn.h"

struct worker worker_self;
struct scoreboard_pool *worker_counters;
volatile sig_atomic_t worker_stop;
sigset_t signals_closed, signals_module;

static sigset_t signals_waiting;

/* ---- signals ---- */

static void
stop_handle(int number)
{
	(void)number;
	worker_stop = 1;
}

/* Name of the last query: for the slow trace and the crash report. */
static const char *
query_last(void)
{
	const struct db_stats *stats = worker_self.db ? db_stats(worker_self.db) : NULL;

	return stats && stats->last ? stats->last : "";
}

/* The parent found this request slow: where is it? */
static void
slow_handle(int number, siginfo_t *info, void *context)
{
	size_t n;

	(void)number;
	(void)info;
	scoreboard_sql(worker_self.slot, query_last());
	n = crash_walk(context, worker_self.slot->trace, SCOREBOARD_TRACE);
	worker_self.slot->traced = (uint32_t)n;
}

static void
soft_handle(int number)
{
	int saved = errno;

	(void)number;
	worker_self.slot->canceled = 1;
	if (worker_self.db)
		(void)db_cancel(worker_self.db);
	errno = saved;
}

static void
signals_install(void)
{
	struct sigaction slow = { .sa_sigaction = slow_handle, .sa_flags = SA_SIGINFO | SA_RESTART };
	static const int never[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS };

	sigfillset(&signals_closed);
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		sigdelset(&signals_closed, never[i]);
	signals_reset(&signals_closed);
	signal_set(SIGTERM, stop_handle);
	signal_set(SIGRTMIN + 1, soft_handle);
	sigfillset(&slow.sa_mask);
	(void)sigaction(SIGRTMIN, &slow, NULL);
	signals_module = signals_closed;
	sigdelset(&signals_module, SIGRTMIN);
	sigdelset(&signals_module, SIGRTMIN + 1);
	signals_waiting = signals_module;
	sigdelset(&signals_waiting, SIGTERM);
}

/* ---- the loop ---- */

/* A module closed a descriptor of ours (F25): only a new worker helps. */
_Noreturn static void
descriptor_lost(void)
{
	log_event(LOG_LEVEL_ERROR, "descriptor_lost", NULL);
	process_end(4);
}

/* A connection, or -1: none now (or time to stop). */
static int
connection_wait(int epoll, int listen_fd)
{
	struct epoll_event event;
	int fd, n;

	if (worker_self.slot->stop == STOP_WHEN_EMPTY) {
		fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			worker_stop = 1;
		return fd;
	}
	errno = 0;
	n = epoll_pwait(epoll, &event, 1, 1000, &signals_waiting);
	if (n < 0 && errno != EINTR)
		descriptor_lost();
	if (worker_self.slot->stop == STOP_NOW)
		worker_stop = 1;
	if (n <= 0 || worker_stop)
		return -1;
	errno = 0;
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && (errno == EBADF || errno == EINVAL || errno == ENOTSOCK))
		descriptor_lost();
	return fd;
}

static void
serve(int listen_fd, uid_t web_uid)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listen_fd, &event))
		process_end(1);
	for (;;) {
		int fd = connection_wait(epoll, listen_fd);

		if (fd >= 0) {
			connection_serve(fd, web_uid);
			self_check(listen_fd);
		} else if (errno == EMFILE || errno == ENFILE) {
			log_event(LOG_LEVEL_ERROR, "descriptors_exhausted", NULL);
			recycle_ask("descriptors");
			(void)usleep(10000);
		} else if (!worker_stop) {
			if (!worker_self.slot->db_up)
				db_revive(worker_self.db);
			self_check(listen_fd);
		}
		if (worker_stop && worker_self.slot->stop != STOP_WHEN_EMPTY)
			return;
		if (worker_stop && fd < 0)
			return;
	}
}

/* ---- start and end ---- */

_Noreturn static void
fail(const char *what, const char *why)
{
	(void)snprintf(worker_self.slot->reason, sizeof worker_self.slot->reason, "%s: %s", what, why);
	worker_self.slot->state = SLOT_FAILED;
	process_end(3);
}

static void
descriptors_close(const struct worker_start *start)
{
	int keep[4] = { start->listen, start->crash_fd, log_descriptor(), -1 };

	if (start->pool == POOL_SLOW || start->pool == POOL_JOBS)
		keep[3] = spawn_descriptor();
	else
		spawn_forget();
	descriptors_keep(keep, 4);
}

static void
database_open(bool needed)
{
	char reason[200];

	worker_self.db = db_new(conf->pools[worker_self.pool].database);
	if (conf->database_replica[0])
		worker_self.replica = db_new(conf->database_replica);
	worker_self.slot->db_up = db_connect(worker_self.db, reason, sizeof reason);
	if (worker_self.slot->db_up)
		return;
	if (needed)
		fail("database", reason);
	/* A successor of a crashed worker serves: pages say politely that the
	 * database is away, and it connects again by itself. */
	log_event(LOG_LEVEL_WARN, "database_down", "reason", reason, NULL);
}

static void
worker_setup(const struct worker_start *start)
{
	char report[256];

	worker_self.pool = start->pool;
	worker_self.slot = start->slot;
	worker_counters = scoreboard_pool(start->pool);
	scoreboard_protect(start->slot);
	signals_install();
	(void)prctl(PR_SET_NAME, pool_name(start->pool));
	log_context(pool_name(start->pool), start->parent->generation);
	descriptors_close(start);
	process_oom_score(300);
	care_open();
	(void)mallopt(M_ARENA_MAX, 1);
	crash_install(start->crash_fd, start->slot, query_last);
	/* Imports and exports hold whole files. */
	worker_self.arena = arena_new((size_t)conf->arena_max_mb <<
	    (worker_self.pool == POOL_JOBS || worker_self.pool == POOL_SLOW ? 24 : 20));
	if (start->listen >= 0 && !fcgi_init())
		fail("libfcgi", "does not start");
	sandbox_files(start->pool, start->parent->dir, report, sizeof report);
	database_open(start->canary);
	sandbox_calls(start->pool, report, sizeof report);
	if (!privilege_follow(start->parent_pid))
		process_end(0);
	(void)snprintf(worker_self.slot->reason, sizeof worker_self.slot->reason, "%s", report);
}

_Noreturn void
worker_run(const struct worker_start *start)
{
	worker_setup(start);
	process_unhurried();
	if (start->pool == POOL_AUTH)
		(void)setpriority(PRIO_PROCESS, 0, 5); /* hashing must not starve pages */
	care_begin(start->listen >= 0 ? start->listen : 0);
	worker_self.slot->started_us = scoreboard_now();
	worker_self.slot->state = SLOT_IDLE;
	if (start->pool == POOL_JOBS) {
		(void)sigprocmask(SIG_SETMASK, &signals_waiting, NULL);
		job_worker_run(&worker_self, &worker_stop);
	} else
		serve(start->listen, start->parent->web_uid);
	worker_self.slot->state = SLOT_LEAVING;
	db_free(worker_self.db);
	if (worker_self.replica)
		db_free(worker_self.replica);
	process_end(0);
}
