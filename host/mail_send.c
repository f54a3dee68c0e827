/*
 * mail_send.c: the job that sends one mail. Three steps: take the mail (and
 * commit), make and hand over the message with no transaction open, note what
 * came of it.
 */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "json.h"
#include "mail.h"
#include "mail.sql.h"
#include "scoreboard.h"
#include "view.h"

#define GIVE_UP_US (INT64_C(24) * 3600 * 1000000)

struct content {
	const char *to, *subject, *text, *html;
};

/* Address and data; false when the person's key is gone. */
static bool
open_mail(struct arena *arena, const struct mail_take *m, const char **to, const char **json)
{
	struct crypto_place place = { .table = "host.email", .row = m->id,
		.person = m->person_id ? m->person_id : m->id };
	struct sql_bytes wrapped = m->person_id ? m->person_key : m->key_wrapped;

	if (!wrapped.data)
		return false;
	place.column = "address_ct";
	*to = crypto_open_wrapped(arena, wrapped, &place, m->address_ct);
	place.column = "data_ct";
	*json = crypto_open_wrapped(arena, wrapped, &place, m->data_ct);
	return *to && *json;
}

/* "Subject: …", an empty line, the text. */
static bool
split_subject(struct arena *arena, char *text, struct content *c)
{
	static const char word[] = "Subject:";
	char *end;

	text += strspn(text, " \r\n");
	if (strncmp(text, word, sizeof(word) - 1) != 0)
		return false;
	text += sizeof(word) - 1;
	text += strspn(text, " ");
	end = text + strcspn(text, "\r\n");
	c->subject = arena_strndup(arena, text, (size_t)(end - text));
	c->text = end + strspn(end, "\r\n");
	return *c->subject != '\0';
}

static struct view *
chrome(struct arena *arena, const char *locale, const char *title)
{
	struct view *page = view_new(arena, VIEW_PAGE, locale, "UTC");

	view_str(page, "lang", locale);
	view_str(page, "url", conf->base_url);
	view_str(page, "title", title);
	return page;
}

static bool
render(struct arena *arena, const struct mail_take *m, const char *json, struct content *c,
    char *reason, size_t size)
{
	const char *locale = arena_strdup(arena, m->locale);
	const char *name = arena_printf(arena, "mail/%s.txt.cs", m->template);
	struct view *view = view_from_json(arena, VIEW_PAGE, locale, "UTC", json);
	struct buffer text, html;

	if (!view) {
		snprintf(reason, size, "data is not JSON");
		return false;
	}
	buffer_init(&text, arena, 4096);
	if (!template_render(&text, name, locale, view, chrome(arena, locale, ""), reason, size))
		return false;
	if (!split_subject(arena, mail_unescape(arena, buffer_text(&text)), c)) {
		snprintf(reason, size, "%s does not begin with \"Subject: …\"", name);
		return false;
	}
	buffer_init(&html, arena, 8192);
	name = arena_printf(arena, "mail/%s.cs", m->template);
	if (!template_render(&html, name, locale, view, chrome(arena, locale, c->subject), reason,
	    size))
		return false;
	c->html = buffer_text(&html);
	return true;
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "localhost";
}

static struct mail_delivery
hand_over(struct arena *arena, const struct mail_take *m, const struct content *c,
    const char *message_id)
{
	struct mail_delivery d = { .outcome = MAIL_REFUSED };
	const struct mail_message message = { .from = conf->mail_from, .to = c->to,
		.subject = c->subject, .text = c->text, .html = c->html, .id = message_id,
		.date = clock_now() };
	char *reason = arena_alloc(arena, 256);
	struct buffer b;

	d.text = reason;
	buffer_init(&b, arena, 16384);
	if (!mail_message_write(&b, &message, reason, 256))
		return d;
	if (conf->smtp_url && conf->smtp_url[0])
		return mail_smtp(arena, mail_address_of(arena, conf->mail_from), c->to, &b);
	d.outcome = mailbox_put(arena, m->id, message.date, &b, reason, 256) ? MAIL_SENT : MAIL_RETRY;
	return d;
}

