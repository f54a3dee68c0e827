/*
 * Checkout of a course. The page shows the price with its tax, takes a coupon,
 * and lets the person pay at the provider, from the wallet, or both. A sale
 * that the wallet covers is paid in this transaction; another one waits for its
 * payment, whose completion delivers it (marketplace.payment_event).
 */
#include <string.h>

#include "audit/audit.h"
#include "identity/identity.h"
#include "marketplace.h"
#include "payment/payment.h"

static const char *const methods[] = { "provider", "wallet", "both", NULL };

const struct param checkout_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "coupon", PARAM_LINE, 0, .max = 20 },
	{ 0 }
};

const struct param buy_params[] = {
	{ "slug", PARAM_SLUG, .flags = PARAM_PATH },
	{ "coupon", PARAM_LINE, 0, .max = 20 },
	{ "method", PARAM_ENUM, 0, .options = methods, .dflt_text = "provider" },
	{ "name", PARAM_LINE, 0, .max = 120 },
	{ "address", PARAM_TEXT, 0, .max = 400 },
	{ "vatNumber", PARAM_LINE, 0, .max = 10 },
	{ 0 }
};

/* Why the course cannot be bought by this person; NULL when it can. */
static const char *
problem_of(const struct checkout *c, int *status)
{
	*status = 409;
	if (strcmp(c->status, "PUBLISHED") != 0) {
		*status = 404;
		return "course_not_found";
	}
	if (c->own)
		return "own_course";
	if (c->taken)
		return "already_purchased";
	if (c->price == 0)
		return "course_is_free";
	if (c->opens_at_set && c->opens_at > clock_now())
		return "course_not_open";
	if (c->missing > 0)
		return "prerequisite_missing";
	return NULL;
}

static void
checkout_view(struct req *r, struct view *v, const struct checkout *c)
{
	const char *coupon = req_text(r, "coupon");

	req_title(r, req_msg(r, "checkout.title"));
	view_str(v, "slug", c->slug);
	view_str(v, "title", c->title);
	view_str(v, "summary", c->summary);
	view_money(v, "listPrice", c->price, c->currency);
	view_money(v, "discount", c->off, c->currency);
	view_bool(v, "discounted", c->off > 0);
	view_money(v, "price", c->price - c->off, c->currency);
	view_money(v, "net", c->price - c->off - c->tax, c->currency);
	view_money(v, "tax", c->tax, c->currency);
	view_str(v, "taxPercent", arena_printf(r->arena, "%d.%02d", c->tax_bps / 100, c->tax_bps % 100));
	view_str(v, "coupon", c->coupon_problem == NULL ? coupon : NULL);
	view_str(v, "couponProblem", c->coupon_problem);
	if (c->coupon_problem != NULL)
		view_str(view_page_only(v, "said"), "coupon", req_msg(r, arena_printf(r->arena, "error.%s",
		    c->coupon_problem)));
	view_money(v, "wallet", c->wallet, c->currency);
	view_bool(v, "walletCovers", c->wallet >= c->price - c->off);
	view_bool(v, "walletHas", c->wallet > 0);
	view_str(v, "provider", payment_provider(c->currency));
	view_bool(v, "addressNeeded", c->price - c->off > c->full_over);
	view_str(v, "name", r->person->name);
}

int
market_checkout(struct req *r, struct view *v)
{
	const char *coupon = req_text(r, "coupon"), *problem;
	struct checkout c;
	int status;

	if (!sql_checkout(r->db, req_text(r, "slug"), r->person->id, coupon != NULL ? coupon : "", &c))
		return req_fail(r, 404, "course_not_found");
	problem = problem_of(&c, &status);
	if (problem != NULL)
		return req_fail(r, status, problem);
	checkout_view(r, v, &c);
	return 200;
}

/* ---- particulars on the invoice ------------------------------------------------------- */

static const char *
json_quoted(struct arena *arena, const char *s)
{
	/* "{"x":"…"}" without its outer part */
	const char *object = json_object(arena, "x", s, NULL);
	const char *value = strchr(object, ':') + 1;

	while (*value == ' ')
		value++;
	return arena_strndup(arena, value, strlen(value) - 1);
}

