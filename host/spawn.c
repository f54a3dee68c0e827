/*
 * spawn.c: the spawner and its client; see spawn.h.
 *
 * A request is one packet {helper, arguments} with three descriptors: input
 * memfd, output memfd, reply socket. The spawner forks the helper into its own
 * process group with limits, no-new-privs, no network and an empty environment,
 * and answers one packet {exit status, reason}. Several requests run at once.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "process.h"

#define SPAWN_ARGS 24
#define SPAWN_TEXT 1024
#define SPAWN_OUT_MAX (16u << 20)
#define SPAWN_RUNNING 8

struct helper {
	const char *name;
	size_t path;                  /* offset in struct conf */
	rlim_t memory;                /* bytes of address space */
	const char *const *options;   /* what an argument with "-" may begin with */
};

static const char *const highlight_options[] = { "-f", "-S", "-O", "-l", "-P", "--", "-", NULL };
static const char *const math_options[] = { "-f", "-t", "--from=", "--to=", "--mathml", "--sandbox",
	"--wrap=", NULL };
static const char *const no_options[] = { NULL };
static const char *const image_options[] = { "-resize", "-strip", "-auto-orient", "-quality",
	"-thumbnail", "-gravity", "-extent", "-limit", "-background", "-flatten", "-", NULL };

static const struct helper helpers[] = {
	{ "highlight", offsetof(struct conf, helper_highlight), 1u << 30, highlight_options },
	{ "math", offsetof(struct conf, helper_math), 1u << 30, math_options },
	{ "drawing", offsetof(struct conf, helper_drawing), 1u << 30, no_options },
	{ "document", offsetof(struct conf, helper_document), 1u << 30, no_options },
	{ "image", offsetof(struct conf, helper_image), 1u << 30, image_options },
};

struct request {
	uint32_t helper, timeout_ms, n;
	char text[SPAWN_TEXT]; /* n arguments, each NUL-terminated */
};

struct reply {
	int32_t status; /* of waitpid; -1 = not run */
	char reason[120];
};

static int client = -1; /* this process's end of the spawner's socket */

/* ---- checks, on both sides ---- */

static const char *
helper_path(const struct helper *helper)
{
	const char *path;

	memcpy(&path, (const char *)conf + helper->path, sizeof path);
	return path;
}

static const struct helper *
helper_find(const char *name)
{
	for (size_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++)
		if (!strcmp(helpers[i].name, name))
			return &helpers[i];
	return NULL;
}

bool
spawn_available(const char *name)
{
	const struct helper *helper = helper_find(name);

	return helper && helper_path(helper)[0] == '/' && !access(helper_path(helper), X_OK);
}

static bool
argument_allowed(const struct helper *helper, const char *argument)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "._+,:=@#^>-";

	if (!argument[0] || strlen(argument) > 128 || strspn(argument, good) != strlen(argument) ||
	    strstr(argument, "..") || argument[0] == '@')
		return false;
	if (argument[0] != '-')
		return true;
	for (size_t i = 0; helper->options[i]; i++) {
		const char *option = helper->options[i];
		size_t n = strlen(option);

		if (option[n - 1] == '=' ? !strncmp(argument, option, n) : !strcmp(argument, option))
			return true;
	}
	return false;
}

static bool
request_pack(struct request *request, const struct helper *helper, const char *const *args,
    char *reason, size_t size)
{
	size_t used = 0;

	request->n = 0;
	for (; args && *args; args++) {
		size_t n = strlen(*args) + 1;

		if (!argument_allowed(helper, *args) || request->n == SPAWN_ARGS ||
		    used + n > sizeof request->text) {
			(void)snprintf(reason, size, "argument of %s refused: %.60s", helper->name, *args);
			return false;
		}
		memcpy(request->text + used, *args, n);
		used += n;
		request->n++;
	}
	return true;
}

/* ---- the helper's process ---- */

static void
network_deny(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		_exit(126);
	if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ptrace), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(process_vm_writev), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 0) ||
	    seccomp_load(filter))
		_exit(126);
	seccomp_release(filter);
}

static void
limit(int what, rlim_t value)
{
	(void)setrlimit(what, &(struct rlimit){ value, value });
}

