/* The process side of the host without processes: configuration, log lines,
 * FastCGI records, breaker and caps in shared memory, helper programs. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"
#include "fcgi.h"
#include "log.h"
#include "scoreboard.h"
#include "spawn.h"
#include "status.h"
#include "scratch.h"

static char path[256];

static const char *
file_of(const char *text)
{
	int fd;

	scratch_name(path, sizeof path, "process_test");
	fd = mkstemp(path);
	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

/* ---- configuration ---- */

static bool
load(const char *text, struct conf *c, char reason[400])
{
	bool good = conf_load(file_of(text), c, reason, 400);

	unlink(path);
	return good;
}

Test(conf, takes_values_defaults_and_comments)
{
	struct conf c;
	char reason[400];

	cr_assert(load("# a comment\n\n development = on \r\nbase_url=http://h:1\n"
		       "pool.web.workers =7\ndatabase = host=/x dbname=y\npool.pay.database = own\n",
	    &c, reason), "%s", reason);
	cr_assert(c.development);
	cr_assert_str_eq(c.base_url, "http://h:1");
	cr_assert_eq(c.pools[POOL_WEB].workers, 7);
	cr_assert_eq(c.pools[POOL_AUTH].workers, 1);
	cr_assert_str_eq(c.pools[POOL_WEB].database, "host=/x dbname=y user=db_web");
	cr_assert_str_eq(c.pools[POOL_PAY].database, "own");
	cr_assert_str_eq(c.database_migrate, "host=/x dbname=y user=db_migrate");
	conf_free(&c);
}

Test(conf, refuses_with_the_line)
{
	static const struct { const char *text, *reason; } rows[] = {
		{ "development = 1\n\nnonsense = 1\n", "line 3: unknown key `nonsense`" },
		{ "development = perhaps\n", "line 1: development must be 0 or 1" },
		{ "development = 1\ndevelopment = 1\n", "line 2: development is given twice" },
		{ "arena_max_mb = 1e3\n", "line 1: arena_max_mb must be a number from 1 to 1024" },
		{ "arena_max_mb = 99999999999999999999\n", "line 1: arena_max_mb must be" },
		{ "arena_max_mb =\n", "line 1: arena_max_mb must be" },
		{ "no equal sign\n", "line 1: expected `key = value`" },
		{ "log_level = loud\n", "line 1: log_level must be" },
		{ "development = 1\nbase_url = ftp://x\n", "base_url must begin with" },
		{ "base_url = http://x\n", "base_url must be https://" },
		{ "development = 1\nsoft_ms = 20000\n", "slow_ms <= soft_ms < hard_ms" },
		{ "development = 1\ndrain_soft_ms = 70000\n", "drain_soft_ms is larger" },
		{ "development = 1\nrun_dir = /aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
		  "gggggggggghhhhhhhhhhiiiiiiiiii\n", "run_dir is too long" },
	};
	struct conf c;
	char reason[400];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect_not(load(rows[i].text, &c, reason), "%s", rows[i].text);
		cr_expect(strstr(reason, rows[i].reason), "%s, wanted %s", reason, rows[i].reason);
	}
	cr_expect_not(conf_load("/no/such/file", &c, reason, sizeof reason));
	cr_expect(strstr(reason, "No such file"));
}

/* ---- log ---- */

