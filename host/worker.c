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
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "db.h"
#include "fcgi.h"
#include "job.h"
#include "log.h"
#include "process.h"
#include "spawn.h"

#define CHECK_EVERY 64 /* requests */
#define MEMORY_EVERY 8

static struct worker self;
static struct scoreboard_pool *counters;
static volatile sig_atomic_t stop;
static sigset_t signals_closed, signals_module, signals_waiting;
static int statm_fd = -1;
static uint64_t requests_most;
static int64_t leave_at_us;

/* ---- signals ---- */

static void
stop_handle(int number)
{
	(void)number;
	stop = 1;
}

/* Name of the last query: for the slow trace and the crash report. */
static const char *
query_last(void)
{
	const struct db_stats *stats = self.db ? db_stats(self.db) : NULL;

	return stats && stats->last ? stats->last : "";
}

/* The parent found this request slow: where is it? */
static void
slow_handle(int number, siginfo_t *info, void *context)
{
	size_t n;

	(void)number;
	(void)info;
	scoreboard_sql(self.slot, query_last());
	n = crash_walk(context, self.slot->trace, SCOREBOARD_TRACE);
	self.slot->traced = (uint32_t)n;
}

static void
soft_handle(int number)
{
	int saved = errno;

	(void)number;
	self.slot->canceled = 1;
	if (self.db)
		(void)db_cancel(self.db);
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

/* ---- one request ---- */

static const char *
env_value(const struct wire *wire, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *p = wire->env; p && *p; p++)
		if (!strncmp(*p, name, n) && (*p)[n] == '=')
			return *p + n + 1;
	return NULL;
}

/* Age of the request by nginx's clock ("1700000000.123"); -1 unknown. Steps of
 * the clock give negative ages (0) or very large ones (unknown). */
static int64_t
queue_age(const struct wire *wire)
{
	const char *text = env_value(wire, "REQUEST_START");
	struct timespec now;
	long long seconds, fraction = 0;
	int64_t age;
	char *end;

	if (!text || !*text)
		return -1;
	seconds = strtoll(text, &end, 10);
	if (*end == '.' && strlen(end + 1) == 3)
		fraction = strtoll(end + 1, NULL, 10);
	clock_gettime(CLOCK_REALTIME, &now);
	age = ((int64_t)now.tv_sec - seconds) * 1000000 + now.tv_nsec / 1000 - fraction * 1000;
	if (age > (int64_t)3600 * 1000000)
		return -1;
	return age < 0 ? 0 : age;
}

static bool
wants_json(const struct wire *wire)
{
	const char *uri = env_value(wire, "REQUEST_URI");

	return uri && !strncmp(uri, "/api/", 5);
}

/* Too old: whoever waited has gone or will soon. No database, no template. */
static void
shed(struct wire *wire, const char *rid)
{
	unsigned wait = 1 + (unsigned)(scoreboard_now() / 1000 % 5);

	wire->status = 503;
	buffer_printf(&wire->head, "Retry-After: %u\r\nCache-Control: no-store\r\n", wait);
	if (wants_json(wire)) {
		wire->body = arena_printf(self.arena,
		    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
		    "\"code\":\"overloaded\",\"requestId\":\"%.32s\",\"errors\":[]}", rid);
		buffer_str(&wire->head, "Content-Type: application/problem+json\r\n");
	} else {
		wire->body = "<!doctype html><html lang=\"en\"><title>Busy</title><h1>Busy</h1>"
			     "<p>Too many people are here at once. Please try again in a moment.</p>";
		buffer_str(&wire->head, "Content-Type: text/html; charset=utf-8\r\n");
	}
	wire->body_size = strlen(wire->body);
	buffer_printf(&wire->head, "Content-Length: %zu\r\n", wire->body_size);
	if (env_value(wire, "REQUEST_METHOD") && !strcmp(env_value(wire, "REQUEST_METHOD"), "HEAD"))
		wire->body_size = 0;
	atomic_fetch_add_explicit(&counters->shed, 1, memory_order_relaxed);
}

