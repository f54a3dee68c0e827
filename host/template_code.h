/*
 * template_code.h: a parsed template in a form that is quick to run; for
 * template.c and its tests only. ClearSilver stays the language and the parser:
 * the code is made from its parse tree once, before fork, and gives the same
 * text as cs_render() (tests/template_test.c compares all templates). Names are
 * cut into parts, pieces of text are measured, and nothing is looked up twice;
 * a value costs a hundred instructions instead of a thousand.
 */
#ifndef HOST_TEMPLATE_CODE_H
#define HOST_TEMPLATE_CODE_H

#include <stdio.h>
#include <ClearSilver.h>

#include "arena.h"

struct template_code;

/* Code of a parsed tree, which must live as long. NULL: the template uses
 * something that this runner does not know; cs_render() does. */
struct template_code *template_code_new(const CSPARSE *);
void template_code_free(struct template_code *);
/* Appends the text to the buffer, whose arena also takes what is made on the
 * way. false: too many macros inside each other. */
bool template_run(const struct template_code *, HDF *root, struct buffer *);

/* ---- shared by template_code.c (making), template_run.c and template_value.c (running) ---- */

enum expr_kind {
	EXPR_TEXT, EXPR_NUMBER, EXPR_NAME, EXPR_NAME_NUMBER, /* leaves; the last is #name */
	EXPR_MEMBER,    /* left.text, of a name that is made at run time */
	EXPR_INDEX,     /* left[right] */
	EXPR_NOT, EXPR_EXISTS, EXPR_AS_NUMBER,
	EXPR_AND, EXPR_OR, EXPR_EQUAL, EXPR_UNEQUAL, EXPR_LESS, EXPR_MOST, EXPR_MORE, EXPR_LEAST,
	EXPR_ADD, EXPR_SUBTRACT, EXPR_MULTIPLY, EXPR_DIVIDE, EXPR_REST,
	EXPR_SUBCOUNT, EXPR_FIRST, EXPR_LAST, EXPR_SLICE, EXPR_LENGTH, EXPR_FILTER /* args in left */
};

struct part {
	const char *text;
	int size;
};

/* A name cut at its dots: the first part as a number, the others as texts. */
struct path {
	unsigned head;
	unsigned count;
	const struct part *parts;
};

struct expr {
	enum expr_kind kind;
	bool numeric;          /* gives a number whatever the values are */
	bool escaped;          /* a function in it has escaped already */
	const char *text;
	long number;
	struct path path;
	CSSTRFUNC filter;
	struct expr *left, *right, *next; /* next: of the arguments */
};

enum step_kind { STEP_TEXT, STEP_VAR, STEP_IF, STEP_EACH, STEP_LOOP, STEP_CALL, STEP_BLOCK };

struct macro {
	const CS_MACRO *source;
	struct step *body;
	unsigned count;
	const unsigned *names; /* of its parameters */
	struct macro *next;
};

struct step {
	enum step_kind kind;
	NEOS_ESCAPE escape;
	const char *text;
	size_t size;
	struct expr *expr;     /* VAR, IF, EACH; arguments of LOOP and CALL */
	unsigned name;         /* EACH, LOOP */
	struct macro *macro;
	struct step *yes, *no, *next; /* yes: body */
};

struct head {
	struct part name;
	bool local;            /* some each, loop or macro uses the name */
};

struct template_code {
	struct step *first;
	struct head *heads;
	unsigned head_count, head_size;
	struct macro *macros;
	struct block *blocks;  /* memory of all of it */
};

#endif
