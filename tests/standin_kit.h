/*
 * standin_kit.h: a stand-in for a payment provider (tests/standin) as a process of this test,
 * and the platform told to use it. The test carries its webhooks over by hand, in any order.
 */
#ifndef TESTS_STANDIN_KIT_H
#define TESTS_STANDIN_KIT_H

#include "payment_kit.h"

/* world_begin, the purpose TEST, the stand-in `script` with --<option> <secret>. */
void standin_begin(const char *script, const char *option, const char *secret);
void standin_end(void);
/* "http://127.0.0.1:port" */
const char *standin_url(void);
/* A setting of the platform, for this test. */
void setting(const char *key, const char *value);
/* A file with this text, until standin_end; its path. */
const char *standin_file(const char *name, const char *text);
/* POST of a form (NULL: GET) to the stand-in's own controls; its answer. */
struct json *standin_control(const char *path, const char *form);
/* One webhook, with its signature as a variable NAME=value or NULL. */
struct reply standin_post(const char *path, const char *body, size_t size, const char *signature);
/* A minute later: what waits for a provider is tried again. */
void standin_later(void);

#endif
