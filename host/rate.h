/* rate.h: shared-memory rate limits. */
#ifndef HOST_RATE_H
#define HOST_RATE_H

#include "req.h"

struct rate_verdict {
	bool allowed;
	unsigned limit, remaining;
	unsigned reset_s; /* seconds until the next request is allowed, or full */
};

/* Takes one from the bucket of (class, who): per_minute on average, `burst`
 * at once beyond that. conf->rate_scale_percent scales the rate. */
struct rate_verdict rate_take(const char *class_name, const char *who, unsigned per_minute,
    unsigned burst);

/* The key of a visitor without a session: the address, of IPv6 its /64. */
const char *rate_source(struct arena *, const char *address);

#endif
