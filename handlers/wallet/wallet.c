/*
 * Wallets: what a person has, in five currencies, and how it came about. All
 * figures are the ledger's (sql/0100_ledger.sql): available is the wallet's
 * account, set apart the held one, on its way in the pending one; nothing is
 * stored twice. Transfers: wallet_transfer.c.
 */
#include "wallet.h"

#include <stdio.h>
#include <string.h>

#include "identity/identity.h"
#include "money/money.h"
#include "wallet.sql.h"

const char *const wallet_currencies[] = { "ZAR", "USD", "AZR", "BTC", "ETH", NULL };

const char *
wallet_kind_text(struct req *r, const char *kind)
{
	static const struct { const char *kind, *key; } known[] = {
		{ "DEPOSIT", "wallet.kind.DEPOSIT" },
		{ "DEMO", "wallet.kind.DEMO" },
		{ "WITHDRAWAL", "wallet.kind.WITHDRAWAL" },
		{ "TRANSFER", "wallet.kind.TRANSFER" },
		{ "HOLD", "wallet.kind.HOLD" },
		{ "RELEASE", "wallet.kind.RELEASE" },
		{ "CAPTURE", "wallet.kind.CAPTURE" },
		{ "REVERSAL", "wallet.kind.REVERSAL" },
		{ "ADJUST", "wallet.kind.ADJUST" },
		{ "REWARD", "wallet.kind.REWARD" },
		{ "PAYMENT", "wallet.kind.PAYMENT" },
		{ "REFUND", "wallet.kind.REFUND" },
		{ "COURSE_SALE", "wallet.kind.COURSE_SALE" },
		{ "CONVERSION", "wallet.kind.CONVERSION" },
		{ "FEE", "wallet.kind.FEE" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].kind, kind) == 0)
			return req_msg(r, known[i].key);
	return kind;
}

/* ---- overview ------------------------------------------------------------------------- */

static int64_t
balance_of(const struct wallet_accounts *rows, size_t n, const char *currency, const char *purpose)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].currency, currency) == 0 && strcmp(rows[i].purpose, purpose) == 0)
			return rows[i].balance;
	return 0;
}

static const char *
address_of(struct req *r)
{
	char hex[33];
	size_t k = 0;

	for (const char *p = r->person->id; *p && k < 32; p++)
		if (*p != '-')
			hex[k++] = *p;
	hex[k] = '\0';
	return arena_printf(r->arena, "azr_%s", hex);
}

static void
balances_view(struct view *v, const struct wallet_accounts *rows, size_t n)
{
	struct view *items = view_list(v, "wallets");

	for (const char *const *c = wallet_currencies; *c != NULL; c++) {
		struct view *item = view_item(items);
		int64_t free = balance_of(rows, n, *c, "wallet"), held = balance_of(rows, n, *c, "held");
		int64_t pending = balance_of(rows, n, *c, "pending") + balance_of(rows, n, *c, "earnings");

		view_str(item, "currency", *c);
		view_money(item, "available", free, *c);
		view_money(item, "held", held, *c);
		view_bool(item, "hasHeld", held != 0);
		view_money(item, "pending", pending, *c);
		view_bool(item, "hasPending", pending != 0);
		view_money(item, "balance", free + held, *c);
	}
}

/* The other side of a transfer, NULL for all else. */
static const char *
other_side(struct req *r, const char *meta)
{
	struct json *j = meta != NULL ? json_parse(r->arena, meta) : NULL;
	const char *from = json_text(json_get(j, "from"), NULL), *to = json_text(json_get(j, "to"), NULL);

	if (from == NULL || to == NULL)
		return NULL;
	return strcmp(from, r->person->id) == 0 ? to : from;
}

static const char *
name_of(const struct identity_found *people, size_t n, const char *id)
{
	for (size_t i = 0; id != NULL && i < n; i++)
		if (strcmp(people[i].id, id) == 0)
			return people[i].name;
	return NULL;
}

/* Names of all other sides in one round trip. */
static size_t
names(struct req *r, const char *const *ids, struct identity_found **people)
{
	*people = NULL;
	return ids[0] != NULL ? identity_by_id(r->db, r->arena, ids, people) : 0;
}

static void
entry_view(struct req *r, struct view *item, const char *kind, int64_t amount, int64_t balance,
    const char *currency, int64_t at, const char *who)
{
	view_str(item, "kind", kind);
	view_str(view_page_only(item, "show"), "kind", wallet_kind_text(r, kind));
	view_money(item, "amount", amount, currency);
	view_bool(item, "in", amount > 0);
	view_money(item, "balanceAfter", balance, currency);
	view_time(item, "at", at);
	view_str(item, "with", who);
}

