/*
 * Accounts: joining, proving an address, and the table of all routes of the
 * area. No link of a mail changes anything by itself: mail programs and
 * scanners follow links, so a page asks for one press of a button first.
 */
#include "account.h"

#include <string.h>

#include "account.sql.h"
#include "audit/audit.h"
#include "outbox/outbox.h"

static const char *const joining_roles[] = { "STUDENT", "EDUCATOR", NULL };

const struct param account_signup_params[] = {
	{ "name", PARAM_LINE, .flags = PARAM_REQUIRED, .min = 1, .max = 100, .hint = "account.name.hint" },
	{ "email", PARAM_EMAIL, .flags = PARAM_REQUIRED, .hint = "account.email.hint" },
	{ "password", PARAM_SECRET, .flags = PARAM_REQUIRED, .hint = "account.password.hint" },
	{ "role", PARAM_ENUM, .flags = 0, .options = joining_roles, .dflt_text = "STUDENT" },
	{ "zone", PARAM_ZONE, .flags = 0, .dflt_text = "Africa/Johannesburg" },
	{ 0 }
};

const struct param account_token_params[] = {
	{ "token", PARAM_SECRET, .flags = 0, .max = 100 },
	{ 0 }
};

const struct param account_address_params[] = {
	{ "email", PARAM_EMAIL, .flags = 0 },
	{ 0 }
};

const struct param account_next_params[] = {
	{ "next", PARAM_LOCAL_URL, .flags = 0 },
	{ 0 }
};

void
account_own(struct req *r, struct identity_profile *p)
{
	if (!identity_profile(r->db, r->arena, r->person->id, p))
		fault("the signed-in person has no profile");
}

/* ---- joining ------------------------------------------------------------ */

int
account_signup_show(struct req *r, struct view *v)
{
	if (r->person)
		return req_see(r, "/me");
	req_title(r, req_msg(r, "account.signup.title"));
	view_int(v, "passwordCharacters", 15);
	return 200;
}

static void
joined(struct req *r, const char *id, const char *role)
{
	const struct identity_found person = { .id = id, .email = req_text(r, "email"),
		.name = req_text(r, "name"), .locale = r->locale };
	const char *token = identity_verify_token(r->db, r->arena, id);

	audit_add_about(r->db, id, "person.signup", "person", id, NULL,
	    json_object(r->arena, "role", role, NULL));
	outbox_add(r->db, "person.created", "account", id,
	    json_object(r->arena, "person", id, "role", role, NULL));
	account_mail(r, "verify", &person, arena_printf(r->arena, "/verify?token=%s", token));
}

/*
 * The address has an account. Its owner is told; whoever filled the form sees
 * what everybody sees. An account whose address was never proved may have been
 * made by somebody else, so its owner gets a link that sets a new password.
 */
static void
known(struct req *r)
{
	struct identity_found person;
	const char *token;

	if (!identity_by_email(r->db, r->arena, req_text(r, "email"), &person) || !person.active)
		return;
	if (person.verified) {
		account_mail(r, "signup_known", &person, "/password/reset");
		return;
	}
	token = identity_reset_token(r->db, r->arena, person.id);
	account_mail(r, "signup_again", &person,
	    arena_printf(r->arena, "/password/reset/confirm?token=%s", token));
}

int
account_signup(struct req *r, struct view *v)
{
	const char *role = strcmp(req_text(r, "role"), "EDUCATOR") == 0 ? "EDUCATOR,STUDENT"
	    : "STUDENT";
	const struct identity_new new = { .email = req_text(r, "email"),
		.name = req_text(r, "name"), .password = req_text(r, "password"), .role = role,
		.locale = r->locale, .zone = req_text(r, "zone") };
	const char *problem = identity_password_problem(r->arena, new.password, new.email, new.name);
	bool allowed;
	const char *id;

	if (problem) {
		req_field_error(r, "password", problem);
		return req_invalid(r);
	}
	allowed = account_mail_allowed(r, "signup", new.email);
	id = identity_create(r->db, r->arena, &new);
	if (id)
		joined(r, id, req_text(r, "role"));
	else if (allowed)
		known(r);
	view_bool(v, "sent", true);
	return req_see(r, "/verify");
}

