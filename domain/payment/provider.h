/*
 * provider.h: one interface over all payment providers. Each call is one exchange with the
 * other side outside of any transaction, with a key derived from our row, so that repeating
 * it after a crash gives the same object. What comes back is a snapshot in one shape,
 * whatever the provider calls things (payment.apply in sql/0120_payment.sql).
 */
#ifndef PAYMENT_PROVIDER_H
#define PAYMENT_PROVIDER_H

#include "arena.h"
#include "handler.h"
#include "payment/payment.h"
#include "payment/payment.sql.h"

enum provider_result {
	PROVIDER_DONE,    /* out is filled */
	PROVIDER_LATER,   /* no answer, a broken one, 409, 429, 5xx: the same call again later */
	PROVIDER_REFUSED  /* it will never take this; error says why */
};

struct provider_out {
	const char *error;        /* stable code, [a-z0-9_]: "card_declined", "timeout" */
	const char *snapshot;     /* JSON for payment.apply or payment.method_apply */
	const char *session;      /* CHECKOUT, SETUP: its id there */
	const char *reference;    /* CHECKOUT: the payment's id there, when known already */
	const char *url;          /* CHECKOUT, SETUP: the hosted page */
	const char *customer;     /* a customer that was made */
};

struct provider {
	const char *name;
	enum provider_result (*run)(struct job *, const struct operation_take *, struct provider_out *);
	/* All that moved in [since, until), µs: lines for payment.reconcile. */
	enum provider_result (*list)(struct job *, int64_t since, int64_t until,
	    struct provider_out *);
};

extern const struct provider provider_stripe, provider_paystack, provider_sandbox;
/* NULL when there is none of that name. */
const struct provider *provider_find(const char *name);

/* ---- calls ------------------------------------------------------------------ */

struct provider_call {
	const char *method, *url;
	const char *const *headers;   /* up to NULL */
	const char *body;             /* NULL = none */
};
struct provider_reply {
	int status;                   /* 0 = none */
	const char *error;
	struct json *json;            /* NULL when it was not JSON */
};
unsigned payment_timeout_ms(void);
/* One exchange. Anything that is no complete JSON answer of 2xx or 4xx (but 409, 429) is
 * PROVIDER_LATER. */
enum provider_result provider_http(struct arena *, const struct provider_call *,
    struct provider_reply *);
/* First line of a file without white space, or NULL; every line of it. */
const char *provider_secret(struct arena *, const char *path);
const char *const *provider_secrets(struct arena *, const char *path);
/* name=value of a form body, percent-encoded; "&" in between. */
void provider_field(struct buffer *, const char *name, const char *value);
void provider_field_int(struct buffer *, const char *name, int64_t value);
/* Members of objects that are written and read; NULL is left out. */
const char *provider_text(struct json *, const char *key);
void provider_put(struct buffer *, const char *key, const char *value);
void provider_put_int(struct buffer *, const char *key, int64_t value);
void provider_put_bool(struct buffer *, const char *key, bool value);
/* "{" of the next object of an array. */
void provider_item(struct buffer *);
/* µs as RFC 3339 in whole seconds, UTC. */
const char *provider_time(struct arena *, int64_t us);
/* A provider's code as one of ours: lower case, [a-z0-9_], at most 40 characters. */
const char *provider_code(struct arena *, const char *text, const char *dflt);

#endif