/* {name, address: [lines], vatNumber} as helpers/document.c takes it. */
static const char *
party_json(struct req *r, const char *name, const char *address, const char *vat)
{
	const char *lines = "";

	for (const char *s = address != NULL ? address : ""; *s != '\0';) {
		size_t n = strcspn(s, "\n");

		if (n > 0)
			lines = arena_printf(r->arena, "%s%s%s", lines, *lines != '\0' ? "," : "",
			    json_quoted(r->arena, arena_strndup(r->arena, s, n)));
		s += n;
		s += *s == '\n';
	}
	return arena_printf(r->arena, "{\"name\":%s,\"address\":[%s],\"vatNumber\":%s}",
	    json_quoted(r->arena, name), lines, json_quoted(r->arena, vat != NULL ? vat : ""));
}

/* Digits alone, ten of them, as the revenue service gives them. */
static bool
vat_good(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789") == 10;
}

static bool
party_good(struct req *r, const struct checkout *c)
{
	const char *vat = req_text(r, "vatNumber"), *address = req_text(r, "address");
	bool full = c->price - c->off > c->full_over;

	if (vat != NULL && *vat != '\0' && !vat_good(vat))
		req_field_error(r, "vatNumber", "vat_number");
	else if (full && (address == NULL || *address == '\0'))
		req_field_error(r, "address", "invoice_address");
	else
		return true;
	return false;
}

/* Goes out with the sale. */
static void
party_queue(struct req *r, const struct checkout *c, const struct identity_key *key)
{
	const char *name = req_text(r, "name"), *vat = req_text(r, "vatNumber");

	if (name == NULL || *name == '\0')
		name = r->person->name;
	sql_party_add_queue(r->db, c->id_new, r->person->id, identity_seal_by(r->arena, key, r->person->id,
	    "receipt.party", "sealed", c->id_new, party_json(r, name, req_text(r, "address"), vat)),
	    vat != NULL && *vat != '\0', NULL);
}

/* ---- buying ------------------------------------------------------------------------------ */

static int64_t
wallet_part(const char *method, const struct checkout *c)
{
	int64_t price = c->price - c->off;

	if (strcmp(method, "wallet") == 0)
		return price;
	if (strcmp(method, "both") == 0)
		return c->wallet < price ? c->wallet : price;
	return 0;
}

/* The sale and, when the wallet does not cover it, the payment of the rest. */
static void
sale_begin(struct req *r, const struct checkout *c, const char *coupon, int64_t wallet,
    struct sale_open *sale)
{
	struct sale_start paid;

	if (wallet < c->price - c->off) {
		sql_sale_open(r->db, c->id, coupon, wallet, c->id_new,
		    arena_printf(r->arena, "Course: %.180s", c->title), c->currency,
		    payment_provider_need(c->currency), sale);
		return;
	}
	sql_sale_start(r->db, c->id, coupon, wallet, c->id_new, &paid);
	*sale = (struct sale_open){ .id = paid.id, .status = paid.status, .price = paid.price };
}

/* Four round trips: session and key of the call, course and key of the person, sale with its
 * payment, record and commit. The provider is asked by a job. */
int
market_buy(struct req *r, struct view *v)
{
	const char *coupon = req_text(r, "coupon") != NULL ? req_text(r, "coupon") : "", *problem, *href;
	struct identity_key *key = identity_key_queue(r->db, r->arena, r->person->id);
	struct checkout c;
	struct sale_open sale;
	int64_t wallet;
	int status;

	if (!sql_checkout(r->db, req_text(r, "slug"), r->person->id, coupon, &c))
		return req_fail(r, 404, "course_not_found");
	problem = problem_of(&c, &status);
	if (problem != NULL)
		return req_fail(r, status, problem);
	if (c.coupon_problem != NULL)
		return req_fail(r, 409, c.coupon_problem);
	if (!party_good(r, &c))
		return req_invalid(r);
	wallet = wallet_part(req_text(r, "method"), &c);
	if (wallet > c.wallet)
		return req_fail(r, 402, "insufficient_funds");
	party_queue(r, &c, key);
	sale_begin(r, &c, coupon, wallet, &sale);
	audit_add_about(r->db, r->person->id, "sale.start", "sale", sale.id, NULL, arena_printf(r->arena,
	    "{\"price\":%lld,\"rest\":%lld}", (long long)sale.price, (long long)sale.rest));
	req_created(r);
	view_str(v, "purchase", sale.id);
	view_str(v, "status", sale.status);
	view_money(v, "price", sale.price, c.currency);
	if (sale.payment != NULL) {
		href = payment_href(r->arena, sale.payment, sale.payment_status, sale.href);
		view_str(v, "payment", sale.payment);
		view_str(v, "payHref", href);
		return req_see(r, "%s", href);
	}
	req_flash(r, "good", "checkout.done");
	return req_see(r, "/purchases/%s", sale.id);
}