static void
dispatch_open(struct wire *wire)
{
	sigset_t after;

	(void)sigprocmask(SIG_SETMASK, &signals_module, NULL);
	dispatch(&self, wire);
	(void)sigprocmask(SIG_SETMASK, &signals_closed, &after);
	/* F25: a module that changed the mask has changed the rules of the
	 * process; this worker ends after the answer. */
	if (sigismember(&after, SIGRTMIN) || !sigismember(&after, SIGTERM)) {
		log_event(LOG_LEVEL_ERROR, "signal_mask_changed", "module",
		    wire->module ? wire->module : "-", NULL);
		stop = 1;
	}
}

/* The address without the host part: /24 and /48. */
static void
network_of(const char *address, char *text, size_t size)
{
	unsigned dots = 0, colons = 0;
	size_t i;

	for (i = 0; address[i] && i + 1 < size; i++) {
		dots += address[i] == '.';
		colons += address[i] == ':';
		if (dots == 3 || colons == 3)
			break;
		text[i] = address[i];
	}
	(void)snprintf(text + i, size - i, "%s", dots == 3 ? ".0" : colons == 3 ? "::" : "");
}

static void
request_log(const struct wire *wire, int64_t time_us, bool sent)
{
	const struct db_stats *stats = self.db ? db_stats(self.db) : NULL;
	const char *address = env_value(wire, "REMOTE_ADDR"), *trace = env_value(wire, "TRACEPARENT");
	char network[64];
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "request");
	if (wire->module)
		log_str(&line, "module", wire->module);
	log_str(&line, "route", wire->route ? wire->route : "-");
	log_str(&line, "method", env_value(wire, "REQUEST_METHOD"));
	log_int(&line, "status", wire->status);
	log_int(&line, "bytes", (int64_t)wire->body_size);
	log_int(&line, "us", time_us);
	if (wire->queued_us >= 0)
		log_int(&line, "queue_us", wire->queued_us);
	if (stats && stats->queries) {
		log_int(&line, "sql_us", stats->time_us);
		log_int(&line, "sql", stats->queries);
		log_int(&line, "trips", stats->trips);
	}
	log_int(&line, "arena", (int64_t)arena_used(self.arena));
	if (wire->person)
		log_str(&line, "user", wire->person->id);
	if (address) {
		network_of(address, network, sizeof network);
		log_str(&line, "ip", network);
	}
	log_str(&line, "trace", trace);
	if (!sent)
		log_int(&line, "lost", 1);
	log_end(&line);
}

static void
request_count(const struct wire *wire)
{
	const struct db_stats *stats = self.db ? db_stats(self.db) : NULL;

	if (wire->queued_us >= 0) {
		counters->queue_last_us = wire->queued_us;
		atomic_fetch_add_explicit(&counters->queue_us, (uint64_t)wire->queued_us,
		    memory_order_relaxed);
	}
	if (!stats || !wire->module)
		return;
	atomic_fetch_add_explicit(&counters->sql_us, (uint64_t)stats->time_us, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->queries, stats->queries, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->trips, stats->trips, memory_order_relaxed);
}

static void
request_serve(struct wire *wire, int fd)
{
	const char *rid = env_value(wire, "REQUEST_ID");
	int64_t took;
	bool sent;

	if (!rid || strlen(rid) != 32 || strspn(rid, "0123456789abcdef") != 32)
		rid = "00000000000000000000000000000000";
	scoreboard_begin(self.slot, rid, wire->received_us);
	log_request(rid);
	wire->queued_us = queue_age(wire);
	if (self.pool != POOL_PAY && wire->queued_us > conf->shed_after_ms * 1000) {
		buffer_init(&wire->head, self.arena, 512);
		shed(wire, rid);
	} else
		dispatch_open(wire);
	log_request(rid); /* dispatch has forgotten it */
	if (wire->status < 200 || wire->status > 599)
		wire->status = 500;
	scoreboard_phase(self.slot, PHASE_WRITE);
	sent = fcgi_answer(fd, wire);
	took = scoreboard_now() - wire->received_us;
	if (!sent)
		atomic_fetch_add_explicit(&counters->lost_clients, 1, memory_order_relaxed);
	request_log(wire, took, sent);
	request_count(wire);
	if (wire->request) {
		/* Host code and short statements: the signals stay closed. */
		scoreboard_phase(self.slot, PHASE_SQL);
		dispatch_after(&self, wire);
	}
	scoreboard_end(self.slot, self.pool, wire->status, took, wire->body_size,
	    arena_used(self.arena));
	log_request(NULL);
}