int
wallet_home(struct req *r, struct view *v)
{
	struct wallet_accounts *accounts;
	struct wallet_recent *recent;
	struct wallet_holds *holds;
	struct identity_found *people;
	size_t n_accounts, n_recent, n_holds, n_people, n = 0;
	const char **ids;
	struct view *list;

	req_title(r, req_msg(r, "wallet.title"));
	sql_wallet_accounts_queue(r->db, r->person->id, &accounts, &n_accounts);
	sql_wallet_recent_queue(r->db, r->person->id, 8, &recent, &n_recent);
	sql_wallet_holds_queue(r->db, r->person->id, &holds, &n_holds);
	db_flush(r->db);
	balances_view(v, accounts, n_accounts);
	view_str(v, "address", address_of(r));
	ids = arena_alloc(r->arena, (n_recent + 1) * sizeof(*ids));
	for (size_t i = 0; i < n_recent; i++)
		if (other_side(r, recent[i].meta) != NULL)
			ids[n++] = other_side(r, recent[i].meta);
	n_people = names(r, ids, &people);
	list = view_list(v, "recent");
	for (size_t i = 0; i < n_recent; i++)
		entry_view(r, view_item(list), recent[i].kind, recent[i].amount, recent[i].balance_after,
		    recent[i].currency, recent[i].effective_at,
		    name_of(people, n_people, other_side(r, recent[i].meta)));
	list = view_list(v, "holds");
	for (size_t i = 0; i < n_holds; i++) {
		struct view *item = view_item(list);

		view_int(item, "id", holds[i].id);
		view_money(item, "amount", holds[i].open, holds[i].currency);
		view_time(item, "since", holds[i].created_at);
		view_time(item, "expiresAt", holds[i].expires_at_set ? holds[i].expires_at : 0);
	}
	return 200;
}

/* ---- history ------------------------------------------------------------------------------ */

static const char *const kinds[] = { "DEPOSIT", "TRANSFER", "PAYMENT", "REWARD", "REFUND", "HOLD", "RELEASE",
	"WITHDRAWAL", "CONVERSION", "ADJUST", NULL };

