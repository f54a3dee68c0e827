/*
 * bundle_write.c: a course as a zip file in our own form. The same course
 * gives the same bytes: fixed times, fixed order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "bundle/bundle_part.h"
#include "json.h"

enum { ZIP_TIME = 315532800 }; /* 1980-01-01, the first that a zip file can tell */

static void
member(struct buffer *b, const char *key, const char *value)
{
	buffer_printf(b, "  \"%s\": ", key);
	json_quote(b, value);
	buffer_str(b, ",\n");
}

static void
list(struct buffer *b, const char *key, const char *const *items)
{
	size_t i;

	buffer_printf(b, "  \"%s\": [", key);
	for (i = 0; items[i] != NULL; i++) {
		buffer_str(b, i > 0 ? ",\n    " : "\n    ");
		json_quote(b, items[i]);
	}
	buffer_str(b, i > 0 ? "\n  ],\n" : "],\n");
}

static const char *
lesson_path(struct arena *arena, size_t module, size_t i, const struct bundle_lesson *l)
{
	return arena_printf(arena, "m%zu/%02zu-%s.md", module + 1, i + 1, l->slug);
}

static void
write_modules(struct buffer *b, const struct bundle *c)
{
	const struct bundle_lesson *l;
	size_t i, k;

	buffer_str(b, "  \"modules\": [");
	for (i = 0; i < c->n_modules; i++) {
		buffer_str(b, i > 0 ? ",\n    {\"code\": " : "\n    {\"code\": ");
		json_quote(b, c->modules[i].code);
		buffer_str(b, ", \"title\": ");
		json_quote(b, c->modules[i].title);
		buffer_str(b, ", \"summary\": ");
		json_quote(b, c->modules[i].summary);
		buffer_str(b, ", \"lessons\": [");
		for (k = 0; k < c->modules[i].n_lessons; k++) {
			l = &c->modules[i].lessons[k];
			buffer_str(b, k > 0 ? ",\n      {\"slug\": " : "\n      {\"slug\": ");
			json_quote(b, l->slug);
			buffer_str(b, ", \"title\": ");
			json_quote(b, l->title);
			buffer_printf(b, ", \"type\": \"%s\", \"minutes\": %d, \"preview\": %s, \"file\": ",
			    l->type, l->minutes, l->preview ? "true" : "false");
			json_quote(b, lesson_path(b->arena, i, k, l));
			buffer_char(b, '}');
		}
		buffer_str(b, "\n    ]}");
	}
	buffer_str(b, "\n  ],\n");
}

static const char *
assignment_path(struct arena *arena, const struct bundle_assignment *a)
{
	return arena_printf(arena, "assignments/%s.md", a->slug);
}

static void
write_assignments(struct buffer *b, const struct bundle *c)
{
	size_t i;

	buffer_str(b, "  \"assignments\": [");
	for (i = 0; i < c->n_assignments; i++) {
		buffer_str(b, i > 0 ? ",\n    {\"slug\": " : "\n    {\"slug\": ");
		json_quote(b, c->assignments[i].slug);
		buffer_str(b, ", \"title\": ");
		json_quote(b, c->assignments[i].title);
		buffer_printf(b, ", \"type\": \"%s\", \"points\": %d, \"file\": ",
		    c->assignments[i].type, c->assignments[i].points);
		json_quote(b, assignment_path(b->arena, &c->assignments[i]));
		buffer_char(b, '}');
	}
	buffer_str(b, c->n_assignments > 0 ? "\n  ]\n" : "]\n");
}

static void
write_licence(struct buffer *b, const struct bundle *c)
{
	if (*c->licence == '\0')
		return;
	buffer_str(b, "  \"licence\": {\"name\": ");
	json_quote(b, c->licence);
	if (strncmp(c->licence_url, "https://", 8) == 0) {
		buffer_str(b, ", \"url\": ");
		json_quote(b, c->licence_url);
	}
	buffer_str(b, ", \"attribution\": ");
	json_quote(b, c->attribution);
	if (*c->licence_text != '\0') {
		buffer_str(b, ", \"text\": ");
		json_quote(b, c->licence_text);
	}
	buffer_str(b, "},\n");
}

