/*
 * bundle_source.c: the list of files of a source, and the folder. Below the
 * root no link is followed: every part of a path is opened by itself with
 * O_NOFOLLOW.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/bundle_part.h"

enum { FOLDER_DEPTH = 12, PATH_BYTES = 1024 };

/* ---- the list -------------------------------------------------------------- */

bool
source_path_ok(const char *path)
{
	size_t n;

	if (*path == '\0' || *path == '/' || strlen(path) >= PATH_BYTES ||
	    !bundle_utf8(path, strlen(path)))
		return false;
	for (;; path++) {
		n = strcspn(path, "/");
		if (n == 0 || n > 255 || (n == 1 && *path == '.') ||
		    (n == 2 && strncmp(path, "..", 2) == 0))
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f || path[i] == '\\')
				return false;
		path += n;
		if (*path == '\0')
			return true;
	}
}

void
source_add(struct bundle_source *s, const char *path, size_t size, uint64_t index)
{
	s->files = grow(s->arena, s->files, s->n, &s->capacity, sizeof *s->files);
	s->files[s->n++] = (struct bundle_file){
		.path = arena_strdup(s->arena, path), .size = size, .index = index
	};
}

void
source_leave_out(struct bundle_source *s, const char *path, const char *reason)
{
	s->left_out = grow(s->arena, s->left_out, s->n_left_out, &s->left_out_capacity,
	    sizeof *s->left_out);
	s->left_out[s->n_left_out++] = (struct bundle_report){ .kind = BUNDLE_LEFT_OUT,
		.path = arena_strdup(s->arena, path), .reason = reason };
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct bundle_file *)a)->path, ((const struct bundle_file *)b)->path);
}

void
source_finish(struct bundle_source *s)
{
	const char *first = s->n > 0 ? s->files[0].path : "", *slash = strchr(first, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - first), i;

	for (i = 0; n > 0 && i < s->n; i++)
		if (strncmp(s->files[i].path, first, n) != 0)
			n = 0;
	if (n > 0)
		s->name = arena_strndup(s->arena, first, n - 1);
	for (i = 0; i < s->n; i++)
		s->files[i].path += n;
	if (s->n > 0)
		qsort(s->files, s->n, sizeof *s->files, by_path);
}

const struct bundle_file *
source_find(const struct bundle_source *s, const char *path)
{
	struct bundle_file key = { .path = path };

	return s->n == 0 ? NULL : bsearch(&key, s->files, s->n, sizeof key, by_path);
}

size_t
source_first(const struct bundle_source *s, const char *prefix)
{
	size_t low = 0, high = s->n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (strcmp(s->files[middle].path, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- the folder -------------------------------------------------------------- */

struct folder {
	int fd;
};

static void
folder_close(void *state)
{
	struct folder *f = state;

	close(f->fd);
}

/* Opens a file below the root, part by part. -1 when it is not there. */
static int
open_below(int root, const char *path)
{
	char part[256];
	int fd = dup(root), next;
	size_t n;

	while (fd >= 0) {
		n = strcspn(path, "/");
		if (n == 0 || n >= sizeof part)
			break;
		memcpy(part, path, n);
		part[n] = '\0';
		next = openat(fd, part, path[n] == '/'
		    ? O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
		    : O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		close(fd);
		if (next < 0 || path[n] == '\0')
			return next;
		fd = next;
		path += n + 1;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static char *
folder_read(struct bundle_source *s, const struct bundle_file *file)
{
	int fd = open_below(((struct folder *)s->state)->fd, file->path);
	size_t got = 0;
	ssize_t k = 1;
	struct stat st;
	char *data = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == file->size) {
		data = arena_alloc_raw(s->arena, file->size + 1, 1);
		while (got < file->size && k > 0) {
			k = read(fd, data + got, file->size - got);
			if (k < 0 && errno == EINTR)
				k = 1;
			else if (k > 0)
				got += (size_t)k;
		}
	}
	close(fd);
	if (data == NULL || got != file->size)
		return NULL;
	data[got] = '\0';
	return data;
}

static bool
hidden(const char *name)
{
	return *name == '.' && strcmp(name, ".docs") != 0 && strcmp(name, ".meta") != 0;
}

static bool list_folder(struct bundle_source *, int fd, const char *prefix, int depth);

static bool
list_entry(struct bundle_source *s, int fd, const char *path, const char *name, int depth)
{
	struct stat st;
	int below;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	if (S_ISLNK(st.st_mode)) {
		source_leave_out(s, path, "a link");
	} else if (!source_path_ok(path)) {
		source_leave_out(s, path, "a name that cannot be used");
	} else if (S_ISDIR(st.st_mode)) {
		below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		return below < 0 || list_folder(s, below, path, depth + 1);
	} else if (S_ISREG(st.st_mode)) {
		if (s->n == BUNDLE_FILES_MAX)
			return false;
		source_add(s, path, (size_t)st.st_size, 0);
	}
	return true;
}

/* Takes the descriptor. */
static bool
list_folder(struct bundle_source *s, int fd, const char *prefix, int depth)
{
	DIR *dir = depth > FOLDER_DEPTH ? NULL : fdopendir(fd);
	struct dirent *d;
	char path[PATH_BYTES + 300];
	bool ok = true;

	if (dir == NULL) {
		close(fd);
		return depth <= FOLDER_DEPTH;
	}
	while (ok && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 || hidden(d->d_name))
			continue;
		if (strlen(prefix) + strlen(d->d_name) + 2 >= PATH_BYTES)
			continue;
		snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "/" : "", d->d_name);
		ok = list_entry(s, fd, path, d->d_name, depth);
	}
	closedir(dir);
	return ok;
}

static const char *
last_part(struct arena *arena, const char *path)
{
	size_t n = strlen(path), i;

	while (n > 0 && path[n - 1] == '/')
		n--;
	for (i = n; i > 0 && path[i - 1] != '/';)
		i--;
	return arena_strndup(arena, path + i, n - i);
}

struct bundle_source *
bundle_folder(struct arena *arena, const char *path, char *reason, size_t size)
{
	struct bundle_source *s = arena_alloc(arena, sizeof *s);
	struct folder *f = arena_alloc(arena, sizeof *f);
	int list;

	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0) {
		snprintf(reason, size, "cannot open the folder %s: %s", path, strerror(errno));
		return NULL;
	}
	arena_defer(arena, folder_close, f);
	s->arena = arena;
	s->state = f;
	s->read = folder_read;
	list = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0 || !list_folder(s, list, "", 0)) {
		snprintf(reason, size, "the folder has more than %d files or %d levels",
		    BUNDLE_FILES_MAX, FOLDER_DEPTH);
		return NULL;
	}
	s->name = last_part(arena, path);
	source_finish(s);
	return s;
}
