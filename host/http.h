/*
 * http.h: calls to other servers, with the rules of egress. Only for the jobs
 * and slow pools, never inside a transaction that holds locks.
 *
 * https only, port 443, no redirects, no cookies, no proxy, certificates and
 * names checked, 2 s to connect, small replies. The address that is really
 * connected to must be a public one: it is checked when the socket is made,
 * after the name was resolved, so a name cannot point somewhere else meanwhile.
 * Fixed partners of the configuration may be allowed to be private (a model
 * server on the same machine): HTTP_TRUSTED, never with an address from users.
 */
#ifndef HOST_HTTP_H
#define HOST_HTTP_H

#include "handler.h"

enum http_flag {
	HTTP_TRUSTED = 1  /* http://, any port, private addresses are allowed */
};

struct http_call {
	const char *method;              /* "GET", "POST", "PUT", "DELETE" */
	const char *url;
	const char *const *headers;      /* "Name: value" up to NULL; may be NULL */
	const void *body;
	size_t body_size;
	unsigned flags;
	unsigned timeout_ms;             /* in all; 0 = 5000 */
	size_t reply_max;                /* 0 = 64 KiB */
};

struct http_reply {
	int status;                      /* 0 = no answer, see error */
	const char *error;               /* stable: "refused_address", "timeout" … */
	const char *content_type;        /* "" when none */
	const char *retry_after;         /* "" when none */
	const unsigned char *body;       /* NUL-terminated */
	size_t size;
};

/* Never faults for the other side's sake: look at status and error. */
struct http_reply http_call(struct arena *, const struct http_call *);

/* Is this a public unicast address? Text forms as inet_pton(3) takes them. */
bool http_address_public(const char *text);
struct sockaddr;
bool http_sockaddr_public(const struct sockaddr *);

/* The process's libcurl, initialised once after fork. */
void http_start(void);

#endif
