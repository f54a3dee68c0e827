/*
 * Reviews: of those who take the course, one each, edited as often as they
 * like; votes, reports, an answer of the educator; moderation.
 */
#include <string.h>

#include "audit/audit.h"
#include "marketplace.h"

static const char *const reasons[] = { "SPAM", "ABUSE", "OFF_TOPIC", "PRIVATE", "OTHER", NULL };
static const char *const states[] = { "SHOWN", "HIDDEN", NULL };

const struct param review_list_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param review_save_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "rating", PARAM_INT, PARAM_REQUIRED, .min = 1, .max = 5 },
	{ "comment", PARAM_TEXT, 0, .max = 1000 },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param review_one_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ 0 }
};
const struct param review_vote_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "on", PARAM_BOOL, .flags = 0 },
	{ 0 }
};
const struct param review_report_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "reason", PARAM_ENUM, PARAM_REQUIRED, .options = reasons },
	{ 0 }
};
const struct param review_reply_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "reply", PARAM_TEXT, 0, .max = 1000 },
	{ 0 }
};
const struct param review_admin_params[] = {
	{ "all", PARAM_BOOL, .flags = 0 },
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param review_moderate_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "status", PARAM_ENUM, PARAM_REQUIRED, .options = states },
	{ 0 }
};

/* "Nomvula Dlamini" -> "Nomvula D.": what others may see. */
static const char *
author_of(struct arena *arena, const char *name)
{
	const char *space = strrchr(name, ' ');
	size_t n;

	if (space == NULL || space[1] == '\0')
		return arena_strndup(arena, name, strnlen(name, 60));
	/* The whole first character of the last name, also when it is not ASCII. */
	for (n = 1; ((unsigned char)space[1 + n] & 0xC0) == 0x80; n++)
		;
	return arena_printf(arena, "%.*s %.*s.", (int)strcspn(name, " "), name, (int)n, space + 1);
}

static void
item_view(struct view *item, const struct review_list *row)
{
	view_str(item, "id", row->id);
	view_int(item, "rating", row->rating);
	view_str(item, "comment", row->comment);
	view_str(item, "author", row->author);
	view_bool(item, "bought", row->bought);
	view_int(item, "helpful", row->helpful);
	view_str(item, "reply", row->reply);
	view_time(item, "repliedAt", row->replied_at_set ? row->replied_at : 0);
	view_bool(item, "edited", row->edited);
	view_time(item, "createdAt", row->created_at);
	view_bool(item, "own", row->own);
	view_bool(item, "voted", row->voted);
}

static void
course_view(struct req *r, struct view *v, const struct review_course *c)
{
	const char *me = r->person != NULL ? r->person->id : "";
	struct view *own;

	req_title(r, arena_printf(r->arena, "%s: %s", req_msg(r, "review.title"), c->title));
	view_str(v, "slug", c->slug);
	view_str(v, "title", c->title);
	view_int(v, "count", c->rating_count);
	if (c->rating_count > 0) {
		int64_t tenths = (c->rating_sum * 10 + c->rating_count / 2) / c->rating_count;

		view_strf(v, "rating", "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
	}
	view_bool(v, "mayReview", c->enrolled);
	view_bool(v, "mayReply", strcmp(c->instructor_id, me) == 0);
	view_bool(v, "mayVote", r->person != NULL);
	if (!c->own_rating_set)
		return;
	own = view_obj(v, "own");
	view_int(own, "rating", c->own_rating);
	view_str(own, "comment", c->own_comment);
	view_bool(own, "hidden", c->own_hidden);
}

int
review_index(struct req *r, struct view *v)
{
	const char *slug = req_text(r, "slug"), *me = r->person != NULL ? r->person->id : NULL;
	int64_t page = req_int(r, "page");
	struct review_course c;
	struct review_list *rows;
	struct review_stars *stars;
	struct view *list;
	size_t n, n_stars;
	bool found;

	sql_review_course_queue(r->db, slug, me, &c, &found);
	sql_review_list_queue(r->db, slug, me, MARKETPLACE_PAGE, (page - 1) * MARKETPLACE_PAGE, &rows, &n);
	sql_review_stars_queue(r->db, slug, &stars, &n_stars);
	db_flush(r->db);
	if (!found)
		return req_fail(r, 404, "course_not_found");
	course_view(r, v, &c);
	list = view_list(v, "stars");
	for (size_t i = 0; i < n_stars; i++) {
		struct view *item = view_item(list);

		view_int(item, "stars", stars[i].rating);
		view_int(item, "count", stars[i].given);
		view_int(item, "percent", c.rating_count > 0 ? stars[i].given * 100 / c.rating_count : 0);
	}
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++)
		item_view(view_item(list), &rows[i]);
	view_paging(v, page, MARKETPLACE_PAGE, c.rating_count);
	return 200;
}

