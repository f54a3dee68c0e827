/*
 * provider_paystack.c: Paystack's wire protocol (ZAR): JSON bodies, Bearer key, answers
 * {status, message, data}. It has no idempotency keys: a reference is good once, and refunds
 * are looked for before one is made. Cards are not saved with this provider.
 */
#include <string.h>
#include <time.h>

#include "json.h"
#include "payment/provider.h"

struct paystack {
	struct arena *arena;
	const struct operation_take *o;
	struct provider_out *out;
	const char *key;
	struct json *data;      /* of the last answer */
	const char *message;
};

static const char *
text_of(struct json *j, const char *key)
{
	return json_text(json_get(j, key), NULL);
}

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

	s->data = json_get(reply.json, "data");
	s->message = json_text(json_get(reply.json, "message"), "");
	if (result == PROVIDER_LATER)
		s->out->error = reply.error;
	else if (result == PROVIDER_REFUSED || !json_bool(json_get(reply.json, "status"), false)) {
		s->out->error = provider_code(s->arena, s->message, "refused");
		return PROVIDER_REFUSED;
	}
	return result;
}

static void
member(struct buffer *b, const char *key, const char *value)
{
	if (!value)
		return;
	buffer_printf(b, "%s\"%s\":", b->data[b->size - 1] == '{' ? "" : ",", key);
	json_quote(b, value);
}

/* An address is required: one of ours that tells nothing of the person. */
static const char *
payer_address(struct paystack *s)
{
	const char *host = strstr(conf_base_url(), "://");
	size_t n;

	host = host ? host + 3 : "localhost";
	n = strcspn(host, ":/");
	return arena_printf(s->arena, "%s@payments.%.*s", s->o->payment_id, (int)n, host);
}

static enum provider_result
checkout(struct paystack *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result;
	struct buffer b;

	buffer_init(&b, s->arena, 512);
	buffer_printf(&b, "{\"amount\":%lld", (long long)o->amount);
	member(&b, "currency", o->currency);
	member(&b, "email", payer_address(s));
	/* A lost answer used its reference up; nobody saw that page. */
	member(&b, "reference", o->attempts > 1
	    ? arena_printf(s->arena, "%s.%d", o->payment_id, o->attempts) : o->payment_id);
	member(&b, "callback_url", arena_printf(s->arena, "%s/payments/%s/return", conf_base_url(),
	    o->payment_id));
	buffer_str(&b, ",\"metadata\":{");
	member(&b, "payment", o->payment_id);
	buffer_str(&b, "}}");
	result = call(s, "POST", "/transaction/initialize", buffer_text(&b));
	if (result == PROVIDER_REFUSED && strcasestr(s->message, "duplicate"))
		return PROVIDER_LATER;
	if (result != PROVIDER_DONE)
		return result;
	s->out->session = s->out->reference = text_of(s->data, "reference");
	s->out->url = text_of(s->data, "authorization_url");
	if (s->out->session && s->out->url)
		return PROVIDER_DONE;
	s->out->error = "bad_answer";
	return PROVIDER_LATER;
}

static const char *
refund_status(const char *status)
{
	if (strcmp(status, "processed") == 0)
		return "succeeded";
	return strcmp(status, "failed") == 0 ? "failed" : "pending";
}

static void
put_refund(struct buffer *b, struct json *r)
{
	const char *note = text_of(r, "merchant_note");

	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
	member(b, "ref", arena_printf(b->arena, "%lld", (long long)json_int(json_get(r, "id"), 0)));
	/* Our id where the merchant's note is one. */
	if (note && strlen(note) == 36)
		member(b, "id", note);
	buffer_printf(b, ",\"amount\":%lld", (long long)json_int(json_get(r, "amount"), 0));
	member(b, "status", refund_status(json_text(json_get(r, "status"), "")));
	buffer_char(b, '}');
}

static enum provider_result
refunds(struct paystack *s)
{
	return call(s, "GET", arena_printf(s->arena, "/refund?reference=%s&perPage=100",
	    s->o->session_reference), NULL);
}

/* When the platform gives in or the bank decides so, the money is taken. */
static void
put_dispute(struct buffer *b, struct json *d)
{
	bool over = strcmp(json_text(json_get(d, "status"), ""), "resolved") == 0;
	const char *resolution = json_text(json_get(d, "resolution"), "");
	bool lost = over && strcmp(resolution, "declined") != 0;
	int64_t amount = json_int(json_get(d, "refund_amount"), 0);

	if (amount <= 0)
		return;
	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
	member(b, "ref", arena_printf(b->arena, "%lld", (long long)json_int(json_get(d, "id"), 0)));
	buffer_printf(b, ",\"amount\":%lld", (long long)amount);
	member(b, "status", lost ? "lost" : over ? "won" : "needs_response");
	member(b, "reason", text_of(d, "category"));
	buffer_printf(b, ",\"withdrawn\":%s,\"reinstated\":false}", lost ? "true" : "false");
}

