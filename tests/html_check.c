#include "html_check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 400, NAME = 24 };

static const char elements[] = " a abbr annotation aside b blockquote br caption cite code dd del "
	"details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p "
	"pre q s samp section small span strong sub summary sup table tbody td tfoot th thead tr u "
	"ul var wbr math mrow mi mn mo mtext mspace ms msub msup msubsup munder mover munderover "
	"mfrac msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose merror mmultiscripts "
	"mprescripts none maction ";
static const char voids[] = " br hr img wbr ";
static const char mathml[] = " stretchy form columnalign mathvariant accent accentunder "
	"displaystyle scriptlevel width height depth lspace rspace linethickness fence separator "
	"minsize maxsize notation columnspacing rowspacing largeop movablelimits symmetric voffset "
	"bevelled numalign denomalign rowalign columnlines rowlines ";

struct check {
	const char *p, *start;
	char open[DEPTH][NAME];
	size_t depth;
	bool in_math;
	const char *why;
};

static bool
listed(const char *list, const char *name)
{
	char key[NAME + 8];

	snprintf(key, sizeof key, " %s ", name);
	return strstr(list, key) != NULL;
}

static bool
only(const char *s, size_t n, const char *more)
{
	for (; n > 0; n--, s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) &&
		    strchr(more, *s) == NULL)
			return false;
	return true;
}

static bool
begins(const char *s, size_t n, const char *what)
{
	return n >= strlen(what) && strncmp(s, what, strlen(what)) == 0;
}

static bool
address(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] >= 0x7f || s[i] == '\\')
			return false;
	if (begins(s, n, "#s-") || begins(s, n, "./"))
		return only(s + 2, n - 2, "-#");
	return (n > 0 && s[0] == '/' && s[1] != '/') || begins(s, n, "mailto:") ||
	    (n > 5 && s[4] == ':' && (s[0] | 0x20) == 'h') ||
	    (n > 6 && s[5] == ':' && (s[0] | 0x20) == 'h' && (s[4] | 0x20) == 's');
}

static bool
attribute(const struct check *c, const char *element, const char *name, const char *s, size_t n)
{
	if (strcmp(name, "class") == 0)
		return n > 0 && only(s, n, "- ");
	if (strcmp(name, "id") == 0)
		return begins(s, n, "s-") && only(s, n, "-");
	if (strcmp(name, "href") == 0)
		return strcmp(element, "a") == 0 && address(s, n);
	if (strcmp(name, "src") == 0)
		return strcmp(element, "img") == 0 && n > 1 && s[0] == '/' && address(s, n);
	if (strcmp(name, "title") == 0)
		return strcmp(element, "a") == 0 || strcmp(element, "img") == 0 ||
		    strcmp(element, "abbr") == 0;
	if (strcmp(name, "alt") == 0)
		return strcmp(element, "img") == 0;
	if (strcmp(name, "rel") == 0)
		return begins(s, n, "nofollow ugc noopener") && n == 21;
	if (strcmp(name, "data-lang") == 0)
		return only(s, n, "+#-_");
	if (strcmp(name, "loading") == 0 || strcmp(name, "decoding") == 0 ||
	    strcmp(name, "scope") == 0)
		return only(s, n, "");
	if (strcmp(name, "tabindex") == 0)
		return n == 1 && *s == '0';
	if (strcmp(element, "math") == 0 && strcmp(name, "alttext") == 0)
		return true;
	if (strcmp(element, "math") == 0 && strcmp(name, "display") == 0)
		return begins(s, n, "block");
	if (c->in_math && listed(mathml, name)) {
		for (; n > 0; n--, s++)
			if (!isalnum((unsigned char)*s) && strchr(".%+- ", *s) == NULL)
				return false;
		return true;
	}
	return listed(" width height colspan rowspan start ", name) && n > 0 && n < 11 &&
	    strspn(s, "0123456789") >= n;
}

static bool
name(struct check *c, char *to)
{
	size_t n = 0;

	while (islower((unsigned char)*c->p) || isdigit((unsigned char)*c->p) || *c->p == '-') {
		if (n == NAME - 1)
			return false;
		to[n++] = *c->p++;
	}
	to[n] = '\0';
	return n > 0;
}

static bool
start_tag(struct check *c)
{
	char element[NAME], key[NAME];
	const char *value;

	if (!name(c, element) || !listed(elements, element))
		return false;
	while (*c->p == ' ') {
		c->p++;
		if (!name(c, key) || *c->p++ != '=' || *c->p++ != '"')
			return false;
		value = c->p;
		c->p += strcspn(c->p, "\"<>");
		if (*c->p != '"' || !attribute(c, element, key, value, (size_t)(c->p - value)))
			return false;
		c->p++;
	}
	if (*c->p++ != '>')
		return false;
	if (listed(voids, element))
		return true;
	c->in_math = c->in_math || strcmp(element, "math") == 0;
	if (c->depth == DEPTH)
		return false;
	memcpy(c->open[c->depth++], element, NAME);
	return true;
}

static bool
end_tag(struct check *c)
{
	char element[NAME];

	if (!name(c, element) || *c->p++ != '>' || c->depth == 0 ||
	    strcmp(c->open[--c->depth], element) != 0)
		return false;
	if (strcmp(element, "math") == 0)
		c->in_math = false;
	return true;
}

bool
html_check(const char *html, char *reason, size_t size)
{
	struct check c = { .p = html, .start = html };
	const char *at;

	while (*(at = c.p) != '\0') {
		if (*c.p == '<') {
			c.p++;
			if (*c.p == '/' ? (c.p++, !end_tag(&c)) : !start_tag(&c))
				break;
		} else if (*c.p == '>' || ((unsigned char)*c.p < 0x20 && *c.p != '\n' && *c.p != '\t')) {
			break;
		} else {
			c.p++;
		}
	}
	if (*at == '\0' && c.depth == 0)
		return true;
	snprintf(reason, size, "%s at %zu: \xE2\x80\xA6%.80s", c.depth > 0 && *at == '\0'
	    ? "not closed" : "not allowed", (size_t)(at - html), at);
	return false;
}

size_t
html_count(const char *html, const char *what)
{
	size_t n = 0;

	for (; (html = strstr(html, what)) != NULL; html += strlen(what))
		n++;
	return n;
}
