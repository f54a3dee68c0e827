/*
 * payment.h: what the files of the payment area share.
 *
 *   payment.c           routes, tables
 *   payment_own.c       my payments, the way to the provider's page and back
 *   payment_method.c    saved methods
 *   payment_sandbox.c   the sandbox provider's hosted page
 *   payment_deposit.c   money into one's own wallet
 *   payment_webhook.c   where providers call
 *   payment_demo.c      the demonstration world
 *   payment_admin.c     search, one payment
 *   payment_admin_refund.c  refunds by administrators, their approval, disputes
 *   payment_admin_work.c  events, calls, reconciliation
 */
#ifndef PAYMENT_H
#define PAYMENT_H

#include "handler.h"
#include "payment.sql.h"
#include "payment/payment.h"

#define PAYMENT_PAGE 20

/* payment_own.c */
handler_fn own_list, own_show, own_go, own_pay, own_return, own_cancel;
/* payment_method.c */
handler_fn method_list, method_add, method_go, method_pay, method_return, method_set_default,
    method_delete;
/* payment_sandbox.c */
handler_fn sandbox_page, sandbox_choose;
/* payment_deposit.c */
handler_fn deposit_form, deposit_add;
/* payment_admin.c, payment_admin_refund.c, payment_admin_work.c */
handler_fn admin_list, admin_show, admin_refund, admin_ask, admin_decide, admin_refund_list,
    admin_request_list, admin_request_decide, admin_dispute_list, admin_event_list,
    admin_event_show, admin_event_again, admin_call_list,
    admin_call_again, admin_reconciliation, admin_reconcile, admin_resolve;
int64_t payment_offset(struct req *);
/* The page of a list of `total` rows: its title, the links of its filters (up to a param of
 * NULL), its paging. Returns the list of its items, still empty. */
struct payment_filter {
	const char *param;
	const char *const *values;
	const char *prefix; /* of their messages "<prefix>.<value>" */
	const char *all; /* message of the link without it; NULL: "All" */
};
#define PAYMENT_BY_PROVIDER { "provider", payment_providers, "apay.provider", "apay.provider.all" }
struct view *payment_list_view(struct req *, struct view *, const char *title,
    const struct payment_filter *, int64_t total);
/* The end of an action that was done or was not: audit row, flash, the page to see. Not done:
 * `status` and `code`. */
struct payment_action {
	int status;
	const char *code, *audit, *object, *flash, *see;
};
int payment_action(struct req *, struct view *, bool done, const struct payment_action *);

/* Values of parameters and filters, up to NULL. */
extern const char *const payment_states[], *const payment_refund_states[],
    *const payment_request_states[], *const payment_dispute_states[], *const payment_providers[],
    *const payment_event_states[], *const payment_call_states[], *const payment_difference_states[];
/* payment_demo.c */
enum job_result payment_demo(struct job *);
/* payment_webhook.c */
handler_fn webhook_stripe, webhook_paystack;

/* Message "<prefix>.<word>"; dflt when there is none. */
const char *payment_word(struct req *, const char *prefix, const char *word, const char *dflt);
/* Text of an error code of a provider, in the language of the request. */
const char *payment_error_text(struct req *, const char *code);

#endif
