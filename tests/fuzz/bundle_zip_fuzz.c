/* Any bytes as an uploaded zip file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bundle/bundle.h"
#include "fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct fault_frame frame;
	struct bundle_source *source;
	struct bundle *b;
	char reason[200];

	if (!FAULT_CATCH(&frame)) {
		source = bundle_zip(a, data, size, reason, sizeof reason);
		b = source == NULL ? NULL : bundle_read(a, source);
		for (size_t i = 0; b != NULL && i < b->n_media; i++)
			if (b->media[i].width <= 0 || strstr(b->media[i].path, "..") != NULL ||
			    b->media[i].path[0] == '/')
				abort();
		fault_leave(&frame);
	} else if (strcmp(frame.code, "arena_full") != 0) {
		abort();
	}
	arena_free(a);
	return 0;
}
