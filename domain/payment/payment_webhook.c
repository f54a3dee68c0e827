/* payment_webhook.c: signatures over the raw body, and keeping the event. Nothing is acted on
 * here: a job looks at the provider (payment_work.c). */
#include <string.h>

#include "crypto.h"
#include "json.h"
#include "payment/provider.h"

#define TOLERANCE_S 300

/* Digits up to 15, then "," or the end; -1 = none of that. */
static int64_t
number(const char *s)
{
	int64_t n = 0;
	size_t digits = strspn(s, "0123456789");

	if (digits == 0 || digits > 15 || (s[digits] != ',' && s[digits] != '\0'))
		return -1;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (s[i] - '0');
	return n;
}

static bool
v1_good(const char *given, const char *const *wanted)
{
	bool good = false;

	if (strcspn(given, ",") != 64)
		return false;
	/* Each secret is compared: the time tells nothing. */
	for (; *wanted; wanted++)
		good |= crypto_equal(given, *wanted, 64);
	return good;
}

bool
payment_signature_good(struct arena *arena, const char *header, struct sql_bytes body,
    const char *const *secrets, int64_t now, int64_t tolerance_s)
{
	const char *wanted[17] = { NULL };
	int64_t t = -1;
	struct buffer b;
	bool good = false;

	if (!header || strlen(header) > 4000)
		return false;
	for (const char *part = header; *part; part += strcspn(part, ",") + (part[strcspn(part, ",")] == ',')) {
		if (strncmp(part, "t=", 2) != 0)
			continue;
		if (t != -1)
			return false;
		t = number(part + 2);
		if (t < 0)
			return false;
	}
	if (t < 0 || now - t > tolerance_s || t - now > tolerance_s)
		return false;
	buffer_init(&b, arena, body.size + 32);
	buffer_printf(&b, "%lld.", (long long)t);
	buffer_add(&b, body.data, body.size);
	for (size_t i = 0; secrets[i] && i < 16; i++)
		wanted[i] = crypto_hmac_sha256_hex(arena, secrets[i], b.data, b.size);
	for (const char *part = header; *part; part += strcspn(part, ",") + (part[strcspn(part, ",")] == ','))
		if (strncmp(part, "v1=", 3) == 0)
			good |= v1_good(part + 3, wanted);
	return good;
}

static struct sql_bytes
body_digest(struct arena *arena, struct sql_bytes body)
{
	unsigned char *out = arena_alloc(arena, CRYPTO_HASH);

	crypto_sha256(body.data, body.size, out);
	return (struct sql_bytes){ out, CRYPTO_HASH };
}

static int
keep(struct db *db, struct arena *arena, const char *provider, const char *id, const char *type,
    struct json *event, bool live, struct sql_bytes body, const char **code)
{
	struct json *object = json_get(json_get(event, "data"), "object");
	int64_t created = json_int(json_get(event, "created"), 0) * 1000000;
	struct webhook_add row;

	if (!id || !*id || strlen(id) > 255 || !type || !*type) {
		*code = "bad_event";
		return 400;
	}
	if (live == conf_development()) {
		*code = "livemode_mismatch";
		return 400;
	}
	sql_webhook_add(db, provider, id, type, json_text(json_get(event, "api_version"), NULL), live,
	    created > 0 ? &created : NULL, json_text(json_get(object, "id"), NULL),
	    arena_strndup(arena, (const char *)body.data, body.size), body_digest(arena, body), &row);
	return 200;
}

static int
stripe(struct db *db, struct arena *arena, const char *signature, struct sql_bytes body,
    const char **code)
{
	const char *const *secrets = provider_secrets(arena,
	    conf_setting("payment.stripe.webhook_secret_file"));
	struct json *event;

	if (!secrets[0]) {
		*code = "payment_unavailable";
		return 404;
	}
	if (!payment_signature_good(arena, signature, body, secrets, clock_now() / 1000000,
	    TOLERANCE_S)) {
		*code = "invalid_signature";
		return 401;
	}
	event = json_read(arena, (const char *)body.data, body.size, NULL, 0);
	return keep(db, arena, "STRIPE", json_text(json_get(event, "id"), NULL),
	    json_text(json_get(event, "type"), NULL), event,
	    json_bool(json_get(event, "livemode"), !conf_development()), body, code);
}

/* No time in the signature, so it can be replayed for ever: kept once by event and object, and
 * never believed without asking. */
static int
paystack(struct db *db, struct arena *arena, const char *signature, struct sql_bytes body,
    const char **code)
{
	const char *key = provider_secret(arena, conf_setting("payment.paystack.key_file"));
	const char *type;
	struct json *event, *data;
	int64_t number;

	if (!key) {
		*code = "payment_unavailable";
		return 404;
	}
	if (!signature || strlen(signature) != 128 || !crypto_equal(signature,
	    crypto_hmac_sha512_hex(arena, key, body.data, body.size), 128)) {
		*code = "invalid_signature";
		return 401;
	}
	event = json_read(arena, (const char *)body.data, body.size, NULL, 0);
	data = json_get(event, "data");
	type = json_text(json_get(event, "event"), NULL);
	number = json_int(json_get(data, "id"), 0);
	/* Events have no number of their own, and those of refunds none at all. */
	return keep(db, arena, "PAYSTACK", !type ? NULL : number > 0
	    ? arena_printf(arena, "%.100s:%lld:%.40s", type, (long long)number,
	    json_text(json_get(data, "status"), ""))
	    : arena_printf(arena, "%.100s:%.32s", type, crypto_hmac_sha256_hex(arena, "event", body.data,
	    body.size)), type, event, strcmp(json_text(json_get(data, "domain"),
	    conf_development() ? "test" : "live"), "test") != 0, body, code);
}

int
payment_webhook(struct db *db, struct arena *arena, const char *provider, const char *signature,
    struct sql_bytes body, const char **code)
{
	*code = NULL;
	return strcmp(provider, "stripe") == 0 ? stripe(db, arena, signature, body, code)
	    : paystack(db, arena, signature, body, code);
}
