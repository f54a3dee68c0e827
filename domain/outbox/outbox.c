/* outbox.c: see outbox.h. */
#include "outbox/outbox.h"

#include "outbox/outbox.sql.h"

void
outbox_add(struct db *db, const char *type, const char *source, const char *key, const char *json)
{
	sql_event_add_queue(db, type, source, key, json ? json : "{}", NULL);
}
