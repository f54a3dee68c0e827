/* provider_stripe_list.c: Stripe's balance transactions, for reconciliation. */
#include <string.h>

#include "json.h"
#include "payment/provider_stripe.h"

/* What a balance transaction is about; NULL: nothing that our books know. */
static const char *
type_of(struct json *t)
{
	static const char *const names[][2] = { { "charge", "charge" }, { "payment", "charge" },
		{ "refund", "refund" }, { "payment_refund", "refund" }, { "adjustment", "dispute" } };
	const char *type = json_text(json_get(t, "type"), "");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], type) == 0)
			return names[i][1];
	return NULL;
}

static void
put_line(struct buffer *b, struct json *t)
{
	const char *type = type_of(t), *currency = json_text(json_get(t, "currency"), "");
	struct json *source = json_get(t, "source");
	int64_t amount = json_int(json_get(t, "amount"), 0);
	bool dispute = type && strcmp(type, "dispute") == 0;
	char upper[4] = "";

	/* Adjustments are made for other reasons, too. */
	if (!type || (dispute && strcmp(json_text(json_get(source, "object"), ""), "dispute") != 0))
		return;
	for (size_t i = 0; i < 3 && currency[i]; i++)
		upper[i] = (char)(currency[i] >= 'a' && currency[i] <= 'z' ? currency[i] - 32 : currency[i]);
	provider_item(b);
	provider_put(b, "type", type);
	provider_put(b, "ref", dispute ? provider_text(t, "id") : stripe_id(source));
	provider_put(b, "intent", stripe_id(json_get(source, "payment_intent")));
	provider_put(b, "payment", provider_text(json_get(source, "metadata"), "payment"));
	provider_put(b, "refund", provider_text(json_get(source, "metadata"), "refund"));
	provider_put(b, "charge", stripe_id(json_get(source, "charge")));
	if (dispute) {
		provider_put(b, "dispute", stripe_id(source));
		provider_put_int(b, "fee", json_int(json_get(t, "fee"), 0));
	}
	provider_put_int(b, "amount", amount < 0 && !dispute ? -amount : amount);
	provider_put(b, "currency", upper);
	provider_put(b, "at", provider_time(b->arena, json_int(json_get(t, "created"), 0) * 1000000));
	buffer_char(b, '}');
}

enum provider_result
stripe_list(struct job *job, int64_t since, int64_t until, struct provider_out *out)
{
	struct stripe s = { .arena = job->arena, .out = out };
	const char *after = NULL;
	struct buffer b;

	if (!stripe_key(&s))
		return PROVIDER_LATER;
	buffer_init(&b, job->arena, 4096);
	buffer_char(&b, '[');
	for (int page = 0; page < 1000; page++) {
		enum provider_result result = stripe_call(&s, NULL, arena_printf(job->arena,
		    "/v1/balance_transactions?created[gte]=%lld&created[lt]=%lld&limit=100"
		    "&expand[]=data.source%s%s", (long long)(since / 1000000), (long long)(until / 1000000),
		    after ? "&starting_after=" : "", after ? after : ""), NULL);
		struct json *data = json_get(s.json, "data");

		if (result != PROVIDER_DONE)
			return result;
		for (size_t i = 0; i < json_length(data); i++) {
			put_line(&b, json_at(data, i));
			after = provider_text(json_at(data, i), "id");
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
