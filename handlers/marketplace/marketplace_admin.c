/* Administration of sales and of the dated rates. */
#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"
#include "marketplace.h"

static const char *const states[] = { "PENDING", "PAID", "REFUNDED", "CANCELLED", "DISPUTED", NULL };
static const char *const tiers[] = { "FREE", "PRO", "ENTERPRISE", NULL };

const struct param admin_sales_params[] = {
	{ "q", PARAM_LINE, 0, .max = 100 },
	{ "status", PARAM_ENUM, 0, .options = states },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param admin_rate_params[] = {
	{ "tier", PARAM_ENUM, PARAM_REQUIRED, .options = tiers },
	{ "share", PARAM_PERCENT, PARAM_REQUIRED, .min = 0, .max = 10000 },
	{ "burn", PARAM_PERCENT, PARAM_REQUIRED, .min = 0, .max = 1000 },
	{ "days", PARAM_INT, PARAM_REQUIRED, .min = 0, .max = 365 },
	{ "feeFirst", PARAM_BOOL, .flags = 0 },
	{ "from", PARAM_DATE, PARAM_REQUIRED },
	{ 0 }
};
const struct param admin_azr_params[] = {
	{ "micro", PARAM_INT, PARAM_REQUIRED, .min = 1000, .max = INT64_C(1000000000000) },
	{ "days", PARAM_INT, PARAM_REQUIRED, .min = 1, .max = 90 },
	{ 0 }
};

const struct param admin_seller_params[] = {
	{ "email", PARAM_EMAIL, PARAM_REQUIRED },
	{ "plan", PARAM_ENUM, PARAM_REQUIRED, .options = tiers },
	{ 0 }
};

static void
figures_view(struct view *v, const struct admin_figures *f)
{
	struct view *o = view_obj(v, "figures");

	view_int(o, "sales", f->sales);
	view_money(o, "gross", f->gross, "ZAR");
	view_money(o, "back", f->back, "ZAR");
	view_money(o, "tax", f->tax, "ZAR");
	view_money(o, "share", f->share, "ZAR");
	view_int(o, "disputed", f->disputed);
	view_int(o, "burnsWaiting", f->burns_waiting);
}

static void
filters_view(struct req *r, struct view *v)
{
	struct view *list = view_list(view_page_only(v, "filter"), "status"), *item;
	const char *now = req_text(r, "status");

	item = view_item(list);
	view_str(item, "label", req_msg(r, "sales.all"));
	view_str(item, "href", req_link(r, "status", NULL));
	view_bool(item, "on", now == NULL);
	for (size_t i = 0; states[i] != NULL; i++) {
		item = view_item(list);
		view_str(item, "label", req_msg(r, arena_printf(r->arena, "sale.status.%s", states[i])));
		view_str(item, "href", req_link(r, "status", states[i]));
		view_bool(item, "on", now != NULL && strcmp(now, states[i]) == 0);
	}
}

int
admin_sales(struct req *r, struct view *v)
{
	const char *q = req_text(r, "q"), *status = req_text(r, "status");
	const char *sought = q != NULL && *q != '\0' ? q : NULL;
	struct admin_sales *rows;
	struct admin_sales_count all;
	struct admin_figures f;
	struct view *items;
	size_t n;
	bool found;

	sql_admin_sales_queue(r->db, status, sought, MARKETPLACE_PAGE, market_offset(r), &rows, &n);
	sql_admin_sales_count_queue(r->db, status, sought, &all, &found);
	sql_admin_figures_queue(r->db, &f, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "sales.title"));
	view_str(v, "q", q);
	filters_view(r, v);
	figures_view(v, &f);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "title", rows[i].title);
		view_str(item, "status", rows[i].status);
		view_str(item, "buyerId", rows[i].buyer_id);
		view_money(item, "price", rows[i].price, rows[i].currency);
		view_money(item, "back", rows[i].back, rows[i].currency);
		view_bool(item, "partly", rows[i].back > 0);
		view_bool(item, "disputed", rows[i].disputed);
		view_time(item, "at", rows[i].paid_at_set ? rows[i].paid_at : rows[i].created_at);
	}
	view_paging(v, req_int(r, "page"), MARKETPLACE_PAGE, all.total);
	return 200;
}

