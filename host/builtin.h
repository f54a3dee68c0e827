/* builtin.h: the pages that the host itself has: API document, style guide,
 * form token for scripts. Registered like any module (load.c). */
#ifndef HOST_BUILTIN_H
#define HOST_BUILTIN_H

#include "handler.h"

extern const struct module module_builtin;

/* builtin_mailbox.c */
handler_fn mailbox_index, mailbox_show;

#endif
