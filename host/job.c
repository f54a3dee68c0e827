/*
 * job.c: claims, runs and finishes jobs; see job.h. One job at a time per process, in one transaction.
 */
#include "job_part.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"
#include "cron.h"
#include "crypto.h"
#include "db.h"
#include "fault.h"
#include "job.sql.h"
#include "json.h"
#include "log.h"
#include "registry.h"
#include "scoreboard.h"

#define LEASE_SPARE_S 30
#define TICK_US 1000000
#define PROGRESS_US 500000

/* Of this process; the job that runs, for job_progress(). */
static struct {
	char name[96];              /* "host:pid:random", holder of the leases */
	struct db *side;            /* progress must be seen before the job commits */
	struct arena *side_arena;
	int64_t progress_us;
	const struct job_type *type;
	struct job_claim *claim;
	const struct db_prefix *prefix; /* of its transaction, for job_commit() */
} own;

/* ---- types -------------------------------------------------------------- */

size_t
job_type_count(void)
{
	size_t n = 0;

	while (job_builtin[n].name)
		n++;
	return n + registry_job_count();
}

const struct job_type *
job_type_at(size_t i, const struct registry_module **module)
{
	size_t n = 0;

	*module = NULL;
	while (job_builtin[n].name) {
		if (n == i)
			return &job_builtin[n];
		n++;
	}
	return registry_job_at(i - n, module);
}

static const struct job_type *
type_find(const char *name, const struct registry_module **module)
{
	size_t n = job_type_count();

	for (size_t i = 0; i < n; i++) {
		const struct job_type *t = job_type_at(i, module);

		if (strcmp(t->name, name) == 0)
			return t;
	}
	*module = NULL;
	return NULL;
}

const struct job_type *
job_type_find(const char *name)
{
	const struct registry_module *module;

	return type_find(name, &module);
}

static unsigned
timeout_of(const struct job_type *t)
{
	return t->timeout_s ? t->timeout_s : JOB_TIMEOUT_S;
}

static unsigned
attempts_of(const struct job_type *t)
{
	return t && t->attempts ? t->attempts : JOB_ATTEMPTS;
}

int64_t
job_backoff_ms(int attempt)
{
	int64_t cap = attempt > 12 ? 3600000 : INT64_C(1000) << (attempt > 1 ? attempt - 1 : 0);
	uint64_t random;

	if (cap > 3600000)
		cap = 3600000;
	crypto_random(&random, sizeof(random));
	return 1 + (int64_t)(random % (uint64_t)cap);
}

/* ---- adding, progress ------------------------------------------------------ */

void
job_add(struct db *db, const char *type, const char *key, const char *args)
{
	sql_job_put_queue(db, type, key, args ? args : "{}", NULL);
}

static void
progress_write(int64_t done, int64_t total, const char *text)
{
	struct fault_frame frame;

	if (!own.side) {
		own.side = db_new(conf->pools[POOL_JOBS].database);
		own.side_arena = arena_new(1u << 20);
	}
	if (FAULT_CATCH(&frame)) {
		/* Progress is a courtesy: the job goes on. */
		db_rollback(own.side);
		log_event(LOG_LEVEL_WARN, "job_progress_lost", "error", frame.text, NULL);
	} else {
		db_begin(own.side, own.side_arena, true, NULL);
		sql_job_progress_set(own.side, own.claim->id, own.name, own.claim->attempt, done,
		    total, text, (int64_t)timeout_of(own.type) + LEASE_SPARE_S);
		db_commit(own.side);
		fault_leave(&frame);
	}
	arena_reset(own.side_arena);
}

void
job_progress(struct job *job, int64_t done, int64_t total, const char *text)
{
	int64_t now = scoreboard_now();

	(void)job;
	if (!own.claim || (done < total && now - own.progress_us < PROGRESS_US))
		return;
	own.progress_us = now;
	progress_write(done, total, text);
}

void
job_commit(struct job *job)
{
	db_commit(job->db);
	db_begin(job->db, job->arena, true, own.prefix);
}

/* ---- one job ------------------------------------------------------------------ */

static void
finish_event(struct db *db, const char *event_id, bool failed)
{
	if (event_id)
		sql_event_finish_queue(db, event_id, failed, NULL);
}

/* Back to the queue, or dead. In an open writing unit. */
void
job_failure(struct db *db, const char *id, const char *type_name, const char *holder,
    int attempt, const char *event_id, bool dead, const char *error)
{
	const struct job_type *type = job_type_find(type_name);
	char number[16];

	snprintf(number, sizeof(number), "%d", attempt);
	if (dead || (unsigned)attempt >= attempts_of(type)) {
		if (sql_job_die(db, id, holder, attempt, error) > 0)
			finish_event(db, event_id, true);
		log_event(LOG_LEVEL_ERROR, "job_dead", "job", id, "type", type_name, "attempt",
		    number, "error", error, NULL);
	} else {
		sql_job_retry(db, id, holder, attempt, job_backoff_ms(attempt), error);
		log_event(LOG_LEVEL_WARN, "job_failed", "job", id, "type", type_name, "attempt",
		    number, "error", error, NULL);
	}
}

