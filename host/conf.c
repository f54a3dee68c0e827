/*
 * conf.c: the one configuration file; see conf.h. `rows` is the only list of
 * keys: parsing, defaults, checks, printing and the documentation use it.
 */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_FILE_MAX (256 * 1024)
#define ROLES (POOL_COUNT + 1)

enum row_type { ROW_TEXT, ROW_INT, ROW_BOOL, ROW_LEVEL };

struct row {
	const char *key;
	enum row_type type;
	size_t offset;
	const char *dflt;
	int64_t min, max;
	const char *text;
};

#define TEXT(key, field, dflt, text) { key, ROW_TEXT, offsetof(struct conf, field), dflt, 0, 0, text }
#define BOOL(key, field, dflt, text) { key, ROW_BOOL, offsetof(struct conf, field), dflt, 0, 1, text }
#define INT(key, field, dflt, min, max, text) \
	{ key, ROW_INT, offsetof(struct conf, field), dflt, min, max, text }
#define POOL(name, pool, number, text) \
	INT("pool." name ".workers", pools[pool].workers, number, 0, 64, text), \
	TEXT("pool." name ".user", pools[pool].user, "", \
	    "Unix user of this pool when started as root"), \
	TEXT("pool." name ".database", pools[pool].database, "", \
	    "PostgreSQL conninfo; empty: `database` with user=db_" name)