static const char *
logged(void (*fn)(void))
{
	static char text[8192];
	int fd = memfd_create("log", 0);
	ssize_t n;

	log_open(fd, LOG_LEVEL_INFO);
	log_context("", 0);
	fn();
	n = pread(fd, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	log_open(STDERR_FILENO, LOG_LEVEL_INFO);
	close(fd);
	return text;
}

static void
hostile_line(void)
{
	log_event(LOG_LEVEL_WARN, "x", "a",
	    "q\"b\\ n\nt\t\x7f u\xe2\x80\xa8 v\xe2\x80\xa9 c\xc2\x85 bad\xff\xc0\xaf half\xe2\x82 ok\xc3\xa9", NULL);
	log_event(LOG_LEVEL_DEBUG, "unwanted", NULL);
}

Test(log, escapes_what_could_begin_a_line)
{
	const char *text = logged(hostile_line);

	cr_assert(strstr(text, "\"a\":\"q\\\"b\\\\ n\\u000at\\u0009\\u007f u\\u2028 v\\u2029 c\\u0085 "
			       "bad\\ufffd\\ufffd\\ufffd half\\ufffd\\ufffd ok\xc3\xa9\"}\n"), "%s", text);
	cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1);
	cr_assert_null(strstr(text, "unwanted"));
}

static void
long_line(void)
{
	static char value[9000];

	memset(value, 'x', sizeof value - 1);
	log_event(LOG_LEVEL_ERROR, "long", "a", value, "b", value, NULL);
}

Test(log, cuts_a_line_at_4096_bytes_and_keeps_it_whole)
{
	const char *text = logged(long_line);

	cr_assert_leq(strlen(text), 4096);
	cr_assert_str_eq(text + strlen(text) - 3, "\"}\n");
}

static void
personal_line(void)
{
	log_event(LOG_LEVEL_INFO, "p", "who", log_pii("anna@example.org"), NULL);
}

Test(log, hashes_personal_values_alike_and_not_in_clear)
{
	char first[64];

	cr_assert_null(strstr(logged(personal_line), "anna"));
	(void)snprintf(first, sizeof first, "%s", log_pii("anna@example.org"));
	cr_assert_str_eq(log_pii("anna@example.org"), first);
	cr_assert_str_neq(log_pii("anna@example.com"), first);
	cr_assert_eq(strlen(first), 18);
}

static void
full_pipe(void)
{
	int pair[2];
	uint64_t before = log_dropped();

	cr_assert_eq(pipe2(pair, O_NONBLOCK), 0);
	log_open(pair[1], LOG_LEVEL_INFO);
	for (unsigned i = 0; i < 100; i++)
		long_line();
	cr_assert_gt(log_dropped(), before);
	close(pair[0]);
	close(pair[1]);
}

Test(log, drops_and_counts_when_nobody_reads, .timeout = 10)
{
	(void)logged(full_pipe);
}

/* ---- FastCGI records ---- */

struct stream {
	unsigned char data[200000];
	size_t size;
};

static void
record(struct stream *s, unsigned version, unsigned type, unsigned id, const void *content, size_t n)
{
	const unsigned char head[8] = { (unsigned char)version, (unsigned char)type,
		(unsigned char)(id >> 8), (unsigned char)id, (unsigned char)(n >> 8), (unsigned char)n };

	memcpy(s->data + s->size, head, 8);
	if (n)
		memcpy(s->data + s->size + 8, content, n);
	s->size += 8 + n;
}

static const unsigned char responder[8] = { 0, 1, 0, 0, 0, 0, 0, 0 };

static void
request(struct stream *s, const void *params, size_t n)
{
	s->size = 0;
	record(s, 1, 1, 1, responder, 8);
	if (n)
		record(s, 1, 4, 1, params, n);
	record(s, 1, 4, 1, "", 0);
	record(s, 1, 5, 1, "", 0);
}

Test(fcgi, passes_a_good_request_and_waits_for_its_rest)
{
	static struct stream s;
	size_t params_end;

	request(&s, "\x01\x02" "A" "bc", 5);
	params_end = s.size - 8;
	for (size_t n = 0; n <= s.size; n++)
		cr_expect_eq(fcgi_check(s.data, n), n >= params_end, "%zu bytes", n);
}

