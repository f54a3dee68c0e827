/*
 * Rate limits: GCRA in memory shared by all workers (security.md §6.6), one
 * 64-bit arrival time per key, changed by compare-and-swap, so that a killed
 * worker leaves nothing behind. Eight cells a set; the oldest gives way.
 */
#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "rate.h"
#include "scoreboard.h"

#define WAYS 8

static uint64_t
hash_text(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
key_of(const char *class, const char *who)
{
	uint64_t h = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), class) ^ 0x9e37, who);

	h ^= h >> 29;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	h ^= h >> 32;
	return h == 0 ? 1 : h;
}

static struct scoreboard_rate *
cell_of(uint64_t key)
{
	struct scoreboard_rate *set = scoreboard_rate() +
	    (key % (SCOREBOARD_RATE_CELLS / WAYS)) * WAYS, *oldest = set;

	for (size_t i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&set[i].key, memory_order_relaxed) == key)
			return &set[i];
	for (size_t i = 1; i < WAYS; i++)
		if (atomic_load_explicit(&set[i].tat, memory_order_relaxed) <
		    atomic_load_explicit(&oldest->tat, memory_order_relaxed))
			oldest = &set[i];
	atomic_store_explicit(&oldest->tat, 0, memory_order_relaxed);
	atomic_store_explicit(&oldest->key, key, memory_order_relaxed);
	return oldest;
}

static uint64_t
boot_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct rate_verdict
rate_take(const char *class, const char *who, unsigned per_minute, unsigned burst)
{
	struct scoreboard_rate *cell = cell_of(key_of(class, who));
	uint64_t scale = conf->rate_scale_percent > 0 ? (uint64_t)conf->rate_scale_percent : 100;
	uint64_t interval = UINT64_C(60000000) * 100 / (per_minute * scale);
	uint64_t tolerance, now = boot_us();
	uint64_t tat = atomic_load_explicit(&cell->tat, memory_order_relaxed);

	/* More than one in a microsecond is no limit, and no divisor. */
	if (interval == 0)
		interval = 1;
	tolerance = interval * burst;
	for (int tries = 0; tries < 8; tries++) {
		uint64_t next = (tat > now ? tat : now) + interval;

		if (next - now > tolerance + interval)
			return (struct rate_verdict){ false, per_minute, 0,
				(unsigned)((next - now - tolerance - interval) / 1000000 + 1) };
		if (atomic_compare_exchange_weak_explicit(&cell->tat, &tat, next,
		    memory_order_relaxed, memory_order_relaxed))
			return (struct rate_verdict){ true, per_minute,
				(unsigned)((tolerance + interval - (next - now)) / interval),
				(unsigned)((next - now) / 1000000) };
	}
	return (struct rate_verdict){ true, per_minute, 0, 0 };
}

/* Who an address is: one of IPv6 stands for its /64, which is the least that
 * one household or server gets; ::ffff:a.b.c.d is that IPv4 address. */
const char *
rate_source(struct arena *a, const char *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char raw[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, raw) != 1)
		return address;
	if (memcmp(raw, mapped, sizeof(mapped)) == 0) {
		inet_ntop(AF_INET, raw + 12, text, sizeof(text));
		return arena_strdup(a, text);
	}
	memset(raw + 8, 0, 8);
	inet_ntop(AF_INET6, raw, text, sizeof(text));
	return arena_printf(a, "%s/64", text);
}

/* Class limits: domain.md 2.26 (1,000 an hour a person; here as 120 a minute
 * with a burst of 200 for pages, which a person clicking never reaches). */
bool
rate_check(struct host_req *h, unsigned *retry_after)
{
	char class[24];
	const char *who = h->req.person != NULL ? h->req.person->id
	    : rate_source(h->req.arena, req_address(&h->req));
	bool unsafe = h->method != METHOD_GET;
	unsigned limit = h->route->rate_per_minute, burst;
	struct rate_verdict v;

	if (limit != 0)
		snprintf(class, sizeof(class), "r%u", h->match.route->index);
	else
		snprintf(class, sizeof(class), "%s", unsafe ? "write" : "read");
	if (limit == 0)
		limit = unsafe ? 60 : 600;
	burst = h->route->rate_per_minute != 0 ? limit : limit / 2;
	v = rate_take(class, who, limit, burst);
	if (h->req.json || !v.allowed)
		buffer_printf(&h->wire->head,
		    "RateLimit-Limit: %u\r\nRateLimit-Remaining: %u\r\nRateLimit-Reset: %u\r\n",
		    v.limit, v.remaining, v.reset_s);
	*retry_after = v.reset_s;
	return v.allowed;
}
