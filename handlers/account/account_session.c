/* Signing in and out, the list of own sessions, the role in use. */
#include <string.h>

#include "account.h"
#include "audit/audit.h"

const struct param account_signin_params[] = {
	{ "email", PARAM_EMAIL, .flags = PARAM_REQUIRED },
	{ "password", PARAM_SECRET, .flags = PARAM_REQUIRED },
	{ "remember", PARAM_BOOL, .flags = 0, .hint = "account.remember.hint" },
	{ "next", PARAM_LOCAL_URL, .flags = 0 },
	{ 0 }
};

const struct param account_session_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

static const char *const role_names[] = { "STUDENT", "EDUCATOR", "ADMIN", NULL };

const struct param account_role_params[] = {
	{ "role", PARAM_ENUM, .flags = PARAM_REQUIRED, .options = role_names },
	{ 0 }
};

/* ---- signing in and out ------------------------------------------------------- */

int
account_signin_show(struct req *r, struct view *v)
{
	const char *next = req_text(r, "next");

	if (r->person)
		return req_see(r, "%s", next ? next : "/me");
	req_title(r, req_msg(r, "account.signin.title"));
	view_str(v, "next", next);
	return 200;
}

/* One answer for a wrong password, an unknown address and a wait. */
static int
refused(struct req *r, const char *code)
{
	if (r->json)
		return req_fail(r, 401, code);
	req_field_error(r, "password", code);
	return req_invalid(r);
}

int
account_signin(struct req *r, struct view *v)
{
	const char *next = req_text(r, "next");
	struct identity_signin s = identity_signin(r->db, r->arena, req_text(r, "email"),
	    req_text(r, "password"), req_network(r));

	switch (s.result) {
	case IDENTITY_WRONG:
	case IDENTITY_WAIT:
		return refused(r, "signin_failed");
	case IDENTITY_DISABLED:
		return refused(r, "account_disabled");
	case IDENTITY_SIGNED_IN:
		break;
	}
	req_session_start(r, s.person_id, req_bool(r, "remember"));
	audit_add_about(r->db, s.person_id, "session.start", "person", s.person_id, NULL,
	    json_object(r->arena, "network", req_network(r), NULL));
	view_bool(v, "signedIn", true);
	view_bool(v, "verified", s.verified);
	if (next)
		return req_see(r, "/me?next=%s", form_encode(r->arena, next));
	return req_see(r, "/me");
}

int
account_signout(struct req *r, struct view *v)
{
	req_session_end(r);
	view_bool(v, "signedOut", true);
	req_flash(r, "good", "account.signed_out");
	return req_see(r, "/");
}

/* ---- own sessions ---------------------------------------------------------------- */

int
account_sessions(struct req *r, struct view *v)
{
	struct view *items = view_list(v, "items");
	struct identity_session *rows;
	size_t n = identity_sessions(r->db, r->arena, r->person->id, r->person->session_id, &rows);

	req_title(r, req_msg(r, "account.sessions.title"));
	for (size_t i = 0; i < n; i++) {
		struct view *s = view_item(items);

		view_str(s, "id", rows[i].id);
		view_str(s, "device", rows[i].device);
		view_str(s, "network", rows[i].network);
		view_time(s, "createdAt", rows[i].created_at);
		view_time(s, "lastSeenAt", rows[i].last_seen);
		view_time(s, "expiresAt", rows[i].until);
		view_bool(s, "current", rows[i].current);
	}
	return 200;
}

/* An ADMIN may end anybody's session, but not here: this page is for one's own. */
static bool
own_session(struct req *r, const char *id)
{
	struct identity_session *rows;
	size_t n = identity_sessions(r->db, r->arena, r->person->id, NULL, &rows);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].id, id) == 0)
			return true;
	return false;
}

int
account_session_end(struct req *r, struct view *v)
{
	const char *id = req_text(r, "id");

	if (!own_session(r, id))
		return req_fail(r, 404, "session_not_found");
	view_bool(v, "ended", true);
	if (strcmp(id, r->person->session_id) == 0)
		return account_signout(r, v);
	if (!req_session_end_id(r, id, "ended by the owner"))
		return req_fail(r, 404, "session_not_found");
	audit_add(r->db, "session.end", "session", id, NULL, NULL);
	req_flash(r, "good", "account.session_ended");
	return req_see(r, "/me/sessions");
}

int
account_sessions_end_others(struct req *r, struct view *v)
{
	int64_t n = req_session_end_others(r, r->person->id, "ended by the owner");

	audit_add(r->db, "session.end_others", "person", r->person->id, NULL,
	    arena_printf(r->arena, "{\"ended\":%lld}", (long long)n));
	view_int(v, "ended", n);
	req_flash(r, "good", "account.sessions_ended");
	return req_see(r, "/me/sessions");
}

/* ---- role in use --------------------------------------------------------------------- */

int
account_role(struct req *r, struct view *v)
{
	const char *role = req_text(r, "role");

	if (!req_session_role(r, role))
		return req_fail(r, 403, "not_your_role");
	audit_add(r->db, "session.role", "session", r->person->session_id,
	    json_object(r->arena, "role", account_role_name(r->person->role), NULL),
	    json_object(r->arena, "role", role, NULL));
	view_str(v, "role", role);
	return req_see(r, "/me");
}
