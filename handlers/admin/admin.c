/*
 * Administration: what runs, who is here, what failed. Everything is ADMIN
 * only, by route and by row security; every change writes an audit row.
 */
#include "admin.h"
#include "admin.sql.h"

#include <string.h>

#define DAYS 30

int64_t
admin_offset(struct req *r)
{
	return (req_int(r, "page") - 1) * ADMIN_PAGE;
}

void
admin_filter(struct req *r, struct view *v, const char *key, const char *param,
    const char *const *values)
{
	struct view *list = view_list(v, key), *item = view_item(list);
	const char *chosen = req_text(r, param);

	view_str(item, "label", req_msg(r, "admin.all"));
	view_str(item, "href", req_link(r, param, NULL));
	view_bool(item, "on", chosen == NULL);
	for (const char *const *value = values; *value != NULL; value++) {
		bool on = chosen != NULL && strcmp(chosen, *value) == 0;

		item = view_item(list);
		view_str(item, "label", req_msg(r, arena_printf(r->arena, "%s.%s", key, *value)));
		view_str(item, "href", req_link(r, param, *value));
		view_bool(item, "on", on);
	}
}

static void
people_view(struct view *parent, const struct admin_people *p)
{
	struct view *v = view_obj(parent, "people");

	view_int(v, "total", p->people);
	view_int(v, "students", p->students);
	view_int(v, "educators", p->educators);
	view_int(v, "admins", p->admins);
	view_int(v, "disabled", p->disabled);
	view_int(v, "verified", p->verified);
	view_int(v, "week", p->week);
}

static void
courses_view(struct view *parent, const struct admin_courses *c)
{
	struct view *v = view_obj(parent, "courses");

	view_int(v, "published", c->published);
	view_int(v, "drafts", c->drafts);
	view_int(v, "archived", c->archived);
	view_int(v, "enrolments", c->enrolments);
	view_int(v, "completed", c->completed);
}

static void
work_view(struct view *parent, const struct admin_work *w)
{
	struct view *v = view_obj(parent, "work");

	view_int(v, "ready", w->ready);
	view_int(v, "running", w->running);
	view_int(v, "dead", w->dead);
	view_int(v, "lateSeconds", w->late_s);
	view_int(v, "events", w->events);
	view_int(v, "mailQueued", w->mail_queued);
	view_int(v, "mailFailed", w->mail_failed);
	view_int(v, "mailSent", w->mail_sent);
}

static int
admin_home(struct req *r, struct view *v)
{
	struct admin_people people;
	struct admin_courses courses;
	struct admin_work work;
	struct admin_people_daily *days;
	struct chart_point *points;
	bool found;
	size_t n;

	req_title(r, req_msg(r, "admin.home.title"));
	sql_admin_people_queue(r->db, &people, &found);
	sql_admin_courses_queue(r->db, &courses, &found);
	sql_admin_work_queue(r->db, &work, &found);
	sql_admin_people_daily_queue(r->db, r->zone, DAYS, &days, &n);
	db_flush(r->db);

	people_view(v, &people);
	courses_view(v, &courses);
	work_view(v, &work);
	points = arena_alloc(r->arena, (n + 1) * sizeof(*points));
	for (size_t i = 0; i < n; i++)
		points[i] = (struct chart_point){ days[i].day, days[i].people };
	view_chart(v, "joined", CHART_BARS, req_msg(r, "admin.joined"), req_msg(r, "admin.joined.unit"),
	    points, n);
	view_host_status(v, "host");
	return 200;
}

#define PAGE_PARAM { "page", PARAM_INT, 0, .min = 1, .max = 4000, .dflt = 1 }
#define ID_PARAM { "id", PARAM_UUID, PARAM_PATH }

static const char *const roles[] = { "STUDENT", "EDUCATOR", "ADMIN", NULL };
static const char *const states[] = { "ACTIVE", "DISABLED", NULL };
static const char *const job_states[] = { "READY", "RUNNING", "DONE", "DEAD", NULL };
static const char *const mail_states[] = { "QUEUED", "SENDING", "SENT", "FAILED", "BOUNCED",
	"SUPPRESSED", NULL };