_Noreturn static void
helper_exec(const struct helper *helper, const struct request *request, int in, int out)
{
	static char *const environment[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8",
		"HOME=/nonexistent", "TMPDIR=/tmp", NULL };
	char path[512], text[SPAWN_TEXT], *argv[SPAWN_ARGS + 2], *next = text;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t n = 0;
	sigset_t none;

	(void)snprintf(path, sizeof path, "%s", helper_path(helper));
	memcpy(text, request->text, sizeof text);
	argv[n++] = path;
	for (uint32_t i = 0; i < request->n; i++) {
		argv[n++] = next;
		next += strlen(next) + 1;
	}
	argv[n] = NULL;
	(void)setpgid(0, 0);
	if (null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	if (close_range(3, ~0u, 0) || chdir("/"))
		_exit(126);
	sigemptyset(&none);
	signals_reset(&none);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	limit(RLIMIT_CPU, 10);
	limit(RLIMIT_AS, helper->memory);
	limit(RLIMIT_FSIZE, SPAWN_OUT_MAX);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_CORE, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	network_deny();
	(void)execve(path, argv, environment);
	_exit(127);
}

/* ---- the spawner ---- */

struct running {
	pid_t pid;
	int reply;
	int64_t deadline_us;
	bool late;
};

static void
reply_send(int fd, int status, const char *reason)
{
	struct reply reply = { .status = status };

	(void)snprintf(reply.reason, sizeof reply.reason, "%s", reason);
	(void)send(fd, &reply, sizeof reply, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* One packet and its three descriptors; false: nothing usable came. */
static bool
request_receive(int fd, struct request *request, int fds[3])
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control;
	struct iovec iov = { request, sizeof *request };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *head;
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	size_t have;

	if (n <= 0)
		return false;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len < CMSG_LEN(sizeof(int)))
		return false;
	have = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(head), (have < 3 ? have : 3) * sizeof(int));
	if (have == 3 && n == (ssize_t)sizeof *request)
		return true;
	for (size_t i = 0; i < have && i < 3; i++)
		close(fds[i]);
	return false;
}

/* The packet came from a worker, which may be anybody by now. */
static bool
request_check(const struct request *request)
{
	const char *next = request->text, *end = request->text + sizeof request->text;

	if (request->helper >= sizeof helpers / sizeof helpers[0] || request->n > SPAWN_ARGS)
		return false;
	for (uint32_t i = 0; i < request->n; i++) {
		size_t n = strnlen(next, (size_t)(end - next));

		if (next + n >= end || !argument_allowed(&helpers[request->helper], next))
			return false;
		next += n + 1;
	}
	return true;
}

static void
request_start(int fd, struct running *place)
{
	struct request request;
	int fds[3];

	if (!request_receive(fd, &request, fds))
		return;
	if (!request_check(&request) || !place) {
		reply_send(fds[2], -1, place ? "request refused" : "too many helpers run");
	} else if ((place->pid = fork()) == 0) {
		helper_exec(&helpers[request.helper], &request, fds[0], fds[1]);
	} else if (place->pid < 0) {
		place->pid = 0;
		reply_send(fds[2], -1, "cannot fork");
	} else {
		(void)setpgid(place->pid, place->pid);
		place->reply = fds[2];
		place->late = false;
		place->deadline_us = scoreboard_now() +
		    (int64_t)(request.timeout_ms < 60000 ? request.timeout_ms : 60000) * 1000;
	}
	close(fds[0]);
	close(fds[1]);
}

static void
running_reap(struct running running[SPAWN_RUNNING])
{
	int64_t now = scoreboard_now();
	int status;

	for (size_t i = 0; i < SPAWN_RUNNING; i++) {
		struct running *r = &running[i];

		if (!r->pid)
			continue;
		if (waitpid(r->pid, &status, WNOHANG) == r->pid) {
			(void)kill(-r->pid, SIGKILL);
			reply_send(r->reply, r->late ? -1 : status, r->late ? "took too long" : "");
			r->pid = 0;
		} else if (now > r->deadline_us) {
			r->late = true;
			(void)kill(-r->pid, SIGKILL);
		}
	}
}

static void
child_ended(int number)
{
	(void)number; /* only ends the wait */
}

_Noreturn static void
spawner_run(int fd, pid_t parent)
{
	struct running running[SPAWN_RUNNING] = { { 0, 0, 0, false } };
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct timespec tick = { 0, 100 * 1000 * 1000 };
	sigset_t blocked, open_set;

	sigfillset(&blocked);
	signals_reset(&blocked);
	(void)signal(SIGTERM, SIG_IGN); /* ends when the last worker has gone */
	signal_set(SIGCHLD, child_ended);
	sigemptyset(&open_set);
	(void)prctl(PR_SET_NAME, "spawner");
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!privilege_follow(parent))
		process_end(1);
	for (;;) {
		struct running *place = NULL;
		bool busy = false;

		for (size_t i = 0; i < SPAWN_RUNNING; i++) {
			busy = busy || running[i].pid;
			if (!running[i].pid)
				place = &running[i];
		}
		if (ppoll(&wait, 1, busy ? &tick : NULL, &open_set) > 0) {
			if (wait.revents & POLLIN)
				request_start(fd, place);
			else if (wait.revents & (POLLHUP | POLLERR))
				process_end(0);
		}
		running_reap(running);
	}
}

