/* mail_message.c: builds one message (RFC 5322, 2045, 2047). See mail.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto.h"
#include "mail.h"

static bool
header_good(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static bool
plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x7f || strchr("=?_\"\\()<>[]:;@,", *s))
			return false;
	return true;
}

/* Encoded words of at most 75 characters, cut between characters. */
static void
put_encoded(struct buffer *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t used = 10; /* the header's name stands in front */

	buffer_str(b, "=?UTF-8?Q?");
	while (*s) {
		size_t n = 1, cost;
		unsigned char c = (unsigned char)*s;
		bool as_is = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("!*+-/.,", c);

		while (((unsigned char)s[n] & 0xc0) == 0x80)
			n++;
		cost = as_is || c == ' ' ? 1 : 3 * n;
		if (used + cost > 60) {
			buffer_str(b, "?=\r\n =?UTF-8?Q?");
			used = 0;
		}
		used += cost;
		if (as_is)
			buffer_char(b, (char)c);
		else if (c == ' ')
			buffer_char(b, '_');
		else
			for (size_t i = 0; i < n; i++) {
				buffer_char(b, '=');
				buffer_char(b, hex[(unsigned char)s[i] >> 4]);
				buffer_char(b, hex[(unsigned char)s[i] & 15]);
			}
		s += n;
	}
	buffer_str(b, "?=");
}

static void
put_text_header(struct buffer *b, const char *name, const char *value)
{
	bool ascii = strlen(value) + strlen(name) < 70;

	for (const char *p = value; *p; p++)
		if ((unsigned char)*p >= 0x7f)
			ascii = false;
	if (strstr(value, "=?"))
		ascii = false;
	buffer_printf(b, "%s: ", name);
	if (ascii)
		buffer_str(b, value);
	else
		put_encoded(b, value);
	buffer_str(b, "\r\n");
}

const char *
mail_address_of(struct arena *arena, const char *from)
{
	const char *open = strrchr(from, '<'), *close = open ? strchr(open, '>') : NULL;

	return close ? arena_strndup(arena, open + 1, (size_t)(close - open - 1)) : from;
}

static void
put_from(struct buffer *b, const char *from)
{
	const char *open = strrchr(from, '<');
	size_t n = open ? (size_t)(open - from) : 0;
	char *name;

	while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '"'))
		n--;
	buffer_str(b, "From: ");
	if (n > 0) {
		name = arena_strndup(b->arena, from, n);
		if (*name == '"')
			name++;
		if (plain(name))
			buffer_str(b, name);
		else
			put_encoded(b, name);
		buffer_char(b, ' ');
	}
	buffer_printf(b, "<%s>\r\n", mail_address_of(b->arena, from));
}

/* Lines of at most 76 characters; LF becomes CRLF (RFC 2045 6.7). */
static void
put_quoted(struct buffer *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool last = s[1] == '\n' || s[1] == '\0' || (s[1] == '\r' && s[2] == '\n');
		bool as_is = (c > 32 && c < 127 && c != '=') || ((c == ' ' || c == '\t') && !last);

		if (c == '\r' && s[1] == '\n')
			continue;
		if (c == '\n') {
			buffer_str(b, "\r\n");
			column = 0;
			continue;
		}
		/* A dot alone or "From " at the start of a line meets old relays. */
		if (column == 0 && (c == '.' || c == 'F'))
			as_is = false;
		if (column + (as_is ? 1 : 3) > 75) {
			buffer_str(b, "=\r\n");
			column = 0;
		}
		if (as_is) {
			buffer_char(b, (char)c);
			column++;
		} else {
			buffer_char(b, '=');
			buffer_char(b, hex[c >> 4]);
			buffer_char(b, hex[c & 15]);
			column += 3;
		}
	}
	buffer_str(b, "\r\n");
}

static void
put_date(struct buffer *b, int64_t us)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t at = (time_t)(us / 1000000);
	struct tm t;

	gmtime_r(&at, &t);
	buffer_printf(b, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday,
	    months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void
put_part(struct buffer *b, const char *type, const char *content)
{
	buffer_printf(b, "Content-Type: %s; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n", type);
	put_quoted(b, content);
}

bool
mail_message_write(struct buffer *b, const struct mail_message *m, char *reason, size_t size)
{
	const char *boundary;

	if (!header_good(m->from) || !header_good(m->to) || !header_good(m->subject) ||
	    !header_good(m->id) || strpbrk(m->to, " <>,;") || strpbrk(m->id, " <>")) {
		snprintf(reason, size, "a header value has a line break or a control character");
		return false;
	}
	put_from(b, m->from);
	buffer_printf(b, "To: <%s>\r\n", m->to);
	put_text_header(b, "Subject", m->subject);
	put_date(b, m->date);
	buffer_printf(b, "Message-ID: <%s>\r\n", m->id);
	buffer_str(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
	if (!m->html) {
		put_part(b, "text/plain", m->text);
		return true;
	}
	/* "=_" cannot stand in quoted-printable text. */
	boundary = arena_printf(b->arena, "=_%s", crypto_token(b->arena, 18));
	buffer_printf(b, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
	buffer_printf(b, "--%s\r\n", boundary);
	put_part(b, "text/plain", m->text);
	buffer_printf(b, "--%s\r\n", boundary);
	put_part(b, "text/html", m->html);
	buffer_printf(b, "--%s--\r\n", boundary);
	return true;
}

char *
mail_unescape(struct arena *arena, const char *s)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&#39;", '\'' } };
	char *out = arena_alloc(arena, strlen(s) + 1), *o = out;

	while (*s) {
		size_t i = 0, n = sizeof(entities) / sizeof(*entities);

		while (i < n && strncmp(s, entities[i].name, strlen(entities[i].name)) != 0)
			i++;
		if (i < n) {
			*o++ = entities[i].c;
			s += strlen(entities[i].name);
		} else
			*o++ = *s++;
	}
	*o = '\0';
	return out;
}
