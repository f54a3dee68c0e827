/* admin.h: the pages of the admin area, one group a file. */
#ifndef ADMIN_H
#define ADMIN_H

#include "handler.h"

#define ADMIN_PAGE 25

/* admin_people.c */
int admin_user_index(struct req *, struct view *);
int admin_user_show(struct req *, struct view *);
int admin_user_status(struct req *, struct view *);
int admin_user_roles(struct req *, struct view *);
int admin_user_sessions_end(struct req *, struct view *);
int admin_audit(struct req *, struct view *);

/* admin_work.c */
int admin_job_index(struct req *, struct view *);
int admin_job_again(struct req *, struct view *);
int admin_mail_index(struct req *, struct view *);
int admin_mail_again(struct req *, struct view *);
int admin_cache_index(struct req *, struct view *);
int admin_cache_show(struct req *, struct view *);
int admin_cache_put(struct req *, struct view *);
int admin_cache_remove(struct req *, struct view *);
int admin_cache_empty(struct req *, struct view *);
int admin_system(struct req *, struct view *);

/* First row of the page that ?page= asks for. */
int64_t admin_offset(struct req *);
/* Filter links: one item per value, `on` when chosen; the first is "all". */
void admin_filter(struct req *, struct view *, const char *key, const char *param,
    const char *const *values);

#endif
