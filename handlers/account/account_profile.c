/* The own profile, and what an educator publishes of it. */
#include <string.h>

#include "account.h"
#include "account.sql.h"
#include "audit/audit.h"

const struct param account_profile_params[] = {
	{ "name", PARAM_LINE, PARAM_REQUIRED, .min = 1, .max = 100 },
	{ "bio", PARAM_TEXT, 0, .max = 2000 },
	{ "location", PARAM_LINE, 0, .max = 100 },
	{ "zone", PARAM_ZONE, PARAM_REQUIRED, .hint = "account.zone.hint" },
	{ 0 }
};

const struct param account_public_params[] = {
	{ "publish", PARAM_BOOL, .flags = 0 },
	{ "headline", PARAM_LINE, 0, .max = 120 },
	{ "publicBio", PARAM_TEXT, 0, .max = 2000 },
	{ 0 }
};

const struct param account_author_params[] = {
	{ "person", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

/* Zones to choose from: one or two per country of Africa's largest regions and
 * the usual ones elsewhere. Any other IANA name may be sent. */
static const char *const zones[] = { "Africa/Johannesburg", "Africa/Harare", "Africa/Maputo",
	"Africa/Gaborone", "Africa/Windhoek", "Africa/Lusaka", "Africa/Luanda", "Africa/Kinshasa",
	"Africa/Lubumbashi", "Africa/Nairobi", "Africa/Kampala", "Africa/Dar_es_Salaam",
	"Africa/Kigali", "Africa/Addis_Ababa", "Africa/Lagos", "Africa/Accra", "Africa/Abidjan",
	"Africa/Dakar", "Africa/Cairo", "Africa/Khartoum", "Africa/Algiers", "Africa/Casablanca",
	"Africa/Tunis", "Indian/Mauritius", "Indian/Antananarivo", "Europe/London", "Europe/Lisbon",
	"Europe/Paris", "Europe/Berlin", "Europe/Kyiv", "Europe/Istanbul", "Asia/Dubai",
	"Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Jakarta", "Asia/Singapore",
	"Asia/Shanghai", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Pacific/Auckland",
	"America/Sao_Paulo", "America/Bogota", "America/Mexico_City", "America/New_York",
	"America/Chicago", "America/Denver", "America/Los_Angeles", "UTC", NULL };

/* "Africa/Dar_es_Salaam" is shown as "Dar es Salaam (Africa)". */
static void
zone_choice(struct req *r, struct view *list, const char *zone)
{
	struct view *item = view_item(list);
	const char *slash = strrchr(zone, '/');
	char *city = arena_strdup(r->arena, slash ? slash + 1 : zone);

	for (char *p = city; *p; p++)
		if (*p == '_')
			*p = ' ';
	view_str(item, "value", zone);
	if (slash)
		view_strf(item, "label", "%s (%.*s)", city, (int)(slash - zone), zone);
	else
		view_str(item, "label", city);
}

static void
zone_choices(struct req *r, struct view *v, const char *own)
{
	struct view *list = view_list(view_page_only(v, "choices"), "zones");
	bool listed = false;

	for (const char *const *z = zones; *z; z++) {
		listed = listed || strcmp(*z, own) == 0;
		zone_choice(r, list, *z);
	}
	if (!listed)
		zone_choice(r, list, own);
}

const char *
account_avatar_url(struct req *r, const char *person_id, const char *path)
{
	const char *name;

	if (!path || !*path)
		return NULL;
	name = strrchr(path, '/');
	return arena_printf(r->arena, "/avatars/%s?v=%.8s", person_id, name ? name + 1 : path);
}

int
account_profile_show(struct req *r, struct view *v)
{
	struct identity_profile own;
	struct view *public;

	account_own(r, &own);
	req_title(r, req_msg(r, "account.profile.title"));
	view_str(v, "id", own.id);
	view_str(v, "name", own.name);
	view_str(v, "initials", name_initials(r->arena, own.name));
	view_str(v, "email", own.email);
	view_bool(v, "verified", own.verified);
	view_str(v, "avatar", account_avatar_url(r, own.id, own.avatar));
	view_str(v, "bio", own.bio);
	view_str(v, "location", own.location);
	view_str(v, "zone", own.zone);
	view_time(v, "createdAt", own.created_at);
	view_bool(v, "educator", r->person->role == ROLE_EDUCATOR || r->person->role == ROLE_ADMIN);
	public = view_obj(v, "public");
	view_bool(public, "published", own.published);
	view_str(public, "headline", own.headline);
	view_str(public, "bio", own.public_bio);
	view_strf(public, "href", "/educators/%s", own.id);
	zone_choices(r, v, own.zone);
	return 200;
}

static const char *
or_empty(const char *s)
{
	return s ? s : "";
}

int
account_profile(struct req *r, struct view *v)
{
	struct identity_profile own;

	account_own(r, &own);
	if (strcmp(own.name, req_text(r, "name")) != 0) {
		identity_name_set(r->db, r->arena, own.id, req_text(r, "name"));
		/* A published name follows: one person, one name. */
		if (own.published)
			identity_publish(r->db, own.id, req_text(r, "name"), own.headline,
			    own.public_bio, own.avatar);
	}
	identity_about_set(r->db, r->arena, own.id, or_empty(req_text(r, "bio")),
	    or_empty(req_text(r, "location")), req_text(r, "zone"), own.locale);
	audit_add_about(r->db, own.id, "person.profile", "person", own.id, NULL, NULL);
	view_bool(v, "saved", true);
	req_flash(r, "good", "account.profile.saved");
	return req_see(r, "/me/profile");
}

int
account_public(struct req *r, struct view *v)
{
	struct identity_profile own;
	bool publish = req_bool(r, "publish");

	account_own(r, &own);
	identity_publish(r->db, own.id, publish ? own.name : NULL, req_text(r, "headline"),
	    req_text(r, "publicBio"), own.avatar);
	cache_touch(r->db, "catalogue");
	audit_add_about(r->db, own.id, publish ? "person.publish" : "person.unpublish", "person", own.id,
	    NULL, NULL);
	view_bool(v, "published", publish);
	req_flash(r, "good", publish ? "account.public.published" : "account.public.withdrawn");
	return req_see(r, "/me/profile");
}

int
account_author(struct req *r, struct view *v)
{
	const char *person = req_text(r, "person");
	struct author_get row = { 0 };

	if (!sql_author_get(r->db, person, &row))
		return req_fail(r, 404, "person_not_found");
	req_title(r, row.display_name);
	view_str(v, "id", person);
	view_str(v, "name", row.display_name);
	view_str(v, "initials", name_initials(r->arena, row.display_name));
	view_str(v, "avatar", account_avatar_url(r, person, row.avatar));
	view_str(v, "headline", row.headline);
	view_str(v, "bio", row.bio);
	return 200;
}
