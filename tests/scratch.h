/*
 * scratch.h: what tests leave outside the database, below TMPDIR (or /tmp), and
 * programs that share no code with us, run without a shell.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A template for mkstemp() and mkdtemp(). */
static inline void
scratch_name(char *out, size_t size, const char *name)
{
	const char *folder = getenv("TMPDIR");
	int n = snprintf(out, size, "%s/%s.XXXXXX", folder && *folder ? folder : "/tmp", name);

	cr_assert(n > 0 && (size_t)n < size, "TMPDIR is too long");
}

/* Runs argv and gives its exit status, -1 when it died; what it prints is in out. */
static inline int
scratch_run(const char *const *argv, char *out, size_t size)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t child;

	cr_assert(!pipe(ends));
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(ends[1]);
	while (used < size - 1 && (n = read(ends[0], out + used, size - 1 - used)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	(void)close(ends[0]);
	cr_assert(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