static const struct row rows[] = {
	BOOL("development", development, "0",
	    "plain HTTP on loopback, templates read again when they change, `clock_file` honoured"),
	TEXT("base_url", base_url, "http://127.0.0.1:8080", "public address, no slash at the end"),
	TEXT("run_dir", run_dir, "var/run", "sockets, pid file, generations, crash reports"),
	TEXT("log_dir", log_dir, "-", "folder of host.log; `-` = standard error"),
	{ "log_level", ROW_LEVEL, offsetof(struct conf, log_level), "info", 0, 0,
	    "least level written: debug, info, warn, error" },
	TEXT("module_dir", module_dir, "modules", "folder of the handler modules"),
	TEXT("modules", modules, "*", "comma separated module names; `*` = all in the folder"),
	TEXT("template_dir", template_dir, "templates", "folder of the templates"),
	TEXT("static_dir", static_dir, "static", "folder of the built static files and their manifest"),
	TEXT("message_dir", message_dir, "messages", "folder of the message catalogues"),
	TEXT("protected_dir", protected_dir, "var/protected",
	    "stored files; nginx sends them by X-Accel-Redirect"),
	TEXT("key_file", key_file, "var/master.key", "32-byte master key, mode 0600"),
	TEXT("clock_file", clock_file, "",
	    "development: 8-byte offset in µs added to the clock; empty = none"),
	TEXT("web_user", web_user, "www-data", "the only peer that may connect: nginx's user"),
	POOL("web", POOL_WEB, "4", "workers for pages and the API"),
	POOL("auth", POOL_AUTH, "1", "workers that hash passwords; at most half the cores"),
	POOL("pay", POOL_PAY, "1", "workers for payments and webhooks; never shed"),
	POOL("slow", POOL_SLOW, "1", "workers for exports, imports, PDF, AI"),
	POOL("jobs", POOL_JOBS, "1", "background workers, no socket"),
	TEXT("database", database, "host=/var/run/postgresql dbname=learn",
	    "PostgreSQL conninfo shared by all pools, without user"),
	TEXT("database_migrate", database_migrate, "",
	    "conninfo of `migrate` and `seed`; empty: `database` with user=db_migrate"),
	TEXT("database_replica", database_replica, "", "conninfo of a read replica; empty = none"),
	TEXT("redis", redis, "", "redis://host:port shared cache of several hosts; empty = none"),
	INT("listen_backlog", listen_backlog, "1024", 16, 65535,
	    "waiting connections per pool; net.core.somaxconn must be at least that"),
	INT("shed_after_ms", shed_after_ms, "2000", 50, 60000,
	    "a request older than this on arrival is answered 503"),
	INT("slow_ms", slow_ms, "1000", 10, 600000, "a slow trace is written after this time"),
	INT("soft_ms", soft_ms, "10000", 20, 600000, "the query is canceled after this time"),
	INT("hard_ms", hard_ms, "15000", 30, 900000,
	    "the worker is ended after this time, with a crash report"),
	INT("drain_soft_ms", drain_soft_ms, "30000", 10, 600000,
	    "requests that outlive a reload by this are logged"),
	INT("drain_hard_ms", drain_hard_ms, "60000", 20, 900000,
	    "and by this are ended"),
	INT("max_requests", max_requests, "5000", 10, 100000000,
	    "a worker is replaced after so many requests (and up to 20 % more)"),
	INT("max_lifetime_s", max_lifetime_s, "3600", 5, 864000,
	    "a worker is replaced after this time (± 10 %)"),
	INT("max_rss_mb", max_rss_mb, "256", 16, 65536,
	    "a worker that holds more memory is replaced after its request"),
	INT("arena_max_mb", arena_max_mb, "16", 1, 1024, "memory of one request"),
	BOOL("sandbox", sandbox, "1", "seccomp, Landlock and limits in workers"),
	TEXT("connect_ports", connect_ports, "",
	    "comma separated TCP ports that workers may connect to; empty = any"),
	BOOL("host_cache", host_cache, "1", "shared lists are kept in the worker for up to 1 s"),
	INT("session_cache_ms", session_cache_ms, "5000", 0, 60000,
	    "a session is looked up again after this time; 0 = each time"),
	TEXT("smtp_url", smtp_url, "", "smtp:// or smtps:// address; empty: mails land in `mail_dir`"),
	TEXT("smtp_user", smtp_user, "", "user name at the mail server"),
	TEXT("smtp_password_file", smtp_password_file, "", "file that holds its password"),
	TEXT("smtp_ca_file", smtp_ca_file, "", "certificates that sign the mail server's"),
	TEXT("mail_dir", mail_dir, "var/mail", "mails when there is no `smtp_url`"),
	TEXT("mail_from", mail_from, "learn@localhost", "sender of mails"),
	TEXT("helper_highlight", helper_highlight, "", "absolute path of the code highlighter"),
	TEXT("helper_math", helper_math, "", "absolute path of the mathematics converter"),
	TEXT("helper_drawing", helper_drawing, "", "absolute path of the converter of SVG drawings"),
	TEXT("helper_document", helper_document, "", "absolute path of the writer of receipts and invoices (PDF)"),
	TEXT("helper_image", helper_image, "", "absolute path of the image converter"),
	INT("hash_memory_kib", hash_memory_kib, "19456", 64, 1048576, "Argon2id memory"),
	INT("hash_passes", hash_passes, "2", 1, 64, "Argon2id passes"),
	INT("rate_scale_percent", rate_scale_percent, "100", 1, 10000000,
	    "all rate limits times this; tests raise it"),
	INT("module_retry_s", module_retry_s, "60", 1, 86400,
	    "a module that was disabled for crashes is tried again after this time"),
	BOOL("reload_on_change", reload_on_change, "0",
	    "reload when a file in module_dir changes; for development"),
	TEXT("status_listen", status_listen, "",
	    "address:port for /livez /readyz /metrics /status; empty: run_dir/status.sock alone"),
};
#define ROWS (sizeof rows / sizeof rows[0])

static struct conf defaults;
const struct conf *conf = &defaults;

/* Keys that rules of domain/ declared (handler.h). */
#define SETTINGS_MAX (sizeof defaults.settings / sizeof defaults.settings[0])
#define CHECKS_MAX 8
static struct {
	const struct conf_setting *list[SETTINGS_MAX];
	bool (*checks[CHECKS_MAX])(char *reason, size_t size);
	size_t n, checks_n;
} declared;

