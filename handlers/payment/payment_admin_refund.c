/*
 * Refunds by administrators, with a fresh proof of who asks; above a limit another one decides
 * (payment.rule, the database refuses the same person). The lists of refunds and disputes.
 */
#include <string.h>

#include "admin.sql.h"
#include "audit/audit.h"
#include "identity/identity.h"
#include "payment.h"
#include "stepup/stepup.h"

int
admin_refund(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id"), *key = req_text(r, "idempotency_key");
	struct admin_refund_ask done;
	struct admin_payment p;

	if (!sql_admin_payment(r->db, id, &p))
		return req_fail(r, 404, "payment_not_found");
	if (!key)
		key = req_header(r, "HTTP_IDEMPOTENCY_KEY");
	if (!stepup_given(r, req_text(r, "password")))
		return req_invalid(r);
	sql_admin_refund_ask(r->db, id, req_int(r, "amount"), req_text(r, "reason"),
	    arena_printf(r->arena, "admin:%.100s", key ? key : r->rid), &done);
	if (done.fresh) {
		audit_add_about(r->db, p.person_id, done.request ? "payment.refund_asked" : "payment.refund",
		    "payment", id, NULL, json_object(r->arena, done.request ? "request" : "refund",
		    done.request ? done.request : done.id, NULL));
		req_created(r);
	}
	view_str(v, "id", done.request ? done.request : done.id);
	view_str(v, "status", done.status);
	view_money(v, "amount", done.amount, p.currency);
	req_flash(r, "good", done.request ? "apay.refund.asked" : "apay.refund.done");
	return req_see(r, "/admin/payments/%s", id);
}

/* ---- the second administrator -------------------------------------------------------- */

static const char *
name_of(const struct identity_found *people, size_t n, const char *id)
{
	for (size_t i = 0; id != NULL && i < n; i++)
		if (strcmp(people[i].id, id) == 0)
			return people[i].name;
	return NULL;
}

int
admin_request_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "status", payment_request_states, "apay.request" }, { 0 } };
	const char *status = strcmp(r->method, "GET") == 0 ? req_text(r, "status") : NULL;
	struct identity_found *people = NULL;
	struct admin_requests *rows;
	struct admin_requests_count all;
	size_t n, people_n, k = 0;
	bool found;
	const char **ids;
	struct view *items;

	sql_admin_requests_queue(r->db, status, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_requests_count_queue(r->db, status, &all, &found);
	db_flush(r->db);
	ids = arena_alloc(r->arena, (2 * n + 1) * sizeof *ids);
	for (size_t i = 0; i < n; i++) {
		ids[k++] = rows[i].requested_by;
		if (rows[i].decided_by)
			ids[k++] = rows[i].decided_by;
	}
	people_n = k ? identity_by_id(r->db, r->arena, ids, &people) : 0;
	items = payment_list_view(r, v, "apay.requests", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "title", rows[i].title);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_str(item, "reason", rows[i].reason);
		view_str(item, "status", rows[i].status);
		view_bool(item, "pending", strcmp(rows[i].status, "PENDING") == 0);
		view_bool(item, "approved", strcmp(rows[i].status, "APPROVED") == 0);
		view_bool(item, "own", strcmp(rows[i].requested_by, r->person->id) == 0);
		view_str(item, "requestedBy", name_of(people, people_n, rows[i].requested_by));
		view_str(item, "decidedBy", name_of(people, people_n, rows[i].decided_by));
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_bool(view_page_only(v, "form"), "password", stepup_needed(r));
	return 200;
}

int
admin_request_decide(struct req *r, struct view *v)
{
	bool approve = strcmp(req_text(r, "decision"), "approve") == 0;
	struct admin_request_decide row;

	if (!stepup_given(r, req_text(r, "password")))
		return req_invalid(r);
	sql_admin_request_decide(r->db, req_text(r, "id"), approve, &row);
	audit_add(r->db, approve ? "payment.refund_approved" : "payment.refund_rejected", "payment",
	    row.payment_id, NULL, json_object(r->arena, "request", req_text(r, "id"), NULL));
	view_str(v, "status", approve ? "APPROVED" : "REJECTED");
	req_flash(r, "good", approve ? "apay.request.approved" : "apay.request.rejected");
	return req_see(r, "/admin/payments/%s", row.payment_id);
}

/* ---- disputes of the sandbox, lists ---------------------------------------------------- */

int
admin_decide(struct req *r, struct view *v)
{
	struct sandbox_decide row;

	if (!conf_development())
		return req_fail(r, 404, "not_found");
	if (!sql_sandbox_decide(r->db, req_text(r, "id"), req_text(r, "outcome"), &row) || !row.done)
		return req_fail(r, 409, "invalid_status");
	audit_add(r->db, "payment.sandbox_dispute", "payment", req_text(r, "id"), NULL,
	    json_object(r->arena, "outcome", req_text(r, "outcome"), NULL));
	view_str(v, "outcome", req_text(r, "outcome"));
	req_flash(r, "good", "apay.decide.done");
	return req_see(r, "/admin/payments/%s", req_text(r, "id"));
}

int
admin_refund_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "status", payment_refund_states, "payment.status" },
		PAYMENT_BY_PROVIDER, { 0 } };
	const char *status = req_text(r, "status"), *provider = req_text(r, "provider");
	struct admin_refunds *rows;
	struct admin_refunds_count all;
	struct view *items;
	size_t n;
	bool found;

	sql_admin_refunds_queue(r->db, status, provider, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_refunds_count_queue(r->db, status, provider, &all, &found);
	db_flush(r->db);
	items = payment_list_view(r, v, "apay.refunds", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "title", rows[i].title);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_str(item, "status", rows[i].status);
		view_str(item, "source", rows[i].source);
		view_str(item, "reason", rows[i].reason);
		view_str(item, "errorCode", rows[i].error_code);
		view_time(item, "createdAt", rows[i].created_at);
	}
	return 200;
}

int
admin_dispute_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "status", payment_dispute_states, "apay.dispute" },
		PAYMENT_BY_PROVIDER, { 0 } };
	const char *status = req_text(r, "status"), *provider = req_text(r, "provider");
	struct admin_disputes *rows;
	struct admin_disputes_count all;
	struct view *items;
	size_t n;
	bool found;

	sql_admin_disputes_queue(r->db, status, provider, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_disputes_count_queue(r->db, status, provider, &all, &found);
	db_flush(r->db);
	items = payment_list_view(r, v, "apay.disputes", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "title", rows[i].title);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_money(item, "fee", rows[i].fee, rows[i].currency);
		view_str(item, "status", rows[i].status);
		view_str(item, "statusText", payment_word(r, "apay.dispute", rows[i].status, rows[i].status));
		view_str(item, "reason", rows[i].reason);
		view_bool(item, "open", !rows[i].closed_at_set);
		view_time(item, "createdAt", rows[i].created_at);
	}
	return 200;
}
