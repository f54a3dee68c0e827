/* Any text as a file of a course: the scanners of domain/bundle. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bundle/bundle_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
keep(void *state, const char *destination, bool picture)
{
	(void)state;
	(void)picture;
	return *destination == '/' ? "x" : NULL;
}

static const char *
nothing(void *state, const char *destination, bool picture)
{
	(void)state;
	(void)destination;
	(void)picture;
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	char *text = arena_strndup(a, (const char *)data, size), reason[200], *joined;
	const char *front;
	int width, height;

	bundle_rewrite(a, text, keep, NULL);
	/* Nothing replaced: nothing changed. */
	if (strcmp(bundle_rewrite(a, text, nothing, NULL), text) != 0)
		abort();
	bundle_first_paragraph(a, text, 200);
	bundle_words(text);
	yaml_read(a, text, reason, sizeof reason);
	joined = bundle_join(a, "a/b", text);
	if (joined != NULL && (*joined == '/' || strncmp(joined, "../", 3) == 0))
		abort();
	bundle_picture(data, size, &width, &height);
	bundle_utf8((const char *)data, size);
	bundle_front_matter(a, text, &front);
	arena_free(a);
	return 0;
}
