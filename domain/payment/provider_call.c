/* provider_call.c: one HTTP exchange with a provider, its judgement, form bodies. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "form.h"
#include "http.h"
#include "json.h"
#include "payment/provider.h"

#define REPLY_MAX ((size_t)1 << 20)

enum provider_result
provider_http(struct arena *arena, const struct provider_call *call, struct provider_reply *reply)
{
	struct http_call h = { .method = call->method, .url = call->url, .headers = call->headers,
		.body = call->body, .body_size = call->body ? strlen(call->body) : 0,
		.timeout_ms = payment_timeout_ms(), .reply_max = REPLY_MAX,
		/* settings_good() let plain HTTP through for loopback alone. */
		.flags = strncmp(call->url, "http://", 7) == 0 ? HTTP_TRUSTED : 0 };
	struct http_reply answer = http_call(arena, &h);

	*reply = (struct provider_reply){ .status = answer.status, .error = answer.error };
	if (answer.status == 0)
		return PROVIDER_LATER;
	reply->json = json_read(arena, (const char *)answer.body, answer.size, NULL, 0);
	if (json_kind(reply->json) != JSON_OBJECT)
		reply->json = NULL;
	if (answer.status >= 500 || answer.status == 409 || answer.status == 429 ||
	    answer.status == 401 || answer.status == 403) {
		reply->error = arena_printf(arena, "http_%d", answer.status);
		return PROVIDER_LATER;
	}
	if (!reply->json) {
		reply->error = "bad_answer";
		return PROVIDER_LATER;
	}
	return answer.status >= 200 && answer.status < 300 ? PROVIDER_DONE : PROVIDER_REFUSED;
}

const char *const *
provider_secrets(struct arena *arena, const char *path)
{
	char text[4096], *line, *next;
	int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	const char **list = arena_alloc(arena, 17 * sizeof *list);
	size_t n = 0;

	if (fd >= 0)
		close(fd);
	text[size < 0 ? 0 : size] = '\0';
	for (line = text; line && n < 16; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		while (isspace((unsigned char)*line))
			line++;
		for (char *end = line + strlen(line); end > line && isspace((unsigned char)end[-1]);)
			*--end = '\0';
		if (*line && *line != '#')
			list[n++] = arena_strdup(arena, line);
	}
	explicit_bzero(text, sizeof text);
	return list;
}

const char *
provider_secret(struct arena *arena, const char *path)
{
	return provider_secrets(arena, path)[0];
}

void
provider_field(struct buffer *b, const char *name, const char *value)
{
	if (b->size)
		buffer_char(b, '&');
	buffer_str(b, form_encode(b->arena, name));
	buffer_char(b, '=');
	buffer_str(b, form_encode(b->arena, value));
}

void
provider_field_int(struct buffer *b, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)value);
	provider_field(b, name, text);
}

/* ---- JSON ------------------------------------------------------------------- */

const char *
provider_text(struct json *j, const char *key)
{
	return json_text(json_get(j, key), NULL);
}

static void
key_put(struct buffer *b, const char *key)
{
	buffer_printf(b, "%s\"%s\":", b->data[b->size - 1] == '{' ? "" : ",", key);
}

void
provider_put(struct buffer *b, const char *key, const char *value)
{
	if (!value)
		return;
	key_put(b, key);
	json_quote(b, value);
}

void
provider_put_int(struct buffer *b, const char *key, int64_t value)
{
	key_put(b, key);
	buffer_printf(b, "%lld", (long long)value);
}

void
provider_put_bool(struct buffer *b, const char *key, bool value)
{
	key_put(b, key);
	buffer_str(b, value ? "true" : "false");
}

void
provider_item(struct buffer *b)
{
	buffer_str(b, b->data[b->size - 1] == '[' ? "{" : ",{");
}

const char *
provider_time(struct arena *arena, int64_t us)
{
	time_t t = (time_t)(us / 1000000);
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&t, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_strdup(arena, text);
}

const char *
provider_code(struct arena *arena, const char *text, const char *dflt)
{
	char *code;
	size_t n = 0;

	if (!text || !*text)
		return dflt;
	code = arena_strndup(arena, text, strlen(text) < 40 ? strlen(text) : 40);
	for (; code[n]; n++) {
		code[n] = (char)tolower((unsigned char)code[n]);
		if (!isalnum((unsigned char)code[n]) || (unsigned char)code[n] > 127)
			code[n] = '_';
	}
	return code;
}
