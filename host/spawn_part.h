/*
 * spawn_part.h: what the three files of the spawner share.
 *
 *   spawn_helper.c  which helpers there are, their arguments, their process
 *   spawn.c         the spawner
 *   spawn_client.c  who asks it
 */
#ifndef HOST_SPAWN_PART_H
#define HOST_SPAWN_PART_H

#include <sys/resource.h>

#include "spawn.h"

#define SPAWN_TEXT 1024
#define SPAWN_OUT_MAX (16u << 20)

struct spawn_helper {
	const char *name;
	size_t path;                  /* offset in struct conf */
	rlim_t memory;                /* bytes of address space */
	const char *const *options;   /* what an argument with "-" may begin with */
};

struct spawn_request {
	uint32_t helper, timeout_ms, n;
	char text[SPAWN_TEXT]; /* n arguments, each NUL-terminated */
};

struct spawn_reply {
	int32_t status; /* of waitpid; -1 = not run */
	char reason[120];
};

const struct spawn_helper *spawn_helper_find(const char *name);
/* The number of a helper in a request, and back; NULL: there is none. */
uint32_t spawn_helper_number(const struct spawn_helper *);
const struct spawn_helper *spawn_helper_at(uint32_t number);
/* false and a reason: an argument is not among those allowed. */
bool spawn_request_pack(struct spawn_request *, const struct spawn_helper *,
    const char *const *args, char *reason, size_t size);
/* Of a packet that came from a worker: a helper there is, allowed arguments. */
bool spawn_request_good(const struct spawn_request *);
/* Becomes the helper, with limits and without network. */
_Noreturn void spawn_helper_exec(const struct spawn_helper *, const struct spawn_request *, int in,
    int out);

#endif
