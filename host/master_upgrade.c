/*
 * master_upgrade.c: SIGUSR2 starts the program anew with our sockets. It says
 * "R" when it serves; then this one drains. systemd is told of each step.
 */
#include "master_part.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

#define UPGRADE_LIMIT_US (30 * 1000000)

static pid_t successor;
static int successor_fd = -1, handover_fd = -1;
static int64_t successor_us;

void
systemd_notify(const char *text)
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

void
master_upgrade(void)
{
	int pipe_fds[2];

	if (successor || generation_in(GENERATION_LOADING) || master.stopping)
		return;
	if (pipe2(pipe_fds, O_CLOEXEC))
		return;
	successor = fork();
	if (successor == 0) {
		sigset_t none;
		char number[16];

		sigemptyset(&none);
		(void)snprintf(number, sizeof number, "%u", master.generation_last);
		(void)setenv("HANDOVER_GENERATION", number, 1);
		if (!listen_pass(&master.sockets, pipe_fds[1]))
			_exit(1);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)execvp(master.program[0], master.program);
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

bool
upgrade_reaped(pid_t pid)
{
	if (!successor || pid != successor)
		return false;
	successor = 0;
	return true;
}

static void
upgrade_refused(const char *reason)
{
	close(successor_fd);
	successor_fd = -1;
	reload_refused(reason);
}

/* The new master serves: this one leaves the sockets to it and drains. */
void
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
				master.sockets.inherited[i] = true;
			master.got_term = 1;
		} else
			upgrade_refused("the new program ended before it was ready");
	} else if (now - successor_us > UPGRADE_LIMIT_US) {
		(void)kill(successor, SIGKILL);
		upgrade_refused("the new program was not ready within 30 s");
	}
}

void
handover_tell(void)
{
	if (handover_fd < 0)
		return;
	(void)!write(handover_fd, "R", 1);
	close(handover_fd);
	handover_fd = -1;
}

bool
handover_open(void)
{
	return handover_fd >= 0;
}

void
handover_read(void)
{
	const char *fd = getenv("HANDOVER_FD"), *number = getenv("HANDOVER_GENERATION");

	if (fd) {
		handover_fd = (int)strtol(fd, NULL, 10);
		(void)fcntl(handover_fd, F_SETFD, FD_CLOEXEC);
	}
	if (number)
		master.generation_last = (unsigned)strtoul(number, NULL, 10);
	(void)unsetenv("HANDOVER_FD");
	(void)unsetenv("HANDOVER_GENERATION");
}