static void
connection_serve(int fd, uid_t web_uid)
{
	struct wire wire = { .received_us = scoreboard_now(), .queued_us = -1 };

	atomic_fetch_add_explicit(&counters->accepted, 1, memory_order_relaxed);
	if (fcgi_peer_check(fd, web_uid) != FCGI_PEER_GOOD) {
		atomic_fetch_add_explicit(&counters->refused_peers, 1, memory_order_relaxed);
		log_event(LOG_LEVEL_WARN, "peer_refused", NULL);
		close(fd);
		return;
	}
	if (!fcgi_open(fd, &wire)) {
		atomic_fetch_add_explicit(&counters->bad_streams, 1, memory_order_relaxed);
		log_event(LOG_LEVEL_WARN, "stream_refused", NULL);
	} else
		request_serve(&wire, fd);
	/* Deferred calls of the arena may still read the request. */
	arena_reset(self.arena);
	fcgi_close(fd);
}

/* ---- recycling and self-checks ---- */

static uint64_t
jittered(int64_t base, int64_t percent_low, int64_t percent_high)
{
	static uint32_t state;
	int64_t span;

	if (!state)
		state = (uint32_t)getpid() * 2654435761u;
	state = state * 1664525u + 1013904223u;
	span = base * (percent_high - percent_low) / 100 + 1;
	return (uint64_t)(base + base * percent_low / 100 + (int64_t)(state >> 8) % span);
}

static uint32_t
rss_kib(void)
{
	char text[128], *end;
	ssize_t n = statm_fd >= 0 ? pread(statm_fd, text, sizeof text - 1, 0) : -1;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	(void)strtoul(text, &end, 10);
	return (uint32_t)(strtoul(end, NULL, 10) * ((unsigned long)sysconf(_SC_PAGESIZE) / 1024));
}

/* What a careless module may have changed (F25). */
static bool
world_unchanged(int listen_fd)
{
	static mode_t mask;
	static dev_t device;
	static ino_t folder;
	static bool known;
	struct stat here;
	mode_t now = umask(077);
	bool same = true;

	if (stat(".", &here))
		memset(&here, 0, sizeof here);
	if (known)
		same = now == mask && here.st_dev == device && here.st_ino == folder;
	(void)umask(now);
	if (!known) {
		mask = now;
		device = here.st_dev;
		folder = here.st_ino;
		known = true;
	}
	return same && fcntl(listen_fd, F_GETFD) >= 0 && !strcmp(setlocale(LC_ALL, NULL), "C");
}

static void
recycle_ask(const char *why)
{
	if (self.slot->state != SLOT_IDLE)
		return;
	log_event(LOG_LEVEL_INFO, "worker_recycle", "why", why, NULL);
	self.slot->state = SLOT_RECYCLE;
}

/* Successors come one at a time, and until then a leak goes on: who is half as much
 * again over the limit does not wait for his. */
static void
memory_check(void)
{
	uint64_t limit = (uint64_t)conf->max_rss_mb * 1024;

	self.slot->rss_kib = rss_kib();
	if (self.slot->rss_kib > limit)
		recycle_ask("memory");
	if (self.slot->rss_kib > limit + limit / 2) {
		log_event(LOG_LEVEL_WARN, "worker_leaves", "why", "memory", NULL);
		stop = 1;
	}
}

