/* bundle_yaml.c: the top level of a YAML mapping, by libyaml's events. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "bundle/bundle_part.h"

enum { YAML_BYTES = 256 * 1024, YAML_ENTRIES = 500, YAML_ITEMS = 2000, YAML_DEPTH = 50 };

struct walk {
	struct arena *arena;
	struct yaml_entry entries[YAML_ENTRIES + 1];
	size_t n;
	const char *key;           /* a value is awaited */
	const char **items;        /* of the list being read */
	size_t n_items;
	int depth;                 /* 1 = in the top mapping */
};

static void
add(struct walk *w, const char *value, const char *const *list)
{
	if (w->n < YAML_ENTRIES && w->key != NULL)
		w->entries[w->n++] = (struct yaml_entry){ .key = w->key, .value = value, .list = list };
	w->key = NULL;
}

static void
scalar(struct walk *w, const yaml_event_t *e)
{
	const char *text = arena_strndup(w->arena, (const char *)e->data.scalar.value,
	    e->data.scalar.length);

	if (w->depth == 1 && w->key == NULL)
		w->key = text;
	else if (w->depth == 1)
		add(w, strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ? "" : text, NULL);
	else if (w->depth == 2 && w->items != NULL && w->n_items < YAML_ITEMS)
		w->items[w->n_items++] = text;
}

static void
enter(struct walk *w, bool sequence)
{
	if (w->depth++ == 1 && sequence) {
		w->items = arena_alloc(w->arena, (YAML_ITEMS + 1) * sizeof *w->items);
		w->n_items = 0;
	}
}

static void
leave(struct walk *w)
{
	if (--w->depth == 1) {
		add(w, "", w->items == NULL ? NULL : bundle_list(w->arena, w->items, w->n_items));
		w->items = NULL;
	}
}

/* One event; false = the end. An error goes to `reason`. */
static bool
step(struct walk *w, yaml_parser_t *parser, char *reason, size_t size)
{
	yaml_event_t e;
	bool more = true;

	if (!yaml_parser_parse(parser, &e)) {
		snprintf(reason, size, "line %zu: %s", parser->problem_mark.line + 1,
		    parser->problem == NULL ? "not YAML" : parser->problem);
		return false;
	}
	switch (e.type) {
	case YAML_SCALAR_EVENT:
		scalar(w, &e);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		enter(w, e.type == YAML_SEQUENCE_START_EVENT);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		leave(w);
		break;
	case YAML_ALIAS_EVENT:
		snprintf(reason, size, "aliases are not allowed");
		more = false;
		break;
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_END_EVENT:
		more = false;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
		break;
	}
	if (w->depth > YAML_DEPTH) {
		snprintf(reason, size, "nested too deeply");
		more = false;
	}
	yaml_event_delete(&e);
	return more;
}

struct yaml_entry *
yaml_read(struct arena *arena, const char *text, char *reason, size_t size)
{
	struct walk *w = arena_alloc(arena, sizeof *w);
	yaml_parser_t parser;

	*reason = '\0';
	w->arena = arena;
	if (strlen(text) > YAML_BYTES || !yaml_parser_initialize(&parser)) {
		snprintf(reason, size, "too long");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	while (step(w, &parser, reason, size))
		;
	yaml_parser_delete(&parser);
	return *reason == '\0' ? w->entries : NULL;
}

static const struct yaml_entry *
find(const struct yaml_entry *e, const char *key)
{
	for (; e != NULL && e->key != NULL; e++)
		if (strcmp(e->key, key) == 0)
			return e;
	return NULL;
}

const char *
yaml_text(const struct yaml_entry *entries, const char *key, const char *dflt)
{
	const struct yaml_entry *e = find(entries, key);

	return e == NULL || e->list != NULL || *e->value == '\0' ? dflt : e->value;
}

const char *const *
yaml_list(const struct yaml_entry *entries, const char *key)
{
	static const char *const none[] = { NULL };
	const struct yaml_entry *e = find(entries, key);

	return e == NULL || e->list == NULL ? none : e->list;
}
