/*
 * parent_child.c: the parent's table of children. The dead are replaced (with
 * back-off when they die in a row), the old get a successor first.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "parent_part.h"

#define CRASH_WINDOW_US (60 * 1000000)
#define BACKOFF_MOST_US (30 * 1000000)
#define BACKOFF_SERVED_US (1 * 1000000)
#define BACKOFF_FREE 3 /* crashes that are replaced at once */

static struct scoreboard_slot *
slot_take(void)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct scoreboard_slot *slot = scoreboard_slot(i);
		int32_t none = 0;

		if (atomic_compare_exchange_strong(&slot->pid, &none, -1)) {
			memset((char *)slot + sizeof slot->pid, 0, sizeof *slot - sizeof slot->pid);
			slot->route = slot->module = SCOREBOARD_NONE;
			slot->generation = parent.start->generation;
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
		if (!parent.children[i].pid)
			return &parent.children[i];
	return NULL;
}

struct child *
child_fork(enum pool pool, bool canary)
{
	struct child *child = child_free();
	struct worker_start worker = { .parent = parent.start, .pool = pool, .canary = canary,
		.listen = parent.start->listen[pool], .parent_pid = getpid() };
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

void
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
		if (parent.children[i].pid && parent.children[i].pool == pool && !parent.children[i].stopping &&
		    !parent.children[i].successor_of)
			n++;
	return n;
}

/* ---- the dead ---- */

static void
backoff_note(enum pool pool, bool counts, bool served)
{
	struct pool_care *care = &parent.pools[pool];
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

	if (!expected && !(child->killed && child->stopping)) {
		const char *why = death_report(child, status, &module_fault);
		int64_t lived = scoreboard_now() - child->forked_us;

		atomic_fetch_add_explicit(module_fault ? &counters->crashes : &counters->killed, 1,
		    memory_order_relaxed);
		if (module_fault && slot->since_us && slot->module < SCOREBOARD_MODULES)
			(void)message_send(parent.start->channel, MESSAGE_CRASH, slot->module, why);
		if (!child->stopping)
			backoff_note(child->pool, module_fault || lived < 200000,
			    slot->since_us != 0 || lived > BACKOFF_SERVED_US);
	}
	if (expected && !child->stopping)
		atomic_fetch_add_explicit(&counters->recycled, 1, memory_order_relaxed);
	close(child->crash_fd);
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
		if (parent.children[i].successor_of == child)
			parent.children[i].successor_of = NULL;
	slot->since_us = 0;
	slot->state = SLOT_FREE;
	slot->pid = 0; /* last: whoever takes it may write it */
	child->pid = 0;
}

void
children_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == parent.spawner) {
			log_event(LOG_LEVEL_ERROR, "spawner_died", NULL);
			parent.spawner = 0; /* helpers answer "gone" until the next generation */
			continue;
		}
		for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
			if (parent.children[i].pid == pid) {
				child_bury(&parent.children[i], status);
				break;
			}
	}
}

/* ---- keeping the pools full ---- */

void
pool_fill(enum pool pool, int64_t now)
{
	struct pool_care *care = &parent.pools[pool];
	unsigned live = pool_live(pool);

	while (live < care->wanted && now >= care->respawn_us) {
		if (!child_fork(pool, false))
			return;
		live++;
	}
	for (size_t i = 0; live > care->wanted && i < SCOREBOARD_SLOTS; i++)
		if (parent.children[i].pid && parent.children[i].pool == pool && !parent.children[i].stopping &&
		    !parent.children[i].successor_of) {
			child_stop(&parent.children[i], STOP_NOW);
			live--;
		}
}

/* One successor per pool at a time, and the old one goes when it is ready: the
 * capacity never falls and they do not all leave at once (T4). */
void
successors_care(int64_t now)
{
	bool busy[POOL_COUNT] = { false };

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &parent.children[i];

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
		struct child *child = &parent.children[i], *next;

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
void
starts_care(int64_t now)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &parent.children[i];

		if (!child->pid || child->ready)
			continue;
		if (child->slot->state >= SLOT_IDLE && child->slot->state <= SLOT_RECYCLE) {
			child->ready = true;
			if (!scoreboard_head()->sandbox[0])
				(void)snprintf(scoreboard_head()->sandbox,
				    sizeof scoreboard_head()->sandbox, "%.250s", child->slot->reason);
		} else if (now - child->forked_us > PARENT_START_LIMIT_US && !child->killed) {
			child->killed = true;
			log_event(LOG_LEVEL_ERROR, "worker_start_hangs", "of", pool_name(child->pool),
			    NULL);
			(void)kill(child->pid, SIGKILL);
		}
	}
}
