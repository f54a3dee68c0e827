/*
 * Time zones from the system's TZif files (RFC 8536), version 2 data, each
 * read once and kept. After the last transition of a file its last offset
 * holds; Debian's files reach to 2037.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
#define ZONE_MAX 64
#define ZONE_FILE_MAX (64 * 1024)

struct zone {
	char name[48];
	size_t n, types;
	int64_t *at;          /* seconds, ascending */
	unsigned char *type;  /* of the time after at[i] */
	int32_t offset[256];
	char abbreviation[256][8];
};

static struct zone *zones[ZONE_MAX];
static size_t zone_count;

static bool
zone_name_ok(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= sizeof(zones[0]->name) || name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("/_+-", *p) == NULL)
			return false;
	return true;
}

static uint64_t
big_endian(const unsigned char *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

struct tzif_counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool
tzif_header(const unsigned char *p, size_t size, struct tzif_counts *c)
{
	if (size < 44 || memcmp(p, "TZif", 4) != 0)
		return false;
	*c = (struct tzif_counts){ big_endian(p + 20, 4), big_endian(p + 24, 4),
		big_endian(p + 28, 4), big_endian(p + 32, 4), big_endian(p + 36, 4),
		big_endian(p + 40, 4) };
	return c->time < 4096 && c->type > 0 && c->type <= 256 && c->chars < 1024 &&
	    c->leap < 256 && c->isut <= 256 && c->isstd <= 256;
}

static bool
zone_parse(struct zone *z, const unsigned char *p, size_t size)
{
	struct tzif_counts c;
	size_t skip, need;
	const unsigned char *types, *chars;

	if (!tzif_header(p, size, &c) || p[4] < '2')
		return false;
	skip = 44 + c.time * 5 + c.type * 6 + c.chars + c.leap * 8 + c.isstd + c.isut;
	if (skip > size)
		return false;
	p += skip;
	size -= skip;
	if (!tzif_header(p, size, &c))
		return false;
	need = 44 + c.time * 9 + c.type * 6 + c.chars;
	if (need > size)
		return false;
	z->n = c.time;
	z->types = c.type;
	z->at = calloc(c.time + 1, sizeof(*z->at));
	z->type = calloc(c.time + 1, 1);
	if (z->at == NULL || z->type == NULL)
		return false;
	types = p + 44 + c.time * 9;
	chars = types + c.type * 6;
	for (size_t i = 0; i < c.time; i++) {
		z->at[i] = (int64_t)big_endian(p + 44 + i * 8, 8);
		z->type[i] = p[44 + c.time * 8 + i];
		if (z->type[i] >= c.type)
			return false;
	}
	for (size_t i = 0; i < c.type; i++) {
		size_t at = types[i * 6 + 5];

		z->offset[i] = (int32_t)big_endian(types + i * 6, 4);
		if (at >= c.chars)
			return false;
		snprintf(z->abbreviation[i], sizeof(z->abbreviation[i]), "%.*s",
		    (int)(c.chars - at < 7 ? c.chars - at : 7), (const char *)chars + at);
	}
	return true;
}

static struct zone *
zone_read(const char *name)
{
	static unsigned char data[ZONE_FILE_MAX];
	char path[128];
	struct zone *z;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), ZONE_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, data, sizeof(data));
		close(fd);
	}
	if (n <= 0)
		return NULL;
	z = calloc(1, sizeof(*z));
	if (z == NULL)
		return NULL;
	snprintf(z->name, sizeof(z->name), "%s", name);
	if (!zone_parse(z, data, (size_t)n)) {
		free(z->at);
		free(z->type);
		free(z);
		return NULL;
	}
	return z;
}

static struct zone *
zone_find(const char *name)
{
	struct zone *z;

	if (name == NULL || !zone_name_ok(name))
		return NULL;
	for (size_t i = 0; i < zone_count; i++)
		if (strcmp(zones[i]->name, name) == 0)
			return zones[i];
	z = zone_read(name);
	if (z == NULL)
		return NULL;
	if (zone_count == ZONE_MAX) {
		struct zone *old = zones[0];

		memmove(zones, zones + 1, (ZONE_MAX - 1) * sizeof(zones[0]));
		zone_count--;
		free(old->at);
		free(old->type);
		free(old);
	}
	return zones[zone_count++] = z;
}

bool
zone_exists(const char *name)
{
	return zone_find(name) != NULL;
}

int32_t
zone_offset(const char *name, int64_t us, const char **abbreviation)
{
	struct zone *z = zone_find(name);
	int64_t seconds = us / 1000000 - (us % 1000000 < 0);
	size_t low = 0, high, type;

	if (z == NULL) {
		if (abbreviation != NULL)
			*abbreviation = "UTC";
		return 0;
	}
	high = z->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->at[middle] <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	type = low == 0 ? 0 : z->type[low - 1];
	if (abbreviation != NULL)
		*abbreviation = z->abbreviation[type];
	return z->offset[type];
}

int64_t
zone_instant(const char *name, int64_t local_us)
{
	int64_t first = local_us - (int64_t)zone_offset(name, local_us - INT64_C(86400000000), NULL) *
	    1000000;

	if (first + (int64_t)zone_offset(name, first, NULL) * 1000000 == local_us)
		return first;
	return local_us - (int64_t)zone_offset(name, first, NULL) * 1000000;
}
