/* One tree, two media. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "view.h"
#include "scratch.h"

static struct arena *a;

static void
begin(void)
{
	a = arena_new(16 << 20);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(view, .init = begin, .fini = end);

static const char *
json_of(struct view *v)
{
	struct buffer b;

	buffer_init(&b, a, 256);
	render_json(&b, v);
	return buffer_text(&b);
}

static void
fill(struct view *v)
{
	struct view *list, *item;

	view_str(v, "title", "A <b>\"bold\"</b> & \\ name");
	view_str(v, "none", NULL);
	view_int(v, "count", 1234567);
	view_bool(v, "open", true);
	view_money(v, "price", 123450, "ZAR");
	view_time(v, "startsAt", INT64_C(1795262400000000));
	view_time(v, "endsAt", 0);
	list = view_list(v, "items");
	for (int i = 0; i < 3; i++) {
		item = view_item(list);
		view_int(item, "n", i);
	}
	view_str(view_page_only(v, "chart"), "point", "for pages");
}

Test(view, answers_typed_json)
{
	struct view *v = view_new(a, VIEW_JSON, "en-ZA", "Africa/Johannesburg");

	fill(v);
	cr_expect_str_eq(json_of(v), "{\"title\":\"A \\u003cb>\\\"bold\\\"\\u003c/b> & \\\\ name\","
	    "\"none\":null,\"count\":1234567,\"open\":true,"
	    "\"price\":{\"amount\":123450,\"currency\":\"ZAR\"},"
	    "\"startsAt\":\"2026-11-21T12:00:00Z\",\"endsAt\":null,"
	    "\"items\":[{\"n\":0},{\"n\":1},{\"n\":2}]}");
}

Test(view, quotes_control_characters_and_replaces_invalid_text)
{
	struct view *v = view_new(a, VIEW_JSON, "en-ZA", "UTC");

	view_str(v, "s", "a\x01\x7f\t\xff" "b\xe2\x82" "c\xe2\x82\xac\xf0\x9f\x98\x80");
	cr_expect_str_eq(json_of(v), "{\"s\":\"a\\u0001\\u007f\\u0009\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd"
	    "c\xe2\x82\xac\xf0\x9f\x98\x80\"}");
}

Test(view, comes_back_from_its_json)
{
	struct view *v = view_new(a, VIEW_JSON, "en-ZA", "UTC");
	const char *text;

	fill(v);
	text = json_of(v);
	cr_expect_str_eq(json_of(view_from_json(a, VIEW_JSON, "en-ZA", "UTC", text)), text);
}

/* A template folder of its own for the test. */
static char dir[256];

static void
put(const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void
templates_begin(void)
{
	static struct conf settings;
	char path[300];

	begin();
	conf = &settings;
	scratch_name(dir, sizeof dir, "view_test");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/t/macro", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/m", dir);
	mkdir(path, 0700);
	put("m/en-ZA.msg", "hello = Hello <{name}>\nitems.one = {n} item\nitems.other = {n} items\n"
	    "only = English\n");
	put("m/zu-ZA.msg", "hello = Sawubona {name}\n");
}

TestSuite(template, .init = templates_begin, .fini = end);

static const char *
render(const char *locale, struct view *v, char *reason, size_t size)
{
	struct view *page = view_new(a, VIEW_PAGE, locale, "UTC");
	struct buffer b;

	buffer_init(&b, a, 256);
	*reason = '\0';
	return template_render(&b, "page.cs", locale, v, page, reason, size) ? buffer_text(&b) : NULL;
}

static bool
load(char *reason, size_t size)
{
	char t[300], m[300];

	snprintf(t, sizeof(t), "%s/t", dir);
	snprintf(m, sizeof(m), "%s/m", dir);
	return template_load_all(t, m, reason, size);
}

Test(template, escapes_everything_and_formats_for_people)
{
	struct view *v = view_new(a, VIEW_PAGE, "en-ZA", "Africa/Johannesburg");
	char reason[512];

	put("t/page.cs", "<p title=\"<?cs var:view.title ?>\"><?cs var:view.price ?> "
	    "<?cs var:view.count.text ?> <?cs if:view.open ?>open<?cs /if ?> "
	    "<?cs each:i = view.items ?>[<?cs var:i.n ?>]<?cs /each ?></p>");
	cr_assert(load(reason, sizeof(reason)), "%s", reason);
	fill(v);
	cr_expect_str_eq(render("en-ZA", v, reason, sizeof(reason)),
	    "<p title=\"A &lt;b&gt;&quot;bold&quot;&lt;/b&gt; &amp; \\ name\">R1\xc2\xa0"
	    "234.50 1\xc2\xa0" "234\xc2\xa0" "567 open [0][1][2]</p>");
}

Test(template, speaks_the_language_of_the_reader)
{
	char reason[512];

	put("t/page.cs", "{{hello name=view.who}} {{items n=view.n}} {{only}}");
	cr_assert(load(reason, sizeof(reason)), "%s", reason);
	for (int i = 0; i < 2; i++) {
		struct view *v = view_new(a, VIEW_PAGE, "en-ZA", "UTC");

		view_str(v, "who", "<x>");
		view_int(v, "n", i + 1);
		cr_expect_str_eq(render(i ? "zu-ZA" : "en-ZA", v, reason, sizeof(reason)),
		    i ? "Sawubona &lt;x&gt; 2 items English" : "Hello &lt;&lt;x&gt;&gt; 1 item English");
	}
}

Test(template, a_message_in_a_macro_argument_is_escaped_once)
{
	char reason[512];

	put("m/en-ZA.msg", "said = He said \"yes\" & left\n");
	put("t/page.cs", "{{!-- about {{this}} --}}<?cs def:m(t) ?>[<?cs var:t ?>]<?cs /def ?>"
	    "<?cs call:m(\"{{said}}\") ?>{{said}}");
	cr_assert(load(reason, sizeof(reason)), "%s", reason);
	cr_expect_str_eq(render("en-ZA", view_new(a, VIEW_PAGE, "en-ZA", "UTC"), reason, sizeof(reason)),
	    "[He said \xe2\x80\x9cyes\xe2\x80\x9d &amp; left]He said &quot;yes&quot; &amp; left");
}

Test(template, refuses_unknown_messages_missing_includes_and_syntax_errors)
{
	static const char *const bad[] = { "{{no.such.key}}", "<?cs include!\"none.cs\" ?>",
		"<?cs if:x ?>never closed", "<?cs include!\"../m/en-ZA.msg\" ?>" };
	char reason[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put("t/page.cs", bad[i]);
		cr_expect_not(load(reason, sizeof(reason)), "%s was accepted", bad[i]);
		cr_expect_neq(reason[0], '\0');
	}
}

Test(template, the_same_page_ten_thousand_times_needs_no_more_memory)
{
	char reason[512];
	size_t first = 0;

	put("t/page.cs", "<?cs each:i = view.items ?><?cs set:k = i.n ?><?cs var:k ?><?cs /each ?>");
	cr_assert(load(reason, sizeof(reason)), "%s", reason);
	for (int i = 0; i < 10000; i++) {
		struct view *v = view_new(a, VIEW_PAGE, "en-ZA", "UTC");

		fill(v);
		cr_assert_str_eq(render("en-ZA", v, reason, sizeof(reason)), "012");
		if (i == 0)
			first = arena_used(a);
		else
			cr_assert_eq(arena_used(a), first);
		arena_reset(a);
	}
}
