/* Mails and notices about sales and payouts, maturity of lots, sweeping, the demo world. */
#include <string.h>

#include "identity/identity.h"
#include "marketplace.h"
#include "money/money.h"
#include "notice/notice.h"

/* A mail with a headline of the catalogue, what it is about, and a place to go. */
static void
mail(struct job *job, const char *person, const char *template_name, const char *title, int64_t amount,
    const char *currency, const char *path)
{
	struct identity_profile p;
	struct view *data;

	if (!identity_profile(job->db, job->arena, person, &p) || p.email[0] == '\0')
		return;
	data = mail_view(job->arena);
	view_str(data, "name", p.name);
	view_str(data, "title", title);
	view_str(data, "amount", money_text(job->arena, amount, currency));
	view_str(data, "path", path);
	mail_queue(job->db, p.email, p.id, p.locale, template_name, data);
}

/* A notice about one sale or payout; the job's own event is its cause. */
static void
tell(struct job *job, const char *person, const char *topic, const char *subject, int64_t amount,
    const char *currency, const char *path)
{
	notice_add(job->db, &(struct notice){ .person_id = person, .type = "PAYMENT_SUCCESS", .topic = topic,
		.subject = subject, .amount = amount, .currency = currency, .path = path,
		.cause = arena_printf(job->arena, "%s:%s", topic, json_text(json_get(job->args, "event"),
		    job->id)) });
}

static const char *
event_text(struct job *job, const char *key)
{
	return json_text(json_get(json_get(job->args, "data"), key), NULL);
}

/* What has happened to a sale: mails to its people and notices of the same. */
typedef void sale_news(struct job *, const char *id, const struct sale_mail *);

static enum job_result
sale_told(struct job *job, sale_news *news)
{
	const char *id = event_text(job, "id");
	struct sale_mail s;

	if (id == NULL || !sql_sale_mail(job->db, id, event_text(job, "refund"), &s))
		return JOB_DEAD;
	news(job, id, &s);
	return JOB_DONE;
}

static const char *
purchase_path(struct job *job, const char *id)
{
	return arena_printf(job->arena, "/purchases/%s", id);
}

static void
paid_news(struct job *job, const char *id, const struct sale_mail *s)
{
	mail(job, s->buyer_id, "purchase", s->title, s->price, s->currency,
	    arena_printf(job->arena, "/courses/%s", s->slug));
	mail(job, s->seller_id, "sale", s->title, s->share, s->currency, "/teach/sales");
	tell(job, s->buyer_id, "purchase", s->title, s->price, s->currency, purchase_path(job, id));
	tell(job, s->seller_id, "sale", s->title, s->share, s->currency, "/teach/sales");
}

static void
refunded_news(struct job *job, const char *id, const struct sale_mail *s)
{
	const char *path = purchase_path(job, id);

	mail(job, s->buyer_id, "refund", s->title, s->back, s->currency, path);
	tell(job, s->buyer_id, "refund", s->title, s->back, s->currency, path);
	tell(job, s->seller_id, "sale_refunded", s->title, s->back_share, s->currency, "/teach/sales");
}

static void
credited_news(struct job *job, const char *id, const struct sale_mail *s)
{
	const char *path = purchase_path(job, id);

	mail(job, s->buyer_id, "purchase_credited", s->title, s->price, s->currency, path);
	tell(job, s->buyer_id, "credited", s->title, s->price, s->currency, path);
}

enum job_result
market_paid(struct job *job)
{
	return sale_told(job, paid_news);
}

enum job_result
market_refunded(struct job *job)
{
	return sale_told(job, refunded_news);
}

enum job_result
market_credited(struct job *job)
{
	return sale_told(job, credited_news);
}

static void
payout_mail(struct job *job, const struct payout_mail *p, const char *template_name)
{
	struct identity_profile person;
	struct view *data;

	if (!identity_profile(job->db, job->arena, p->person_id, &person) || person.email[0] == '\0')
		return;
	data = mail_view(job->arena);
	view_str(data, "name", person.name);
	view_str(data, "amount", money_text(job->arena, p->amount, p->currency));
	view_str(data, "last4", p->last4);
	view_str(data, "reason", p->reason != NULL && *p->reason != '\0' ? p->reason : NULL);
	view_str(data, "path", "/teach/payouts");
	mail_queue(job->db, person.email, person.id, person.locale, template_name, data);
}

