/* profile.c: what a person tells about themself. */
#include <string.h>

#include "identity/identity.sql.h"
#include "identity/part.h"

static const char *
or_empty(const char *s, const char *dflt)
{
	return s && *s ? s : dflt;
}

bool
identity_profile(struct db *db, struct arena *arena, const char *person_id,
    struct identity_profile *out)
{
	struct profile_get row = { 0 };

	if (!sql_profile_get(db, person_id, &row))
		return false;
#define OPEN(column) identity_column(arena, row.id, row.data_key, "identity.profile", #column, \
	row.column)
	*out = (struct identity_profile){
		.id = row.id, .status = row.status, .roles = row.roles, .role = row.role,
		.name = identity_name(arena, row.id, row.name_ct, row.data_key),
		.email = identity_email(arena, row.id, row.email_ct, row.data_key),
		.bio = OPEN(bio_ct), .location = OPEN(location_ct),
		.learning = or_empty(OPEN(learning_ct), "{}"),
		.accessibility = or_empty(OPEN(accessibility_ct), "{}"),
		.zone = or_empty(row.zone, "Africa/Johannesburg"),
		.locale = or_empty(row.locale, "en-ZA"), .avatar = row.avatar,
		.preferences = or_empty(row.preferences, "{}"), .verified = row.verified,
		.published = row.display_name != NULL,
		.display_name = or_empty(row.display_name, ""),
		.headline = or_empty(row.headline, ""),
		.public_bio = or_empty(row.public_bio, ""), .created_at = row.created_at,
		.password_changed_at = row.password_changed_at_set ? row.password_changed_at : 0,
		.last_signin_at = row.last_signin_at_set ? row.last_signin_at : 0 };
#undef OPEN
	return true;
}

void
identity_name_set(struct db *db, struct arena *arena, const char *person_id, const char *name)
{
	struct crypto_key key;
	struct sql_bytes sealed;

	identity_key_read(db, person_id, &key);
	sealed = identity_column_seal(arena, &key, person_id, "identity.person", "name_ct", name);
	crypto_wipe(&key, sizeof(key));
	sql_name_set(db, person_id, sealed, identity_words(arena, name));
}

void
identity_about_set(struct db *db, struct arena *arena, const char *person_id, const char *bio,
    const char *location, const char *zone, const char *locale)
{
	struct crypto_key key;
	struct sql_bytes bio_ct, location_ct;

	identity_key_read(db, person_id, &key);
	bio_ct = identity_column_seal(arena, &key, person_id, "identity.profile", "bio_ct", bio);
	location_ct = identity_column_seal(arena, &key, person_id, "identity.profile",
	    "location_ct", location);
	crypto_wipe(&key, sizeof(key));
	sql_about_set(db, person_id, bio_ct, location_ct, zone, locale);
}

void
identity_avatar_set(struct db *db, const char *person_id, const char *protected_path)
{
	sql_avatar_set_queue(db, person_id, protected_path, NULL);
	sql_public_avatar_set_queue(db, person_id, protected_path, NULL);
	db_flush(db);
}

void
identity_preferences_set(struct db *db, const char *person_id, const char *json)
{
	sql_preferences_set(db, person_id, json);
}

static struct sql_bytes
seal_settings(struct db *db, struct arena *arena, const char *person_id, const char *column,
    const char *json)
{
	struct crypto_key key;
	struct sql_bytes sealed;

	identity_key_read(db, person_id, &key);
	sealed = identity_column_seal(arena, &key, person_id, "identity.profile", column,
	    or_empty(json, "{}"));
	crypto_wipe(&key, sizeof(key));
	return sealed;
}

void
identity_learning_set(struct db *db, struct arena *arena, const char *person_id, const char *json)
{
	sql_learning_set(db, person_id, seal_settings(db, arena, person_id, "learning_ct", json));
}

void
identity_accessibility_set(struct db *db, struct arena *arena, const char *person_id,
    const char *json)
{
	sql_accessibility_set(db, person_id,
	    seal_settings(db, arena, person_id, "accessibility_ct", json));
}

void
identity_publish(struct db *db, const char *person_id, const char *display_name,
    const char *headline, const char *bio, const char *avatar)
{
	if (!display_name || !*display_name)
		sql_unpublish(db, person_id);
	else
		sql_publish(db, person_id, display_name, headline, bio, avatar);
}

struct identity_session_query {
	struct session_list *list;
	size_t n;
};

struct identity_session_query *
identity_sessions_queue(struct db *db, struct arena *arena, const char *person_id)
{
	struct identity_session_query *q = arena_alloc(arena, sizeof(*q));

	sql_session_list_queue(db, person_id, &q->list, &q->n);
	return q;
}

size_t
identity_sessions_rows(const struct identity_session_query *q, struct arena *arena,
    const char *current_id, struct identity_session **rows)
{
	const struct session_list *list = q->list;

	*rows = arena_alloc(arena, (q->n + 1) * sizeof(**rows));
	for (size_t i = 0; i < q->n; i++)
		(*rows)[i] = (struct identity_session){ .id = list[i].id,
			.device = or_empty(list[i].device, ""),
			.network = or_empty(list[i].network, ""),
			.created_at = list[i].created_at, .last_seen = list[i].last_seen,
			.until = list[i].until,
			.current = current_id && strcmp(list[i].id, current_id) == 0 };
	return q->n;
}

size_t
identity_sessions(struct db *db, struct arena *arena, const char *person_id,
    const char *current_id, struct identity_session **rows)
{
	const struct identity_session_query *q = identity_sessions_queue(db, arena, person_id);

	db_flush(db);
	return identity_sessions_rows(q, arena, current_id, rows);
}
