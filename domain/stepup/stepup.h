/*
 * stepup.h: a fresh proof of who is asking, before money leaves. The small form:
 * the password again, unless it was given in the last five minutes. Stronger
 * factors come behind the same two calls.
 */
#ifndef DOMAIN_STEPUP_H
#define DOMAIN_STEPUP_H

#include "handler.h"

/* Whether the page must ask. */
bool stepup_needed(const struct req *);
/* Checks what was given (NULL = nothing) and remembers the proof; when it does
 * not hold, adds the field error to `password` and is false. Auth pool. */
bool stepup_given(struct req *, const char *password);

#endif
