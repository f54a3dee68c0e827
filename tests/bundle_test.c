/*
 * Course bundles: small sources of each form, and sources that must be refused.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "bundle_kit.h"

TestSuite(bundle, .init = begin, .fini = end, .timeout = 240);

static bool
has_error(const struct bundle *b, const char *file, const char *field)
{
	for (size_t i = 0; i < b->n_errors; i++)
		if (strcmp(b->errors[i].file, file) == 0 && strcmp(b->errors[i].field, field) == 0)
			return true;
	return false;
}

static bool
reported(const struct bundle *b, enum bundle_report_kind kind, const char *path)
{
	for (size_t i = 0; i < b->n_report; i++)
		if (b->report[i].kind == kind && strcmp(b->report[i].path, path) == 0)
			return true;
	return false;
}

/* ---- a small course of our own form -------------------------------------------------- */

static void
put(const char *name, const void *data, size_t n)
{
	char path[300], *slash;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	cr_assert(f != NULL && fwrite(data, 1, n, f) == n && fclose(f) == 0, "%s", path);
}

static void
put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static const unsigned char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x08\x08\2\0\0\0xxxx";

static const char course[] = "{\"format\":\"course-bundle/1\",\"code\":\"c1\",\"slug\":\"small\","
	"\"title\":\"Small\",\"summary\":\"A course\",\"description\":\"about.md\",\"category\":\"Tests\","
	"\"level\":\"BEGINNER\",\"language\":\"en\",\"weeks\":2,\"price\":{\"amount\":100,\"currency\":\"ZAR\"},"
	"\"outcomes\":[\"One\"],\"modules\":[{\"code\":\"c1-m1\",\"title\":\"M\",\"lessons\":[{\"slug\":\"first\","
	"\"title\":\"First\",\"type\":\"TEXT\",\"minutes\":5,\"file\":\"m1/first.md\",\"preview\":true}]}]}";

static void
small_course(void)
{
	put_text("course.json", course);
	put_text("about.md", "About");
	put_text("m1/first.md", "# First\n\n![A](pic.png) ![B](../img/b.png) ![C](img/b.png) ![gone](gone.png)\n\n"
	    "`![x](pic.png)`\n\n![svg](x.svg) ![fake](fake.png)\n\n[r]: pic.png\n");
	put("m1/pic.png", png, sizeof png - 1);
	put("img/b.png", png, sizeof png - 1);
	put_text("m1/x.svg", "<svg onload='alert(1)'/>");
	put_text("m1/fake.png", "GIF89a<script>alert(1)</script>");
	put_text("notes.txt", "x");
}

Test(bundle, finds_pictures_and_reports_the_others)
{
	struct bundle *b;

	small_course();
	b = read_folder(folder);
	cr_assert_eq(b->n_errors, 0);
	cr_assert_eq(b->n_media, 2);
	cr_expect_str_eq(b->modules[0].lessons[0].source, "# First\n\n![A](m1/pic.png) ![B](img/b.png) "
	    "![C](img/b.png) ![gone](gone.png)\n\n`![x](pic.png)`\n\n![svg](x.svg) ![fake](fake.png)\n\n"
	    "[r]: m1/pic.png\n");
	cr_expect(b->media[0].width == 16 && b->media[0].height == 8);
	cr_expect_str_eq(b->media[0].type, "image/png");
	cr_expect(reported(b, BUNDLE_MISSING, "gone.png") && reported(b, BUNDLE_LEFT_OUT, "m1/x.svg") &&
	    reported(b, BUNDLE_LEFT_OUT, "m1/fake.png") && reported(b, BUNDLE_LEFT_OUT, "notes.txt") &&
	    reported(b, BUNDLE_TAKEN, "img/b.png"));
	check_round_trip(b);
}

