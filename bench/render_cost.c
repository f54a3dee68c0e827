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

static void
facet(struct view *facets, const char *key, int n)
{
	struct view *f = view_obj(facets, key), *options = view_list(f, "options");

	for (int i = 0; i < n; i++) {
		struct view *o = view_item(options);

		view_str(o, "label", "Computer Science");
		view_int(o, "count", 40 + i);
		view_str(o, "query", "?category=computer-science");
		view_bool(o, "on", false);
	}
}

static void
fill(struct view *v)
{
	struct view *facets = view_obj(v, "facets"), *items = view_list(v, "items");

	view_str(v, "q", NULL);
	facet(facets, "category", 6);
	facet(facets, "level", 3);
	facet(facets, "price", 2);
	facet(facets, "language", 1);
	facet(facets, "length", 3);
	for (int i = 0; i < 20; i++) {
		struct view *c = view_item(items);

		view_str(c, "slug", "introduction-to-computer-science");
		view_str(c, "title", "Introduction to Computer Science");
		view_str(c, "summary", "Learn to think like a programmer: write Python and organise data");
		view_str(c, "category", "Computer Science");
		view_str(c, "level", "BEGINNER");
		view_str(c, "instructor", "Dr. Sarah Lee");
		view_int(c, "minutes", 920);
		view_int(c, "lessons", 12);
		view_money(c, "price", 29900, "ZAR");
		view_bool(c, "free", false);
		view_int(c, "tone", i % 8);
		view_int(c, "pattern", i % 8);
		view_int(c, "percent", 40);
		view_bool(c, "enrolled", true);
	}
	view_paging(v, 1, 20, 2000);
}

static void
chrome(struct view *page)
{
	struct view *user = view_obj(page, "user"), *asset = view_obj(page, "asset");

	view_str(page, "title", "Courses");
	view_str(page, "lang", "en");
	view_str(page, "path", "/courses");
	view_str(page, "url", "/courses");
	view_str(page, "csrf", "PISE21WFs9gmeEq1yzXp9HqMgveM9qujBSp202eB7tfqfFoP15PpBE8qFmSGsVsP65zCLfg4Po");
	view_str(asset, "css", "/static/css/app.0123456789ab.css");
	view_str(asset, "js", "/static/js/app.0123456789ab.js");
	view_str(asset, "icons", "/static/img/icons.0123456789ab.svg");
	view_str(user, "id", "0190-0");
	view_str(user, "name", "Alice Johnson");
	view_str(user, "initials", "AJ");
	view_str(user, "role", "STUDENT");
	view_bool(user, "verified", true);
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
