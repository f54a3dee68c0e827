/* address.c: one spelling per mailbox. The only file that calls libidn2. */
#include "address.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

static bool
local_part_good(const char *s, size_t n)
{
	/* atext of RFC 5322 3.2.3 besides letters and digits */
	static const char special[] = "!#$%&'*+-/=?^_`{|}~";

	if (n == 0 || n > 64 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '.' && s[i + 1] != '.')
			continue;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr(special, c)))
			continue;
		return false;
	}
	return true;
}

static bool
domain_good(const char *s)
{
	size_t label = 0, n = strlen(s);
	bool dot = false;

	if (n == 0 || n > 253)
		return false;
	for (size_t i = 0; i <= n; i++) {
		char c = s[i];

		if (c == '.' || c == '\0') {
			if (label == 0 || label > 63 || s[i - 1] == '-')
				return false;
			dot = dot || c == '.';
			label = 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && label > 0)))
			return false;
		label++;
	}
	/* An address literal or a bare number is no domain. */
	if (s[n - 1] >= '0' && s[n - 1] <= '9')
		return false;
	return dot || strcmp(s, "localhost") == 0;
}

static void
lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + ('a' - 'A'));
}

/* The domain's ASCII form in lower case, NULL when it has none. */
static const char *
domain_ascii(struct arena *arena, const char *domain)
{
	char *out = NULL, *copy;
	bool plain = true;

	for (const char *p = domain; *p; p++)
		if ((unsigned char)*p >= 0x80)
			plain = false;
	if (plain) {
		copy = arena_strdup(arena, domain);
		lower(copy);
		return copy;
	}
	if (idn2_to_ascii_8z(domain, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	copy = arena_strdup(arena, out);
	idn2_free(out);
	lower(copy);
	return copy;
}

const char *
address_normalise(struct arena *arena, const char *text)
{
	const char *at, *domain;
	char *local, *address;
	size_t n;

	while (*text == ' ' || *text == '\t')
		text++;
	n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	if (n > 320)
		return NULL;
	address = arena_strndup(arena, text, n);
	at = strrchr(address, '@');
	if (!at || !local_part_good(address, (size_t)(at - address)))
		return NULL;
	domain = domain_ascii(arena, at + 1);
	if (!domain || !domain_good(domain))
		return NULL;
	local = arena_strndup(arena, address, (size_t)(at - address));
	lower(local);
	address = arena_printf(arena, "%s@%s", local, domain);
	return strlen(address) <= 254 ? address : NULL;
}
