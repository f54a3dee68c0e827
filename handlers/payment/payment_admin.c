/*
 * Payments for administrators: search, one payment with its timeline, refunds, disputes. ADMIN
 * by route and by row security; every change writes an audit row.
 */
#include <string.h>

#include "admin.sql.h"
#include "audit/audit.h"
#include "payment.h"

void
payment_filter(struct req *r, struct view *v, const char *key, const char *param,
    const char *const *values, const char *prefix)
{
	struct view *list = view_list(v, key), *item = view_item(list);
	const char *chosen = req_text(r, param);

	view_str(item, "label", req_msg(r, "admin.all"));
	view_str(item, "href", req_link(r, param, NULL));
	view_bool(item, "on", chosen == NULL);
	for (const char *const *value = values; *value != NULL; value++) {
		item = view_item(list);
		view_str(item, "label", req_msg(r, arena_printf(r->arena, "%s.%s", prefix, *value)));
		view_str(item, "href", req_link(r, param, *value));
		view_bool(item, "on", chosen != NULL && strcmp(chosen, *value) == 0);
	}
}

int64_t
payment_offset(struct req *r)
{
	return (req_int(r, "page") - 1) * PAYMENT_PAGE;
}

int
admin_list(struct req *r, struct view *v)
{
	static const char *const states[] = { "PENDING", "COMPLETED", "FAILED", "REFUNDED", NULL };
	static const char *const names[] = { "SANDBOX", "STRIPE", "PAYSTACK", NULL };
	struct admin_payments *rows;
	struct view *items;
	size_t n;

	req_title(r, req_msg(r, "apay.title"));
	n = sql_admin_payments(r->db, req_text(r, "q"), req_text(r, "status"), req_text(r, "provider"),
	    PAYMENT_PAGE, payment_offset(r), &rows);
	view_str(v, "q", req_text(r, "q"));
	payment_filter(r, v, "status", "status", states, "payment.status");
	payment_filter(r, v, "provider", "provider", names, "apay.provider");
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "title", rows[i].title);
		view_str(item, "personId", rows[i].person_id);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_money(item, "amountRefunded", rows[i].amount_refunded, rows[i].currency);
		view_bool(item, "disputed", rows[i].amount_disputed > 0);
		view_bool(item, "integrityFailure", rows[i].integrity);
		view_str(item, "status", rows[i].status);
		view_str(item, "provider", rows[i].provider);
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_paging(v, req_int(r, "page"), PAYMENT_PAGE, n ? rows[0].total : 0);
	return 200;
}

static void
facts_view(struct req *r, struct view *v, const struct admin_payment *p)
{
	int64_t rest = p->amount - p->amount_refunded - p->amount_refund_pending - p->amount_lost;

	view_str(v, "id", p->id);
	view_str(v, "personId", p->person_id);
	view_str(v, "title", p->title);
	view_str(v, "purpose", p->purpose);
	view_str(v, "purposeId", p->purpose_id);
	view_str(v, "provider", p->provider);
	view_str(v, "status", p->status);
	view_money(v, "amount", p->amount, p->currency);
	view_money(v, "fee", p->fee, p->currency);
	view_money(v, "amountRefunded", p->amount_refunded, p->currency);
	view_money(v, "amountRefundPending", p->amount_refund_pending, p->currency);
	view_money(v, "amountDisputed", p->amount_disputed, p->currency);
	view_money(v, "amountLost", p->amount_lost, p->currency);
	view_str(v, "sessionReference", p->session_reference);
	view_str(v, "reference", p->reference);
	view_str(v, "chargeReference", p->charge_reference);
	view_str(v, "errorCode", p->error_code);
	view_str(v, "errorMessage", p->error_code ? payment_error_text(r, p->error_code) : NULL);
	view_str(v, "integrity", p->integrity);
	view_time(v, "createdAt", p->created_at);
	view_time(v, "completedAt", p->completed_at_set ? p->completed_at : 0);
	view_time(v, "failedAt", p->failed_at_set ? p->failed_at : 0);
	view_money(v, "refundable", strcmp(p->status, "COMPLETED") == 0 && p->amount_disputed == 0 &&
	    rest > 0 ? rest : 0, p->currency);
	v = view_page_only(v, "form");
	view_bool(v, "decidable", p->decidable);
	view_bool(v, "open", strcmp(p->status, "PENDING") == 0);
	view_strf(v, "rest", "%lld.%02lld", (long long)(rest / 100), (long long)(rest % 100));
	view_str(v, "key", r->rid);
}

