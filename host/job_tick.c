/* job_tick.c: what makes jobs: events, cron rows, leases that ran out. */
#include "job_part.h"

#include <string.h>

#include "arena.h"
#include "cron.h"
#include "db.h"
#include "fault.h"
#include "job.sql.h"
#include "json.h"
#include "log.h"
#include "registry.h"

/* ---- events --------------------------------------------------------------------- */

static const char *
event_args(struct arena *arena, const struct event_claim *e)
{
	struct buffer b;

	buffer_init(&b, arena, 256);
	buffer_str(&b, "{\"event\":");
	json_quote(&b, e->id);
	buffer_str(&b, ",\"type\":");
	json_quote(&b, e->type);
	buffer_str(&b, ",\"key\":");
	if (e->key)
		json_quote(&b, e->key);
	else
		buffer_str(&b, "null");
	buffer_str(&b, ",\"data\":");
	buffer_str(&b, e->data);
	buffer_char(&b, '}');
	return buffer_text(&b);
}

static void
dispatch_event(struct worker *w, const struct event_claim *e)
{
	size_t n = job_type_count();
	int32_t consumers = 0;

	for (size_t i = 0; i < n; i++) {
		const struct registry_module *module;
		const struct job_type *t = job_type_at(i, &module);

		if (!t->event || strcmp(t->event, e->type) != 0)
			continue;
		sql_event_job_add_queue(w->db, t->name, e->key, event_args(w->arena, e), e->id,
		    e->person_id, e->rid, NULL);
		consumers++;
	}
	sql_event_dispatched_queue(w->db, e->id, consumers, NULL);
}

static void
dispatch_events(struct worker *w)
{
	struct event_lock lock = { 0 };
	struct event_claim *events;
	size_t n;

	do {
		db_begin(w->db, w->arena, true, NULL);
		n = 0;
		if (sql_event_lock(w->db, &lock) && lock.locked)
			n = sql_event_claim(w->db, &events);
		for (size_t i = 0; i < n; i++)
			dispatch_event(w, &events[i]);
		db_commit(w->db);
		arena_reset(w->arena);
	} while (n == 100);
}

/* ---- cron, leases ------------------------------------------------------------------ */

static int64_t
next_run(const char *spec)
{
	struct cron c;

	return cron_parse(spec, &c) ? cron_next(&c, clock_now()) : 0;
}

static void
cron_setup(struct worker *w)
{
	size_t n = job_type_count();

	db_begin(w->db, w->arena, true, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct registry_module *module;
		const struct job_type *t = job_type_at(i, &module);
		int64_t at;

		if (!t->cron)
			continue;
		at = next_run(t->cron);
		if (at == 0)
			log_event(LOG_LEVEL_ERROR, "cron_spec_bad", "type", t->name, "spec", t->cron,
			    NULL);
		else
			sql_cron_put(w->db, t->name, t->cron, at);
	}
	db_commit(w->db);
	arena_reset(w->arena);
}

static void
fire_cron(struct worker *w)
{
	size_t n = job_type_count(), names_n = 0, due_n;
	const char **names = arena_alloc(w->arena, (n + 1) * sizeof(*names));
	struct cron_due *due;

	for (size_t i = 0; i < n; i++) {
		const struct registry_module *module;
		const struct job_type *t = job_type_at(i, &module);

		if (t->cron)
			names[names_n++] = t->name;
	}
	db_begin(w->db, w->arena, true, NULL);
	due_n = sql_cron_due(w->db, names, &due);
	for (size_t i = 0; i < due_n; i++) {
		int64_t at = next_run(due[i].spec);

		sql_cron_job_add(w->db, due[i].name);
		sql_cron_fired(w->db, due[i].name, at ? at : clock_now() + INT64_C(86400000000));
	}
	db_commit(w->db);
	arena_reset(w->arena);
}

static void
end_leases(struct worker *w)
{
	struct job_expired *rows;
	size_t n;

	db_begin(w->db, w->arena, true, NULL);
	n = sql_job_expired(w->db, &rows);
	for (size_t i = 0; i < n; i++)
		job_failure(w->db, rows[i].id, rows[i].type, rows[i].worker, rows[i].attempt,
		    rows[i].event_id, false, "lease expired: the worker ended or was too slow");
	db_commit(w->db);
	arena_reset(w->arena);
}

bool
job_tick(struct worker *w, bool first)
{
	struct fault_frame frame;

	if (FAULT_CATCH(&frame)) {
		db_rollback(w->db);
		arena_reset(w->arena);
		log_event(LOG_LEVEL_WARN, "job_worker_fault", "code", frame.code, "text", frame.text,
		    NULL);
		return false;
	}
	if (first)
		cron_setup(w);
	fire_cron(w);
	end_leases(w);
	dispatch_events(w);
	fault_leave(&frame);
	return true;
}
