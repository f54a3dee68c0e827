/*
 * control.c: the control socket (one line in, text out; first line "ok" or
 * "refused: …") and the status sockets (HTTP/1.0). Answers are built at once
 * and leave as the client takes them: no client can hold the master.
 */
#include "master.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "conf.h"
#include "fault.h"
#include "listen.h"
#include "scoreboard.h"
#include "status.h"

#define CLIENT_TIME_US (10 * 1000000)
#define RELOAD_TIME_US (60 * 1000000)

struct client {
	int fd;                /* 0 = free */
	bool http, waits;      /* waits: for the reload's end */
	uint32_t refused;      /* reloads refused before */
	int64_t since_us;
	char in[4096];
	size_t have;
	char *out;
	size_t size, sent;
};

static struct client clients[CONTROL_CLIENTS];
static int listeners[3] = { -1, -1, -1 };
static struct arena *scratch;

void
control_open(int ctl, int status, int status_tcp)
{
	listeners[0] = ctl;
	listeners[1] = status;
	listeners[2] = status_tcp;
	if (!scratch)
		scratch = arena_new(32u << 20);
}

void
control_close(void)
{
	for (size_t i = 0; i < 3; i++)
		listeners[i] = -1;
}

static void
client_close(struct client *client)
{
	close(client->fd);
	free(client->out);
	memset(client, 0, sizeof *client);
}

/* ---- answers ---- */

static void
answer_set(struct client *client, const struct buffer *text)
{
	client->out = malloc(text->size ? text->size : 1);
	if (!client->out) {
		client_close(client);
		return;
	}
	memcpy(client->out, text->data, text->size);
	client->size = text->size;
}

static void
reload_finish(struct client *client, struct buffer *out)
{
	const struct scoreboard_head *head = scoreboard_head();

	if (head->reloads_refused != client->refused)
		buffer_printf(out, "refused: %.511s\n", head->reason);
	else
		buffer_printf(out, "ok\ngeneration %u serves\n", head->generation);
}

static void
module_command(const char *name, bool on, struct buffer *out)
{
	if (master_module_set(name, on))
		buffer_printf(out, "ok\nmodule %s is %s\n", name, on ? "enabled" : "disabled");
	else
		buffer_printf(out, "refused: no module `%.60s`\n", name);
}

static void
workers_command(char *text, struct buffer *out)
{
	char *space = strchr(text, ' ');
	enum pool pool;
	long delta = space ? strtol(space + 1, NULL, 10) : 0;

	if (space)
		*space = '\0';
	if (!pool_parse(text, &pool) || delta < -64 || delta > 64 || !delta)
		buffer_str(out, "refused: workers POOL +N or -N\n");
	else if (!master_workers(pool, (int)delta))
		buffer_str(out, "refused: no generation serves\n");
	else
		buffer_printf(out, "ok\npool %s wants %u workers\n", text,
		    scoreboard_head()->workers[pool]);
}

/* One command line; false: the answer comes later. */
static bool
command_answer(struct client *client, char *line, struct buffer *out)
{
	if (!strcmp(line, "status"))
		status_text(out);
	else if (!strcmp(line, "status json"))
		status_json(out);
	else if (!strcmp(line, "reload")) {
		client->refused = scoreboard_head()->reloads_refused;
		master_reload();
		if (master_reloading()) {
			client->waits = true;
			return false;
		}
		reload_finish(client, out);
	} else if (!strcmp(line, "drain")) {
		buffer_str(out, "ok\ndraining\n");
		master_drain();
	} else if (!strcmp(line, "upgrade")) {
		buffer_str(out, "ok\nstarting the new program\n");
		master_upgrade();
	} else if (!strncmp(line, "disable ", 8))
		module_command(line + 8, false, out);
	else if (!strncmp(line, "enable ", 7))
		module_command(line + 7, true, out);
	else if (!strncmp(line, "workers ", 8))
		workers_command(line + 8, out);
	else
		buffer_str(out, "refused: unknown command\n");
	return true;
}

static bool
request_whole(const struct client *client)
{
	if (!client->http)
		return memchr(client->in, '\n', client->have) != NULL;
	return strstr(client->in, "\r\n\r\n") || strstr(client->in, "\n\n") ||
	    client->have == sizeof client->in - 1;
}

