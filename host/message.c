/*
 * Message catalogue: messages/<locale>.msg, lines `key = text`, read before
 * fork, found by bisection. Also expands {{key name=expression}} in template
 * source, once per language, when a template is parsed.
 */
#include "message.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view.h"

#define LOCALE_MAX 8

struct message {
	const char *key, *text;
};

struct catalogue {
	char locale[16];
	char *source;
	struct message *items;
	size_t n;
};

static struct catalogue catalogues[LOCALE_MAX];
static size_t catalogue_count;

static int
message_compare(const void *a, const void *b)
{
	return strcmp(((const struct message *)a)->key, ((const struct message *)b)->key);
}

static char *
file_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char *data = NULL;
	size_t size = 0, n;

	if (f == NULL)
		return NULL;
	for (;;) {
		char *more = realloc(data, size + 65536);

		if (more == NULL)
			break;
		data = more;
		n = fread(data + size, 1, 65535, f);
		size += n;
		data[size] = '\0';
		if (n == 0)
			break;
	}
	fclose(f);
	return data;
}

/* Cuts blanks at both ends, in place. */
static char *
trim(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = '\0';
	return s;
}

static bool
catalogue_parse(struct catalogue *c, const char *path, char *reason, size_t size)
{
	size_t line = 0, room = 0;
	char *next;

	for (char *p = c->source; p != NULL; p = next) {
		char *equals, *text;

		line++;
		next = strchr(p, '\n');
		if (next != NULL)
			*next++ = '\0';
		text = trim(p);
		if (*text == '\0' || *text == '#')
			continue;
		equals = strchr(text, '=');
		if (equals == NULL) {
			snprintf(reason, size, "%s:%zu: expected `key = text`", path, line);
			return false;
		}
		*equals = '\0';
		if (c->n == room) {
			struct message *more;

			room = room == 0 ? 512 : room * 2;
			more = realloc(c->items, room * sizeof(*more));
			if (more == NULL)
				abort();
			c->items = more;
		}
		c->items[c->n++] = (struct message){ trim(text), trim(equals + 1) };
	}
	qsort(c->items, c->n, sizeof(*c->items), message_compare);
	for (size_t i = 1; i < c->n; i++)
		if (strcmp(c->items[i - 1].key, c->items[i].key) == 0) {
			snprintf(reason, size, "%s: key %s stands twice", path, c->items[i].key);
			return false;
		}
	return true;
}

static char *retired[LOCALE_MAX];

bool
message_load(const char *dir, char *reason, size_t size)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	bool ok = true;

	if (d == NULL) {
		snprintf(reason, size, "cannot open message folder %s", dir);
		return false;
	}
	/* In development this happens in the middle of a request, whose page holds
	 * texts already: the sources live until the next time. */
	for (size_t i = 0; i < catalogue_count; i++) {
		free(retired[i]);
		retired[i] = catalogues[i].source;
		free(catalogues[i].items);
		catalogues[i] = (struct catalogue){ 0 };
	}
	catalogue_count = 0;
	while (ok && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');
		struct catalogue *c;
		char path[1024];

		if (dot == NULL || strcmp(dot, ".msg") != 0 || catalogue_count == LOCALE_MAX)
			continue;
		c = &catalogues[catalogue_count++];
		snprintf(c->locale, sizeof(c->locale), "%.*s", (int)(dot - e->d_name), e->d_name);
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		c->source = file_read(path);
		if (c->source == NULL) {
			snprintf(reason, size, "cannot read %s", path);
			ok = false;
		} else {
			ok = catalogue_parse(c, path, reason, size);
		}
	}
	closedir(d);
	if (ok && message_locale("en-ZA") == NULL) {
		snprintf(reason, size, "%s: en-ZA.msg is missing", dir);
		ok = false;
	}
	return ok;
}

static const char *
catalogue_text(const struct catalogue *c, const char *key)
{
	struct message want = { key, NULL };
	const struct message *m = c->n == 0 ? NULL
	    : bsearch(&want, c->items, c->n, sizeof(*c->items), message_compare);

	return m == NULL ? NULL : m->text;
}

