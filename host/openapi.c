/*
 * Documents made from the route tables: OpenAPI 3.1, docs/routes.md and the
 * map by which nginx finds the pool of a request.
 */
#include "openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "registry.h"

static const char *
method_name(enum http_method m)
{
	switch (m) {
	case METHOD_GET: return "get";
	case METHOD_POST: return "post";
	case METHOD_PUT: return "put";
	case METHOD_PATCH: return "patch";
	case METHOD_DELETE: return "delete";
	}
	return "get";
}

/* "/courses/:slug" → "/courses/{slug}" */
static void
write_path(struct buffer *b, const char *path)
{
	for (const char *p = path; *p != '\0'; p++) {
		size_t n;

		if (*p != ':') {
			buffer_char(b, *p);
			continue;
		}
		n = strcspn(p + 1, "/");
		buffer_printf(b, "{%.*s}", (int)n, p + 1);
		p += n;
	}
}

static void
write_limits(struct buffer *b, const struct param *p, const char *least, const char *most)
{
	if (p->min != 0)
		buffer_printf(b, ",\"%s\":%lld", least, (long long)p->min);
	if (p->max != 0)
		buffer_printf(b, ",\"%s\":%lld", most, (long long)p->max);
}

static void
write_type(struct buffer *b, const struct param *p)
{
	switch (p->type) {
	case PARAM_INT:
		buffer_str(b, "\"type\":\"integer\"");
		write_limits(b, p, "minimum", "maximum");
		return;
	case PARAM_BOOL:
		buffer_str(b, "\"type\":\"boolean\"");
		return;
	case PARAM_MONEY:
		buffer_printf(b, "\"type\":\"object\",\"required\":[\"amount\",\"currency\"],"
		    "\"properties\":{\"amount\":{\"type\":\"integer\"},\"currency\":{\"const\":\"%s\"}}",
		    p->options[0]);
		return;
	case PARAM_FILE:
		buffer_str(b, "\"type\":\"string\",\"contentMediaType\":\"application/octet-stream\"");
		return;
	default:
		buffer_str(b, "\"type\":\"string\"");
	}
	if (p->type == PARAM_UUID || p->type == PARAM_DATE || p->type == PARAM_EMAIL)
		buffer_printf(b, ",\"format\":\"%s\"", p->type == PARAM_UUID ? "uuid"
		    : p->type == PARAM_DATE ? "date" : "email");
	else if (p->type == PARAM_TIME)
		buffer_str(b, ",\"format\":\"date-time\"");
	else if (p->type == PARAM_SECRET)
		buffer_str(b, ",\"format\":\"password\",\"writeOnly\":true");
	else if (p->type == PARAM_SLUG)
		buffer_str(b, ",\"pattern\":\"^[a-z0-9]+(-[a-z0-9]+)*$\"");
	if (p->type == PARAM_ENUM) {
		buffer_str(b, ",\"enum\":[");
		for (size_t i = 0; p->options[i] != NULL; i++) {
			if (i > 0)
				buffer_char(b, ',');
			json_quote(b, p->options[i]);
		}
		buffer_char(b, ']');
	}
	if (p->type == PARAM_LINE || p->type == PARAM_TEXT || p->type == PARAM_SECRET)
		write_limits(b, p, "minLength", "maxLength");
}

static void
write_schema(struct buffer *b, const struct param *p)
{
	if (p->flags & PARAM_MANY) {
		buffer_str(b, "{\"type\":\"array\",\"items\":{");
		write_type(b, p);
		buffer_str(b, "}}");
		return;
	}
	buffer_char(b, '{');
	write_type(b, p);
	buffer_char(b, '}');
}

static bool
in_body(const struct route *r, const struct param *p)
{
	return r->method != METHOD_GET && !(p->flags & PARAM_PATH);
}

static void
write_parameters(struct buffer *b, const struct route *r)
{
	const char *separator = "";

	buffer_str(b, "\"parameters\":[");
	for (const struct param *p = r->params; p != NULL && p->name != NULL; p++) {
		if (in_body(r, p))
			continue;
		buffer_printf(b, "%s{\"name\":\"%s\",\"in\":\"%s\"", separator, p->name,
		    p->flags & PARAM_PATH ? "path" : "query");
		if (p->flags & (PARAM_PATH | PARAM_REQUIRED))
			buffer_str(b, ",\"required\":true");
		buffer_str(b, ",\"schema\":");
		write_schema(b, p);
		buffer_char(b, '}');
		separator = ",";
	}
	if (r->idempotent_key)
		buffer_printf(b, "%s{\"$ref\":\"#/components/parameters/idempotencyKey\"}", separator);
	buffer_char(b, ']');
}