Test(bundle, names_the_field_that_is_wrong)
{
	static const struct {
		const char *from, *to, *field;
	} cases[] = { { "\"weeks\":2", "\"weeks\":0", "weeks" }, { "\"weeks\":2", "\"weeks\":2.5", "weeks" },
		{ "\"weeks\":2", "\"weeks\":\"2\"", "weeks" }, { "\"weeks\":2,", "", "weeks" },
		{ "\"weeks\":2", "\"weeks\":2,\"week\":1", "week" },
		{ "\"amount\":100", "\"amount\":-1", "price.amount" },
		{ "\"amount\":100", "\"amount\":1e2", "price.amount" },
		{ "\"ZAR\"", "\"zar\"", "price.currency" }, { "BEGINNER", "EXPERT", "level" },
		{ "\"small\"", "\"Small one\"", "slug" }, { "\"title\":\"Small\"", "\"title\":\"\"", "title" },
		{ "\"title\":\"Small\"", "\"title\":[]", "title" }, { "[\"One\"]", "\"One\"", "outcomes" },
		{ "[\"One\"]", "[\"One\",1]", "outcomes[1]" },
		{ "\"minutes\":5", "\"minutes\":2000", "modules[0].lessons[0].minutes" },
		{ "\"TEXT\"", "\"SONG\"", "modules[0].lessons[0].type" },
		{ "true", "1", "modules[0].lessons[0].preview" },
		{ "\"m1/first.md\"", "\"../first.md\"", "modules[0].lessons[0].file" },
		{ "\"m1/first.md\"", "\"/etc/passwd\"", "modules[0].lessons[0].file" },
		{ "\"code\":\"c1-m1\",", "", "modules[0].code" }, { "course-bundle/1", "course-bundle/2", "format" },
		{ "}]}]}", "},5]}]}", "modules[0].lessons[1]" }, { "}]}]}", "}]}],\"assignments\":{}}", "assignments" },
		{ "}]}]}", "}]}]}x", "" } };
	const char *at;

	small_course();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		at = strstr(course, cases[i].from);
		cr_assert(at != NULL, "%s", cases[i].from);
		put_text("course.json", arena_printf(a, "%.*s%s%s", (int)(at - course), course, cases[i].to,
		    at + strlen(cases[i].from)));
		cr_expect(has_error(read_folder(folder), "course.json", cases[i].field), "%s", cases[i].to);
	}
	put_text("course.json", course);
	put_text("m1/first.md", "\xff");
	cr_expect(has_error(read_folder(folder), "m1/first.md", ""));
	unlink(arena_printf(a, "%s/m1/first.md", folder));
	cr_expect(has_error(read_folder(folder), "m1/first.md", ""));
}

Test(bundle, refuses_two_lessons_of_one_slug)
{
	static const char twice[] = "{\"slug\":\"first\",\"title\":\"F\",\"type\":\"TEXT\",\"minutes\":5,"
	    "\"file\":\"m1/first.md\"},";
	const char *at = strstr(course, "{\"slug\":\"first\"");

	small_course();
	put_text("course.json", arena_printf(a, "%.*s%s%s", (int)(at - course), course, twice, at));
	cr_expect(has_error(read_folder(folder), "m1/first.md", "slug"));
}

Test(bundle, follows_no_link_below_its_folder)
{
	struct bundle *b;

	small_course();
	unlink(arena_printf(a, "%s/m1/first.md", folder));
	cr_assert_eq(symlink("/etc/passwd", arena_printf(a, "%s/m1/first.md", folder)), 0);
	cr_assert_eq(symlink("/etc", arena_printf(a, "%s/etc", folder)), 0);
	cr_assert_eq(mkfifo(arena_printf(a, "%s/m1/pipe.md", folder), 0600), 0);
	b = read_folder(folder);
	cr_expect(has_error(b, "m1/first.md", ""));
	cr_expect(reported(b, BUNDLE_LEFT_OUT, "etc") && reported(b, BUNDLE_LEFT_OUT, "m1/first.md"));
}

Test(bundle, says_when_there_is_no_course)
{
	struct bundle *b;

	put_text("readme.md", "x");
	b = read_folder(folder);
	cr_expect(b->n_errors == 1 && b->kind == BUNDLE_UNKNOWN);
	cr_expect(bundle_folder(a, "/nonexistent", why, sizeof why) == NULL && strstr(why, "/nonexistent"));
	put_text("config.yaml", "title: 'X'\nepisodes:\n- no.md\n");
	cr_expect(has_error(read_folder(folder), "config.yaml", "episodes"));
	put_text("config.yaml", "a: &x [1]\nb: *x\n");
	cr_expect(has_error(read_folder(folder), "config.yaml", ""));
	put_text("config.yaml", "a: [\n");
	cr_expect(has_error(read_folder(folder), "config.yaml", ""));
}

/* ---- Carpentries and Exercism in small ------------------------------------------------- */

