/*
 * worker_care.c: a serving process looks after itself: memory, age, number of
 * requests, and what a careless module changed. It asks for a successor and
 * serves on until that is there.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "db.h"
#include "log.h"
#include "worker_part.h"

#define CHECK_EVERY 64 /* requests */
#define MEMORY_EVERY 8

static int statm_fd = -1;
static uint64_t requests_most;
static int64_t leave_at_us;

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

void
recycle_ask(const char *why)
{
	if (worker_self.slot->state != SLOT_IDLE)
		return;
	log_event(LOG_LEVEL_INFO, "worker_recycle", "why", why, NULL);
	worker_self.slot->state = SLOT_RECYCLE;
}

/* Successors come one at a time, and until then a leak goes on: who is half as much
 * again over the limit does not wait for his. */
static void
memory_check(void)
{
	uint64_t limit = (uint64_t)conf->max_rss_mb * 1024;

	worker_self.slot->rss_kib = rss_kib();
	if (worker_self.slot->rss_kib > limit)
		recycle_ask("memory");
	if (worker_self.slot->rss_kib > limit + limit / 2) {
		log_event(LOG_LEVEL_WARN, "worker_leaves", "why", "memory", NULL);
		worker_stop = 1;
	}
}

void
self_check(int listen_fd)
{
	uint64_t n = worker_self.slot->requests;

	worker_self.slot->log_dropped = log_dropped();
	worker_self.slot->db_up = db_socket(worker_self.db) >= 0;
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

void
care_open(void)
{
	statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

void
care_begin(int listen_fd)
{
	requests_most = jittered(conf->max_requests, 0, 20);
	leave_at_us = scoreboard_now() + (int64_t)jittered(conf->max_lifetime_s * 1000000, -10, 10);
	worker_self.slot->rss_kib = rss_kib();
	(void)world_unchanged(listen_fd);
}
