/* The host's state as a view, for the admin pages. See handler.h. */
#include <stdatomic.h>

#include "scoreboard.h"
#include "status.h"

#define ROUTES_SHOWN 25

static int64_t
load64(const _Atomic uint64_t *p)
{
	return (int64_t)atomic_load_explicit(p, memory_order_relaxed);
}

static void
pool_view(struct view *list, enum pool pool)
{
	struct scoreboard_pool *p = scoreboard_pool(pool);
	struct status_pool count = status_pool_count(pool);
	struct view *v = view_item(list);

	view_str(v, "name", pool_name(pool));
	view_int(v, "workers", count.workers);
	view_int(v, "wanted", atomic_load(&scoreboard_head()->workers[pool]));
	view_int(v, "idle", count.idle);
	view_int(v, "busy", count.busy);
	view_int(v, "databaseUp", count.database_up);
	view_int(v, "memoryKib", (int64_t)count.rss_kib);
	view_int(v, "answered", load64(&p->answered));
	view_int(v, "errors", load64(&p->by_status[5]));
	view_int(v, "shed", load64(&p->shed));
	view_int(v, "crashes", load64(&p->crashes));
	view_int(v, "recycled", load64(&p->recycled));
	view_int(v, "slow", load64(&p->slow));
	view_bool(v, "healthy", count.workers > 0);
}

static void
modules_view(struct view *v)
{
	struct view *list = view_list(v, "modules");

	for (size_t i = 0; i < SCOREBOARD_MODULES; i++) {
		struct scoreboard_module *m = scoreboard_module(i);
		struct view *item;

		if (m->name[0] == '\0')
			continue;
		item = view_item(list);
		view_str(item, "name", m->name);
		view_str(item, "version", m->version);
		view_str(item, "state", status_module_state(atomic_load(&m->state)));
		view_bool(item, "on", atomic_load(&m->state) == MODULE_ON);
		view_int(item, "crashes", atomic_load(&m->crashes));
	}
}

/* The routes that took most time in all. */
static void
routes_view(struct view *v)
{
	struct view *list = view_list(v, "routes");
	bool shown[SCOREBOARD_ROUTES] = { false };

	for (size_t n = 0; n < ROUTES_SHOWN; n++) {
		const struct scoreboard_route *best = NULL;
		size_t at = 0;
		int64_t requests = 0;
		struct view *item;

		for (size_t i = 0; i < SCOREBOARD_ROUTES; i++) {
			const struct scoreboard_route *r = scoreboard_route(i);

			if (!shown[i] && atomic_load(&r->used) == 2 && load64(&r->time_us) > 0 &&
			    (best == NULL || load64(&r->time_us) > load64(&best->time_us))) {
				best = r;
				at = i;
			}
		}
		if (best == NULL)
			return;
		shown[at] = true;
		for (size_t s = 0; s < 6; s++)
			requests += load64(&best->by_status[s]);
		item = view_item(list);
		view_str(item, "method", best->method);
		view_str(item, "path", best->path);
		view_int(item, "requests", requests);
		view_int(item, "errors", load64(&best->by_status[5]));
		view_int(item, "totalMs", load64(&best->time_us) / 1000);
		view_int(item, "averageUs", requests > 0 ? load64(&best->time_us) / requests : 0);
	}
}

void
view_host_status(struct view *parent, const char *key)
{
	const struct scoreboard_head *head = scoreboard_head();
	struct view *v = view_obj(parent, key), *pools;
	const char *why;

	view_bool(v, "ready", status_ready(&why));
	view_str(v, "why", why);
	view_int(v, "generation", atomic_load(&head->generation));
	view_time(v, "startedAt", head->started_at);
	view_int(v, "reloads", atomic_load(&head->reloads));
	view_int(v, "reloadsRefused", atomic_load(&head->reloads_refused));
	view_str(v, "refusal", head->reason[0] == '\0' ? NULL : head->reason);
	view_str(v, "sandbox", head->sandbox);
	view_str(v, "users", head->users);
	pools = view_list(v, "pools");
	for (int pool = 0; pool < POOL_COUNT; pool++)
		pool_view(pools, (enum pool)pool);
	modules_view(v);
	routes_view(v);
}
