/* Pictures of persons: who may set one, who may see one. */
#include <string.h>

#include "account.h"
#include "audit/audit.h"
#include "account.sql.h"
#include "account_image.h"

const struct param account_avatar_params[] = {
	{ "file", PARAM_FILE, PARAM_REQUIRED, .max = ACCOUNT_IMAGE_BYTES,
	    .hint = "account.avatar.hint" },
	{ 0 }
};

const struct param account_avatar_show_params[] = {
	{ "person", PARAM_UUID, .flags = PARAM_PATH },
	{ "v", PARAM_LINE, 0, .max = 64 }, /* changes with the picture, for caches */
	{ 0 }
};

int
account_avatar_set(struct req *r, struct view *v)
{
	const struct upload *file = req_file(r, "file");
	struct account_image image;
	const char *problem, *path;

	if (!file) {
		req_field_error(r, "file", "required");
		return req_invalid(r);
	}
	problem = account_image_clean(r->arena, file->data, file->size, &image);
	if (problem) {
		req_field_error(r, "file", problem);
		return req_invalid(r);
	}
	path = storage_put(r->arena, "avatars", image.extension, image.data, image.size);
	identity_avatar_set(r->db, r->person->id, path);
	cache_touch(r->db, "catalogue");
	audit_add_about(r->db, r->person->id, "person.avatar", "person", r->person->id, NULL, NULL);
	view_str(v, "avatar", account_avatar_url(r, r->person->id, path));
	view_int(v, "width", image.width);
	view_int(v, "height", image.height);
	req_flash(r, "good", "account.avatar.saved");
	return req_see(r, "/me/profile");
}

int
account_avatar_remove(struct req *r, struct view *v)
{
	identity_avatar_set(r->db, r->person->id, NULL);
	cache_touch(r->db, "catalogue");
	audit_add_about(r->db, r->person->id, "person.avatar", "person", r->person->id, NULL, NULL);
	view_bool(v, "removed", true);
	req_flash(r, "good", "account.avatar.removed");
	return req_see(r, "/me/profile");
}

int
account_avatar_show(struct req *r, struct view *v)
{
	struct avatar_get row = { 0 };
	const char *dot;

	(void)v;
	if (!sql_avatar_get(r->db, req_text(r, "person"), &row) || !row.avatar)
		return req_fail(r, 404, "not_found");
	dot = strrchr(row.avatar, '.');
	if (dot && strcmp(dot, ".png") == 0)
		return req_send_file(r, "image/png", NULL, row.avatar);
	if (dot && strcmp(dot, ".webp") == 0)
		return req_send_file(r, "image/webp", NULL, row.avatar);
	return req_send_file(r, "image/jpeg", NULL, row.avatar);
}
