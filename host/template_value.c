/*
 * Values of a template's expressions: names are looked up when they are needed,
 * arithmetic and comparison are ClearSilver's.
 */
#include <stdlib.h>

#include "template_value.h"

/* ---- names ---- */

static const struct local *
local_named(const struct run *r, const char *name, size_t size)
{
	for (unsigned i = r->count; i > 0; i--) {
		const struct part *p = &r->code->heads[r->locals[i - 1].name].name;

		if ((size_t)p->size == size && memcmp(p->text, name, size) == 0)
			return &r->locals[i - 1];
	}
	return NULL;
}

HDF *
made_node(const struct run *r, const char *name, const struct local *l)
{
	size_t n = strcspn(name, ".");
	HDF *node = l != NULL ? l->node : child_of(r->root, name, (int)n);

	while (node != NULL && name[n] == '.') {
		name += n + 1;
		n = strcspn(name, ".");
		node = child_of(node, name, (int)n);
	}
	return node;
}

const struct local *
value_local(const struct run *r, const struct value *v)
{
	return v->path != NULL ? local_of(r, v->path->head)
	    : local_named(r, v->text, strcspn(v->text, "."));
}

HDF *
value_node(const struct run *r, const struct value *v)
{
	const struct local *l = value_local(r, v);

	if (l != NULL && l->kind != LOCAL_NODE)
		return NULL;
	return v->path != NULL ? path_node(r, v->path, l) : made_node(r, v->text, l);
}

/* ---- values as texts, numbers, truths ---- */

static const char *
number_text(struct run *r, long number)
{
	return arena_printf(r->arena, "%ld", number);
}

const char *
local_text(struct run *r, const struct local *l)
{
	return l->kind == LOCAL_TEXT ? l->text : number_text(r, l->number);
}

const char *
value_text(struct run *r, const struct value *v)
{
	const struct local *l;
	const HDF *node;

	if (v->is_number)
		return number_text(r, v->number);
	if (!v->is_name)
		return v->text;
	if (v->path != NULL)
		return path_text(r, v->path);
	l = value_local(r, v);
	if (l != NULL && l->kind != LOCAL_NODE)
		return local_text(r, l);
	node = made_node(r, v->text, l);
	return node == NULL ? NULL : node->value;
}

/* The decimal number at the beginning, as atoi(). */
static long
text_number(const char *s)
{
	long n = 0;

	if (s == NULL || *s == '\0')
		return 0;
	/* Values of the view are short plain digits. */
	for (unsigned i = 0; i < 18 && s[i] >= '0' && s[i] <= '9'; i++) {
		n = n * 10 + (s[i] - '0');
		if (s[i + 1] == '\0')
			return n;
	}
	return strtol(s, NULL, 10);
}

long
value_number(struct run *r, const struct value *v)
{
	return v->is_number ? v->number : text_number(value_text(r, v));
}

/* A text that is a number is true when it is not 0; any other when not empty. */
static bool
text_true(const char *s)
{
	char *end;
	long n;

	if (s == NULL || *s == '\0')
		return false;
	/* What begins like this is either no number, or one that is not 0. */
	if ((unsigned char)*s > '0')
		return true;
	if (s[0] == '0' && s[1] == '\0')
		return false;
	n = strtol(s, &end, 0);
	return *end == '\0' ? n != 0 : true;
}

static bool
value_true(struct run *r, const struct value *v)
{
	return v->is_number ? v->number != 0 : text_true(value_text(r, v));
}

/* ---- expressions ---- */

static struct value
number_value(long n)
{
	return (struct value){ .is_number = true, .number = n };
}

static const char *
made_name(struct run *r, const struct value *v)
{
	struct buffer b;

	if (v->path == NULL)
		return v->text;
	buffer_init(&b, r->arena, 64);
	buffer_add(&b, r->code->heads[v->path->head].name.text,
	    (size_t)r->code->heads[v->path->head].name.size);
	for (unsigned i = 0; i < v->path->count; i++) {
		buffer_char(&b, '.');
		buffer_add(&b, v->path->parts[i].text, (size_t)v->path->parts[i].size);
	}
	return buffer_text(&b);
}

static struct value
eval_made(struct run *r, const struct expr *e)
{
	struct value base = expr_value(r, e->left), index;
	const char *key = e->text, *name = made_name(r, &base);

	if (e->kind == EXPR_INDEX) {
		index = expr_value(r, e->right);
		key = value_text(r, &index);
	}
	if (key != NULL && *key != '\0')
		name = arena_printf(r->arena, "%s.%s", name, key);
	return (struct value){ .is_name = true, .text = name };
}

static bool
texts_equal(struct run *r, const struct value *a, const struct value *b)
{
	const char *s = value_text(r, a), *t = value_text(r, b);

	return s == NULL || t == NULL ? s == t : strcmp(s, t) == 0;
}

static long
arithmetic(enum expr_kind kind, long a, long b)
{
	switch (kind) {
	case EXPR_EQUAL: return a == b;
	case EXPR_UNEQUAL: return a != b;
	case EXPR_LESS: return a < b;
	case EXPR_MOST: return a <= b;
	case EXPR_MORE: return a > b;
	case EXPR_LEAST: return a >= b;
	case EXPR_ADD: return (long)((unsigned long)a + (unsigned long)b);
	case EXPR_SUBTRACT: return (long)((unsigned long)a - (unsigned long)b);
	case EXPR_MULTIPLY: return (long)((unsigned long)a * (unsigned long)b);
	case EXPR_DIVIDE: return b == -1 ? (long)(0 - (unsigned long)a) : a / b;
	case EXPR_REST: return b == -1 ? 0 : a % b;
	default: return 0;
	}
}

