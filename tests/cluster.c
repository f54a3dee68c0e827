/* cluster.c: databases for tests; see cluster.h. */
#include "cluster.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "migrate.h"

static char database[64];
static PGconn *admin;

static void
give_up(const char *what, const char *why)
{
	(void)fprintf(stderr, "tests: %s: %s\n", what, why);
	exit(99);
}

/* Starts tools/test-cluster for this process and sets TEST_DATABASE. */
static void
cluster_start(void)
{
	char pid[16], line[200] = "";
	static const char tool[] = SOURCE_DIR "/tools/test-cluster";
	int ends[2], status = -1;
	pid_t child;
	FILE *out;

	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	if (pipe(ends))
		give_up("pipe", "failed");
	child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execl(tool, tool, "start", pid, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	if (!out || !fgets(line, sizeof line, out))
		line[0] = '\0';
	if (out)
		fclose(out);
	if (waitpid(child, &status, 0) != child || status || !line[0])
		give_up(tool, "no cluster");
	line[strcspn(line, "\n")] = '\0';
	setenv("TEST_DATABASE", line, 1);
}

static PGconn *
connect_to(const char *dbname)
{
	char conninfo[400];
	PGconn *c;

	(void)snprintf(conninfo, sizeof conninfo, "%s dbname=%s", getenv("TEST_DATABASE"), dbname);
	c = PQconnectdb(conninfo);
	if (PQstatus(c) != CONNECTION_OK)
		give_up(conninfo, PQerrorMessage(c));
	PQclear(PQexec(c, "set client_min_messages = warning"));
	return c;
}

static void
must_run(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	ExecStatusType s = PQresultStatus(r);

	if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
		give_up(sql, PQerrorMessage(c));
	PQclear(r);
}

char *
cluster_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0, n;

	if (!f)
		give_up(path, "cannot be read");
	do {
		text = realloc(text, size + 65536 + 1);
		if (!text)
			abort();
		n = fread(text + size, 1, 65536, f);
		size += n;
	} while (n);
	text[size] = '\0';
	fclose(f);
	return text;
}

static int
is_sql(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && !strcmp(e->d_name + n - 4, ".sql");
}

/* Named by the migrations' content: a cluster that outlives them makes another. */
static void
template_name(char name[40])
{
	struct dirent **files;
	int n = scandir(SOURCE_DIR "/sql", &files, is_sql, alphasort);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < n; i++) {
		char path[512], *text;

		(void)snprintf(path, sizeof path, "%s/sql/%s", SOURCE_DIR, files[i]->d_name);
		text = cluster_file(path);
		for (const char *s = text; *s; s++)
			h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
		free(text);
		free(files[i]);
	}
	free(files);
	(void)snprintf(name, 40, "template_%016" PRIx64, h);
}

static bool
exists(PGconn *c, const char *dbname)
{
	const char *const params[] = { dbname };
	PGresult *r = PQexecParams(c, "select 1 from pg_database where datname = $1", 1, NULL, params,
	    NULL, NULL, 0);
	bool there = PQntuples(r) == 1;

	PQclear(r);
	return there;
}

/* Made under another name and renamed when it is complete. */
static void
template_make(PGconn *c, const char *name)
{
	char sql[200], conninfo[400], reason[600], *bootstrap;
	PGconn *fresh;

	must_run(c, "drop database if exists template_half");
	must_run(c, "create database template_half template template0");
	fresh = connect_to("template_half");
	bootstrap = cluster_file(SOURCE_DIR "/sql/bootstrap.sql");
	must_run(fresh, bootstrap);
	free(bootstrap);
	PQfinish(fresh);
	(void)snprintf(conninfo, sizeof conninfo, "%s user=db_migrate dbname=template_half",
	    getenv("TEST_DATABASE"));
	if (!migrate_run(conninfo, SOURCE_DIR "/sql", NULL, reason, sizeof reason))
		give_up("migration", reason);
	(void)snprintf(sql, sizeof sql, "alter database template_half rename to %s", name);
	must_run(c, sql);
}

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	char name[40];
	PGconn *c;

	(void)tests;
	if (!getenv("TEST_DATABASE"))
		cluster_start();
	template_name(name);
	c = connect_to("postgres");
	must_run(c, "select pg_advisory_lock(4711)");
	if (!exists(c, name))
		template_make(c, name);
	PQfinish(c);
	setenv("TEST_TEMPLATE", name, 1);
}

