/*
 * One job from the command line, in this process and in one transaction:
 * imports and seeds. Nothing is queued; what the job reports goes to standard
 * output.
 */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "db.h"
#include "fault.h"
#include "job.h"
#include "process.h"

static bool reporting;

void
job_report(struct job *job, const char *line)
{
	(void)job;
	if (reporting) {
		printf("%s\n", line);
		fflush(stdout);
	}
}

static enum job_result
run(const struct job_type *type, struct db *db, struct arena *a, const char *args)
{
	struct job job = { .db = db, .arena = a, .id = "", .attempt = 1 };
	struct fault_frame frame;
	enum job_result result;

	if (FAULT_CATCH(&frame)) {
		db_rollback(db);
		fprintf(stderr, "%s: %s\n", type->name, frame.text);
		return JOB_DEAD;
	}
	db_begin(db, a, true, NULL);
	job.args = json_parse(a, args);
	result = type->run(&job);
	if (result == JOB_DONE)
		db_commit(db);
	else
		db_rollback(db);
	fault_leave(&frame);
	return result;
}

int
job_once(const char *name, const char *args)
{
	const struct job_type *type;
	struct fault_frame frame;
	enum job_result result;
	struct arena *a;
	struct db *db;
	char reason[512];

	if (registry_module_count() == 0 && !generation_load(NULL, NULL, reason, sizeof(reason))) {
		fprintf(stderr, "%s\n", reason);
		return 1;
	}
	type = job_type_find(name);
	if (type == NULL) {
		fprintf(stderr, "no module knows the job %s\n", name);
		return 2;
	}
	if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "%s\n", frame.text);
		return 1;
	}
	a = arena_new((size_t)2 << 30);
	db = db_new(conf->pools[POOL_JOBS].database);
	reporting = true;
	result = run(type, db, a, args);
	reporting = false;
	db_free(db);
	arena_free(a);
	fault_leave(&frame);
	return result == JOB_DONE ? 0 : 1;
}