Test(fcgi, takes_pairs_that_span_records_and_long_lengths)
{
	static struct stream s;
	static unsigned char pair[304] = { 1, 0x80, 0, 1, 0x2a }; /* 1 and 298 bytes */

	s.size = 0;
	record(&s, 1, 1, 1, responder, 8);
	for (size_t i = 0; i < sizeof pair; i++)
		record(&s, 1, 4, 1, pair + i, 1);
	record(&s, 1, 4, 1, "", 0);
	cr_expect_eq(fcgi_check(s.data, s.size), 1);
}

Test(fcgi, refuses_what_libfcgi_must_not_see)
{
	static struct stream s;
	static unsigned char many[257 * 3];
	static const unsigned char filter[8] = { 0, 3 };

	s.size = 0;
	record(&s, 1, 9, 0, "", 0);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "management record");
	s.size = 0;
	record(&s, 1, 1, 1, responder, 8);
	record(&s, 1, 9, 0, "", 0);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "management record within");
	s.size = 0;
	record(&s, 1, 1, 0, responder, 8);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "id 0");
	s.size = 0;
	record(&s, 2, 1, 1, responder, 8);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "version 2");
	s.size = 0;
	record(&s, 1, 1, 1, filter, 8);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "filter role");
	request(&s, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "lengths of 2 GiB");
	request(&s, "\x05\x05" "abc", 5);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "pair cut off");
	request(&s, "\x80", 1);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "length cut off");
	for (size_t i = 0; i < sizeof many; i += 3) {
		many[i] = 1;
		many[i + 1] = 0;
		many[i + 2] = 'N';
	}
	request(&s, many, 256 * 3);
	cr_expect_eq(fcgi_check(s.data, s.size), 1, "256 parameters");
	request(&s, many, 257 * 3);
	cr_expect_eq(fcgi_check(s.data, s.size), -1, "257 parameters");
}

Test(fcgi, refuses_more_than_64_kib_of_parameters)
{
	static struct stream s;
	static unsigned char pair[60000] = { 1, 0x80, 0, 0xea, 0x5a }; /* 59,994 bytes */

	s.size = 0;
	record(&s, 1, 1, 1, responder, 8);
	record(&s, 1, 4, 1, pair, sizeof pair);
	cr_expect_eq(fcgi_check(s.data, s.size), 0);
	record(&s, 1, 4, 1, pair, sizeof pair);
	cr_expect_eq(fcgi_check(s.data, s.size), -1);
}

/* ---- breaker and caps ---- */

static int
nothing(struct req *r, struct view *v)
{
	(void)r;
	(void)v;
	return 200;
}

static const struct route routes[] = {
	{ METHOD_GET, "/process/capped", nothing, NULL, ACCESS_PUBLIC, .concurrency = 2, .summary = "x" },
	{ METHOD_GET, "/process/free", nothing, NULL, ACCESS_PUBLIC, .summary = "x" },
	{ 0 }
};
static const struct module module_process = { .abi = MODULE_ABI, .name = "process", .version = "1",
	.routes = routes };

static struct scoreboard_slot *
busy_slot(size_t i)
{
	struct scoreboard_slot *slot = scoreboard_slot(i);

	slot->pid = 1000 + (int32_t)i;
	slot->state = SLOT_IDLE;
	scoreboard_begin(slot, "0123456789abcdef0123456789abcdef", 5);
	return slot;
}

static uint16_t
registered(void)
{
	char reason[200];
	uint16_t index = scoreboard_module_find("process", true);

	cr_assert(registry_add(&module_process, reason, sizeof reason), "%s", reason);
	scoreboard_map_routes();
	return index;
}

Test(scoreboard, caps_a_route_and_survives_a_killed_worker)
{
	(void)registered();
	cr_assert_eq(scoreboard_enter(busy_slot(0), registry_route_at(0)), SCOREBOARD_GO);
	cr_assert_eq(scoreboard_enter(busy_slot(1), registry_route_at(0)), SCOREBOARD_GO);
	cr_assert_eq(scoreboard_enter(busy_slot(2), registry_route_at(0)), SCOREBOARD_ROUTE_FULL);
	cr_assert_eq(scoreboard_enter(busy_slot(3), registry_route_at(1)), SCOREBOARD_GO);
	scoreboard_end(scoreboard_slot(2), POOL_WEB, 503, 1, 0, 0);
	scoreboard_slot(0)->pid = 0; /* killed: its parent has freed the slot */
	cr_assert_eq(scoreboard_enter(busy_slot(4), registry_route_at(0)), SCOREBOARD_GO);
}

