/*
 * Import of courses from files (domain/bundle): the job that stores one, and
 * the pages where an educator uploads a zip and reads the report.
 *
 * All or nothing: everything is read, checked and rendered before the first
 * row is written, and the rows are one transaction. A bundle with an error
 * leaves no course, only the import's row with the problem.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "bundle/bundle.h"
#include "course.h"
#include "course_author.h"
#include "course_import.h"
#include "identity/identity.h"
#include "import.sql.h"

#define REPORT_MAX 500
#define CODE_MAX 40 /* course.course */
#define IMPORT_KEEP_S 86400 /* files of uploads, once their import is over */

struct import {
	struct job *job;
	struct arena *arena;
	const char *row;         /* course.import; NULL from the command line */
	const char *owner;       /* person */
	bool publish;
	struct bundle *bundle;
	struct markdown_image *images;
	struct markdown_result *texts; /* one per lesson, in order */
	const char *about_html;
	const char *notes[REPORT_MAX];  /* JSON objects of the report */
	size_t n_notes;
	size_t n_lessons;
};

/* ---- report ------------------------------------------------------------------ */

static void
note(struct import *im, const char *level, const char *file, const char *text)
{
	job_report(im->job, arena_printf(im->arena, "%s: %s%s%s", level, file,
	    *file == '\0' ? "" : ": ", text));
	if (im->n_notes < REPORT_MAX)
		im->notes[im->n_notes++] = json_object(im->arena, "level", level, "file", file,
		    "text", text, NULL);
}

static const char *
report_json(struct import *im)
{
	size_t size = 3, at = 1;
	char *text;

	for (size_t i = 0; i < im->n_notes; i++)
		size += strlen(im->notes[i]) + 1;
	text = arena_alloc(im->arena, size);
	text[0] = '[';
	for (size_t i = 0; i < im->n_notes; i++) {
		size_t n = strlen(im->notes[i]);

		if (i > 0)
			text[at++] = ',';
		memcpy(text + at, im->notes[i], n);
		at += n;
	}
	text[at] = ']';
	return text;
}

static const char *
kind_name(const struct bundle *b)
{
	static const char *const names[] = { NULL, "bundle", "carpentries", "exercism" };

	return b == NULL ? NULL : names[b->kind];
}

static enum job_result
failed(struct import *im, const char *problem)
{
	job_report(im->job, arena_printf(im->arena, "refused: %s", problem));
	if (im->row == NULL)
		return JOB_DEAD;
	sql_import_failed(im->job->db, im->row, kind_name(im->bundle), problem, report_json(im));
	return JOB_DONE;
}

/* ---- reading and rendering ----------------------------------------------------- */

static bool
read_bundle(struct import *im, const char *path, char *reason, size_t size)
{
	struct bundle_source *source;
	struct stat st;

	if (im->row == NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		source = bundle_folder(im->arena, path, reason, size);
	} else {
		size_t n;
		const void *data = im->row != NULL ? storage_get(im->arena, path, &n)
		    : storage_file(im->arena, path, &n);

		if (data == NULL) {
			snprintf(reason, size, "the file cannot be read");
			return false;
		}
		source = bundle_zip(im->arena, data, n, reason, size);
	}
	if (source == NULL)
		return false;
	im->bundle = bundle_read(im->arena, source);
	return true;
}

static void
report_bundle(struct import *im)
{
	const struct bundle *b = im->bundle;

	for (size_t i = 0; i < b->n_errors; i++)
		note(im, "error", b->errors[i].file, arena_printf(im->arena, "%s%s%s", b->errors[i].field,
		    *b->errors[i].field == '\0' ? "" : ": ", b->errors[i].text));
	for (size_t i = 0; i < b->n_report; i++)
		if (b->report[i].kind != BUNDLE_TAKEN)
			note(im, b->report[i].kind == BUNDLE_MISSING ? "warn" : "info", b->report[i].path,
			    b->report[i].reason);
}

static void
prepare_images(struct import *im)
{
	const struct bundle *b = im->bundle;

	im->images = arena_alloc(im->arena, (b->n_media + 1) * sizeof(*im->images));
	for (size_t i = 0; i < b->n_media; i++)
		im->images[i] = (struct markdown_image){ b->media[i].path,
			arena_printf(im->arena, "/media/%s", b->media[i].sha256), b->media[i].width,
			b->media[i].height };
}