/* Most conditions are a name, or a name beside a text: without detours. */
bool
expr_true(struct run *r, const struct expr *e)
{
	struct value v;

	if (e->kind == EXPR_NAME)
		return text_true(path_text(r, &e->path));
	if (e->kind == EXPR_NOT)
		return !expr_true(r, e->left);
	if (e->kind == EXPR_AND)
		return expr_true(r, e->left) && expr_true(r, e->right);
	if (e->kind == EXPR_OR)
		return expr_true(r, e->left) || expr_true(r, e->right);
	if (e->kind == EXPR_EQUAL && e->left->kind == EXPR_NAME && e->right->kind == EXPR_TEXT) {
		const char *s = path_text(r, &e->left->path);

		return s != NULL && strcmp(s, e->right->text) == 0;
	}
	v = expr_value(r, e);
	return value_true(r, &v);
}

static struct value
eval_binary(struct run *r, const struct expr *e)
{
	struct value a, b;

	if (e->kind == EXPR_AND || e->kind == EXPR_OR)
		return number_value(expr_true(r, e));
	a = expr_value(r, e->left);
	b = expr_value(r, e->right);
	if (!e->left->numeric && !e->right->numeric)
		return number_value(texts_equal(r, &a, &b) == (e->kind == EXPR_EQUAL));
	return number_value(arithmetic(e->kind, value_number(r, &a), value_number(r, &b)));
}

static long
subcount(struct run *r, const struct value *v)
{
	const HDF *node = v->is_name ? value_node(r, v) : NULL;
	long n = 0;

	for (const HDF *c = node == NULL ? NULL : node->child; c != NULL; c = c->next)
		n++;
	return n;
}

static struct value
eval_slice(struct run *r, const struct expr *e)
{
	struct value v = expr_value(r, e->left), from = expr_value(r, e->left->next);
	struct value to = expr_value(r, e->left->next->next);
	const char *s = value_text(r, &v);
	long begin = value_number(r, &from), end = value_number(r, &to), size;

	if (s == NULL)
		return (struct value){ 0 };
	size = (long)strlen(s);
	if (begin < 0 && end == 0)
		end = size;
	if (begin < 0)
		begin += size;
	if (end < 0)
		end += size;
	if (end > size)
		end = size;
	if (begin < 0)
		begin = 0;
	return (struct value){ .text = begin >= end ? ""
	    : arena_strndup(r->arena, s + begin, (size_t)(end - begin)) };
}

/* A filter of ClearSilver: what it allocates comes from the arena. */
static struct value
eval_filter(struct run *r, const struct expr *e)
{
	struct value v = expr_value(r, e->left);
	const char *s = value_text(r, &v);
	char *result = NULL;
	NEOERR *err;

	if (s == NULL)
		return (struct value){ 0 };
	arena_heap(r->arena);
	err = e->filter(s, &result);
	arena_heap(NULL);
	if (err != STATUS_OK) {
		nerr_ignore(&err);
		r->failed = true;
	}
	return (struct value){ .text = result };
}

static struct value
eval_place(const struct run *r, const struct expr *e)
{
	const struct local *l = local_of(r, e->left->path.head);

	if (l == NULL)
		return number_value(0);
	if (e->kind == EXPR_FIRST)
		return number_value(l->first);
	return number_value(l->last || (l->kind == LOCAL_NODE && l->node != NULL && l->node->next == NULL));
}

struct value
expr_value(struct run *r, const struct expr *e)
{
	struct value v;
	const char *s;

	switch (e->kind) {
	case EXPR_TEXT:
		return (struct value){ .text = e->text };
	case EXPR_NUMBER:
		return number_value(e->number);
	case EXPR_NAME:
		return (struct value){ .is_name = true, .path = &e->path };
	case EXPR_NAME_NUMBER:
		return number_value(text_number(path_text(r, &e->path)));
	case EXPR_MEMBER:
	case EXPR_INDEX:
		return eval_made(r, e);
	case EXPR_SLICE:
		return eval_slice(r, e);
	case EXPR_FILTER:
		return eval_filter(r, e);
	case EXPR_FIRST:
	case EXPR_LAST:
		return eval_place(r, e);
	case EXPR_NOT:
		return number_value(!expr_true(r, e->left));
	case EXPR_EXISTS:
		v = expr_value(r, e->left);
		return number_value(v.is_number || value_text(r, &v) != NULL);
	case EXPR_AS_NUMBER:
		v = expr_value(r, e->left);
		return number_value(value_number(r, &v));
	case EXPR_SUBCOUNT:
		v = expr_value(r, e->left);
		return number_value(subcount(r, &v));
	case EXPR_LENGTH:
		v = expr_value(r, e->left);
		s = value_text(r, &v);
		return number_value(s == NULL ? 0 : (long)strlen(s));
	default:
		return eval_binary(r, e);
	}
}
