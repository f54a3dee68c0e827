/*
 * master.c: binds, supervises, hands over; see host.md T2, T3. It stays single
 * threaded and loads no foreign code, so that it can fork for ever.
 */
#include "master_part.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LOAD_LIMIT_US (20 * 1000000)
#define KILL_GRACE_US (5 * 1000000)

struct master master;

static bool queue_ours; /* nobody goes on with the sockets */
static int64_t stop_us;
static volatile sig_atomic_t got_hup, got_upgrade;
static sigset_t closed_set, open_set;

/* ---- signals ---- */

static void
signal_note(int number)
{
	if (number == SIGHUP)
		got_hup = 1;
	else if (number == SIGUSR2)
		got_upgrade = 1;
	else if (number == SIGTERM || number == SIGINT)
		master.got_term++;
}

static void
signals_install(void)
{
	static const int handled[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR2, SIGCHLD };

	sigemptyset(&closed_set);
	for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++) {
		sigaddset(&closed_set, handled[i]);
		signal_set(handled[i], signal_note);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &closed_set, NULL);
	sigemptyset(&open_set);
}

/* ---- development: new modules are taken at once ---- */

static int watch_fd = -1;
static int64_t watch_due_us;

static void
watch_open(void)
{
	if (!conf->development || !conf->reload_on_change)
		return;
	watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch_fd >= 0)
		(void)inotify_add_watch(watch_fd, conf->module_dir, IN_CLOSE_WRITE | IN_MOVED_TO);
}

/* A build writes several files: the reload waits until it is quiet. */
static void
watch_care(int64_t now)
{
	char events[4096];

	if (watch_fd < 0 || master.stopping)
		return;
	while (read(watch_fd, events, sizeof events) > 0)
		watch_due_us = now + 300000;
	if (!watch_due_us || now < watch_due_us)
		return;
	watch_due_us = 0;
	master_reload();
}

/* ---- the loop ---- */

static void
children_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (upgrade_reaped(pid))
			continue;
		for (size_t g = 0; g < GENERATIONS; g++)
			for (size_t i = 0; i < master.generations[g].n; i++)
				if (master.generations[g].parents[i].pid == pid)
					parent_died(&master.generations[g], &master.generations[g].parents[i], status);
	}
}

void
master_drain(void)
{
	master.got_term = 1;
}

/* Once: a host that starts in the same place meanwhile binds its own. */
static void
sockets_leave(void)
{
	queue_ours = !master.sockets.inherited[LISTEN_WEB];
	listen_unlink(&master.sockets);
	for (int i = 0; i < LISTEN_COUNT; i++)
		master.sockets.inherited[i] = true;
}

static void
stop_care(int64_t now)
{
	if (master.got_term && !master.stopping) {
		master.stopping = true;
		stop_us = now;
		scoreboard_head()->draining = 1;
		log_event(LOG_LEVEL_INFO, "stopping", NULL);
		systemd_notify("STOPPING=1\n");
		/* Connections that came before are still served (STOP_WHEN_EMPTY), new
		 * ones fail at once; a successor or systemd goes on with the queue. */
		sockets_leave();
		for (size_t i = 0; i < GENERATIONS; i++) {
			if (master.generations[i].state == GENERATION_LOADING)
				generation_kill(&master.generations[i]);
			else if (master.generations[i].state == GENERATION_SERVING)
				generation_drain(&master.generations[i],
				    queue_ours ? STOP_WHEN_EMPTY : STOP_NOW);
		}
	}
	if (master.got_term > 1 || (master.stopping && now - stop_us > conf->drain_hard_ms * 1000 + KILL_GRACE_US))
		for (size_t i = 0; i < GENERATIONS; i++)
			if (master.generations[i].state != GENERATION_NONE)
				generation_kill(&master.generations[i]);
}

static bool
all_gone(void)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (master.generations[i].state != GENERATION_NONE)
			return false;
	return true;
}

static void
generations_care(int64_t now)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		struct generation *generation = &master.generations[i];
		char text[256];

		if (generation->state == GENERATION_LOADING &&
		    now - generation->begun_us > LOAD_LIMIT_US) {
			(void)snprintf(text, sizeof text, "not ready within 20 s, at: %s",
			    generation->progress);
			generation_refused(generation, text, true);
		} else if (generation->state == GENERATION_DRAINING &&
		    now - generation->begun_us > conf->drain_hard_ms * 1000 + KILL_GRACE_US)
			generation_kill(generation);
	}
	if (master.stopping || generation_in(GENERATION_LOADING))
		return;
	if (!generation_in(GENERATION_SERVING)) {
		if (now >= master.retry_us && !master.refused_for_good && !generation_start())
			master.retry_us = now + 1000000;
	} else if (master.reload_again && generation_in(GENERATION_NONE))
		reload_begin();
}

