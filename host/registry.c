/*
 * Loaded modules, their routes and jobs. The ABI check names every field that
 * differs, so that a module's author knows what to rebuild against.
 */
#include "registry.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define MODULE_MAX 64
#define ROUTE_MAX 2048
#define JOB_MAX 512
#define SEGMENT_MAX 16

struct job_entry {
	const struct job_type *def;
	const struct registry_module *module;
};

/* A route's path cut at "/": segments[i] begins with ":" for a name. */
struct route_entry {
	struct registry_route route;
	size_t n;
	struct { const char *text; size_t size; } segments[SEGMENT_MAX];
};

static struct registry_module modules[MODULE_MAX];
static struct route_entry routes[ROUTE_MAX];
static struct job_entry jobs[JOB_MAX];
static size_t module_count, route_count, job_count;

static void
differ(char *reason, size_t size, const char *field, uint64_t module, uint64_t host)
{
	size_t used = strlen(reason);

	if (module != host)
		snprintf(reason + used, size - used, "%s%s is %llu, the host has %llu",
		    used == 0 ? "" : "; ", field, (unsigned long long)module,
		    (unsigned long long)host);
}

static bool
abi_check(const struct module *m, char *reason, size_t size)
{
	static const struct module_abi host = MODULE_ABI;
	const struct module_abi *abi = &m->abi;

	*reason = '\0';
	if (abi->magic != host.magic) {
		snprintf(reason, size, "not a handler module (magic %08x)", abi->magic);
		return false;
	}
	differ(reason, size, "interface major version", abi->major, host.major);
	if (abi->minor > host.minor)
		differ(reason, size, "interface minor version", abi->minor, host.minor);
	differ(reason, size, "sizeof(struct module)", abi->size_module, host.size_module);
	differ(reason, size, "sizeof(struct route)", abi->size_route, host.size_route);
	differ(reason, size, "sizeof(struct param)", abi->size_param, host.size_param);
	differ(reason, size, "sizeof(struct req)", abi->size_req, host.size_req);
	differ(reason, size, "sizeof(struct sql_query)", abi->size_query, host.size_query);
	differ(reason, size, "sizeof(struct job_type)", abi->size_job, host.size_job);
	differ(reason, size, "size of a time", abi->size_time, host.size_time);
	differ(reason, size, "sanitizer flags", abi->flags, host.flags);
	return *reason == '\0';
}

static bool
route_add(const struct registry_module *m, const struct route *def, char *reason, size_t size)
{
	struct route_entry *e = &routes[route_count];
	const char *p = def->path;

	if (route_count == ROUTE_MAX || *p != '/') {
		snprintf(reason, size, "route %s: %s", p,
		    *p == '/' ? "too many routes" : "path must begin with /");
		return false;
	}
	if (def->access == 0 || (def->template_name == NULL && def->method == METHOD_GET &&
	    !def->no_html && def->summary == NULL)) {
		snprintf(reason, size, "route %s: access and template or summary must be given", p);
		return false;
	}
	for (size_t i = 0; i < route_count; i++)
		if (routes[i].route.def->method == def->method &&
		    strcmp(routes[i].route.def->path, p) == 0) {
			snprintf(reason, size, "route %s is also in module %s", p,
			    routes[i].route.module->def->name);
			return false;
		}
	*e = (struct route_entry){ .route = { def, m, (uint16_t)route_count } };
	while (*p == '/') {
		const char *start = ++p;

		p += strcspn(p, "/");
		if (e->n == SEGMENT_MAX) {
			snprintf(reason, size, "route %s has too many parts", def->path);
			return false;
		}
		e->segments[e->n].text = start;
		e->segments[e->n++].size = (size_t)(p - start);
	}
	route_count++;
	return true;
}

bool
registry_add(const struct module *def, char *reason, size_t size)
{
	struct registry_module *m = &modules[module_count];

	if (module_count == MODULE_MAX) {
		snprintf(reason, size, "more than %d modules", MODULE_MAX);
		return false;
	}
	*m = (struct registry_module){ def, (uint16_t)module_count };
	if (def->selftest != NULL && !def->selftest(reason, size))
		return false;
	for (const struct route *r = def->routes; r != NULL && r->run != NULL; r++)
		if (!route_add(m, r, reason, size))
			return false;
	for (const struct job_type *j = def->jobs; j != NULL && j->name != NULL; j++) {
		if (job_count == JOB_MAX) {
			snprintf(reason, size, "more than %d job types", JOB_MAX);
			return false;
		}
		jobs[job_count++] = (struct job_entry){ j, m };
	}
	module_count++;
	return true;
}

bool
registry_load(const char *path, char *reason, size_t size)
{
	char detail[512] = "";
	const struct module *def;
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL) {
		snprintf(reason, size, "%s", dlerror());
		return false;
	}
	def = dlsym(handle, MODULE_SYMBOL);
	if (def == NULL) {
		snprintf(reason, size, "%s: no symbol %s", path, MODULE_SYMBOL);
		return false;
	}
	if (!abi_check(def, detail, sizeof(detail)) || !registry_add(def, detail, sizeof(detail))) {
		snprintf(reason, size, "%s: %s", path, detail);
		return false;
	}
	return true;
}

size_t
registry_module_count(void)
{
	return module_count;
}

const struct registry_module *
registry_module_at(size_t i)
{
	return &modules[i];
}

size_t
registry_route_count(void)
{
	return route_count;
}

const struct registry_route *
registry_route_at(size_t i)
{
	return &routes[i].route;
}

size_t
registry_job_count(void)
{
	return job_count;
}

const struct job_type *
registry_job_at(size_t i, const struct registry_module **m)
{
	if (m != NULL)
		*m = jobs[i].module;
	return jobs[i].def;
}

/* Literal segments win over names: 0 = no match, else a score. */
static unsigned
entry_match(const struct route_entry *e, const char *const *part, const size_t *size, size_t n)
{
	unsigned score = 1;

	if (e->n != n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const char *text = e->segments[i].text;

		score <<= 1;
		if (*text == ':') {
			if (size[i] == 0)
				return 0;
			continue;
		}
		if (e->segments[i].size != size[i] || memcmp(text, part[i], size[i]) != 0)
			return 0;
		score |= 1;
	}
	return score;
}

bool
registry_match(struct arena *a, enum http_method method, const char *path, struct route_match *m)
{
	const char *part[SEGMENT_MAX];
	size_t size[SEGMENT_MAX], n = 0;
	const struct route_entry *best = NULL;
	unsigned best_score = 0;

	*m = (struct route_match){ 0 };
	for (const char *p = path; *p == '/';) {
		if (n == SEGMENT_MAX)
			return false;
		part[n] = ++p;
		p += strcspn(p, "/");
		size[n] = (size_t)(p - part[n]);
		n++;
	}
	for (size_t i = 0; i < route_count; i++) {
		const struct route_entry *e = &routes[i];
		unsigned score = entry_match(e, part, size, n);

		if (score == 0)
			continue;
		m->allowed |= e->route.def->method;
		if (e->route.def->method == method && score > best_score) {
			best = e;
			best_score = score;
		}
	}
	if (best == NULL)
		return false;
	m->route = &best->route;
	for (size_t i = 0; i < n && m->n < 8; i++)
		if (*best->segments[i].text == ':') {
			m->names[m->n] = arena_strndup(a, best->segments[i].text + 1,
			    best->segments[i].size - 1);
			m->values[m->n++] = arena_strndup(a, part[i], size[i]);
		}
	return true;
}
