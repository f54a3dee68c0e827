/* Numbers, money, times and zones as people read them. */
#include <criterion/criterion.h>
#include <string.h>

#include "format.h"

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

TestSuite(format, .init = begin, .fini = end);

#define NBSP "\xc2\xa0"

Test(format, groups_thousands_with_no_break_spaces)
{
	cr_expect_str_eq(format_int(a, 0), "0");
	cr_expect_str_eq(format_int(a, 999), "999");
	cr_expect_str_eq(format_int(a, 1234567), "1" NBSP "234" NBSP "567");
	cr_expect_str_eq(format_int(a, -1000), "-1" NBSP "000");
	cr_expect_str_eq(format_int(a, INT64_MIN),
	    "-9" NBSP "223" NBSP "372" NBSP "036" NBSP "854" NBSP "775" NBSP "808");
}

Test(format, shows_money_with_its_currency_and_its_own_decimals)
{
	cr_expect_str_eq(format_money(a, 123450, "ZAR"), "R1" NBSP "234.50");
	cr_expect_str_eq(format_money(a, -5, "ZAR"), "-R0.05");
	cr_expect_str_eq(format_money(a, 1250000000, "AZR"), "12.50 AZR");
	cr_expect_str_eq(format_money(a, 2777777778, "AZR"), "27.77777778 AZR");
	cr_expect_str_eq(format_money(a, 1000000001, "ETH"), "1.000000001 ETH");
}

Test(format, reads_money_exactly_or_not_at_all)
{
	int64_t v = 0;

	cr_expect(money_parse("1 234.50", "ZAR", &v) && v == 123450);
	cr_expect(money_parse("0,05", "ZAR", &v) && v == 5);
	cr_expect(money_parse("7", "ZAR", &v) && v == 700);
	cr_expect(money_parse("-7.1", "ZAR", &v) && v == -710);
	cr_expect(money_parse("1.500", "ZAR", &v) && v == 150);
	cr_expect_not(money_parse("1.005", "ZAR", &v));
	cr_expect_not(money_parse("1.2.3", "ZAR", &v));
	cr_expect_not(money_parse("", "ZAR", &v));
	cr_expect_not(money_parse(".", "ZAR", &v));
	cr_expect_not(money_parse("1e3", "ZAR", &v));
	cr_expect_not(money_parse("99999999999999999999", "ZAR", &v));
	cr_expect_not(money_parse("1", "XXX", &v));
}

Test(format, civil_dates_survive_the_round_trip_over_four_thousand_years)
{
	for (int64_t day = -719162; day < 730000; day += 97) {
		int64_t us = day * INT64_C(86400000000) + INT64_C(45296000000);
		struct civil c = civil_from_us(us);

		cr_assert_eq(civil_to_us(&c), us);
		cr_assert(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31);
	}
}

Test(format, knows_the_day_of_the_week)
{
	cr_expect_eq(civil_from_us(0).weekday, 4, "1970-01-01 was a Thursday");
	cr_expect_eq(civil_from_us(INT64_C(1795219200000000)).weekday, 6, "2026-11-21 is a Saturday");
	cr_expect_eq(civil_from_us(INT64_C(-86400000000)).weekday, 3);
}

Test(format, writes_times_of_machines_in_utc)
{
	char text[32];

	format_rfc3339(text, sizeof(text), INT64_C(1795262400000000));
	cr_expect_str_eq(text, "2026-11-21T12:00:00Z");
	format_rfc3339(text, sizeof(text), -1);
	cr_expect_str_eq(text, "1969-12-31T23:59:59Z");
}

Test(format, knows_zones_with_and_without_daylight_saving)
{
	const char *name = NULL;
	int64_t january = INT64_C(1768478400000000), july = INT64_C(1784116800000000);

	cr_expect_eq(zone_offset("Africa/Johannesburg", january, &name), 7200);
	cr_expect_str_eq(name, "SAST");
	cr_expect_eq(zone_offset("Europe/London", january, &name), 0);
	cr_expect_str_eq(name, "GMT");
	cr_expect_eq(zone_offset("Europe/London", july, &name), 3600);
	cr_expect_str_eq(name, "BST");
	cr_expect(zone_exists("Africa/Lagos"));
	cr_expect_not(zone_exists("Africa/Nowhere"));
	cr_expect_not(zone_exists("../../etc/passwd"));
	cr_expect_not(zone_exists("/etc/passwd"));
}

Test(format, local_wall_time_becomes_the_right_instant)
{
	struct civil noon = { .year = 2026, .month = 7, .day = 15, .hour = 12 };
	struct civil twice = { .year = 2026, .month = 10, .day = 25, .hour = 1, .minute = 30 };

	cr_expect_eq(zone_instant("Europe/London", civil_to_us(&noon)),
	    civil_to_us(&noon) - INT64_C(3600000000));
	cr_expect_eq(zone_instant("Europe/London", civil_to_us(&twice)),
	    civil_to_us(&twice) - INT64_C(3600000000), "the earlier of the two 01:30s");
}

Test(format, keeps_no_more_zones_than_it_has_room_for)
{
	static const char *const names[] = { "UTC", "Africa/Cairo", "Asia/Tokyo", "Europe/Paris" };

	for (int i = 0; i < 400; i++)
		cr_assert(zone_exists(names[i % 4]));
}
