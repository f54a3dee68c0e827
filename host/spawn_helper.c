/*
 * spawn_helper.c: the helpers that may run, checked on both sides, and the
 * process of one: own process group, limits, no-new-privs, no network, an empty
 * environment.
 */
#include "spawn_part.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "conf.h"
#include "process.h"

#define SPAWN_ARGS 24

static const char *const highlight_options[] = { "-f", "-S", "-O", "-l", "-P", "--", "-", NULL };
static const char *const math_options[] = { "-f", "-t", "--from=", "--to=", "--mathml", "--sandbox",
	"--wrap=", NULL };
static const char *const no_options[] = { NULL };
static const char *const image_options[] = { "-resize", "-strip", "-auto-orient", "-quality",
	"-thumbnail", "-gravity", "-extent", "-limit", "-background", "-flatten", "-", NULL };

static const struct spawn_helper helpers[] = {
	{ "highlight", offsetof(struct conf, helper_highlight), 1u << 30, highlight_options },
	{ "math", offsetof(struct conf, helper_math), 1u << 30, math_options },
	{ "drawing", offsetof(struct conf, helper_drawing), 1u << 30, no_options },
	{ "image", offsetof(struct conf, helper_image), 1u << 30, image_options },
	{ "document", offsetof(struct conf, helper_document), 1u << 30, no_options },
};

static const char *
helper_path(const struct spawn_helper *helper)
{
	const char *path;

	memcpy(&path, (const char *)conf + helper->path, sizeof path);
	return path;
}

const struct spawn_helper *
spawn_helper_find(const char *name)
{
	for (size_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++)
		if (!strcmp(helpers[i].name, name))
			return &helpers[i];
	return NULL;
}

uint32_t
spawn_helper_number(const struct spawn_helper *helper)
{
	return (uint32_t)(helper - helpers);
}

const struct spawn_helper *
spawn_helper_at(uint32_t number)
{
	return number < sizeof helpers / sizeof helpers[0] ? &helpers[number] : NULL;
}

bool
spawn_available(const char *name)
{
	const struct spawn_helper *helper = spawn_helper_find(name);

	return helper && helper_path(helper)[0] == '/' && !access(helper_path(helper), X_OK);
}

static bool
argument_allowed(const struct spawn_helper *helper, const char *argument)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "._+,:=@#^>-";

	if (!argument[0] || strlen(argument) > 128 || strspn(argument, good) != strlen(argument) ||
	    strstr(argument, "..") || argument[0] == '@')
		return false;
	if (argument[0] != '-')
		return true;
	for (size_t i = 0; helper->options[i]; i++) {
		const char *option = helper->options[i];
		size_t n = strlen(option);

		if (option[n - 1] == '=' ? !strncmp(argument, option, n) : !strcmp(argument, option))
			return true;
	}
	return false;
}

bool
spawn_request_pack(struct spawn_request *request, const struct spawn_helper *helper, const char *const *args,
    char *reason, size_t size)
{
	size_t used = 0;

	request->n = 0;
	for (; args && *args; args++) {
		size_t n = strlen(*args) + 1;

		if (!argument_allowed(helper, *args) || request->n == SPAWN_ARGS ||
		    used + n > sizeof request->text) {
			(void)snprintf(reason, size, "argument of %s refused: %.60s", helper->name, *args);
			return false;
		}
		memcpy(request->text + used, *args, n);
		used += n;
		request->n++;
	}
	return true;
}

/* The packet came from a worker, which may be anybody by now. */
bool
spawn_request_good(const struct spawn_request *request)
{
	const char *next = request->text, *end = request->text + sizeof request->text;
	const struct spawn_helper *helper = spawn_helper_at(request->helper);

	if (!helper || request->n > SPAWN_ARGS)
		return false;
	for (uint32_t i = 0; i < request->n; i++) {
		size_t n = strnlen(next, (size_t)(end - next));

		if (next + n >= end || !argument_allowed(helper, next))
			return false;
		next += n + 1;
	}
	return true;
}

/* ---- the helper's process ---- */

static void
network_deny(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		_exit(126);
	if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ptrace), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(process_vm_writev), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 0) ||
	    seccomp_load(filter))
		_exit(126);
	seccomp_release(filter);
}

static void
limit(int what, rlim_t value)
{
	(void)setrlimit(what, &(struct rlimit){ value, value });
}

_Noreturn void
spawn_helper_exec(const struct spawn_helper *helper, const struct spawn_request *request, int in, int out)
{
	static char *const environment[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8",
		"HOME=/nonexistent", "TMPDIR=/tmp", NULL };
	char path[512], text[SPAWN_TEXT], *argv[SPAWN_ARGS + 2], *next = text;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t n = 0;
	sigset_t none;

	(void)snprintf(path, sizeof path, "%s", helper_path(helper));
	memcpy(text, request->text, sizeof text);
	argv[n++] = path;
	for (uint32_t i = 0; i < request->n; i++) {
		argv[n++] = next;
		next += strlen(next) + 1;
	}
	argv[n] = NULL;
	(void)setpgid(0, 0);
	if (null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	if (close_range(3, ~0u, 0) || chdir("/"))
		_exit(126);
	sigemptyset(&none);
	signals_reset(&none);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	limit(RLIMIT_CPU, 10);
	limit(RLIMIT_AS, helper->memory);
	limit(RLIMIT_FSIZE, SPAWN_OUT_MAX);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_CORE, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	network_deny();
	(void)execve(path, argv, environment);
	_exit(127);
}
