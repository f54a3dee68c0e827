/*
 * The life of a request (architecture.md §5): read, route, rate, session,
 * access, parameters, handler, commit or roll back, render. One fault frame
 * catches whatever goes wrong deep inside.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "conf.h"
#include "db.h"
#include "dispatch.h"
#include "fault.h"
#include "log.h"
#include "message.h"
#include "scoreboard.h"
#include "session.h"
#include "worker.h"

#define BODY_DEFAULT ((size_t)64 * 1024)

static const struct { const char *name; enum http_method method; } methods[] = {
	{ "GET", METHOD_GET }, { "HEAD", METHOD_GET }, { "POST", METHOD_POST }, { "PUT", METHOD_PUT },
	{ "PATCH", METHOD_PATCH }, { "DELETE", METHOD_DELETE },
};

static const char *
request_id(struct host_req *h)
{
	const char *id = wire_env(h->wire, "REQUEST_ID");

	if (id != NULL && strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32)
		return id;
	return "00000000000000000000000000000000";
}

/* First language of Accept-Language, or of the lang cookie, that we speak. */
static const char *
request_locale(struct host_req *h)
{
	const char *wanted = session_cookie(h, "lang"), *found;
	const char *p = req_header(&h->req, "HTTP_ACCEPT_LANGUAGE");

	found = wanted == NULL ? NULL : message_locale(wanted);
	h->language_chosen = found != NULL;
	while (found == NULL && p != NULL && *p != '\0') {
		char tag[16];
		size_t n;

		p += strspn(p, " ,");
		n = strcspn(p, ",; ");
		snprintf(tag, sizeof(tag), "%.*s", (int)(n < 15 ? n : 15), p);
		found = *tag == '\0' ? NULL : message_locale(tag);
		p += strcspn(p, ",");
	}
	return found == NULL ? "en-ZA" : found;
}

/* Method, path and medium. Returns 0 or the status of a refusal. */
static int
request_line(struct host_req *h)
{
	const char *method = wire_env(h->wire, "REQUEST_METHOD");
	const char *uri = wire_env(h->wire, "REQUEST_URI");
	size_t n, i;
	char *path;

	h->req.method = method == NULL ? "" : method;
	h->query = "";
	h->req.path = "/";
	if (uri == NULL || uri[0] != '/')
		return 400;
	n = strcspn(uri, "?");
	if (uri[n] == '?')
		h->query = uri + n + 1;
	path = form_decode(h->req.arena, uri, n, false);
	if (path == NULL)
		return 400;
	h->req.json = strncmp(path, "/api/v1/", 8) == 0;
	if (h->req.json)
		path += 7;
	n = strlen(path);
	if (n > 1 && path[n - 1] == '/' && !h->req.json)
		path[n - 1] = '\0';
	h->req.path = path;
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, h->req.method) == 0) {
			h->method = methods[i].method;
			h->head = i == 1;
			return 0;
		}
	return strcmp(h->req.method, "OPTIONS") == 0 ? 0 : 405;
}

static void
allow_header(struct host_req *h, unsigned allowed)
{
	const char *separator = "Allow: ";

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (allowed & methods[i].method) {
			buffer_printf(&h->wire->head, "%s%s", separator, methods[i].name);
			separator = ", ";
		}
	buffer_printf(&h->wire->head, "%sOPTIONS\r\n", separator);
}

static int
find_route(struct host_req *h)
{
	bool found = h->method != 0 && registry_match(h->req.arena, h->method, h->req.path, &h->match);

	if (h->method == 0)
		registry_match(h->req.arena, METHOD_GET, h->req.path, &h->match);
	if (!found && h->match.allowed == 0)
		return req_fail(&h->req, 404, "not_found");
	if (!found || h->method == 0) {
		allow_header(h, h->match.allowed);
		return strcmp(h->req.method, "OPTIONS") == 0 ? 204
		    : req_fail(&h->req, 405, "method_not_allowed");
	}
	h->route = h->match.route->def;
	if (h->req.json ? h->route->no_json : h->route->no_html)
		return req_fail(&h->req, 404, "not_found");
	h->wire->module = h->match.route->module->def->name;
	h->wire->route = h->route->path;
	return 0;
}

static int
enter_route(struct host_req *h)
{
	switch (scoreboard_enter(h->worker->slot, h->match.route)) {
	case SCOREBOARD_GO:
		return 0;
	case SCOREBOARD_MODULE_DISABLED:
		buffer_str(&h->wire->head, "Retry-After: 30\r\n");
		return req_fail(&h->req, 503, "module_disabled");
	case SCOREBOARD_ROUTE_FULL:
		break;
	}
	buffer_str(&h->wire->head, "Retry-After: 2\r\n");
	return req_fail(&h->req, 503, "route_busy");
}

/* Digits only, within the route's limit. */
static int
body_length(struct host_req *h, size_t *length)
{
	const char *text = wire_env(h->wire, "CONTENT_LENGTH");
	size_t limit = h->route->body_max != 0 ? h->route->body_max : BODY_DEFAULT;
	unsigned long long n;

	*length = 0;
	if (text == NULL || *text == '\0')
		return 0;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 15)
		return req_fail(&h->req, 400, "bad_length");
	n = strtoull(text, NULL, 10);
	if (n > limit)
		return req_fail(&h->req, 413, "body_too_large");
	*length = (size_t)n;
	return 0;
}

