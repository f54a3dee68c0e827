/*
 * master_generation.c: a generation is one parent process per Unix user of the
 * pools. States:
 *   loading ──all parents ready──► serving ──next one serves──► draining ──► gone
 *      └─refused, or dead, or 20 s over──► gone; the one that serves serves on
 */
#include "master_part.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

/* ---- generations ---- */

struct generation *
generation_in(enum generation_state state)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (master.generations[i].state == state)
			return &master.generations[i];
	return NULL;
}

static uid_t
user_id(const char *name)
{
	const struct passwd *user = name[0] ? getpwnam(name) : NULL;

	return user ? user->pw_uid : geteuid();
}

_Noreturn static void
parent_child(const struct generation *generation, const struct parent *parent, const char *user,
    unsigned pools, int channel)
{
	static char crash_dir[256];
	int keep[POOL_COUNT + 2];
	struct parent_start start = { .generation = generation->number, .pools = pools,
		.user = user, .dir = parent->dir, .crash_dir = crash_dir, .channel = channel,
		.web_uid = user_id(conf->web_user), .master = getppid() };

	(void)snprintf(crash_dir, sizeof crash_dir, "%s/crash", conf->run_dir);
	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++)
		start.listen[p] = p < POOL_JOBS && pools & (1u << p) ? master.sockets.fd[p] : -1;
	/* Whatever else the master holds (clients of the control socket, channels of
	 * other generations) would stay open as long as this process. */
	memcpy(keep, start.listen, sizeof start.listen);
	keep[POOL_COUNT] = channel;
	keep[POOL_COUNT + 1] = log_descriptor();
	descriptors_keep(keep, POOL_COUNT + 2);
	parent_run(&start);
}