static void
self_check(int listen_fd)
{
	uint64_t n = self.slot->requests;

	self.slot->log_dropped = log_dropped();
	self.slot->db_up = db_socket(self.db) >= 0;
	if (n >= requests_most)
		recycle_ask("requests");
	if (scoreboard_now() > leave_at_us)
		recycle_ask("lifetime");
	if (n % MEMORY_EVERY)
		return;
	memory_check();
	if (n % CHECK_EVERY)
		return;
	if (!world_unchanged(listen_fd)) {
		log_event(LOG_LEVEL_ERROR, "process_changed_by_module", NULL);
		recycle_ask("changed");
	}
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

	if (self.slot->stop == STOP_WHEN_EMPTY) {
		fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			stop = 1;
		return fd;
	}
	errno = 0;
	n = epoll_pwait(epoll, &event, 1, 1000, &signals_waiting);
	if (n < 0 && errno != EINTR)
		descriptor_lost();
	if (self.slot->stop == STOP_NOW)
		stop = 1;
	if (n <= 0 || stop)
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
		} else if (!stop) {
			if (!self.slot->db_up)
				db_revive(self.db);
			self_check(listen_fd);
		}
		if (stop && self.slot->stop != STOP_WHEN_EMPTY)
			return;
		if (stop && fd < 0)
			return;
	}
}

/* ---- start and end ---- */

_Noreturn static void
fail(const char *what, const char *why)
{
	(void)snprintf(self.slot->reason, sizeof self.slot->reason, "%s: %s", what, why);
	self.slot->state = SLOT_FAILED;
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

	self.db = db_new(conf->pools[self.pool].database);
	if (conf->database_replica[0])
		self.replica = db_new(conf->database_replica);
	self.slot->db_up = db_connect(self.db, reason, sizeof reason);
	if (self.slot->db_up)
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

	self.pool = start->pool;
	self.slot = start->slot;
	counters = scoreboard_pool(start->pool);
	scoreboard_protect(start->slot);
	signals_install();
	(void)prctl(PR_SET_NAME, pool_name(start->pool));
	if (start->pool == POOL_AUTH)
		(void)setpriority(PRIO_PROCESS, 0, 5); /* hashing must not starve pages */
	log_context(pool_name(start->pool), start->parent->generation);
	descriptors_close(start);
	process_oom_score(300);
	statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	(void)mallopt(M_ARENA_MAX, 1);
	crash_install(start->crash_fd, start->slot, query_last);
	/* Imports and exports hold whole files. */
	self.arena = arena_new((size_t)conf->arena_max_mb <<
	    (self.pool == POOL_JOBS || self.pool == POOL_SLOW ? 24 : 20));
	if (start->listen >= 0 && !fcgi_init())
		fail("libfcgi", "does not start");
	sandbox_files(start->pool, start->parent->dir, report, sizeof report);
	database_open(start->canary);
	sandbox_calls(start->pool, report, sizeof report);
	if (!privilege_follow(start->parent_pid))
		process_end(0);
	(void)snprintf(self.slot->reason, sizeof self.slot->reason, "%s", report);
}

_Noreturn void
worker_run(const struct worker_start *start)
{
	worker_setup(start);
	requests_most = jittered(conf->max_requests, 0, 20);
	leave_at_us = scoreboard_now() + (int64_t)jittered(conf->max_lifetime_s * 1000000, -10, 10);
	self.slot->started_us = scoreboard_now();
	self.slot->rss_kib = rss_kib();
	(void)world_unchanged(start->listen >= 0 ? start->listen : 0);
	self.slot->state = SLOT_IDLE;
	if (start->pool == POOL_JOBS) {
		(void)sigprocmask(SIG_SETMASK, &signals_waiting, NULL);
		job_worker_run(&self, &stop);
	} else
		serve(start->listen, start->parent->web_uid);
	self.slot->state = SLOT_LEAVING;
	db_free(self.db);
	if (self.replica)
		db_free(self.replica);
	process_end(0);
}
