/*
 * testkit.h: area tests. The host's whole way of a request, in this process:
 * modules, templates, sessions, row security, a database of the test's own.
 *
 *     TestSuite(course, .init = world_begin, .fini = world_end);
 *
 *     Test(course, shows_a_published_course_as_page_and_as_json)
 *     {
 *             seed("insert into course.category (slug, title) values ('c', 'C')");
 *             struct reply r = get("/courses");
 *             cr_expect_eq(r.status, 200);
 *             cr_expect(strstr(r.html, "…"));
 *             cr_expect(strstr(r.json, "\"slug\":\"c\""));
 *     }
 *
 * Everything a function returns lives until world_end. A test runs in a
 * process of its own. The clock is the platform's own: clock_set() moves it
 * for the host and the database alike.
 */
#ifndef TESTS_TESTKIT_H
#define TESTS_TESTKIT_H

#include <criterion/criterion.h>

#include "cluster.h"
#include "handler.h"

struct reply {
	int status;
	const char *html;      /* body of a page, "" when JSON was asked */
	const char *json;      /* body of the API, of a GET also the twin of the page ("" = none) */
	const char *head;      /* header lines */
	const char *location;  /* local path of a redirect, or "" */
	const char *problem;   /* code of an API problem, or "" */
	size_t size;           /* of the body (it may hold NULs) */
	unsigned trips;        /* round trips to the database; entering the session is one of them */
};

/* People. They are made, verified and signed in when first used. */
enum who { NOBODY, ANN, BOB, EVE, MAX, ADA, WHO_COUNT };
/* ANN, BOB: students; EVE, MAX: educators; ADA: administrator. */
const char *person_id(enum who);
const char *person_email(enum who);
const char *person_password(enum who);
/* Signs in anew: the next request comes with another session. */
void signin(enum who);
/* The cookie of the next request, as a variable for request(). */
const char *session_of(enum who);

void world_begin(void);
void world_end(void);

/* Pages. form: urlencoded fields or NULL; the CSRF token is added. */
struct reply get(const char *path);
struct reply get_as(enum who, const char *path);
struct reply post(const char *path, const char *form);
struct reply post_as(enum who, const char *path, const char *form);
/* Multipart form: fields as for post, one file. */
struct reply upload_as(enum who, const char *path, const char *form, const char *field,
    const char *file_name, const void *data, size_t size);

/* The API: paths without /api/v1; bodies are JSON text or NULL. */
struct reply api_get(const char *path);
struct reply api_get_as(enum who, const char *path);
struct reply api_post(const char *path, const char *json);
struct reply api_post_as(enum who, const char *path, const char *json);
/* Any method, path as on the wire, extra CGI variables NAME=value up to NULL: they replace ours. */
struct reply request(enum who, const char *method, const char *path, const char *type,
    const void *body, size_t size, const char *const *extra);

/* SQL as superuser: rows for a test, and questions about what it left. */
void seed(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* select count(*) from <what>: "course.course where status = 'DRAFT'". */
int64_t count(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* First column of the first row, "" when there is none. */
const char *value(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Moves the clock to or by that many µs from now on. */
void clock_set(int64_t us);
void clock_move(int64_t us);

/* Runs due jobs until none is left; returns how many ran. */
unsigned jobs_run(void);

/* Memory until world_end. */
struct arena *kit_arena(void);
/* A database connection of a pool's role, for domain calls. */
struct db *kit_db(enum pool);

#endif
