/* openapi.h: the API described from the route tables. */
#ifndef HOST_OPENAPI_H
#define HOST_OPENAPI_H

#include "arena.h"
#include "handler.h"

/* OpenAPI 3.1 document of every route that answers JSON. */
void openapi_write(struct buffer *, const char *base_url);
/* docs/routes.md: a table of all routes. */
void routes_markdown(struct buffer *);
/* Lines of nginx's map "$request_method:$uri" $pool, and body limits. */
void routes_nginx(struct buffer *);

#endif
