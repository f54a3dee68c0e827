/*
 * What one bought: its state, documents and refunds. The buyer may have money
 * back within the rules (marketplace.refund_check); an administrator may give
 * it back longer, in part, to the wallet or the way of payment.
 */
#include <string.h>
#include <strings.h>

#include "audit/audit.h"
#include "marketplace.h"
#include "payment/payment.h"

static const char *const zar[] = { "ZAR", NULL };
static const char *const targets[] = { "payment", "wallet", NULL };

const struct param refund_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "amount", PARAM_MONEY, 0, .min = 1, .max = INT64_C(99999999999), .options = zar },
	{ "target", PARAM_ENUM, 0, .options = targets, .dflt_text = "payment" },
	{ "reason", PARAM_LINE, 0, .max = 300 },
	{ 0 }
};

const struct param return_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "payment", PARAM_UUID, PARAM_REQUIRED },
	{ 0 }
};

int
purchase_index(struct req *r, struct view *v)
{
	struct purchase_list *rows;
	struct purchase_count all;
	struct view *items = view_list(v, "items");
	size_t n;
	bool found;

	sql_purchase_list_queue(r->db, r->person->id, MARKETPLACE_PAGE, market_offset(r), &rows, &n);
	sql_purchase_count_queue(r->db, r->person->id, &all, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "purchase.title"));
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "slug", rows[i].slug);
		view_str(item, "title", rows[i].title);
		view_str(item, "status", rows[i].status);
		view_money(item, "price", rows[i].price, rows[i].currency);
		view_money(item, "back", rows[i].back, rows[i].currency);
		view_bool(item, "partly", rows[i].back > 0 && rows[i].back < rows[i].price);
		view_time(item, "at", rows[i].paid_at_set ? rows[i].paid_at : rows[i].created_at);
	}
	view_paging(v, req_int(r, "page"), MARKETPLACE_PAGE, all.total);
	return 200;
}

static void
facts_view(struct req *r, struct view *v, const struct sale_show *s)
{
	bool window = s->days_left > 0 && s->percent < s->percent_max;

	req_title(r, s->title);
	view_str(v, "id", s->id);
	view_str(v, "slug", s->slug);
	view_str(v, "title", s->title);
	view_str(v, "status", s->status);
	view_money(v, "listPrice", s->list_price, s->currency);
	view_money(v, "discount", s->discount, s->currency);
	view_bool(v, "discounted", s->discount > 0);
	view_str(v, "coupon", s->coupon);
	view_money(v, "price", s->price, s->currency);
	view_money(v, "tax", s->tax, s->currency);
	view_money(v, "fromWallet", s->wallet_part, s->currency);
	view_money(v, "fromProvider", s->price - s->wallet_part, s->currency);
	view_bool(v, "byWallet", s->wallet_part > 0);
	view_bool(v, "byProvider", s->price > s->wallet_part);
	view_money(v, "back", s->back, s->currency);
	view_money(v, "left", s->price - s->back, s->currency);
	view_bool(v, "partly", s->back > 0);
	view_bool(v, "disputed", s->disputed);
	view_bool(v, "credited", s->credited);
	view_str(v, "payment", s->payment_id);
	view_time(v, "createdAt", s->created_at);
	view_time(v, "paidAt", s->paid_at_set ? s->paid_at : 0);
	view_bool(v, "refundable", strcmp(s->status, "PAID") == 0 && !s->disputed && s->price > s->back &&
	    window);
	view_int(v, "daysLeft", s->days_left > 0 ? s->days_left : 0);
	view_int(v, "percentMax", s->percent_max);
	view_bool(v, "paid", strcmp(s->status, "PAID") == 0);
	view_bool(v, "pending", strcmp(s->status, "PENDING") == 0);
}

