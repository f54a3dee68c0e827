/*
 * Templates: found in the folder, parsed once per language before fork
 * (workers share the trees copy-on-write), parsed again in development when a
 * file changed. Escaping: Config.VarEscapeMode=html stands in the parse-time
 * HDF and in every request HDF; both are made only here.
 */
#include "view_node.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "conf.h"
#include "message.h"
#include "template_code.h"

#define TEMPLATE_MAX 512
#define TEMPLATE_BYTES ((size_t)512 * 1024)
#define SLOTS 2048 /* power of two */

struct template_tree {
	char *name;
	const char *locale;
	CSPARSE *tree;
	struct template_code *code; /* NULL: cs_render() */
	time_t parsed;
};

static struct template_tree trees[TEMPLATE_MAX];
static size_t tree_count;
static uint16_t slots[SLOTS]; /* by name: 1 + index of its first tree */
static char template_dir[512], message_dir[512];

/* Texts of mails (*.txt.cs) are no HTML: nothing is escaped in them. */
static bool
is_plain(const char *name)
{
	size_t n = strlen(name);

	return n > 7 && strcmp(name + n - 7, ".txt.cs") == 0;
}

/* The request's and the parser's HDF get the same Config; see the header. */
static void
config_nodes(HDF *root, HDF *config, HDF *mode, bool plain)
{
	mode->name = (char *)"VarEscapeMode";
	mode->name_len = 13;
	mode->value = (char *)(plain ? "none" : "html");
	mode->top = root;
	config->name = (char *)"Config";
	config->name_len = 6;
	config->child = config->last_child = mode;
	config->top = root;
}

