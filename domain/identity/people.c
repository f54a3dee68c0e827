/* people.c: administration of persons. */
#include <string.h>

#include "arena.h"
#include "audit/audit.h"
#include "identity/identity.sql.h"
#include "identity/part.h"
#include "json.h"

size_t
identity_search(struct db *db, struct arena *arena, const struct identity_filter *filter,
    struct identity_row **rows, int64_t *total)
{
	const bool asked = filter->q && *filter->q;
	struct sql_bytes index = asked ? identity_index(arena, filter->q) : (struct sql_bytes){ 0 };
	const char *words = asked && !index.data ? identity_words(arena, filter->q) : NULL;
	struct person_search *list;
	struct person_search_count all;
	size_t n;
	bool found;

	/* Only signs: nothing to look for, so nothing is found. */
	if (words && strcmp(words, "{}") == 0) {
		*total = 0;
		*rows = NULL;
		return 0;
	}
	sql_person_search_queue(db, index, words, filter->role, filter->status, filter->limit,
	    filter->offset, &list, &n);
	sql_person_search_count_queue(db, index, words, filter->role, filter->status, &all, &found);
	db_flush(db);
	*rows = arena_alloc(arena, (n + 1) * sizeof(**rows));
	*total = all.total;
	for (size_t i = 0; i < n; i++) {
		const struct person_search *p = &list[i];

		(*rows)[i] = (struct identity_row){ .id = p->id,
			.name = identity_name(arena, p->id, p->name_ct, p->data_key),
			.email = identity_email(arena, p->id, p->email_ct, p->data_key),
			.role = p->role, .roles = p->roles, .status = p->status,
			.avatar = p->avatar, .verified = p->verified, .created_at = p->created_at,
			.last_signin_at = p->last_signin_at_set ? p->last_signin_at : 0 };
	}
	return n;
}

static const char *
state_json(struct arena *arena, const char *status, const char *const *roles)
{
	struct buffer b;

	buffer_init(&b, arena, 128);
	buffer_str(&b, "{\"status\":");
	json_quote(&b, status);
	buffer_str(&b, ",\"roles\":[");
	for (size_t i = 0; roles[i]; i++) {
		if (i > 0)
			buffer_char(&b, ',');
		json_quote(&b, roles[i]);
	}
	buffer_str(&b, "]}");
	return buffer_text(&b);
}

bool
identity_admin_set(struct db *db, struct arena *arena, const char *person_id, const char *status,
    const char *const *roles)
{
	struct person_state before = { 0 }, after = { 0 };
	struct person_admin row = { 0 };

	if (!sql_person_state(db, person_id, &before))
		return false;
	if (!sql_person_admin(db, person_id, status, roles, &row) || !row.done)
		return false;
	sql_person_state(db, person_id, &after);
	audit_add_about(db, person_id, "person.change", "person", person_id,
	    state_json(arena, before.status, before.roles),
	    state_json(arena, after.status, after.roles));
	return true;
}

bool
identity_erase(struct db *db, struct arena *arena, const char *person_id)
{
	struct person_state before = { 0 };
	struct person_erase row = { 0 };

	if (!sql_person_state(db, person_id, &before))
		return false;
	/* Written first: once erased, a person may not add rows about themself. */
	audit_add_about(db, person_id, "person.erase", "person", person_id,
	    state_json(arena, before.status, before.roles), "{\"status\":\"ERASED\"}");
	return sql_person_erase(db, person_id, &row) && row.done;
}
