/*
 * Builds and renders the catalogue page of 20 courses N times, for callgrind:
 * (Ir(150) - Ir(50)) / 100 is the cost of one page without the database.
 *
 *	render_cost TEMPLATES MESSAGES N [file for one page]
 */
#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "view.h"

static const char *const category[] = { "Computer Science", "Data Science", "Business",
	"Web Development", "Artificial Intelligence" };
static const char *const level[] = { "Beginner", "Intermediate", "Advanced" };
static const char *const price[] = { "Free", "Paid" };
static const char *const language[] = { "English" };
static const char *const length[] = { "Up to 3 hours", "3 to 10 hours", "More than 10 hours" };
static const char *const sort[] = { "Most popular", "Newest", "Highest rated", "Title", "Price" };

/* As facet_view() of the catalogue (handlers/course/course_catalogue.c). */
static void
facet(struct view *facets, const char *key, const char *const *labels, int n)
{
	struct view *f = view_obj(facets, key), *options = view_list(f, "options");

	for (int i = 0; i < n; i++) {
		struct view *o = view_item(options);

		view_str(o, "value", "computer-science");
		view_str(o, "label", labels[i]);
		view_int(o, "count", 401 + i);
		view_bool(o, "on", false);
		view_strf(o, "href", "/courses?%s=%d", key, i);
	}
}

static void
card(struct view *list, int i)
{
	struct view *c = view_item(list);

	view_str(c, "slug", "introduction-to-computer-science");
	view_str(c, "title", "Introduction to Computer Science");
	view_str(c, "summary", "Learn to think like a programmer: write Python and organise data");
	view_str(c, "category", category[i % 5]);
	view_str(c, "level", i % 2 ? "BEGINNER" : "INTERMEDIATE");
	view_int(c, "minutes", 920);
	view_int(c, "hours", 15);
	view_int(c, "lessons", 12);
	view_str(view_obj(c, "instructor"), "name", "Dr. Sarah Lee");
	view_money(c, "price", 29900, "ZAR");
	view_bool(c, "free", false);
	view_str(c, "rating", i % 2 ? "4.5" : "3.9");
	view_int(c, "ratings", 120);
	view_int(c, "tone", i % 8);
	view_int(c, "pattern", i % 8);
	view_bool(c, "enrolled", true);
	view_int(c, "percent", 40);
}

/* What view_paging() adds when there is a request to make addresses of. */
static void
pages(struct view *page)
{
	static const int shown[] = { 1, 2, 0, 100 };
	struct view *at = view_page_only(page, "at"), *links;

	view_int(at, "first", 1);
	view_int(at, "last", 20);
	view_str(at, "next", "/courses?page=2");
	links = view_list(page, "links");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		struct view *l = view_item(links);

		if (shown[i] == 0) {
			view_bool(l, "gap", true);
			continue;
		}
		view_int(l, "n", shown[i]);
		view_bool(l, "current", shown[i] == 1);
		view_strf(l, "href", "/courses?page=%d", shown[i]);
	}
}

static void
fill(struct view *v)
{
	struct view *facets, *items, *options, *page;

	view_str(v, "q", NULL);
	view_bool(v, "fuzzy", false);
	view_int(v, "total", 2005);
	items = view_list(v, "items");
	for (int i = 0; i < 20; i++)
		card(items, i);
	page = view_obj(v, "page");
	view_int(page, "page", 1);
	view_int(page, "limit", 20);
	view_int(page, "total", 2005);
	view_int(page, "pages", 101);
	view_bool(page, "hasNext", true);
	view_bool(page, "hasPrev", false);
	pages(page);
	view_list(v, "chips");
	facets = view_obj(v, "facets");
	facet(facets, "category", category, 5);
	facet(facets, "level", level, 3);
	facet(facets, "price", price, 2);
	facet(facets, "language", language, 1);
	facet(facets, "length", length, 3);
	view_bool(v, "filtered", false);
	page = view_obj(v, "sort");
	options = view_list(page, "options");
	for (size_t i = 0; i < 5; i++) {
		struct view *o = view_item(options);

		view_str(o, "value", "popular");
		view_str(o, "label", sort[i]);
		view_bool(o, "on", i == 0);
		view_strf(o, "href", "/courses?sort=%zu", i);
	}
	view_str(page, "label", sort[0]);
}

static void
chrome(struct view *page)
{
	struct view *user = view_obj(page, "user"), *asset = view_obj(page, "asset");

	view_str(page, "title", "Courses");
	view_str(page, "lang", "en");
	view_str(page, "locale", "en-ZA");
	view_str(page, "path", "/courses");
	view_str(page, "url", "/courses");
	view_str(page, "rid", "145ccb076e7584716aaededc879f616a");
	view_str(page, "csrf", "PISE21WFs9gmeEq1yzXp9HqMgveM9qujBSp202eB7tfqfFoP15PpBE8qFmSGsVsP65zCLfg4Po");
	view_str(asset, "css", "/static/css/app.0123456789ab.css");
	view_str(asset, "js", "/static/js/app.0123456789ab.js");
	view_str(asset, "icons", "/static/img/icons.0123456789ab.svg");
	view_str(user, "id", "0190-0");
	view_str(user, "name", "Alice Johnson");
	view_str(user, "initials", "AJ");
	view_str(user, "role", "STUDENT");
	view_bool(user, "verified", true);
	view_int(page, "error_count", 0);
}

int
main(int argc, char **argv)
{
	static struct conf settings;
	struct arena *a = arena_new((size_t)16 << 20);
	char reason[512];
	struct buffer b;

	conf = &settings;
	if (argc < 4 || !template_load_all(argv[1], argv[2], reason, sizeof(reason))) {
		fprintf(stderr, "%s\n", argc < 4 ? "usage: render_cost TEMPLATES MESSAGES N [FILE]" : reason);
		return 2;
	}
	for (long n = strtol(argv[3], NULL, 10); n > 0; n--) {
		struct view *v = view_new(a, VIEW_PAGE, "en-ZA", "Africa/Johannesburg");
		struct view *page = view_new(a, VIEW_PAGE, "en-ZA", "Africa/Johannesburg");

		fill(v);
		chrome(page);
		buffer_init(&b, a, 32768);
		if (!template_render(&b, "course/index.cs", "en-ZA", v, page, reason, sizeof(reason))) {
			fprintf(stderr, "%s\n", reason);
			return 1;
		}
		if (n == 1 && argc > 4) {
			FILE *f = fopen(argv[4], "w");

			if (f == NULL || fwrite(b.data, 1, b.size, f) != b.size || fclose(f) != 0)
				return 1;
		}
		arena_reset(a);
	}
	arena_free(a);
	return 0;
}
