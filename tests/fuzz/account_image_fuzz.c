/* Any bytes as a picture: no crash; what is taken is no longer than it was (but
 * for one added orientation), is taken again as it is, and hides nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "../../handlers/account/account_image.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct account_image once, twice;

	if (!account_image_clean(a, data, size, &once)) {
		if (once.size > size + 36 || once.width > ACCOUNT_IMAGE_EDGE_MAX ||
		    once.height < ACCOUNT_IMAGE_EDGE_MIN)
			abort();
		if (account_image_clean(a, once.data, once.size, &twice) ||
		    twice.size != once.size || memcmp(twice.data, once.data, once.size) != 0)
			abort();
	}
	arena_free(a);
	return 0;
}
