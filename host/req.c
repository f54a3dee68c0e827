/* What handlers say about their request: outcomes, redirects, headers. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "fault.h"
#include "message.h"
#include "req.h"

int
req_fail(struct req *r, int status, const char *code)
{
	host_req(r)->code = code;
	return status;
}

int
req_fail_page(struct req *r, int status, const char *code, const char *template_name)
{
	host_req(r)->own_template = template_name;
	return req_fail(r, status, code);
}

void
req_field_error(struct req *r, const char *field, const char *code)
{
	struct host_req *h = host_req(r);
	struct field_error *e = arena_alloc(r->arena, sizeof(*e));

	*e = (struct field_error){ field, code, NULL };
	*h->errors_end = e;
	h->errors_end = &e->next;
	h->error_count++;
}

int
req_invalid(struct req *r)
{
	return req_fail(r, 422, "invalid_input");
}

bool
url_is_local(const char *s)
{
	if (s[0] != '/' || s[1] == '/')
		return false;
	for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++)
		if (*p < 0x21 || *p == 0x7f || *p == '\\')
			return false;
	return true;
}

int
req_see(struct req *r, const char *fmt, ...)
{
	struct host_req *h = host_req(r);
	char path[4096]; /* room for PARAM_LOCAL_URL in a query, each byte as %XX */
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path) || !url_is_local(path))
		fault("redirect to a place outside this site");
	h->location = arena_strdup(r->arena, path);
	return r->json ? (h->created ? 201 : 200) : 303;
}

/* Plain HTTP is for stand-ins on this machine. */
static bool
partner_url(const char *url)
{
	if (strpbrk(url, "\r\n\\ \"<>") != NULL || strlen(url) > 4000)
		return false;
	return strncmp(url, "https://", 8) == 0 ||
	    (conf->development && strncmp(url, "http://127.0.0.1:", 17) == 0);
}

int
req_see_partner(struct req *r, const char *url)
{
	if (!partner_url(url))
		fault("redirect to a place that no partner gave");
	if (r->json)
		return 200;
	host_req(r)->location = url;
	return 303;
}

void
req_refresh(struct req *r, unsigned seconds, const char *path)
{
	if (r->json)
		return;
	if (path != NULL && !url_is_local(path))
		fault("refresh to a place outside this site");
	buffer_printf(&host_req(r)->wire->head, "Refresh: %u%s%s\r\n", seconds,
	    path == NULL ? "" : ";url=", path == NULL ? "" : path);
}

struct sql_bytes
req_body(const struct req *r)
{
	return r->host->body;
}

void
req_created(struct req *r)
{
	host_req(r)->created = true;
}

void
req_flash(struct req *r, const char *kind, const char *key)
{
	host_req(r)->flash = arena_printf(r->arena, "%s:%s", kind, key);
}

void
req_title(struct req *r, const char *title)
{
	host_req(r)->title = title;
}

void
req_etag(struct req *r, const char *fmt, ...)
{
	char tag[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tag, sizeof(tag), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(tag) || strpbrk(tag, "\"\\\r\n") != NULL)
		fault("bad entity tag");
	/* The two media and each language are different representations. */
	host_req(r)->etag = arena_printf(r->arena, "\"%s-%s-%s\"", tag, r->json ? "j" : "h", r->locale);
}

void
req_cacheable(struct req *r, unsigned seconds)
{
	host_req(r)->cache_seconds = seconds;
}

int
req_send(struct req *r, const char *content_type, const char *disposition_name, const void *data,
    size_t size)
{
	struct host_req *h = host_req(r);

	h->raw = true;
	h->content_type = content_type;
	h->disposition = disposition_name;
	h->data = data;
	h->size = size;
	return 200;
}

int
req_send_file(struct req *r, const char *content_type, const char *disposition_name,
    const char *protected_path)
{
	if (strstr(protected_path, "..") != NULL || protected_path[0] == '/')
		fault("protected path %s", protected_path);
	host_req(r)->protected_path = protected_path;
	return req_send(r, content_type, disposition_name, "", 0);
}

void
req_after(struct req *r, const struct sql_query *query, const char *const *params)
{
	struct after *a = arena_alloc(r->arena, sizeof(*a));
	struct after **end = &host_req(r)->after;
	const char **copy = arena_alloc(r->arena, (query->n_params + 1u) * sizeof(*copy));

	assert(query->kind == SQL_EXEC);
	if (query->n_params > 0)
		memcpy(copy, params, query->n_params * sizeof(*copy));
	*a = (struct after){ query, copy, NULL };
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
}

/* The query of this request without `drop` and without the page, plus one pair. */
static const char *
link_with(struct req *r, const char *drop, const char *value)
{
	struct host_req *h = host_req(r);
	struct form now;
	struct buffer b;
	char separator = '?';

	form_init(&now, r->arena);
	if (!form_urlencoded(&now, h->query, strlen(h->query)))
		now.n = 0;
	buffer_init(&b, r->arena, 256);
	buffer_str(&b, r->path);
	for (size_t i = 0; i < now.n; i++) {
		const struct form_field *f = &now.fields[i];

		if (f->size == 0 || strcmp(f->name, drop) == 0 || strcmp(f->name, "page") == 0 ||
		    param_find(h, f->name, NULL) == NULL)
			continue;
		buffer_char(&b, separator);
		separator = '&';
		buffer_str(&b, form_encode(r->arena, f->name));
		buffer_char(&b, '=');
		buffer_str(&b, form_encode(r->arena, f->value));
	}
	if (value != NULL) {
		buffer_char(&b, separator);
		buffer_str(&b, form_encode(r->arena, drop));
		buffer_char(&b, '=');
		buffer_str(&b, form_encode(r->arena, value));
	}
	return buffer_text(&b);
}

const char *
req_link(struct req *r, const char *name, const char *value)
{
	return link_with(r, name, value);
}

const char *
req_page_link(struct req *r, int64_t page)
{
	return link_with(r, "page", page <= 1 ? NULL : arena_printf(r->arena, "%lld", (long long)page));
}

const char *
req_msg(struct req *r, const char *key)
{
	return message_text(r->locale, key);
}

const char *
req_header(const struct req *r, const char *cgi_name)
{
	return wire_env(host_req(r)->wire, cgi_name);
}

const char *
req_address(const struct req *r)
{
	const char *address = req_header(r, "REMOTE_ADDR");

	return address == NULL ? "" : address;
}

const char *
wire_env(const struct wire *w, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *e = w->env; *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}