Test(bundle, rewrites_links_between_episodes)
{
	struct bundle *b;

	put_text("config.yaml", "title: T\nurl: 'https://x.org/t/'\nsource: https://y.org/my-lesson\nlicense: CC-BY 4.0\n");
	put_text("episodes/01-intro.md", "---\ntitle: \"Intro: it's\"\nteaching: 10\nexercises: 5\n---\n\n"
	    "[a](02-more.md#x) [b](../episodes/02-more.html) [c](https://x.org/t/02-more.html) [d][ref] "
	    "[e](../learners/reference.md#f) [g](data/x.csv) [h](#here) [i](https://z.org) [j](../learners/setup.md)\n\n"
	    "```\n[k](02-more.md)\n```\n\n[ref]: 02-more.md\n");
	put_text("episodes/02-more.md", "---\ntitle: More\n---\ntext");
	b = read_folder(folder);
	cr_assert_eq(b->n_errors, 0);
	cr_expect_str_eq(b->modules[0].lessons[0].source, "[a](lesson:more#x) [b](lesson:more) [c](lesson:more) "
	    "[d][ref] [e](https://x.org/t/reference.html#f) [g](https://x.org/t/data/x.csv) [h](#here) "
	    "[i](https://z.org) [j](https://x.org/t/index.html#setup)\n\n```\n[k](02-more.md)\n```\n\n[ref]: lesson:more\n");
	cr_expect_str_eq(b->modules[0].lessons[0].title, "Intro: it's");
	cr_expect_eq(b->modules[0].lessons[0].minutes, 15);
	cr_expect_str_eq(b->slug, "my-lesson");
}

Test(bundle, orders_concepts_as_the_track_teaches_them)
{
	struct bundle *b;

	put_text("config.json", "{\"slug\":\"t\",\"language\":\"T\",\"blurb\":\"B.\",\"exercises\":{\"concept\":[{\"slug\":\"e\","
	    "\"concepts\":[\"two\"]}],\"practice\":[{\"slug\":\"hard\",\"name\":\"Hard\",\"difficulty\":8},"
	    "{\"slug\":\"one\",\"name\":\"One Exercise\",\"difficulty\":1},{\"slug\":\"old\",\"status\":\"deprecated\","
	    "\"difficulty\":1},{\"slug\":\"../x\",\"difficulty\":1}]},\"concepts\":[{\"slug\":\"one\",\"name\":\"One\"},"
	    "{\"slug\":\"two\",\"name\":\"Two\"}]}");
	put_text("concepts/one/about.md", "# One\n\n[t](/tracks/t/concepts/two) [e](/tracks/t/exercises/one) "
	    "[o](/tracks/other/concepts/two) [concept:t/two]() [x](https://exercism.org/tracks/t/concepts/none)");
	put_text("concepts/two/introduction.md", "# Two");
	put_text("concepts/two/links.json", "[{\"url\":\"https://x.org/a_b\",\"description\":\"A [b]\"}]");
	put_text("exercises/practice/one/.docs/instructions.md", "# Instructions\n\nDo");
	put_text("exercises/practice/one/.docs/hints.md", "# Hints\n\nH");
	put_text("exercises/practice/hard/.docs/instructions.md", "# Instructions");
	put_text("exercises/practice/old/.docs/instructions.md", "# Instructions");
	b = read_folder(folder);
	cr_assert_eq(b->n_errors, 0);
	cr_assert_eq(b->n_modules, 3);
	cr_expect_str_eq(b->modules[0].lessons[0].slug, "two");
	cr_expect_str_eq(b->modules[0].lessons[0].source, "# Two\n\n## Further reading\n\n- [A \\[b\\]](<https://x.org/a_b>)\n");
	cr_expect_str_eq(b->modules[0].lessons[1].source, "# One\n\n[t](lesson:two) [e](lesson:exercise-one) "
	    "[o](https://exercism.org/tracks/other/concepts/two) [Two](lesson:two) "
	    "[x](https://exercism.org/tracks/t/concepts/none)");
	cr_expect_str_eq(b->modules[1].lessons[0].slug, "exercise-one");
	cr_expect_str_eq(b->modules[1].lessons[0].source, "# Instructions\n\nDo\n\n::: hint\n# Hints\n\nH\n:::\n");
	cr_expect(reported(b, BUNDLE_LEFT_OUT, "exercises/practice/old/"));
}

/* ---- zip files ---------------------------------------------------------------------------- */

struct entry {
	const char *name, *text;
	size_t size;
	bool link;
};