static bool
course_find(struct req *r, struct review_course *c)
{
	return sql_review_course(r->db, req_text(r, "slug"), r->person->id, c);
}

int
review_store(struct req *r, struct view *v)
{
	const char *comment = req_text(r, "comment");
	struct review_course c;
	struct review_save row;

	if (!course_find(r, &c))
		return req_fail(r, 404, "course_not_found");
	sql_review_save(r->db, c.id, req_int(r, "rating"), comment != NULL ? comment : "",
	    author_of(r->arena, r->person->name), &row);
	cache_touch(r->db, "catalogue");
	view_str(v, "course", c.slug);
	view_int(v, "rating", req_int(r, "rating"));
	if (row.fresh)
		req_created(r);
	req_flash(r, "good", "review.saved");
	return req_see(r, "/courses/%s/reviews", c.slug);
}

int
review_remove(struct req *r, struct view *v)
{
	struct review_course c;
	struct review_delete row;

	if (!course_find(r, &c))
		return req_fail(r, 404, "course_not_found");
	sql_review_delete(r->db, c.id, &row);
	if (!row.found)
		return req_fail(r, 404, "review_not_found");
	cache_touch(r->db, "catalogue");
	view_str(v, "course", c.slug);
	req_flash(r, "good", "review.removed");
	return req_see(r, "/courses/%s/reviews", c.slug);
}

int
review_vote(struct req *r, struct view *v)
{
	struct review_vote row;

	sql_review_vote(r->db, req_text(r, "id"), req_bool(r, "on"), &row);
	view_int(v, "helpful", row.helpful);
	return req_see(r, "/courses/%s/reviews", req_text(r, "slug"));
}

int
review_report(struct req *r, struct view *v)
{
	struct review_report row;

	sql_review_report(r->db, req_text(r, "id"), req_text(r, "reason"), &row);
	view_bool(v, "reported", true);
	req_flash(r, "good", "review.reported");
	return req_see(r, "/courses/%s/reviews", req_text(r, "slug"));
}

int
review_reply(struct req *r, struct view *v)
{
	const char *text = req_text(r, "reply");

	sql_review_reply(r->db, req_text(r, "id"), text != NULL ? text : "");
	view_str(v, "reply", text);
	req_flash(r, "good", "review.replied");
	return req_see(r, "/courses/%s/reviews", req_text(r, "slug"));
}

/* ---- moderation ------------------------------------------------------------------------- */

int
review_admin(struct req *r, struct view *v)
{
	int64_t page = req_int(r, "page");
	struct review_admin_list *rows;
	struct review_admin_count all;
	struct view *items = view_list(v, "items");
	bool reported = !req_bool(r, "all"), found;
	size_t n;

	sql_review_admin_list_queue(r->db, reported, MARKETPLACE_PAGE, (page - 1) * MARKETPLACE_PAGE, &rows,
	    &n);
	sql_review_admin_count_queue(r->db, reported, &all, &found);
	db_flush(r->db);
	req_title(r, req_msg(r, "review.moderation"));
	view_bool(v, "all", !reported);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "slug", rows[i].slug);
		view_str(item, "course", rows[i].title);
		view_int(item, "rating", rows[i].rating);
		view_str(item, "comment", rows[i].comment);
		view_str(item, "author", rows[i].author);
		view_bool(item, "hidden", strcmp(rows[i].status, "HIDDEN") == 0);
		view_int(item, "reports", rows[i].reports);
		view_str(item, "reasons", rows[i].reasons);
		view_time(item, "createdAt", rows[i].created_at);
	}
	view_paging(v, page, MARKETPLACE_PAGE, all.total);
	return 200;
}

int
review_moderate(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id"), *status = req_text(r, "status");

	sql_review_moderate(r->db, id, status);
	cache_touch(r->db, "catalogue");
	audit_add(r->db, "review.moderate", "review", id, NULL,
	    json_object(r->arena, "status", status, NULL));
	view_str(v, "status", status);
	req_flash(r, "good", "review.moderated");
	return req_see(r, "/admin/reviews");
}
