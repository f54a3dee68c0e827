/* page.h: what surrounds a view on a page (conventions.md: page.…). */
#ifndef HOST_PAGE_H
#define HOST_PAGE_H

#include "req.h"

/* The chrome of this request, as the template's `page`. `refill`: the values
 * that were sent stand in the form again. */
struct view *page_chrome(struct host_req *, bool refill);
/* Renders the template into the buffer; faults with the reason. */
void page_render(struct host_req *, struct buffer *, const char *template_name, struct view *view,
    bool refill);
/* Reads static.manifest ("css=/static/css/app.<hash>.css") of the folder; once
 * per generation. Missing lines fall back to unhashed names. */
void page_assets(const char *static_dir);
/* Changes with the content of any asset; "" without a manifest. */
const char *page_assets_version(void);

#endif
