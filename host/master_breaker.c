/*
 * master_breaker.c: a module whose requests crash workers is switched off for a
 * while, then tried again; what an operator switches off stays off.
 */
#include "master_part.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

#define BREAKER_CRASHES 5
#define BREAKER_WINDOW_US (60 * 1000000)

struct breaker {
	int64_t crashes[BREAKER_CRASHES];
	unsigned next;
	uint64_t done; /* requests finished when it was half opened */
};

static struct breaker breakers[SCOREBOARD_MODULES];

static uint64_t
module_done(uint16_t index)
{
	uint64_t n = 0;

	for (size_t i = 0; i < SCOREBOARD_ROUTES; i++) {
		const struct scoreboard_route *route = scoreboard_route(i);

		if (route->used == 2 && route->module == index)
			n += route->by_status[2] + route->by_status[3] + route->by_status[4];
	}
	return n;
}

static void
module_open(struct scoreboard_module *module, int64_t now)
{
	module->state = MODULE_OPEN;
	module->open_until_us = now + conf->module_retry_s * 1000000;
	log_event(LOG_LEVEL_ERROR, "module_disabled", "module", module->name, "why", "crashes", NULL);
}

void
breaker_crash(uint32_t index)
{
	struct scoreboard_module *module;
	struct breaker *breaker;
	int64_t now = scoreboard_now();
	unsigned recent = 0;

	if (index >= SCOREBOARD_MODULES || !scoreboard_module(index)->name[0])
		return;
	module = scoreboard_module(index);
	breaker = &breakers[index];
	module->crashes++;
	breaker->crashes[breaker->next++ % BREAKER_CRASHES] = now;
	for (size_t i = 0; i < BREAKER_CRASHES; i++)
		if (breaker->crashes[i] && now - breaker->crashes[i] < BREAKER_WINDOW_US)
			recent++;
	module->recent = recent;
	if (module->state == MODULE_HALF_OPEN ||
	    (module->state == MODULE_ON && recent >= BREAKER_CRASHES))
		module_open(module, now);
}

void
breaker_care(int64_t now)
{
	for (uint16_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++) {
		struct scoreboard_module *module = scoreboard_module(i);

		if (module->state == MODULE_OPEN && now > module->open_until_us) {
			breakers[i].done = module_done(i);
			module->state = MODULE_HALF_OPEN;
			log_event(LOG_LEVEL_WARN, "module_half_open", "module", module->name, NULL);
		} else if (module->state == MODULE_HALF_OPEN && module_done(i) > breakers[i].done) {
			module->state = MODULE_ON;
			memset(&breakers[i], 0, sizeof breakers[i]);
			log_event(LOG_LEVEL_INFO, "module_enabled", "module", module->name, NULL);
		}
	}
}

/* Modules an operator switched off; kept over restarts. */
static void
disabled_path(char *path, size_t size)
{
	(void)snprintf(path, size, "%s/disabled", conf->run_dir);
}

static void
disabled_write(void)
{
	char path[256], tmp[264];
	FILE *file;

	disabled_path(path, sizeof path);
	(void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
	file = fopen(tmp, "we");
	if (!file)
		return;
	for (size_t i = 0; i < SCOREBOARD_MODULES && scoreboard_module(i)->name[0]; i++)
		if (scoreboard_module(i)->state == MODULE_OFF)
			fprintf(file, "%s\n", scoreboard_module(i)->name);
	if (!fclose(file))
		(void)rename(tmp, path);
}

void
breaker_off_read(void)
{
	char path[256], line[64];
	FILE *file;

	disabled_path(path, sizeof path);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		uint16_t index;

		line[strcspn(line, "\n")] = '\0';
		index = line[0] ? scoreboard_module_find(line, true) : SCOREBOARD_NONE;
		if (index != SCOREBOARD_NONE)
			scoreboard_module(index)->state = MODULE_OFF;
	}
	if (file)
		(void)fclose(file);
}

/* Its crashes so far count no more. */
void
breaker_forget(uint16_t index)
{
	memset(&breakers[index], 0, sizeof breakers[index]);
}

bool
master_module_set(const char *name, bool on)
{
	uint16_t index = name[0] ? scoreboard_module_find(name, false) : SCOREBOARD_NONE;

	if (index == SCOREBOARD_NONE)
		return false;
	scoreboard_module(index)->state = on ? MODULE_ON : MODULE_OFF;
	breaker_forget(index);
	disabled_write();
	log_event(LOG_LEVEL_WARN, on ? "module_enabled" : "module_disabled", "module", name, "why",
	    "operator", NULL);
	return true;
}
