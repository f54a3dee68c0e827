/*
 * bundle_media.c: pictures. The type comes from the bytes, the size in pixels
 * from the header; nothing is decoded here. SVG is a program and is not
 * served.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bundle/bundle_part.h"
#include "crypto.h"

/* ---- headers ------------------------------------------------------------------ */

static uint32_t
big(const unsigned char *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static uint32_t
little(const unsigned char *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static bool
png_size(const unsigned char *p, size_t n, uint32_t *width, uint32_t *height)
{
	if (n < 33 || memcmp(p, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) != 0)
		return false;
	*width = big(p + 16, 4);
	*height = big(p + 20, 4);
	return true;
}

static bool
gif_size(const unsigned char *p, size_t n, uint32_t *width, uint32_t *height)
{
	if (n < 13 || (memcmp(p, "GIF87a", 6) != 0 && memcmp(p, "GIF89a", 6) != 0))
		return false;
	*width = little(p + 6, 2);
	*height = little(p + 8, 2);
	return true;
}

/* Segments up to the frame header (ITU T.81, annex B). */
static bool
jpeg_size(const unsigned char *p, size_t n, uint32_t *width, uint32_t *height)
{
	size_t i = 2;
	unsigned c;

	if (n < 4 || p[0] != 0xff || p[1] != 0xd8 || p[2] != 0xff)
		return false;
	while (i + 9 < n && p[i] == 0xff) {
		c = p[i + 1];
		if (c == 0xff) {
			i++;
			continue;
		}
		if (c >= 0xc0 && c <= 0xcf && c != 0xc4 && c != 0xc8 && c != 0xcc) {
			*height = big(p + i + 5, 2);
			*width = big(p + i + 7, 2);
			return true;
		}
		if (c == 0xd9 || c == 0xda)
			return false;
		i += 2 + (c == 0x01 || (c >= 0xd0 && c <= 0xd7) ? 0 : big(p + i + 2, 2));
	}
	return false;
}

static bool
webp_size(const unsigned char *p, size_t n, uint32_t *width, uint32_t *height)
{
	if (n < 30 || memcmp(p, "RIFF", 4) != 0 || memcmp(p + 8, "WEBPVP8", 7) != 0)
		return false;
	if (p[15] == 'X') {
		*width = little(p + 24, 3) + 1;
		*height = little(p + 27, 3) + 1;
	} else if (p[15] == 'L' && p[20] == 0x2f) {
		*width = (little(p + 21, 4) & 0x3fff) + 1;
		*height = (little(p + 21, 4) >> 14 & 0x3fff) + 1;
	} else if (p[15] == ' ' && memcmp(p + 23, "\x9d\x01\x2a", 3) == 0) {
		*width = little(p + 26, 2) & 0x3fff;
		*height = little(p + 28, 2) & 0x3fff;
	} else {
		return false;
	}
	return true;
}

const char *
bundle_picture(const unsigned char *data, size_t n, int *width, int *height)
{
	static const struct {
		const char *type;
		bool (*size)(const unsigned char *, size_t, uint32_t *, uint32_t *);
	} kinds[] = { { "image/png", png_size }, { "image/jpeg", jpeg_size },
		{ "image/gif", gif_size }, { "image/webp", webp_size } };
	uint32_t w = 0, h = 0;
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].size(data, n, &w, &h))
			break;
	if (i == sizeof kinds / sizeof kinds[0] || w == 0 || h == 0 || w > 65535 || h > 65535)
		return NULL;
	*width = (int)w;
	*height = (int)h;
	return kinds[i].type;
}

/* ---- taking ---------------------------------------------------------------------- */

static const char *
extension_of(const char *type)
{
	const char *sub = strchr(type, '/') + 1;

	return strcmp(sub, "jpeg") == 0 ? "jpg" : sub;
}

/* W2: the type by the bytes and the name must both be one that we serve. */
static bool
name_fits(const char *path, const char *type)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL)
		return false;
	return strcasecmp(dot + 1, extension_of(type)) == 0 ||
	    (strcasecmp(dot, ".jpeg") == 0 && strcmp(type, "image/jpeg") == 0);
}