static void
write_body(struct buffer *b, const struct route *r)
{
	bool any = false, file = false;
	const char *separator = "";

	for (const struct param *p = r->params; p != NULL && p->name != NULL; p++) {
		any |= in_body(r, p);
		file |= p->type == PARAM_FILE;
	}
	if (!any)
		return;
	buffer_printf(b, ",\"requestBody\":{\"content\":{\"%s\":{\"schema\":{\"type\":\"object\","
	    "\"properties\":{", file ? "multipart/form-data" : "application/json");
	for (const struct param *p = r->params; p->name != NULL; p++) {
		if (!in_body(r, p))
			continue;
		buffer_printf(b, "%s\"%s\":", separator, p->name);
		write_schema(b, p);
		separator = ",";
	}
	buffer_str(b, "}");
	separator = ",\"required\":[";
	for (const struct param *p = r->params; p->name != NULL; p++)
		if (in_body(r, p) && (p->flags & PARAM_REQUIRED)) {
			buffer_printf(b, "%s\"%s\"", separator, p->name);
			separator = ",";
		}
	buffer_str(b, *separator == ',' && separator[1] == '\0' ? "]}}}}" : "}}}}");
}

/* "post /courses/:slug/enrol" → postCoursesSlugEnrol: unique by construction. */
static void
write_operation_id(struct buffer *b, const struct route *r)
{
	bool upper = false;

	buffer_str(b, method_name(r->method));
	for (const char *p = r->path; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p)) {
			upper = true;
			continue;
		}
		buffer_char(b, (char)(upper ? toupper((unsigned char)*p) : *p));
		upper = false;
	}
}

static void
write_responses(struct buffer *b, const struct route *r)
{
	buffer_printf(b, ",\"responses\":{\"%s\":{\"description\":\"Done\",\"content\":{"
	    "\"application/json\":{\"schema\":{\"type\":\"object\"}}}}",
	    r->method == METHOD_GET ? "200" : "2XX");
	if (r->access != ACCESS_PUBLIC)
		buffer_str(b, ",\"401\":{\"$ref\":\"#/components/responses/problem\"}"
		    ",\"403\":{\"$ref\":\"#/components/responses/problem\"}");
	if (strchr(r->path, ':') != NULL)
		buffer_str(b, ",\"404\":{\"$ref\":\"#/components/responses/problem\"}");
	if (r->params != NULL)
		buffer_str(b, ",\"422\":{\"$ref\":\"#/components/responses/problem\"}");
	buffer_str(b, ",\"429\":{\"$ref\":\"#/components/responses/problem\"}"
	    ",\"default\":{\"$ref\":\"#/components/responses/problem\"}}");
}

static void
write_operation(struct buffer *b, const struct registry_route *e)
{
	const struct route *r = e->def;

	buffer_printf(b, "\"%s\":{\"operationId\":\"", method_name(r->method));
	write_operation_id(b, r);
	buffer_printf(b, "\",\"tags\":[\"%s\"],\"summary\":", e->module->def->name);
	json_quote(b, r->summary == NULL ? r->path : r->summary);
	buffer_char(b, ',');
	write_parameters(b, r);
	write_body(b, r);
	write_responses(b, r);
	if (r->access == ACCESS_PUBLIC)
		buffer_str(b, ",\"security\":[]");
	else if (r->method != METHOD_GET)
		buffer_str(b, ",\"security\":[{\"session\":[],\"csrf\":[]}]");
	buffer_char(b, '}');
}

static const char components[] =
    "\"components\":{\"securitySchemes\":{"
    "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-sid\"},"
    "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF\"}},"
    "\"parameters\":{\"idempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
    "\"description\":\"Repeating a call with the same key gives the first answer again (24 hours).\","
    "\"schema\":{\"type\":\"string\",\"maxLength\":128}}},"
    "\"schemas\":{\"problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\","
    "\"code\",\"requestId\"],\"properties\":{\"type\":{\"type\":\"string\"},"
    "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
    "\"code\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},"
    "\"requestId\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\",\"properties\":{\"field\":{\"type\":\"string\"},"
    "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}}}}},"
    "\"responses\":{\"problem\":{\"description\":\"Refused; RFC 9457\",\"content\":{"
    "\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}}";

