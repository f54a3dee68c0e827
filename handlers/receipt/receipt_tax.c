/* Administration of tax: rates with their dates, rules, numbers given so far. */
#include <string.h>

#include "audit/audit.h"
#include "receipt.h"

static const char *const categories[] = { "STANDARD", "ZERO", "EXEMPT", NULL };

const struct param receipt_rate_params[] = {
	{ "category", PARAM_ENUM, PARAM_REQUIRED, .options = categories },
	{ "percent", PARAM_PERCENT, PARAM_REQUIRED, .min = 0, .max = 10000 },
	{ "from", PARAM_DATE, PARAM_REQUIRED },
	{ "source", PARAM_LINE, PARAM_REQUIRED, .min = 3, .max = 300 },
	{ 0 }
};

static void
rates_view(struct req *r, struct view *v, const struct tax_rates *rows, size_t n)
{
	struct view *items = view_list(v, "rates");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "category", rows[i].category);
		view_int(item, "bps", rows[i].bps);
		view_str(item, "percent", arena_printf(r->arena, "%d.%02d", rows[i].bps / 100,
		    rows[i].bps % 100));
		view_day(item, "from", rows[i].from_at);
		view_day(item, "until", rows[i].until_at_set ? rows[i].until_at : 0);
		view_str(item, "source", rows[i].source);
		view_bool(item, "current", rows[i].current);
	}
}

static void
rules_view(struct view *v, const struct tax_rules *rows, size_t n)
{
	struct view *items = view_list(v, "rules");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_money(item, "noneUpTo", rows[i].none_upto, "ZAR");
		view_money(item, "fullOver", rows[i].full_over, "ZAR");
		view_int(item, "issueDays", rows[i].issue_days);
		view_money(item, "registerOver", rows[i].register_over, "ZAR");
		view_day(item, "from", rows[i].from_at);
		view_day(item, "until", rows[i].until_at_set ? rows[i].until_at : 0);
		view_str(item, "source", rows[i].source);
		view_bool(item, "current", rows[i].current);
	}
}

int
receipt_tax(struct req *r, struct view *v)
{
	struct tax_rates *rates;
	struct tax_rules *rules;
	struct tax_series *series;
	size_t n_rates, n_rules, n_series;
	struct view *items;

	sql_tax_rates_queue(r->db, &rates, &n_rates);
	sql_tax_rules_queue(r->db, &rules, &n_rules);
	sql_tax_series_queue(r->db, &series, &n_series);
	db_flush(r->db);
	req_title(r, req_msg(r, "tax.title"));
	rates_view(r, v, rates, n_rates);
	rules_view(v, rules, n_rules);
	items = view_list(v, "series");
	for (size_t i = 0; i < n_series; i++) {
		struct view *item = view_item(items);

		view_str(item, "series", series[i].series);
		view_strf(item, "year", "%d", series[i].year);
		view_int(item, "last", series[i].last);
	}
	return 200;
}

int
receipt_tax_set(struct req *r, struct view *v)
{
	const char *category = req_text(r, "category");
	struct tax_rate_set row;

	if (strcmp(category, "STANDARD") != 0 && req_int(r, "percent") != 0) {
		req_field_error(r, "percent", "zero_only");
		return req_invalid(r);
	}
	sql_tax_rate_set(r->db, category, req_int(r, "percent"), req_text(r, "from"),
	    req_text(r, "source"), &row);
	audit_add(r->db, "tax.rate_set", "tax.rate", row.id, NULL, arena_printf(r->arena,
	    "{\"category\":\"%s\",\"bps\":%lld}", category, (long long)req_int(r, "percent")));
	view_str(v, "id", row.id);
	req_created(r);
	req_flash(r, "good", "tax.saved");
	return req_see(r, "/admin/tax");
}