static void
render(struct import *im)
{
	const struct bundle *b = im->bundle;
	size_t at = 0;

	for (size_t m = 0; m < b->n_modules; m++)
		im->n_lessons += b->modules[m].n_lessons;
	im->texts = arena_alloc(im->arena, (im->n_lessons + 1) * sizeof(*im->texts));
	im->about_html = markdown_render(im->arena, b->description, strlen(b->description),
	    im->images).html.text;
	for (size_t m = 0; m < b->n_modules; m++)
		for (size_t l = 0; l < b->modules[m].n_lessons; l++) {
			const struct bundle_lesson *lesson = &b->modules[m].lessons[l];

			job_progress(im->job, (int64_t)at, (int64_t)im->n_lessons + 1, lesson->title);
			im->texts[at] = markdown_render(im->arena, lesson->source, lesson->size, im->images);
			for (const char *const *w = im->texts[at].warnings; w != NULL && *w != NULL; w++)
				note(im, "warn", lesson->path, *w);
			at++;
		}
}

/* ---- storing --------------------------------------------------------------------- */

static const char *
or_null(const char *s)
{
	return s == NULL || *s == '\0' ? NULL : s;
}

static const char *
store_course(struct import *im, const char *category, const char *code)
{
	const struct bundle *b = im->bundle;
	struct import_course course;
	int32_t weeks = b->weeks;
	const char *attribution = b->attribution;

	if (b->licence_text != NULL && *b->licence_text != '\0')
		attribution = arena_printf(im->arena, "%s\n\n%s", b->attribution, b->licence_text);
	if (strlen(attribution) > 20000)
		attribution = b->attribution;
	sql_import_course(im->job->db, code, author_free_slug(im->job->db, b->slug), im->owner,
	    category, b->title, b->summary, b->description, im->about_html, b->level, b->language,
	    b->price, b->currency, weeks > 0 ? &weeks : NULL, b->outcomes, b->requirements, or_null(b->licence),
	    or_null(b->licence_url), or_null(attribution), or_null(b->source_url), &course);
	return course.id;
}

static void
store_lists(struct import *im, const char *course)
{
	const struct bundle *b = im->bundle;
	struct db *db = im->job->db;

	for (int32_t i = 0; b->skills != NULL && b->skills[i] != NULL; i++)
		sql_author_skill_add_queue(db, course, name_slug(im->arena, b->skills[i], "x"), b->skills[i], i,
		    NULL);
	for (size_t i = 0; b->prerequisites != NULL && b->prerequisites[i] != NULL; i++)
		sql_import_prerequisite_queue(db, course, b->prerequisites[i], NULL);
	for (size_t i = 0; i < b->n_media; i++) {
		const struct bundle_media *m = &b->media[i];
		const char *path = storage_put(im->arena, "media", m->extension, m->data, m->size);
		int32_t width = m->width, height = m->height;

		sql_import_media_queue(db, course, m->path, m->sha256, path, m->type, (int64_t)m->size,
		    width, height, m->alt, NULL);
	}
	db_flush(db);
}

static void
store_lessons(struct import *im, const char *course)
{
	const struct bundle *b = im->bundle;
	struct db *db = im->job->db;
	size_t at = 0;

	for (size_t m = 0; m < b->n_modules; m++)
		sql_import_module_queue(db, course, b->modules[m].title, b->modules[m].summary, (int32_t)m,
		    NULL);
	db_flush(db);
	for (size_t m = 0; m < b->n_modules; m++) {
		for (size_t l = 0; l < b->modules[m].n_lessons; l++) {
			const struct bundle_lesson *x = &b->modules[m].lessons[l];
			const struct markdown_result *text = &im->texts[at++];

			sql_import_lesson_queue(db, course, (int32_t)m, x->slug, x->title, x->type, (int32_t)l,
			    x->minutes, x->preview, NULL);
			sql_import_version_queue(db, course, x->slug,
			    arena_strndup(im->arena, x->source, x->size), text->html.text, text->text,
			    (int32_t)text->words, text->headings, im->owner, NULL);
		}
		db_flush(db);
	}
	sql_import_versions_use(db, course, im->publish);
}

