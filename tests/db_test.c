/* The database layer against a real server. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "cluster.h"
#include "conf.h"
#include "db.h"
#include "db_test.sql.h"
#include "fault.h"
#include "scratch.h"

static struct arena *a;
static struct db *db;
static struct conf settings;

static void
begin(void)
{
	settings = *conf;
	settings.host_cache = true;
	conf = &settings;
	cluster_sql("create table public.probe (id int8 generated always as identity, name text);"
	    "create table public.probe_star (name text);"
	    "create table public.probe_deferred (n int4, constraint once unique (n) deferrable"
	    " initially deferred);"
	    "grant usage on schema public to db_web;"
	    "grant select, insert on public.probe, public.probe_star, public.probe_deferred to db_web;"
	    "create function public.probe_raise(code text, state text) returns void language plpgsql as"
	    " 'begin raise exception using message = code, errcode = state; end';"
	    "grant execute on function public.probe_raise to db_web");
	a = arena_new(4 << 20);
	db = db_new(cluster_as("db_web"));
}

static void
end(void)
{
	db_free(db);
	arena_free(a);
	cluster_drop();
}

TestSuite(db, .init = begin, .fini = end);

/* Runs the statement, which must fault; f tells how. */
#define FAULTS(f, ...) \
	do { \
		if (!FAULT_CATCH(f)) { \
			__VA_ARGS__; \
			fault_leave(f); \
			cr_assert_fail("no fault: " #__VA_ARGS__); \
		} \
	} while (0)

static void
next_unit(bool write)
{
	db_rollback(db);
	arena_reset(a);
	db_begin(db, a, write, NULL);
}

static int64_t
names_count(void)
{
	return strtoll(cluster_sql("select count(*) from public.probe"), NULL, 10);
}

static int64_t
milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

Test(db, gives_every_type_there_and_back)
{
	static const char *const texts[] = { "a,b", "", "q\"uo\\te", "NULL", "{}", " é ", NULL };
	static const char *const ids[] = { "01890a5d-ac96-774b-bcce-b302099a8057", NULL };
	static const unsigned char raw[] = { 0, 255, '\\', 'x', 10 };
	struct probe_types r;
	int64_t l = -5;

	next_unit(false);
	cr_assert(sql_probe_types(db, NULL, ids[0], INT64_MIN, INT32_MIN, true, 1700000000123456,
	    "2024-02-29", "{\"a\": [1, \"b\"]}", (struct sql_bytes){ raw, sizeof raw }, texts, ids, &l,
	    NULL, &r));
	cr_expect_null(r.a);
	cr_expect_str_eq(r.b, ids[0]);
	cr_expect_eq(r.c, INT64_MIN);
	cr_expect_eq(r.d, INT32_MIN);
	cr_expect(r.e);
	cr_expect_eq(r.f, 1700000000123456);
	cr_expect_str_eq(r.g, "2024-02-29");
	cr_expect_str_eq(r.h, "{\"a\": [1, \"b\"]}");
	cr_expect_eq(r.i.size, sizeof raw);
	cr_expect_eq(memcmp(r.i.data, raw, sizeof raw), 0);
	for (size_t i = 0; i < 7; i++) {
		if (texts[i])
			cr_expect_str_eq(r.j[i], texts[i]);
		else
			cr_expect_null(r.j[i]);
	}
	cr_expect_str_eq(r.k[0], ids[0]);
	cr_expect_null(r.k[1]);
	cr_expect(r.l_set && r.l == -5);
	cr_expect(!r.m_set);
	cr_expect(!r.o && !r.p_set && !r.q.text);
}

Test(db, reads_and_writes_moments_of_all_ages)
{
	static const struct { int64_t us; const char *text; } moments[] = {
		{ 0, "1970-01-01T00:00:00.000000" }, { -1, "1969-12-31T23:59:59.999999" },
		{ 951782400000000, "2000-02-29T00:00:00.000000" },
		{ 951868799999999, "2000-02-29T23:59:59.999999" },
		{ -2203891200000000, "1900-03-01T00:00:00.000000" },
		{ 4107542400000000, "2100-03-01T00:00:00.000000" },
		{ 253402300799999999, "9999-12-31T23:59:59.999999" },
		{ 253402300800000000, "10000-01-01T00:00:00.000000" },
		{ -62135596800000000, "0001-01-01T00:00:00.000000" },
	};
	struct probe_time_text r;
	struct probe_time t;

	next_unit(false);
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		cr_assert(sql_probe_time_text(db, moments[i].us, &r));
		cr_expect_str_eq(r.at, moments[i].text);
		cr_expect_eq(r.back, moments[i].us, "%s", moments[i].text);
	}
	cr_assert(sql_probe_time(db, "2024-06-01 12:00:00.5+05:30", &t));
	cr_expect_eq(t.at, 1717223400500000);
	/* The day before year 1 is in 1 BC, both ways. */
	cr_assert(sql_probe_time(db, "0001-12-31 00:00:00+00 BC", &t));
	cr_expect_eq(t.at, -62135596800000000 - INT64_C(86400000000));
	cr_assert(sql_probe_time_text(db, t.at, &r));
	cr_expect_eq(r.back, t.at);
	cr_assert(sql_probe_time(db, "infinity", &t));
	cr_expect_eq(t.at, INT64_MAX);
	cr_assert(sql_probe_time_text(db, INT64_MIN, &r));
	cr_expect_eq(r.back, INT64_MIN);
}