/* ---- rates -------------------------------------------------------------------------------- */

static const char *
percent(struct arena *arena, int32_t bps)
{
	return arena_printf(arena, "%d.%02d", bps / 100, bps % 100);
}

int
admin_rates(struct req *r, struct view *v)
{
	struct admin_rates *rows;
	struct admin_azr *azr;
	struct admin_sellers *sellers;
	size_t n, n_azr, n_sellers;
	struct view *list;

	sql_admin_rates_queue(r->db, &rows, &n);
	sql_admin_azr_queue(r->db, &azr, &n_azr);
	sql_admin_sellers_queue(r->db, &sellers, &n_sellers);
	db_flush(r->db);
	req_title(r, req_msg(r, "rates.title"));
	list = view_list(v, "rates");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "tier", rows[i].tier);
		view_str(item, "share", percent(r->arena, rows[i].share_bps));
		view_str(item, "burn", percent(r->arena, rows[i].burn_bps));
		view_int(item, "days", rows[i].hold_days);
		view_bool(item, "feeFirst", rows[i].fee_first);
		view_day(item, "from", rows[i].from_at);
		view_day(item, "until", rows[i].until_at_set ? rows[i].until_at : 0);
		view_bool(item, "current", rows[i].current);
	}
	list = view_list(v, "azr");
	for (size_t i = 0; i < n_azr; i++) {
		struct view *item = view_item(list);

		view_int(item, "micro", azr[i].micro_rand);
		view_str(item, "rand", arena_printf(r->arena, "%lld.%06lld",
		    (long long)(azr[i].micro_rand / 1000000), (long long)(azr[i].micro_rand % 1000000)));
		view_time(item, "from", azr[i].from_at);
		view_time(item, "until", azr[i].until_at_set ? azr[i].until_at : 0);
		view_bool(item, "current", azr[i].current);
	}
	list = view_list(v, "sellers");
	for (size_t i = 0; i < n_sellers; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", sellers[i].person_id);
		view_str(item, "name", sellers[i].name);
		view_str(item, "plan", sellers[i].tier);
		view_day(item, "since", sellers[i].updated_at);
	}
	return 200;
}

/* FREE sells nothing new; what is on sale stays (docs/marketplace.md). */
int
admin_seller_save(struct req *r, struct view *v)
{
	struct identity_found person;

	if (!identity_by_email(r->db, r->arena, req_text(r, "email"), &person)) {
		req_field_error(r, "email", "person_unknown");
		return req_invalid(r);
	}
	sql_seller_tier(r->db, person.id, req_text(r, "plan"));
	audit_add_about(r->db, person.id, "seller.tier", "person", person.id, NULL,
	    json_object(r->arena, "tier", req_text(r, "plan"), NULL));
	view_str(v, "id", person.id);
	view_str(v, "plan", req_text(r, "plan"));
	req_flash(r, "good", "rates.saved");
	return req_see(r, "/admin/rates");
}

int
admin_rate_save(struct req *r, struct view *v)
{
	struct rate_set row;

	sql_rate_set(r->db, req_text(r, "tier"), req_int(r, "share"), req_int(r, "burn"),
	    req_int(r, "days"), req_bool(r, "feeFirst"), req_text(r, "from"), &row);
	audit_add(r->db, "rate.set", "marketplace.rate", row.id, NULL, arena_printf(r->arena,
	    "{\"tier\":\"%s\",\"share\":%lld,\"burn\":%lld}", req_text(r, "tier"),
	    (long long)req_int(r, "share"), (long long)req_int(r, "burn")));
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "rates.saved");
	return req_see(r, "/admin/rates");
}

int
admin_azr_save(struct req *r, struct view *v)
{
	struct azr_rate_set row;

	sql_azr_rate_set(r->db, req_int(r, "micro"), req_int(r, "days"), &row);
	audit_add(r->db, "azr_rate.set", "marketplace.azr_rate", row.id, NULL, arena_printf(r->arena,
	    "{\"micro\":%lld}", (long long)req_int(r, "micro")));
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "rates.saved");
	return req_see(r, "/admin/rates");
}
