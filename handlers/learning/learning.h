/*
 * learning.h: what the files of the learning area share.
 *
 *   learning.c       routes, taking and leaving a course, marking lessons
 *   learning_home.c  the learner's home
 */
#ifndef LEARNING_H
#define LEARNING_H

#include "handler.h"
#include "learning.sql.h"

handler_fn home_show;

/* Job "learning.demo" (learning_demo.c). */
enum job_result learning_demo_run(struct job *);

#endif