void
conf_declare(const struct conf_setting *list, bool (*check)(char *reason, size_t size))
{
	for (; list->key; list++) {
		if (declared.n == SETTINGS_MAX)
			abort();
		declared.list[declared.n++] = list;
	}
	if (check) {
		if (declared.checks_n == CHECKS_MAX)
			abort();
		declared.checks[declared.checks_n++] = check;
	}
}

static size_t
setting_index(const char *key)
{
	size_t i = 0;

	while (i < declared.n && strcmp(declared.list[i]->key, key))
		i++;
	return i;
}

const struct conf_setting *
conf_setting_at(size_t i, const char **value)
{
	if (i >= declared.n)
		return NULL;
	*value = conf->settings[i] ? conf->settings[i] : declared.list[i]->dflt;
	return declared.list[i];
}

const char *
conf_setting(const char *key)
{
	const char *value = NULL;

	if (!conf_setting_at(setting_index(key), &value))
		abort();
	return value;
}

bool
conf_development(void)
{
	return conf->development;
}

const char *
conf_base_url(void)
{
	return conf->base_url;
}

/* ---- one value ---- */

static bool
int_parse(const char *text, int64_t min, int64_t max, int64_t *value)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end == text || *end || v < min || v > max)
		return false;
	*value = v;
	return true;
}

static bool
bool_parse(const char *text, bool *value)
{
	static const char *const yes[] = { "1", "on", "yes", "true" };
	static const char *const no[] = { "0", "off", "no", "false" };

	for (size_t i = 0; i < 4; i++) {
		if (!strcmp(text, yes[i]))
			return *value = true;
		if (!strcmp(text, no[i])) {
			*value = false;
			return true;
		}
	}
	return false;
}

static bool
level_known(const char *text)
{
	return !strcmp(text, "debug") || !strcmp(text, "info") || !strcmp(text, "warn") ||
	    !strcmp(text, "error");
}

/* Stores `text` (kept by reference) into the row's place. */
static bool
row_set(const struct row *row, struct conf *c, const char *text, char *reason, size_t size)
{
	char *place = (char *)c + row->offset;
	int64_t number;
	bool flag;

	switch (row->type) {
	case ROW_INT:
		if (!int_parse(text, row->min, row->max, &number)) {
			(void)snprintf(reason, size, "%s must be a number from %lld to %lld", row->key,
			    (long long)row->min, (long long)row->max);
			return false;
		}
		memcpy(place, &number, sizeof number);
		return true;
	case ROW_BOOL:
		if (!bool_parse(text, &flag)) {
			(void)snprintf(reason, size, "%s must be 0 or 1", row->key);
			return false;
		}
		memcpy(place, &flag, sizeof flag);
		return true;
	case ROW_LEVEL:
		if (!level_known(text)) {
			(void)snprintf(reason, size, "%s must be debug, info, warn or error", row->key);
			return false;
		}
		break;
	case ROW_TEXT:
		break;
	}
	memcpy(place, &text, sizeof text);
	return true;
}

static void
defaults_set(struct conf *c)
{
	char reason[128];

	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < ROWS; i++)
		if (!row_set(&rows[i], c, rows[i].dflt, reason, sizeof reason))
			abort();
}

__attribute__((constructor)) static void
defaults_init(void)
{
	defaults_set(&defaults);
}

/* ---- the file ---- */

static char *
trim(char *s)
{
	char *end;

	while (*s == ' ' || *s == '\t')
		s++;
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	return s;
}

