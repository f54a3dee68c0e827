/*
 * Sessions of browsers: an opaque 256-bit token in a cookie, its SHA-256 in
 * the database. Each unit of work begins with session_enter (db.h: prefix),
 * which checks the session again and sets who the transaction is.
 *
 * A worker remembers persons for conf->session_cache_ms, for reading only:
 * then the check runs in the same round trip as the page's queries, and an
 * answer made for a session that has ended is thrown away (dispatch.c).
 * Writing requests always look first.
 */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "dispatch.h"
#include "message.h"
#include "scoreboard.h"
#include "session.sql.h"
#include "worker.h"

#define SETS 128
#define WAYS 4
#define ROTATE_AFTER_US (INT64_C(15) * 60 * 1000000)
#define TOUCH_AFTER_US (INT64_C(60) * 1000000)

struct remembered {
	unsigned char hash[32];
	int64_t until;           /* CLOCK_MONOTONIC; 0 = free */
	char id[37], session_id[37];
	char name[120], avatar[120], zone[48], locale[16];
	unsigned char seed[32];
	unsigned roles;
	enum role role;
	int64_t authenticated_at;
	bool verified;
};

static struct remembered memory[SETS][WAYS];

static const char *
cookie_name(const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s%s", conf->development ? "" : "__Host-", name);
	return out;
}

const char *
session_cookie(struct host_req *h, const char *name)
{
	const char *p = req_header(&h->req, "HTTP_COOKIE");
	char full[32];
	size_t n = strlen(cookie_name(name, full, sizeof(full)));

	while (p != NULL && *p != '\0') {
		p += strspn(p, " ;");
		if (strncmp(p, full, n) == 0 && p[n] == '=') {
			size_t size = strcspn(p + n + 1, "; ");

			return arena_strndup(h->req.arena, p + n + 1, size);
		}
		p += strcspn(p, ";");
	}
	return NULL;
}

void
session_cookie_set(struct host_req *h, const char *name, const char *value, int64_t max_age)
{
	char full[32];

	if (h->cookies.data == NULL)
		buffer_init(&h->cookies, h->req.arena, 256);
	buffer_printf(&h->cookies, "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Lax%s",
	    cookie_name(name, full, sizeof(full)), max_age < 0 ? "" : value,
	    conf->development ? "" : "; Secure");
	if (max_age != 0)
		buffer_printf(&h->cookies, "; Max-Age=%lld", (long long)(max_age < 0 ? 0 : max_age));
	buffer_str(&h->cookies, "\r\n");
}

void
session_language(struct host_req *h, const char *locale)
{
	session_cookie_set(h, "lang", locale, INT64_C(365) * 86400);
}

void
session_read(struct host_req *h)
{
	const char *sid = session_cookie(h, "sid");

	if (sid != NULL && strlen(sid) == 43)
		h->token = sid;
}

static enum role
role_parse(const char *name)
{
	if (strcmp(name, "ADMIN") == 0)
		return ROLE_ADMIN;
	if (strcmp(name, "EDUCATOR") == 0)
		return ROLE_EDUCATOR;
	return strcmp(name, "STUDENT") == 0 ? ROLE_STUDENT : ROLE_NONE;
}

static struct remembered *
memory_find(const unsigned char *hash)
{
	struct remembered *set = memory[hash[0] % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].until > scoreboard_now() && memcmp(set[i].hash, hash, 32) == 0)
			return &set[i];
	return NULL;
}

static void
memory_keep(const unsigned char *hash, const struct person *p, const unsigned char *seed)
{
	struct remembered *set = memory[hash[0] % SETS], *m = set;

	for (size_t i = 1; i < WAYS; i++)
		if (set[i].until < m->until)
			m = &set[i];
	if (strlen(p->name) >= sizeof(m->name) || strlen(p->zone) >= sizeof(m->zone) ||
	    (p->avatar != NULL && strlen(p->avatar) >= sizeof(m->avatar)))
		return;
	*m = (struct remembered){ .until = scoreboard_now() + conf->session_cache_ms * 1000,
		.roles = p->roles, .role = p->role, .authenticated_at = p->authenticated_at,
		.verified = p->verified };
	memcpy(m->hash, hash, 32);
	memcpy(m->seed, seed, 32);
	snprintf(m->id, sizeof(m->id), "%s", p->id);
	snprintf(m->session_id, sizeof(m->session_id), "%s", p->session_id);
	snprintf(m->name, sizeof(m->name), "%s", p->name);
	snprintf(m->avatar, sizeof(m->avatar), "%s", p->avatar == NULL ? "" : p->avatar);
	snprintf(m->zone, sizeof(m->zone), "%s", p->zone);
	snprintf(m->locale, sizeof(m->locale), "%s", p->locale);
}

void
session_forget(const char *session_id)
{
	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; j < WAYS; j++)
			if (session_id == NULL || strcmp(memory[i][j].session_id, session_id) == 0)
				memory[i][j].until = 0;
}

static void
person_use(struct host_req *h, struct person *p, const unsigned char *seed)
{
	const char *locale = message_locale(p->locale);

	h->req.person = p;
	h->csrf_seed = seed;
	h->req.zone = p->zone;
	/* What this browser chose wins over the profile. */
	if (locale != NULL && !h->language_chosen)
		h->req.locale = locale;
}

