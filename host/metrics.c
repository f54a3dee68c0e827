/*
 * metrics.c: the counters of shared memory for Prometheus. One family after
 * the other, as both formats want it. The classic text format names a counter
 * family with its "_total", OpenMetrics without.
 */
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "status.h"

static bool open_format;

static void
family(struct buffer *out, const char *name, const char *type, const char *help)
{
	const char *suffix = !open_format && !strcmp(type, "counter") ? "_total" : "";

	buffer_printf(out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name, suffix, type);
}

static void
label(struct buffer *out, const char *key, const char *value, size_t most)
{
	buffer_printf(out, "%s=\"", key);
	for (size_t i = 0; i < most && value[i]; i++) {
		if (value[i] == '"' || value[i] == '\\')
			buffer_char(out, '\\');
		buffer_char(out, value[i] < 0x20 || value[i] == 0x7f ? '?' : value[i]);
	}
	buffer_char(out, '"');
}

/* ---- pools ---- */

struct pool_counter {
	const char *name, *help;
	size_t offset;
	double scale;
};

#define COUNTER(name, field, scale, help) { name, help, offsetof(struct scoreboard_pool, field), scale }

static const struct pool_counter pool_counters[] = {
	COUNTER("host_connections", accepted, 1, "Connections accepted."),
	COUNTER("host_answers", answered, 1, "Requests answered."),
	COUNTER("host_shed", shed, 1, "Requests answered 503 because they had waited too long."),
	COUNTER("host_peers_refused", refused_peers, 1, "Connections of strangers closed."),
	COUNTER("host_streams_refused", bad_streams, 1, "Malformed FastCGI streams closed."),
	COUNTER("host_clients_lost", lost_clients, 1, "Answers that nobody took."),
	COUNTER("host_worker_crashes", crashes, 1, "Workers that died by themselves."),
	COUNTER("host_workers_killed", killed, 1, "Workers that something outside ended."),
	COUNTER("host_workers_recycled", recycled, 1, "Workers replaced for age, size or requests."),
	COUNTER("host_workers_started", started, 1, "Workers forked."),
	COUNTER("host_requests_slow", slow, 1, "Requests with a slow trace."),
	COUNTER("host_queue_seconds", queue_us, 1e-6, "Time requests waited before a worker took them."),
	COUNTER("host_work_seconds", time_us, 1e-6, "Time workers spent on requests."),
	COUNTER("host_sql_seconds", sql_us, 1e-6, "Time workers waited for the database."),
	COUNTER("host_sql_queries", queries, 1, "Queries sent."),
	COUNTER("host_sql_round_trips", trips, 1, "Round trips to the database."),
};

static void
pool_counters_write(struct buffer *out)
{
	for (size_t i = 0; i < sizeof pool_counters / sizeof pool_counters[0]; i++) {
		const struct pool_counter *row = &pool_counters[i];

		family(out, row->name, "counter", row->help);
		for (enum pool p = POOL_WEB; p < POOL_COUNT; p++) {
			const char *place = (const char *)scoreboard_pool(p) + row->offset;
			uint64_t value = atomic_load((const _Atomic uint64_t *)(const void *)place);

			if (row->scale == 1)
				buffer_printf(out, "%s_total{pool=\"%s\"} %llu\n", row->name, pool_name(p),
				    (unsigned long long)value);
			else
				buffer_printf(out, "%s_total{pool=\"%s\"} %.6f\n", row->name, pool_name(p),
				    (double)value * row->scale);
		}
	}
}

static void
pool_status_write(struct buffer *out)
{
	family(out, "host_answers_by_class", "counter", "Requests answered by class of status.");
	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++)
		for (unsigned c = 2; c < 6; c++)
			buffer_printf(out, "host_answers_by_class_total{pool=\"%s\",class=\"%uxx\"} %llu\n",
			    pool_name(p), c, (unsigned long long)scoreboard_pool(p)->by_status[c]);
}

enum gauge { CONFIGURED, WORKERS, IDLE, BUSY, DATABASE, RESIDENT, DROPPED, QUEUE, OLDEST, GAUGES };

static double
gauge_value(enum gauge gauge, enum pool p, const struct status_pool *count)
{
	const struct scoreboard_head *head = scoreboard_head();
	const double values[GAUGES] = { [CONFIGURED] = head->workers[p], [WORKERS] = count->workers,
		[IDLE] = count->idle, [BUSY] = count->busy, [DATABASE] = count->database_up,
		[RESIDENT] = (double)count->rss_kib * 1024, [DROPPED] = (double)count->log_dropped,
		[QUEUE] = head->queue[p], [OLDEST] = (double)count->oldest_us * 1e-6 };

	return values[gauge];
}

static void
pool_gauges_write(struct buffer *out)
{
	static const struct { const char *name, *help; } gauges[GAUGES] = {
		[CONFIGURED] = { "host_configured_workers", "Workers wished." },
		[WORKERS] = { "host_workers", "Workers alive." },
		[IDLE] = { "host_idle_workers", "Workers that wait." },
		[BUSY] = { "host_busy_workers", "Workers at work." },
		[DATABASE] = { "host_database_workers", "Workers with a database connection." },
		[RESIDENT] = { "host_resident_bytes",
		    "Resident memory, shared pages counted in each worker." },
		[DROPPED] = { "host_log_lines_dropped", "Log lines that a full pipe lost." },
		[QUEUE] = { "host_queue_length", "Connections that wait for a worker." },
		[OLDEST] = { "host_oldest_request_seconds", "Age of the request that runs longest." },
	};

	for (enum gauge i = CONFIGURED; i < GAUGES; i++) {
		family(out, gauges[i].name, "gauge", gauges[i].help);
		for (enum pool p = POOL_WEB; p < POOL_COUNT; p++) {
			struct status_pool count = status_pool_count(p);

			buffer_printf(out, "%s{pool=\"%s\"} %.9g\n", gauges[i].name, pool_name(p),
			    gauge_value(i, p, &count));
		}
	}
}

