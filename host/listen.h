/* listen.h: the sockets of the master. Bound once, handed on, never re-bound. */
#ifndef HOST_LISTEN_H
#define HOST_LISTEN_H

#include "handler.h"

enum listen_name {
	LISTEN_WEB, LISTEN_AUTH, LISTEN_PAY, LISTEN_SLOW, /* as enum pool */
	LISTEN_CTL, LISTEN_STATUS, LISTEN_STATUS_TCP, LISTEN_COUNT
};

struct listen_set {
	int fd[LISTEN_COUNT];         /* -1 = none */
	bool inherited[LISTEN_COUNT]; /* somebody else owns the path */
};

void listen_none(struct listen_set *);
/* Takes LISTEN_FDS (systemd, or a master that hands over), binds the others in
 * conf->run_dir: temporary name, mode, group, listen, then the final name. */
bool listen_open(struct listen_set *, char *reason, size_t size);
/* Removes the paths that we made: new connections fail at once. */
void listen_unlink(const struct listen_set *);
/* Environment and descriptors 3… for a successor; in the child before exec. */
bool listen_pass(const struct listen_set *, int extra_fd);
/* Connections that wait, and the most that may; by socket diagnostics. */
bool listen_queue(int fd, unsigned *waiting, unsigned *most);
bool listen_path(enum listen_name, char *path, size_t size);

#endif
