/*
 * Course bundles in earnest: every real course of ../shared/content and every
 * seed course is read, rendered and written again.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "bundle_kit.h"
#include "html_check.h"

#define CONTENT SOURCE_DIR "/../shared/content/"

TestSuite(bundle_content, .init = begin, .fini = end, .timeout = 240);

static struct bundle *
content(const char *name)
{
	struct bundle *b;

	if (access(CONTENT "README.md", R_OK) != 0)
		cr_skip_test("no course material in ../shared/content");
	b = read_folder(arena_printf(a, CONTENT "%s", name));
	for (size_t i = 0; i < b->n_errors; i++)
		cr_log_error("%s %s: %s", b->errors[i].file, b->errors[i].field, b->errors[i].text);
	cr_assert_eq(b->n_errors, 0);
	return b;
}

/* ---- what a lesson's source has, counted by other means than the renderer's ------- */

struct counts {
	size_t solutions, hints, challenges, code, pictures, rules;
};

static bool
opens(const char *line, const char *what)
{
	const char *p = line + strspn(line, " ");

	if (strncmp(p, ":::", 3) != 0)
		return false;
	p += strspn(p, ":");
	p += strspn(p, " {.");
	return strncmp(p, what, strlen(what)) == 0 && !isalnum((unsigned char)p[strlen(what)]);
}

static size_t
pictures(const char *line)
{
	size_t n = 0, ticks = 0;

	for (const char *p = line; *p != '\0'; p++) {
		ticks += *p == '`';
		n += ticks % 2 == 0 && p[0] == '!' && p[1] == '[' && strstr(p, "](") != NULL;
	}
	return n;
}

static struct counts
count(const char *source)
{
	struct counts c = { 0 };
	char *copy = arena_strdup(a, source), *line, *next, fence = '\0';
	size_t fence_length = 0, n, hidden = 0, depth = 0;

	for (line = copy; line != NULL; line = next) {
		char *p;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		p = line + strspn(line, " >");
		n = *p == '`' || *p == '~' ? strspn(p, (const char[]){ *p, '\0' }) : 0;
		if (fence != '\0') {
			if (n >= fence_length && *p == fence && p[n + strspn(p + n, " ")] == '\0')
				fence = '\0';
			continue;
		}
		if (strncmp(p, ":::", 3) == 0) {
			bool close = p[strspn(p, ": ")] == '\0';

			depth += close ? (size_t)-1 : 1;
			if (hidden > 0 && depth < hidden)
				hidden = 0;
			if (opens(line, "instructor"))
				hidden = depth;
		}
		if (n >= 3 && strchr(p + n, '`') == NULL) {
			if (strncmp(p + n + strspn(p + n, " "), "exercism/", 9) == 0)
				continue;
			if (p[n + strspn(p + n, " ")] == '\0' && strstr(source, "exercism/") != NULL &&
			    *p == '~')
				continue; /* the end of such a note */
			fence = *p;
			fence_length = n;
			c.code += hidden == 0;
			continue;
		}
		if (hidden > 0)
			continue;
		c.solutions += opens(line, "solution");
		c.hints += opens(line, "hint");
		c.challenges += opens(line, "challenge");
		c.pictures += pictures(line);
	}
	return c;
}

/* The page without its code. */
static const char *
prose(const char *html)
{
	struct buffer b;
	const char *p = html, *q;

	buffer_init(&b, a, strlen(html) + 1);
	while ((q = strstr(p, "<code>")) != NULL) {
		buffer_add(&b, p, (size_t)(q - p));
		p = strstr(q, "</code>");
	}
	buffer_str(&b, p);
	return buffer_text(&b);
}

static size_t solutions_seen, code_seen, pictures_seen; /* so that nothing passes by being absent */