static bool
line_parse(char *line, struct conf *c, bool seen[ROWS], char *reason, size_t size)
{
	char *equal, *key, *value;
	size_t own;

	line = trim(line);
	if (!*line || *line == '#')
		return true;
	equal = strchr(line, '=');
	if (!equal) {
		(void)snprintf(reason, size, "expected `key = value`");
		return false;
	}
	*equal = '\0';
	key = trim(line);
	value = trim(equal + 1);
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(key, rows[i].key))
			continue;
		if (seen[i]) {
			(void)snprintf(reason, size, "%s is given twice", key);
			return false;
		}
		seen[i] = true;
		return row_set(&rows[i], c, value, reason, size);
	}
	own = setting_index(key);
	if (own < declared.n) {
		if (c->settings[own]) {
			(void)snprintf(reason, size, "%s is given twice", key);
			return false;
		}
		c->settings[own] = value;
		return true;
	}
	(void)snprintf(reason, size, "unknown key `%.60s`", key);
	return false;
}

/*
 * The whole file, NUL-terminated; NULL: reason. Behind it is room for
 * databases_fill(): `database` once per role and a few words.
 */
static char *
file_read(const char *path, size_t *length, size_t *room, char *reason, size_t size)
{
	struct stat st;
	char *text = NULL;
	size_t have = 0;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || st.st_size > CONF_FILE_MAX ||
	    !(text = malloc((size_t)st.st_size + 1 + (*room = ROLES * ((size_t)st.st_size + 128))))) {
		(void)snprintf(reason, size, "%s: %s", path,
		    fd >= 0 && !errno ? "larger than 256 KiB" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	while (have < (size_t)st.st_size &&
	    (n = read(fd, text + have, (size_t)st.st_size - have)) > 0)
		have += (size_t)n;
	close(fd);
	text[have] = '\0';
	if (strlen(text) != have) {
		(void)snprintf(reason, size, "%s: holds a NUL byte", path);
		free(text);
		return NULL;
	}
	*length = have;
	return text;
}

/* conninfo of roles that were not given: `database` and the role's name. */
static void
databases_fill(struct conf *c, char *place, size_t size)
{
	static const char *const roles[POOL_COUNT] = { "db_web", "db_auth", "db_pay", "db_slow",
		"db_jobs" };
	size_t used = 0;

	for (size_t i = 0; i < ROLES; i++) {
		const char **field = i < POOL_COUNT ? &c->pools[i].database : &c->database_migrate;
		int n;

		if ((*field)[0])
			continue;
		n = snprintf(place + used, size - used, "%s user=%s", c->database,
		    i < POOL_COUNT ? roles[i] : "db_migrate");
		*field = place + used;
		used += (size_t)n + 1;
	}
}

/* The checks of declared keys look at the configuration as it would be. */
static bool
settings_check(const struct conf *c, char *reason, size_t size)
{
	const struct conf *now = conf;
	bool good = true;

	conf = c;
	for (size_t i = 0; good && i < declared.checks_n; i++)
		good = declared.checks[i](reason, size);
	conf = now;
	return good;
}

static bool
check(const struct conf *c, char *reason, size_t size)
{
	const char *url = c->base_url;
	size_t n = strlen(url);

	if ((strncmp(url, "http://", 7) && strncmp(url, "https://", 8)) || url[n - 1] == '/') {
		(void)snprintf(reason, size,
		    "base_url must begin with http:// or https:// and not end in a slash");
		return false;
	}
	if (!c->development && strncmp(url, "https://", 8)) {
		(void)snprintf(reason, size,
		    "base_url must be https:// (plain HTTP needs development = 1)");
		return false;
	}
	if (!settings_check(c, reason, size))
		return false;
	if (!(c->slow_ms <= c->soft_ms && c->soft_ms < c->hard_ms)) {
		(void)snprintf(reason, size, "slow_ms <= soft_ms < hard_ms does not hold");
		return false;
	}
	if (c->drain_soft_ms > c->drain_hard_ms) {
		(void)snprintf(reason, size, "drain_soft_ms is larger than drain_hard_ms");
		return false;
	}
	/* sun_path holds 107 bytes; the longest name in it is "/status.sock.tmp". */
	if (strlen(c->run_dir) > 107 - 17) {
		(void)snprintf(reason, size, "run_dir is too long for a socket (90 bytes at most)");
		return false;
	}
	return true;
}

bool
conf_load(const char *path, struct conf *c, char *reason, size_t size)
{
	bool seen[ROWS] = { false };
	char *text, *line, *next, text_reason[256];
	size_t length = 0, room = 0;
	unsigned number = 1;

	defaults_set(c);
	text = file_read(path, &length, &room, reason, size);
	if (!text)
		return false;
	for (line = text; line; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!line_parse(line, c, seen, text_reason, sizeof text_reason)) {
			(void)snprintf(reason, size, "%s: line %u: %s", path, number, text_reason);
			free(text);
			return false;
		}
	}
	databases_fill(c, text + length + 1, room);
	if (!check(c, text_reason, sizeof text_reason)) {
		(void)snprintf(reason, size, "%s: %s", path, text_reason);
		free(text);
		return false;
	}
	c->store = text;
	return true;
}