Test(db, sends_queued_queries_in_one_trip)
{
	struct probe_rows *x, *y;
	struct probe_setting s;
	size_t nx, ny;
	bool found;

	next_unit(false);
	sql_probe_rows_queue(db, 1, 3, &x, &nx);
	sql_probe_setting_queue(db, "plan_cache_mode", &s, &found);
	sql_probe_rows_queue(db, 5, 4, &y, &ny);
	db_flush(db);
	cr_expect_eq(nx, 3);
	cr_expect_eq(x[2].n, 3);
	cr_expect_str_eq(x[2].text, "row 3");
	cr_expect(found);
	cr_expect_str_eq(s.value, "force_generic_plan");
	cr_expect_eq(ny, 0);
	cr_expect_eq(db_stats(db)->trips, 1);
	cr_expect_eq(db_stats(db)->queries, 3);
	db_flush(db);
	cr_expect_eq(db_stats(db)->trips, 1, "nothing queued, nothing sent");
}

Test(db, sets_the_session_up_safely)
{
	static const char *const want[][2] = { { "search_path", "\"\"" }, { "TimeZone", "UTC" },
		{ "statement_timeout", "8s" }, { "lock_timeout", "3s" },
		{ "idle_in_transaction_session_timeout", "12s" }, { "client_min_messages", "warning" },
		{ "transaction_read_only", "on" }, { "jit", "off" } };
	struct probe_setting s;

	next_unit(false);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		cr_assert(sql_probe_setting(db, want[i][0], &s));
		cr_expect_str_eq(s.value[0] ? s.value : "\"\"", want[i][1], "%s is %s", want[i][0], s.value);
	}
}

Test(db, reads_with_a_thousand_rows_and_keeps_them)
{
	struct probe_rows *rows;
	size_t n;

	next_unit(false);
	n = sql_probe_rows(db, 1, 20000, &rows);
	cr_assert_eq(n, 20000);
	cr_expect_eq(rows[19999].n, 20000);
	cr_expect_str_eq(rows[0].text, "row 1");
}

Test(db, enters_the_session_before_each_reading_flush)
{
	const char *const params[] = { "01890a5d-ac96-774b-bcce-b302099a8057" };
	struct probe_enter who = { 0 };
	bool found = false;
	const struct db_prefix prefix = { &query_probe_enter, params, &who, &found };
	struct probe_setting s;

	db_begin(db, a, false, &prefix);
	cr_assert(sql_probe_setting(db, "app.uid", &s));
	cr_expect(found);
	cr_expect_str_eq(who.uid, params[0]);
	cr_expect_str_eq(s.value, params[0]);
	cr_assert(sql_probe_setting(db, "app.uid", &s));
	cr_expect_str_eq(s.value, params[0]);
	db_commit(db);
	next_unit(false);
	cr_assert(sql_probe_setting(db, "app.uid", &s));
	cr_expect_str_eq(s.value, "", "the next unit is nobody's");
}

Test(db, enters_the_session_alone_when_nothing_is_queued)
{
	const char *const params[] = { "01890a5d-ac96-774b-bcce-b302099a8057" };
	struct probe_enter who = { 0 };
	bool found = false;
	const struct db_prefix prefix = { &query_probe_enter, params, &who, &found };
	struct probe_setting s;

	db_begin(db, a, true, &prefix);
	db_flush(db);
	cr_expect(found);
	cr_assert(sql_probe_setting(db, "app.uid", &s));
	cr_expect_str_eq(s.value, params[0]);
	cr_expect_eq(db_stats(db)->trips, 2);
	cr_expect_eq(db_stats(db)->queries, 3, "BEGIN, the prefix, one query");
	db_rollback(db);
}

