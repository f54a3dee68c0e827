/* listen.c: see listen.h; host.md T2, systemd's sd_listen_fds(3) protocol. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf.h"

#define FIRST_FD 3

static const char *const names[LISTEN_COUNT] = { "web", "auth", "pay", "slow", "ctl", "status",
	"status-tcp" };

bool
listen_path(enum listen_name name, char *path, size_t size)
{
	return name != LISTEN_STATUS_TCP &&
	    snprintf(path, size, "%s/%s.sock", conf->run_dir, names[name]) < (int)size;
}

/* ---- inherited ---- */

static int
name_of(const char *given, int fd)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof address - 1;
	char stem[32] = "";
	const char *base;

	for (int i = 0; i < LISTEN_COUNT; i++)
		if (!strcmp(given, names[i]))
			return i;
	if (getsockname(fd, (struct sockaddr *)&address, &size) || address.sun_family != AF_UNIX)
		return -1;
	base = strrchr(address.sun_path, '/');
	(void)snprintf(stem, sizeof stem, "%.30s", base ? base + 1 : address.sun_path);
	stem[strcspn(stem, ".")] = '\0';
	for (int i = 0; i < LISTEN_COUNT; i++)
		if (!strcmp(stem, names[i]))
			return i;
	return -1;
}

static void
inherit(struct listen_set *set)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *list = getenv("LISTEN_FDNAMES");
	long n = count ? strtol(count, NULL, 10) : 0;

	if (!pid || strtol(pid, NULL, 10) != getpid() || n < 1 || n > 64)
		return;
	for (int fd = FIRST_FD; fd < FIRST_FD + n; fd++) {
		size_t length = list ? strcspn(list, ":") : 0;
		char given[64];
		int which;

		(void)snprintf(given, sizeof given, "%.*s", (int)(length < 60 ? length : 60),
		    list ? list : "");
		if (list)
			list = list[length] ? list + length + 1 : list + length;
		which = name_of(given, fd);
		if (which < 0 || set->fd[which] >= 0)
			continue; /* not ours: left alone */
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		set->fd[which] = fd;
		set->inherited[which] = true;
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}

bool
listen_pass(const struct listen_set *set, int extra_fd)
{
	char list[128] = "", number[16];
	int moved[LISTEN_COUNT + 1], n = 0;

	/* Above all targets first, so that no dup2 overwrites one still needed. */
	for (int i = 0; i < LISTEN_COUNT; i++)
		if (set->fd[i] >= 0) {
			size_t used = strlen(list);

			(void)snprintf(list + used, sizeof list - used, "%s%s", n ? ":" : "", names[i]);
			moved[n++] = fcntl(set->fd[i], F_DUPFD, FIRST_FD + LISTEN_COUNT + 1);
		}
	moved[n] = fcntl(extra_fd, F_DUPFD, FIRST_FD + LISTEN_COUNT + 1);
	for (int i = 0; i <= n; i++)
		if (moved[i] < 0 || dup2(moved[i], FIRST_FD + i) < 0)
			return false;
	if (close_range((unsigned)(FIRST_FD + n + 1), ~0u, 0))
		return false;
	(void)snprintf(number, sizeof number, "%d", n);
	if (setenv("LISTEN_FDS", number, 1) || setenv("LISTEN_FDNAMES", list, 1))
		return false;
	(void)snprintf(number, sizeof number, "%d", (int)getpid());
	if (setenv("LISTEN_PID", number, 1))
		return false;
	(void)snprintf(number, sizeof number, "%d", FIRST_FD + n);
	return !setenv("HANDOVER_FD", number, 1);
}

/* ---- bound by us ---- */

static bool
owner_set(const char *path, enum listen_name name)
{
	const struct passwd *web = getpwnam(conf->web_user);

	if (chmod(path, name == LISTEN_CTL ? 0600 : 0660))
		return false;
	/* Without root nginx must run as our user or share a group of ours. */
	if (name != LISTEN_CTL && web && web->pw_gid != getegid() &&
	    chown(path, (uid_t)-1, web->pw_gid) && geteuid() == 0)
		return false;
	return true;
}

static int
unix_bind(enum listen_name name, char *reason, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[sizeof address.sun_path];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !listen_path(name, path, sizeof path) ||
	    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock.tmp", conf->run_dir,
		names[name]) >= (int)sizeof address.sun_path) {
		(void)snprintf(reason, size, "socket %s: %s", names[name], strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	(void)unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) ||
	    !owner_set(address.sun_path, name) || listen(fd, (int)conf->listen_backlog) ||
	    rename(address.sun_path, path)) {
		(void)snprintf(reason, size, "socket %s: %s", path, strerror(errno));
		(void)unlink(address.sun_path);
		close(fd);
		return -1;
	}
	return fd;
}

