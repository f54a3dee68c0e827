/* redis_kit.h: a Redis server of a test's own. */
#ifndef TESTS_REDIS_KIT_H
#define TESTS_REDIS_KIT_H

/* Starts it; its socket, as conf->redis names it. NULL: none is installed. */
const char *redis_begin(void);
/* As a crash would end it; its socket stays. */
void redis_kill(void);
void redis_end(void);

#endif
