/*
 * stripe_kit.h: the stand-in for Stripe (tests/standin/stripe.pl), see standin_kit.h.
 */
#ifndef TESTS_STRIPE_KIT_H
#define TESTS_STRIPE_KIT_H

#include "standin_kit.h"

#define STRIPE_SECRET "whsec_kit"

void stripe_begin(void);
/* Its state: calls by key, counts, events. */
struct json *stripe_state(void);
/* How often the idempotency key "<id>-<phase>" was sent. */
int64_t stripe_calls(const char *id, const char *phase);
/* Opens a payment, waits for its page, pays there. Returns the payment's id. */
const char *stripe_pay(const char *key, int64_t amount, const char *card);
/* What the payer does on the hosted page. */
void stripe_card(const char *payment, const char *card);

/* Events since the mark as bodies; *n. */
const char *const *stripe_events(size_t since, size_t *n);
/* One delivery, rightly signed. */
struct reply stripe_deliver(const char *body);
struct reply stripe_post(const char *body, size_t size, const char *signature);
const char *stripe_signature(const char *body, const char *secret, int64_t t);

#endif
