/* Any subject and text as a mail: no bare line ends, no long lines, no header of
 * the sender's own; the reader gives back what the writer was given. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lines_check(const char *s)
{
	while (*s) {
		const char *end = strstr(s, "\r\n");

		if (!end || end - s > 998 || memchr(s, '\n', (size_t)(end - s)) ||
		    memchr(s, '\r', (size_t)(end - s)))
			abort();
		if (strncmp(s, "Bcc:", 4) == 0)
			abort();
		if (s == end)
			return;
		s = end + 2;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	const char *text = arena_strndup(a, (const char *)data, size);
	struct mail_message m = { .from = "School <learn@school.example>", .to = "a@example.org",
		.subject = text, .text = text, .html = text, .id = "1@school.example" };
	char reason[100] = "";
	struct buffer b;

	buffer_init(&b, a, 4096);
	(void)mail_unescape(a, text);
	(void)mail_address_of(a, text);
	if (mail_message_write(&b, &m, reason, sizeof(reason)))
		lines_check(buffer_text(&b));
	else if (b.size > 0 || !strpbrk(text, "\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0e\x0f\x10"
	    "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f"))
		abort();
	arena_free(a);
	return 0;
}
