/*
 * Transfers between people, in three steps: the form, a look at the receiver and
 * the fee, the confirmation with a fresh proof. The second page carries a key:
 * sent twice, the money goes once.
 */
#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"
#include "money/money.h"
#include "outbox/outbox.h"
#include "stepup/stepup.h"
#include "wallet.h"
#include "wallet.sql.h"

static const struct wallet_limits *
limit_of(const struct wallet_limits *rows, size_t n, const char *currency)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].currency, currency) == 0)
			return &rows[i];
	return NULL;
}

static int64_t
available(const struct wallet_accounts *rows, size_t n, const char *currency)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].currency, currency) == 0 && strcmp(rows[i].purpose, "wallet") == 0)
			return rows[i].balance;
	return 0;
}

static void
form_view(struct req *r, struct view *v)
{
	const char *chosen = req_text(r, "currency");
	struct wallet_accounts *accounts;
	struct wallet_limits *limits;
	size_t n_accounts, n_limits;
	struct view *list = view_list(v, "currencies");

	sql_wallet_accounts_queue(r->db, r->person->id, &accounts, &n_accounts);
	sql_wallet_limits_queue(r->db, &limits, &n_limits);
	db_flush(r->db);
	view_str(v, "currency", chosen != NULL ? chosen : "ZAR");
	for (const char *const *c = wallet_currencies; *c != NULL; c++) {
		const struct wallet_limits *limit = limit_of(limits, n_limits, *c);
		int64_t free = available(accounts, n_accounts, *c);
		struct view *item = view_item(list);

		view_str(item, "currency", *c);
		view_money(item, "available", free, *c);
		view_str(view_page_only(item, "option"), "label",
		    arena_printf(r->arena, "%s, %s", *c, money_text(r->arena, free, *c)));
		if (limit != NULL) {
			view_money(item, "minimum", limit->minimum, *c);
			view_money(item, "single", limit->single, *c);
			view_money(item, "daily", limit->daily, *c);
		}
	}
}

int
wallet_transfer_form(struct req *r, struct view *v)
{
	req_title(r, req_msg(r, "wallet.transfer.title"));
	form_view(r, v);
	view_bool(v, "review", false);
	return 200;
}