static void
lists_view(struct view *v, const struct sale_show *s, const struct sale_refunds *refunds,
    size_t n_refunds, const struct sale_documents *documents, size_t n_documents)
{
	struct view *list = view_list(v, "refunds");

	for (size_t i = 0; i < n_refunds; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", refunds[i].id);
		view_str(item, "kind", refunds[i].kind);
		view_str(item, "target", refunds[i].target);
		view_str(item, "status", refunds[i].status);
		view_money(item, "amount", refunds[i].amount, s->currency);
		view_str(item, "reason", refunds[i].reason);
		view_time(item, "at", refunds[i].created_at);
	}
	list = view_list(v, "documents");
	for (size_t i = 0; i < n_documents; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", documents[i].id);
		view_str(item, "number", documents[i].code);
		view_str(item, "form", documents[i].form);
		view_money(item, "amount", documents[i].gross, s->currency);
		view_bool(item, "ready", documents[i].ready);
		view_time(item, "issuedAt", documents[i].issued_at);
	}
}

static void
credits_view(struct view *v, const struct sale_show *s, const struct sale_credits *credits, size_t n)
{
	struct view *list = view_list(v, "credits");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "payment", credits[i].payment_id);
		view_money(item, "amount", credits[i].amount, s->currency);
		view_money(item, "back", credits[i].back, s->currency);
		view_bool(item, "returned", credits[i].back > 0);
		view_bool(item, "returnable", credits[i].back < credits[i].amount);
		view_time(item, "at", credits[i].created_at);
	}
}

static bool
sale_view(struct req *r, struct view *v, bool admin, struct sale_show *s)
{
	const char *id = req_text(r, "id");
	struct sale_refunds *refunds;
	struct sale_documents *documents;
	struct sale_credits *credits;
	size_t n_refunds, n_documents, n_credits;
	bool found;

	sql_sale_show_queue(r->db, id, r->person->id, admin, s, &found);
	sql_sale_refunds_queue(r->db, id, &refunds, &n_refunds);
	sql_sale_documents_queue(r->db, id, &documents, &n_documents);
	sql_sale_credits_queue(r->db, id, &credits, &n_credits);
	db_flush(r->db);
	if (!found)
		return false;
	facts_view(r, v, s);
	lists_view(v, s, refunds, n_refunds, documents, n_documents);
	credits_view(v, s, credits, n_credits);
	return true;
}

int
purchase_show(struct req *r, struct view *v)
{
	struct sale_show s;

	if (!sale_view(r, v, false, &s))
		return req_fail(r, 404, "purchase_not_found");
	return 200;
}

int
purchase_cancel(struct req *r, struct view *v)
{
	struct sale_cancel row;

	sql_sale_cancel(r->db, req_text(r, "id"), &row);
	view_bool(v, "cancelled", row.found);
	req_flash(r, row.found ? "good" : "warn", row.found ? "purchase.cancelled" : "purchase.not_open");
	return req_see(r, "/purchases/%s", req_text(r, "id"));
}

/* What of an amount goes to the way of payment: as far as it came from there. */
static int64_t
part_there(const struct sale_show *s, int64_t amount, const char *target)
{
	int64_t there = s->price - s->wallet_part - s->back_provider;

	if (strcmp(target, "wallet") == 0 || s->payment_id == NULL)
		return 0;
	return there > amount ? amount : there;
}

/* The rest goes to the wallet. Both go out with the commit: the answer says nothing of them. */
static void
give_back(struct req *r, const struct sale_show *s, int64_t amount, int64_t there)
{
	const char *reason = req_text(r, "reason");

	if (there > 0)
		payment_refund(r->db, r->arena, s->payment_id, there, reason != NULL ? reason : "requested",
		    arena_printf(r->arena, "sale:%s:%s", s->id, r->rid), NULL);
	if (amount > there)
		sql_refund_wallet_queue(r->db, s->id, amount - there, reason, r->rid,
		    arena_alloc(r->arena, sizeof(struct refund_wallet)), arena_alloc(r->arena, sizeof(bool)));
}

