/* migrate.c: applies sql/NNNN_area_what.sql; see migrate.h. */
#include "migrate.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "conf.h"
#include "migrate.sql.h"

#define FILE_BYTES_MAX (8 << 20)

struct step {
	int number;
	char name[128];    /* file name without .sql */
	char checksum[65];
	char *text;
	size_t size;
	bool applied;
};

struct plan {
	struct step *steps;
	size_t n;
	char *reason;
	size_t reason_size;
};

static bool
refuse(struct plan *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool
refuse(struct plan *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(p->reason, p->reason_size, fmt, args);
	va_end(args);
	return false;
}

/* ---- files ----------------------------------------------------------------------- */

/* "0003_course.sql": four digits, then lower case words. */
static bool
step_name(const char *file)
{
	size_t length = strlen(file);

	if (length < 10 || length > 100 || strcmp(file + length - 4, ".sql") || file[4] != '_')
		return false;
	for (size_t i = 0; i < length - 4; i++) {
		char c = file[i];

		if (i < 4 ? c < '0' || c > '9' : !(c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool
step_read(struct plan *p, const char *dir, struct step *s)
{
	char path[PATH_MAX];
	struct stat st;
	FILE *f;
	bool ok;

	(void)snprintf(path, sizeof path, "%s/%s.sql", dir, s->name);
	f = fopen(path, "re");
	if (!f || fstat(fileno(f), &st)) {
		if (f)
			fclose(f);
		return refuse(p, "%s: %s", path, strerror(errno));
	}
	if (st.st_size <= 0 || st.st_size > FILE_BYTES_MAX) {
		fclose(f);
		return refuse(p, "%s: empty or larger than 8 MiB", path);
	}
	s->size = (size_t)st.st_size;
	s->text = malloc(s->size + 1);
	ok = s->text && fread(s->text, 1, s->size, f) == s->size;
	fclose(f);
	if (!ok)
		return refuse(p, "%s: cannot be read", path);
	s->text[s->size] = '\0';
	if (memchr(s->text, '\0', s->size))
		return refuse(p, "%s: holds a NUL byte", path);
	return true;
}

static bool
plan_load(struct plan *p, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	if (!d)
		return refuse(p, "%s: %s", dir, strerror(errno));
	while ((entry = readdir(d))) {
		struct step *more, *s;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (!step_name(entry->d_name)) {
			closedir(d);
			return refuse(p, "%s/%s: not of the form NNNN_area_what.sql", dir, entry->d_name);
		}
		more = realloc(p->steps, (p->n + 1) * sizeof *more);
		if (!more)
			abort();
		p->steps = more;
		s = &p->steps[p->n++];
		*s = (struct step){ .number = (int)strtol(entry->d_name, NULL, 10) };
		(void)snprintf(s->name, sizeof s->name, "%.*s", (int)strlen(entry->d_name) - 4, entry->d_name);
	}
	closedir(d);
	if (!p->n)
		return refuse(p, "%s: no migrations", dir);
	qsort(p->steps, p->n, sizeof *p->steps, by_number);
	for (size_t i = 0; i < p->n; i++) {
		if (i && p->steps[i].number == p->steps[i - 1].number)
			return refuse(p, "%s.sql and %s.sql have one number", p->steps[i - 1].name,
			    p->steps[i].name);
		if (!step_read(p, dir, &p->steps[i]))
			return false;
	}
	return true;
}

static void
plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->steps[i].text);
	free(p->steps);
}

/* ---- database ---------------------------------------------------------------------- */

static const char *
one_line(char *text)
{
	char *end = strpbrk(text, "\n");

	if (end && !strncmp(text, "ERROR:  ", 8))
		*end = '\0';
	for (char *s = text; *s; s++)
		if (*s == '\n')
			*s = ' ';
	return text;
}

static PGconn *
open_connection(struct plan *p, const char *conninfo)
{
	PGconn *c = PQconnectdb(conninfo);
	char text[300];

	if (c && PQstatus(c) == CONNECTION_OK)
		return c;
	(void)snprintf(text, sizeof text, "%s", c ? PQerrorMessage(c) : "out of memory");
	PQfinish(c);
	refuse(p, "database: %s", one_line(text));
	return NULL;
}

static PGresult *
ask(PGconn *c, const struct sql_query *q, const char *const *params)
{
	return PQexecParams(c, q->text, q->n_params, NULL, params, NULL, NULL, 0);
}

static bool
done(struct plan *p, PGresult *r, const char *what)
{
	ExecStatusType status = PQresultStatus(r);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	char text[400];

	if (!ok) {
		(void)snprintf(text, sizeof text, "%s", PQresultErrorMessage(r));
		refuse(p, "%s: %s", what, one_line(text));
	}
	PQclear(r);
	return ok;
}

/* The server hashes: no library is needed and both sides agree. */
static bool
step_checksum(struct plan *p, PGconn *c, struct step *s)
{
	const Oid types[] = { 17 };
	const char *values[] = { s->text };
	const int lengths[] = { (int)s->size }, formats[] = { 1 };
	PGresult *r = PQexecParams(c, query_migrate_checksum.text, 1, types, values, lengths, formats, 0);

	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		(void)snprintf(s->checksum, sizeof s->checksum, "%s", PQgetvalue(r, 0, 0));
	return done(p, r, s->name);
}

/* Compares the files with what was applied. */
static bool
plan_compare(struct plan *p, PGconn *c, bool newer_is_good)
{
	PGresult *r = ask(c, &query_migrate_list, NULL);
	bool ok = true;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return done(p, r, "host.migration");
	for (int i = 0; ok && i < PQntuples(r); i++) {
		struct step key = { .number = (int)strtol(PQgetvalue(r, i, 0), NULL, 10) };
		struct step *s = bsearch(&key, p->steps, p->n, sizeof key, by_number);

		if (!s)
			ok = newer_is_good && key.number > p->steps[p->n - 1].number ? true :
			    refuse(p, "%s was applied, but its file is gone", PQgetvalue(r, i, 1));
		else if (strcmp(s->name, PQgetvalue(r, i, 1)))
			ok = refuse(p, "number %04d was applied as %s, the file is now %s", s->number,
			    PQgetvalue(r, i, 1), s->name);
		else if (strcmp(s->checksum, PQgetvalue(r, i, 2)))
			ok = refuse(p, "%s.sql changed after it was applied; write a new migration", s->name);
		else
			s->applied = true;
	}
	PQclear(r);
	return ok;
}

static bool
step_apply(struct plan *p, PGconn *c, struct step *s, FILE *progress)
{
	struct timespec start, end;
	char number[16], took[24];
	const char *const row[] = { number, s->name, s->checksum, took };
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!done(p, ask(c, &query_migrate_begin, NULL), s->name) ||
	    !done(p, PQexec(c, s->text), s->name))
		return false;
	if (PQtransactionStatus(c) != PQTRANS_INTRANS)
		return refuse(p, "%s.sql ends its transaction itself; take its commit out", s->name);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
	(void)snprintf(number, sizeof number, "%d", s->number);
	(void)snprintf(took, sizeof took, "%lld", (long long)ms);
	/* The file may have changed the role; the record is the owner's. */
	if (!done(p, ask(c, &query_migrate_owner, NULL), s->name) ||
	    !done(p, ask(c, &query_migrate_add, row), s->name) ||
	    !done(p, ask(c, &query_migrate_commit, NULL), s->name))
		return false;
	if (progress)
		(void)fprintf(progress, "applied %s (%lld ms)\n", s->name, (long long)ms);
	return true;
}

static bool
checksums(struct plan *p, PGconn *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (!step_checksum(p, c, &p->steps[i]))
			return false;
	return true;
}

static bool
apply_all(struct plan *p, PGconn *c, FILE *progress)
{
	static const struct sql_query *const first[] = { &query_migrate_quiet, &query_migrate_lock,
		&query_migrate_owner, &query_migrate_schema, &query_migrate_table };

	for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
		if (!done(p, ask(c, first[i], NULL), first[i]->name))
			return false;
	if (!checksums(p, c) || !plan_compare(p, c, false))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!p->steps[i].applied && !step_apply(p, c, &p->steps[i], progress))
			return false;
	return true;
}

static const char *
sql_dir(const char *dir, char *room, size_t size)
{
	const char *slash;

	if (dir)
		return dir;
	slash = strrchr(conf->template_dir, '/');
	(void)snprintf(room, size, "%.*ssql", slash ? (int)(slash + 1 - conf->template_dir) : 0,
	    conf->template_dir);
	return room;
}

bool
migrate_run(const char *conninfo, const char *dir, FILE *progress, char *reason, size_t size)
{
	struct plan p = { .reason = reason, .reason_size = size };
	char room[PATH_MAX];
	PGconn *c;
	bool ok = plan_load(&p, sql_dir(dir, room, sizeof room));

	if (ok) {
		c = open_connection(&p, conninfo);
		ok = c && apply_all(&p, c, progress);
		PQfinish(c);
	}
	plan_free(&p);
	return ok;
}

static bool
check(struct plan *p, PGconn *c)
{
	PGresult *r = ask(c, &query_migrate_exists, NULL);
	bool there = PQresultStatus(r) == PGRES_TUPLES_OK && PQgetvalue(r, 0, 0)[0] == 't';

	PQclear(r);
	if (!there)
		return refuse(p, "the database was never migrated: run `fcgi-host migrate`");
	if (!checksums(p, c) || !plan_compare(p, c, true))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!p->steps[i].applied)
			return refuse(p, "the schema is older than the program: %s is missing, run "
			    "`fcgi-host migrate`", p->steps[i].name);
	return true;
}

