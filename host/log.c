/*
 * log.c: JSON lines; see log.h. One line is one write(2) of at most 4,096
 * bytes, so lines of many processes never mix. A pipe that is full drops the
 * line and counts it: a slow reader of the log must not stop the site.
 *
 * What came from outside is escaped: control characters, DEL, U+2028, U+2029
 * and bytes that are not UTF-8 (as U+FFFD), so that no value can begin a line.
 */
#include "log.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "scoreboard.h"

static int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_LEVEL_INFO;
static char context_pool[16];
static unsigned context_generation;
static char request_id[36];
static pid_t context_pid; /* every fork that logs says its context first */
static uint64_t dropped;

/* Room kept for "}\n" and a cut mark. */
#define LINE_MAX_DATA (sizeof((struct log_line *)0)->data - 24)

void
log_open(int fd, enum log_level least)
{
	int flags = fcntl(fd, F_GETFL);

	/* A terminal or a file is left as it is: O_NONBLOCK would be shared with
	 * the shell that started us. */
	if (flags >= 0 && !isatty(fd) && (flags & O_NONBLOCK) == 0 && fd != STDERR_FILENO)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	log_fd = fd;
	log_least = least;
}

void
log_context(const char *pool, unsigned generation)
{
	(void)snprintf(context_pool, sizeof context_pool, "%s", pool);
	context_generation = generation;
	context_pid = getpid();
}

void
log_request(const char *rid)
{
	size_t n = rid ? strnlen(rid, sizeof request_id - 1) : 0;

	if (n)
		memcpy(request_id, rid, n);
	request_id[n] = '\0';
}

uint64_t
log_dropped(void)
{
	return dropped;
}

int
log_descriptor(void)
{
	return log_fd;
}

/* ---- building a line ---- */

static void
put(struct log_line *line, const char *s, size_t n)
{
	if (line->size + n > LINE_MAX_DATA)
		return;
	memcpy(line->data + line->size, s, n);
	line->size += n;
}

static void
put_text(struct log_line *line, const char *s)
{
	put(line, s, strlen(s));
}

/* Length of the valid UTF-8 sequence at s, 0 when it is not one. */
static size_t
utf8_length(const unsigned char *s)
{
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		return (s[1] & 0xc0) == 0x80 ? 2 : 0;
	if (s[0] >= 0xe0 && s[0] <= 0xef) {
		if ((s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80)
			return 0;
		if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
			return 0;
		return 3;
	}
	if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		if ((s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80 || (s[3] & 0xc0) != 0x80)
			return 0;
		if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

/* One character of a JSON string; returns the bytes of s that it took. */
static size_t
put_character(struct log_line *line, const unsigned char *s)
{
	char escape[8];
	size_t n;

	if (*s == '"' || *s == '\\') {
		escape[0] = '\\';
		escape[1] = (char)*s;
		put(line, escape, 2);
		return 1;
	}
	if (*s < 0x20 || *s == 0x7f) {
		(void)snprintf(escape, sizeof escape, "\\u%04x", *s);
		put(line, escape, 6);
		return 1;
	}
	if (*s < 0x80) {
		put(line, (const char *)s, 1);
		return 1;
	}
	n = utf8_length(s);
	if (n == 0) {
		put(line, "\\ufffd", 6);
		return 1;
	}
	if (n == 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9))
		put(line, s[2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
	else if (n == 2 && s[0] == 0xc2 && s[1] < 0xa0) { /* C1 controls */
		(void)snprintf(escape, sizeof escape, "\\u%04x", s[1]);
		put(line, escape, 6);
	} else
		put(line, (const char *)s, n);
	return n;
}

static void
put_string(struct log_line *line, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	put(line, "\"", 1);
	/* A value may not push the closing quote out of the line. */
	while (*s && line->size + 8 < LINE_MAX_DATA)
		s += put_character(line, s);
	put(line, "\"", 1);
}

/* Does a field of that size fit, with room for its value? */
static bool
field(struct log_line *line, const char *key)
{
	if (line->size + strlen(key) + 24 > LINE_MAX_DATA)
		return false;
	put(line, ",\"", 2);
	put_text(line, key);
	put(line, "\":", 2);
	return true;
}

void
log_str(struct log_line *line, const char *key, const char *value)
{
	if (value && field(line, key))
		put_string(line, value);
}

void
log_int(struct log_line *line, const char *key, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%lld", (long long)value);

	if (field(line, key))
		put(line, text, (size_t)n);
}

void
log_person(struct log_line *line, const char *key, const char *value)
{
	if (value)
		log_str(line, key, log_pii(value));
}

/* "2026-11-21T22:33:48.123456Z". The date part changes once a second, and
 * every request writes a line: it is kept. */
static void
put_time(struct log_line *line)
{
	static time_t second;
	static char text[40];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != second || !text[0]) {
		second = now.tv_sec;
		(void)gmtime_r(&second, &tm);
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &tm);
	}
	for (long i = 5, us = now.tv_nsec / 1000; i >= 0; i--, us /= 10)
		text[20 + i] = (char)('0' + us % 10);
	text[26] = 'Z';
	text[27] = '\0';
	put(line, text, 27);
}

void
log_begin(struct log_line *line, enum log_level level, const char *event)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };

	line->size = 0;
	if (level < log_least) {
		line->size = SIZE_MAX / 2; /* nothing fits: the line is not wanted */
		return;
	}
	put_text(line, "{\"ts\":\"");
	put_time(line);
	put_text(line, "\",\"lvl\":\"");
	put_text(line, levels[level]);
	put_text(line, "\",\"event\":\"");
	put_text(line, event);
	put(line, "\"", 1);
	log_int(line, "pid", context_pid ? context_pid : getpid());
	if (context_pool[0]) {
		log_str(line, "pool", context_pool);
		log_int(line, "gen", context_generation);
	}
	if (request_id[0])
		log_str(line, "rid", request_id);
}