void
conf_free(struct conf *c)
{
	free(c->store);
	c->store = NULL;
}

/* ---- printing ---- */

/* Shows a value with what follows password= or stands between : and @ hidden. */
static void
masked_print(const char *value)
{
	const char *password = strstr(value, "password=");
	const char *at = strrchr(value, '@'), *scheme = strstr(value, "://");
	const char *colon = scheme ? strchr(scheme + 3, ':') : NULL;

	if (password) {
		const char *end = password + 9;

		if (*end == '\'')
			for (end++; *end && *end != '\''; end++)
				;
		end += strcspn(end, " ");
		printf("%.*s***%s", (int)(password + 9 - value), value, end);
	} else if (at && colon && colon < at)
		printf("%.*s***%s", (int)(colon + 1 - value), value, at);
	else
		printf("%s", value);
}

static void
value_print(const struct row *row, const struct conf *c)
{
	const char *place = (const char *)c + row->offset, *text;
	int64_t number;
	bool flag;

	switch (row->type) {
	case ROW_INT:
		memcpy(&number, place, sizeof number);
		printf("%lld", (long long)number);
		break;
	case ROW_BOOL:
		memcpy(&flag, place, sizeof flag);
		printf("%d", flag);
		break;
	case ROW_TEXT:
	case ROW_LEVEL:
		memcpy(&text, place, sizeof text);
		masked_print(text);
		break;
	}
}

static void
markdown_print(void)
{
	printf("# Configuration\n\nMade from the table in `host/conf.c` by "
	       "`fcgi-host --print-config --markdown`.\n\n"
	       "One file, `key = value`, `#` begins a comment line. An unknown key refuses to "
	       "start and names its line.\n\n| Key | Default | Meaning |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		printf("| `%s` | ", row->key);
		if (row->dflt[0])
			printf("`%s`", row->dflt);
		printf(" | %s", row->text);
		if (row->type == ROW_INT)
			printf(" (%lld to %lld)", (long long)row->min, (long long)row->max);
		printf(" |\n");
	}
	for (size_t i = 0; i < declared.n; i++) {
		const struct conf_setting *s = declared.list[i];

		printf("| `%s` | %s%s%s | %s |\n", s->key, s->dflt[0] ? "`" : "", s->dflt,
		    s->dflt[0] ? "`" : "", s->text);
	}
}

void
conf_print(const struct conf *c, bool markdown)
{
	if (markdown) {
		markdown_print();
		return;
	}
	for (size_t i = 0; i < ROWS; i++) {
		printf("# %s\n%s = ", rows[i].text, rows[i].key);
		value_print(&rows[i], c);
		putchar('\n');
	}
	for (size_t i = 0; i < declared.n; i++) {
		printf("# %s\n%s = ", declared.list[i]->text, declared.list[i]->key);
		masked_print(c->settings[i] ? c->settings[i] : declared.list[i]->dflt);
		putchar('\n');
	}
}
