/*
 * status.c: /livez /readyz /startupz /metrics /status, answered by the master
 * from shared memory, without any worker (host.md T6). Readiness does not fall
 * with the database: all hosts would leave the balancer at once.
 * Any worker may call status_json() too: the admin page shows it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "process.h"
#include "status.h"

/* ---- writing ---- */

static void
json_string(struct buffer *out, const char *key, const char *value, size_t most)
{
	static const char hex[] = "0123456789abcdef";

	buffer_printf(out, "\"%s\":\"", key);
	for (size_t i = 0; i < most && value[i]; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '"' || c == '\\') {
			buffer_char(out, '\\');
			buffer_char(out, (char)c);
		} else if (c < 0x20 || c >= 0x7f) {
			/* Texts of the scoreboard are ASCII; what is not may be torn. */
			char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

			buffer_add(out, escape, 6);
		} else
			buffer_char(out, (char)c);
	}
	buffer_char(out, '"');
}

static const char *
state_name(unsigned state)
{
	static const char *const names[] = { "free", "starting", "idle", "busy", "recycle", "leaving",
		"failed" };

	return state < sizeof names / sizeof names[0] ? names[state] : "?";
}

const char *
status_module_state(unsigned state)
{
	static const char *const names[] = { "on", "open", "half_open", "off" };

	return state < sizeof names / sizeof names[0] ? names[state] : "?";
}

/* ---- counting ---- */

struct status_pool
status_pool_count(enum pool pool)
{
	struct status_pool count = { 0 };
	int64_t now = scoreboard_now();

	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		const struct scoreboard_slot *slot = scoreboard_slot(i);
		int64_t since = slot->since_us;

		if (slot->pid <= 0 || slot->pool != (uint32_t)pool)
			continue;
		count.workers++;
		count.idle += slot->state == SLOT_IDLE || (slot->state == SLOT_RECYCLE && !since);
		count.busy += since != 0;
		count.database_up += slot->db_up != 0;
		count.rss_kib += slot->rss_kib;
		count.log_dropped += slot->log_dropped;
		if (since && now - since > count.oldest_us)
			count.oldest_us = now - since;
	}
	return count;
}

bool
status_ready(const char **why)
{
	const struct scoreboard_head *head = scoreboard_head();

	*why = "ready";
	if (head->draining)
		*why = "draining";
	else if (!head->ready)
		*why = "starting";
	else if (scoreboard_now() - head->tick_us > 2000000)
		*why = "master does not tick";
	else
		return true;
	return false;
}

/* ---- JSON ---- */

static void
slot_json(struct buffer *out, const struct scoreboard_slot *slot, int64_t now)
{
	char rid[36], sql[64];
	int64_t since = slot->since_us;

	(void)scoreboard_read(slot, rid, sql);
	buffer_printf(out, "{\"pid\":%d,\"generation\":%u,\"pool\":\"%s\",\"state\":\"%s\","
			   "\"requests\":%llu,\"bytes\":%llu,\"ageMs\":%lld,\"rssKib\":%u,"
			   "\"arenaPeak\":%llu,\"databaseUp\":%s",
	    slot->pid, slot->generation, pool_name((enum pool)slot->pool), state_name(slot->state),
	    (unsigned long long)slot->requests, (unsigned long long)slot->bytes,
	    (long long)(slot->started_us ? (now - slot->started_us) / 1000 : 0), slot->rss_kib,
	    (unsigned long long)slot->arena_peak, slot->db_up ? "true" : "false");
	if (since) {
		uint16_t route = slot->route;

		buffer_printf(out, ",\"busyMs\":%lld,\"phase\":\"%s\",", (long long)(now - since) / 1000,
		    phase_name(slot->phase));
		json_string(out, "request", rid, sizeof rid);
		buffer_char(out, ',');
		json_string(out, "query", sql, sizeof sql);
		if (route < SCOREBOARD_ROUTES) {
			buffer_char(out, ',');
			json_string(out, "route", scoreboard_route(route)->path,
			    sizeof scoreboard_route(route)->path);
		}
	}
	buffer_char(out, '}');
}

