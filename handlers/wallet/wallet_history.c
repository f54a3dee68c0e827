/*
 * Movements of a wallet: pages with the balance after each, CSV, statements of a
 * month, and one transaction. Pages without a filter go by the entries' version,
 * which has no gaps: the last page of a long history costs what the first does.
 */
#include <stdio.h>
#include <string.h>

#include "identity/identity.h"
#include "money/money.h"
#include "wallet.h"
#include "wallet.sql.h"

const char *const wallet_kinds[] = { "DEPOSIT", "TRANSFER", "PAYMENT", "REWARD", "REFUND", "HOLD", "RELEASE",
	"WITHDRAWAL", "CONVERSION", "ADJUST", NULL };

static void
filters_view(struct req *r, struct view *v)
{
	struct view *form = view_page_only(v, "filter"), *list = view_list(form, "kinds");
	const char *chosen = req_text(r, "kind"), *way = req_text(r, "direction");
	struct view *item = view_item(list);

	view_str(item, "value", "");
	view_str(item, "label", req_msg(r, "wallet.all"));
	for (const char *const *k = wallet_kinds; *k != NULL; k++) {
		item = view_item(list);
		view_str(item, "value", *k);
		view_str(item, "label", wallet_kind_text(r, *k));
	}
	view_str(form, "kind", chosen);
	view_str(form, "direction", way);
	view_str(form, "from", req_text(r, "from"));
	view_str(form, "to", req_text(r, "to"));
	view_bool(form, "any", chosen != NULL || way != NULL || req_text(r, "from") != NULL ||
	    req_text(r, "to") != NULL);
	list = view_list(form, "directions");
	item = view_item(list);
	view_str(item, "value", "");
	view_str(item, "label", req_msg(r, "wallet.all"));
	item = view_item(list);
	view_str(item, "value", "in");
	view_str(item, "label", req_msg(r, "wallet.in"));
	item = view_item(list);
	view_str(item, "value", "out");
	view_str(item, "label", req_msg(r, "wallet.out"));
}

#define DAY_US (INT64_C(86400) * 1000000)

/* Start of a day given as YYYY-MM-DD, in UTC; days later. The statement says so. */
static bool
day_start(const char *date, int days, int64_t *us)
{
	int y, m, d;
	int64_t era, doe;

	if (date == NULL || sscanf(date, "%4d-%2d-%2d", &y, &m, &d) != 3)
		return false;
	/* Days from civil, as in the proleptic Gregorian calendar. */
	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	doe = y - era * 400;
	doe = doe * 365 + doe / 4 - doe / 100 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	*us = (era * 146097 + doe - 719468 + days) * DAY_US;
	return true;
}

struct span {
	int64_t from, to;
	bool has_from, has_to;
};

static struct span
span_of(struct req *r)
{
	struct span s = { .from = 0 };

	s.has_from = day_start(req_text(r, "from"), 0, &s.from);
	s.has_to = day_start(req_text(r, "to"), 1, &s.to);
	return s;
}

/* 2026-11-21T08:30:00Z in UTC, of microseconds. */
static const char *
instant(struct arena *a, int64_t us)
{
	int64_t s = us / 1000000, z = s / 86400 + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	return arena_printf(a, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ",
	    (long long)(yoe + era * 400 + (mp >= 10)), (long long)(mp < 10 ? mp + 3 : mp - 9),
	    (long long)(doy - (153 * mp + 2) / 5 + 1), (long long)(s % 86400 / 3600),
	    (long long)(s % 3600 / 60), (long long)(s % 60));
}

static const char *
month_of(struct arena *a, int64_t us)
{
	return arena_strndup(a, instant(a, us), 7);
}

/* One page of movements: of all, or of those that the filter lets through. */
struct page {
	struct wallet_account account;
	struct wallet_entries *rows;
	struct wallet_entries_count fit; /* of a filter */
	size_t n;
	bool found, counted;
};

