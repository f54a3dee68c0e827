/*
 * fcgi.h: the only face of FastCGI (libfcgi) to the rest of the host. A
 * descriptor comes in, a struct wire goes to dispatch, one answer leaves.
 * Every handled signal is blocked while these functions run (host.md L3, M12),
 * except where noted.
 */
#ifndef HOST_FCGI_H
#define HOST_FCGI_H

#include <sys/types.h>

#include "wire.h"

#define FCGI_PARAMS_MAX 256
#define FCGI_PARAMS_SIZE (64 * 1024)

/* Once per worker. */
bool fcgi_init(void);

enum fcgi_peer { FCGI_PEER_GOOD, FCGI_PEER_STRANGER };
/* Only nginx, root and ourselves may speak to a worker (L14). */
enum fcgi_peer fcgi_peer_check(int fd, uid_t web_uid);

/*
 * Looks at the records that have arrived without taking them (L6, L7, L8): a
 * responder request with id ≠ 0, whole parameters within limits, no other
 * record. Pure: the fuzz target. Returns 1 good, 0 more bytes are needed, -1 bad.
 */
int fcgi_check(const unsigned char *data, size_t size);

/* Takes the request from fd into *wire; false: refused or broken, fd is closed
 * by the caller in any case. */
bool fcgi_open(int fd, struct wire *);
/* Sends the whole answer; false when the peer has gone. */
bool fcgi_answer(int fd, const struct wire *);
/* Frees what fcgi_open() made and closes fd. */
void fcgi_close(int fd);

#endif
