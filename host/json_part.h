/* json_part.h: a value, for json.c, which reads the text, and json_value.c. */
#ifndef HOST_JSON_PART_H
#define HOST_JSON_PART_H

#include "json.h"

struct json {
	enum json_kind kind;
	size_t n;              /* items of arrays and objects */
	const char *text;      /* strings; numbers as written */
	const char **keys;     /* objects */
	struct json **items;
};

#endif
