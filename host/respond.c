/* The answer: page, JSON, file, redirect or problem, and its headers. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "db.h"
#include "dispatch.h"
#include "fault.h"
#include "json.h"
#include "log.h"
#include "message.h"
#include "page.h"
#include "scoreboard.h"
#include "session.h"
#include "view_node.h"
#include "worker.h"

/* What PARAM_LOCAL_URL takes: a sign-in page refuses to go on to longer ones,
 * and nginx does not pass on headers without end. */
#define NEXT_MAX 1000

struct view *
dispatch_view(struct host_req *h)
{
	struct view *v = view_new(h->req.arena, h->req.json ? VIEW_JSON : VIEW_PAGE, h->req.locale,
	    h->req.zone);

	view_root(v)->req = &h->req;
	return v;
}

static const char *
status_title(struct host_req *h, int status)
{
	const char *text = message_find(h->req.locale,
	    arena_printf(h->req.arena, "status.%d", status));

	return text != NULL ? text : message_text(h->req.locale, "status.other");
}

static const char *
code_text(struct host_req *h)
{
	const char *text = h->code == NULL ? NULL
	    : message_find(h->req.locale, arena_printf(h->req.arena, "error.%s", h->code));

	return text;
}

static void
problem_json(struct host_req *h, struct buffer *b, int status)
{
	const char *detail = code_text(h);

	buffer_str(b, "{\"type\":\"about:blank\",\"title\":");
	json_quote(b, status_title(h, status));
	buffer_printf(b, ",\"status\":%d,\"code\":", status);
	json_quote(b, h->code == NULL ? "error" : h->code);
	if (detail != NULL) {
		buffer_str(b, ",\"detail\":");
		json_quote(b, detail);
	}
	buffer_str(b, ",\"requestId\":");
	json_quote(b, h->req.rid);
	if (h->errors != NULL) {
		const char *separator = ",\"errors\":[";

		for (const struct field_error *e = h->errors; e != NULL; e = e->next) {
			const char *text = message_find(h->req.locale,
			    arena_printf(h->req.arena, "field.%s", e->code));

			buffer_printf(b, "%s{\"field\":", separator);
			json_quote(b, e->field);
			buffer_str(b, ",\"code\":");
			json_quote(b, e->code);
			buffer_str(b, ",\"message\":");
			json_quote(b, text == NULL ? e->code : text);
			buffer_char(b, '}');
			separator = ",";
		}
		buffer_char(b, ']');
	}
	buffer_char(b, '}');
}

static void
error_page(struct host_req *h, struct buffer *b, int status)
{
	struct view *v = dispatch_view(h), *list;
	char name[32];

	snprintf(name, sizeof(name), "error/%d.cs", status);
	h->title = status_title(h, status);
	h->cache_seconds = 0;
	view_int(v, "status", status);
	view_str(v, "code", h->code);
	view_str(v, "title", h->title);
	view_str(v, "detail", code_text(h));
	list = view_list(v, "errors");
	for (const struct field_error *e = h->errors; e != NULL; e = e->next) {
		struct view *item = view_item(list);

		view_str(item, "field", e->field);
		view_str(item, "text", message_text(h->req.locale,
		    arena_printf(h->req.arena, "field.%s", e->code)));
	}
	page_render(h, b, template_exists(name) ? name : "error/error.cs", v, false);
}

/* The form again, with what was sent and what was wrong (after the rollback). */
static bool
form_page(struct host_req *h, struct buffer *b)
{
	struct view *v;

	if (h->route == NULL || h->route->form == NULL || h->route->template_name == NULL ||
	    h->values == NULL)
		return false;
	v = dispatch_view(h);
	session_enter(h, false);
	/* The form may not be for this person, or of something that is not there. */
	if (h->route->form(&h->req, v) != 200) {
		db_rollback(h->req.db);
		return false;
	}
	db_commit(h->req.db);
	page_render(h, b, h->route->template_name, v, true);
	return true;
}