Test(db, keeps_what_was_committed)
{
	next_unit(true);
	cr_expect_eq(sql_probe_add(db, "one"), 1);
	cr_expect_eq(names_count(), 0, "nobody else sees it before the commit");
	sql_probe_add_queue(db, "two", NULL);
	db_commit(db);
	cr_expect_eq(names_count(), 2);
	cr_expect_eq(db_stats(db)->trips, 2, "the commit travels with the last queries");
}

Test(db, forgets_what_was_rolled_back)
{
	next_unit(true);
	sql_probe_add(db, "one");
	db_rollback(db);
	cr_expect_eq(names_count(), 0);
	next_unit(true);
	db_commit(db);
	cr_expect_eq(db_stats(db)->trips, 0, "an empty unit asks nothing");
}

Test(db, refuses_to_write_in_a_reading_unit)
{
	struct fault_frame f;

	next_unit(false);
	FAULTS(&f, sql_probe_add(db, "one"));
	cr_expect_eq(f.status, 500);
	cr_expect(strstr(f.text, "25006"), "%s", f.text);
	cr_expect(strstr(f.text, "probe_add"), "%s", f.text);
	db_rollback(db);
	cr_expect_eq(names_count(), 0);
}

Test(db, an_error_undoes_the_whole_unit_and_the_connection_lives_on)
{
	struct fault_frame f;
	struct probe_divide d;
	struct probe_pid before, after;
	bool found;

	next_unit(true);
	cr_assert(sql_probe_pid(db, &before));
	sql_probe_add_queue(db, "before", NULL);
	sql_probe_divide_queue(db, 0, &d, &found);
	sql_probe_add_queue(db, "after", NULL);
	FAULTS(&f, db_flush(db));
	cr_expect_eq(f.status, 500);
	cr_expect_str_eq(f.code, "internal");
	cr_expect(strstr(f.text, "22012") && strstr(f.text, "probe_divide"), "%s", f.text);
	FAULTS(&f, db_commit(db));
	db_rollback(db);
	cr_expect_eq(names_count(), 0);
	next_unit(true);
	cr_assert(sql_probe_pid(db, &after));
	cr_expect_eq(after.pid, before.pid);
	/* A statement whose Prepare was skipped behind the error is sent again. */
	cr_expect_eq(sql_probe_add(db, "later"), 1);
	db_commit(db);
	cr_expect_eq(names_count(), 1);
}

Test(db, an_error_in_the_committing_flush_undoes_everything)
{
	struct fault_frame f;

	next_unit(true);
	sql_probe_add_queue(db, "one", NULL);
	sql_probe_deferred_queue(db, 1, NULL);
	sql_probe_deferred_queue(db, 1, NULL);
	FAULTS(&f, db_commit(db));
	cr_expect_eq(f.status, 409, "a name that somebody took meanwhile is nobody's fault");
	cr_expect_str_eq(f.code, "taken_meanwhile");
	cr_expect(strstr(f.text, "23505") && strstr(f.text, "db_commit_write"), "%s", f.text);
	db_rollback(db);
	cr_expect_eq(names_count(), 0);
	next_unit(true);
	sql_probe_add(db, "two");
	db_commit(db);
	cr_expect_eq(names_count(), 1);
}

Test(db, outcomes_raised_in_sql_become_http_outcomes)
{
	struct fault_frame f;

	next_unit(true);
	FAULTS(&f, sql_probe_raise(db, "course_full", "U0409"));
	cr_expect_eq(f.status, 409);
	cr_expect_str_eq(f.code, "course_full");
	next_unit(true);
	FAULTS(&f, sql_probe_raise(db, "odd", "U0299"));
	cr_expect_eq(f.status, 500, "not a failure status: a bug");
	next_unit(true);
	FAULTS(&f, sql_probe_raise(db, "again", "40001"));
	cr_expect_eq(f.status, 503);
	cr_expect_str_eq(f.code, "try_again");
	db_rollback(db);
}

Test(db, a_statement_over_its_time_is_a_503)
{
	struct fault_frame f;
	struct probe_timeout limit;

	next_unit(true);
	cr_assert(sql_probe_timeout(db, "100ms", &limit));
	FAULTS(&f, sql_probe_sleep(db, 5));
	cr_expect_eq(f.status, 503);
	cr_expect_str_eq(f.code, "timeout");
	db_rollback(db);
	next_unit(true);
	cr_expect_eq(sql_probe_add(db, "fine"), 1);
	db_rollback(db);
}

