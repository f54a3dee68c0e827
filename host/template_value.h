/*
 * template_value.h: names and values while a template runs; for template_run.c
 * and template_value.c only. Names mean what they mean in ClearSilver: first
 * what the each, loop and macro around has bound (the innermost first, also
 * that of the caller), else a path from the root of the request's tree.
 */
#ifndef HOST_TEMPLATE_VALUE_H
#define HOST_TEMPLATE_VALUE_H

#include <string.h>

#include "template_code.h"

#define LOCALS 96

enum local_kind { LOCAL_NODE, LOCAL_TEXT, LOCAL_NUMBER };

struct local {
	unsigned name;
	enum local_kind kind;
	bool first, last;
	HDF *node;
	const char *text;
	long number;
};

struct run {
	const struct template_code *code;
	HDF *root;
	struct buffer *out;
	struct arena *arena;
	NEOS_ESCAPE escape; /* of variables in macros: that of the place of the call */
	unsigned count, calls;
	bool failed;
	struct local locals[LOCALS];
};

/* A name is not looked up before it is needed. One that was put together at run
 * time ("page.errors.email.text") has no path; its text is the name. */
struct value {
	bool is_number, is_name;
	const char *text;
	long number;
	const struct path *path;
};

/* template_value.c. Texts live in the arena or in the tree; NULL: there is no
 * such thing. Names that are not bound have no local. */
struct value expr_value(struct run *, const struct expr *);
bool expr_true(struct run *, const struct expr *);
const char *value_text(struct run *, const struct value *);
long value_number(struct run *, const struct value *);
const struct local *value_local(const struct run *, const struct value *);
HDF *value_node(const struct run *, const struct value *);
HDF *made_node(const struct run *, const char *name, const struct local *);
const char *local_text(struct run *, const struct local *); /* not of a node */

/* ---- the way of almost every value ---- */

static inline HDF *
child_of(const HDF *node, const char *name, int size)
{
	HDF *c = node->child;

	while (c != NULL && !(c->name_len == size && c->name[0] == name[0] &&
	    memcmp(c->name, name, (size_t)size) == 0))
		c = c->next;
	return c;
}

static inline const struct local *
local_of(const struct run *r, unsigned name)
{
	if (!r->code->heads[name].local)
		return NULL;
	for (unsigned i = r->count; i > 0; i--)
		if (r->locals[i - 1].name == name)
			return &r->locals[i - 1];
	return NULL;
}

static inline HDF *
path_node(const struct run *r, const struct path *p, const struct local *l)
{
	const struct part *part = p->parts, *end = part + p->count;
	HDF *node = l != NULL ? l->node
	    : child_of(r->root, r->code->heads[p->head].name.text, r->code->heads[p->head].name.size);

	for (; part < end && node != NULL; part++)
		node = child_of(node, part->text, part->size);
	return node;
}

/* NULL: there is no such thing. A member of a bound text is the text. */
static inline const char *
path_text(struct run *r, const struct path *p)
{
	const struct local *l = local_of(r, p->head);
	const HDF *node;

	if (l != NULL && l->kind != LOCAL_NODE)
		return local_text(r, l);
	node = path_node(r, p, l);
	return node == NULL ? NULL : node->value;
}

#endif
