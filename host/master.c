/*
 * master.c: binds, supervises, hands over; see host.md T2, T3. It stays single
 * threaded and loads no foreign code, so that it can fork for ever.
 *
 * A generation is one parent process per Unix user of the pools. States:
 *   loading ──all parents ready──► serving ──next one serves──► draining ──► gone
 *      └─refused, or dead, or 20 s over──► gone; the one that serves serves on
 */
#include "master.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "process.h"

#define GENERATIONS 8
#define LOAD_LIMIT_US (20 * 1000000)
#define UPGRADE_LIMIT_US (30 * 1000000)
#define BREAKER_CRASHES 5
#define BREAKER_WINDOW_US (60 * 1000000)
#define KILL_GRACE_US (5 * 1000000)

enum generation_state { GENERATION_NONE, GENERATION_LOADING, GENERATION_SERVING, GENERATION_DRAINING };

struct parent {
	pid_t pid; /* 0 = gone */
	int channel;
	bool ready;
	char dir[160];
};

struct generation {
	enum generation_state state;
	unsigned number;
	size_t n;
	struct parent parents[POOL_COUNT];
	int64_t begun_us;       /* of this state */
	char progress[128];
};

struct breaker {
	int64_t crashes[BREAKER_CRASHES];
	unsigned next;
	uint64_t done; /* requests finished when it was half opened */
};

static const char *conf_path;
static char **program;
static struct conf configs[2]; /* current and next, in turn */
static unsigned config_now;
static struct generation generations[GENERATIONS];
static struct breaker breakers[SCOREBOARD_MODULES];
static struct listen_set sockets;
static unsigned generation_last;
static bool reload_again, stopping, first_refused_for_good, queue_ours;
static int64_t retry_us, stop_us;
static unsigned deaths;
static pid_t successor;
static int successor_fd = -1, handover_fd = -1, log_file = -1;
static int64_t successor_us;
static volatile sig_atomic_t got_hup, got_term, got_upgrade;
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
		got_term++;
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

/* ---- systemd ---- */

static void
notify(const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (!n || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, n);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

/* ---- folders and the log ---- */

static bool
folder_make(const char *path, mode_t mode, uid_t uid)
{
	if (mkdir(path, mode) && errno != EEXIST)
		return false;
	if (chmod(path, mode))
		return errno == EPERM;
	return geteuid() != 0 || uid == 0 || !chown(path, uid, (gid_t)-1);
}

static void
folder_remove(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		(void)closedir(dir);
	(void)rmdir(path);
}

/* gen-N.K-PID: does no process PID live? */
static bool
owner_gone(const char *name)
{
	const char *dash = strrchr(name, '-');
	long pid = dash ? strtol(dash + 1, NULL, 10) : 0;

	return pid <= 0 || pid == getpid() || (kill((pid_t)pid, 0) && errno == ESRCH);
}

/* What a master that was killed left behind. */
static void
leftovers_remove(void)
{
	struct dirent *entry;
	DIR *dir = opendir(conf->run_dir);
	char path[400];

	while (dir && (entry = readdir(dir)) != NULL)
		if (!strncmp(entry->d_name, "gen-", 4) && owner_gone(entry->d_name)) {
			(void)snprintf(path, sizeof path, "%s/%.100s", conf->run_dir, entry->d_name);
			folder_remove(path);
		}
	if (dir)
		(void)closedir(dir);
}

static enum log_level
level_of(const char *name)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };

	for (unsigned i = 0; i < 4; i++)
		if (!strcmp(names[i], name))
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

/* Opened anew at each reload: that is how logs are rotated. */
static bool
log_file_open(char *reason, size_t size)
{
	char path[512];
	int fd;

	if (!strcmp(conf->log_dir, "-")) {
		log_open(STDERR_FILENO, level_of(conf->log_level));
		return true;
	}
	(void)snprintf(path, sizeof path, "%s/host.log", conf->log_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0) {
		(void)snprintf(reason, size, "%.200s: %s", path, strerror(errno));
		return false;
	}
	log_open(fd, level_of(conf->log_level));
	if (log_file >= 0)
		close(log_file);
	log_file = fd;
	return true;
}

