/*
 * notice.h: telling a person something inside of the platform (Notification of
 * the database schemas). Its inbox and its count are pages of the notification area.
 */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H

#include "handler.h"

struct notice {
	const char *person_id;
	const char *type;     /* one of the seven of domain.md 2.25: "PAYMENT_SUCCESS" */
	const char *topic;    /* "sale": its title is the message "notice.topic.sale" */
	const char *subject;  /* what it is about, a title; cut at 200 characters; NULL */
	int64_t amount;       /* minor units; counts only with a currency */
	const char *currency; /* NULL = no amount */
	const char *path;     /* local page to read more */
	const char *cause;    /* 1 to 150 characters; a person is told of a cause once */
};

/* In the caller's transaction; pools web, pay, jobs. false: told already. */
bool notice_add(struct db *, const struct notice *);

#endif
