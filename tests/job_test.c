/* Jobs, events, cron rows, cache entries against a real database. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "cache.h"
#include "cluster.h"
#include "redis_kit.h"
#include "conf.h"
#include "db.h"
#include "job.h"
#include "outbox/outbox.h"
#include "registry.h"

static struct arena *a;
static struct conf settings;
static struct db *web;
static struct worker w;

/* What jobs did, by their own writes: the probe table. */
static void
note(struct job *job, const char *text)
{
	cache_set(job->db, arena_printf(job->arena, "%s:%d", text, job->attempt), job->id, 0);
}

static enum job_result
good_run(struct job *job)
{
	note(job, json_text(json_get(job->args, "text"), "good"));
	return JOB_DONE;
}

static enum job_result
retry_run(struct job *job)
{
	note(job, "retry");
	return job->attempt < 3 ? JOB_RETRY : JOB_DONE;
}

static enum job_result
fault_run(struct job *job)
{
	note(job, "fault");
	fault("on purpose");
}

static enum job_result
dead_run(struct job *job)
{
	(void)job;
	return JOB_DEAD;
}

static enum job_result
crash_run(struct job *job)
{
	note(job, "crash");
	if (job->attempt == 1)
		kill(getpid(), SIGKILL);
	return JOB_DONE;
}

static enum job_result
progress_run(struct job *job)
{
	job_progress(job, 3, 3, "import.files");
	note(job, "progress");
	return job->attempt == 1 ? JOB_RETRY : JOB_DONE;
}

/* Appends its key's number to a text: shows the order. */
static enum job_result
order_run(struct job *job)
{
	const char *before = cache_get(job->db, "order");
	struct json *data = json_get(job->args, "data");

	cache_set(job->db, "order", arena_printf(job->arena, "%s%s", before ? before : "",
	    json_text(json_get(data, "n"), "?")), 0);
	return JOB_DONE;
}

static const struct job_type types[] = {
	{ .name = "test.good", .run = good_run },
	{ .name = "test.retry", .run = retry_run },
	{ .name = "test.fault", .run = fault_run, .attempts = 2 },
	{ .name = "test.dead", .run = dead_run },
	{ .name = "test.crash", .run = crash_run },
	{ .name = "test.progress", .run = progress_run },
	{ .name = "test.cron", .run = good_run, .cron = "* * * * *" },
	{ .name = "test.order", .run = order_run, .event = "thing.moved" },
	{ .name = "test.event", .run = good_run, .event = "thing.made" },
	{ .name = "test.event_dead", .run = dead_run, .event = "thing.broken" },
	{ .name = NULL }
};
static const struct module module = { .abi = MODULE_ABI, .name = "test", .version = "1",
	.jobs = types };

static void
begin(void)
{
	char reason[256];

	settings = *conf;
	settings.pools[POOL_JOBS].database = cluster_as("db_jobs");
	settings.protected_dir = "/nonexistent";
	conf = &settings;
	/* A random waiting time of a few ms would run the retry at once: tests say
	 * when it is over. What was drawn is kept in `progress`, in ms. */
	cluster_sql("create function public.later() returns trigger language plpgsql as 'begin"
	    " new.progress := extract(epoch from new.run_at - now()) * 1000;"
	    " new.run_at := now() + interval ''1 day''; return new; end';"
	    " create trigger later before update on host.job for each row"
	    " when (old.state = 'RUNNING' and new.state = 'READY') execute function public.later()");
	cr_assert(registry_add(&module, reason, sizeof(reason)), "%s", reason);
	a = arena_new(64 << 20);
	web = db_new(cluster_as("db_web"));
	w = (struct worker){ .pool = POOL_JOBS, .arena = arena_new(16 << 20),
		.db = db_new(cluster_as("db_jobs")) };
}

static void
end(void)
{
	db_free(web);
	db_free(w.db);
	arena_free(w.arena);
	arena_free(a);
	cluster_drop();
}