void
log_end(struct log_line *line)
{
	ssize_t n;

	if (line->size > sizeof line->data)
		return;
	line->data[line->size++] = '}';
	line->data[line->size++] = '\n';
	n = write(log_fd, line->data, line->size);
	if (n != (ssize_t)line->size)
		dropped++;
}

void
log_event(enum log_level level, const char *event, ...)
{
	struct log_line line;
	const char *key;
	va_list args;

	log_begin(&line, level, event);
	if (line.size > sizeof line.data)
		return;
	va_start(args, event);
	while ((key = va_arg(args, const char *)) != NULL)
		log_str(&line, key, va_arg(args, const char *));
	va_end(args);
	log_end(&line);
}

/* ---- keyed hash of personal values ---- */

#define ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIP_ROUND(v) \
	do { \
		v[0] += v[1]; v[1] = ROTATE(v[1], 13); v[1] ^= v[0]; v[0] = ROTATE(v[0], 32); \
		v[2] += v[3]; v[3] = ROTATE(v[3], 16); v[3] ^= v[2]; \
		v[0] += v[3]; v[3] = ROTATE(v[3], 21); v[3] ^= v[0]; \
		v[2] += v[1]; v[1] = ROTATE(v[1], 17); v[1] ^= v[2]; v[2] = ROTATE(v[2], 32); \
	} while (0)

/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed function of 64 bits. */
static uint64_t
sip_hash(const uint8_t key[16], const void *data, size_t size)
{
	const unsigned char *p = data;
	uint64_t k[2], v[4], m, last = (uint64_t)size << 56;

	memcpy(k, key, 16);
	v[0] = k[0] ^ 0x736f6d6570736575u;
	v[1] = k[1] ^ 0x646f72616e646f6du;
	v[2] = k[0] ^ 0x6c7967656e657261u;
	v[3] = k[1] ^ 0x7465646279746573u;
	for (; size >= 8; p += 8, size -= 8) {
		memcpy(&m, p, 8);
		v[3] ^= m;
		SIP_ROUND(v);
		SIP_ROUND(v);
		v[0] ^= m;
	}
	for (size_t i = 0; i < size; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v[3] ^= last;
	SIP_ROUND(v);
	SIP_ROUND(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (unsigned i = 0; i < 4; i++)
		SIP_ROUND(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/*
 * The day's key comes from a random key that the master keeps in memory only:
 * nobody can undo the hashes of a day once the host was started again, and
 * lines of two days cannot be joined.
 */
const char *
log_pii(const char *value)
{
	static char text[4][20];
	static unsigned turn;
	static int64_t day = -1;
	static uint8_t day_key[16];
	int64_t today = (int64_t)time(NULL) / 86400;
	char *place = text[turn++ % 4];

	if (!value)
		return "";
	if (today != day) {
		uint64_t halves[2];
		int64_t seeds[2] = { today * 2, today * 2 + 1 };

		for (unsigned i = 0; i < 2; i++)
			halves[i] = sip_hash(scoreboard_head()->log_key, &seeds[i], sizeof seeds[i]);
		memcpy(day_key, halves, sizeof day_key);
		day = today;
	}
	(void)snprintf(place, sizeof text[0], "h:%016llx",
	    (unsigned long long)sip_hash(day_key, value, strlen(value)));
	return place;
}