static void
timeline_view(struct req *r, struct view *v, const struct admin_timeline *rows, size_t n)
{
	struct view *list = view_list(v, "timeline");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_time(item, "at", rows[i].at);
		view_str(item, "source", rows[i].source);
		view_str(item, "kind", rows[i].kind);
		view_str(item, "label", payment_word(r, "apay.step", rows[i].kind, rows[i].kind));
		view_str(item, "reference", rows[i].reference);
		view_str(item, "detail", rows[i].detail);
		if (rows[i].amount_set)
			view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_str(item, "eventId", rows[i].event);
		view_bool(item, "posting", strcmp(rows[i].source, "posting") == 0);
	}
}

int
admin_show(struct req *r, struct view *v)
{
	struct admin_timeline *steps;
	struct admin_payment p;
	struct refund_list *refunds;
	struct view *list;
	size_t n, refunds_n;
	bool found;

	sql_admin_payment_queue(r->db, req_text(r, "id"), &p, &found);
	sql_admin_timeline_queue(r->db, req_text(r, "id"), &steps, &n);
	sql_refund_list_queue(r->db, req_text(r, "id"), &refunds, &refunds_n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "payment_not_found");
	req_title(r, p.title);
	facts_view(r, v, &p);
	timeline_view(r, v, steps, n);
	list = view_list(v, "refunds");
	for (size_t i = 0; i < refunds_n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", refunds[i].id);
		view_money(item, "amount", refunds[i].amount, refunds[i].currency);
		view_str(item, "status", refunds[i].status);
		view_str(item, "reason", refunds[i].reason);
		view_str(item, "source", refunds[i].source);
		view_str(item, "errorCode", refunds[i].error_code);
		view_time(item, "createdAt", refunds[i].created_at);
	}
	return 200;
}

int
admin_refund(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id"), *key = req_text(r, "idempotency_key");
	struct payment_refunded refunded;
	struct admin_payment p;

	if (!sql_admin_payment(r->db, id, &p))
		return req_fail(r, 404, "payment_not_found");
	if (!key)
		key = req_header(r, "HTTP_IDEMPOTENCY_KEY");
	payment_refund(r->db, r->arena, id, req_int(r, "amount"), req_text(r, "reason"),
	    arena_printf(r->arena, "admin:%.100s", key ? key : r->rid), &refunded);
	if (refunded.fresh) {
		audit_add_about(r->db, p.person_id, "payment.refund", "payment", id, NULL,
		    json_object(r->arena, "refund", refunded.id, NULL));
		req_created(r);
	}
	view_str(v, "id", refunded.id);
	view_str(v, "status", refunded.status);
	view_money(v, "amount", refunded.amount, p.currency);
	req_flash(r, "good", "apay.refund.done");
	return req_see(r, "/admin/payments/%s", id);
}

int
admin_ask(struct req *r, struct view *v)
{
	struct payment_ask row;

	if (!sql_payment_ask(r->db, req_text(r, "id"), false, &row))
		return req_fail(r, 404, "payment_not_found");
	audit_add(r->db, "payment.ask", "payment", req_text(r, "id"), NULL, NULL);
	view_str(v, "status", row.status);
	req_flash(r, "good", "apay.ask.done");
	return req_see(r, "/admin/payments/%s", req_text(r, "id"));
}

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
	static const char *const states[] = { "PENDING", "SUCCEEDED", "FAILED", "CANCELLED", NULL };
	struct admin_refunds *rows;
	struct view *items;
	size_t n;

	req_title(r, req_msg(r, "apay.refunds"));
	n = sql_admin_refunds(r->db, req_text(r, "status"), PAYMENT_PAGE, payment_offset(r), &rows);
	payment_filter(r, v, "status", "status", states, "payment.status");
	items = view_list(v, "items");
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
	view_paging(v, req_int(r, "page"), PAYMENT_PAGE, n ? rows[0].total : 0);
	return 200;
}

int
admin_dispute_list(struct req *r, struct view *v)
{
	struct admin_disputes *rows;
	struct view *items;
	size_t n;

	req_title(r, req_msg(r, "apay.disputes"));
	n = sql_admin_disputes(r->db, PAYMENT_PAGE, payment_offset(r), &rows);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "title", rows[i].title);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_money(item, "fee", rows[i].fee, rows[i].currency);
		view_str(item, "status", rows[i].status);
		view_str(item, "reason", rows[i].reason);
		view_bool(item, "open", !rows[i].closed_at_set);
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_paging(v, req_int(r, "page"), PAYMENT_PAGE, n ? rows[0].total : 0);
	return 200;
}
