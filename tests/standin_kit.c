/* standin_kit.c: see standin_kit.h. */
#include "standin_kit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "http.h"
#include "json.h"
#include "scratch.h"

static struct {
	pid_t pid;
	int port;
	char dir[64];
	const char *files[8];
	size_t n;
} standin;

void
setting(const char *key, const char *value)
{
	const char *now;

	for (size_t i = 0; conf_setting_at(i, &now); i++)
		if (strcmp(conf_setting_at(i, &now)->key, key) == 0) {
			((struct conf *)(uintptr_t)conf)->settings[i] = value;
			return;
		}
	cr_assert_fail("no setting %s", key);
}

const char *
standin_file(const char *name, const char *text)
{
	const char *path = arena_printf(kit_arena(), "%s/%s", standin.dir, name);
	FILE *f = fopen(path, "we");

	cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
	cr_assert_lt(standin.n, 8);
	standin.files[standin.n++] = path;
	return path;
}

void
standin_begin(const char *script, const char *option, const char *secret)
{
	int out[2];
	FILE *f;

	world_begin();
	purpose_make();
	scratch_name(standin.dir, sizeof standin.dir, "standin");
	cr_assert(mkdtemp(standin.dir));
	cr_assert(!pipe(out));
	standin.pid = fork();
	cr_assert(standin.pid >= 0);
	if (standin.pid == 0) {
		(void)dup2(out[1], 1);
		(void)close(out[0]);
		(void)execlp("perl", "perl", script, option, secret, (char *)NULL);
		_exit(127);
	}
	(void)close(out[1]);
	f = fdopen(out[0], "r");
	cr_assert(f && fscanf(f, "port %d", &standin.port) == 1, "the stand-in did not start");
	(void)fclose(f);
	setting("payment.timeout_ms", "1500");
}

void
standin_end(void)
{
	if (standin.pid > 0) {
		(void)kill(standin.pid, SIGTERM);
		(void)waitpid(standin.pid, NULL, 0);
	}
	for (size_t i = 0; i < standin.n; i++)
		(void)unlink(standin.files[i]);
	(void)rmdir(standin.dir);
	world_end();
}

const char *
standin_url(void)
{
	return arena_printf(kit_arena(), "http://127.0.0.1:%d", standin.port);
}

struct json *
standin_control(const char *path, const char *form)
{
	const struct http_call call = { .method = form ? "POST" : "GET", .body = form,
		.body_size = form ? strlen(form) : 0, .flags = HTTP_TRUSTED, .timeout_ms = 10000,
		.reply_max = 8u << 20, .url = arena_printf(kit_arena(), "%s%s", standin_url(), path) };
	struct http_reply reply = http_call(kit_arena(), &call);

	cr_assert_eq(reply.status, 200, "%s: %d %s", path, reply.status, reply.error ? reply.error : "");
	return json_parse(kit_arena(), (const char *)reply.body);
}

struct reply
standin_post(const char *path, const char *body, size_t size, const char *signature)
{
	const char *const extra[] = { signature, NULL };

	return request(NOBODY, "POST", path, "application/json", body, size, extra);
}

void
standin_later(void)
{
	clock_move(61 * INT64_C(1000000));
	seed("update host.job set run_at = now() where state = 'READY'");
	jobs_run();
}
