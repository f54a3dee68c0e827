/*
 * process.h: what master, generation parents and workers hand each other.
 *
 * master ──fork──► parent of generation N ──fork──► workers, spawner
 *        ◄─channel─►                      shared memory: scoreboard.h
 *
 * One parent serves all pools that share a Unix user. The channel is a
 * SOCK_SEQPACKET pair; one struct message per packet.
 */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#include <signal.h>
#include <sys/types.h>

#include "conf.h"
#include "scoreboard.h"
#include "worker.h"

enum message_kind {
	/* parent to master */
	MESSAGE_PROGRESS = 1, /* what is being done: named when the start hangs */
	MESSAGE_MODULE,       /* text "name\nversion": announce; answered by MESSAGE_OK */
	MESSAGE_READY,
	MESSAGE_REFUSED,      /* text: why */
	MESSAGE_CRASH,        /* number: module index; text: what is known */
	/* master to parent */
	MESSAGE_OK,
	MESSAGE_DRAIN,        /* number: enum slot_stop */
	MESSAGE_WORKERS       /* number: pool, delta: + or - */
};

struct message {
	uint32_t kind;
	uint32_t number;
	int32_t delta;
	char text[756];
};

bool message_send(int channel, enum message_kind, uint32_t number, const char *text);

/* What a parent is told. Copied by fork; strings live on. */
struct parent_start {
	unsigned generation;
	unsigned pools;               /* bits */
	const char *user;             /* Unix user; "" = the one that runs */
	const char *dir;              /* run/gen-N.K: copies of the modules */
	const char *crash_dir;
	int channel;
	int listen[POOL_COUNT];       /* -1 = none */
	uid_t web_uid;
	pid_t master;
};

_Noreturn void parent_run(const struct parent_start *);

struct worker_start {
	const struct parent_start *parent;
	enum pool pool;
	struct scoreboard_slot *slot;
	int listen;
	int crash_fd;                 /* memfd for the crash report */
	pid_t parent_pid;
	bool canary;                  /* must reach the database to get ready */
};

_Noreturn void worker_run(const struct worker_start *);

/* registry and templates of a configuration: what a generation loads before
 * it forks, and `-t` checks. `dir`: where modules are copied first, NULL =
 * loaded in place. `progress` may be NULL. */
bool generation_load(const char *dir, void (*progress)(const char *), char *reason, size_t size);

/* privilege.c: becomes `user` for ever; false: reason. Also PDEATHSIG and
 * the check that `parent` still lives. */
bool privilege_drop(const char *user, char *reason, size_t size);
bool privilege_follow(pid_t parent);
/* Ends the process without exit handlers; a coverage build runs them, because
 * they write its counters. */
_Noreturn void process_end(int code);
/* A process that dies by a signal has no end of its own: writes the host's
 * counters of a coverage build now. */
void process_counters(void);
/* A build with sanitizers: its runtime needs what a sandbox forbids. */
bool process_instrumented(void);
/* Before the rest: a generation that comes up does not wait its turn behind the
 * requests of the one that serves. Takes effect where the user may (root, or
 * LimitNICE=); unhurried() ends it, for a process and what it forks from then on. */
void process_hurry(void);
void process_unhurried(void);
/* Who the kernel ends first when memory is short. */
void process_oom_score(int score);
/* Puts all signals back to default and blocks those in *blocked. */
void signals_reset(const sigset_t *blocked);
void signal_set(int signal, void (*handler)(int));
/* Closes all descriptors but 0, 1, 2 and those of the list (-1 = none). */
void descriptors_keep(int *fds, size_t n);

/* sandbox.c: locks the worker in; `report` says what holds now, for people.
 * Two steps, since the database is connected between them. */
void sandbox_files(enum pool, const char *generation_dir, char *report, size_t size);
void sandbox_calls(enum pool, char *report, size_t size);

/* crash.c: handlers for SEGV BUS ILL FPE ABRT SYS that write a report to fd. */
void crash_install(int fd, const struct scoreboard_slot *, const char *(*query)(void));
/* Return addresses by frame pointers, from a signal's context; async-signal-safe. */
size_t crash_walk(const void *ucontext, uintptr_t *addresses, size_t max);
/* "module.so!function+0x12" of an address of this process; not for handlers. */
void crash_symbol(uintptr_t address, char *text, size_t size);

#endif
