/* fcgi.c: FastCGI through libfcgi, and our own writer; see fcgi.h, host.md section 7. */
#include "fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Record types and sizes: FastCGI specification 1.0, section 8. */
enum { BEGIN_REQUEST = 1, ABORT_REQUEST = 2, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };
#define HEADER 8u
#define RESPONDER 1
/* Largest content of a record that needs no padding. */
#define CONTENT_MAX 65528u
#define IO_TIMEOUT_S 10
#define OPEN_TIMEOUT_MS 1000
#define LINGER_MS 2000
/* What libfcgi asks the socket for at once; what is longer comes in pieces. */
#define LIBRARY_READ 8192u
#define LINGER_BYTES (64u << 20)

static FCGX_Request request;
static unsigned char peeked[FCGI_PARAMS_SIZE + 4096];
/* Signals are blocked while libfcgi reads the body, and open in module code. */
static sigset_t all_signals;
/* Bytes of the body that were announced and not read yet. */
static int64_t body_left;
static bool body_expected;
/* The socket has its timeouts: what never waits needs none (a page without a
 * body, an answer that fits the socket), and two system calls are saved. */
static bool timed;
/* All of the request had arrived when it was looked at. */
static bool arrived;

bool
fcgi_init(void)
{
	sigfillset(&all_signals);
	sigdelset(&all_signals, SIGABRT);
	sigdelset(&all_signals, SIGSEGV);
	sigdelset(&all_signals, SIGBUS);
	sigdelset(&all_signals, SIGFPE);
	sigdelset(&all_signals, SIGILL);
	sigdelset(&all_signals, SIGSYS);
	/* No listening socket: after a bad request its accept loop must fail at
	 * once instead of taking the next connection (L5). */
	return FCGX_Init() == 0 && FCGX_InitRequest(&request, -1, FCGI_FAIL_ACCEPT_ON_INTR) == 0;
}

enum fcgi_peer
fcgi_peer_check(int fd, uid_t web_uid)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return FCGI_PEER_STRANGER;
	return peer.uid == web_uid || peer.uid == geteuid() || peer.uid == 0 ? FCGI_PEER_GOOD :
									     FCGI_PEER_STRANGER;
}

/* ---- the check before libfcgi sees a byte ---- */

struct check {
	unsigned id;
	size_t params_size, need; /* need: bytes of the current name and value still missing */
	unsigned params_count;
	bool params_done, ended; /* ended: the empty STDIN record was there */
	unsigned char lengths[8];
	unsigned have;            /* bytes of the length fields collected */
};

static unsigned
length_bytes(unsigned char first)
{
	return first & 0x80 ? 4 : 1;
}

static size_t
length_value(const unsigned char *p)
{
	return p[0] & 0x80 ? ((size_t)(p[0] & 0x7f) << 24) | ((size_t)p[1] << 16) |
		    ((size_t)p[2] << 8) | p[3] :
			     p[0];
}

/* The name-value pairs of one PARAMS record; pairs may span records. */
static bool
params_check(struct check *c, const unsigned char *p, size_t size)
{
	c->params_size += size;
	if (c->params_size > FCGI_PARAMS_SIZE)
		return false;
	while (size) {
		unsigned first, whole;

		if (c->need) {
			size_t step = c->need < size ? c->need : size;

			c->need -= step;
			p += step;
			size -= step;
			continue;
		}
		c->lengths[c->have++] = *p++;
		size--;
		first = length_bytes(c->lengths[0]);
		if (c->have <= first)
			continue;
		whole = first + length_bytes(c->lengths[first]);
		if (c->have < whole)
			continue;
		c->need = length_value(c->lengths) + length_value(c->lengths + first);
		c->have = 0;
		if (++c->params_count > FCGI_PARAMS_MAX || c->need > FCGI_PARAMS_SIZE)
			return false;
	}
	return true;
}

/* One record of which the content may not have arrived wholly. */
static bool
record_check(struct check *c, const unsigned char *head, const unsigned char *content, size_t have)
{
	unsigned type = head[1], id = (unsigned)head[2] << 8 | head[3];
	size_t length = (size_t)head[4] << 8 | head[5];

	if (head[0] != 1 || id == 0)
		return false;
	if (!c->id) {
		if (type != BEGIN_REQUEST || length != 8)
			return false;
		if (have >= 2 && ((unsigned)content[0] << 8 | content[1]) != RESPONDER)
			return false;
		c->id = id;
		return true;
	}
	if (id != c->id)
		return false;
	if (type == PARAMS && !c->params_done) {
		if (length == 0) {
			c->params_done = true;
			return !c->need && !c->have;
		}
		return have < length || params_check(c, content, length);
	}
	c->ended |= type == STDIN && length == 0;
	return (type == STDIN && c->params_done) || (type == ABORT_REQUEST && length == 0);
}