bool
migrate_check(const char *conninfo, const char *dir, char *reason, size_t size)
{
	struct plan p = { .reason = reason, .reason_size = size };
	char room[PATH_MAX];
	PGconn *c;
	const char *from = sql_dir(dir, room, sizeof room);
	bool ok;

	/* Templates may stand alone somewhere; then nobody knows what is needed. */
	if (!dir && access(from, F_OK)) {
		log_event(LOG_LEVEL_WARN, "schema_unchecked", "dir", from, NULL);
		return true;
	}
	ok = plan_load(&p, from);

	if (ok) {
		c = open_connection(&p, conninfo);
		ok = c && check(&p, c);
		PQfinish(c);
	}
	plan_free(&p);
	return ok;
}

static int
command_migrate(int argc, char **argv)
{
	const char *dir = NULL;
	bool only_check = false;
	char reason[600];

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--check"))
			only_check = true;
		else if (!strcmp(argv[i], "--dir") && i + 1 < argc)
			dir = argv[++i];
		else {
			(void)fprintf(stderr, "usage: migrate [--check] [--dir DIR]\n");
			return 2;
		}
	}
	if (only_check ? migrate_check(conf->database_migrate, dir, reason, sizeof reason) :
	    migrate_run(conf->database_migrate, dir, stdout, reason, sizeof reason))
		return 0;
	(void)fprintf(stderr, "migrate: %s\n", reason);
	return 1;
}

COMMAND(migrate, command_migrate, "[--check] [--dir DIR]", "applies the SQL migrations");