/* ---- proving the address ------------------------------------------------- */

int
account_verify_show(struct req *r, struct view *v)
{
	const char *token = req_text(r, "token");
	struct identity_found person;

	req_title(r, req_msg(r, "account.verify.title"));
	if (!token) {
		view_str(v, "state", "sent");
		return 200;
	}
	if (!identity_token_owner(r->db, r->arena, IDENTITY_TOKEN_VERIFY, token, &person)) {
		view_str(v, "state", "gone");
		return r->json ? req_fail(r, 410, "link_gone") : 200;
	}
	view_str(v, "state", "confirm");
	view_str(v, "name", person.name);
	view_str(view_page_only(v, "form"), "token", token);
	return 200;
}

int
account_verify(struct req *r, struct view *v)
{
	const char *token = req_text(r, "token");
	struct identity_found person;

	if (!token || !identity_token_owner(r->db, r->arena, IDENTITY_TOKEN_VERIFY, token, &person) ||
	    !identity_verify_email(r->db, r->arena, token)) {
		if (r->json)
			return req_fail(r, 410, "link_gone");
		req_flash(r, "warn", "account.link_gone");
		return req_see(r, "/verify/again");
	}
	audit_add_about(r->db, person.id, "person.verify", "person", person.id,
	    "{\"verified\":false}", "{\"verified\":true}");
	outbox_add(r->db, "person.verified", "account", person.id,
	    json_object(r->arena, "person", person.id, NULL));
	account_mail(r, "welcome", &person, "/courses");
	view_bool(v, "verified", true);
	req_flash(r, "good", "account.verified");
	return req_see(r, r->person ? "/me" : "/signin");
}

int
account_verify_again_show(struct req *r, struct view *v)
{
	struct identity_profile own;

	req_title(r, req_msg(r, "account.verify_again.title"));
	if (r->person) {
		account_own(r, &own);
		view_str(v, "email", own.email);
	}
	return 200;
}

int
account_verify_again(struct req *r, struct view *v)
{
	const char *email = req_text(r, "email");
	struct identity_found person;
	struct identity_profile own;

	if (!email && r->person) {
		account_own(r, &own);
		email = own.email;
	}
	if (!email) {
		req_field_error(r, "email", "required");
		return req_invalid(r);
	}
	if (account_mail_allowed(r, "verify", email) &&
	    identity_by_email(r->db, r->arena, email, &person) && person.active &&
	    !person.verified)
		account_mail(r, "verify", &person, arena_printf(r->arena, "/verify?token=%s",
		    identity_verify_token(r->db, r->arena, person.id)));
	view_bool(v, "sent", true);
	return req_see(r, "/verify");
}

/* ---- who am I -------------------------------------------------------------- */

const char *
account_role_name(enum role role)
{
	return role == ROLE_ADMIN ? "ADMIN" : role == ROLE_EDUCATOR ? "EDUCATOR" : "STUDENT";
}

/* As JSON: who am I. As a page: where a sign-in goes on, in the own colours. */
int
account_me(struct req *r, struct view *v)
{
	const char *next = req_text(r, "next");
	struct identity_profile own;
	struct view *roles;

	account_own(r, &own);
	if (!r->json) {
		account_display(r, &own);
		return req_see(r, "%s", next ? next : identity_home(r->person->role));
	}
	view_str(v, "id", own.id);
	view_str(v, "name", own.name);
	view_str(v, "email", own.email);
	view_bool(v, "verified", own.verified);
	view_str(v, "role", account_role_name(r->person->role));
	roles = view_list(v, "roles");
	for (const char *const *role = own.roles; *role; role++)
		view_item_str(roles, *role);
	view_str(v, "locale", own.locale);
	view_str(v, "zone", own.zone);
	view_str(v, "avatar", account_avatar_url(r, own.id, own.avatar));
	view_time(v, "createdAt", own.created_at);
	view_time(v, "authenticatedAt", r->person->authenticated_at);
	return 200;
}

