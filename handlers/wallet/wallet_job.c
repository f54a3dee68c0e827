/* Work behind the wallet: mails of transfers, the proof of the books, upkeep. */
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"
#include "money/money.h"
#include "wallet.h"
#include "wallet.sql.h"

static const struct identity_found *
found_in(const struct identity_found *people, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(people[i].id, id) == 0)
			return &people[i];
	return NULL;
}

static void
transfer_mail(struct job *job, const char *template_name, const struct identity_found *to,
    const struct identity_found *other, const struct wallet_transfer_by_id *t, int64_t amount)
{
	struct view *data = mail_view(job->arena);

	view_str(data, "name", to->name);
	view_str(data, "other", other != NULL ? other->name : "");
	view_money(data, "amount", amount, t->currency);
	view_money(data, "fee", t->fee, t->currency);
	view_time(data, "at", t->created_at);
	view_strf(data, "path", "/wallet/%s", t->currency);
	mail_queue(job->db, to->email, to->id, to->locale, template_name, data);
}

enum job_result
wallet_transfer_mail(struct job *job)
{
	const char *id = json_text(json_get(json_get(job->args, "data"), "transferId"), NULL);
	struct wallet_transfer_by_id t;
	struct identity_found *people;
	const struct identity_found *sender, *receiver;
	size_t n;

	if (id == NULL || !sql_wallet_transfer_by_id(job->db, id, &t))
		return JOB_DEAD;
	n = identity_by_id(job->db, job->arena, (const char *const[]){ t.sender_id, t.receiver_id, NULL }, &people);
	sender = found_in(people, n, t.sender_id);
	receiver = found_in(people, n, t.receiver_id);
	if (sender != NULL && sender->active)
		transfer_mail(job, "transfer_sent", sender, receiver, &t, t.amount);
	if (receiver != NULL && receiver->active)
		transfer_mail(job, "transfer_received", receiver, sender, &t,
		    t.amount - (strcmp(t.payer, "RECEIVER") == 0 ? t.fee : 0));
	return JOB_DONE;
}

/* A broken rule is a dead job that an administrator sees, and an error in the log. */
static enum job_result
broken(struct job *job, const char *rule, const char *subject, const char *detail)
{
	log_event(LOG_LEVEL_ERROR, "ledger_rule_broken", "rule", rule, "subject", subject, "detail", detail, NULL);
	job_report(job, arena_printf(job->arena, "%s %s: %s", rule, subject, detail));
	return JOB_DEAD;
}

enum job_result
wallet_check(struct job *job)
{
	struct wallet_check_new *rows;
	enum job_result result = JOB_DONE;
	size_t n = sql_wallet_check_new(job->db, &rows);

	for (size_t i = 0; i < n; i++)
		result = broken(job, rows[i].rule, rows[i].subject, rows[i].detail);
	return result;
}

enum job_result
wallet_check_full(struct job *job)
{
	struct wallet_check_all *rows;
	enum job_result result = JOB_DONE;
	size_t n = sql_wallet_check_all(job->db, &rows);

	for (size_t i = 0; i < n; i++)
		result = broken(job, rows[i].rule, rows[i].subject, rows[i].detail);
	return result;
}

/* Holds past their time go back; snapshots of hot accounts move on. */
enum job_result
wallet_keep(struct job *job)
{
	struct wallet_expire expired;
	struct wallet_snapshot snapshot;

	(void)sql_wallet_expire(job->db, &expired);
	(void)sql_wallet_snapshot(job->db, &snapshot);
	return JOB_DONE;
}