Test(db, rows_that_break_their_declaration_fault)
{
	struct fault_frame f;
	struct probe_lie lie;
	struct probe_two two;

	next_unit(false);
	FAULTS(&f, sql_probe_lie(db, &lie));
	cr_expect(strstr(f.text, "column n is null"), "%s", f.text);
	next_unit(false);
	FAULTS(&f, sql_probe_two(db, &two));
	cr_expect(strstr(f.text, "2 rows instead of one"), "%s", f.text);
	next_unit(false);
	FAULTS(&f, sql_probe_add(db, NULL));
	cr_expect(strstr(f.text, "parameter name is null"), "%s", f.text);
	db_rollback(db);
}

Test(db, queries_outside_a_unit_fault)
{
	struct fault_frame f;
	struct probe_pid pid;

	FAULTS(&f, sql_probe_pid(db, &pid));
	cr_expect(strstr(f.text, "outside a unit"), "%s", f.text);
}

static void
backend_end(int pid)
{
	char sql[80];

	(void)snprintf(sql, sizeof sql, "select pg_terminate_backend(%d, 2000)", pid);
	cr_assert_str_eq(cluster_sql(sql), "t");
}

Test(db, an_idle_connection_that_was_ended_is_opened_again_unseen)
{
	struct probe_pid one, two;

	next_unit(false);
	cr_assert(sql_probe_pid(db, &one));
	db_commit(db);
	backend_end(one.pid);
	next_unit(false);
	cr_assert(sql_probe_pid(db, &two));
	cr_expect_neq(one.pid, two.pid);
	db_commit(db);
	backend_end(two.pid);
	/* BEGIN and COMMIT in one flush: seen before it is sent. */
	next_unit(true);
	sql_probe_add_queue(db, "kept", NULL);
	db_commit(db);
	cr_expect_eq(names_count(), 1);
}

Test(db, a_connection_lost_within_a_unit_is_a_503_and_leaves_no_trace)
{
	struct fault_frame f;
	struct probe_pid pid;

	next_unit(true);
	cr_assert(sql_probe_pid(db, &pid));
	sql_probe_add(db, "lost");
	backend_end(pid.pid);
	FAULTS(&f, sql_probe_add(db, "never"));
	cr_expect_eq(f.status, 503);
	cr_expect_str_eq(f.code, "database_down");
	db_rollback(db);
	cr_expect_eq(names_count(), 0);
	next_unit(true);
	cr_expect_eq(sql_probe_add(db, "next"), 1);
	db_commit(db);
	cr_expect_eq(names_count(), 1);
}

Test(db, a_server_that_is_not_there_is_a_503_and_is_not_asked_all_the_time)
{
	struct db *none = db_new("host=/nonexistent dbname=x");
	struct fault_frame f;
	struct probe_pid pid;
	int refused = 0, waited = 0;
	int64_t start = milliseconds();

	while (milliseconds() - start < 300) {
		db_begin(none, a, false, NULL);
		FAULTS(&f, sql_probe_pid(none, &pid));
		cr_assert_eq(f.status, 503);
		cr_assert_str_eq(f.code, "database_down");
		db_rollback(none);
		*(strstr(f.text, "waiting") ? &waited : &refused) += 1;
		arena_reset(a);
		usleep(1000);
	}
	cr_expect_geq(refused, 1);
	cr_expect_lt(refused, 60, "%d tries in 300 ms", refused);
	cr_expect_gt(waited, refused);
	db_free(none);
}

Test(db, a_changed_schema_costs_one_polite_refusal_at_most)
{
	struct fault_frame f;
	struct probe_star *rows;

	next_unit(false);
	cr_assert_eq(sql_probe_star(db, &rows), 0);
	cluster_sql("alter table public.probe_star add column more int");
	next_unit(false);
	FAULTS(&f, sql_probe_star(db, &rows));
	cr_expect_eq(f.status, 503);
	cr_expect_str_eq(f.code, "try_again");
	cluster_sql("alter table public.probe_star drop column more");
	next_unit(false);
	cr_expect_eq(sql_probe_star(db, &rows), 0);
	db_rollback(db);
}

