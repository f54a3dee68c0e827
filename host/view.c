/* The view tree: building. See view.h and handler.h. */
#include "view_node.h"

#include <assert.h>
#include <string.h>

#include "format.h"
#include "req.h"

static void
node_fill(struct view *v, struct view *parent, const char *key, size_t key_size,
    enum view_kind kind, const char *value)
{
	*v = (struct view){ .kind = kind, .hdf = { .name = (char *)(uintptr_t)key,
	    .name_len = (int)key_size, .value = (char *)(uintptr_t)value, .top = parent->hdf.top } };
	if (parent->hdf.child == NULL)
		parent->hdf.child = &v->hdf;
	else
		parent->hdf.last_child->next = &v->hdf;
	parent->hdf.last_child = &v->hdf;
	parent->count++;
}

static struct view *
node_add(struct view *parent, const char *key, enum view_kind kind, const char *value)
{
	struct view *v = arena_alloc_raw(view_root(parent)->arena, sizeof(*v), _Alignof(struct view));

	node_fill(v, parent, key, strlen(key), kind, value);
	return v;
}

static bool
for_page(const struct view *v)
{
	return view_root(v)->medium == VIEW_PAGE;
}

struct view *
view_new(struct arena *a, enum view_medium medium, const char *locale, const char *zone)
{
	struct view_root *root = arena_alloc(a, sizeof(*root));

	root->arena = a;
	root->medium = medium;
	root->locale = locale;
	root->zone = zone;
	root->node.kind = VIEW_OBJECT;
	root->node.hdf.top = &root->node.hdf;
	return &root->node;
}

enum view_medium
view_medium(const struct view *v)
{
	return view_root(v)->medium;
}

void
view_str(struct view *v, const char *key, const char *value)
{
	node_add(v, key, value == NULL ? VIEW_NULL : VIEW_STR, value);
}

void
view_strf(struct view *v, const char *key, const char *fmt, ...)
{
	struct arena *a = view_root(v)->arena;
	char small[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		view_str(v, key, arena_strndup(a, small, (size_t)n));
		return;
	}
	char *text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	view_str(v, key, text);
}

static const char *
digits(struct arena *a, int64_t value)
{
	static const char small[10][2] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
	char text[24], *p = text + sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value >= 0 && value < 10)
		return small[value];
	*--p = '\0';
	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--p = '-';
	return arena_strndup(a, p, (size_t)(text + sizeof(text) - 1 - p));
}

void
view_int(struct view *v, const char *key, int64_t value)
{
	struct arena *a = view_root(v)->arena;
	struct view *leaf;
	const char *text;

	if (!for_page(v)) {
		node_add(v, key, VIEW_INT, NULL)->number = value;
		return;
	}
	/* The leaf and its text in one piece: a page has hundreds of them. */
	leaf = arena_alloc_raw(a, 2 * sizeof(*leaf), _Alignof(struct view));
	text = digits(a, value);
	node_fill(leaf, v, key, strlen(key), VIEW_INT, text);
	leaf->number = value;
	node_fill(leaf + 1, leaf, "text", 4, VIEW_STR, value > -1000 && value < 1000 ? text
	    : format_int(a, value));
}

void
view_bool(struct view *v, const char *key, bool value)
{
	node_add(v, key, VIEW_BOOL, value ? "1" : "")->number = value;
}

void
view_money(struct view *v, const char *key, int64_t minor, const char *currency)
{
	struct view *leaf = node_add(v, key, VIEW_MONEY, NULL);

	leaf->number = minor;
	leaf->currency = currency;
	if (for_page(v)) {
		struct arena *a = view_root(v)->arena;

		leaf->hdf.value = (char *)format_money(a, minor, currency);
		node_add(leaf, "amount", VIEW_STR, digits(a, minor));
		node_add(leaf, "currency", VIEW_STR, currency);
	}
}

