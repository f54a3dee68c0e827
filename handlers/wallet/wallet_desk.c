/*
 * Fee schedules with their dates, and postings by hand: one administrator asks,
 * another decides (the database refuses the same person), with a fresh proof.
 */
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "desk.sql.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "money/money.h"
#include "stepup/stepup.h"
#include "wallet.h"
#include "wallet.sql.h"

#define ROWS 25

/* ---- fees --------------------------------------------------------------------------- */

static void
option(struct view *list, const char *value, const char *label)
{
	struct view *item = view_item(list);

	view_str(item, "value", value);
	view_str(item, "label", label);
}

int
wallet_admin_fees(struct req *r, struct view *v)
{
	struct desk_fees *rows;
	struct desk_limits *limits;
	size_t n, n_limits;
	struct view *list, *form = view_page_only(v, "form");

	req_title(r, req_msg(r, "ledger.fees"));
	sql_desk_fees_queue(r->db, &rows, &n);
	sql_desk_limits_queue(r->db, &limits, &n_limits);
	db_flush(r->db);
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);
		bool ended = rows[i].effective_to_set && rows[i].effective_to <= clock_now();

		view_str(item, "id", rows[i].id);
		view_str(item, "type", rows[i].type);
		view_str(item, "currency", rows[i].currency);
		view_money(item, "flat", rows[i].flat, rows[i].currency);
		view_int(item, "bps", rows[i].bps);
		view_str(view_page_only(item, "show"), "percent",
		    arena_printf(r->arena, "%d.%02d", rows[i].bps / 100, rows[i].bps % 100));
		view_money(item, "least", rows[i].least, rows[i].currency);
		view_bool(item, "hasMost", rows[i].most_set);
		view_money(item, "most", rows[i].most, rows[i].currency);
		view_str(item, "payer", rows[i].payer);
		view_bool(item, "current", !ended && rows[i].effective_from <= clock_now());
		view_bool(item, "planned", rows[i].effective_from > clock_now());
		view_time(item, "from", rows[i].effective_from);
		view_time(item, "to", rows[i].effective_to_set ? rows[i].effective_to : 0);
	}
	list = view_list(v, "limits");
	for (size_t i = 0; i < n_limits; i++) {
		struct view *item = view_item(list);

		view_str(item, "currency", limits[i].currency);
		view_money(item, "minimum", limits[i].minimum, limits[i].currency);
		view_money(item, "single", limits[i].single, limits[i].currency);
		view_money(item, "daily", limits[i].daily, limits[i].currency);
		view_bool(item, "current", limits[i].current);
		view_bool(item, "planned", limits[i].effective_from > clock_now());
		view_time(item, "from", limits[i].effective_from);
	}
	list = view_list(form, "types");
	option(list, "TRANSFER", req_msg(r, "wallet.kind.TRANSFER"));
	option(list, "WITHDRAWAL", req_msg(r, "wallet.kind.WITHDRAWAL"));
	option(list, "CONVERSION", req_msg(r, "wallet.kind.CONVERSION"));
	list = view_list(form, "currencies");
	for (const char *const *c = wallet_currencies; *c != NULL; c++)
		option(list, *c, *c);
	list = view_list(form, "payers");
	option(list, "SENDER", req_msg(r, "ledger.payer.SENDER"));
	option(list, "RECEIVER", req_msg(r, "ledger.payer.RECEIVER"));
	return 200;
}

static bool
amount_of(struct req *r, const char *name, const char *currency, int64_t *out)
{
	const char *text = req_text(r, name);

	if (text != NULL && money_read(text, currency, out) && *out >= 0)
		return true;
	req_field_error(r, name, "money");
	return false;
}

