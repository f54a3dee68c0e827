/* provider_stripe_read.c: one exchange with Stripe, and snapshots of what it says. */
#include <string.h>

#include "json.h"
#include "payment/provider_stripe.h"

#define API_VERSION "2024-06-20"
#define PAGE_MAX 20 /* of 100 objects each */

bool
stripe_key(struct stripe *s)
{
	s->key = provider_secret(s->arena, conf_setting("payment.stripe.key_file"));
	if (s->key && (strncmp(s->key, "sk_test_", 8) != 0 || conf_development()))
		return true;
	s->out->error = s->key ? "test_key_in_production" : "no_key";
	return false;
}

const char *
stripe_id(struct json *j)
{
	const char *id = json_text(j, NULL);

	return id ? id : provider_text(j, "id");
}

/* The most telling of the codes in an error: decline_code, code, type. */
static const char *
error_of(struct stripe *s, struct json *error)
{
	const char *code = provider_text(error, "decline_code");

	if (!code || strcmp(code, "generic_decline") == 0)
		code = provider_text(error, "code");
	if (!code)
		code = provider_text(error, "type");
	return provider_code(s->arena, code, "refused");
}

enum provider_result
stripe_call(struct stripe *s, const char *key, const char *path, const char *body)
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

void
stripe_refund(struct buffer *b, struct json *r)
{
	provider_item(b);
	provider_put(b, "ref", provider_text(r, "id"));
	provider_put(b, "id", provider_text(json_get(r, "metadata"), "refund"));
	provider_put_int(b, "amount", json_int(json_get(r, "amount"), 0));
	provider_put(b, "status", json_text(json_get(r, "status"), "pending"));
	provider_put(b, "error", provider_code(b->arena, provider_text(r, "failure_reason"), NULL));
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
	provider_item(b);
	provider_put(b, "ref", provider_text(d, "id"));
	provider_put_int(b, "amount", json_int(json_get(d, "amount"), 0));
	provider_put(b, "status", json_text(json_get(d, "status"), "needs_response"));
	provider_put(b, "reason", provider_text(d, "reason"));
	provider_put_int(b, "fee", fee > 0 ? fee : 0);
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
		enum provider_result result = stripe_call(s, NULL, arena_printf(s->arena,
		    "%s?payment_intent=%s&limit=100%s%s", path, intent, after ? "&starting_after=" : "",
		    after ? after : ""), NULL);
		struct json *data = json_get(s->json, "data");

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(data); i++) {
			put(b, json_at(data, i));
			after = provider_text(json_at(data, i), "id");
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

enum provider_result
stripe_snapshot(struct stripe *s, struct json *pi, bool session_over)
{
	struct json *charge = json_get(pi, "latest_charge");
	struct json *balance = json_get(charge, "balance_transaction");
	const char *status = json_text(json_get(pi, "status"), ""), *id = provider_text(pi, "id");
	const char *currency = json_text(json_get(pi, "currency"), "");
	struct json *error = json_get(pi, "last_payment_error");
	bool good = strcmp(status, "succeeded") == 0;
	enum provider_result result = PROVIDER_DONE;
	struct buffer b;

	buffer_init(&b, s->arena, 1024);
	buffer_char(&b, '{');
	provider_put(&b, "state", state_of(s, status, session_over));
	provider_put(&b, "ref", id);
	provider_put(&b, "charge", stripe_id(charge));
	provider_put_int(&b, "amount", json_int(json_get(pi, good ? "amount_received" : "amount"), -1));
	provider_put(&b, "currency", currency);
	if (!good && json_kind(error) == JSON_OBJECT)
		provider_put(&b, "error", error_of(s, error));
	if (json_get(balance, "fee") && strcmp(json_text(json_get(balance, "currency"), ""),
	    currency) == 0)
		provider_put_int(&b, "fee", json_int(json_get(balance, "fee"), 0));
	if (good && id) {
		buffer_str(&b, ",\"refunds\":[");
		result = put_list(s, &b, "/v1/refunds", id, stripe_refund);
		buffer_str(&b, "],\"disputes\":[");
		if (result == PROVIDER_DONE)
			result = put_list(s, &b, "/v1/disputes", id, put_dispute);
		buffer_char(&b, ']');
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return result;
}

enum provider_result
stripe_intent(struct stripe *s, const char *id)
{
	return stripe_call(s, NULL, arena_printf(s->arena,
	    "/v1/payment_intents/%s?expand[]=latest_charge.balance_transaction", id), NULL);
}
