/* Charts as integers for templates/macro/chart.cs: a box of 1000 x 100, y down,
 * baseline 100. JSON gets labels and values only. */
#include "view_node.h"

#define BOX_WIDTH 1000
#define BOX_HEIGHT 100

/* The next "round" number at or above v: 1, 2 or 5 times a power of ten. */
static int64_t
round_top(int64_t v)
{
	int64_t unit = 1;

	if (v <= 5)
		return 5;
	while (unit <= v / 10)
		unit *= 10;
	return v <= unit ? unit : v <= 2 * unit ? 2 * unit : v <= 5 * unit ? 5 * unit : 10 * unit;
}

static void
point_view(struct view *list, const struct chart_point *p, bool line, size_t i, size_t n, int64_t top)
{
	struct view *item = view_item(list);
	int64_t step = BOX_WIDTH / (int64_t)n;
	int64_t height = p->value <= 0 ? 0 : p->value * BOX_HEIGHT / top;

	view_str(item, "label", p->label);
	view_int(item, "value", p->value);
	if (view_medium(item) == VIEW_JSON)
		return;
	if (p->value > 0 && height == 0)
		height = 1; /* what is there is seen */
	view_int(item, "x", line && n > 1 ? (int64_t)i * BOX_WIDTH / (int64_t)(n - 1)
	    : (int64_t)i * step + step / 8);
	view_int(item, "y", BOX_HEIGHT - height);
	view_int(item, "w", line ? 0 : step - step / 4);
	view_int(item, "h", height);
}

void
view_chart(struct view *parent, const char *key, enum chart_kind kind, const char *title,
    const char *unit, const struct chart_point *points, size_t n)
{
	struct view *v = view_obj(parent, key), *list;
	struct arena *a = view_root(parent)->arena;
	int64_t most = 0, top;
	struct buffer line;

	for (size_t i = 0; i < n; i++)
		most = points[i].value > most ? points[i].value : most;
	top = round_top(most);
	view_str(v, "kind", kind == CHART_LINE ? "line" : "bars");
	view_str(v, "title", title);
	view_str(v, "unit", unit);
	view_int(v, "max", top);
	list = view_list(v, "items");
	buffer_init(&line, a, 256);
	for (size_t i = 0; i < n; i++) {
		int64_t value = points[i].value < 0 ? 0 : points[i].value;

		point_view(list, &points[i], kind == CHART_LINE, i, n, top);
		buffer_printf(&line, "%s%lld,%lld", i == 0 ? "" : " ",
		    n > 1 ? (long long)((int64_t)i * BOX_WIDTH / (int64_t)(n - 1)) : 0LL,
		    (long long)(BOX_HEIGHT - value * BOX_HEIGHT / top));
	}
	if (kind == CHART_LINE && view_medium(v) == VIEW_PAGE)
		view_str(v, "points", buffer_text(&line));
}
