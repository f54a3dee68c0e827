/* session.h: cookies and the signed-in person, inside the host. */
#ifndef HOST_SESSION_H
#define HOST_SESSION_H

#include "req.h"

/* Value of one of our cookies ("sid", "pre", "flash", "lang"), or NULL. The
 * name on the wire is __Host-<name>, in development <name>. */
const char *session_cookie(struct host_req *, const char *name);
/* Adds a Set-Cookie line. max_age in seconds: 0 = until the browser closes,
 * -1 = delete. */
void session_cookie_set(struct host_req *, const char *name, const char *value, int64_t max_age);

/* The language cookie, for a year. */
void session_language(struct host_req *, const char *locale);

/* true when the remembered session turned out to have ended meanwhile. */
bool session_ended(const struct host_req *);
/* In a writing request: a fresh token when it is time. */
void session_rotate_due(struct host_req *);
/* After the answer: notes that the session was used, at most once a minute. */
void session_touch_due(struct host_req *);

/* The permission matrix, when it is due: asked together with other queries and
 * taken over after db_flush(). false: what is known is still good. */
struct permission_list;
struct permission_query {
	struct permission_list *rows;
	size_t n;
};
bool permission_queue(struct db *, struct permission_query *);
void permission_take(const struct permission_query *);

#endif
