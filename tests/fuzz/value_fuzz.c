/* Texts that become values: money, percent codes, local addresses, zones. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "format.h"
#include "req.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
money(struct arena *a, const char *text)
{
	static const char *const currencies[] = { "ZAR", "AZR", "ETH" };

	for (size_t i = 0; i < 3; i++) {
		int64_t minor = 0, second;
		char plain[64], *w = plain;
		const char *shown;

		if (!money_parse(text, currencies[i], &minor))
			continue;
		/* What is shown, without signs of currency and groups, reads the same. */
		shown = format_money(a, minor, currencies[i]);
		for (; *shown != '\0' && w - plain < 60; shown++)
			if ((*shown >= '0' && *shown <= '9') || *shown == '.' || *shown == '-')
				*w++ = *shown;
		*w = '\0';
		if (!money_parse(plain, currencies[i], &second) || second != minor)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)16 << 20);
	char *text = arena_strndup(a, (const char *)data, size);
	const char *decoded = form_decode(a, text, strlen(text), true);

	money(a, text);
	if (decoded != NULL && !utf8_valid(decoded, strlen(decoded)))
		abort();
	if (url_is_local(text) && (text[0] != '/' || text[1] == '/' || strpbrk(text, "\r\n\\") != NULL))
		abort();
	(void)zone_exists(text);
	arena_free(a);
	return 0;
}
