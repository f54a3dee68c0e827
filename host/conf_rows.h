/*
 * conf_rows.h: the table of keys, for conf.c and conf_print.c alone.
 */
#ifndef HOST_CONF_ROWS_H
#define HOST_CONF_ROWS_H

#include "conf.h"

enum conf_type { CONF_TEXT, CONF_INT, CONF_BOOL, CONF_LEVEL };

/* A key: `offset` is its place in struct conf, min and max are of CONF_INT. */
struct conf_row {
	const char *key;
	enum conf_type type;
	size_t offset;
	const char *dflt;
	int64_t min, max;
	const char *text;
};

extern const struct conf_row conf_rows[];
extern const size_t conf_row_count; /* at most CONF_ROWS_MAX */
#define CONF_ROWS_MAX 96

#endif
