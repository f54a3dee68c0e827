/*
 * provider_stripe.c: Stripe's wire protocol: form-encoded bodies, Bearer key, pinned version,
 * Idempotency-Key, cursor pagination. Card data never passes here: payers go to Checkout.
 * The API's shapes are those of version 2024-06-20.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "payment/provider.h"

#define API_VERSION "2024-06-20"
#define PAGE_MAX 20 /* of 100 objects each */

struct stripe {
	struct arena *arena;
	const struct operation_take *o;
	struct provider_out *out;
	const char *key;
	struct json *json;      /* of the last answer */
};

static const char *
text_of(struct json *j, const char *key)
{
	return json_text(json_get(j, key), NULL);
}

/* An object that may have been expanded, or its id. */
static const char *
id_of(struct json *j)
{
	const char *id = json_text(j, NULL);

	return id ? id : text_of(j, "id");
}

/* The most telling of the codes in an error: decline_code, code, type. */
static const char *
error_of(struct stripe *s, struct json *error)
{
	const char *code = text_of(error, "decline_code");

	if (!code || strcmp(code, "generic_decline") == 0)
		code = text_of(error, "code");
	if (!code)
		code = text_of(error, "type");
	return provider_code(s->arena, code, "refused");
}

/* key: our idempotency key of a POST; NULL = GET. */
static enum provider_result
call(struct stripe *s, const char *key, const char *path, const char *body)
{
	const char *headers[6] = { arena_printf(s->arena, "Authorization: Bearer %s", s->key),
		"Stripe-Version: " API_VERSION };
	struct provider_call c = { .method = key ? "POST" : "GET", .headers = headers, .body = body,
		.url = arena_printf(s->arena, "%s%s", conf_setting("payment.stripe.url"), path) };
	struct provider_reply reply;
	enum provider_result result;
	size_t n = 2;

	if (key) {
		headers[n++] = arena_printf(s->arena, "Idempotency-Key: %s", key);
		headers[n++] = "Content-Type: application/x-www-form-urlencoded";
		if (!body)
			c.body = "";
	}
	result = provider_http(s->arena, &c, &reply);
	s->json = reply.json;
	if (result == PROVIDER_LATER)
		s->out->error = reply.error;
	else if (result == PROVIDER_REFUSED)
		s->out->error = error_of(s, json_get(reply.json, "error"));
	else if (json_get(reply.json, "livemode") &&
	    json_bool(json_get(reply.json, "livemode"), false) == conf_development()) {
		s->out->error = "livemode_mismatch";
		return PROVIDER_LATER;
	}
	return result;
}

/* ---- snapshots ------------------------------------------------------------------- */

static void
put_text(struct buffer *b, const char *key, const char *value)
{
	if (!value)
		return;
	buffer_printf(b, "%s\"%s\":", b->data[b->size - 1] == '{' ? "" : ",", key);
	json_quote(b, value);
}

static void
put_int(struct buffer *b, const char *key, int64_t value)
{
	buffer_printf(b, "%s\"%s\":%lld", b->data[b->size - 1] == '{' ? "" : ",", key,
	    (long long)value);
}

static void
put_refund(struct buffer *b, struct json *r)
{
	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
	put_text(b, "ref", text_of(r, "id"));
	put_text(b, "id", text_of(json_get(r, "metadata"), "refund"));
	put_int(b, "amount", json_int(json_get(r, "amount"), 0));
	put_text(b, "status", json_text(json_get(r, "status"), "pending"));
	put_text(b, "error", provider_code(b->arena, text_of(r, "failure_reason"), NULL));
	buffer_char(b, '}');
}

/* Money moves as its balance transactions say: out is negative. */
static void
put_dispute(struct buffer *b, struct json *d)
{
	struct json *moves = json_get(d, "balance_transactions");
	bool withdrawn = false, reinstated = false;
	int64_t fee = 0;

	for (size_t i = 0; i < json_length(moves); i++) {
		struct json *m = json_at(moves, i);

		if (json_int(json_get(m, "amount"), 0) < 0) {
			withdrawn = true;
			fee += json_int(json_get(m, "fee"), 0);
		} else
			reinstated = true;
	}
	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
	put_text(b, "ref", text_of(d, "id"));
	put_int(b, "amount", json_int(json_get(d, "amount"), 0));
	put_text(b, "status", json_text(json_get(d, "status"), "needs_response"));
	put_text(b, "reason", text_of(d, "reason"));
	put_int(b, "fee", fee > 0 ? fee : 0);
	buffer_printf(b, ",\"withdrawn\":%s,\"reinstated\":%s}", withdrawn ? "true" : "false",
	    reinstated ? "true" : "false");
}

