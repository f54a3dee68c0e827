/* command.c: the list of subcommands; test programs have it without main.c. */
#include "command.h"

#include <string.h>

static struct command *commands;

void
command_add(struct command *command)
{
	struct command **place = &commands;

	while (*place && strcmp((*place)->name, command->name) < 0)
		place = &(*place)->next;
	command->next = *place;
	*place = command;
}

const struct command *
command_first(void)
{
	return commands;
}
