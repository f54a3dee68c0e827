/* Schedules, addresses of mailboxes, addresses of servers: small pure parsers. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "arena.h"
#include "cron.h"
#include "http.h"

static int64_t
utc(const char *text)
{
	struct tm t = { 0 };

	cr_assert_not_null(strptime(text, "%Y-%m-%d %H:%M:%S", &t), "%s", text);
	return (int64_t)timegm(&t) * 1000000;
}

static void
fires(const char *spec, const char *after, const char *expected)
{
	struct cron c;
	char text[32];
	time_t at;
	struct tm t;

	cr_assert(cron_parse(spec, &c), "%s", spec);
	at = (time_t)(cron_next(&c, utc(after)) / 1000000);
	gmtime_r(&at, &t);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &t);
	cr_assert_str_eq(text, expected, "%s after %s: %s", spec, after, text);
}

Test(cron, finds_the_next_moment)
{
	fires("* * * * *", "2026-03-01 10:00:00", "2026-03-01 10:01:00");
	fires("* * * * *", "2026-03-01 10:00:59", "2026-03-01 10:01:00");
	fires("0 2 * * *", "2026-03-01 01:59:59", "2026-03-01 02:00:00");
	fires("0 2 * * *", "2026-03-01 02:00:00", "2026-03-02 02:00:00");
	fires("*/15 9-17 * * 1-5", "2026-03-06 17:45:00", "2026-03-09 09:00:00");
	fires("5/20 * * * *", "2026-03-01 10:26:00", "2026-03-01 10:45:00");
	fires("0 0 1 1 *", "2026-01-01 00:00:00", "2027-01-01 00:00:00");
	fires("0 0 29 2 *", "2026-03-01 00:00:00", "2028-02-29 00:00:00");
	fires("59 23 31 12 *", "2026-12-31 23:59:30", "2027-12-31 23:59:00");
	fires("0 12 * * 0", "2026-11-21 13:00:00", "2026-11-22 12:00:00");
	fires("0 12 * * 7", "2026-11-21 13:00:00", "2026-11-22 12:00:00");
	fires("1,31,59 3 * * *", "2026-11-21 03:31:00", "2026-11-21 03:59:00");
}

Test(cron, day_or_weekday_is_enough_when_both_are_given)
{
	fires("0 0 13 * 5", "2026-11-14 00:00:00", "2026-11-20 00:00:00");
	fires("0 0 25 * 5", "2026-11-20 00:00:00", "2026-11-25 00:00:00");
	/* "*" with a step of more than one is a restriction. */
	fires("0 0 */10 * *", "2026-11-12 00:00:00", "2026-11-21 00:00:00");
}

Test(cron, knows_when_there_is_none)
{
	struct cron c;

	cr_assert(cron_parse("0 0 31 2 *", &c));
	cr_assert_eq(cron_next(&c, utc("2026-01-01 00:00:00")), 0);
}

Test(cron, refuses_bad_specs)
{
	static const char *const bad[] = { "", "*", "* * * *", "* * * * * *", "60 * * * *",
		"* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8",
		"5-1 * * * *", "*/0 * * * *", "a * * * *", "1, * * * *", ",1 * * * *", "1-* * * * *",
		"-1 * * * *", "* * * * mon", "1;2 * * * *", "0000000001 * * * *" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cron c;

		cr_assert_not(cron_parse(bad[i], &c), "%s", bad[i]);
	}
}

Test(address, gives_one_spelling_per_mailbox)
{
	struct arena *a = arena_new(1 << 20);

	cr_assert_str_eq(address_normalise(a, " Alice@Example.ORG\t"), "alice@example.org");
	cr_assert_str_eq(address_normalise(a, "a+b.c'd@x-y.example"), "a+b.c'd@x-y.example");
	cr_assert_str_eq(address_normalise(a, "k@B\xc3\xbc" "cher.example"),
	    "k@xn--bcher-kva.example");
	/* decomposed u + diaeresis is the same domain */
	cr_assert_str_eq(address_normalise(a, "k@bu\xcc\x88" "cher.example"),
	    "k@xn--bcher-kva.example");
	cr_assert_str_eq(address_normalise(a, "root@localhost"), "root@localhost");
	arena_free(a);
}

Test(address, refuses_what_cannot_be_delivered)
{
	static const char *const bad[] = { "", "@", "a@", "@b.example", "a b@c.example", "a@b",
		".a@b.example", "a.@b.example", "a..b@c.example", "a@b..example", "a@-b.example",
		"a@b-.example", "a@b.example.", "a@[127.0.0.1]", "a@1.2.3.4", "\"a b\"@c.example",
		"a@b.example\r\nBcc: x@y.example", "a@b.exam ple", "z\xc3\xbc@b.example", "a,b@c.example",
		"a<b>@c.example", "a@b@c.example/" };
	struct arena *a = arena_new(1 << 20);
	char longer[400];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert_null(address_normalise(a, bad[i]), "%s", bad[i]);
	memset(longer, 'a', 65);
	strcpy(longer + 65, "@b.example");
	cr_assert_null(address_normalise(a, longer), "a local part of 65 bytes");
	cr_assert_not_null(address_normalise(a, longer + 1));
	arena_free(a);
}

Test(http, tells_public_addresses_from_all_others)
{
	static const char *const other[] = { "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1",
		"100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
		"198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
		"255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe",
		"64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "fc00::1", "fd12::1", "fe80::1",
		"fec0::1", "ff02::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::",
		"2002:a9fe:a9fe::", "3fff::1", "4000::1", "::127.0.0.1", "", "localhost", "1.2.3",
		"0x7f.1" };
	static const char *const ours[] = { "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1",
		"172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.1",
		"2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
		"2002:808:808::", "2001:4860::8888" };

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		cr_assert_not(http_address_public(other[i]), "%s", other[i]);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		cr_assert(http_address_public(ours[i]), "%s", ours[i]);
}

Test(http, refuses_before_it_connects)
{
	static const struct {
		const char *url, *error;
	} cases[] = { { "http://example.org/", "not_https" }, { "https://example.org:8443/", "bad_port" },
		{ "https://user@example.org/", "bad_url" }, { "file:///etc/passwd", "not_https" },
		{ "gopher://example.org/", "not_https" }, { "nonsense", "bad_url" },
		{ "https://127.0.0.1/", "refused_address" }, { "https://2130706433/", "refused_address" },
		{ "https://0x7f.1/", "refused_address" }, { "https://0177.0.0.1/", "refused_address" },
		{ "https://127.1/", "refused_address" }, { "https://localhost/", "refused_address" },
		{ "https://[::1]/", "refused_address" },
		{ "https://[::ffff:7f00:1]/", "refused_address" },
		{ "https://169.254.169.254/latest", "refused_address" } };
	struct arena *a = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct http_call call = { .method = "GET", .url = cases[i].url };
		struct http_reply reply = http_call(a, &call);

		cr_assert_eq(reply.status, 0);
		cr_assert_str_eq(reply.error, cases[i].error, "%s: %s", cases[i].url, reply.error);
	}
	arena_free(a);
}
