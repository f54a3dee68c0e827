/* money.c: see money.h. */
#include "money/money.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"

int
money_exponent(const char *currency)
{
	return currency_exponent(currency);
}

const char *
money_text(struct arena *a, int64_t minor, const char *currency)
{
	return format_money(a, minor, currency);
}

const char *
money_decimal(struct arena *a, int64_t minor, const char *currency)
{
	uint64_t magnitude = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, unit = 1;
	int exponent = currency_exponent(currency);

	for (int i = 0; i < exponent; i++)
		unit *= 10;
	if (exponent <= 0)
		return arena_printf(a, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)magnitude);
	return arena_printf(a, "%s%llu.%0*llu", minor < 0 ? "-" : "",
	    (unsigned long long)(magnitude / unit), exponent, (unsigned long long)(magnitude % unit));
}

bool
money_read(const char *text, const char *currency, int64_t *minor)
{
	return money_parse(text, currency, minor);
}

bool
money_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*out = sum;
	return true;
}

bool
money_subtract(int64_t a, int64_t b, int64_t *out)
{
	int64_t rest;

	if (__builtin_sub_overflow(a, b, &rest))
		return false;
	*out = rest;
	return true;
}

static bool
fits(__int128 value, int64_t *out)
{
	if (value > INT64_MAX || value < INT64_MIN)
		return false;
	*out = (int64_t)value;
	return true;
}

bool
money_portion(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out)
{
	__int128 product = (__int128)amount * numerator, magnitude = product < 0 ? -product : product;

	if (denominator <= 0)
		return false;
	magnitude = magnitude / denominator + (magnitude % denominator * 2 >= denominator);
	return fits(product < 0 ? -magnitude : magnitude, out);
}

bool
money_portion_down(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out)
{
	if (denominator <= 0)
		return false;
	return fits((__int128)amount * numerator / denominator, out);
}

bool
money_bps(int64_t amount, int64_t bps, int64_t *out)
{
	return money_portion(amount, bps, 10000, out);
}

struct part {
	int64_t remainder;
	size_t at;
};

static int
part_order(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->remainder != y->remainder)
		return x->remainder > y->remainder ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

bool
money_split(struct arena *a, int64_t total, const int64_t *weights, size_t n, int64_t *parts)
{
	__int128 magnitude = total < 0 ? -(__int128)total : total, given = 0;
	struct part *order = arena_alloc(a, (n + 1) * sizeof(*order));
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (weights[i] < 0 || __builtin_add_overflow(sum, weights[i], &sum))
			return false;
	if (sum <= 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		__int128 share = magnitude * weights[i];

		parts[i] = (int64_t)(share / sum);
		order[i] = (struct part){ .remainder = (int64_t)(share % sum), .at = i };
		given += parts[i];
	}
	qsort(order, n, sizeof(*order), part_order);
	for (size_t i = 0; given < magnitude; i++, given++)
		parts[order[i].at]++;
	for (size_t i = 0; total < 0 && i < n; i++)
		parts[i] = -parts[i];
	return true;
}
