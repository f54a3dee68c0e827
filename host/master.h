/* master.h: the supervisor. It loads no module and serves no page. */
#ifndef HOST_MASTER_H
#define HOST_MASTER_H

#include "handler.h"

/* Runs until it is told to stop; the exit code. argv: for the binary upgrade. */
int master_run(const char *conf_path, char **argv);

/* ---- master.c, for control.c ---- */

/* Starts a reload, or notes that one more is wanted. */
void master_reload(void);
/* Is a reload still under way? The last one's result in head->reason. */
bool master_reloading(void);
void master_drain(void);
void master_upgrade(void);
bool master_module_set(const char *name, bool on);
bool master_workers(enum pool, int delta);

/* ---- control.c ---- */

struct pollfd;
#define CONTROL_CLIENTS 32
/* Descriptors to wait for; returns how many were added. */
size_t control_poll(struct pollfd *fds, size_t most);
void control_serve(const struct pollfd *fds, size_t n);
void control_open(int ctl, int status, int status_tcp);
/* A successor took over: no new clients here. */
void control_close(void);
/* The other side: `fcgi-host ctl …`. */
int control_command(int argc, char **argv);

#endif
