/* spawn_client.c: asks the spawner, or runs the helper here where there is none. */
#include "spawn_part.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scoreboard.h"

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
ask_spawner(const struct spawn_request *request, int in, int out, char *reason, size_t size)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { (void *)request, sizeof *request };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct spawn_reply reply = { .status = -1 };
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
	sent = sendmsg(spawn_descriptor(), &message, MSG_NOSIGNAL) == (ssize_t)sizeof *request;
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
run_here(const struct spawn_request *request, int in, int out, char *reason, size_t size)
{
	int64_t deadline = scoreboard_now() + (int64_t)request->timeout_ms * 1000;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		spawn_helper_exec(spawn_helper_at(request->helper), request, in, out);
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
	const struct spawn_helper *helper = spawn_helper_find(name);
	struct spawn_request request = { .timeout_ms = timeout_ms < 60000 ? timeout_ms : 60000 };
	int in_fd, out_fd;
	bool good;

	if (!helper || !spawn_available(name)) {
		(void)snprintf(reason, size, "helper %s is not configured", name);
		return false;
	}
	request.helper = spawn_helper_number(helper);
	if (!spawn_request_pack(&request, helper, args, reason, size))
		return false;
	in_fd = memfd_create("helper-in", MFD_CLOEXEC);
	out_fd = memfd_create("helper-out", MFD_CLOEXEC);
	good = in_fd >= 0 && out_fd >= 0 && input_write(in_fd, in, in_size);
	if (!good)
		(void)snprintf(reason, size, "input: %s", strerror(errno));
	good = good &&
	    (spawn_descriptor() >= 0 ? ask_spawner(&request, in_fd, out_fd, reason, size) :
			   run_here(&request, in_fd, out_fd, reason, size));
	/* buffer_add() may fault, which would leak both: the input goes first. */
	if (in_fd >= 0)
		close(in_fd);
	good = good && output_take(out_fd, out, reason, size);
	if (out_fd >= 0)
		close(out_fd);
	return good;
}
