/*
 * A handler module that behaves badly when it is asked to; for the system tests
 * of the host. It is built outside the tree's build, as a third party would:
 *     cc -shared -fPIC -fvisibility=hidden -I host citizen.c -o citizen.so
 * -DCITIZEN_VERSION='"2"' names another version, -DCITIZEN=n makes one that may not be loaded:
 *     1  of another ABI    2  self-test says no    3  self-test never ends
 *     4  self-test crashes 5  takes over a signal
 */
#include "handler.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef CITIZEN
#define CITIZEN 0
#endif
#ifndef CITIZEN_VERSION
#define CITIZEN_VERSION "1"
#endif

static int
text_send(struct req *r, const char *text)
{
	return req_send(r, "text/plain; charset=utf-8", NULL, text, strlen(text));
}

static int
hello(struct req *r, struct view *v)
{
	(void)v;
	return text_send(r, "hello " CITIZEN_VERSION "\n");
}

/* size bytes of which each can be checked */
static int
big(struct req *r, struct view *v)
{
	size_t n = (size_t)req_int(r, "size");
	char *data = arena_alloc(r->arena, n);

	(void)v;
	for (size_t i = 0; i < n; i++)
		data[i] = (char)('a' + i % 26);
	return req_send(r, "text/plain", NULL, data, n);
}

static int
wait_ms(struct req *r, struct view *v)
{
	struct timespec left = { req_int(r, "ms") / 1000, (long)(req_int(r, "ms") % 1000) * 1000000 };

	(void)v;
	/* The host's slow trace is a signal: it interrupts. */
	while (nanosleep(&left, &left) && errno == EINTR)
		;
	return text_send(r, "waited\n");
}

static int
echo(struct req *r, struct view *v)
{
	view_int(v, "size", (int64_t)strlen(req_text(r, "text")));
	return 200;
}

static __attribute__((noinline)) void
citizen_writes_to_null(volatile int *place)
{
	*place = 1;
}

static __attribute__((noinline)) void
citizen_spins(void)
{
	static volatile unsigned long turns;

	for (;;)
		turns++;
}

/* Each answers what the sandbox let it do. */
static const char *
program_start(void)
{
	char *const argv[] = { (char *)(uintptr_t) "/bin/true", NULL };

	(void)execv("/bin/true", argv);
	return strerror(errno);
}

static const char *
process_make(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? strerror(errno) : "forked";
}

static const char *
file_read(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return strerror(errno);
	(void)close(fd);
	return "read";
}

static const char *
parent_signal(void)
{
	return kill(getppid(), 0) ? strerror(errno) : "signalled";
}

/* Writes over the first page of the memory that all processes share. */
static const char *
scoreboard_scribble(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start = 0;

	while (maps && !start && fgets(line, sizeof line, maps))
		if (strstr(line, "memfd:scoreboard"))
			start = strtoul(line, NULL, 16);
	if (maps)
		(void)fclose(maps);
	if (!start)
		return "not found";
	memset((void *)start, 0, 4096);
	return "scribbled";
}

static const char *
port_connect(int64_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const char *how = connect(fd, (struct sockaddr *)&to, sizeof to) ? strerror(errno) :
									 "connected";

	(void)close(fd);
	return how;
}

