/* account_kit.c: see account_kit.h. */
#include "account_kit.h"

#include <string.h>

#include "conf.h"

const char *
cookie_of(struct reply r, const char *name)
{
	const char *at = strstr(r.head, arena_printf(kit_arena(), "Set-Cookie: %s=", name));
	size_t n = strlen("Set-Cookie: ") + strlen(name) + 1;

	return at ? arena_strndup(kit_arena(), at + n, strcspn(at + n, ";\r\n")) : NULL;
}

const char *
between(const char *text, const char *before, const char *after)
{
	const char *at = strstr(text, before), *end;

	if (!at)
		return NULL;
	at += strlen(before);
	end = strstr(at, after);
	return end ? arena_strndup(kit_arena(), at, (size_t)(end - at)) : NULL;
}

struct reply
browse(struct browser *b, const char *method, const char *path, const char *form)
{
	const char *extra[4];
	size_t n = 0;

	if (b->address)
		extra[n++] = arena_printf(kit_arena(), "REMOTE_ADDR=%s", b->address);
	if (b->sid)
		extra[n++] = arena_printf(kit_arena(), "HTTP_COOKIE=sid=%s", b->sid);
	if (b->csrf)
		extra[n++] = arena_printf(kit_arena(), "HTTP_X_CSRF=%s", b->csrf);
	extra[n] = NULL;
	return request(NOBODY, method, path, "application/x-www-form-urlencoded", form,
	    form ? strlen(form) : 0, extra);
}

bool
signed_in(struct browser *b)
{
	return browse(b, "GET", "/api/v1/me", NULL).status == 200;
}

struct reply
try_signin(struct browser *b, const char *email, const char *password)
{
	struct reply r = browse(b, "POST", "/signin", arena_printf(kit_arena(),
	    "email=%s&password=%s", email, password));

	if (r.status == 303) {
		b->sid = cookie_of(r, "sid");
		b->csrf = between(browse(b, "GET", "/me/password", NULL).html,
		    "name=\"csrf\" value=\"", "\"");
		cr_assert(b->csrf, "no token: %d %s", r.status, browse(b, "GET", "/me/password", NULL).head);
	}
	return r;
}

/* Runs the mail jobs; the newest mail to the address. */
struct mailbox_entry
mail_to(const char *email)
{
	struct mailbox_entry *list, found = { 0 };
	size_t n;

	jobs_run();
	n = mailbox_list(kit_arena(), 100, &list);
	for (size_t i = 0; i < n; i++)
		if (strstr(list[i].to, email)) {
			cr_assert(mailbox_read(kit_arena(), list[i].name, &found));
			break;
		}
	return found;
}

const char *
link_in(struct mailbox_entry mail)
{
	cr_assert(mail.text, "no mail came");
	return between(mail.text, conf->base_url, "\n");
}

const char *
token_in(struct mailbox_entry mail)
{
	const char *link = link_in(mail);

	cr_assert(link && strstr(link, "token="), "no token in the mail");
	return strstr(link, "token=") + 6;
}

struct reply
join(const char *name, const char *email)
{
	return post("/signup", arena_printf(kit_arena(), "name=%s&email=%s&password=" GOOD, name,
	    email));
}

int64_t
mails(const char *template_name)
{
	return count("host.email where template = '%s'", template_name);
}
