/*
 * provider_stripe.c: Stripe's wire protocol: form-encoded bodies, Bearer key, pinned version,
 * Idempotency-Key, cursor pagination. Card data never passes here: payers go to Checkout.
 * The API's shapes are those of version 2024-06-20.
 */
#include <string.h>

#include "json.h"
#include "payment/provider_stripe.h"

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
	result = stripe_call(s, arena_printf(s->arena, "%s-customer", s->o->person_id), "/v1/customers",
	    buffer_text(&b));
	if (result == PROVIDER_DONE)
		s->out->customer = *id = provider_text(s->json, "id");
	return result == PROVIDER_DONE && !*id ? PROVIDER_LATER : result;
}

static enum provider_result
hosted_page(struct stripe *s, const char *key, const char *body)
{
	enum provider_result result = stripe_call(s, key, "/v1/checkout/sessions", body);

	if (result != PROVIDER_DONE)
		return result;
	s->out->session = provider_text(s->json, "id");
	s->out->url = provider_text(s->json, "url");
	s->out->reference = stripe_id(json_get(s->json, "payment_intent"));
	if (s->out->session && s->out->url)
		return PROVIDER_DONE;
	s->out->error = "bad_answer";
	return PROVIDER_LATER;
}

/* The object with our id in its metadata, or NULL. A key is forgotten after a day: what is older
 * than that is looked for before it is made again. */
static enum provider_result
stripe_find(struct stripe *s, const char *list, const char *name, const char *id,
    struct json **found)
{
	const char *after = NULL;

	*found = NULL;
	for (int page = 0; page < 50; page++) {
		enum provider_result result = stripe_call(s, NULL, arena_printf(s->arena,
		    "%s&limit=100%s%s", list, after ? "&starting_after=" : "", after ? after : ""), NULL);
		struct json *data = json_get(s->json, "data");

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(data); i++) {
			struct json *o = json_at(data, i);

			after = provider_text(o, "id");
			if (strcmp(json_text(json_get(json_get(o, "metadata"), name), ""), id) == 0) {
				*found = o;
				return PROVIDER_DONE;
			}
		}
		if (!json_bool(json_get(s->json, "has_more"), false) || json_length(data) == 0)
			return PROVIDER_DONE;
	}
	s->out->error = "too_many";
	return PROVIDER_LATER;
}

/* A charge that went through before. */
static enum provider_result
charged(struct stripe *s, const char *id)
{
	enum provider_result result = stripe_intent(s, id);

	if (result != PROVIDER_DONE)
		return result;
	s->out->reference = provider_text(s->json, "id");
	return stripe_snapshot(s, s->json, false);
}

/* A saved card, without the payer: what they agreed to is kept with the method. */
static enum provider_result
charge_saved(struct stripe *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct json *error, *pi;
	struct buffer b;

	if (o->old && o->customer) {
		result = stripe_find(s, arena_printf(s->arena, "/v1/payment_intents?customer=%s",
		    o->customer), "payment", o->payment_id, &pi);
		if (result != PROVIDER_DONE)
			return result;
		if (pi)
			return charged(s, provider_text(pi, "id"));
	}
	buffer_init(&b, s->arena, 512);
	provider_field_int(&b, "amount", o->amount);
	provider_field(&b, "currency", provider_code(s->arena, o->currency, ""));
	provider_field(&b, "customer", o->customer ? o->customer : "");
	provider_field(&b, "payment_method", o->method_reference);
	provider_field(&b, "off_session", "true");
	provider_field(&b, "confirm", "true");
	provider_field(&b, "metadata[payment]", o->payment_id);
	provider_field(&b, "expand[]", "latest_charge.balance_transaction");
	result = stripe_call(s, arena_printf(s->arena, "%s-charge", o->payment_id), "/v1/payment_intents",
	    buffer_text(&b));
	if (result == PROVIDER_LATER)
		return result;
	error = json_get(s->json, "error");
	pi = result == PROVIDER_DONE ? s->json : json_get(error, "payment_intent");
	if (json_kind(pi) != JSON_OBJECT)
		return result;
	s->out->reference = provider_text(pi, "id");
	return stripe_snapshot(s, pi, false);
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
	enum provider_result result = stripe_call(s, NULL, arena_printf(s->arena,
	    "/v1/checkout/sessions/%s", o->session_reference), NULL);
	const char *status;

	if (result != PROVIDER_DONE)
		return result;
	status = json_text(json_get(s->json, "status"), "");
	if (strcmp(status, "open") == 0 && o->cancel) {
		result = stripe_call(s, arena_printf(s->arena, "%s-expire", o->payment_id),
		    arena_printf(s->arena, "/v1/checkout/sessions/%s/expire", o->session_reference), NULL);
		if (result != PROVIDER_DONE)
			return PROVIDER_LATER;
		status = json_text(json_get(s->json, "status"), "");
	}
	*over = strcmp(status, "expired") == 0;
	*intent = stripe_id(json_get(s->json, "payment_intent"));
	return PROVIDER_DONE;
}

