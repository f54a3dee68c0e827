/* Any text as an e-mail address or a schedule: no crash; a normal form stays as
 * it is, and a schedule names a moment that it allows. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "arena.h"
#include "cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	const char *text = arena_strndup(a, (const char *)data, size), *address, *again;
	struct cron c;

	address = address_normalise(a, text);
	if (address) {
		again = address_normalise(a, address);
		if (!again || strcmp(again, address) != 0 || strpbrk(address, " \r\n<>,;"))
			abort();
	}
	if (cron_parse(text, &c)) {
		const int64_t now = INT64_C(1763766000000000);
		int64_t at = cron_next(&c, now);

		if (at != 0 && (at <= now || at % 60000000 != 0 || cron_next(&c, at - 1) != at))
			abort();
	}
	arena_free(a);
	return 0;
}
