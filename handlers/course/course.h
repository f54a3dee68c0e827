/*
 * course.h: what the files of the course area share.
 *
 *   course.c            routes, one course
 *   course_catalogue.c  the catalogue: search, facets, sorting, pages
 *   course_lesson.c     one lesson, files of lessons
 *   course_author.h     the side of the author: facts, outline, texts, export
 *   course_import.h     courses from files
 *
 * A file of the area gives handlers and their parameter tables; course.c names
 * them in its one table of routes.
 */
#ifndef COURSE_H
#define COURSE_H

#include "card/card.h"
#include "handler.h"
#include "course.sql.h"

extern const struct param course_index_params[];
handler_fn course_front, course_index;

extern const struct param lesson_show_params[], media_show_params[];
handler_fn lesson_show, media_show;

/* Adds a card (macro/course.cs). percent: own progress, -1 = not enrolled. */
void course_card(struct view *list, const struct catalogue_page *, int percent);
/* Does the person make this course, or see all of them (ADMIN)? */
bool course_staff(const struct req *, const char *instructor_id);
/* May the person see a course at all? Archived ones only who takes or makes
 * them (K7); drafts are hidden by row security already. */
bool course_visible(const char *status, bool enrolled, bool staff);
/* The access rule of lessons. */
bool course_lesson_open(bool preview, bool enrolled, bool staff);

#endif
