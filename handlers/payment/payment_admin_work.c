/* What providers sent and were asked, for administrators: events, calls, reconciliation. */
#include <string.h>

#include "admin.sql.h"
#include "audit/audit.h"
#include "payment.h"

int
admin_event_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "status", payment_event_states, "apay.event" },
		PAYMENT_BY_PROVIDER, { 0 } };
	const char *status = req_text(r, "status"), *provider = req_text(r, "provider");
	struct admin_events *rows;
	struct admin_events_count all;
	struct view *items;
	size_t n;
	bool found;

	sql_admin_events_queue(r->db, status, provider, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_events_count_queue(r->db, status, provider, &all, &found);
	db_flush(r->db);
	items = payment_list_view(r, v, "apay.events", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "provider", rows[i].provider);
		view_str(item, "eventId", rows[i].event_id);
		view_str(item, "type", rows[i].type);
		view_str(item, "status", rows[i].status);
		view_int(item, "deliveries", rows[i].deliveries);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "error", rows[i].error);
		view_time(item, "receivedAt", rows[i].received_at);
	}
	return 200;
}

int
admin_event_show(struct req *r, struct view *v)
{
	struct admin_event e;

	if (!sql_admin_event(r->db, req_text(r, "id"), &e))
		return req_fail(r, 404, "event_not_found");
	req_title(r, e.type);
	view_str(v, "id", e.id);
	view_str(v, "provider", e.provider);
	view_str(v, "eventId", e.event_id);
	view_str(v, "type", e.type);
	view_str(v, "apiVersion", e.api_version);
	view_bool(v, "livemode", e.livemode);
	view_str(v, "objectReference", e.object_reference);
	view_str(v, "paymentId", e.payment_id);
	view_int(v, "deliveries", e.deliveries);
	view_str(v, "status", e.status);
	view_str(v, "error", e.error);
	view_str(v, "body", e.body);
	view_time(v, "occurredAt", e.occurred_at_set ? e.occurred_at : 0);
	view_time(v, "receivedAt", e.received_at);
	view_time(v, "processedAt", e.processed_at_set ? e.processed_at : 0);
	return 200;
}

int
admin_event_again(struct req *r, struct view *v)
{
	const struct payment_action action = { 404, "event_not_found", "payment_event.again",
		"payment_event", "apay.again.done",
		arena_printf(r->arena, "/admin/payment-events/%s", req_text(r, "id")) };
	struct event_again row;

	return payment_action(r, v, sql_event_again(r->db, req_text(r, "id"), &row) && row.done, &action);
}

int
admin_call_list(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "state", payment_call_states, "apay.call" },
		PAYMENT_BY_PROVIDER, { 0 } };
	const char *state = req_text(r, "state"), *provider = req_text(r, "provider");
	struct admin_operations *rows;
	struct admin_operations_count all;
	struct admin_providers *providers;
	struct view *items;
	size_t n, providers_n;
	bool found;

	sql_admin_operations_queue(r->db, state, provider, PAYMENT_PAGE, payment_offset(r), &rows, &n);
	sql_admin_operations_count_queue(r->db, state, provider, &all, &found);
	sql_admin_providers_queue(r->db, &providers, &providers_n);
	db_flush(r->db);
	items = view_list(v, "breakers");
	for (size_t i = 0; i < providers_n; i++) {
		struct view *item = view_item(items);

		view_str(item, "name", providers[i].name);
		view_int(item, "calls", providers[i].calls);
		view_int(item, "failed", providers[i].failed);
		view_time(item, "openUntil", providers[i].open_until_set ? providers[i].open_until : 0);
	}
	items = payment_list_view(r, v, "apay.calls", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "kind", rows[i].kind);
		view_str(item, "provider", rows[i].provider);
		view_str(item, "paymentId", rows[i].payment_id);
		view_str(item, "recoveryPoint", rows[i].recovery_point);
		view_str(item, "state", rows[i].state);
		view_bool(item, "open", strcmp(rows[i].state, "OPEN") == 0);
		view_bool(item, "dead", strcmp(rows[i].state, "DEAD") == 0);
		view_bool(item, "useful", rows[i].useful);
		view_int(item, "attempts", rows[i].attempts);
		view_str(item, "error", rows[i].last_error);
		view_time(item, "createdAt", rows[i].created_at);
		view_time(item, "nextAttemptAt", rows[i].next_attempt_at);
	}
	return 200;
}

int
admin_call_again(struct req *r, struct view *v)
{
	const struct payment_action action = { 409, "invalid_status", "payment_call.again",
		"payment_operation", "apay.again.done", "/admin/payment-calls" };
	struct operation_again row;

	return payment_action(r, v, sql_operation_again(r->db, req_text(r, "id"), &row) && row.done, &action);
}

int
admin_reconciliation(struct req *r, struct view *v)
{
	static const struct payment_filter filters[] = {
		{ "state", payment_difference_states, "apay.difference" }, { 0 } };
	struct admin_reconciliations *runs;
	struct admin_differences *rows;
	struct admin_differences_count all;
	struct view *items;
	size_t n, runs_n;
	bool found;

	sql_admin_reconciliations_queue(r->db, 10, &runs, &runs_n);
	sql_admin_differences_queue(r->db, req_text(r, "state"), PAYMENT_PAGE, payment_offset(r), &rows,
	    &n);
	sql_admin_differences_count_queue(r->db, req_text(r, "state"), &all, &found);
	db_flush(r->db);
	items = view_list(v, "runs");
	for (size_t i = 0; i < runs_n; i++) {
		struct view *item = view_item(items);

		view_str(item, "provider", runs[i].provider);
		view_time(item, "since", runs[i].since);
		view_time(item, "until", runs[i].until);
		view_bool(item, "failed", strcmp(runs[i].state, "FAILED") == 0);
		view_int(item, "checked", runs[i].checked);
		view_int(item, "differences", runs[i].differences);
		view_str(item, "error", runs[i].error);
		view_time(item, "createdAt", runs[i].created_at);
	}
	items = payment_list_view(r, v, "apay.reconciliation", filters, all.total);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "provider", rows[i].provider);
		view_str(item, "kind", rows[i].kind);
		view_str(item, "kindText", payment_word(r, "apay.difference", rows[i].kind,
		    rows[i].kind));
		view_str(item, "reference", rows[i].reference);
		view_str(item, "paymentId", rows[i].payment_id);
		if (rows[i].ours_set)
			view_money(item, "ours", rows[i].ours, rows[i].currency);
		if (rows[i].theirs_set)
			view_money(item, "theirs", rows[i].theirs, rows[i].currency);
		view_bool(item, "open", strcmp(rows[i].state, "OPEN") == 0);
		view_str(item, "note", rows[i].note);
		view_time(item, "createdAt", rows[i].created_at);
	}
	return 200;
}

int
admin_reconcile(struct req *r, struct view *v)
{
	job_add(r->db, "payment.reconcile", "all", NULL);
	audit_add(r->db, "payment.reconcile", "payment", "all", NULL, NULL);
	view_bool(v, "started", true);
	req_flash(r, "good", "apay.reconcile.done");
	return req_see(r, "/admin/reconciliation");
}

int
admin_resolve(struct req *r, struct view *v)
{
	const struct payment_action action = { 409, "invalid_status", "payment_difference.resolve",
		"payment_difference", "apay.resolve.done", "/admin/reconciliation" };
	struct difference_resolve row;

	return payment_action(r, v, sql_difference_resolve(r->db, req_text(r, "id"), req_text(r, "note"),
	    &row) && row.done, &action);
}