static void
page_read(struct req *r, const char *currency, int64_t skip, struct page *p)
{
	const char *me = r->person->id, *kind = req_text(r, "kind"), *way = req_text(r, "direction");
	struct span s = span_of(r);
	const int64_t *from = s.has_from ? &s.from : NULL, *to = s.has_to ? &s.to : NULL;

	sql_wallet_account_queue(r->db, me, currency, &p->account, &p->found);
	if (kind == NULL && way == NULL && from == NULL && to == NULL) {
		sql_wallet_newest_queue(r->db, me, currency, WALLET_PAGE, skip, &p->rows, &p->n);
	} else {
		sql_wallet_entries_queue(r->db, me, currency, kind, way, from, to, WALLET_PAGE, skip, &p->rows,
		    &p->n);
		sql_wallet_entries_count_queue(r->db, me, currency, kind, way, from, to, &p->fit, &p->counted);
	}
	db_flush(r->db);
}

int
wallet_history(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency");
	int64_t page = req_int(r, "page");
	struct page p = { .n = 0 };
	const struct wallet_entries *rows;
	struct view *list;

	req_title(r, arena_printf(r->arena, "%s %s", req_msg(r, "wallet.title"), currency));
	page_read(r, currency, (page - 1) * WALLET_PAGE, &p);
	rows = p.rows;
	view_str(v, "currency", currency);
	view_money(v, "available", p.account.balance, currency);
	view_money(v, "held", p.account.held, currency);
	view_bool(v, "hasHeld", p.account.held != 0);
	filters_view(r, v);
	list = view_list(v, "items");
	for (size_t i = 0; i < p.n; i++) {
		struct view *item = view_item(list);

		view_int(item, "number", rows[i].version);
		wallet_entry_view(r, item, &(struct wallet_entry){ rows[i].txn_id, rows[i].kind, currency,
		    rows[i].amount, rows[i].balance_after, rows[i].effective_at, rows[i].other, rows[i].name_ct,
		    rows[i].data_key });
	}
	view_paging(v, page, WALLET_PAGE, p.counted ? p.fit.total : p.account.version);
	list = view_page_only(v, "link");
	view_strf(list, "statement", "/wallet/%s/statements/%s", currency, month_of(r->arena, clock_now()));
	view_str(list, "csv", arena_printf(r->arena, "/wallet/%s/export%s", currency,
	    strchr(req_link(r, "page", NULL), '?') ? strchr(req_link(r, "page", NULL), '?') : ""));
	return 200;
}

#define EXPORT_MAX 50000

int
wallet_export(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency");
	struct span s = span_of(r);
	struct wallet_moves *rows;
	size_t n = sql_wallet_moves(r->db, r->person->id, currency, req_text(r, "kind"), req_text(r, "direction"),
	    s.has_from ? &s.from : NULL, s.has_to ? &s.to : NULL, EXPORT_MAX, &rows), size = 128 + n * 160, k;
	char *text = arena_alloc(r->arena, size);

	(void)v;
	k = (size_t)snprintf(text, size, "number,transaction,date,kind,currency,amount,balance\r\n");
	for (size_t i = 0; i < n; i++)
		k += (size_t)snprintf(text + k, size - k, "%lld,%lld,%s,%s,%s,%s,%s\r\n",
		    (long long)rows[i].version, (long long)rows[i].txn_id,
		    instant(r->arena, rows[i].effective_at), rows[i].kind, currency,
		    money_decimal(r->arena, rows[i].amount, currency),
		    money_decimal(r->arena, rows[i].balance_after, currency));
	return req_send(r, "text/csv; charset=utf-8", arena_printf(r->arena, "wallet-%s.csv", currency), text, k);
}

/* ---- statement of a month ------------------------------------------------------------------- */

