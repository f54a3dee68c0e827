/*
 * Cross-site request forgery, three layers (security.md §6.2): SameSite
 * cookies, Sec-Fetch-Site or Origin of our own site, and a token bound to the
 * session; before sign-in, to a cookie of its own. The token is masked anew in
 * each answer, so that compressing it beside reflected text tells nothing.
 */
#include <string.h>

#include "conf.h"
#include "crypto.h"
#include "req.h"
#include "session.h"

#define TOKEN 32

/* The unmasked token; false when there is nothing to bind it to. */
static bool
token_plain(struct host_req *h, unsigned char out[TOKEN])
{
	unsigned char key[32];
	const char *pre;

	if (h->csrf_seed != NULL) {
		crypto_hmac(h->csrf_seed, "form", 4, out);
		return true;
	}
	pre = session_cookie(h, "pre");
	if (pre == NULL || strlen(pre) < 20 || strlen(pre) > 64)
		return false;
	crypto_subkey("csrf-pre", 1, key);
	crypto_hmac(key, pre, strlen(pre), out);
	return true;
}

const char *
csrf_token(struct host_req *h)
{
	unsigned char plain[TOKEN], masked[2 * TOKEN];

	if (h->csrf != NULL)
		return h->csrf;
	if (!token_plain(h, plain)) {
		const char *pre = crypto_token(h->req.arena, 32);
		unsigned char key[32];

		session_cookie_set(h, "pre", pre, 0);
		crypto_subkey("csrf-pre", 1, key);
		crypto_hmac(key, pre, strlen(pre), plain);
	}
	crypto_random(masked, TOKEN);
	for (size_t i = 0; i < TOKEN; i++)
		masked[TOKEN + i] = plain[i] ^ masked[i];
	h->csrf = crypto_base64url(h->req.arena, masked, sizeof(masked));
	return h->csrf;
}

static bool
own_origin(const struct host_req *h, const char *origin)
{
	const char *host = req_header(&h->req, "HTTP_HOST"), *rest;

	if (strcmp(origin, conf->base_url) == 0)
		return true;
	rest = strstr(origin, "://");
	return conf->development && rest != NULL && host != NULL && strcmp(rest + 3, host) == 0;
}

/* Layer two: what the browser says of where the request comes from. */
static bool
same_site(const struct host_req *h)
{
	const char *fetch = req_header(&h->req, "HTTP_SEC_FETCH_SITE");
	const char *origin = req_header(&h->req, "HTTP_ORIGIN");
	const char *referer = req_header(&h->req, "HTTP_REFERER");

	if (fetch != NULL && strcmp(fetch, "same-origin") != 0 && strcmp(fetch, "none") != 0)
		return false;
	if (origin != NULL)
		return own_origin(h, origin);
	if (referer != NULL) {
		const char *host = strstr(referer, "://");
		size_t n = host == NULL ? 0 : (size_t)(host - referer) + 3 + strcspn(host + 3, "/?#");

		return n > 0 && own_origin(h, arena_strndup(h->req.arena, referer, n));
	}
	return true;
}

const char *
csrf_check(struct host_req *h)
{
	const char *given = req_header(&h->req, "HTTP_X_CSRF");
	unsigned char plain[TOKEN], masked[2 * TOKEN];

	if (h->bearer)
		return NULL;
	if (!same_site(h))
		return "csrf_origin";
	for (size_t i = 0; given == NULL && i < h->form.n; i++)
		if (strcmp(h->form.fields[i].name, "csrf") == 0)
			given = h->form.fields[i].value;
	if (given == NULL || !token_plain(h, plain) ||
	    !crypto_base64url_decode(given, masked, sizeof(masked)))
		return "csrf_token";
	for (size_t i = 0; i < TOKEN; i++)
		masked[i] ^= masked[TOKEN + i];
	return crypto_equal(masked, plain, TOKEN) ? NULL : "csrf_token";
}
