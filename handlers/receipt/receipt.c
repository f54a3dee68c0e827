/*
 * Receipts: documents of what was paid, paid back and paid out, to read and to
 * download. They are issued by the area that moved the money (receipt.issue())
 * and never change. Only the person they were made for, and ADMIN, see them.
 */
#include <string.h>

#include "identity/identity.h"
#include "receipt.h"

#define RECEIPT_PAGE 20

static const struct param list_params[] = {
	{ "page", PARAM_INT, 0, .min = 1, .max = 100000, .dflt = 1 },
	{ 0 }
};

static const struct param one_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

const char *
receipt_party(struct arena *arena, const char *person_id, const char *party_id,
    struct sql_bytes sealed, struct sql_bytes data_key)
{
	const char *party;

	if (party_id == NULL || sealed.data == NULL || data_key.data == NULL)
		return "{}";
	party = identity_open(arena, person_id, data_key, "receipt.party", "sealed", party_id, sealed);
	return party != NULL && party[0] == '{' ? party : "{}";
}

static int
receipt_index(struct req *r, struct view *v)
{
	int64_t page = req_int(r, "page");
	struct receipt_list *rows;
	struct receipt_count all;
	struct view *items = view_list(v, "items");
	size_t n;
	bool found;

	sql_receipt_list_queue(r->db, r->person->id, RECEIPT_PAGE, (page - 1) * RECEIPT_PAGE, &rows, &n);
	sql_receipt_count_queue(r->db, r->person->id, &all, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "receipt.title"));
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "number", rows[i].code);
		view_str(item, "form", rows[i].form);
		view_str(item, "status", rows[i].status);
		view_str(item, "what", rows[i].what);
		view_money(item, "amount", rows[i].gross, rows[i].currency);
		view_time(item, "issuedAt", rows[i].issued_at);
		view_bool(item, "ready", rows[i].ready);
	}
	view_paging(v, page, RECEIPT_PAGE, all.total);
	return 200;
}

static bool
receipt_find(struct req *r, struct receipt_show *row)
{
	return sql_receipt_show(r->db, req_text(r, "id"), r->person->id, r->person->role == ROLE_ADMIN,
	    row);
}

static void
lines_view(struct view *v, struct json *snapshot, const char *currency)
{
	struct view *lines = view_list(v, "lines"), *payments = view_list(v, "payments");
	struct json *list = json_get(snapshot, "lines");

	for (size_t i = 0; i < json_length(list); i++) {
		struct json *line = json_at(list, i);
		struct view *item = view_item(lines);

		view_str(item, "description", json_text(json_get(line, "description"), ""));
		view_int(item, "quantity", json_int(json_get(line, "quantity"), 1));
		view_money(item, "net", json_int(json_get(line, "net"), 0), currency);
		view_money(item, "tax", json_int(json_get(line, "tax"), 0), currency);
		view_money(item, "gross", json_int(json_get(line, "gross"), 0), currency);
	}
	list = json_get(snapshot, "payments");
	for (size_t i = 0; i < json_length(list); i++) {
		struct view *item = view_item(payments);

		view_str(item, "label", json_text(json_get(json_at(list, i), "label"), ""));
		view_money(item, "amount", json_int(json_get(json_at(list, i), "amount"), 0), currency);
	}
}

static void
party_view(struct view *v, const char *key, struct json *party)
{
	struct view *who = view_obj(v, key), *address = view_list(who, "address");
	struct json *lines = json_get(party, "address");

	view_str(who, "name", json_text(json_get(party, "name"), NULL));
	view_str(who, "vatNumber", json_text(json_get(party, "vatNumber"), NULL));
	for (size_t i = 0; i < json_length(lines); i++)
		view_item_str(address, json_text(json_at(lines, i), ""));
}

