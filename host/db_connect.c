/*
 * db_connect.c: opening a connection and setting its session up, trying again
 * with back-off, prepared statements, notifications, scripts.
 */
#include "db_impl.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "db.sql.h"
#include "fault.h"

/* Waits between tries: full jitter below a ceiling that doubles. The last
 * ceiling is short so that pages are back within a second of the server. */
#define BACKOFF_FIRST_US 50000
#define BACKOFF_LAST_US 1000000

int64_t
db_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void *
db_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

struct db *
db_new(const char *conninfo)
{
	struct db *db = db_must(calloc(1, sizeof *db));

	db->conninfo = db_must(strdup(conninfo));
	return db;
}

/* ---- connection ----------------------------------------------------------- */

void
db_disconnect(struct db *db)
{
	PGcancel *cancel = db->cancel;

	if (!db->conn)
		return;
	db->cancel = NULL; /* before it is freed: db_cancel() may interrupt us */
	PQfreeCancel(cancel);
	PQfinish(db->conn);
	db->conn = NULL;
	db->begun = false;
	db->clock_offset = 0;
	db->stats.backend_pid = 0;
	for (size_t i = 0; i < db->statements_size; i++)
		if (db->statements[i])
			db->statements[i]->prepared = db->statements[i]->asked = false;
}

static void
notice(void *arg, const PGresult *result)
{
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	/* The server says good-bye to an idle session with an error of this class;
	 * the end of file may come a moment later. */
	if (state && !strncmp(state, "57P", 3))
		((struct db *)arg)->leaving = true;
	log_event(LOG_LEVEL_WARN, "db_notice", "state", state ? state : "", "text", text ? text : "",
	    NULL);
}

static bool
session_setup(struct db *db)
{
	PGresult *r = PQexecParams(db->conn, query_db_setup.text, 0, NULL, NULL, NULL, NULL, 0);
	bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;

	PQclear(r);
	if (ok && db->channel) {
		char *name = PQescapeIdentifier(db->conn, db->channel, strlen(db->channel));
		char command[160];

		if (!name || snprintf(command, sizeof command, "listen %s", name) >= (int)sizeof command)
			ok = false;
		else {
			r = PQexec(db->conn, command);
			ok = PQresultStatus(r) == PGRES_COMMAND_OK;
			PQclear(r);
		}
		PQfreemem(name);
	}
	return ok && PQenterPipelineMode(db->conn);
}

bool
db_cancel(struct db *db)
{
	PGcancel *cancel = db->cancel;
	char error[256];

	return cancel && PQcancel(cancel, error, sizeof error);
}

/* The primary message alone: libpq's text has several lines. */
void
db_one_line(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
	for (char *s = to; *s; s++)
		if (*s == '\n' || *s == '\t')
			*s = ' ';
}

static void
back_off(struct db *db)
{
	uint64_t random = 0;
	int64_t ceiling = BACKOFF_FIRST_US << (db->refusals > 5 ? 5 : db->refusals);

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
		random = (uint64_t)db_monotonic();
	if (ceiling > BACKOFF_LAST_US)
		ceiling = BACKOFF_LAST_US;
	db->refusals++;
	db->next_try = db_monotonic() + (int64_t)(random % (uint64_t)ceiling);
}

bool
db_connect(struct db *db, char *reason, size_t size)
{
	/* Values after dbname win over those in the conninfo. */
	const char *const keys[] = { "connect_timeout", "fallback_application_name",
		"tcp_user_timeout", "dbname", "client_encoding", NULL };
	const char *const values[] = { "2", "fcgi-host", "10000", db->conninfo, "UTF8", NULL };

	if (db->conn && PQstatus(db->conn) == CONNECTION_OK)
		return true;
	db_disconnect(db);
	db->conn = PQconnectdbParams(keys, values, 1);
	if (!db->conn)
		abort();
	db->leaving = false;
	PQsetNoticeReceiver(db->conn, notice, db);
	if (PQstatus(db->conn) != CONNECTION_OK || !session_setup(db)) {
		db_one_line(reason, size, PQerrorMessage(db->conn));
		db_disconnect(db);
		back_off(db);
		return false;
	}
	db->cancel = PQgetCancel(db->conn);
	db->refusals = 0;
	db->next_try = 0;
	db->stats.backend_pid = PQbackendPID(db->conn);
	return true;
}

void
db_revive(struct db *db)
{
	char reason[256];

	if ((!db->conn || PQstatus(db->conn) != CONNECTION_OK) && db->next_try <= db_monotonic())
		(void)db_connect(db, reason, sizeof reason);
}

