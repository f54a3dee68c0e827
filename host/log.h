/* log.h: JSON lines, one write(2) each. Modules see log_event() (handler.h). */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include "handler.h"

/* fd: O_APPEND file or stderr. Never blocks: a full pipe drops and counts. */
void log_open(int fd, enum log_level least);
void log_context(const char *pool, unsigned generation);
void log_request(const char *rid); /* NULL outside a request */

/* Typed line builder for the access line; classes decide what is written. */
struct log_line {
	char data[4096];
	size_t size;
};
void log_begin(struct log_line *, enum log_level, const char *event);
void log_str(struct log_line *, const char *key, const char *value);
void log_int(struct log_line *, const char *key, int64_t value);
void log_person(struct log_line *, const char *key, const char *value); /* hashed */
void log_end(struct log_line *);
uint64_t log_dropped(void);
int log_descriptor(void);

#endif