/* ---- routes ---- */

static void
route_labels(struct buffer *out, const struct scoreboard_route *route)
{
	const char *module = route->module < SCOREBOARD_MODULES ?
	    scoreboard_module(route->module)->name : "host";

	label(out, "module", module, 47);
	buffer_char(out, ',');
	label(out, "method", route->method, sizeof route->method);
	buffer_char(out, ',');
	label(out, "route", route->path, sizeof route->path);
}

static uint64_t
route_total(const struct scoreboard_route *route)
{
	uint64_t n = 0;

	for (size_t b = 0; b <= SCOREBOARD_BUCKETS; b++)
		n += route->bucket[b];
	return n;
}

static void
route_histogram(struct buffer *out, const struct scoreboard_route *route)
{
	uint64_t sum = 0;

	for (size_t b = 0; b <= SCOREBOARD_BUCKETS; b++) {
		sum += route->bucket[b];
		buffer_str(out, "host_route_seconds_bucket{");
		route_labels(out, route);
		if (b < SCOREBOARD_BUCKETS)
			buffer_printf(out, ",le=\"%g\"} %llu\n", (double)scoreboard_bucket_ms[b] / 1000,
			    (unsigned long long)sum);
		else
			buffer_printf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)sum);
	}
	buffer_str(out, "host_route_seconds_sum{");
	route_labels(out, route);
	buffer_printf(out, "} %.6f\nhost_route_seconds_count{", (double)route->time_us * 1e-6);
	route_labels(out, route);
	buffer_printf(out, "} %llu\n", (unsigned long long)sum);
}

/* Calls fn for every route that was ever asked for. */
static void
routes_each(struct buffer *out, void (*fn)(struct buffer *, const struct scoreboard_route *))
{
	for (size_t i = 0; i < SCOREBOARD_ROUTES; i++) {
		const struct scoreboard_route *route = scoreboard_route(i);

		if (route->used == 2 && route_total(route))
			fn(out, route);
	}
}

static void
route_classes(struct buffer *out, const struct scoreboard_route *route)
{
	for (unsigned c = 2; c < 6; c++) {
		if (!route->by_status[c])
			continue;
		buffer_str(out, "host_route_answers_total{");
		route_labels(out, route);
		buffer_printf(out, ",class=\"%uxx\"} %llu\n", c, (unsigned long long)route->by_status[c]);
	}
}

static void
route_bytes(struct buffer *out, const struct scoreboard_route *route)
{
	buffer_str(out, "host_route_body_bytes_total{");
	route_labels(out, route);
	buffer_printf(out, "} %llu\n", (unsigned long long)route->bytes);
}

static void
route_arena(struct buffer *out, const struct scoreboard_route *route)
{
	buffer_str(out, "host_route_arena_peak_bytes{");
	route_labels(out, route);
	buffer_printf(out, "} %llu\n", (unsigned long long)route->arena_peak);
}

static void
routes_write(struct buffer *out)
{
	family(out, "host_route_answers", "counter", "Answers by route and class of status.");
	routes_each(out, route_classes);
	family(out, "host_route_body_bytes", "counter", "Bytes of bodies by route.");
	routes_each(out, route_bytes);
	family(out, "host_route_seconds", "histogram", "Time from accept to the last byte, by route.");
	routes_each(out, route_histogram);
	family(out, "host_route_arena_peak_bytes", "gauge", "Most memory of one request, by route.");
	routes_each(out, route_arena);
}

/* ---- modules and the host ---- */

static void
modules_write(struct buffer *out)
{
	family(out, "host_module_enabled", "gauge", "1 when the module's routes are served.");
	for (size_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++) {
		const struct scoreboard_module *module = scoreboard_module(i);

		buffer_str(out, "host_module_enabled{");
		label(out, "module", module->name, sizeof module->name);
		buffer_printf(out, "} %d\n", module->state == MODULE_ON || module->state == MODULE_HALF_OPEN);
	}
	family(out, "host_module_crashes", "counter", "Workers lost in code of the module.");
	for (size_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++) {
		buffer_str(out, "host_module_crashes_total{");
		label(out, "module", scoreboard_module(i)->name, sizeof scoreboard_module(i)->name);
		buffer_printf(out, "} %u\n", scoreboard_module(i)->crashes);
	}
}

static void
number(struct buffer *out, const char *name, const char *type, const char *help, double value)
{
	family(out, name, type, help);
	buffer_printf(out, "%s%s %.9g\n", name, !strcmp(type, "counter") ? "_total" : "", value);
}

static void
head_write(struct buffer *out)
{
	const struct scoreboard_head *head = scoreboard_head();
	const char *why;

	number(out, "host_ready", "gauge", "1 when requests may be sent.", status_ready(&why));
	number(out, "host_generation", "gauge", "Number of the generation that serves.",
	    head->generation);
	number(out, "host_reloads", "counter", "Reloads that took effect.", head->reloads);
	number(out, "host_reloads_refused", "counter", "Reloads that were refused.",
	    head->reloads_refused);
	number(out, "host_start_time_seconds", "gauge", "Start of the host, Unix time.",
	    (double)head->started_at * 1e-6);
}

void
metrics_text(struct buffer *out, bool open_metrics)
{
	open_format = open_metrics;
	head_write(out);
	pool_gauges_write(out);
	pool_counters_write(out);
	pool_status_write(out);
	modules_write(out);
	routes_write(out);
	/* Required by OpenMetrics, a comment in the classic format. */
	buffer_str(out, "# EOF\n");
}
