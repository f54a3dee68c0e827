/*
 * Payouts: the educator names a bank account and asks for money that is
 * available; administrators approve (two of them above a limit), send one file
 * to the bank, and say what became of each.
 */
#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"
#include "marketplace.h"
#include "money/money.h"
#include "outbox/outbox.h"

static const char *const zar[] = { "ZAR", NULL };
static const char *const states[] = { "REQUESTED", "SECOND", "APPROVED", "IN_TRANSIT", "PAID", "FAILED",
	"REJECTED", "CANCELLED", NULL };

const struct param payout_ask_params[] = {
	{ "amount", PARAM_MONEY, PARAM_REQUIRED, .min = 1, .max = INT64_C(99999999999), .options = zar },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param payout_account_params[] = {
	{ "holder", PARAM_LINE, PARAM_REQUIRED, .min = 2, .max = 100 },
	{ "bank", PARAM_LINE, PARAM_REQUIRED, .min = 2, .max = 80 },
	{ "branch", PARAM_LINE, PARAM_REQUIRED, .min = 4, .max = 10 },
	{ "number", PARAM_LINE, PARAM_REQUIRED, .min = 6, .max = 16 },
	{ "vatNumber", PARAM_LINE, 0, .max = 10 },
	{ "address", PARAM_LINE, 0, .max = 200 },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param payout_reject_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "reason", PARAM_LINE, 0, .max = 300 },
	{ 0 }
};
const struct param payout_list_params[] = {
	{ "status", PARAM_ENUM, 0, .options = states },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param payout_batch_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

/* ---- the educator ------------------------------------------------------------------------ */

static void
own_view(struct view *v, const struct payout_own *o)
{
	struct view *bank;

	view_money(v, "available", o->available, "ZAR");
	view_money(v, "inTransit", o->in_transit, "ZAR");
	view_money(v, "debt", o->debt, "ZAR");
	view_bool(v, "owes", o->debt > 0);
	view_money(v, "minimum", o->minimum, "ZAR");
	view_int(v, "holdHours", o->hold_hours);
	view_bool(v, "enough", o->available >= o->minimum);
	view_bool(v, "vatRegistered", o->vat);
	if (o->last4 == NULL)
		return;
	bank = view_obj(v, "bank");
	view_str(bank, "name", o->bank);
	view_str(bank, "last4", o->last4);
	view_time(bank, "changedAt", o->changed_at);
	view_bool(bank, "usable", o->changed_at + (int64_t)o->hold_hours * 3600 * 1000000 <= clock_now());
	view_time(bank, "usableAt", o->changed_at + (int64_t)o->hold_hours * 3600 * 1000000);
}

int
payout_index(struct req *r, struct view *v)
{
	struct payout_own o;
	struct payout_list *rows;
	struct payout_count all;
	struct view *items;
	size_t n;
	bool found;

	sql_payout_own_queue(r->db, r->person->id, &o, &found);
	sql_payout_list_queue(r->db, r->person->id, MARKETPLACE_PAGE, market_offset(r), &rows, &n);
	sql_payout_count_queue(r->db, r->person->id, &all, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "payout.title"));
	if (found)
		own_view(v, &o);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_money(item, "amount", rows[i].amount, rows[i].currency);
		view_str(item, "status", rows[i].status);
		view_str(item, "last4", rows[i].last4);
		view_str(item, "reason", rows[i].reason);
		view_time(item, "requestedAt", rows[i].requested_at);
		view_time(item, "finishedAt", rows[i].finished_at_set ? rows[i].finished_at : 0);
		view_bool(item, "open", strcmp(rows[i].status, "REQUESTED") == 0 ||
		    strcmp(rows[i].status, "SECOND") == 0);
	}
	view_paging(v, req_int(r, "page"), MARKETPLACE_PAGE, all.total);
	return 200;
}

int
payout_ask(struct req *r, struct view *v)
{
	const char *key = req_header(r, "HTTP_IDEMPOTENCY_KEY");
	struct payout_own o;
	struct payout_ask row;

	if (!sql_payout_own(r->db, r->person->id, &o) || req_int(r, "amount") > o.available) {
		if (r->json)
			return req_fail(r, 402, "insufficient_funds");
		/* On the page it is the amount that is wrong. */
		req_field_error(r, "amount", "unavailable");
		return req_invalid(r);
	}
	if (!r->json && o.last4 != NULL && req_int(r, "amount") < o.minimum) {
		req_field_error(r, "amount", "payout_too_small");
		return req_invalid(r);
	}
	sql_payout_ask(r->db, req_int(r, "amount"), key != NULL && strlen(key) <= 128 ? key : r->rid, &row);
	audit_add_about(r->db, r->person->id, "payout.ask", "payout", row.id, NULL, arena_printf(r->arena,
	    "{\"amount\":%lld}", (long long)req_int(r, "amount")));
	view_str(v, "id", row.id);
	view_money(v, "amount", req_int(r, "amount"), "ZAR");
	req_created(r);
	req_flash(r, "good", "payout.asked");
	return req_see(r, "/teach/payouts");
}

