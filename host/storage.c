/* storage.c: see storage.h. */
#include "storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"

#define TEMPORARY ".tmp-"
#define READ_MAX (64u << 20)
#define FILE_MAX ((off_t)512 << 20)

static bool
simple_name(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(s);
}

static int
open_dir_at(int parent, const char *name, bool make)
{
	if (make && mkdirat(parent, name, 0750) != 0 && errno != EEXIST)
		return -1;
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* protected/<folder>/<two digits>, made when missing. */
static int
open_shelf(const char *folder, const char *two)
{
	int root = open(conf->protected_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int dir, shelf;

	if (root < 0)
		fault("storage: %s: %s", conf->protected_dir, strerror(errno));
	dir = open_dir_at(root, folder, true);
	shelf = dir < 0 ? -1 : open_dir_at(dir, two, true);
	if (shelf < 0)
		fault("storage: %s/%s/%s: %s", conf->protected_dir, folder, two, strerror(errno));
	/* The new folders' own entries must be on disk too. */
	if (fsync(dir) != 0 || fsync(root) != 0)
		fault("storage: fsync: %s", strerror(errno));
	close(dir);
	close(root);
	return shelf;
}

static bool
write_all(int fd, const unsigned char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

static void
write_file(int shelf, const char *name, const char *temporary, const void *data, size_t size)
{
	int fd = openat(shelf, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	int error = 0;

	if (fd < 0)
		fault("storage: %s: %s", temporary, strerror(errno));
	if (!write_all(fd, data, size) || fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && !error)
		error = errno;
	if (!error && renameat(shelf, temporary, shelf, name) != 0)
		error = errno;
	if (!error && fsync(shelf) != 0)
		error = errno;
	if (error) {
		unlinkat(shelf, temporary, 0);
		fault("storage: %s: %s", name, strerror(error));
	}
}

const char *
storage_put(struct arena *arena, const char *folder, const char *extension, const void *data,
    size_t size)
{
	unsigned char digest[CRYPTO_HASH];
	const char *hex, *name, *temporary;
	struct stat st;
	char two[3];
	int shelf;

	if (!simple_name(folder) || !simple_name(extension))
		fault("storage: bad folder or extension");
	crypto_sha256(data, size, digest);
	hex = crypto_hex(arena, digest, sizeof(digest));
	memcpy(two, hex, 2);
	two[2] = '\0';
	name = arena_printf(arena, "%s.%s", hex + 2, extension);
	temporary = arena_printf(arena, TEMPORARY "%s", crypto_token(arena, 12));
	shelf = open_shelf(folder, two);
	if (fstatat(shelf, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || (size_t)st.st_size != size)
		write_file(shelf, name, temporary, data, size);
	else
		(void)utimensat(shelf, name, NULL, AT_SYMLINK_NOFOLLOW); /* young again: storage_list() */
	close(shelf);
	return arena_printf(arena, "%s/%s/%s", folder, two, name);
}

/* "folder/ab/<62 digits>.ext" */
static bool
path_good(const char *path)
{
	const char *two = strchr(path, '/'), *name, *dot;

	if (!two || two == path || two - path > 40 || strspn(path, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789-_") != (size_t)(two - path))
		return false;
	two++;
	if (strspn(two, "0123456789abcdef") != 2 || two[2] != '/')
		return false;
	name = two + 3;
	dot = name + strspn(name, "0123456789abcdef");
	return dot - name == 62 && *dot == '.' && simple_name(dot + 1);
}

const unsigned char *
storage_get(struct arena *arena, const char *path, size_t *size)
{
	unsigned char *data = NULL;
	struct stat st;
	int root, fd;

	if (!path_good(path))
		return NULL;
	root = open(conf->protected_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = root < 0 ? -1 : openat(root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (root >= 0)
		close(root);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= READ_MAX) {
		size_t want = (size_t)st.st_size, got = 0;

		data = arena_alloc(arena, want + 1);
		while (got < want) {
			ssize_t n = read(fd, data + got, want - got);

			if (n <= 0)
				break;
			got += (size_t)n;
		}
		if (got < want)
			data = NULL;
		else if (size)
			*size = got;
	}
	close(fd);
	return data;
}

bool
storage_drop(const char *path)
{
	int root;
	bool gone;

	if (!path_good(path))
		return false;
	root = open(conf->protected_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	gone = root >= 0 && unlinkat(root, path, 0) == 0;
	if (root >= 0)
		close(root);
	return gone;
}

struct listing {
	struct arena *arena;
	const char *folder, **paths;
	size_t n, room;
	time_t before;
};

static void
list_add(struct listing *l, const char *path)
{
	const char **more;

	if (l->n + 1 >= l->room) {
		more = arena_alloc(l->arena, 2 * (l->room + 8) * sizeof(*more));
		if (l->n > 0)
			memcpy(more, l->paths, l->n * sizeof(*more));
		l->paths = more;
		l->room = 2 * (l->room + 8);
	}
	l->paths[l->n++] = path;
	l->paths[l->n] = NULL;
}

/* Takes the descriptor over. */
static void
list_shelf(struct listing *l, int shelf, const char *two)
{
	DIR *dir = fdopendir(shelf);
	struct dirent *e;
	struct stat st;

	if (!dir) {
		close(shelf);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		const char *path = arena_printf(l->arena, "%s/%s/%s", l->folder, two, e->d_name);

		if (path_good(path) && fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < l->before)
			list_add(l, path);
	}
	closedir(dir);
}

size_t
storage_list(struct arena *arena, const char *folder, int64_t older_seconds,
    const char *const **paths)
{
	static const char *const none[] = { NULL };
	struct listing l = { .arena = arena, .folder = folder, .before = time(NULL) - older_seconds };
	int root = open(conf->protected_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	fd = root < 0 || !simple_name(folder) ? -1 : open_dir_at(root, folder, false);
	for (int i = 0; fd >= 0 && i < 256; i++) {
		char two[3];
		int shelf;

		snprintf(two, sizeof(two), "%02x", i);
		shelf = open_dir_at(fd, two, false);
		if (shelf >= 0)
			list_shelf(&l, shelf, two);
	}
	if (fd >= 0)
		close(fd);
	if (root >= 0)
		close(root);
	*paths = l.n > 0 ? l.paths : none;
	return l.n;
}

static void
sweep_shelf(int shelf, time_t before)
{
	DIR *dir = fdopendir(shelf);
	struct dirent *e;
	struct stat st;

	if (!dir) {
		close(shelf);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, TEMPORARY, strlen(TEMPORARY)) == 0 &&
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtime < before)
			unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
}

/* Calls fn(fd) for each folder in dir; both take the descriptor over. */
static void
each_folder(int fd, void (*fn)(int, time_t), time_t before)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;

	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		int child;

		if (e->d_name[0] == '.')
			continue;
		child = open_dir_at(dirfd(dir), e->d_name, false);
		if (child >= 0)
			fn(child, before);
	}
	closedir(dir);
}

static void
sweep_folder(int folder, time_t before)
{
	each_folder(folder, sweep_shelf, before);
}

void
storage_sweep(void)
{
	int root = open(conf->protected_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root >= 0)
		each_folder(root, sweep_folder, time(NULL) - 86400);
}

const unsigned char *
storage_file(struct arena *arena, const char *path, size_t *size)
{
	unsigned char *data = NULL;
	struct stat st;
	size_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
		data = arena_alloc(arena, (size_t)st.st_size + 1);
		while (got < (size_t)st.st_size) {
			ssize_t n = read(fd, data + got, (size_t)st.st_size - got);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				break;
			got += (size_t)n;
		}
		*size = got;
	}
	close(fd);
	return data != NULL && got == (size_t)st.st_size ? data : NULL;
}