static int
records_check(struct check *c, const unsigned char *data, size_t size)
{
	while (size >= HEADER) {
		size_t length = ((size_t)data[4] << 8 | data[5]) + data[6];
		size_t have = size - HEADER < length ? size - HEADER : length;

		if (!record_check(c, data, data + HEADER, have))
			return -1;
		if (have < length)
			break;
		data += HEADER + length;
		size -= HEADER + length;
	}
	if (size && size < HEADER && (data[0] != 1 || (size > 1 && !c->id && data[1] != BEGIN_REQUEST)))
		return -1;
	return c->params_done ? 1 : 0;
}

int
fcgi_check(const unsigned char *data, size_t size)
{
	struct check c = { 0 };

	return records_check(&c, data, size);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * nginx sends the parameters in one piece as soon as it is connected. Who says
 * nothing, or half of it, for a second holds a worker for no reason.
 */
static bool
stream_check(int fd)
{
	int64_t deadline = now_ms() + OPEN_TIMEOUT_MS, left;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t before = 0;

	while ((left = deadline - now_ms()) > 0) {
		ssize_t n = recv(fd, peeked, sizeof peeked, MSG_PEEK | MSG_DONTWAIT);
		struct check c = { 0 };
		int verdict;

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (poll(&wait, 1, (int)left) <= 0)
				return false;
			continue;
		}
		if (n <= 0)
			return false;
		verdict = records_check(&c, peeked, (size_t)n);
		arrived = c.ended && (size_t)n <= LIBRARY_READ;
		if (verdict)
			return verdict > 0;
		if ((size_t)n == sizeof peeked)
			return false;
		/* poll() returns at once for what was seen already: wait for a change. */
		if ((size_t)n == before) {
			struct pollfd hup = { .fd = fd, .events = POLLRDHUP };

			if (poll(&hup, 1, 2) > 0)
				return false;
		}
		before = (size_t)n;
	}
	return false;
}

/* ---- the request ---- */

static long
body_read(struct wire *wire, void *data, size_t size)
{
	sigset_t before;
	int n;

	(void)wire;
	if (size > INT32_MAX)
		size = INT32_MAX;
	(void)sigprocmask(SIG_BLOCK, &all_signals, &before);
	n = FCGX_GetStr(data, (int)size, request.in);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (n < (int)size && FCGX_GetError(request.in))
		return -1;
	body_left -= n;
	return n;
}

static bool
peer_gone(struct wire *wire)
{
	char byte;
	ssize_t n = recv(*(const int *)wire->carrier, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static int64_t
content_length(void)
{
	const char *text = FCGX_GetParam("CONTENT_LENGTH", request.envp);

	return text ? strtoll(text, NULL, 10) : 0;
}

static bool
timeouts_set(int fd)
{
	const struct timeval timeout = { IO_TIMEOUT_S, 0 };

	if (!timed && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout)))
		return false;
	timed = true;
	return true;
}

bool
fcgi_open(int fd, struct wire *wire)
{
	static int current;

	timed = arrived = false;
	/* All parameters are there; only a body may have to be waited for. */
	if (!stream_check(fd) || (!arrived && !timeouts_set(fd)))
		return false;
	request.ipcFd = fd;
	request.keepConnection = 1; /* else the preset descriptor is closed (L5) */
	if (FCGX_Accept_r(&request) != 0) {
		/* libfcgi has closed it; the number may not be closed twice. */
		request.ipcFd = -1;
		return false;
	}
	current = fd;
	body_left = content_length();
	body_expected = body_left > 0;
	wire->env = (const char *const *)request.envp;
	wire->read = body_read;
	wire->gone = peer_gone;
	wire->carrier = &current;
	return true;
}

/* ---- the answer ---- */

struct piece {
	const char *data;
	size_t size;
};

#define BATCH 16 /* records per writev */

struct writer {
	int fd;
	unsigned char heads[BATCH][HEADER];
	struct iovec iov[BATCH * 6 + 2];
	int n, records;
};

static const unsigned char zeros[HEADER];