static void
slots_json(struct buffer *out)
{
	int64_t now = scoreboard_now();
	bool first = true;

	buffer_str(out, ",\"workers\":[");
	for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
		const struct scoreboard_slot *slot = scoreboard_slot(i);

		if (slot->pid <= 0)
			continue;
		if (!first)
			buffer_char(out, ',');
		first = false;
		slot_json(out, slot, now);
	}
	buffer_char(out, ']');
}

static void
pools_json(struct buffer *out)
{
	buffer_str(out, ",\"pools\":[");
	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++) {
		const struct scoreboard_pool *c = scoreboard_pool(p);
		struct status_pool count = status_pool_count(p);

		buffer_printf(out,
		    "%s{\"name\":\"%s\",\"configured\":%u,\"workers\":%u,\"idle\":%u,\"busy\":%u,"
		    "\"accepted\":%llu,\"answered\":%llu,\"shed\":%llu,\"refusedPeers\":%llu,"
		    "\"badStreams\":%llu,\"lostClients\":%llu,\"crashes\":%llu,\"killed\":%llu,"
		    "\"recycled\":%llu,\"slow\":%llu,\"oldestMs\":%lld,\"queueAgeMs\":%lld,"
		    "\"queries\":%llu,\"rssKib\":%llu,\"databaseUp\":%u",
		    p ? "," : "", pool_name(p), scoreboard_head()->workers[p], count.workers, count.idle,
		    count.busy, (unsigned long long)c->accepted, (unsigned long long)c->answered,
		    (unsigned long long)c->shed, (unsigned long long)c->refused_peers,
		    (unsigned long long)c->bad_streams, (unsigned long long)c->lost_clients,
		    (unsigned long long)c->crashes, (unsigned long long)c->killed,
		    (unsigned long long)c->recycled, (unsigned long long)c->slow,
		    (long long)count.oldest_us / 1000, (long long)c->queue_last_us / 1000,
		    (unsigned long long)c->queries, (unsigned long long)count.rss_kib,
		    count.database_up);
		if (scoreboard_head()->queue_most[p])
			buffer_printf(out, ",\"queue\":%u,\"queueMost\":%u",
			    scoreboard_head()->queue[p], scoreboard_head()->queue_most[p]);
		buffer_char(out, '}');
	}
	buffer_char(out, ']');
}

static void
modules_json(struct buffer *out)
{
	buffer_str(out, ",\"modules\":[");
	for (size_t i = 0; i < SCOREBOARD_MODULES; i++) {
		const struct scoreboard_module *module = scoreboard_module(i);

		if (!module->name[0])
			break;
		buffer_str(out, i ? ",{" : "{");
		json_string(out, "name", module->name, sizeof module->name);
		buffer_char(out, ',');
		json_string(out, "version", module->version, sizeof module->version);
		buffer_printf(out, ",\"state\":\"%s\",\"crashes\":%u,\"recentCrashes\":%u}",
		    status_module_state(module->state), module->crashes, module->recent);
	}
	buffer_char(out, ']');
}

void
status_json(struct buffer *out)
{
	const struct scoreboard_head *head = scoreboard_head();
	const char *why;
	bool ready = status_ready(&why);

	buffer_printf(out, "{\"ready\":%s,", ready ? "true" : "false");
	json_string(out, "state", why, 64);
	buffer_printf(out, ",\"generation\":%u,\"master\":%d,\"upSeconds\":%lld,\"reloads\":%u,"
			   "\"reloadsRefused\":%u,",
	    head->generation, head->master, (long long)(scoreboard_now() - head->started_us) / 1000000,
	    head->reloads, head->reloads_refused);
	json_string(out, "refusedReason", head->reason, sizeof head->reason);
	buffer_char(out, ',');
	json_string(out, "users", head->users, sizeof head->users);
	buffer_char(out, ',');
	json_string(out, "sandbox", head->sandbox, sizeof head->sandbox);
	pools_json(out);
	modules_json(out);
	slots_json(out);
	buffer_str(out, "}\n");
}

/* ---- for people ---- */

