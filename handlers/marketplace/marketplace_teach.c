/*
 * The educator's side: balances (pending, available, on the way, owed), sales
 * with the lots they became and when those mature, twelve months as a chart,
 * statements of the accounts by month.
 */
#include <string.h>
#include <time.h>

#include "marketplace.h"
#include "money/money.h"

const struct param statement_params[] = {
	{ "month", PARAM_LINE, 0, .max = 7 },
	{ 0 }
};

static void
balances_view(struct view *v, const struct seller_balances *b)
{
	view_money(v, "pending", b->pending, "ZAR");
	view_money(v, "available", b->available, "ZAR");
	view_money(v, "inTransit", b->in_transit, "ZAR");
	view_money(v, "debt", b->debt, "ZAR");
	view_bool(v, "owes", b->debt > 0);
}

static void
sales_view(struct req *r, struct view *v, const struct seller_sales *rows, size_t n)
{
	struct view *items = view_list(v, "items");

	for (size_t i = 0; i < n; i++) {
		const struct seller_sales *s = &rows[i];
		struct view *item = view_item(items);

		view_str(item, "id", s->id);
		view_str(item, "slug", s->slug);
		view_str(item, "title", s->title);
		view_str(item, "status", s->status);
		view_money(item, "price", s->price, "ZAR");
		view_money(item, "tax", s->tax, "ZAR");
		view_money(item, "fee", s->fee, "ZAR");
		view_str(item, "sharePercent", arena_printf(r->arena, "%d", s->share_bps / 100));
		view_money(item, "share", s->share, "ZAR");
		view_money(item, "earned", s->share - s->back_share, "ZAR");
		view_money(item, "lot", s->lot, "ZAR");
		view_bool(item, "pending", s->lot > 0);
		view_bool(item, "partly", s->back > 0);
		view_bool(item, "disputed", s->disputed);
		view_time(item, "maturesAt", s->matures_at_set ? s->matures_at : 0);
		view_time(item, "paidAt", s->paid_at);
	}
}

int
teach_sales(struct req *r, struct view *v)
{
	const char *me = r->person->id;
	struct seller_balances b;
	struct seller_sales *sales;
	struct seller_months *months;
	struct seller_courses *courses;
	struct seller_count all;
	struct chart_point *points;
	size_t n_sales, n_months, n_courses;
	struct view *list;
	bool found;

	sql_seller_balances_queue(r->db, me, &b, &found);
	sql_seller_sales_queue(r->db, me, MARKETPLACE_PAGE, market_offset(r), &sales, &n_sales);
	sql_seller_count_queue(r->db, me, &all, &found);
	sql_seller_months_queue(r->db, me, &months, &n_months);
	sql_seller_courses_queue(r->db, me, &courses, &n_courses);
	db_flush(r->db);
	req_title(r, req_msg(r, "sales.title"));
	balances_view(v, &b);
	points = arena_alloc(r->arena, (n_months + 1) * sizeof *points);
	for (size_t i = 0; i < n_months; i++)
		points[i] = (struct chart_point){ months[i].month, months[i].share / 100 };
	view_chart(v, "months", CHART_BARS, req_msg(r, "sales.months"), "R", points, n_months);
	list = view_list(v, "courses");
	for (size_t i = 0; i < n_courses; i++) {
		struct view *item = view_item(list);

		view_str(item, "slug", courses[i].slug);
		view_str(item, "title", courses[i].title);
		view_int(item, "sales", courses[i].sales);
		view_money(item, "earned", courses[i].earned, "ZAR");
		view_money(item, "pending", courses[i].pending, "ZAR");
	}
	sales_view(r, v, sales, n_sales);
	view_paging(v, req_int(r, "page"), MARKETPLACE_PAGE, all.total);
	return 200;
}

/* ---- statements ----------------------------------------------------------------------- */

/* "2026-11"; the current month when none or a bad one is asked for. */
static const char *
month_of(struct req *r)
{
	const char *m = req_text(r, "month");
	time_t now = (time_t)(clock_now() / 1000000);
	struct tm tm;
	char text[16];

	if (m != NULL && strlen(m) == 7 && strspn(m, "0123456789-") == 7 && m[4] == '-' &&
	    strncmp(m, "2000", 4) >= 0 && strncmp(m + 5, "01", 2) >= 0 && strncmp(m + 5, "12", 2) <= 0)
		return m;
	gmtime_r(&now, &tm);
	strftime(text, sizeof text, "%Y-%m", &tm);
	return arena_strdup(r->arena, text);
}

/* "instructor:<id>:available:ZAR" -> "available" */
static const char *
part_of(struct arena *arena, const char *code)
{
	const char *s = strchr(code, ':');

	s = s != NULL ? strchr(s + 1, ':') : NULL;
	return s != NULL ? arena_strndup(arena, s + 1, strcspn(s + 1, ":")) : code;
}

int
teach_statement(struct req *r, struct view *v)
{
	const char *month = month_of(r);
	struct seller_statement *rows;
	size_t n = sql_seller_statement(r->db, r->person->id, month, &rows);
	struct view *items = view_list(v, "items");

	req_title(r, req_msg(r, "statement.title"));
	view_str(v, "month", month);
	view_strf(v, "csvHref", "/teach/statement/csv?month=%s", month);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_time(item, "at", rows[i].at);
		view_str(item, "kind", rows[i].kind);
		view_str(item, "account", part_of(r->arena, rows[i].code));
		view_money(item, "amount", rows[i].amount, "ZAR");
		view_str(item, "reference", rows[i].ref_id);
	}
	return 200;
}

int
teach_statement_csv(struct req *r, struct view *v)
{
	const char *month = month_of(r), *text = "time,kind,account,amount,reference\r\n";
	struct seller_statement *rows;
	size_t n = sql_seller_statement(r->db, r->person->id, month, &rows), size, used;
	char *csv;

	(void)v;
	size = strlen(text) + n * 200 + 1;
	csv = arena_alloc(r->arena, size);
	used = strlen(text);
	memcpy(csv, text, used);
	for (size_t i = 0; i < n; i++) {
		const char *line = arena_printf(r->arena, "%s,%s,%s,%s,%s\r\n", db_time(r->db, rows[i].at),
		    rows[i].kind, part_of(r->arena, rows[i].code), money_decimal(r->arena, rows[i].amount, "ZAR"),
		    rows[i].ref_id != NULL ? rows[i].ref_id : "");
		size_t length = strlen(line);

		if (used + length >= size)
			break;
		memcpy(csv + used, line, length);
		used += length;
	}
	return req_send(r, "text/csv; charset=utf-8", arena_printf(r->arena, "statement-%s.csv", month), csv,
	    used);
}
