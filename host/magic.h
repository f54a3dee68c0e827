/* magic.h: the type of uploaded bytes by their first bytes, from a short
 * allow-list; "application/octet-stream" for everything else. */
#ifndef HOST_MAGIC_H
#define HOST_MAGIC_H

#include <stddef.h>

const char *magic_type(const void *data, size_t size);

#endif