static void
person_remembered(struct host_req *h, const struct remembered *m)
{
	struct arena *a = h->req.arena;
	struct person *p = arena_alloc(a, sizeof(*p));
	struct remembered *copy = arena_alloc(a, sizeof(*copy));

	*copy = *m;
	*p = (struct person){ .id = copy->id, .session_id = copy->session_id, .name = copy->name,
		.avatar = copy->avatar[0] == '\0' ? NULL : copy->avatar, .zone = copy->zone,
		.locale = copy->locale, .roles = copy->roles, .role = copy->role,
		.authenticated_at = copy->authenticated_at, .verified = copy->verified };
	person_use(h, p, copy->seed);
}

static void
person_found(struct host_req *h, const struct session_enter *row, const unsigned char *hash)
{
	struct arena *a = h->req.arena;
	struct person *p = arena_alloc(a, sizeof(*p));
	const char *name = crypto_open_wrapped(a, row->data_key, &(struct crypto_place){
	    "identity.person", "name_ct", row->person_id, row->person_id }, row->name_ct);

	*p = (struct person){ .id = row->person_id, .session_id = row->session_id,
		.name = name == NULL ? "?" : name, .zone = row->zone, .locale = row->locale,
		.role = role_parse(row->role), .authenticated_at = row->auth_time,
		.verified = row->verified };
	/* The file is named by its content: another picture, another address. */
	if (row->avatar != NULL) {
		const char *file = strrchr(row->avatar, '/');

		p->avatar = arena_printf(a, "/avatars/%s?v=%.8s", row->person_id,
		    file != NULL ? file + 1 : row->avatar);
	}
	for (const char *const *r = row->roles; r != NULL && *r != NULL; r++)
		p->roles |= role_parse(*r);
	if (row->csrf_seed.size != 32)
		fault("session %s has a bad seed", row->session_id);
	person_use(h, p, row->csrf_seed.data);
	if (conf->session_cache_ms > 0)
		memory_keep(hash, p, row->csrf_seed.data);
	/* A life of more than a day is a remembered session: its cookie is kept. */
	if (row->absolute_until - row->auth_time > INT64_C(86400) * 1000000)
		h->session_age = (row->absolute_until - clock_now()) / 1000000;
	h->touch = clock_now() - row->last_seen > TOUCH_AFTER_US;
	h->rotate = clock_now() - row->rotated_at > ROTATE_AFTER_US;
}

bool
session_enter(struct host_req *h, bool write)
{
	struct arena *a = h->req.arena;
	struct db_prefix *prefix;
	struct session_enter *row;
	struct remembered *m;
	struct permission_query permissions;
	struct sql_bytes digest;
	const char **params;
	bool stale;

	if (h->token == NULL) {
		db_begin(h->req.db, a, write, NULL);
		return true;
	}
	digest = crypto_digest(a, h->token);
	row = arena_alloc(a, sizeof(*row));
	params = arena_alloc(a, 3 * sizeof(*params));
	prefix = arena_alloc(a, sizeof(*prefix));
	params[0] = arena_printf(a, "\\x%s", crypto_hex(a, digest.data, digest.size));
	params[1] = h->req.rid;
	params[2] = write ? "t" : "f";
	h->entered = arena_alloc(a, sizeof(*h->entered));
	h->unread = &row->unread;
	*prefix = (struct db_prefix){ &query_session_enter, params, row, h->entered };
	m = write ? NULL : memory_find(digest.data);
	db_begin(h->req.db, a, write, prefix);
	if (m != NULL) {
		person_remembered(h, m);
		h->remembered = true;
		return true;
	}
	/* Once a minute; it need not be a round trip of its own. */
	stale = permission_queue(h->req.db, &permissions);
	if (write)
		idempotency_ask(h);
	db_flush(h->req.db);
	if (stale)
		permission_take(&permissions);
	if (*h->entered)
		person_found(h, row, digest.data);
	else
		session_cookie_set(h, "sid", "", -1);
	return true;
}

bool
session_ended(const struct host_req *h)
{
	return h->remembered && db_stats(h->req.db)->trips > 0 && !*h->entered;
}

/* A new token every 15 minutes of use, the old one stays good for 30 s; at once
 * when the person's rights changed, and then the old one ends (security.md). */
void
session_rotate_due(struct host_req *h)
{
	const char *fresh;
	struct session_rotate row;

	if ((!h->rotate && !h->rights_changed) || h->token == NULL || h->req.person == NULL)
		return;
	fresh = crypto_token(h->req.arena, 32);
	if (!sql_session_rotate(h->req.db, crypto_digest(h->req.arena, h->token),
	    crypto_digest(h->req.arena, fresh), h->rights_changed, &row) || !row.rotated)
		return;
	session_cookie_set(h, "sid", fresh, h->session_age);
	session_forget(h->req.person->session_id);
}

void
session_touch_due(struct host_req *h)
{
	struct session_touch row;

	if (!h->touch || h->req.person == NULL)
		return;
	db_begin(h->req.db, h->req.arena, true, NULL);
	sql_session_touch(h->req.db, h->req.person->session_id, &row);
	db_commit(h->req.db);
}
