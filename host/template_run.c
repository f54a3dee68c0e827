/*
 * Runs the code of a template: texts, variables with their escape, each, loop,
 * if and macros. template_value.c has what names and expressions mean.
 */
#include "template_value.h"

#define CALLS 64

/* ---- output ---- */

/* buffer_add() for pieces that are many and small. */
static inline void
add(struct buffer *b, const char *text, size_t size)
{
	if (size > b->capacity - b->size) {
		buffer_add(b, text, size);
		return;
	}
	memcpy(b->data + b->size, text, size);
	b->size += size;
}

/* As neos_html_escape(): entities, and no carriage returns. */
static const char *
entity_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return "";
	}
}

static void
html_add(struct buffer *b, const char *s)
{
	static const bool stops[256] = { ['\0'] = true, ['&'] = true, ['<'] = true, ['>'] = true,
		['"'] = true, ['\''] = true, ['\r'] = true };
	const char *run = s;

	for (;; run = ++s) {
		while (!stops[(unsigned char)*s])
			s++;
		add(b, run, (size_t)(s - run));
		if (*s == '\0')
			return;
		buffer_str(b, entity_of(*s));
	}
}

static void
escaped_add(struct run *r, NEOS_ESCAPE escape, const char *s)
{
	char *result = NULL;
	NEOERR *err;

	if (escape == NEOS_ESCAPE_HTML) {
		html_add(r->out, s);
		return;
	}
	if (escape == NEOS_ESCAPE_NONE) {
		buffer_str(r->out, s);
		return;
	}
	arena_heap(r->arena);
	err = neos_var_escape(escape, s, &result);
	arena_heap(NULL);
	if (err != STATUS_OK) {
		nerr_ignore(&err);
		r->failed = true;
	} else if (result != NULL) {
		buffer_str(r->out, result);
	}
}

static void
number_add(struct buffer *b, long number)
{
	char text[24], *p = text + sizeof(text);
	unsigned long rest = number < 0 ? 0 - (unsigned long)number : (unsigned long)number;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*--p = '-';
	add(b, p, (size_t)(text + sizeof(text) - p));
}

/* ---- steps ---- */

static void steps(struct run *, const struct step *);

static struct local *
bind(struct run *r, unsigned name)
{
	struct local *l;

	if (r->count == LOCALS) {
		r->failed = true;
		r->count--;
	}
	l = &r->locals[r->count++];
	*l = (struct local){ .name = name };
	return l;
}

static void
step_var(struct run *r, const struct step *s)
{
	const char *text;
	struct value v;

	if (s->expr->kind == EXPR_NAME) {
		text = path_text(r, &s->expr->path);
	} else {
		v = expr_value(r, s->expr);
		if (v.is_number) {
			number_add(r->out, v.number);
			return;
		}
		text = value_text(r, &v);
	}
	if (text == NULL)
		return;
	if (s->expr->escaped)
		buffer_str(r->out, text);
	else
		escaped_add(r, s->escape == NEOS_ESCAPE_UNDEF ? r->escape : s->escape, text);
}

static void
step_each(struct run *r, const struct step *s)
{
	struct value v = expr_value(r, s->expr);
	HDF *node = value_node(r, &v);
	unsigned count = r->count;
	bool first = true;

	for (HDF *c = node == NULL ? NULL : node->child; c != NULL && !r->failed; c = c->next) {
		struct local *l = bind(r, s->name);

		l->node = c;
		l->first = first;
		first = false;
		steps(r, s->yes);
		r->count = count;
	}
}

static void
step_loop(struct run *r, const struct step *s)
{
	const struct expr *e = s->expr;
	long range[3] = { 0, 0, 1 }, n = 0;
	unsigned count = r->count;
	struct value v;

	if (e->next == NULL) {
		v = expr_value(r, e);
		range[1] = value_number(r, &v);
	} else {
		for (; e != NULL && n < 3; e = e->next) {
			v = expr_value(r, e);
			range[n++] = value_number(r, &v);
		}
	}
	if (range[2] == 0)
		return;
	for (long i = range[0]; (range[2] > 0 ? i <= range[1] : i >= range[1]) && !r->failed;
	    i += range[2]) {
		struct local *l = bind(r, s->name);

		l->kind = LOCAL_NUMBER;
		l->number = i;
		l->first = i == range[0];
		l->last = range[2] > 0 ? i > range[1] - range[2] : i < range[1] - range[2];
		steps(r, s->yes);
		r->count = count;
	}
}

/* An argument that is a name is bound to the node, a text to the text. */
static void
argument(struct run *r, struct local *l, const struct expr *e)
{
	struct value v = expr_value(r, e);
	const struct local *other;

	l->first = l->last = true;
	if (e->kind == EXPR_NAME_NUMBER)
		v = (struct value){ .is_name = true, .path = &e->path };
	if (v.is_number) {
		l->kind = LOCAL_NUMBER;
		l->number = v.number;
		return;
	}
	if (!v.is_name) {
		l->kind = LOCAL_TEXT;
		l->text = v.text;
		return;
	}
	other = value_local(r, &v);
	if (other != NULL && other->kind != LOCAL_NODE) {
		l->kind = other->kind;
		l->text = other->text;
		l->number = other->number;
		return;
	}
	l->kind = LOCAL_NODE;
	l->node = v.path != NULL ? path_node(r, v.path, other) : made_node(r, v.text, other);
}

static void
step_call(struct run *r, const struct step *s)
{
	const struct macro *m = s->macro;
	NEOS_ESCAPE before = r->escape;
	unsigned count = r->count, i = 0;

	if (r->calls == CALLS || count + m->count > LOCALS) {
		r->failed = true;
		return;
	}
	for (const struct expr *e = s->expr; e != NULL; e = e->next, i++) {
		struct local l = { .name = m->names[i] };

		/* All are evaluated before any is seen. */
		argument(r, &l, e);
		r->locals[count + i] = l;
	}
	r->count = count + i;
	if (s->escape != NEOS_ESCAPE_UNDEF)
		r->escape = s->escape;
	r->calls++;
	steps(r, m->body);
	r->calls--;
	r->escape = before;
	r->count = count;
}

static void
steps(struct run *r, const struct step *s)
{
	for (; s != NULL && !r->failed; s = s->next)
		switch (s->kind) {
		case STEP_TEXT:
			add(r->out, s->text, s->size);
			break;
		case STEP_VAR:
			step_var(r, s);
			break;
		case STEP_IF:
			steps(r, expr_true(r, s->expr) ? s->yes : s->no);
			break;
		case STEP_EACH:
			step_each(r, s);
			break;
		case STEP_LOOP:
			step_loop(r, s);
			break;
		case STEP_CALL:
			step_call(r, s);
			break;
		case STEP_BLOCK:
			steps(r, s->yes);
			break;
		}
}

bool
template_run(const struct template_code *code, HDF *root, struct buffer *b)
{
	struct run r;

	r.code = code;
	r.root = root;
	r.out = b;
	r.arena = b->arena;
	r.escape = NEOS_ESCAPE_HTML;
	r.count = r.calls = 0;
	r.failed = false;
	steps(&r, code->first);
	return !r.failed;
}
