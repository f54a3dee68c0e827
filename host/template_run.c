/*
 * Runs the code of a template. Names mean what they mean in ClearSilver: first
 * what the each, loop and macro around has bound (the innermost first, also
 * that of the caller), else a path from the root of the request's tree.
 */
#include "template_code.h"

#include <stdlib.h>
#include <string.h>

#define LOCALS 96
#define CALLS 64

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

/* ---- names ---- */

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

static HDF *
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

static const struct local *
value_local(const struct run *r, const struct value *v)
{
	return v->path != NULL ? local_of(r, v->path->head)
	    : local_named(r, v->text, strcspn(v->text, "."));
}

static HDF *
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

static const char *
local_text(struct run *r, const struct local *l)
{
	return l->kind == LOCAL_TEXT ? l->text : number_text(r, l->number);
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

static const char *
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

static long
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

static struct value eval(struct run *, const struct expr *);

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
	struct value base = eval(r, e->left), index;
	const char *key = e->text, *name = made_name(r, &base);

	if (e->kind == EXPR_INDEX) {
		index = eval(r, e->right);
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
static bool
eval_true(struct run *r, const struct expr *e)
{
	struct value v;

	if (e->kind == EXPR_NAME)
		return text_true(path_text(r, &e->path));
	if (e->kind == EXPR_NOT)
		return !eval_true(r, e->left);
	if (e->kind == EXPR_AND)
		return eval_true(r, e->left) && eval_true(r, e->right);
	if (e->kind == EXPR_OR)
		return eval_true(r, e->left) || eval_true(r, e->right);
	if (e->kind == EXPR_EQUAL && e->left->kind == EXPR_NAME && e->right->kind == EXPR_TEXT) {
		const char *s = path_text(r, &e->left->path);

		return s != NULL && strcmp(s, e->right->text) == 0;
	}
	v = eval(r, e);
	return value_true(r, &v);
}

static struct value
eval_binary(struct run *r, const struct expr *e)
{
	struct value a, b;

	if (e->kind == EXPR_AND || e->kind == EXPR_OR)
		return number_value(eval_true(r, e));
	a = eval(r, e->left);
	b = eval(r, e->right);
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
	struct value v = eval(r, e->left), from = eval(r, e->left->next), to = eval(r, e->left->next->next);
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
	struct value v = eval(r, e->left);
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

static struct value
eval(struct run *r, const struct expr *e)
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
		return number_value(!eval_true(r, e->left));
	case EXPR_EXISTS:
		v = eval(r, e->left);
		return number_value(v.is_number || value_text(r, &v) != NULL);
	case EXPR_AS_NUMBER:
		v = eval(r, e->left);
		return number_value(value_number(r, &v));
	case EXPR_SUBCOUNT:
		v = eval(r, e->left);
		return number_value(subcount(r, &v));
	case EXPR_LENGTH:
		v = eval(r, e->left);
		s = value_text(r, &v);
		return number_value(s == NULL ? 0 : (long)strlen(s));
	default:
		return eval_binary(r, e);
	}
}

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
		v = eval(r, s->expr);
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
	struct value v = eval(r, s->expr);
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
		v = eval(r, e);
		range[1] = value_number(r, &v);
	} else {
		for (; e != NULL && n < 3; e = e->next) {
			v = eval(r, e);
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
	struct value v = eval(r, e);
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
			steps(r, eval_true(r, s->expr) ? s->yes : s->no);
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