const char *
message_find(const char *locale, const char *key)
{
	const char *text = NULL;

	for (size_t i = 0; i < catalogue_count && text == NULL; i++)
		if (strcmp(catalogues[i].locale, locale) == 0)
			text = catalogue_text(&catalogues[i], key);
	if (text == NULL && strcmp(locale, "en-ZA") != 0)
		return message_find("en-ZA", key);
	return text;
}

const char *
message_text(const char *locale, const char *key)
{
	const char *text = message_find(locale, key);

	return text == NULL ? key : text;
}

const char *
message_locale(const char *wanted)
{
	size_t n = strcspn(wanted, "-_");

	for (size_t i = 0; i < catalogue_count; i++)
		if (strcmp(catalogues[i].locale, wanted) == 0)
			return catalogues[i].locale;
	for (size_t i = 0; i < catalogue_count; i++)
		if (strncmp(catalogues[i].locale, wanted, n) == 0 && catalogues[i].locale[n] == '-')
			return catalogues[i].locale;
	return NULL;
}

size_t
message_locales(const char **out, size_t max)
{
	size_t n = catalogue_count < max ? catalogue_count : max;

	for (size_t i = 0; i < n; i++)
		out[i] = catalogues[i].locale;
	return n;
}

/* ---- {{…}} in template source ------------------------------------------ */

struct token {
	bool plain;
	char key[96];
	size_t n;
	struct { char name[32]; char expression[160]; } args[6];
};

static bool
token_parse(const char *s, size_t size, struct token *t)
{
	char text[512], *p, *word;

	*t = (struct token){ 0 };
	if (size >= sizeof(text))
		return false;
	memcpy(text, s, size);
	text[size] = '\0';
	p = text;
	while ((word = strsep(&p, " \t\n")) != NULL) {
		char *equals = strchr(word, '=');

		if (*word == '\0')
			continue;
		if (t->key[0] == '\0') {
			snprintf(t->key, sizeof(t->key), "%s", word);
			continue;
		}
		if (equals == NULL || t->n == sizeof(t->args) / sizeof(t->args[0]))
			return false;
		*equals = '\0';
		snprintf(t->args[t->n].name, sizeof(t->args[0].name), "%s", word);
		snprintf(t->args[t->n++].expression, sizeof(t->args[0].expression), "%s", equals + 1);
	}
	return t->key[0] != '\0';
}

static const char *
token_argument(const struct token *t, const char *name, size_t size)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->args[i].name) == size && memcmp(t->args[i].name, name, size) == 0)
			return t->args[i].expression;
	return NULL;
}

/* Inside a tag ("{{key}}" as a macro's argument) the text is a string literal,
 * which is escaped when it is printed: no marks, no values, typographic quotes. */
static void
text_write_literal(FILE *out, const char *text)
{
	bool open = true;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"') {
			fputs(open ? "\xe2\x80\x9c" : "\xe2\x80\x9d", out);
			open = !open;
		} else if (*p == '?' && p[1] == '>') {
			fputc('?', out);
			p++;
		} else {
			fputc(*p, out);
		}
	}
}

/* Catalogue text as template text: escaped for HTML unless the template is a
 * plain text (a mail's), {name} as a variable. */
static void
text_write(FILE *out, const char *text, const struct token *t)
{
	for (const char *p = text; *p != '\0'; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const char *expression = end == NULL ? NULL
		    : token_argument(t, p + 1, (size_t)(end - p - 1));

		if (expression != NULL) {
			/* A count is shown grouped: its .text leaf. */
			fprintf(out, "<?cs var:%s ?>", expression);
			p = end;
			continue;
		}
		switch (t->plain ? 0 : *p) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*p, out);
		}
	}
}

/* Constants cost nothing when a page is rendered: an icon as a variable was
 * a thousand instructions, and a list has dozens. */
static struct constant {
	char key[40], value[160];
} constants[32];
static size_t constant_count;

void
message_constant(const char *key, const char *value)
{
	size_t i = 0;

	while (i < constant_count && strcmp(constants[i].key, key) != 0)
		i++;
	if (i == sizeof(constants) / sizeof(constants[0]))
		return;
	if (i == constant_count)
		constant_count++;
	snprintf(constants[i].key, sizeof(constants[i].key), "%s", key);
	snprintf(constants[i].value, sizeof(constants[i].value), "%s", value);
}

