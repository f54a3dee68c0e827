/*
 * outbox.h: events (the Event entity). Added in the business transaction, they
 * become visible with it; the jobs pool then runs each job type whose `.event`
 * is this type, at least once, in the order of the key. Job arguments:
 * {"event": id, "type": type, "key": key, "data": {…}}; a consumer that must
 * not act twice remembers the event's id.
 */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "handler.h"

/* type "enrolment.completed"; source: the area; key: events of equal key keep
 * their order (NULL = none); json: an object of ids and figures. */
void outbox_add(struct db *, const char *type, const char *source, const char *key,
    const char *json);

#endif
