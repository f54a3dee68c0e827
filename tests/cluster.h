/*
 * cluster.h: PostgreSQL for test programs. The runner gives a cluster in
 * TEST_DATABASE (tools/test-cluster run …); a program that is started alone
 * starts one for itself, which ends with it. The first that needs it makes a
 * migrated template; every test gets a database of its own from that.
 */
#ifndef TESTS_CLUSTER_H
#define TESTS_CLUSTER_H

#include <libpq-fe.h>

/* conninfo of this test's database for a role ("db_web"; NULL = superuser).
 * Made on first use; lives until the process ends. */
const char *cluster_as(const char *role);
/* Drops this test's database. Other connections to it are ended. */
void cluster_drop(void);
/* One superuser's statement or script on this test's database; fails the test
 * when the server refuses it. Returns the first column of the first row (until
 * the next call), or "". */
const char *cluster_sql(const char *sql);
/* As cluster_sql, but returns the SQLSTATE and message "42501 permission
 * denied …" instead of failing; "" when it went well. role as in cluster_as. */
const char *cluster_try(const char *role, const char *sql);

/* A file's text, for free(); a missing one ends the program with its name. */
char *cluster_file(const char *path);

#endif