static const unsigned char *
make_zip(const struct entry *entries, size_t n, size_t *size)
{
	zip_source_t *bytes = zip_source_buffer_create(NULL, 0, 0, NULL), *s;
	zip_t *zip = zip_open_from_source(bytes, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	zip_stat_t st;
	unsigned char *out;

	zip_source_keep(bytes);
	for (size_t i = 0; i < n; i++) {
		zip_int64_t k;

		s = zip_source_buffer(zip, entries[i].text, entries[i].size > 0 ? entries[i].size
		    : strlen(entries[i].text), 0);
		k = zip_file_add(zip, entries[i].name, s, ZIP_FL_ENC_UTF_8);
		cr_assert(k >= 0);
		if (entries[i].link)
			zip_file_set_external_attributes(zip, (zip_uint64_t)k, 0, ZIP_OPSYS_UNIX,
			    (zip_uint32_t)(S_IFLNK | 0777) << 16);
	}
	cr_assert_eq(zip_close(zip), 0);
	zip_stat_init(&st);
	zip_source_stat(bytes, &st);
	zip_source_open(bytes);
	out = arena_alloc(a, st.size);
	zip_source_read(bytes, out, st.size);
	zip_source_close(bytes);
	zip_source_free(bytes);
	*size = st.size;
	return out;
}

static const char *
zip_refusal(const struct entry *entries, size_t n)
{
	size_t size;
	const unsigned char *zip = make_zip(entries, n, &size);

	snprintf(why, sizeof why, "accepted");
	return bundle_zip(a, zip, size, why, sizeof why) != NULL ? "accepted" : why;
}

Test(bundle, reads_a_zip_with_a_folder_around_it)
{
	const struct entry entries[] = { { "my-main/course.json", course, 0, false },
		{ "my-main/about.md", "About", 0, false }, { "my-main/m1/first.md", "# First", 0, false },
		{ "my-main/code.tar.gz", "x", 0, false }, { "my-main/.git/config", "x", 0, false } };
	struct bundle_source *s;
	struct bundle *b;
	size_t n;
	const unsigned char *zip = make_zip(entries, 5, &n);

	s = bundle_zip(a, zip, n, why, sizeof why);
	cr_assert(s != NULL, "%s", why);
	b = bundle_read(a, s);
	cr_assert_eq(b->n_errors, 0);
	cr_expect_str_eq(b->title, "Small");
	cr_expect(reported(b, BUNDLE_LEFT_OUT, "my-main/code.tar.gz"));
}

Test(bundle, refuses_hostile_zip_files)
{
	static const char *const bad[] = { "../course.json", "/etc/passwd", "a/../../b", "a//b", "./a", "a\\..\\b",
		"a/..", "C:\\x", "..", "a\nb" };
	char *zeros = arena_alloc(a, 40 << 20);
	size_t n;
	const unsigned char *zip;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect(strstr(zip_refusal(&(struct entry){ bad[i], "x", 0, false }, 1), "path that leaves"), "%s", bad[i]);
	cr_expect(strstr(zip_refusal(&(struct entry){ "a.md", "/etc/passwd", 0, true }, 1), "link"));
	cr_expect(strstr(zip_refusal(&(struct entry){ "a.md", zeros, 40 << 20, false }, 1), "ten times"));
	zip = make_zip(&(struct entry){ "course.json", course, 0, false }, 1, &n);
	for (size_t cut = 0; cut < n; cut += 7)
		cr_expect(bundle_zip(a, zip, cut, why, sizeof why) == NULL);
	cr_expect(bundle_zip(a, "not a zip", 9, why, sizeof why) == NULL);
}

Test(bundle, refuses_a_zip_with_too_many_entries)
{
	struct entry *many = arena_alloc(a, 2001 * sizeof *many);

	for (size_t i = 0; i < 2001; i++)
		many[i] = (struct entry){ arena_printf(a, "f%zu.md", i), "x", 0, false };
	cr_expect(strstr(zip_refusal(many, 2001), "2000"));
	cr_expect_str_eq(zip_refusal(many, 2000), "accepted");
}

Test(bundle, notices_damage_in_a_zip)
{
	const struct entry entries[] = { { "course.json", course, 0, false }, { "about.md", "About", 0, false },
		{ "m1/first.md", "# First lesson with some text in it", 0, false } };
	size_t n, wrong = 0;
	const unsigned char *zip = make_zip(entries, 3, &n);
	unsigned char *copy = arena_alloc(a, n);

	for (size_t i = 0; i < n; i++) {
		struct bundle_source *s;
		struct bundle *b;

		memcpy(copy, zip, n);
		copy[i] ^= 0x55;
		s = bundle_zip(a, copy, n, why, sizeof why);
		if (s == NULL || (b = bundle_read(a, s))->n_errors > 0)
			wrong++;
		else
			cr_expect_str_eq(b->modules[0].lessons[0].source, entries[2].text);
	}
	cr_expect_gt(wrong, n / 2);
}

/* ---- pieces ----------------------------------------------------------------------------------- */

Test(bundle, knows_pictures_by_their_bytes)
{
	static const unsigned char gif[] = "GIF89a\x20\x00\x10\x00\0\0\0";
	static const unsigned char jpeg[] = "\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03xxxxxxxx";
	static const unsigned char webp[] = "RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\x1f\0\0\x0f\0\0";
	int w, h;

	cr_expect_str_eq(bundle_picture(gif, sizeof gif - 1, &w, &h), "image/gif");
	cr_expect(w == 32 && h == 16);
	cr_expect_str_eq(bundle_picture(jpeg, sizeof jpeg - 1, &w, &h), "image/jpeg");
	cr_expect(w == 32 && h == 16);
	cr_expect_str_eq(bundle_picture(webp, sizeof webp - 1, &w, &h), "image/webp");
	cr_expect(w == 32 && h == 16);
	for (size_t n = 0; n < sizeof jpeg - 1; n++)
		if (bundle_picture(jpeg, n, &w, &h) != NULL)
			cr_expect(n > 17);
	cr_expect(bundle_picture((const unsigned char *)"<svg>", 5, &w, &h) == NULL);
	cr_expect(bundle_picture((const unsigned char *)"", 0, &w, &h) == NULL);
}

static const char *
mark(void *state, const char *destination, bool picture)
{
	(void)state;
	return strcmp(destination, "keep") == 0 ? NULL
	    : arena_printf(a, "%s:%s", picture ? "P" : "L", destination);
}

Test(bundle, finds_destinations_and_leaves_code_alone)
{
	static const char *const cases[][2] = { { "[a](b)", "[a](L:b)" }, { "![a](b \"t\")", "![a](P:b \"t\")" },
		{ "[![a](b)](c)", "[![a](P:b)](L:c)" }, { "[a](<b c>)", "[a](<L:b c>)" },
		{ "[a](b(c)d)", "[a](<L:b(c)d>)" }, { "[a](b\\)c)", "[a](<L:b)c>)" }, { "`[a](b)`", "`[a](b)`" },
		{ "``[a](b)` [c](d)``", "``[a](b)` [c](d)``" }, { "` [a](b)", "` [a](L:b)" },
		{ "```\n[a](b)\n```\n[c](d)", "```\n[a](b)\n```\n[c](L:d)" }, { "[a]: b.png", "[a]: P:b.png" },
		{ "[a]: b 't'", "[a]: L:b 't'" }, { "[^a]: b", "[^a]: b" }, { "\\[a](b)", "\\[a](L:b)" },
		{ "[a](keep)", "[a](keep)" }, { "[a]()", "[a]()" }, { "[a](", "[a](" },
		{ "<img alt=x src=\"b.png\">", "<img alt=x src=\"P:b.png\">" }, { "<img", "<img" },
		{ "> ```\n> [a](b)\n> ```", "> ```\n> [a](b)\n> ```" },
		{ "~~~~exercism/note\n[a](b)\n~~~~", "~~~~exercism/note\n[a](L:b)\n~~~~" } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(bundle_rewrite(a, cases[i][0], mark, NULL), cases[i][1], "%s: %s", cases[i][0],
		    bundle_rewrite(a, cases[i][0], mark, NULL));
}

Test(bundle, makes_clean_paths_and_slugs)
{
	cr_expect_str_eq(bundle_join(a, "a/b", "../c/./d.png"), "a/c/d.png");
	cr_expect_str_eq(bundle_join(a, "a", "/b"), "b");
	cr_expect(bundle_join(a, "a", "../../b") == NULL);
	cr_expect_str_eq(name_slug(a, " Pipes & Filters: it's ", "x"), "pipes-filters-its");
	cr_expect_str_eq(name_slug(a, "\xC3\xA4", "x"), "x");
	cr_expect_str_eq(bundle_first_paragraph(a, "# H\n\n::: callout\nno\n:::\n\nA *b* [c](d)\n`e`\n\nf", 100), "A b c e");
	cr_expect_eq(strlen(bundle_first_paragraph(a, "aaaa bbbb cccc dddd eeee", 15)), 12);
}
