/*
 * generation.c: the parent of a generation's workers. It drops privileges,
 * loads modules and templates, forks a canary worker, and when that is ready
 * the others; then it replaces the dead (with back-off), retires the old, keeps
 * the time limits of requests, and drains when the master says so.
 *
 * It knows its children by its own table. What a worker wrote into its slot is
 * believed for logs and for the breaker, never for a kill.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "migrate.h"
#include "process.h"
#include "spawn.h"

#define START_LIMIT_US (10 * 1000000)
#define CRASH_WINDOW_US (60 * 1000000)
#define BACKOFF_MOST_US (30 * 1000000)
#define BACKOFF_SERVED_US (1 * 1000000)
#define BACKOFF_FREE 3 /* crashes that are replaced at once */
#define KILL_AFTER_ABORT_US (2 * 1000000)
#define SLOW_POOL_FACTOR 8 /* exports run up to 120 s (nginx location) */

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

static const struct parent_start *start;
static struct child children[SCOREBOARD_SLOTS];
static struct pool_care pools[POOL_COUNT];
static pid_t spawner;
static bool draining, drain_told;
static int64_t drain_us;
static sigset_t closed_set, open_set;

static void
nothing_handle(int number)
{
	(void)number; /* only ends ppoll */
}

/* ---- children ---- */

static struct scoreboard_slot *
slot_take(void)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct scoreboard_slot *slot = scoreboard_slot(i);
		int32_t none = 0;

		if (atomic_compare_exchange_strong(&slot->pid, &none, -1)) {
			memset((char *)slot + sizeof slot->pid, 0, sizeof *slot - sizeof slot->pid);
			slot->route = slot->module = SCOREBOARD_NONE;
			slot->generation = start->generation;
			slot->state = SLOT_STARTING;
			return slot;
		}
	}
	return NULL;
}

static struct child *
child_free(void)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (!children[i].pid)
			return &children[i];
	return NULL;
}

static struct child *
child_fork(enum pool pool, bool canary)
{
	struct child *child = child_free();
	struct worker_start worker = { .parent = start, .pool = pool, .canary = canary,
		.listen = start->listen[pool], .parent_pid = getpid() };
	pid_t pid;

	if (!child || !(worker.slot = slot_take()))
		return NULL;
	worker.slot->pool = pool;
	worker.crash_fd = memfd_create("crash", MFD_CLOEXEC);
	pid = fork();
	if (pid == 0)
		worker_run(&worker);
	if (pid < 0) {
		worker.slot->pid = 0;
		close(worker.crash_fd);
		return NULL;
	}
	worker.slot->pid = pid;
	*child = (struct child){ .pid = pid, .slot = worker.slot, .pool = pool,
		.crash_fd = worker.crash_fd, .forked_us = scoreboard_now() };
	/* A job in work is not torn out by age: the parent asks for jobs workers,
	 * who wait in the job runner and not in our loop. */
	child->leave_us = child->forked_us + conf->max_lifetime_s * 1000000;
	atomic_fetch_add_explicit(&scoreboard_pool(pool)->started, 1, memory_order_relaxed);
	return child;
}

static void
child_stop(struct child *child, enum slot_stop how)
{
	if (child->stopping)
		return;
	child->stopping = true;
	child->slot->stop = how;
	(void)kill(child->pid, SIGTERM);
}

static unsigned
pool_live(enum pool pool)
{
	unsigned n = 0;

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (children[i].pid && children[i].pool == pool && !children[i].stopping &&
		    !children[i].successor_of)
			n++;
	return n;
}

/* ---- why a worker died ---- */

/* The kernel's count of processes killed for memory; rises with an OOM kill. */
static uint64_t
oom_count(void)
{
	char line[128];
	unsigned long long n = 0;
	FILE *file = fopen("/proc/vmstat", "re");

	while (file && fgets(line, sizeof line, file))
		if (!strncmp(line, "oom_kill ", 9))
			n = strtoull(line + 9, NULL, 10);
	if (file)
		(void)fclose(file);
	return n;
}