static void
error_text(NEOERR *err, char *reason, size_t size)
{
	STRING s;

	string_init(&s);
	nerr_error_string(err, &s);
	snprintf(reason, size, "%s", s.buf == NULL ? "template error" : s.buf);
	for (char *p = reason; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	string_clear(&s);
	nerr_ignore(&err);
}

struct source {
	const char *locale;
	bool plain;
};

/* Files with their messages put in, while all templates are parsed: every page
 * includes the same few, and a reload waits for this. */
struct kept {
	char *name, *text;
	struct source as;
	struct kept *next;
};

static struct kept *kept;
static bool keeping;

static const struct kept *
kept_find(const char *name, const struct source *as)
{
	const struct kept *k = kept;

	while (k != NULL && !(k->as.locale == as->locale && k->as.plain == as->plain &&
	    strcmp(k->name, name) == 0))
		k = k->next;
	return k;
}

static void
kept_add(const char *name, const struct source *as, const char *text)
{
	struct kept *k = malloc(sizeof(*k));

	if (k == NULL)
		return;
	*k = (struct kept){ strdup(name), strdup(text), *as, kept };
	if (k->name != NULL && k->text != NULL) {
		kept = k;
		return;
	}
	free(k->name);
	free(k->text);
	free(k);
}

static void
kept_free(void)
{
	while (kept != NULL) {
		struct kept *k = kept;

		kept = k->next;
		free(k->name);
		free(k->text);
		free(k);
	}
}

/* A file that is included: macros and layout. The others are read once anyway. */
static bool
is_shared(const char *name)
{
	return strncmp(name, "macro/", 6) == 0 || strncmp(name, "layout/", 7) == 0;
}

static NEOERR *
template_source(void *ctx, HDF *hdf, const char *name, char **contents)
{
	const struct source *from = ctx;
	const struct kept *known = keeping ? kept_find(name, from) : NULL;
	char path[1100], reason[256], *source = NULL;
	struct stat st;
	size_t n, room;
	FILE *f;

	(void)hdf;
	if (known != NULL) {
		*contents = strdup(known->text);
		return *contents != NULL ? STATUS_OK : nerr_raise(NERR_NOMEM, "template %s", name);
	}
	if (strstr(name, "..") != NULL || name[0] == '/')
		return nerr_raise(NERR_NOT_FOUND, "template %s is outside the folder", name);
	snprintf(path, sizeof(path), "%s/%s", template_dir, name);
	f = fopen(path, "re");
	if (f == NULL || fstat(fileno(f), &st) != 0) {
		if (f != NULL)
			fclose(f);
		return nerr_raise(NERR_NOT_FOUND, "template %s cannot be read", name);
	}
	room = (size_t)st.st_size + 1;
	source = room > TEMPLATE_BYTES ? NULL : malloc(room);
	n = source == NULL ? 0 : fread(source, 1, room, f);
	fclose(f);
	/* One more than it was: it grows while we read. */
	if (source == NULL || n == room) {
		free(source);
		return nerr_raise(NERR_IO, "template %s is too large", name);
	}
	source[n] = '\0';
	*contents = message_expand(source, from->locale, from->plain, reason, sizeof(reason));
	free(source);
	if (*contents == NULL)
		return nerr_raise(NERR_PARSE, "%s: %s", name, reason);
	if (keeping && is_shared(name))
		kept_add(name, from, *contents);
	return STATUS_OK;
}

static CSPARSE *
template_parse(const char *name, const char *locale, char *reason, size_t size)
{
	struct source from = { locale, is_plain(name) };
	CSPARSE *tree = NULL;
	HDF *hdf = NULL;
	NEOERR *err;

	err = hdf_init(&hdf);
	if (err == STATUS_OK)
		err = hdf_set_value(hdf, "Config.VarEscapeMode", is_plain(name) ? "none" : "html");
	if (err == STATUS_OK)
		err = hdf_set_value(hdf, "hdf.loadpaths.0", template_dir);
	if (err == STATUS_OK)
		err = cs_init(&tree, hdf);
	if (err == STATUS_OK)
		err = cgi_register_strfuncs(tree);
	if (err == STATUS_OK) {
		cs_register_fileload(tree, &from, template_source);
		err = cs_parse_file(tree, name);
	}
	if (err == STATUS_OK)
		return tree; /* the parse-time HDF lives as long as the tree */
	error_text(err, reason, size);
	if (tree != NULL)
		cs_destroy(&tree);
	hdf_destroy(&hdf);
	return NULL;
}

static unsigned
slot_of(const char *name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	unsigned i;

	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	i = (unsigned)(h ^ h >> 32) & (SLOTS - 1);
	while (slots[i] != 0 && strcmp(trees[slots[i] - 1].name, name) != 0)
		i = (i + 1) & (SLOTS - 1);
	return i;
}

/* The languages of a template stand together. */
static bool
template_add(const char *name, char *reason, size_t size)
{
	const char *locales[8];
	size_t n = message_locales(locales, 8);

	for (size_t i = 0; i < n; i++) {
		char detail[400];
		CSPARSE *tree = template_parse(name, locales[i], detail, sizeof(detail));

		if (tree == NULL) {
			snprintf(reason, size, "template %s: %s", name, detail);
			return false;
		}
		if (tree_count == TEMPLATE_MAX) {
			snprintf(reason, size, "more than %d templates", TEMPLATE_MAX);
			return false;
		}
		trees[tree_count] = (struct template_tree){ strdup(name), locales[i], tree,
			template_code_new(tree), time(NULL) };
		if (i == 0)
			slots[slot_of(name)] = (uint16_t)(tree_count + 1);
		tree_count++;
	}
	return true;
}

/* All *.cs of a folder and its folders; macro/ and layout/ are only included. */
static bool
template_scan(const char *below, char *reason, size_t size)
{
	char path[1024];
	const struct dirent *e;
	bool ok = true;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", template_dir, below);
	d = opendir(path);
	if (d == NULL) {
		snprintf(reason, size, "cannot open template folder %s", path);
		return false;
	}
	while (ok && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');
		char name[512];
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s%s%s", below, *below == '\0' ? "" : "/", e->d_name);
		snprintf(path, sizeof(path), "%s/%s", template_dir, name);
		if (stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			if (strcmp(name, "macro") != 0 && strcmp(name, "layout") != 0)
				ok = template_scan(name, reason, size);
		} else if (dot != NULL && strcmp(dot, ".cs") == 0) {
			ok = template_add(name, reason, size);
		}
	}
	closedir(d);
	return ok;
}

/* The error list of ClearSilver recycles its blocks: they must never come
 * from a request's arena, so some are made (and given back) beforehand. */
static void
errors_prepare(void)
{
	NEOERR *err[32];

	for (size_t i = 0; i < 32; i++)
		err[i] = nerr_raise(NERR_ASSERT, "prepared");
	for (size_t i = 0; i < 32; i++)
		nerr_ignore(&err[i]);
}

bool
template_load_all(const char *templates, const char *messages, char *reason, size_t size)
{
	bool good;

	nerr_init();
	errors_prepare();
	snprintf(template_dir, sizeof(template_dir), "%s", templates);
	snprintf(message_dir, sizeof(message_dir), "%s", messages);
	for (size_t i = 0; i < tree_count; i++) {
		free(trees[i].name);
		template_code_free(trees[i].code);
		cs_destroy(&trees[i].tree);
	}
	tree_count = 0;
	memset(slots, 0, sizeof(slots));
	if (!message_load(messages, reason, size))
		return false;
	keeping = true;
	good = template_scan("", reason, size);
	keeping = false;
	kept_free();
	return good;
}

/* Newest change below the two folders, looked at once a second. */
static time_t
newest_change(const char *dir, int depth)
{
	DIR *d = depth > 4 ? NULL : opendir(dir);
	time_t newest = 0;
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[1024];
		struct stat st;
		time_t t;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (stat(path, &st) != 0)
			continue;
		t = S_ISDIR(st.st_mode) ? newest_change(path, depth + 1) : st.st_mtime;
		newest = t > newest ? t : newest;
	}
	if (d != NULL)
		closedir(d);
	return newest;
}

