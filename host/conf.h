/*
 * conf.h: the one configuration file. conf_rows.c holds one table (key,
 * type, place, default, text) from which parsing, defaults, `fcgi-host -t`,
 * `--print-config` and docs/configuration.md come. An unknown key refuses to
 * start. Format: `key = value`, `#` comments; sections are not needed.
 */
#ifndef HOST_CONF_H
#define HOST_CONF_H

#include "handler.h"

struct conf_pool {
	int64_t workers;
	const char *user;      /* Unix user when started as root */
	const char *database;  /* conninfo: role differs by pool */
};

struct conf {
	bool development;
	const char *base_url;         /* "http://127.0.0.1:8080", no slash at the end */
	const char *run_dir;          /* sockets, pid file, generations */
	const char *log_dir;          /* "-" = standard error */
	const char *module_dir;
	const char *modules;          /* comma separated names; "*" = all in the folder */
	const char *template_dir;
	const char *message_dir;
	const char *static_dir;       /* static.manifest names the hashed files */
	const char *protected_dir;    /* files sent by X-Accel-Redirect */
	const char *key_file;         /* 32-byte master key, mode 0600 */
	const char *clock_file;       /* development and tests: offset in µs; "" = none */
	const char *web_user;         /* the only peer that may connect: nginx's user */
	struct conf_pool pools[POOL_COUNT];
	const char *database;         /* conninfo shared by all pools; they add user=db_<pool> */
	const char *database_migrate; /* conninfo of `migrate` and `seed` */
	const char *database_replica; /* "" = none */
	const char *redis;            /* "" = none */
	int64_t listen_backlog;       /* 1024 */
	int64_t shed_after_ms;        /* 2000 */
	int64_t slow_ms, soft_ms, hard_ms; /* 1000, 10000, 15000 */
	int64_t drain_soft_ms, drain_hard_ms; /* 30000, 60000 */
	int64_t max_requests, max_lifetime_s, max_rss_mb;
	int64_t arena_max_mb;         /* 16 */
	bool sandbox;
	bool host_cache;              /* worker cache of shared lists */
	int64_t session_cache_ms;     /* 5000; 0 = off */
	const char *smtp_url;         /* "" = mails land in mail_dir */
	const char *smtp_user, *smtp_password_file, *smtp_ca_file;
	const char *mail_dir, *mail_from;
	/* Absolute paths of helper programs. */
	const char *helper_highlight, *helper_math, *helper_image, *helper_drawing, *helper_document;
	int64_t hash_memory_kib, hash_passes; /* Argon2id */
	int64_t rate_scale_percent;   /* 100; tests raise it */
	int64_t module_retry_s;       /* a module that kept crashing is tried again */
	bool reload_on_change;        /* development: new module files are taken at once */
	const char *status_listen;    /* "127.0.0.1:9180"; "" = run/status.sock alone */
	const char *log_level;        /* debug, info, warn, error */
	const char *connect_ports;    /* TCP ports a worker may connect to; "" = any */
	const char *settings[64];     /* of conf_declare(), in their order; NULL = default */
	char *store;                  /* memory of the values */
};

/* Reads the file over the defaults; false and "line N: …" when bad. */
bool conf_load(const char *path, struct conf *, char *reason, size_t size);
void conf_free(struct conf *);
/* The configuration as it counts, passwords masked; or docs/configuration.md. */
void conf_print(const struct conf *, bool markdown);
/* Declared settings in order; NULL at the end. */
const struct conf_setting *conf_setting_at(size_t i, const char **value);

/* The configuration of this process, set once at start. Defaults stand before
 * that, so it is never NULL. */
extern const struct conf *conf;

#endif
