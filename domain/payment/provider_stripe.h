/*
 * provider_stripe.h: what the files of Stripe's wire protocol share.
 *
 *   provider_stripe.c       the operations
 *   provider_stripe_read.c  one exchange, snapshots of what was read
 *   provider_stripe_list.c  all that moved, for reconciliation
 */
#ifndef PAYMENT_PROVIDER_STRIPE_H
#define PAYMENT_PROVIDER_STRIPE_H

#include "payment/provider.h"

struct stripe {
	struct arena *arena;
	const struct operation_take *o;
	struct provider_out *out;
	const char *key;
	struct json *json;      /* of the last answer */
};

/* An object that may have been expanded, or its id. */
const char *stripe_id(struct json *);
/* key: our idempotency key of a POST; NULL = GET. */
enum provider_result stripe_call(struct stripe *, const char *key, const char *path,
    const char *body);
/* Reads a payment intent with what a snapshot needs. */
enum provider_result stripe_intent(struct stripe *, const char *id);
/* Snapshot of an intent that has just been read; session_over: its page is closed. */
enum provider_result stripe_snapshot(struct stripe *, struct json *intent, bool session_over);
/* A refund, as an item of a snapshot. */
void stripe_refund(struct buffer *, struct json *);
/* Reads the key file; false with out->error set. */
bool stripe_key(struct stripe *);
enum provider_result stripe_list(struct job *, int64_t since, int64_t until,
    struct provider_out *);

#endif