/* "azr_" and 32 hex digits is the address of a wallet; else an e-mail address. */
static const char *
address_person(struct req *r, const char *text)
{
	const char *h = text + 4;

	if (strncmp(text, "azr_", 4) != 0 || strlen(h) != 32 || strspn(h, "0123456789abcdef") != 32)
		return NULL;
	return arena_printf(r->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

static bool
receiver_find(struct req *r, struct identity_found *found)
{
	const char *text = req_text(r, "receiver"), *id = address_person(r, text);
	struct identity_found *people;
	const char *ids[] = { id, NULL };

	if (id == NULL)
		return identity_by_email(r->db, r->arena, text, found) && found->active;
	if (identity_by_id(r->db, r->arena, ids, &people) != 1 || !people[0].active)
		return false;
	*found = people[0];
	return true;
}

/* "Sipho Ndlovu" -> "Sipho N.": enough to see that it is the right one. */
static const char *
short_name(struct arena *a, const char *name)
{
	const char *last = strrchr(name, ' ');
	size_t n = 1;

	if (last == NULL || last[1] == '\0')
		return name;
	while (((unsigned char)last[1 + n] & 0xc0) == 0x80)
		n++;
	return arena_printf(a, "%.*s %.*s.", (int)(strcspn(name, " ")), name, (int)n, last + 1);
}

struct order {
	struct identity_found receiver;
	const char *currency;
	int64_t amount;
};

/* Receiver and amount of the request; false with the field errors set. */
static bool
order_read(struct req *r, struct order *o)
{
	const char *amount = req_text(r, "amount");
	bool good = true;

	o->currency = req_text(r, "currency");
	if (!money_read(amount, o->currency, &o->amount) || o->amount <= 0) {
		req_field_error(r, "amount", "money");
		good = false;
	}
	if (!receiver_find(r, &o->receiver)) {
		req_field_error(r, "receiver", "receiver_unknown");
		return false;
	}
	if (strcmp(o->receiver.id, r->person->id) == 0) {
		req_field_error(r, "receiver", "transfer_self");
		good = false;
	}
	return good;
}

static bool
within_limits(struct req *r, const struct order *o, int64_t debited, const struct wallet_limits *limit,
    int64_t free)
{
	const char *problem = limit == NULL || o->amount < limit->minimum ? "limit_minimum" :
	    o->amount > limit->single ? "limit_single" : debited > free ? "insufficient_funds" : NULL;

	if (problem != NULL)
		req_field_error(r, "amount", problem);
	return problem == NULL;
}

int
wallet_transfer_review(struct req *r, struct view *v)
{
	struct wallet_accounts *accounts;
	struct wallet_limits *limits;
	struct wallet_fee fee = { 0 };
	struct order o = { .amount = 0 };
	size_t n_accounts, n_limits;
	int64_t debited, received;
	bool has_fee, sender;
	struct view *form;

	req_title(r, req_msg(r, "wallet.transfer.title"));
	/* Also the form of a confirmation that was refused: any part of it may be missing. */
	if (req_text(r, "currency") == NULL || req_text(r, "receiver") == NULL ||
	    req_text(r, "amount") == NULL || !order_read(r, &o)) {
		form_view(r, v);
		return req_invalid(r);
	}
	sql_wallet_accounts_queue(r->db, r->person->id, &accounts, &n_accounts);
	sql_wallet_limits_queue(r->db, &limits, &n_limits);
	sql_wallet_fee_queue(r->db, "TRANSFER", o.currency, o.amount, &fee, &has_fee);
	db_flush(r->db);
	sender = !has_fee || strcmp(fee.payer, "SENDER") == 0;
	if (!money_add(o.amount, sender ? fee.fee : 0, &debited))
		debited = INT64_MAX;
	received = o.amount - (sender ? 0 : fee.fee);
	if (!within_limits(r, &o, debited, limit_of(limits, n_limits, o.currency),
	    available(accounts, n_accounts, o.currency))) {
		form_view(r, v);
		return req_invalid(r);
	}
	view_bool(v, "review", true);
	view_str(v, "currency", o.currency);
	view_str(v, "receiver", req_text(r, "receiver"));
	view_str(v, "receiverName", short_name(r->arena, o.receiver.name));
	view_money(v, "amount", o.amount, o.currency);
	view_money(v, "fee", fee.fee, o.currency);
	view_bool(v, "hasFee", fee.fee > 0);
	view_money(v, "debited", debited, o.currency);
	view_money(v, "received", received, o.currency);
	view_money(v, "left", available(accounts, n_accounts, o.currency) - debited, o.currency);
	view_bool(v, "password", stepup_needed(r));
	form = view_page_only(v, "form");
	view_str(form, "amount", money_decimal(r->arena, o.amount, o.currency));
	view_str(v, "key", r->rid);
	return 200;
}

int
wallet_transfer_do(struct req *r, struct view *v)
{
	const char *me = r->person->id, *key = req_text(r, "key");
	struct wallet_transfer_send sent;
	struct order o = { .amount = 0 };

	if (!order_read(r, &o) || !stepup_given(r, req_text(r, "password")))
		return req_invalid(r);
	(void)sql_wallet_transfer_send(r->db, o.receiver.id, o.currency, o.amount, key, &sent);
	if (!sent.replayed) {
		audit_add_about(r->db, o.receiver.id, "wallet.transferred", "wallet.transfer", sent.id, NULL,
		    json_object(r->arena, "currency", o.currency, "amount", db_i64(r->db, o.amount), NULL));
		outbox_add(r->db, "wallet.transferred", "wallet", me,
		    json_object(r->arena, "transferId", sent.id, NULL));
		req_created(r);
	}
	view_str(v, "id", sent.id);
	view_int(v, "transaction", sent.txn_id);
	view_money(v, "amount", o.amount, o.currency);
	view_money(v, "fee", sent.fee, o.currency);
	view_money(v, "debited", sent.debited, o.currency);
	view_money(v, "received", sent.received, o.currency);
	req_flash(r, "good", "wallet.transfer.done");
	return req_see(r, "/wallet/%s", o.currency);
}