/* Removed at the end unless a successor has written its own. */
static void
pid_remove(void)
{
	char path[256], text[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/host.pid", conf->run_dir);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text, sizeof text, file) && strtol(text, NULL, 10) == getpid())
		(void)unlink(path);
	(void)fclose(file);
}

static void
pid_write(void)
{
	char path[256], tmp[264];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/host.pid", conf->run_dir);
	(void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
	file = fopen(tmp, "we");
	if (!file)
		return;
	fprintf(file, "%d\n", (int)getpid());
	if (!fclose(file))
		(void)rename(tmp, path);
}

/* ---- generations ---- */

static struct generation *
generation_in(enum generation_state state)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (generations[i].state == state)
			return &generations[i];
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
		start.listen[p] = p < POOL_JOBS && pools & (1u << p) ? sockets.fd[p] : -1;
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
	if (!folder_make(parent->dir, 0700, user_id(user)) ||
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

static void
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
static bool
generation_start(void)
{
	struct generation *generation = generation_in(GENERATION_NONE);
	unsigned placed = 0;

	if (!generation)
		return false;
	memset(generation, 0, sizeof *generation);
	generation->number = ++generation_last;
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

static void
users_describe(void)
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

static void
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
handover_tell(void)
{
	if (handover_fd < 0)
		return;
	(void)!write(handover_fd, "R", 1);
	close(handover_fd);
	handover_fd = -1;
}

static void
generation_serve(struct generation *generation)
{
	struct scoreboard_head *head = scoreboard_head();
	char text[64];

	for (size_t i = 0; i < GENERATIONS; i++)
		if (generations[i].state == GENERATION_SERVING)
			generation_drain(&generations[i], STOP_NOW);
	generation->state = GENERATION_SERVING;
	head->generation = generation->number;
	head->ready = head->started = 1;
	head->reason[0] = '\0';
	deaths = 0;
	/* New code deserves a new chance; what an operator switched off stays off. */
	for (size_t i = 0; i < SCOREBOARD_MODULES; i++) {
		struct scoreboard_module *module = scoreboard_module(i);

		if (module->state == MODULE_OPEN || module->state == MODULE_HALF_OPEN)
			module->state = MODULE_ON;
		memset(&breakers[i], 0, sizeof breakers[i]);
	}
	users_describe();
	(void)snprintf(text, sizeof text, "%u", generation->number);
	log_event(LOG_LEVEL_INFO, "generation_serves", "number", text, NULL);
	handover_tell();
	control_open(sockets.fd[LISTEN_CTL], sockets.fd[LISTEN_STATUS],
	    sockets.fd[LISTEN_STATUS_TCP]);
	pid_write();
	(void)snprintf(text, sizeof text, "READY=1\nMAINPID=%d\n", (int)getpid());
	notify(text);
}

static void
reload_refused(const char *reason)
{
	struct scoreboard_head *head = scoreboard_head();

	(void)snprintf(head->reason, sizeof head->reason, "%s", reason);
	head->reloads_refused++;
	log_event(LOG_LEVEL_ERROR, "reload_refused", "reason", reason, NULL);
	notify("READY=1\n");
}

/* A generation that did not come up. `lasting`: the same again would fail too. */
static void
generation_refused(struct generation *generation, const char *reason, bool lasting)
{
	generation_kill(generation);
	if (generation_in(GENERATION_SERVING)) {
		/* The old configuration counts on. */
		if (configs[config_now ^ 1].store)
			config_now ^= 1;
		conf = &configs[config_now];
		reload_refused(reason);
		return;
	}
	reload_refused(reason);
	if (lasting && !scoreboard_head()->started) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		first_refused_for_good = true;
		return;
	}
	retry_us = scoreboard_now() + 1000000;
}

/* ---- reload ---- */

bool
master_reloading(void)
{
	return generation_in(GENERATION_LOADING) != NULL || reload_again;
}

static void
reload_begin(void)
{
	struct conf *next = &configs[config_now ^ 1];
	char reason[400];

	reload_again = false;
	notify("RELOADING=1\n");
	conf_free(next);
	if (!conf_load(conf_path, next, reason, sizeof reason)) {
		reload_refused(reason);
		return;
	}
	if (strcmp(next->run_dir, conf->run_dir) || strcmp(next->status_listen, conf->status_listen) ||
	    next->listen_backlog != conf->listen_backlog) {
		reload_refused("run_dir, status_listen and listen_backlog change with a restart only");
		conf_free(next);
		return;
	}
	config_now ^= 1;
	conf = next;
	scoreboard_head()->reloads++;
	if (!log_file_open(reason, sizeof reason) || !generation_start()) {
		scoreboard_head()->reloads--;
		config_now ^= 1;
		conf = &configs[config_now];
		reload_refused("no generation can be started now");
	}
}

void
master_reload(void)
{
	/* Repeated HUPs must not kill the generation in the middle. */
	if (generation_in(GENERATION_LOADING) || !generation_in(GENERATION_NONE))
		reload_again = true;
	else
		reload_begin();
}

/* ---- the breaker of modules ---- */

static uint64_t
module_done(uint16_t index)
{
	uint64_t n = 0;

	for (size_t i = 0; i < SCOREBOARD_ROUTES; i++) {
		const struct scoreboard_route *route = scoreboard_route(i);

		if (route->used == 2 && route->module == index)
			n += route->by_status[2] + route->by_status[3] + route->by_status[4];
	}
	return n;
}

static void
module_open(struct scoreboard_module *module, int64_t now)
{
	module->state = MODULE_OPEN;
	module->open_until_us = now + conf->module_retry_s * 1000000;
	log_event(LOG_LEVEL_ERROR, "module_disabled", "module", module->name, "why", "crashes", NULL);
}

static void
crash_note(uint32_t index)
{
	struct scoreboard_module *module;
	struct breaker *breaker;
	int64_t now = scoreboard_now();
	unsigned recent = 0;

	if (index >= SCOREBOARD_MODULES || !scoreboard_module(index)->name[0])
		return;
	module = scoreboard_module(index);
	breaker = &breakers[index];
	module->crashes++;
	breaker->crashes[breaker->next++ % BREAKER_CRASHES] = now;
	for (size_t i = 0; i < BREAKER_CRASHES; i++)
		if (breaker->crashes[i] && now - breaker->crashes[i] < BREAKER_WINDOW_US)
			recent++;
	module->recent = recent;
	if (module->state == MODULE_HALF_OPEN ||
	    (module->state == MODULE_ON && recent >= BREAKER_CRASHES))
		module_open(module, now);
}

static void
breakers_care(int64_t now)
{
	for (uint16_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++) {
		struct scoreboard_module *module = scoreboard_module(i);

		if (module->state == MODULE_OPEN && now > module->open_until_us) {
			breakers[i].done = module_done(i);
			module->state = MODULE_HALF_OPEN;
			log_event(LOG_LEVEL_WARN, "module_half_open", "module", module->name, NULL);
		} else if (module->state == MODULE_HALF_OPEN && module_done(i) > breakers[i].done) {
			module->state = MODULE_ON;
			memset(&breakers[i], 0, sizeof breakers[i]);
			log_event(LOG_LEVEL_INFO, "module_enabled", "module", module->name, NULL);
		}
	}
}

/* Modules an operator switched off; kept over restarts. */
static void
disabled_path(char *path, size_t size)
{
	(void)snprintf(path, size, "%s/disabled", conf->run_dir);
}

static void
disabled_write(void)
{
	char path[256], tmp[264];
	FILE *file;

	disabled_path(path, sizeof path);
	(void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
	file = fopen(tmp, "we");
	if (!file)
		return;
	for (size_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++)
		if (scoreboard_module(i)->state == MODULE_OFF)
			fprintf(file, "%s\n", scoreboard_module(i)->name);
	if (!fclose(file))
		(void)rename(tmp, path);
}

static void
disabled_read(void)
{
	char path[256], line[64];
	FILE *file;

	disabled_path(path, sizeof path);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		uint16_t index;

		line[strcspn(line, "\n")] = '\0';
		index = line[0] ? scoreboard_module_find(line, true) : SCOREBOARD_NONE;
		if (index != SCOREBOARD_NONE)
			scoreboard_module(index)->state = MODULE_OFF;
	}
	if (file)
		(void)fclose(file);
}

bool
master_module_set(const char *name, bool on)
{
	uint16_t index = name[0] ? scoreboard_module_find(name, false) : SCOREBOARD_NONE;

	if (index == SCOREBOARD_NONE)
		return false;
	scoreboard_module(index)->state = on ? MODULE_ON : MODULE_OFF;
	memset(&breakers[index], 0, sizeof breakers[index]);
	disabled_write();
	log_event(LOG_LEVEL_WARN, on ? "module_enabled" : "module_disabled", "module", name, "why",
	    "operator", NULL);
	return true;
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
		crash_note(message->number);
		break;
	default:
		break;
	}
}

static void
messages_take(struct generation *generation, struct parent *parent)
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

static void
parent_died(struct generation *generation, struct parent *parent, int status)
{
	char text[300], how[32];

	messages_take(generation, parent);
	close(parent->channel);
	parent->pid = 0;
	folder_remove(parent->dir);
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
		deaths++;
		retry_us = scoreboard_now() + (deaths > 3 ? (50000LL << (deaths < 12 ? deaths : 12)) : 0);
	}
	for (size_t i = 0; i < generation->n; i++)
		if (generation->parents[i].pid)
			return;
	generation->state = GENERATION_NONE;
}

/* ---- binary upgrade ---- */

void
master_upgrade(void)
{
	int pipe_fds[2];

	if (successor || generation_in(GENERATION_LOADING) || stopping)
		return;
	if (pipe2(pipe_fds, O_CLOEXEC))
		return;
	successor = fork();
	if (successor == 0) {
		sigset_t none;
		char number[16];

		sigemptyset(&none);
		(void)snprintf(number, sizeof number, "%u", generation_last);
		(void)setenv("HANDOVER_GENERATION", number, 1);
		if (!listen_pass(&sockets, pipe_fds[1]))
			_exit(1);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)execvp(program[0], program);
		_exit(127);
	}
	close(pipe_fds[1]);
	if (successor < 0) {
		successor = 0;
		close(pipe_fds[0]);
		return;
	}
	successor_fd = pipe_fds[0];
	successor_us = scoreboard_now();
	log_event(LOG_LEVEL_INFO, "upgrade_begins", NULL);
}

