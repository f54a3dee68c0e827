/* Coupons of an educator: per cent or an amount off, with limits and dates. */
#include <ctype.h>
#include <string.h>

#include "audit/audit.h"
#include "marketplace.h"

static const char *const kinds[] = { "PERCENT", "FIXED", NULL };
static const char *const zar[] = { "ZAR", NULL };

const struct param coupon_add_params[] = {
	{ "code", PARAM_LINE, PARAM_REQUIRED, .min = 3, .max = 20 },
	{ "kind", PARAM_ENUM, PARAM_REQUIRED, .options = kinds },
	{ "percent", PARAM_INT, 0, .min = 1, .max = 100 },
	{ "amount", PARAM_MONEY, 0, .min = 1, .max = 10000000, .options = zar },
	{ "course", PARAM_UUID, .flags = 0 },
	{ "uses", PARAM_INT, 0, .min = 1, .max = 1000000 },
	{ "perPerson", PARAM_INT, 0, .min = 1, .max = 100, .dflt = 1 },
	{ "starts", PARAM_DATE, .flags = 0 },
	{ "ends", PARAM_DATE, .flags = 0 },
	{ 0 }
};
const struct param coupon_switch_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ "active", PARAM_BOOL, .flags = 0 },
	{ 0 }
};

int
coupon_index(struct req *r, struct view *v)
{
	struct coupon_list *rows;
	struct coupon_courses *courses;
	size_t n, n_courses;
	struct view *list;

	sql_coupon_list_queue(r->db, r->person->id, &rows, &n);
	sql_coupon_courses_queue(r->db, r->person->id, &courses, &n_courses);
	db_flush(r->db);
	req_title(r, req_msg(r, "coupon.title"));
	list = view_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		const struct coupon_list *c = &rows[i];
		struct view *item = view_item(list);

		view_str(item, "id", c->id);
		view_str(item, "code", c->code);
		view_str(item, "kind", c->kind);
		if (strcmp(c->kind, "PERCENT") == 0)
			view_int(item, "percent", c->value / 100);
		else
			view_money(item, "amount", c->value, "ZAR");
		view_str(item, "course", c->course);
		view_int(item, "used", c->used);
		if (c->max_uses_set)
			view_int(item, "uses", c->max_uses);
		view_int(item, "perPerson", c->per_person);
		view_day(item, "startsAt", c->starts_at);
		view_day(item, "endsAt", c->ends_at_set ? c->ends_at : 0);
		view_bool(item, "active", c->active && !c->over);
		view_bool(item, "over", c->over);
		view_money(item, "off", c->off, "ZAR");
	}
	list = view_list(view_page_only(v, "form"), "courses");
	for (size_t i = 0; i < n_courses; i++) {
		struct view *item = view_item(list);

		view_str(item, "value", courses[i].id);
		view_str(item, "label", courses[i].title);
	}
	return 200;
}

/* Capital letters and digits, nothing else. */
static const char *
code_of(struct req *r)
{
	char *code = arena_strdup(r->arena, req_text(r, "code"));

	for (char *p = code; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p))
			return NULL;
		*p = (char)toupper((unsigned char)*p);
	}
	return code;
}

int
coupon_create(struct req *r, struct view *v)
{
	bool percent = strcmp(req_text(r, "kind"), "PERCENT") == 0;
	const char *code = code_of(r), *starts = req_text(r, "starts"), *ends = req_text(r, "ends");
	int64_t uses = req_int(r, "uses");
	struct coupon_add row;

	if (code == NULL)
		req_field_error(r, "code", "coupon_code");
	if (percent && !req_has(r, "percent"))
		req_field_error(r, "percent", "required");
	if (!percent && !req_has(r, "amount"))
		req_field_error(r, "amount", "required");
	if (starts != NULL && ends != NULL && strcmp(ends, starts) < 0)
		req_field_error(r, "ends", "before_start");
	if (code == NULL || !req_has(r, percent ? "percent" : "amount") ||
	    (starts != NULL && ends != NULL && strcmp(ends, starts) < 0))
		return req_invalid(r);
	sql_coupon_add(r->db, req_text(r, "course"), code, req_text(r, "kind"),
	    percent ? req_int(r, "percent") * 100 : req_int(r, "amount"),
	    req_has(r, "uses") ? &uses : NULL, req_int(r, "perPerson"), starts, ends, &row);
	audit_add(r->db, "coupon.add", "coupon", row.id, NULL, json_object(r->arena, "code", code, NULL));
	view_str(v, "id", row.id);
	view_str(v, "code", code);
	req_created(r);
	req_flash(r, "good", "coupon.saved");
	return req_see(r, "/teach/coupons");
}

int
coupon_switch(struct req *r, struct view *v)
{
	bool active = req_bool(r, "active");

	sql_coupon_switch(r->db, req_text(r, "id"), active);
	audit_add(r->db, active ? "coupon.on" : "coupon.off", "coupon", req_text(r, "id"), NULL, NULL);
	view_bool(v, "active", active);
	req_flash(r, "good", active ? "coupon.on" : "coupon.off");
	return req_see(r, "/teach/coupons");
}
