/*
 * bundle_zip.c: a zip file as a source. Its directory is checked before
 * anything is unpacked (learning.md W2); nothing is written to disk.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zip.h>

#include "bundle/bundle_part.h"

enum { SMALL = 1024 * 1024 }; /* below this a high ratio is no bomb */

static void
zip_end(void *state)
{
	zip_discard(state);
}

static char *
zip_read(struct bundle_source *s, const struct bundle_file *file)
{
	zip_file_t *f = zip_fopen_index(s->state, file->index, 0);
	size_t got = 0;
	zip_int64_t k = 1;
	char *data, extra;

	if (f == NULL)
		return NULL;
	data = arena_alloc_raw(s->arena, file->size + 1, 1);
	while (got < file->size && (k = zip_fread(f, data + got, file->size - got)) > 0)
		got += (size_t)k;
	/* Reading to the end checks the sum; more bytes than announced are refused. */
	if (got == file->size)
		k = zip_fread(f, &extra, 1);
	if (zip_fclose(f) != 0 || got != file->size || k != 0)
		return NULL;
	data[got] = '\0';
	return data;
}

static bool
is_archive(const char *path)
{
	static const char *const kinds[] = { ".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z",
		".rar", ".zst", ".jar", ".lz", ".cab", ".iso" };
	size_t n = strlen(path), i, k;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		k = strlen(kinds[i]);
		if (n > k && strcasecmp(path + n - k, kinds[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_link(zip_t *zip, zip_uint64_t i)
{
	zip_uint8_t system = 0;
	zip_uint32_t attributes = 0;

	return zip_file_get_external_attributes(zip, i, 0, &system, &attributes) == 0 &&
	    system == ZIP_OPSYS_UNIX && S_ISLNK(attributes >> 16);
}

/* Parts that begin with a dot are no course material; macOS adds its own. */
static bool
unwanted(const char *path)
{
	const char *p;

	if (strncmp(path, "__MACOSX/", 9) == 0)
		return true;
	for (p = path; p != NULL; p = strchr(p, '/')) {
		p += *p == '/';
		if (*p == '.' && strncmp(p, ".docs/", 6) != 0 && strncmp(p, ".meta/", 6) != 0)
			return true;
	}
	return false;
}

/* One entry: NULL when it is fine, else why the whole file is refused. */
static const char *
list_entry(struct bundle_source *s, zip_t *zip, zip_uint64_t i, uint64_t *total)
{
	zip_stat_t st;
	size_t n;

	if (zip_stat_index(zip, i, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME) ||
	    !(st.valid & ZIP_STAT_SIZE))
		return "an entry cannot be read";
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return "it is encrypted";
	if (__builtin_add_overflow(*total, st.size, total) || *total > BUNDLE_ZIP_BYTES_MAX)
		return "it unpacks to more than 500 MB";
	n = strlen(st.name);
	if (n > 0 && st.name[n - 1] == '/') /* a folder */
		return source_path_ok(arena_strndup(s->arena, st.name, n - 1))
		    ? NULL : "it has a path that leaves the folder";
	if (!source_path_ok(st.name))
		return "it has a path that leaves the folder";
	if (is_link(zip, i))
		return "it has a link in it";
	if (unwanted(st.name))
		return NULL;
	if (is_archive(st.name))
		source_leave_out(s, st.name, "an archive in the archive");
	else
		source_add(s, st.name, st.size, i);
	return NULL;
}

static const char *
list_zip(struct bundle_source *s, zip_t *zip, size_t packed)
{
	zip_int64_t n = zip_get_num_entries(zip, 0), i;
	const char *bad = NULL;
	uint64_t total = 0;
	size_t k;

	if (n == 0)
		return "it is empty";
	if (n < 0 || n > BUNDLE_ZIP_ENTRIES_MAX)
		return "it has more than 2000 entries";
	for (i = 0; i < n && bad == NULL; i++)
		bad = list_entry(s, zip, (zip_uint64_t)i, &total);
	if (bad != NULL)
		return bad;
	if (total > SMALL && total / BUNDLE_ZIP_RATIO_MAX > packed)
		return "it unpacks to more than ten times its size";
	source_finish(s);
	for (k = 1; k < s->n; k++)
		if (strcmp(s->files[k - 1].path, s->files[k].path) == 0)
			return "it has two entries of the same name";
	return NULL;
}

struct bundle_source *
bundle_zip(struct arena *arena, const void *data, size_t n, char *reason, size_t size)
{
	struct bundle_source *s = arena_alloc(arena, sizeof *s);
	zip_error_t error;
	zip_source_t *bytes;
	const char *bad;
	zip_t *zip;

	zip_error_init(&error);
	bytes = zip_source_buffer_create(data, n, 0, &error);
	zip = bytes == NULL ? NULL : zip_open_from_source(bytes, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	if (zip == NULL) {
		snprintf(reason, size, "not a zip file that can be read: %s", zip_error_strerror(&error));
		zip_source_free(bytes);
		zip_error_fini(&error);
		return NULL;
	}
	zip_error_fini(&error);
	arena_defer(arena, zip_end, zip);
	s->arena = arena;
	s->state = zip;
	s->read = zip_read;
	s->name = "";
	bad = list_zip(s, zip, n);
	if (bad == NULL)
		return s;
	snprintf(reason, size, "the zip file is refused: %s", bad);
	return NULL;
}