static uint64_t oom_seen;

static const char *
death_name(const struct child *child, int status, bool *module_fault)
{
	uint64_t oom;

	*module_fault = true;
	if (WIFEXITED(status)) {
		*module_fault = WEXITSTATUS(status) != 3;
		return WEXITSTATUS(status) == 3 ? "start_failed" : "exit";
	}
	if (WTERMSIG(status) == SIGSYS)
		return "sandbox";
	if (WTERMSIG(status) != SIGKILL)
		return child->serial_hard ? "time_limit" : "signal";
	oom = oom_count();
	if (oom > oom_seen) {
		oom_seen = oom;
		return "memory";
	}
	if (child->killed)
		return "time_limit";
	*module_fault = false; /* somebody outside */
	return "killed";
}

/* The first frames of a crash report, named. */
static void
frames_name(const char *report, char *text, size_t size)
{
	size_t used = 0;
	unsigned n = 0;

	text[0] = '\0';
	for (const char *p = strstr(report, "\nframe "); p && n < 8; p = strstr(p + 1, "\nframe ")) {
		char name[160];

		/* A return address may lie behind the end of its function: -1. */
		crash_symbol((uintptr_t)strtoull(p + 7, NULL, 16) - (n > 0), name, sizeof name);
		used += (size_t)snprintf(text + used, size - used, "%s%s", n++ ? " < " : "", name);
		if (used >= size)
			break;
	}
}

/* Keeps the report of a dead worker as crash_dir/crash-PID. */
static void
crash_keep(const struct child *child, char *frames, size_t size)
{
	static char report[65536];
	char path[512];
	ssize_t n = pread(child->crash_fd, report, sizeof report - 1, 0);
	int fd;

	frames[0] = '\0';
	if (n <= 0)
		return;
	report[n] = '\0';
	frames_name(report, frames, size);
	(void)snprintf(path, sizeof path, "%s/crash-%d", start->crash_dir, (int)child->pid);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)!write(fd, report, (size_t)n);
	if (frames[0] && write(fd, "\nnamed ", 7) == 7) {
		(void)!write(fd, frames, strlen(frames));
		(void)!write(fd, "\n", 1);
	}
	close(fd);
}