static enum job_result
store(struct import *im)
{
	const struct bundle *b = im->bundle;
	struct db *db = im->job->db;
	const char *code = or_null(b->code), *course;
	struct import_exists there;
	struct import_category category;
	struct author_title_twin twin;

	if (code != NULL && strlen(code) > CODE_MAX) {
		note(im, "info", "", arena_printf(im->arena, "the code %s is too long and was left out",
		    code));
		code = NULL;
	}
	if (code != NULL && sql_import_exists(db, code, &there)) {
		if (im->row == NULL && im->publish) {
			job_report(im->job, arena_printf(im->arena, "%s is there already", code));
			return JOB_DONE; /* seeding again changes nothing */
		}
		note(im, "info", "", arena_printf(im->arena,
		    "the code %s belongs to another course and was left out", code));
		code = NULL;
	}
	if (sql_author_title_twin(db, im->owner, b->title, NULL, &twin))
		return failed(im, arena_printf(im->arena, "its author has a course of this title already: %s",
		    twin.slug));
	sql_import_category(db, name_slug(im->arena, b->category, "x"), b->category, &category);
	course = store_course(im, category.id, code);
	store_lists(im, course);
	store_lessons(im, course);
	if (im->publish)
		sql_import_publish(db, course);
	audit_add(db, "course.import", "course", course, NULL,
	    json_object(im->arena, "kind", kind_name(b), "title", b->slug, NULL));
	if (im->row != NULL)
		sql_import_done(db, im->row, kind_name(b), course, (int32_t)b->n_modules,
		    (int32_t)im->n_lessons, (int32_t)b->n_media, report_json(im));
	cache_touch(db, "catalogue");
	job_progress(im->job, (int64_t)im->n_lessons + 1, (int64_t)im->n_lessons + 1, b->title);
	job_report(im->job, arena_printf(im->arena, "%s: %zu modules, %zu lessons, %zu pictures",
	    b->title, b->n_modules, im->n_lessons, b->n_media));
	return JOB_DONE;
}

/* Whose course it is: the argument, or the address that the bundle names. */
static const char *
owner_find(struct import *im)
{
	const char *email = json_text(json_get(im->job->args, "email"), NULL);
	const char *id = json_text(json_get(im->job->args, "owner"), NULL);
	struct identity_found person;

	if (id != NULL)
		return id;
	if (email == NULL)
		email = im->bundle->instructor;
	if (email == NULL || !identity_by_email(im->job->db, im->arena, email, &person))
		return NULL;
	return person.id;
}

enum job_result
course_import_run(struct job *job)
{
	struct import im = { .job = job, .arena = job->arena };
	const char *path = json_text(json_get(job->args, "path"), "");
	char reason[256];

	im.row = json_text(json_get(job->args, "import"), NULL);
	im.publish = json_bool(json_get(job->args, "publish"), false) ||
	    strcmp(json_text(json_get(job->args, "publish"), ""), "true") == 0;
	if (!read_bundle(&im, path, reason, sizeof(reason)))
		return failed(&im, reason);
	report_bundle(&im);
	if (im.bundle->n_errors > 0)
		return failed(&im, arena_printf(im.arena, "%s%s%s", im.bundle->errors[0].file,
		    *im.bundle->errors[0].file == '\0' ? "" : ": ", im.bundle->errors[0].text));
	prepare_images(&im);
	render(&im);
	im.owner = owner_find(&im);
	if (im.owner == NULL)
		return failed(&im, "there is no account of the course's author");
	return store(&im);
}

/* Job "course.skills": name, field and sentence a line, a header first. */
enum job_result
course_skills_run(struct job *job)
{
	size_t size;
	const char *text = (const char *)storage_file(job->arena,
	    json_text(json_get(job->args, "path"), ""), &size), *p = text;
	int n = 0;

	if (text == NULL)
		return JOB_DEAD;
	for (bool header = true; *p != '\0'; header = false) {
		size_t line = strcspn(p, "\n"), name = strcspn(p, "\t\n");
		size_t field = name < line ? strcspn(p + name + 1, "\t\n") : 0;

		if (!header && name > 0 && field > 0) {
			const char *title = arena_strndup(job->arena, p, name);

			sql_import_skill_seed_queue(job->db, name_slug(job->arena, title, "x"), title,
			    arena_strndup(job->arena, p + name + 1, field), NULL);
			n++;
		}
		p += line + (p[line] == '\n');
	}
	db_flush(job->db);
	job_report(job, arena_printf(job->arena, "skills: %d", n));
	return JOB_DONE;
}

