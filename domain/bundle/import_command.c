/* `fcgi-host import`: the job course.import for a folder or zip file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fault.h"
#include "arena.h"
#include "job.h"

static int
import_run(const char *path, const char *email, bool publish)
{
	struct fault_frame frame;
	const char *args;
	struct arena *a;
	int status;

	if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "%s\n", frame.text);
		return 1;
	}
	a = arena_new(1 << 20);
	args = email == NULL
	    ? json_object(a, "path", path, "publish", publish ? "true" : "false", NULL)
	    : json_object(a, "path", path, "publish", publish ? "true" : "false", "email", email, NULL);
	status = job_once("course.import", args);
	fault_leave(&frame);
	arena_free(a);
	return status;
}

static int
command_import(int argc, char **argv)
{
	const char *email = NULL, *path = NULL;
	bool publish = false;
	char *full;
	int status;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seed") == 0 || strcmp(argv[i], "--publish") == 0)
			publish = true;
		else if (strcmp(argv[i], "--owner") == 0 && i + 1 < argc)
			email = argv[++i];
		else if (argv[i][0] != '-' && path == NULL)
			path = argv[i];
		else
			return 2;
	}
	if (path == NULL)
		return 2;
	full = realpath(path, NULL);
	if (full == NULL) {
		fprintf(stderr, "%s: no such file or folder\n", path);
		return 1;
	}
	status = import_run(full, email, publish);
	free(full);
	return status;
}

COMMAND(import, command_import, "[--owner EMAIL] [--publish] PATH",
    "takes a course from a folder or zip file");