static uint64_t
tag_mix(uint64_t hash, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* What the chrome of a page shows: addresses of the assets, how this browser
 * wants pages, who is signed in and as what. */
static uint64_t
tag_chrome(struct host_req *h, uint64_t hash)
{
	const struct person *p = h->req.person;

	hash = tag_mix(tag_mix(hash, page_assets_version()), session_cookie(h, "prefs"));
	hash = tag_mix(tag_mix(hash, h->req.zone), conf->base_url);
	if (p == NULL)
		return hash;
	hash = tag_mix(tag_mix(tag_mix(hash, p->session_id), p->name), p->avatar);
	return tag_mix(hash, arena_printf(h->req.arena, "%u %u %d %d", p->role, p->roles,
	    p->verified, h->unread != NULL ? *h->unread : 0));
}

/* Weak: the mask of the form token differs in each copy of the same page. A
 * file is what its handler says it is, whoever asks. */
static const char *
entity_tag(struct host_req *h)
{
	uint64_t hash = tag_mix(UINT64_C(0xcbf29ce484222325), h->etag);

	if (!h->raw) {
		hash = tag_mix(hash, h->req.locale);
		hash = h->req.json ? tag_mix(hash, "json") : tag_chrome(h, hash);
	}
	return arena_printf(h->req.arena, "W/\"%016llx\"", (unsigned long long)hash);
}

static bool
not_modified(struct host_req *h, const char *tag)
{
	const char *seen = req_header(&h->req, "HTTP_IF_NONE_MATCH");

	return seen != NULL && session_cookie(h, "flash") == NULL &&
	    (strcmp(seen, "*") == 0 || strstr(seen, tag + 2) != NULL);
}

static void
cache_headers(struct host_req *h, int status)
{
	struct buffer *head = &h->wire->head;

	if (status == 200 && h->cache_seconds > 0 && h->req.person == NULL && h->cookies.size == 0) {
		buffer_printf(head, "X-Accel-Expires: %u\r\nCache-Control: no-cache\r\n"
		    "Vary: Accept-Language, Cookie\r\n", h->cache_seconds);
		return;
	}
	buffer_str(head, h->etag != NULL ? "Cache-Control: private, no-cache\r\n"
	    : "Cache-Control: private, no-store\r\n");
}

/* Names of files as RFC 6266: an ASCII form and the exact one. */
static void
disposition_header(struct host_req *h)
{
	const char *name = h->disposition;
	char *plain;

	if (name == NULL)
		return;
	plain = arena_strdup(h->req.arena, name);
	for (char *p = plain; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e || *p == '"' || *p == '\\')
			*p = '_';
	buffer_printf(&h->wire->head,
	    "Content-Disposition: attachment; filename=\"%s\"; filename*=UTF-8''%s\r\n", plain,
	    form_encode(h->req.arena, name));
}

static void
send_raw(struct host_req *h)
{
	buffer_printf(&h->wire->head, "Content-Type: %s\r\n", h->content_type);
	disposition_header(h);
	if (h->protected_path != NULL)
		buffer_printf(&h->wire->head, "X-Accel-Redirect: /protected/%s\r\n", h->protected_path);
	h->wire->body = h->data;
	h->wire->body_size = h->size;
}

static void
send_text(struct host_req *h, struct buffer *b, const char *type)
{
	buffer_printf(&h->wire->head, "Content-Type: %s; charset=utf-8\r\n", type);
	h->wire->body = b->data;
	h->wire->body_size = b->size;
}

static void
send_redirect(struct host_req *h, int status, const char *location)
{
	h->wire->status = status;
	buffer_printf(&h->wire->head, "Location: %s\r\n", location);
	h->wire->body = "";
	h->wire->body_size = 0;
}

/* Where a signed-out visitor goes first; then back to the page they wanted. */
static const char *
signin_path(struct host_req *h)
{
	const char *back = h->req.path;

	if (h->method != METHOD_GET || strlen(back) > NEXT_MAX)
		return "/signin";
	if (*h->query != '\0' && strlen(back) + strlen(h->query) < NEXT_MAX)
		back = arena_printf(h->req.arena, "%s?%s", back, h->query);
	return arena_printf(h->req.arena, "/signin?next=%s", form_encode(h->req.arena, back));
}

static void
respond_failure(struct host_req *h, int status, struct view *view)
{
	struct buffer b;

	buffer_init(&b, h->req.arena, 8192);
	h->wire->status = status;
	if (h->req.json) {
		problem_json(h, &b, status);
		send_text(h, &b, "application/problem+json");
		return;
	}
	if (status == 401) {
		send_redirect(h, 303, signin_path(h));
		return;
	}
	if (h->own_template != NULL && view != NULL)
		page_render(h, &b, h->own_template, view, false);
	else if (h->errors == NULL || !form_page(h, &b))
		error_page(h, &b, status);
	send_text(h, &b, "text/html");
}

static void
respond_success(struct host_req *h, int status, struct view *view)
{
	const char *tag;
	struct buffer b;

	h->wire->status = status;
	if (h->flash != NULL && !h->req.json)
		session_cookie_set(h, "flash", h->flash, 60);
	if (status == 303) {
		send_redirect(h, 303, h->location);
		return;
	}
	if (h->etag != NULL && status == 200) {
		tag = entity_tag(h);
		buffer_printf(&h->wire->head, "ETag: %s\r\n", tag);
		if (not_modified(h, tag)) {
			h->wire->status = 304;
			h->wire->body = "";
			h->wire->body_size = 0;
			return;
		}
	}
	if (h->raw) {
		send_raw(h);
		return;
	}
	if (status == 204 || view == NULL) {
		h->wire->body = "";
		h->wire->body_size = 0;
		return;
	}
	buffer_init(&b, h->req.arena, 32768);
	if (h->req.json) {
		if (h->location != NULL)
			buffer_printf(&h->wire->head, "Location: /api/v1%s\r\n", h->location);
		render_json(&b, view);
		send_text(h, &b, "application/json");
	} else {
		page_render(h, &b, h->route->template_name, view, false);
		send_text(h, &b, "text/html");
	}
}

/* When even the error page fails: a complete, plain answer. */
static void
respond_plain(struct host_req *h, int status)
{
	const char *text = arena_printf(h->req.arena,
	    "<!doctype html><html lang=\"en\"><title>Error %d</title><h1>Error %d</h1>"
	    "<p>This page could not be made. Request %s.</p></html>", status, status, h->req.rid);

	h->wire->status = status;
	buffer_init(&h->wire->head, h->req.arena, 256);
	buffer_str(&h->wire->head, "Content-Type: text/html; charset=utf-8\r\n");
	h->wire->body = text;
	h->wire->body_size = strlen(text);
}

static void
respond_body(struct host_req *h, int status, struct view *view)
{
	if (status >= 400)
		respond_failure(h, status, view);
	else
		respond_success(h, status, view);
}

void
respond(struct host_req *h, int status, struct view *view)
{
	struct fault_frame frame, again;
	size_t head = h->wire->head.size;

	scoreboard_phase(h->worker->slot, PHASE_RENDER);
	if (FAULT_CATCH(&frame)) {
		db_rollback(h->req.db);
		log_event(LOG_LEVEL_ERROR, "render_fault", "code", frame.code, "text", frame.text, NULL);
		h->wire->head.size = head;
		h->values = NULL; /* not the same form once more */
		if (FAULT_CATCH(&again)) {
			db_rollback(h->req.db);
			respond_plain(h, status >= 400 ? status : frame.status);
		} else {
			if (status < 400)
				h->code = frame.code;
			respond_failure(h, status >= 400 ? status : frame.status, NULL);
			fault_leave(&again);
		}
	} else {
		respond_body(h, status, view);
		fault_leave(&frame);
	}
	if (h->protected_path == NULL || h->wire->status >= 400)
		cache_headers(h, h->wire->status);
	else
		buffer_str(&h->wire->head, "Cache-Control: private, max-age=3600\r\n");
	if (h->cookies.size > 0)
		buffer_add(&h->wire->head, h->cookies.data, h->cookies.size);
	/* Without a length nginx sends chunks, and the last one in a piece of its own. */
	if (h->protected_path == NULL && h->wire->status != 204 && h->wire->status != 304)
		buffer_printf(&h->wire->head, "Content-Length: %zu\r\n", h->wire->body_size);
	if (h->head)
		h->wire->body_size = 0;
}
