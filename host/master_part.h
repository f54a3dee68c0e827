/*
 * master_part.h: what the files of the master share.
 *
 *   master.c             signals, the loop, start and end
 *   master_generation.c  generations: start, reload, drain, what parents say
 *   master_breaker.c     modules that crash are switched off, and on again
 *   master_upgrade.c     binary upgrade, systemd
 *   master_run.c         the run folder: logs, pid file, what a killed one left
 */
#ifndef HOST_MASTER_PART_H
#define HOST_MASTER_PART_H

#include <signal.h>
#include <sys/types.h>

#include "conf.h"
#include "listen.h"
#include "master.h"
#include "process.h"

#define GENERATIONS 8

enum generation_state { GENERATION_NONE, GENERATION_LOADING, GENERATION_SERVING, GENERATION_DRAINING };

struct parent {
	pid_t pid; /* 0 = gone */
	int channel;
	bool ready;
	char dir[160];
};

struct generation {
	enum generation_state state;
	unsigned number;
	size_t n;
	struct parent parents[POOL_COUNT];
	int64_t begun_us;       /* of this state */
	char progress[128];
};

struct master {
	const char *conf_path;
	char **program;            /* argv, for the binary upgrade */
	struct conf configs[2];    /* current and next, in turn */
	unsigned config_now;
	struct generation generations[GENERATIONS];
	unsigned generation_last;  /* number */
	struct listen_set sockets;
	bool reload_again, stopping, refused_for_good;
	unsigned deaths;           /* of serving generations, in a row */
	int64_t retry_us;          /* no generation before */
	volatile sig_atomic_t got_term;
};
extern struct master master;

/* master_generation.c */
struct generation *generation_in(enum generation_state);
bool generation_start(void);
void generation_kill(struct generation *);
void generation_drain(struct generation *, enum slot_stop);
/* A generation that did not come up. `lasting`: the same again would fail too. */
void generation_refused(struct generation *, const char *reason, bool lasting);
/* Which pool runs as whom, for the status. */
void generation_users(void);
void reload_begin(void);
void reload_refused(const char *reason);
void parent_messages(struct generation *, struct parent *);
void parent_died(struct generation *, struct parent *, int status);

/* master_breaker.c */
void breaker_crash(uint32_t module);
void breaker_care(int64_t now);
void breaker_forget(uint16_t module);
/* Modules an operator switched off before a restart. */
void breaker_off_read(void);

/* master_upgrade.c */
void upgrade_care(int64_t now);
/* Was a successor started and not waited for yet? true: it was this process. */
bool upgrade_reaped(pid_t);
/* Are we a successor that does not serve yet? */
bool handover_open(void);
void handover_read(void);
/* To the predecessor: this one serves now. */
void handover_tell(void);
void systemd_notify(const char *text);

/* master_run.c */
bool run_folder_make(const char *path, mode_t mode, uid_t uid);
void run_folder_remove(const char *path);
void run_leftovers_remove(void);
bool run_log_open(char *reason, size_t size);
void run_pid_write(void);
void run_pid_remove(void);

#endif
