/*
 * Notification: the inbox of what a person was told inside of the platform.
 * Rows are added by other areas (domain/notice), in the transaction or the job
 * that caused them. How many are unread stands in the header of every page: it
 * comes with the session, for no round trip of its own.
 */
#include "handler.h"
#include "notification.sql.h"

#define NOTIFICATION_PAGE 20

static const struct param list_params[] = {
	{ "unread", PARAM_BOOL, 0 },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
static const struct param one_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

static void
item_view(struct req *r, struct view *item, const struct notification_list *row)
{
	view_str(item, "id", row->id);
	view_str(item, "type", row->type);
	view_str(item, "topic", row->topic);
	view_str(item, "title", req_msg(r, arena_printf(r->arena, "%s.%s", "notice.topic",
	    row->topic)));
	view_str(item, "message", row->subject);
	if (row->amount_set)
		view_money(item, "amount", row->amount, row->currency);
	view_str(item, "path", row->path);
	view_bool(item, "read", row->read_at_set);
	view_time(item, "readAt", row->read_at_set ? row->read_at : 0);
	view_time(item, "createdAt", row->created_at);
}

static int
notification_index(struct req *r, struct view *v)
{
	int64_t page = req_int(r, "page");
	bool unread = req_bool(r, "unread"), found;
	struct notification_list *rows;
	struct notification_count all;
	struct view *items;
	size_t n;

	sql_notification_list_queue(r->db, r->person->id, unread, NOTIFICATION_PAGE,
	    (page - 1) * NOTIFICATION_PAGE, &rows, &n);
	sql_notification_count_queue(r->db, r->person->id, &all, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "notice.title"));
	view_int(v, "unread", all.unread);
	view_bool(v, "onlyUnread", unread);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++)
		item_view(r, view_item(items), &rows[i]);
	view_paging(v, page, NOTIFICATION_PAGE, unread ? all.unread : all.total);
	return 200;
}

/* Read, and on to what it is about. */
static int
notification_open(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	struct notification_get row;

	if (!sql_notification_get(r->db, id, r->person->id, &row))
		return req_fail(r, 404, "notification_not_found");
	sql_notification_read(r->db, id, r->person->id);
	view_str(v, "id", id);
	view_bool(v, "read", true);
	return req_see(r, "%s", row.path);
}

static int
notification_open_all(struct req *r, struct view *v)
{
	view_int(v, "marked", sql_notification_read_all(r->db, r->person->id));
	req_flash(r, "good", "notice.all_read");
	return req_see(r, "/notifications");
}

static int
notification_remove(struct req *r, struct view *v)
{
	if (sql_notification_delete(r->db, req_text(r, "id"), r->person->id) == 0)
		return req_fail(r, 404, "notification_not_found");
	view_bool(v, "deleted", true);
	return req_see(r, "/notifications");
}

static const struct route routes[] = {
	{ METHOD_GET, "/notifications", notification_index, "notification/index.cs", ACCESS_MEMBER,
	    list_params, .summary = "What the person was told, newest first, and how much of it is unread",
	    .owner = "self" },
	{ METHOD_POST, "/notifications/read", notification_open_all, NULL, ACCESS_MEMBER,
	    .summary = "Marks all as read", .owner = "self" },
	{ METHOD_POST, "/notifications/:id/read", notification_open, NULL, ACCESS_MEMBER, one_params,
	    .summary = "Marks one as read and goes to what it is about", .owner = "self" },
	{ METHOD_POST, "/notifications/:id/delete", notification_remove, NULL, ACCESS_MEMBER, one_params,
	    .summary = "Deletes one", .owner = "self" },
	{ 0 }
};

static const struct personal_data personal[] = {
	{ "notification.notification", "person_id, subject, path", "notices inside of the platform",
	    &query_notification_export, &query_notification_erase, NULL, 0 },
	{ 0 }
};

MODULE(.name = "notification", .version = "1", .routes = routes, .queries = notification_queries,
    .personal = personal);
