/* The chrome of a page: who is signed in, messages, form values, assets. */
#include "page.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "fault.h"
#include "format.h"
#include "message.h"
#include "session.h"

static struct asset {
	char name[32], url[160];
} assets[32];
static size_t asset_count;
static char assets_version[17] = "";

/* The addresses hold a hash of the files: other files, another version. */
static void
assets_version_set(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < asset_count; i++)
		for (const char *s = assets[i].url; *s != '\0'; s++)
			hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	snprintf(assets_version, sizeof(assets_version), "%016llx", (unsigned long long)hash);
}

void
page_assets(const char *static_dir)
{
	char path[1024], line[256], key[40];
	FILE *f;

	snprintf(path, sizeof(path), "%s/static.manifest", static_dir);
	f = fopen(path, "re");
	asset_count = 0;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL && asset_count < 32) {
		struct asset *a = &assets[asset_count];
		char *equals = strchr(line, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		equals[1 + strcspn(equals + 1, "\r\n")] = '\0';
		snprintf(a->name, sizeof(a->name), "%.31s", line);
		snprintf(a->url, sizeof(a->url), "%s", equals + 1);
		snprintf(key, sizeof(key), "asset.%s", a->name);
		message_constant(key, a->url);
		asset_count++;
	}
	if (f != NULL)
		fclose(f);
	assets_version_set();
}

const char *
page_assets_version(void)
{
	return assets_version;
}


static const char *
role_name(enum role role)
{
	return role == ROLE_ADMIN ? "ADMIN" : role == ROLE_EDUCATOR ? "EDUCATOR" : "STUDENT";
}

static void
page_user(struct host_req *h, struct view *page)
{
	static const enum role all[] = { ROLE_STUDENT, ROLE_EDUCATOR, ROLE_ADMIN };
	const struct person *p = h->req.person;
	struct view *user, *roles;

	if (p == NULL)
		return;
	user = view_obj(page, "user");
	view_str(user, "id", p->id);
	view_str(user, "name", p->name);
	view_str(user, "initials", name_initials(h->req.arena, p->name));
	if (p->avatar != NULL)
		view_str(user, "avatar", p->avatar);
	view_str(user, "role", role_name(p->role));
	view_bool(user, "verified", p->verified);
	if (h->unread != NULL && *h->unread > 0)
		view_str(user, "unread", arena_printf(h->req.arena, *h->unread < 100 ? "%d" : "99+",
		    *h->unread));
	if ((p->roles & (p->roles - 1)) == 0)
		return;
	roles = view_list(user, "roles");
	for (size_t i = 0; i < 3; i++)
		if (p->roles & all[i])
			view_str(view_item(roles), "name", role_name(all[i]));
}

/* How this browser shows pages: "theme.contrast.scale.motion" of req_display(). */
static void
page_prefs(struct host_req *h, struct view *page)
{
	static const char *const keys[] = { "theme", "contrast", "scale", "motion" };
	char *rest = (char *)(uintptr_t)session_cookie(h, "prefs"), *word;
	struct view *prefs;

	if (rest == NULL || strspn(rest, "abcdefghijklmnopqrstuvwxyz.") != strlen(rest))
		return;
	h->cache_seconds = 0;
	prefs = view_obj(page, "prefs");
	for (size_t i = 0; i < 4 && (word = strsep(&rest, ".")) != NULL; i++)
		if (*word != '\0')
			view_str(prefs, keys[i], word);
}

/* "good:course.enrolled" from the cookie: only catalogue texts can be shown. */
static void
page_flash(struct host_req *h, struct view *page)
{
	const char *cookie = session_cookie(h, "flash"), *colon, *text;
	struct view *flash;

	if (cookie == NULL)
		return;
	session_cookie_set(h, "flash", "", -1);
	colon = strchr(cookie, ':');
	text = colon == NULL ? NULL : message_find(h->req.locale, colon + 1);
	if (text == NULL || (strncmp(cookie, "good:", 5) != 0 && strncmp(cookie, "warn:", 5) != 0 &&
	    strncmp(cookie, "bad:", 4) != 0))
		return;
	flash = view_obj(page, "flash");
	view_str(flash, "kind", arena_strndup(h->req.arena, cookie, (size_t)(colon - cookie)));
	view_str(flash, "text", text);
}

