/* identity.c: sealing and opening, creating and finding persons. */
#include "identity/identity.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "arena.h"
#include "identity/identity.sql.h"
#include "identity/part.h"

/* ---- sealing --------------------------------------------------------------- */

static void
key_unwrap(const struct identity_key *row, const char *person_id, struct crypto_key *key)
{
	if (!row->wrapped.data || !crypto_key_unwrap(row->wrapped, key))
		fault("identity: no key of person %s", person_id);
}

void
identity_key_read(struct db *db, const char *person_id, struct crypto_key *key)
{
	struct identity_key row = { 0 };

	sql_identity_key(db, person_id, &row);
	key_unwrap(&row, person_id, key);
}

struct identity_key *
identity_key_queue(struct db *db, struct arena *arena, const char *person_id)
{
	struct identity_key *row = arena_alloc(arena, sizeof(*row));

	/* None and nothing in it are the same: key_unwrap() faults. */
	sql_identity_key_queue(db, person_id, row, arena_alloc(arena, sizeof(bool)));
	return row;
}

static const char *
open_or_empty(struct arena *arena, const char *person_id, struct sql_bytes data_key,
    const struct crypto_place *place, struct sql_bytes sealed)
{
	const char *text;

	if (!sealed.data || !data_key.data)
		return "";
	text = crypto_open_wrapped(arena, data_key, place, sealed);
	if (!text) {
		/* Altered, moved, or of another master key: worth a look. */
		log_event(LOG_LEVEL_ERROR, "sealed_value_bad", "table", place->table, "column",
		    place->column, "person", person_id, NULL);
		return "";
	}
	return text;
}

const char *
identity_column(struct arena *arena, const char *person_id, struct sql_bytes data_key,
    const char *table, const char *column, struct sql_bytes sealed)
{
	const struct crypto_place place = { .table = table, .column = column, .row = person_id,
		.person = person_id };

	return open_or_empty(arena, person_id, data_key, &place, sealed);
}

struct sql_bytes
identity_column_seal(struct arena *arena, const struct crypto_key *key, const char *person_id,
    const char *table, const char *column, const char *text)
{
	const struct crypto_place place = { .table = table, .column = column, .row = person_id,
		.person = person_id };

	if (!text || !*text)
		return (struct sql_bytes){ 0 };
	return crypto_seal_text(arena, key, &place, text);
}

const char *
identity_name(struct arena *arena, const char *person_id, struct sql_bytes name_ct,
    struct sql_bytes data_key)
{
	return identity_column(arena, person_id, data_key, "identity.person", "name_ct", name_ct);
}

const char *
identity_email(struct arena *arena, const char *person_id, struct sql_bytes email_ct,
    struct sql_bytes data_key)
{
	return identity_column(arena, person_id, data_key, "identity.person", "email_ct", email_ct);
}

struct sql_bytes
identity_seal(struct db *db, struct arena *arena, const char *person_id, const char *table,
    const char *column, const char *row, const char *text)
{
	const struct identity_key *key = identity_key_queue(db, arena, person_id);

	db_flush(db);
	return identity_seal_by(arena, key, person_id, table, column, row, text);
}

struct sql_bytes
identity_seal_by(struct arena *arena, const struct identity_key *wrapped, const char *person_id,
    const char *table, const char *column, const char *row, const char *text)
{
	const struct crypto_place place = { .table = table, .column = column, .row = row,
		.person = person_id };
	struct crypto_key key;
	struct sql_bytes sealed;

	key_unwrap(wrapped, person_id, &key);
	sealed = crypto_seal_text(arena, &key, &place, text);
	crypto_wipe(&key, sizeof(key));
	return sealed;
}

const char *
identity_open(struct arena *arena, const char *person_id, struct sql_bytes data_key,
    const char *table, const char *column, const char *row, struct sql_bytes sealed)
{
	const struct crypto_place place = { .table = table, .column = column, .row = row,
		.person = person_id };

	return open_or_empty(arena, person_id, data_key, &place, sealed);
}

/* ---- forms of names and addresses ------------------------------------------- */

static size_t
character_size(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, i = 1;

	while (i < n && s[i])
		i++;
	return i;
}

const char *
identity_home(enum role role)
{
	return role == ROLE_ADMIN ? "/admin" : role == ROLE_EDUCATOR ? "/teach" : "/home";
}

const char *
identity_masked(struct arena *arena, const char *email)
{
	const char *at = strrchr(email, '@');

	if (!at || at == email)
		return "";
	return arena_printf(arena, "%.*s\xe2\x80\xa6%s", (int)character_size(email), email, at);
}

