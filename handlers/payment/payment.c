/*
 * Payments as people see them. The rules are in domain/payment and in its functions in the
 * database; here are pages, the sandbox's hosted page, and the addresses that providers call.
 *
 * A payment goes PENDING -> COMPLETED -> REFUNDED, or FAILED. The payer leaves by /go, which
 * waits until the provider's page is there, and comes back to /return, which waits until the
 * provider says what happened.
 */
#include "payment.h"

static const char *const cards[] = { "success", "three_d_secure", "declined",
	"insufficient_funds", "lost_card", "expired_card", "incorrect_cvc", "processing_error",
	"slow", "refund_fails", "dispute", NULL };

#define ID_PARAM { "id", PARAM_UUID, PARAM_PATH }
#define PAGE_PARAM { "page", PARAM_INT, 0, .min = 1, .max = 4000, .dflt = 1 }

static const struct param page_params[] = { PAGE_PARAM, { 0 } };
static const struct param id_params[] = { ID_PARAM, { 0 } };
static const struct param agree_params[] = { { "agree", PARAM_BOOL, 0 }, { 0 } };
static const struct param card_params[] = {
	ID_PARAM, { "card", PARAM_ENUM, PARAM_REQUIRED, .options = cards },
	{ "confirmed", PARAM_BOOL, 0 }, { 0 }
};

static const char *const currencies[] = { "ZAR", "USD", NULL };
static const char *const outcomes[] = { "won", "lost", NULL };
static const char *const decisions[] = { "approve", "reject", NULL };
const char *const payment_states[] = { "PENDING", "COMPLETED", "FAILED", "REFUNDED", NULL };
const char *const payment_refund_states[] = { "PENDING", "SUCCEEDED", "FAILED", "CANCELLED", NULL };
const char *const payment_request_states[] = { "PENDING", "APPROVED", "REJECTED", NULL };
const char *const payment_dispute_states[] = { "warning_needs_response", "warning_under_review",
	"warning_closed", "needs_response", "under_review", "won", "lost", NULL };
const char *const payment_providers[] = { "SANDBOX", "STRIPE", "PAYSTACK", NULL };
const char *const payment_event_states[] = { "RECEIVED", "PROCESSED", "IGNORED", "FAILED", "DEAD",
	NULL };
const char *const payment_call_states[] = { "OPEN", "DONE", "DEAD", NULL };
const char *const payment_difference_states[] = { "OPEN", "RESOLVED", NULL };
/* Minor units of two digits: the same for all currencies of cards. */
static const char *const scale[] = { "ZAR", NULL };

static const struct param deposit_params[] = {
	{ "amount", PARAM_MONEY, PARAM_REQUIRED, .min = 1, .max = 18000000, .options = scale },
	{ "currency", PARAM_ENUM, 0, .options = currencies, .dflt_text = "ZAR" },
	{ "method", PARAM_UUID, 0 },
	{ "idempotency_key", PARAM_LINE, 0, .max = 128 }, { 0 }
};
static const struct param search_params[] = {
	{ "q", PARAM_LINE, 0, .max = 255 },
	{ "status", PARAM_ENUM, 0, .options = payment_states },
	{ "provider", PARAM_ENUM, 0, .options = payment_providers }, PAGE_PARAM, { 0 }
};
static const struct param refund_params[] = {
	ID_PARAM, { "amount", PARAM_MONEY, PARAM_REQUIRED, .min = 1, .max = 999999999, .options = scale },
	{ "reason", PARAM_LINE, PARAM_REQUIRED, .max = 200 },
	{ "password", PARAM_TEXT, 0, .max = 256 },
	{ "idempotency_key", PARAM_LINE, 0, .max = 128 }, { 0 }
};
static const struct param refund_list_params[] = {
	{ "status", PARAM_ENUM, 0, .options = payment_refund_states },
	{ "provider", PARAM_ENUM, 0, .options = payment_providers }, PAGE_PARAM, { 0 }
};
static const struct param dispute_list_params[] = {
	{ "status", PARAM_ENUM, 0, .options = payment_dispute_states },
	{ "provider", PARAM_ENUM, 0, .options = payment_providers }, PAGE_PARAM, { 0 }
};
static const struct param request_list_params[] = {
	{ "status", PARAM_ENUM, 0, .options = payment_request_states }, PAGE_PARAM, { 0 }
};
static const struct param decide_params[] = {
	ID_PARAM, { "decision", PARAM_ENUM, PARAM_REQUIRED, .options = decisions },
	{ "password", PARAM_TEXT, 0, .max = 256 }, { 0 }
};
static const struct param event_params[] = {
	{ "status", PARAM_ENUM, 0, .options = payment_event_states },
	{ "provider", PARAM_ENUM, 0, .options = payment_providers }, PAGE_PARAM, { 0 }
};
static const struct param call_params[] = {
	{ "state", PARAM_ENUM, 0, .options = payment_call_states },
	{ "provider", PARAM_ENUM, 0, .options = payment_providers }, PAGE_PARAM, { 0 }
};
static const struct param difference_params[] = {
	{ "state", PARAM_ENUM, 0, .options = payment_difference_states }, PAGE_PARAM, { 0 }
};
static const struct param outcome_params[] = {
	ID_PARAM, { "outcome", PARAM_ENUM, PARAM_REQUIRED, .options = outcomes }, { 0 }
};
static const struct param resolve_params[] = {
	ID_PARAM, { "note", PARAM_LINE, PARAM_REQUIRED, .max = 300 }, { 0 }
};

