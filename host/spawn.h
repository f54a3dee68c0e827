/*
 * spawn.h: helper programs for the slow and jobs pools. Workers cannot exec;
 * a spawner forked before the sandbox starts the allowed helpers for them:
 * "highlight", "math", "image" (absolute paths in the configuration). Without
 * a spawner (command line, tests) the helper is started by the caller itself.
 */
#ifndef HOST_SPAWN_H
#define HOST_SPAWN_H

#include "arena.h"

/*
 * Runs `helper` with args (up to NULL; without the program's name) on `in`.
 * Standard output is added to *out (16 MiB at most). Arguments may not name
 * files: letters, digits and ._+,:=@#^>x-; options only those of the helper's
 * list in spawn_helper.c. Returns false and a reason when it is refused, cannot start,
 * takes longer than timeout_ms, exits non-zero or writes too much.
 */
bool spawn_run(const char *helper, const char *const *args, const void *in, size_t in_size,
    struct buffer *out, unsigned timeout_ms, char *reason, size_t size);

/* Is a path configured for it? */
bool spawn_available(const char *helper);

/* spawn.c: forks the spawner; its pid, -1 when it cannot. */
int spawn_start(void);
/* In a worker that may not use it. */
void spawn_forget(void);
int spawn_descriptor(void); /* -1 = none */

#endif
