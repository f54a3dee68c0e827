/*
 * seed.c: `seed people FILE`: adds the persons of a tab-separated file with the
 * same functions that a sign-up uses. Columns: email, password, roles, name,
 * zone, locale, location, headline, bio; "#" begins a comment line. A person
 * who is there already stays as they are, so the command may be repeated.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "command.h"
#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "fault.h"
#include "job.h"
#include "identity/identity.h"

enum { EMAIL, PASSWORD, ROLES, NAME, ZONE, LOCALE, LOCATION, HEADLINE, BIO, COLUMNS };

static size_t
split(char *line, char *columns[COLUMNS])
{
	size_t n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (n < COLUMNS) {
		columns[n++] = line;
		line += strcspn(line, "\t");
		if (!*line)
			break;
		*line++ = '\0';
	}
	for (size_t i = n; i < COLUMNS; i++)
		columns[i] = line;
	return n;
}

/* true when the person is new. */
static bool
seed_person(struct db *db, struct arena *arena, char *const columns[COLUMNS])
{
	const struct identity_new new = { .email = columns[EMAIL], .password = columns[PASSWORD],
		.role = columns[ROLES], .name = columns[NAME], .zone = columns[ZONE],
		.locale = columns[LOCALE], .verified = true };
	struct identity_found found;
	const char *id;

	/* Looked up first: hashing takes its time. */
	if (identity_by_email(db, arena, new.email, &found))
		return false;
	id = identity_create(db, arena, &new);
	if (!id)
		return false;
	identity_about_set(db, arena, id, columns[BIO], columns[LOCATION], new.zone, new.locale);
	if (*columns[HEADLINE])
		identity_publish(db, id, new.name, columns[HEADLINE], columns[BIO], NULL);
	return true;
}

static int
seed_file(struct db *db, struct arena *arena, const char *path)
{
	char *line = NULL, *columns[COLUMNS];
	size_t capacity = 0, added = 0, present = 0, number = 0;
	FILE *in = fopen(path, "re");

	if (!in) {
		fprintf(stderr, "seed: %s: %s\n", path, strerror(errno));
		return 1;
	}
	while (getline(&line, &capacity, in) > 0) {
		number++;
		if (*line == '#' || *line == '\n')
			continue;
		if (split(line, columns) < LOCATION) {
			fprintf(stderr, "seed: %s:%zu: too few columns\n", path, number);
			free(line);
			fclose(in);
			return 1;
		}
		if (seed_person(db, arena, columns))
			added++;
		else
			present++;
	}
	free(line);
	fclose(in);
	printf("people: %zu added, %zu there already\n", added, present);
	return 0;
}

static int
seed_run(const char *path)
{
	struct db *db = db_new(conf->pools[POOL_JOBS].database);
	struct arena *arena = arena_new(64u << 20);
	struct fault_frame frame;
	char reason[256];
	volatile int result = 1;

	if (!crypto_init(conf->key_file, reason, sizeof(reason)) ||
	    !db_connect(db, reason, sizeof(reason))) {
		fprintf(stderr, "seed: %s\n", reason);
	} else if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "seed: %s\n", frame.text);
		db_rollback(db);
	} else {
		db_begin(db, arena, true, NULL);
		result = seed_file(db, arena, path);
		if (result == 0)
			db_commit(db);
		else
			db_rollback(db);
		fault_leave(&frame);
	}
	db_free(db);
	arena_free(arena);
	return result;
}

static int
seed_skills(const char *file)
{
	struct fault_frame frame;
	struct arena *a;
	char *full = realpath(file, NULL);
	int status;

	if (full == NULL) {
		fprintf(stderr, "%s: no such file\n", file);
		return 1;
	}
	if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "%s\n", frame.text);
		return 1;
	}
	a = arena_new(1 << 20);
	status = job_once("course.skills", json_object(a, "path", full, NULL));
	fault_leave(&frame);
	arena_free(a);
	free(full);
	return status;
}

static int
command_seed(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "world") == 0)
		return job_once("learning.demo", "{}") || job_once("wallet.demo", "{}") ||
		    job_once("payment.demo", "{}") || job_once("marketplace.demo", "{}");
	if (argc == 3 && strcmp(argv[1], "skills") == 0)
		return seed_skills(argv[2]);
	if (argc != 3 || strcmp(argv[1], "people") != 0) {
		fprintf(stderr, "usage: seed people FILE | skills FILE | world\n");
		return 2;
	}
	return seed_run(argv[2]);
}

COMMAND(seed, command_seed, "people FILE | skills FILE | world",
    "adds demo persons, the skills of a tab-separated file, enrolments, wallets and payments with a past");