static void
check_lesson(const struct bundle *b, const struct bundle_lesson *l, const struct markdown_image *images)
{
	struct markdown_result r = markdown_render(a, l->source, l->size, images);
	const char *html = r.html.text, *plain = prose(html);
	struct counts c = count(l->source);
	size_t missing = html_count(html, "\"image-missing\"");

	solutions_seen += c.solutions;
	code_seen += c.code;
	pictures_seen += c.pictures;
	cr_expect(html_check(html, why, sizeof why), "%s: %s", l->slug, why);
	cr_expect(strstr(plain, ":::") == NULL, "%s: a raw fence", l->slug);
	cr_expect(strstr(plain, "teaching:") == NULL && strstr(plain, "<hr>\n<h2 id=\"s-title") == NULL,
	    "%s: front matter", l->slug);
	cr_expect(strstr(plain, "{alt=") == NULL && strstr(plain, "{: ") == NULL, "%s: attributes",
	    l->slug);
	cr_expect(strstr(html, "class=\"div\"") == NULL, "%s: an unknown block", l->slug);
	cr_expect_eq(html_count(html, "<details class=\"solution\">"), c.solutions, "%s: %zu solutions of %zu",
	    l->slug, html_count(html, "<details class=\"solution\">"), c.solutions);
	cr_expect_eq(html_count(html, "<details class=\"hint\">"), c.hints, "%s: hints", l->slug);
	cr_expect_eq(html_count(html, "callout-challenge\""), c.challenges, "%s: challenges", l->slug);
	cr_expect_geq(html_count(html, "<div class=\"code"), c.code, "%s: %zu code blocks of %zu", l->slug,
	    html_count(html, "<div class=\"code"), c.code);
	cr_expect_geq(html_count(html, "<img ") + missing, c.pictures, "%s: %zu + %zu pictures of %zu",
	    l->slug, html_count(html, "<img "), missing, c.pictures);
	if (missing > 0)
		cr_expect(b->n_report > 0 && r.warnings[0] != NULL);
	cr_expect_gt(r.words, 0, "%s has no text", l->slug);
	cr_expect(json_parse(a, r.headings) != NULL, "%s: headings", l->slug);
}

static void
check_course(const struct bundle *b)
{
	struct markdown_image *images = arena_alloc(a, (b->n_media + 1) * sizeof *images);
	char image_reason[200];

	for (size_t i = 0; i < b->n_media; i++) {
		images[i] = (struct markdown_image){ .path = b->media[i].path,
			.url = arena_printf(a, "/media/%s.%s", b->media[i].sha256, b->media[i].extension),
			.width = b->media[i].width, .height = b->media[i].height };
		cr_expect(b->media[i].width > 0 && strlen(b->media[i].sha256) == 64);
	}
	for (size_t i = 0; i < b->n_modules; i++) {
		cr_expect(*b->modules[i].title != '\0' && b->modules[i].n_lessons > 0);
		for (size_t k = 0; k < b->modules[i].n_lessons; k++)
			check_lesson(b, &b->modules[i].lessons[k], images);
	}
	cr_expect(html_check(markdown_render(a, b->description, strlen(b->description), images).html.text,
	    image_reason, sizeof image_reason), "%s", image_reason);
}

static size_t
files_in(const char *path, const char *ending)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	size_t n = 0, k = strlen(ending), length;

	cr_assert(dir != NULL, "%s", path);
	while ((d = readdir(dir)) != NULL) {
		length = strlen(d->d_name);
		n += d->d_name[0] != '.' && length >= k && strcmp(d->d_name + length - k, ending) == 0;
	}
	closedir(dir);
	return n;
}

static size_t
lessons(const struct bundle *b, const char *type)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_modules; i++)
		for (size_t k = 0; k < b->modules[i].n_lessons; k++)
			n += type == NULL || strcmp(b->modules[i].lessons[k].type, type) == 0;
	return n;
}

static void
check_carpentries(const char *name)
{
	struct bundle *b = content(name);

	cr_expect_eq(b->kind, BUNDLE_CARPENTRIES);
	cr_expect_eq(lessons(b, NULL), files_in(arena_printf(a, CONTENT "%s/episodes", name), ".md"));
	cr_expect_str_eq(b->licence, "CC BY 4.0");
	cr_expect(strlen(b->attribution) > 40 && strlen(b->description) > 100 && strlen(b->summary) > 50);
	cr_expect(b->outcomes[0] != NULL);
	check_course(b);
	cr_expect(solutions_seen > 5 && code_seen > 40 && pictures_seen > 0, "%zu %zu %zu",
	    solutions_seen, code_seen, pictures_seen);
	check_round_trip(b);
}