static void
upgrade_refused(const char *reason)
{
	close(successor_fd);
	successor_fd = -1;
	reload_refused(reason);
}

/* The new master serves: this one leaves the sockets to it and drains. */
static void
upgrade_care(int64_t now)
{
	struct pollfd wait = { .fd = successor_fd, .events = POLLIN };
	char byte;

	if (successor_fd < 0)
		return;
	if (poll(&wait, 1, 0) > 0) {
		if (read(successor_fd, &byte, 1) == 1 && byte == 'R') {
			close(successor_fd);
			successor_fd = -1;
			log_event(LOG_LEVEL_INFO, "upgrade_done", NULL);
			control_close();
			for (int i = 0; i < LISTEN_COUNT; i++)
				sockets.inherited[i] = true;
			got_term = 1;
		} else
			upgrade_refused("the new program ended before it was ready");
	} else if (now - successor_us > UPGRADE_LIMIT_US) {
		(void)kill(successor, SIGKILL);
		upgrade_refused("the new program was not ready within 30 s");
	}
}

static void
handover_read(void)
{
	const char *fd = getenv("HANDOVER_FD"), *number = getenv("HANDOVER_GENERATION");

	if (fd) {
		handover_fd = (int)strtol(fd, NULL, 10);
		(void)fcntl(handover_fd, F_SETFD, FD_CLOEXEC);
	}
	if (number)
		generation_last = (unsigned)strtoul(number, NULL, 10);
	(void)unsetenv("HANDOVER_FD");
	(void)unsetenv("HANDOVER_GENERATION");
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

	if (watch_fd < 0 || stopping)
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
		if (pid == successor) {
			successor = 0;
			continue;
		}
		for (size_t g = 0; g < GENERATIONS; g++)
			for (size_t i = 0; i < generations[g].n; i++)
				if (generations[g].parents[i].pid == pid)
					parent_died(&generations[g], &generations[g].parents[i], status);
	}
}