int
wallet_admin_fee_add(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "currency"), *most_text = req_text(r, "most");
	int64_t flat, least, most = 0, from = req_int(r, "from");
	bool has_most = most_text != NULL && *most_text != '\0', good;
	struct desk_fee_add row;

	good = amount_of(r, "flat", currency, &flat);
	good = amount_of(r, "least", currency, &least) && good;
	good = (!has_most || amount_of(r, "most", currency, &most)) && good;
	if (good && has_most && most < least) {
		req_field_error(r, "most", "too_small");
		good = false;
	}
	if (from < clock_now()) {
		req_field_error(r, "from", "schedule_past");
		good = false;
	}
	if (!good)
		return req_invalid(r);
	(void)sql_desk_fee_add(r->db, req_text(r, "type"), currency, flat, (int32_t)req_int(r, "percent"), least,
	    has_most ? &most : NULL, req_text(r, "payer"), from, &row);
	audit_add(r->db, "wallet.fee_added", "wallet.fee_schedule", row.id, NULL,
	    json_object(r->arena, "type", req_text(r, "type"), "currency", currency, "flat", db_i64(r->db, flat),
	    "bps", db_i64(r->db, req_int(r, "percent")), NULL));
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "ledger.fee.added");
	return req_see(r, "/admin/ledger/fees");
}

int
wallet_admin_limit_add(struct req *r, struct view *v)
{
	const char *currency = req_text(r, "limitCurrency");
	int64_t minimum, single, daily, from = req_int(r, "limitFrom");
	struct desk_limit_add row;
	bool good;

	good = amount_of(r, "minimum", currency, &minimum);
	good = amount_of(r, "single", currency, &single) && good;
	good = amount_of(r, "daily", currency, &daily) && good;
	if (good && minimum == 0) {
		req_field_error(r, "minimum", "too_small");
		good = false;
	}
	if (good && single < minimum) {
		req_field_error(r, "single", "too_small");
		good = false;
	}
	if (good && daily < single) {
		req_field_error(r, "daily", "too_small");
		good = false;
	}
	if (from < clock_now()) {
		req_field_error(r, "limitFrom", "schedule_past");
		good = false;
	}
	if (!good)
		return req_invalid(r);
	(void)sql_desk_limit_add(r->db, currency, minimum, single, daily, from, &row);
	audit_add(r->db, "wallet.limit_added", "wallet.limit_schedule", row.id, NULL,
	    json_object(r->arena, "currency", currency, "single", db_i64(r->db, single), "daily",
	    db_i64(r->db, daily), NULL));
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "ledger.limit.added");
	return req_see(r, "/admin/ledger/fees");
}

/* ---- postings by hand ------------------------------------------------------------------ */

static void
legs_view(struct req *r, struct view *item, const char *legs)
{
	struct json *list = json_parse(r->arena, legs);
	struct view *out = view_list(item, "legs");

	for (size_t i = 0; i < json_length(list); i++) {
		struct json *leg = json_at(list, i);
		const char *account = json_text(json_get(leg, "account"), "");
		const char *currency = strlen(account) > 3 ? account + strlen(account) - 3 : "";
		struct view *row = view_item(out);

		view_str(row, "account", account);
		view_money(row, "amount", json_int(json_get(leg, "amount"), 0), currency);
	}
}

static const char *
name_by_id(const struct identity_found *people, size_t n, const char *id)
{
	for (size_t i = 0; id != NULL && i < n; i++)
		if (strcmp(people[i].id, id) == 0)
			return people[i].name;
	return NULL;
}