static struct job_claim *
claim(struct worker *w)
{
	size_t n = job_type_count();
	const char **types = arena_alloc(w->arena, (n + 1) * sizeof(*types));
	struct job_claim *row = arena_alloc(w->arena, sizeof(*row));
	struct buffer leases;
	bool found;

	buffer_init(&leases, w->arena, 256);
	buffer_char(&leases, '{');
	for (size_t i = 0; i < n; i++) {
		const struct registry_module *module;
		const struct job_type *t = job_type_at(i, &module);

		types[i] = t->name;
		buffer_printf(&leases, "%s%u", i ? "," : "", timeout_of(t) + LEASE_SPARE_S);
	}
	buffer_char(&leases, '}');
	db_begin(w->db, w->arena, true, NULL);
	found = sql_job_claim(w->db, own.name, types, buffer_text(&leases), row);
	db_commit(w->db);
	return found ? row : NULL;
}

/* Runs the job in a transaction of its own and marks it in the same one. */
static void
perform(struct worker *w, struct job_claim *c, const struct job_type *type)
{
	const char *params[2] = { c->person_id ? c->person_id : "", c->rid ? c->rid : "" };
	struct job_enter entered = { 0 };
	bool found = false;
	struct db_prefix prefix = { .query = &query_job_enter, .params = params, .row = &entered,
		.found = &found };
	struct job job = { .db = w->db, .arena = w->arena, .id = c->id, .attempt = c->attempt };
	enum job_result result;

	own.prefix = &prefix;
	db_begin(w->db, w->arena, true, &prefix);
	job.args = json_parse(w->arena, c->args);
	result = type->run(&job);
	if (result == JOB_DONE) {
		if (sql_job_done(w->db, c->id, own.name, c->attempt) == 0)
			fault("lease lost");
		finish_event(w->db, c->event_id, false);
		db_commit(w->db);
		return;
	}
	db_rollback(w->db);
	db_begin(w->db, w->arena, true, NULL);
	job_failure(w->db, c->id, c->type, own.name, c->attempt, c->event_id,
	    result == JOB_DEAD, result == JOB_DEAD ? "the job gave up" : "the job asks for a retry");
	db_commit(w->db);
}

/* After a fault inside the job. A second fault is the caller's. */
static void
give_back(struct worker *w, const struct job_claim *c, const char *error)
{
	db_rollback(w->db);
	db_begin(w->db, w->arena, true, NULL);
	job_failure(w->db, c->id, c->type, own.name, c->attempt, c->event_id, false, error);
	db_commit(w->db);
}

static void
run_claimed(struct worker *w, struct job_claim *c)
{
	const struct registry_module *module;
	const struct job_type *type = type_find(c->type, &module);
	int64_t started = scoreboard_now();
	struct fault_frame frame;
	struct log_line line;

	own.claim = c;
	own.type = type;
	own.progress_us = 0;
	log_request(c->rid);
	scoreboard_job_begin(w->slot, c->id, module, timeout_of(type));
	if (FAULT_CATCH(&frame)) {
		scoreboard_job_end(w->slot);
		own.claim = NULL;
		give_back(w, c, frame.text);
	} else {
		perform(w, c, type);
		fault_leave(&frame);
		scoreboard_job_end(w->slot);
		own.claim = NULL;
	}
	log_begin(&line, LOG_LEVEL_INFO, "job");
	log_str(&line, "job", c->id);
	log_str(&line, "type", c->type);
	log_int(&line, "attempt", c->attempt);
	log_int(&line, "us", scoreboard_now() - started);
	log_end(&line);
	log_request(NULL);
}

/* false when nothing is ready, or the database is away. */
static bool
run_one(struct worker *w)
{
	struct fault_frame frame;
	struct job_claim *c;

	if (FAULT_CATCH(&frame)) {
		db_rollback(w->db);
		own.claim = NULL;
		log_request(NULL);
		log_event(LOG_LEVEL_WARN, "job_worker_fault", "code", frame.code, "text", frame.text,
		    NULL);
		arena_reset(w->arena);
		return false;
	}
	c = claim(w);
	if (c)
		run_claimed(w, c);
	fault_leave(&frame);
	arena_reset(w->arena);
	return c != NULL;
}

/* ---- the loop ------------------------------------------------------------------------ */

static void
name_self(void)
{
	char host[48] = "";
	unsigned random;

	(void)gethostname(host, sizeof(host) - 1);
	crypto_random(&random, sizeof(random));
	snprintf(own.name, sizeof(own.name), "%s:%d:%08x", host, (int)getpid(), random);
}

static bool
stopping(const struct worker *w, volatile sig_atomic_t *stop)
{
	return *stop || (w->slot && w->slot->stop != STOP_NO);
}

void
job_worker_run(struct worker *w, volatile sig_atomic_t *stop)
{
	int64_t ticked = 0;
	bool set_up = false;

	name_self();
	db_listen(w->db, "job");
	while (!stopping(w, stop)) {
		int64_t now = scoreboard_now();

		if (now - ticked >= TICK_US) {
			set_up = job_tick(w, !set_up) || set_up;
			ticked = now;
		}
		if (run_one(w))
			continue;
		if (stopping(w, stop))
			break;
		/* A notification: perhaps an event, so look at once. */
		if (db_wait(w->db, 1000))
			ticked = 0;
	}
	if (own.side) {
		db_free(own.side);
		own.side = NULL;
	}
}

unsigned
job_run_due(struct worker *w)
{
	unsigned n = 0;
	bool first = own.name[0] == '\0';

	if (first)
		name_self();
	for (;;) {
		unsigned before = n;

		if (!job_tick(w, first))
			return n;
		first = false;
		while (run_one(w))
			n++;
		if (n == before)
			return n;
	}
}
