/* The learner's home: where to go on, own courses, activity, what comes next. */
#include <string.h>

#include "card/card.h"
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

/* Lessons done per day; JSON has them as "activity". */
static void
week_view(struct req *r, struct view *v, const struct my_days *days, size_t n)
{
	struct chart_point *points = arena_alloc(r->arena, (n + 1) * sizeof(*points));

	for (size_t i = 0; i < n; i++)
		points[i] = (struct chart_point){ req_msg(r, arena_printf(r->arena, "weekday.%d",
		    days[i].weekday)), days[i].completed };
	view_chart(view_page_only(v, "charts"), "week", CHART_BARS, req_msg(r, "home.week.title"),
	    req_msg(r, "home.week.unit"), points, n);
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

	for (size_t i = 0; i < n; i++)
		course_card_view(list, &(struct course_card){ .slug = rows[i].slug,
		    .title = rows[i].title, .summary = rows[i].summary, .category = rows[i].category,
		    .level = rows[i].level, .currency = rows[i].currency,
		    .instructor = rows[i].instructor, .price = rows[i].price, .free = rows[i].free,
		    .lessons = rows[i].lessons, .minutes = rows[i].minutes,
		    .rating_sum = rows[i].rating_sum, .rating_count = rows[i].rating_count,
		    .tone = rows[i].tone, .pattern = rows[i].pattern });
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
