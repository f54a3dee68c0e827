/* The strict JSON reader. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "arena.h"
#include "json.h"

static struct arena *a;

static void
begin(void)
{
	a = arena_new(64 << 20);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(json, .init = begin, .fini = end);

Test(json, reads_all_kinds_of_values)
{
	struct json *v = json_parse(a, " {\"s\":\"a\\u00e9\\n\\ud83d\\ude00\",\"n\":-12,\"f\":1.5e3,"
	    "\"t\":true,\"x\":false,\"z\":null,\"l\":[1,[],{}]} ");

	cr_assert_eq(json_kind(v), JSON_OBJECT);
	cr_assert_eq(json_length(v), 7);
	cr_assert_str_eq(json_key(v, 1), "n");
	cr_assert_str_eq(json_text(json_get(v, "s"), NULL), "a\xc3\xa9\n\xf0\x9f\x98\x80");
	cr_assert_eq(json_int(json_get(v, "n"), 0), -12);
	cr_assert_str_eq(json_number(json_get(v, "f")), "1.5e3");
	cr_assert_eq(json_int(json_get(v, "f"), 7), 7, "a fraction is no whole number");
	cr_assert(json_bool(json_get(v, "t"), false));
	cr_assert_not(json_bool(json_get(v, "x"), true));
	cr_assert_eq(json_kind(json_get(v, "z")), JSON_NULL);
	cr_assert_eq(json_kind(json_get(v, "absent")), 0);
	cr_assert_eq(json_length(json_get(v, "l")), 3);
	cr_assert_eq(json_int(json_at(json_get(v, "l"), 0), 0), 1);
	cr_assert_null(json_at(json_get(v, "l"), 3));
}

Test(json, reads_scalars_alone)
{
	cr_assert_eq(json_int(json_parse(a, "9223372036854775807"), 0), INT64_MAX);
	cr_assert_eq(json_int(json_parse(a, "-9223372036854775808"), 0), INT64_MIN);
	cr_assert_eq(json_int(json_parse(a, "9223372036854775808"), 5), 5);
	cr_assert_str_eq(json_text(json_parse(a, "\"\""), "d"), "");
	cr_assert_str_eq(json_text(json_parse(a, "true"), "d"), "d");
}

Test(json, refuses_what_is_not_json)
{
	static const char *const bad[] = { "", " ", "{", "}", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}",
		"{a:1}", "{\"a\" 1}", "{\"a\":}", "{1:2}", "01", "+1", "1.", ".5", "1e", "1e+", "-",
		"0x10", "NaN", "Infinity", "nul", "truex", "'a'", "\"a", "\"\\x\"", "\"\\u12\"",
		"\"\\u12g4\"", "\"\t\"", "\"\n\"", "[1]x", "1 1", "/*c*/1", "\"\\ud800\"",
		"\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\u0000\"", "\"\\\"",
		"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"",
		"\"\xe2\x82\"", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":2}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char reason[80] = "";

		cr_assert_null(json_read(a, bad[i], strlen(bad[i]), reason, sizeof(reason)), "%s",
		    bad[i]);
		cr_assert_neq(reason[0], '\0');
	}
	cr_assert_null(json_parse(a, NULL));
	cr_assert_null(json_read(a, "1\0" "2", 3, NULL, 0), "a NUL is no space");
}

Test(json, stops_at_32_levels_and_1_mib)
{
	char *text = arena_alloc(a, JSON_SIZE_MAX + 16);

	memset(text, '[', 33);
	memset(text + 33, ']', 33);
	cr_assert_null(json_read(a, text, 66, NULL, 0));
	cr_assert_not_null(json_read(a, text + 1, 64, NULL, 0));
	memset(text, ' ', JSON_SIZE_MAX + 1);
	text[0] = '1';
	cr_assert_not_null(json_read(a, text, JSON_SIZE_MAX, NULL, 0));
	cr_assert_null(json_read(a, text, JSON_SIZE_MAX + 1, NULL, 0));
}

Test(json, never_reads_past_the_given_size)
{
	const char *text = "{\"key\":[\"va\\u00e9lue\",-1.5e+10,true,null,{\"x\":\"\xc3\xa9\"}]}";
	size_t size = strlen(text);

	for (size_t n = 0; n < size; n++) {
		char *exact = malloc(n ? n : 1);

		memcpy(exact, text, n);
		cr_assert_null(json_read(a, exact, n, NULL, 0));
		free(exact);
	}
	cr_assert_not_null(json_read(a, text, size, NULL, 0));
}

Test(json, writes_objects_that_it_reads_back)
{
	const char *text = json_object(a, "name", "a\"b\\c\n\x01\xc3\xa9", "none", NULL, "n", "1",
	    NULL);
	struct json *v = json_parse(a, text);

	cr_assert_not_null(v, "%s", text);
	cr_assert_str_eq(json_text(json_get(v, "name"), NULL), "a\"b\\c\n\x01\xc3\xa9");
	cr_assert_eq(json_kind(json_get(v, "none")), JSON_NULL);
	cr_assert_eq(json_length(v), 3);
	cr_assert_str_eq(json_object(a, NULL), "{}");
}