static int
body_parse(struct host_req *h, const char *data, size_t size)
{
	const char *type = wire_env(h->wire, "CONTENT_TYPE");
	size_t n;
	bool ok;

	if (size == 0)
		return 0;
	type = type == NULL ? "" : type;
	n = strcspn(type, "; ");
	if (n == 16 && strncasecmp(type, "application/json", n) == 0)
		ok = form_json(&h->form, data, size);
	else if (n == 33 && strncasecmp(type, "application/x-www-form-urlencoded", n) == 0)
		ok = form_urlencoded(&h->form, data, size);
	else if (n == 19 && strncasecmp(type, "multipart/form-data", n) == 0)
		ok = form_multipart(&h->form, type, data, size);
	else
		return req_fail(&h->req, 415, "unsupported_type");
	return ok ? 0 : req_fail(&h->req, 400, "malformed_body");
}

static int
read_form(struct host_req *h)
{
	size_t length, got = 0;
	char *data;
	int status;

	form_init(&h->form, h->req.arena);
	if (!form_urlencoded(&h->form, h->query, strlen(h->query)))
		return req_fail(&h->req, 400, "malformed_query");
	status = body_length(h, &length);
	if (status != 0 || length == 0)
		return status;
	data = arena_alloc_raw(h->req.arena, length + 1, 1);
	while (got < length) {
		long n = h->wire->read(h->wire, data + got, length - got);

		if (n <= 0)
			return req_fail(&h->req, 400, "body_too_short");
		got += (size_t)n;
	}
	data[length] = '\0';
	h->body = (struct sql_bytes){ (unsigned char *)data, length };
	if (h->route->raw_body)
		return 0;
	/* GET with a body: read, so that nginx is not surprised, and ignored. */
	return h->method == METHOD_GET ? 0 : body_parse(h, data, length);
}

static int
check_rate(struct host_req *h)
{
	unsigned retry_after;

	if (rate_check(h, &retry_after))
		return 0;
	buffer_printf(&h->wire->head, "Retry-After: %u\r\n", retry_after == 0 ? 1 : retry_after);
	return req_fail(&h->req, 429, "rate_limited");
}

static int
check_access(struct host_req *h)
{
	const struct person *p = h->req.person;
	const char *code;

	if (h->route->access != ACCESS_PUBLIC && p == NULL)
		return req_fail(&h->req, 401, "sign_in_first");
	if (h->route->access == ACCESS_ADMIN && p->role != ROLE_ADMIN)
		return req_fail(&h->req, 403, "forbidden");
	if (h->route->access == ACCESS_EDUCATOR && p->role != ROLE_EDUCATOR && p->role != ROLE_ADMIN)
		return req_fail(&h->req, 403, "forbidden");
	if (h->route->permission != NULL && !req_may(&h->req, h->route->permission))
		return req_fail(&h->req, 403, "forbidden");
	if (h->method == METHOD_GET || h->route->raw_body)
		return 0;
	code = csrf_check(h);
	return code == NULL ? 0 : req_fail(&h->req, 403, code);
}

static int
check_params(struct host_req *h)
{
	if (!param_check(h))
		return req_fail(&h->req, 404, "not_found");
	return h->errors == NULL ? 0 : req_invalid(&h->req);
}

static struct view *
new_view(struct host_req *h)
{
	return dispatch_view(h);
}

/* Everything up to and including the handler; the unit of work is open. */
static int
serve(struct host_req *h, struct view **view)
{
	struct scoreboard_slot *slot = h->worker->slot;
	bool write = h->method != METHOD_GET;
	int status;

	scoreboard_phase(slot, PHASE_AUTH);
	session_enter(h, write);
	if ((h->token != NULL && (status = check_rate(h)) != 0) ||
	    (status = check_access(h)) != 0 || (status = check_params(h)) != 0)
		return status;
	*view = new_view(h);
	scoreboard_phase(slot, PHASE_HANDLER);
	if (write && h->route->idempotent_key) {
		status = idempotency_begin(h);
		if (status != 0) {
			/* The first answer once more: nothing is left to do in this unit. */
			if (status < 400)
				db_commit(h->req.db);
			return status;
		}
	}
	status = h->route->run(&h->req, *view);
	if (status < 400 && write)
		session_rotate_due(h);
	if (write && h->route->idempotent_key)
		idempotency_end(h, status, *view);
	if (status < 400)
		db_commit(h->req.db);
	return status;
}

/* Back to the state before the session was entered, as a signed-out visitor. */
static void
sign_out_and_forget(struct host_req *h)
{
	db_rollback(h->req.db);
	session_forget(h->req.person->session_id);
	session_cookie_set(h, "sid", "", -1);
	h->token = NULL;
	h->req.person = NULL;
	h->csrf_seed = NULL;
	h->remembered = false;
	h->errors = NULL;
	h->errors_end = &h->errors;
	h->error_count = 0;
	h->title = h->etag = h->location = NULL;
	h->after = NULL;
	h->raw = false;
}

