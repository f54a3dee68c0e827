/* privilege.c: users, parent death, signal dispositions; see process.h, host.md T10. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void
bounding_set_drop(void)
{
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) > 0)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

bool
privilege_drop(const char *user, char *reason, size_t size)
{
	const struct passwd *person;

	if (!user[0] || geteuid() != 0)
		return true;
	errno = 0;
	person = getpwnam(user);
	if (!person) {
		(void)snprintf(reason, size, "no Unix user `%s`", user);
		return false;
	}
	bounding_set_drop();
	if (initgroups(user, person->pw_gid) ||
	    setresgid(person->pw_gid, person->pw_gid, person->pw_gid) ||
	    setresuid(person->pw_uid, person->pw_uid, person->pw_uid)) {
		(void)snprintf(reason, size, "cannot become `%s`: %s", user, strerror(errno));
		return false;
	}
	if (person->pw_uid != 0 && setresuid(0, 0, 0) == 0) {
		(void)snprintf(reason, size, "privileges came back after dropping them");
		return false;
	}
	return true;
}

bool
privilege_follow(pid_t parent)
{
	/* Set after the change of user, which clears it; the parent may have
	 * died in between. */
	return !prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == parent;
}

bool
process_instrumented(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

#ifdef COVERAGE_DIR
void __gcov_dump(void);

void
process_counters(void)
{
	__gcov_dump();
}
#else
void
process_counters(void)
{
}
#endif

/* A build for coverage (configure --enable-coverage) writes its counters in
 * destructors, one for the host and one for each module: they must run. */
_Noreturn void
process_end(int code)
{
#ifdef COVERAGE_DIR
	exit(code);
#else
	_exit(code);
#endif
}

/* Steps of nice before the others: three times the share of one of them. More would
 * leave nothing to the workers that serve meanwhile, where sessions share alike. */
#define HURRY 5

static int nice_usual;

void
process_hurry(void)
{
	nice_usual = getpriority(PRIO_PROCESS, 0);
	(void)setpriority(PRIO_PROCESS, 0, nice_usual - HURRY);
}

void
process_unhurried(void)
{
	(void)setpriority(PRIO_PROCESS, 0, nice_usual);
}

void
process_oom_score(int score)
{
	char text[16];
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), n;

	if (fd < 0)
		return;
	n = snprintf(text, sizeof text, "%d", score);
	(void)!write(fd, text, (size_t)n);
	close(fd);
}

void
signal_set(int number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigfillset(&action.sa_mask);
	(void)sigaction(number, &action, NULL);
}

void
signals_reset(const sigset_t *blocked)
{
	(void)sigprocmask(SIG_SETMASK, blocked, NULL);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Ctrl-C and a closing terminal reach the whole group: the master decides. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
}

static int
number_compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

void
descriptors_keep(int *fds, size_t n)
{
	unsigned from = STDERR_FILENO + 1;

	qsort(fds, n, sizeof fds[0], number_compare);
	for (size_t i = 0; i < n; i++) {
		if (fds[i] < (int)from)
			continue;
		if ((unsigned)fds[i] > from)
			(void)close_range(from, (unsigned)fds[i] - 1, 0);
		from = (unsigned)fds[i] + 1;
	}
	(void)close_range(from, ~0u, 0);
}
