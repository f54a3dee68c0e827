/* testkit.c: requests through dispatch, in process; see testkit.h. */
#include "testkit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "fault.h"
#include "identity/identity.h"
#include "job.h"
#include "process.h"
#include "registry.h"
#include "session.sql.h"
#include "wire.h"
#include "worker.h"
#include "scratch.h"

#define ARENA_BYTES (64u << 20)

static const struct {
	const char *name, *email, *role;
} people[WHO_COUNT] = {
	[ANN] = { "Ann Archer", "ann@example.org", "STUDENT" },
	[BOB] = { "Bob Baker", "bob@example.org", "STUDENT" },
	[EVE] = { "Eve Ellis", "eve@example.org", "EDUCATOR" },
	[MAX] = { "Max Moyo", "max@example.org", "EDUCATOR" },
	[ADA] = { "Ada Adams", "ada@example.org", "ADMIN" },
};

static struct {
	char dir[256];
	struct conf conf;
	struct arena *keep;           /* until world_end */
	struct db *dbs[POOL_COUNT];
	struct {
		const char *id, *cookie;
		unsigned char seed[32];
	} people[WHO_COUNT];
	unsigned requests;
} kit;

/* ---- the world --------------------------------------------------------------- */

static const char *
kit_path(const char *name)
{
	return arena_printf(kit.keep, "%s/%s", kit.dir, name);
}

static void
conf_write(void)
{
	const char *path = kit_path("host.conf");
	char reason[400];
	FILE *f = fopen(path, "we");

	cr_assert(f);
	(void)fprintf(f, "development = 1\nbase_url = http://test.local\nrun_dir = %s\nlog_dir = %s\n"
	    "module_dir = %s/.libs\ntemplate_dir = %s/templates\nmessage_dir = %s/messages\n"
	    "static_dir = %s/static\nprotected_dir = %s/protected\nkey_file = %s/key\nclock_file = %s/clock\n"
	    "mail_dir = %s/mail\ndatabase = %s\nhash_memory_kib = 64\nhash_passes = 1\n"
	    "rate_scale_percent = 10000000\nsandbox = 0\nhost_cache = 1\nsession_cache_ms = 0\n"
	    "helper_highlight = %s/tools/helpers/highlight\nhelper_math = %s/tools/helpers/math\n"
	    "helper_document = %s/document-pdf\n",
	    kit.dir, kit.dir, BUILD_DIR, SOURCE_DIR, SOURCE_DIR, kit.dir, kit.dir, kit.dir, kit.dir,
	    kit.dir, cluster_as("postgres"), SOURCE_DIR, SOURCE_DIR, BUILD_DIR);
	cr_assert(!fclose(f));
	cr_assert(conf_load(path, &kit.conf, reason, sizeof reason), "%s", reason);
	conf = &kit.conf;
}

