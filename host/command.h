/*
 * command.h: subcommands of the host binary. A file that offers one ends in
 *
 *     COMMAND(migrate, command_migrate, "[--check]", "applies the SQL migrations")
 *
 * and needs no other registration: main.c lists what was linked in. argv[0]
 * is the command's own name; the configuration is loaded. Exit codes: 0 done,
 * 1 failed, 2 refused (bad usage or configuration).
 */
#ifndef HOST_COMMAND_H
#define HOST_COMMAND_H

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage, *help;
	struct command *next;
};

void command_add(struct command *);
/* In the order of their names. */
const struct command *command_first(void);

#define COMMAND(name_, run_, usage_, help_) \
	static struct command command_row_##name_ = { #name_, run_, usage_, help_, 0 }; \
	__attribute__((constructor)) static void \
	command_register_##name_(void) \
	{ \
		command_add(&command_row_##name_); \
	} \
	struct command

#endif
