/* Export: the course as a zip file in our own form (docs/course-bundle.md). */
#include <string.h>

#include "bundle/bundle.h"
#include "course_author.h"

static void
export_media(struct req *r, struct bundle *b, const char *course)
{
	struct author_media *rows;
	size_t n = sql_author_media(r->db, course, &rows);

	b->media = arena_alloc(r->arena, (n + 1) * sizeof(*b->media));
	for (size_t i = 0; i < n; i++) {
		struct bundle_media *m = &b->media[b->n_media];
		const char *dot = strrchr(rows[i].path, '.');

		*m = (struct bundle_media){ .path = rows[i].name, .type = rows[i].type,
			.extension = dot == NULL ? "bin" : dot + 1, .alt = rows[i].alt,
			.width = rows[i].width_set ? rows[i].width : 0,
			.height = rows[i].height_set ? rows[i].height : 0 };
		m->data = storage_get(r->arena, rows[i].path, &m->size);
		b->n_media += m->data != NULL;
	}
}

static void
export_modules(struct req *r, struct bundle *b, const char *course)
{
	struct author_modules *modules;
	struct author_sources *lessons;
	size_t n_modules, n_lessons;

	sql_author_modules_queue(r->db, course, &modules, &n_modules);
	sql_author_sources_queue(r->db, course, &lessons, &n_lessons);
	db_flush(r->db);
	b->modules = arena_alloc(r->arena, (n_modules + 1) * sizeof(*b->modules));
	b->n_modules = n_modules;
	for (size_t m = 0; m < n_modules; m++) {
		struct bundle_module *to = &b->modules[m];

		*to = (struct bundle_module){ .code = arena_printf(r->arena, "m%zu", m + 1),
			.title = modules[m].title, .summary = modules[m].summary };
		to->lessons = arena_alloc(r->arena, (n_lessons + 1) * sizeof(*to->lessons));
		for (size_t l = 0; l < n_lessons; l++) {
			if (strcmp(lessons[l].module_id, modules[m].id) != 0)
				continue;
			to->lessons[to->n_lessons++] = (struct bundle_lesson){ .slug = lessons[l].slug,
				.title = lessons[l].title, .type = lessons[l].kind,
				/* The form counts from one minute on; a draft may not have said yet. */
				.minutes = lessons[l].minutes < 1 ? 1
				    : lessons[l].minutes > 1440 ? 1440 : lessons[l].minutes,
				.preview = lessons[l].preview,
				.path = arena_printf(r->arena, "m%zu/%s.md", m + 1, lessons[l].slug),
				.source = lessons[l].source, .size = strlen(lessons[l].source) };
		}
	}
}

static const char *const *
export_texts(struct req *r, const char *course, bool skills)
{
	struct author_skills *skill_rows;
	struct author_prerequisites *rows;
	size_t n = skills ? sql_author_skills(r->db, course, &skill_rows)
	    : sql_author_prerequisites(r->db, course, &rows);
	const char **texts = arena_alloc(r->arena, (n + 1) * sizeof(*texts));

	for (size_t i = 0; i < n; i++)
		texts[i] = skills ? skill_rows[i].title : rows[i].code;
	return texts;
}

/* At four hours a week. */
static int
weeks_of(const struct bundle *b)
{
	int minutes = 0, weeks;

	for (size_t m = 0; m < b->n_modules; m++)
		for (size_t l = 0; l < b->modules[m].n_lessons; l++)
			minutes += b->modules[m].lessons[l].minutes;
	weeks = (minutes + 239) / 240;
	return weeks < 1 ? 1 : weeks > 104 ? 104 : weeks;
}

int
author_export(struct req *r, struct view *v)
{
	struct author_course c;
	const unsigned char *zip;
	size_t size;
	int status = author_open(r, &c);

	(void)v;
	if (status != 0)
		return status;
	/* The form wants a code and a length in weeks; a course may have neither. */
	struct bundle b = { .kind = BUNDLE_OWN, .slug = c.slug,
		.code = c.code == NULL ? name_slug(r->arena, c.slug, "x") : c.code,
		.title = c.title, .summary = c.summary, .description = c.about_source,
		.category = c.category_title, .level = c.level, .language = c.language,
		.price = c.price, .currency = c.currency,
		.outcomes = c.outcomes, .requirements = c.requirements,
		.licence = c.licence == NULL ? "" : c.licence,
		.licence_url = c.licence_url == NULL ? "" : c.licence_url, .licence_text = "",
		.attribution = c.attribution == NULL ? "" : c.attribution,
		.source_url = c.source_url == NULL ? "" : c.source_url };
	b.skills = export_texts(r, c.id, true);
	b.prerequisites = export_texts(r, c.id, false);
	export_modules(r, &b, c.id);
	export_media(r, &b, c.id);
	b.weeks = c.weeks_set ? c.weeks : weeks_of(&b);
	zip = bundle_write(r->arena, &b, &size);
	if (zip == NULL)
		fault("the course could not be written");
	return req_send(r, "application/zip", arena_printf(r->arena, "%s.zip", c.slug), zip, size);
}