static int
misbehave(struct req *r, struct view *v)
{
	const char *how = req_text(r, "how");
	sigset_t all;

	(void)v;
	if (!strcmp(how, "crash"))
		citizen_writes_to_null((volatile int *)(uintptr_t)req_int(r, "at"));
	else if (!strcmp(how, "spin"))
		citizen_spins();
	else if (!strcmp(how, "abort"))
		abort();
	else if (!strcmp(how, "exit"))
		_exit(7);
	else if (!strcmp(how, "stack"))
		return misbehave(r, v) + 1;
	else if (!strcmp(how, "fault"))
		fault("the citizen wanted it");
	else if (!strcmp(how, "leak")) {
		static char *volatile lost; /* else the compiler leaves it all out */
		char *data = malloc(1 << 20);

		if (data)
			memset(data, 1, 1 << 20);
		lost = data;
		return text_send(r, data ? "leaked\n" : "no memory\n");
	} else if (!strcmp(how, "arena")) {
		for (;;)
			(void)arena_alloc(r->arena, 1 << 20);
	} else if (!strcmp(how, "mask")) {
		sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
	} else if (!strcmp(how, "umask"))
		(void)umask(0);
	else if (!strcmp(how, "exec"))
		return text_send(r, program_start());
	else if (!strcmp(how, "fork"))
		return text_send(r, process_make());
	else if (!strcmp(how, "passwd"))
		return text_send(r, file_read("/etc/shadow"));
	else if (!strcmp(how, "file"))
		return text_send(r, file_read(req_text(r, "path")));
	else if (!strcmp(how, "scribble"))
		return text_send(r, scoreboard_scribble());
	else if (!strcmp(how, "connect"))
		return text_send(r, port_connect(req_int(r, "at")));
	else if (!strcmp(how, "close"))
		for (int fd = 3; fd < 30; fd++)
			(void)close(fd);
	else if (!strcmp(how, "signal"))
		return text_send(r, parent_signal());
	return text_send(r, "done\n");
}

static const struct param big_params[] = {
	{ .name = "size", .type = PARAM_INT, .flags = PARAM_REQUIRED, .max = 10 << 20 },
	{ 0 }
};
static const struct param wait_params[] = {
	{ .name = "ms", .type = PARAM_INT, .flags = PARAM_REQUIRED, .max = 60000 },
	{ 0 }
};
static const struct param echo_params[] = {
	{ .name = "text", .type = PARAM_TEXT, .flags = PARAM_REQUIRED, .max = 4 << 20 },
	{ 0 }
};
static const struct param misbehave_params[] = {
	{ .name = "how", .type = PARAM_LINE, .flags = PARAM_REQUIRED },
	{ .name = "path", .type = PARAM_LINE },
	{ .name = "at", .type = PARAM_INT, .max = 65535 },
	{ 0 }
};

static const struct route routes[] = {
	{ METHOD_GET, "/citizen/hello", hello, .access = ACCESS_PUBLIC, .summary = "Says hello" },
	{ METHOD_GET, "/citizen/big", big, .access = ACCESS_PUBLIC, .params = big_params,
	    .summary = "Many bytes" },
	{ METHOD_GET, "/citizen/wait", wait_ms, .access = ACCESS_PUBLIC, .params = wait_params,
	    .summary = "Takes its time" },
	{ METHOD_GET, "/citizen/few", wait_ms, .access = ACCESS_PUBLIC, .params = wait_params,
	    .concurrency = 1, .summary = "One at a time" },
	{ METHOD_POST, "/citizen/echo", echo, .access = ACCESS_PUBLIC, .params = echo_params,
	    .body_max = 8 << 20, .no_html = true, .summary = "Counts" },
	{ METHOD_GET, "/citizen/misbehave", misbehave, .access = ACCESS_PUBLIC,
	    .params = misbehave_params, .summary = "Misbehaves" },
	{ 0 }
};

#if CITIZEN >= 2
static void
ignore(int number)
{
	(void)number;
}

static bool
selftest(char *reason, size_t size)
{
	if (CITIZEN == 2) {
		(void)strncpy(reason, "the citizen does not want to", size - 1);
		return false;
	}
	if (CITIZEN == 3)
		citizen_spins();
	if (CITIZEN == 4)
		citizen_writes_to_null(NULL);
	if (CITIZEN == 5)
		(void)signal(SIGSEGV, ignore);
	return true;
}
#endif

#if CITIZEN == 1
#undef MODULE_ABI
#define MODULE_ABI { MODULE_MAGIC, HANDLER_ABI_MAJOR + 1, HANDLER_ABI_MINOR, \
	sizeof(struct module), sizeof(struct route) + 8, sizeof(struct param), \
	sizeof(struct req), sizeof(struct sql_query), sizeof(struct job_type), \
	sizeof(int64_t), MODULE_FLAGS, __VERSION__ }
#endif

MODULE(.name = "citizen", .version = CITIZEN_VERSION, .routes = routes,
#if CITIZEN >= 2
    .selftest = selftest,
#endif
);
