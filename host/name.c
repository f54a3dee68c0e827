/* name.c: a person's name as two letters, a title as part of an address. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "handler.h"

static size_t
character_size(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, i = 1;

	while (i < n && s[i])
		i++;
	return i;
}

static bool
is_title(const char *word, size_t n)
{
	static const char *const titles[] = { "dr", "prof", "mr", "mrs", "ms", "mx" };

	if (n > 0 && word[n - 1] == '.')
		n--;
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (strlen(titles[i]) == n && strncasecmp(word, titles[i], n) == 0)
			return true;
	return false;
}

const char *
name_initials(struct arena *arena, const char *name)
{
	const char *first = NULL, *last = NULL, *p = name;

	while (*p) {
		size_t n;

		p += strspn(p, " \t");
		n = strcspn(p, " \t");
		if (n > 0 && !is_title(p, n)) {
			last = p;
			if (!first)
				first = p;
		}
		p += n;
	}
	if (!first)
		return "";
	if (first == last)
		return arena_strndup(arena, first, character_size(first));
	return arena_printf(arena, "%.*s%.*s", (int)character_size(first), first,
	    (int)character_size(last), last);
}

#define SLUG_MAX 80

const char *
name_slug(struct arena *arena, const char *text, const char *nothing)
{
	char *out = arena_alloc(arena, SLUG_MAX + 2), *to = out;

	for (; *text != '\0' && to - out < SLUG_MAX; text++) {
		if (isalnum((unsigned char)*text))
			*to++ = (char)tolower((unsigned char)*text);
		else if (to > out && to[-1] != '-' && *text != '\'')
			*to++ = '-';
	}
	while (to > out && to[-1] == '-')
		to--;
	*to = '\0';
	return to == out ? nothing : out;
}