static void
moment_add(struct view *v, const char *key, int64_t us, bool day)
{
	struct arena *a = view_root(v)->arena;
	struct view *leaf;
	char *iso;

	if (us == 0) {
		node_add(v, key, VIEW_NULL, NULL);
		return;
	}
	iso = arena_alloc_raw(a, 32, 1);
	format_rfc3339(iso, 32, us);
	leaf = node_add(v, key, VIEW_TIME, iso);
	leaf->number = us;
	if (for_page(v)) {
		const struct view_root *root = view_root(v);

		node_add(leaf, "text", VIEW_STR, day ? format_day(a, us, root->locale, root->zone) :
		    format_time(a, us, root->locale, root->zone));
		node_add(leaf, "ago", VIEW_STR, format_ago(a, us, clock_now(), root->locale));
	}
}

void
view_time(struct view *v, const char *key, int64_t us)
{
	moment_add(v, key, us, false);
}

void
view_day(struct view *v, const char *key, int64_t us)
{
	moment_add(v, key, us, true);
}

void
view_html(struct view *v, const char *key, struct html value)
{
	node_add(v, key, value.text == NULL ? VIEW_NULL : VIEW_MARKUP, value.text);
}

struct view *
view_obj(struct view *v, const char *key)
{
	return node_add(v, key, VIEW_OBJECT, NULL);
}

struct view *
view_list(struct view *v, const char *key)
{
	return node_add(v, key, VIEW_LIST, NULL);
}

static const char *
item_name(struct view *list)
{
	static const char names[64][3] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10",
		"11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24",
		"25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38",
		"39", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52",
		"53", "54", "55", "56", "57", "58", "59", "60", "61", "62", "63" };

	assert(list->kind == VIEW_LIST);
	return list->count < 64 ? names[list->count] : digits(view_root(list)->arena, list->count);
}

struct view *
view_item(struct view *list)
{
	return node_add(list, item_name(list), VIEW_OBJECT, NULL);
}

void
view_item_str(struct view *list, const char *value)
{
	node_add(list, item_name(list), VIEW_STR, value);
}

struct view *
view_page_only(struct view *v, const char *key)
{
	struct view *child = node_add(v, key, VIEW_OBJECT, NULL);

	child->page_only = true;
	return child;
}

static void
paging_link(struct view *links, struct req *r, int64_t n, int64_t current)
{
	struct view *l = view_item(links);

	view_int(l, "n", n);
	view_bool(l, "current", n == current);
	view_str(l, "href", req_page_link(r, n));
}

/* 1 … 4 [5] 6 … 20: the ends, the current page and its neighbours. */
static void
paging_links(struct view *page, struct req *r, int64_t current, int64_t pages)
{
	struct view *links = node_add(page, "links", VIEW_LIST, NULL);
	int64_t last = 0;

	links->page_only = true;
	for (int64_t n = 1; n <= pages; n++) {
		bool near = n >= current - 1 && n <= current + 1;

		if (n != 1 && n != pages && !near) {
			n = n < current - 1 ? current - 2 : pages - 1;
			continue;
		}
		if (last != 0 && n > last + 1)
			view_bool(view_item(links), "gap", true);
		paging_link(links, r, n, current);
		last = n;
	}
}

void
view_paging(struct view *v, int64_t page, int64_t limit, int64_t total)
{
	struct view *p = view_obj(v, "page");
	struct req *r = view_root(v)->req;
	int64_t pages = total <= 0 ? 1 : (total + limit - 1) / limit;

	view_int(p, "page", page);
	view_int(p, "limit", limit);
	view_int(p, "total", total);
	view_int(p, "pages", pages);
	view_bool(p, "hasNext", page < pages);
	view_bool(p, "hasPrev", page > 1);
	if (!for_page(v) || r == NULL)
		return;
	struct view *hint = view_page_only(p, "at");
	view_int(hint, "first", total == 0 ? 0 : (page - 1) * limit + 1);
	view_int(hint, "last", page * limit < total ? page * limit : total);
	if (total > 0 && page > pages)
		view_str(hint, "beyond", req_page_link(r, pages));
	if (page > 1)
		view_str(hint, "prev", req_page_link(r, page - 1 < pages ? page - 1 : pages));
	if (page < pages)
		view_str(hint, "next", req_page_link(r, page + 1));
	if (pages > 1)
		paging_links(p, r, page <= pages ? page : pages + 1, pages);
}