TestSuite(job, .init = begin, .fini = end);

static void
add(const char *type, const char *key, const char *args)
{
	db_begin(web, a, true, NULL);
	job_add(web, type, key, args);
	db_commit(web);
}

static const char *
state(const char *type)
{
	return cluster_sql(arena_printf(a, "select string_agg(state || ' ' || attempts, ', ' order by"
	    " seq) from host.job where type = '%s'", type));
}

/* As if the waiting time were over. */
static void
due(void)
{
	cluster_sql("update host.job set run_at = now() where state = 'READY'");
}

static const char *
noted(const char *pattern)
{
	return cluster_sql(arena_printf(a, "select coalesce(string_agg(key, ' ' order by key), '')"
	    " from host.cache_entry where key like '%s'", pattern));
}

Test(job, runs_what_was_added_by_a_committed_transaction_only)
{
	db_begin(web, a, true, NULL);
	job_add(web, "test.good", NULL, "{\"text\":\"lost\"}");
	db_flush(web);
	db_rollback(web);
	add("test.good", NULL, "{\"text\":\"kept\"}");
	job_run_due(&w);
	cr_assert_str_eq(state("test.good"), "DONE 1");
	cr_assert_str_eq(noted("%t:%"), "kept:1");
}

Test(job, adds_one_job_of_a_key_while_it_waits)
{
	add("test.good", "k", "{}");
	add("test.good", "k", "{}");
	add("test.good", "other", "{}");
	add("test.good", NULL, "{}");
	add("test.good", NULL, "{}");
	cr_assert_str_eq(cluster_sql("select count(*) from host.job where type = 'test.good'"), "4");
	job_run_due(&w);
	add("test.good", "k", "{}");
	cr_assert_str_eq(cluster_sql("select count(*) from host.job where type = 'test.good'"), "5");
}

Test(job, retries_with_back_off_and_leaves_no_trace_of_failed_attempts)
{
	add("test.retry", NULL, "{}");
	job_run_due(&w);
	cr_assert_str_eq(state("test.retry"), "READY 1");
	cr_assert_str_eq(cluster_sql("select progress between 0 and 1000 from host.job where type ="
	    " 'test.retry'"), "t");
	due();
	job_run_due(&w);
	cr_assert_str_eq(state("test.retry"), "READY 2");
	due();
	job_run_due(&w);
	cr_assert_str_eq(state("test.retry"), "DONE 3");
	cr_assert_str_eq(noted("retry:%"), "retry:3");
}

Test(job, faults_count_as_failures_until_the_job_is_dead)
{
	add("test.fault", NULL, "{}");
	job_run_due(&w);
	cr_assert_str_eq(state("test.fault"), "READY 1");
	due();
	job_run_due(&w);
	cr_assert_str_eq(state("test.fault"), "DEAD 2");
	cr_assert_str_eq(cluster_sql("select last_error from host.job where type = 'test.fault'"),
	    "on purpose");
	cr_assert_str_eq(noted("fault:%"), "");
	add("test.dead", NULL, "{}");
	job_run_due(&w);
	cr_assert_str_eq(state("test.dead"), "DEAD 1");
}

Test(job, an_admin_runs_a_dead_job_again_nobody_else)
{
	const char *id;

	add("test.dead", NULL, "{}");
	job_run_due(&w);
	id = arena_strdup(a, cluster_sql("select id from host.job where type = 'test.dead'"));
	cr_assert_eq(strncmp(cluster_try("db_web", arena_printf(a, "select host.job_again('%s')", id)),
	    "U0403", 5), 0);
	cr_assert_str_eq(cluster_try("db_web", arena_printf(a, "begin; select set_config('app.role',"
	    " 'ADMIN', true), host.job_again('%s'); commit", id)), "");
	cr_assert_str_eq(state("test.dead"), "READY 0");
}