Test(scoreboard, lets_one_request_try_a_half_open_module)
{
	struct scoreboard_module *module = scoreboard_module(registered());

	module->state = MODULE_OFF;
	cr_assert_eq(scoreboard_enter(busy_slot(0), registry_route_at(1)), SCOREBOARD_MODULE_DISABLED);
	scoreboard_end(scoreboard_slot(0), POOL_WEB, 503, 1, 0, 0);
	module->state = MODULE_HALF_OPEN;
	cr_assert_eq(scoreboard_enter(busy_slot(0), registry_route_at(1)), SCOREBOARD_GO);
	cr_assert_eq(scoreboard_enter(busy_slot(1), registry_route_at(1)), SCOREBOARD_MODULE_DISABLED);
	module->state = MODULE_ON;
	cr_assert_eq(scoreboard_enter(busy_slot(2), registry_route_at(1)), SCOREBOARD_GO);
}

Test(scoreboard, counts_a_request_under_its_route_and_shows_it)
{
	struct arena *arena = arena_new(4 << 20);
	struct buffer out;

	(void)registered();
	(void)scoreboard_enter(busy_slot(0), registry_route_at(1));
	scoreboard_sql(scoreboard_slot(0), "course_list");
	buffer_init(&out, arena, 1000);
	status_json(&out);
	cr_assert(strstr(buffer_text(&out), "\"query\":\"course_list\",\"route\":\"/process/free\""), "%s",
	    buffer_text(&out));
	scoreboard_end(scoreboard_slot(0), POOL_WEB, 404, 30000, 77, 4096);
	buffer_init(&out, arena, 1000);
	metrics_text(&out, false);
	cr_assert(strstr(buffer_text(&out), "host_route_answers_total{module=\"process\",method=\"GET\","
					    "route=\"/process/free\",class=\"4xx\"} 1\n"));
	cr_assert(strstr(buffer_text(&out), "route=\"/process/free\",le=\"0.025\"} 0\n"));
	cr_assert(strstr(buffer_text(&out), "route=\"/process/free\",le=\"0.05\"} 1\n"));
	cr_assert(strstr(buffer_text(&out), "# TYPE host_answers_total counter\n"));
	buffer_init(&out, arena, 1000);
	metrics_text(&out, true);
	cr_assert(strstr(buffer_text(&out), "# TYPE host_answers counter\n"));
	cr_assert_str_eq(buffer_text(&out) + out.size - 6, "# EOF\n");
	arena_free(arena);
}