/* Two administrators refund on the payment's page, which knows requests and their approval. */
static int
refund_by_two(struct req *r, const struct sale_show *s)
{
	if (r->json)
		return req_fail(r, 409, "refund_second_person");
	req_flash(r, "warn", "sales.refund.second");
	return req_see(r, "/admin/payments/%s", s->payment_id);
}

static int
refund(struct req *r, struct view *v, bool admin)
{
	struct sale_show s;
	int64_t amount, left, there;
	bool found;

	sql_sale_show_queue(r->db, req_text(r, "id"), r->person->id, admin, &s, &found);
	sql_refund_check_queue(r->db, req_text(r, "id"), NULL);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "purchase_not_found");
	left = s.price - s.back;
	amount = req_has(r, "amount") ? req_int(r, "amount") : left;
	if (amount <= 0 || amount > left)
		return req_fail(r, 422, "invalid_refund_amount");
	there = part_there(&s, amount, req_text(r, "target"));
	if (admin && there > 0 && payment_second_needed(r->db, s.payment_id, there))
		return refund_by_two(r, &s);
	give_back(r, &s, amount, there);
	audit_add_about(r->db, s.buyer_id, "sale.refund", "sale", s.id, NULL, arena_printf(r->arena,
	    "{\"amount\":%lld}", (long long)amount));
	view_str(v, "purchase", s.id);
	view_money(v, "amount", amount, s.currency);
	req_created(r);
	req_flash(r, "good", "purchase.refunded");
	return req_see(r, admin ? "/admin/sales/%s" : "/purchases/%s", s.id);
}

int
purchase_refund(struct req *r, struct view *v)
{
	return refund(r, v, false);
}

/* What bought nothing and went to the wallet goes back to the card it came from. */
int
purchase_return(struct req *r, struct view *v)
{
	const char *payment = req_text(r, "payment");
	struct sale_credits *credits;
	struct sale_show s;
	size_t n, at = 0;
	bool found;

	sql_sale_show_queue(r->db, req_text(r, "id"), r->person->id, false, &s, &found);
	sql_sale_credits_queue(r->db, req_text(r, "id"), &credits, &n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "purchase_not_found");
	while (at < n && strcasecmp(credits[at].payment_id, payment) != 0)
		at++;
	if (at == n)
		return req_fail(r, 404, "payment_not_found");
	if (credits[at].back == credits[at].amount)
		return req_fail(r, 409, "already_refunded");
	payment_refund(r->db, r->arena, payment, credits[at].amount - credits[at].back, "not delivered",
	    arena_printf(r->arena, "credit:%s:%s", payment, r->rid), NULL);
	audit_add_about(r->db, s.buyer_id, "sale.return", "sale", s.id, NULL, NULL);
	view_str(v, "purchase", s.id);
	view_money(v, "amount", credits[at].amount - credits[at].back, s.currency);
	req_created(r);
	req_flash(r, "good", "purchase.refunded");
	return req_see(r, "/purchases/%s", s.id);
}

/* ---- the same for administrators, with the parts of the sale -------------------------- */

int
admin_sale_show(struct req *r, struct view *v)
{
	struct sale_show s;

	if (!sale_view(r, v, true, &s))
		return req_fail(r, 404, "purchase_not_found");
	view_str(v, "buyerId", s.buyer_id);
	view_str(v, "sellerId", s.seller_id);
	view_str(v, "seller", s.seller);
	view_str(v, "tier", s.tier);
	view_str(v, "sharePercent", arena_printf(r->arena, "%d.%02d", s.share_bps / 100, s.share_bps % 100));
	view_money(v, "fee", s.fee, s.currency);
	view_money(v, "share", s.share, s.currency);
	view_money(v, "platform", s.price - s.tax - s.share, s.currency);
	view_money(v, "lot", s.lot, s.currency);
	view_time(v, "maturesAt", s.matures_at_set ? s.matures_at : 0);
	view_str(v, "burn", s.burn);
	view_money(v, "burned", s.burned, "AZR");
	return 200;
}

int
admin_sale_refund(struct req *r, struct view *v)
{
	return refund(r, v, true);
}