static void
filters_view(struct req *r, struct view *v)
{
	struct view *form = view_page_only(v, "filter"), *list = view_list(form, "kinds");
	const char *chosen = req_text(r, "kind"), *way = req_text(r, "direction");
	struct view *item = view_item(list);

	view_str(item, "value", "");
	view_str(item, "label", req_msg(r, "wallet.all"));
	for (const char *const *k = kinds; *k != NULL; k++) {
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

static size_t
entries(struct req *r, const char *currency, int64_t limit, int64_t offset, struct wallet_entries **rows)
{
	int64_t from, to;
	bool has_from = day_start(req_text(r, "from"), 0, &from), has_to = day_start(req_text(r, "to"), 1, &to);

	return sql_wallet_entries(r->db, r->person->id, currency, req_text(r, "kind"), req_text(r, "direction"),
	    has_from ? &from : NULL, has_to ? &to : NULL, limit, offset, rows);
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

int
wallet_history(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency");
	int64_t page = req_int(r, "page"), total = 0;
	struct wallet_account account = { 0 };
	struct wallet_entries *rows;
	struct identity_found *people;
	size_t n, n_people, k = 0;
	const char **ids;
	struct view *list;
	bool found;

	req_title(r, arena_printf(r->arena, "%s %s", req_msg(r, "wallet.title"), currency));
	sql_wallet_account_queue(r->db, r->person->id, currency, &account, &found);
	n = entries(r, currency, WALLET_PAGE, (page - 1) * WALLET_PAGE, &rows);
	total = n > 0 ? rows[0].total : 0;
	view_str(v, "currency", currency);
	view_money(v, "available", account.balance, currency);
	view_money(v, "held", account.held, currency);
	view_bool(v, "hasHeld", account.held != 0);
	filters_view(r, v);
	ids = arena_alloc(r->arena, (n + 1) * sizeof(*ids));
	for (size_t i = 0; i < n; i++)
		if (other_side(r, rows[i].meta) != NULL)
			ids[k++] = other_side(r, rows[i].meta);
	n_people = names(r, ids, &people);
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_int(item, "id", rows[i].txn_id);
		view_int(item, "number", rows[i].version);
		entry_view(r, item, rows[i].kind, rows[i].amount, rows[i].balance_after, currency,
		    rows[i].effective_at, name_of(people, n_people, other_side(r, rows[i].meta)));
	}
	view_paging(v, page, WALLET_PAGE, total);
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
	struct wallet_entries *rows;
	size_t n = entries(r, currency, EXPORT_MAX, 0, &rows), size = 128 + n * 160, k;
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
	struct wallet_entries *rows;
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
	sql_wallet_entries_queue(r->db, r->person->id, currency, NULL, NULL, &from, &to, 1000, 0, &rows, &n);
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
	for (size_t i = n; i-- > 0;) {
		struct view *item = view_item(list);

		view_int(item, "id", rows[i].txn_id);
		entry_view(r, item, rows[i].kind, rows[i].amount, rows[i].balance_after, currency,
		    rows[i].effective_at, NULL);
	}
	link = view_page_only(v, "link");
	view_strf(link, "wallet", "/wallet/%s", currency);
	view_strf(link, "before", "%04d-%02d", m == 1 ? year - 1 : year, m == 1 ? 12 : m - 1);
	view_strf(link, "after", "%04d-%02d", m == 12 ? year + 1 : year, m == 12 ? 1 : m + 1);
	view_bool(link, "hasAfter", to <= clock_now());
	return 200;
}

/* ---- tables ----------------------------------------------------------------------------------- */

static const char *const directions[] = { "in", "out", NULL };
#define CURRENCY { "currency", PARAM_ENUM, PARAM_PATH, .options = wallet_currencies }
#define PAGE { "page", PARAM_INT, 0, .min = 1, .max = 4000, .dflt = 1 }
#define ID { "id", PARAM_INT, PARAM_PATH, .min = 1, .max = INT64_C(9000000000000000) }
#define UUID { "id", PARAM_UUID, PARAM_PATH }

static const struct param history_params[] = {
	CURRENCY, { "kind", PARAM_ENUM, 0, .options = kinds }, { "direction", PARAM_ENUM, 0, .options = directions },
	{ "from", PARAM_DATE }, { "to", PARAM_DATE }, PAGE, { 0 }
};
static const struct param statement_params[] = { CURRENCY, { "month", PARAM_LINE, PARAM_PATH, .max = 7 }, { 0 } };
static const struct param form_params[] = {
	{ "currency", PARAM_ENUM, 0, .options = wallet_currencies, .dflt_text = "ZAR" }, { 0 }
};
static const struct param transfer_params[] = {
	{ "receiver", PARAM_LINE, PARAM_REQUIRED, .max = 254 },
	{ "currency", PARAM_ENUM, PARAM_REQUIRED, .options = wallet_currencies },
	{ "amount", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { 0 }
};
static const struct param confirm_params[] = {
	{ "receiver", PARAM_LINE, PARAM_REQUIRED, .max = 254 },
	{ "currency", PARAM_ENUM, PARAM_REQUIRED, .options = wallet_currencies },
	{ "amount", PARAM_LINE, PARAM_REQUIRED, .max = 40 },
	{ "key", PARAM_LINE, PARAM_REQUIRED, .min = 8, .max = 100 },
	{ "password", PARAM_SECRET, 0, .max = 256 }, { 0 }
};
static const struct param accounts_params[] = { { "q", PARAM_LINE, 0, .max = 120 }, PAGE, { 0 } };
static const struct param account_params[] = { ID, PAGE, { 0 } };
static const struct param txn_params[] = { ID, { 0 } };
static const char *const fee_types[] = { "TRANSFER", "WITHDRAWAL", "CONVERSION", NULL };
static const char *const payers[] = { "SENDER", "RECEIVER", NULL };
static const struct param fee_params[] = {
	{ "type", PARAM_ENUM, PARAM_REQUIRED, .options = fee_types },
	{ "currency", PARAM_ENUM, PARAM_REQUIRED, .options = wallet_currencies },
	{ "flat", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { "bps", PARAM_INT, PARAM_REQUIRED, .min = 0, .max = 10000 },
	{ "least", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { "most", PARAM_LINE, 0, .max = 40 },
	{ "payer", PARAM_ENUM, PARAM_REQUIRED, .options = payers },
	{ "from", PARAM_TIME, PARAM_REQUIRED }, { 0 }
};
static const struct param adjustment_params[] = {
	{ "reason", PARAM_LINE, PARAM_REQUIRED, .min = 10, .max = 500 },
	{ "legs", PARAM_TEXT, PARAM_REQUIRED, .max = 4000 }, { 0 }
};
static const char *const decisions[] = { "approve", "reject", NULL };
static const struct param decide_params[] = {
	UUID, { "decision", PARAM_ENUM, PARAM_REQUIRED, .options = decisions },
	{ "password", PARAM_SECRET, 0, .max = 256 }, { 0 }
};
static const struct param none_params[] = { PAGE, { 0 } };

#define MINE .access = ACCESS_MEMBER, .owner = "self"
#define ADMIN_ROW .access = ACCESS_ADMIN, .owner = "admin"

static const struct route routes[] = {
	{ METHOD_GET, "/wallet", wallet_home, "wallet/home.cs", MINE, .params = NULL,
	    .summary = "What the person has in each currency, latest movements, money set apart" },
	{ METHOD_GET, "/wallet/transfer", wallet_transfer_form, "wallet/transfer.cs", MINE, .params = form_params,
	    .summary = "Form of a transfer, its limits and fees" },
	{ METHOD_POST, "/wallet/transfer", wallet_transfer_review, "wallet/transfer.cs", MINE,
	    .params = transfer_params, .form = wallet_transfer_form, .rate_per_minute = 20,
	    .summary = "Names the receiver and the fee; moves nothing yet" },
	{ METHOD_POST, "/wallet/transfer/confirm", wallet_transfer_do, "wallet/transfer.cs", MINE,
	    .params = confirm_params, .form = wallet_transfer_review, .pool = POOL_AUTH, .rate_per_minute = 20,
	    .idempotent_key = true, .summary = "Sends money to another person, once per key" },
	{ METHOD_GET, "/wallet/:currency", wallet_history, "wallet/history.cs", MINE, .params = history_params,
	    .summary = "Movements of one wallet with the balance after each, filtered" },
	{ METHOD_GET, "/wallet/:currency/export", wallet_export, NULL, MINE, .params = history_params,
	    .pool = POOL_SLOW, .no_json = true, .summary = "The same movements as CSV" },
	{ METHOD_GET, "/wallet/:currency/statements/:month", wallet_statement_show, "wallet/statement.cs", MINE,
	    .params = statement_params, .summary = "Statement of a month (YYYY-MM)" },
	{ METHOD_GET, "/admin/ledger", wallet_admin_accounts, "wallet/admin_accounts.cs", ADMIN_ROW,
	    .params = accounts_params, .permission = "system.read", .summary = "Accounts of the ledger, searched" },
	{ METHOD_GET, "/admin/ledger/accounts/:id", wallet_admin_account, "wallet/admin_account.cs", ADMIN_ROW,
	    .params = account_params, .permission = "system.read", .summary = "An account's balance and its entries" },
	{ METHOD_GET, "/admin/ledger/transactions/:id", wallet_admin_txn, "wallet/admin_txn.cs", ADMIN_ROW,
	    .params = txn_params, .permission = "system.read", .summary = "A transaction with all its legs" },
	{ METHOD_GET, "/admin/ledger/fees", wallet_admin_fees, "wallet/admin_fees.cs", ADMIN_ROW,
	    .permission = "system.read", .summary = "Fee schedules and limits" },
	{ METHOD_POST, "/admin/ledger/fees", wallet_admin_fee_add, "wallet/admin_fees.cs", ADMIN_ROW,
	    .params = fee_params, .form = wallet_admin_fees, .permission = "system.write",
	    .summary = "A fee schedule from a moment on" },
	{ METHOD_GET, "/admin/ledger/adjustments", wallet_admin_adjustments, "wallet/admin_adjustments.cs", ADMIN_ROW,
	    .params = none_params, .permission = "system.read", .summary = "Postings by hand" },
	{ METHOD_POST, "/admin/ledger/adjustments", wallet_admin_adjustment_add,
	    "wallet/admin_adjustments.cs", ADMIN_ROW, .params = adjustment_params,
	    .form = wallet_admin_adjustments, .permission = "system.write",
	    .summary = "Asks for a posting by hand; another administrator decides" },
	{ METHOD_POST, "/admin/ledger/adjustments/:id/decide", wallet_admin_adjustment_decide,
	    "wallet/admin_adjustments.cs", ADMIN_ROW, .params = decide_params, .form = wallet_admin_adjustments,
	    .permission = "system.write", .pool = POOL_AUTH, .summary = "Approves or rejects a posting by hand" },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "wallet.transfer_mail", wallet_transfer_mail, .timeout_s = 30, .attempts = 5, .event = "wallet.transferred" },
	{ "wallet.check", wallet_check, .timeout_s = 250, .attempts = 2, .cron = "*/15 * * * *" },
	{ "wallet.check_full", wallet_check_full, .timeout_s = 280, .attempts = 2, .cron = "30 1 * * *" },
	{ "wallet.keep", wallet_keep, .timeout_s = 60, .attempts = 3, .cron = "*/5 * * * *" },
	{ "wallet.demo", wallet_demo, .timeout_s = 60, .attempts = 1 },
	{ 0 }
};

static const struct personal_data personal[] = {
	{ "wallet.transfer", "sender_id,receiver_id", "Money sent between people", &query_wallet_personal, NULL,
	    "Records of payments are kept five years", 1825 },
	{ 0 }
};

MODULE(.name = "wallet", .version = "1", .routes = routes, .queries = wallet_queries, .jobs = jobs,
    .personal = personal);
