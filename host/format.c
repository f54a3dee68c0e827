/* Text forms of numbers, money and times. Zones: see zone.c. */
#include "format.h"

#include <stdio.h>
#include <string.h>

#include "view.h"

#define SECOND INT64_C(1000000)

/* Days of the civil calendar: Howard Hinnant's algorithms (public domain
 * description, "chrono-compatible low-level date algorithms"). */
struct civil
civil_from_us(int64_t us)
{
	int64_t seconds = us / SECOND - (us % SECOND < 0);
	int64_t days = seconds / 86400 - (seconds % 86400 < 0);
	int64_t rest = seconds - days * 86400;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c;

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = yoe + era * 400 + (c.month <= 2);
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	c.weekday = (int)(((days % 7) + 11) % 7);
	return c;
}

int64_t
civil_to_us(const struct civil *c)
{
	int64_t y = c->year - (c->month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (c->month + (c->month > 2 ? -3 : 9)) + 2) / 5 + c->day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	int64_t days = era * 146097 + doe - 719468;

	return ((days * 24 + c->hour) * 60 + c->minute) * 60 * SECOND + c->second * SECOND;
}

void
format_rfc3339(char *out, size_t size, int64_t us)
{
	struct civil c = civil_from_us(us);

	snprintf(out, size, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
}

static const char *const month_key[] = { "month.1", "month.2", "month.3", "month.4", "month.5",
	"month.6", "month.7", "month.8", "month.9", "month.10", "month.11", "month.12" };

const char *
format_day(struct arena *a, int64_t us, const char *locale, const char *zone)
{
	struct civil c = civil_from_us(us + zone_offset(zone, us, NULL) * SECOND);

	return arena_printf(a, "%d %s %lld", c.day, message_text(locale, month_key[c.month - 1]),
	    (long long)c.year);
}

const char *
format_time(struct arena *a, int64_t us, const char *locale, const char *zone)
{
	const char *abbreviation = "UTC";
	int32_t offset = zone_offset(zone, us, &abbreviation);
	struct civil c = civil_from_us(us + offset * SECOND);

	return arena_printf(a, "%d %s %lld, %02d:%02d %s", c.day,
	    message_text(locale, month_key[c.month - 1]), (long long)c.year, c.hour, c.minute,
	    abbreviation);
}

const char *
format_ago(struct arena *a, int64_t us, int64_t now, const char *locale)
{
	static const struct unit {
		int64_t seconds;
		const char *name;
	} units[] = { { 31557600, "year" }, { 2629800, "month" }, { 604800, "week" },
		{ 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
	bool past = us <= now;
	int64_t distance = (past ? now - us : us - now) / SECOND;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t n = distance / units[i].seconds;
		const char *text, *at;

		if (n == 0)
			continue;
		text = message_text(locale, arena_printf(a, "time.%s.%s.%s", past ? "past" : "future",
		    units[i].name, n == 1 ? "one" : "other"));
		at = strstr(text, "{n}");
		if (at == NULL)
			return text;
		return arena_printf(a, "%.*s%lld%s", (int)(at - text), text, (long long)n, at + 3);
	}
	return message_text(locale, past ? "time.now" : "time.soon");
}

/*
 * Numbers and prices stand in every row of a list: they are written by hand,
 * backwards from the end of a small buffer.
 */
#define NUMBER_SIZE 64

/* Groups of three from the right, parted by U+00A0. Returns the first byte. */
static char *
digits_before(char *p, uint64_t value)
{
	int n = 0;

	do {
		if (n > 0 && n % 3 == 0) {
			*--p = (char)0xa0;
			*--p = (char)0xc2;
		}
		*--p = (char)('0' + value % 10);
		n++;
	} while ((value /= 10) > 0);
	return p;
}

static char *
text_before(char *p, const char *text)
{
	size_t n = strlen(text);

	return memcpy(p - n, text, n);
}

const char *
format_int(struct arena *a, int64_t value)
{
	char text[NUMBER_SIZE], *end = text + sizeof(text), *p;

	p = digits_before(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
	if (value < 0)
		*--p = '-';
	return arena_strndup(a, p, (size_t)(end - p));
}

/* Exponents: ISO 4217 for ZAR, USD; architecture.md §8 for AZR, BTC, ETH (gwei). */
static const struct currency {
	const char *code, *prefix, *suffix;
	int exponent;
} currencies[] = {
	{ "ZAR", "R", "", 2 },
	{ "USD", "$", "", 2 },
	{ "AZR", "", " AZR", 8 },
	{ "BTC", "", " BTC", 8 },
	{ "ETH", "", " ETH", 9 },
};

static const struct currency *
currency_find(const char *code)
{
	for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
		if (strcmp(currencies[i].code, code) == 0)
			return &currencies[i];
	return NULL;
}

int
currency_exponent(const char *code)
{
	const struct currency *c = currency_find(code);

	return c == NULL ? -1 : c->exponent;
}

const char *
format_money(struct arena *a, int64_t minor, const char *code)
{
	const struct currency *c = currency_find(code);
	uint64_t rest = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
	char text[NUMBER_SIZE], *end = text + sizeof(text), *p;
	bool shown = false;

	if (c == NULL)
		return arena_printf(a, "%lld %s", (long long)minor, code);
	p = text_before(end, c->suffix);
	/* Long fractions lose their trailing zeros, never below two digits. */
	for (int i = c->exponent; i > 0; i--, rest /= 10) {
		shown = shown || i <= 2 || rest % 10 != 0;
		if (shown)
			*--p = (char)('0' + rest % 10);
	}
	*--p = '.';
	p = text_before(digits_before(p, rest), c->prefix);
	if (minor < 0)
		*--p = '-';
	return arena_strndup(a, p, (size_t)(end - p));
}

bool
money_parse(const char *text, const char *code, int64_t *minor)
{
	int exponent = currency_exponent(code), decimals = -1;
	bool negative = *text == '-', digits = false;
	int64_t value = 0;

	if (exponent < 0)
		return false;
	for (const char *p = text + negative; *p != '\0'; p++) {
		if (*p == '.' || *p == ',') {
			if (decimals >= 0)
				return false;
			decimals = 0;
			continue;
		}
		if (*p == ' ')
			continue;
		if (*p < '0' || *p > '9')
			return false;
		digits = true;
		if (decimals >= exponent) {
			if (*p != '0')
				return false;
			continue;
		}
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *p - '0', &value))
			return false;
		if (decimals >= 0)
			decimals++;
	}
	for (int i = decimals < 0 ? 0 : decimals; i < exponent; i++)
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	*minor = negative ? -value : value;
	return digits;
}
