/*
 * req.h: one request inside the host. Made by dispatch.c for each exchange;
 * modules hold the first member (struct req) and call the req_* functions.
 */
#ifndef HOST_REQ_H
#define HOST_REQ_H

#include "arena.h"
#include "form.h"
#include "handler.h"
#include "registry.h"
#include "view.h"
#include "wire.h"

/* One declared parameter after validation. */
struct param_value {
	bool present;
	const char *text;         /* normalised text, as kept in forms */
	int64_t number;           /* INT, BOOL, TIME, MONEY */
	const char *const *list;  /* MANY */
	size_t n;
	const struct upload *file;
};

struct field_error {
	const char *field, *code;
	struct field_error *next;
};

/* A write that waits until the answer has been sent. */
struct after {
	const struct sql_query *query;
	const char *const *params;
	struct after *next;
};

struct host_req {
	struct req req;
	struct worker *worker;
	struct wire *wire;
	enum http_method method;
	bool language_chosen;    /* by this browser */
	bool head;               /* HEAD: body is made, not sent */
	struct route_match match;
	const struct route *route;
	const char *query;       /* raw query string, "" when none */
	struct form form;        /* query and body fields as sent */
	struct sql_bytes body;   /* as received */
	struct param_value *values; /* parallel to route->params */
	struct field_error *errors, **errors_end;
	size_t error_count;

	/* The answer so far. */
	const char *code;        /* of a failure */
	const char *own_template; /* of a failure with its own page; NULL */
	int status;
	const char *location, *title, *flash, *etag;
	struct after *after;     /* in order */
	unsigned cache_seconds;
	bool created, raw;
	const char *content_type, *disposition, *protected_path;
	const void *data;
	size_t size;
	struct buffer cookies;   /* Set-Cookie lines */

	struct idempotency *claim; /* of the key this call came with; NULL = without */

	/* Session (session.c). */
	const unsigned char *csrf_seed; /* 32 bytes; NULL = signed out */
	const char *csrf;        /* the token of this answer, once made */
	const char *token;       /* of the cookie; never leaves session.c */
	bool bearer;             /* came by Authorization, not by cookie */
	bool remembered;         /* person from the worker's memory */
	bool *entered;           /* did the database find the session? */
	const int32_t *unread;   /* what waits to be read, 100 at the most; once entered */
	bool touch, rotate;      /* due by age */
	bool rights_changed;     /* a fresh token at once, the old one ends */
	int64_t session_age;     /* seconds the cookie is kept; 0 = until the browser closes */
};

static inline struct host_req *
host_req(const struct req *r)
{
	return r->host;
}

/* param.c: fills values from the form; field errors are added. false = a path
 * parameter is bad: 404. */
bool param_check(struct host_req *);
const struct param *param_find(const struct host_req *, const char *name, size_t *index);

/* The current address with another page number. */
const char *req_page_link(struct req *, int64_t page);
/* A path of this site: "/x", not "//x", no backslash or control character. */
bool url_is_local(const char *);

/* csrf.c */
const char *csrf_token(struct host_req *);
/* 0 or the code of the refusal. */
const char *csrf_check(struct host_req *);

/* session.c */
void session_read(struct host_req *);     /* cookie → token */
bool session_enter(struct host_req *, bool write); /* begins the unit of work, finds the person */
void session_forget(const char *session_id); /* drops it from this worker's cache */

/* rate.c: true = allowed; else *retry_after is set. Adds RateLimit headers. */
bool rate_check(struct host_req *, unsigned *retry_after);

#endif
