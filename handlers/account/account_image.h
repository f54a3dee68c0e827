/*
 * account_image.h: pictures that people upload. A picture is taken apart chunk
 * by chunk and put together again from what a picture needs, so that places,
 * names of cameras, thumbnails and anything hidden behind the end stay out.
 */
#ifndef ACCOUNT_IMAGE_H
#define ACCOUNT_IMAGE_H

#include "handler.h"

#define ACCOUNT_IMAGE_BYTES (2 * 1024 * 1024)
#define ACCOUNT_IMAGE_EDGE_MIN 64
#define ACCOUNT_IMAGE_EDGE_MAX 4096

struct account_image {
	const char *extension; /* "png", "jpg", "webp" */
	unsigned width, height;
	const unsigned char *data;
	size_t size;
};

/* NULL, or the code of a field error: "image_type" (no PNG, JPEG or WebP, or
 * animated), "image_broken", "image_small", "image_large" (edges). The result
 * lives in the arena. Pure: a fuzz target. */
const char *account_image_clean(struct arena *, const unsigned char *data, size_t size,
    struct account_image *);

#endif