int
wallet_admin_adjustments(struct req *r, struct view *v)
{
	/* Also the form of two POSTs, which have no page. */
	int64_t page = strcmp(r->method, "GET") == 0 ? req_int(r, "page") : 1;
	struct desk_adjustments *rows;
	struct desk_adjustments_count all;
	struct identity_found *people = NULL;
	struct view *list = view_list(v, "items");
	size_t n, n_people, k = 0;
	const char **ids;
	bool found;

	sql_desk_adjustments_queue(r->db, ROWS, (page - 1) * ROWS, &rows, &n);
	sql_desk_adjustments_count_queue(r->db, &all, &found);
	db_flush(r->db);
	ids = arena_alloc(r->arena, (2 * n + 1) * sizeof(*ids));
	req_title(r, req_msg(r, "ledger.adjustments"));
	for (size_t i = 0; i < n; i++) {
		ids[k++] = rows[i].requested_by;
		if (rows[i].decided_by != NULL)
			ids[k++] = rows[i].decided_by;
	}
	n_people = k > 0 ? identity_by_id(r->db, r->arena, ids, &people) : 0;
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", rows[i].id);
		view_str(item, "reason", rows[i].reason);
		view_str(item, "status", rows[i].status);
		view_bool(item, "pending", strcmp(rows[i].status, "PENDING") == 0);
		view_bool(item, "approved", strcmp(rows[i].status, "APPROVED") == 0);
		view_bool(item, "own", strcmp(rows[i].requested_by, r->person->id) == 0);
		view_str(item, "requestedBy", name_by_id(people, n_people, rows[i].requested_by));
		view_str(item, "decidedBy", name_by_id(people, n_people, rows[i].decided_by));
		view_time(item, "createdAt", rows[i].created_at);
		view_time(item, "decidedAt", rows[i].decided_at_set ? rows[i].decided_at : 0);
		if (rows[i].txn_id_set)
			view_int(item, "transaction", rows[i].txn_id);
		legs_view(r, item, rows[i].legs);
	}
	view_bool(view_page_only(v, "form"), "password", stepup_needed(r));
	view_paging(v, page, ROWS, all.total);
	return 200;
}

/* Lines "platform:equity:opening:ZAR -1500.00" to JSON; NULL with the field error set. */
static const char *
legs_read(struct req *r, const char *text)
{
	const char *json = "[";
	int64_t sum = 0;
	size_t n = 0;

	while (*text != '\0') {
		size_t size = strcspn(text, "\n"), name = strcspn(text, " \t\n");
		const char *code = arena_strndup(r->arena, text, name), *amount_text;
		const char *currency = name > 4 && code[name - 4] == ':' ? code + name - 3 : "";
		int64_t amount;

		amount_text = arena_strndup(r->arena, text + name, size - name);
		while (*amount_text == ' ' || *amount_text == '\t')
			amount_text++;
		if (size > 0) {
			if (strspn(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-") != name ||
			    money_exponent(currency) < 0 || !money_read(amount_text, currency, &amount) || amount == 0)
				return req_field_error(r, "legs", "leg"), NULL;
			json = arena_printf(r->arena, "%s%s{\"account\":\"%s\",\"amount\":%lld}", json,
			    n++ ? "," : "", code, (long long)amount);
			if (!money_add(sum, amount, &sum))
				return req_field_error(r, "legs", "leg"), NULL;
		}
		text += size + (text[size] == '\n');
	}
	if (n < 2 || n > 20 || sum != 0)
		return req_field_error(r, "legs", "unbalanced"), NULL;
	return arena_printf(r->arena, "%s]", json);
}

int
wallet_admin_adjustment_add(struct req *r, struct view *v)
{
	const char *legs = legs_read(r, req_text(r, "legs"));
	struct desk_adjustment_add row;

	if (legs == NULL)
		return req_invalid(r);
	(void)sql_desk_adjustment_add(r->db, req_text(r, "reason"), legs, r->person->id, &row);
	audit_add(r->db, "wallet.adjustment_asked", "wallet.adjustment", row.id, NULL, NULL);
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "ledger.adjustment.asked");
	return req_see(r, "/admin/ledger/adjustments");
}

int
wallet_admin_adjustment_decide(struct req *r, struct view *v)
{
	bool approve = strcmp(req_text(r, "decision"), "approve") == 0;
	struct desk_adjustment_decide row = { 0 };

	if (!stepup_given(r, req_text(r, "password")))
		return req_invalid(r);
	(void)sql_desk_adjustment_decide(r->db, req_text(r, "id"), approve, &row);
	audit_add(r->db, approve ? "wallet.adjustment_approved" : "wallet.adjustment_rejected", "wallet.adjustment",
	    req_text(r, "id"), NULL, NULL);
	view_str(v, "status", approve ? "APPROVED" : "REJECTED");
	if (row.txn_id_set)
		view_int(v, "transaction", row.txn_id);
	req_flash(r, "good", approve ? "ledger.adjustment.approved" : "ledger.adjustment.rejected");
	return req_see(r, "/admin/ledger/adjustments");
}
