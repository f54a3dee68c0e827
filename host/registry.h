/*
 * registry.h: the loaded modules, their routes and jobs. Built once per
 * generation, before workers are forked; read-only afterwards.
 */
#ifndef HOST_REGISTRY_H
#define HOST_REGISTRY_H

#include "handler.h"

struct registry_module {
	const struct module *def;
	uint16_t index;          /* stable within a generation: scoreboard, breaker */
};

struct registry_route {
	const struct route *def;
	const struct registry_module *module;
	uint16_t index;          /* over all modules; scoreboard, rate, concurrency */
};

/* Loads one shared object: dlopen(RTLD_NOW|RTLD_LOCAL), ABI check that names
 * every difference, selftest, routes and jobs added. false and a reason. */
bool registry_load(const char *path, char *reason, size_t size);
/* Adds a module compiled into the host (built-in pages). */
bool registry_add(const struct module *, char *reason, size_t size);

size_t registry_module_count(void);
const struct registry_module *registry_module_at(size_t i);
size_t registry_route_count(void);
const struct registry_route *registry_route_at(size_t i);
size_t registry_job_count(void);
const struct job_type *registry_job_at(size_t i, const struct registry_module **);

/* Matches a decoded path. *allowed gets the methods the path knows (for 405).
 * Values of :names are written to names/values (at most 8). */
struct route_match {
	const struct registry_route *route;
	unsigned allowed;
	size_t n;
	const char *names[8];
	const char *values[8];
};
bool registry_match(struct arena *, enum http_method, const char *path, struct route_match *);

#endif
