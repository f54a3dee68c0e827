/*
 * account_kit.h: a browser of a test's own (real cookies, tokens as the pages
 * give them) and its mail box.
 */
#ifndef TESTS_ACCOUNT_KIT_H
#define TESTS_ACCOUNT_KIT_H

#include "mail.h"
#include "testkit.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define GOOD "seven+blue+kites+over+Soweto"
#define GOOD_TEXT "seven blue kites over Soweto"

struct browser {
	const char *sid;     /* NULL = signed out */
	const char *csrf;
	const char *address;
};
/* The value of a cookie that a reply sets; NULL when it sets none. */
const char *cookie_of(struct reply, const char *name);
/* What stands between two texts; NULL when they are not there. */
const char *between(const char *text, const char *before, const char *after);
struct reply browse(struct browser *, const char *method, const char *path, const char *form);
bool signed_in(struct browser *);
/* Address and password as in a form. On success the browser keeps the session. */
struct reply try_signin(struct browser *, const char *email, const char *password);
/* Runs the mail jobs; the newest mail to the address, all NULL when there is none. */
struct mailbox_entry mail_to(const char *email);
/* The link of a mail below the site, and its token. */
const char *link_in(struct mailbox_entry);
const char *token_in(struct mailbox_entry);
/* Signs up with a good password. */
struct reply join(const char *name, const char *email);
/* Mails queued so far from a template. */
int64_t mails(const char *template_name);

#endif
