/*
 * cron.h: five-field schedules in UTC: minute hour day month weekday. Each
 * field: *, a number, a range a-b, lists a,b, steps x/n. Weekday 0-7, 0 and 7
 * are Sunday. When both day and weekday are given, either is enough (crontab(5)).
 */
#ifndef HOST_CRON_H
#define HOST_CRON_H

#include "handler.h"

struct cron {
	uint64_t minutes, hours, days, months, weekdays; /* bit n: n is allowed */
	bool any_day, any_weekday;
};

bool cron_parse(const char *spec, struct cron *);
/* The first moment after `after_us` (µs since 1970); 0 when there is none
 * within eight years ("0 0 31 2 *"). */
int64_t cron_next(const struct cron *, int64_t after_us);

#endif
