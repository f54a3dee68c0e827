/* status.h: the host's state, from shared memory; any process may ask. */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#include "arena.h"
#include "scoreboard.h"

struct status_pool {
	unsigned workers, idle, busy, database_up;
	uint64_t rss_kib, log_dropped;
	int64_t oldest_us; /* age of the request that runs longest */
};

struct status_pool status_pool_count(enum pool);
const char *status_module_state(unsigned state);
/* Ready to be sent requests? *why: "ready", "starting", "draining" … */
bool status_ready(const char **why);
/* {"ready":…,"pools":[…],"modules":[…],"workers":[…]} */
void status_json(struct buffer *out);
void status_text(struct buffer *out);
/* Prometheus text format, or OpenMetrics 1.0. */
void metrics_text(struct buffer *out, bool open_metrics);
/* A whole HTTP/1.0 answer to the request head given. */
void status_http(struct buffer *out, const char *request);

#endif