/* Seconds until the next try: 1 min, doubling, at most 2 h. */
static int64_t
delay_of(int attempt)
{
	return attempt > 7 ? 7200 : INT64_C(60) << (attempt > 0 ? attempt - 1 : 0);
}

static void
note(struct job *job, const struct mail_take *m, const struct mail_delivery *d,
    const char *message_id, int64_t took_us)
{
	static const char *const status[] = { [MAIL_SENT] = "SENT", [MAIL_RETRY] = "QUEUED",
		[MAIL_BOUNCED] = "BOUNCED", [MAIL_REFUSED] = "FAILED" };
	const char *now = status[d->outcome], *result = d->outcome == MAIL_RETRY ? "RETRY" : now;
	const int32_t *code = d->code ? &(int32_t){ d->code } : NULL;
	int64_t delay = 0;

	if (d->outcome == MAIL_RETRY && clock_now() - m->created_at > GIVE_UP_US)
		now = result = "FAILED";
	else if (d->outcome == MAIL_RETRY)
		delay = delay_of(m->attempts);
	sql_mail_mark_queue(job->db, m->id, now, code, d->text, message_id, delay, NULL);
	sql_mail_delivery_add_queue(job->db, m->id, m->attempts, result, code, d->text,
	    (int32_t)(took_us / 1000), NULL);
	if (delay)
		sql_mail_again_queue(job->db, m->id, delay, NULL);
	if (d->outcome == MAIL_BOUNCED && d->recipient)
		sql_mail_suppress_queue(job->db, m->address_index, code, NULL);
	db_flush(job->db);
	log_event(d->outcome == MAIL_SENT ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "mail", "id", m->id,
	    "template", m->template, "result", result, "reply", d->text ? d->text : "", NULL);
}

static void
note_only(struct job *job, const struct mail_take *m, const char *status, const char *text)
{
	sql_mail_mark_queue(job->db, m->id, status, NULL, text, NULL, 0, NULL);
	sql_mail_delivery_add_queue(job->db, m->id, m->attempts, status, NULL, text, 0, NULL);
	db_flush(job->db);
	log_event(LOG_LEVEL_WARN, "mail", "id", m->id, "template", m->template, "result", status,
	    "reply", text, NULL);
}

enum job_result
mail_send_run(struct job *job)
{
	const char *id = json_text(json_get(job->args, "id"), NULL), *json, *message_id;
	struct content c = { 0 };
	struct mail_delivery d;
	struct mail_take m;
	int64_t started;
	char *reason = arena_alloc(job->arena, 256);

	if (!id)
		return JOB_DEAD;
	if (!sql_mail_take(job->db, id, &m))
		return JOB_DONE; /* sent, or removed meanwhile */
	if (m.suppressed) {
		note_only(job, &m, "SUPPRESSED", "the address bounced before");
		return JOB_DONE;
	}
	if (!open_mail(job->arena, &m, &c.to, &json)) {
		note_only(job, &m, "FAILED", "the person's key is gone");
		return JOB_DONE;
	}
	/* SENDING is known to everybody before the server hears of the mail. */
	db_commit(job->db);
	started = scoreboard_now();
	message_id = arena_printf(job->arena, "%s@%s", m.id,
	    domain_of(mail_address_of(job->arena, conf->mail_from)));
	if (render(job->arena, &m, json, &c, reason, 256))
		d = hand_over(job->arena, &m, &c, message_id);
	else
		d = (struct mail_delivery){ .outcome = MAIL_REFUSED, .text = reason };
	db_begin(job->db, job->arena, true, NULL);
	note(job, &m, &d, message_id, scoreboard_now() - started);
	return JOB_DONE;
}