int
spawn_start(void)
{
	int pair[2];
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	pid = fork();
	if (pid == 0) {
		int keep[] = { pair[1], log_descriptor() };

		descriptors_keep(keep, 2);
		spawner_run(pair[1], parent);
	}
	close(pair[1]);
	client = pair[0];
	return pid;
}

void
spawn_forget(void)
{
	if (client >= 0)
		close(client);
	client = -1;
}

int
spawn_descriptor(void)
{
	return client;
}

/* ---- the client ---- */

static bool
input_write(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

static bool
output_take(int fd, struct buffer *out, char *reason, size_t size)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) || st.st_size >= (off_t)SPAWN_OUT_MAX) {
		(void)snprintf(reason, size, "the helper wrote too much");
		return false;
	}
	if (st.st_size == 0)
		return true;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		(void)snprintf(reason, size, "output: %s", strerror(errno));
		return false;
	}
	buffer_add(out, map, (size_t)st.st_size);
	munmap(map, (size_t)st.st_size);
	return true;
}

static bool
status_good(int status, const char *why, char *reason, size_t size)
{
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (status < 0)
		(void)snprintf(reason, size, "%s", why);
	else if (WIFSIGNALED(status))
		(void)snprintf(reason, size, "the helper was ended by signal %d", WTERMSIG(status));
	else
		(void)snprintf(reason, size, "the helper answered %d", WEXITSTATUS(status));
	return false;
}

static bool
ask_spawner(const struct request *request, int in, int out, char *reason, size_t size)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { (void *)request, sizeof *request };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct reply reply = { .status = -1 };
	struct pollfd wait;
	int pair[2], fds[3];
	bool sent;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		(void)snprintf(reason, size, "socketpair: %s", strerror(errno));
		return false;
	}
	fds[0] = in;
	fds[1] = out;
	fds[2] = pair[1];
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(head), fds, sizeof fds);
	sent = sendmsg(client, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *request;
	close(pair[1]);
	wait = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	/* The spawner keeps the time; the addition is for its own death. */
	if (!sent)
		(void)snprintf(reply.reason, sizeof reply.reason, "the spawner has gone");
	else if (poll(&wait, 1, (int)request->timeout_ms + 2000) <= 0 ||
	    recv(pair[0], &reply, sizeof reply, 0) != (ssize_t)sizeof reply) {
		reply.status = -1;
		(void)snprintf(reply.reason, sizeof reply.reason, "no answer from the spawner");
	}
	close(pair[0]);
	reply.reason[sizeof reply.reason - 1] = '\0';
	return status_good(reply.status, reply.reason, reason, size);
}

static bool
run_here(const struct request *request, int in, int out, char *reason, size_t size)
{
	int64_t deadline = scoreboard_now() + (int64_t)request->timeout_ms * 1000;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		helper_exec(&helpers[request->helper], request, in, out);
	if (pid < 0) {
		(void)snprintf(reason, size, "fork: %s", strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (scoreboard_now() > deadline) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			(void)snprintf(reason, size, "took too long");
			return false;
		}
		(void)usleep(2000);
	}
	return status_good(status, "", reason, size);
}

bool
spawn_run(const char *name, const char *const *args, const void *in, size_t in_size,
    struct buffer *out, unsigned timeout_ms, char *reason, size_t size)
{
	const struct helper *helper = helper_find(name);
	struct request request = { .timeout_ms = timeout_ms < 60000 ? timeout_ms : 60000 };
	int in_fd, out_fd;
	bool good;

	if (!helper || !spawn_available(name)) {
		(void)snprintf(reason, size, "helper %s is not configured", name);
		return false;
	}
	request.helper = (uint32_t)(helper - helpers);
	if (!request_pack(&request, helper, args, reason, size))
		return false;
	in_fd = memfd_create("helper-in", MFD_CLOEXEC);
	out_fd = memfd_create("helper-out", MFD_CLOEXEC);
	good = in_fd >= 0 && out_fd >= 0 && input_write(in_fd, in, in_size);
	if (!good)
		(void)snprintf(reason, size, "input: %s", strerror(errno));
	good = good &&
	    (client >= 0 ? ask_spawner(&request, in_fd, out_fd, reason, size) :
			   run_here(&request, in_fd, out_fd, reason, size));
	/* buffer_add() may fault, which would leak both: the input goes first. */
	if (in_fd >= 0)
		close(in_fd);
	good = good && output_take(out_fd, out, reason, size);
	if (out_fd >= 0)
		close(out_fd);
	return good;
}
