/*
 * markdown_image.c: images of a lesson. Only pictures of the given list are
 * shown; another one becomes its description. An image alone in a paragraph
 * is a figure; what it says in brackets besides an alt text is the caption.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "markdown_part.h"

void
md_image_start(struct md *m, const char *src, const char *title)
{
	if (m->image.held)
		md_image_end(m, false);
	m->image = (struct md_image){ .alt = m->image.alt };
	m->image.alt.size = 0;
	m->image.src = arena_strdup(m->arena, src);
	m->image.title = arena_strdup(m->arena, title);
}

static int
hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* "./fig/../a%20b.png?x" and "a b.png" name the same picture. */
static char *
normal_path(struct arena *arena, const char *s)
{
	char *out = arena_alloc(arena, strlen(s) + 2), *to = out;
	size_t n;

	if (strstr(s, "://") != NULL)
		return arena_strdup(arena, s);
	while (*s != '\0' && *s != '?' && *s != '#') {
		n = strcspn(s, "/?#");
		if (n == 2 && s[0] == '.' && s[1] == '.') {
			while (to > out && *--to != '/')
				;
		} else if (n > 0 && !(n == 1 && *s == '.')) {
			if (to > out)
				*to++ = '/';
			for (size_t i = 0; i < n; i++) {
				if (s[i] == '%' && i + 2 < n && hex_digit(s[i + 1]) >= 0 &&
				    hex_digit(s[i + 2]) >= 0) {
					*to++ = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
					i += 2;
				} else {
					*to++ = s[i];
				}
			}
		}
		s += n;
		s += *s == '/';
	}
	*to = '\0';
	return out;
}

void
md_image_list(struct md *m)
{
	size_t n = 0, i;

	while (m->images != NULL && m->images[n].path != NULL)
		n++;
	m->image_paths = arena_alloc(m->arena, (n + 1) * sizeof *m->image_paths);
	for (i = 0; i < n; i++)
		m->image_paths[i] = normal_path(m->arena, m->images[i].path);
}

static const struct markdown_image *
find(struct md *m, const char *src)
{
	const char *path = normal_path(m->arena, src);
	size_t i;

	for (i = 0; m->image_paths[i] != NULL; i++)
		if (strcmp(m->image_paths[i], path) == 0)
			return m->images[i].url == NULL ? NULL : &m->images[i];
	return NULL;
}

/* A number of CSS pixels, 0 when the text is anything else. */
static int
pixels(const char *s)
{
	char *end;
	long n;

	if (s == NULL || !isdigit((unsigned char)*s))
		return 0;
	n = strtol(s, &end, 10);
	return n > 0 && n <= 4000 && (*end == '\0' || strcmp(end, "px") == 0) ? (int)n : 0;
}

static void
write_picture(struct md *m, const struct markdown_image *image, const char *alt)
{
	struct md_image *i = &m->image;
	int width = image->width, height = image->height, wish = pixels(i->attr_width);
	bool outside;
	const char *url = md_url(m, image->url, strlen(image->url), &outside);

	if (m->muted > 0 || url == NULL)
		return;
	if (wish > 0 && width > 0 && height > 0) {
		height = (int)((int64_t)height * wish / width);
		width = wish;
	}
	buffer_printf(&m->html, "<img src=\"%s\" alt=\"", url);
	md_escape(&m->html, alt, strlen(alt));
	if (*i->title != '\0') {
		buffer_str(&m->html, "\" title=\"");
		md_escape(&m->html, i->title, strlen(i->title));
	}
	buffer_char(&m->html, '"');
	if (width > 0 && height > 0)
		buffer_printf(&m->html, " width=\"%d\" height=\"%d\"", width, height);
	buffer_str(&m->html, " loading=\"lazy\" decoding=\"async\">");
}

/* The description, as a link when the picture is on another site. */
static void
write_missing(struct md *m, const char *alt)
{
	struct md_image *i = &m->image;
	const char *url, *name = strrchr(i->src, '/');
	bool outside = false;

	md_warn(m, "the picture \"%.200s\" is missing; its description is shown", i->src);
	if (m->muted > 0)
		return;
	url = md_url(m, i->src, strlen(i->src), &outside);
	outside = outside && url != NULL && !md_inside(m, "a");
	if (*alt == '\0')
		alt = *i->title != '\0' ? i->title : name != NULL ? name + 1 : i->src;
	buffer_str(&m->html, "<span class=\"image-missing\">");
	if (outside)
		buffer_printf(&m->html, "<a href=\"%s\" rel=\"nofollow ugc noopener\">", url);
	md_escape(&m->html, alt, strlen(alt));
	buffer_str(&m->html, outside ? "</a></span>" : "</span>");
}

static void
write_image(struct md *m, const char *alt)
{
	const struct markdown_image *found = find(m, m->image.src);

	if (found != NULL)
		write_picture(m, found, alt);
	else
		write_missing(m, alt);
	if (m->muted == 0 && *alt != '\0') {
		buffer_str(&m->text, alt);
		buffer_char(&m->text, ' ');
	}
}

void
md_image_end(struct md *m, bool alone)
{
	struct md_image *i = &m->image;
	const char *words = arena_strndup(m->arena, i->alt.data, i->alt.size), *alt, *caption;
	size_t n;

	i->held = false;
	alt = i->attr_alt != NULL ? md_decode(m->arena, i->attr_alt, strlen(i->attr_alt), &n) : words;
	if (i->attr_alt != NULL)
		alt = arena_strndup(m->arena, alt, n);
	caption = i->attr_alt != NULL && *words != '\0' && strcmp(words, alt) != 0 ? words : i->title;
	if (!alone) {
		md_touch(m);
		write_image(m, alt);
		return;
	}
	m->para = MD_PARA_NONE;
	md_touch(m);
	md_put(m, "<figure>");
	if (caption == i->title)
		i->title = arena_strdup(m->arena, "");
	write_image(m, alt);
	if (*caption != '\0' && m->muted == 0) {
		buffer_str(&m->html, "<figcaption>");
		md_escape(&m->html, caption, strlen(caption));
		buffer_str(&m->html, "</figcaption>");
	}
	md_put(m, "</figure>\n");
}
