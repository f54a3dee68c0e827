/*
 * format.h: text forms of numbers, money and times for people, by locale and
 * time zone. The zone files of the system are read once per process.
 */
#ifndef HOST_FORMAT_H
#define HOST_FORMAT_H

#include "arena.h"
#include "handler.h"

/* RFC 3339 in UTC, seconds; out holds 21 bytes at least. */
void format_rfc3339(char *out, size_t size, int64_t us);
/* Offset of the zone from UTC at that moment in seconds; unknown zone = 0 and
 * "UTC". abbreviation may be NULL. */
int32_t zone_offset(const char *zone, int64_t us, const char **abbreviation);
bool zone_exists(const char *zone);
/* Local wall time in the zone to an instant (the earlier one when it occurs twice). */
int64_t zone_instant(const char *zone, int64_t local_us);

/* "21 Nov 2026, 14:05 SAST" */
const char *format_time(struct arena *, int64_t us, const char *locale, const char *zone);
/* "21 Nov 2026" */
const char *format_day(struct arena *, int64_t us, const char *locale, const char *zone);
/* "in 3 hours", "2 days ago" */
const char *format_ago(struct arena *, int64_t us, int64_t now, const char *locale);
/* "1 234 567" (no-break spaces) */
const char *format_int(struct arena *, int64_t value);
/* "R1 234.50", "$3.00", "12.5 AZR" */
const char *format_money(struct arena *, int64_t minor, const char *currency);

/* Digits after the point of a currency's minor unit; -1 = unknown. */
int currency_exponent(const char *currency);
/* Decimal text to minor units; false when it is not exact or out of range. */
bool money_parse(const char *text, const char *currency, int64_t *minor);

/* Civil calendar. */
struct civil {
	int64_t year;
	int month, day, hour, minute, second, weekday; /* 1-12, 1-31, 0 = Sunday */
};
struct civil civil_from_us(int64_t us);
int64_t civil_to_us(const struct civil *);

#endif
