/*
 * Every template of the product, rendered with the same hostile value in every
 * leaf it could ask for. The tree is made of the names that stand in the
 * templates and is endless: each name has every name below it.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "view_node.h"

#define NAMES_MAX 2048
#define PAGES_MAX 256

static struct arena *a;
static char *names[NAMES_MAX], *pages[PAGES_MAX];
static bool listed[NAMES_MAX];
static size_t name_count, page_count;

static size_t
name_add(const char *s, size_t n)
{
	for (size_t i = 0; i < name_count; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return i;
	cr_assert_lt(name_count, NAMES_MAX);
	names[name_count] = arena_strndup(a, s, n);
	return name_count++;
}

/* Names after a dot inside tags; those that each: goes through are lists. */
static void
names_collect(const char *source)
{
	for (const char *tag = strstr(source, "<?cs"); tag != NULL; tag = strstr(tag, "<?cs")) {
		const char *end = strstr(tag, "?>");
		bool each = false;

		if (end == NULL)
			return;
		for (const char *p = tag; p < end; p++) {
			size_t n = 0, at;

			if (strncmp(p, "each:", 5) == 0)
				each = true;
			if (*p != '.' || !isalpha((unsigned char)p[1]))
				continue;
			while (isalnum((unsigned char)p[1 + n]) || p[1 + n] == '_')
				n++;
			at = name_add(p + 1, n);
			if (each && p[1 + n] != '.')
				listed[at] = true;
		}
		tag = end;
	}
}