/* payout.asked, .approved, .rejected, .paid, .failed: topic and mail are named alike. */
enum job_result
market_payout(struct job *job)
{
	const char *id = event_text(job, "id"), *type = json_text(json_get(job->args, "type"), "");
	const char *topic;
	struct payout_mail p;

	if (id == NULL || strncmp(type, "payout.", 7) != 0 || !sql_payout_mail(job->db, id, &p))
		return JOB_DEAD;
	topic = strcmp(type, "payout.asked") == 0 ? "payout_requested"
	    : arena_printf(job->arena, "payout_%s", type + 7);
	tell(job, p.person_id, topic, NULL, p.amount, p.currency, "/teach/payouts");
	payout_mail(job, &p, topic);
	return JOB_DONE;
}

enum job_result
market_mature(struct job *job)
{
	struct sale_mature row;

	sql_sale_mature(job->db, &row);
	job_report(job, arena_printf(job->arena, "lots matured: %d", row.done));
	return JOB_DONE;
}

enum job_result
market_sweep(struct job *job)
{
	struct sale_sweep row;

	sql_sale_sweep(job->db, &row);
	return JOB_DONE;
}

enum job_result
market_rating(struct job *job)
{
	sql_review_mean(job->db);
	return JOB_DONE;
}

/* ---- the demonstration world --------------------------------------------------------------- */

static const struct demo {
	const char *email, *course, *author;
	int64_t days, rating;
	const char *comment;
} world[] = {
	{ "student1@azora.world", "ai301", "Alice J.", 25, 5,
	    "Clear from the first lesson. The exercises build on each other." },
	{ "student2@azora.world", "data201", "Bob S.", 41, 4,
	    "Good examples with real data. I wished for more about plotting." },
	{ "student2@azora.world", "ai301", "Bob S.", 61, 4, "Demanding and fair." },
	{ "sipho.ndlovu@azora.world", "ai301", "Sipho N.", 45, 5, NULL },
	{ "thandiwe.moyo@azora.world", "ai301", "Thandiwe M.", 38, 4, "Well explained." },
	{ "sipho.ndlovu@azora.world", "data201", "Sipho N.", 8, 5,
	    "I use what I learned here at work every week." },
	{ "thandiwe.moyo@azora.world", "web201", "Thandiwe M.", 52, 5, "The best course I took this year." },
	{ "carol.white@azora.world", "web201", "Carol W.", 3, 0, NULL },
	{ "carol.white@azora.world", "data201", "Carol W.", 19, 3, "Solid, a little short." },
};

/* Educators with a bank account, so that they can ask for a payout. */
static const char *const paid[] = { "educator1@azora.world", "educator3@azora.world" };

enum job_result
market_demo(struct job *job)
{
	struct azr_rate_set rate;
	int added = 0;

	sql_azr_rate_set(job->db, 1800000, 30, &rate);
	for (size_t i = 0; i < sizeof world / sizeof world[0]; i++) {
		struct identity_found person;
		struct demo_sale row;

		if (identity_by_email(job->db, job->arena, world[i].email, &person) &&
		    sql_demo_sale(job->db, person.id, world[i].course, world[i].days, world[i].rating,
		    world[i].comment, world[i].author, &row) && row.done)
			added++;
	}
	for (size_t i = 0; i < sizeof paid / sizeof paid[0]; i++) {
		struct identity_found person;

		if (identity_by_email(job->db, job->arena, paid[i], &person))
			sql_demo_bank(job->db, person.id, identity_seal(job->db, job->arena, person.id,
			    "marketplace.bank_account", "sealed", person.id, json_object(job->arena, "holder",
			    person.name, "bank", "Demo Bank", "branch", "000000", "number", "0000001234", NULL)),
			    "1234", "Demo Bank");
	}
	market_mature(job);
	job_report(job, arena_printf(job->arena, "world: %d sales added", added));
	return JOB_DONE;
}