Test(status, answers_probes)
{
	struct arena *arena = arena_new(4 << 20);
	static const struct { const char *request, *answer; } rows[] = {
		{ "GET /livez HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK" },
		{ "GET /readyz HTTP/1.0\r\n\r\n", "HTTP/1.0 503 " },
		{ "GET /livezz HTTP/1.0\r\n\r\n", "HTTP/1.0 404 " },
		{ "POST /livez HTTP/1.0\r\n\r\n", "HTTP/1.0 405 " },
		{ "nonsense", "HTTP/1.0 405 " },
		{ "HEAD /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out;

		buffer_init(&out, arena, 1000);
		status_http(&out, rows[i].request);
		cr_expect_eq(strncmp(buffer_text(&out), rows[i].answer, strlen(rows[i].answer)), 0, "%s: %s",
		    rows[i].request, buffer_text(&out));
	}
	arena_free(arena);
}

/* ---- helper programs ---- */

static struct conf helped;

static void
helper_is(const char *script)
{
	helped = *conf;
	helped.helper_highlight = script;
	conf = &helped;
	cr_assert_eq(chmod(script, 0755), 0);
}

static bool
helper(const char *const *args, const char *in, struct buffer *out, unsigned ms, char reason[200])
{
	buffer_init(out, arena_new(64 << 20), 100);
	return spawn_run("highlight", args, in, strlen(in), out, ms, reason, 200);
}

Test(spawn, gives_input_and_takes_output)
{
	struct buffer out;
	char reason[200] = "";

	helper_is(file_of("#!/bin/sh\necho \"$# $1\"\ncat\n"));
	cr_assert(helper((const char *const[]){ "-f", "html", NULL }, "body", &out, 5000, reason), "%s",
	    reason);
	cr_assert_str_eq(buffer_text(&out), "2 -f\nbody");
	unlink(path);
}

Test(spawn, refuses_arguments_that_name_files_or_options)
{
	static const char *const bad[] = { "/etc/passwd", "../x", "a b", "--plug-in=x", "$(x)", "@x",
		"a;b", "", "-F" };
	struct buffer out;
	char reason[200];

	helper_is(file_of("#!/bin/sh\necho ran\n"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		cr_expect_not(helper((const char *const[]){ bad[i], NULL }, "", &out, 5000, reason), "%s",
		    bad[i]);
		cr_expect(strstr(reason, "refused"), "%s", reason);
	}
	cr_expect_not(spawn_run("sh", NULL, "", 0, &out, 5000, reason, sizeof reason));
	cr_expect(strstr(reason, "not configured"));
	unlink(path);
}

Test(spawn, ends_what_takes_too_long, .timeout = 10)
{
	struct buffer out;
	char reason[200];

	helper_is(file_of("#!/bin/sh\nsleep 60\n"));
	cr_assert_not(helper(NULL, "", &out, 300, reason));
	cr_assert_str_eq(reason, "took too long");
	unlink(path);
}

Test(spawn, tells_a_failure)
{
	struct buffer out;
	char reason[200];

	helper_is(file_of("#!/bin/sh\nexit 3\n"));
	cr_assert_not(helper(NULL, "", &out, 5000, reason));
	cr_assert_str_eq(reason, "the helper answered 3");
	unlink(path);
}

Test(spawn, has_no_network_no_secrets_and_no_endless_output, .timeout = 30)
{
	struct buffer out;
	char reason[200];

	setenv("SECRET", "hunter2", 1);
	helper_is(file_of("#!/bin/sh\nenv\nls /proc/self/fd | wc -l\n"
			  "perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0) or print \"$!\\n\"'\n"));
	cr_assert(helper(NULL, "", &out, 10000, reason), "%s", reason);
	cr_assert_null(strstr(buffer_text(&out), "hunter2"));
	cr_assert(strstr(buffer_text(&out), "Operation not permitted"), "%s", buffer_text(&out));
	unlink(path);
	helper_is(file_of("#!/bin/sh\nexec cat /dev/zero\n"));
	cr_assert_not(helper(NULL, "", &out, 10000, reason));
	unlink(path);
}

Test(spawn, works_through_the_spawner_and_keeps_the_time, .timeout = 30)
{
	struct buffer out;
	char reason[200];

	/* The spawner knows the configuration of the moment it was forked. */
	helper_is(file_of("#!/bin/sh\nread -r seconds\nsleep \"$seconds\"\necho slept\n"));
	cr_assert_gt(spawn_start(), 0);
	cr_assert(helper(NULL, "0.1\n", &out, 5000, reason), "%s", reason);
	cr_assert_str_eq(buffer_text(&out), "slept\n");
	cr_assert_not(helper(NULL, "60\n", &out, 300, reason));
	cr_assert_str_eq(reason, "took too long");
	cr_assert(helper(NULL, "0\n", &out, 5000, reason), "%s", reason);
	unlink(path);
}
