/*
 * parent.c: the parent of a generation's workers. It drops privileges,
 * loads modules and templates, forks a canary worker, and when that is ready
 * the others; then it replaces the dead (with back-off), retires the old, keeps
 * the time limits of requests, and drains when the master says so.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "migrate.h"
#include "parent_part.h"
#include "spawn.h"

struct parent_state parent;

static bool draining, drain_told;
static int64_t drain_us;
static sigset_t closed_set, open_set;

static void
nothing_handle(int number)
{
	(void)number; /* only ends ppoll */
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
		if (parent.children[i].pid) {
			parent.children[i].stopping = false;
			child_stop(&parent.children[i], how);
		}
}

static void
drain_care(int64_t now)
{
	bool any = false;

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &parent.children[i];
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
	if (parent.spawner)
		(void)kill(parent.spawner, SIGKILL);
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
		int64_t wanted = (int64_t)parent.pools[message->number].wanted + message->delta;

		parent.pools[message->number].wanted = (unsigned)(wanted < 0 ? 0 : wanted > 64 ? 64 : wanted);
	}
}

static void
messages_take(void)
{
	struct message message;

	while (recv(parent.start->channel, &message, sizeof message, MSG_DONTWAIT) ==
	    (ssize_t)sizeof message)
		message_take(&message);
}

/* Sleeps up to ms; wakes for messages and for dead children. */
static void
rest(int ms)
{
	struct pollfd wait = { .fd = parent.start->channel, .events = POLLIN };
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
		if (parent.children[i].pid) {
			(void)kill(parent.children[i].pid, SIGKILL);
			(void)waitpid(parent.children[i].pid, NULL, 0);
			parent.children[i].slot->state = SLOT_FREE;
			parent.children[i].slot->since_us = 0;
			parent.children[i].slot->pid = 0;
		}
	(void)message_send(parent.start->channel, MESSAGE_REFUSED, 0, reason);
	process_end(2);
}

static void
progress_tell(const char *what)
{
	(void)message_send(parent.start->channel, MESSAGE_PROGRESS, 0, what);
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
		if (!message_send(parent.start->channel, MESSAGE_MODULE, 0, text) ||
		    recv(parent.start->channel, &answer, sizeof answer, 0) != (ssize_t)sizeof answer ||
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
			struct child *child = &parent.children[i];
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
		if (scoreboard_now() - begun > PARENT_START_LIMIT_US)
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
		if (!(parent.start->pools & (1u << p)))
			continue;
		parent.pools[p].wanted = (unsigned)conf->pools[p].workers;
		if (first == POOL_COUNT && parent.pools[p].wanted)
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
	log_context("parent", parent.start->generation);
	process_oom_score(0);
	process_hurry(); /* while it still may */
	if (!privilege_drop(parent.start->user, reason, sizeof reason))
		refuse(reason);
	if (!privilege_follow(parent.start->master))
		process_end(1);
	death_setup();
}

_Noreturn void
parent_run(const struct parent_start *given)
{
	char reason[600];

	parent.start = given;
	parent_setup();
	if (!generation_load(parent.start->dir, progress_tell, reason, sizeof reason))
		refuse(reason);
	modules_announce();
	if (parent.start->pools & (1u << POOL_SLOW | 1u << POOL_JOBS)) {
		parent.spawner = spawn_start();
		if (parent.spawner < 0)
			refuse("cannot start the spawner");
	}
	workers_start();
	process_unhurried();
	(void)message_send(parent.start->channel, MESSAGE_READY, 0, NULL);
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
