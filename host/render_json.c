/* A view as JSON text, and back (stored views of mails). */
#include "view_node.h"

#include <string.h>

#include "form.h"
#include "format.h"
#include "json.h"

/* Bytes of the UTF-8 sequence at p; 0 when it is none. */
static size_t
sequence(const char *p)
{
	size_t n = 0, most = strnlen(p, 4);

	while (n < most && !utf8_valid(p, ++n))
		;
	return utf8_valid(p, n) ? n : 0;
}

/* "<" is written escaped too, so that no reader can mistake text for markup. */
void
json_quote(struct buffer *b, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	const char *run = s, *p = s;

	buffer_char(b, '"');
	for (;; p++) {
		unsigned char c = (unsigned char)*p;
		size_t n = 1;

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<')
			continue;
		if (c >= 0x80 && (n = sequence(p)) > 0) {
			p += n - 1;
			continue;
		}
		buffer_add(b, run, (size_t)(p - run));
		run = p + 1;
		if (c == '\0')
			break;
		if (c == '"' || c == '\\') {
			buffer_char(b, '\\');
			buffer_char(b, (char)c);
		} else if (c == '\n') {
			buffer_add(b, "\\n", 2);
		} else if (n == 0) {
			buffer_add(b, "\xef\xbf\xbd", 3);
		} else {
			buffer_add(b, "\\u00", 4);
			buffer_char(b, hex[c >> 4]);
			buffer_char(b, hex[c & 15]);
		}
	}
	buffer_char(b, '"');
}

static void render_node(struct buffer *, const struct view *);

static void
render_children(struct buffer *b, const struct view *v)
{
	bool first = true;

	buffer_char(b, v->kind == VIEW_LIST ? '[' : '{');
	for (const struct view *c = view_first(v); c != NULL; c = view_next(c)) {
		if (c->page_only)
			continue;
		if (!first)
			buffer_char(b, ',');
		first = false;
		if (v->kind == VIEW_OBJECT) {
			json_quote(b, c->hdf.name);
			buffer_char(b, ':');
		}
		render_node(b, c);
	}
	buffer_char(b, v->kind == VIEW_LIST ? ']' : '}');
}

static void
render_node(struct buffer *b, const struct view *v)
{
	switch (v->kind) {
	case VIEW_NULL:
		buffer_add(b, "null", 4);
		break;
	case VIEW_STR:
	case VIEW_TIME:
	case VIEW_MARKUP:
		json_quote(b, v->hdf.value);
		break;
	case VIEW_INT:
		buffer_printf(b, "%lld", (long long)v->number);
		break;
	case VIEW_BOOL:
		buffer_str(b, v->number ? "true" : "false");
		break;
	case VIEW_MONEY:
		buffer_printf(b, "{\"amount\":%lld,\"currency\":", (long long)v->number);
		json_quote(b, v->currency);
		buffer_char(b, '}');
		break;
	case VIEW_OBJECT:
	case VIEW_LIST:
		render_children(b, v);
		break;
	}
}

void
render_json(struct buffer *b, const struct view *v)
{
	render_node(b, v);
}

/* "2026-11-21T12:00:00Z" as our own renderer wrote it, else 0. */
static int64_t
stored_time(const char *s)
{
	struct civil c = { 0 };
	int year;
	char end;

	if (strlen(s) != 20 || s[10] != 'T' || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%c", &year, &c.month,
	    &c.day, &c.hour, &c.minute, &c.second, &end) != 7 || end != 'Z')
		return 0;
	c.year = year;
	return civil_to_us(&c);
}

static void fill_value(struct view *, const char *key, struct json *);

static void
fill(struct view *v, struct json *o)
{
	for (size_t i = 0; i < json_length(o); i++)
		fill_value(v, json_key(o, i), json_at(o, i));
}

static void
fill_list(struct view *list, struct json *a)
{
	for (size_t i = 0; i < json_length(a); i++) {
		struct json *item = json_at(a, i);

		if (json_kind(item) == JSON_OBJECT)
			fill(view_item(list), item);
		else
			view_item_str(list, json_text(item, ""));
	}
}

static void
fill_value(struct view *v, const char *key, struct json *value)
{
	int64_t us;

	switch (json_kind(value)) {
	case JSON_OBJECT:
		if (json_length(value) == 2 && json_get(value, "amount") && json_get(value, "currency"))
			view_money(v, key, json_int(json_get(value, "amount"), 0),
			    json_text(json_get(value, "currency"), ""));
		else
			fill(view_obj(v, key), value);
		break;
	case JSON_ARRAY:
		fill_list(view_list(v, key), value);
		break;
	case JSON_STRING:
		us = stored_time(json_text(value, ""));
		if (us != 0)
			view_time(v, key, us);
		else
			view_str(v, key, json_text(value, ""));
		break;
	case JSON_NUMBER:
		view_int(v, key, json_int(value, 0));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		view_bool(v, key, json_bool(value, false));
		break;
	case JSON_NULL:
		view_str(v, key, NULL);
		break;
	}
}

/* Depth is bounded by the JSON reader. */
struct view *
view_from_json(struct arena *a, enum view_medium medium, const char *locale, const char *zone,
    const char *text)
{
	struct view *v = view_new(a, medium, locale, zone);
	struct json *o = json_read(a, text, strlen(text), NULL, 0);

	if (json_kind(o) == JSON_OBJECT)
		fill(v, o);
	return v;
}
