/* markdown_entity.c: character references of HTML, and UTF-8. */
#include <ctype.h>
#include <string.h>

#include "markdown_part.h"

static const struct {
	const char *name;
	uint32_t code;
} entities[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", 0xa0 }, { "colon", ':' }, { "Tab", '\t' }, { "NewLine", '\n' }, { "sol", '/' },
	{ "lpar", '(' }, { "rpar", ')' }, { "num", '#' }, { "period", '.' }, { "comma", ',' },
	{ "copy", 0xa9 }, { "reg", 0xae }, { "deg", 0xb0 }, { "plusmn", 0xb1 }, { "times", 0xd7 },
	{ "divide", 0xf7 }, { "middot", 0xb7 }, { "hellip", 0x2026 }, { "ndash", 0x2013 },
	{ "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "bull", 0x2022 }, { "trade", 0x2122 }, { "larr", 0x2190 },
	{ "uarr", 0x2191 }, { "rarr", 0x2192 }, { "darr", 0x2193 }, { "le", 0x2264 },
	{ "ge", 0x2265 }, { "ne", 0x2260 }, { "euro", 0x20ac }, { "pound", 0xa3 },
	{ "lbrack", '[' }, { "rbrack", ']' }, { "lsqb", '[' }, { "rsqb", ']' }, { "lcub", '{' },
	{ "rcub", '}' }, { "vert", '|' }, { "verbar", '|' }, { "ast", '*' }, { "lowbar", '_' },
	{ "grave", '`' }, { "dollar", '$' }, { "shy", 0xad }, { "eacute", 0xe9 },
	{ "egrave", 0xe8 }, { "agrave", 0xe0 }, { "ccedil", 0xe7 }, { "ouml", 0xf6 },
	{ "uuml", 0xfc }, { "auml", 0xe4 }, { "szlig", 0xdf }, { "pi", 0x3c0 }, { "Pi", 0x3a0 },
	{ "alpha", 0x3b1 }, { "beta", 0x3b2 }, { "gamma", 0x3b3 }, { "delta", 0x3b4 },
	{ "Delta", 0x394 }, { "lambda", 0x3bb }, { "mu", 0x3bc }, { "sigma", 0x3c3 },
	{ "theta", 0x3b8 }, { "omega", 0x3c9 }, { "Omega", 0x3a9 }, { "infin", 0x221e },
	{ "sum", 0x2211 }, { "radic", 0x221a }, { "asymp", 0x2248 }, { "minus", 0x2212 },
	{ "check", 0x2713 }, { "ensp", 0x2002 }, { "emsp", 0x2003 }, { "thinsp", 0x2009 } };

size_t
md_utf8(char out[4], uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c < 0x20 && c != '\t' && c != '\n') ||
	    (c >= 0x7f && c < 0xa0) || (c >= 0xfdd0 && c <= 0xfdef))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t
number_entity(const char *p, const char *end, size_t *length)
{
	const char *start = p;
	bool hex;
	uint32_t c = 0;

	p += 2;
	hex = p < end && (*p == 'x' || *p == 'X');
	p += hex ? 1 : 0;
	*length = 0;
	for (start = p; p < end && p - start < 8 &&
	     (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)); p++)
		c = c * (hex ? 16 : 10) +
		    (uint32_t)(isdigit((unsigned char)*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
	if (p > start && p < end && *p == ';')
		*length = (size_t)(p + 1 - start) + (hex ? 3 : 2);
	return c;
}

static uint32_t
named_entity(const char *p, const char *end, size_t *length)
{
	const char *q = p + 1;
	size_t i, n;

	*length = 0;
	while (q < end && isalnum((unsigned char)*q) && q - p < 12)
		q++;
	if (q == end || *q != ';')
		return 0;
	n = (size_t)(q - p - 1);
	for (i = 0; i < sizeof entities / sizeof entities[0]; i++)
		if (strlen(entities[i].name) == n && memcmp(entities[i].name, p + 1, n) == 0) {
			*length = n + 2;
			return entities[i].code;
		}
	return 0;
}

const char *
md_decode(struct arena *arena, const char *s, size_t n, size_t *size)
{
	const char *end = s + n;
	char *out, *to;
	uint32_t code;
	size_t length;

	*size = n;
	if (memchr(s, '&', n) == NULL)
		return arena_strndup(arena, s, n);
	to = out = arena_alloc(arena, n + 8);
	while (s < end) {
		length = 0;
		if (*s == '&' && end - s > 2)
			code = s[1] == '#' ? number_entity(s, end, &length)
					   : named_entity(s, end, &length);
		if (length == 0) {
			*to++ = *s++;
		} else {
			to += md_utf8(to, code);
			s += length;
		}
	}
	*size = (size_t)(to - out);
	return out;
}