static const char *
course_json(struct arena *arena, const struct bundle *c, size_t *size)
{
	struct buffer b;

	buffer_init(&b, arena, 4096);
	buffer_str(&b, "{\n  \"format\": \"course-bundle/1\",\n");
	member(&b, "code", c->code);
	member(&b, "slug", c->slug);
	member(&b, "title", c->title);
	member(&b, "summary", *c->summary != '\0' ? c->summary : c->title);
	member(&b, "description", "about.md");
	member(&b, "category", *c->category != '\0' ? c->category : "Other");
	member(&b, "level", c->level);
	member(&b, "language", c->language);
	buffer_printf(&b, "  \"weeks\": %d,\n", c->weeks);
	buffer_printf(&b, "  \"price\": {\"amount\": %lld, \"currency\": \"%s\"},\n",
	    (long long)c->price, c->currency);
	if (c->instructor != NULL)
		member(&b, "instructor", c->instructor);
	if (*c->source_url != '\0')
		member(&b, "source", c->source_url);
	list(&b, "prerequisites", c->prerequisites);
	list(&b, "outcomes", c->outcomes);
	list(&b, "requirements", c->requirements);
	list(&b, "skills", c->skills);
	write_licence(&b, c);
	write_modules(&b, c);
	write_assignments(&b, c);
	buffer_str(&b, "}\n");
	*size = b.size;
	return buffer_text(&b);
}

/* ---- the zip file ---------------------------------------------------------------- */

static bool
put(zip_t *zip, const char *path, const void *data, size_t n, bool packed)
{
	zip_source_t *s = zip_source_buffer(zip, n > 0 ? data : "", n, 0);
	zip_int64_t i;

	if (s == NULL)
		return false;
	i = zip_file_add(zip, path, s, ZIP_FL_ENC_UTF_8);
	if (i < 0) {
		zip_source_free(s);
		return false;
	}
	return zip_file_set_mtime(zip, (zip_uint64_t)i, ZIP_TIME, 0) == 0 &&
	    zip_set_file_compression(zip, (zip_uint64_t)i, packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
	    0) == 0;
}

static bool
put_all(zip_t *zip, struct arena *arena, const struct bundle *c)
{
	const struct bundle_lesson *l;
	size_t i, k, n;
	const char *json = course_json(arena, c, &n);
	bool ok = put(zip, "course.json", json, n, true) &&
	    put(zip, "about.md", c->description, strlen(c->description), true);

	for (i = 0; i < c->n_modules; i++)
		for (k = 0; ok && k < c->modules[i].n_lessons; k++) {
			l = &c->modules[i].lessons[k];
			ok = put(zip, lesson_path(arena, i, k, l), l->source, l->size, true);
		}
	for (i = 0; ok && i < c->n_assignments; i++)
		ok = put(zip, assignment_path(arena, &c->assignments[i]), c->assignments[i].source,
		    c->assignments[i].size, true);
	for (i = 0; ok && i < c->n_media; i++) /* pictures are packed already */
		ok = put(zip, c->media[i].path, c->media[i].data, c->media[i].size, false);
	return ok;
}

static const unsigned char *
take_bytes(struct arena *arena, zip_source_t *s, size_t *size)
{
	zip_stat_t st;
	unsigned char *out;
	zip_int64_t got;

	zip_stat_init(&st);
	if (zip_source_stat(s, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || zip_source_open(s) != 0)
		return NULL;
	out = arena_alloc_raw(arena, st.size + 1, 1);
	got = zip_source_read(s, out, st.size);
	zip_source_close(s);
	*size = st.size;
	return got == (zip_int64_t)st.size ? out : NULL;
}

const unsigned char *
bundle_write(struct arena *arena, const struct bundle *c, size_t *size)
{
	zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, NULL);
	const unsigned char *out = NULL;
	zip_t *zip;

	*size = 0;
	if (s == NULL)
		return NULL;
	zip = zip_open_from_source(s, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	if (zip == NULL) {
		zip_source_free(s);
		return NULL;
	}
	zip_source_keep(s);
	if (!put_all(zip, arena, c) || zip_close(zip) != 0)
		zip_discard(zip);
	else
		out = take_bytes(arena, s, size);
	zip_source_free(s);
	return out;
}