Test(db, two_queries_of_one_name_do_not_mix)
{
	static const struct sql_column column = { "n", SQL_I64, false, 0, 0 };
	static const struct sql_query one = { .name = "same", .text = "select 1::int8 as n",
		.kind = SQL_ONE, .n_columns = 1, .columns = &column, .row_size = 8 };
	static const struct sql_query two = { .name = "same", .text = "select 2::int8 as n",
		.kind = SQL_ONE, .n_columns = 1, .columns = &column, .row_size = 8 };
	int64_t x = 0, y = 0;

	next_unit(false);
	db_run(db, &one, NULL, &x, NULL);
	db_run(db, &two, NULL, &y, NULL);
	db_run(db, &one, NULL, &x, NULL);
	cr_expect_eq(x, 1);
	cr_expect_eq(y, 2);
}

/* ---- cache -------------------------------------------------------------------------- */

Test(db, cached_rows_are_served_without_asking)
{
	struct probe_names *rows;
	struct probe_first first;
	size_t n;

	cluster_sql("insert into public.probe (name) values ('a'), (null)");
	next_unit(false);
	cr_assert_eq(sql_probe_names(db, &rows), 2);
	cr_assert(sql_probe_first(db, "a", &first));
	cr_assert(!sql_probe_first(db, NULL, &first));
	cluster_sql("delete from public.probe");
	next_unit(false);
	sql_probe_names_queue(db, &rows, &n);
	cr_assert(sql_probe_first(db, "a", &first));
	cr_expect(!sql_probe_first(db, NULL, &first), "that nothing was found is kept as well");
	db_flush(db);
	cr_expect_eq(db_stats(db)->trips, 0);
	cr_expect_eq(n, 2);
	cr_expect_str_eq(rows[0].name, "a");
	cr_expect_str_eq(rows[0].tags[0], "a");
	cr_expect_str_eq(rows[0].tags[1], "x,\"y");
	cr_expect_null(rows[0].tags[2]);
	cr_expect_null(rows[1].name);
	cr_expect_str_eq(first.name, "a");
	cr_expect_eq(first.raw.size, 3);
	cr_expect_eq(memcmp(first.raw.data, "abc", 3), 0);
}

Test(db, cached_rows_are_exact_after_a_touch)
{
	struct probe_names *rows;
	struct fault_frame f;

	next_unit(false);
	cr_assert_eq(sql_probe_names(db, &rows), 0);
	next_unit(true);
	sql_probe_add(db, "new");
	cache_touch(db, "probe");
	cr_expect_eq(sql_probe_names(db, &rows), 1, "a writing unit sees its own rows");
	db_commit(db);
	next_unit(false);
	cr_expect_eq(sql_probe_names(db, &rows), 1);
	/* A touch that is rolled back drops nothing, and nothing uncommitted is kept. */
	next_unit(true);
	sql_probe_add(db, "undone");
	cache_touch(db, "probe");
	cr_expect_eq(sql_probe_names(db, &rows), 2);
	FAULTS(&f, sql_probe_raise(db, "no", "U0409"));
	db_rollback(db);
	next_unit(false);
	cr_expect_eq(sql_probe_names(db, &rows), 1);
	cr_expect_eq(db_stats(db)->trips, 0);
}

Test(db, a_touch_in_another_process_counts)
{
	volatile uint64_t shared[8] = { 0 };
	struct probe_names *rows;

	db_cache_shared(shared, 8);
	next_unit(false);
	cr_assert_eq(sql_probe_names(db, &rows), 0);
	cluster_sql("insert into public.probe (name) values ('a')");
	next_unit(false);
	cr_expect_eq(sql_probe_names(db, &rows), 0);
	for (size_t i = 0; i < 8; i++)
		shared[i]++;
	next_unit(false);
	cr_expect_eq(sql_probe_names(db, &rows), 1);
	db_cache_shared(NULL, 0);
}

Test(db, cached_rows_end_with_their_time)
{
	struct probe_short row;

	next_unit(false);
	cr_assert(sql_probe_short(db, &row));
	cluster_sql("insert into public.probe (name) values ('a')");
	next_unit(false);
	cr_assert(sql_probe_short(db, &row));
	cr_expect_eq(row.n, 0);
	usleep(60000);
	cr_assert(sql_probe_short(db, &row));
	cr_expect_eq(row.n, 1);
}