static void
client_answer(struct client *client)
{
	struct fault_frame frame;
	struct buffer out;

	/* Only memory can fault here; the client gets nothing then. */
	if (FAULT_CATCH(&frame)) {
		arena_reset(scratch);
		client_close(client);
		return;
	}
	buffer_init(&out, scratch, 4096);
	if (client->waits) {
		client->waits = false;
		reload_finish(client, &out);
		answer_set(client, &out);
	} else if (client->http) {
		status_http(&out, client->in);
		answer_set(client, &out);
	} else {
		client->in[strcspn(client->in, "\r\n")] = '\0';
		if (command_answer(client, client->in, &out))
			answer_set(client, &out);
	}
	fault_leave(&frame);
	arena_reset(scratch);
}

/* ---- sockets ---- */

static void
client_take(int listener, bool http)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (!clients[i].fd) {
			clients[i] = (struct client){ .fd = fd, .http = http,
				.since_us = scoreboard_now() };
			return;
		}
	close(fd);
}

static void
client_read(struct client *client)
{
	ssize_t n = recv(client->fd, client->in + client->have, sizeof client->in - 1 - client->have, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(client);
		return;
	}
	client->have += (size_t)n;
	client->in[client->have] = '\0';
	if (request_whole(client))
		client_answer(client);
	else if (client->have == sizeof client->in - 1)
		client_close(client);
}

static void
client_write(struct client *client)
{
	ssize_t n = send(client->fd, client->out + client->sent, client->size - client->sent,
	    MSG_NOSIGNAL);

	if (n > 0)
		client->sent += (size_t)n;
	if (client->sent == client->size || (n < 0 && errno != EAGAIN && errno != EINTR))
		client_close(client);
}

size_t
control_poll(struct pollfd *fds, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < 3 && n < most; i++)
		if (listeners[i] >= 0)
			fds[n++] = (struct pollfd){ .fd = listeners[i], .events = POLLIN };
	for (size_t i = 0; i < CONTROL_CLIENTS && n < most; i++)
		if (clients[i].fd)
			fds[n++] = (struct pollfd){ .fd = clients[i].fd,
				.events = clients[i].out ? POLLOUT : clients[i].waits ? 0 : POLLIN };
	return n;
}

static void
client_serve(struct client *client, short events)
{
	if (client->out && events & POLLOUT)
		client_write(client);
	else if (!client->out && !client->waits && events & POLLIN)
		client_read(client);
	else if (events & (POLLHUP | POLLERR))
		client_close(client);
}

static void
clients_care(void)
{
	int64_t now = scoreboard_now();

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &clients[i];

		if (!client->fd)
			continue;
		if (client->waits && !master_reloading())
			client_answer(client);
		else if (now - client->since_us > (client->waits ? RELOAD_TIME_US : CLIENT_TIME_US))
			client_close(client);
	}
}

void
control_serve(const struct pollfd *fds, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		bool found = false;

		if (!fds[k].revents)
			continue;
		for (size_t i = 0; i < 3; i++)
			if (fds[k].fd == listeners[i]) {
				client_take(fds[k].fd, i > 0);
				found = true;
			}
		for (size_t i = 0; i < CONTROL_CLIENTS && !found; i++)
			if (clients[i].fd == fds[k].fd) {
				client_serve(&clients[i], fds[k].revents);
				found = true;
			}
	}
	clients_care();
}

/* ---- fcgi-host ctl … ---- */

static int
ctl_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !listen_path(LISTEN_CTL, address.sun_path, sizeof address.sun_path) ||
	    connect(fd, (struct sockaddr *)&address, sizeof address)) {
		fprintf(stderr, "no host answers on %s: %s\n", address.sun_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int
control_command(int argc, char **argv)
{
	char line[256] = "", data[4096];
	bool refused = false, first = true;
	ssize_t n;
	int fd;

	for (int i = 1; i < argc; i++) {
		size_t used = strlen(line);

		(void)snprintf(line + used, sizeof line - used - 1, "%s%s", i > 1 ? " " : "", argv[i]);
	}
	if (!line[0]) {
		fprintf(stderr, "usage: ctl status [json] | reload | drain | upgrade | disable MODULE | "
				"enable MODULE | workers POOL +N\n");
		return 2;
	}
	fd = ctl_connect();
	if (fd < 0)
		return 1;
	line[strlen(line) + 1] = '\0';
	line[strlen(line)] = '\n';
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		return 1;
	while ((n = read(fd, data, sizeof data)) > 0) {
		refused = refused || (first && n >= 8 && !memcmp(data, "refused:", 8));
		first = false;
		(void)fwrite(data, 1, (size_t)n, refused ? stderr : stdout);
	}
	close(fd);
	if (first) {
		fprintf(stderr, "the host closed the connection\n");
		return 1;
	}
	return refused ? 2 : 0;
}

COMMAND(ctl, control_command, "status|reload|drain|upgrade|disable M|enable M|workers POOL +N",
    "speaks to the host that runs in run_dir");