/* ---- tables ------------------------------------------------------------------ */

/* Limits per minute: 20 tries of sign-in a network (security.md §6.3); what
 * sends a mail or hashes without a sign-in less. */
static const struct route routes[] = {
	{ METHOD_GET, "/signup", account_signup_show, "account/signup.cs", ACCESS_PUBLIC,
	    .no_json = true, .summary = "Form to join", .owner = "anyone" },
	{ METHOD_POST, "/signup", account_signup, "account/signup.cs", ACCESS_PUBLIC,
	    account_signup_params, .form = account_signup_show, .pool = POOL_AUTH,
	    .rate_per_minute = 10, .summary = "Join; a mail to the address says how to go on",
	    .owner = "anyone" },
	{ METHOD_GET, "/verify", account_verify_show, "account/verify.cs", ACCESS_PUBLIC,
	    account_token_params, .rate_per_minute = 60,
	    .summary = "What the link of the mail opens; changes nothing", .owner = "token" },
	{ METHOD_POST, "/verify", account_verify, "account/verify.cs", ACCESS_PUBLIC,
	    account_token_params, .form = account_verify_show, .rate_per_minute = 20,
	    .summary = "Proves the address with the token of the mail", .owner = "token" },
	{ METHOD_GET, "/verify/again", account_verify_again_show, "account/verify_again.cs",
	    ACCESS_PUBLIC, .no_json = true, .summary = "Form for another mail", .owner = "self" },
	{ METHOD_POST, "/verify/again", account_verify_again, "account/verify_again.cs",
	    ACCESS_PUBLIC, account_address_params, .form = account_verify_again_show,
	    .rate_per_minute = 5, .summary = "Sends the mail of the sign-up again",
	    .owner = "self" },

	{ METHOD_GET, "/signin", account_signin_show, "account/signin.cs", ACCESS_PUBLIC,
	    account_next_params, .no_json = true, .summary = "Form to sign in", .owner = "anyone" },
	{ METHOD_POST, "/signin", account_signin, "account/signin.cs", ACCESS_PUBLIC,
	    account_signin_params, .form = account_signin_show, .pool = POOL_AUTH,
	    .rate_per_minute = 20, .summary = "Signs in and sets the session cookie",
	    .owner = "anyone" },
	{ METHOD_POST, "/signout", account_signout, NULL, ACCESS_PUBLIC,
	    .summary = "Ends this session", .owner = "self" },
	{ METHOD_GET, "/me", account_me, NULL, ACCESS_MEMBER, account_next_params,
	    .summary = "Who is signed in", .owner = "self" },
	{ METHOD_POST, "/me/role", account_role, NULL, ACCESS_MEMBER, account_role_params,
	    .summary = "Acts in another of the own roles", .owner = "self" },
	{ METHOD_GET, "/me/sessions", account_sessions, "account/sessions.cs", ACCESS_MEMBER,
	    .summary = "Own sessions", .owner = "self" },
	{ METHOD_POST, "/me/sessions/end-others", account_sessions_end_others, NULL, ACCESS_MEMBER,
	    .summary = "Ends all own sessions but this one", .owner = "self" },
	{ METHOD_POST, "/me/sessions/:id/end", account_session_end, NULL, ACCESS_MEMBER,
	    account_session_params, .summary = "Ends one own session", .owner = "self" },

	{ METHOD_GET, "/password/reset", account_reset_show, "account/reset.cs", ACCESS_PUBLIC,
	    account_reset_show_params, .no_json = true, .summary = "Form for a lost password",
	    .owner = "anyone" },
	{ METHOD_POST, "/password/reset", account_reset, "account/reset.cs", ACCESS_PUBLIC,
	    account_address_params, .form = account_reset_show, .pool = POOL_AUTH,
	    .rate_per_minute = 5, .summary = "Sends a link to set a new password",
	    .owner = "anyone" },
	{ METHOD_GET, "/password/reset/confirm", account_reset_confirm_show,
	    "account/reset_confirm.cs", ACCESS_PUBLIC, account_token_params, .no_json = true,
	    .rate_per_minute = 60, .summary = "What the link of the mail opens; changes nothing",
	    .owner = "token" },
	{ METHOD_POST, "/password/reset/confirm", account_reset_confirm,
	    "account/reset_confirm.cs", ACCESS_PUBLIC, account_reset_confirm_params,
	    .form = account_reset_confirm_show, .pool = POOL_AUTH, .rate_per_minute = 10,
	    .summary = "Sets a new password with the token of the mail", .owner = "token" },
	{ METHOD_GET, "/me/password", account_password_show, "account/password.cs", ACCESS_MEMBER,
	    .no_json = true, .summary = "Form to change the password", .owner = "self" },
	{ METHOD_POST, "/me/password", account_password, "account/password.cs", ACCESS_MEMBER,
	    account_password_params, .form = account_password_show, .pool = POOL_AUTH,
	    .rate_per_minute = 5, .summary = "Changes the password; other sessions end",
	    .owner = "self" },

	{ METHOD_GET, "/me/profile", account_profile_show, "account/profile.cs", ACCESS_MEMBER,
	    .summary = "Own profile", .owner = "self" },
	{ METHOD_POST, "/me/profile", account_profile, "account/profile.cs", ACCESS_MEMBER,
	    account_profile_params, .form = account_profile_show,
	    .summary = "Changes the own profile", .owner = "self" },
	{ METHOD_POST, "/me/profile/public", account_public, "account/profile.cs",
	    ACCESS_EDUCATOR, account_public_params, .form = account_profile_show,
	    .summary = "What anybody may read about an educator", .owner = "self" },
	{ METHOD_POST, "/me/avatar", account_avatar_set, "account/profile.cs", ACCESS_MEMBER,
	    account_avatar_params, .form = account_profile_show,
	    .body_max = 2 * 1024 * 1024 + 8192, .rate_per_minute = 10,
	    .summary = "Sets the own picture: PNG, JPEG or WebP up to 2 MiB", .owner = "self" },
	{ METHOD_POST, "/me/avatar/remove", account_avatar_remove, NULL, ACCESS_MEMBER,
	    .summary = "Removes the own picture", .owner = "self" },
	{ METHOD_GET, "/avatars/:person", account_avatar_show, NULL, ACCESS_PUBLIC,
	    account_avatar_show_params, .no_json = true,
	    .summary = "Picture of a person, for those who may see it", .owner = "identity" },
	{ METHOD_GET, "/educators/:person", account_author, "account/educator.cs", ACCESS_PUBLIC,
	    account_author_params, .summary = "What an educator published", .owner = "anyone" },

	{ METHOD_GET, "/me/settings", account_settings_show, "account/settings.cs", ACCESS_MEMBER,
	    .summary = "Own settings", .owner = "self" },
	{ METHOD_POST, "/me/settings", account_settings, "account/settings.cs", ACCESS_MEMBER,
	    account_settings_params, .form = account_settings_show,
	    .summary = "Changes the own settings", .owner = "self" },
	{ 0 }
};

/* Erasing the person's row takes the key away that all sealed columns need. */
static const struct personal_data personal[] = {
	{ "identity.person", "email_ct, name_ct, name_words", "the account",
	    .export_query = &query_export_person, .erase_query = &query_erase_person },
	{ "identity.profile",
	    "bio_ct, location_ct, learning_ct, accessibility_ct, time_zone, locale, avatar, preferences",
	    "what the person chose to tell and how pages are shown",
	    .export_query = &query_export_profile, .erase_query = &query_erase_person },
	{ "identity.public_profile", "display_name, headline, bio, avatar",
	    "what an educator published", .export_query = &query_export_public,
	    .erase_query = &query_erase_person },
	{ "identity.session", "device, address_prefix", "signed-in devices",
	    .export_query = &query_export_session, .erase_query = &query_erase_person,
	    .retention_days = 90 },
	{ 0 }
};

MODULE(.name = "account", .version = "1", .routes = routes, .queries = account_queries,
    .personal = personal);