void
db_need(struct db *db)
{
	char reason[256];

	if (db->conn && PQstatus(db->conn) == CONNECTION_OK)
		return;
	if (db->next_try > db_monotonic())
		fault_raise(503, "database_down", "waiting before the next try to connect");
	if (!db_connect(db, reason, sizeof reason)) {
		log_event(LOG_LEVEL_WARN, "db_connect_failed", "reason", reason, NULL);
		fault_raise(503, "database_down", "cannot connect: %s", reason);
	}
}

void
db_free(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	db_disconnect(db);
	for (size_t i = 0; i < db->statements_size; i++)
		free(db->statements[i]);
	free(db->statements);
	free(db->items);
	free(db->channel);
	free(db->conninfo);
	free(db);
}

int
db_socket(const struct db *db)
{
	return db->conn ? PQsocket(db->conn) : -1;
}

const struct db_stats *
db_stats(const struct db *db)
{
	return &db->stats;
}

bool
db_writing(const struct db *db)
{
	return db->arena && db->write;
}

struct arena *
db_arena(const struct db *db)
{
	if (!db->arena)
		fault("no unit of work is open");
	return db->arena;
}

/* ---- statements ----------------------------------------------------------- */

static size_t
slot_of(const struct db *db, const struct sql_query *query)
{
	size_t mask = db->statements_size - 1;
	size_t i = (size_t)(((uintptr_t)query >> 4) * 0x9e3779b97f4a7c15u >> 20) & mask;

	while (db->statements[i] && db->statements[i]->query != query)
		i = (i + 1) & mask;
	return i;
}

static void
statements_grow(struct db *db)
{
	struct db_statement **old = db->statements;
	size_t old_size = db->statements_size;

	db->statements_size = old_size ? old_size * 2 : 128;
	db->statements = db_must(calloc(db->statements_size, sizeof *db->statements));
	for (size_t i = 0; i < old_size; i++)
		if (old[i])
			db->statements[slot_of(db, old[i]->query)] = old[i];
	free(old);
}

struct db_statement *
db_statement(struct db *db, const struct sql_query *query)
{
	struct db_statement *s;
	size_t i;

	if (db->n_statements * 2 >= db->statements_size)
		statements_grow(db);
	i = slot_of(db, query);
	if (db->statements[i])
		return db->statements[i];
	s = db_must(calloc(1, sizeof *s));
	s->query = query;
	/* Two modules may use one name: the number makes it the connection's own. */
	(void)snprintf(s->name, sizeof s->name, "%.48s_%zu", query->name, db->n_statements++);
	db->statements[i] = s;
	return s;
}

/* ---- notifications, scripts ------------------------------------------------ */

void
db_listen(struct db *db, const char *channel)
{
	assert(!db->arena);
	free(db->channel);
	db->channel = db_must(strdup(channel));
	/* Said when the session is set up, now and after each reconnect. */
	db_disconnect(db);
}

static bool
notified(struct db *db)
{
	bool any = false;
	PGnotify *n;

	while ((n = PQnotifies(db->conn))) {
		PQfreemem(n);
		any = true;
	}
	return any;
}

bool
db_wait(struct db *db, int timeout_ms)
{
	struct pollfd p = { .events = POLLIN };
	char reason[256];
	bool any;

	assert(!db->arena);
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK) {
		int64_t wait = (db->next_try - db_monotonic()) / 1000;

		if (wait > 0) {
			(void)poll(NULL, 0, wait < timeout_ms ? (int)wait : timeout_ms);
			if (wait >= timeout_ms)
				return false;
		}
		/* What came while we were away is unknown: look. */
		return db_connect(db, reason, sizeof reason);
	}
	if (notified(db))
		return true;
	p.fd = PQsocket(db->conn);
	if (poll(&p, 1, timeout_ms) <= 0)
		return false;
	any = PQconsumeInput(db->conn) && notified(db);
	if (db->leaving || PQstatus(db->conn) != CONNECTION_OK)
		db_disconnect(db);
	return any;
}

bool
db_script(struct db *db, const char *sql, char *error, size_t size)
{
	PGresult *r;
	bool ok;

	assert(!db->arena);
	if (!db_connect(db, error, size))
		return false;
	PQexitPipelineMode(db->conn);
	PQclear(PQexec(db->conn, "set default_transaction_read_only = off"));
	r = PQexec(db->conn, sql);
	ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	if (!ok)
		db_one_line(error, size, PQresultErrorMessage(r));
	PQclear(r);
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE)
		PQclear(PQexec(db->conn, "rollback"));
	PQclear(PQexec(db->conn, "set default_transaction_read_only = on"));
	if (!PQenterPipelineMode(db->conn))
		db_disconnect(db);
	return ok;
}