static void
death_log(const struct child *child, int status, const char *why, const char *frames)
{
	const struct scoreboard_slot *slot = child->slot;
	char rid[36], sql[64], number[16];
	struct log_line line;

	(void)scoreboard_read(slot, rid, sql);
	log_begin(&line, LOG_LEVEL_ERROR, "worker_died");
	log_str(&line, "why", why);
	log_int(&line, "worker", child->pid);
	log_str(&line, "of", pool_name(child->pool));
	(void)snprintf(number, sizeof number, "%d",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_str(&line, WIFSIGNALED(status) ? "signal" : "exit", number);
	if (slot->module < SCOREBOARD_MODULES)
		log_str(&line, "module", scoreboard_module(slot->module)->name);
	if (slot->route < SCOREBOARD_ROUTES)
		log_str(&line, "route", scoreboard_route(slot->route)->path);
	if (slot->since_us && rid[0])
		log_str(&line, "request", rid);
	if (slot->job[0])
		log_str(&line, "job", slot->job);
	log_str(&line, "phase", phase_name(slot->phase));
	if (sql[0])
		log_str(&line, "query", sql);
	if (slot->state == SLOT_FAILED)
		log_str(&line, "reason", slot->reason);
	if (frames[0])
		log_str(&line, "frames", frames);
	log_end(&line);
}

static void
backoff_note(enum pool pool, bool counts, bool served)
{
	struct pool_care *care = &pools[pool];
	int64_t now = scoreboard_now(), delay;
	unsigned recent = 0;

	if (!counts) {
		care->respawn_us = now;
		return;
	}
	care->crashes[care->next++ % 16] = now;
	for (size_t i = 0; i < 16; i++)
		if (care->crashes[i] && now - care->crashes[i] < CRASH_WINDOW_US)
			recent++;
	if (recent <= BACKOFF_FREE)
		return;
	delay = 50000LL << (recent - BACKOFF_FREE);
	/* Who died in a request did not die of its start, and the breaker cares for
	 * the module: the pool should not wait long for that. */
	if (served && delay > BACKOFF_SERVED_US)
		delay = BACKOFF_SERVED_US;
	if (delay > BACKOFF_MOST_US)
		delay = BACKOFF_MOST_US;
	delay += delay * ((int64_t)(now % 41) - 20) / 100;
	care->respawn_us = now + delay;
}

static void
child_bury(struct child *child, int status)
{
	struct scoreboard_slot *slot = child->slot;
	bool expected = WIFEXITED(status) && WEXITSTATUS(status) == 0, module_fault;
	struct scoreboard_pool *counters = scoreboard_pool(child->pool);
	char frames[1024];

	if (!expected && !(child->killed && child->stopping)) {
		const char *why = death_name(child, status, &module_fault);
		int64_t lived = scoreboard_now() - child->forked_us;

		crash_keep(child, frames, sizeof frames);
		death_log(child, status, why, frames);
		atomic_fetch_add_explicit(module_fault ? &counters->crashes : &counters->killed, 1,
		    memory_order_relaxed);
		if (module_fault && slot->since_us && slot->module < SCOREBOARD_MODULES)
			(void)message_send(start->channel, MESSAGE_CRASH, slot->module, why);
		if (!child->stopping)
			backoff_note(child->pool, module_fault || lived < 200000,
			    slot->since_us != 0 || lived > BACKOFF_SERVED_US);
	}
	if (expected && !child->stopping)
		atomic_fetch_add_explicit(&counters->recycled, 1, memory_order_relaxed);
	close(child->crash_fd);
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (children[i].successor_of == child)
			children[i].successor_of = NULL;
	slot->since_us = 0;
	slot->state = SLOT_FREE;
	slot->pid = 0; /* last: whoever takes it may write it */
	child->pid = 0;
}

static void
children_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == spawner) {
			log_event(LOG_LEVEL_ERROR, "spawner_died", NULL);
			spawner = 0; /* helpers answer "gone" until the next generation */
			continue;
		}
		for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
			if (children[i].pid == pid) {
				child_bury(&children[i], status);
				break;
			}
	}
}

/* ---- keeping the pools full ---- */

static void
pool_fill(enum pool pool, int64_t now)
{
	struct pool_care *care = &pools[pool];
	unsigned live = pool_live(pool);

	while (live < care->wanted && now >= care->respawn_us) {
		if (!child_fork(pool, false))
			return;
		live++;
	}
	for (size_t i = 0; live > care->wanted && i < SCOREBOARD_SLOTS; i++)
		if (children[i].pid && children[i].pool == pool && !children[i].stopping &&
		    !children[i].successor_of) {
			child_stop(&children[i], STOP_NOW);
			live--;
		}
}

/* One successor per pool at a time, and the old one goes when it is ready: the
 * capacity never falls and they do not all leave at once (T4). */
static void
successors_care(int64_t now)
{
	bool busy[POOL_COUNT] = { false };

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &children[i];

		if (!child->pid || !child->successor_of)
			continue;
		if (child->ready) {
			child_stop(child->successor_of, STOP_NOW);
			atomic_fetch_add_explicit(&scoreboard_pool(child->pool)->recycled, 1,
			    memory_order_relaxed);
			child->successor_of = NULL;
		}
		busy[child->pool] = true;
	}
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &children[i], *next;

		if (!child->pid || child->stopping || child->successor_of || busy[child->pool] ||
		    (child->slot->state != SLOT_RECYCLE &&
			!(child->pool == POOL_JOBS && now > child->leave_us)))
			continue;
		next = child_fork(child->pool, false);
		if (next)
			next->successor_of = child;
		busy[child->pool] = true;
	}
}

