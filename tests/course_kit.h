/*
 * course_kit.h: courses for tests of the areas that work with them.
 */
#ifndef TESTS_COURSE_KIT_H
#define TESTS_COURSE_KIT_H

#include "testkit.h"

struct course_spec {
	const char *slug;     /* required */
	const char *title;    /* NULL = the slug */
	const char *summary;  /* NULL = none */
	const char *category; /* slug of a category, made when missing; NULL = "field" */
	const char *level;    /* NULL = BEGINNER */
	const char *language; /* NULL = en */
	int64_t price;        /* cents; 0 = free */
	int modules, lessons; /* lessons in each module; 0 = 1 */
	int minutes;          /* of each lesson; 0 = 10 */
	int words;            /* of each lesson */
	enum who by;          /* NOBODY = EVE */
	bool draft;
};

/* A published course. Its lessons are lesson-1, lesson-2 … of text "Text of
 * lesson N."; the first one is a preview. Returns the id. */
const char *course_make(const struct course_spec *);
#define COURSE(...) course_make(&(const struct course_spec){ __VA_ARGS__ })

/* Enrols through the page and fails the test when that does not work. */
void course_take(enum who, const char *slug);
/* Opens a lesson of up to 300 words, waits half a minute and marks it done. */
struct reply lesson_finish(enum who, const char *slug, int lesson);

#endif
