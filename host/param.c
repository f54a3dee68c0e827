/*
 * Declared parameters to typed values; all field errors at once. The table is
 * also the source of HTML input attributes and of the OpenAPI document.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "format.h"
#include "magic.h"
#include "req.h"

#define LINE_MAX_DEFAULT 200
#define TEXT_MAX_DEFAULT 20000
#define SLUG_MAX_DEFAULT 120
#define FILE_MAX_DEFAULT (1 << 20)

const struct param *
param_find(const struct host_req *h, const char *name, size_t *index)
{
	const struct param *params = h->route->params;

	for (size_t i = 0; params != NULL && params[i].name != NULL; i++)
		if (strcmp(params[i].name, name) == 0) {
			if (index != NULL)
				*index = i;
			return &params[i];
		}
	return NULL;
}

static const char *
trimmed(struct arena *a, const char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	return arena_strndup(a, s, n);
}

/* Line breaks as LF; other control characters make it invalid. */
static const char *
text_clean(struct arena *a, const char *s, bool lines)
{
	char *out = arena_alloc_raw(a, strlen(s) + 1, 1), *w = out;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\r' && lines) {
			if (s[1] != '\n')
				*w++ = '\n';
			continue;
		}
		if ((c < 0x20 && !(lines && (c == '\n' || c == '\t'))) || c == 0x7f)
			return NULL;
		*w++ = (char)c;
	}
	*w = '\0';
	return out;
}

static const char *
check_length(const struct param *p, const char *s, int64_t max)
{
	int64_t n = (int64_t)utf8_length(s);

	if (n < p->min)
		return "too_short";
	if (n > (p->max > 0 ? p->max : max))
		return "too_long";
	return NULL;
}

static bool
uuid_valid(const char *s)
{
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return s[36] == '\0';
}

/* Words of [a-z0-9] with one hyphen between them, as the tables want them. */
static bool
slug_valid(const char *s, int64_t max)
{
	size_t n = strlen(s);

	return n > 0 && n <= (size_t)(max > 0 ? max : SLUG_MAX_DEFAULT) &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && s[0] != '-' && s[n - 1] != '-' &&
	    strstr(s, "--") == NULL;
}

static bool
int_parse(const char *s, int64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*s) && !(*s == '-' && isdigit((unsigned char)s[1])))
		return false;
	errno = 0;
	*out = strtoll(s, &end, 10);
	return errno == 0 && *end == '\0';
}

/* Two decimals, as amounts of rand have. */
static bool
percent_parse(struct arena *a, const char *s, int64_t *out)
{
	size_t n = strlen(s);

	if (n > 0 && s[n - 1] == '%')
		s = trimmed(a, arena_strndup(a, s, n - 1));
	return money_parse(s, "ZAR", out);
}

static const char *
check_range(const struct param *p, int64_t value)
{
	if ((p->min != 0 || p->max != 0) && value < p->min)
		return "too_small";
	if (p->max != 0 && value > p->max)
		return "too_large";
	return NULL;
}

static int
two(const char *s)
{
	return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1])
	    ? (s[0] - '0') * 10 + (s[1] - '0') : -1;
}

static bool
date_parse(const char *s, struct civil *c)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (strlen(s) < 10 || s[4] != '-' || s[7] != '-' || two(s) < 0 || two(s + 2) < 0)
		return false;
	*c = (struct civil){ .year = two(s) * 100 + two(s + 2), .month = two(s + 5),
		.day = two(s + 8) };
	if (c->year < 1900 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > days[c->month - 1])
		return false;
	return c->month != 2 || c->day != 29 ||
	    (c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0));
}

/* "2026-11-21T14:05", optional seconds and fraction, then Z, ±hh:mm or nothing
 * (wall time in the person's zone). */
static bool
time_parse(const char *s, const char *zone, int64_t *out)
{
	struct civil c;
	int64_t us;
	size_t n = strlen(s);

	if (n < 16 || (s[10] != 'T' && s[10] != ' ') || !date_parse(s, &c) || s[13] != ':')
		return false;
	c.hour = two(s + 11);
	c.minute = two(s + 14);
	s += 16;
	if (*s == ':') {
		c.second = two(s + 1);
		if (c.second < 0)
			return false;
		s += 3;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
	}
	if (c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 || c.second < 0 ||
	    c.second > 59)
		return false;
	us = civil_to_us(&c);
	if (*s == '\0') {
		*out = zone_instant(zone, us);
		return true;
	}
	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0) {
		*out = us;
		return true;
	}
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':' || two(s + 1) < 0 ||
	    two(s + 1) > 14 || two(s + 4) < 0 || two(s + 4) > 59)
		return false;
	*out = us - (*s == '+' ? 1 : -1) * ((int64_t)two(s + 1) * 60 + two(s + 4)) * 60 * 1000000;
	return true;
}

