/* stripe_kit.c: see stripe_kit.h. */
#include "stripe_kit.h"

#include <string.h>

#include "crypto.h"
#include "json.h"

void
stripe_begin(void)
{
	standin_begin(SOURCE_DIR "/tests/standin/stripe.pl", "--secret", STRIPE_SECRET);
	setting("payment.providers", "*:stripe");
	setting("payment.stripe.url", standin_url());
	setting("payment.stripe.key_file", standin_file("key", "sk_test_kit\n"));
	setting("payment.stripe.webhook_secret_file", standin_file("secret",
	    "whsec_old_one\n" STRIPE_SECRET "\n"));
}

struct json *
stripe_state(void)
{
	return standin_control("/_state", NULL);
}

int64_t
stripe_calls(const char *id, const char *phase)
{
	return json_int(json_get(json_get(stripe_state(), "calls"),
	    arena_printf(kit_arena(), "%s-%s", id, phase)), 0);
}

void
stripe_card(const char *payment, const char *card)
{
	const char *session = value("select session_reference from payment.payment where id = '%s'",
	    payment);

	cr_assert(*session, "no session yet");
	standin_control("/_pay", arena_printf(kit_arena(), "session=%s&card=%s", session, card));
}

const char *
stripe_pay(const char *key, int64_t amount, const char *card)
{
	const char *p = payment_make(ANN, amount, "ZAR", key);

	jobs_run();
	stripe_card(p, card);
	return p;
}

/* The text between the braces of each event is what was sent: cut out of the state. */
const char *const *
stripe_events(size_t since, size_t *n)
{
	struct json *events = json_get(stripe_state(), "events");
	size_t all = json_length(events);
	const char **list = arena_alloc(kit_arena(), (all + 1) * sizeof *list);

	*n = 0;
	for (size_t i = since; i < all; i++) {
		struct json *e = json_at(events, i), *o = json_get(json_get(e, "data"), "object");
		struct json *meta = json_get(o, "metadata");

		/* Only what the platform reads, and a name and an address it must not keep. */
		list[(*n)++] = arena_printf(kit_arena(), "{\"id\":\"%s\",\"object\":\"event\","
		    "\"api_version\":\"2024-06-20\",\"created\":%lld,\"livemode\":false,\"type\":\"%s\","
		    "\"data\":{\"object\":{\"id\":\"%s\",\"object\":\"%s\",\"payment_intent\":%s%s%s,"
		    "\"billing_details\":{\"name\":\"Nomsa Dlamini\",\"email\":\"nomsa@example.test\"},"
		    "\"metadata\":{%s%s%s}}}}", json_text(json_get(e, "id"), ""),
		    (long long)json_int(json_get(e, "created"), 0), json_text(json_get(e, "type"), ""),
		    json_text(json_get(o, "id"), ""), json_text(json_get(o, "object"), ""),
		    json_text(json_get(o, "payment_intent"), NULL) ? "\"" : "",
		    json_text(json_get(o, "payment_intent"), "null"),
		    json_text(json_get(o, "payment_intent"), NULL) ? "\"" : "",
		    json_text(json_get(meta, "payment"), NULL) ? "\"payment\":\"" : "",
		    json_text(json_get(meta, "payment"), ""),
		    json_text(json_get(meta, "payment"), NULL) ? "\"" : "");
	}
	return list;
}

const char *
stripe_signature(const char *body, const char *secret, int64_t t)
{
	const char *text = arena_printf(kit_arena(), "%lld.%s", (long long)t, body);

	return arena_printf(kit_arena(), "t=%lld,v1=%s", (long long)t,
	    crypto_hmac_sha256_hex(kit_arena(), secret, text, strlen(text)));
}

struct reply
stripe_post(const char *body, size_t size, const char *signature)
{
	return standin_post("/api/v1/webhooks/stripe", body, size, signature
	    ? arena_printf(kit_arena(), "HTTP_STRIPE_SIGNATURE=%s", signature) : NULL);
}

struct reply
stripe_deliver(const char *body)
{
	return stripe_post(body, strlen(body), stripe_signature(body, STRIPE_SECRET,
	    clock_now() / 1000000));
}
