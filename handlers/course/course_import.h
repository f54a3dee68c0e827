/* course_import.h: import of courses, for the area's route and job tables. */
#ifndef COURSE_IMPORT_H
#define COURSE_IMPORT_H

#include "handler.h"

extern const struct param course_import_params[], course_import_show_params[];
handler_fn course_import_index, course_import_add, course_import_show;

/*
 * Job "course.import". Arguments: path; import (row of course.import, path is
 * then a stored file) or nothing (path is a folder or zip of the command
 * line); owner (person) or email, else the author that the bundle names;
 * publish "true" puts it into the catalogue at once.
 */
enum job_result course_import_run(struct job *);
/* Job "course.import_sweep", nightly: files of imports that are over. */
enum job_result course_import_sweep_run(struct job *);
/* Job "course.skills": the skills of a tab-separated file. */
enum job_result course_skills_run(struct job *);

#endif