static enum provider_result
sync(struct paystack *s)
{
	enum provider_result result = call(s, "GET", arena_printf(s->arena, "/transaction/verify/%s",
	    s->o->session_reference), NULL);
	const char *status, *state = "pending";
	long long id;
	struct buffer b;
	bool good;

	if (result != PROVIDER_DONE)
		return result;
	status = json_text(json_get(s->data, "status"), "");
	good = strcmp(status, "success") == 0 || strcmp(status, "reversed") == 0;
	if (good)
		state = "succeeded";
	else if (strcmp(status, "failed") == 0)
		state = "failed";
	else if (s->o->cancel || s->o->expires_at < clock_now())
		state = "canceled";
	id = json_int(json_get(s->data, "id"), 0);
	buffer_init(&b, s->arena, 512);
	buffer_char(&b, '{');
	member(&b, "state", state);
	member(&b, "ref", text_of(s->data, "reference"));
	member(&b, "charge", arena_printf(s->arena, "%lld", id));
	member(&b, "currency", text_of(s->data, "currency"));
	buffer_printf(&b, ",\"amount\":%lld", (long long)json_int(json_get(s->data, "amount"), -1));
	if (good && json_get(s->data, "fees"))
		buffer_printf(&b, ",\"fee\":%lld", (long long)json_int(json_get(s->data, "fees"), 0));
	if (strcmp(state, "failed") == 0)
		member(&b, "error", provider_code(s->arena, text_of(s->data, "gateway_response"),
		    "card_declined"));
	if (good) {
		buffer_str(&b, ",\"refunds\":[");
		result = refunds(s);
		for (size_t i = 0; result == PROVIDER_DONE && i < json_length(s->data); i++)
			put_refund(&b, json_at(s->data, i));
		buffer_str(&b, "],\"disputes\":[");
		if (result == PROVIDER_DONE)
			result = call(s, "GET", arena_printf(s->arena, "/dispute?transaction=%lld", id), NULL);
		for (size_t i = 0; result == PROVIDER_DONE && i < json_length(s->data); i++)
			put_dispute(&b, json_at(s->data, i));
		buffer_char(&b, ']');
	}
	buffer_char(&b, '}');
	s->out->snapshot = buffer_text(&b);
	return result;
}

static enum provider_result
refund(struct paystack *s)
{
	const struct operation_take *o = s->o;
	enum provider_result result = refunds(s);
	struct json *mine = NULL;
	struct buffer b;

	if (result != PROVIDER_DONE)
		return result;
	for (size_t i = 0; i < json_length(s->data) && !mine; i++)
		if (strcmp(json_text(json_get(json_at(s->data, i), "merchant_note"), ""),
		    o->refund_id) == 0)
			mine = json_at(s->data, i);
	if (!mine) {
		buffer_init(&b, s->arena, 256);
		buffer_char(&b, '{');
		member(&b, "transaction", o->session_reference);
		buffer_printf(&b, ",\"amount\":%lld", (long long)o->refund_amount);
		member(&b, "merchant_note", o->refund_id);
		buffer_char(&b, '}');
		result = call(s, "POST", "/refund", buffer_text(&b));
		if (result != PROVIDER_DONE)
			return result;
		mine = s->data;
	}
	buffer_init(&b, s->arena, 256);
	buffer_str(&b, "{\"refunds\":[");
	put_refund(&b, mine);
	buffer_str(&b, "]}");
	s->out->snapshot = buffer_text(&b);
	return PROVIDER_DONE;
}

static enum provider_result
paystack_run(struct job *job, const struct operation_take *o, struct provider_out *out)
{
	struct paystack s = { .arena = job->arena, .o = o, .out = out };

	s.key = provider_secret(job->arena, conf_setting("payment.paystack.key_file"));
	if (!s.key || (strncmp(s.key, "sk_test_", 8) == 0 && !conf_development())) {
		out->error = s.key ? "test_key_in_production" : "no_key";
		return PROVIDER_LATER;
	}
	if (strcmp(o->kind, "CHECKOUT") == 0)
		return checkout(&s);
	if (strcmp(o->kind, "SYNC") == 0)
		return sync(&s);
	if (strcmp(o->kind, "REFUND") == 0)
		return refund(&s);
	out->error = "not_supported";
	return PROVIDER_REFUSED;
}

static const char *
rfc3339(struct arena *arena, int64_t us)
{
	time_t t = (time_t)(us / 1000000);
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&t, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_strdup(arena, text);
}

/* Successful transactions; refunds come with the payments they belong to. */
static enum provider_result
paystack_list(struct job *job, int64_t since, int64_t until, struct provider_out *out)
{
	struct paystack s = { .arena = job->arena, .out = out };
	struct buffer b;

	s.key = provider_secret(job->arena, conf_setting("payment.paystack.key_file"));
	if (!s.key) {
		out->error = "no_key";
		return PROVIDER_LATER;
	}
	buffer_init(&b, job->arena, 4096);
	buffer_char(&b, '[');
	for (int page = 1; page <= 1000; page++) {
		enum provider_result result = call(&s, "GET", arena_printf(job->arena,
		    "/transaction?status=success&perPage=100&page=%d&from=%s&to=%s", page,
		    rfc3339(job->arena, since), rfc3339(job->arena, until)), NULL);

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(s.data); i++) {
			struct json *t = json_at(s.data, i);

			buffer_str(&b, b.data[b.size - 1] == '[' ? "{" : ",{");
			member(&b, "type", "charge");
			member(&b, "ref", arena_printf(job->arena, "%lld",
			    (long long)json_int(json_get(t, "id"), 0)));
			member(&b, "intent", text_of(t, "reference"));
			member(&b, "payment", text_of(json_get(t, "metadata"), "payment"));
			buffer_printf(&b, ",\"amount\":%lld",
			    (long long)json_int(json_get(t, "amount"), 0));
			member(&b, "currency", text_of(t, "currency"));
			buffer_char(&b, '}');
		}
		if (json_length(s.data) < 100) {
			buffer_char(&b, ']');
			out->snapshot = buffer_text(&b);
			return PROVIDER_DONE;
		}
	}
	out->error = "too_many";
	return PROVIDER_LATER;
}

const struct provider provider_paystack = { "PAYSTACK", paystack_run, paystack_list };
