/*
 * provider_paystack.c: Paystack's wire protocol (ZAR): JSON bodies, Bearer key, answers
 * {status, message, data}. It has no idempotency keys: a reference is good once, and refunds
 * are looked for before one is made. Cards are not saved with this provider.
 */
#include <string.h>

#include "json.h"
#include "payment/provider.h"

#define PAGE_MAX 1000 /* of 100 objects each */

struct paystack {
	struct arena *arena;
	const struct operation_take *o;
	struct provider_out *out;
	const char *key;
	struct json *data;      /* of the last answer */
	const char *message;
};

static enum provider_result
call(struct paystack *s, const char *method, const char *path, const char *body)
{
	const char *const headers[] = {
		arena_printf(s->arena, "Authorization: Bearer %s", s->key),
		"Content-Type: application/json", NULL };
	const struct provider_call c = { .method = method, .headers = headers, .body = body,
		.url = arena_printf(s->arena, "%s%s", conf_setting("payment.paystack.url"), path) };
	struct provider_reply reply;
	enum provider_result result = provider_http(s->arena, &c, &reply);
	const char *domain;

	s->data = json_get(reply.json, "data");
	s->message = json_text(json_get(reply.json, "message"), "");
	if (result == PROVIDER_LATER)
		s->out->error = reply.error;
	else if (result == PROVIDER_REFUSED || !json_bool(json_get(reply.json, "status"), false)) {
		s->out->error = provider_code(s->arena, s->message, "refused");
		return PROVIDER_REFUSED;
	}
	domain = provider_text(s->data, "domain");
	if (result == PROVIDER_DONE && domain && (strcmp(domain, "test") == 0) != conf_development()) {
		s->out->error = "livemode_mismatch";
		return PROVIDER_LATER;
	}
	return result;
}

/* What is no list of objects, or lacks an id, cannot be believed. */
static enum provider_result
broken(struct paystack *s)
{
	s->out->error = "bad_answer";
	return PROVIDER_LATER;
}

static const char *
number_of(struct paystack *s, struct json *j)
{
	return arena_printf(s->arena, "%lld", (long long)json_int(json_get(j, "id"), 0));
}

/* ---- payments --------------------------------------------------------------------- */

/* An address is required: one of ours that tells nothing of the person. */
static const char *
payer_address(struct paystack *s)
{
	const char *host = strstr(conf_base_url(), "://");
	size_t n;

	host = host ? host + 3 : "localhost";
	n = strcspn(host, ":/");
	/* A number is no domain for a mail address. */
	if (strspn(host, "0123456789.") >= n || !memchr(host, '.', n))
		return arena_printf(s->arena, "%s@payments.example.com", s->o->payment_id);
	return arena_printf(s->arena, "%s@payments.%.*s", s->o->payment_id, (int)n, host);
}

static enum provider_result
checkout(struct paystack *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct buffer b;

	buffer_init(&b, s->arena, 512);
	buffer_char(&b, '{');
	provider_put_int(&b, "amount", o->amount);
	provider_put(&b, "currency", o->currency);
	provider_put(&b, "email", payer_address(s));
	/* A lost answer used its reference up; nobody saw that page. */
	provider_put(&b, "reference", o->attempts > 1
	    ? arena_printf(s->arena, "%s.%d", o->payment_id, o->attempts) : o->payment_id);
	provider_put(&b, "callback_url", arena_printf(s->arena, "%s/payments/%s/return",
	    conf_base_url(), o->payment_id));
	buffer_str(&b, ",\"metadata\":{");
	provider_put(&b, "payment", o->payment_id);
	buffer_str(&b, "}}");
	result = call(s, "POST", "/transaction/initialize", buffer_text(&b));
	if (result == PROVIDER_REFUSED && strcasestr(s->message, "duplicate"))
		return PROVIDER_LATER;
	if (result != PROVIDER_DONE)
		return result;
	s->out->session = s->out->reference = provider_text(s->data, "reference");
	s->out->url = provider_text(s->data, "authorization_url");
	return s->out->session && s->out->url ? PROVIDER_DONE : broken(s);
}

static const char *
refund_status(const char *status)
{
	if (strcmp(status, "processed") == 0)
		return "succeeded";
	return strcmp(status, "failed") == 0 ? "failed" : "pending";
}

/* Our id, where the merchant's note is one. */
static const char *
note_of(struct json *refund)
{
	const char *note = provider_text(refund, "merchant_note");

	return note && strlen(note) == 36 ? note : NULL;
}

static void
put_refund(struct paystack *s, struct buffer *b, struct json *r)
{
	const char *status = json_text(json_get(r, "status"), "");

	provider_item(b);
	provider_put(b, "ref", number_of(s, r));
	provider_put(b, "id", note_of(r));
	provider_put_int(b, "amount", json_int(json_get(r, "amount"), 0));
	provider_put(b, "status", refund_status(status));
	if (strcmp(status, "failed") == 0)
		provider_put(b, "error", "refund_failed");
	buffer_char(b, '}');
}