/* Workers that came up, or hang while they do. */
static void
starts_care(int64_t now)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &children[i];

		if (!child->pid || child->ready)
			continue;
		if (child->slot->state >= SLOT_IDLE && child->slot->state <= SLOT_RECYCLE) {
			child->ready = true;
			if (!scoreboard_head()->sandbox[0])
				(void)snprintf(scoreboard_head()->sandbox,
				    sizeof scoreboard_head()->sandbox, "%.250s", child->slot->reason);
		} else if (now - child->forked_us > START_LIMIT_US && !child->killed) {
			child->killed = true;
			log_event(LOG_LEVEL_ERROR, "worker_start_hangs", "of", pool_name(child->pool),
			    NULL);
			(void)kill(child->pid, SIGKILL);
		}
	}
}

/* ---- time limits of requests (T5) ---- */

static void
slow_log(const struct child *child, int64_t elapsed)
{
	const struct scoreboard_slot *slot = child->slot;
	uint32_t n = slot->traced < SCOREBOARD_TRACE ? slot->traced : SCOREBOARD_TRACE;
	char rid[36], sql[64], frames[1500] = "";
	struct log_line line;
	size_t used = 0;

	(void)scoreboard_read(slot, rid, sql);
	for (uint32_t i = 0; i < n && i < 12 && used < sizeof frames; i++) {
		char name[160];

		crash_symbol(slot->trace[i] - (i > 0), name, sizeof name);
		used += (size_t)snprintf(frames + used, sizeof frames - used, "%s%s", i ? " < " : "",
		    name);
	}
	log_begin(&line, LOG_LEVEL_WARN, "slow");
	log_int(&line, "worker", child->pid);
	log_str(&line, "of", pool_name(child->pool));
	log_int(&line, "us", elapsed);
	log_str(&line, "request", rid);
	if (slot->module < SCOREBOARD_MODULES)
		log_str(&line, "module", scoreboard_module(slot->module)->name);
	if (slot->route < SCOREBOARD_ROUTES)
		log_str(&line, "route", scoreboard_route(slot->route)->path);
	log_str(&line, "phase", phase_name(slot->phase));
	log_str(&line, "query", sql);
	log_str(&line, "frames", frames);
	log_end(&line);
	atomic_fetch_add_explicit(&scoreboard_pool(child->pool)->slow, 1, memory_order_relaxed);
}

static void
limit_care(struct child *child, int64_t now)
{
	struct scoreboard_slot *slot = child->slot;
	int64_t since = slot->since_us, elapsed = now - since, own = slot->limit_us;
	int64_t factor = child->pool == POOL_SLOW || child->pool == POOL_JOBS ? SLOW_POOL_FACTOR : 1;
	int64_t soft = own ? own : conf->soft_ms * 1000 * factor;
	int64_t hard = own ? own + (conf->hard_ms - conf->soft_ms) * 1000 :
			     conf->hard_ms * 1000 * factor;
	uint64_t serial = slot->serial;

	if (child->serial_hard && now - child->hard_us > KILL_AFTER_ABORT_US && !child->killed) {
		child->killed = true;
		(void)kill(child->pid, SIGKILL);
	}
	if (!since || slot->serial != serial)
		return;
	if (elapsed > conf->slow_ms * 1000 * factor && child->serial_slow != serial) {
		if (!child->slow_us) {
			child->slow_us = now;
			slot->traced = 0;
			(void)kill(child->pid, SIGRTMIN);
			return;
		}
		/* Without an answer the signal is closed: the phase says where. */
		if (slot->traced || now - child->slow_us > 300000) {
			slow_log(child, elapsed);
			child->serial_slow = serial;
			child->slow_us = 0;
		}
	}
	if (elapsed > soft && child->serial_soft != serial) {
		child->serial_soft = serial;
		(void)kill(child->pid, SIGRTMIN + 1);
	}
	if (elapsed > hard && child->serial_hard != serial) {
		child->serial_hard = serial;
		child->hard_us = now;
		(void)kill(child->pid, SIGABRT);
	}
}

