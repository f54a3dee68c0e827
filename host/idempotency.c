/* Idempotency-Key: see dispatch.h. For signed-in people: the header of API calls, the field
 * idempotency_key of forms (a form sent twice does its work once). */
#include <string.h>

#include "crypto.h"
#include "dispatch.h"
#include "form.h"
#include "idempotency.sql.h"

static const char *
call_key(const struct host_req *h)
{
	if (h->req.person == NULL)
		return NULL;
	if (h->req.json)
		return req_header(&h->req, "HTTP_IDEMPOTENCY_KEY");
	for (size_t i = 0; i < h->form.n; i++)
		if (strcmp(h->form.fields[i].name, "idempotency_key") == 0)
			return h->form.fields[i].value;
	return NULL;
}

/* Digest of what was asked: method, path, medium and all fields but the form token, which each
 * answer masks anew. */
static struct sql_bytes
call_digest(struct host_req *h)
{
	struct buffer b;

	buffer_init(&b, h->req.arena, 512);
	buffer_printf(&b, "%s %s %s", h->req.method, h->req.json ? "json" : "page", h->req.path);
	for (size_t i = 0; i < h->form.n; i++) {
		const struct form_field *f = &h->form.fields[i];

		if (strcmp(f->name, "csrf") == 0)
			continue;
		buffer_printf(&b, "|%zu:%s=%zu:", strlen(f->name), f->name, f->size);
		if (f->value != NULL)
			buffer_add(&b, f->value, f->size);
	}
	return crypto_digest(h->req.arena, crypto_hex(h->req.arena, b.data, b.size));
}

int
idempotency_begin(struct host_req *h)
{
	const char *key = call_key(h);
	struct idempotency_claim row;

	if (key == NULL)
		return 0;
	if (*key == '\0' || strlen(key) > 128 || !utf8_valid(key, strlen(key)))
		return req_fail(&h->req, 400, "bad_idempotency_key");
	if (!sql_idempotency_claim(h->req.db, h->req.person->id, key, h->route->path,
	    call_digest(h), &row) || row.fresh)
		return 0;
	if (!row.same)
		return req_fail(&h->req, 422, "idempotency_key_reused");
	if (!row.status_set || row.body == NULL) {
		buffer_str(&h->wire->head, "Retry-After: 1\r\n");
		return req_fail(&h->req, 409, "idempotency_in_progress");
	}
	buffer_str(&h->wire->head, "Idempotent-Replayed: true\r\n");
	if (!h->req.json) {
		h->location = row.location;
		return row.location != NULL ? 303 : req_fail(&h->req, 409, "idempotency_key_reused");
	}
	if (row.location != NULL)
		buffer_printf(&h->wire->head, "Location: /api/v1%s\r\n", row.location);
	h->raw = true;
	h->content_type = "application/json; charset=utf-8";
	h->data = row.body;
	h->size = strlen(row.body);
	return row.status;
}

void
idempotency_end(struct host_req *h, int status, struct view *view)
{
	const char *key = call_key(h);
	struct buffer b;

	if (key == NULL || status >= 400)
		return;
	buffer_init(&b, h->req.arena, 1024);
	if (h->req.json)
		render_json(&b, view);
	sql_idempotency_store(h->req.db, h->req.person->id, key, status, buffer_text(&b), h->location);
}
