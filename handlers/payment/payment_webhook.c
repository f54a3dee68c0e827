/* Where providers call. The body is kept and answered at once; a job does the rest. */
#include "payment.h"

static int
receive(struct req *r, struct view *v, const char *provider, const char *header)
{
	const char *code;
	int status = payment_webhook(r->db, r->arena, provider, req_header(r, header), req_body(r),
	    &code);

	if (status >= 400)
		return req_fail(r, status, code);
	view_bool(v, "received", true);
	return 200;
}

int
webhook_stripe(struct req *r, struct view *v)
{
	return receive(r, v, "stripe", "HTTP_STRIPE_SIGNATURE");
}

int
webhook_paystack(struct req *r, struct view *v)
{
	return receive(r, v, "paystack", "HTTP_X_PAYSTACK_SIGNATURE");
}
