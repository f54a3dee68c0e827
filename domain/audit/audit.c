/* audit.c: see audit.h. */
#include "audit/audit.h"

#include "audit/audit.sql.h"

void
audit_add_about(struct db *db, const char *person_id, const char *action, const char *object_type,
    const char *object_id, const char *before, const char *after)
{
	sql_audit_entry_add_queue(db, action, object_type, object_id, person_id, before, after,
	    NULL);
}

void
audit_add(struct db *db, const char *action, const char *object_type, const char *object_id,
    const char *before, const char *after)
{
	audit_add_about(db, NULL, action, object_type, object_id, before, after);
}

struct audit_query {
	struct audit_entry_list *list;
	struct audit_entry_count all;
	size_t n;
	bool found;
};

struct audit_query *
audit_list_queue(struct db *db, struct arena *arena, const char *person_id, const char *object_type,
    const char *object_id, int64_t limit, int64_t offset)
{
	struct audit_query *q = arena_alloc(arena, sizeof(*q));

	sql_audit_entry_list_queue(db, person_id, object_type, object_id, limit, offset, &q->list,
	    &q->n);
	sql_audit_entry_count_queue(db, person_id, object_type, object_id, &q->all, &q->found);
	return q;
}

size_t
audit_list_rows(const struct audit_query *q, struct arena *arena, struct audit_row **rows,
    int64_t *total)
{
	const struct audit_entry_list *list = q->list;

	*rows = arena_alloc(arena, (q->n + 1) * sizeof(**rows));
	*total = q->all.total;
	for (size_t i = 0; i < q->n; i++)
		(*rows)[i] = (struct audit_row){ .id = list[i].id, .at = list[i].at,
			.actor_id = list[i].actor_id, .actor_role = list[i].actor_role,
			.rid = list[i].rid, .action = list[i].action,
			.object_type = list[i].object_type, .object_id = list[i].object_id,
			.person_id = list[i].person_id, .before = list[i].before,
			.after = list[i].after };
	return q->n;
}

size_t
audit_list(struct db *db, struct arena *arena, const char *person_id, const char *object_type,
    const char *object_id, int64_t limit, int64_t offset, struct audit_row **rows, int64_t *total)
{
	const struct audit_query *q = audit_list_queue(db, arena, person_id, object_type, object_id,
	    limit, offset);

	db_flush(db);
	return audit_list_rows(q, arena, rows, total);
}
