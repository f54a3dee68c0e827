/*
 * db.c: units of work on one connection.
 *
 * A connection that turns out dead at the first flush of a unit (the server
 * was restarted while we were idle) is opened again once, unless a COMMIT was
 * among what was sent: then nobody knows whether it counted.
 */
#include "db_impl.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.sql.h"
#include "fault.h"

void
db_items_clear(struct db *db)
{
	for (size_t i = 0; i < db->n_items; i++) {
		PQclear(db->items[i].result);
		db->items[i].statement->asked = false;
	}
	db->n_items = 0;
}

static void
unit_close(struct db *db)
{
	db_items_clear(db);
	db->arena = NULL;
	db->begun = db->failed = false;
	db->prefix = NULL;
}

void
db_begin(struct db *db, struct arena *arena, bool write, const struct db_prefix *prefix)
{
	int pid = db->stats.backend_pid;

	/* A unit inside a unit is a bug of the caller: its work would be lost. */
	assert(!db->arena);
	db->arena = arena;
	db->write = write;
	db->begun = db->failed = db->flushed = false;
	db->prefix = prefix;
	db->hooks = NULL;
	db->hooks_end = &db->hooks;
	db->stats = (struct db_stats){ .backend_pid = pid };
}

void
db_on_commit(struct db *db, void (*fn)(void *), void *ptr)
{
	struct db_hook *hook;

	if (!db->arena)
		fault("db_on_commit outside a unit of work");
	for (hook = db->hooks; hook; hook = hook->next)
		if (hook->fn == fn && hook->ptr == ptr)
			return;
	hook = arena_alloc(db->arena, sizeof *hook);
	hook->fn = fn;
	hook->ptr = ptr;
	*db->hooks_end = hook;
	db->hooks_end = &hook->next;
}

static struct db_item *
item_add(struct db *db, const struct sql_query *query)
{
	struct db_item *item;

	if (db->n_items == db->items_size) {
		db->items_size = db->items_size ? db->items_size * 2 : 32;
		db->items = db_must(realloc(db->items, db->items_size * sizeof *db->items));
	}
	item = &db->items[db->n_items];
	*item = (struct db_item){ .query = query, .statement = db_statement(db, query) };
	db->n_items++;
	return item;
}

void
db_queue(struct db *db, const struct sql_query *query, const char *const *params,
    void *row, void *count)
{
	const char **copy = NULL;
	struct db_item *item;

	if (!db->arena)
		fault("query %s outside a unit of work", query->name);
	for (size_t i = 0; i < query->n_params; i++)
		if (!params[i] && !query->params[i].nullable)
			fault("query %s: parameter %s is null", query->name, query->params[i].name);
	/* Inside a writing unit the rows must show its own changes. */
	if (query->cache_ms && !db->write && db_cache_get(db, query, params, row, count))
		return;
	if (query->n_params) {
		copy = arena_alloc(db->arena, query->n_params * sizeof *copy);
		memcpy(copy, params, query->n_params * sizeof *copy);
	}
	item = item_add(db, query);
	item->params = copy;
	item->row = row;
	item->count = count;
	if (query->cache_ms)
		item->cache_version = db_cache_version(query->cache_tag);
}

/* ---- flush, commit, rollback ----------------------------------------------- */

