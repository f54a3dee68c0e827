/*
 * bundle.h: courses as files. Reads three forms from a folder or a zip file
 * and gives one structure; writes the first one as a zip file. Knows no
 * database and makes no HTML: the course area stores the result.
 *
 *   own          course.json + Markdown + pictures   docs/course-bundle.md
 *   Carpentries  Workbench lesson: config.yaml, episodes/
 *   Exercism     track: config.json, concepts/, exercises/
 *
 * In the Markdown of the result every picture has its path from the root of
 * the bundle (the `path` of its bundle_media), and a link to another lesson is
 * "lesson:<slug>" or "lesson:<slug>#<heading>".
 *
 * Everything lives in the arena. Nothing here raises but "arena_full".
 */
#ifndef DOMAIN_BUNDLE_H
#define DOMAIN_BUNDLE_H

#include "handler.h"

enum bundle_kind { BUNDLE_UNKNOWN, BUNDLE_OWN, BUNDLE_CARPENTRIES, BUNDLE_EXERCISM };

enum {
	BUNDLE_FILES_MAX = 20000,             /* of a folder */
	BUNDLE_ZIP_ENTRIES_MAX = 2000,        /* learning.md W2 */
	BUNDLE_ZIP_RATIO_MAX = 10,
	BUNDLE_ZIP_BYTES_MAX = 500 * 1000 * 1000,
	BUNDLE_TEXT_MAX = 256 * 1024,         /* one Markdown file */
	BUNDLE_MEDIA_MAX = 10 * 1024 * 1024,  /* one picture */
	BUNDLE_PIXELS_MAX = 40 * 1000 * 1000, /* learning.md W5 */
	BUNDLE_LESSONS_MAX = 1000,
	BUNDLE_ERRORS_MAX = 100
};

struct bundle_media {
	const char *path; /* from the root of the bundle */
	const char *type; /* "image/png", "image/jpeg", "image/gif", "image/webp": from the bytes */
	const char *extension; /* "png", "jpg", "gif", "webp" */
	const unsigned char *data;
	size_t size;
	int width, height; /* to show it at; half the pixels of a drawing made from SVG */
	char sha256[65];  /* hex */
	const char *alt;  /* a description found in the text; "" */
};

struct bundle_lesson {
	const char *slug, *title;
	const char *type;      /* VIDEO TEXT QUIZ INTERACTIVE CODING ASSIGNMENT DISCUSSION PROJECT ROLE_PLAY */
	int minutes;
	bool preview;          /* readable without enrolling */
	const char *path;      /* file it came from */
	const char *source;    /* Markdown */
	size_t size;
};

struct bundle_module {
	const char *code, *title, *summary;
	struct bundle_lesson *lessons;
	size_t n_lessons;
};

struct bundle_assignment {
	const char *slug, *title;
	const char *type;      /* PROJECT QUIZ CODING CAPSTONE PRESENTATION … */
	int points;
	const char *path, *source;
	size_t size;
};

enum bundle_report_kind {
	BUNDLE_TAKEN = 1,  /* a file that is in the course */
	BUNDLE_LEFT_OUT,   /* a file that is not, and why */
	BUNDLE_MISSING     /* named in the text but not there */
};

struct bundle_report {
	enum bundle_report_kind kind;
	const char *path;
	const char *reason;  /* "" for BUNDLE_TAKEN */
};

struct bundle_error {
	const char *file;
	const char *field;   /* "modules[2].lessons[0].minutes", or "" */
	const char *text;
};

struct bundle {
	enum bundle_kind kind;
	const char *code, *slug, *title, *summary;
	const char *description;     /* Markdown */
	const char *category;
	const char *level;           /* BEGINNER INTERMEDIATE ADVANCED */
	const char *language;        /* "en" */
	int weeks;
	int64_t price;               /* minor units; 0 = free */
	const char *currency;
	const char *instructor;      /* e-mail address; NULL = whoever imports */
	const char *const *prerequisites, *const *outcomes, *const *requirements, *const *skills;
	const char *licence, *licence_url, *licence_text; /* licence_text "" when the URL says it all */
	const char *attribution;     /* who made it, as the licence asks */
	const char *source_url;      /* where it came from; "" */
	struct bundle_module *modules;
	size_t n_modules;
	struct bundle_assignment *assignments;
	size_t n_assignments;
	struct bundle_media *media;
	size_t n_media;
	struct bundle_report *report;
	size_t n_report;
	struct bundle_error *errors; /* any error: the course must not be stored */
	size_t n_errors;
};

/* A set of files. NULL and a reason when it cannot be opened. The folder is
 * read with openat(2) and never follows a link below its root; `data` of a zip
 * file must live as long as the arena. */
struct bundle_source;
struct bundle_source *bundle_folder(struct arena *, const char *path, char *reason, size_t size);
struct bundle_source *bundle_zip(
    struct arena *, const void *data, size_t n, char *reason, size_t size);

/* Finds out the form and reads it. Never NULL; look at n_errors. */
struct bundle *bundle_read(struct arena *, struct bundle_source *);

/* The same course as a zip file in our own form. NULL when the zip library
 * fails; *size its bytes. */
const unsigned char *bundle_write(struct arena *, const struct bundle *, size_t *size);

/* Type of a picture from its first bytes and its size in pixels; NULL when it
 * is none that we serve. Pure. */
const char *bundle_picture(const unsigned char *data, size_t n, int *width, int *height);

#endif