/* The transaction that a refund is of: its number, or the whole of it. */
static int64_t
transaction_of(struct json *refund)
{
	struct json *t = json_get(refund, "transaction");

	return json_kind(t) == JSON_OBJECT ? json_int(json_get(t, "id"), 0) : json_int(t, 0);
}

/* Refunds of a transaction, page by page: into a snapshot, and the one with our id. Others that
 * a filter let through are left out. */
static enum provider_result
refunds(struct paystack *s, const char *transaction, struct buffer *b, struct json **mine)
{
	for (int page = 1; page <= PAGE_MAX; page++) {
		enum provider_result result = call(s, "GET", arena_printf(s->arena,
		    "/refund?transaction=%s&perPage=100&page=%d", transaction, page), NULL);
		size_t n = json_length(s->data);

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < n; i++) {
			struct json *r = json_at(s->data, i);
			const char *note = note_of(r);

			if (strcmp(arena_printf(s->arena, "%lld", (long long)transaction_of(r)), transaction) != 0)
				continue;
			if (b)
				put_refund(s, b, r);
			if (mine && note && strcmp(note, s->o->refund_id) == 0)
				*mine = r;
		}
		if (n < 100)
			return PROVIDER_DONE;
	}
	return broken(s);
}

/* When the platform gives in or the bank decides so, the money is taken. */
static void
put_dispute(struct paystack *s, struct buffer *b, struct json *d)
{
	const char *resolution = json_text(json_get(d, "resolution"), "");
	bool over = strcmp(json_text(json_get(d, "status"), ""), "resolved") == 0;
	bool lost = over && strcmp(resolution, "declined") != 0;
	int64_t amount = json_int(json_get(d, "refund_amount"), 0);

	if (amount <= 0)
		amount = json_int(json_get(json_get(d, "transaction"), "amount"), 0);
	if (amount <= 0)
		return;
	provider_item(b);
	provider_put(b, "ref", number_of(s, d));
	provider_put_int(b, "amount", amount);
	provider_put(b, "status", lost ? "lost" : over ? "won" : "needs_response");
	provider_put(b, "reason", provider_text(d, "category"));
	provider_put_bool(b, "withdrawn", lost);
	provider_put_bool(b, "reinstated", false);
	buffer_char(b, '}');
}

static enum provider_result
disputes(struct paystack *s, const char *transaction, struct buffer *b)
{
	enum provider_result result = call(s, "GET", arena_printf(s->arena,
	    "/dispute?transaction=%s&perPage=100", transaction), NULL);

	for (size_t i = 0; result == PROVIDER_DONE && i < json_length(s->data); i++)
		put_dispute(s, b, json_at(s->data, i));
	return result;
}

/* The page of a payment that ran out, or was given up, stays open there: a success that comes
 * later all the same is taken (docs/payments.md). */
static const char *
state_of(struct paystack *s, const char *status)
{
	if (strcmp(status, "success") == 0 || strcmp(status, "reversed") == 0)
		return "succeeded";
	if (strcmp(status, "failed") == 0)
		return "failed";
	return s->o->cancel || s->o->expires_at < clock_now() ? "canceled" : "pending";
}

