/* Arithmetic on money: the worked numbers of money.md 2.7, 2.13 and domain.md 1.2. */
#include <criterion/criterion.h>
#include <string.h>

#include "arena.h"
#include "money/money.h"

static struct arena *a;

static void
begin(void)
{
	a = arena_new(1 << 20);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(money, .init = begin, .fini = end);

static const char *
split(int64_t total, size_t n, const int64_t *weights)
{
	int64_t parts[8];
	const char *text = "";

	if (!money_split(a, total, weights, n, parts))
		return "refused";
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%lld", text, i ? " " : "", (long long)parts[i]);
	return text;
}

#define SPLIT(total, ...) split((total), sizeof((int64_t[]){ __VA_ARGS__ }) / 8, (int64_t[]){ __VA_ARGS__ })

Test(money, splits_by_largest_remainder_and_the_earlier_wins_a_tie)
{
	cr_expect_str_eq(SPLIT(100, 1, 1, 1), "34 33 33");
	cr_expect_str_eq(SPLIT(9999, 70, 20, 10), "6999 2000 1000");
	cr_expect_str_eq(SPLIT(1, 70, 20, 10), "1 0 0");
	/* Others give the rest to the first parts: 13 1 1. */
	cr_expect_str_eq(SPLIT(15, 20, 2, 3), "12 1 2");
	cr_expect_str_eq(SPLIT(29900, 70, 30), "20930 8970");
	cr_expect_str_eq(SPLIT(29901, 70, 30), "20931 8970");
	cr_expect_str_eq(SPLIT(15, 70, 30), "11 4");
	cr_expect_str_eq(SPLIT(3, 70, 30), "2 1");
	cr_expect_str_eq(SPLIT(99000, 80, 20), "79200 19800");
	cr_expect_str_eq(SPLIT(1001, 40, 30, 20, 10), "401 300 200 100");
	cr_expect_str_eq(SPLIT(-100, 1, 1, 1), "-34 -33 -33");
	cr_expect_str_eq(SPLIT(5, 0, 1, 0), "0 5 0");
	cr_expect_str_eq(SPLIT(INT64_MAX, 1, 1), "4611686018427387904 4611686018427387903");
	cr_expect_str_eq(SPLIT(INT64_MIN, 1, 1), "-4611686018427387904 -4611686018427387904");
	cr_expect_str_eq(SPLIT(5, 0, 0), "refused");
	cr_expect_str_eq(SPLIT(5, 2, -1), "refused");
	cr_expect_str_eq(SPLIT(5, INT64_MAX, 1), "refused");
}

Test(money, parts_of_any_split_sum_to_the_total_and_miss_their_share_by_less_than_one_unit)
{
	uint64_t x = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		int64_t weights[5], parts[5], total, sum = 0, all = 0;

		for (int i = 0; i < 5; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			weights[i] = (int64_t)(x % 1000);
			all += weights[i];
		}
		total = (int64_t)(x >> 20) * (round & 1 ? 1 : -1);
		if (!money_split(a, total, weights, 5, parts))
			continue;
		for (int i = 0; i < 5; i++) {
			__int128 off = (__int128)parts[i] * all - (__int128)total * weights[i];

			cr_assert((off < 0 ? -off : off) < all, "total %lld weight %lld of %lld gives %lld",
			    (long long)total, (long long)weights[i], (long long)all, (long long)parts[i]);
			sum += parts[i];
		}
		cr_assert_eq(sum, total);
	}
}

Test(money, rounds_half_up_away_from_zero)
{
	int64_t v = 0;

	cr_expect(money_portion(19900, 1512000, 2419200, &v) && v == 12438); /* 12,437.5 */
	cr_expect(money_portion(-19900, 1512000, 2419200, &v) && v == -12438);
	cr_expect(money_portion(49900, 1512000, 2419200, &v) && v == 31188);
	cr_expect(money_portion(1, 1, 3, &v) && v == 0);
	cr_expect(money_portion(1, 2, 3, &v) && v == 1);
	cr_expect(money_bps(10000, 250, &v) && v == 250);
	/* 10^17 times 500 basis points needs 128 bits. */
	cr_expect(money_bps(100000000000000000, 500, &v) && v == 5000000000000000);
	cr_expect(money_portion_down(7, 1, 2, &v) && v == 3);
	cr_expect(money_portion_down(-7, 1, 2, &v) && v == -3);
	v = 9;
	cr_expect_not(money_portion(INT64_MAX, 2, 1, &v));
	cr_expect_not(money_portion(1, 1, 0, &v));
	cr_expect_eq(v, 9);
}

Test(money, takes_the_tax_out_of_a_price_as_worked_out)
{
	static const struct { int64_t gross, tax; } cases[] = {
		{ 11500, 1500 }, { 9999, 1304 }, { 4999, 652 }, { 7, 1 }, { 1, 0 } };
	int64_t v;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(money_portion(cases[i].gross, 15, 115, &v) && v == cases[i].tax);
}

Test(money, adds_and_subtracts_with_a_check)
{
	int64_t v = 1;

	cr_expect(money_add(2, 3, &v) && v == 5);
	cr_expect(money_subtract(2, 3, &v) && v == -1);
	cr_expect_not(money_add(INT64_MAX, 1, &v));
	cr_expect_not(money_subtract(INT64_MIN, 1, &v));
	cr_expect_eq(v, -1);
}

Test(money, is_written_for_people_and_for_files_and_read_back)
{
	static const char *const currencies[] = { "ZAR", "USD", "AZR", "BTC", "ETH" };
	static const int64_t amounts[] = { 0, 1, -1, 99, 100, -123450, 2777777778, INT64_MAX, INT64_MIN + 1 };
	int64_t v;

	cr_expect_str_eq(money_decimal(a, 123450, "ZAR"), "1234.50");
	cr_expect_str_eq(money_decimal(a, -1, "AZR"), "-0.00000001");
	cr_expect_str_eq(money_decimal(a, 1, "ETH"), "0.000000001");
	cr_expect_str_eq(money_decimal(a, INT64_MIN, "ZAR"), "-92233720368547758.08");
	for (size_t c = 0; c < 5; c++)
		for (size_t i = 0; i < 9; i++)
			cr_expect(money_read(money_decimal(a, amounts[i], currencies[c]), currencies[c], &v) &&
			    v == amounts[i]);
	cr_expect_not(money_read("1.005", "ZAR", &v));
	cr_expect_not(money_read("12 pounds", "ZAR", &v));
	cr_expect_eq(money_exponent("ETH"), 9);
	cr_expect_eq(money_exponent("XXX"), -1);
}
