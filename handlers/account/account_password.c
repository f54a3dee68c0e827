/* Passwords: the lost one and the changed one. */
#include <string.h>

#include "account.h"
#include "audit/audit.h"

const struct param account_reset_show_params[] = {
	{ "sent", PARAM_BOOL, .flags = 0 },
	{ 0 }
};

const struct param account_reset_confirm_params[] = {
	{ "token", PARAM_SECRET, .flags = PARAM_REQUIRED, .max = 100 },
	{ "password", PARAM_SECRET, .flags = PARAM_REQUIRED, .hint = "account.password.hint" },
	{ 0 }
};

const struct param account_password_params[] = {
	{ "current", PARAM_SECRET, .flags = PARAM_REQUIRED },
	{ "password", PARAM_SECRET, .flags = PARAM_REQUIRED, .hint = "account.password.hint" },
	{ 0 }
};

/* ---- a lost password ------------------------------------------------------------ */

int
account_reset_show(struct req *r, struct view *v)
{
	req_title(r, req_msg(r, "account.reset.title"));
	/* The form of a refused POST has no such parameter and was not sent. */
	view_bool(v, "sent", strcmp(r->method, "POST") != 0 && req_bool(r, "sent"));
	return 200;
}

int
account_reset(struct req *r, struct view *v)
{
	const char *email = req_text(r, "email");
	struct identity_found person;
	const char *token;

	if (!email) {
		req_field_error(r, "email", "required");
		return req_invalid(r);
	}
	if (account_mail_allowed(r, "reset", email) &&
	    identity_by_email(r->db, r->arena, email, &person) && person.active) {
		token = identity_reset_token(r->db, r->arena, person.id);
		audit_add_about(r->db, person.id, "person.reset_asked", "person", person.id, NULL,
		    NULL);
		account_mail(r, "reset", &person,
		    arena_printf(r->arena, "/password/reset/confirm?token=%s", token));
	}
	view_bool(v, "sent", true);
	return req_see(r, "/password/reset?sent=1");
}

int
account_reset_confirm_show(struct req *r, struct view *v)
{
	const char *token = req_text(r, "token");
	struct identity_found person;

	req_title(r, req_msg(r, "account.reset_confirm.title"));
	view_int(v, "passwordCharacters", 15);
	if (!token || !identity_token_owner(r->db, r->arena, IDENTITY_TOKEN_RESET, token, &person)) {
		view_str(v, "state", "gone");
		return 200;
	}
	view_str(v, "state", "confirm");
	view_str(v, "email", identity_masked(r->arena, person.email));
	view_str(view_page_only(v, "form"), "token", token);
	return 200;
}

static int
link_gone(struct req *r)
{
	if (r->json)
		return req_fail(r, 410, "link_gone");
	req_flash(r, "warn", "account.link_gone");
	return req_see(r, "/password/reset");
}

int
account_reset_confirm(struct req *r, struct view *v)
{
	const char *token = req_text(r, "token"), *password = req_text(r, "password"), *problem;
	struct identity_found person;

	if (!identity_token_owner(r->db, r->arena, IDENTITY_TOKEN_RESET, token, &person))
		return link_gone(r);
	problem = identity_password_problem(r->arena, password, person.email, person.name);
	if (problem) {
		req_field_error(r, "password", problem);
		return req_invalid(r);
	}
	if (!identity_reset_password(r->db, r->arena, token, password))
		return link_gone(r);
	audit_add_about(r->db, person.id, "person.password_reset", "person", person.id, NULL, NULL);
	account_mail(r, "password_changed", &person, "/password/reset");
	view_bool(v, "changed", true);
	req_flash(r, "good", "account.password_reset");
	return req_see(r, "/signin");
}

/* ---- a new password --------------------------------------------------------------- */

int
account_password_show(struct req *r, struct view *v)
{
	req_title(r, req_msg(r, "account.password.title"));
	view_int(v, "passwordCharacters", 15);
	return 200;
}

static const char *
password_problem(struct req *r, const struct identity_profile *own)
{
	const char *password = req_text(r, "password");

	if (strcmp(password, req_text(r, "current")) == 0)
		return "password_same";
	return identity_password_problem(r->arena, password, own->email, own->name);
}

int
account_password(struct req *r, struct view *v)
{
	struct identity_profile own;
	const char *problem;

	account_own(r, &own);
	problem = password_problem(r, &own);
	if (problem)
		req_field_error(r, "password", problem);
	/* Checked always, so that one answer names everything that is wrong. */
	if (!identity_password_check(r->db, r->arena, req_text(r, "current"))) {
		req_field_error(r, "current", "password_wrong");
		problem = "password_wrong";
	}
	if (problem)
		return req_invalid(r);
	if (!identity_password_set(r->db, r->arena, req_text(r, "password"), r->person->session_id))
		return req_fail(r, 409, "account_disabled");
	req_session_authenticated(r);
	audit_add(r->db, "person.password", "person", own.id, NULL, NULL);
	account_mail(r, "password_changed", &(struct identity_found){ .id = own.id,
	    .name = own.name, .email = own.email, .locale = own.locale }, "/password/reset");
	view_bool(v, "changed", true);
	req_flash(r, "good", "account.password_changed");
	return req_see(r, "/me/settings");
}