Test(db, a_full_cache_forgets_the_oldest_and_serves_on)
{
	struct probe_first first;
	char name[16];

	cluster_sql("insert into public.probe (name) select 'n' || g from generate_series(0, 599) g");
	next_unit(false);
	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof name, "n%d", i);
		cr_assert(sql_probe_first(db, arena_strdup(a, name), &first));
		cr_assert_str_eq(first.name, name);
	}
	next_unit(false);
	cr_assert(sql_probe_first(db, "n599", &first));
	cr_expect_eq(db_stats(db)->trips, 0);
	/* Pinned by this unit while it is pushed out. */
	for (int i = 0; i < 600; i++) {
		struct probe_first other;

		(void)snprintf(name, sizeof name, "n%d", i);
		cr_assert(sql_probe_first(db, arena_strdup(a, name), &other));
	}
	cr_expect_str_eq(first.name, "n599");
	next_unit(false);
	cr_assert(sql_probe_first(db, "n0", &first));
	cr_expect_eq(db_stats(db)->trips, 1);
}

Test(db, nothing_is_cached_when_it_is_switched_off)
{
	struct probe_names *rows;

	settings.host_cache = false;
	next_unit(false);
	cr_assert_eq(sql_probe_names(db, &rows), 0);
	cluster_sql("insert into public.probe (name) values ('a')");
	cr_expect_eq(sql_probe_names(db, &rows), 1);
}

/* ---- the rest ---------------------------------------------------------------------------- */

static void
count_up(void *ptr)
{
	++*(int *)ptr;
}

Test(db, hooks_run_after_a_commit_only)
{
	int calls = 0;

	next_unit(true);
	sql_probe_add(db, "x");
	db_on_commit(db, count_up, &calls);
	db_on_commit(db, count_up, &calls);
	db_rollback(db);
	cr_expect_eq(calls, 0);
	next_unit(true);
	sql_probe_add(db, "x");
	db_on_commit(db, count_up, &calls);
	db_on_commit(db, count_up, &calls);
	db_commit(db);
	cr_expect_eq(calls, 1, "the same hook runs once");
}

Test(db, hears_a_notification_also_after_a_reconnect)
{
	struct probe_pid pid;

	db_listen(db, "probe-channel");
	cr_expect(db_wait(db, 1000), "connecting is a reason to look");
	cr_expect(!db_wait(db, 20));
	cluster_sql("notify \"probe-channel\"");
	cr_expect(db_wait(db, 2000));
	next_unit(false);
	cr_assert(sql_probe_pid(db, &pid));
	db_commit(db);
	backend_end(pid.pid);
	cr_expect(!db_wait(db, 1000), "the end of the connection is no notification");
	cr_expect(db_wait(db, 1000));
	cluster_sql("notify \"probe-channel\"");
	cr_expect(db_wait(db, 2000));
}

Test(db, business_time_follows_the_clock_of_the_host)
{
	char path[256];
	int64_t offset = INT64_C(90) * 86400 * 1000000;
	struct probe_now now;
	int fd;

	scratch_name(path, sizeof path, "clock");
	fd = mkstemp(path);
	cr_assert(fd >= 0 && write(fd, &offset, sizeof offset) == sizeof offset);
	next_unit(false);
	cr_assert(sql_probe_now(db, &now));
	cr_expect_lt(llabs(clock_now() - now.at), 2000000);
	struct conf moved = settings;
	moved.development = true;
	moved.clock_file = path;
	conf = &moved;
	next_unit(true);
	cr_assert(sql_probe_now(db, &now));
	cr_expect_lt(llabs(clock_now() - now.at), 2000000);
	cr_expect_gt(now.at, (int64_t)time(NULL) * 1000000 + offset - 60000000);
	db_rollback(db);
	conf = &settings;
	next_unit(false);
	cr_assert(sql_probe_now(db, &now));
	cr_expect_lt(llabs(clock_now() - now.at), 2000000);
	close(fd);
	unlink(path);
}

Test(db, runs_a_script_and_says_what_is_wrong)
{
	char error[200];

	cr_expect(db_script(db, "set role db_web; insert into public.probe (name) values ('s');"
	    "insert into public.probe (name) values ('t')", error, sizeof error), "%s", error);
	cr_expect_eq(names_count(), 2);
	cr_expect(!db_script(db, "insert into public.probe (name) values ('u'); select 1/0", error,
	    sizeof error));
	cr_expect(strstr(error, "division by zero"), "%s", error);
	cr_expect_eq(names_count(), 2, "a script is one transaction");
	next_unit(false);
	cr_expect_eq(sql_probe_names(db, &(struct probe_names *){ NULL }), 2);
}
