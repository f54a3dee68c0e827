/* Money into one's own wallet: the first thing that is paid for. */
#include <string.h>

#include "payment.h"

static const struct limit {
	const char *currency;
	int64_t least, most; /* domain.md 2.13 */
} limits[] = { { "ZAR", 1500, 18000000 }, { "USD", 100, 1000000 } };
#define LIMITS (sizeof limits / sizeof *limits)

static const struct limit *
limit_of(const char *currency)
{
	for (size_t i = 0; i < LIMITS; i++)
		if (strcmp(limits[i].currency, currency) == 0)
			return &limits[i];
	fault("no limit for %s", currency);
}

int
deposit_form(struct req *r, struct view *v)
{
	struct method_list *methods;
	struct view *list;
	size_t n;

	req_title(r, req_msg(r, "deposit.title"));
	n = sql_method_list(r->db, r->person->id, &methods);
	list = view_list(v, "currencies");
	for (size_t i = 0; i < LIMITS; i++) {
		struct view *item = view_item(list);

		view_str(item, "code", limits[i].currency);
		view_bool(item, "open", payment_provider(limits[i].currency) != NULL);
		view_money(item, "least", limits[i].least, limits[i].currency);
		view_money(item, "most", limits[i].most, limits[i].currency);
	}
	list = view_list(v, "methods");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		if (methods[i].expired)
			continue;
		view_str(item, "id", methods[i].id);
		view_str(item, "brand", methods[i].brand);
		view_str(item, "last4", methods[i].last4);
		view_bool(item, "default", methods[i].is_default);
	}
	/* One form, one payment: sent twice it is the same one. */
	view_str(view_page_only(v, "form"), "key", r->rid);
	return 200;
}

int
deposit_add(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency"), *key = req_text(r, "idempotency_key");
	const struct limit *limit = limit_of(currency);
	int64_t amount = req_int(r, "amount");
	struct payment_opened opened;
	struct payment_order order = { .person_id = r->person->id, .amount = amount,
		.currency = currency, .purpose = "WALLET_DEPOSIT", .purpose_id = r->person->id,
		.title = req_msg(r, "deposit.line"), .return_path = "/wallet",
		.method_id = req_text(r, "method") };

	if (amount < limit->least || amount > limit->most) {
		req_field_error(r, "amount", amount < limit->least ? "deposit_small" : "deposit_large");
		return req_invalid(r);
	}
	if (!key)
		key = req_header(r, "HTTP_IDEMPOTENCY_KEY");
	order.idempotency_key = arena_printf(r->arena, "deposit:%.100s", key ? key : r->rid);
	payment_open(r->db, r->arena, &order, &opened);
	view_str(v, "id", opened.id);
	view_str(v, "status", opened.status);
	view_money(v, "amount", amount, currency);
	view_str(v, "next", opened.href);
	if (opened.fresh)
		req_created(r);
	return req_see(r, "%s", opened.href);
}
