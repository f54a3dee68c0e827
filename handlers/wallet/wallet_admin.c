/* The explorer of the ledger: from any balance down to the entries that made it. */
#include <string.h>

#include "audit/audit.h"
#include "desk.sql.h"
#include "money/money.h"
#include "wallet.h"

#define ROWS 25

int
wallet_admin_accounts(struct req *r, struct view *v)
{
	const char *q = req_text(r, "q"), *sought = q != NULL && *q != '\0' ? q : NULL;
	int64_t page = req_int(r, "page");
	struct desk_accounts *rows;
	struct desk_accounts_count all;
	struct desk_totals *totals;
	size_t n, n_totals;
	struct view *list;
	bool found;

	req_title(r, req_msg(r, "ledger.title"));
	sql_desk_accounts_queue(r->db, sought, ROWS, (page - 1) * ROWS, &rows, &n);
	sql_desk_accounts_count_queue(r->db, sought, &all, &found);
	sql_desk_totals_queue(r->db, &totals, &n_totals);
	db_flush(r->db);
	view_str(v, "q", q);
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_int(item, "id", rows[i].id);
		view_strf(view_page_only(item, "link"), "href", "/admin/ledger/accounts/%lld", (long long)rows[i].id);
		view_str(item, "code", rows[i].code);
		view_str(item, "class", rows[i].class);
		view_str(item, "mode", rows[i].mode);
		view_money(item, "balance", rows[i].balance, rows[i].currency);
		view_bool(item, "closed", rows[i].closed_at_set);
	}
	list = view_list(v, "totals");
	for (size_t i = 0; i < n_totals; i++) {
		struct view *item = view_item(list);

		view_str(item, "currency", totals[i].currency);
		view_str(item, "class", totals[i].class);
		view_money(item, "balance", totals[i].balance, totals[i].currency);
	}
	view_paging(v, page, ROWS, all.total);
	return 200;
}

/* Whether a bank or a provider writes statements of it (the database knows the same names). */
static bool
has_statements(const char *code)
{
	return strncmp(code, "bank:", 5) == 0 || strstr(code, ":balance:") != NULL;
}

static void
statements_view(struct view *v, const struct desk_statements *rows, size_t n, const char *currency)
{
	struct view *list = view_list(v, "statements");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_time(item, "at", rows[i].at);
		view_money(item, "balance", rows[i].balance, currency);
		view_money(item, "books", rows[i].books, currency);
		view_bool(item, "agrees", rows[i].balance == rows[i].books);
		view_str(item, "source", rows[i].source);
	}
}

int
wallet_admin_account(struct req *r, struct view *v)
{
	/* Also the form of a POST, which has no page. */
	int64_t id = req_int(r, "id"), page = strcmp(r->method, "GET") == 0 ? req_int(r, "page") : 1;
	struct desk_account a = { 0 };
	struct desk_entries *rows;
	struct desk_entries_count all = { 0 };
	struct desk_statements *said;
	struct view *list;
	bool found, counted;
	size_t n, n_said;

	sql_desk_account_queue(r->db, id, &a, &found);
	sql_desk_entries_queue(r->db, id, ROWS, (page - 1) * ROWS, &rows, &n);
	sql_desk_entries_count_queue(r->db, id, &all, &counted);
	sql_desk_statements_queue(r->db, id, &said, &n_said);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "account_unknown");
	req_title(r, a.code);
	view_int(v, "id", a.id);
	view_str(v, "code", a.code);
	view_str(v, "currency", a.currency);
	view_str(v, "class", a.class);
	view_str(v, "mode", a.mode);
	view_money(v, "balance", a.balance, a.currency);
	view_int(v, "version", a.version);
	view_bool(v, "hasFloor", a.floor_set);
	view_money(v, "floor", a.floor, a.currency);
	view_bool(v, "hasCeiling", a.ceiling_set);
	view_money(v, "ceiling", a.ceiling, a.currency);
	view_str(v, "ownerId", a.owner_id);
	view_bool(v, "closed", a.closed_at_set);
	view_time(v, "createdAt", a.created_at);
	view_bool(v, "hasStatements", has_statements(a.code));
	statements_view(v, said, n_said, a.currency);
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_int(item, "transaction", rows[i].txn_id);
		view_strf(view_page_only(item, "link"), "href", "/admin/ledger/transactions/%lld",
		    (long long)rows[i].txn_id);
		view_int(item, "leg", rows[i].seq);
		view_str(item, "kind", rows[i].kind);
		view_str(view_page_only(item, "show"), "kind", wallet_kind_text(r, rows[i].kind));
		view_money(item, "amount", rows[i].amount, a.currency);
		view_bool(item, "hasBalance", rows[i].balance_after_set);
		view_money(item, "balanceAfter", rows[i].balance_after, a.currency);
		view_time(item, "at", rows[i].effective_at);
	}
	view_paging(v, page, ROWS, all.total);
	return 200;
}