/* All pages of a list of this payment. */
static enum provider_result
put_list(struct stripe *s, struct buffer *b, const char *path, const char *intent,
    void (*put)(struct buffer *, struct json *))
{
	const char *after = NULL;

	for (int page = 0; page < PAGE_MAX; page++) {
		enum provider_result result = call(s, NULL, arena_printf(s->arena,
		    "%s?payment_intent=%s&limit=100%s%s", path, intent, after ? "&starting_after=" : "",
		    after ? after : ""), NULL);
		struct json *data = json_get(s->json, "data");

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(data); i++) {
			put(b, json_at(data, i));
			after = text_of(json_at(data, i), "id");
		}
		if (!json_bool(json_get(s->json, "has_more"), false) || json_length(data) == 0)
			return PROVIDER_DONE;
	}
	return PROVIDER_DONE;
}

static const char *
state_of(struct stripe *s, const char *status, bool session_over)
{
	if (strcmp(status, "succeeded") == 0)
		return "succeeded";
	if (strcmp(status, "canceled") == 0)
		return "canceled";
	if (session_over)
		return "canceled";
	/* A saved card is tried once; on the hosted page the payer may take another. */
	if (strcmp(status, "requires_payment_method") == 0 && s->o->method_reference)
		return "failed";
	return "pending";
}