static bool
option_known(const struct param *p, const char *s)
{
	for (const char *const *o = p->options; o != NULL && *o != NULL; o++)
		if (strcmp(*o, s) == 0)
			return true;
	return false;
}

/* One value of a parameter; returns an error code or NULL. */
static const char *
check_value(struct host_req *h, const struct param *p, const struct form_field *f,
    struct param_value *v)
{
	struct arena *a = h->req.arena;
	const char *s = f->value;
	struct civil c;

	if (f->complex || f->file_name != NULL)
		return "invalid";
	switch (p->type) {
	case PARAM_SECRET:
		v->text = s;
		return check_length(p, s, 256);
	case PARAM_LINE:
		v->text = text_clean(a, trimmed(a, s), false);
		return v->text == NULL ? "invalid" : check_length(p, v->text, LINE_MAX_DEFAULT);
	case PARAM_TEXT:
		v->text = text_clean(a, s, true);
		return v->text == NULL ? "invalid" : check_length(p, v->text, TEXT_MAX_DEFAULT);
	case PARAM_EMAIL:
		v->text = address_normalise(a, s);
		return v->text == NULL ? "email" : NULL;
	case PARAM_SLUG:
		v->text = trimmed(a, s);
		return slug_valid(v->text, p->max) ? NULL : "slug";
	case PARAM_UUID:
		v->text = trimmed(a, s);
		return strlen(v->text) == 36 && uuid_valid(v->text) ? NULL : "invalid";
	case PARAM_INT:
		v->text = trimmed(a, s);
		return int_parse(v->text, &v->number) ? check_range(p, v->number) : "number";
	case PARAM_BOOL:
		v->text = s;
		v->number = option_known(&(struct param){ .options = (const char *const[]){ "on",
		    "true", "1", NULL } }, s);
		return v->number || option_known(&(struct param){ .options = (const char *const[]){
		    "off", "false", "0", NULL } }, s) ? NULL : "invalid";
	case PARAM_ENUM:
		v->text = s;
		return option_known(p, s) ? NULL : "option";
	case PARAM_DATE:
		v->text = trimmed(a, s);
		return strlen(v->text) == 10 && date_parse(v->text, &c) ? NULL : "date";
	case PARAM_TIME:
		v->text = trimmed(a, s);
		return time_parse(v->text, h->req.zone, &v->number) ? check_range(p, v->number) : "time";
	case PARAM_MONEY:
		v->text = trimmed(a, s);
		return money_parse(v->text, p->options[0], &v->number)
		    ? check_range(p, v->number) : "money";
	case PARAM_PERCENT:
		v->text = trimmed(a, s);
		return percent_parse(a, v->text, &v->number) ? check_range(p, v->number) : "percent";
	case PARAM_ZONE:
		v->text = trimmed(a, s);
		return zone_exists(v->text) ? NULL : "zone";
	case PARAM_LOCAL_URL:
		v->text = s;
		return url_is_local(s) && strlen(s) <= 1000 ? NULL : "invalid";
	case PARAM_FILE:
		break;
	}
	return "invalid";
}

static const char *
check_file(struct host_req *h, const struct param *p, const struct form_field *f,
    struct param_value *v)
{
	struct upload *u;

	if (f->file_name == NULL)
		return "file";
	if ((int64_t)f->size > (p->max > 0 ? p->max : FILE_MAX_DEFAULT))
		return "too_large";
	u = arena_alloc(h->req.arena, sizeof(*u));
	*u = (struct upload){ f->file_name, magic_type(f->value, f->size),
		(const unsigned char *)f->value, f->size };
	v->file = u;
	v->text = f->file_name;
	return NULL;
}

