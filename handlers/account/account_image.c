/* Strict reader and cleaner of PNG, JPEG and WebP. See account_image.h. */
#include "account_image.h"

#include <string.h>

struct out {
	unsigned char *data;
	size_t size;
};

static void
put(struct out *o, const void *data, size_t size)
{
	memcpy(o->data + o->size, data, size);
	o->size += size;
}

static unsigned
be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static unsigned
le16(const unsigned char *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

static uint32_t
le32(const unsigned char *p)
{
	return le16(p) | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool
is(const unsigned char *p, const char *four)
{
	return memcmp(p, four, 4) == 0;
}

/* ---- PNG (ISO/IEC 15948) ---------------------------------------------------- */

static uint32_t
crc32_of(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static bool
png_kept(const unsigned char *type)
{
	static const char *const kept[] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "sRGB",
		"cHRM", "sBIT" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (is(type, kept[i]))
			return true;
	return false;
}

static const char *
png_clean(const unsigned char *p, size_t size, struct account_image *image, struct out *o)
{
	size_t at = 8;
	bool header = false, pixels = false;

	put(o, p, 8);
	while (size - at >= 12) {
		uint32_t n = be32(p + at);
		const unsigned char *type = p + at + 4;

		if (n > size - at - 12 || crc32_of(type, n + 4) != be32(type + 4 + n))
			return "image_broken";
		if (is(type, "IHDR") != !header)
			return "image_broken";
		if (is(type, "acTL"))
			return "image_type";
		if (!header) {
			if (n != 13)
				return "image_broken";
			image->width = be32(type + 4);
			image->height = be32(type + 8);
			header = true;
		}
		pixels = pixels || is(type, "IDAT");
		if (png_kept(type))
			put(o, p + at, n + 12);
		if (is(type, "IEND"))
			return pixels ? NULL : "image_broken";
		at += n + 12;
	}
	return "image_broken";
}

/* ---- JPEG (ITU-T T.81) --------------------------------------------------------- */

/* 1 to 8, how a phone was held; 0 when nothing says so. TIFF inside of APP1. */
static unsigned
exif_orientation(const unsigned char *p, size_t n)
{
	bool big;
	size_t at, count;

	if (n < 14 || memcmp(p, "Exif\0", 6) != 0)
		return 0;
	p += 6;
	n -= 6;
	big = p[0] == 'M';
	at = big ? be32(p + 4) : le32(p + 4);
	if (at > n || n - at < 2)
		return 0;
	count = big ? be16(p + at) : le16(p + at);
	for (at += 2; count > 0 && at <= n && n - at >= 12; count--, at += 12) {
		unsigned tag = big ? be16(p + at) : le16(p + at);
		unsigned value = big ? be16(p + at + 8) : le16(p + at + 8);

		if (tag == 0x0112)
			return value >= 1 && value <= 8 ? value : 0;
	}
	return 0;
}

/* An APP1 that says nothing but the orientation. */
static void
put_orientation(struct out *o, unsigned orientation)
{
	unsigned char app1[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42,
		0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (unsigned char)orientation,
		0, 0, 0, 0, 0, 0 };

	put(o, app1, sizeof(app1));
}

static bool
jpeg_frame(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	    marker != 0xcc;
}

/* Tables, frames and scans are kept, JFIF and Adobe's colour transform too. */
static bool
jpeg_kept(unsigned marker)
{
	return marker == 0xe0 || marker == 0xee || (marker >= 0xc0 && marker <= 0xcf) ||
	    (marker >= 0xda && marker <= 0xdd);
}

/* Length of the coded data after a scan's header, up to the next real marker. */
static size_t
scan_length(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == 0xff && p[i + 1] != 0 && p[i + 1] != 0xff &&
		    (p[i + 1] < 0xd0 || p[i + 1] > 0xd7))
			return i;
	return n;
}

static const char *
jpeg_clean(const unsigned char *p, size_t size, struct account_image *image, struct out *o)
{
	size_t at = 2;
	bool scan = false, oriented = false;

	put(o, p, 2);
	while (size - at >= 2) {
		unsigned marker = p[at + 1];
		size_t n;

		if (p[at] != 0xff)
			return "image_broken";
		if (marker == 0xff) { /* a filling byte */
			at++;
			continue;
		}
		if (marker == 0xd9) {
			put(o, p + at, 2);
			return scan && image->width ? NULL : "image_broken";
		}
		if (size - at < 4 || (n = be16(p + at + 2)) < 2 || n > size - at - 2)
			return "image_broken";
		if (jpeg_frame(marker)) {
			if (n < 8 || image->width != 0)
				return "image_broken";
			image->height = be16(p + at + 5);
			image->width = be16(p + at + 7);
		}
		if (marker == 0xe1 && !oriented && !scan) {
			unsigned turned = exif_orientation(p + at + 4, n - 2);

			oriented = turned > 1;
			if (oriented)
				put_orientation(o, turned);
		}
		if (jpeg_kept(marker))
			put(o, p + at, n + 2);
		at += n + 2;
		if (marker == 0xda) {
			n = scan_length(p + at, size - at);
			put(o, p + at, n);
			at += n;
			scan = true;
		}
	}
	return "image_broken";
}

/* ---- WebP (RFC 9649) -------------------------------------------------------------- */

static bool
webp_size(const unsigned char *type, size_t n, struct account_image *image)
{
	const unsigned char *d = type + 8;

	if (is(type, "VP8 ")) {
		if (n < 10 || (d[0] & 1) != 0 || memcmp(d + 3, "\x9d\x01\x2a", 3) != 0)
			return false;
		image->width = le16(d + 6) & 0x3fff;
		image->height = le16(d + 8) & 0x3fff;
		return true;
	}
	if (n < 5 || d[0] != 0x2f)
		return false;
	image->width = (le32(d + 1) & 0x3fff) + 1;
	image->height = (le32(d + 1) >> 14 & 0x3fff) + 1;
	return true;
}

static const char *
webp_clean(const unsigned char *p, size_t size, struct account_image *image, struct out *o)
{
	size_t at = 12, extended = 0, end = (size_t)le32(p + 4) + 8;
	bool pixels = false;

	if (end > size || end < 20)
		return "image_broken";
	put(o, p, 12);
	while (at < end && end - at >= 8) {
		const unsigned char *type = p + at;
		size_t n = le32(type + 4), whole = 8 + n + (n & 1);

		if (n > end - at - 8 || whole > end - at)
			return "image_broken";
		if (is(type, "ANIM") || is(type, "ANMF"))
			return "image_type";
		if (is(type, "VP8X")) {
			if (n != 10 || at != 12)
				return "image_broken";
			extended = o->size;
			put(o, type, whole);
		} else if (is(type, "ALPH") && !pixels) {
			put(o, type, whole);
		} else if ((is(type, "VP8 ") || is(type, "VP8L")) && !pixels) {
			if (!webp_size(type, n, image))
				return "image_broken";
			pixels = true;
			put(o, type, whole);
		}
		at += whole;
	}
	if (!pixels || at != end)
		return "image_broken";
	if (extended)
		o->data[extended + 8] &= 0x10; /* alpha may stay; no profile, EXIF, XMP, frames */
	for (unsigned i = 0; i < 4; i++)
		o->data[4 + i] = (unsigned char)((o->size - 8) >> (8 * i));
	return NULL;
}

/* ---- all ---------------------------------------------------------------------------- */

static const char *
edges(const struct account_image *image)
{
	unsigned w = image->width, h = image->height;

	if (w < ACCOUNT_IMAGE_EDGE_MIN || h < ACCOUNT_IMAGE_EDGE_MIN)
		return "image_small";
	if (w > ACCOUNT_IMAGE_EDGE_MAX || h > ACCOUNT_IMAGE_EDGE_MAX)
		return "image_large";
	return NULL;
}

const char *
account_image_clean(struct arena *arena, const unsigned char *data, size_t size,
    struct account_image *image)
{
	struct out o = { 0 };
	const char *problem = "image_type";

	*image = (struct account_image){ 0 };
	if (size > ACCOUNT_IMAGE_BYTES)
		return "image_large";
	/* Never longer than what came, but for one added orientation. */
	o.data = arena_alloc(arena, size + 64);
	if (size >= 20 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0) {
		image->extension = "png";
		problem = png_clean(data, size, image, &o);
	} else if (size >= 20 && memcmp(data, "\xff\xd8\xff", 3) == 0) {
		image->extension = "jpg";
		problem = jpeg_clean(data, size, image, &o);
	} else if (size >= 20 && is(data, "RIFF") && is(data + 8, "WEBP")) {
		image->extension = "webp";
		problem = webp_clean(data, size, image, &o);
	}
	if (problem)
		return problem;
	image->data = o.data;
	image->size = o.size;
	return edges(image);
}