static const struct route routes[] = {
	{ METHOD_GET, "/payments", own_list, "payment/index.cs", ACCESS_MEMBER, page_params,
	    .summary = "My payments, newest first", .owner = "self" },
	{ METHOD_GET, "/payments/:id", own_show, "payment/show.cs", ACCESS_MEMBER, id_params,
	    .summary = "One of my payments, with its refunds", .owner = "self" },
	{ METHOD_GET, "/payments/:id/go", own_go, "payment/wait.cs", ACCESS_MEMBER, id_params,
	    .pool = POOL_PAY, .rate_per_minute = 120,
	    .summary = "Waits for the provider's page, then goes there", .owner = "self" },
	{ METHOD_GET, "/payments/:id/pay", own_pay, NULL, ACCESS_MEMBER, id_params,
	    .pool = POOL_PAY, .summary = "Redirects to the provider's page", .owner = "self" },
	{ METHOD_GET, "/payments/:id/return", own_return, "payment/wait.cs", ACCESS_MEMBER, id_params,
	    .pool = POOL_PAY, .rate_per_minute = 120,
	    .summary = "Back from the provider: waits for its word", .owner = "self" },
	{ METHOD_POST, "/payments/:id/cancel", own_cancel, NULL, ACCESS_MEMBER, id_params,
	    .pool = POOL_PAY, .rate_per_minute = 20, .idempotent_key = true,
	    .summary = "Gives up a payment that is open", .owner = "self" },

	{ METHOD_GET, "/me/payment-methods", method_list, "payment/methods.cs", ACCESS_MEMBER,
	    .summary = "My saved payment methods", .owner = "self" },
	{ METHOD_POST, "/me/payment-methods", method_add, "payment/methods.cs", ACCESS_MEMBER,
	    agree_params, .form = method_list, .pool = POOL_PAY, .rate_per_minute = 10,
	    .idempotent_key = true, .summary = "Begins to save a payment method", .owner = "self" },
	{ METHOD_GET, "/me/payment-methods/:id/go", method_go, "payment/wait.cs", ACCESS_MEMBER,
	    id_params, .pool = POOL_PAY, .rate_per_minute = 120,
	    .summary = "Waits for the provider's page, then goes there", .owner = "self" },
	{ METHOD_GET, "/me/payment-methods/:id/pay", method_pay, NULL, ACCESS_MEMBER, id_params,
	    .pool = POOL_PAY, .no_json = true, .summary = "Redirects to the provider's page",
	    .owner = "self" },
	{ METHOD_GET, "/me/payment-methods/:id/return", method_return, "payment/wait.cs",
	    ACCESS_MEMBER, id_params, .pool = POOL_PAY, .rate_per_minute = 120,
	    .summary = "Back from the provider: waits for its word", .owner = "self" },
	{ METHOD_POST, "/me/payment-methods/:id/default", method_set_default, NULL, ACCESS_MEMBER,
	    id_params, .pool = POOL_PAY, .summary = "Makes a saved method the default one",
	    .owner = "self" },
	{ METHOD_POST, "/me/payment-methods/:id/remove", method_delete, NULL, ACCESS_MEMBER,
	    id_params, .pool = POOL_PAY, .summary = "Removes a saved method", .owner = "self" },

	{ METHOD_GET, "/sandbox/pay/:id", sandbox_page, "payment/sandbox.cs", ACCESS_PUBLIC,
	    id_params, .pool = POOL_PAY, .no_json = true,
	    .summary = "Hosted page of the sandbox provider (development)", .owner = "anyone" },
	{ METHOD_POST, "/sandbox/pay/:id", sandbox_choose, NULL, ACCESS_PUBLIC, card_params,
	    .pool = POOL_PAY, .no_json = true,
	    .summary = "Pays with a test card (development)", .owner = "anyone" },

	{ METHOD_GET, "/deposit", deposit_form, "payment/deposit.cs", ACCESS_MEMBER,
	    .summary = "The form for a deposit: currencies, limits, saved cards", .owner = "self" },
	{ METHOD_POST, "/deposit", deposit_add, "payment/deposit.cs", ACCESS_MEMBER, deposit_params,
	    .form = deposit_form, .pool = POOL_PAY, .rate_per_minute = 10, .idempotent_key = true,
	    .summary = "Opens a payment into one's own wallet", .owner = "self" },

	{ METHOD_GET, "/admin/payments", admin_list, "payment/admin_index.cs", ACCESS_ADMIN,
	    search_params, "payments.read", .summary = "Payments of everybody", .owner = "admin" },
	{ METHOD_GET, "/admin/payments/:id", admin_show, "payment/admin_show.cs", ACCESS_ADMIN,
	    id_params, "payments.read", .summary = "One payment with its timeline", .owner = "admin" },
	{ METHOD_POST, "/admin/payments/:id/refund", admin_refund, "payment/admin_show.cs",
	    ACCESS_ADMIN, refund_params, "payments.refund", .form = admin_show, .pool = POOL_AUTH,
	    .idempotent_key = true, .rate_per_minute = 20,
	    .summary = "Refunds a payment, all or part; above a limit another administrator decides",
	    .owner = "admin" },
	{ METHOD_GET, "/admin/refund-requests", admin_request_list, "payment/admin_requests.cs",
	    ACCESS_ADMIN, request_list_params, "payments.read",
	    .summary = "Refunds that need a second administrator", .owner = "admin" },
	{ METHOD_POST, "/admin/refund-requests/:id/decide", admin_request_decide,
	    "payment/admin_requests.cs", ACCESS_ADMIN, decide_params, "payments.refund",
	    .form = admin_request_list, .pool = POOL_AUTH, .rate_per_minute = 20,
	    .summary = "Approves or rejects a refund that somebody else asked for", .owner = "admin" },
	{ METHOD_POST, "/admin/payments/:id/ask", admin_ask, NULL, ACCESS_ADMIN, id_params,
	    "payments.write", .pool = POOL_PAY, .summary = "Asks the provider now",
	    .owner = "admin" },
	{ METHOD_POST, "/admin/payments/:id/dispute", admin_decide, NULL, ACCESS_ADMIN,
	    outcome_params, "payments.write", .pool = POOL_PAY,
	    .summary = "Decides a dispute of the sandbox (development)", .owner = "admin" },
	{ METHOD_GET, "/admin/refunds", admin_refund_list, "payment/admin_refunds.cs", ACCESS_ADMIN,
	    refund_list_params, "payments.read", .summary = "Refunds", .owner = "admin" },
	{ METHOD_GET, "/admin/disputes", admin_dispute_list, "payment/admin_disputes.cs",
	    ACCESS_ADMIN, dispute_list_params, "payments.read", .summary = "Disputes", .owner = "admin" },
	{ METHOD_GET, "/admin/payment-events", admin_event_list, "payment/admin_events.cs",
	    ACCESS_ADMIN, event_params, "payments.read", .summary = "Webhook events",
	    .owner = "admin" },
	{ METHOD_GET, "/admin/payment-events/:id", admin_event_show, "payment/admin_event.cs",
	    ACCESS_ADMIN, id_params, "payments.read", .summary = "One event, payload masked",
	    .owner = "admin" },
	{ METHOD_POST, "/admin/payment-events/:id/again", admin_event_again, NULL, ACCESS_ADMIN,
	    id_params, "payments.write", .pool = POOL_PAY, .summary = "Looks at an event again",
	    .owner = "admin" },
	{ METHOD_GET, "/admin/payment-calls", admin_call_list, "payment/admin_calls.cs",
	    ACCESS_ADMIN, call_params, "payments.read", .summary = "Calls to providers",
	    .owner = "admin" },
	{ METHOD_POST, "/admin/payment-calls/:id/again", admin_call_again, NULL, ACCESS_ADMIN,
	    id_params, "payments.write", .pool = POOL_PAY, .summary = "Tries a call now",
	    .owner = "admin" },
	{ METHOD_GET, "/admin/reconciliation", admin_reconciliation, "payment/admin_reconcile.cs",
	    ACCESS_ADMIN, difference_params, "payments.read",
	    .summary = "Our books against the providers'", .owner = "admin" },
	{ METHOD_POST, "/admin/reconciliation", admin_reconcile, NULL, ACCESS_ADMIN, NULL,
	    "payments.write", .pool = POOL_PAY, .summary = "Compares now", .owner = "admin" },
	{ METHOD_POST, "/admin/differences/:id/resolve", admin_resolve, NULL, ACCESS_ADMIN,
	    resolve_params, "payments.write", .pool = POOL_PAY,
	    .summary = "A difference is explained", .owner = "admin" },

	{ METHOD_POST, "/webhooks/stripe", webhook_stripe, NULL, ACCESS_PUBLIC,
	    .pool = POOL_PAY, .no_html = true, .raw_body = true, .body_max = 512 * 1024,
	    .rate_per_minute = 6000, .summary = "Events of Stripe, signed", .owner = "anyone" },
	{ METHOD_POST, "/webhooks/paystack", webhook_paystack, NULL, ACCESS_PUBLIC,
	    .pool = POOL_PAY, .no_html = true, .raw_body = true, .body_max = 512 * 1024,
	    .rate_per_minute = 6000, .summary = "Events of Paystack, signed", .owner = "anyone" },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "payment.work", payment_work_run, .timeout_s = 150, .attempts = 10 },
	{ "payment.event", payment_event_run, .timeout_s = 30, .attempts = PAYMENT_EVENT_ATTEMPTS },
	{ "payment.sweep", payment_sweep_run, .timeout_s = 60, .attempts = 3, .cron = "* * * * *" },
	{ "payment.reconcile", payment_reconcile_run, .timeout_s = 280, .attempts = 5,
	    .cron = "15 1 * * *" },
	{ "payment.demo", payment_demo, .timeout_s = 60, .attempts = 1 },
	{ "payment.sandbox", payment_sandbox_run, .timeout_s = 60, .attempts = 3,
	    .cron = "* * * * *" },
	{ 0 }
};

#define TAX_REASON "records of money are kept for five years by tax law"

static const struct personal_data personal[] = {
	{ "payment.payment", "person_id", "payments made", &query_payment_export, NULL, TAX_REASON,
	    1826 },
	{ "payment.method", "person_id, brand, last4, fingerprint, expires_month, expires_year",
	    "saved payment methods and the mandate given", &query_method_export, NULL, TAX_REASON,
	    1826 },
	{ "payment.customer", "person_id, reference", "the person at the provider",
	    &query_customer_export, NULL, TAX_REASON, 1826 },
	{ 0 }
};

MODULE(.name = "payment", .version = "1", .routes = routes, .queries = payment_queries,
    .jobs = jobs, .personal = personal);