Test(job, a_killed_worker_costs_one_attempt_and_no_effect)
{
	pid_t child;
	int status;

	add("test.crash", NULL, "{}");
	child = fork();
	if (child == 0) {
		/* Its own connection: a forked one is never shared. */
		w.db = db_new(cluster_as("db_jobs"));
		job_run_due(&w);
		_exit(0);
	}
	waitpid(child, &status, 0);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cr_assert_str_eq(state("test.crash"), "RUNNING 1");
	job_run_due(&w);
	cr_assert_str_eq(state("test.crash"), "RUNNING 1", "the lease still holds");
	cluster_sql("update host.job set locked_until = now() - interval '1 second'"
	    " where type = 'test.crash'");
	job_run_due(&w);
	due();
	job_run_due(&w);
	cr_assert_str_eq(state("test.crash"), "DONE 2");
	cr_assert_str_eq(noted("crash:%"), "crash:2");
}

Test(job, two_workers_never_run_one_job_twice)
{
	pid_t children[4];

	cluster_sql("insert into host.job (type, args) select 'test.good', jsonb_build_object('text',"
	    " 'n' || i) from generate_series(1, 200) i");
	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			w.db = db_new(cluster_as("db_jobs"));
			job_run_due(&w);
			_exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		waitpid(children[i], NULL, 0);
	cr_assert_str_eq(cluster_sql("select count(*) || ' ' || min(attempts) || ' ' || max(attempts)"
	    " from host.job where type = 'test.good' and state = 'DONE'"), "200 1 1");
	cr_assert_str_eq(cluster_sql("select count(*) from host.cache_entry where key like 'n%'"),
	    "200");
}

Test(job, progress_is_seen_while_the_job_runs_and_survives_its_rollback)
{
	add("test.progress", NULL, "{}");
	job_run_due(&w);
	cr_assert_str_eq(cluster_sql("select progress_total || ' ' || progress_text"
	    " from host.job where type = 'test.progress'"), "3 import.files");
	cr_assert_str_eq(state("test.progress"), "READY 1");
	cr_assert_str_eq(noted("progress:%"), "");
}

Test(job, events_become_jobs_of_their_consumers)
{
	db_begin(web, a, true, NULL);
	outbox_add(web, "thing.made", "test", NULL, "{\"n\":1}");
	outbox_add(web, "thing.broken", "test", NULL, NULL);
	outbox_add(web, "thing.ignored", "test", NULL, "{}");
	db_commit(web);
	job_run_due(&w);
	cr_assert_str_eq(cluster_sql("select string_agg(type || ' ' || status || ' ' || waiting ||"
	    " ' ' || (processed_at is not null), ', ' order by type) from host.event"),
	    "thing.broken FAILED 0 true, thing.ignored COMPLETED 0 true, thing.made COMPLETED 0 true");
	cr_assert_str_eq(cluster_sql("select args -> 'data' ->> 'n' || (args ->> 'type') from host.job"
	    " where type = 'test.event'"), "1thing.made");
}

