/* Pictures and documents made by helpers. See handler.h. */
#include <string.h>

#include "log.h"
#include "spawn.h"

#define HELPER_MS 10000

static const unsigned char *
made_by(const char *helper, struct arena *arena, const void *in, size_t n, size_t *size)
{
	static const char *const none[] = { NULL };
	struct buffer out;
	char reason[256];

	if (!spawn_available(helper))
		return NULL;
	buffer_init(&out, arena, 65536);
	if (!spawn_run(helper, none, in, n, &out, HELPER_MS, reason, sizeof(reason)) ||
	    out.size == 0) {
		log_event(LOG_LEVEL_INFO, "helper_failed", "helper", helper, "reason", reason, NULL);
		return NULL;
	}
	*size = out.size;
	return (const unsigned char *)out.data;
}

const unsigned char *
picture_from_svg(struct arena *arena, const unsigned char *svg, size_t n, size_t *size)
{
	return made_by("drawing", arena, svg, n, size);
}

const unsigned char *
document_pdf(struct arena *arena, const char *json, size_t *size)
{
	return made_by("document", arena, json, strlen(json), size);
}
