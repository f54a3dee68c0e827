/*
 * storage.h: files below conf->protected_dir, named by their content. Modules
 * see storage_put() (handler.h).
 *
 * A file never changes and is written before the transaction that names it
 * commits: a request that fails leaves an unnamed file behind, which costs
 * space and nothing else, and the same content put again finds it.
 */
#ifndef HOST_STORAGE_H
#define HOST_STORAGE_H

#include "handler.h"

/* Content of a file; NULL when there is none or the path is not one of
 * storage_put(). size may be NULL; a NUL follows the content. */
const unsigned char *storage_get(struct arena *, const char *protected_path, size_t *size);
/* Removes what writers that died have left: temporary files older than a day. */
void storage_sweep(void);

#endif
