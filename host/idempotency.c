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

static bool
key_good(const char *key)
{
	return *key != '\0' && strlen(key) <= 128 && utf8_valid(key, strlen(key));
}

/* The claim is made in the round trip that enters the session, before anybody knows whether the
 * person may do this at all: a refusal rolls it back. */
struct idempotency {
	struct idempotency_claim row;
	bool found;
};

void
idempotency_ask(struct host_req *h)
{
	const char *key = h->route != NULL && h->route->idempotent_key ? call_key(h) : NULL;

	h->claim = NULL;
	if (key == NULL || !key_good(key))
		return;
	h->claim = arena_alloc(h->req.arena, sizeof(*h->claim));
	sql_idempotency_claim_queue(h->req.db, key, h->route->path, call_digest(h), &h->claim->row,
	    &h->claim->found);
}

int
idempotency_begin(struct host_req *h)
{
	const char *key = h->req.person != NULL ? call_key(h) : NULL;
	struct idempotency_claim row;

	if (key == NULL)
		return 0;
	if (!key_good(key))
		return req_fail(&h->req, 400, "bad_idempotency_key");
	if (h->claim == NULL || !h->claim->found)
		fault("the key of a call was not claimed");
	row = h->claim->row;
	if (row.fresh)
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

/* What was answered; it goes out with the commit. */
void
idempotency_end(struct host_req *h, int status, struct view *view)
{
	struct buffer b;

	if (h->claim == NULL || !h->claim->found || status >= 400)
		return;
	buffer_init(&b, h->req.arena, 1024);
	if (h->req.json)
		render_json(&b, view);
	sql_idempotency_store_queue(h->req.db, h->req.person->id, call_key(h), status, buffer_text(&b),
	    h->location, NULL);
}
