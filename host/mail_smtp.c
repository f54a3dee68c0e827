/*
 * mail_smtp.c: hands one message to the mail server with libcurl. The server's
 * last reply and the command it answered are taken from the trace, since the
 * code alone does not say whether sender or recipient was refused.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "crypto.h"
#include "http.h"
#include "mail.h"

struct trace {
	char command[5];     /* last command verb sent */
	char reply[200];     /* last line received */
	bool over;
};

struct source {
	const char *data;
	size_t left;
};

static int
on_trace(CURL *c, curl_infotype type, char *data, size_t size, void *ptr)
{
	struct trace *t = ptr;

	(void)c;
	/* After a refusal libcurl says goodbye: what counts came before. */
	if (type == CURLINFO_HEADER_OUT && size >= 4 && memcmp(data, "QUIT", 4) == 0)
		t->over = true;
	if (t->over)
		return 0;
	if (type == CURLINFO_HEADER_OUT && size >= 4) {
		memcpy(t->command, data, 4);
	} else if (type == CURLINFO_HEADER_IN && size > 0) {
		while (size > 0 && (unsigned char)data[size - 1] <= ' ')
			size--;
		if (size >= sizeof(t->reply))
			size = sizeof(t->reply) - 1;
		memcpy(t->reply, data, size);
		t->reply[size] = '\0';
	}
	return 0;
}

static size_t
on_read(char *out, size_t one, size_t n, void *ptr)
{
	struct source *s = ptr;
	size_t size = one * n < s->left ? one * n : s->left;

	memcpy(out, s->data, size);
	s->data += size;
	s->left -= size;
	return size;
}

/* Replies often quote the address; the queue's admin page must not. */
static const char *
without_addresses(struct arena *arena, const char *s)
{
	char *out = arena_alloc(arena, strlen(s) * 3 + 1), *o = out;

	while (*s) {
		size_t gap = strspn(s, " "), n = strcspn(s + gap, " ");

		memcpy(o, s, gap);
		o += gap;
		s += gap;
		if (memchr(s, '@', n)) {
			memcpy(o, "\xe2\x80\xa6", 3);
			o += 3;
		} else
			for (size_t i = 0; i < n; i++)
				*o++ = (unsigned char)s[i] < 0x20 || (unsigned char)s[i] >= 0x7f ?
				    '?' : s[i];
		s += n;
	}
	*o = '\0';
	return out;
}

static bool
read_password(char *out, size_t size)
{
	int fd = open(conf->smtp_password_file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, out, size - 1);
	close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static void
set_options(CURL *c, struct trace *t, struct source *s, const char *from, struct curl_slist *to)
{
	curl_easy_setopt(c, CURLOPT_URL, conf->smtp_url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 40000L);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_trace);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, t);
	if (conf->smtp_ca_file && conf->smtp_ca_file[0]) {
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
		curl_easy_setopt(c, CURLOPT_CAINFO, conf->smtp_ca_file);
	}
}

static void
judge(struct mail_delivery *d, CURLcode code, const struct trace *t)
{
	if (code == CURLE_OK) {
		d->outcome = MAIL_SENT;
	} else if (d->code < 500 || code == CURLE_LOGIN_DENIED || strcmp(t->command, "MAIL") == 0 ||
	    strcmp(t->command, "EHLO") == 0 || strcmp(t->command, "STAR") == 0) {
		/* Our own set-up is refused, not this mail: wait for the operator. */
		d->outcome = MAIL_RETRY;
	} else {
		d->outcome = MAIL_BOUNCED;
		d->recipient = strcmp(t->command, "RCPT") == 0;
	}
}

struct mail_delivery
mail_smtp(struct arena *arena, const char *from, const char *to, const struct buffer *message)
{
	struct source source = { .data = message->data, .left = message->size };
	struct curl_slist *rcpt = curl_slist_append(NULL, to);
	struct mail_delivery d = { .outcome = MAIL_RETRY, .text = "no memory" };
	struct trace trace = { 0 };
	char password[256];
	CURLcode result;
	long code = 0;
	CURL *c;

	http_start();
	c = curl_easy_init();
	if (!c || !rcpt)
		goto out;
	set_options(c, &trace, &source, from, rcpt);
	if (conf->smtp_user && conf->smtp_user[0]) {
		if (!read_password(password, sizeof(password))) {
			d.text = "smtp_password_file cannot be read";
			goto out;
		}
		curl_easy_setopt(c, CURLOPT_USERNAME, conf->smtp_user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, password);
		crypto_wipe(password, sizeof(password));
	}
	result = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	d.code = (int)code;
	judge(&d, result, &trace);
	d.text = without_addresses(arena, trace.reply[0] ? trace.reply :
	    curl_easy_strerror(result));
out:
	if (c)
		curl_easy_cleanup(c);
	curl_slist_free_all(rcpt);
	return d;
}
