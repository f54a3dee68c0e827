/* markdown_event.h: md4c's callbacks, for the two files that know md4c. */
#ifndef HOST_MARKDOWN_EVENT_H
#define HOST_MARKDOWN_EVENT_H

#include <md4c.h>

#include "markdown_part.h"

/* markdown_block.c. A value other than 0 ends the parsing. */
int md_enter_block(MD_BLOCKTYPE, void *detail, void *md);
int md_leave_block(MD_BLOCKTYPE, void *detail, void *md);

#endif
