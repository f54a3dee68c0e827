/*
 * Makes the code of a template from ClearSilver's parse tree (cs.h: CSTREE and
 * CSARG are public). The numbers of the commands are not: they are read off a
 * small template of our own that has one of each.
 */
#include "template_code.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)16 * 1024)
#define DEPTH_MAX 200

struct block {
	struct block *older;
	size_t used, size;
	_Alignas(16) unsigned char data[];
};

/* What makes the code; bad = something unknown was met. */
struct maker {
	struct template_code *code;
	bool bad;
	unsigned depth;
};

static struct commands {
	bool known;
	int text, var, branch, other, each, define, call, loop, escape;
} commands;

/* ---- memory ---- */

static void *
take(struct template_code *c, size_t size)
{
	struct block *b = c->blocks;
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (b == NULL || b->size - b->used < size) {
		size_t room = size > BLOCK ? size : BLOCK;

		b = calloc(1, sizeof(*b) + room);
		if (b == NULL)
			abort();
		b->older = c->blocks;
		b->size = room;
		c->blocks = b;
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

void
template_code_free(struct template_code *c)
{
	while (c != NULL && c->blocks != NULL) {
		struct block *b = c->blocks;

		c->blocks = b->older;
		free(b);
	}
	if (c != NULL)
		free(c->heads);
	free(c);
}

/* ---- the numbers of the commands ---- */

static const CSTREE *
after_text(const CSTREE *t)
{
	while (t != NULL && t->cmd == commands.text)
		t = t->next;
	return t;
}

static void
commands_read(const CSTREE *t)
{
	int *const order[] = { &commands.define, &commands.var, &commands.branch, &commands.each,
		&commands.call, &commands.loop, &commands.escape };

	commands.text = t->cmd;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		t = after_text(t);
		if (t == NULL)
			return;
		*order[i] = t->cmd;
		if (order[i] == &commands.branch) {
			const CSTREE *other = after_text(t->case_1);

			if (other == NULL)
				return;
			commands.other = other->cmd;
		}
		t = t->next;
	}
	commands.known = true;
}

static bool
commands_known(void)
{
	static const char sample[] = "<?cs def:m(a) ?><?cs /def ?><?cs var:a ?><?cs if:a ?><?cs elif:b ?>"
	    "<?cs /if ?><?cs each:i = a ?><?cs /each ?><?cs call:m(a) ?><?cs loop:i = #0, #1 ?>"
	    "<?cs /loop ?><?cs escape:\"none\" ?><?cs /escape ?>";
	CSPARSE *parse = NULL;
	HDF *hdf = NULL;
	char *text;

	if (commands.known)
		return true;
	text = strdup(sample); /* the parser frees it */
	if (text != NULL && hdf_init(&hdf) == STATUS_OK && cs_init(&parse, hdf) == STATUS_OK &&
	    cs_parse_string(parse, text, strlen(text)) == STATUS_OK)
		commands_read(parse->tree);
	if (parse != NULL)
		cs_destroy(&parse);
	hdf_destroy(&hdf);
	return commands.known;
}

/* ---- names ---- */

static unsigned
head_add(struct template_code *c, const char *text, size_t size)
{
	struct head *h;

	for (unsigned i = 0; i < c->head_count; i++)
		if ((size_t)c->heads[i].name.size == size && memcmp(c->heads[i].name.text, text, size) == 0)
			return i;
	if (c->head_count == c->head_size) {
		c->head_size = c->head_size == 0 ? 32 : c->head_size * 2;
		c->heads = realloc(c->heads, c->head_size * sizeof(*c->heads));
		if (c->heads == NULL)
			abort();
	}
	h = &c->heads[c->head_count];
	*h = (struct head){ .name = { text, (int)size } };
	return c->head_count++;
}

static unsigned
head_local(struct template_code *c, const char *name)
{
	unsigned id = head_add(c, name, strlen(name));

	c->heads[id].local = true;
	return id;
}

static void
path_make(struct maker *m, struct path *path, const char *name)
{
	size_t n = strcspn(name, ".");
	struct part *parts;
	unsigned count = 0;

	path->head = head_add(m->code, name, n);
	for (const char *p = name + n; *p != '\0'; p++)
		count += *p == '.';
	parts = take(m->code, count * sizeof(*parts) + 1);
	path->parts = parts;
	path->count = count;
	for (const char *p = name + n; *p == '.'; p += n) {
		p++;
		n = strcspn(p, ".");
		*parts++ = (struct part){ p, (int)n };
	}
}

/* ---- expressions ---- */

static struct expr *expr_make(struct maker *, const CSARG *);

static struct expr *
arguments_make(struct maker *m, const CSARG *a)
{
	struct expr *first = NULL, **end = &first;

	for (; a != NULL && !m->bad; a = a->next) {
		*end = expr_make(m, a);
		if (*end == NULL)
			break;
		end = &(*end)->next;
	}
	return first;
}

static void
leaf_make(struct maker *m, struct expr *e, const CSARG *a)
{
	e->text = a->s;
	e->number = a->n;
	switch (a->op_type) {
	case CS_TYPE_STRING:
		e->kind = EXPR_TEXT;
		break;
	case CS_TYPE_NUM:
		e->kind = EXPR_NUMBER;
		break;
	case CS_TYPE_VAR:
	case CS_TYPE_VAR_NUM:
		e->kind = a->op_type == CS_TYPE_VAR ? EXPR_NAME : EXPR_NAME_NUMBER;
		path_make(m, &e->path, a->s);
		break;
	default:
		m->bad = true;
	}
	e->numeric = e->kind == EXPR_NUMBER || e->kind == EXPR_NAME_NUMBER;
}

static bool
is_name(const struct expr *e)
{
	return e != NULL && (e->kind == EXPR_NAME || e->kind == EXPR_INDEX || e->kind == EXPR_MEMBER);
}

static void
function_make(struct maker *m, struct expr *e, const CSARG *a)
{
	static const struct { const char *name; enum expr_kind kind; unsigned arguments; bool numeric; }
	known[] = { { "subcount", EXPR_SUBCOUNT, 1, true }, { "first", EXPR_FIRST, 1, true },
		{ "last", EXPR_LAST, 1, true }, { "string.slice", EXPR_SLICE, 3, false },
		{ "string.length", EXPR_LENGTH, 1, true } };
	unsigned n = 0;

	e->left = arguments_make(m, a->expr1);
	for (const struct expr *p = e->left; p != NULL; p = p->next)
		n++;
	e->escaped = (a->function->escape & NEOS_ESCAPE_FUNCTION) != 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(a->function->name, known[i].name) == 0) {
			e->kind = known[i].kind;
			e->numeric = known[i].numeric;
			m->bad |= n != known[i].arguments;
			/* Of a local name alone it is known whether it is the first. */
			if (e->kind == EXPR_FIRST || e->kind == EXPR_LAST)
				m->bad |= e->left == NULL || e->left->kind != EXPR_NAME ||
				    e->left->path.count > 0;
			return;
		}
	e->kind = EXPR_FILTER;
	e->filter = a->function->str_func;
	m->bad |= e->filter == NULL || n != 1 || e->left == NULL || e->left->numeric;
}