static bool
digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

static bool
account_good(struct req *r)
{
	const char *number = req_text(r, "number"), *vat = req_text(r, "vatNumber");
	bool good = true;

	if (!digits(number)) {
		req_field_error(r, "number", "digits");
		good = false;
	}
	if (!digits(req_text(r, "branch"))) {
		req_field_error(r, "branch", "digits");
		good = false;
	}
	if (vat != NULL && *vat != '\0' && (!digits(vat) || strlen(vat) != 10)) {
		req_field_error(r, "vatNumber", "vat_number");
		good = false;
	}
	return good;
}

/* Name, address and VAT number for self-billed invoices. */
static void
seller_party(struct req *r, const char *id, const char *vat)
{
	const char *address = req_text(r, "address");
	const char *json = json_object(r->arena, "name", req_text(r, "holder"), "vatNumber", vat, NULL);
	const char *line = json_object(r->arena, "x", address != NULL ? address : "", NULL);

	/* {"x":"…"} -> …,"address":["…"]} */
	line = strchr(line, ':') + 1;
	json = arena_printf(r->arena, "%.*s,\"address\":[%.*s]}", (int)strlen(json) - 1, json,
	    (int)strlen(line) - 1, line);
	sql_party_add(r->db, id, r->person->id, identity_seal(r->db, r->arena, r->person->id,
	    "receipt.party", "sealed", id, json), true);
	sql_seller_party(r->db, id);
}

int
payout_account_save(struct req *r, struct view *v)
{
	const char *me = r->person->id, *number = req_text(r, "number"), *vat = req_text(r, "vatNumber");
	const char *json;
	struct payout_own o;

	if (!account_good(r))
		return req_invalid(r);
	json = json_object(r->arena, "holder", req_text(r, "holder"), "bank", req_text(r, "bank"), "branch",
	    req_text(r, "branch"), "number", number, NULL);
	sql_bank_set(r->db, identity_seal(r->db, r->arena, me, "marketplace.bank_account", "sealed", me, json),
	    number + strlen(number) - 4, req_text(r, "bank"));
	if (vat != NULL && *vat != '\0' && sql_payout_own(r->db, me, &o))
		seller_party(r, o.id_new, vat);
	audit_add_about(r->db, me, "payout.account", "bank_account", me, NULL, NULL);
	view_str(v, "last4", number + strlen(number) - 4);
	req_flash(r, "good", "payout.account_saved");
	return req_see(r, "/teach/payouts");
}

static int
payout_ended(struct req *r, struct view *v, const char *status, const char *flash, const char *path)
{
	sql_payout_end(r->db, req_text(r, "id"), status, req_text(r, "reason"));
	audit_add(r->db, "payout.end", "payout", req_text(r, "id"), NULL,
	    json_object(r->arena, "status", status, NULL));
	view_str(v, "status", status);
	req_flash(r, "good", flash);
	return req_see(r, "%s", path);
}

int
payout_cancel(struct req *r, struct view *v)
{
	return payout_ended(r, v, "CANCELLED", "payout.cancelled", "/teach/payouts");
}

/* ---- administration ------------------------------------------------------------------------ */

int
payout_admin(struct req *r, struct view *v)
{
	struct payout_admin_list *rows;
	struct payout_batches *batches;
	struct payout_admin_count all;
	size_t n, n_batches;
	struct view *list;
	bool found, approved = false;

	sql_payout_admin_list_queue(r->db, req_text(r, "status"), MARKETPLACE_PAGE, market_offset(r), &rows,
	    &n);
	sql_payout_admin_count_queue(r->db, req_text(r, "status"), &all, &found);
	sql_payout_batches_queue(r->db, &batches, &n_batches);
	db_flush(r->db);
	req_title(r, req_msg(r, "payout.title"));
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		const struct payout_admin_list *p = &rows[i];
		struct view *item = view_item(list);
		bool first = strcmp(p->status, "REQUESTED") == 0, second = strcmp(p->status, "SECOND") == 0;

		view_str(item, "id", p->id);
		view_str(item, "personId", p->person_id);
		view_str(item, "name", identity_name(r->arena, p->person_id, p->name_ct, p->data_key));
		view_money(item, "amount", p->amount, p->currency);
		view_str(item, "status", p->status);
		view_str(item, "last4", p->last4);
		view_str(item, "reason", p->reason);
		view_money(item, "debt", p->debt, "ZAR");
		view_bool(item, "owes", p->debt > 0);
		view_time(item, "requestedAt", p->requested_at);
		view_bool(item, "mayApprove", first || (second && p->first_by != NULL &&
		    strcmp(p->first_by, r->person->id) != 0));
		view_bool(item, "waitsForAnother", second && p->first_by != NULL &&
		    strcmp(p->first_by, r->person->id) == 0);
		view_bool(item, "mayReject", first || second || strcmp(p->status, "APPROVED") == 0);
		approved = approved || strcmp(p->status, "APPROVED") == 0;
		view_bool(item, "sent", strcmp(p->status, "IN_TRANSIT") == 0);
		view_bool(item, "paid", strcmp(p->status, "PAID") == 0);
	}
	/* Open ones stand first in the list, so its first page knows. */
	view_bool(view_page_only(v, "form"), "approved", approved);
	list = view_list(v, "batches");
	for (size_t i = 0; i < n_batches; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", batches[i].id);
		view_int(item, "count", batches[i].count);
		view_money(item, "amount", batches[i].amount, "ZAR");
		view_time(item, "at", batches[i].created_at);
	}
	view_paging(v, req_int(r, "page"), MARKETPLACE_PAGE, all.total);
	return 200;
}