static int
tcp_bind(const char *where, char *reason, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char host[64];
	const char *colon = strrchr(where, ':');
	int fd, one = 1;
	unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;

	(void)snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - where) : 0, where);
	if (!port || port > 65535 || inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		(void)snprintf(reason, size, "status_listen must be address:port");
		return -1;
	}
	address.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64)) {
		(void)snprintf(reason, size, "status_listen %s: %s", where, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* A live master answers on its control socket. */
static bool
already_runs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool lives;

	if (fd < 0 || !listen_path(LISTEN_CTL, address.sun_path, sizeof address.sun_path))
		return false;
	lives = !connect(fd, (struct sockaddr *)&address, sizeof address);
	close(fd);
	return lives;
}

void
listen_none(struct listen_set *set)
{
	for (int i = 0; i < LISTEN_COUNT; i++) {
		set->fd[i] = -1;
		set->inherited[i] = false;
	}
}

bool
listen_open(struct listen_set *set, char *reason, size_t size)
{
	listen_none(set);
	inherit(set);
	if (set->fd[LISTEN_CTL] < 0 && already_runs()) {
		(void)snprintf(reason, size, "a host already runs in %s", conf->run_dir);
		return false;
	}
	for (int i = 0; i <= LISTEN_STATUS; i++)
		if (set->fd[i] < 0 &&
		    (set->fd[i] = unix_bind((enum listen_name)i, reason, size)) < 0)
			return false;
	if (conf->status_listen[0] && set->fd[LISTEN_STATUS_TCP] < 0 &&
	    (set->fd[LISTEN_STATUS_TCP] = tcp_bind(conf->status_listen, reason, size)) < 0)
		return false;
	return true;
}

void
listen_unlink(const struct listen_set *set)
{
	char path[256];

	for (int i = 0; i <= LISTEN_STATUS; i++)
		if (!set->inherited[i] && set->fd[i] >= 0 &&
		    listen_path((enum listen_name)i, path, sizeof path))
			(void)unlink(path);
}

/* ---- the length of the queue ---- */

struct diag_request {
	struct nlmsghdr head;
	struct unix_diag_req body;
};

static bool
diag_parse(const char *data, size_t size, unsigned *waiting, unsigned *most)
{
	const struct nlmsghdr *head = (const void *)data;
	const struct unix_diag_msg *message;
	const char *p, *end;

	if (size < sizeof *head || head->nlmsg_type != SOCK_DIAG_BY_FAMILY || head->nlmsg_len > size)
		return false;
	message = (const void *)(data + NLMSG_HDRLEN);
	p = (const char *)(message + 1);
	end = data + head->nlmsg_len;
	while (p + sizeof(struct nlattr) <= end) {
		const struct nlattr *attribute = (const void *)p;

		if (attribute->nla_len < sizeof *attribute)
			return false;
		if (attribute->nla_type == UNIX_DIAG_RQLEN &&
		    attribute->nla_len >= sizeof *attribute + sizeof(struct unix_diag_rqlen)) {
			struct unix_diag_rqlen length;

			memcpy(&length, attribute + 1, sizeof length);
			*waiting = length.udiag_rqueue;
			*most = length.udiag_wqueue;
			return true;
		}
		p += NLA_ALIGN(attribute->nla_len);
	}
	return false;
}

bool
listen_queue(int fd, unsigned *waiting, unsigned *most)
{
	static int netlink = -1;
	struct diag_request request = { .head = { .nlmsg_len = sizeof request,
		.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = AF_UNIX, .udiag_states = ~0u,
		    .udiag_show = UDIAG_SHOW_RQLEN, .udiag_cookie = { ~0u, ~0u } } };
	_Alignas(8) char answer[1024];
	struct stat st;
	ssize_t n;

	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_SOCK_DIAG);
	if (netlink < 0 || fd < 0 || fstat(fd, &st))
		return false;
	request.body.udiag_ino = (uint32_t)st.st_ino;
	if (send(netlink, &request, sizeof request, 0) != (ssize_t)sizeof request)
		return false;
	n = recv(netlink, answer, sizeof answer, 0);
	return n > 0 && diag_parse(answer, (size_t)n, waiting, most);
}
