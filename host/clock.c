/*
 * clock.c: the platform's wall clock. In development and tests an 8-byte file
 * (conf->clock_file, int64 µs, native order) is added to it, so that a test
 * moves time for all processes by writing eight bytes. The offset is read on
 * each call through a shared mapping: a mapped aligned word is never torn.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"

static const _Atomic int64_t *
offset_map(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size >= (off_t)sizeof(int64_t))
		map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

int64_t
clock_now(void)
{
	static const struct conf *asked;
	static const _Atomic int64_t *offset;
	struct timespec t;
	int64_t us;

	if (asked != conf) {
		asked = conf;
		offset = NULL;
		if (conf->development && conf->clock_file[0])
			offset = offset_map(conf->clock_file);
	}
	clock_gettime(CLOCK_REALTIME, &t);
	us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	return offset ? us + atomic_load_explicit(offset, memory_order_relaxed) : us;
}
