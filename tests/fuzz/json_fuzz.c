/* Any bytes as JSON: no crash; what is taken can be read, and its strings can be
 * written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(struct arena *a, struct json *v, int depth)
{
	const char *text = json_text(v, NULL);

	if (depth > JSON_DEPTH_MAX)
		abort();
	(void)json_int(v, 0);
	(void)json_bool(v, false);
	if (json_kind(v) == JSON_STRING) {
		struct json *again = json_parse(a, json_object(a, "k", text, NULL));

		if (strcmp(json_text(json_get(again, "k"), "\x01"), text) != 0)
			abort();
	}
	for (size_t i = 0; i < json_length(v); i++) {
		const char *key = json_key(v, i);

		if (key && json_get(v, key) != json_at(v, i))
			abort();
		walk(a, json_at(v, i), depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)512 << 20);
	char reason[80] = "";
	struct json *v = json_read(a, (const char *)data, size, reason, sizeof(reason));

	if (v)
		walk(a, v, 0);
	else if (!reason[0])
		abort();
	arena_free(a);
	return 0;
}
