/* personal.c: the host's own tables with personal data (struct personal_data). */
#include "personal.h"

#include "personal.sql.h"

const struct personal_data host_personal[] = {
	{ "host.email", "person_id, address_ct, address_index, data_ct", "mails sent to the person",
	    .export_query = &query_personal_email, .erase_query = &query_personal_email_erase,
	    .retention_days = 90 },
	{ "host.job", "person_id", "work the person started",
	    .export_query = &query_personal_job, .erase_query = &query_personal_job_erase,
	    .retention_days = 90 },
	{ "host.event", "person_id", "what happened because of the person",
	    .export_query = &query_personal_event, .erase_query = &query_personal_event_erase,
	    .retention_days = 90 },
	{ "host.api_log", "person_id", "sample of API calls",
	    .export_query = &query_personal_api_log, .erase_query = &query_personal_api_log_erase,
	    .retention_days = 90 },
	{ "audit.entry", "actor_id, person_id", "record of changes",
	    .export_query = &query_personal_audit,
	    .kept_reason = "Proof of who changed what, kept 2555 days; it holds random ids and no "
			   "names, and names end with the person's key.",
	    .retention_days = 2555 },
	{ .table = NULL }
};