static void
limits_care(int64_t now)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &children[i];

		if (!child->pid || !child->ready)
			continue;
		if (!child->slot->since_us)
			child->slow_us = 0;
		limit_care(child, now);
	}
}

/* ---- draining ---- */

static void
drain_begin(enum slot_stop how)
{
	if (!draining) {
		draining = true;
		drain_us = scoreboard_now();
		log_event(LOG_LEVEL_INFO, "drain", NULL);
	}
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (children[i].pid) {
			children[i].stopping = false;
			child_stop(&children[i], how);
		}
}

static void
drain_care(int64_t now)
{
	bool any = false;

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &children[i];
		char worker[16];

		if (!child->pid)
			continue;
		any = true;
		if (now - drain_us > conf->drain_hard_ms * 1000 && !child->killed) {
			child->killed = true;
			(void)kill(child->pid, SIGKILL);
		} else if (now - drain_us > conf->drain_soft_ms * 1000 && !drain_told) {
			(void)snprintf(worker, sizeof worker, "%d", (int)child->pid);
			log_event(LOG_LEVEL_WARN, "drain_waits", "worker", worker, "job",
			    child->slot->job[0] ? child->slot->job : "-", NULL);
		}
	}
	if (now - drain_us > conf->drain_soft_ms * 1000)
		drain_told = true;
	if (any)
		return;
	if (spawner)
		(void)kill(spawner, SIGKILL);
	log_event(LOG_LEVEL_INFO, "drained", NULL);
	process_end(0);
}

/* ---- the master's word ---- */