static enum provider_result
sync(struct stripe *s)
{
	const char *intent = s->o->reference;
	enum provider_result result;
	bool over = false;

	if (intent) {
		result = stripe_intent(s, intent);
		if (result != PROVIDER_DONE)
			return result;
		if (strcmp(json_text(json_get(s->json, "status"), ""), "succeeded") == 0 ||
		    !s->o->session_reference)
			return stripe_snapshot(s, s->json, false);
	}
	result = session_read(s, &over, &intent);
	if (result != PROVIDER_DONE)
		return result;
	if (!intent) {
		s->out->snapshot = over ? s->o->cancel ? "{\"state\":\"canceled\",\"error\":\"canceled\"}"
		    : "{\"state\":\"canceled\",\"error\":\"expired\"}" : "{\"state\":\"pending\"}";
		return PROVIDER_DONE;
	}
	result = stripe_intent(s, intent);
	return result == PROVIDER_DONE ? stripe_snapshot(s, s->json, over) : result;
}

static enum provider_result
refund(struct stripe *s)
{
	const struct operation_take *o = s->o;
	const char *intent = o->reference ? o->reference : "";
	enum provider_result result;
	struct json *mine = NULL;
	struct buffer b, out;

	if (o->old) {
		result = stripe_find(s, arena_printf(s->arena, "/v1/refunds?payment_intent=%s", intent),
		    "refund", o->refund_id, &mine);
		if (result != PROVIDER_DONE)
			return result;
	}
	if (!mine) {
		buffer_init(&b, s->arena, 256);
		provider_field(&b, "payment_intent", intent);
		provider_field_int(&b, "amount", o->refund_amount);
		provider_field(&b, "metadata[refund]", o->refund_id);
		result = stripe_call(s, arena_printf(s->arena, "%s-refund", o->refund_id), "/v1/refunds",
		    buffer_text(&b));
		if (result != PROVIDER_DONE)
			return result;
		mine = s->json;
	}
	buffer_init(&out, s->arena, 256);
	buffer_str(&out, "{\"refunds\":[");
	stripe_refund(&out, mine);
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

	result = stripe_call(s, NULL, arena_printf(s->arena,
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
	provider_put(&b, "state", strcmp(status, "succeeded") == 0 && provider_text(method, "id") ? "succeeded"
	    : strcmp(json_text(json_get(s->json, "status"), ""), "expired") == 0 ? "failed" : "pending");
	provider_put(&b, "ref", provider_text(method, "id"));
	provider_put(&b, "type", strcmp(json_text(json_get(card, "funding"), ""), "debit") == 0
	    ? "DEBIT_CARD" : "CREDIT_CARD");
	provider_put(&b, "brand", provider_code(s->arena, provider_text(card, "brand"), NULL));
	provider_put(&b, "last4", provider_text(card, "last4"));
	provider_put(&b, "fingerprint", provider_text(card, "fingerprint"));
	if (json_get(card, "exp_month")) {
		provider_put_int(&b, "month", json_int(json_get(card, "exp_month"), 0));
		provider_put_int(&b, "year", json_int(json_get(card, "exp_year"), 0));
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return PROVIDER_DONE;
}

/* Unknown or detached before: that is what was wanted. */
static enum provider_result
detach(struct stripe *s)
{
	enum provider_result result = stripe_call(s, arena_printf(s->arena, "%s-detach", s->o->method_id),
	    arena_printf(s->arena, "/v1/payment_methods/%s/detach", s->o->method_reference), NULL);

	return result == PROVIDER_REFUSED ? PROVIDER_DONE : result;
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

	if (!stripe_key(&s))
		return PROVIDER_LATER;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, o->kind) == 0)
			return kinds[i].run(&s);
	out->error = "not_supported";
	return PROVIDER_REFUSED;
}

const struct provider provider_stripe = { "STRIPE", stripe_run, stripe_list };
