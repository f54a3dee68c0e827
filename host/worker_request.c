/*
 * worker_request.c: one connection is one request. It is shed when it waited
 * too long, dispatched with the module's signals open, answered whole, logged
 * and counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "db.h"
#include "fcgi.h"
#include "log.h"
#include "worker_part.h"

static const char *
env_value(const struct wire *wire, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *p = wire->env; p && *p; p++)
		if (!strncmp(*p, name, n) && (*p)[n] == '=')
			return *p + n + 1;
	return NULL;
}

/* Age of the request by nginx's clock ("1700000000.123"); -1 unknown. Steps of
 * the clock give negative ages (0) or very large ones (unknown). */
static int64_t
queue_age(const struct wire *wire)
{
	const char *text = env_value(wire, "REQUEST_START");
	struct timespec now;
	long long seconds, fraction = 0;
	int64_t age;
	char *end;

	if (!text || !*text)
		return -1;
	seconds = strtoll(text, &end, 10);
	if (*end == '.' && strlen(end + 1) == 3)
		fraction = strtoll(end + 1, NULL, 10);
	clock_gettime(CLOCK_REALTIME, &now);
	age = ((int64_t)now.tv_sec - seconds) * 1000000 + now.tv_nsec / 1000 - fraction * 1000;
	if (age > (int64_t)3600 * 1000000)
		return -1;
	return age < 0 ? 0 : age;
}

static bool
wants_json(const struct wire *wire)
{
	const char *uri = env_value(wire, "REQUEST_URI");

	return uri && !strncmp(uri, "/api/", 5);
}

/* Too old: whoever waited has gone or will soon. No database, no template. */
static void
shed(struct wire *wire, const char *rid)
{
	unsigned wait = 1 + (unsigned)(scoreboard_now() / 1000 % 5);

	wire->status = 503;
	buffer_printf(&wire->head, "Retry-After: %u\r\nCache-Control: no-store\r\n", wait);
	if (wants_json(wire)) {
		wire->body = arena_printf(worker_self.arena,
		    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
		    "\"code\":\"overloaded\",\"requestId\":\"%.32s\",\"errors\":[]}", rid);
		buffer_str(&wire->head, "Content-Type: application/problem+json\r\n");
	} else {
		wire->body = "<!doctype html><html lang=\"en\"><title>Busy</title><h1>Busy</h1>"
			     "<p>Too many people are here at once. Please try again in a moment.</p>";
		buffer_str(&wire->head, "Content-Type: text/html; charset=utf-8\r\n");
	}
	wire->body_size = strlen(wire->body);
	buffer_printf(&wire->head, "Content-Length: %zu\r\n", wire->body_size);
	if (env_value(wire, "REQUEST_METHOD") && !strcmp(env_value(wire, "REQUEST_METHOD"), "HEAD"))
		wire->body_size = 0;
	atomic_fetch_add_explicit(&worker_counters->shed, 1, memory_order_relaxed);
}

static void
dispatch_open(struct wire *wire)
{
	sigset_t after;

	(void)sigprocmask(SIG_SETMASK, &signals_module, NULL);
	dispatch(&worker_self, wire);
	(void)sigprocmask(SIG_SETMASK, &signals_closed, &after);
	/* F25: a module that changed the mask has changed the rules of the
	 * process; this worker ends after the answer. */
	if (sigismember(&after, SIGRTMIN) || !sigismember(&after, SIGTERM)) {
		log_event(LOG_LEVEL_ERROR, "signal_mask_changed", "module",
		    wire->module ? wire->module : "-", NULL);
		worker_stop = 1;
	}
}

/* The address without the host part: /24 and /48. */
static void
network_of(const char *address, char *text, size_t size)
{
	unsigned dots = 0, colons = 0;
	size_t i;

	for (i = 0; address[i] && i + 1 < size; i++) {
		dots += address[i] == '.';
		colons += address[i] == ':';
		if (dots == 3 || colons == 3)
			break;
		text[i] = address[i];
	}
	(void)snprintf(text + i, size - i, "%s", dots == 3 ? ".0" : colons == 3 ? "::" : "");
}

