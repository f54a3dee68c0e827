/* The development mailbox: mails that would have been sent, when there is no
 * mail server. Not there in production. */
#include <string.h>

#include "builtin.h"
#include "conf.h"
#include "mail.h"

#define MAILS_SHOWN 50

static bool
mailbox_open(void)
{
	return conf->development && *conf->smtp_url == '\0';
}

int
mailbox_index(struct req *r, struct view *v)
{
	struct mailbox_entry *mails;
	struct view *items;
	size_t n;

	if (!mailbox_open())
		return req_fail(r, 404, "not_found");
	req_title(r, req_msg(r, "nav.mailbox"));
	n = mailbox_list(r->arena, MAILS_SHOWN, &mails);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(items);

		view_str(item, "name", mails[i].name);
		view_str(item, "to", mails[i].to);
		view_str(item, "subject", mails[i].subject);
		view_time(item, "at", mails[i].date);
	}
	return 200;
}

/* The text of a mail cut at its first address of this site, so that the page
 * can show that as a link. */
static void
link_view(struct req *r, struct view *v, const char *text)
{
	const char *at = strstr(text, conf->base_url);
	size_t n;

	if (at == NULL)
		return;
	at += strlen(conf->base_url);
	n = strcspn(at, " \r\n\t\"<>");
	if (n > 0 && *at == '/')
		view_str(v, "link", arena_strndup(r->arena, at, n));
}

int
mailbox_show(struct req *r, struct view *v)
{
	struct mailbox_entry mail;

	if (!mailbox_open() || !mailbox_read(r->arena, req_text(r, "name"), &mail))
		return req_fail(r, 404, "not_found");
	req_title(r, mail.subject);
	view_str(v, "to", mail.to);
	view_str(v, "subject", mail.subject);
	view_time(v, "at", mail.date);
	view_str(v, "text", mail.text);
	link_view(r, v, mail.text == NULL ? "" : mail.text);
	view_str(v, "raw", mail.raw);
	return 200;
}
