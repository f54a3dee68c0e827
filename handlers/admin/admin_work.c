/* What works in the background: jobs, mails, cache; and the host itself. */
#include "admin.h"
#include "admin.sql.h"

#include <string.h>

#include "audit/audit.h"

static void
cron_view(struct req *r, struct view *v, const struct admin_cron_list *rows, size_t n)
{
	struct view *list = view_list(v, "schedules");

	(void)r;
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "name", rows[i].name);
		view_str(item, "spec", rows[i].spec);
		view_time(item, "nextRun", rows[i].next_run);
		view_time(item, "lastRun", rows[i].last_run_set ? rows[i].last_run : 0);
	}
}

int
admin_job_index(struct req *r, struct view *v)
{
	static const char *const states[] = { "READY", "RUNNING", "DONE", "DEAD", NULL };
	const char *state = req_text(r, "state"), *type = req_text(r, "type");
	struct admin_job_list *rows;
	struct admin_cron_list *cron;
	struct admin_job_count count;
	struct view *items;
	size_t n, n_cron;
	bool found;

	req_title(r, req_msg(r, "admin.jobs.title"));
	sql_admin_job_list_queue(r->db, state, type, ADMIN_PAGE, admin_offset(r), &rows, &n);
	sql_admin_job_count_queue(r->db, state, type, &count, &found);
	sql_admin_cron_list_queue(r->db, &cron, &n_cron);
	db_flush(r->db);

	admin_filter(r, v, "state", "state", states);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "type", rows[i].type);
		view_str(item, "state", rows[i].state);
		view_bool(item, "dead", strcmp(rows[i].state, "DEAD") == 0);
		view_int(item, "attempts", rows[i].attempts);
		view_time(item, "runAt", rows[i].run_at);
		view_time(item, "createdAt", rows[i].created_at);
		view_time(item, "finishedAt", rows[i].finished_at_set ? rows[i].finished_at : 0);
		view_str(item, "error", rows[i].last_error);
		view_int(item, "progress", rows[i].progress);
		view_int(item, "progressTotal", rows[i].progress_total);
	}
	cron_view(r, v, cron, n_cron);
	view_paging(v, req_int(r, "page"), ADMIN_PAGE, count.total);
	return 200;
}

int
admin_job_again(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	struct admin_job_again row;

	if (!sql_admin_job_again(r->db, id, &row) || !row.done)
		return req_fail(r, 409, "job_not_dead");
	audit_add(r->db, "job.again", "job", id, NULL, NULL);
	view_str(v, "id", id);
	req_flash(r, "good", "admin.jobs.again_done");
	return req_see(r, "/admin/jobs?state=DEAD");
}

int
admin_mail_index(struct req *r, struct view *v)
{
	static const char *const states[] = { "QUEUED", "SENDING", "SENT", "FAILED", "BOUNCED",
		"SUPPRESSED", NULL };
	const char *status = req_text(r, "status");
	struct admin_mail_list *rows;
	struct admin_mail_count count;
	struct view *items;
	bool found;
	size_t n;

	req_title(r, req_msg(r, "admin.mail.title"));
	sql_admin_mail_list_queue(r->db, status, ADMIN_PAGE, admin_offset(r), &rows, &n);
	sql_admin_mail_count_queue(r->db, status, &count, &found);
	db_flush(r->db);

	admin_filter(r, v, "mailStatus", "status", states);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);
		bool waits = strcmp(rows[i].status, "QUEUED") == 0 || strcmp(rows[i].status, "SENDING") == 0;

		view_str(item, "id", rows[i].id);
		view_str(item, "template", rows[i].template);
		view_str(item, "subject", rows[i].subject);
		view_str(item, "status", rows[i].status);
		view_bool(item, "again", !waits && strcmp(rows[i].status, "SENT") != 0);
		view_bool(item, "sent", strcmp(rows[i].status, "SENT") == 0);
		view_int(item, "attempts", rows[i].attempts);
		view_int(item, "code", rows[i].smtp_code_set ? rows[i].smtp_code : 0);
		view_str(item, "reply", rows[i].smtp_text);
		view_time(item, "createdAt", rows[i].created_at);
		view_time(item, "sentAt", rows[i].sent_at_set ? rows[i].sent_at : 0);
		view_str(item, "personId", rows[i].person_id);
	}
	view_paging(v, req_int(r, "page"), ADMIN_PAGE, count.total);
	return 200;
}