static bool
parent_fork(struct generation *generation, const char *user, unsigned pools)
{
	struct parent *parent = &generation->parents[generation->n];
	int pair[2];

	/* With the master's pid: another one may start while this one drains. */
	(void)snprintf(parent->dir, sizeof parent->dir, "%s/gen-%u.%zu-%d", conf->run_dir,
	    generation->number, generation->n, (int)getpid());
	if (!run_folder_make(parent->dir, 0700, user_id(user)) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return false;
	parent->pid = fork();
	if (parent->pid == 0) {
		close(pair[0]);
		parent_child(generation, parent, user, pools, pair[1]);
	}
	close(pair[1]);
	if (parent->pid < 0) {
		parent->pid = 0;
		close(pair[0]);
		return false;
	}
	parent->channel = pair[0];
	parent->ready = false;
	generation->n++;
	return true;
}

void
generation_kill(struct generation *generation)
{
	for (size_t i = 0; i < generation->n; i++)
		if (generation->parents[i].pid)
			(void)kill(generation->parents[i].pid, SIGKILL);
	/* Their end is seen by children_reap(). */
	generation->state = GENERATION_DRAINING;
	generation->begun_us = scoreboard_now();
}

/* One parent per Unix user of the pools. */
bool
generation_start(void)
{
	struct generation *generation = generation_in(GENERATION_NONE);
	unsigned placed = 0;

	if (!generation)
		return false;
	memset(generation, 0, sizeof *generation);
	generation->number = ++master.generation_last;
	generation->state = GENERATION_LOADING;
	generation->begun_us = scoreboard_now();
	for (unsigned p = 0; p < POOL_COUNT; p++) {
		const char *user = geteuid() == 0 ? conf->pools[p].user : "";
		unsigned pools = 0;

		if (placed & (1u << p) || !conf->pools[p].workers)
			continue;
		for (unsigned q = p; q < POOL_COUNT; q++)
			if (conf->pools[q].workers &&
			    (!user[0] || !strcmp(conf->pools[q].user, user)))
				pools |= 1u << q;
		placed |= pools;
		if (!parent_fork(generation, user, pools)) {
			generation_kill(generation);
			return false;
		}
	}
	return generation->n > 0;
}

void
generation_users(void)
{
	struct scoreboard_head *head = scoreboard_head();
	size_t used = 0;

	for (unsigned p = 0; p < POOL_COUNT; p++)
		head->workers[p] = (uint32_t)conf->pools[p].workers;
	if (geteuid() != 0) {
		(void)snprintf(head->users, sizeof head->users,
		    "one user for all pools (not started as root)");
		return;
	}
	for (unsigned p = 0; p < POOL_COUNT && used < sizeof head->users; p++)
		used += (size_t)snprintf(head->users + used, sizeof head->users - used, "%s%s=%s",
		    p ? " " : "", pool_name((enum pool)p),
		    conf->pools[p].user[0] ? conf->pools[p].user : "root");
}

void
generation_drain(struct generation *generation, enum slot_stop how)
{
	generation->state = GENERATION_DRAINING;
	generation->begun_us = scoreboard_now();
	for (size_t i = 0; i < generation->n; i++)
		if (generation->parents[i].pid &&
		    !message_send(generation->parents[i].channel, MESSAGE_DRAIN, how, NULL))
			(void)kill(generation->parents[i].pid, SIGKILL);
}

static void
generation_serve(struct generation *generation)
{
	struct scoreboard_head *head = scoreboard_head();
	char text[64];

	for (size_t i = 0; i < GENERATIONS; i++)
		if (master.generations[i].state == GENERATION_SERVING)
			generation_drain(&master.generations[i], STOP_NOW);
	generation->state = GENERATION_SERVING;
	head->generation = generation->number;
	head->ready = head->started = 1;
	head->reason[0] = '\0';
	master.deaths = 0;
	/* New code deserves a new chance; what an operator switched off stays off. */
	for (size_t i = 0; i < SCOREBOARD_MODULES; i++) {
		struct scoreboard_module *module = scoreboard_module(i);

		if (module->state == MODULE_OPEN || module->state == MODULE_HALF_OPEN)
			module->state = MODULE_ON;
		breaker_forget((uint16_t)i);
	}
	generation_users();
	(void)snprintf(text, sizeof text, "%u", generation->number);
	log_event(LOG_LEVEL_INFO, "generation_serves", "number", text, NULL);
	handover_tell();
	control_open(master.sockets.fd[LISTEN_CTL], master.sockets.fd[LISTEN_STATUS],
	    master.sockets.fd[LISTEN_STATUS_TCP]);
	run_pid_write();
	(void)snprintf(text, sizeof text, "READY=1\nMAINPID=%d\n", (int)getpid());
	systemd_notify(text);
}

void
reload_refused(const char *reason)
{
	struct scoreboard_head *head = scoreboard_head();

	(void)snprintf(head->reason, sizeof head->reason, "%s", reason);
	head->reloads_refused++;
	log_event(LOG_LEVEL_ERROR, "reload_refused", "reason", reason, NULL);
	systemd_notify("READY=1\n");
}

/* A generation that did not come up. `lasting`: the same again would fail too. */
void
generation_refused(struct generation *generation, const char *reason, bool lasting)
{
	generation_kill(generation);
	if (generation_in(GENERATION_SERVING)) {
		/* The old configuration counts on. */
		if (master.configs[master.config_now ^ 1].store)
			master.config_now ^= 1;
		conf = &master.configs[master.config_now];
		reload_refused(reason);
		return;
	}
	reload_refused(reason);
	if (lasting && !scoreboard_head()->started) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		master.refused_for_good = true;
		return;
	}
	master.retry_us = scoreboard_now() + 1000000;
}

/* ---- reload ---- */

bool
master_reloading(void)
{
	return generation_in(GENERATION_LOADING) != NULL || master.reload_again;
}

void
reload_begin(void)
{
	struct conf *next = &master.configs[master.config_now ^ 1];
	char reason[400];

	master.reload_again = false;
	systemd_notify("RELOADING=1\n");
	conf_free(next);
	if (!conf_load(master.conf_path, next, reason, sizeof reason)) {
		reload_refused(reason);
		return;
	}
	if (strcmp(next->run_dir, conf->run_dir) || strcmp(next->status_listen, conf->status_listen) ||
	    next->listen_backlog != conf->listen_backlog) {
		reload_refused("run_dir, status_listen and listen_backlog change with a restart only");
		conf_free(next);
		return;
	}
	master.config_now ^= 1;
	conf = next;
	scoreboard_head()->reloads++;
	if (!run_log_open(reason, sizeof reason) || !generation_start()) {
		scoreboard_head()->reloads--;
		master.config_now ^= 1;
		conf = &master.configs[master.config_now];
		reload_refused("no generation can be started now");
	}
}

void
master_reload(void)
{
	/* Repeated HUPs must not kill the generation in the middle. */
	if (generation_in(GENERATION_LOADING) || !generation_in(GENERATION_NONE))
		master.reload_again = true;
	else
		reload_begin();
}