static const struct form_field *
field_find(const struct form *f, const char *name, size_t from)
{
	for (size_t i = from; i < f->n; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return &f->fields[i];
	return NULL;
}

static bool
field_empty(const struct param *p, const struct form_field *f)
{
	if (f->value == NULL)
		return true;
	if (p->type == PARAM_FILE)
		return f->size == 0 && f->file_name == NULL;
	return f->size == 0 && !f->complex;
}

static void
check_many(struct host_req *h, const struct param *p, struct param_value *v)
{
	const char **list = arena_alloc(h->req.arena, (h->form.n + 1) * sizeof(*list));

	for (size_t i = 0; i < h->form.n; i++) {
		const struct form_field *f = &h->form.fields[i];
		struct param_value one = { 0 };
		const char *code;

		if (strcmp(f->name, p->name) != 0 || field_empty(p, f))
			continue;
		code = check_value(h, p, f, &one);
		if (code != NULL) {
			req_field_error(&h->req, p->name, code);
			return;
		}
		list[v->n++] = one.text;
	}
	v->list = list;
	v->present = v->n > 0;
	if (!v->present && (p->flags & PARAM_REQUIRED))
		req_field_error(&h->req, p->name, "required");
}

static void
check_default(struct host_req *h, const struct param *p, struct param_value *v)
{
	v->number = p->dflt;
	v->text = p->dflt_text;
	if (p->flags & PARAM_REQUIRED)
		req_field_error(&h->req, p->name, "required");
}

static void
check_one(struct host_req *h, const struct param *p, struct param_value *v)
{
	const struct form_field *f = field_find(&h->form, p->name, 0);
	const char *code;

	if (p->type == PARAM_MONEY && f == NULL) {
		/* JSON money is an object: minor units and a currency that must agree. */
		const struct form_field *amount = field_find(&h->form,
		    arena_printf(h->req.arena, "%s.amount", p->name), 0);
		const struct form_field *currency = field_find(&h->form,
		    arena_printf(h->req.arena, "%s.currency", p->name), 0);

		if (amount != NULL && currency != NULL && amount->value && currency->value) {
			v->present = true;
			v->text = amount->value;
			if (!int_parse(amount->value, &v->number) ||
			    strcmp(currency->value, p->options[0]) != 0)
				req_field_error(&h->req, p->name, "money");
			else if ((code = check_range(p, v->number)) != NULL)
				req_field_error(&h->req, p->name, code);
			return;
		}
	}
	if (f == NULL || field_empty(p, f)) {
		check_default(h, p, v);
		return;
	}
	code = p->type == PARAM_FILE ? check_file(h, p, f, v) : check_value(h, p, f, v);
	v->present = code == NULL;
	if (code != NULL) {
		req_field_error(&h->req, p->name, code);
		v->number = p->dflt;
	} else if ((p->flags & PARAM_REQUIRED) && v->text != NULL && *v->text == '\0') {
		req_field_error(&h->req, p->name, "required");
	}
}

static bool
check_path(struct host_req *h, const struct param *p, struct param_value *v)
{
	for (size_t i = 0; i < h->match.n; i++)
		if (strcmp(h->match.names[i], p->name) == 0) {
			const char *s = h->match.values[i];

			v->present = true;
			return check_value(h, p, &(struct form_field){ .name = p->name, .value = s,
			    .size = strlen(s) }, v) == NULL;
		}
	return false;
}

bool
param_check(struct host_req *h)
{
	const struct param *params = h->route->params;
	size_t n = 0;

	while (params != NULL && params[n].name != NULL)
		n++;
	h->values = arena_alloc(h->req.arena, (n + 1) * sizeof(*h->values));
	for (size_t i = 0; i < n; i++) {
		if (params[i].flags & PARAM_PATH) {
			if (!check_path(h, &params[i], &h->values[i]))
				return false;
		} else if (params[i].flags & PARAM_MANY) {
			check_many(h, &params[i], &h->values[i]);
		} else {
			check_one(h, &params[i], &h->values[i]);
		}
	}
	return true;
}

/* ---- readers of handler.h ---------------------------------------------- */

static const struct param_value *
value_of(const struct req *r, const char *name)
{
	const struct host_req *h = host_req(r);
	size_t i;

	if (param_find(h, name, &i) == NULL)
		fault("parameter %s is not declared for %s", name, h->route->path);
	return &h->values[i];
}

const char *
req_text(const struct req *r, const char *name)
{
	return value_of(r, name)->text;
}

int64_t
req_int(const struct req *r, const char *name)
{
	return value_of(r, name)->number;
}

bool
req_bool(const struct req *r, const char *name)
{
	return value_of(r, name)->number != 0;
}

bool
req_has(const struct req *r, const char *name)
{
	return value_of(r, name)->present;
}

const char *const *
req_list(const struct req *r, const char *name, size_t *n)
{
	const struct param_value *v = value_of(r, name);
	static const char *const none[] = { NULL };

	if (n != NULL)
		*n = v->n;
	return v->list == NULL ? none : v->list;
}

const struct upload *
req_file(const struct req *r, const char *name)
{
	return value_of(r, name)->file;
}