void
master_drain(void)
{
	got_term = 1;
}

/* Once: a host that starts in the same place meanwhile binds its own. */
static void
sockets_leave(void)
{
	queue_ours = !sockets.inherited[LISTEN_WEB];
	listen_unlink(&sockets);
	for (int i = 0; i < LISTEN_COUNT; i++)
		sockets.inherited[i] = true;
}

static void
stop_care(int64_t now)
{
	if (got_term && !stopping) {
		stopping = true;
		stop_us = now;
		scoreboard_head()->draining = 1;
		log_event(LOG_LEVEL_INFO, "stopping", NULL);
		notify("STOPPING=1\n");
		/* Connections that came before are still served (STOP_WHEN_EMPTY), new
		 * ones fail at once; a successor or systemd goes on with the queue. */
		sockets_leave();
		for (size_t i = 0; i < GENERATIONS; i++) {
			if (generations[i].state == GENERATION_LOADING)
				generation_kill(&generations[i]);
			else if (generations[i].state == GENERATION_SERVING)
				generation_drain(&generations[i],
				    queue_ours ? STOP_WHEN_EMPTY : STOP_NOW);
		}
	}
	if (got_term > 1 || (stopping && now - stop_us > conf->drain_hard_ms * 1000 + KILL_GRACE_US))
		for (size_t i = 0; i < GENERATIONS; i++)
			if (generations[i].state != GENERATION_NONE)
				generation_kill(&generations[i]);
}

