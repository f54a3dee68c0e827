/*
 * main.c: the command line. `run` is the host; `-t` checks; `--print-config`
 * shows; all else is a subcommand that some file of host/ or domain/ registered
 * (command.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "conf.h"
#include "db.h"
#include "fault.h"
#include "log.h"
#include "master.h"
#include "process.h"

static int
usage(FILE *out, int code)
{
	fprintf(out, "usage: fcgi-host [-c FILE] run | -t | --print-config [--markdown] | COMMAND …\n\n"
		     "  run             serves; SIGHUP reloads, SIGUSR2 changes the program,\n"
		     "                  SIGTERM ends gracefully\n"
		     "  -t              checks configuration, modules, templates and database\n"
		     "  --print-config  shows the configuration that counts, passwords masked\n");
	for (const struct command *c = command_first(); c; c = c->next)
		fprintf(out, "  %-15s %s\n%18s%s\n", c->name, c->usage, "", c->help);
	fprintf(out, "\nFILE: -c, else $FCGI_HOST_CONF, else /etc/fcgi-host.conf.\n"
		     "Exit codes: 0 done, 1 failed, 2 refused.\n");
	return code;
}

/* ---- -t ---- */

static bool
database_check(char *reason, size_t size)
{
	struct db *db = db_new(conf->pools[POOL_WEB].database);
	bool good = db_connect(db, reason, size);

	db_free(db);
	return good;
}

/* In a child: a module's self-test may do anything. */
_Noreturn static void
check_child(void)
{
	char reason[600];

	alarm(20);
	if (!generation_load(NULL, NULL, reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		_exit(2);
	}
	printf("modules %zu, routes %zu, jobs %zu, templates: good\n", registry_module_count(),
	    registry_route_count(), registry_job_count());
	(void)fflush(stdout);
	if (!database_check(reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: database: %s\n", reason);
		_exit(1);
	}
	printf("database: good\n");
	(void)fflush(stdout);
	_exit(0);
}

static int
check(const char *path)
{
	int status;
	pid_t pid;

	printf("%s: good\n", path);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		check_child();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	if (WIFSIGNALED(status)) {
		fprintf(stderr, "fcgi-host: the check ended by signal %d%s\n", WTERMSIG(status),
		    WTERMSIG(status) == SIGALRM ? " (longer than 20 s)" : "");
		return 2;
	}
	return WEXITSTATUS(status);
}

/* ---- subcommands ---- */

static int
command_run(int argc, char **argv)
{
	static const struct command *found;
	struct fault_frame frame;
	int code;

	for (found = command_first(); found && strcmp(found->name, argv[0]); found = found->next)
		;
	if (!found) {
		fprintf(stderr, "fcgi-host: unknown command `%s`\n", argv[0]);
		return usage(stderr, 2);
	}
	if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "fcgi-host %s: %s: %s\n", argv[0], frame.code, frame.text);
		return 1;
	}
	code = found->run(argc, argv);
	fault_leave(&frame);
	return code;
}

int
main(int argc, char **argv)
{
	static struct conf loaded;
	const char *path = getenv("FCGI_HOST_CONF");
	char reason[400];
	int i = 1;

	if (i + 1 < argc && !strcmp(argv[i], "-c")) {
		path = argv[i + 1];
		i += 2;
	}
	if (!path)
		path = "/etc/fcgi-host.conf";
	if (i >= argc)
		return usage(stderr, 2);
	if (!strcmp(argv[i], "help") || !strcmp(argv[i], "--help"))
		return usage(stdout, 0);
	if (!strcmp(argv[i], "--print-config") && i + 1 < argc && !strcmp(argv[i + 1], "--markdown")) {
		conf_print(conf, true);
		return 0;
	}
	if (!strcmp(argv[i], "run"))
		return master_run(path, argv);
	if (!conf_load(path, &loaded, reason, sizeof reason)) {
		fprintf(stderr, "fcgi-host: %s\n", reason);
		return 2;
	}
	conf = &loaded;
	if (!strcmp(argv[i], "-t"))
		return check(path);
	if (!strcmp(argv[i], "--print-config")) {
		conf_print(conf, false);
		return 0;
	}
	return command_run(argc - i, argv + i);
}
