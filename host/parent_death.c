/*
 * parent_death.c: why a worker died. The crash report is kept under crash_dir,
 * its frames are named, and one log line says module, route, request and query.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "parent_part.h"

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
	(void)snprintf(path, sizeof path, "%s/crash-%d", parent.start->crash_dir, (int)child->pid);
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

void
death_setup(void)
{
	oom_seen = oom_count();
}

const char *
death_report(const struct child *child, int status, bool *module_fault)
{
	const char *why = death_name(child, status, module_fault);
	char frames[1024];

	crash_keep(child, frames, sizeof frames);
	death_log(child, status, why, frames);
	return why;
}
