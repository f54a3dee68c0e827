/*
 * The sandbox provider's hosted page. It offers test cards by name: there is no field for a
 * number, so no real card can come here. In production there is no such page.
 */
#include <string.h>

#include "payment.h"

int
sandbox_page(struct req *r, struct view *v)
{
	struct sandbox_card_list *cards;
	struct sandbox_show s;
	struct view *list;
	bool found;
	size_t n;

	if (!conf_development())
		return req_fail(r, 404, "not_found");
	sql_sandbox_show_queue(r->db, req_text(r, "id"), &s, &found);
	sql_sandbox_card_list_queue(r->db, &cards, &n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "payment_not_found");
	req_title(r, req_msg(r, "sandbox.title"));
	view_str(v, "id", req_text(r, "id"));
	view_str(v, "state", s.state);
	view_bool(v, "open", strcmp(s.state, "open") == 0);
	view_bool(v, "action", strcmp(s.state, "action") == 0);
	view_bool(v, "saving", s.saving);
	view_str(v, "error", s.error ? payment_error_text(r, s.error) : NULL);
	if (s.amount_set)
		view_money(v, "amount", s.amount, s.currency);
	view_str(v, "title", s.title);
	view_str(v, "returnPath", s.return_path);
	list = view_list(v, "cards");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "code", cards[i].code);
		view_str(item, "brand", cards[i].brand);
		view_str(item, "last4", cards[i].last4);
		view_bool(item, "first", i == 0);
		view_str(item, "label", payment_word(r, "sandbox.card", cards[i].code, cards[i].code));
	}
	return 200;
}

int
sandbox_choose(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id"), *card = req_text(r, "card");
	struct sandbox_show s;
	struct sandbox_pay row;

	if (!conf_development())
		return req_fail(r, 404, "not_found");
	if (!sql_sandbox_show(r->db, id, &s))
		return req_fail(r, 404, "payment_not_found");
	sql_sandbox_pay(r->db, id, card, req_bool(r, "confirmed"), &row);
	view_str(v, "id", id);
	view_str(v, "state", row.state);
	if (strcmp(row.state, "open") == 0 || strcmp(row.state, "action") == 0)
		return req_see(r, "/sandbox/pay/%s", id);
	return req_see(r, "%s", s.return_path);
}