/* Snapshot of an intent that has just been read. */
static enum provider_result
intent_snapshot(struct stripe *s, struct json *pi, bool session_over)
{
	struct json *charge = json_get(pi, "latest_charge");
	struct json *balance = json_get(charge, "balance_transaction");
	const char *status = json_text(json_get(pi, "status"), ""), *id = text_of(pi, "id");
	const char *currency = json_text(json_get(pi, "currency"), "");
	struct json *error = json_get(pi, "last_payment_error");
	bool good = strcmp(status, "succeeded") == 0;
	enum provider_result result = PROVIDER_DONE;
	struct buffer b;

	buffer_init(&b, s->arena, 1024);
	buffer_char(&b, '{');
	put_text(&b, "state", state_of(s, status, session_over));
	put_text(&b, "ref", id);
	put_text(&b, "charge", id_of(charge));
	put_int(&b, "amount", json_int(json_get(pi, good ? "amount_received" : "amount"), -1));
	put_text(&b, "currency", currency);
	if (!good && json_kind(error) == JSON_OBJECT)
		put_text(&b, "error", error_of(s, error));
	if (json_get(balance, "fee") && strcmp(json_text(json_get(balance, "currency"), ""),
	    currency) == 0)
		put_int(&b, "fee", json_int(json_get(balance, "fee"), 0));
	if (good && id) {
		buffer_str(&b, ",\"refunds\":[");
		result = put_list(s, &b, "/v1/refunds", id, put_refund);
		buffer_str(&b, "],\"disputes\":[");
		if (result == PROVIDER_DONE)
			result = put_list(s, &b, "/v1/disputes", id, put_dispute);
		buffer_char(&b, ']');
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return result;
}

static enum provider_result
intent_read(struct stripe *s, const char *id)
{
	return call(s, NULL, arena_printf(s->arena,
	    "/v1/payment_intents/%s?expand[]=latest_charge.balance_transaction", id), NULL);
}

/* ---- the operations -------------------------------------------------------------------- */

/* The customer that saved cards belong to. */
static enum provider_result
customer(struct stripe *s, const char **id)
{
	enum provider_result result;
	struct buffer b;

	*id = s->o->customer;
	if (*id)
		return PROVIDER_DONE;
	buffer_init(&b, s->arena, 128);
	provider_field(&b, "metadata[person]", s->o->person_id);
	result = call(s, arena_printf(s->arena, "%s-customer", s->o->person_id), "/v1/customers",
	    buffer_text(&b));
	if (result == PROVIDER_DONE)
		s->out->customer = *id = text_of(s->json, "id");
	return result == PROVIDER_DONE && !*id ? PROVIDER_LATER : result;
}

static enum provider_result
hosted_page(struct stripe *s, const char *key, const char *body)
{
	enum provider_result result = call(s, key, "/v1/checkout/sessions", body);

	if (result != PROVIDER_DONE)
		return result;
	s->out->session = text_of(s->json, "id");
	s->out->url = text_of(s->json, "url");
	s->out->reference = id_of(json_get(s->json, "payment_intent"));
	if (s->out->session && s->out->url)
		return PROVIDER_DONE;
	s->out->error = "bad_answer";
	return PROVIDER_LATER;
}

/* A saved card, without the payer: what they agreed to is kept with the method. */
static enum provider_result
charge_saved(struct stripe *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct json *error, *pi;
	struct buffer b;

	buffer_init(&b, s->arena, 512);
	provider_field_int(&b, "amount", o->amount);
	provider_field(&b, "currency", provider_code(s->arena, o->currency, ""));
	provider_field(&b, "customer", o->customer ? o->customer : "");
	provider_field(&b, "payment_method", o->method_reference);
	provider_field(&b, "off_session", "true");
	provider_field(&b, "confirm", "true");
	provider_field(&b, "metadata[payment]", o->payment_id);
	provider_field(&b, "expand[]", "latest_charge.balance_transaction");
	result = call(s, arena_printf(s->arena, "%s-charge", o->payment_id), "/v1/payment_intents",
	    buffer_text(&b));
	if (result == PROVIDER_LATER)
		return result;
	error = json_get(s->json, "error");
	pi = result == PROVIDER_DONE ? s->json : json_get(error, "payment_intent");
	if (json_kind(pi) != JSON_OBJECT)
		return result;
	s->out->reference = text_of(pi, "id");
	return intent_snapshot(s, pi, false);
}

static enum provider_result
checkout(struct stripe *s)
{
	const struct operation_take *o = s->o;
	const char *base = conf_base_url();
	struct buffer b;

	if (o->method_reference)
		return charge_saved(s);
	buffer_init(&b, s->arena, 1024);
	provider_field(&b, "mode", "payment");
	provider_field(&b, "client_reference_id", o->payment_id);
	provider_field(&b, "metadata[payment]", o->payment_id);
	provider_field(&b, "payment_intent_data[metadata][payment]", o->payment_id);
	provider_field(&b, "line_items[0][quantity]", "1");
	provider_field(&b, "line_items[0][price_data][currency]",
	    provider_code(s->arena, o->currency, ""));
	provider_field_int(&b, "line_items[0][price_data][unit_amount]", o->amount);
	provider_field(&b, "line_items[0][price_data][product_data][name]", o->title);
	provider_field(&b, "success_url", arena_printf(s->arena, "%s/payments/%s/return", base,
	    o->payment_id));
	provider_field(&b, "cancel_url", arena_printf(s->arena, "%s/payments/%s", base,
	    o->payment_id));
	provider_field_int(&b, "expires_at", o->expires_at / 1000000);
	return hosted_page(s, arena_printf(s->arena, "%s-checkout", o->payment_id), buffer_text(&b));
}

/* Ends a session that is still open, when the payer gave up. */
static enum provider_result
session_read(struct stripe *s, bool *over, const char **intent)
{
	const struct operation_take *o = s->o;
	enum provider_result result = call(s, NULL, arena_printf(s->arena,
	    "/v1/checkout/sessions/%s", o->session_reference), NULL);
	const char *status;

	if (result != PROVIDER_DONE)
		return result;
	status = json_text(json_get(s->json, "status"), "");
	if (strcmp(status, "open") == 0 && o->cancel) {
		result = call(s, arena_printf(s->arena, "%s-expire", o->payment_id),
		    arena_printf(s->arena, "/v1/checkout/sessions/%s/expire", o->session_reference), NULL);
		if (result != PROVIDER_DONE)
			return PROVIDER_LATER;
		status = json_text(json_get(s->json, "status"), "");
	}
	*over = strcmp(status, "expired") == 0;
	*intent = id_of(json_get(s->json, "payment_intent"));
	return PROVIDER_DONE;
}

static enum provider_result
sync(struct stripe *s)
{
	const char *intent = s->o->reference;
	enum provider_result result;
	bool over = false;

	if (intent) {
		result = intent_read(s, intent);
		if (result != PROVIDER_DONE)
			return result;
		if (strcmp(json_text(json_get(s->json, "status"), ""), "succeeded") == 0 ||
		    !s->o->session_reference)
			return intent_snapshot(s, s->json, false);
	}
	result = session_read(s, &over, &intent);
	if (result != PROVIDER_DONE)
		return result;
	if (!intent) {
		s->out->snapshot = over ? s->o->cancel ? "{\"state\":\"canceled\",\"error\":\"canceled\"}"
		    : "{\"state\":\"canceled\",\"error\":\"expired\"}" : "{\"state\":\"pending\"}";
		return PROVIDER_DONE;
	}
	result = intent_read(s, intent);
	return result == PROVIDER_DONE ? intent_snapshot(s, s->json, over) : result;
}

static enum provider_result
refund(struct stripe *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct buffer b, out;

	buffer_init(&b, s->arena, 256);
	provider_field(&b, "payment_intent", o->reference ? o->reference : "");
	provider_field_int(&b, "amount", o->refund_amount);
	provider_field(&b, "metadata[refund]", o->refund_id);
	result = call(s, arena_printf(s->arena, "%s-refund", o->refund_id), "/v1/refunds",
	    buffer_text(&b));
	if (result != PROVIDER_DONE)
		return result;
	buffer_init(&out, s->arena, 256);
	buffer_str(&out, "{\"refunds\":[");
	put_refund(&out, s->json);
	buffer_str(&out, "]}");
	s->out->snapshot = buffer_text(&out);
	return PROVIDER_DONE;
}

static enum provider_result
setup(struct stripe *s)
{
	const char *base = conf_base_url(), *id;
	enum provider_result result = customer(s, &id);
	struct buffer b;

	if (result != PROVIDER_DONE)
		return result;
	buffer_init(&b, s->arena, 512);
	provider_field(&b, "mode", "setup");
	provider_field(&b, "customer", id);
	provider_field(&b, "payment_method_types[0]", "card");
	provider_field(&b, "metadata[method]", s->o->method_id);
	provider_field(&b, "setup_intent_data[metadata][method]", s->o->method_id);
	provider_field(&b, "success_url", arena_printf(s->arena, "%s/me/payment-methods/%s/return", base,
	    s->o->method_id));
	provider_field(&b, "cancel_url", arena_printf(s->arena, "%s/me/payment-methods", base));
	return hosted_page(s, arena_printf(s->arena, "%s-setup", s->o->method_id), buffer_text(&b));
}

static enum provider_result
setup_sync(struct stripe *s)
{
	struct json *intent, *method, *card;
	enum provider_result result;
	const char *status;
	struct buffer b;

	result = call(s, NULL, arena_printf(s->arena,
	    "/v1/checkout/sessions/%s?expand[]=setup_intent.payment_method",
	    s->o->setup_reference ? s->o->setup_reference : "none"), NULL);
	if (result != PROVIDER_DONE)
		return result;
	intent = json_get(s->json, "setup_intent");
	method = json_get(intent, "payment_method");
	card = json_get(method, "card");
	status = json_text(json_get(intent, "status"), "");
	buffer_init(&b, s->arena, 256);
	buffer_char(&b, '{');
	put_text(&b, "state", strcmp(status, "succeeded") == 0 && text_of(method, "id") ? "succeeded"
	    : strcmp(json_text(json_get(s->json, "status"), ""), "expired") == 0 ? "failed" : "pending");
	put_text(&b, "ref", text_of(method, "id"));
	put_text(&b, "type", strcmp(json_text(json_get(card, "funding"), ""), "debit") == 0
	    ? "DEBIT_CARD" : "CREDIT_CARD");
	put_text(&b, "brand", provider_code(s->arena, text_of(card, "brand"), NULL));
	put_text(&b, "last4", text_of(card, "last4"));
	put_text(&b, "fingerprint", text_of(card, "fingerprint"));
	if (json_get(card, "exp_month")) {
		put_int(&b, "month", json_int(json_get(card, "exp_month"), 0));
		put_int(&b, "year", json_int(json_get(card, "exp_year"), 0));
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return PROVIDER_DONE;
}

/* Unknown or detached before: that is what was wanted. */
static enum provider_result
detach(struct stripe *s)
{
	enum provider_result result = call(s, arena_printf(s->arena, "%s-detach", s->o->method_id),
	    arena_printf(s->arena, "/v1/payment_methods/%s/detach", s->o->method_reference), NULL);

	return result == PROVIDER_REFUSED ? PROVIDER_DONE : result;
}

/* ---- reconciliation --------------------------------------------------------------- */

static void
put_line(struct buffer *b, struct json *t)
{
	struct json *source = json_get(t, "source");
	const char *type = json_text(json_get(t, "type"), "");
	const char *currency = json_text(json_get(t, "currency"), "");
	int64_t amount = json_int(json_get(t, "amount"), 0);
	bool charge = strcmp(type, "charge") == 0 || strcmp(type, "payment") == 0;
	char upper[4] = "";

	if (!charge && strcmp(type, "refund") != 0 && strcmp(type, "payment_refund") != 0)
		return;
	for (size_t i = 0; i < 3 && currency[i]; i++)
		upper[i] = (char)(currency[i] >= 'a' && currency[i] <= 'z' ? currency[i] - 32 : currency[i]);
	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
	put_text(b, "type", charge ? "charge" : "refund");
	put_text(b, "ref", id_of(source));
	put_text(b, "intent", id_of(json_get(source, "payment_intent")));
	put_text(b, "payment", text_of(json_get(source, "metadata"), "payment"));
	put_text(b, "refund", text_of(json_get(source, "metadata"), "refund"));
	put_text(b, "charge", id_of(json_get(source, "charge")));
	put_int(b, "amount", amount < 0 ? -amount : amount);
	put_text(b, "currency", upper);
	buffer_char(b, '}');
}

static enum provider_result
stripe_list(struct job *job, int64_t since, int64_t until, struct provider_out *out)
{
	struct stripe s = { .arena = job->arena, .out = out };
	const char *after = NULL;
	struct buffer b;

	s.key = provider_secret(job->arena, conf_setting("payment.stripe.key_file"));
	if (!s.key) {
		out->error = "no_key";
		return PROVIDER_LATER;
	}
	buffer_init(&b, job->arena, 4096);
	buffer_char(&b, '[');
	for (int page = 0; page < 1000; page++) {
		enum provider_result result = call(&s, NULL, arena_printf(job->arena,
		    "/v1/balance_transactions?created[gte]=%lld&created[lt]=%lld&limit=100"
		    "&expand[]=data.source%s%s", (long long)(since / 1000000), (long long)(until / 1000000),
		    after ? "&starting_after=" : "", after ? after : ""), NULL);
		struct json *data = json_get(s.json, "data");

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(data); i++) {
			put_line(&b, json_at(data, i));
			after = text_of(json_at(data, i), "id");
		}
		if (!json_bool(json_get(s.json, "has_more"), false) || json_length(data) == 0) {
			buffer_char(&b, ']');
			out->snapshot = buffer_text(&b);
			return PROVIDER_DONE;
		}
	}
	out->error = "too_many";
	return PROVIDER_LATER;
}

static enum provider_result
stripe_run(struct job *job, const struct operation_take *o, struct provider_out *out)
{
	static const struct {
		const char *kind;
		enum provider_result (*run)(struct stripe *);
	} kinds[] = { { "CHECKOUT", checkout }, { "SYNC", sync }, { "REFUND", refund },
		{ "SETUP", setup }, { "SETUP_SYNC", setup_sync }, { "DETACH", detach } };
	struct stripe s = { .arena = job->arena, .o = o, .out = out };

	s.key = provider_secret(job->arena, conf_setting("payment.stripe.key_file"));
	if (!s.key || (strncmp(s.key, "sk_test_", 8) == 0 && !conf_development())) {
		out->error = s.key ? "test_key_in_production" : "no_key";
		return PROVIDER_LATER;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, o->kind) == 0)
			return kinds[i].run(&s);
	out->error = "not_supported";
	return PROVIDER_REFUSED;
}

const struct provider provider_stripe = { "STRIPE", stripe_run, stripe_list };
