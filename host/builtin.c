/* Built-in pages and commands about routes. See builtin.h. */
#include "builtin.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "conf.h"
#include "fault.h"
#include "openapi.h"
#include "personal.h"
#include "process.h"
#include "registry.h"
#include "session.h"

static int
api_document(struct req *r, struct view *v)
{
	struct buffer b;

	(void)v;
	buffer_init(&b, r->arena, 65536);
	openapi_write(&b, conf->base_url);
	return req_send(r, "application/json; charset=utf-8", NULL, b.data, b.size);
}

static const char *
method_text(enum http_method m)
{
	switch (m) {
	case METHOD_GET: return "GET";
	case METHOD_POST: return "POST";
	case METHOD_PUT: return "PUT";
	case METHOD_PATCH: return "PATCH";
	case METHOD_DELETE: return "DELETE";
	}
	return "";
}

static const char *
access_text(enum access a)
{
	static const char *const names[] = { "", "public", "member", "educator", "admin" };

	return names[a];
}

static void
param_view(struct view *list, const struct route *route, const struct param *p)
{
	static const char *const types[] = { "", "line", "text", "secret", "email", "slug", "uuid",
		"integer", "boolean", "one of", "date", "time", "money", "time zone", "local address",
		"file" };
	struct view *item = view_item(list);

	view_str(item, "name", p->name);
	view_str(item, "in", p->flags & PARAM_PATH ? "path"
	    : route->method == METHOD_GET ? "query" : "body");
	view_str(item, "type", types[p->type]);
	view_bool(item, "required", (p->flags & (PARAM_REQUIRED | PARAM_PATH)) != 0);
	if (p->type == PARAM_ENUM) {
		struct view *options = view_list(item, "options");

		for (const char *const *o = p->options; *o != NULL; o++)
			view_item_str(options, *o);
	}
}

static void
route_view(struct view *list, const struct route *route)
{
	struct view *item = view_item(list), *params;

	view_str(item, "method", method_text(route->method));
	view_str(item, "path", route->path);
	view_str(item, "access", access_text(route->access));
	view_str(item, "summary", route->summary);
	view_bool(item, "idempotent", route->idempotent_key);
	params = view_list(item, "params");
	for (const struct param *p = route->params; p != NULL && p->name != NULL; p++)
		param_view(params, route, p);
}

static int
api_page(struct req *r, struct view *v)
{
	struct view *areas = view_list(v, "areas");

	req_title(r, req_msg(r, "api.title"));
	for (size_t m = 0; m < registry_module_count(); m++) {
		const struct registry_module *module = registry_module_at(m);
		struct view *area = NULL, *routes = NULL;

		for (size_t i = 0; i < registry_route_count(); i++) {
			const struct registry_route *e = registry_route_at(i);

			if (e->module->index != module->index || e->def->no_json)
				continue;
			if (area == NULL) {
				area = view_item(areas);
				view_str(area, "name", module->def->name);
				routes = view_list(area, "routes");
			}
			route_view(routes, e->def);
		}
	}
	return 200;
}

/* Scripts and API clients with a session cookie send this as X-CSRF. */
static int
csrf_show(struct req *r, struct view *v)
{
	view_str(v, "token", csrf_token(host_req(r)));
	return 200;
}

static int
guide_page(struct req *r, struct view *v)
{
	(void)v;
	if (!conf->development)
		return req_fail(r, 404, "not_found");
	req_title(r, "Style guide");
	return 200;
}

static const struct param mailbox_params[] = {
	{ "name", PARAM_LINE, PARAM_PATH, .max = 120 },
	{ 0 }
};

static const struct route routes[] = {
	{ METHOD_GET, "/openapi.json", api_document, NULL, ACCESS_PUBLIC, .no_html = true,
	    .summary = "This document", .owner = "anyone" },
	{ METHOD_GET, "/csrf", csrf_show, NULL, ACCESS_PUBLIC, .no_html = true,
	    .summary = "Token for the X-CSRF header of unsafe calls", .owner = "self" },
	{ METHOD_GET, "/api", api_page, "api/index.cs", ACCESS_PUBLIC, .no_json = true,
	    .summary = "The API for people", .owner = "anyone" },
	{ METHOD_GET, "/_guide", guide_page, "guide/index.cs", ACCESS_PUBLIC, .no_json = true,
	    .summary = "Style guide (development)", .owner = "anyone" },
	{ METHOD_GET, "/mailbox", mailbox_index, "mailbox/index.cs", ACCESS_PUBLIC, .no_json = true,
	    .summary = "Mails that were not sent (development)", .owner = "anyone" },
	{ METHOD_GET, "/mailbox/:name", mailbox_show, "mailbox/show.cs", ACCESS_PUBLIC,
	    mailbox_params, .no_json = true, .summary = "One of them", .owner = "anyone" },
	{ 0 }
};

const struct module module_builtin = {
	.abi = MODULE_ABI, .name = "host", .version = "1", .routes = routes,
	.personal = host_personal,
};

static int
command_routes(int argc, char **argv)
{
	struct fault_frame frame;
	struct arena *a;
	struct buffer b;
	char reason[512];

	if (!generation_load(NULL, NULL, reason, sizeof(reason))) {
		fprintf(stderr, "%s\n", reason);
		return 1;
	}
	if (FAULT_CATCH(&frame)) {
		fprintf(stderr, "%s\n", frame.text);
		return 1;
	}
	a = arena_new((size_t)16 << 20);
	buffer_init(&b, a, 65536);
	if (argc > 1 && strcmp(argv[1], "--nginx") == 0)
		routes_nginx(&b);
	else if (argc > 1 && strcmp(argv[1], "--openapi") == 0)
		openapi_write(&b, conf->base_url);
	else if (argc <= 1 || strcmp(argv[1], "--markdown") == 0)
		routes_markdown(&b);
	else
		return 2;
	fwrite(b.data, 1, b.size, stdout);
	fault_leave(&frame);
	arena_free(a);
	return 0;
}

COMMAND(routes, command_routes, "[--markdown|--nginx|--openapi]", "prints the routes of all modules");
