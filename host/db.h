/*
 * db.h: one libpq connection, pipelines, transactions: the host's side.
 * Modules see sql_x() calls and db_flush() (handler.h).
 *
 * Statements are prepared lazily, in the same pipeline as their first use,
 * once per connection, with plan_cache_mode=force_generic_plan. Results are text.
 *
 * Reading (db_begin with write = false; the session is read-only): every flush sends the prefix,
 * the queued queries and one Sync: an implicit transaction, no BEGIN and no
 * COMMIT. Writing: the first flush sends BEGIN, prefix, queries, Sync; later
 * flushes send queries; db_commit() ends it.
 *
 * The prefix is the query that enters the session: it sets app.uid, app.role
 * and app.rid for the transaction and returns the person (session.c).
 *
 * Errors fault: connection lost or refused = 503 "database_down" (the next
 * db_begin reconnects, with back-off); SQLSTATE U0nnn raised in SQL = status
 * nnn with the message as code; 40001, 40P01, 55P03 = 503 "try_again"; 57014 =
 * 503 "timeout"; 23505 (a unique key) = 409 "taken_meanwhile"; all else 500
 * with the SQLSTATE and query name in the log.
 */
#ifndef HOST_DB_H
#define HOST_DB_H

#include "handler.h"

struct db_prefix {
	const struct sql_query *query;
	const char *const *params;
	void *row;     /* filled by the first flush */
	bool *found;
};

/* Does not connect yet. conninfo is copied. */
struct db *db_new(const char *conninfo);
void db_free(struct db *);
/* Connects now if needed; false and a reason when it cannot. */
bool db_connect(struct db *, char *reason, size_t size);
/* For a worker that waits: connects again after the back-off, so that it is ready
 * before somebody asks. Says nothing when it cannot: the next request will. */
void db_revive(struct db *);
/* Starts a unit of work whose rows live in the arena. prefix may be NULL. */
void db_begin(struct db *, struct arena *, bool write, const struct db_prefix *prefix);
/* Flushes what is queued; then COMMIT when writing. Faults when it fails. */
void db_commit(struct db *);
/* Never faults. Also ends a failed pipeline. Safe when nothing is open. */
void db_rollback(struct db *);
bool db_writing(const struct db *);
/* Of the open unit of work; faults when none is open. */
struct arena *db_arena(const struct db *);
/* Runs fn(ptr) after a successful commit (cache_touch, NOTIFY free wake-ups). */
void db_on_commit(struct db *, void (*fn)(void *), void *ptr);
/* Round trips and queries of this unit of work; name of the last query. */
struct db_stats {
	unsigned trips, queries;
	int64_t time_us;
	const char *last;
	int backend_pid;
};
const struct db_stats *db_stats(const struct db *);
int db_socket(const struct db *); /* -1 when not connected */
/* Asks the server to stop the running query; async-signal-safe. */
bool db_cancel(struct db *);
/* Versions of cache tags elsewhere than in the scoreboard; n = 0 goes back.
 * For tests. */
void db_cache_shared(volatile uint64_t *versions, size_t n);
/* LISTEN side for the jobs pool: waits ≤ timeout_ms for a notification. */
void db_listen(struct db *, const char *channel);
bool db_wait(struct db *, int timeout_ms);
/* Runs plain SQL text (several statements): migrations, tests and tools only. */
bool db_script(struct db *, const char *sql, char *error, size_t size);

#endif
