/*
 * bundle_kit.h: what the two tests of course bundles share: an arena, an empty
 * folder, and a bundle read from one.
 */
#ifndef TESTS_BUNDLE_KIT_H
#define TESTS_BUNDLE_KIT_H

#include <string.h>

#include "arena.h"
#include "bundle/bundle_part.h"
#include "conf.h"
#include "scratch.h"

static struct arena *a;
static char folder[256];
static char why[300];

static void
begin(void)
{
	static struct conf plain;

	a = arena_new((size_t)1 << 30);
	plain = *conf; /* hundreds of lessons: no helper for each */
	plain.helper_highlight = plain.helper_math = "";
	conf = &plain;
	scratch_name(folder, sizeof folder, "bundle");
	cr_assert(mkdtemp(folder) != NULL);
}

static void
end(void)
{
	const char *const command[] = { "rm", "-r", folder, NULL };
	char said[200];

	arena_free(a);
	cr_expect_eq(scratch_run(command, said, sizeof said), 0, "%s", said);
}

static struct bundle *
read_folder(const char *path)
{
	struct bundle_source *s = bundle_folder(a, path, why, sizeof why);

	cr_assert(s != NULL, "%s", why);
	return bundle_read(a, s);
}

/* Written and read again it is the same course. */
static void
check_round_trip(const struct bundle *b)
{
	struct bundle_source *s;
	struct bundle *again;
	size_t n;
	const unsigned char *zip = bundle_write(a, b, &n);

	cr_assert(zip != NULL);
	s = bundle_zip(a, zip, n, why, sizeof why);
	cr_assert(s != NULL, "%s", why);
	again = bundle_read(a, s);
	for (size_t i = 0; i < again->n_errors; i++)
		cr_log_error("%s %s: %s", again->errors[i].file, again->errors[i].field,
		    again->errors[i].text);
	cr_assert(again->n_errors == 0 && again->n_modules == b->n_modules &&
	    again->n_media == b->n_media && again->n_assignments == b->n_assignments);
	cr_expect(strcmp(again->title, b->title) == 0 && strcmp(again->attribution, b->attribution) == 0 &&
	    again->price == b->price && again->weeks == b->weeks);
	for (size_t i = 0; i < b->n_modules; i++)
		for (size_t k = 0; k < b->modules[i].n_lessons; k++) {
			const struct bundle_lesson *x = &b->modules[i].lessons[k];
			const struct bundle_lesson *y = &again->modules[i].lessons[k];

			cr_expect(strcmp(x->source, y->source) == 0 && strcmp(x->title, y->title) == 0 &&
			    strcmp(x->slug, y->slug) == 0 && strcmp(x->type, y->type) == 0 &&
			    x->minutes == y->minutes && x->preview == y->preview, "%s", x->slug);
		}
}

#endif
