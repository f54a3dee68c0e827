/* personal.h: the host's own tables with personal data. */
#ifndef HOST_PERSONAL_H
#define HOST_PERSONAL_H

#include "handler.h"

/* Up to table NULL. */
extern const struct personal_data host_personal[];

#endif
