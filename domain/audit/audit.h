/*
 * audit.h: one row per change of state, in the business transaction. Rows can
 * be added, never changed or deleted. `before` and `after` hold only what
 * changed: ids, states and figures, never names, addresses or free text.
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "handler.h"

/*
 * action "person.disable", object_type "person", object_id any key as text.
 * The actor, role and request id are those of the transaction. before and
 * after: JSON objects, or NULL. person_id: whom it is about, or NULL.
 */
void audit_add(struct db *, const char *action, const char *object_type, const char *object_id,
    const char *before, const char *after);
void audit_add_about(struct db *, const char *person_id, const char *action,
    const char *object_type, const char *object_id, const char *before, const char *after);

struct audit_row {
	const char *id;
	int64_t at;
	const char *actor_id, *actor_role, *rid; /* NULL = the system */
	const char *action, *object_type, *object_id, *person_id;
	const char *before, *after;              /* JSON or NULL */
};
/* ADMIN: newest first. Filters may be NULL. person: actor or subject. */
size_t audit_list(struct db *, struct arena *, const char *person_id, const char *object_type,
    const char *object_id, int64_t limit, int64_t offset, struct audit_row **, int64_t *total);
/* The same beside other queries of a page: asked with them, read after db_flush(). */
struct audit_query;
struct audit_query *audit_list_queue(struct db *, struct arena *, const char *person_id,
    const char *object_type, const char *object_id, int64_t limit, int64_t offset);
size_t audit_list_rows(const struct audit_query *, struct arena *, struct audit_row **,
    int64_t *total);

#endif
