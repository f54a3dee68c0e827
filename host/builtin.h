/* builtin.h: the pages that the host itself has: API document, style guide,
 * form token for scripts. Registered like any module. */
#ifndef HOST_BUILTIN_H
#define HOST_BUILTIN_H

#include "handler.h"

extern const struct module builtin_module;

/* Loads the built-in module and every module of conf->modules from the folder.
 * false and which module and why. */
bool builtin_load_modules(const char *module_dir, char *reason, size_t size);

#endif
