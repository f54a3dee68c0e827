/* bundle_part.h: what the files of domain/bundle share; nobody else includes it. */
#ifndef DOMAIN_BUNDLE_PART_H
#define DOMAIN_BUNDLE_PART_H

#include "arena.h"
#include "bundle/bundle.h"

struct bundle_file {
	const char *path; /* relative, "/" between parts, clean */
	size_t size;
	uint64_t index;   /* the source's own number */
};

struct bundle_source {
	struct arena *arena;
	struct bundle_file *files; /* sorted by path */
	size_t n, capacity;
	const char *name;          /* of the folder, for a slug; "" */
	/* Reads all of a file into the arena, NUL-terminated; NULL on error. */
	char *(*read)(struct bundle_source *, const struct bundle_file *);
	void *state;
	struct bundle_report *left_out; /* entries refused while listing */
	size_t n_left_out, left_out_capacity;
};

struct reader {
	struct arena *arena;
	struct bundle_source *source;
	struct bundle *b;
	bool *used; /* files of the source that were taken or reported */
	size_t media_capacity, report_capacity, error_capacity;
	/* Where links of the form being read lead (bundle_carpentries.c …). */
	const char *base_url;
};

/* ---- bundle_source.c ----------------------------------------------------- */

/* true when the path is one that we read: relative, no empty, "." or ".."
 * part, no backslash, no control character, parts of at most 255 bytes. */
bool source_path_ok(const char *path);
void source_add(struct bundle_source *, const char *path, size_t size, uint64_t index);
void source_leave_out(struct bundle_source *, const char *path, const char *reason);
/* Sorts, and drops a folder that holds everything. */
void source_finish(struct bundle_source *);
const struct bundle_file *source_find(const struct bundle_source *, const char *path);
/* First file at or after this path (files of a folder: "folder/"). */
size_t source_first(const struct bundle_source *, const char *prefix);

/* ---- bundle.c ------------------------------------------------------------- */

void *grow(struct arena *, void *items, size_t n, size_t *capacity, size_t item);
void bundle_fail(struct reader *, const char *file, const char *field, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void bundle_note(struct reader *, enum bundle_report_kind, const char *path, const char *reason);
/* Text of a file that the course needs; NULL (and an error when `needed`) when
 * it is missing, too long or not UTF-8. */
char *bundle_text(struct reader *, const char *path, bool needed);
/* "a/b/../c.png" from folder "x" → "x/a/c.png"; NULL when it leaves the root. */
char *bundle_join(struct arena *, const char *folder, const char *path);
/* Decodes %XX. */
char *bundle_unescape(struct arena *, const char *url);
/* Readable text of the first paragraph of a Markdown text, at most n bytes. */
char *bundle_first_paragraph(struct arena *, const char *markdown, size_t n);
int bundle_words(const char *text);
bool bundle_utf8(const char *s, size_t n);
const char *const *bundle_list(struct arena *, const char **items, size_t n);

/* ---- bundle_media.c --------------------------------------------------------- */

/* The picture that Markdown in `folder` means by `path`: read, checked and
 * added; NULL (and a report) when it cannot be shown. */
const struct bundle_media *bundle_media_take(
    struct reader *, const char *folder, const char *path, const char *in_file);

/* ---- bundle_text.c ------------------------------------------------------------ */

/* The new destination of a link or picture, or NULL to leave it. */
typedef const char *rewrite_fn(void *state, const char *destination, bool picture);
/* Copies Markdown with its destinations replaced; code stays as it is. */
char *bundle_rewrite(struct arena *, const char *text, rewrite_fn *, void *state);
/* Splits off the YAML at the beginning; *front gets it (or ""). Returns the body. */
char *bundle_front_matter(struct arena *, char *text, const char **front);

/* ---- bundle_yaml.c --------------------------------------------------------------- */

struct yaml_entry {
	const char *key, *value;   /* value "" for a list */
	const char *const *list;   /* up to NULL; NULL for a scalar */
};
/* Top level of a YAML mapping: scalars and lists of scalars, the rest is
 * skipped. NULL and a reason when it is not YAML. Ends with key NULL. */
struct yaml_entry *yaml_read(struct arena *, const char *text, char *reason, size_t size);
const char *yaml_text(const struct yaml_entry *, const char *key, const char *dflt);
const char *const *yaml_list(const struct yaml_entry *, const char *key);

/* ---- the forms ---------------------------------------------------------------------- */

void own_read(struct reader *);
void carpentries_read(struct reader *);
void exercism_read(struct reader *);

#endif
