/*
 * The demonstration world: who takes what since when and how far. Run by
 * `fcgi-host seed world`; running it again changes nothing.
 */
#include "identity/identity.h"
#include "learning.h"

static const struct demo {
	const char *email, *course;
	int32_t lessons, days; /* done so far; enrolled so long ago */
} world[] = {
	{ "student1@azora.world", "cs101", 7, 34 },
	{ "student1@azora.world", "data201", 3, 12 },
	{ "student1@azora.world", "bus101", 12, 75 },
	{ "student2@azora.world", "cs101", 12, 62 },
	{ "student2@azora.world", "web201", 5, 20 },
	{ "carol.white@azora.world", "bus101", 4, 15 },
	{ "carol.white@azora.world", "cs101", 1, 5 },
	{ "sipho.ndlovu@azora.world", "cs101", 10, 41 },
	{ "sipho.ndlovu@azora.world", "web201", 2, 9 },
	{ "sipho.ndlovu@azora.world", "ai301", 1, 3 },
	{ "educator2@azora.world", "cs101", 3, 55 },
	{ "educator2@azora.world", "data201", 6, 48 },
	{ "educator3@azora.world", "web201", 13, 70 },
	{ "educator3@azora.world", "bus101", 2, 27 },
	{ "thandiwe.moyo@azora.world", "ai301", 4, 30 },
	{ "thandiwe.moyo@azora.world", "data201", 12, 68 },
	{ "thandiwe.moyo@azora.world", "bus101", 6, 19 },
	{ "educator1@azora.world", "bus101", 5, 44 },
	{ "educator1@azora.world", "data201", 2, 16 },
};

enum job_result
learning_demo_run(struct job *job)
{
	int added = 0;

	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++) {
		struct identity_found person;
		struct demo_add row;

		if (!identity_by_email(job->db, job->arena, world[i].email, &person))
			continue;
		if (sql_demo_add(job->db, person.id, world[i].course, world[i].lessons, world[i].days,
		    &row) && row.added)
			added++;
	}
	job_report(job, arena_printf(job->arena, "world: %d enrolments added", added));
	return JOB_DONE;
}