static bool
all_gone(void)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (generations[i].state != GENERATION_NONE)
			return false;
	return true;
}

static void
generations_care(int64_t now)
{
	for (size_t i = 0; i < GENERATIONS; i++) {
		struct generation *generation = &generations[i];
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
	if (stopping || generation_in(GENERATION_LOADING))
		return;
	if (!generation_in(GENERATION_SERVING)) {
		if (now >= retry_us && !first_refused_for_good && !generation_start())
			retry_us = now + 1000000;
	} else if (reload_again && generation_in(GENERATION_NONE))
		reload_begin();
}

static void
queues_read(void)
{
	struct scoreboard_head *head = scoreboard_head();

	for (enum pool p = POOL_WEB; p < POOL_JOBS; p++) {
		unsigned waiting = 0, most = 0;

		if (listen_queue(sockets.fd[p], &waiting, &most)) {
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
		for (size_t i = 0; i < generations[g].n; i++)
			if (generations[g].parents[i].pid) {
				owners[n - n_control] = &generations[g].parents[i];
				of[n - n_control] = &generations[g];
				fds[n++] = (struct pollfd){ .fd = generations[g].parents[i].channel,
					.events = POLLIN };
			}
	if (ppoll(fds, n, &tick, &open_set) > 0) {
		for (size_t i = n_control; i < n; i++)
			if (fds[i].revents & POLLIN)
				messages_take(of[i - n_control], owners[i - n_control]);
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
	breakers_care(now);
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
	if (!folder_make(conf->run_dir, 0755, 0)) {
		(void)snprintf(reason, size, "%s: %s", conf->run_dir, strerror(errno));
		return false;
	}
	(void)snprintf(path, sizeof path, "%s/crash", conf->run_dir);
	(void)folder_make(path, 01733, 0);
	handover_read();
	process_oom_score(-900);
	watch_open();
	if (!log_file_open(reason, size) || !listen_open(&sockets, reason, size))
		return false;
	if (handover_fd < 0)
		leftovers_remove();
	scoreboard_create();
	clock_gettime(CLOCK_REALTIME, &t);
	scoreboard_head()->started_at = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	scoreboard_head()->started_us = scoreboard_now();
	scoreboard_head()->master = getpid();
	disabled_read();
	users_describe();
	return true;
}

int
master_run(const char *path, char **argv)
{
	char reason[400];

	conf_path = path;
	program = argv;
	if (!conf_load(path, &configs[0], reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		return 2;
	}
	conf = &configs[0];
	listen_none(&sockets);
	log_context("master", 0);
	umask(022);
	signals_install();
	if (!master_setup(reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		listen_unlink(&sockets);
		return 2;
	}
	log_event(LOG_LEVEL_INFO, "start", NULL);
	/* A successor answers control and status only when it serves. */
	if (handover_fd < 0)
		control_open(sockets.fd[LISTEN_CTL], sockets.fd[LISTEN_STATUS],
		    sockets.fd[LISTEN_STATUS_TCP]);
	while (!(stopping || first_refused_for_good) || !all_gone())
		turn();
	if (!stopping)
		sockets_leave();
	pid_remove();
	log_event(LOG_LEVEL_INFO, "end", NULL);
	return first_refused_for_good ? 2 : 0;
}
