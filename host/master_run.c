/* master_run.c: the run folder: the log, the pid file, folders of generations. */
#include "master_part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static int log_file = -1;

bool
run_folder_make(const char *path, mode_t mode, uid_t uid)
{
	if (mkdir(path, mode) && errno != EEXIST)
		return false;
	if (chmod(path, mode))
		return errno == EPERM;
	return geteuid() != 0 || uid == 0 || !chown(path, uid, (gid_t)-1);
}

void
run_folder_remove(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		(void)closedir(dir);
	(void)rmdir(path);
}

/* gen-N.K-PID: does no process PID live? */
static bool
owner_gone(const char *name)
{
	const char *dash = strrchr(name, '-');
	long pid = dash ? strtol(dash + 1, NULL, 10) : 0;

	return pid <= 0 || pid == getpid() || (kill((pid_t)pid, 0) && errno == ESRCH);
}

/* What a master that was killed left behind. */
void
run_leftovers_remove(void)
{
	struct dirent *entry;
	DIR *dir = opendir(conf->run_dir);
	char path[400];

	while (dir && (entry = readdir(dir)) != NULL)
		if (!strncmp(entry->d_name, "gen-", 4) && owner_gone(entry->d_name)) {
			(void)snprintf(path, sizeof path, "%s/%.100s", conf->run_dir, entry->d_name);
			run_folder_remove(path);
		}
	if (dir)
		(void)closedir(dir);
}

static enum log_level
level_of(const char *name)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };

	for (unsigned i = 0; i < 4; i++)
		if (!strcmp(names[i], name))
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

/* Opened anew at each reload: that is how logs are rotated. */
bool
run_log_open(char *reason, size_t size)
{
	char path[512];
	int fd;

	if (!strcmp(conf->log_dir, "-")) {
		log_open(STDERR_FILENO, level_of(conf->log_level));
		return true;
	}
	(void)snprintf(path, sizeof path, "%s/host.log", conf->log_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0) {
		(void)snprintf(reason, size, "%.200s: %s", path, strerror(errno));
		return false;
	}
	log_open(fd, level_of(conf->log_level));
	if (log_file >= 0)
		close(log_file);
	log_file = fd;
	return true;
}

/* Removed at the end unless a successor has written its own. */
void
run_pid_remove(void)
{
	char path[256], text[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/host.pid", conf->run_dir);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text, sizeof text, file) && strtol(text, NULL, 10) == getpid())
		(void)unlink(path);
	(void)fclose(file);
}

void
run_pid_write(void)
{
	char path[256], tmp[264];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/host.pid", conf->run_dir);
	(void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
	file = fopen(tmp, "we");
	if (!file)
		return;
	fprintf(file, "%d\n", (int)getpid());
	if (!fclose(file))
		(void)rename(tmp, path);
}
