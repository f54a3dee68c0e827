/* job_part.h: what the files of the job worker share. */
#ifndef HOST_JOB_PART_H
#define HOST_JOB_PART_H

#include "job.h"
#include "registry.h"

/* The host's own types, then those of the modules. */
size_t job_type_count(void);
const struct job_type *job_type_at(size_t, const struct registry_module **);
/* The attempt failed: again later, or dead. */
void job_failure(struct db *, const char *id, const char *type_name, const char *holder,
    int attempt, const char *event_id, bool dead, const char *error);
/* Once a second: `first` puts the cron rows in their place. false: a fault. */
bool job_tick(struct worker *, bool first);

#endif
