/*
 * course_author.h: authoring. An educator edits their own courses, ADMIN any;
 * author_open() is the one place that decides it.
 */
#ifndef COURSE_AUTHOR_H
#define COURSE_AUTHOR_H

#include "handler.h"
#include "author.sql.h"

extern const struct param author_add_params[], author_course_params[], author_save_params[],
    author_module_params[], author_module_one_params[], author_module_save_params[],
    author_lesson_add_params[], author_order_params[], author_lesson_params[],
    author_text_params[], author_draft_params[];

/* course_home.c */
handler_fn author_home, author_add;
/* course_author.c */
handler_fn author_course_show, author_publish, author_archive, author_restore;
/* course_facts.c */
handler_fn author_course_save_facts;
/* course_outline.c */
handler_fn author_module_new, author_module_edit, author_module_remove, author_lesson_new,
    author_order;
/* course_text.c */
handler_fn author_text_show, author_text_save, author_text_autosave, author_text_preview,
    author_text_remove;
/* course_export.c */
handler_fn author_export;

/* Languages of courses, up to NULL. */
extern const char *const author_languages[];
/* The course of :slug that the person may edit; else 404 (returned). */
int author_open(struct req *, struct author_course *);
/* The slug for a new course, or the next free one with a number behind it. */
const char *author_free_slug(struct db *, const char *slug);
/* false: the educator has another course of this title, which the field error says. */
bool author_title_free(struct req *, const char *instructor, const char *title, const char *course);
/* Pictures of the course as the renderer wants them. */
const struct markdown_image *author_images(struct req *, const char *course);
/* Lines of a text that hold something, up to NULL. */
const char *const *author_lines(struct arena *, const char *text, size_t *n);

#endif
