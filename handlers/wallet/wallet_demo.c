/*
 * The demonstration world: wallets of demo people with a past. Amounts follow the
 * mission's figures: courses at R899.99, rewards of 10 to 500 AZR. Run by
 * `fcgi-host seed world`; running it again changes nothing.
 */
#include <string.h>

#include "identity/identity.h"
#include "wallet.h"
#include "wallet.sql.h"

static const struct demo {
	const char *key, *kind, *email, *other; /* other: a person, or a code of the platform */
	const char *currency;
	int64_t amount; /* to the person; negative: from them */
	int32_t days;   /* so long ago */
} world[] = {
	{ "alice1", "DEPOSIT", "student1@azora.world", "bank:main", "ZAR", 250000, 33 },
	{ "alice2", "REWARD", "student1@azora.world", "supply:treasury", "AZR", INT64_C(10000000000), 30 },
	{ "alice3", "PAYMENT", "student1@azora.world", "platform:income:course", "ZAR", -89999, 28 },
	{ "alice4", "REWARD", "student1@azora.world", "supply:treasury", "AZR", INT64_C(5000000000), 21 },
	{ "bob1", "DEPOSIT", "student2@azora.world", "bank:main", "ZAR", 120000, 60 },
	{ "bob2", "REWARD", "student2@azora.world", "supply:treasury", "AZR", INT64_C(50000000000), 41 },
	{ "bob3", "DEPOSIT", "student2@azora.world", "bank:main", "USD", 4999, 40 },
	{ "alice5", "TRANSFER", "student1@azora.world", "student2@azora.world", "ZAR", -15000, 14 },
	{ "carol1", "DEPOSIT", "carol.white@azora.world", "bank:main", "ZAR", 50000, 12 },
	{ "sipho1", "REWARD", "sipho.ndlovu@azora.world", "supply:treasury", "AZR", INT64_C(2500000000), 20 },
	{ "sipho2", "DEPOSIT", "sipho.ndlovu@azora.world", "bank:main", "ZAR", 35000, 10 },
	{ "carol2", "TRANSFER", "carol.white@azora.world", "sipho.ndlovu@azora.world", "ZAR", -7500, 6 },
	{ "sarah1", "DEPOSIT", "educator1@azora.world", "chain:hot", "BTC", 1250000, 90 },
	{ "amara1", "DEPOSIT", "educator3@azora.world", "chain:hot", "ETH", INT64_C(750000000), 80 },
	{ "sarah2", "DEPOSIT", "educator1@azora.world", "bank:main", "ZAR", 500000, 45 },
	{ "alice6", "REWARD", "student1@azora.world", "supply:treasury", "AZR", INT64_C(1000000000), 3 },
};

static const char *
account_of(struct job *job, const char *who, const char *currency)
{
	struct identity_found person;

	if (strchr(who, '@') == NULL)
		return arena_printf(job->arena, "%s:%s", who, currency);
	if (!identity_by_email(job->db, job->arena, who, &person))
		return NULL;
	return arena_printf(job->arena, "user:%s:wallet:%s", person.id, currency);
}

enum job_result
wallet_demo(struct job *job)
{
	int added = 0;

	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++) {
		const struct demo *d = &world[i];
		const char *accounts[] = { account_of(job, d->email, d->currency),
			account_of(job, d->other, d->currency), NULL };
		const char *amounts[] = { db_i64(job->db, d->amount), db_i64(job->db, -d->amount), NULL };
		struct wallet_demo_add row;

		if (accounts[0] == NULL || accounts[1] == NULL)
			continue;
		if (sql_wallet_demo_add(job->db, d->key, d->kind, accounts, amounts, d->days, &row) && row.added)
			added++;
	}
	job_report(job, arena_printf(job->arena, "world: %d movements of wallets added", added));
	return JOB_DONE;
}