/* Job "course.import_sweep": uploaded files that no waiting import needs; those
 * of refused uploads are among them. */
enum job_result
course_import_sweep_run(struct job *job)
{
	const char *const *paths;
	size_t n = storage_list(job->arena, "imports", IMPORT_KEEP_S, &paths), dropped = 0, n_kept;
	struct import_needed *kept;

	n_kept = sql_import_needed(job->db, paths, &kept);
	for (size_t i = 0; i < n; i++) {
		bool needed = false;

		for (size_t k = 0; k < n_kept && !needed; k++)
			needed = strcmp(kept[k].path, paths[i]) == 0;
		if (!needed)
			dropped += storage_drop(paths[i]);
	}
	job_report(job, arena_printf(job->arena, "archives dropped: %zu of %zu", dropped, n));
	return JOB_DONE;
}

/* ---- pages ------------------------------------------------------------------------ */

const struct param course_import_params[] = {
	{ "file", PARAM_FILE, PARAM_REQUIRED, .max = 50 * 1024 * 1024 },
	{ 0 }
};

const struct param course_import_show_params[] = { { "id", PARAM_UUID, PARAM_PATH }, { 0 } };

int
course_import_index(struct req *r, struct view *v)
{
	struct import_list *rows;
	size_t n = sql_import_list(r->db, r->person->id, &rows);
	struct view *items = view_list(v, "items");

	req_title(r, req_msg(r, "import.title"));
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "id", rows[i].id);
		view_str(item, "name", rows[i].name);
		view_str(item, "state", rows[i].state);
		view_time(item, "at", rows[i].created_at);
		view_str(item, "courseTitle", rows[i].course_title);
	}
	return 200;
}

int
course_import_add(struct req *r, struct view *v)
{
	const struct upload *file = req_file(r, "file");
	struct import_add row;
	const char *path;

	if (strcmp(file->type, "application/zip") != 0) {
		req_field_error(r, "file", "zip");
		return req_invalid(r);
	}
	path = storage_put(r->arena, "imports", "zip", file->data, file->size);
	sql_import_add(r->db, r->person->id, *file->name == '\0' ? "course.zip" : file->name, path,
	    (int64_t)file->size, &row);
	job_add(r->db, "course.import", row.id, json_object(r->arena, "import", row.id, "path", path,
	    "owner", r->person->id, NULL));
	view_str(v, "id", row.id);
	req_created(r);
	return req_see(r, "/teach/imports/%s", row.id);
}

static void
notes_view(struct req *r, struct view *v, const char *report)
{
	struct json *list = json_parse(r->arena, report);
	struct view *notes = view_list(v, "notes");

	for (size_t i = 0; i < json_length(list); i++) {
		struct json *item = json_at(list, i);
		struct view *n = view_item(notes);

		view_str(n, "file", json_text(json_get(item, "file"), ""));
		view_str(n, "text", json_text(json_get(item, "text"), ""));
		view_str(n, "level", json_text(json_get(item, "level"), "info"));
	}
}

int
course_import_show(struct req *r, struct view *v)
{
	struct import_show row;
	struct view *course, *counts;

	if (!sql_import_show(r->db, req_text(r, "id"), r->person->id, &row))
		return req_fail(r, 404, "not_found");
	req_title(r, row.name);
	view_str(v, "id", row.id);
	view_str(v, "name", row.name);
	view_str(v, "state", row.state);
	view_str(v, "kind", row.kind);
	view_time(v, "at", row.created_at);
	view_int(v, "done", row.done_set ? row.done : 0);
	view_int(v, "total", row.total_set ? row.total : 0);
	view_int(v, "percent", row.total_set && row.total > 0 ? row.done * 100 / row.total : 0);
	view_str(v, "step", row.step);
	view_str(v, "problem", row.problem);
	if (row.course_slug != NULL) {
		course = view_obj(v, "course");
		view_str(course, "slug", row.course_slug);
		view_str(course, "title", row.course_title);
	}
	counts = view_obj(v, "counts");
	view_int(counts, "modules", row.modules);
	view_int(counts, "lessons", row.lessons);
	view_int(counts, "images", row.images);
	notes_view(r, v, row.report);
	return 200;
}
