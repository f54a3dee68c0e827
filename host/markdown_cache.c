/*
 * markdown_cache.c: what helpers made, for as long as the process lives. An
 * import renders hundreds of lessons with the same snippets in them. Bounded:
 * when it is full it begins anew.
 */
#include <stdlib.h>
#include <string.h>

#include "markdown_part.h"

enum { SLOTS = 4096, BYTES_MAX = 4 * 1024 * 1024 };

struct cached {
	int kind;
	size_t key_size, size;
	uint64_t hash;
	char *data; /* key, value */
};

static struct cached *slots;
static size_t used, bytes;

static uint64_t
hash(int kind, const char *key, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)kind;

	while (n-- > 0)
		h = (h ^ (unsigned char)*key++) * 0x100000001b3u;
	return h;
}

/* The slot of the key, or the free one where it belongs. The whole key is
 * compared: a collision must not show another lesson's text. */
static struct cached *
find(int kind, const char *key, size_t n)
{
	uint64_t h = hash(kind, key, n);
	size_t i;

	for (i = h % SLOTS; slots[i].data != NULL; i = (i + 1) % SLOTS)
		if (slots[i].hash == h && slots[i].kind == kind && slots[i].key_size == n &&
		    memcmp(slots[i].data, key, n) == 0)
			break;
	return &slots[i];
}

const char *
md_cache_get(int kind, const char *key, size_t key_size, size_t *size)
{
	struct cached *c;

	if (slots == NULL || key_size > BYTES_MAX / 16)
		return NULL;
	c = find(kind, key, key_size);
	if (c->data == NULL)
		return NULL;
	*size = c->size;
	return c->data + c->key_size;
}

void
md_cache_put(int kind, const char *key, size_t key_size, const char *value, size_t size)
{
	struct cached *c;
	size_t i;

	if (key_size + size > BYTES_MAX / 16)
		return;
	if (slots == NULL && (slots = calloc(SLOTS, sizeof *slots)) == NULL)
		return;
	if (used >= SLOTS / 2 || bytes + key_size + size > BYTES_MAX) {
		for (i = 0; i < SLOTS; i++)
			free(slots[i].data);
		memset(slots, 0, SLOTS * sizeof *slots);
		used = bytes = 0;
	}
	c = find(kind, key, key_size);
	if (c->data != NULL)
		return;
	*c = (struct cached){ .kind = kind, .key_size = key_size, .size = size,
		.hash = hash(kind, key, key_size), .data = malloc(key_size + size) };
	if (c->data == NULL)
		return;
	memcpy(c->data, key, key_size);
	memcpy(c->data + key_size, value, size);
	used++;
	bytes += key_size + size;
}