static const char *
error_message(struct host_req *h, const struct field_error *e)
{
	const char *text = message_find(h->req.locale, arena_printf(h->req.arena, "field.%s", e->code));

	return text == NULL ? message_text(h->req.locale, "field.invalid") : text;
}

static void
page_errors(struct host_req *h, struct view *page)
{
	struct view *errors, *list;

	view_int(page, "error_count", (int64_t)h->error_count);
	if (h->errors == NULL)
		return;
	errors = view_obj(page, "errors");
	list = view_list(page, "error_list");
	for (const struct field_error *e = h->errors; e != NULL; e = e->next) {
		struct view *named = view_obj(errors, e->field), *item = view_item(list);

		view_str(named, "field", e->field);
		view_str(named, "text", error_message(h, e));
		view_str(item, "field", e->field);
		view_str(item, "text", error_message(h, e));
	}
}

/* What was sent, under declared names only; secrets are never given back. */
static void
page_values(struct host_req *h, struct view *page, bool refill)
{
	struct view *values = NULL;
	const struct param *params = h->route == NULL ? NULL : h->route->params;

	if (h->method != METHOD_GET && !refill)
		return;
	for (size_t i = 0; params != NULL && params[i].name != NULL; i++) {
		const struct param *p = &params[i];
		const char *text = NULL;

		if (p->type == PARAM_SECRET || p->type == PARAM_FILE || (p->flags & PARAM_MANY))
			continue;
		for (size_t j = 0; text == NULL && j < h->form.n; j++)
			if (strcmp(h->form.fields[j].name, p->name) == 0 &&
			    h->form.fields[j].file_name == NULL)
				text = h->form.fields[j].value;
		if (text == NULL && h->values != NULL)
			text = h->values[i].text;
		if (text == NULL)
			continue;
		if (values == NULL)
			values = view_obj(page, "values");
		view_str(values, p->name, text);
	}
}

struct view *
page_chrome(struct host_req *h, bool refill)
{
	struct arena *a = h->req.arena;
	struct view *page = view_new(a, VIEW_PAGE, h->req.locale, h->req.zone), *asset;

	view_str(page, "title", h->title);
	view_str(page, "lang", arena_strndup(a, h->req.locale, strcspn(h->req.locale, "-")));
	view_str(page, "locale", h->req.locale);
	view_str(page, "path", h->req.path);
	view_str(page, "url", *h->query == '\0' ? h->req.path
	    : arena_printf(a, "%s?%s", h->req.path, h->query));
	view_str(page, "rid", h->req.rid);
	if (conf->development)
		view_bool(page, "dev", true);
	page_prefs(h, page);
	if (session_cookie(h, "flash") != NULL)
		h->cache_seconds = 0;
	/* A page that any visitor may get from nginx's cache carries no token. */
	if (h->cache_seconds == 0)
		view_str(page, "csrf", csrf_token(h));
	asset = view_obj(page, "asset");
	for (size_t i = 0; i < asset_count; i++)
		view_str(asset, assets[i].name, assets[i].url);
	page_user(h, page);
	page_flash(h, page);
	page_errors(h, page);
	page_values(h, page, refill);
	return page;
}

void
page_render(struct host_req *h, struct buffer *b, const char *template_name, struct view *view,
    bool refill)
{
	struct view *page = page_chrome(h, refill);
	char reason[512];

	if (!template_render(b, template_name, h->req.locale, view, page, reason, sizeof(reason)))
		fault("%s: %s", template_name, reason);
}