static void
clock_make(void)
{
	static const int64_t zero;
	int fd = open(kit_path("clock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	cr_assert(fd >= 0 && write(fd, &zero, sizeof zero) == sizeof zero);
	close(fd);
}

void
world_begin(void)
{
	static const char *const dirs[] = { "protected", "mail", "static" };
	char reason[600];

	scratch_name(kit.dir, sizeof kit.dir, "world");
	cr_assert(mkdtemp(kit.dir));
	kit.keep = arena_new(512u << 20);
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		cr_assert(!mkdir(kit_path(dirs[i]), 0700));
	conf_write();
	clock_make();
	cr_assert(crypto_key_file_create(conf->key_file, reason, sizeof reason), "%s", reason);
	/* Criterion drops the message of a check that fails this early. */
	if (!generation_load(NULL, NULL, reason, sizeof reason)) {
		(void)fprintf(stderr, "world_begin: %s\n", reason);
		cr_assert_fail("%s", reason);
	}
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
world_end(void)
{
	for (size_t i = 0; i < POOL_COUNT; i++) {
		db_free(kit.dbs[i]);
		kit.dbs[i] = NULL;
	}
	cluster_drop();
	arena_free(kit.keep);
	kit.keep = NULL;
	(void)nftw(kit.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct arena *
kit_arena(void)
{
	return kit.keep;
}

struct db *
kit_db(enum pool pool)
{
	if (!kit.dbs[pool])
		kit.dbs[pool] = db_new(conf->pools[pool].database);
	return kit.dbs[pool];
}

void
clock_set(int64_t us)
{
	clock_move(us - clock_now());
}

void
clock_move(int64_t us)
{
	int64_t offset = 0;
	int fd = open(conf->clock_file, O_RDWR | O_CLOEXEC);

	cr_assert(fd >= 0 && pread(fd, &offset, sizeof offset, 0) == sizeof offset);
	offset += us;
	cr_assert(pwrite(fd, &offset, sizeof offset, 0) == sizeof offset);
	close(fd);
}

/* ---- people -------------------------------------------------------------------- */

const char *
person_email(enum who who)
{
	return people[who].email;
}

const char *
person_password(enum who who)
{
	return arena_printf(kit.keep, "%s likes tall trees", people[who].name);
}

static void
person_make(enum who who)
{
	const struct identity_new new = { .email = people[who].email, .name = people[who].name,
		.password = person_password(who), .role = people[who].role, .verified = true };
	struct fault_frame f;
	struct db *db = kit_db(POOL_JOBS);

	if (FAULT_CATCH(&f)) {
		db_rollback(db);
		cr_assert_fail("person %s: %s", people[who].name, f.text);
	}
	db_begin(db, kit.keep, true, NULL);
	kit.people[who].id = identity_create(db, kit.keep, &new);
	db_commit(db);
	fault_leave(&f);
	cr_assert(kit.people[who].id);
}

const char *
person_id(enum who who)
{
	if (who != NOBODY && !kit.people[who].id)
		person_make(who);
	return kit.people[who].id;
}

/* A session as req_session_start makes it; its seed is ours for the token. */
void
signin(enum who who)
{
	const char *id = person_id(who), *token = crypto_token(kit.keep, 32);
	struct db *db = kit_db(POOL_AUTH);
	struct session_start row;
	struct fault_frame f;

	if (FAULT_CATCH(&f)) {
		db_rollback(db);
		cr_assert_fail("session of %s: %s", people[who].name, f.text);
	}
	crypto_random(kit.people[who].seed, 32);
	db_begin(db, kit.keep, true, NULL);
	cr_assert(sql_session_start(db, id, crypto_digest(kit.keep, token),
	    (struct sql_bytes){ kit.people[who].seed, 32 }, false, "Test", "127.0.0.0", &row));
	db_commit(db);
	fault_leave(&f);
	kit.people[who].cookie = arena_printf(kit.keep, "HTTP_COOKIE=sid=%s", token);
}

const char *
session_of(enum who who)
{
	if (!kit.people[who].cookie)
		signin(who);
	return kit.people[who].cookie;
}

/* ---- requests -------------------------------------------------------------------- */

struct body {
	const char *data;
	size_t size, at;
};

static long
body_read(struct wire *w, void *data, size_t size)
{
	struct body *b = w->carrier;
	size_t n = b->size - b->at < size ? b->size - b->at : size;

	if (n)
		memcpy(data, b->data + b->at, n);
	b->at += n;
	return (long)n;
}

#define PRE "a-cookie-of-a-visitor-in-a-test"

/* The masked token that a form of this person would hold (csrf.c). */
static const char *
csrf_of(enum who who)
{
	unsigned char key[32], plain[32], masked[64];

	if (who == NOBODY) {
		crypto_subkey("csrf-pre", 1, key);
		crypto_hmac(key, PRE, strlen(PRE), plain);
	} else
		crypto_hmac(kit.people[who].seed, "form", 4, plain);
	crypto_random(masked, 32);
	for (size_t i = 0; i < 32; i++)
		masked[32 + i] = plain[i] ^ masked[i];
	return crypto_base64url(kit.keep, masked, sizeof masked);
}

/* The pool whose workers would serve it. */
static enum pool
pool_of(struct arena *a, const char *method, const char *path)
{
	static const struct { const char *name; enum http_method method; } methods[] = {
		{ "POST", METHOD_POST }, { "PUT", METHOD_PUT }, { "PATCH", METHOD_PATCH },
		{ "DELETE", METHOD_DELETE } };
	enum http_method m = METHOD_GET;
	struct route_match match;
	const char *plain = strncmp(path, "/api/v1/", 8) ? path : path + 7;

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (!strcmp(method, methods[i].name))
			m = methods[i].method;
	if (!registry_match(a, m, arena_strndup(a, plain, strcspn(plain, "?")), &match) || !match.route)
		return POOL_WEB;
	return match.route->def->pool;
}

static const char *
head_value(const char *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = head; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (!strncasecmp(line, name, n) && line[n] == ':')
			return arena_strndup(kit.keep, line + n + 2, strcspn(line + n + 2, "\r\n"));
	return "";
}

/* "code":"x" of a problem document. */
static const char *
problem_code(const char *json)
{
	const char *at = strstr(json, "\"code\":\"");

	return at ? arena_strndup(kit.keep, at + 8, strcspn(at + 8, "\"")) : "";
}

/* A browser goes on with the token that an answer brings. */
static void
cookie_take(enum who who, const char *head)
{
	const char *at = strstr(head, "Set-Cookie: sid=");
	size_t n = at ? strcspn(at + 16, ";\r\n") : 0;

	if (who != NOBODY && n == 43)
		kit.people[who].cookie = arena_printf(kit.keep, "HTTP_COOKIE=sid=%.43s", at + 16);
}

struct reply
request(enum who who, const char *method, const char *path, const char *type,
    const void *body, size_t size, const char *const *extra)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct body b = { body, size, 0 };
	enum pool pool = pool_of(a, method, path);
	struct worker w = { .pool = pool, .arena = a, .db = kit_db(pool) };
	const char *env[40];
	size_t n = 0;
	struct wire wire = { .env = env, .read = body_read, .carrier = &b, .queued_us = -1 };
	struct reply r = { .html = "", .json = "", .location = "", .problem = "" };
	const char *text;

	if (who != NOBODY && !kit.people[who].cookie)
		signin(who);
	/* First, since the first of a name counts: a test may replace any of ours. */
	for (size_t i = 0; extra && extra[i]; i++) {
		cr_assert(n < 24);
		env[n++] = extra[i];
	}
	env[n++] = arena_printf(a, "REQUEST_METHOD=%s", method);
	env[n++] = arena_printf(a, "REQUEST_URI=%s", path);
	env[n++] = arena_printf(a, "REQUEST_ID=%032x", ++kit.requests);
	env[n++] = "REMOTE_ADDR=127.0.0.1";
	env[n++] = "HTTP_HOST=test.local";
	env[n++] = "HTTP_USER_AGENT=testkit";
	env[n++] = who == NOBODY ? "HTTP_COOKIE=pre=" PRE : kit.people[who].cookie;
	if (strcmp(method, "GET") && strcmp(method, "HEAD")) {
		env[n++] = "HTTP_ORIGIN=http://test.local";
		env[n++] = arena_printf(a, "HTTP_X_CSRF=%s", csrf_of(who));
	}
	if (body) {
		env[n++] = arena_printf(a, "CONTENT_TYPE=%s", type);
		env[n++] = arena_printf(a, "CONTENT_LENGTH=%zu", size);
	}
	env[n] = NULL;
	dispatch(&w, &wire);
	r.status = wire.status;
	r.size = wire.body_size;
	r.trips = db_stats(w.db)->trips;
	r.head = arena_strdup(kit.keep, buffer_text(&wire.head));
	text = wire.body_size ? arena_strndup(kit.keep, wire.body, wire.body_size) : "";
	if (strstr(head_value(r.head, "Content-Type"), "json"))
		r.json = text;
	else
		r.html = text;
	cookie_take(who, r.head);
	r.location = head_value(r.head, "Location");
	if (r.status >= 400)
		r.problem = problem_code(r.json);
	dispatch_after(&w, &wire);
	arena_free(a);
	return r;
}

struct reply
get_as(enum who who, const char *path)
{
	struct reply page = request(who, "GET", path, NULL, NULL, 0, NULL), twin;

	if (page.status == 200 && strncmp(path, "/api/", 5)) {
		twin = api_get_as(who, path);
		page.json = twin.status == 200 ? twin.json : "";
	}
	return page;
}

struct reply
get(const char *path)
{
	return get_as(NOBODY, path);
}

struct reply
post_as(enum who who, const char *path, const char *form)
{
	return request(who, "POST", path, "application/x-www-form-urlencoded", form ? form : "",
	    form ? strlen(form) : 0, NULL);
}

struct reply
post(const char *path, const char *form)
{
	return post_as(NOBODY, path, form);
}

#define BOUNDARY "----a-boundary-of-the-test-kit"

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void
add_decoded(struct buffer *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			buffer_char(b, (char)(hex(s[i + 1]) << 4 | hex(s[i + 2])));
			i += 2;
		} else
			buffer_char(b, s[i] == '+' ? ' ' : s[i]);
	}
}

struct reply
upload_as(enum who who, const char *path, const char *form, const char *field,
    const char *file_name, const void *data, size_t size)
{
	struct buffer b;

	buffer_init(&b, kit.keep, size + 1024);
	for (const char *p = form ? form : ""; *p; p += strcspn(p, "&"), p += *p == '&') {
		size_t whole = strcspn(p, "&"), name = strcspn(p, "=&");

		buffer_printf(&b, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n",
		    (int)name, p);
		if (name < whole)
			add_decoded(&b, p + name + 1, whole - name - 1);
		buffer_str(&b, "\r\n");
	}
	buffer_printf(&b, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
	    "Content-Type: application/octet-stream\r\n\r\n", field, file_name);
	buffer_add(&b, data, size);
	buffer_str(&b, "\r\n--" BOUNDARY "--\r\n");
	return request(who, "POST", path, "multipart/form-data; boundary=" BOUNDARY, b.data, b.size, NULL);
}

static const char *
api_path(const char *path)
{
	return arena_printf(kit.keep, "/api/v1%s", path);
}

struct reply
api_get_as(enum who who, const char *path)
{
	return request(who, "GET", api_path(path), NULL, NULL, 0, NULL);
}

struct reply
api_get(const char *path)
{
	return api_get_as(NOBODY, path);
}

struct reply
api_post_as(enum who who, const char *path, const char *json)
{
	return request(who, "POST", api_path(path), "application/json", json ? json : "{}",
	    strlen(json ? json : "{}"), NULL);
}

struct reply
api_post(const char *path, const char *json)
{
	return api_post_as(NOBODY, path, json);
}

/* ---- rows -------------------------------------------------------------------------- */

static const char *
formatted(const char *before, const char *fmt, va_list args)
{
	char *text;
	int n = vasprintf(&text, fmt, args);
	const char *copy;

	cr_assert(n >= 0);
	copy = arena_printf(kit.keep, "%s%s", before, text);
	free(text);
	return copy;
}

void
seed(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)cluster_sql(formatted("", fmt, args));
	va_end(args);
}

int64_t
count(const char *fmt, ...)
{
	const char *sql;
	va_list args;

	va_start(args, fmt);
	sql = formatted("select count(*) from ", fmt, args);
	va_end(args);
	return strtoll(cluster_sql(sql), NULL, 10);
}

const char *
value(const char *fmt, ...)
{
	const char *sql;
	va_list args;

	va_start(args, fmt);
	sql = formatted("", fmt, args);
	va_end(args);
	return arena_strdup(kit.keep, cluster_sql(sql));
}

unsigned
jobs_run(void)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct worker w = { .pool = POOL_JOBS, .arena = a, .db = kit_db(POOL_JOBS) };
	unsigned n = job_run_due(&w);

	arena_free(a);
	return n;
}
