/* The migration tool: forward, once, unchanged. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.h"
#include "migrate.h"
#include "scratch.h"

static char dir[256];
static char reason[600];

static void
file(const char *name, const char *text)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "we");
	cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static void
file_remove(const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	cr_assert(!unlink(path));
}

static bool
run(void)
{
	reason[0] = '\0';
	return migrate_run(cluster_as("db_migrate"), dir, NULL, reason, sizeof reason);
}

static bool
check(void)
{
	reason[0] = '\0';
	return migrate_check(cluster_as("db_web"), dir, reason, sizeof reason);
}

/* The template's own migrations are forgotten: this test has its own. */
static void
begin(void)
{
	scratch_name(dir, sizeof dir, "migrations");
	cr_assert(mkdtemp(dir));
	cluster_sql("delete from host.migration; create schema probe authorization db_owner");
	file("0001_probe_one.sql", "create table probe.one (a int);");
	file("0002_probe_two.sql", "create table probe.two (a int); insert into probe.two values (1);");
	file("bootstrap.sql", "this is no migration");
}

static void
end(void)
{
	cluster_drop();
}

TestSuite(migrate, .init = begin, .fini = end);

Test(migrate, applies_each_file_once_and_as_the_owner)
{
	cr_assert(!check());
	cr_expect(strstr(reason, "older than the program"), "%s", reason);
	cr_assert(run(), "%s", reason);
	cr_assert(run(), "%s", reason);
	cr_expect_str_eq(cluster_sql("select count(*) from probe.two"), "1");
	cr_expect_str_eq(cluster_sql("select tableowner from pg_tables where tablename = 'one'"), "db_owner");
	cr_expect_str_eq(cluster_sql("select string_agg(name, ' ' order by number) from host.migration"),
	    "0001_probe_one 0002_probe_two");
	cr_expect(check(), "%s", reason);
}

Test(migrate, records_the_sha_256_of_the_file)
{
	cr_assert(run(), "%s", reason);
	cr_expect_str_eq(cluster_sql("select checksum = encode(sha256('create table probe.one (a int);'), 'hex')"
	    " from host.migration where number = 1"), "t");
}

Test(migrate, a_changed_file_is_refused)
{
	cr_assert(run(), "%s", reason);
	file("0001_probe_one.sql", "create table probe.one (a int, b int);");
	cr_expect(!run());
	cr_expect(strstr(reason, "0001_probe_one.sql changed"), "%s", reason);
	cr_expect(!check());
}

Test(migrate, a_file_that_is_gone_or_renamed_is_refused)
{
	cr_assert(run(), "%s", reason);
	file_remove("0001_probe_one.sql");
	cr_expect(!run());
	cr_expect(strstr(reason, "its file is gone"), "%s", reason);
	file("0001_probe_other.sql", "create table probe.one (a int);");
	cr_expect(!run());
	cr_expect(strstr(reason, "applied as 0001_probe_one"), "%s", reason);
}

Test(migrate, a_failing_file_leaves_nothing_and_names_its_error)
{
	file("0003_probe_bad.sql", "create table probe.three (a int);\nselect 1 / 0;");
	cr_expect(!run());
	cr_expect(strstr(reason, "0003_probe_bad") && strstr(reason, "division by zero"), "%s", reason);
	cr_expect_str_eq(cluster_sql("select count(*) from host.migration"), "2");
	cr_expect_str_eq(cluster_sql("select to_regclass('probe.three') is null"), "t");
	file("0003_probe_bad.sql", "create table probe.three (a int);");
	cr_expect(run(), "%s", reason);
}

Test(migrate, a_file_that_commits_by_itself_is_refused)
{
	file("0003_probe_commit.sql", "create table probe.three (a int); commit;");
	cr_expect(!run());
	cr_expect(strstr(reason, "ends its transaction itself"), "%s", reason);
}

Test(migrate, two_files_of_one_number_and_odd_names_are_refused)
{
	file("0002_probe_again.sql", "select 1;");
	cr_expect(!run());
	cr_expect(strstr(reason, "one number"), "%s", reason);
	file_remove("0002_probe_again.sql");
	file("3_probe.sql", "select 1;");
	cr_expect(!run());
	cr_expect(strstr(reason, "NNNN_area_what"), "%s", reason);
}

Test(migrate, a_newer_schema_is_good_enough_for_a_worker_but_not_for_migrating)
{
	cr_assert(run(), "%s", reason);
	file_remove("0002_probe_two.sql");
	cr_expect(check(), "%s", reason);
	cr_expect(!run());
}

Test(migrate, several_at_once_wait_for_each_other)
{
	int status, good = 0;
	char conninfo[400];

	file("0003_probe_slow.sql", "select pg_sleep(0.3); create table probe.three (a int);");
	(void)snprintf(conninfo, sizeof conninfo, "%s", cluster_as("db_migrate"));
	for (int i = 0; i < 4; i++) {
		if (fork() == 0)
			_exit(!migrate_run(conninfo, dir, NULL, reason, sizeof reason));
	}
	for (int i = 0; i < 4; i++) {
		cr_assert(wait(&status) > 0);
		good += status == 0;
	}
	cr_expect_eq(good, 4);
	cr_expect_str_eq(cluster_sql("select count(*) from host.migration"), "3");
}
