/*
 * handler.h: everything a handler module may see of the host.
 *
 * A module is one shared object that exports exactly one symbol, written with
 * MODULE() at the end of its main file. It links to libc only; the functions
 * below resolve against the host binary when the module is loaded.
 *
 * Memory. Every pointer that the host returns lives until the end of the
 * request (or job), in the request's arena. Nothing is freed in a handler.
 * Strings given to view_* and req_* are not copied: pass literals, columns of
 * query rows, parameters, or arena strings.
 *
 * Errors. An outcome is a return value (req_fail and friends: any status of
 * 400 or more rolls the transaction back). A fault (database gone, out of
 * memory, a broken rule) does not return: it unwinds to the dispatcher, which
 * rolls back and answers 500 or 503. A bug asserts and costs the worker.
 *
 * Time is int64_t microseconds since 1970-01-01T00:00:00Z. Money is int64_t
 * minor units with an ISO 4217 or platform currency code.
 */
#ifndef HANDLER_H
#define HANDLER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised when a declaration below changes in a way old modules cannot bear. */
#define HANDLER_ABI_MAJOR 1
#define HANDLER_ABI_MINOR 0

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct arena;
struct db;
struct job;
struct req;
struct sql_query;
struct view;

/* HTML that the host's own sanitiser made. Only `html` columns and
 * markdown_render() give one; only templates/macro/prose.cs prints it. */
struct html {
	const char *text;
};

/* ---- arena ------------------------------------------------------------ */

/* Memory that lives as long as the arena; zeroed; never NULL (a fault
 * "arena_full" unwinds when the cap of the request is reached). */