static char *
file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = arena_alloc(a, 512 * 1024);
	size_t n;

	cr_assert_not_null(f, "%s", path);
	n = fread(text, 1, 512 * 1024 - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void
scan(const char *below)
{
	const char *path = arena_printf(a, SOURCE_DIR "/templates/%s", below);
	DIR *d = opendir(path);
	const struct dirent *e;

	cr_assert_not_null(d, "%s", path);
	while ((e = readdir(d)) != NULL) {
		const char *name = arena_printf(a, "%s%s%s", below, *below ? "/" : "", e->d_name);
		const char *full = arena_printf(a, SOURCE_DIR "/templates/%s", name);
		const char *dot = strrchr(e->d_name, '.');
		struct stat st;

		if (e->d_name[0] == '.' || stat(full, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			scan(name);
		} else if (dot != NULL && strcmp(dot, ".cs") == 0) {
			names_collect(file_text(full));
			if (strncmp(name, "macro/", 6) != 0 && strncmp(name, "layout/", 7) != 0 &&
			    page_count < PAGES_MAX)
				pages[page_count++] = (char *)(uintptr_t)name;
		}
	}
	closedir(d);
}

static HDF *
node(HDF *root, const char *name, const char *value, HDF *child)
{
	struct view *v = arena_alloc(a, sizeof(*v));

	v->hdf.name = (char *)(uintptr_t)name;
	v->hdf.name_len = (int)strlen(name);
	v->hdf.value = (char *)(uintptr_t)value;
	v->hdf.top = root;
	v->hdf.child = child;
	return &v->hdf;
}

/* The endless tree: every name, and below each of them every name again. */
static HDF *
tree(HDF *root, const char *value)
{
	HDF *first = NULL, *last = NULL;
	HDF *zero = node(root, "0", value, NULL), *one = node(root, "1", value, NULL);

	zero->next = one;
	for (size_t i = 0; i < name_count; i++) {
		HDF *n = node(root, names[i], value, NULL);

		if (first == NULL)
			first = n;
		else
			last->next = n;
		last = n;
	}
	for (HDF *n = first; n != NULL; n = n->next)
		n->child = first;
	for (size_t i = 0; i < name_count; i++) {
		HDF *n = first;

		for (size_t j = 0; j < i; j++)
			n = n->next;
		if (listed[i])
			n->child = zero;
	}
	zero->child = one->child = first;
	return first;
}

/* A tree with gaps: each name has a value of the list, or none, or is absent;
 * three levels, from one seed. */
static HDF *
random_tree(HDF *root, uint64_t *seed, int depth)
{
	static const char *const values[] = { "", "0", "1", "7", "010", "0x10", "-3", "abc", "12abc", " 5",
		"en-ZA", "ADMIN", "STUDENT", "DONE", "/courses", "http://a/b?c&d", "javascript:x",
		"<i>&\"'\r\n\x01\xc3\xa9", "DRAFT", "TEXT", NULL };
	HDF *first = NULL, **end = &first;

	for (size_t i = 0; i < name_count; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		const uint64_t dice = *seed >> 33;

		/* About forty names inside, however many there are: three levels grow with the cube. */
		if (dice % (depth == 0 ? 2 : name_count / 40 > 3 ? name_count / 40 : 3) != 0)
			continue;
		*end = node(root, listed[i] && depth > 0 && dice % 5 == 0 ? "0" : names[i],
		    values[dice / 8 % (sizeof(values) / sizeof(values[0]))], NULL);
		if (depth < 2)
			(*end)->child = random_tree(root, seed, depth + 1);
		end = &(*end)->next;
	}
	return first;
}

static const char *
render(const char *name, const char *value)
{
	struct view *view = view_new(a, VIEW_PAGE, "en-ZA", "UTC");
	struct view *page = view_new(a, VIEW_PAGE, "en-ZA", "UTC");
	struct buffer b;
	char reason[512] = "", *open, *close;

	view->hdf.child = tree(&view->hdf, value);
	page->hdf.child = view->hdf.child;
	buffer_init(&b, a, 1 << 16);
	cr_assert(template_render(&b, name, "en-ZA", view, page, reason, sizeof(reason)), "%s: %s",
	    name, reason);
	buffer_text(&b);
	/* The one place for sanitised HTML prints as it is, by design. */
	while ((open = strstr(b.data, "<div class=\"prose\">")) != NULL &&
	    (close = strstr(open, "</div>")) != NULL)
		memset(open, ' ', (size_t)(close + 6 - open));
	return b.data;
}

static void
begin(void)
{
	static struct conf settings;
	char reason[512];

	a = arena_new((size_t)512 << 20);
	conf = &settings;
	cr_assert(template_load_all(SOURCE_DIR "/templates", SOURCE_DIR "/messages", reason,
	    sizeof(reason)), "%s", reason);
	scan("");
	cr_assert_gt(page_count, 10);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(templates, .init = begin, .fini = end, .timeout = 120);

static bool
is_text(const char *name)
{
	size_t n = strlen(name);

	return n > 7 && strcmp(name + n - 7, ".txt.cs") == 0;
}

Test(templates, no_hostile_value_becomes_markup_on_any_page)
{
	for (size_t i = 0; i < page_count; i++) {
		const char *html = render(pages[i], "\"'><x-evil onload=\"a&b");

		if (is_text(pages[i]))
			continue;
		cr_expect_null(strstr(html, "<x-evil"), "%s lets an element through", pages[i]);
		cr_expect_null(strstr(html, "\"'>"), "%s lets a quote through", pages[i]);
	}
}

Test(templates, no_script_address_reaches_a_link_on_any_page)
{
	static const char *const places[] = { "href=\"javascript:", "src=\"javascript:",
		"action=\"javascript:", "formaction=\"javascript:", "data=\"javascript:" };

	for (size_t i = 0; i < page_count; i++) {
		const char *html = render(pages[i], "javascript:alert(1)");

		/* Links of mails begin with the site's own address, from the configuration. */
		if (strncmp(pages[i], "mail/", 5) == 0)
			continue;
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++)
			cr_expect_null(strstr(html, places[j]), "%s: %s", pages[i], places[j]);
	}
}

Test(templates, every_page_renders_with_empty_and_numeric_values)
{
	for (size_t i = 0; i < page_count; i++) {
		cr_expect_neq(*render(pages[i], ""), '\0', "%s", pages[i]);
		cr_expect_neq(*render(pages[i], "1"), '\0', "%s", pages[i]);
	}
}

Test(templates, template_source_in_a_value_is_never_executed)
{
	for (size_t i = 0; i < page_count; i++) {
		const char *out = render(pages[i], "<?cs set:evil = \"ran\" ?><?cs var:evil ?>{{site.name}}");

		/* In a text mail the source stands as it is; nowhere does it run. */
		cr_expect(is_text(pages[i]) || strstr(out, "<?cs") == NULL, "%s", pages[i]);
		cr_expect_null(strstr(out, ">ran"), "%s", pages[i]);
	}
}

static void
render_all(struct buffer *b, const char *name, const char *locale, HDF *children,
    bool (*renderer)(struct buffer *, const char *, const char *, struct view *, struct view *, char *,
    size_t))
{
	struct view *view = view_new(a, VIEW_PAGE, locale, "UTC");
	struct view *page = view_new(a, VIEW_PAGE, locale, "UTC");
	char reason[512] = "";

	view->hdf.child = page->hdf.child = children;
	buffer_init(b, a, 1 << 16);
	cr_assert(renderer(b, name, locale, view, page, reason, sizeof(reason)), "%s: %s", name, reason);
	buffer_text(b);
}

static void
compare(const char *name, const char *locale, HDF *children)
{
	/* Memory of its own: pages grow in number, the tree is shared. */
	struct arena *all = a;
	struct buffer quick, parsed;
	size_t at = 0;

	a = arena_new((size_t)512 << 20);
	render_all(&quick, name, locale, children, template_render);
	render_all(&parsed, name, locale, children, template_render_parsed);
	while (at < quick.size && at < parsed.size && quick.data[at] == parsed.data[at])
		at++;
	cr_expect(quick.size == parsed.size && at == quick.size,
	    "%s %s differs at %zu: ours `%.60s`, ClearSilver's `%.60s`", name, locale, at,
	    quick.data + (at < 20 ? 0 : at - 20), parsed.data + (at < 20 ? 0 : at - 20));
	arena_free(a);
	a = all;
}

Test(templates, code_of_a_template_gives_what_clearsilver_gives)
{
	static const char *const values[] = { "", "0", "1", "12", "\"'><x-evil onload=\"a&b", "abc" };
	struct view *root = view_new(a, VIEW_PAGE, "en-ZA", "UTC");

	for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
		HDF *children = tree(&root->hdf, values[j]);

		for (size_t i = 0; i < page_count; i++)
			compare(pages[i], "en-ZA", children);
	}
}

Test(templates, code_of_a_template_gives_what_clearsilver_gives_for_trees_with_gaps)
{
	for (uint64_t n = 1; n <= 40; n++) {
		struct arena *all = a;
		struct view *root;
		uint64_t seed = n;
		HDF *children;

		a = arena_new((size_t)512 << 20);
		root = view_new(a, VIEW_PAGE, "en-ZA", "UTC");
		children = random_tree(&root->hdf, &seed, 0);
		for (size_t i = 0; i < page_count; i++)
			compare(pages[i], n % 4 == 0 ? "zu-ZA" : "en-ZA", children);
		arena_free(a);
		a = all;
	}
}