Test(bundle_content, reads_python_novice_inflammation)
{
	check_carpentries("python-novice-inflammation");
}

Test(bundle_content, reads_shell_novice)
{
	check_carpentries("shell-novice");
}

Test(bundle_content, reads_sql_novice_survey)
{
	check_carpentries("sql-novice-survey");
}

Test(bundle_content, reads_python_ecology_lesson)
{
	check_carpentries("python-ecology-lesson");
}

Test(bundle_content, reads_machine_learning_novice_sklearn)
{
	check_carpentries("machine-learning-novice-sklearn");
}

static void
check_exercism(const char *track)
{
	struct bundle *b = content(arena_printf(a, "exercism/%s", track));
	const char *root = arena_printf(a, CONTENT "exercism/%s", track);
	size_t gone = 0;

	for (size_t i = 0; i < b->n_report; i++)
		gone += b->report[i].kind == BUNDLE_LEFT_OUT && strstr(b->report[i].reason, "no longer uses");
	cr_expect_eq(b->kind, BUNDLE_EXERCISM);
	cr_expect_eq(lessons(b, "TEXT"), files_in(arena_printf(a, "%s/concepts", root), ""));
	/* Deprecated exercises are in config.json, some of them also as folders. */
	cr_expect_leq(lessons(b, "CODING"), files_in(arena_printf(a, "%s/exercises/practice", root), ""));
	cr_expect_geq(lessons(b, "CODING") + gone,
	    files_in(arena_printf(a, "%s/exercises/practice", root), ""));
	cr_expect_str_eq(b->licence, "MIT");
	cr_expect(strstr(b->licence_text, "Permission is hereby granted") != NULL);
	check_course(b);
	cr_expect(code_seen > 200 && pictures_seen > 0, "%zu %zu", code_seen, pictures_seen);
	check_round_trip(b);
}

Test(bundle_content, reads_the_python_track)
{
	check_exercism("python");
}

Test(bundle_content, reads_the_javascript_track)
{
	check_exercism("javascript");
}

Test(bundle_content, reads_the_seed_courses)
{
	static const char *const names[] = { "cs101", "web201", "ai301", "bus101", "data201" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct bundle *b = read_folder(arena_printf(a, SOURCE_DIR "/seeds/courses/%s", names[i]));

		for (size_t k = 0; k < b->n_errors; k++)
			cr_log_error("%s: %s %s: %s", names[i], b->errors[k].file, b->errors[k].field,
			    b->errors[k].text);
		cr_assert_eq(b->n_errors, 0);
		for (size_t k = 0; k < b->n_report; k++)
			cr_expect_eq(b->report[k].kind, BUNDLE_TAKEN, "%s: %s %s", names[i],
			    b->report[k].path, b->report[k].reason);
		cr_expect_str_eq(b->code, names[i]);
		check_course(b);
		check_round_trip(b);
	}
}

/* Real drawings: each is a picture, and is still one after writing and reading. */
Test(bundle_content, turns_drawings_into_pictures)
{
	static struct conf drawing;
	size_t drawings = 0;
	struct bundle *b;

#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("a sanitizer build cannot start helpers: they limit their address space");
#endif
	drawing = *conf;
	drawing.helper_drawing = SOURCE_DIR "/tools/helpers/drawing";
	conf = &drawing;
	if (access("/usr/bin/rsvg-convert", X_OK) != 0)
		cr_skip_test("rsvg-convert is not installed");
	b = content("shell-novice");
	for (size_t i = 0; i < b->n_media; i++)
		drawings += strstr(b->media[i].path, ".svg.png") != NULL;
	cr_expect_gt(drawings, 4);
	check_course(b);
	check_round_trip(b);
}
