/*
 * spawn.c: the spawner; see spawn.h.
 *
 * A request is one packet {helper, arguments} with three descriptors: input
 * memfd, output memfd, reply socket. The spawner forks the helper and answers
 * one packet {exit status, reason}. Several requests run at once.
 */
#include "spawn_part.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "process.h"
#include "scoreboard.h"

#define SPAWN_RUNNING 8

static int client = -1; /* this process's end of the spawner's socket */

struct running {
	pid_t pid;
	int reply;
	int64_t deadline_us;
	bool late;
};

static void
reply_send(int fd, int status, const char *reason)
{
	struct spawn_reply reply = { .status = status };

	(void)snprintf(reply.reason, sizeof reply.reason, "%s", reason);
	(void)send(fd, &reply, sizeof reply, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* One packet and its three descriptors; false: nothing usable came. */
static bool
request_receive(int fd, struct spawn_request *request, int fds[3])
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

static void
request_start(int fd, struct running *place)
{
	struct spawn_request request;
	int fds[3];

	if (!request_receive(fd, &request, fds))
		return;
	if (!spawn_request_good(&request) || !place) {
		reply_send(fds[2], -1, place ? "request refused" : "too many helpers run");
	} else if ((place->pid = fork()) == 0) {
		spawn_helper_exec(spawn_helper_at(request.helper), &request, fds[0], fds[1]);
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

		process_unhurried();
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
