/*
 * Payments for administrators: what their lists share, search, one payment with its timeline.
 * ADMIN by route and by row security; every change writes an audit row.
 */
#include <string.h>

#include "admin.sql.h"
#include "audit/audit.h"
#include "payment.h"
#include "stepup/stepup.h"

/* A form shown again is that of a POST, which has no page. */
static int64_t
page_of(struct req *r)
{
	return strcmp(r->method, "GET") == 0 ? req_int(r, "page") : 1;
}

int64_t
payment_offset(struct req *r)
{
	return (page_of(r) - 1) * PAYMENT_PAGE;
}

static void
filter_link(struct req *r, struct view *list, const struct payment_filter *f, const char *value)
{
	const char *chosen = req_text(r, f->param);
	struct view *item = view_item(list);

	view_str(item, "label", req_msg(r, value != NULL ? arena_printf(r->arena, "%s.%s", f->prefix, value) :
	    f->all != NULL ? f->all : "admin.all"));
	view_str(item, "href", req_link(r, f->param, value));
	view_bool(item, "on", value == NULL ? chosen == NULL : chosen != NULL && strcmp(chosen, value) == 0);
}

struct view *
payment_list_view(struct req *r, struct view *v, const char *title, const struct payment_filter *f,
    int64_t total)
{
	struct view *items;

	req_title(r, req_msg(r, title));
	for (; strcmp(r->method, "GET") == 0 && f->param != NULL; f++) {
		struct view *list = view_list(v, f->param);

		filter_link(r, list, f, NULL);
		for (const char *const *value = f->values; *value != NULL; value++)
			filter_link(r, list, f, *value);
	}
	items = view_list(v, "items");
	view_paging(v, page_of(r), PAYMENT_PAGE, total);
	return items;
}

int
payment_action(struct req *r, struct view *v, bool done, const struct payment_action *a)
{
	if (!done)
		return req_fail(r, a->status, a->code);
	audit_add(r->db, a->audit, a->object, req_text(r, "id"), NULL, NULL);
	view_bool(v, "done", true);
	req_flash(r, "good", a->flash);
	return req_see(r, "%s", a->see);
}

int
admin_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = { { "status", payment_states, "payment.status" },
		PAYMENT_BY_PROVIDER, { 0 } };
	struct admin_payments *rows;
	struct admin_payments_count all;
	const char *q = req_text(r, "q"), *status = req_text(r, "status");
	const char *provider = req_text(r, "provider");
	struct view *items;
	size_t n;
	bool found;

	sql_admin_payments_queue(r->db, q, status, provider, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_payments_count_queue(r->db, q, status, provider, &all, &found);
	db_flush(r->db);
	view_str(v, "q", q);
	view_bool(view_page_only(v, "shown"), "filtered", q != NULL || status != NULL || provider != NULL);
	items = payment_list_view(r, v, "apay.title", filters, all.total);
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
	view_bool(v, "password", stepup_needed(r));
	if (p->request)
		view_str(v, "request", p->request);
	view_strf(v, "rest", "%lld.%02lld", (long long)(rest / 100), (long long)(rest % 100));
	view_str(v, "key", r->rid);
}

static struct view *
moment_view(struct req *r, struct view *list, int64_t at, const char *source, const char *kind)
{
	struct view *item = view_item(list);

	view_time(item, "at", at);
	view_str(item, "source", source);
	view_str(item, "kind", kind);
	view_str(item, "label", payment_word(r, "apay.step", kind, kind));
	return item;
}

/* Steps and postings, and in between the documents and their mails. */
static void
timeline_view(struct req *r, struct view *v, const struct admin_timeline *rows, size_t n,
    const struct admin_documents *documents, size_t documents_n)
{
	struct view *list = view_list(v, "timeline");
	size_t d = 0;

	for (size_t i = 0; i <= n; i++) {
		struct view *item;

		for (; d < documents_n && (i == n || documents[d].at < rows[i].at); d++) {
			item = moment_view(r, list, documents[d].at, "document", documents[d].kind);
			view_str(item, "detail", documents[d].code);
			view_str(item, "documentId", documents[d].id);
		}
		if (i == n)
			break;
		item = moment_view(r, list, rows[i].at, rows[i].source, rows[i].kind);
		view_str(item, "reference", rows[i].reference);
		view_str(item, "detail", rows[i].detail);
		if (rows[i].amount_set)
			view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_str(item, "eventId", rows[i].event);
		view_bool(item, "posting", strcmp(rows[i].source, "posting") == 0);
	}
}

static void
refunds_view(struct view *v, const struct refund_list *refunds, size_t n)
{
	struct view *list = view_list(v, "refunds");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", refunds[i].id);
		view_money(item, "amount", refunds[i].amount, refunds[i].currency);
		view_str(item, "status", refunds[i].status);
		view_str(item, "reason", refunds[i].reason);
		view_str(item, "source", refunds[i].source);
		view_str(item, "errorCode", refunds[i].error_code);
		view_time(item, "createdAt", refunds[i].created_at);
	}
}

int
admin_show(struct req *r, struct view *v)
{
	struct admin_documents *documents = NULL;
	struct admin_timeline *steps;
	struct admin_payment p;
	struct refund_list *refunds;
	size_t n, refunds_n, documents_n = 0;
	bool found;

	sql_admin_payment_queue(r->db, req_text(r, "id"), &p, &found);
	sql_admin_timeline_queue(r->db, req_text(r, "id"), &steps, &n);
	sql_refund_list_queue(r->db, req_text(r, "id"), &refunds, &refunds_n);
	/* The form shown again comes from the auth pool, which reads no documents. */
	if (strcmp(r->method, "GET") == 0)
		sql_admin_documents_queue(r->db, req_text(r, "id"), &documents, &documents_n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "payment_not_found");
	req_title(r, p.title);
	facts_view(r, v, &p);
	timeline_view(r, v, steps, n, documents, documents_n);
	refunds_view(v, refunds, refunds_n);
	return 200;
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