Test(job, events_of_one_key_keep_their_order_also_among_workers)
{
	pid_t children[3];

	for (int i = 1; i <= 9; i++) {
		db_begin(web, a, true, NULL);
		outbox_add(web, "thing.moved", "test", "key", arena_printf(a, "{\"n\":\"%d\"}", i));
		db_commit(web);
	}
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			w.db = db_new(cluster_as("db_jobs"));
			for (int turn = 0; turn < 20; turn++) {
				job_run_due(&w);
				usleep(5000);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		waitpid(children[i], NULL, 0);
	cr_assert_str_eq(cluster_sql("select value from host.cache_entry where key = 'order'"),
	    "123456789");
}

Test(job, a_due_cron_row_fires_once_for_all_hosts)
{
	pid_t children[3];

	job_run_due(&w);
	cr_assert_str_eq(cluster_sql("select count(*) from host.cron where name = 'test.cron' and"
	    " next_run > now() and next_run <= now() + interval '1 minute'"), "1");
	cr_assert_str_eq(state("test.cron"), "");
	cluster_sql("update host.cron set next_run = now() - interval '5 minutes'");
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			w.db = db_new(cluster_as("db_jobs"));
			job_run_due(&w);
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		waitpid(children[i], NULL, 0);
	cr_assert_str_eq(state("test.cron"), "DONE 1");
	cr_assert_str_eq(cluster_sql("select string_agg(distinct state, ',') from host.job where type in"
	    " ('cache.sweep', 'api_log.keep', 'session.sweep', 'host.clean', 'storage.sweep')"), "DONE");
}

Test(job, the_worker_wakes_on_a_notification_and_stops_when_told)
{
	struct timespec from, to;
	pid_t child = fork();
	int64_t took_ms = 0;
	int status;

	if (child == 0) {
		static volatile sig_atomic_t stop;
		static struct sigaction action;

		w.db = db_new(cluster_as("db_jobs"));
		action.sa_handler = SIG_DFL;
		sigaction(SIGTERM, &action, NULL);
		job_worker_run(&w, &stop);
		_exit(0);
	}
	usleep(700000);
	for (int i = 1; i <= 5; i++) {
		const char *done = arena_printf(a, "%d", i), *now = "";

		/* The worker has just begun to wait for up to a second. */
		usleep(300000);
		clock_gettime(CLOCK_MONOTONIC, &from);
		add("test.good", NULL, "{}");
		for (int turn = 0; turn < 1000 && strcmp(now, done) != 0; turn++) {
			usleep(3000);
			now = cluster_sql("select count(*) from host.job where type = 'test.good' and"
			    " state = 'DONE'");
		}
		cr_assert_str_eq(now, done);
		clock_gettime(CLOCK_MONOTONIC, &to);
		took_ms += (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
	}
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	/* By looking once a second it would be about 3,500 ms. */
	cr_assert_lt(took_ms, 2000, "%d ms", (int)took_ms);
}

Test(job, keeps_the_log_of_api_calls_in_daily_partitions)
{
	cluster_sql("insert into host.api_log select now() - i * interval '1 day', 'GET', '/x', 200, 1,"
	    " null, 'r' from generate_series(0, 120) i");
	cluster_sql("select host.api_log_partitions(3); select host.api_log_drop(90)");
	cr_assert_str_eq(cluster_sql("select count(*) from host.api_log"), "91");
	cr_assert_str_eq(cluster_sql("select count(*) from pg_inherits where inhparent ="
	    " 'host.api_log'::regclass"), "5");
	cluster_sql("set app.clock_offset = '864000000000'; select host.api_log_partitions(0);"
	    " select host.api_log_drop(3); reset app.clock_offset");
	cr_assert_str_eq(cluster_sql("select count(*) from host.api_log"), "0");
}

Test(job, back_off_grows_to_an_hour_and_is_spread)
{
	int64_t most = 0, least = INT64_MAX;

	for (int i = 0; i < 2000; i++) {
		int64_t first = job_backoff_ms(1), late = job_backoff_ms(40);

		cr_assert(first > 0 && first <= 1000);
		cr_assert(late > 0 && late <= 3600000);
		most = late > most ? late : most;
		least = late < least ? late : least;
	}
	cr_assert_gt(most, 3400000);
	cr_assert_lt(least, 200000);
}

/* ---- the cache service ---- */

Test(job, cache_entries_are_set_read_listed_deleted_and_expire)
{
	struct cache_key *keys;
	int64_t total;

	db_begin(web, a, true, NULL);
	cache_set(web, "a:1", "one", 0);
	cache_set(web, "a:2", "two", 60);
	cache_set(web, "b:1", "three", 60);
	cache_set(web, "a:1", "one more", 0);
	db_commit(web);
	db_begin(web, a, true, NULL);
	cr_assert_str_eq(cache_get(web, "a:1"), "one more");
	cr_assert_null(cache_get(web, "missing"));
	cr_assert_eq(cache_keys(web, a, "a:", 1, 5, &keys, &total), 0);
	cr_assert_eq(total, 2, "beyond the last page the figure stays");
	cr_assert_eq(cache_keys(web, a, "a:", 10, 0, &keys, &total), 2);
	cr_assert_str_eq(keys[0].key, "a:1");
	cr_assert_eq(keys[0].size, 8);
	cr_assert_eq(keys[0].expires_at, 0);
	cr_assert_gt(keys[1].expires_at, clock_now());
	cr_assert(cache_delete(web, "a:1"));
	cr_assert_not(cache_delete(web, "a:1"));
	db_commit(web);
	cluster_sql("update host.cache_entry set expires_at = now() where key = 'a:2'");
	db_begin(web, a, true, NULL);
	cr_assert_null(cache_get(web, "a:2"));
	cr_assert_eq(cache_sweep(web), 1);
	cr_assert_eq(cache_clear(web, "x"), 0);
	cr_assert_eq(cache_clear(web, ""), 1);
	db_commit(web);
}

Test(job, a_request_that_reads_may_keep_something_for_later)
{
	struct worker reader = { .arena = a, .db = web };

	db_begin(web, a, false, NULL);
	cache_set(web, "page", "made", 60);
	cr_assert_null(cache_get(web, "page"));
	db_rollback(web);
	cache_flush(&reader);
	cache_flush(&reader);
	db_begin(web, a, false, NULL);
	cr_assert_str_eq(cache_get(web, "page"), "made");
	db_rollback(web);
}

/* ---- the same in Redis ---- */

static void
begin_redis(void)
{
	begin();
	settings.redis = redis_begin();
}

static void
end_redis(void)
{
	redis_end();
	settings.redis = "";
	end();
}

Test(redis, cache_entries_live_in_redis_when_it_is_configured, .init = begin_redis,
    .fini = end_redis)
{
	struct cache_key *keys;
	int64_t total;

	if (!settings.redis)
		cr_skip_test("redis-server is not installed");
	db_begin(web, a, false, NULL);
	for (int i = 0; i < 500 && !cache_get(web, "up"); i++) {
		cache_set(web, "up", "1", 600);
		usleep(20000);
	}
	cr_assert(cache_delete(web, "up"));
	cache_set(web, "a:1", "one\r\n\xc3\xa9", 0);
	cache_set(web, "a:2", "two", 600);
	cache_set(web, "short", "s", 1);
	cache_set(web, "a*", "star", 60);
	cr_assert_str_eq(cache_get(web, "a:1"), "one\r\n\xc3\xa9");
	cr_assert_null(cache_get(web, "missing"));
	cr_assert_eq(cache_keys(web, a, "a", 10, 0, &keys, &total), 3);
	cr_assert_eq(cache_keys(web, a, "a*", 10, 0, &keys, &total), 1, "the prefix is no pattern");
	cr_assert_eq(cache_keys(web, a, "a:", 1, 1, &keys, &total), 1);
	cr_assert_str_eq(keys[0].key, "a:2");
	cr_assert_eq(total, 2);
	cr_assert_eq(keys[0].size, 3);
	for (int i = 0; i < 500 && cache_get(web, "short"); i++)
		usleep(20000);
	cr_assert_null(cache_get(web, "short"));
	cr_assert(cache_delete(web, "a:1"));
	cr_assert_not(cache_delete(web, "a:1"));
	cr_assert_eq(cache_clear(web, "a:"), 1);
	cr_assert_eq(cache_clear(web, ""), 1);
	cr_assert_str_eq(cluster_sql("select count(*) from host.cache_entry"), "0");
	/* Gone: a cache that forgets, no fault. (Workers block SIGPIPE.) */
	signal(SIGPIPE, SIG_IGN);
	redis_kill();
	cr_assert_null(cache_get(web, "a*"));
	cache_set(web, "x", "y", 0);
	cr_assert_not(cache_delete(web, "x"));
	db_rollback(web);
}