static enum provider_result
sync(struct paystack *s)
{
	enum provider_result result = call(s, "GET", arena_printf(s->arena, "/transaction/verify/%s",
	    s->o->session_reference), NULL);
	struct json *t = s->data;
	const char *state, *id;
	struct buffer b;
	bool good;

	/* Never heard of there, and nobody waits any more. */
	if (result == PROVIDER_REFUSED && strcmp(state_of(s, ""), "canceled") == 0) {
		s->out->snapshot = "{\"state\":\"canceled\",\"error\":\"expired\"}";
		return PROVIDER_DONE;
	}
	if (result != PROVIDER_DONE)
		return result;
	state = state_of(s, json_text(json_get(t, "status"), ""));
	good = strcmp(state, "succeeded") == 0;
	id = number_of(s, t);
	buffer_init(&b, s->arena, 512);
	buffer_char(&b, '{');
	provider_put(&b, "state", state);
	provider_put(&b, "ref", provider_text(t, "reference"));
	provider_put(&b, "charge", id);
	provider_put(&b, "currency", provider_text(t, "currency"));
	provider_put_int(&b, "amount", json_int(json_get(t, "amount"), -1));
	if (good && json_kind(json_get(t, "fees")) == JSON_NUMBER)
		provider_put_int(&b, "fee", json_int(json_get(t, "fees"), 0));
	if (strcmp(state, "failed") == 0)
		provider_put(&b, "error", provider_code(s->arena, provider_text(t, "gateway_response"),
		    "card_declined"));
	if (good) {
		buffer_str(&b, ",\"refunds\":[");
		result = refunds(s, id, &b, NULL);
		buffer_str(&b, "],\"disputes\":[");
		if (result == PROVIDER_DONE)
			result = disputes(s, id, &b);
		buffer_char(&b, ']');
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return result;
}

/* ---- refunds ------------------------------------------------------------------------ */

static enum provider_result
refund(struct paystack *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct json *mine = NULL;
	struct buffer b;

	if (!o->charge_reference)
		return broken(s);
	result = refunds(s, o->charge_reference, NULL, &mine);
	if (result != PROVIDER_DONE)
		return result;
	if (!mine) {
		buffer_init(&b, s->arena, 256);
		buffer_char(&b, '{');
		provider_put(&b, "transaction", o->charge_reference);
		provider_put_int(&b, "amount", o->refund_amount);
		provider_put(&b, "merchant_note", o->refund_id);
		buffer_char(&b, '}');
		result = call(s, "POST", "/refund", buffer_text(&b));
		if (result != PROVIDER_DONE)
			return result;
		mine = s->data;
		if (json_int(json_get(mine, "id"), 0) <= 0)
			return broken(s);
	}
	buffer_init(&b, s->arena, 256);
	buffer_str(&b, "{\"refunds\":[");
	put_refund(s, &b, mine);
	buffer_str(&b, "]}");
	s->out->snapshot = buffer_text(&b);
	return PROVIDER_DONE;
}

static bool
key_good(struct paystack *s)
{
	s->key = provider_secret(s->arena, conf_setting("payment.paystack.key_file"));
	if (s->key && (strncmp(s->key, "sk_test_", 8) != 0 || conf_development()))
		return true;
	s->out->error = s->key ? "test_key_in_production" : "no_key";
	return false;
}

static enum provider_result
paystack_run(struct job *job, const struct operation_take *o, struct provider_out *out)
{
	struct paystack s = { .arena = job->arena, .o = o, .out = out };

	if (!key_good(&s))
		return PROVIDER_LATER;
	if (strcmp(o->kind, "CHECKOUT") == 0)
		return checkout(&s);
	if (strcmp(o->kind, "SYNC") == 0)
		return sync(&s);
	if (strcmp(o->kind, "REFUND") == 0)
		return refund(&s);
	out->error = "not_supported";
	return PROVIDER_REFUSED;
}

/* ---- reconciliation ----------------------------------------------------------------------- */

static void
put_charge_line(struct paystack *s, struct buffer *b, struct json *t)
{
	const char *status = json_text(json_get(t, "status"), "");

	if (strcmp(status, "success") != 0 && strcmp(status, "reversed") != 0)
		return;
	provider_item(b);
	provider_put(b, "type", "charge");
	provider_put(b, "ref", number_of(s, t));
	provider_put(b, "intent", provider_text(t, "reference"));
	provider_put(b, "payment", provider_text(json_get(t, "metadata"), "payment"));
	provider_put_int(b, "amount", json_int(json_get(t, "amount"), 0));
	provider_put(b, "currency", provider_text(t, "currency"));
	provider_put(b, "at", provider_text(t, "paid_at"));
	buffer_char(b, '}');
}

static void
put_refund_line(struct paystack *s, struct buffer *b, struct json *r)
{
	if (strcmp(json_text(json_get(r, "status"), ""), "failed") == 0)
		return;
	provider_item(b);
	provider_put(b, "type", "refund");
	provider_put(b, "ref", number_of(s, r));
	provider_put(b, "refund", note_of(r));
	provider_put(b, "charge", arena_printf(s->arena, "%lld", (long long)transaction_of(r)));
	provider_put_int(b, "amount", json_int(json_get(r, "amount"), 0));
	provider_put(b, "currency", provider_text(r, "currency"));
	provider_put(b, "at", provider_text(r, "createdAt"));
	buffer_char(b, '}');
}

/* All pages of a list within [since, until). */
static enum provider_result
lines(struct paystack *s, const char *path, int64_t since, int64_t until, struct buffer *b,
    void (*put)(struct paystack *, struct buffer *, struct json *))
{
	for (int page = 1; page <= PAGE_MAX; page++) {
		enum provider_result result = call(s, "GET", arena_printf(s->arena,
		    "%s?perPage=100&page=%d&from=%s&to=%s", path, page, provider_time(s->arena, since),
		    provider_time(s->arena, until)), NULL);
		size_t n = json_length(s->data);

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < n; i++)
			put(s, b, json_at(s->data, i));
		if (n < 100)
			return PROVIDER_DONE;
	}
	s->out->error = "too_many";
	return PROVIDER_LATER;
}

static enum provider_result
paystack_list(struct job *job, int64_t since, int64_t until, struct provider_out *out)
{
	struct paystack s = { .arena = job->arena, .out = out };
	enum provider_result result;
	struct buffer b;

	if (!key_good(&s))
		return PROVIDER_LATER;
	buffer_init(&b, job->arena, 4096);
	buffer_char(&b, '[');
	result = lines(&s, "/transaction", since, until, &b, put_charge_line);
	if (result == PROVIDER_DONE)
		result = lines(&s, "/refund", since, until, &b, put_refund_line);
	buffer_char(&b, ']');
	out->snapshot = buffer_text(&b);
	return result;
}

const struct provider provider_paystack = { "PAYSTACK", paystack_run, paystack_list };
