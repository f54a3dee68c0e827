/* The educator's home: own courses, figures, enrolments over time; a new draft. */
#include "audit/audit.h"
#include "course.h"
#include "course_author.h"

const struct param author_add_params[] = {
	{ "title", PARAM_LINE, PARAM_REQUIRED, .min = 3, .max = 120 },
	{ 0 }
};

static void
course_items(struct view *v, const struct author_courses *rows, size_t n)
{
	struct view *items = view_list(v, "items");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "slug", rows[i].slug);
		view_str(item, "title", rows[i].title);
		view_str(item, "status", rows[i].status);
		view_int(item, "students", rows[i].students);
		view_int(item, "completed", rows[i].completed);
		view_int(item, "lessons", rows[i].lessons);
		view_time(item, "updatedAt", rows[i].updated_at);
		view_int(item, "changed", rows[i].changed);
		course_rating_view(item, rows[i].rating_sum, rows[i].rating_count);
	}
}

int
author_home(struct req *r, struct view *v)
{
	struct author_stats stats;
	struct author_weeks *weeks;
	struct author_courses *courses;
	struct chart_point *points;
	struct view *s;
	size_t n_weeks, n;
	int64_t all = 0;
	bool found;

	req_title(r, req_msg(r, "nav.teach"));
	sql_author_stats_queue(r->db, r->person->id, &stats, &found);
	sql_author_weeks_queue(r->db, r->person->id, r->zone, &weeks, &n_weeks);
	sql_author_courses_queue(r->db, r->person->id, &courses, &n);
	db_flush(r->db);

	s = view_obj(v, "stats");
	view_int(s, "courses", stats.courses);
	view_int(s, "published", stats.published);
	view_int(s, "learners", stats.learners);
	view_int(s, "completions", stats.completions);
	view_int(s, "thisWeek", stats.week);
	points = arena_alloc(r->arena, (n_weeks + 1) * sizeof(*points));
	for (size_t i = 0; i < n_weeks; i++) {
		points[i] = (struct chart_point){ weeks[i].week, weeks[i].enrolments };
		all += weeks[i].enrolments;
	}
	if (all > 0)
		view_chart(v, "chart", CHART_BARS, req_msg(r, "teach.chart.title"),
		    req_msg(r, "teach.chart.unit"), points, n_weeks);
	course_items(v, courses, n);
	return 200;
}

int
author_add(struct req *r, struct view *v)
{
	const char *title = req_text(r, "title");
	struct author_course_add row;

	if (!author_title_free(r, r->person->id, title, NULL))
		return req_fail(r, 409, "duplicate_course");
	sql_author_course_add(r->db, r->person->id,
	    author_free_slug(r->db, name_slug(r->arena, title, "x")), title, "en", &row);
	audit_add(r->db, "course.create", "course", row.id, NULL, NULL);
	view_str(v, "slug", row.slug);
	req_created(r);
	return req_see(r, "/teach/courses/%s", row.slug);
}
