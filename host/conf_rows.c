/*
 * conf_rows.c: the only list of the host's keys; parsing, defaults, checks,
 * printing and the documentation use it.
 */
#include "conf_rows.h"

#define TEXT(key, field, dflt, text) { key, CONF_TEXT, offsetof(struct conf, field), dflt, 0, 0, text }
#define BOOL(key, field, dflt, text) { key, CONF_BOOL, offsetof(struct conf, field), dflt, 0, 1, text }
#define INT(key, field, dflt, min, max, text) \
	{ key, CONF_INT, offsetof(struct conf, field), dflt, min, max, text }
#define POOL(name, pool, number, text) \
	INT("pool." name ".workers", pools[pool].workers, number, 0, 64, text), \
	TEXT("pool." name ".user", pools[pool].user, "", \
	    "Unix user of this pool when started as root"), \
	TEXT("pool." name ".database", pools[pool].database, "", \
	    "PostgreSQL conninfo; empty: `database` with user=db_" name)

const struct conf_row conf_rows[] = {
	BOOL("development", development, "0",
	    "plain HTTP on loopback, templates read again when they change, `clock_file` honoured"),
	TEXT("base_url", base_url, "http://127.0.0.1:8080", "public address, no slash at the end"),
	TEXT("run_dir", run_dir, "var/run", "sockets, pid file, generations, crash reports"),
	TEXT("log_dir", log_dir, "-", "folder of host.log; `-` = standard error"),
	{ "log_level", CONF_LEVEL, offsetof(struct conf, log_level), "info", 0, 0,
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
const size_t conf_row_count = sizeof conf_rows / sizeof conf_rows[0];
_Static_assert(sizeof conf_rows / sizeof conf_rows[0] <= CONF_ROWS_MAX, "CONF_ROWS_MAX is too small");
