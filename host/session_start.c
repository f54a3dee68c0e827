/* Sessions as the account area starts, changes and ends them. */
#include <arpa/inet.h>
#include <string.h>

#include "crypto.h"
#include "db.h"
#include "session.h"
#include "session.sql.h"

/* "Firefox on Linux": enough to know one's own devices apart. */
static const char *
session_device(struct req *r)
{
	static const char *const browsers[][2] = { { "Edg", "Edge" }, { "OPR", "Opera" },
		{ "Firefox", "Firefox" }, { "Chrome", "Chrome" }, { "Safari", "Safari" },
		{ "curl", "curl" } };
	static const char *const systems[][2] = { { "Android", "Android" }, { "iPhone", "iPhone" },
		{ "iPad", "iPad" }, { "Windows", "Windows" }, { "Mac OS", "macOS" }, { "Linux", "Linux" } };
	const char *agent = req_header(r, "HTTP_USER_AGENT");
	const char *browser = "Browser", *system = NULL;

	for (size_t i = 0; agent != NULL && i < sizeof(browsers) / sizeof(browsers[0]); i++)
		if (strstr(agent, browsers[i][0]) != NULL) {
			browser = browsers[i][1];
			break;
		}
	for (size_t i = 0; agent != NULL && i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strstr(agent, systems[i][0]) != NULL) {
			system = systems[i][1];
			break;
		}
	return system == NULL ? browser : arena_printf(r->arena, "%s on %s", browser, system);
}

const char *
req_network(const struct req *r)
{
	const char *address = req_address(r);
	unsigned char raw[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET, address, raw) == 1) {
		raw[3] = 0;
		inet_ntop(AF_INET, raw, text, sizeof(text));
		return arena_printf(r->arena, "%s/24", text);
	}
	if (inet_pton(AF_INET6, address, raw) == 1) {
		memset(raw + 6, 0, 10);
		inet_ntop(AF_INET6, raw, text, sizeof(text));
		return arena_printf(r->arena, "%s/48", text);
	}
	return "";
}

void
req_session_start(struct req *r, const char *person_id, bool remember)
{
	struct host_req *h = host_req(r);
	const char *token = crypto_token(r->arena, 32);
	unsigned char *seed = arena_alloc(r->arena, 32);
	struct session_start row;
	struct session_end ended;

	/* A session that was there before never lives on under a new person. */
	if (h->token != NULL)
		sql_session_end(r->db, crypto_digest(r->arena, h->token), "signed in again", &ended);
	crypto_random(seed, 32);
	if (!sql_session_start(r->db, person_id, crypto_digest(r->arena, token),
	    (struct sql_bytes){ seed, 32 }, remember, session_device(r), req_network(r), &row))
		fault("session could not be started");
	session_cookie_set(h, "sid", token,
	    remember ? (row.absolute_until - clock_now()) / 1000000 : 0);
	session_cookie_set(h, "pre", "", -1);
}

void
req_session_end(struct req *r)
{
	struct host_req *h = host_req(r);
	struct session_end ended;

	if (h->token != NULL)
		sql_session_end(r->db, crypto_digest(r->arena, h->token), "signed out", &ended);
	if (r->person != NULL)
		session_forget(r->person->session_id);
	session_cookie_set(h, "sid", "", -1);
}

bool
req_session_end_id(struct req *r, const char *session_id, const char *reason)
{
	struct session_end_id row;

	session_forget(session_id);
	return sql_session_end_id(r->db, session_id, reason, &row) && row.ended;
}

int64_t
req_session_end_others(struct req *r, const char *person_id, const char *reason)
{
	struct session_end_others row;
	const char *keep = r->person != NULL ? r->person->session_id : NULL;

	session_forget(NULL);
	return sql_session_end_others(r->db, person_id, keep, reason, &row) ? row.ended : 0;
}

void
req_session_rotate(struct req *r)
{
	session_forget(r->person->session_id);
	host_req(r)->rights_changed = true;
}

bool
req_session_role(struct req *r, const char *role)
{
	struct session_role row;

	req_session_rotate(r);
	return sql_session_role(r->db, r->person->session_id, role, &row) && row.changed;
}

void
req_session_authenticated(struct req *r)
{
	struct session_authenticated row;

	req_session_rotate(r);
	sql_session_authenticated(r->db, r->person->session_id, &row);
}

void
req_display(struct req *r, const char *theme, const char *contrast, const char *scale,
    const char *motion)
{
	session_cookie_set(host_req(r), "prefs", arena_printf(r->arena, "%s.%s.%s.%s", theme, contrast,
	    scale, motion), INT64_C(365) * 86400);
}
