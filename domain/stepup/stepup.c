/* stepup.c: see stepup.h. */
#include "stepup/stepup.h"

#include "identity/identity.h"

#define FRESH_US (5 * 60 * INT64_C(1000000))

bool
stepup_needed(const struct req *r)
{
	return r->person == NULL || clock_now() - r->person->authenticated_at > FRESH_US;
}

bool
stepup_given(struct req *r, const char *password)
{
	if (!stepup_needed(r))
		return true;
	if (password == NULL || *password == '\0') {
		req_field_error(r, "password", "required");
		return false;
	}
	if (!identity_password_check(r->db, r->arena, password)) {
		req_field_error(r, "password", "password_wrong");
		return false;
	}
	req_session_authenticated(r);
	return true;
}
