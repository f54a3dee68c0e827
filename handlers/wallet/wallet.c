/*
 * Wallets: what a person has, in five currencies, and how it came about. All
 * figures are the ledger's (sql/0100_ledger.sql): available is the wallet's
 * account, set apart the held one, on its way in the pending one; nothing is
 * stored twice. Movements: wallet_history.c; transfers: wallet_transfer.c.
 */
#include "wallet.h"

#include <stdio.h>
#include <string.h>

#include "identity/identity.h"
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
		{ "BURN", "wallet.kind.BURN" },
		{ "CREDIT_DISPUTE", "wallet.kind.CREDIT_DISPUTE" },
		{ "CREDIT_RETURN", "wallet.kind.CREDIT_RETURN" },
		{ "DEPOSIT_DISPUTE", "wallet.kind.DEPOSIT_DISPUTE" },
		{ "DEPOSIT_REFUND", "wallet.kind.DEPOSIT_REFUND" },
		{ "DISPUTE_LOST", "wallet.kind.DISPUTE_LOST" },
		{ "DISPUTE_TAKE", "wallet.kind.DISPUTE_TAKE" },
		{ "GENESIS", "wallet.kind.GENESIS" },
		{ "LOT_MATURED", "wallet.kind.LOT_MATURED" },
		{ "PAYMENT_DIFFERENCE", "wallet.kind.PAYMENT_DIFFERENCE" },
		{ "PAYMENT_DISPUTE", "wallet.kind.PAYMENT_DISPUTE" },
		{ "PAYMENT_FEE", "wallet.kind.PAYMENT_FEE" },
		{ "PAYMENT_REFUND", "wallet.kind.PAYMENT_REFUND" },
		{ "PAYOUT_ASKED", "wallet.kind.PAYOUT_ASKED" },
		{ "PAYOUT_FAILED", "wallet.kind.PAYOUT_FAILED" },
		{ "PAYOUT_PAID", "wallet.kind.PAYOUT_PAID" },
		{ "PAYOUT_RETURNED", "wallet.kind.PAYOUT_RETURNED" },
		{ "REFUND_RETURNED", "wallet.kind.REFUND_RETURNED" },
		{ "REFUND_TAKE", "wallet.kind.REFUND_TAKE" },
		{ "SALE_CANCELLED", "wallet.kind.SALE_CANCELLED" },
		{ "SALE_CREDITED", "wallet.kind.SALE_CREDITED" },
		{ "SALE_ESCROW", "wallet.kind.SALE_ESCROW" },
		{ "WALLET_DEPOSIT", "wallet.kind.WALLET_DEPOSIT" },
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

void
wallet_entry_view(struct req *r, struct view *item, const struct wallet_entry *e)
{
	view_int(item, "id", e->txn_id);
	view_str(item, "kind", e->kind);
	view_str(view_page_only(item, "show"), "kind", wallet_kind_text(r, e->kind));
	view_money(item, "amount", e->amount, e->currency);
	view_bool(item, "in", e->amount > 0);
	view_money(item, "balanceAfter", e->balance_after, e->currency);
	view_time(item, "at", e->at);
	view_str(item, "with", e->other == NULL ? NULL :
	    identity_name(r->arena, e->other, e->name_ct, e->data_key));
}

int
wallet_home(struct req *r, struct view *v)
{
	struct wallet_accounts *accounts;
	struct wallet_recent *recent;
	struct wallet_holds *holds;
	size_t n_accounts, n_recent, n_holds;
	struct view *list;

	req_title(r, req_msg(r, "wallet.title"));
	sql_wallet_accounts_queue(r->db, r->person->id, &accounts, &n_accounts);
	sql_wallet_recent_queue(r->db, r->person->id, 8, &recent, &n_recent);
	sql_wallet_holds_queue(r->db, r->person->id, &holds, &n_holds);
	db_flush(r->db);
	balances_view(v, accounts, n_accounts);
	view_str(v, "address", address_of(r));
	list = view_list(v, "recent");
	for (size_t i = 0; i < n_recent; i++)
		wallet_entry_view(r, view_item(list), &(struct wallet_entry){ recent[i].txn_id, recent[i].kind,
		    recent[i].currency, recent[i].amount, recent[i].balance_after, recent[i].effective_at,
		    recent[i].other, recent[i].name_ct, recent[i].data_key });
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

/* ---- tables ----------------------------------------------------------------------------------- */

static const char *const directions[] = { "in", "out", NULL };
#define CURRENCY { "currency", PARAM_ENUM, PARAM_PATH, .options = wallet_currencies }
#define PAGE { "page", PARAM_INT, 0, .min = 1, .max = 4000, .dflt = 1 }
#define ID { "id", PARAM_INT, PARAM_PATH, .min = 1, .max = INT64_C(9000000000000000) }
#define UUID { "id", PARAM_UUID, PARAM_PATH }

static const struct param history_params[] = {
	CURRENCY, { "kind", PARAM_ENUM, 0, .options = wallet_kinds },
	{ "direction", PARAM_ENUM, 0, .options = directions },
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
	{ "flat", PARAM_LINE, PARAM_REQUIRED, .max = 40 },
	{ "percent", PARAM_PERCENT, PARAM_REQUIRED, .min = 0, .max = 10000 },
	{ "least", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { "most", PARAM_LINE, 0, .max = 40 },
	{ "payer", PARAM_ENUM, PARAM_REQUIRED, .options = payers },
	{ "from", PARAM_TIME, PARAM_REQUIRED }, { 0 }
};
static const struct param limit_params[] = {
	{ "limitCurrency", PARAM_ENUM, PARAM_REQUIRED, .options = wallet_currencies },
	{ "minimum", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { "single", PARAM_LINE, PARAM_REQUIRED, .max = 40 },
	{ "daily", PARAM_LINE, PARAM_REQUIRED, .max = 40 }, { "limitFrom", PARAM_TIME, PARAM_REQUIRED }, { 0 }
};
static const struct param bank_params[] = {
	ID, { "at", PARAM_TIME, PARAM_REQUIRED }, { "balance", PARAM_LINE, PARAM_REQUIRED, .max = 40 },
	{ "source", PARAM_LINE, PARAM_REQUIRED, .min = 3, .max = 200 }, { 0 }
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
	{ METHOD_GET, "/wallet/transactions/:id", wallet_txn_show, "wallet/transaction.cs", MINE, .params = txn_params,
	    .summary = "One transaction: what it moved in the person's own accounts, with whom, at which fee" },
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
	{ METHOD_POST, "/admin/ledger/limits", wallet_admin_limit_add, "wallet/admin_fees.cs", ADMIN_ROW,
	    .params = limit_params, .form = wallet_admin_fees, .permission = "system.write",
	    .summary = "Limits of transfers from a moment on" },
	{ METHOD_POST, "/admin/ledger/accounts/:id/statements", wallet_admin_statement_add,
	    "wallet/admin_account.cs", ADMIN_ROW, .params = bank_params, .form = wallet_admin_account,
	    .permission = "system.write", .summary = "What a bank or a provider says it holds at a moment" },
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