static void
queues_read(void)
{
	struct scoreboard_head *head = scoreboard_head();

	for (enum pool p = POOL_WEB; p < POOL_JOBS; p++) {
		unsigned waiting = 0, most = 0;

		if (listen_queue(master.sockets.fd[p], &waiting, &most)) {
			head->queue[p] = waiting;
			head->queue_most[p] = most;
		}
	}
}

static void
turn(void)
{
	struct pollfd fds[4 + CONTROL_CLIENTS + GENERATIONS * POOL_COUNT];
	struct parent *owners[GENERATIONS * POOL_COUNT];
	struct generation *of[GENERATIONS * POOL_COUNT];
	struct timespec tick = { 0, 100 * 1000000 };
	size_t n_control = control_poll(fds, 4 + CONTROL_CLIENTS), n = n_control;
	int64_t now;

	for (size_t g = 0; g < GENERATIONS; g++)
		for (size_t i = 0; i < master.generations[g].n; i++)
			if (master.generations[g].parents[i].pid) {
				owners[n - n_control] = &master.generations[g].parents[i];
				of[n - n_control] = &master.generations[g];
				fds[n++] = (struct pollfd){ .fd = master.generations[g].parents[i].channel,
					.events = POLLIN };
			}
	if (ppoll(fds, n, &tick, &open_set) > 0) {
		for (size_t i = n_control; i < n; i++)
			if (fds[i].revents & POLLIN)
				parent_messages(of[i - n_control], owners[i - n_control]);
		control_serve(fds, n_control);
	} else
		control_serve(fds, 0);
	children_reap();
	now = scoreboard_now();
	scoreboard_head()->tick_us = now;
	if (got_hup) {
		got_hup = 0;
		master_reload();
	}
	if (got_upgrade) {
		got_upgrade = 0;
		master_upgrade();
	}
	upgrade_care(now);
	stop_care(now);
	generations_care(now);
	breaker_care(now);
	watch_care(now);
	queues_read();
}

static bool
master_setup(char *reason, size_t size)
{
	char path[256];
	struct timespec t;

	if (geteuid() == 0 && !conf->development)
		for (unsigned p = 0; p < POOL_COUNT; p++)
			if (conf->pools[p].workers && !conf->pools[p].user[0]) {
				(void)snprintf(reason, size, "started as root: pool.%s.user must be set",
				    pool_name((enum pool)p));
				return false;
			}
	if (!run_folder_make(conf->run_dir, 0755, 0)) {
		(void)snprintf(reason, size, "%s: %s", conf->run_dir, strerror(errno));
		return false;
	}
	(void)snprintf(path, sizeof path, "%s/crash", conf->run_dir);
	(void)run_folder_make(path, 01733, 0);
	handover_read();
	process_oom_score(-900);
	watch_open();
	if (!run_log_open(reason, size) || !listen_open(&master.sockets, reason, size))
		return false;
	if (!handover_open())
		run_leftovers_remove();
	scoreboard_create();
	clock_gettime(CLOCK_REALTIME, &t);
	scoreboard_head()->started_at = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	scoreboard_head()->started_us = scoreboard_now();
	scoreboard_head()->master = getpid();
	breaker_off_read();
	generation_users();
	return true;
}

int
master_run(const char *path, char **argv)
{
	char reason[400];

	master.conf_path = path;
	master.program = argv;
	if (!conf_load(path, &master.configs[0], reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		return 2;
	}
	conf = &master.configs[0];
	listen_none(&master.sockets);
	log_context("master", 0);
	umask(022);
	signals_install();
	if (!master_setup(reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		listen_unlink(&master.sockets);
		return 2;
	}
	log_event(LOG_LEVEL_INFO, "start", NULL);
	/* A successor answers control and status only when it serves. */
	if (!handover_open())
		control_open(master.sockets.fd[LISTEN_CTL], master.sockets.fd[LISTEN_STATUS],
		    master.sockets.fd[LISTEN_STATUS_TCP]);
	while (!(master.stopping || master.refused_for_good) || !all_gone())
		turn();
	if (!master.stopping)
		sockets_leave();
	run_pid_remove();
	log_event(LOG_LEVEL_INFO, "end", NULL);
	return master.refused_for_good ? 2 : 0;
}
