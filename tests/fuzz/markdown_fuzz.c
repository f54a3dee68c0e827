/* Any bytes as a lesson: no crash, no hang, and nothing active in the page. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../html_check.c"

#include "arena.h"
#include "fault.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct markdown_image images[] = { { "a.png", "/media/a.png", 4, 3 }, { 0 } };
	struct arena *a = arena_new((size_t)256 << 20);
	struct markdown_result r;
	char reason[200];

	r = markdown_render(a, (const char *)data, size, images);
	if (!html_check(r.html.text, reason, sizeof reason)) {
		fprintf(stderr, "%s\n%s\n", reason, r.html.text);
		abort();
	}
	if (json_read(a, r.headings, strlen(r.headings), reason, sizeof reason) == NULL &&
	    strlen(r.headings) < JSON_SIZE_MAX) {
		fprintf(stderr, "headings: %s\n%s\n", reason, r.headings);
		abort();
	}
	if (strlen(r.html.text) > 40 * size + 4096)
		abort();
	arena_free(a);
	return 0;
}
