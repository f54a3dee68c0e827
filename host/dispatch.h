/* dispatch.h: the parts of answering a request, for dispatch.c and respond.c. */
#ifndef HOST_DISPATCH_H
#define HOST_DISPATCH_H

#include "req.h"

/* An empty view for the request's medium. */
struct view *dispatch_view(struct host_req *);
/* Writes the answer into the wire. Never faults outward. */
void respond(struct host_req *, int status, struct view *);

/*
 * Idempotency-Key (unsafe API calls): the first answer is kept with the
 * person, the route and a digest of the body, in the same transaction as its
 * effects, and given again for 72 hours. It costs no round trip: the claim goes
 * out with the query that enters the session (ask), the answer with the commit
 * (end). begin: 0 = go on; else the status to answer (a stored one: respond uses
 * the stored body), 422 for another body under the same key.
 */
void idempotency_ask(struct host_req *);
int idempotency_begin(struct host_req *);
void idempotency_end(struct host_req *, int status, struct view *);

#endif
