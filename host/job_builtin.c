/* job_builtin.c: the host's own jobs: mails, sweeps, retention. */
#include "cache.h"
#include "job.h"
#include "job.sql.h"
#include "mail.h"
#include "storage.h"

/* Days things are kept (domain.md 2.24). */
#define KEEP_DONE_JOBS 7
#define KEEP_DEAD_JOBS 90
#define KEEP_EVENTS 90
#define KEEP_MAILS 90
#define KEEP_API_LOG 90
#define KEEP_IDEMPOTENCY_HOURS 72

static enum job_result
cache_sweep_run(struct job *job)
{
	cache_sweep(job->db);
	return JOB_DONE;
}

static enum job_result
api_log_run(struct job *job)
{
	struct api_log_keep row;

	sql_api_log_keep(job->db, 3, KEEP_API_LOG, &row);
	return JOB_DONE;
}

static enum job_result
session_sweep_run(struct job *job)
{
	struct session_sweep row;

	sql_session_sweep(job->db, &row);
	return JOB_DONE;
}

static enum job_result
clean_run(struct job *job)
{
	sql_job_clean_queue(job->db, KEEP_DONE_JOBS, KEEP_DEAD_JOBS, NULL);
	sql_event_clean_queue(job->db, KEEP_EVENTS, NULL);
	sql_email_clean_queue(job->db, KEEP_MAILS, NULL);
	sql_rate_limit_clean_queue(job->db, NULL);
	sql_idempotency_clean_queue(job->db, KEEP_IDEMPOTENCY_HOURS, NULL);
	db_flush(job->db);
	return JOB_DONE;
}

static enum job_result
storage_sweep_run(struct job *job)
{
	(void)job;
	storage_sweep();
	return JOB_DONE;
}

const struct job_type job_builtin[] = {
	/* Mails have their own 24 h of attempts (mail_send.c); these are for a
	 * database or a template that fails. */
	{ .name = "mail.send", .run = mail_send_run, .timeout_s = 60, .attempts = 60 },
	{ .name = "cache.sweep", .run = cache_sweep_run, .timeout_s = 60, .attempts = 3,
	    .cron = "* * * * *" },
	{ .name = "api_log.keep", .run = api_log_run, .timeout_s = 120, .attempts = 5,
	    .cron = "7 * * * *" },
	{ .name = "session.sweep", .run = session_sweep_run, .timeout_s = 120, .attempts = 5,
	    .cron = "23 * * * *" },
	{ .name = "host.clean", .run = clean_run, .timeout_s = 300, .attempts = 5,
	    .cron = "0 2 * * *" },
	{ .name = "storage.sweep", .run = storage_sweep_run, .timeout_s = 300, .attempts = 3,
	    .cron = "40 2 * * *" },
	{ .name = NULL }
};