bool
message_send(int channel, enum message_kind kind, uint32_t number, const char *text)
{
	struct message message = { .kind = kind, .number = number };

	(void)snprintf(message.text, sizeof message.text, "%s", text ? text : "");
	return send(channel, &message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

static void
message_take(const struct message *message)
{
	if (message->kind == MESSAGE_DRAIN)
		drain_begin((enum slot_stop)message->number);
	else if (message->kind == MESSAGE_WORKERS && message->number < POOL_COUNT) {
		int64_t wanted = (int64_t)pools[message->number].wanted + message->delta;

		pools[message->number].wanted = (unsigned)(wanted < 0 ? 0 : wanted > 64 ? 64 : wanted);
	}
}

static void
messages_take(void)
{
	struct message message;

	while (recv(start->channel, &message, sizeof message, MSG_DONTWAIT) ==
	    (ssize_t)sizeof message)
		message_take(&message);
}

/* Sleeps up to ms; wakes for messages and for dead children. */
static void
rest(int ms)
{
	struct pollfd wait = { .fd = start->channel, .events = POLLIN };
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (ppoll(&wait, 1, &time, &open_set) > 0 && wait.revents & POLLIN)
		messages_take();
	children_reap();
}

/* ---- loading ---- */

_Noreturn static void
refuse(const char *reason)
{
	log_event(LOG_LEVEL_ERROR, "generation_refused", "reason", reason, NULL);
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (children[i].pid) {
			(void)kill(children[i].pid, SIGKILL);
			(void)waitpid(children[i].pid, NULL, 0);
			children[i].slot->state = SLOT_FREE;
			children[i].slot->since_us = 0;
			children[i].slot->pid = 0;
		}
	(void)message_send(start->channel, MESSAGE_REFUSED, 0, reason);
	process_end(2);
}

static void
progress_tell(const char *what)
{
	(void)message_send(start->channel, MESSAGE_PROGRESS, 0, what);
}

/* The master keeps the table of modules: it answers when all are known. */
static void
modules_announce(void)
{
	for (size_t i = 0; i < registry_module_count(); i++) {
		const struct module *module = registry_module_at(i)->def;
		struct message answer;
		char text[128];

		(void)snprintf(text, sizeof text, "%s\n%s", module->name,
		    module->version ? module->version : "");
		if (!message_send(start->channel, MESSAGE_MODULE, 0, text) ||
		    recv(start->channel, &answer, sizeof answer, 0) != (ssize_t)sizeof answer ||
		    answer.kind != MESSAGE_OK)
			process_end(1);
	}
	scoreboard_map_routes();
}

/* Waits until all children are ready; refuses when one cannot. */
static void
starts_wait(void)
{
	int64_t begun = scoreboard_now();

	for (;;) {
		bool waiting = false;
		char reason[400];

		for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
			struct child *child = &children[i];
			int status;

			if (!child->pid)
				continue;
			if (child->slot->state == SLOT_FAILED) {
				(void)snprintf(reason, sizeof reason, "%s worker: %.250s",
				    pool_name(child->pool), child->slot->reason);
				refuse(reason);
			}
			if (waitpid(child->pid, &status, WNOHANG) == child->pid) {
				/* It may have failed with a reason since we looked. */
				(void)snprintf(reason, sizeof reason,
				    "%s worker ended while it started (%s %d)%s%.250s",
				    pool_name(child->pool), WIFSIGNALED(status) ? "signal" : "exit",
				    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
				    child->slot->reason[0] ? ": " : "", child->slot->reason);
				child->slot->state = SLOT_FREE;
				child->slot->pid = 0;
				child->pid = 0;
				refuse(reason);
			}
			waiting = waiting || child->slot->state == SLOT_STARTING;
		}
		if (!waiting)
			break;
		if (scoreboard_now() - begun > START_LIMIT_US)
			refuse("workers were not ready within 10 s");
		(void)usleep(2000);
	}
	starts_care(scoreboard_now());
}

static void
workers_start(void)
{
	enum pool first = POOL_COUNT;
	char reason[400];

	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++) {
		if (!(start->pools & (1u << p)))
			continue;
		pools[p].wanted = (unsigned)conf->pools[p].workers;
		if (first == POOL_COUNT && pools[p].wanted)
			first = p;
	}
	if (first == POOL_COUNT)
		return;
	progress_tell("schema");
	if (!migrate_check(conf->pools[first].database, NULL, reason, sizeof reason))
		refuse(reason);
	progress_tell("canary");
	if (!child_fork(first, true))
		refuse("cannot fork the canary worker");
	starts_wait();
	progress_tell("workers");
	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++)
		pool_fill(p, scoreboard_now());
	starts_wait();
}

static void
parent_setup(void)
{
	char reason[256];

	sigfillset(&closed_set);
	sigdelset(&closed_set, SIGABRT);
	sigdelset(&closed_set, SIGSEGV);
	sigdelset(&closed_set, SIGBUS);
	signals_reset(&closed_set);
	signal_set(SIGCHLD, nothing_handle);
	sigemptyset(&open_set);
	(void)prctl(PR_SET_NAME, "parent");
	log_context("parent", start->generation);
	process_oom_score(0);
	if (!privilege_drop(start->user, reason, sizeof reason))
		refuse(reason);
	if (!privilege_follow(start->master))
		process_end(1);
	oom_seen = oom_count();
}

_Noreturn void
parent_run(const struct parent_start *given)
{
	char reason[600];

	start = given;
	parent_setup();
	if (!generation_load(start->dir, progress_tell, reason, sizeof reason))
		refuse(reason);
	modules_announce();
	if (start->pools & (1u << POOL_SLOW | 1u << POOL_JOBS)) {
		spawner = spawn_start();
		if (spawner < 0)
			refuse("cannot start the spawner");
	}
	workers_start();
	(void)message_send(start->channel, MESSAGE_READY, 0, NULL);
	for (;;) {
		int64_t now;

		rest(100);
		now = scoreboard_now();
		starts_care(now);
		limits_care(now);
		if (draining) {
			drain_care(now);
			continue;
		}
		for (enum pool p = POOL_WEB; p < POOL_COUNT; p++)
			pool_fill(p, now);
		successors_care(now);
	}
}