static bool
template_refresh(struct template_tree *t, char *reason, size_t size)
{
	static time_t looked, changed;
	time_t now = time(NULL);
	CSPARSE *tree;

	if (now != looked) {
		time_t a = newest_change(template_dir, 0), b = newest_change(message_dir, 0);

		looked = now;
		a = a > b ? a : b;
		if (a > changed) {
			changed = a;
			if (!message_load(message_dir, reason, size))
				return false;
		}
	}
	if (changed < t->parsed)
		return true;
	tree = template_parse(t->name, t->locale, reason, size);
	if (tree == NULL)
		return false;
	template_code_free(t->code);
	cs_destroy(&t->tree);
	t->tree = tree;
	t->code = template_code_new(tree);
	t->parsed = now;
	return true;
}

static struct template_tree *
template_find(const char *name, const char *locale)
{
	unsigned slot = slots[slot_of(name)];
	struct template_tree *fallback = NULL;

	for (size_t i = slot - 1; slot != 0 && i < tree_count; i++) {
		if (strcmp(trees[i].name, name) != 0)
			break;
		if (strcmp(trees[i].locale, locale) == 0)
			return &trees[i];
		if (strcmp(trees[i].locale, "en-ZA") == 0)
			fallback = &trees[i];
	}
	return fallback;
}

bool
template_exists(const char *name)
{
	return template_find(name, "en-ZA") != NULL;
}

static NEOERR *
output(void *ctx, char *text)
{
	buffer_str(ctx, text);
	return STATUS_OK;
}

static bool
tree_render(struct template_tree *t, HDF *root, struct buffer *b, char *reason, size_t size)
{
	NEOERR *err;

	if (t->code != NULL) {
		if (template_run(t->code, root, b))
			return true;
		snprintf(reason, size, "macros inside each other without end");
		return false;
	}
	t->tree->hdf = root;
	arena_heap(b->arena);
	err = cs_render(t->tree, b, output);
	arena_heap(NULL);
	t->tree->hdf = NULL;
	if (err == STATUS_OK)
		return true;
	error_text(err, reason, size);
	return false;
}

bool
template_render(struct buffer *b, const char *name, const char *locale, struct view *view,
    struct view *page, char *reason, size_t size)
{
	struct template_tree *t = template_find(name, locale);
	HDF root = { 0 }, config = { 0 }, mode = { 0 };

	if (t == NULL) {
		snprintf(reason, size, "there is no template %s", name);
		return false;
	}
	if (conf != NULL && conf->development && !template_refresh(t, reason, size))
		return false;
	config_nodes(&root, &config, &mode, is_plain(name));
	root.top = &root;
	view->hdf.name = (char *)"view";
	view->hdf.name_len = 4;
	page->hdf.name = (char *)"page";
	page->hdf.name_len = 4;
	root.child = &view->hdf;
	view->hdf.next = &page->hdf;
	page->hdf.next = &config;
	root.last_child = &config;
	return tree_render(t, &root, b, reason, size);
}

bool
template_render_parsed(struct buffer *b, const char *name, const char *locale, struct view *view,
    struct view *page, char *reason, size_t size)
{
	struct template_tree *t = template_find(name, locale);
	struct template_code *code = t == NULL ? NULL : t->code;
	bool ok;

	if (code == NULL) {
		snprintf(reason, size, "there is no code of %s", name);
		return false;
	}
	t->code = NULL;
	ok = template_render(b, name, locale, view, page, reason, size);
	t->code = code;
	return ok;
}