void
openapi_write(struct buffer *b, const char *base_url)
{
	const char *separator = "";

	buffer_str(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Azora\",\"version\":\"1\","
	    "\"description\":\"Courses, learning and administration. Every page of the site answers "
	    "here as JSON. Times are RFC 3339 in UTC; money is minor units with its currency.\","
	    "\"license\":{\"name\":\"All rights reserved\",\"identifier\":\"LicenseRef-none\"}},"
	    "\"servers\":[{\"url\":");
	json_quote(b, arena_printf(b->arena, "%s/api/v1", base_url));
	buffer_str(b, "}],\"security\":[{\"session\":[]}],\"paths\":{");
	for (size_t i = 0; i < registry_route_count(); i++) {
		const struct registry_route *first = registry_route_at(i);
		const char *inner = "";
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = !registry_route_at(j)->def->no_json &&
			    strcmp(registry_route_at(j)->def->path, first->def->path) == 0;
		if (seen || first->def->no_json)
			continue;
		buffer_printf(b, "%s\"", separator);
		write_path(b, first->def->path);
		buffer_str(b, "\":{");
		for (size_t j = i; j < registry_route_count(); j++) {
			const struct registry_route *e = registry_route_at(j);

			if (e->def->no_json || strcmp(e->def->path, first->def->path) != 0)
				continue;
			buffer_str(b, inner);
			write_operation(b, e);
			inner = ",";
		}
		buffer_char(b, '}');
		separator = ",";
	}
	buffer_str(b, "},");
	buffer_str(b, components);
	buffer_char(b, '}');
}

void
routes_markdown(struct buffer *b)
{
	static const char *const access[] = { "", "anybody", "signed in", "educator", "admin" };
	static const char *const pool[] = { "web", "auth", "pay", "slow", "jobs" };

	buffer_str(b, "# Routes\n\nWritten by `fcgi-host routes --markdown` from the route tables.\n\n"
	    "| method | path | JSON | access | owner | pool | what |\n|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < registry_route_count(); i++) {
		const struct route *r = registry_route_at(i)->def;
		char method[8];

		snprintf(method, sizeof(method), "%s", method_name(r->method));
		for (char *p = method; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		buffer_printf(b, "| %s | `%s` | %s | %s%s%s | %s | %s | %s |\n", method, r->path,
		    r->no_json ? "–" : r->no_html ? "only" : "yes", access[r->access],
		    r->permission == NULL ? "" : ", ", r->permission == NULL ? "" : r->permission,
		    r->owner == NULL ? "" : r->owner, pool[r->pool], r->summary == NULL ? "" : r->summary);
	}
}

/* The path as an expression of nginx, without the prefix of the API. */
static void
path_expression(struct buffer *b, const char *path)
{
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == ':') {
			buffer_str(b, "[^/]+");
			p += strcspn(p, "/") - 1;
			continue;
		}
		if (strchr(".+*?()[]{}^$|\\", *p) != NULL)
			buffer_char(b, '\\');
		buffer_char(b, *p);
	}
}

/* nginx reads at most 4,096 bytes of one word. */
#define EXPRESSION_MAX 3000

/* All routes of a method and a pool in one expression: nginx tries each line of
 * a map for every page, and one for each route cost more than all its other work
 * on a request's text. */
static void
pool_lines(struct buffer *b, unsigned method, enum pool of, const char *name)
{
	size_t begun = 0;

	for (size_t i = 0; i < registry_route_count(); i++) {
		const struct route *r = registry_route_at(i)->def;

		if (r->pool != of || r->method != method)
			continue;
		if (begun != 0 && b->size - begun > EXPRESSION_MAX) {
			buffer_printf(b, ")$\" pool_%s;\n", name);
			begun = 0;
		}
		if (begun == 0) {
			begun = b->size;
			buffer_str(b, "\t\"~^");
			for (const char *p = method_name(method); *p != '\0'; p++)
				buffer_char(b, (char)toupper((unsigned char)*p));
			buffer_str(b, ":(?:/api/v1)?(?:");
		} else
			buffer_char(b, '|');
		path_expression(b, r->path);
	}
	if (begun != 0)
		buffer_printf(b, ")$\" pool_%s;\n", name);
}

void
routes_nginx(struct buffer *b)
{
	static const char *const pool[] = { "web", "auth", "pay", "slow", "jobs" };

	buffer_str(b, "# Written by `fcgi-host routes --nginx` from the route tables.\n"
	    "map \"$request_method:$uri\" $pool {\n\tdefault pool_web;\n");
	for (unsigned p = POOL_WEB + 1; p < POOL_COUNT; p++)
		for (unsigned m = METHOD_GET; m <= METHOD_DELETE; m <<= 1)
			pool_lines(b, m, (enum pool)p, pool[p]);
	buffer_str(b, "}\n");
}
