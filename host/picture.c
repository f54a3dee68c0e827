/* Pictures made by helpers. See handler.h. */
#include "log.h"
#include "spawn.h"

#define DRAWING_MS 10000

const unsigned char *
picture_from_svg(struct arena *arena, const unsigned char *svg, size_t n, size_t *size)
{
	static const char *const none[] = { NULL };
	struct buffer png;
	char reason[256];

	if (!spawn_available("drawing"))
		return NULL;
	buffer_init(&png, arena, 65536);
	if (!spawn_run("drawing", none, svg, n, &png, DRAWING_MS, reason, sizeof(reason)) ||
	    png.size == 0) {
		log_event(LOG_LEVEL_INFO, "drawing_failed", "reason", reason, NULL);
		return NULL;
	}
	*size = png.size;
	return (const unsigned char *)png.data;
}
