/*
 * mail_box.c: mails as files when there is no mail server, and the reader of
 * the development mailbox page. Reads only what mail_message.c wrote.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "mail.h"

#define READ_MAX (1u << 20)
#define FILES_MAX 5000

static int
open_box(void)
{
	if (mkdir(conf->mail_dir, 0750) != 0 && errno != EEXIST)
		return -1;
	return open(conf->mail_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool
mailbox_put(struct arena *arena, const char *id, int64_t date, const struct buffer *message,
    char *reason, size_t size)
{
	time_t at = (time_t)(date / 1000000);
	const char *name, *temporary = arena_printf(arena, ".tmp-%s", id);
	int box = open_box(), fd = -1;
	struct tm t;
	bool ok;

	gmtime_r(&at, &t);
	name = arena_printf(arena, "%04d%02d%02dT%02d%02d%02d.%06d-%s.eml", t.tm_year + 1900,
	    t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)(date % 1000000), id);
	if (box >= 0)
		fd = openat(box, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	ok = fd >= 0 && write(fd, message->data, message->size) == (ssize_t)message->size;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && renameat(box, temporary, box, name) == 0;
	if (!ok)
		snprintf(reason, size, "%s: %s", conf->mail_dir, strerror(errno));
	if (box >= 0)
		close(box);
	return ok;
}

/* ---- reading ------------------------------------------------------------------ */

static bool
name_good(const char *name)
{
	size_t n = strlen(name);

	return n > 20 && n < 100 && strcmp(name + n - 4, ".eml") == 0 && name[0] != '.' &&
	    strspn(name, "0123456789abcdefTelm.-") == n;
}

static char *
read_raw(struct arena *arena, int box, const char *name)
{
	int fd = openat(box, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	char *data = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= READ_MAX) {
		data = arena_alloc(arena, (size_t)st.st_size + 1);
		n = read(fd, data, (size_t)st.st_size);
		data[n > 0 ? n : 0] = '\0';
	}
	close(fd);
	return data;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One =XX at s, or -1. */
static int
quoted_byte(const char *s)
{
	int high = hex_value(s[1]), low = high < 0 ? -1 : hex_value(s[2]);

	return low < 0 ? -1 : high * 16 + low;
}

static const char *
unquote(struct arena *arena, const char *s, size_t size, bool header)
{
	char *out = arena_alloc(arena, size + 1), *o = out;

	for (size_t i = 0; i < size; i++) {
		if (s[i] == '=' && s[i + 1] == '\r') {
			i += 2;
		} else if (s[i] == '=' && quoted_byte(s + i) >= 0) {
			*o++ = (char)quoted_byte(s + i);
			i += 2;
		} else if (s[i] != '\r')
			*o++ = header && s[i] == '_' ? ' ' : s[i];
	}
	*o = '\0';
	return out;
}

/* Encoded words of a header value, which may be folded. */
static const char *
decode_header(struct arena *arena, const char *s, size_t size)
{
	static const char open[] = "=?UTF-8?Q?";
	struct buffer b;

	buffer_init(&b, arena, size + 1);
	for (size_t i = 0; i < size;) {
		const char *end;

		if (size - i > sizeof(open) && strncmp(s + i, open, sizeof(open) - 1) == 0 &&
		    (end = memmem(s + i + 10, size - i - 10, "?=", 2)) != NULL) {
			buffer_str(&b, unquote(arena, s + i + 10, (size_t)(end - s - (ssize_t)i) - 10,
			    true));
			i = (size_t)(end - s) + 2;
			/* The fold between two encoded words is no space. */
			if (size - i > 3 && strncmp(s + i, "\r\n =?", 5) == 0)
				i += 3;
		} else
			buffer_char(&b, s[i++]);
	}
	return buffer_text(&b);
}

static const char *
header_value(struct arena *arena, const char *raw, const char *name)
{
	const char *end = strstr(raw, "\r\n\r\n"), *line = raw;
	size_t n = strlen(name);

	while (end && line < end) {
		const char *stop = strstr(line, "\r\n");

		while (stop[2] == ' ')
			stop = strstr(stop + 2, "\r\n");
		if (strncasecmp(line, name, n) == 0 && line[n] == ':')
			return decode_header(arena, line + n + 2, (size_t)(stop - line) - n - 2);
		line = stop + 2;
	}
	return "";
}

static const char *
part(struct arena *arena, const char *raw, const char *type)
{
	const char *head = strstr(raw, arena_printf(arena, "Content-Type: %s", type));
	const char *body = head ? strstr(head, "\r\n\r\n") : NULL, *end;

	if (!body)
		return "";
	body += 4;
	end = strstr(body, "\r\n--=_");
	return unquote(arena, body, end ? (size_t)(end - body) : strlen(body), false);
}

static void
read_head(struct arena *arena, struct mailbox_entry *e)
{
	const char *to = header_value(arena, e->raw, "To");

	e->to = mail_address_of(arena, to);
	e->subject = header_value(arena, e->raw, "Subject");
}

static int64_t
written_at(int box, const char *name)
{
	struct stat st;

	return fstatat(box, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ?
	    (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000 : 0;
}

static int
newest_first(const void *a, const void *b)
{
	return strcmp(((const struct mailbox_entry *)b)->name,
	    ((const struct mailbox_entry *)a)->name);
}

size_t
mailbox_list(struct arena *arena, size_t limit, struct mailbox_entry **out)
{
	struct mailbox_entry *all = arena_alloc(arena, FILES_MAX * sizeof(*all));
	int box = open_box();
	DIR *dir = box < 0 ? NULL : fdopendir(dup(box));
	struct dirent *e;
	size_t n = 0, kept = 0;

	while (dir && n < FILES_MAX && (e = readdir(dir)) != NULL)
		if (name_good(e->d_name))
			all[n++].name = arena_strdup(arena, e->d_name);
	if (dir)
		closedir(dir);
	qsort(all, n, sizeof(*all), newest_first);
	for (size_t i = 0; i < n && kept < limit; i++) {
		struct mailbox_entry m = { .name = all[i].name,
			.raw = read_raw(arena, box, all[i].name) };

		if (!m.raw)
			continue;
		m.date = written_at(box, m.name);
		read_head(arena, &m);
		m.raw = NULL;
		all[kept++] = m;
	}
	if (box >= 0)
		close(box);
	*out = all;
	return kept;
}

bool
mailbox_read(struct arena *arena, const char *name, struct mailbox_entry *e)
{
	int box;

	if (!name_good(name))
		return false;
	box = open_box();
	if (box < 0)
		return false;
	*e = (struct mailbox_entry){ .name = arena_strdup(arena, name),
		.raw = read_raw(arena, box, name), .date = written_at(box, name) };
	close(box);
	if (!e->raw)
		return false;
	read_head(arena, e);
	e->text = part(arena, e->raw, "text/plain");
	e->html = part(arena, e->raw, "text/html");
	return true;
}