/* Moves the host's clock offset (tests, development) into the session. */
static int64_t
clock_offset(void)
{
	struct timespec t;
	int64_t offset;

	clock_gettime(CLOCK_REALTIME, &t);
	offset = clock_now() - ((int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	/* The two clocks are read one after the other. */
	return offset > -1000 && offset < 1000 ? 0 : offset;
}

/* Puts what belongs in front of the queued items: BEGIN, clock, prefix. */
static void
lead_in(struct db *db)
{
	struct db_item lead[3];
	size_t n = 0, queued = db->n_items;
	int64_t offset = clock_offset(), moved = offset - db->clock_offset;

	if (db->write && !db->begun) {
		item_add(db, &query_db_begin_write)->own = true;
		n++;
	}
	if (moved > 500000 || moved < -500000 || (!offset && db->clock_offset) || db->clock_unsure) {
		const char **params = arena_alloc(db->arena, sizeof *params);
		struct db_item *item = item_add(db, &query_db_clock);

		params[0] = db_i64(db, offset);
		item->params = params;
		item->own = true;
		db->clock_offset = offset;
		db->clock_unsure = false;
		n++;
	}
	/* A reading unit enters the session with every flush: its settings end
	 * with the Sync. */
	if (db->prefix && (!db->write || !db->flushed)) {
		struct db_item *item = item_add(db, db->prefix->query);

		item->params = db->prefix->params;
		item->row = db->prefix->row;
		item->count = db->prefix->found;
		item->own = db->flushed;
		n++;
	}
	if (!n || !queued)
		return;
	memcpy(lead, db->items + queued, n * sizeof *lead);
	memmove(db->items + n, db->items, queued * sizeof *lead);
	memcpy(db->items, lead, n * sizeof *lead);
}

/* A server that went away while we were idle has left an end of file in the
 * socket. Worth one system call where a second try is not allowed. */
static bool
gone_quietly(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };

	if (poll(&p, 1, 0) != 1)
		return false;
	/* PQisBusy reads the messages that came in. */
	return !PQconsumeInput(db->conn) || PQisBusy(db->conn) || db->leaving ||
	    PQstatus(db->conn) != CONNECTION_OK;
}

static void
run_items(struct db *db, bool commits)
{
	struct db_failure f;
	bool first = !db->flushed;
	size_t n;

	db_need(db);
	if (first && db->write && gone_quietly(db)) {
		db_disconnect(db);
		db_need(db);
	}
	lead_in(db);
	if (commits)
		item_add(db, &query_db_commit_write)->own = true;
	n = db->n_items;
	db_pipeline(db, &f);
	if (f.lost && first && !commits) {
		int64_t offset = db->clock_offset;

		for (size_t i = 0; i < n; i++) {
			PQclear(db->items[i].result);
			db->items[i].result = NULL;
		}
		db_disconnect(db);
		db->next_try = 0;
		db_need(db);
		/* The clock item, if any, is among those sent again. */
		if (db->items[0].query == &query_db_clock || (n > 1 && db->items[1].query == &query_db_clock))
			db->clock_offset = offset;
		db_pipeline(db, &f);
	}
	db->flushed = true;
	if (f.any)
		db_failure_raise(db, &f);
	if (db->write)
		db->begun = !commits;
	/* COMMIT of a transaction that had failed answers ROLLBACK. */
	if (commits && strcmp(PQcmdStatus(db->items[n - 1].result), "COMMIT")) {
		db->failed = true;
		fault("commit answered %s", PQcmdStatus(db->items[n - 1].result));
	}
	for (size_t i = 0; i < n; i++)
		if (!db->items[i].own)
			db_decode(db, &db->items[i]);
	db_items_clear(db);
}

void
db_flush(struct db *db)
{
	if (!db->arena)
		fault("db_flush outside a unit of work");
	if (db->failed)
		fault("query after a failed one in the same unit of work");
	if (db->n_items || (db->prefix && !db->flushed))
		run_items(db, false);
}

int64_t
db_run(struct db *db, const struct sql_query *query, const char *const *params,
    void *row, size_t *n)
{
	bool found = false;
	size_t count = 0;
	int64_t affected = 0;

	switch (query->kind) {
	case SQL_ONE:
		db_queue(db, query, params, row, &found);
		db_flush(db);
		return found;
	case SQL_MANY:
		db_queue(db, query, params, row, &count);
		db_flush(db);
		if (n)
			*n = count;
		return (int64_t)count;
	case SQL_EXEC:
		db_queue(db, query, params, NULL, &affected);
		db_flush(db);
		return affected;
	}
	fault("query %s has no kind", query->name);
}

void
db_commit(struct db *db)
{
	struct db_hook *hook;

	if (!db->arena)
		fault("db_commit outside a unit of work");
	if (db->failed)
		fault("commit after a failed query");
	if (db->write && (db->begun || db->n_items))
		run_items(db, true);
	else if (db->n_items)
		run_items(db, false);
	hook = db->hooks;
	unit_close(db);
	for (; hook; hook = hook->next)
		hook->fn(hook->ptr);
}

void
db_rollback(struct db *db)
{
	struct db_failure f = { 0 };

	if (!db->arena)
		return;
	db_items_clear(db);
	if (db->conn && PQstatus(db->conn) != CONNECTION_OK)
		db_disconnect(db);
	if (db->conn && db->write && PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
		item_add(db, &query_db_rollback_write)->own = true;
		db_pipeline(db, &f);
		if (f.any || PQtransactionStatus(db->conn) != PQTRANS_IDLE)
			db_disconnect(db);
		db->clock_unsure = db->clock_offset != 0;
	}
	unit_close(db);
}

