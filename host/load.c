/*
 * load.c: modules and templates of a generation, loaded before its workers are
 * forked; also by `fcgi-host -t`. Each module is copied first: dlopen gives an
 * old handle for a path it knows, and a file that is rebuilt in place must not
 * change under a running process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "registry.h"
#include "view.h"

#define NAMES_MAX 64

/* builtin.c: pages of the host itself. */
__attribute__((weak)) extern const struct module module_builtin;
/* Tables, keys and caches that must exist before the fork. */
__attribute__((weak)) bool host_prepare(char *reason, size_t size);

static bool
file_copy(const char *from, const char *to, char *reason, size_t size)
{
	struct stat st;
	off_t done = 0;
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	bool good = false;

	if (in >= 0 && !fstat(in, &st) &&
	    (out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0500)) >= 0) {
		while (done < st.st_size && sendfile(out, in, &done, (size_t)(st.st_size - done)) > 0)
			;
		good = done == st.st_size;
	}
	if (!good)
		(void)snprintf(reason, size, "copy %s to %s: %s", from, to, strerror(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return good;
}

static bool
module_load(const char *name, const char *dir, char *reason, size_t size)
{
	char from[512], to[512], why[400];

	(void)snprintf(from, sizeof from, "%s/%s.so", conf->module_dir, name);
	(void)snprintf(to, sizeof to, "%s/%s.so", dir ? dir : conf->module_dir, name);
	if (dir && !file_copy(from, to, reason, size))
		return false;
	if (!strchr(to, '/') || access(to, R_OK)) {
		(void)snprintf(reason, size, "%s: %s", from, strerror(errno));
		return false;
	}
	if (!registry_load(to, why, sizeof why)) {
		(void)snprintf(reason, size, "module %s: %s", name, why);
		return false;
	}
	return true;
}

static int
name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the modules wanted, from malloc; -1: reason. */
static int
names_list(char *names[NAMES_MAX], char *reason, size_t size)
{
	int n = 0;

	if (!strcmp(conf->modules, "*")) {
		struct dirent *entry;
		DIR *dir = opendir(conf->module_dir);

		if (!dir) {
			(void)snprintf(reason, size, "module_dir %s: %s", conf->module_dir,
			    strerror(errno));
			return -1;
		}
		while ((entry = readdir(dir)) != NULL && n < NAMES_MAX) {
			size_t length = strlen(entry->d_name);

			if (length > 3 && !strcmp(entry->d_name + length - 3, ".so"))
				names[n++] = strndup(entry->d_name, length - 3);
		}
		(void)closedir(dir);
	} else {
		for (const char *s = conf->modules; *s && n < NAMES_MAX; s += strspn(s, ", ")) {
			size_t length = strcspn(s, ", ");

			if (length)
				names[n++] = strndup(s, length);
			s += length;
		}
	}
	/* A fixed order: the first of two equal routes is always the same. */
	qsort(names, (size_t)n, sizeof names[0], name_compare);
	return n;
}

/* A module that installs a signal handler while it is loaded is refused: it
 * would take the crash report and the time limits away (T3). */
static int
handlers_foreign(const struct sigaction before[NSIG])
{
	for (int i = 1; i < NSIG; i++) {
		struct sigaction now;

		if (!sigaction(i, NULL, &now) && now.sa_handler != before[i].sa_handler)
			return i;
	}
	return 0;
}

static void
handlers_note(struct sigaction now[NSIG])
{
	for (int i = 1; i < NSIG; i++)
		if (sigaction(i, NULL, &now[i]))
			memset(&now[i], 0, sizeof now[i]);
}

static bool
modules_load(const char *dir, void (*progress)(const char *), char *reason, size_t size)
{
	char *names[NAMES_MAX];
	struct sigaction before[NSIG];
	int n = names_list(names, reason, size), changed;
	bool good = n >= 0;

	handlers_note(before);
	for (int i = 0; i < n; i++) {
		if (good && progress) {
			char what[128];

			(void)snprintf(what, sizeof what, "module %.100s", names[i]);
			progress(what);
		}
		good = good && module_load(names[i], dir, reason, size);
		if (good && (changed = handlers_foreign(before)) != 0) {
			(void)snprintf(reason, size, "module %s: took over signal %d", names[i], changed);
			good = false;
		}
		free(names[i]);
	}
	return good;
}

bool
generation_load(const char *dir, void (*progress)(const char *), char *reason, size_t size)
{
	char why[400];

	if (host_prepare && !host_prepare(reason, size))
		return false;
	if (progress)
		progress("templates");
	if (!template_load_all(conf->template_dir, conf->message_dir, why, sizeof why)) {
		(void)snprintf(reason, size, "templates: %s", why);
		return false;
	}
	if (&module_builtin && !registry_add(&module_builtin, why, sizeof why)) {
		(void)snprintf(reason, size, "built-in pages: %s", why);
		return false;
	}
	return modules_load(dir, progress, reason, size);
}