static const char *
constant_value(const char *key)
{
	for (size_t i = 0; i < constant_count; i++)
		if (strcmp(constants[i].key, key) == 0)
			return constants[i].value;
	/* Without a built folder (tests): the names as they are in the source. */
	if (strcmp(key, "asset.icons") == 0)
		return "/static/img/icons.svg";
	if (strcmp(key, "asset.css") == 0)
		return "/static/css/app.css";
	return strcmp(key, "asset.js") == 0 ? "/static/js/app.js" : NULL;
}

/* {{asset.…}} and {{icon.…}}; an icon cannot stand inside a tag. */
static bool
constant_write(FILE *out, const struct token *t, bool in_tag, bool *ok)
{
	bool icon = strncmp(t->key, "icon.", 5) == 0;
	const char *value;

	if (!icon && strncmp(t->key, "asset.", 6) != 0)
		return false;
	value = constant_value(icon ? "asset.icons" : t->key);
	*ok = value != NULL && t->n == 0 && !(icon && in_tag);
	if (*ok && icon)
		fprintf(out, "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"%s#%s\"/></svg>",
		    value, t->key + 5);
	else if (*ok)
		fputs(value, out);
	return true;
}

static bool
token_write(FILE *out, const char *locale, const struct token *t, bool in_tag)
{
	char plural[128];
	const char *text = message_find(locale, t->key), *one, *other, *n;
	bool ok;

	if (constant_write(out, t, in_tag, &ok))
		return ok;
	if (in_tag) {
		if (text != NULL)
			text_write_literal(out, text);
		return text != NULL && t->n == 0;
	}
	if (text != NULL) {
		text_write(out, text, t);
		return true;
	}
	n = token_argument(t, "n", 1);
	snprintf(plural, sizeof(plural), "%s.one", t->key);
	one = message_find(locale, plural);
	snprintf(plural, sizeof(plural), "%s.other", t->key);
	other = message_find(locale, plural);
	if (one == NULL || other == NULL || n == NULL)
		return false;
	fprintf(out, "<?cs if:#%s == #1 ?>", n);
	text_write(out, one, t);
	fputs("<?cs else ?>", out);
	text_write(out, other, t);
	fputs("<?cs /if ?>", out);
	return true;
}

/* Is the place inside <?cs … ?>? Follows the tags from `p` on. */
static bool
tag_open(const char *p, const char *place, bool open)
{
	while (p < place) {
		const char *mark = open ? "?>" : "<?cs";
		const char *found = strstr(p, mark);

		if (found == NULL || found >= place)
			return open;
		p = found + strlen(mark);
		open = !open;
	}
	return open;
}

char *
message_expand(const char *source, const char *locale, bool plain, char *reason, size_t size)
{
	char *result = NULL;
	size_t result_size;
	FILE *out = open_memstream(&result, &result_size);
	bool ok = out != NULL, in_tag = false;

	for (const char *p = source; ok && *p != '\0';) {
		const char *open = strstr(p, "{{"), *close;
		struct token t;

		if (open == NULL) {
			fputs(p, out);
			break;
		}
		fwrite(p, 1, (size_t)(open - p), out);
		in_tag = tag_open(p, open, in_tag);
		if (strncmp(open, "{{!--", 5) == 0) {
			close = strstr(open, "--}}");
			ok = close != NULL;
			p = ok ? close + 4 : p;
			continue;
		}
		close = strstr(open, "}}");
		ok = close != NULL && token_parse(open + 2, (size_t)(close - open - 2), &t);
		if (!ok) {
			snprintf(reason, size, "bad message reference near `%.40s`", open);
		} else if (t.plain = plain, !token_write(out, locale, &t, in_tag)) {
			snprintf(reason, size, "message `%s` is missing in en-ZA.msg%s", t.key,
			    in_tag ? " or has values inside a tag" : "");
			ok = false;
		} else {
			p = close + 2;
		}
	}
	if (out != NULL)
		fclose(out);
	if (ok)
		return result;
	free(result);
	return NULL;
}