/* "?lang=zu-ZA" on any address: the language of this answer and, by cookie, of
 * those to come. */
static void
choose_language(struct host_req *h)
{
	for (size_t i = 0; i < h->form.n; i++) {
		const struct form_field *f = &h->form.fields[i];
		const char *locale = strcmp(f->name, "lang") == 0 && f->value != NULL &&
		    f->size < 16 ? message_locale(f->value) : NULL;

		if (locale != NULL && !h->req.json) {
			session_language(h, locale);
			h->req.locale = locale;
			h->language_chosen = true;
		}
	}
}

/* Did a remembered session end meanwhile? Asked anew, since the fault may have
 * come before the answer to that. */
static bool
session_gone(struct host_req *h)
{
	if (!h->remembered)
		return false;
	db_rollback(h->req.db);
	session_forget(h->req.person->session_id);
	session_enter(h, true);
	return !*h->entered;
}

/* A handler may fault because nothing is there for whom it took for a person:
 * then it is no fault. false: the session has ended. */
static bool
serve_person(struct host_req *h, struct view **view, int *status)
{
	struct fault_frame frame;

	if (FAULT_CATCH(&frame)) {
		if (frame.status != 500 || !session_gone(h))
			fault_raise(frame.status, frame.code, "%s", frame.text);
		return false;
	}
	*status = serve(h, view);
	fault_leave(&frame);
	return true;
}

static int
handle(struct host_req *h, struct view **view)
{
	int status = request_line(h);

	if (status != 0)
		return req_fail(&h->req, status, status == 400 ? "bad_request" : "method_not_allowed");
	scoreboard_phase(h->worker->slot, PHASE_PARAMS);
	if ((status = find_route(h)) != 0 || (status = enter_route(h)) != 0)
		return status;
	session_read(h);
	/* A machine that signs its body is nobody's session. */
	if (h->route->raw_body) {
		h->token = NULL;
		h->bearer = false;
	}
	if ((h->token == NULL && (status = check_rate(h)) != 0) || (status = read_form(h)) != 0)
		return status;
	choose_language(h);
	if (!serve_person(h, view, &status) || session_ended(h)) {
		sign_out_and_forget(h);
		status = serve(h, view);
	}
	return status;
}

static void
log_fault(const struct host_req *h, const struct fault_frame *f)
{
	char status[8];

	snprintf(status, sizeof(status), "%d", f->status);
	log_event(f->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "fault", "status", status,
	    "code", f->code, "route", h->route == NULL ? "" : h->route->path, "text", f->text, NULL);
}

static void
run(struct host_req *h)
{
	struct fault_frame frame;
	struct view *volatile view = NULL;
	volatile int status;

	if (FAULT_CATCH(&frame)) {
		db_rollback(h->req.db);
		log_fault(h, &frame);
		status = req_fail(&h->req, frame.status, arena_strdup(h->req.arena, frame.code));
		if (frame.status == 503)
			buffer_str(&h->wire->head, "Retry-After: 2\r\n");
		h->raw = false;
	} else {
		struct view *made = NULL;

		status = handle(h, &made);
		view = made;
		if (status >= 400)
			db_rollback(h->req.db);
		fault_leave(&frame);
	}
	respond(h, status, view);
}

void
dispatch(struct worker *w, struct wire *wire)
{
	struct host_req *h = arena_alloc(w->arena, sizeof(*h));

	h->worker = w;
	h->wire = wire;
	h->req.host = h;
	h->req.arena = w->arena;
	h->req.db = w->db;
	h->req.zone = "Africa/Johannesburg";
	h->errors_end = &h->errors;
	buffer_init(&wire->head, w->arena, 1024);
	h->req.rid = request_id(h);
	h->req.locale = "en-ZA";
	h->req.path = "/";
	h->query = "";
	h->req.method = "";
	h->req.locale = request_locale(h);
	log_request(h->req.rid);
	run(h);
	/* However it ended, the next request begins with a unit of its own. */
	db_rollback(h->req.db);
	wire->person = h->req.person;
	wire->request = h;
	log_request(NULL);
}

/* What a reading page asked to be written (req_after), as the same person. */
static void
write_after(struct host_req *h)
{
	if (h->after == NULL || h->wire->status >= 400)
		return;
	session_enter(h, true);
	if (h->token != NULL && !*h->entered) {
		db_rollback(h->req.db);
		return;
	}
	for (const struct after *a = h->after; a != NULL; a = a->next)
		db_queue(h->req.db, a->query, a->params, NULL, NULL);
	db_commit(h->req.db);
}

void
dispatch_after(struct worker *w, struct wire *wire)
{
	struct host_req *h = wire->request;
	struct fault_frame frame;

	cache_flush(w);
	if (h == NULL || (!h->touch && h->after == NULL))
		return;
	if (FAULT_CATCH(&frame)) {
		db_rollback(w->db);
		log_fault(h, &frame);
		return;
	}
	session_touch_due(h);
	write_after(h);
	fault_leave(&frame);
}
