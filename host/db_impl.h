/*
 * db_impl.h: shared by the files of the database layer, nobody else.
 *
 *   db.c           units of work, transactions
 *   db_connect.c   connection, statements, notifications
 *   db_pipeline.c  sending, reading, errors
 *   db_query.c     parameters and rows: text forms of PostgreSQL
 *   db_cache.c     the worker's cache of shared rows
 */
#ifndef HOST_DB_IMPL_H
#define HOST_DB_IMPL_H

#include <libpq-fe.h>

#include "arena.h"
#include "db.h"
#include "handler.h"

/* A query known to this process; prepared on the present connection or not. */
struct db_statement {
	const struct sql_query *query;
	char name[64];
	bool prepared;
	bool asked; /* a Prepare is in the running pipeline */
};

/* One query of the running unit of work. */
struct db_item {
	const struct sql_query *query;
	const char *const *params;
	void *row;              /* ONE: the row; MANY: address of the rows' pointer */
	void *count;            /* bool, size_t or int64_t by kind; may be NULL for EXEC */
	struct db_statement *statement;
	bool prepares;          /* its Prepare was sent in front of it */
	bool own;               /* begin, clock, commit: no rows for anybody */
	uint64_t cache_version; /* of its tag before it was sent */
	PGresult *result;       /* until decoded or cleared */
};

struct db_hook {
	struct db_hook *next;
	void (*fn)(void *);
	void *ptr;
};

struct db_failure {
	bool any, lost;
	char state[6];
	char code[64];
	char text[320];
	const char *query;
};

struct db {
	char *conninfo;
	PGconn *conn;
	PGcancel *cancel;     /* made with the connection: usable in a signal handler */
	/* statements: open addressing by query pointer; size is a power of two */
	struct db_statement **statements;
	size_t n_statements, statements_size;

	/* unit of work */
	struct arena *arena; /* NULL = none open */
	bool write;
	bool begun;          /* BEGIN was sent and answered */
	bool failed;
	bool flushed;        /* something was sent in this unit */
	const struct db_prefix *prefix;
	struct db_item *items; /* queued, in order; the array is kept */
	size_t n_items, items_size;
	struct db_hook *hooks, **hooks_end;

	/* reconnecting; CLOCK_MONOTONIC µs */
	bool leaving;         /* the server announced the end of the session */
	unsigned refusals;
	int64_t next_try;
	int64_t clock_offset; /* what the session was told */
	bool clock_unsure;       /* a rollback may have taken the offset back */
	char *channel;        /* LISTEN */
	struct db_stats stats;
};

int64_t db_monotonic(void);
/* Aborts without memory: a worker that small is lost. */
void *db_must(void *memory);
/* A message of the server or of libpq without its line ends. */
void db_one_line(char *to, size_t size, const char *from);

/* db_connect.c */
void db_disconnect(struct db *);
/* Connects when needed; faults with 503 when that fails or is not due yet. */
void db_need(struct db *);
struct db_statement *db_statement(struct db *, const struct sql_query *);

/* db.c */
void db_items_clear(struct db *);

/* db_pipeline.c */
void db_pipeline(struct db *, struct db_failure *);
_Noreturn void db_failure_raise(struct db *, const struct db_failure *);

/* db_query.c */
/* Decodes item->result into the caller's variables and hands the result to
 * the arena. Faults on a broken promise of the descriptor. */
void db_decode(struct db *, struct db_item *);
unsigned db_oid(enum sql_type);

/* db_cache.c */
bool db_cache_get(struct db *, const struct sql_query *, const char *const *params,
    void *row, void *count);
void db_cache_put(const struct sql_query *, const char *const *params, uint64_t version,
    const void *rows, size_t n);
uint64_t db_cache_version(const char *tag);

#endif
