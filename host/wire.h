/*
 * wire.h: one HTTP exchange, independent of who carries it. The worker fills
 * it from FastCGI, the tests from memory; dispatch reads and answers it.
 */
#ifndef HOST_WIRE_H
#define HOST_WIRE_H

#include "arena.h"
#include "handler.h"

struct wire {
	/* Request: CGI variables as NAME=value up to NULL (copied into the arena
	 * by the carrier; counted and capped there). */
	const char *const *env;
	/* Reads up to size bytes of the body; 0 at its end, -1 on error. */
	long (*read)(struct wire *, void *data, size_t size);
	/* Has the peer gone? Cheap; may be NULL. */
	bool (*gone)(struct wire *);
	void *carrier;
	int64_t received_us;    /* CLOCK_MONOTONIC when accepted */
	int64_t queued_us;      /* age on arrival by REQUEST_START; -1 unknown */

	/* Answer, complete before the first byte leaves. */
	int status;
	struct buffer head;     /* header lines, each with CRLF, without Status */
	const void *body;
	size_t body_size;
	/* Filled by dispatch for the log line and the scoreboard. */
	const char *module, *route;
	const struct person *person;
	struct host_req *request;
};

const char *wire_env(const struct wire *, const char *name); /* NULL when absent */

/* dispatch.c: answers one exchange; never fails, never longjmps out. */
struct worker;
void dispatch(struct worker *, struct wire *);
/* Small writes of a request, after its answer has been written. */
void dispatch_after(struct worker *, struct wire *);

#endif