/* The educator hears of the decision by a job (marketplace_job.c). */
static void
decision_tell(struct req *r, const char *id, const char *type)
{
	outbox_add(r->db, type, "marketplace", id, json_object(r->arena, "id", id, NULL));
}

int
payout_approve(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	struct payout_approve row;
	bool second;

	sql_payout_approve(r->db, id, &row);
	second = strcmp(row.status, "SECOND") == 0;
	audit_add(r->db, "payout.approve", "payout", id, NULL,
	    json_object(r->arena, "status", row.status, NULL));
	if (!second)
		decision_tell(r, id, "payout.approved");
	view_str(v, "status", row.status);
	req_flash(r, second ? "warn" : "good", second ? "payout.second" : "payout.approved");
	return req_see(r, "/admin/payouts");
}

int
payout_reject(struct req *r, struct view *v)
{
	int status = payout_ended(r, v, "REJECTED", "payout.rejected", "/admin/payouts");

	decision_tell(r, req_text(r, "id"), "payout.rejected");
	return status;
}

int
payout_export(struct req *r, struct view *v)
{
	struct payout_send row;

	sql_payout_send(r->db, &row);
	audit_add(r->db, "payout.send", "payout_batch", row.id, NULL, NULL);
	view_str(v, "batch", row.id);
	view_strf(v, "fileHref", "/admin/payouts/batches/%s", row.id);
	req_created(r);
	req_flash(r, "good", "payout.sent");
	return req_see(r, "/admin/payouts");
}

/* A field of the bank's file: no quotes, separators or line breaks in it. */
static const char *
field(struct arena *arena, struct json *account, const char *key)
{
	char *s = arena_strdup(arena, json_text(json_get(account, key), ""));

	for (char *p = s; *p != '\0'; p++)
		if (*p == ',' || *p == '"' || *p == ';' || (unsigned char)*p < ' ')
			*p = ' ';
	/* A spreadsheet must not take a name for a formula. */
	if (*s == '=' || *s == '+' || *s == '-' || *s == '@')
		*s = ' ';
	return s;
}

/* One line per payout: reference, holder, branch, account, amount in rand. */
int
payout_batch(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	const char *text = "reference,holder,bank,branch,account,amount\r\n";
	struct payout_batch_rows *rows;
	size_t n = sql_payout_batch_rows(r->db, id, &rows);

	(void)v;
	if (n == 0)
		return req_fail(r, 404, "payout_not_found");
	for (size_t i = 0; i < n; i++) {
		const char *json = rows[i].sealed.data != NULL && rows[i].data_key.data != NULL
		    ? identity_open(r->arena, rows[i].person_id, rows[i].data_key, "marketplace.bank_account",
		    "sealed", rows[i].person_id, rows[i].sealed) : NULL;
		struct json *account = json != NULL ? json_parse(r->arena, json) : NULL;

		text = arena_printf(r->arena, "%s%s,%s,%s,%s,%s,%s\r\n", text, rows[i].id,
		    field(r->arena, account, "holder"), field(r->arena, account, "bank"),
		    field(r->arena, account, "branch"), field(r->arena, account, "number"),
		    money_decimal(r->arena, rows[i].amount, "ZAR"));
	}
	return req_send(r, "text/csv; charset=utf-8", arena_printf(r->arena, "payouts-%.8s.csv",
	    id + strlen(id) - 8), text, strlen(text));
}

static int
payout_result(struct req *r, struct view *v, const char *status, const char *flash)
{
	sql_payout_result(r->db, req_text(r, "id"), status, req_text(r, "reason"));
	audit_add(r->db, "payout.result", "payout", req_text(r, "id"), NULL,
	    json_object(r->arena, "status", status, NULL));
	view_str(v, "status", status);
	req_flash(r, "good", flash);
	return req_see(r, "/admin/payouts");
}

int
payout_paid(struct req *r, struct view *v)
{
	return payout_result(r, v, "PAID", "payout.paid");
}

int
payout_failed(struct req *r, struct view *v)
{
	return payout_result(r, v, "FAILED", "payout.failed");
}
