/* What clients send: every shape, and every malformed one. */
#include <criterion/criterion.h>
#include <string.h>

#include "form.h"

static struct arena *a;
static struct form f;

static void
begin(void)
{
	a = arena_new(16 << 20);
	form_init(&f, a);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(form, .init = begin, .fini = end);

static const char *
value(const char *name)
{
	for (size_t i = 0; i < f.n; i++)
		if (strcmp(f.fields[i].name, name) == 0)
			return f.fields[i].value;
	return NULL;
}

static bool
urlencoded(const char *s)
{
	form_init(&f, a);
	return form_urlencoded(&f, s, strlen(s));
}

Test(form, reads_names_values_and_repetitions_of_a_query)
{
	cr_assert(urlencoded("q=a+b%20c&empty=&flag&x=1&x=2&&u=%E2%82%AC"));
	cr_expect_str_eq(value("q"), "a b c");
	cr_expect_str_eq(value("empty"), "");
	cr_expect_str_eq(value("flag"), "");
	cr_expect_str_eq(value("u"), "\xe2\x82\xac");
	cr_expect_eq(f.n, 6);
}

Test(form, decodes_once_and_only_once)
{
	cr_assert(urlencoded("p=%252e%252e%252f"));
	cr_expect_str_eq(value("p"), "%2e%2e%2f");
}

Test(form, refuses_broken_percent_codes_nul_and_invalid_utf8)
{
	static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "a=%00", "%00=a", "a=%ff",
		"a=%c0%af", "a=%ed%a0%80", "a=%f4%90%80%80", "a=%e2%82" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(urlencoded(bad[i]), "%s", bad[i]);
}

Test(form, takes_a_thousand_fields_and_not_one_more)
{
	char text[6000] = "";

	for (int i = 0; i < 1000; i++)
		memcpy(text + i * 2, "a&", 2);
	cr_expect(urlencoded(text));
	memcpy(text + 2000, "a&", 2);
	cr_expect_not(urlencoded(text));
}

static bool
multipart(const char *body, size_t size)
{
	form_init(&f, a);
	return form_multipart(&f, "multipart/form-data; boundary=XX", body, size);
}

#define MULTIPART(s) multipart(s, sizeof(s) - 1)

Test(form, reads_fields_and_files_of_a_multipart_body)
{
	cr_assert(MULTIPART("--XX\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nOne\r\n"
	    "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\dir\\\\a b.png\"\r\n"
	    "Content-Type: image/png\r\n\r\n\x89PNG\0\r\n--X\r\n--XX--\r\n"));
	cr_assert_eq(f.n, 2);
	cr_expect_str_eq(f.fields[0].value, "One");
	cr_expect_str_eq(f.fields[1].file_name, "a b.png");
	cr_expect_eq(f.fields[1].size, 10);
	cr_expect_eq(memcmp(f.fields[1].value, "\x89PNG\0\r\n--X", 10), 0);
}

Test(form, a_file_field_left_empty_is_no_file)
{
	cr_assert(MULTIPART("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n"
	    "\r\n\r\n--XX--\r\n"));
	cr_expect_eq(f.n, 0);
}

Test(form, refuses_every_truncation_of_a_multipart_body)
{
	static const char whole[] = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
	    "--XX--";

	cr_assert(MULTIPART(whole));
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		cr_expect_not(multipart(whole, n), "cut after %zu bytes", n);
}

Test(form, refuses_a_missing_or_overlong_boundary)
{
	static const char body[] = "--XX--";
	char type[200] = "multipart/form-data; boundary=";

	cr_expect_not(form_multipart(&f, "multipart/form-data", body, 6));
	cr_expect_not(form_multipart(&f, "multipart/form-data; boundary=", body, 6));
	memset(type + strlen(type), 'x', 71);
	cr_expect_not(form_multipart(&f, type, body, 6));
}

static bool
json(const char *s)
{
	form_init(&f, a);
	return form_json(&f, s, strlen(s));
}

Test(form, reads_a_flat_json_object_as_fields)
{
	cr_assert(json("{\"s\":\"x\",\"n\":12.50,\"t\":true,\"z\":null,\"l\":[1,\"b\"],"
	    "\"price\":{\"amount\":5,\"currency\":\"ZAR\"}}"));
	cr_expect_str_eq(value("s"), "x");
	cr_expect_str_eq(value("n"), "12.50");
	cr_expect_str_eq(value("t"), "true");
	cr_expect_null(value("z"));
	cr_expect_str_eq(value("l"), "1");
	cr_expect_str_eq(value("price.amount"), "5");
	cr_expect_eq(f.n, 8);
}

Test(form, marks_what_is_nested_too_deep)
{
	cr_assert(json("{\"a\":[[1]],\"b\":{\"c\":{\"d\":1}}}"));
	cr_expect(f.fields[0].complex);
	cr_expect(f.fields[1].complex);
}

Test(form, refuses_what_is_not_one_json_object)
{
	static const char *const bad[] = { "", "[]", "1", "{", "{}x", "{\"a\":1,\"a\":2}",
		"{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{'a':1}", "\xef\xbb\xbf{}", "{\"a\":01}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(json(bad[i]), "%s", bad[i]);
}

Test(form, refuses_deep_nesting_quickly)
{
	size_t n = 100000;
	char *text = arena_alloc(a, n + 1);

	memset(text, '[', n);
	cr_expect_not(form_json(&f, text, n));
}

Test(form, encodes_every_byte_that_an_address_cannot_hold)
{
	cr_expect_str_eq(form_encode(a, "a/b?c=d&e \"<\xe2\x82\xac"),
	    "a%2Fb%3Fc%3Dd%26e%20%22%3C%E2%82%AC");
	cr_expect_str_eq(form_decode(a, "%2F%2f", 6, false), "//");
}

Test(form, counts_characters_not_bytes)
{
	cr_expect_eq(utf8_length("h\xc3\xa9llo"), 5);
	cr_expect(utf8_valid("\xf0\x9f\x98\x80", 4));
	cr_expect_not(utf8_valid("\xf0\x9f\x98", 3));
}
