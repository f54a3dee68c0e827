/* stripe_kit.c: see stripe_kit.h. */
#include "stripe_kit.h"

#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "crypto.h"
#include "http.h"
#include "json.h"
#include "scratch.h"

static struct {
	pid_t pid;
	int port;
	char dir[64];
} standin;

void
setting(const char *key, const char *value)
{
	const char *now;

	for (size_t i = 0; conf_setting_at(i, &now); i++)
		if (strcmp(conf_setting_at(i, &now)->key, key) == 0) {
			((struct conf *)(uintptr_t)conf)->settings[i] = value;
			return;
		}
	cr_assert_fail("no setting %s", key);
}

static const char *
file_make(const char *name, const char *text)
{
	const char *path = arena_printf(kit_arena(), "%s/%s", standin.dir, name);
	FILE *f = fopen(path, "we");

	cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
	return path;
}

static void
server_start(void)
{
	int out[2];
	FILE *f;

	cr_assert(!pipe(out));
	standin.pid = fork();
	cr_assert(standin.pid >= 0);
	if (standin.pid == 0) {
		(void)dup2(out[1], 1);
		(void)close(out[0]);
		(void)execlp("perl", "perl", SOURCE_DIR "/tests/stripe/server.pl", "--secret",
		    STRIPE_SECRET, (char *)NULL);
		_exit(127);
	}
	(void)close(out[1]);
	f = fdopen(out[0], "r");
	cr_assert(f && fscanf(f, "port %d", &standin.port) == 1, "the stand-in did not start");
	(void)fclose(f);
}

void
stripe_begin(void)
{
	world_begin();
	purpose_make();
	scratch_name(standin.dir, sizeof standin.dir, "standin");
	cr_assert(mkdtemp(standin.dir));
	server_start();
	setting("payment.providers", "*:stripe");
	setting("payment.timeout_ms", "1500");
	setting("payment.stripe.url", arena_printf(kit_arena(), "http://127.0.0.1:%d", standin.port));
	setting("payment.stripe.key_file", file_make("key", "sk_test_kit\n"));
	setting("payment.stripe.webhook_secret_file", file_make("secret",
	    "whsec_old_one\n" STRIPE_SECRET "\n"));
}

void
stripe_end(void)
{
	if (standin.pid > 0) {
		(void)kill(standin.pid, SIGTERM);
		(void)waitpid(standin.pid, NULL, 0);
	}
	(void)unlink(arena_printf(kit_arena(), "%s/key", standin.dir));
	(void)unlink(arena_printf(kit_arena(), "%s/secret", standin.dir));
	(void)rmdir(standin.dir);
	world_end();
}

struct json *
stripe_control(const char *path, const char *form)
{
	const struct http_call call = { .method = form ? "POST" : "GET", .body = form,
		.body_size = form ? strlen(form) : 0, .flags = HTTP_TRUSTED, .timeout_ms = 10000,
		.reply_max = 8u << 20,
		.url = arena_printf(kit_arena(), "http://127.0.0.1:%d%s", standin.port, path) };
	struct http_reply reply = http_call(kit_arena(), &call);

	cr_assert_eq(reply.status, 200, "%s: %d %s", path, reply.status, reply.error ? reply.error : "");
	return json_parse(kit_arena(), (const char *)reply.body);
}

struct json *
stripe_state(void)
{
	return stripe_control("/_state", NULL);
}

int64_t
stripe_calls(const char *id, const char *phase)
{
	return json_int(json_get(json_get(stripe_state(), "calls"),
	    arena_printf(kit_arena(), "%s-%s", id, phase)), 0);
}

void
stripe_card(const char *payment, const char *card)
{
	const char *session = value("select session_reference from payment.payment where id = '%s'",
	    payment);

	cr_assert(*session, "no session yet");
	stripe_control("/_pay", arena_printf(kit_arena(), "session=%s&card=%s", session, card));
}

const char *
stripe_pay(const char *key, int64_t amount, const char *card)
{
	const char *p = payment_make(ANN, amount, "ZAR", key);

	jobs_run();
	stripe_card(p, card);
	return p;
}

/* The text between the braces of each event is what was sent: cut out of the state. */
const char *const *
stripe_events(size_t since, size_t *n)
{
	struct json *events = json_get(stripe_state(), "events");
	size_t all = json_length(events);
	const char **list = arena_alloc(kit_arena(), (all + 1) * sizeof *list);

	*n = 0;
	for (size_t i = since; i < all; i++) {
		struct json *e = json_at(events, i), *o = json_get(json_get(e, "data"), "object");
		struct json *meta = json_get(o, "metadata");

		/* Only what the platform reads, and a name and an address it must not keep. */
		list[(*n)++] = arena_printf(kit_arena(), "{\"id\":\"%s\",\"object\":\"event\","
		    "\"api_version\":\"2024-06-20\",\"created\":%lld,\"livemode\":false,\"type\":\"%s\","
		    "\"data\":{\"object\":{\"id\":\"%s\",\"object\":\"%s\",\"payment_intent\":%s%s%s,"
		    "\"billing_details\":{\"name\":\"Nomsa Dlamini\",\"email\":\"nomsa@example.test\"},"
		    "\"metadata\":{%s%s%s}}}}", json_text(json_get(e, "id"), ""),
		    (long long)json_int(json_get(e, "created"), 0), json_text(json_get(e, "type"), ""),
		    json_text(json_get(o, "id"), ""), json_text(json_get(o, "object"), ""),
		    json_text(json_get(o, "payment_intent"), NULL) ? "\"" : "",
		    json_text(json_get(o, "payment_intent"), "null"),
		    json_text(json_get(o, "payment_intent"), NULL) ? "\"" : "",
		    json_text(json_get(meta, "payment"), NULL) ? "\"payment\":\"" : "",
		    json_text(json_get(meta, "payment"), ""),
		    json_text(json_get(meta, "payment"), NULL) ? "\"" : "");
	}
	return list;
}

const char *
stripe_signature(const char *body, const char *secret, int64_t t)
{
	const char *text = arena_printf(kit_arena(), "%lld.%s", (long long)t, body);

	return arena_printf(kit_arena(), "t=%lld,v1=%s", (long long)t,
	    crypto_hmac_sha256_hex(kit_arena(), secret, text, strlen(text)));
}

struct reply
stripe_post(const char *body, size_t size, const char *signature)
{
	const char *const extra[] = { signature
	    ? arena_printf(kit_arena(), "HTTP_STRIPE_SIGNATURE=%s", signature) : NULL, NULL };

	return request(NOBODY, "POST", "/api/v1/webhooks/stripe", "application/json", body, size, extra);
}

struct reply
stripe_deliver(const char *body)
{
	return stripe_post(body, strlen(body), stripe_signature(body, STRIPE_SECRET,
	    clock_now() / 1000000));
}
