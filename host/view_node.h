/*
 * view_node.h: inside of a view node; for view.c, render_html.c and
 * render_json.c only. The node begins with the HDF struct, linked by hand:
 * ClearSilver reads it in place and never frees it.
 */
#ifndef HOST_VIEW_NODE_H
#define HOST_VIEW_NODE_H

#include <stdio.h>
#include <ClearSilver.h>

#include "view.h"

enum view_kind {
	VIEW_NULL, VIEW_STR, VIEW_INT, VIEW_BOOL, VIEW_MONEY, VIEW_TIME, VIEW_MARKUP,
	VIEW_OBJECT, VIEW_LIST
};

struct view {
	HDF hdf;              /* first member: a view is its HDF node */
	enum view_kind kind;
	bool page_only;
	uint32_t count;       /* children of a list */
	int64_t number;       /* INT, BOOL, MONEY (minor), TIME (us) */
	const char *currency; /* MONEY */
};

struct view_root {
	struct view node;
	struct arena *arena;
	enum view_medium medium;
	const char *locale, *zone;
	struct req *req;      /* for links; NULL in mails and tests */
};

static inline struct view_root *
view_root(const struct view *v)
{
	return (struct view_root *)v->hdf.top;
}

static inline struct view *
view_first(const struct view *v)
{
	return (struct view *)v->hdf.child;
}

static inline struct view *
view_next(const struct view *v)
{
	return (struct view *)v->hdf.next;
}

#endif
