/* The learner's home: where to go on, own courses, activity, what comes next. */
#include <string.h>

#include "learning.h"

#define CHART_DAYS 7

static void
continue_view(struct view *v, const struct my_courses *c)
{
	struct view *next = view_obj(v, "continue");

	view_strf(next, "href", "/courses/%s/lessons/%s", c->slug, c->next_slug);
	view_str(next, "lesson", c->next_title);
	view_str(next, "course", c->title);
	view_int(next, "percent", c->percent);
	view_int(next, "minutes", c->next_minutes);
	view_int(next, "tone", c->tone);
	view_int(next, "pattern", c->pattern);
}

static void
courses_view(struct view *v, const struct my_courses *rows, size_t n)
{
	const struct my_courses *go_on = NULL;
	struct view *list;

	for (size_t i = 0; go_on == NULL && i < n; i++)
		if (strcmp(rows[i].status, "ACTIVE") == 0 && rows[i].next_slug != NULL)
			go_on = &rows[i];
	view_bool(v, "new", n == 0);
	if (go_on != NULL)
		continue_view(v, go_on);
	list = view_list(v, "courses");
	for (size_t i = 0; i < n; i++) {
		const struct my_courses *row = &rows[i];
		struct view *c = view_item(list);

		view_str(c, "slug", row->slug);
		view_str(c, "title", row->title);
		view_int(c, "percent", row->percent);
		view_int(c, "done", row->done);
		view_int(c, "total", row->required);
		view_bool(c, "completed", strcmp(row->status, "COMPLETED") == 0);
		view_time(c, "touchedAt", row->touched_at);
		view_int(c, "tone", row->tone);
		view_int(c, "pattern", row->pattern);
		if (row->next_slug == NULL)
			continue;
		view_strf(c, "nextHref", "/courses/%s/lessons/%s", row->slug, row->next_slug);
		view_str(c, "nextTitle", row->next_title);
	}
}

/* Bars of lessons done per day (macro/chart.cs), in a box of 1000 x 100. */
static void
week_view(struct req *r, struct view *v, const struct my_days *days, size_t n)
{
	struct view *week = view_page_only(v, "week"), *items = view_list(week, "items");
	const int32_t slot = 1000 / CHART_DAYS;
	int32_t max = 1, total = 0;

	for (size_t i = 0; i < n; i++) {
		max = days[i].completed > max ? days[i].completed : max;
		total += days[i].completed;
	}
	view_str(week, "kind", "bars");
	view_str(week, "title", req_msg(r, "home.week.title"));
	view_str(week, "unit", req_msg(r, "home.week.unit"));
	view_int(week, "max", max);
	view_int(week, "total", total);
	for (size_t i = 0; i < n; i++) {
		struct view *bar = view_item(items);
		int32_t height = days[i].completed * 100 / max;

		view_str(bar, "label", req_msg(r, arena_printf(r->arena, "weekday.%d", days[i].weekday)));
		view_int(bar, "value", days[i].completed);
		view_int(bar, "x", (int32_t)i * slot + slot / 5);
		view_int(bar, "y", 100 - height);
		view_int(bar, "w", slot * 3 / 5);
		view_int(bar, "h", height);
	}
}

static void
activity_view(struct view *v, const struct my_days *days, size_t n)
{
	struct view *list = view_list(v, "activity");

	for (size_t i = 0; i < n; i++) {
		struct view *day = view_item(list);

		view_str(day, "day", days[i].day);
		view_int(day, "lessonsOpened", days[i].opened);
		view_int(day, "lessonsDone", days[i].completed);
	}
}

static void
recommended_view(struct view *v, const struct my_recommendations *rows, size_t n)
{
	struct view *list = view_list(v, "recommended");

	for (size_t i = 0; i < n; i++) {
		const struct my_recommendations *row = &rows[i];
		int32_t tenths = row->rating_count < 3 ? 0
		    : (row->rating_sum * 10 + row->rating_count / 2) / row->rating_count;
		struct view *c = view_item(list);

		view_str(c, "slug", row->slug);
		view_str(c, "title", row->title);
		view_str(c, "summary", row->summary);
		view_str(c, "category", row->category);
		view_str(c, "level", row->level);
		view_int(c, "minutes", row->minutes);
		view_int(c, "hours", row->minutes < 60 ? 0 : (row->minutes + 30) / 60);
		view_int(c, "lessons", row->lessons);
		view_str(view_obj(c, "instructor"), "name", row->instructor);
		view_money(c, "price", row->price, row->currency);
		view_bool(c, "free", row->free);
		if (tenths > 0)
			view_strf(c, "rating", "%d.%d", tenths / 10, tenths % 10);
		view_int(c, "ratings", row->rating_count);
		view_int(c, "tone", row->tone);
		view_int(c, "pattern", row->pattern);
	}
}

/* "Alice" of "Alice Johnson"; all of "Dr. Sarah Chen". */
static const char *
first_name(struct arena *a, const char *name)
{
	size_t n = strcspn(name, " ");

	return n > 0 && name[n - 1] == '.' ? name : arena_strndup(a, name, n);
}

int
home_show(struct req *r, struct view *v)
{
	const char *me = r->person->id;
	struct my_courses *courses;
	struct my_recommendations *near;
	struct my_days *days;
	struct my_figures figures;
	struct view *stats;
	size_t n, n_days, n_near;
	bool found;

	sql_my_courses_queue(r->db, me, &courses, &n);
	sql_my_days_queue(r->db, me, r->zone, &days, &n_days);
	sql_my_figures_queue(r->db, me, r->zone, &figures, &found);
	sql_my_recommendations_queue(r->db, me, &near, &n_near);
	db_flush(r->db);

	req_title(r, req_msg(r, "nav.home"));
	view_str(v, "first", first_name(r->arena, r->person->name));
	courses_view(v, courses, n);
	week_view(r, v, days + (n_days - CHART_DAYS), CHART_DAYS);
	activity_view(v, days, n_days);
	stats = view_obj(v, "stats");
	view_int(stats, "lessons", figures.lessons);
	view_int(stats, "minutes", figures.minutes);
	view_int(stats, "courses", (int64_t)n);
	view_int(stats, "streak", figures.streak);
	recommended_view(v, near, n_near);
	return 200;
}