static int
receipt_view(struct req *r, struct view *v)
{
	struct receipt_show d;
	struct json *snapshot, *party;
	bool party_sells;

	if (!receipt_find(r, &d))
		return req_fail(r, 404, "receipt_not_found");
	snapshot = json_parse(r->arena, d.snapshot);
	party = json_parse(r->arena, receipt_party(r->arena, d.owner_id, d.party_id, d.sealed, d.data_key));
	party_sells = strcmp(json_text(json_get(snapshot, "partyIs"), "buyer"), "seller") == 0;
	req_title(r, d.code);
	view_str(v, "id", d.id);
	view_str(v, "number", d.code);
	view_str(v, "form", d.form);
	view_str(v, "title", json_text(json_get(snapshot, "title"), d.form));
	view_str(v, "status", d.status);
	view_time(v, "issuedAt", d.issued_at);
	view_money(v, "net", d.gross - d.tax, d.currency);
	view_money(v, "tax", d.tax, d.currency);
	view_money(v, "amount", d.gross, d.currency);
	view_str(v, "rate", json_text(json_get(snapshot, "rate"), NULL));
	lines_view(v, snapshot, d.currency);
	party_view(v, "seller", party_sells ? party : json_get(snapshot, "seller"));
	party_view(v, "buyer", party_sells ? json_get(snapshot, "buyer") : party);
	view_bool(v, "ready", d.ready);
	view_str(v, "sha256", d.sha256);
	view_time(v, "mailedAt", d.mailed_at_set ? d.mailed_at : 0);
	if (d.refers_id != NULL) {
		struct view *refers = view_obj(v, "refersTo");

		view_str(refers, "id", d.refers_id);
		view_str(refers, "number", d.refers);
	}
	if (d.ready)
		view_strf(v, "pdfHref", "/receipts/%s/pdf", d.id);
	return 200;
}

static int
receipt_pdf(struct req *r, struct view *v)
{
	struct receipt_show d;

	(void)v;
	if (!receipt_find(r, &d))
		return req_fail(r, 404, "receipt_not_found");
	if (!d.ready)
		return req_fail(r, 409, "receipt_not_ready");
	return req_send_file(r, "application/pdf", arena_printf(r->arena, "%s.pdf", d.code), d.path);
}

/* ---- the module ---------------------------------------------------------------------- */

static const struct route routes[] = {
	{ METHOD_GET, "/receipts", receipt_index, "receipt/index.cs", ACCESS_MEMBER, list_params,
	    .summary = "Receipts, invoices and credit notes of the person", .owner = "self" },
	{ METHOD_GET, "/receipts/:id", receipt_view, "receipt/show.cs", ACCESS_MEMBER, one_params,
	    .summary = "One receipt, invoice or credit note", .owner = "self, admin" },
	{ METHOD_GET, "/receipts/:id/pdf", receipt_pdf, NULL, ACCESS_MEMBER, one_params,
	    .no_json = true, .summary = "The document as PDF", .owner = "self, admin" },
	{ METHOD_GET, "/admin/tax", receipt_tax, "receipt/tax.cs", ACCESS_ADMIN,
	    .summary = "Tax rates, rules and numbers of documents", .owner = "admin" },
	{ METHOD_POST, "/admin/tax", receipt_tax_set, "receipt/tax.cs", ACCESS_ADMIN,
	    receipt_rate_params, .form = receipt_tax, .summary = "A tax rate from a day on",
	    .owner = "admin" },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "receipt.render", receipt_render, .timeout_s = 60, .attempts = 8, .event = "receipt.issued" },
	{ "receipt.sweep", receipt_sweep, .timeout_s = 60, .attempts = 1, .cron = "*/15 * * * *" },
	{ 0 }
};

static const struct personal_data personal[] = {
	{ "receipt.document", "owner_id, snapshot, ref_id", "receipts and invoices",
	    &query_document_export, NULL, "tax law: kept five years; the name goes with the person's key",
	    2555 },
	{ "receipt.party", "person_id, sealed", "name and address on invoices", &query_party_export,
	    NULL, "sealed with the person's key and unreadable without it", 2555 },
	{ 0 }
};

MODULE(.name = "receipt", .version = "1", .routes = routes, .queries = receipt_queries,
    .jobs = jobs, .personal = personal);