static const struct bundle_media *
refuse(struct reader *r, const char *path, const char *reason)
{
	bundle_note(r, BUNDLE_LEFT_OUT, path, reason);
	return NULL;
}

static bool
is_drawing(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcasecmp(dot, ".svg") == 0;
}

/* A drawing is stored as "x.svg.png", so that a written bundle is read again. */
static const char *
media_path(struct arena *arena, const char *path)
{
	return is_drawing(path) ? arena_printf(arena, "%s.png", path) : path;
}

static const struct bundle_media *
media_add(struct reader *r, const struct bundle_file *file)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char hash[32];
	struct bundle_media m = { .path = media_path(r->arena, file->path), .alt = "" };
	char *data;
	size_t i;

	if (file->size > BUNDLE_MEDIA_MAX)
		return refuse(r, file->path, "larger than 10 MiB");
	data = r->source->read(r->source, file);
	if (data == NULL)
		return refuse(r, file->path, "cannot be read");
	m.data = (const unsigned char *)data;
	m.size = file->size;
	if (is_drawing(file->path)) {
		/* Served as a picture: an SVG file can hold scripts (learning.md W3). */
		m.data = picture_from_svg(r->arena, m.data, m.size, &m.size);
		if (m.data == NULL)
			return refuse(r, file->path, "an SVG drawing that could not be converted");
	}
	m.type = bundle_picture(m.data, m.size, &m.width, &m.height);
	if (m.type == NULL)
		return refuse(r, file->path, "not a PNG, JPEG, GIF or WebP picture");
	if (!name_fits(m.path, m.type))
		return refuse(r, file->path, "its name does not fit its content");
	if ((int64_t)m.width * m.height > BUNDLE_PIXELS_MAX)
		return refuse(r, file->path, "more than 40 megapixels");
	if (strlen(m.path) > 8 && strcmp(m.path + strlen(m.path) - 8, ".svg.png") == 0) {
		m.width = (m.width + 1) / 2; /* drawn at twice its size for sharp screens */
		m.height = (m.height + 1) / 2;
	}
	m.extension = extension_of(m.type);
	crypto_sha256(m.data, m.size, hash);
	for (i = 0; i < 32; i++) {
		m.sha256[2 * i] = hex[hash[i] >> 4];
		m.sha256[2 * i + 1] = hex[hash[i] & 15];
	}
	r->b->media = grow(r->arena, r->b->media, r->b->n_media, &r->media_capacity, sizeof m);
	r->b->media[r->b->n_media] = m;
	bundle_note(r, BUNDLE_TAKEN, file->path, "");
	return &r->b->media[r->b->n_media++];
}

static const struct bundle_file *
find_file(struct reader *r, const char *folder, const char *path)
{
	const char *clean = arena_strndup(r->arena, path, strcspn(path, "?#"));
	const struct bundle_file *file = NULL;
	const char *joined = bundle_join(r->arena, folder, bundle_unescape(r->arena, clean));

	if (joined != NULL)
		file = source_find(r->source, joined);
	if (file == NULL && (joined = bundle_join(r->arena, "",
	    bundle_unescape(r->arena, clean))) != NULL)
		file = source_find(r->source, joined);
	return file;
}

const struct bundle_media *
bundle_media_take(struct reader *r, const char *folder, const char *path, const char *in_file)
{
	const struct bundle_file *file;
	size_t i;

	if (strstr(path, "://") != NULL) {
		bundle_note(r, BUNDLE_MISSING, path, arena_printf(r->arena,
		    "a picture of another site, in %s", in_file));
		return NULL;
	}
	file = find_file(r, folder, path);
	if (file == NULL) {
		bundle_note(r, BUNDLE_MISSING, path, arena_printf(r->arena,
		    "named in %s but not there", in_file));
		return NULL;
	}
	for (i = 0; i < r->b->n_media; i++)
		if (strcmp(r->b->media[i].path, media_path(r->arena, file->path)) == 0)
			return &r->b->media[i];
	if (r->used[file - r->source->files])
		return NULL; /* refused before */
	return media_add(r, file);
}
