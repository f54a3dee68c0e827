/* Any bytes as the answer of a helper: refused, or clean HTML of the same text. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../html_check.c"

#include "arena.h"
#include "markdown_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_clean(struct buffer *out)
{
	char reason[200];

	if (html_check(buffer_text(out), reason, sizeof reason))
		return;
	fprintf(stderr, "%s\n%s\n", reason, buffer_text(out));
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	const char *text = arena_strndup(a, (const char *)data, size);
	const char *code = memchr(text, '\n', size);
	struct buffer out;

	buffer_init(&out, a, 64);
	if (md_math_check(&out, text, strlen(text), "x", 1, size % 2 == 0))
		expect_clean(&out);
	for (size_t i = 0; i < size; i++) /* code is clean before it goes to the helper */
		if (data[i] < 0x20 && data[i] != '\n' && data[i] != '\t')
			code = NULL;
	if (code != NULL) {
		buffer_init(&out, a, 64);
		if (md_code_check(&out, text, (size_t)(code - text), code + 1,
		    size - (size_t)(code + 1 - text)))
			expect_clean(&out);
	}
	arena_free(a);
	return 0;
}
