/* Saved payment methods: added on the provider's page, one of them the default. */
#include <string.h>

#include "audit/audit.h"
#include "payment.h"

#define LIST "/me/payment-methods"

int
method_list(struct req *r, struct view *v)
{
	struct method_list *rows;
	struct view *items;
	size_t n;

	req_title(r, req_msg(r, "method.title"));
	n = sql_method_list(r->db, r->person->id, &rows);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "type", rows[i].type);
		view_str(item, "brand", rows[i].brand);
		view_str(item, "last4", rows[i].last4);
		if (rows[i].expires_month_set)
			view_strf(item, "expires", "%02d/%d", rows[i].expires_month,
			    rows[i].expires_year);
		view_bool(item, "expired", rows[i].expired);
		view_bool(item, "default", rows[i].is_default);
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_paging(v, 1, 100, (int64_t)n);
	view_bool(view_page_only(v, "can"), "add", payment_provider("ZAR") != NULL);
	return 200;
}

/* The text that was shown is kept with the method as the person's mandate. */
int
method_add(struct req *r, struct view *v)
{
	const char *provider = payment_provider("ZAR");
	struct method_begin row;
	struct method_get m;

	if (!provider)
		return req_fail(r, 503, "payment_unavailable");
	if (!req_bool(r, "agree")) {
		req_field_error(r, "agree", "required");
		return req_invalid(r);
	}
	sql_method_begin(r->db, provider, req_msg(r, "method.mandate"), &row);
	audit_add_about(r->db, r->person->id, "payment_method.begin", "payment_method", row.id, NULL,
	    NULL);
	if (!sql_method_get(r->db, row.id, r->person->id, &m))
		fault("method %s is not its owner's", row.id);
	view_str(v, "id", m.id);
	view_str(v, "status", m.status);
	view_str(v, "setupUrl", m.setup_url);
	req_created(r);
	if (m.setup_url && m.setup_url[0] == '/')
		return req_see(r, "%s", m.setup_url);
	return req_see(r, LIST "/%s/go", m.id);
}

/* Waits for the provider's page (go) or for its word (return). */
static int
wait_page(struct req *r, struct view *v, bool back)
{
	const char **params = arena_alloc(r->arena, sizeof *params);
	struct method_get m;

	if (!sql_method_get(r->db, req_text(r, "id"), r->person->id, &m))
		return req_fail(r, 404, "method_not_found");
	view_str(v, "id", m.id);
	view_str(v, "status", m.status);
	view_str(v, "setupUrl", m.setup_url);
	if (strcmp(m.status, "PENDING") != 0) {
		bool good = strcmp(m.status, "ACTIVE") == 0;

		req_flash(r, good ? "good" : "warn", good ? "method.added" : "method.failed");
		return req_see(r, LIST);
	}
	if (back) {
		params[0] = m.id;
		req_after(r, &query_method_ask, params);
	}
	req_title(r, req_msg(r, back ? "payment.return.title" : "payment.go.title"));
	view_bool(v, "ready", m.setup_url != NULL);
	view_bool(v, "back", back);
	req_refresh(r, back ? 2 : 1, !back && m.setup_url
	    ? arena_printf(r->arena, LIST "/%s/pay", m.id) : NULL);
	return 200;
}

int
method_go(struct req *r, struct view *v)
{
	return wait_page(r, v, false);
}

int
method_return(struct req *r, struct view *v)
{
	return wait_page(r, v, true);
}

int
method_pay(struct req *r, struct view *v)
{
	struct method_get m;

	(void)v;
	if (!sql_method_get(r->db, req_text(r, "id"), r->person->id, &m))
		return req_fail(r, 404, "method_not_found");
	if (strcmp(m.status, "PENDING") != 0 || !m.setup_url)
		return req_see(r, LIST "/%s/go", m.id);
	if (m.setup_url[0] == '/')
		return req_see(r, "%s", m.setup_url);
	return req_see_partner(r, m.setup_url);
}

int
method_set_default(struct req *r, struct view *v)
{
	struct method_default row;

	if (!sql_method_default(r->db, req_text(r, "id"), &row) || !row.done)
		return req_fail(r, 404, "method_not_found");
	view_str(v, "id", req_text(r, "id"));
	view_bool(v, "default", true);
	req_flash(r, "good", "method.default.done");
	return req_see(r, LIST);
}

int
method_delete(struct req *r, struct view *v)
{
	struct method_remove row;

	if (!sql_method_remove(r->db, req_text(r, "id"), &row) || !row.done)
		return req_fail(r, 404, "method_not_found");
	audit_add_about(r->db, r->person->id, "payment_method.remove", "payment_method",
	    req_text(r, "id"), NULL, NULL);
	view_str(v, "id", req_text(r, "id"));
	view_str(v, "status", "REMOVED");
	req_flash(r, "good", "method.removed");
	return req_see(r, LIST);
}
