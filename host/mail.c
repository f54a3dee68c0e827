/* mail.c: puts mails into the queue; see mail.h. */
#include "mail.h"

#include <string.h>

#include "address.h"
#include "crypto.h"
#include "db.h"
#include "mail.sql.h"
#include "view.h"

struct view *
mail_view(struct arena *arena)
{
	return view_new(arena, VIEW_JSON, "en-ZA", "UTC");
}

/* The key of the mail: the person's, so that erasing it erases the mail; a key
 * of its own for an address without an account. */
static struct sql_bytes
mail_key(struct db *db, struct arena *arena, const char *person_id, struct crypto_key *key)
{
	struct mail_key row = { 0 };

	if (!person_id) {
		crypto_key_new(key, 1);
		return crypto_key_wrap(arena, key);
	}
	sql_mail_key(db, person_id, &row);
	if (!row.wrapped.data || !crypto_key_unwrap(row.wrapped, key))
		fault("mail: person %s has no key", person_id);
	return (struct sql_bytes){ 0 };
}

void
mail_queue(struct db *db, const char *address, const char *person_id, const char *locale,
    const char *template_name, struct view *data)
{
	struct arena *arena = db_arena(db);
	const char *to = address_normalise(arena, address), *id = crypto_uuid(arena);
	struct crypto_place place = { .table = "host.email", .row = id,
		.person = person_id ? person_id : id };
	struct sql_bytes wrapped, address_ct, data_ct;
	struct crypto_key key;
	struct buffer json;

	if (!to)
		fault("mail_queue: not an address (template %s)", template_name);
	wrapped = mail_key(db, arena, person_id, &key);
	buffer_init(&json, arena, 1024);
	render_json(&json, data);
	place.column = "address_ct";
	address_ct = crypto_seal_text(arena, &key, &place, to);
	place.column = "data_ct";
	data_ct = crypto_seal(arena, &key, &place, json.data, json.size);
	crypto_wipe(&key, sizeof(key));
	sql_mail_add_queue(db, id, person_id, address_ct, crypto_index(arena, "mail.address", to),
	    data_ct, wrapped, locale ? locale : "en-ZA", template_name, NULL);
}
