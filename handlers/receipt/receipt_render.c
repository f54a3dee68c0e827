/*
 * PDFs: made after the commit, from the frozen snapshot and the sealed party
 * alone, so that they can be made again with the same bytes; then mailed.
 */
#include <string.h>

#include "identity/identity.h"
#include "receipt.h"

static void
receipt_mail(struct job *job, const struct receipt_source *d)
{
	struct identity_profile p;
	struct view *data;

	if (strcmp(d->mail, "WAITING") != 0 || sql_receipt_mailed(job->db, d->id) != 1 ||
	    !identity_profile(job->db, job->arena, d->owner_id, &p) || p.email[0] == '\0')
		return;
	data = mail_view(job->arena);
	view_str(data, "name", p.name);
	view_str(data, "number", d->code);
	view_strf(data, "path", "/receipts/%s", d->id);
	view_str(data, "what", json_text(json_get(json_at(json_get(json_parse(job->arena, d->document),
	    "lines"), 0), "description"), ""));
	mail_queue(job->db, p.email, p.id, p.locale, "receipt", data);
}

enum job_result
receipt_render(struct job *job)
{
	struct json *event = json_get(job->args, "data");
	const char *id = json_text(json_get(event, "id"), NULL), *source;
	const unsigned char *pdf;
	struct receipt_source d;
	size_t size;

	if (id == NULL || !sql_receipt_source(job->db, id, &d))
		return JOB_DEAD;
	if (!d.ready) {
		/* {"buyer": party, …the snapshot */
		source = arena_printf(job->arena, "{\"%s\":%s,%s", d.party_is,
		    receipt_party(job->arena, d.owner_id, d.party_id, d.sealed, d.data_key), d.document + 1);
		pdf = document_pdf(job->arena, source, &size);
		if (pdf == NULL)
			return JOB_RETRY;
		sql_receipt_rendered(job->db, d.id, storage_put(job->arena, "documents", "pdf", pdf, size),
		    (struct sql_bytes){ pdf, size });
	}
	receipt_mail(job, &d);
	return JOB_DONE;
}

/* Renders again what an ended worker or a missing helper left. */
enum job_result
receipt_sweep(struct job *job)
{
	struct receipt_waiting *rows;
	size_t n = sql_receipt_waiting(job->db, &rows);

	for (size_t i = 0; i < n; i++)
		job_add(job->db, "receipt.render", rows[i].id, arena_printf(job->arena,
		    "{\"data\":{\"id\":\"%s\"}}", rows[i].id));
	return JOB_DONE;
}
