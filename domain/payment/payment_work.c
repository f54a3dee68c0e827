/*
 * payment_work.c: the jobs. An operation goes VALIDATED -> CALLING (committed before the call)
 * -> POSTED (with the effects of the answer). A crash in between is found by the sweep: the same
 * call goes out again with the same key.
 */
#include <string.h>

#include "db.h"
#include "fault.h"
#include "payment/provider.h"

static const char *
job_id(struct job *job)
{
	return json_text(json_get(job->args, "id"), "00000000-0000-0000-0000-000000000000");
}

/* What the answer says, in one transaction with the mark POSTED. */
static void
post(struct job *job, const struct operation_take *o, const struct provider_out *out)
{
	struct customer_add customer;
	struct payment_apply payment;
	struct method_apply method;

	if (out->customer && o->person_id)
		sql_customer_add(job->db, o->person_id, o->provider, out->customer, &customer);
	if (o->payment_id && (out->session || out->url || out->reference))
		sql_checkout_ready(job->db, o->payment_id, out->session, out->reference, out->url);
	else if (o->method_id && out->session && out->url)
		sql_method_ready(job->db, o->method_id, out->session, out->url);
	if (o->payment_id && out->snapshot)
		sql_payment_apply(job->db, o->payment_id, out->snapshot, &payment);
	else if (o->method_id && out->snapshot)
		sql_method_apply(job->db, o->method_id, out->snapshot, &method);
	sql_operation_done(job->db, job_id(job));
}

enum job_result
payment_work_run(struct job *job)
{
	const struct provider *provider;
	struct provider_out out = { 0 };
	struct breaker_allow breaker;
	enum provider_result result;
	struct operation_take o;

	if (!sql_operation_take(job->db, job_id(job), &o))
		return JOB_DONE;
	provider = provider_find(o.provider);
	if (!sql_breaker_allow(job->db, o.provider, &breaker) || !breaker.allowed) {
		sql_operation_later(job->db, job_id(job), "breaker_open");
		return JOB_DONE;
	}
	job_commit(job);
	result = provider->run(job, &o, &out);
	sql_breaker_note(job->db, o.provider, result != PROVIDER_LATER);
	if (result == PROVIDER_DONE) {
		post(job, &o, &out);
		return JOB_DONE;
	}
	log_event(LOG_LEVEL_WARN, result == PROVIDER_LATER ? "payment_call_later" : "payment_call_refused",
	    "provider", o.provider, "kind", o.kind, "error", out.error ? out.error : "unknown", NULL);
	if (result == PROVIDER_LATER)
		sql_operation_later(job->db, job_id(job), out.error ? out.error : "unknown");
	else if (strcmp(o.kind, "SYNC") == 0)
		sql_operation_done(job->db, job_id(job));
	else
		sql_operation_refused(job->db, job_id(job), out.error ? out.error : "refused");
	return JOB_DONE;
}

enum job_result
payment_event_run(struct job *job)
{
	struct event_process row;
	struct fault_frame f;

	if (FAULT_CATCH(&f)) {
		bool dead = job->attempt >= PAYMENT_EVENT_ATTEMPTS;

		db_rollback(job->db);
		db_begin(job->db, job->arena, true, NULL);
		sql_event_failed(job->db, job_id(job), f.code, dead);
		log_event(LOG_LEVEL_ERROR, "payment_event_failed", "error", f.code, NULL);
		job_commit(job);
		return dead ? JOB_DEAD : JOB_RETRY;
	}
	sql_event_process(job->db, job_id(job), &row);
	fault_leave(&f);
	return JOB_DONE;
}

enum job_result
payment_sweep_run(struct job *job)
{
	struct payment_sweep row;

	sql_payment_sweep(job->db, &row);
	return JOB_DONE;
}

enum job_result
payment_sandbox_run(struct job *job)
{
	struct sandbox_tick row;

	if (conf_development())
		sql_sandbox_tick(job->db, &row);
	return JOB_DONE;
}

/* ---- reconciliation ----------------------------------------------------------------- */

#define HOUR (INT64_C(3600) * 1000000)

static bool
configured(const struct provider *p)
{
	static const char *const currencies[] = { "ZAR", "USD", "EUR", "GBP" };

	for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
		const char *name = payment_provider(currencies[i]);

		if (name && strcmp(name, p->name) == 0)
			return true;
	}
	return false;
}

/* The last two days up to a moment ago, so that each day is seen twice. */
enum job_result
payment_reconcile_run(struct job *job)
{
	static const struct provider *const all[] = { &provider_sandbox, &provider_stripe,
		&provider_paystack };
	int64_t until = clock_now(), since = until - 48 * HOUR;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct provider_out out = { 0 };
		struct reconcile row;

		if (!configured(all[i]))
			continue;
		job_commit(job);
		/* A page opened before that day may have been paid within it. */
		if (all[i]->list(job, since - 24 * HOUR, until, &out) == PROVIDER_DONE)
			sql_reconcile(job->db, all[i]->name, since, until, out.snapshot, &row);
		else {
			sql_reconcile_failed(job->db, all[i]->name, since, until,
			    out.error ? out.error : "unknown");
			log_event(LOG_LEVEL_ERROR, "payment_reconcile_failed", "provider", all[i]->name,
			    "error", out.error ? out.error : "unknown", NULL);
		}
	}
	return JOB_DONE;
}
