/* My payments: the list, one of them, the way to the provider's page and back. */
#include <string.h>

#include "payment.h"

const char *
payment_word(struct req *r, const char *prefix, const char *word, const char *dflt)
{
	const char *key = arena_printf(r->arena, "%s.%s", prefix, word);
	const char *text = req_msg(r, key);

	return strcmp(text, key) == 0 ? dflt : text;
}

/* A code that has no text of its own: the general one. */
const char *
payment_error_text(struct req *r, const char *code)
{
	return payment_word(r, "payment.error", code, req_msg(r, "payment.error.card_declined"));
}

static void
payment_view(struct req *r, struct view *v, const struct payment_get *p)
{
	view_str(v, "id", p->id);
	view_str(v, "title", p->title);
	view_money(v, "amount", p->amount, p->currency);
	view_str(v, "purpose", p->purpose);
	view_str(v, "status", p->status);
	view_money(v, "amountRefunded", p->amount_refunded, p->currency);
	view_money(v, "amountRefundPending", p->amount_refund_pending, p->currency);
	view_money(v, "amountDisputed", p->amount_disputed, p->currency);
	view_str(v, "provider", p->provider);
	view_str(v, "brand", p->brand);
	view_str(v, "last4", p->last4);
	view_str(v, "errorCode", p->error_code);
	view_str(v, "errorMessage", p->error_code ? payment_error_text(r, p->error_code) : NULL);
	view_time(v, "createdAt", p->created_at);
	view_time(v, "completedAt", p->completed_at_set ? p->completed_at : 0);
	view_time(v, "failedAt", p->failed_at_set ? p->failed_at : 0);
}

static bool
pending(const struct payment_get *p)
{
	return strcmp(p->status, "PENDING") == 0;
}

int
own_list(struct req *r, struct view *v)
{
	struct payment_list *rows;
	struct payment_count all;
	struct view *items;
	size_t n;
	bool found;

	req_title(r, req_msg(r, "payment.title"));
	sql_payment_list_queue(r->db, r->person->id, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_payment_count_queue(r->db, r->person->id, &all, &found);
	db_flush(r->db);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "title", rows[i].title);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_money(item, "amountRefunded", rows[i].amount_refunded, rows[i].currency);
		view_bool(item, "partlyRefunded", rows[i].amount_refunded > 0 &&
		    rows[i].amount_refunded < rows[i].amount);
		view_str(item, "status", rows[i].status);
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_paging(v, req_int(r, "page"), PAYMENT_PAGE, all.total);
	return 200;
}

int
own_show(struct req *r, struct view *v)
{
	struct refund_list *refunds;
	struct payment_get p;
	struct view *list;
	bool found;
	size_t n;

	sql_payment_get_queue(r->db, req_text(r, "id"), r->person->id, &p, &found);
	sql_refund_list_queue(r->db, req_text(r, "id"), &refunds, &n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "payment_not_found");
	req_title(r, p.title);
	payment_view(r, v, &p);
	view_bool(v, "open", pending(&p) && !p.cancel_asked);
	view_strf(view_page_only(v, "links"), "back", "%s", p.return_path);
	list = view_list(v, "refunds");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", refunds[i].id);
		view_money(item, "amount", refunds[i].amount, refunds[i].currency);
		view_str(item, "status", refunds[i].status);
		view_time(item, "createdAt", refunds[i].created_at);
		view_time(item, "processedAt", refunds[i].processed_at_set ? refunds[i].processed_at : 0);
	}
	return 200;
}

/*
 * The way out: a page that comes back every second until the provider's page is there, then
 * goes there by itself. It is no redirect, since a form may not lead to another site.
 */
int
own_go(struct req *r, struct view *v)
{
	struct payment_get p;

	if (!sql_payment_get(r->db, req_text(r, "id"), r->person->id, &p))
		return req_fail(r, 404, "payment_not_found");
	if (!pending(&p))
		return req_see(r, "/payments/%s/return", p.id);
	req_title(r, req_msg(r, "payment.go.title"));
	payment_view(r, v, &p);
	view_bool(v, "ready", p.checkout_url != NULL);
	view_str(v, "checkoutUrl", p.checkout_url);
	view_bool(v, "back", false);
	req_refresh(r, 1, p.checkout_url ? arena_printf(r->arena, "/payments/%s/pay", p.id) : NULL);
	return 200;
}

int
own_pay(struct req *r, struct view *v)
{
	struct payment_get p;

	if (!sql_payment_get(r->db, req_text(r, "id"), r->person->id, &p))
		return req_fail(r, 404, "payment_not_found");
	if (!pending(&p) || !p.checkout_url)
		return req_see(r, "/payments/%s/go", p.id);
	view_str(v, "checkoutUrl", p.checkout_url);
	if (p.checkout_url[0] == '/')
		return req_see(r, "%s", p.checkout_url);
	return req_see_partner(r, p.checkout_url);
}

/* Back from the provider. What the address says is not believed: the provider is asked. */
int
own_return(struct req *r, struct view *v)
{
	const char **params = arena_alloc(r->arena, sizeof *params);
	struct payment_get p;

	if (!sql_payment_get(r->db, req_text(r, "id"), r->person->id, &p))
		return req_fail(r, 404, "payment_not_found");
	payment_view(r, v, &p);
	if (strcmp(p.status, "COMPLETED") == 0) {
		req_flash(r, "good", "payment.completed");
		return req_see(r, "%s", p.return_path);
	}
	if (!pending(&p))
		return req_see(r, "/payments/%s", p.id);
	params[0] = p.id;
	req_after(r, &query_payment_ask_after, params);
	req_title(r, req_msg(r, "payment.return.title"));
	view_bool(v, "ready", p.checkout_url != NULL);
	view_bool(v, "back", true);
	req_refresh(r, 2, NULL);
	return 200;
}

int
own_cancel(struct req *r, struct view *v)
{
	struct payment_ask row;
	struct payment_get p;

	if (!sql_payment_get(r->db, req_text(r, "id"), r->person->id, &p))
		return req_fail(r, 404, "payment_not_found");
	if (!pending(&p))
		return req_fail(r, 409, "invalid_status");
	sql_payment_ask(r->db, p.id, true, &row);
	view_str(v, "id", p.id);
	view_str(v, "status", row.status);
	req_flash(r, "good", strcmp(row.status, "PENDING") == 0 ? "payment.cancel.asked"
	    : "payment.cancel.done");
	return req_see(r, "/payments/%s", p.id);
}