void *arena_alloc(struct arena *, size_t size);
char *arena_strndup(struct arena *, const char *s, size_t n);
char *arena_strdup(struct arena *, const char *s);
char *arena_printf(struct arena *, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Calls fn(ptr) when the arena is reset, last registered first. */
void arena_defer(struct arena *, void (*fn)(void *), void *ptr);

/* ---- configuration ---------------------------------------------------- */

/* A key of the one configuration file that belongs to a rule of domain/. */
struct conf_setting {
	const char *key;       /* "payment.stripe.key_file" */
	const char *dflt;
	const char *text;      /* for docs/configuration.md */
	unsigned file_pools;   /* names a file which these pools read: bits 1 << POOL_X */
};
/* Before main(), from a constructor: up to key NULL. `check` may refuse a
 * configuration with a reason; NULL = none. */
void conf_declare(const struct conf_setting *, bool (*check)(char *reason, size_t size));
/* Value of a declared key; an undeclared one asserts. */
const char *conf_setting(const char *key);
bool conf_development(void);
/* Public address of this platform, no slash at the end. */
const char *conf_base_url(void);

/* ---- clock and faults ------------------------------------------------- */

/* Wall clock of the platform; tests can set it (configuration `clock_file`). */
int64_t clock_now(void);

/* Unwinds to the dispatcher. The text goes to the log, never to the user. */
_Noreturn void fault(const char *fmt, ...) PRINTF_LIKE(1, 2);

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
/* One structured line. `event` is a stable snake_case name; then pairs
 * (const char *key, const char *value) up to NULL. Values must hold no
 * personal data; wrap such a value in log_pii(). */
void log_event(enum log_level, const char *event, ...) __attribute__((sentinel));
/* Keyed hash of a personal value, fit for a log line (changes daily). */
const char *log_pii(const char *value);

/* ---- parameters ------------------------------------------------------- */

enum param_type {
	PARAM_LINE = 1, /* one line of text, trimmed, control characters refused */
	PARAM_TEXT,     /* text with line breaks, CRLF becomes LF */
	PARAM_SECRET,   /* password or token: never logged, never given back */
	PARAM_EMAIL,    /* trimmed, syntax checked, in lower case */
	PARAM_SLUG,     /* words of [a-z0-9] with "-" between: "intro-to-c" */
	PARAM_UUID,
	PARAM_INT,
	PARAM_BOOL,     /* on, true, 1 / off, false, 0, absent = false */
	PARAM_ENUM,     /* one of .options */
	PARAM_DATE,     /* YYYY-MM-DD */
	PARAM_TIME,     /* RFC 3339, or local date and time in the person's zone */
	PARAM_MONEY,    /* decimal text to minor units of .options[0] */
	PARAM_PERCENT,  /* decimal text, "%" allowed, to hundredths of a percent: "7.5" is 750 */
	PARAM_ZONE,     /* IANA time zone name */
	PARAM_LOCAL_URL,/* path of this site: "/x", never "//x" or a scheme */
	PARAM_FILE      /* part of a multipart body */
};

enum param_flag {
	PARAM_REQUIRED = 1,
	PARAM_MANY = 2, /* may be given several times: req_list() */
	PARAM_PATH = 4  /* taken from the route's :name; a bad one is 404 */
};

struct param {
	const char *name;
	enum param_type type;
	unsigned flags;
	/* Text: characters. INT, MONEY: value. FILE: bytes. 0, 0 = the type's own
	 * default limits (LINE 200 characters, TEXT 20,000, FILE 1 MiB). */
	int64_t min, max;
	int64_t dflt;            /* INT, BOOL */
	const char *dflt_text;   /* others; NULL = absent */
	const char *const *options; /* ENUM: values up to NULL */
	const char *hint;        /* message key for forms and OpenAPI; may be NULL */
};

/* The values of the declared parameters of this request. An undeclared name
 * asserts. An absent one is NULL, 0 or false. */
const char *req_text(const struct req *, const char *name);
int64_t req_int(const struct req *, const char *name);
bool req_bool(const struct req *, const char *name);
bool req_has(const struct req *, const char *name);
/* PARAM_MANY: NULL-terminated list; *n may be NULL. */
const char *const *req_list(const struct req *, const char *name, size_t *n);

struct upload {
	const char *name;      /* as sent, cleaned: no path, no control characters */
	const char *type;      /* found from the content, not from the client */
	const unsigned char *data;
	size_t size;
};
/* NULL when no file was sent. */
const struct upload *req_file(const struct req *, const char *name);

/* ---- the request ------------------------------------------------------ */

enum role { ROLE_NONE = 0, ROLE_STUDENT = 1, ROLE_EDUCATOR = 2, ROLE_ADMIN = 4 };

struct person {
	const char *id;         /* uuid */
	const char *session_id; /* uuid */
	const char *name;       /* display name, decrypted */
	const char *avatar;     /* local URL or NULL */
	const char *zone;       /* IANA name, "Africa/Johannesburg" */
	const char *locale;     /* "en-ZA", "zu-ZA" */
	unsigned roles;         /* enum role bits */
	enum role role;         /* the one in use now */
	int64_t authenticated_at;
	bool verified;          /* e-mail address verified */
};

struct req {
	struct db *db;
	struct arena *arena;
	const struct person *person; /* NULL when nobody is signed in */
	const char *rid;             /* request id, 32 hex digits */
	const char *path;            /* decoded, without "/api/v1" */
	const char *method;
	const char *locale;
	const char *zone;
	bool json;                   /* answered as JSON */
	struct host_req *host;       /* the host's own part */
};

/* Outcomes. `code` is a stable snake_case string; its text is the message
 * "error.<code>" of the catalogue. Each returns the status for `return`. After
 * req_field_error() the page is the route's form again, whatever the status. */
int req_fail(struct req *, int status, const char *code);
/* A failure with a page of its own: the view on this template. JSON answers
 * the problem. */
int req_fail_page(struct req *, int status, const char *code, const char *template_name);
/* Adds a field error: code `code`, text "field.<code>". */
void req_field_error(struct req *, const char *field, const char *code);
/* 422 with the field errors so far; the page is the route's form again. */
int req_invalid(struct req *);
/* 303 to a path of this site, built from fmt; JSON answers 200 with the view
 * (201 after req_created). */
int req_see(struct req *, const char *fmt, ...) PRINTF_LIKE(2, 3);
void req_created(struct req *);
/* 303 to another site: only for addresses that a fixed partner of the
 * configuration gave (a payment page), never for one that a user sent. https
 * alone, in development also http on loopback. JSON answers as req_see. */
int req_see_partner(struct req *, const char *url);
/* Shows the page again, or goes on to a local path (NULL = the same page),
 * after that many seconds. */
void req_refresh(struct req *, unsigned seconds, const char *path);
/* Bytes of the body as received; only for routes with .raw_body. */
struct sql_bytes;
struct sql_bytes req_body(const struct req *);
/* One message for the next page: kind "good", "warn" or "bad"; `key` is a
 * message key; values cannot be passed. */
void req_flash(struct req *, const char *kind, const char *key);
/* How this browser shows pages from now on, each "" for the default: theme
 * "light" or "dark", contrast "more", scale "l", "xl" or "xxl", motion "less". */
void req_display(struct req *, const char *theme, const char *contrast, const char *scale,
    const char *motion);
/* Title of the page (text, not a key). */
void req_title(struct req *, const char *title);
/* Strong validator of the content; a matching If-None-Match gives 304.
 * Pages that differ by person must include the person. */
void req_etag(struct req *, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Anonymous pages only: may be kept by nginx for that long. */
void req_cacheable(struct req *, unsigned seconds);
/* Answers the bytes themselves instead of the view. Disposition NULL =
 * inline. Data must live in the arena or be static. */
int req_send(struct req *, const char *content_type, const char *disposition_name,
    const void *data, size_t size);
/* Lets nginx send a file below the protected folder ("avatars/ab/cd.png"). */
int req_send_file(struct req *, const char *content_type, const char *disposition_name,
    const char *protected_path);
/* A text as part of an address: everything but unreserved characters as %XX. */
const char *form_encode(struct arena *, const char *);
/* "Alice Johnson" -> "AJ", "Dr. Amara Okonkwo" -> "AO"; at most two characters. */
const char *name_initials(struct arena *, const char *name);
/* "R & B: it's Loops!" -> "r-b-its-loops", at most 80 bytes; `nothing` when no letter or digit is there. */
const char *name_slug(struct arena *, const char *text, const char *nothing);
/* The current address with parameter `name` set to `value` (NULL drops it)
 * and the page position dropped. For filters and sorting. */
const char *req_link(struct req *, const char *name, const char *value);
/* Text of a message in the language of the request. */
const char *req_msg(struct req *, const char *key);
/* A small write that a reading page causes (an exec query: "last opened"). It
 * runs in a transaction of its own, as the same person, when the answer has
 * been sent; when it fails, that is logged and nobody waits for it. Nothing
 * happens when the answer is a failure. */
void req_after(struct req *, const struct sql_query *, const char *const *params);
/* A request header in CGI form ("HTTP_USER_AGENT"), or NULL. */
const char *req_header(const struct req *, const char *cgi_name);
/* Address of the client, or its network for logs. */
const char *req_address(const struct req *);
/* true when permission `name` belongs to the role in use. */
bool req_may(const struct req *, const char *permission);

/* Sessions: the account area only. Starts one for the person and sets the
 * cookie; ends this one; ends all others of this person. */
void req_session_start(struct req *, const char *person_id, bool remember);
void req_session_end(struct req *);
/* Ends one session: an own one, or anybody's for ADMIN. false: none such. */
bool req_session_end_id(struct req *, const char *session_id, const char *reason);
/* Ends all of the person's but the one in use; returns how many. */
int64_t req_session_end_others(struct req *, const char *person_id, const char *reason);
/* The rights of the person in use changed: this answer brings a fresh token,
 * and the old one ends with it (security.md, rotation). The next two do it. */
void req_session_rotate(struct req *);
/* The person acts in another of their roles. false: not theirs. */
bool req_session_role(struct req *, const char *role);
/* The password was given again: authenticated_at is now. */
void req_session_authenticated(struct req *);
/* Network of the client for records: /24 of IPv4, /48 of IPv6. */
const char *req_network(const struct req *);

/* ---- the view --------------------------------------------------------- */

/*
 * A tree of typed leaves; pages show it through a template as `view.<key>`,
 * the API answers it as JSON. Keys are literals in camelCase.
 *
 *           page                                   JSON
 * str       text                                   string or null
 * int       digits (.text: grouped by locale)      number
 * bool      "1" or ""                              true/false
 * money     "R1 234.50" (.amount, .currency)       {"amount":123450,"currency":"ZAR"}
 * time      RFC 3339 UTC (.text: in the person's zone, .ago: relative)  RFC 3339 UTC
 * html      sanitised HTML, for macro/prose.cs     string
 */
void view_str(struct view *, const char *key, const char *value);
void view_strf(struct view *, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void view_int(struct view *, const char *key, int64_t value);
void view_bool(struct view *, const char *key, bool value);
void view_money(struct view *, const char *key, int64_t minor, const char *currency);
/* 0 = null */
void view_time(struct view *, const char *key, int64_t us);
/* A moment that begins or ends a day: like a time, its .text is the day alone. */
void view_day(struct view *, const char *key, int64_t us);
void view_html(struct view *, const char *key, struct html value);
struct view *view_obj(struct view *, const char *key);
struct view *view_list(struct view *, const char *key);
struct view *view_item(struct view *list);
void view_item_str(struct view *list, const char *value);
/* "page" of a list: page is 1-based; adds links for pages. */
void view_paging(struct view *, int64_t page, int64_t limit, int64_t total);
/* A child that pages see (as view.<key>) and JSON does not. */
struct view *view_page_only(struct view *, const char *key);

/* A chart for macro/chart.cs, in JSON its labels and values. Values below 0
 * are shown as 0. The title says the point of the chart. */
enum chart_kind { CHART_BARS, CHART_LINE };
struct chart_point {
	const char *label;
	int64_t value;
};
void view_chart(struct view *, const char *key, enum chart_kind, const char *title,
    const char *unit, const struct chart_point *, size_t n);

/* The host's own state as an object: pools, modules, costly routes. For ADMIN. */
void view_host_status(struct view *, const char *key);

/* ---- database --------------------------------------------------------- */

/*
 * Queries are declared in .sql files; tools/sqlgen makes a row struct and
 * typed calls of each: sql_x() runs it now, sql_x_queue() adds it to the
 * pipeline and db_flush() sends all queued queries in one round trip. Row
 * memory lives until the end of the request.
 */
enum sql_type {
	SQL_TEXT = 1, SQL_UUID, SQL_I64, SQL_I32, SQL_BOOL, SQL_TIME, SQL_DATE,
	SQL_JSON, SQL_HTML, SQL_BYTES, SQL_TEXT_ARRAY, SQL_UUID_ARRAY
};

struct sql_bytes {
	const unsigned char *data;
	size_t size;
};

struct sql_column {
	const char *name;
	enum sql_type type;
	bool nullable;
	uint16_t offset;      /* of the value in the row struct */
	uint16_t null_offset; /* of its bool x_set; 0 for pointer types */
};

struct sql_param {
	const char *name;
	enum sql_type type;
	bool nullable;
};

enum sql_kind { SQL_ONE = 1, SQL_MANY, SQL_EXEC };

struct sql_query {
	const char *name;   /* unique in the module: also the statement's name */
	const char *text;
	enum sql_kind kind;
	uint16_t n_params, n_columns, row_size;
	const struct sql_param *params;
	const struct sql_column *columns;
	/* Shared by all people: may be served from the worker's cache for this
	 * long, until cache_touch(tag). 0 = never. */
	uint32_t cache_ms;
	const char *cache_tag;
};

/* A parameter in PostgreSQL's text form, NULL = null. Used by generated code. */
int64_t db_run(struct db *, const struct sql_query *, const char *const *params,
    void *row_or_rows, size_t *n);
void db_queue(struct db *, const struct sql_query *, const char *const *params,
    void *row_or_rows, void *found_or_n);
void db_flush(struct db *);
const char *db_i64(struct db *, int64_t);
const char *db_time(struct db *, int64_t us);
const char *db_bytes(struct db *, struct sql_bytes);
/* List up to NULL, or n items, as an array literal. */
const char *db_array(struct db *, const char *const *items, size_t n);

/* Drops the cached rows of every query with this tag, on all workers of this
 * host at once when the transaction commits. */
void cache_touch(struct db *, const char *tag);

/* ---- JSON given by others (columns, job arguments) --------------------- */

struct json; /* a value; NULL = absent */
struct json *json_parse(struct arena *, const char *text); /* NULL when bad */
struct json *json_get(struct json *, const char *key);
struct json *json_at(struct json *, size_t i);
size_t json_length(struct json *);
const char *json_text(struct json *, const char *dflt);
int64_t json_int(struct json *, int64_t dflt);
bool json_bool(struct json *, bool dflt);
/* An object of strings from pairs (key, value) up to NULL. */
const char *json_object(struct arena *, ...) __attribute__((sentinel));

/* ---- cache service (CacheEntry), shared by all hosts ------------------- */

const char *cache_get(struct db *, const char *key);
void cache_set(struct db *, const char *key, const char *value, unsigned ttl_seconds);
bool cache_delete(struct db *, const char *key);

struct cache_key {
	const char *key;
	int64_t size;        /* bytes of the value */
	int64_t expires_at;  /* µs; 0 = never, -1 = unknown (Redis) */
};
/* A page of the keys that begin with prefix ("" = all), sorted; *total: how
 * many there are. Redis: of the first 10,000 found. */
size_t cache_keys(struct db *, struct arena *, const char *prefix, int64_t limit, int64_t offset,
    struct cache_key **, int64_t *total);
/* Removes the entries whose key begins with prefix ("" = all); how many. */
int64_t cache_clear(struct db *, const char *prefix);

/* ---- jobs and mail ----------------------------------------------------- */

struct job {
	struct db *db;
	struct arena *arena;
	const char *id;
	struct json *args;
	int attempt; /* from 1 */
};

/* JOB_DONE; JOB_RETRY = try again later; JOB_DEAD = never try again. */
enum job_result { JOB_DONE, JOB_RETRY, JOB_DEAD };

struct job_type {
	const char *name; /* "area.verb" */
	enum job_result (*run)(struct job *);
	unsigned timeout_s;
	unsigned attempts;
	const char *cron; /* five fields, UTC; NULL = only on demand */
	const char *event; /* run for each event of this type; NULL */
};

/* In the caller's transaction. `key`: a second job of the same type and key
 * is not added while one waits; one that is added while another runs starts
 * after it (NULL = always added). `args`: JSON object without personal data. */
void job_add(struct db *, const char *type, const char *key, const char *args);
/* Progress of the running job, shown to its owner: 0..total. */
void job_progress(struct job *, int64_t done, int64_t total, const char *text);
/* Commits what the job did so far; nothing is open while it then talks to
 * another server, and the next query begins a new transaction. A job that ends
 * in between is run again from its start: it must find its own way back. */
void job_commit(struct job *);
/* A line for whoever runs the job from the command line; else nothing. */
void job_report(struct job *, const char *line);

/* Queues a mail in the caller's transaction. Template mail/<name>.cs and
 * mail/<name>.txt.cs; `data` as the view of the template. */
struct view *mail_view(struct arena *);
void mail_queue(struct db *, const char *address, const char *person_id,
    const char *locale, const char *template_name, struct view *data);

/* ---- Markdown, storage, helpers ---------------------------------------- */

struct markdown_image {
	const char *path; /* as written */
	const char *url;  /* where it is served; NULL = missing */
	int width, height;
};

struct markdown_result {
	struct html html;
	const char *text;      /* plain text, for search and summaries */
	int64_t words;
	const char *const *warnings; /* up to NULL */
	const char *headings;  /* JSON list of {level,id,text} */
};

/* Renders a lesson's Markdown (GitHub dialect, fenced divs, $mathematics$) to
 * sanitised HTML. `images` up to path NULL; NULL = none. */
struct markdown_result markdown_render(struct arena *, const char *source, size_t size,
    const struct markdown_image *images);

/* A drawing (SVG) as a PNG picture, for jobs; NULL when the helper is missing
 * or refuses it. */
const unsigned char *picture_from_svg(struct arena *, const unsigned char *svg, size_t n,
    size_t *size);

/* A receipt or invoice (JSON as helpers/document.c takes it) as PDF, for jobs;
 * the same JSON gives the same bytes. NULL when the helper is missing or
 * refuses it. */
const unsigned char *document_pdf(struct arena *, const char *json, size_t *size);

/* Files below the protected folder, named by content hash. Returns the path
 * for req_send_file. Durable when it returns. */
const char *storage_put(struct arena *, const char *folder, const char *extension,
    const void *data, size_t size);
/* Paths of a folder's files that were put (last) more than that long ago, up to NULL. */
size_t storage_list(struct arena *, const char *folder, int64_t older_seconds,
    const char *const **paths);
/* Removes a stored file; false when there is none. Only for what no row names. */
bool storage_drop(const char *path);
/* Content of a stored file, or NULL. */
const unsigned char *storage_get(struct arena *, const char *path, size_t *size);
/* Content of any file, for jobs of the command line (workers are kept out by
 * their sandbox); NULL when it cannot be read or is larger than 512 MiB. */
const unsigned char *storage_file(struct arena *, const char *path, size_t *size);

/* ---- routes and the module --------------------------------------------- */

enum http_method {
	METHOD_GET = 1, METHOD_POST = 2, METHOD_PUT = 4, METHOD_PATCH = 8, METHOD_DELETE = 16
};

enum access {
	ACCESS_PUBLIC = 1, /* anybody */
	ACCESS_MEMBER,     /* signed in */
	ACCESS_EDUCATOR,   /* educator or admin */
	ACCESS_ADMIN
};

enum pool { POOL_WEB, POOL_AUTH, POOL_PAY, POOL_SLOW, POOL_JOBS, POOL_COUNT };

typedef int handler_fn(struct req *, struct view *);

struct route {
	enum http_method method;
	const char *path;        /* "/courses/:slug" */
	handler_fn *run;
	const char *template_name; /* page of the view; NULL: only redirects */
	enum access access;
	const struct param *params; /* up to name NULL; NULL = none */
	const char *permission;  /* checked besides access; NULL */
	handler_fn *form;        /* fills the view for the form shown again on 422 */
	enum pool pool;
	uint32_t body_max;       /* bytes; 0 = 64 KiB */
	uint16_t rate_per_minute;/* per person or address; 0 = class default */
	uint16_t concurrency;    /* at once, all workers; 0 = no cap */
	bool idempotent_key;     /* honours Idempotency-Key (unsafe API calls), and the field
	                          * idempotency_key of forms */
	bool raw_body;           /* called by machines that sign the body: it is not parsed, no
	                          * session and no form token are looked at */
	bool no_json;            /* page only (no /api/v1 twin) */
	bool no_html;            /* API only */
	const char *summary;     /* OpenAPI */
	const char *owner;       /* who may see the object: "self", "instructor", "anyone" … */
};

/* Personal data of a module: column classes and the queries that export and
 * erase one person. Tables without personal data are not listed. */
struct personal_data {
	const char *table;
	const char *columns;   /* comma separated */
	const char *purpose;
	const struct sql_query *export_query; /* param: person uuid */
	const struct sql_query *erase_query;  /* param: person uuid; NULL = kept, see reason */
	const char *kept_reason;
	uint32_t retention_days; /* 0 = as long as the account */
};

struct module_abi {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t size_module, size_route, size_param, size_req, size_query, size_job;
	uint32_t size_time;
	uint32_t flags;       /* 1 = address sanitizer */
	char compiler[32];
};

struct module {
	struct module_abi abi;
	const char *name;
	const char *version;
	const struct route *routes;              /* up to run NULL */
	const struct sql_query *const *queries;  /* up to NULL */
	const struct job_type *jobs;             /* up to name NULL; NULL */
	const struct personal_data *personal;    /* up to table NULL; NULL */
	/* Called once per generation before it serves; false refuses it. */
	bool (*selftest)(char *reason, size_t size);
};

#define MODULE_MAGIC 0x4d4f4431u /* "MOD1" */
#define MODULE_SYMBOL "module_definition"
#ifdef __SANITIZE_ADDRESS__
#define MODULE_FLAGS 1u
#else
#define MODULE_FLAGS 0u
#endif
#define MODULE_ABI { MODULE_MAGIC, HANDLER_ABI_MAJOR, HANDLER_ABI_MINOR, \
	sizeof(struct module), sizeof(struct route), sizeof(struct param), \
	sizeof(struct req), sizeof(struct sql_query), sizeof(struct job_type), \
	sizeof(int64_t), MODULE_FLAGS, __VERSION__ }

/* MODULE(.name = "course", .version = "1", .routes = routes, …); */
#define MODULE(...) \
	extern const struct module module_definition; \
	__attribute__((visibility("default"))) \
	const struct module module_definition = { .abi = MODULE_ABI, __VA_ARGS__ }

#endif