static enum expr_kind
binary_kind(struct maker *m, unsigned op)
{
	switch (op) {
	case CS_OP_AND: return EXPR_AND;
	case CS_OP_OR: return EXPR_OR;
	case CS_OP_EQUAL: return EXPR_EQUAL;
	case CS_OP_NEQUAL: return EXPR_UNEQUAL;
	case CS_OP_LT: return EXPR_LESS;
	case CS_OP_LTE: return EXPR_MOST;
	case CS_OP_GT: return EXPR_MORE;
	case CS_OP_GTE: return EXPR_LEAST;
	case CS_OP_ADD: return EXPR_ADD;
	case CS_OP_SUB: return EXPR_SUBTRACT;
	case CS_OP_MULT: return EXPR_MULTIPLY;
	case CS_OP_DIV: return EXPR_DIVIDE;
	case CS_OP_MOD: return EXPR_REST;
	default: m->bad = true; return EXPR_AND;
	}
}

static void
binary_make(struct maker *m, struct expr *e, const CSARG *a)
{
	bool numbers;

	e->left = expr_make(m, a->expr1);
	e->right = expr_make(m, a->expr2);
	if (m->bad)
		return;
	e->escaped = e->left->escaped || e->right->escaped;
	if (a->op_type == CS_OP_LBRACKET || a->op_type == CS_OP_DOT) {
		e->kind = a->op_type == CS_OP_DOT ? EXPR_MEMBER : EXPR_INDEX;
		m->bad |= !is_name(e->left) || (e->kind == EXPR_MEMBER && e->right->kind != EXPR_NAME);
		e->text = e->right->text;
		return;
	}
	e->kind = binary_kind(m, a->op_type);
	e->numeric = true;
	numbers = e->left->numeric || e->right->numeric;
	/* Texts are compared for equality only; a divisor must be a number that
	 * stands there. */
	if (!numbers)
		m->bad |= e->kind > EXPR_UNEQUAL;
	if (e->kind == EXPR_DIVIDE || e->kind == EXPR_REST)
		m->bad |= e->right->kind != EXPR_NUMBER || e->right->number == 0;
}

static struct expr *
expr_make(struct maker *m, const CSARG *a)
{
	struct expr *e = take(m->code, sizeof(*e));

	if (a == NULL || m->depth > DEPTH_MAX) {
		m->bad = true;
		return e;
	}
	m->depth++;
	if (a->op_type == CS_OP_LPAREN) {
		e = expr_make(m, a->expr1);
	} else if (a->op_type == CS_TYPE_FUNCTION) {
		function_make(m, e, a);
	} else if (a->op_type == CS_OP_NOT || a->op_type == CS_OP_EXISTS || a->op_type == CS_OP_NUM) {
		e->kind = a->op_type == CS_OP_NOT ? EXPR_NOT
		    : a->op_type == CS_OP_NUM ? EXPR_AS_NUMBER : EXPR_EXISTS;
		e->numeric = true;
		e->left = expr_make(m, a->expr1);
		e->escaped = e->left->escaped;
	} else if (a->expr1 != NULL && a->expr2 != NULL) {
		binary_make(m, e, a);
	} else {
		leaf_make(m, e, a);
	}
	m->depth--;
	return e;
}