static void
request_log(const struct wire *wire, int64_t time_us, bool sent)
{
	const struct db_stats *stats = worker_self.db ? db_stats(worker_self.db) : NULL;
	const char *address = env_value(wire, "REMOTE_ADDR"), *trace = env_value(wire, "TRACEPARENT");
	char network[64];
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "request");
	if (wire->module)
		log_str(&line, "module", wire->module);
	log_str(&line, "route", wire->route ? wire->route : "-");
	log_str(&line, "method", env_value(wire, "REQUEST_METHOD"));
	log_int(&line, "status", wire->status);
	log_int(&line, "bytes", (int64_t)wire->body_size);
	log_int(&line, "us", time_us);
	if (wire->queued_us >= 0)
		log_int(&line, "queue_us", wire->queued_us);
	if (stats && stats->queries) {
		log_int(&line, "sql_us", stats->time_us);
		log_int(&line, "sql", stats->queries);
		log_int(&line, "trips", stats->trips);
	}
	log_int(&line, "arena", (int64_t)arena_used(worker_self.arena));
	if (wire->person)
		log_str(&line, "user", wire->person->id);
	if (address) {
		network_of(address, network, sizeof network);
		log_str(&line, "ip", network);
	}
	log_str(&line, "trace", trace);
	if (!sent)
		log_int(&line, "lost", 1);
	log_end(&line);
}

static void
request_count(const struct wire *wire)
{
	const struct db_stats *stats = worker_self.db ? db_stats(worker_self.db) : NULL;

	if (wire->queued_us >= 0) {
		worker_counters->queue_last_us = wire->queued_us;
		atomic_fetch_add_explicit(&worker_counters->queue_us, (uint64_t)wire->queued_us,
		    memory_order_relaxed);
	}
	if (!stats || !wire->module)
		return;
	atomic_fetch_add_explicit(&worker_counters->sql_us, (uint64_t)stats->time_us, memory_order_relaxed);
	atomic_fetch_add_explicit(&worker_counters->queries, stats->queries, memory_order_relaxed);
	atomic_fetch_add_explicit(&worker_counters->trips, stats->trips, memory_order_relaxed);
}

static void
request_serve(struct wire *wire, int fd)
{
	const char *rid = env_value(wire, "REQUEST_ID");
	int64_t took;
	bool sent;

	if (!rid || strlen(rid) != 32 || strspn(rid, "0123456789abcdef") != 32)
		rid = "00000000000000000000000000000000";
	scoreboard_begin(worker_self.slot, rid, wire->received_us);
	log_request(rid);
	wire->queued_us = queue_age(wire);
	if (worker_self.pool != POOL_PAY && wire->queued_us > conf->shed_after_ms * 1000) {
		buffer_init(&wire->head, worker_self.arena, 512);
		shed(wire, rid);
	} else
		dispatch_open(wire);
	log_request(rid); /* dispatch has forgotten it */
	if (wire->status < 200 || wire->status > 599)
		wire->status = 500;
	scoreboard_phase(worker_self.slot, PHASE_WRITE);
	sent = fcgi_answer(fd, wire);
	took = scoreboard_now() - wire->received_us;
	if (!sent)
		atomic_fetch_add_explicit(&worker_counters->lost_clients, 1, memory_order_relaxed);
	request_log(wire, took, sent);
	request_count(wire);
	if (wire->request) {
		/* Host code and short statements: the signals stay closed. */
		scoreboard_phase(worker_self.slot, PHASE_SQL);
		dispatch_after(&worker_self, wire);
	}
	scoreboard_end(worker_self.slot, worker_self.pool, wire->status, took, wire->body_size,
	    arena_used(worker_self.arena));
	log_request(NULL);
}

void
connection_serve(int fd, uid_t web_uid)
{
	struct wire wire = { .received_us = scoreboard_now(), .queued_us = -1 };

	atomic_fetch_add_explicit(&worker_counters->accepted, 1, memory_order_relaxed);
	if (fcgi_peer_check(fd, web_uid) != FCGI_PEER_GOOD) {
		atomic_fetch_add_explicit(&worker_counters->refused_peers, 1, memory_order_relaxed);
		log_event(LOG_LEVEL_WARN, "peer_refused", NULL);
		close(fd);
		return;
	}
	if (!fcgi_open(fd, &wire)) {
		atomic_fetch_add_explicit(&worker_counters->bad_streams, 1, memory_order_relaxed);
		log_event(LOG_LEVEL_WARN, "stream_refused", NULL);
	} else
		request_serve(&wire, fd);
	/* Deferred calls of the arena may still read the request. */
	arena_reset(worker_self.arena);
	fcgi_close(fd);
}