static const struct param user_params[] = {
	{ "q", PARAM_LINE, 0, .max = 100 },
	{ "role", PARAM_ENUM, 0, .options = roles },
	{ "status", PARAM_ENUM, 0, .options = states },
	PAGE_PARAM, { 0 }
};
static const struct param id_params[] = { ID_PARAM, { 0 } };
static const struct param status_params[] = {
	ID_PARAM, { "status", PARAM_ENUM, PARAM_REQUIRED, .options = states }, { 0 }
};
static const struct param role_params[] = {
	ID_PARAM, { "role", PARAM_ENUM, PARAM_REQUIRED | PARAM_MANY, .options = roles }, { 0 }
};
static const struct param job_params[] = {
	{ "state", PARAM_ENUM, 0, .options = job_states }, { "type", PARAM_LINE, 0, .max = 80 },
	PAGE_PARAM, { 0 }
};
static const struct param mail_params[] = {
	{ "status", PARAM_ENUM, 0, .options = mail_states }, PAGE_PARAM, { 0 }
};
static const struct param cache_params[] = {
	{ "prefix", PARAM_LINE, 0, .max = 250 }, PAGE_PARAM, { 0 }
};
static const struct param cache_key_params[] = {
	{ "key", PARAM_LINE, PARAM_REQUIRED, .max = 250 }, { 0 }
};
static const struct param cache_put_params[] = {
	{ "key", PARAM_LINE, PARAM_REQUIRED, .max = 250 },
	{ "value", PARAM_TEXT, PARAM_REQUIRED, .max = 20000 },
	{ "ttl", PARAM_INT, 0, .min = 1, .max = 2592000, .dflt = 3600 },
	PAGE_PARAM, { "prefix", PARAM_LINE, 0, .max = 250 }, { 0 }
};
static const struct param audit_params[] = {
	{ "person", PARAM_UUID, 0 }, { "type", PARAM_LINE, 0, .max = 80 },
	{ "object", PARAM_LINE, 0, .max = 80 }, PAGE_PARAM, { 0 }
};

#define ADMIN_ROW .access = ACCESS_ADMIN, .owner = "admin"

static const struct route routes[] = {
	{ METHOD_GET, "/admin", admin_home, "admin/home.cs", ADMIN_ROW,
	    .summary = "Figures of the platform and health of the host" },
	{ METHOD_GET, "/admin/users", admin_user_index, "admin/users.cs", ADMIN_ROW,
	    .params = user_params, .permission = "users.read", .summary = "People, searched" },
	{ METHOD_GET, "/admin/users/:id", admin_user_show, "admin/user.cs", ADMIN_ROW,
	    .params = id_params, .permission = "users.read",
	    .summary = "One person: account, sessions, audit" },
	{ METHOD_POST, "/admin/users/:id/status", admin_user_status, NULL, ADMIN_ROW,
	    .params = status_params, .permission = "users.write",
	    .summary = "Switches an account off or on; off ends its sessions" },
	{ METHOD_POST, "/admin/users/:id/roles", admin_user_roles, NULL, ADMIN_ROW,
	    .params = role_params, .permission = "users.write", .summary = "Sets the roles" },
	{ METHOD_POST, "/admin/users/:id/sessions/end", admin_user_sessions_end, NULL, ADMIN_ROW,
	    .params = id_params, .permission = "users.write", .summary = "Ends all sessions" },
	{ METHOD_GET, "/admin/jobs", admin_job_index, "admin/jobs.cs", ADMIN_ROW,
	    .params = job_params, .permission = "system.read",
	    .summary = "Background jobs and schedules" },
	{ METHOD_POST, "/admin/jobs/:id/again", admin_job_again, NULL, ADMIN_ROW,
	    .params = id_params, .permission = "system.write", .summary = "Runs a dead job again" },
	{ METHOD_GET, "/admin/mail", admin_mail_index, "admin/mail.cs", ADMIN_ROW,
	    .params = mail_params, .permission = "system.read", .summary = "Mails and their delivery" },
	{ METHOD_POST, "/admin/mail/:id/again", admin_mail_again, NULL, ADMIN_ROW,
	    .params = id_params, .permission = "system.write", .summary = "Sends a mail again" },
	{ METHOD_GET, "/admin/cache", admin_cache_index, "admin/cache.cs", ADMIN_ROW,
	    .params = cache_params, .permission = "system.read", .summary = "Entries of the cache" },
	{ METHOD_GET, "/admin/cache/entry", admin_cache_show, NULL, ADMIN_ROW,
	    .params = cache_key_params, .permission = "system.read", .no_html = true,
	    .summary = "Value of one entry" },
	{ METHOD_POST, "/admin/cache", admin_cache_put, "admin/cache.cs", ADMIN_ROW,
	    .params = cache_put_params, .permission = "system.write", .form = admin_cache_index,
	    .summary = "Sets an entry for ttl seconds" },
	{ METHOD_POST, "/admin/cache/delete", admin_cache_remove, NULL, ADMIN_ROW,
	    .params = cache_key_params, .permission = "system.write", .summary = "Deletes an entry" },
	{ METHOD_POST, "/admin/cache/clear", admin_cache_empty, NULL, ADMIN_ROW,
	    .params = cache_params, .permission = "system.write",
	    .summary = "Deletes all entries whose key begins with prefix" },
	{ METHOD_GET, "/admin/system", admin_system, "admin/system.cs", ADMIN_ROW,
	    .permission = "system.read", .summary = "Pools, modules, costly routes and queries" },
	{ METHOD_GET, "/admin/audit", admin_audit, "admin/audit.cs", ADMIN_ROW,
	    .params = audit_params, .permission = "system.read", .summary = "What was changed by whom" },
	{ 0 }
};

MODULE(.name = "admin", .version = "1", .routes = routes, .queries = admin_queries);
