/*
 * migrate.h: forward-only migrations, sql/NNNN_area_what.sql.
 *
 * Each file runs once, in one transaction of its own, as db_owner; number,
 * name and SHA-256 of the file stand in host.migration. A file that changed
 * or went after it was applied is refused: write a new one instead. Several
 * tools at once wait for each other (advisory lock).
 *
 * All functions return false and a sentence in `reason` when something is
 * wrong. dir NULL: the folder "sql" beside conf->template_dir.
 */
#ifndef HOST_MIGRATE_H
#define HOST_MIGRATE_H

#include <stdio.h>

#include "handler.h"

/* Applies what is missing. conninfo: role db_migrate (or a superuser).
 * progress: one line per applied file; NULL = silent. */
bool migrate_run(const char *conninfo, const char *dir, FILE *progress, char *reason, size_t size);
/* For workers and `--check`: is the schema as new as the files? Needs no more
 * than a serving role. A newer schema is good: an upgrade migrates first. */
bool migrate_check(const char *conninfo, const char *dir, char *reason, size_t size);

#endif
