/*
 * Settings: language, how pages look, how the person likes to learn, what help
 * the pages give, and which mails come. Mails about the account itself (proof
 * of the address, passwords) have no switch.
 */
#include <string.h>

#include "account.h"
#include "audit/audit.h"

static const char *const locales[] = { "en-ZA", "zu-ZA", NULL };
static const char *const themes[] = { "system", "light", "dark", NULL };
static const char *const styles[] = { "VISUAL", "AUDITORY", "KINESTHETIC", NULL };
static const char *const paces[] = { "RELAXED", "STEADY", "INTENSIVE", NULL };
/* Per cent of the usual size, and the name of the size in the style sheet. */
static const char *const scales[] = { "100", "115", "130", "150", NULL };
static const char *const scale_names[] = { "", "l", "xl", "xxl" };

/* Switches absent from a form are off; absent from JSON they are off too: the
 * settings are replaced as a whole, except those that have no value then. */
const struct param account_settings_params[] = {
	{ "locale", PARAM_ENUM, 0, .options = locales },
	{ "theme", PARAM_ENUM, 0, .options = themes, .dflt_text = "system" },
	{ "learningStyle", PARAM_ENUM, 0, .options = styles },
	{ "pace", PARAM_ENUM, 0, .options = paces },
	{ "dailyMinutes", PARAM_INT, 0, .min = 5, .max = 480, .dflt = 30 },
	{ "goals", PARAM_TEXT, 0, .max = 500 },
	{ "highContrast", PARAM_BOOL, .flags = 0 },
	{ "fontScale", PARAM_ENUM, 0, .options = scales, .dflt_text = "100" },
	{ "reducedMotion", PARAM_BOOL, .flags = 0 },
	{ "screenReader", PARAM_BOOL, .flags = 0 },
	{ "captions", PARAM_BOOL, .flags = 0 },
	{ "mailCourses", PARAM_BOOL, .flags = 0 },
	{ "mailReminders", PARAM_BOOL, .flags = 0 },
	{ "mailNews", PARAM_BOOL, .flags = 0 },
	{ 0 }
};

static const char *
text_of(struct json *j, const char *key, const char *dflt)
{
	const char *s = json_text(json_get(j, key), dflt);

	return s && *s ? s : dflt;
}

static bool
on(struct json *j, const char *key, bool dflt)
{
	return json_bool(json_get(j, key), dflt);
}

void
account_display(struct req *r, const struct identity_profile *p)
{
	struct json *prefs = json_parse(r->arena, p->preferences);
	struct json *help = json_parse(r->arena, p->accessibility);
	const char *theme = text_of(prefs, "theme", "system");
	const char *scale = text_of(help, "fontScale", "100");
	size_t size = 0;

	for (size_t i = 0; scales[i]; i++)
		if (strcmp(scales[i], scale) == 0)
			size = i;
	req_display(r, strcmp(theme, "system") == 0 ? "" : theme,
	    on(help, "highContrast", false) ? "more" : "", scale_names[size],
	    on(help, "reducedMotion", false) ? "less" : "");
}

int
account_settings_show(struct req *r, struct view *v)
{
	struct identity_profile own;
	struct json *prefs, *learning, *help;
	struct view *o;

	account_own(r, &own);
	prefs = json_parse(r->arena, own.preferences);
	learning = json_parse(r->arena, own.learning);
	help = json_parse(r->arena, own.accessibility);
	req_title(r, req_msg(r, "account.settings.title"));
	view_str(v, "email", own.email);
	view_bool(v, "verified", own.verified);
	view_str(v, "locale", own.locale);
	view_str(v, "theme", text_of(prefs, "theme", "system"));
	o = view_obj(v, "learning");
	view_str(o, "learningStyle", text_of(learning, "learningStyle", NULL));
	view_str(o, "pace", text_of(learning, "pace", NULL));
	view_int(o, "dailyMinutes", json_int(json_get(learning, "dailyMinutes"), 30));
	view_str(o, "goals", text_of(learning, "goals", NULL));
	o = view_obj(v, "accessibility");
	view_bool(o, "highContrast", on(help, "highContrast", false));
	view_str(o, "fontScale", text_of(help, "fontScale", "100"));
	view_bool(o, "reducedMotion", on(help, "reducedMotion", false));
	view_bool(o, "screenReader", on(help, "screenReader", false));
	view_bool(o, "captions", on(help, "captions", false));
	o = view_obj(v, "mail");
	view_bool(o, "courses", on(prefs, "mailCourses", true));
	view_bool(o, "reminders", on(prefs, "mailReminders", true));
	view_bool(o, "news", on(prefs, "mailNews", false));
	return 200;
}

static const char *
flag(struct req *r, const char *name)
{
	return req_bool(r, name) ? "true" : "false";
}

/* Members after the texts: `texts` is an object of strings. */
static const char *
with_members(struct arena *a, const char *texts, const char *members)
{
	size_t n = strlen(texts) - 1; /* without "}" */

	return arena_printf(a, "%.*s%s%s}", (int)n, texts, n > 1 ? "," : "", members);
}

static const char *
learning_json(struct req *r)
{
	const char *style = req_text(r, "learningStyle"), *pace = req_text(r, "pace");
	const char *goals = req_text(r, "goals");

	return with_members(r->arena, json_object(r->arena, "learningStyle", style ? style : "",
	    "pace", pace ? pace : "", "goals", goals ? goals : "", NULL),
	    arena_printf(r->arena, "\"dailyMinutes\":%lld",
	    (long long)req_int(r, "dailyMinutes")));
}

static const char *
accessibility_json(struct req *r)
{
	return arena_printf(r->arena, "{\"fontScale\":\"%s\",\"highContrast\":%s,"
	    "\"reducedMotion\":%s,\"screenReader\":%s,\"captions\":%s}", req_text(r, "fontScale"),
	    flag(r, "highContrast"), flag(r, "reducedMotion"), flag(r, "screenReader"),
	    flag(r, "captions"));
}

static const char *
preferences_json(struct req *r)
{
	return arena_printf(r->arena, "{\"theme\":\"%s\",\"mailCourses\":%s,\"mailReminders\":%s,"
	    "\"mailNews\":%s}", req_text(r, "theme"), flag(r, "mailCourses"),
	    flag(r, "mailReminders"), flag(r, "mailNews"));
}

int
account_settings(struct req *r, struct view *v)
{
	struct identity_profile own;

	account_own(r, &own);
	if (req_text(r, "locale") && strcmp(req_text(r, "locale"), own.locale) != 0)
		identity_about_set(r->db, r->arena, own.id, own.bio, own.location, own.zone,
		    req_text(r, "locale"));
	identity_preferences_set(r->db, own.id, preferences_json(r));
	identity_learning_set(r->db, r->arena, own.id, learning_json(r));
	identity_accessibility_set(r->db, r->arena, own.id, accessibility_json(r));
	audit_add_about(r->db, own.id, "person.settings", "person", own.id, NULL, NULL);
	account_own(r, &own);
	account_display(r, &own);
	view_bool(v, "saved", true);
	req_flash(r, "good", "account.settings.saved");
	return req_see(r, "/me/settings");
}
