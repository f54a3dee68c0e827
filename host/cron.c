/* cron.c: see cron.h. */
#include "cron.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool
read_number(const char **p, unsigned *out)
{
	unsigned v = 0;
	int n = 0;

	while (**p >= '0' && **p <= '9' && n < 3) {
		v = v * 10 + (unsigned)(*(*p)++ - '0');
		n++;
	}
	*out = v;
	return n > 0;
}

/* One item of a list: *, a, a-b, each with /n. */
static bool
read_item(const char **p, unsigned low, unsigned high, uint64_t *bits, bool *any)
{
	unsigned from = low, to = high, step = 1;
	bool star = **p == '*';

	if (star) {
		(*p)++;
	} else {
		if (!read_number(p, &from))
			return false;
		to = from;
		if (**p == '-') {
			(*p)++;
			if (!read_number(p, &to))
				return false;
		} else if (**p == '/') {
			to = high;
		}
	}
	if (**p == '/') {
		(*p)++;
		if (!read_number(p, &step) || step == 0)
			return false;
	}
	if (from < low || to > high || from > to)
		return false;
	if (star && step == 1)
		*any = true;
	for (unsigned v = from; v <= to; v += step)
		*bits |= UINT64_C(1) << v;
	return true;
}

static bool
read_field(const char **p, unsigned low, unsigned high, uint64_t *bits, bool *any)
{
	*bits = 0;
	*any = false;
	*p += strspn(*p, " \t");
	for (;;) {
		if (!read_item(p, low, high, bits, any))
			return false;
		if (**p != ',')
			break;
		(*p)++;
	}
	return **p == ' ' || **p == '\t' || **p == '\0';
}

bool
cron_parse(const char *spec, struct cron *c)
{
	const char *p = spec;
	bool any;

	if (!read_field(&p, 0, 59, &c->minutes, &any) || !read_field(&p, 0, 23, &c->hours, &any) ||
	    !read_field(&p, 1, 31, &c->days, &c->any_day) ||
	    !read_field(&p, 1, 12, &c->months, &any) ||
	    !read_field(&p, 0, 7, &c->weekdays, &c->any_weekday))
		return false;
	if (c->weekdays & (1u << 7))
		c->weekdays |= 1;
	return p[strspn(p, " \t")] == '\0';
}

static bool
day_allowed(const struct cron *c, const struct tm *t)
{
	bool day = c->days >> t->tm_mday & 1, weekday = c->weekdays >> t->tm_wday & 1;

	if (!(c->months >> (t->tm_mon + 1) & 1))
		return false;
	if (c->any_day || c->any_weekday)
		return day && weekday;
	return day || weekday;
}

int64_t
cron_next(const struct cron *c, int64_t after_us)
{
	time_t day_start = (time_t)(after_us / 1000000 / 86400 * 86400);
	time_t least = (time_t)(after_us / 1000000 / 60 * 60 + 60);

	for (int day = 0; day < 8 * 366; day++, day_start += 86400) {
		struct tm t;

		gmtime_r(&day_start, &t);
		if (!day_allowed(c, &t))
			continue;
		for (int minute = 0; minute < 24 * 60; minute++) {
			time_t at = day_start + minute * 60;

			if (at >= least && (c->hours >> (minute / 60) & 1) &&
			    (c->minutes >> (minute % 60) & 1))
				return (int64_t)at * 1000000;
		}
	}
	return 0;
}
