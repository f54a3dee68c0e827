/*
 * conf.c: the one configuration file; see conf.h. Its keys stand in conf_rows.c.
 */
#include "conf_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_FILE_MAX (256 * 1024)
#define ROLES (POOL_COUNT + 1)

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
row_set(const struct conf_row *row, struct conf *c, const char *text, char *reason, size_t size)
{
	char *place = (char *)c + row->offset;
	int64_t number;
	bool flag;

	switch (row->type) {
	case CONF_INT:
		if (!int_parse(text, row->min, row->max, &number)) {
			(void)snprintf(reason, size, "%s must be a number from %lld to %lld", row->key,
			    (long long)row->min, (long long)row->max);
			return false;
		}
		memcpy(place, &number, sizeof number);
		return true;
	case CONF_BOOL:
		if (!bool_parse(text, &flag)) {
			(void)snprintf(reason, size, "%s must be 0 or 1", row->key);
			return false;
		}
		memcpy(place, &flag, sizeof flag);
		return true;
	case CONF_LEVEL:
		if (!level_known(text)) {
			(void)snprintf(reason, size, "%s must be debug, info, warn or error", row->key);
			return false;
		}
		break;
	case CONF_TEXT:
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
	for (size_t i = 0; i < conf_row_count; i++)
		if (!row_set(&conf_rows[i], c, conf_rows[i].dflt, reason, sizeof reason))
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
line_parse(char *line, struct conf *c, bool *seen, char *reason, size_t size)
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
	for (size_t i = 0; i < conf_row_count; i++) {
		if (strcmp(key, conf_rows[i].key))
			continue;
		if (seen[i]) {
			(void)snprintf(reason, size, "%s is given twice", key);
			return false;
		}
		seen[i] = true;
		return row_set(&conf_rows[i], c, value, reason, size);
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
	bool seen[CONF_ROWS_MAX] = { false };
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
