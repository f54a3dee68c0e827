/* payment.c: opening payments and refunds, the choice of the provider; see payment.h. */
#include "payment/payment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "payment/provider.h"

/* ---- settings --------------------------------------------------------------- */

#define JOBS (1u << POOL_JOBS)
#define PAY (1u << POOL_PAY)

static const struct conf_setting settings[] = {
	{ "payment.providers", "", "which provider serves which currency, \"ZAR:paystack,*:stripe\"; "
	    "empty: the sandbox in development, else none", 0 },
	{ "payment.timeout_ms", "20000", "how long a provider may take to answer", 0 },
	{ "payment.stripe.url", "https://api.stripe.com", "Stripe's API", 0 },
	{ "payment.stripe.key_file", "", "file with the secret key", JOBS },
	{ "payment.stripe.webhook_secret_file", "",
	    "file with the signing secrets of our webhook, one per line", PAY },
	{ "payment.paystack.url", "https://api.paystack.co", "Paystack's API", 0 },
	{ "payment.paystack.key_file", "", "file with the secret key, which also signs webhooks",
	    JOBS | PAY },
	{ 0 }
};

unsigned
payment_timeout_ms(void)
{
	return (unsigned)strtoul(conf_setting("payment.timeout_ms"), NULL, 10);
}

/* Plain HTTP is for a stand-in on this machine. */
static bool
url_good(const char *url)
{
	return strncmp(url, "https://", 8) == 0 ||
	    (conf_development() && strncmp(url, "http://127.0.0.1:", 17) == 0);
}

static bool
settings_good(char *reason, size_t size)
{
	const char *providers = conf_setting("payment.providers");

	if (!url_good(conf_setting("payment.stripe.url")) ||
	    !url_good(conf_setting("payment.paystack.url"))) {
		(void)snprintf(reason, size, "payment.*.url must be https://");
		return false;
	}
	if (strspn(conf_setting("payment.timeout_ms"), "0123456789") !=
	    strlen(conf_setting("payment.timeout_ms")) || payment_timeout_ms() < 50 ||
	    payment_timeout_ms() > 30000) {
		(void)snprintf(reason, size, "payment.timeout_ms must be a number from 50 to 30000");
		return false;
	}
	if (strcasestr(providers, "sandbox") && !conf_development()) {
		(void)snprintf(reason, size,
		    "payment.providers: the sandbox takes no real money and needs development = 1");
		return false;
	}
	return true;
}

__attribute__((constructor)) static void
settings_declare(void)
{
	conf_declare(settings, settings_good);
}

/* ---- the provider of a currency ---------------------------------------------------- */

static const struct provider *const providers[] = { &provider_sandbox, &provider_stripe,
	&provider_paystack };

const struct provider *
provider_find(const char *name)
{
	for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
		if (strcasecmp(providers[i]->name, name) == 0)
			return providers[i];
	return NULL;
}

/* "ZAR:paystack,*:stripe": the first rule that fits. */
const char *
payment_provider(const char *currency)
{
	const char *rule = conf_setting("payment.providers");

	if (*rule == '\0')
		return conf_development() ? provider_sandbox.name : NULL;
	while (*rule != '\0') {
		size_t n = strcspn(rule, ","), colon = strcspn(rule, ":,");
		char name[32] = "";
		const struct provider *found;

		if (colon < n && n - colon < sizeof name &&
		    (rule[0] == '*' || (colon == strlen(currency) &&
		    strncasecmp(rule, currency, colon) == 0))) {
			memcpy(name, rule + colon + 1, n - colon - 1);
			found = provider_find(name);
			if (found)
				return found->name;
		}
		rule += n + (rule[n] == ',');
		rule += strspn(rule, " ");
	}
	return NULL;
}

/* ---- the contract ------------------------------------------------------------------- */

const char *
payment_provider_need(const char *currency)
{
	const char *provider = payment_provider(currency);

	if (!provider)
		fault_raise(503, "payment_unavailable", "no provider for %s", currency);
	return provider;
}

const char *
payment_href(struct arena *arena, const char *id, const char *status, const char *href)
{
	if (strcmp(status, "PENDING") != 0)
		return arena_printf(arena, "/payments/%s/return", id);
	return href ? href : arena_printf(arena, "/payments/%s/go", id);
}

void
payment_open(struct db *db, struct arena *arena, const struct payment_order *o,
    struct payment_opened *opened)
{
	const char *provider = payment_provider_need(o->currency);
	struct payment_open_row row;

	sql_payment_open_row(db, o->person_id, o->amount, o->currency, o->purpose, o->purpose_id,
	    o->title, o->return_path, provider, o->method_id, o->idempotency_key, &row);
	*opened = (struct payment_opened){ .id = row.id, .status = row.status,
		.provider = row.provider, .fresh = row.fresh,
		.href = payment_href(arena, row.id, row.status, row.href) };
}

bool
payment_second_needed(struct db *db, const char *payment_id, int64_t amount)
{
	struct payment_second row = { .needed = false };

	return sql_payment_second(db, payment_id, amount, &row) && row.needed;
}

void
payment_refund(struct db *db, struct arena *arena, const char *payment_id, int64_t amount,
    const char *reason, const char *idempotency_key, struct payment_refunded *refunded)
{
	struct payment_refund_row *row = arena_alloc(arena, sizeof *row);

	sql_payment_refund_row_queue(db, payment_id, amount ? &amount : NULL, reason, idempotency_key, row,
	    arena_alloc(arena, sizeof(bool)));
	if (!refunded)
		return;
	db_flush(db);
	*refunded = (struct payment_refunded){ .id = row->id, .status = row->status,
		.amount = row->amount, .fresh = row->fresh };
}