int
wallet_statement_show(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency"), *month = req_text(r, "month");
	struct wallet_statement sum = { 0 };
	struct wallet_moves *rows;
	struct view *list, *link;
	int64_t from = 0, to = 0;
	char first[16];
	int year, m;
	bool found;
	size_t n;

	if (month == NULL || strlen(month) != 7 || sscanf(month, "%4d-%2d", &year, &m) != 2 || m < 1 || m > 12 ||
	    year < 2000 || year > 2200)
		return req_fail(r, 404, "not_found");
	req_title(r, arena_printf(r->arena, "%s %s %s", req_msg(r, "wallet.statement"), currency, month));
	(void)snprintf(first, sizeof(first), "%04d-%02d-01", year, m);
	(void)day_start(first, 0, &from);
	(void)snprintf(first, sizeof(first), "%04d-%02d-01", m == 12 ? year + 1 : year, m == 12 ? 1 : m + 1);
	(void)day_start(first, 0, &to);
	sql_wallet_statement_queue(r->db, r->person->id, currency, from, to, &sum, &found);
	sql_wallet_moves_queue(r->db, r->person->id, currency, NULL, NULL, &from, &to, 1000, &rows, &n);
	db_flush(r->db);
	view_str(v, "currency", currency);
	view_str(v, "month", month);
	view_str(v, "holder", r->person->name);
	view_money(v, "opening", sum.opening, currency);
	view_money(v, "paidIn", sum.paid_in, currency);
	view_money(v, "paidOut", sum.paid_out, currency);
	view_money(v, "closing", sum.closing, currency);
	view_int(v, "entries", sum.entries);
	list = view_list(v, "items");
	for (size_t i = n; i-- > 0;)
		wallet_entry_view(r, view_item(list), &(struct wallet_entry){ .txn_id = rows[i].txn_id,
		    .kind = rows[i].kind, .currency = currency, .amount = rows[i].amount,
		    .balance_after = rows[i].balance_after, .at = rows[i].effective_at });
	link = view_page_only(v, "link");
	view_strf(link, "wallet", "/wallet/%s", currency);
	view_strf(link, "before", "%04d-%02d", m == 1 ? year - 1 : year, m == 1 ? 12 : m - 1);
	view_strf(link, "after", "%04d-%02d", m == 12 ? year + 1 : year, m == 12 ? 1 : m + 1);
	view_bool(link, "hasAfter", to <= clock_now());
	return 200;
}

/* ---- one transaction ------------------------------------------------------------------------ */

static const char *
part_text(struct req *r, const char *purpose)
{
	static const struct { const char *purpose, *key; } known[] = {
		{ "wallet", "wallet.part.wallet" }, { "held", "wallet.part.held" },
		{ "pending", "wallet.part.pending" },
		{ "earnings", "wallet.part.earnings" }, { "available", "wallet.part.available" },
		{ "in_transit", "wallet.part.in_transit" }, { "withdrawal_held", "wallet.part.in_transit" },
		{ "debt", "wallet.part.debt" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].purpose, purpose) == 0)
			return req_msg(r, known[i].key);
	return purpose;
}

/* Only the person's own legs: the other sides are not theirs to see. */
int
wallet_txn_show(struct req *r, struct view *v)
{
	int64_t id = req_int(r, "id");
	struct wallet_txn t = { 0 };
	struct wallet_legs *legs;
	struct view *list;
	bool found;
	size_t n;

	sql_wallet_txn_queue(r->db, r->person->id, id, &t, &found);
	sql_wallet_legs_queue(r->db, r->person->id, id, &legs, &n);
	db_flush(r->db);
	if (!found || n == 0)
		return req_fail(r, 404, "txn_unknown");
	req_title(r, arena_printf(r->arena, "%s %lld", wallet_kind_text(r, t.kind), (long long)t.id));
	view_int(v, "id", t.id);
	view_str(v, "kind", t.kind);
	view_str(view_page_only(v, "show"), "kind", wallet_kind_text(r, t.kind));
	view_time(v, "at", t.effective_at);
	view_time(v, "recordedAt", t.recorded_at);
	view_str(v, "with", t.other != NULL ? identity_name(r->arena, t.other, t.name_ct, t.data_key) : NULL);
	view_bool(v, "hasFee", t.fee_set && t.fee > 0);
	if (t.fee_set) {
		view_money(v, "sent", t.sent, t.currency);
		view_money(v, "fee", t.fee, t.currency);
		view_str(v, "feePaidBy", t.payer);
	}
	if (t.reverses_set)
		view_int(v, "reverses", t.reverses);
	if (t.reversed_by_set)
		view_int(v, "reversedBy", t.reversed_by);
	list = view_page_only(v, "link");
	view_strf(list, "wallet", "/wallet/%s", legs[0].currency);
	view_str(list, "currency", legs[0].currency);
	list = view_list(v, "legs");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "part", legs[i].purpose);
		view_str(view_page_only(item, "show"), "part", part_text(r, legs[i].purpose));
		view_money(item, "amount", legs[i].amount, legs[i].currency);
		view_bool(item, "in", legs[i].amount > 0);
		view_bool(item, "hasBalance", legs[i].balance_after_set);
		view_money(item, "balanceAfter", legs[i].balance_after, legs[i].currency);
	}
	return 200;
}
