/* redis_kit.c: see redis_kit.h. */
#include "redis_kit.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[80], path[100]; /* a socket's path may have 107 bytes */
static pid_t server;

const char *
redis_begin(void)
{
	scratch_name(dir, sizeof dir, "redis_kit");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/s", dir);
	server = fork();
	if (server == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save",
		    "", "--dir", dir, (char *)NULL);
		_exit(127);
	}
	/* Its socket is there when it listens; without Redis the child ends at once. */
	for (int i = 0; i < 1000 && access(path, F_OK) != 0; i++) {
		if (waitpid(server, NULL, WNOHANG) == server) {
			rmdir(dir);
			server = 0;
			return NULL;
		}
		usleep(10000);
	}
	return path;
}

void
redis_kill(void)
{
	if (server) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
}

void
redis_end(void)
{
	redis_kill();
	unlink(path);
	rmdir(dir);
}