int
wallet_admin_statement_add(struct req *r, struct view *v)
{
	int64_t id = req_int(r, "id"), balance;
	struct desk_account a = { 0 };
	struct desk_statement_add row;
	bool good = true;

	if (!sql_desk_account(r->db, id, &a))
		return req_fail(r, 404, "account_unknown");
	if (!money_read(req_text(r, "balance"), a.currency, &balance)) {
		req_field_error(r, "balance", "money");
		good = false;
	}
	if (req_int(r, "at") > clock_now()) {
		req_field_error(r, "at", "statement_future");
		good = false;
	}
	if (!good)
		return req_invalid(r);
	(void)sql_desk_statement_add(r->db, id, req_int(r, "at"), balance, req_text(r, "source"), &row);
	audit_add(r->db, "ledger.statement_added", "ledger.account", NULL, NULL,
	    json_object(r->arena, "account", a.code, "off", db_i64(r->db, row.off), NULL));
	view_money(v, "off", row.off, a.currency);
	view_bool(v, "agrees", row.off == 0);
	req_created(r);
	req_flash(r, row.off == 0 ? "good" : "bad", row.off == 0 ? "ledger.statement.agrees" : "ledger.statement.off");
	return req_see(r, "/admin/ledger/accounts/%lld", (long long)id);
}

int
wallet_admin_txn(struct req *r, struct view *v)
{
	int64_t id = req_int(r, "id");
	struct desk_txn t = { 0 };
	struct desk_legs *legs;
	struct view *list;
	bool found;
	size_t n;

	sql_desk_txn_queue(r->db, id, &t, &found);
	sql_desk_legs_queue(r->db, id, &legs, &n);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "txn_unknown");
	req_title(r, arena_printf(r->arena, "%s %lld", t.kind, (long long)t.id));
	view_int(v, "id", t.id);
	view_str(v, "kind", t.kind);
	view_str(view_page_only(v, "show"), "kind", wallet_kind_text(r, t.kind));
	view_str(v, "key", t.idem);
	if (t.reverses_set)
		view_int(v, "reverses", t.reverses);
	if (t.reversed_by_set)
		view_int(v, "reversedBy", t.reversed_by);
	view_str(v, "refType", t.ref_type);
	view_str(v, "refId", t.ref_id);
	view_time(v, "effectiveAt", t.effective_at);
	view_time(v, "recordedAt", t.recorded_at);
	view_str(v, "actorId", t.actor_id);
	view_str(v, "meta", t.meta);
	list = view_list(v, "legs");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_int(item, "accountId", legs[i].account_id);
		view_strf(view_page_only(item, "link"), "href", "/admin/ledger/accounts/%lld",
		    (long long)legs[i].account_id);
		view_str(item, "code", legs[i].code);
		view_money(item, "amount", legs[i].amount, legs[i].currency);
		view_bool(item, "hasBalance", legs[i].balance_after_set);
		view_money(item, "balanceAfter", legs[i].balance_after, legs[i].currency);
	}
	return 200;
}