static void
head_fill(unsigned char *head, unsigned type, size_t length, size_t padding)
{
	head[0] = 1;
	head[1] = (unsigned char)type;
	head[2] = (unsigned char)(request.requestId >> 8);
	head[3] = (unsigned char)request.requestId;
	head[4] = (unsigned char)(length >> 8);
	head[5] = (unsigned char)length;
	head[6] = (unsigned char)padding;
	head[7] = 0;
}

static void
iov_add(struct writer *w, const void *data, size_t size)
{
	if (size)
		w->iov[w->n++] = (struct iovec){ (void *)(uintptr_t)data, size };
}

static bool
flush(struct writer *w)
{
	struct iovec *iov = w->iov;
	int left = w->n;

	while (left) {
		struct msghdr message = { .msg_iov = iov, .msg_iovlen = (size_t)left };
		ssize_t n = sendmsg(w->fd, &message, MSG_NOSIGNAL | (timed ? 0 : MSG_DONTWAIT));

		if (n < 0 && errno == EINTR)
			continue;
		/* nginx takes its time: now it is waited for, but not for ever. */
		if (n < 0 && !timed && (errno == EAGAIN || errno == EWOULDBLOCK) && timeouts_set(w->fd))
			continue;
		if (n <= 0)
			return false;
		while (left && (size_t)n >= iov->iov_len) {
			n -= (ssize_t)iov->iov_len;
			iov++;
			left--;
		}
		if (left) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= (size_t)n;
		}
	}
	w->n = w->records = 0;
	return true;
}

/* The next record's content, cut from the pieces. */
static void
record_add(struct writer *w, struct piece *pieces, size_t count, size_t length)
{
	size_t padding = (HEADER - length % HEADER) % HEADER;
	unsigned char *head = w->heads[w->records++];

	head_fill(head, STDOUT, length, padding);
	iov_add(w, head, HEADER);
	for (size_t i = 0; i < count && length; i++) {
		size_t part = pieces[i].size < length ? pieces[i].size : length;

		iov_add(w, pieces[i].data, part);
		pieces[i].data += part;
		pieces[i].size -= part;
		length -= part;
	}
	iov_add(w, zeros, padding);
}

/* nginx repeats what stands here on the status line. RFC 9110, section 15. */
static const char *
reason_phrase(int status)
{
	static const struct { int status; const char *text; } rows[] = { { 200, "OK" },
		{ 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 303, "See Other" }, { 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 409, "Conflict" },
		{ 410, "Gone" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" }, { 428, "Precondition Required" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" },
		{ 501, "Not Implemented" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Status";
}

bool
fcgi_answer(int fd, const struct wire *wire)
{
	char status[64];
	int n = snprintf(status, sizeof status, "Status: %d %s\r\n", wire->status,
	    reason_phrase(wire->status));
	struct piece pieces[4] = { { status, (size_t)n }, { wire->head.data, wire->head.size },
		{ "\r\n", 2 }, { wire->body, wire->body_size } };
	size_t total = (size_t)n + wire->head.size + 2 + wire->body_size;
	unsigned char end[3 * HEADER] = { 0 };
	struct writer w = { .fd = fd };

	while (total) {
		size_t length = total < CONTENT_MAX ? total : CONTENT_MAX;

		if (w.records == BATCH && !flush(&w))
			return false;
		record_add(&w, pieces, 4, length);
		total -= length;
	}
	head_fill(end, STDOUT, 0, 0);
	head_fill(end + HEADER, END_REQUEST, HEADER, 0);
	iov_add(&w, end, sizeof end);
	return flush(&w);
}

/*
 * A close with bytes of the body unread would reset the connection while nginx
 * still sends, and nginx would answer 502 instead of our reply: the rest is
 * read until nginx, which has the answer, closes. The rest may be the record that
 * ends the body alone: nginx sends it by itself, after a body from a file.
 */
static void
linger(int fd)
{
	static char sink[65536];
	int64_t deadline = now_ms() + LINGER_MS;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t taken = 0;

	(void)shutdown(fd, SHUT_WR);
	while (taken < LINGER_BYTES) {
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
			return;
		n = recv(fd, sink, sizeof sink, MSG_DONTWAIT);
		if (n <= 0)
			return;
		taken += (size_t)n;
	}
}

void
fcgi_close(int fd)
{
	bool unread = false;
	int waiting = 0;

	if (request.in) {
		unread = body_left > 0;
		FCGX_Free(&request, 0);
		request.ipcFd = -1;
	}
	if (unread || (!arrived && body_expected) || (!arrived && ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0))
		linger(fd);
	close(fd);
}
