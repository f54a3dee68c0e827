/* See notice.h. */
#include "notice/notice.h"

#include "notice/notice.sql.h"

bool
notice_add(struct db *db, const struct notice *n)
{
	struct notice_tell row;

	return sql_notice_tell(db, n->person_id, n->type, n->topic, n->subject,
	    n->currency != NULL ? &n->amount : NULL, n->currency, n->path, n->cause, &row) && row.fresh;
}
