/*
 * The demonstration world: deposits of demo people through the sandbox, with every outcome. Run
 * by `fcgi-host seed world`; running it again changes nothing.
 */
#include "identity/identity.h"
#include "payment.h"

static const struct demo {
	const char *key, *email, *currency, *outcome;
	int64_t amount, part; /* minor units; part: refunded or disputed */
	int32_t days;         /* so long ago */
	const char *reason;
} world[] = {
	{ "alice1", "student1@azora.world", "ZAR", "PAID", 50000, 0, 26, NULL },
	{ "alice2", "student1@azora.world", "ZAR", "DECLINED", 89999, 0, 25, NULL },
	{ "alice3", "student1@azora.world", "ZAR", "REFUNDED", 30000, 12000, 18, "Deposited too much" },
	{ "alice4", "student1@azora.world", "ZAR", "PAID", 15000, 0, 2, NULL },
	{ "bob1", "student2@azora.world", "ZAR", "REFUNDED", 25000, 25000, 22, "Wanted to pay by card instead" },
	{ "bob2", "student2@azora.world", "USD", "PAID", 2500, 0, 9, NULL },
	{ "bob3", "student2@azora.world", "ZAR", "DISPUTED", 40000, 40000, 4, NULL },
	{ "carol1", "carol.white@azora.world", "ZAR", "WON", 20000, 20000, 31, NULL },
	{ "carol2", "carol.white@azora.world", "ZAR", "REFUND_FAILED", 10000, 4000, 7, "Asked by mail" },
	{ "sipho1", "sipho.ndlovu@azora.world", "ZAR", "LOST", 18000, 18000, 40, NULL },
	{ "sipho2", "sipho.ndlovu@azora.world", "ZAR", "DECLINED", 18000, 0, 39, NULL },
	{ "sipho3", "sipho.ndlovu@azora.world", "ZAR", "PAID", 35000, 0, 5, NULL },
	{ "thandiwe1", "thandiwe.moyo@azora.world", "ZAR", "PAID", 120000, 0, 13, NULL },
};

enum job_result
payment_demo(struct job *job)
{
	int added = 0;

	if (!conf_development())
		return JOB_DONE;
	for (size_t i = 0; i < sizeof world / sizeof *world; i++) {
		const struct demo *d = &world[i];
		struct identity_found person;
		struct payment_demo_add row;

		if (identity_by_email(job->db, job->arena, d->email, &person) &&
		    sql_payment_demo_add(job->db, d->key, person.id, d->amount, d->currency, d->days, d->outcome,
		    d->part, d->reason, &row) && row.added)
			added++;
	}
	job_report(job, arena_printf(job->arena, "world: %d payments added", added));
	return JOB_DONE;
}
