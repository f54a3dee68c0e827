/*
 * identity.h: who people are. Personal columns are sealed with the person's
 * own key (host/crypto.h); this is the only code that opens and seals them.
 *
 * Every function runs in the caller's transaction and faults when the database
 * does. Strings live in the arena. The person who is asking is the one whom
 * the session entered; row security lets one see oneself, and ADMIN everybody.
 */
#ifndef DOMAIN_IDENTITY_H
#define DOMAIN_IDENTITY_H

#include "handler.h"

#define IDENTITY_VERIFY_SECONDS (24 * 3600)
#define IDENTITY_RESET_SECONDS 3600

/* ---- names and addresses ------------------------------------------------ */

/* Name of a person from a row of identity.person_public. A person whose key
 * was erased is "" (show the message identity.gone). */
const char *identity_name(struct arena *, const char *person_id, struct sql_bytes name_ct,
    struct sql_bytes data_key);
const char *identity_email(struct arena *, const char *person_id, struct sql_bytes email_ct,
    struct sql_bytes data_key);
/* The page where a person of this role begins. */
const char *identity_home(enum role);
/* "alice@example.org" -> "a…@example.org". */
const char *identity_masked(struct arena *, const char *email);

/* Seals a value of another area's table for a person, and opens it again. The
 * person's key is read from the database once per call of identity_seal. */
struct sql_bytes identity_seal(struct db *, struct arena *, const char *person_id,
    const char *table, const char *column, const char *row, const char *text);
/* The same in two steps, for a person's key that is read together with other queries:
 * queue, db_flush(), seal. */
struct identity_key;
struct identity_key *identity_key_queue(struct db *, struct arena *, const char *person_id);
struct sql_bytes identity_seal_by(struct arena *, const struct identity_key *, const char *person_id,
    const char *table, const char *column, const char *row, const char *text);
const char *identity_open(struct arena *, const char *person_id, struct sql_bytes data_key,
    const char *table, const char *column, const char *row, struct sql_bytes sealed);

/* ---- joining, signing in -------------------------------------------------- */

/* Code of a field error ("password_short", "password_long", "password_simple",
 * "password_personal"), or NULL when the password is good enough: at least 15
 * characters, at most 256 bytes, and 8 characters left after common words and
 * words of the person are taken away. email and name may be NULL. */
const char *identity_password_problem(struct arena *, const char *password, const char *email,
    const char *name);

struct identity_new {
	const char *email, *name;
	const char *password;  /* NULL: none yet, a reset sets one */
	/* "STUDENT", "EDUCATOR,STUDENT" (the first is in use to begin with);
	 * "ADMIN" not from the web. */
	const char *role;
	const char *locale;    /* NULL = "en-ZA" */
	const char *zone;      /* NULL = "Africa/Johannesburg" */
	bool verified;         /* not from the web */
};

/* The new person's id; NULL when the address is taken (the hash is computed
 * all the same, so time tells nothing). Auth pool: hashes a password. */
const char *identity_create(struct db *, struct arena *, const struct identity_new *);

struct identity_found {
	const char *id, *name, *email, *locale;
	bool active, verified;
};
/* By address, also before anybody is signed in. For mails: never show it. */
bool identity_by_email(struct db *, struct arena *, const char *email, struct identity_found *);

/* By ids (up to NULL), in any order; those that are gone are left out. For mails, and
 * for names that the caller has a reason to show: the other side of a payment. */
size_t identity_by_id(struct db *, struct arena *, const char *const *ids,
    struct identity_found **);

enum identity_signin_result {
	IDENTITY_SIGNED_IN,  /* person_id is set */
	IDENTITY_WRONG,      /* address or password: say no more */
	IDENTITY_WAIT,       /* too many failures: until wait_until */
	IDENTITY_DISABLED    /* right password, account switched off */
};
struct identity_signin {
	enum identity_signin_result result;
	const char *person_id;
	bool verified;
	int64_t wait_until;
};
/*
 * Checks a password. A failure is counted even though the request then fails:
 * the transaction so far is committed and a new one begun, so call it before
 * anything else is written. `network` is req_network(): a network this person
 * has signed in from has its own counter. Auth pool.
 */
struct identity_signin identity_signin(struct db *, struct arena *, const char *email,
    const char *password, const char *network);

/* The password of the person who is signed in, for a fresh proof. Auth pool. */
bool identity_password_check(struct db *, struct arena *, const char *password);
/* Sets it; other sessions but `keep_session` end. Auth pool. */
bool identity_password_set(struct db *, struct arena *, const char *password,
    const char *keep_session);

