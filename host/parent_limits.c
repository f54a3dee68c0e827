/*
 * parent_limits.c: time limits of requests (T5). A slow request is traced once,
 * at the soft limit the worker ends the request itself, at the hard limit it is
 * aborted for its report, and who does not die of that is killed.
 */
#include <stdio.h>

#include "log.h"
#include "parent_part.h"

#define KILL_AFTER_ABORT_US (2 * 1000000)
#define SLOW_POOL_FACTOR 8 /* exports run up to 120 s (nginx location) */

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

void
limits_care(int64_t now)
{
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		struct child *child = &parent.children[i];

		if (!child->pid || !child->ready)
			continue;
		if (!child->slot->since_us)
			child->slow_us = 0;
		limit_care(child, now);
	}
}
