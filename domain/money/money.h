/*
 * money.h: arithmetic on money. Amounts are int64_t minor units; every product
 * is computed in 128 bits, every result checked: a function that returns bool
 * is false when the result does not fit, and leaves *out as it was.
 * Rules: money.md 2.7 (half up, away from zero, once, at the line; splits by
 * largest remainder, ties to the earlier position).
 */
#ifndef DOMAIN_MONEY_H
#define DOMAIN_MONEY_H

#include "handler.h"

/* Digits of the minor unit: ZAR, USD 2; AZR, BTC 8; ETH 9 (gwei). -1 = unknown. */
int money_exponent(const char *currency);
/* "R1 234.50", "12.5 AZR", as on pages. */
const char *money_text(struct arena *, int64_t minor, const char *currency);
/* "1234.50", "-0.00000001": for files, never grouped, all digits. */
const char *money_decimal(struct arena *, int64_t minor, const char *currency);
/* Decimal text ("1 234,5", "12.50") to minor units; false when it is no number,
 * not exact in this currency or out of range. */
bool money_read(const char *text, const char *currency, int64_t *minor);

bool money_add(int64_t a, int64_t b, int64_t *out);
bool money_subtract(int64_t a, int64_t b, int64_t *out);
/* amount × numerator / denominator, half up, away from zero. denominator > 0. */
bool money_portion(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out);
/* The same, rounded toward zero: conversions, in favour of the other side. */
bool money_portion_down(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out);
/* amount × bps / 10,000, half up. */
bool money_bps(int64_t amount, int64_t bps, int64_t *out);
/*
 * Shares of a total by weights (each >= 0, their sum > 0 and in range): floors,
 * then one unit each to the largest remainders, the earlier first. The parts
 * sum to the total. A negative total is the mirror of its magnitude.
 */
bool money_split(struct arena *, int64_t total, const int64_t *weights, size_t n, int64_t *parts);

#endif
