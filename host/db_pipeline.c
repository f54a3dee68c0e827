/*
 * db_pipeline.c: sends the queued queries and one Sync, reads every result up
 * to the Sync before anything is decoded: whatever faults afterwards, the
 * connection is in step. And what becomes of errors.
 */
#include "db_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"

/* false when the connection broke. */
static bool
item_send(struct db *db, struct db_item *item)
{
	const struct sql_query *q = item->query;
	struct db_statement *s = item->statement;

	item->prepares = !s->prepared && !s->asked;
	if (item->prepares) {
		Oid types[32];

		assert(q->n_params <= 32);
		for (size_t i = 0; i < q->n_params; i++)
			types[i] = db_oid(q->params[i].type);
		if (!PQsendPrepare(db->conn, s->name, q->text, q->n_params, types))
			return false;
		s->asked = true;
	}
	return PQsendQueryPrepared(db->conn, s->name, q->n_params, item->params, NULL, NULL, 0);
}

static void
failure_note(struct db_failure *f, const struct db_item *item, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	if (f->any)
		return;
	f->any = true;
	f->query = item ? item->query->name : "sync";
	(void)snprintf(f->state, sizeof f->state, "%s", state ? state : "");
	db_one_line(f->text, sizeof f->text, text ? text : PQresultErrorMessage(r));
	(void)snprintf(f->code, sizeof f->code, "%.63s", text ? text : "");
}

static void
failure_lost(struct db *db, struct db_failure *f)
{
	/* A FATAL error of the server (57P01 …) says more than "lost". */
	if (!f->any) {
		f->any = true;
		f->query = db->stats.last ? db->stats.last : "";
		f->state[0] = '\0';
		db_one_line(f->text, sizeof f->text, PQerrorMessage(db->conn));
	}
	f->lost = true;
}

/* One result of the running pipeline and the NULL behind it. NULL: lost. */
static PGresult *
result_read(struct db *db, struct db_failure *f, const struct db_item *item)
{
	PGresult *r = PQgetResult(db->conn);

	if (r && PQresultStatus(r) == PGRES_FATAL_ERROR)
		failure_note(f, item, r);
	if (!r || PQstatus(db->conn) != CONNECTION_OK) {
		PQclear(r);
		failure_lost(db, f);
		return NULL;
	}
	if (PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
		PGresult *end = PQgetResult(db->conn);

		if (end) { /* cannot be: one statement gives one result */
			PQclear(end);
			PQclear(r);
			failure_lost(db, f);
			return NULL;
		}
	}
	return r;
}

static void
item_read(struct db *db, struct db_item *item, struct db_failure *f)
{
	PGresult *r;

	if (item->prepares) {
		r = result_read(db, f, item);
		item->statement->asked = false;
		if (!r)
			return;
		if (PQresultStatus(r) == PGRES_COMMAND_OK)
			item->statement->prepared = true;
		PQclear(r);
	}
	item->result = result_read(db, f, item);
	if (item->result && !f->any) {
		ExecStatusType status = PQresultStatus(item->result);

		if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
			failure_note(f, item, item->result);
	}
}

/* Sends the items and a Sync, reads all results. */
void
db_pipeline(struct db *db, struct db_failure *f)
{
	int64_t start = db_monotonic();
	bool ok = true;
	PGresult *r;

	*f = (struct db_failure){ 0 };
	for (size_t i = 0; ok && i < db->n_items; i++) {
		ok = item_send(db, &db->items[i]);
		db->stats.last = db->items[i].query->name;
	}
	if (!ok || !PQpipelineSync(db->conn))
		failure_lost(db, f);
	for (size_t i = 0; !f->lost && i < db->n_items; i++)
		item_read(db, &db->items[i], f);
	if (!f->lost) {
		r = result_read(db, f, NULL);
		if (r && PQresultStatus(r) != PGRES_PIPELINE_SYNC)
			failure_lost(db, f);
		PQclear(r);
	}
	db->stats.trips++;
	db->stats.queries += (unsigned)db->n_items;
	db->stats.time_us += db_monotonic() - start;
}

/* ---- errors ---------------------------------------------------------------- */

static bool
state_is(const char *state, const char *const *list)
{
	for (; *list; list++)
		if (!strncmp(state, *list, strlen(*list)))
			return true;
	return false;
}

/* An outcome raised in SQL: errcode 'U0409' is status 409. */
static int
outcome_status(const char *state)
{
	int status = 0;

	if (state[0] != 'U' || state[1] != '0' || strlen(state) != 5)
		return 0;
	for (const char *s = state + 2; *s; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		status = status * 10 + (*s - '0');
	}
	return status >= 400 && status <= 599 ? status : 0;
}

_Noreturn void
db_failure_raise(struct db *db, const struct db_failure *f)
{
	static const char *const down[] = { "08", "57P", "53300", "25P03", "57P05", NULL };
	static const char *const again[] = { "40001", "40P01", "55P03", "0A000", "26000", NULL };
	static const char *const stale[] = { "0A000", "26000", NULL };
	int status = outcome_status(f->state);

	db->failed = true;
	db_items_clear(db);
	if (f->lost || state_is(f->state, down)) {
		db_disconnect(db);
		log_event(LOG_LEVEL_WARN, "db_lost", "query", f->query, "state", f->state, "text", f->text,
		    NULL);
		fault_raise(503, "database_down", "query %s: %s %s", f->query, f->state, f->text);
	}
	if (status)
		fault_raise(status, f->code, "query %s: raised %s", f->query, f->code);
	/* The schema changed under a prepared statement: begin anew. */
	if (state_is(f->state, stale))
		db_disconnect(db);
	if (state_is(f->state, again))
		fault_raise(503, "try_again", "query %s: %s %s", f->query, f->state, f->text);
	if (!strcmp(f->state, "57014"))
		fault_raise(503, "timeout", "query %s: %s %s", f->query, f->state, f->text);
	/* Two people took the same name at once: the second is told so. */
	if (!strcmp(f->state, "23505"))
		fault_raise(409, "taken_meanwhile", "query %s: SQLSTATE %s %s", f->query, f->state, f->text);
	fault_raise(500, "internal", "query %s: SQLSTATE %s %s", f->query, f->state, f->text);
}