/* One-time tokens for mails; a new one ends older ones of its kind. */
const char *identity_verify_token(struct db *, struct arena *, const char *person_id);
const char *identity_reset_token(struct db *, struct arena *, const char *person_id);
bool identity_reset_token_good(struct db *, struct arena *, const char *token);
/* Whose good token it is; false when it is unknown, used or too old. */
enum identity_token { IDENTITY_TOKEN_VERIFY, IDENTITY_TOKEN_RESET };
bool identity_token_owner(struct db *, struct arena *, enum identity_token, const char *token,
    struct identity_found *);
/* The person, or NULL when the token is unknown, used or too old. The reset
 * ends all sessions and counts as proof of the address. Auth pool. */
const char *identity_verify_email(struct db *, struct arena *, const char *token);
const char *identity_reset_password(struct db *, struct arena *, const char *token,
    const char *password);

/* ---- profile --------------------------------------------------------------- */

struct identity_profile {
	const char *id, *name, *email, *bio, *location;  /* "" when not given */
	const char *zone, *locale;
	const char *avatar;         /* protected path, NULL = none */
	const char *preferences;    /* JSON objects, "{}" when not given */
	const char *learning;
	const char *accessibility;
	const char *const *roles;   /* up to NULL */
	const char *role, *status;
	bool verified, published;
	const char *display_name, *headline, *public_bio; /* "" unless published */
	int64_t created_at, password_changed_at, last_signin_at; /* 0 = never */
};
/* Oneself, or anybody for ADMIN; false when not found (or not allowed). */
bool identity_profile(struct db *, struct arena *, const char *person_id,
    struct identity_profile *);

/* Each sets what it names, of oneself (or of anybody for ADMIN). */
void identity_name_set(struct db *, struct arena *, const char *person_id, const char *name);
void identity_about_set(struct db *, struct arena *, const char *person_id, const char *bio,
    const char *location, const char *zone, const char *locale);
void identity_avatar_set(struct db *, const char *person_id, const char *protected_path);
/* Merged into what is there: keys given replace keys of the same name. */
void identity_preferences_set(struct db *, const char *person_id, const char *json);
/* Replaced as a whole. */
void identity_learning_set(struct db *, struct arena *, const char *person_id, const char *json);
void identity_accessibility_set(struct db *, struct arena *, const char *person_id,
    const char *json);
/* What anybody may see of an educator; NULL display_name withdraws it. */
void identity_publish(struct db *, const char *person_id, const char *display_name,
    const char *headline, const char *bio, const char *avatar);

/* ---- sessions of a person ----------------------------------------------------- */

struct identity_session {
	const char *id, *device, *network;
	int64_t created_at, last_seen, until;
	bool current;
};
/* Living ones, last used first. current_id may be NULL. */
size_t identity_sessions(struct db *, struct arena *, const char *person_id,
    const char *current_id, struct identity_session **);
/* The same beside other queries of a page: asked with them, read after db_flush(). */
struct identity_session_query;
struct identity_session_query *identity_sessions_queue(struct db *, struct arena *,
    const char *person_id);
size_t identity_sessions_rows(const struct identity_session_query *, struct arena *,
    const char *current_id, struct identity_session **);

/* ---- administration ------------------------------------------------------------ */

struct identity_row {
	const char *id, *name, *email, *role, *status, *avatar;
	const char *const *roles;
	bool verified;
	int64_t created_at, last_signin_at; /* 0 = never */
};
struct identity_filter {
	const char *q;       /* whole words of the name, or an address; NULL */
	const char *role;    /* has this role; NULL = any */
	const char *status;  /* NULL = any but ERASED */
	int64_t limit, offset;
};
/* ADMIN sees all, everybody else only themselves. *total counts all pages. */
size_t identity_search(struct db *, struct arena *, const struct identity_filter *,
    struct identity_row **, int64_t *total);

/* ADMIN: status "ACTIVE" or "DISABLED" (NULL = as it is), roles up to NULL
 * (NULL = as they are); writes the audit row. Raises not_on_yourself (409) when
 * an admin would lock themself out; false when there is no such person. */
bool identity_admin_set(struct db *, struct arena *, const char *person_id, const char *status,
    const char *const *roles);

/* Erases the key and the person's own rows; oneself, or by ADMIN. */
bool identity_erase(struct db *, struct arena *, const char *person_id);

#endif
