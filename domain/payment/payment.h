/*
 * payment.h: money that comes in through a provider, for every area that sells
 * something. No card data passes here: the payer is sent to the provider's own page.
 *
 * An area that takes payments registers its purpose in a migration
 *
 *     select payment.purpose_register('COURSE', 'marketplace.payment_event(uuid, text, jsonb)');
 *
 * and grants db_def_payment the right to execute that function (security definer, owned by
 * the area's own db_def_ role). It is called inside the transaction that moves the payment:
 *
 *     marketplace.payment_event(payment uuid, event text, data jsonb) returns void
 *
 *     COMPLETED         money is at the provider: post it (see below), grant what was bought
 *     FAILED            it will not come (a COMPLETED may still follow: a late success)
 *     REFUND_REQUESTED  reserve: post own accounts -> accounts.refundPending; raise to refuse.
 *                       data.forced: the provider did it already, refusing is not possible
 *     REFUND_SUCCEEDED  (posted here: refundPending -> balance) write the credit note
 *     REFUND_FAILED     give back: post accounts.refundPending -> own accounts
 *     DISPUTE_OPENED    (posted here: disputed <- balance) freeze what was bought
 *     DISPUTE_WON       (posted here: back) unfreeze
 *     DISPUTE_LOST      cover it: post own accounts -> accounts.disputed
 *
 * data: payment, person, purpose, purposeId, provider, currency, amount (gross), fee (known so
 * far, may be 0; a later correction is posted here), accounts {balance, fee, refundPending,
 * disputed} as ledger account ids; refund, refundAmount, reason, forced, error; dispute,
 * disputeAmount, disputeFee.
 *
 * COMPLETED posts in one ledger transaction (credit positive): balance -(amount - fee),
 * fee -(fee), own accounts +(amount). Its ledger key should be '<purpose>:<payment id>'.
 *
 * Events for everybody else (outbox): payment.completed, payment.failed, refund.succeeded,
 * refund.failed, dispute.opened, dispute.won, dispute.lost, payment.integrity_failure.
 * Other areas read payment.payment_public.
 *
 * Amounts are minor units, 1 to 999,999,999. Source of the rules: docs/payments.md.
 */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "handler.h"

struct payment_order {
	const char *person_id;       /* payer: the person in session, or anybody for a job */
	int64_t amount;
	const char *currency;        /* ZAR, USD, EUR, GBP */
	const char *purpose;         /* registered type */
	const char *purpose_id;      /* uuid of the owner's object */
	const char *title;           /* line at the provider: "Course: Intro to C" */
	const char *return_path;     /* local path, shown after success */
	const char *method_id;       /* saved method to charge at once; NULL = hosted page */
	const char *idempotency_key; /* 1 to 128 characters; per person */
};

struct payment_opened {
	const char *id;
	const char *status;          /* PENDING; with a saved method perhaps COMPLETED or FAILED */
	const char *provider;
	const char *href;            /* local path that leads to the hosted page: req_see() there */
	bool fresh;                  /* false: this key was used before, for the same order */
};

/* Opens a payment in the caller's transaction; a job then asks the provider for its page.
 * Faults as the user's error: invalid_amount, invalid_payment_method, idempotency_key_reused
 * (422), payment_unavailable (503: no provider for this currency), forbidden. */
void payment_open(struct db *, struct arena *, const struct payment_order *,
    struct payment_opened *);

/* For an owner who opens its object and the payment in one statement of its own, on
 * payment.open() (marketplace: sale_open): the provider, or the fault payment_unavailable; and
 * payment_opened.href, of id, status and href as that function returned them. */
const char *payment_provider_need(const char *currency);
const char *payment_href(struct arena *, const char *id, const char *status, const char *href);

struct payment_refunded {
	const char *id;
	const char *status;          /* PENDING, SUCCEEDED, FAILED */
	int64_t amount;
	bool fresh;
};

/* Reserves and asks the provider by a job. amount 0 = all that is left. Sum of refunds that
 * did not fail <= captured - lost disputes, under the payment's row lock. Faults:
 * payment_not_found (404), invalid_status, already_refunded, payment_disputed (409),
 * invalid_refund_amount, idempotency_key_reused (422), and those of the purpose's owner, whose
 * rules decide; the caller must be the payer, an admin or a job. With NULL for the result it
 * is only queued: it goes out, and faults, with the next round trip or the commit. */
void payment_refund(struct db *, struct arena *, const char *payment_id, int64_t amount,
    const char *reason, const char *idempotency_key, struct payment_refunded *);

/* Whether payment_refund() of this amount would fault with second_person_needed (409) for who
 * asks: an administrator above the limit of payment.rule. /admin/payments/:id takes it. */
bool payment_second_needed(struct db *, const char *payment_id, int64_t amount);

/* The provider that would serve a currency: "SANDBOX", "STRIPE", "PAYSTACK", or NULL. */
const char *payment_provider(const char *currency);

/* ---- for the area payment itself ------------------------------------------- */

/* Jobs of the area. */
enum job_result payment_work_run(struct job *);
/* The event is FAILED while its job is tried again, DEAD after the last attempt. */
#define PAYMENT_EVENT_ATTEMPTS 12
enum job_result payment_event_run(struct job *);
enum job_result payment_sweep_run(struct job *);
enum job_result payment_sandbox_run(struct job *);
enum job_result payment_reconcile_run(struct job *);

/* A webhook as received: 200 kept (or known), 400 no JSON or no id, 401 bad signature (code
 * invalid_signature), 404 not configured: no such address here. *code is set when not 200. */
int payment_webhook(struct db *, struct arena *, const char *provider, const char *signature,
    struct sql_bytes body, const char **code);

/* Stripe-Signature over the raw body: some v1 of some secret is right, and t is within
 * tolerance_s of now (seconds since 1970). secrets: up to NULL. A pure function. */
bool payment_signature_good(struct arena *, const char *header, struct sql_bytes body,
    const char *const *secrets, int64_t now, int64_t tolerance_s);

#endif
