/* People: search, one person, roles, switching off, and the audit list. */
#include "admin.h"

#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"

static void
roles_view(struct view *v, const char *const *roles)
{
	struct view *list = view_list(v, "roles");

	for (; roles != NULL && *roles != NULL; roles++)
		view_str(view_item(list), "name", *roles);
}

int
admin_user_index(struct req *r, struct view *v)
{
	static const char *const roles[] = { "STUDENT", "EDUCATOR", "ADMIN", NULL };
	static const char *const states[] = { "ACTIVE", "DISABLED", NULL };
	struct identity_filter filter = { req_text(r, "q"), req_text(r, "role"),
		req_text(r, "status"), ADMIN_PAGE, admin_offset(r) };
	struct identity_row *rows;
	struct view *items;
	int64_t total;
	size_t n;

	req_title(r, req_msg(r, "admin.users.title"));
	if (filter.q != NULL && *filter.q == '\0')
		filter.q = NULL;
	n = identity_search(r->db, r->arena, &filter, &rows, &total);
	view_str(v, "q", filter.q);
	admin_filter(r, v, "role", "role", roles);
	admin_filter(r, v, "status", "status", states);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "name", rows[i].name);
		view_str(item, "initials", name_initials(r->arena, rows[i].name));
		view_str(item, "email", rows[i].email);
		view_str(item, "role", rows[i].role);
		roles_view(item, rows[i].roles);
		view_str(item, "status", rows[i].status);
		view_bool(item, "active", strcmp(rows[i].status, "ACTIVE") == 0);
		view_bool(item, "verified", rows[i].verified);
		view_time(item, "createdAt", rows[i].created_at);
		view_time(item, "lastSigninAt", rows[i].last_signin_at);
	}
	view_paging(v, req_int(r, "page"), ADMIN_PAGE, total);
	return 200;
}

static void
sessions_view(struct req *r, struct view *v, const struct identity_session_query *asked)
{
	struct identity_session *sessions;
	size_t n = identity_sessions_rows(asked, r->arena, r->person->session_id, &sessions);
	struct view *list = view_list(v, "sessions");

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", sessions[i].id);
		view_str(item, "device", sessions[i].device);
		view_str(item, "network", sessions[i].network);
		view_time(item, "createdAt", sessions[i].created_at);
		view_time(item, "seenAt", sessions[i].last_seen);
		view_bool(item, "current", sessions[i].current);
	}
}

static int64_t
audit_view(struct req *r, struct view *v, const char *key, const struct audit_query *asked)
{
	struct audit_row *rows;
	int64_t total;
	size_t n = audit_list_rows(asked, r->arena, &rows, &total);
	struct view *list = view_list(v, key);

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(list);

		view_str(item, "id", rows[i].id);
		view_time(item, "at", rows[i].at);
		view_str(item, "action", rows[i].action);
		view_str(item, "objectType", rows[i].object_type);
		view_str(item, "objectId", rows[i].object_id);
		view_str(item, "actorId", rows[i].actor_id);
		view_str(item, "actorRole", rows[i].actor_role);
		view_str(item, "personId", rows[i].person_id);
		view_str(item, "before", rows[i].before);
		view_str(item, "after", rows[i].after);
		view_str(item, "requestId", rows[i].rid);
	}
	return total;
}

static bool
has_role(const struct identity_profile *p, const char *role)
{
	for (const char *const *have = p->roles; *have != NULL; have++)
		if (strcmp(*have, role) == 0)
			return true;
	return false;
}

int
admin_user_show(struct req *r, struct view *v)
{
	static const char *const all[] = { "STUDENT", "EDUCATOR", "ADMIN", NULL };
	const char *id = req_text(r, "id");
	/* Asked together with the profile, which sends them. */
	const struct identity_session_query *sessions = identity_sessions_queue(r->db, r->arena, id);
	const struct audit_query *audit = audit_list_queue(r->db, r->arena, id, NULL, NULL, 20, 0);
	struct identity_profile p;
	struct view *choices;

	if (!identity_profile(r->db, r->arena, id, &p))
		return req_fail(r, 404, "person_not_found");
	req_title(r, p.name);
	view_str(v, "id", p.id);
	view_str(v, "name", p.name);
	view_str(v, "initials", name_initials(r->arena, p.name));
	view_str(v, "email", p.email);
	view_str(v, "role", p.role);
	roles_view(v, p.roles);
	view_str(v, "status", p.status);
	view_bool(v, "active", strcmp(p.status, "ACTIVE") == 0);
	view_bool(v, "verified", p.verified);
	view_bool(v, "self", strcmp(p.id, r->person->id) == 0);
	view_str(v, "location", p.location);
	view_str(v, "timeZone", p.zone);
	view_str(v, "locale", p.locale);
	view_time(v, "createdAt", p.created_at);
	view_time(v, "lastSigninAt", p.last_signin_at);
	view_time(v, "passwordChangedAt", p.password_changed_at);
	choices = view_list(view_page_only(v, "form"), "roles");
	for (const char *const *role = all; *role != NULL; role++) {
		struct view *item = view_item(choices);

		view_str(item, "name", *role);
		view_bool(item, "on", has_role(&p, *role));
	}
	sessions_view(r, v, sessions);
	audit_view(r, v, "audit", audit);
	return 200;
}

int
admin_user_status(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id"), *status = req_text(r, "status");
	bool off = strcmp(status, "DISABLED") == 0;

	if (!identity_admin_set(r->db, r->arena, id, status, NULL))
		return req_fail(r, 404, "person_not_found");
	if (off)
		req_session_end_others(r, id, "switched off by an administrator");
	view_str(v, "status", status);
	req_flash(r, "good", off ? "admin.user.disabled" : "admin.user.enabled");
	return req_see(r, "/admin/users/%s", id);
}

int
admin_user_roles(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	const char *const *roles = req_list(r, "role", NULL);

	if (!identity_admin_set(r->db, r->arena, id, NULL, roles))
		return req_fail(r, 404, "person_not_found");
	/* Sessions keep the role they had; they end so that nobody keeps one too many. */
	if (strcmp(id, r->person->id) != 0)
		req_session_end_others(r, id, "roles changed");
	else
		req_session_rotate(r);
	roles_view(v, roles);
	req_flash(r, "good", "admin.user.roles_set");
	return req_see(r, "/admin/users/%s", id);
}

int
admin_user_sessions_end(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");
	int64_t ended = req_session_end_others(r, id, "ended by an administrator");

	audit_add_about(r->db, id, "session.end_all", "person", id, NULL, NULL);
	view_int(v, "ended", ended);
	req_flash(r, "good", "admin.user.sessions_ended");
	return req_see(r, "/admin/users/%s", id);
}

int
admin_audit(struct req *r, struct view *v)
{
	const struct audit_query *asked = audit_list_queue(r->db, r->arena, req_text(r, "person"),
	    req_text(r, "type"), req_text(r, "object"), ADMIN_PAGE, admin_offset(r));

	db_flush(r->db);
	req_title(r, req_msg(r, "admin.audit.title"));
	view_paging(v, req_int(r, "page"), ADMIN_PAGE, audit_view(r, v, "items", asked));
	return 200;
}