struct sql_bytes
identity_index(struct arena *arena, const char *email)
{
	const char *address = address_normalise(arena, email);

	return address ? crypto_index(arena, "person.email", address) : (struct sql_bytes){ 0 };
}

/* 31 bits of a keyed hash: enough to find a name in a search, too few to read
 * the table as a list of names even for somebody with the index key. */
const char *
identity_words(struct arena *arena, const char *name)
{
	char *lower = arena_strdup(arena, name), *p = lower;
	struct buffer b;

	for (char *c = lower; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	buffer_init(&b, arena, 64);
	buffer_char(&b, '{');
	while (*p) {
		size_t n;
		struct sql_bytes h;
		char end;

		p += strspn(p, " \t.,;:'\"()-");
		n = strcspn(p, " \t.,;:'\"()-");
		if (n == 0)
			break;
		end = p[n];
		p[n] = '\0';
		h = crypto_index(arena, "person.name", p);
		p[n] = end;
		p += n;
		if (b.size > 1)
			buffer_char(&b, ',');
		buffer_printf(&b, "%u", (unsigned)(h.data[0] & 0x7f) << 24 |
		    (unsigned)h.data[1] << 16 | (unsigned)h.data[2] << 8 | h.data[3]);
	}
	buffer_char(&b, '}');
	return buffer_text(&b);
}

/* ---- creating and finding ------------------------------------------------------ */

/* "EDUCATOR,STUDENT" to a list up to NULL. */
static const char *const *
split_roles(struct arena *arena, const char *text)
{
	const char **roles = arena_alloc(arena, 4 * sizeof(*roles));
	size_t n = 0;

	while (*text && n < 3) {
		size_t size = strcspn(text, ",");

		roles[n++] = arena_strndup(arena, text, size);
		text += size + (text[size] == ',');
	}
	return roles;
}

const char *
identity_create(struct db *db, struct arena *arena, const struct identity_new *new)
{
	const char *address = address_normalise(arena, new->email), *id = crypto_uuid(arena);
	const char *const *roles = split_roles(arena, new->role);
	const char *hash = new->password ? crypto_password_hash(arena, new->password) : NULL;
	struct identity_add row = { 0 };
	struct sql_bytes email_ct, name_ct, wrapped;
	struct crypto_key key;

	if (!address)
		fault("identity_create: not an address");
	crypto_key_new(&key, 1);
	email_ct = identity_column_seal(arena, &key, id, "identity.person", "email_ct", address);
	name_ct = identity_column_seal(arena, &key, id, "identity.person", "name_ct", new->name);
	wrapped = crypto_key_wrap(arena, &key);
	crypto_wipe(&key, sizeof(key));
	sql_identity_add(db, id, crypto_index(arena, "person.email", address), email_ct, name_ct,
	    identity_words(arena, new->name), hash, roles, wrapped, 1, new->verified,
	    new->locale ? new->locale : "en-ZA", new->zone ? new->zone : "Africa/Johannesburg",
	    &row);
	return row.added ? id : NULL;
}

bool
identity_by_email(struct db *db, struct arena *arena, const char *email,
    struct identity_found *found)
{
	struct sql_bytes index = identity_index(arena, email);
	struct identity_find row = { 0 };

	if (!index.data || !sql_identity_find(db, index, &row))
		return false;
	*found = (struct identity_found){ .id = row.id, .locale = row.locale,
		.name = identity_name(arena, row.id, row.name_ct, row.data_key),
		.email = identity_email(arena, row.id, row.email_ct, row.data_key),
		.active = strcmp(row.status, "ACTIVE") == 0, .verified = row.verified };
	return true;
}

size_t
identity_by_id(struct db *db, struct arena *arena, const char *const *ids,
    struct identity_found **found)
{
	struct identity_by_ids *rows;
	size_t n = sql_identity_by_ids(db, ids, &rows);

	*found = arena_alloc(arena, (n + 1) * sizeof(**found));
	for (size_t i = 0; i < n; i++)
		(*found)[i] = (struct identity_found){ .id = rows[i].id,
			.locale = rows[i].locale ? rows[i].locale : "en-ZA",
			.name = identity_name(arena, rows[i].id, rows[i].name_ct, rows[i].data_key),
			.email = identity_email(arena, rows[i].id, rows[i].email_ct, rows[i].data_key),
			.active = strcmp(rows[i].status, "ACTIVE") == 0 };
	return n;
}
