/* provider_sandbox.c: the provider inside our own database (sql/0121_payment_work.sql). */
#include <string.h>

#include "payment/provider.h"

static enum provider_result
sandbox_run(struct job *job, const struct operation_take *o, struct provider_out *out)
{
	struct sandbox_snapshot row;

	if (strcmp(o->kind, "REFUND") == 0)
		sql_sandbox_refund_add(job->db, o->payment_id, o->refund_id, o->refund_amount);
	if (o->payment_id && sql_sandbox_snapshot(job->db, o->payment_id, &row))
		out->snapshot = row.snapshot;
	return PROVIDER_DONE;
}

static enum provider_result
sandbox_list(struct job *job, int64_t since, int64_t until, struct provider_out *out)
{
	struct sandbox_lines row;

	sql_sandbox_lines(job->db, since, until, &row);
	out->snapshot = row.lines;
	return PROVIDER_DONE;
}

const struct provider provider_sandbox = { "SANDBOX", sandbox_run, sandbox_list };
