/* bundle_track.h: shared by the two files that read Exercism tracks. */
#ifndef DOMAIN_BUNDLE_TRACK_H
#define DOMAIN_BUNDLE_TRACK_H

#include "bundle/bundle_part.h"

struct item {
	const char *slug, *name, *folder; /* "concepts/bools" */
	int difficulty;
	bool exercise;
};

struct track {
	struct reader *r;
	const char *slug, *language;
	struct item *items;
	size_t n, n_concepts;
	struct bundle_lesson *lessons;
	size_t n_lessons;
	size_t *made;    /* item of each lesson */
	const char *in, *folder;
	size_t module_capacity;
};

/* Text of a member; "" when absent. */
const char *track_member(struct json *, const char *key);
const struct item *track_item(const struct track *, const char *slug, size_t n, bool exercise);
/* ---- bundle_track.c: Markdown of a lesson, NULL when there is none ---- */
const char *track_concept(struct track *, const struct item *);
const char *track_exercise(struct track *, const struct item *);

#endif
