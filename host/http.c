/* http.c: HTTP client with egress rules; see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"

#define TIMEOUT_MS 5000
#define CONNECT_MS 2000
#define REPLY_MAX (64u << 10)

void
http_start(void)
{
	static bool started;

	if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		fault("libcurl does not start");
	started = true;
}

/* ---- addresses ------------------------------------------------------------- */

struct range {
	uint32_t net;
	unsigned bits;
};

/* IANA IPv4 special-purpose registry (RFC 6890 and later), and multicast. */
static bool
public4(uint32_t a)
{
	static const struct range special[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 },
		{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
		{ 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 3 },
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (a >> (32 - special[i].bits) == special[i].net >> (32 - special[i].bits))
			return false;
	return true;
}

static uint32_t
word(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Only 2000::/3 is global unicast; what embeds IPv4 is judged by that. */
static bool
public6(const unsigned char a[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return public4(word(a + 12));
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return public4(word(a + 2));
	/* 2001::/23 protocol assignments (Teredo, ORCHID …), 2001:db8::/32, and
	 * 3fff::/20 for documentation */
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] < 0x02 || (a[2] == 0x0d && a[3] == 0xb8)))
		return false;
	return !(a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0) == 0);
}

bool
http_sockaddr_public(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		return public4(ntohl(in.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		return public6(in6.sin6_addr.s6_addr);
	}
	return false;
}

bool
http_address_public(const char *text)
{
	struct in_addr in;
	struct in6_addr in6;

	if (inet_pton(AF_INET, text, &in) == 1)
		return public4(ntohl(in.s_addr));
	return inet_pton(AF_INET6, text, &in6) == 1 && public6(in6.s6_addr);
}

/* ---- one call ---------------------------------------------------------------- */

struct exchange {
	struct buffer body;
	size_t max;
	bool trusted, refused, too_large;
	char retry_after[64];
};

static curl_socket_t
open_socket(void *ptr, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = ptr;

	(void)purpose;
	if (!x->trusted && !http_sockaddr_public(&address->addr)) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *data, size_t one, size_t n, void *ptr)
{
	struct exchange *x = ptr;

	if (x->body.size + one * n > x->max) {
		x->too_large = true;
		return 0;
	}
	buffer_add(&x->body, data, one * n);
	return one * n;
}

static size_t
take_header(char *data, size_t one, size_t n, void *ptr)
{
	static const char name[] = "retry-after:";
	struct exchange *x = ptr;
	size_t size = one * n;

	if (size > sizeof(name) && strncasecmp(data, name, sizeof(name) - 1) == 0) {
		size_t at = sizeof(name) - 1, end = size;

		while (at < end && data[at] == ' ')
			at++;
		while (end > at && (unsigned char)data[end - 1] <= ' ')
			end--;
		if (end - at < sizeof(x->retry_after)) {
			memcpy(x->retry_after, data + at, end - at);
			x->retry_after[end - at] = '\0';
		}
	}
	return size;
}

/* Scheme, port and user part, before anything is resolved. */
static const char *
url_problem(const char *url, bool trusted)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *port = NULL, *user = NULL;
	const char *problem = NULL;

	if (!u)
		return "no_memory";
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		problem = "bad_url";
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		problem = "bad_url";
	else if (!trusted && strcmp(scheme, "https") != 0)
		problem = "not_https";
	else if (!trusted && curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    strcmp(port, "443") != 0)
		problem = "bad_port";
	curl_free(scheme);
	curl_free(port);
	curl_free(user);
	curl_url_cleanup(u);
	return problem;
}

static void
set_options(CURL *c, struct exchange *x, const struct http_call *call)
{
	const char *protocols = x->trusted ? "http,https" : "https";

	curl_easy_setopt(c, CURLOPT_URL, call->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
	    (long)(call->timeout_ms ? call->timeout_ms : TIMEOUT_MS));
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "learn-host/1");
	if (call->body) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_size);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, call->body);
	}
}

static const char *
error_name(const struct exchange *x, CURLcode code)
{
	if (x->refused)
		return "refused_address";
	if (x->too_large)
		return "reply_too_large";
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "unknown_host";
	case CURLE_COULDNT_CONNECT:
		return "no_connection";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		return "bad_certificate";
	default:
		return "failed";
	}
}

static bool
add_headers(struct curl_slist **list, const char *const *headers)
{
	/* No "Expect: 100-continue" and its wait. */
	*list = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; headers && headers[i]; i++) {
		if (strpbrk(headers[i], "\r\n"))
			return false;
		*list = curl_slist_append(*list, headers[i]);
	}
	return true;
}

struct http_reply
http_call(struct arena *arena, const struct http_call *call)
{
	struct exchange x = { .max = call->reply_max ? call->reply_max : REPLY_MAX,
		.trusted = call->flags & HTTP_TRUSTED };
	struct http_reply reply = { .content_type = "", .retry_after = "" };
	struct curl_slist *headers = NULL;
	CURLcode code;
	CURL *c;

	http_start();
	reply.error = url_problem(call->url, x.trusted);
	if (reply.error)
		return reply;
	if (!add_headers(&headers, call->headers)) {
		curl_slist_free_all(headers);
		reply.error = "bad_header";
		return reply;
	}
	/* The arena may not fault inside libcurl's frames. */
	arena_lenient(arena, true);
	buffer_init(&x.body, arena, 4096);
	c = curl_easy_init();
	if (c) {
		set_options(c, &x, call);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
		code = curl_easy_perform(c);
		if (code == CURLE_OK) {
			long status = 0;
			char *type = NULL;

			curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
			curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
			reply.status = (int)status;
			if (type)
				reply.content_type = arena_strdup(arena, type);
			reply.retry_after = arena_strdup(arena, x.retry_after);
		} else
			reply.error = error_name(&x, code);
		curl_easy_cleanup(c);
	} else
		reply.error = "no_memory";
	curl_slist_free_all(headers);
	reply.body = (const unsigned char *)buffer_text(&x.body);
	reply.size = x.body.size;
	arena_lenient(arena, false);
	return reply;
}
