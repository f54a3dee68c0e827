/* Mails of the account area. */
#include <string.h>

#include "account.h"
#include "account.sql.h"

#define MAILS_AN_HOUR 3

bool
account_mail_allowed(struct req *r, const char *kind, const char *email)
{
	const char *key = arena_printf(r->arena, "mail.%s.%s", kind, log_pii(email));
	struct mail_quota row = { 0 };

	return sql_mail_quota(r->db, key, MAILS_AN_HOUR, 3600, &row) && row.allowed;
}

void
account_mail(struct req *r, const char *template_name, const struct identity_found *to,
    const char *path)
{
	struct view *data = mail_view(r->arena);

	view_str(data, "name", to->name);
	view_str(data, "path", path);
	view_str(data, "network", req_network(r));
	view_time(data, "at", clock_now());
	mail_queue(r->db, to->email, to->id, to->locale, template_name, data);
}