bool
master_workers(enum pool pool, int delta)
{
	struct generation *generation = generation_in(GENERATION_SERVING);
	struct message message = { .kind = MESSAGE_WORKERS, .number = pool, .delta = delta };
	int64_t wanted = (int64_t)scoreboard_head()->workers[pool] + delta;
	struct parent *last = NULL;

	for (size_t i = 0; generation && i < generation->n; i++) {
		if (!generation->parents[i].pid)
			continue;
		/* Each parent cares for its own pools; told to all, one acts: a parent
		 * without a socket for the pool has none of its workers. */
		(void)send(generation->parents[i].channel, &message, sizeof message, MSG_NOSIGNAL);
		last = &generation->parents[i];
	}
	if (last)
		scoreboard_head()->workers[pool] = (uint32_t)(wanted < 0 ? 0 : wanted > 64 ? 64 : wanted);
	return last != NULL;
}

/* ---- messages of parents ---- */

static void
module_announced(const struct parent *parent, char *text)
{
	char *newline = strchr(text, '\n');
	uint16_t index;

	if (newline)
		*newline = '\0';
	index = scoreboard_module_find(text, true);
	if (index != SCOREBOARD_NONE && newline)
		(void)snprintf(scoreboard_module(index)->version,
		    sizeof scoreboard_module(index)->version, "%.20s", newline + 1);
	(void)message_send(parent->channel, MESSAGE_OK, 0, NULL);
}

static void
parent_ready(struct generation *generation, struct parent *parent)
{
	parent->ready = true;
	for (size_t i = 0; i < generation->n; i++)
		if (!generation->parents[i].ready)
			return;
	if (generation->state == GENERATION_LOADING)
		generation_serve(generation);
}

static void
message_take(struct generation *generation, struct parent *parent, struct message *message)
{
	message->text[sizeof message->text - 1] = '\0';
	switch (message->kind) {
	case MESSAGE_PROGRESS:
		(void)snprintf(generation->progress, sizeof generation->progress, "%.120s", message->text);
		break;
	case MESSAGE_MODULE:
		module_announced(parent, message->text);
		break;
	case MESSAGE_READY:
		parent_ready(generation, parent);
		break;
	case MESSAGE_REFUSED:
		if (generation->state == GENERATION_LOADING)
			generation_refused(generation, message->text, !strstr(message->text, " worker: database"));
		break;
	case MESSAGE_CRASH:
		breaker_crash(message->number);
		break;
	default:
		break;
	}
}

void
parent_messages(struct generation *generation, struct parent *parent)
{
	struct message message;

	while (parent->pid && recv(parent->channel, &message, sizeof message, MSG_DONTWAIT) ==
	    (ssize_t)sizeof message)
		message_take(generation, parent, &message);
}

/* ---- the end of parents ---- */

/* A parent that was killed could not free its slots; its workers die with it. */
static void
slots_free(unsigned number, const struct generation *generation)
{
	bool alone = true;

	for (size_t i = 0; i < generation->n; i++)
		alone = alone && !generation->parents[i].pid;
	for (size_t i = 0; alone && i < SCOREBOARD_SLOTS; i++) {
		struct scoreboard_slot *slot = scoreboard_slot(i);

		if (slot->pid && slot->generation == number) {
			slot->since_us = 0;
			slot->state = SLOT_FREE;
			slot->pid = 0;
		}
	}
}

void
parent_died(struct generation *generation, struct parent *parent, int status)
{
	char text[300], how[32];

	parent_messages(generation, parent);
	close(parent->channel);
	parent->pid = 0;
	run_folder_remove(parent->dir);
	slots_free(generation->number, generation);
	(void)snprintf(how, sizeof how, "%s %d", WIFSIGNALED(status) ? "signal" : "exit",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (generation->state == GENERATION_LOADING) {
		(void)snprintf(text, sizeof text, "the generation's parent ended (%s) at: %s", how,
		    generation->progress);
		generation_refused(generation, text, true);
	} else if (generation->state == GENERATION_SERVING) {
		log_event(LOG_LEVEL_ERROR, "parent_died", "how", how, NULL);
		generation_kill(generation);
		scoreboard_head()->ready = 0;
		master.deaths++;
		master.retry_us = scoreboard_now() +
		    (master.deaths > 3 ? (50000LL << (master.deaths < 12 ? master.deaths : 12)) : 0);
	}
	for (size_t i = 0; i < generation->n; i++)
		if (generation->parents[i].pid)
			return;
	generation->state = GENERATION_NONE;
}