/* ---- steps ---- */

static struct step *steps_make(struct maker *, const CSTREE *);

static struct macro *
macro_make(struct maker *m, const CS_MACRO *source)
{
	struct macro *p;
	unsigned *names, i = 0;

	for (p = m->code->macros; p != NULL; p = p->next)
		if (p->source == source)
			return p;
	p = take(m->code, sizeof(*p));
	p->source = source;
	p->next = m->code->macros;
	m->code->macros = p;
	p->count = source->n_args < 0 ? 0 : (unsigned)source->n_args;
	names = take(m->code, p->count * sizeof(*names) + 1);
	p->names = names;
	for (const CSARG *a = source->args; a != NULL && i < p->count; a = a->next)
		names[i++] = head_local(m->code, a->s);
	m->bad |= i != p->count || source->tree == NULL;
	if (!m->bad)
		p->body = steps_make(m, source->tree->case_0);
	return p;
}

/* Pieces of text that follow each other become one. */
static const CSTREE *
text_make(struct maker *m, struct step *s, const CSTREE *t)
{
	const CSTREE *end = t;
	size_t size = 0;
	char *text;

	s->kind = STEP_TEXT;
	for (; end != NULL && (end->cmd == commands.text || end->cmd == commands.define); end = end->next)
		if (end->cmd == commands.text && end->arg1.s != NULL)
			size += strlen(end->arg1.s);
	s->text = text = take(m->code, size + 1);
	s->size = size;
	for (; t != end; t = t->next)
		if (t->cmd == commands.text && t->arg1.s != NULL) {
			size_t n = strlen(t->arg1.s);

			memcpy(text, t->arg1.s, n);
			text += n;
		}
	return end;
}

static void
call_make(struct maker *m, struct step *s, const CSTREE *t)
{
	unsigned n = 0;

	s->kind = STEP_CALL;
	s->expr = arguments_make(m, t->vargs);
	for (const struct expr *e = s->expr; e != NULL; e = e->next)
		n++;
	s->macro = t->arg1.macro == NULL ? NULL : macro_make(m, t->arg1.macro);
	m->bad |= s->macro == NULL || s->macro->count != n;
}

static void
step_make(struct maker *m, struct step *s, const CSTREE *t)
{
	s->escape = t->escape;
	m->bad |= t->flags != 0;
	if (t->cmd == commands.var) {
		s->kind = STEP_VAR;
		s->expr = expr_make(m, &t->arg1);
	} else if (t->cmd == commands.branch || t->cmd == commands.other) {
		s->kind = STEP_IF;
		s->expr = expr_make(m, &t->arg1);
		s->yes = steps_make(m, t->case_0);
		s->no = steps_make(m, t->case_1);
	} else if (t->cmd == commands.each) {
		s->kind = STEP_EACH;
		s->name = head_local(m->code, t->arg1.s);
		s->expr = expr_make(m, &t->arg2);
		m->bad |= !is_name(s->expr);
		s->yes = steps_make(m, t->case_0);
	} else if (t->cmd == commands.loop) {
		s->kind = STEP_LOOP;
		s->name = head_local(m->code, t->arg1.s);
		s->expr = arguments_make(m, t->vargs);
		m->bad |= s->expr == NULL;
		s->yes = steps_make(m, t->case_0);
	} else if (t->cmd == commands.call) {
		call_make(m, s, t);
	} else if (t->cmd == commands.escape) {
		s->kind = STEP_BLOCK;
		s->yes = steps_make(m, t->case_0);
	} else {
		m->bad = true;
	}
}

static struct step *
steps_make(struct maker *m, const CSTREE *t)
{
	struct step *first = NULL, **end = &first;

	if (m->depth++ > DEPTH_MAX)
		m->bad = true;
	while (t != NULL && !m->bad) {
		struct step *s = take(m->code, sizeof(*s));

		if (t->cmd == commands.text || t->cmd == commands.define) {
			t = text_make(m, s, t);
			if (s->size == 0)
				continue;
		} else {
			step_make(m, s, t);
			t = t->next;
		}
		*end = s;
		end = &s->next;
	}
	m->depth--;
	return first;
}

struct template_code *
template_code_new(const CSPARSE *parse)
{
	struct maker m = { .code = calloc(1, sizeof(*m.code)) };

	if (m.code == NULL)
		abort();
	m.bad = !commands_known();
	if (!m.bad)
		m.code->first = steps_make(&m, parse->tree);
	if (!m.bad)
		return m.code;
	template_code_free(m.code);
	return NULL;
}