/* CREATE DATABASE copies neither the settings nor the rights of the template. */
static void
settings_copy(PGconn *c)
{
	const char *const params[] = { getenv("TEST_TEMPLATE"), database };
	PGresult *r = PQexecParams(c,
	    "select format('alter database %I set %I = %L', $2::text, split_part(s, '=', 1),"
	    " substr(s, strpos(s, '=') + 1)) from pg_db_role_setting r"
	    " join pg_database d on d.oid = r.setdatabase, unnest(r.setconfig) s"
	    " where d.datname = $1 and r.setrole = 0"
	    " union all select format('revoke all on database %I from public', $2::text)"
	    " union all select format('grant connect on database %I to db_migrate, db_web, db_auth,"
	    " db_pay, db_slow, db_jobs, db_ro, db_audit_w', $2::text)"
	    " union all select format('grant create, temporary on database %I to db_owner', $2::text)",
	    2, NULL, params, NULL, NULL, 0);

	for (int i = 0; i < PQntuples(r); i++)
		must_run(c, PQgetvalue(r, i, 0));
	PQclear(r);
}

const char *
cluster_as(const char *role)
{
	static char conninfo[8][400];
	static unsigned turn;
	char *out = conninfo[turn++ % 8];

	if (!database[0]) {
		char sql[200];
		PGconn *c = connect_to("postgres");

		(void)snprintf(database, sizeof database, "test_%d", (int)getpid());
		(void)snprintf(sql, sizeof sql, "drop database if exists %s with (force)", database);
		must_run(c, sql);
		(void)snprintf(sql, sizeof sql, "create database %s template %s strategy file_copy", database,
		    getenv("TEST_TEMPLATE"));
		must_run(c, sql);
		settings_copy(c);
		PQfinish(c);
		admin = connect_to(database);
		/* ./dev test mutation: the schema with one rule less. */
		if (getenv("TEST_MUTATION"))
			must_run(admin, getenv("TEST_MUTATION"));
	}
	(void)snprintf(out, sizeof conninfo[0], "%s dbname=%s%s%s", getenv("TEST_DATABASE"), database,
	    role ? " user=" : "", role ? role : "");
	return out;
}

void
cluster_drop(void)
{
	char sql[200];
	PGconn *c;

	if (!database[0])
		return;
	PQfinish(admin);
	admin = NULL;
	c = connect_to("postgres");
	(void)snprintf(sql, sizeof sql, "drop database if exists %s with (force)", database);
	must_run(c, sql);
	PQfinish(c);
	database[0] = '\0';
}

const char *
cluster_sql(const char *sql)
{
	static PGresult *last;

	(void)cluster_as(NULL);
	PQclear(last);
	last = PQexec(admin, sql);
	if (PQresultStatus(last) != PGRES_COMMAND_OK && PQresultStatus(last) != PGRES_TUPLES_OK)
		cr_assert_fail("%s: %s", sql, PQerrorMessage(admin));
	return PQntuples(last) > 0 && PQnfields(last) > 0 ? PQgetvalue(last, 0, 0) : "";
}

const char *
cluster_try(const char *role, const char *sql)
{
	static char text[400];
	PGconn *c = PQconnectdb(cluster_as(role));
	PGresult *r;

	if (PQstatus(c) != CONNECTION_OK)
		give_up("connect", PQerrorMessage(c));
	r = PQexec(c, sql);
	text[0] = '\0';
	if (PQresultStatus(r) == PGRES_FATAL_ERROR)
		(void)snprintf(text, sizeof text, "%s %s", PQresultErrorField(r, PG_DIAG_SQLSTATE),
		    PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	PQclear(r);
	PQfinish(c);
	return text;
}