int
admin_mail_again(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	struct admin_mail_again row;

	if (!sql_admin_mail_again(r->db, id, &row) || !row.done)
		return req_fail(r, 409, "mail_not_failed");
	audit_add(r->db, "mail.again", "email", id, NULL, NULL);
	view_str(v, "id", id);
	req_flash(r, "good", "admin.mail.again_done");
	return req_see(r, "/admin/mail");
}

static const char *
prefix_of(struct req *r)
{
	const char *prefix = req_text(r, "prefix");

	return prefix == NULL ? "" : prefix;
}

int
admin_cache_index(struct req *r, struct view *v)
{
	struct cache_key *rows;
	struct view *items;
	int64_t total;
	size_t n = cache_keys(r->db, r->arena, prefix_of(r), ADMIN_PAGE, admin_offset(r), &rows, &total);

	req_title(r, req_msg(r, "admin.cache.title"));
	view_str(v, "prefix", prefix_of(r));
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "key", rows[i].key);
		view_int(item, "bytes", rows[i].size);
		view_bool(item, "expiryUnknown", rows[i].expires_at < 0);
		view_time(item, "expiresAt", rows[i].expires_at > 0 ? rows[i].expires_at : 0);
	}
	view_paging(v, req_int(r, "page"), ADMIN_PAGE, total);
	return 200;
}

int
admin_cache_show(struct req *r, struct view *v)
{
	const char *value = cache_get(r->db, req_text(r, "key"));

	if (value == NULL)
		return req_fail(r, 404, "not_found");
	view_str(v, "key", req_text(r, "key"));
	view_str(v, "value", value);
	return 200;
}

int
admin_cache_put(struct req *r, struct view *v)
{
	const char *key = req_text(r, "key");

	cache_set(r->db, key, req_text(r, "value"), (unsigned)req_int(r, "ttl"));
	audit_add(r->db, "cache.set", "cache_entry", key, NULL, NULL);
	view_str(v, "key", key);
	req_flash(r, "good", "admin.cache.set_done");
	return req_see(r, "/admin/cache");
}

int
admin_cache_remove(struct req *r, struct view *v)
{
	const char *key = req_text(r, "key");

	if (!cache_delete(r->db, key))
		return req_fail(r, 404, "not_found");
	audit_add(r->db, "cache.delete", "cache_entry", key, NULL, NULL);
	view_str(v, "key", key);
	req_flash(r, "good", "admin.cache.deleted");
	return req_see(r, "/admin/cache");
}

int
admin_cache_empty(struct req *r, struct view *v)
{
	int64_t n = cache_clear(r->db, prefix_of(r));

	audit_add(r->db, "cache.clear", "cache", NULL, NULL, NULL);
	view_int(v, "deleted", n);
	req_flash(r, "good", "admin.cache.cleared");
	return req_see(r, "/admin/cache");
}

int
admin_system(struct req *r, struct view *v)
{
	struct admin_slow *rows;
	size_t n = sql_admin_slow(r->db, 20, &rows);
	struct view *list = view_list(v, "queries");

	req_title(r, req_msg(r, "admin.system.title"));
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "query", rows[i].query);
		view_int(item, "calls", rows[i].calls);
		view_int(item, "meanUs", rows[i].mean_us);
		view_int(item, "totalMs", rows[i].total_us / 1000);
	}
	view_host_status(v, "host");
	return 200;
}