void
status_text(struct buffer *out)
{
	const struct scoreboard_head *head = scoreboard_head();
	const char *why;

	(void)status_ready(&why);
	buffer_printf(out, "state       %s\ngeneration  %u\nmaster      %d\nup          %lld s\n"
			   "users       %.255s\nsandbox     %.255s\nreloads     %u, refused %u\n",
	    why, head->generation, head->master,
	    (long long)(scoreboard_now() - head->started_us) / 1000000, head->users, head->sandbox,
	    head->reloads, head->reloads_refused);
	if (head->reason[0])
		buffer_printf(out, "refused     %.511s\n", head->reason);
	buffer_str(out, "\npool  wanted workers idle busy queue   answered  shed crashes recycled\n");
	for (enum pool p = POOL_WEB; p < POOL_COUNT; p++) {
		const struct scoreboard_pool *c = scoreboard_pool(p);
		struct status_pool count = status_pool_count(p);

		buffer_printf(out, "%-5s %6u %7u %4u %4u %5u %10llu %5llu %7llu %8llu\n", pool_name(p),
		    head->workers[p], count.workers, count.idle, count.busy, head->queue[p],
		    (unsigned long long)c->answered, (unsigned long long)c->shed,
		    (unsigned long long)(c->crashes + c->killed), (unsigned long long)c->recycled);
	}
	buffer_str(out, "\nmodule                   version  state      crashes\n");
	for (size_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++) {
		const struct scoreboard_module *m = scoreboard_module(i);

		buffer_printf(out, "%-24.47s %-8.23s %-10s %u\n", m->name, m->version,
		    status_module_state(m->state), m->crashes);
	}
}

/* ---- HTTP/1.0 ---- */

static void
respond(struct buffer *out, const char *status, const char *type, const char *text, size_t size,
    bool head_only)
{
	buffer_printf(out, "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
			   "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
			   "Connection: close\r\n\r\n",
	    status, type, size);
	if (!head_only)
		buffer_add(out, text, size);
}

static bool
path_is(const char *request, const char *path)
{
	size_t n = strlen(path);

	return !strncmp(request, path, n) &&
	    (request[n] == ' ' || request[n] == '?' || request[n] == '\r' || request[n] == '\n');
}

static void
probe(struct buffer *out, bool good, const char *text, bool head_only)
{
	char line[80];
	int n = snprintf(line, sizeof line, "%s\n", text);

	respond(out, good ? "200 OK" : "503 Service Unavailable", "text/plain; charset=utf-8", line,
	    (size_t)n, head_only);
}

/* With ?deep=1 also: has any worker of the pools a database connection? */
static void
ready_probe(struct buffer *out, const char *path, bool head_only)
{
	const char *why;
	bool ready = status_ready(&why);

	if (ready && !strncmp(path, "/readyz?deep=1", 14)) {
		struct status_pool web = status_pool_count(POOL_WEB);

		if (web.workers && !web.database_up) {
			probe(out, false, "database down", head_only);
			return;
		}
	}
	probe(out, ready, why, head_only);
}

void
status_http(struct buffer *out, const char *request)
{
	bool head_only = !strncmp(request, "HEAD ", 5);
	const char *path = strchr(request, ' ');
	struct buffer body;
	bool open_metrics = strstr(request, "application/openmetrics-text") != NULL;

	if ((strncmp(request, "GET ", 4) && !head_only) || !path) {
		respond(out, "405 Method Not Allowed", "text/plain", "", 0, false);
		return;
	}
	path++;
	buffer_init(&body, out->arena, 16384);
	if (path_is(path, "/livez"))
		probe(out, true, "ok", head_only);
	else if (path_is(path, "/readyz"))
		ready_probe(out, path, head_only);
	else if (path_is(path, "/startupz"))
		probe(out, scoreboard_head()->started, scoreboard_head()->started ? "started" : "starting",
		    head_only);
	else if (path_is(path, "/metrics")) {
		metrics_text(&body, open_metrics);
		respond(out, "200 OK",
		    open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" :
				   "text/plain; version=0.0.4; charset=utf-8",
		    body.data, body.size, head_only);
	} else if (path_is(path, "/status")) {
		status_json(&body);
		respond(out, "200 OK", "application/json", body.data, body.size, head_only);
	} else
		respond(out, "404 Not Found", "text/plain", "", 0, false);
}
