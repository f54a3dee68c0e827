/*
 * load: HTTP/1.1 load on a loopback address, one thread, epoll.
 *
 *	load [options] ADDRESS:PORT PATH...
 *	  -c N     clients (16), each with a kept connection and, with -s, its own
 *	           127.x.y.z source address, so that limits per address stay on
 *	  -d S     seconds (3)
 *	  -r R     open loop: R requests a second in all, due at fixed times, latency
 *	           counted from when each was due; 0 = closed loop
 *	  -m M     method; -b BODY; -H "Name: value" (repeated); -C FILE: one Cookie
 *	           value per line, client i sends line i modulo the lines
 *	  -s       distinct source addresses
 *	  -g S     open loop: answers may come that long after the end (3); only those
 *	           before the end count as in_time
 *	  -x       a new connection for each request
 *
 * Paths are taken in turn. One line of tab separated key=value pairs at the end:
 * replies, per second, latencies in µs, replies per client, statuses, failures
 * (an incomplete or no answer), bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 10000
#define HEADERS_MAX 16
#define HEAD_ROOM 16384

enum reply_state { REPLY_HEAD, REPLY_BODY, REPLY_CHUNKS };

struct client {
	int fd;
	bool busy, connecting, close_after;
	int64_t due_us;        /* when the running request should have started */
	const char *out;       /* rest of the request */
	size_t out_size;
	char head[HEAD_ROOM];
	size_t head_size;
	enum reply_state state;
	int64_t body_left;     /* of the body, or of the chunk */
	char line[32];         /* of a chunk's size */
	size_t line_size;
	bool last_chunk;
	int status;
	uint64_t replies;
	unsigned backlog;      /* open loop: due, not yet sent */
	int64_t backlog_due[64];
	unsigned next;         /* path */
};

static struct client *clients;
static unsigned client_count = 16, path_count, cookie_count, header_count;
static char **paths, **cookies;
static const char *headers[HEADERS_MAX], *method = "GET", *body = "";
static struct sockaddr_in target;
static bool spread, fresh;
static int poll_fd;
static int64_t stop_us, grace_us = 3000000;
static uint32_t *samples;
static size_t sample_count, sample_room;
static uint64_t by_status[600], failures, bytes, late, in_time;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void
sample_add(int64_t us)
{
	if (sample_count == sample_room) {
		sample_room = sample_room == 0 ? 65536 : sample_room * 2;
		samples = realloc(samples, sample_room * sizeof(*samples));
		if (samples == NULL)
			die("memory");
	}
	samples[sample_count++] = us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static char *
request_text(unsigned client, unsigned path)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "%s %s HTTP/1.1\r\nHost: %s:%u\r\n", method, paths[path],
	    inet_ntoa(target.sin_addr), ntohs(target.sin_port));
	for (unsigned i = 0; i < header_count; i++)
		fprintf(f, "%s\r\n", headers[i]);
	if (cookie_count > 0)
		fprintf(f, "Cookie: %s\r\n", cookies[client % cookie_count]);
	if (*body != '\0')
		fprintf(f, "Content-Length: %zu\r\n", strlen(body));
	if (fresh)
		fprintf(f, "Connection: close\r\n");
	fprintf(f, "\r\n%s", body);
	fclose(f);
	return text;
}

/* Requests by (cookie, path): built once. */
static const char *
request_of(unsigned client, unsigned path)
{
	static char **cache;
	unsigned kinds = cookie_count > 0 ? cookie_count : 1;
	size_t at = (size_t)(client % kinds) * path_count + path;

	if (cache == NULL)
		cache = calloc((size_t)kinds * path_count, sizeof(*cache));
	if (cache[at] == NULL)
		cache[at] = request_text(client, path);
	return cache[at];
}

static void
client_events(struct client *c, uint32_t events, int operation)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	if (epoll_ctl(poll_fd, operation, c->fd, &e) != 0)
		die("epoll_ctl");
}

static void
client_connect(struct client *c)
{
	unsigned i = (unsigned)(c - clients);
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (spread) {
		struct sockaddr_in from = { .sin_family = AF_INET };

		setsockopt(c->fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
		from.sin_addr.s_addr = htonl(0x7f000000u | (10 + i / 62500) << 16 | (i / 250 % 250 + 1) << 8 |
		    (i % 250 + 1));
		if (bind(c->fd, (struct sockaddr *)&from, sizeof(from)) != 0)
			die("bind");
	}
	if (connect(c->fd, (struct sockaddr *)&target, sizeof(target)) != 0 && errno != EINPROGRESS)
		die("connect");
	c->connecting = true;
	client_events(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

static void
client_write(struct client *c)
{
	while (c->out_size > 0) {
		ssize_t n = send(c->fd, c->out, c->out_size, MSG_NOSIGNAL);

		if (n < 0)
			return;
		c->out += n;
		c->out_size -= (size_t)n;
	}
}

static void
client_start(struct client *c, int64_t due)
{
	unsigned i = (unsigned)(c - clients);

	c->out = request_of(i, (c->next++ + i) % path_count);
	c->out_size = strlen(c->out);
	c->due_us = due;
	c->busy = true;
	c->head_size = 0;
	c->state = REPLY_HEAD;
	if (c->fd < 0)
		client_connect(c);
	else
		client_write(c);
}

static void
client_drop(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
client_next(struct client *c)
{
	if (c->backlog == 0)
		return;
	int64_t due = c->backlog_due[0];
	c->backlog--;
	memmove(c->backlog_due, c->backlog_due + 1, c->backlog * sizeof(due));
	client_start(c, due);
}

static void
reply_done(struct client *c, bool open_loop)
{
	int64_t now = now_us();

	c->busy = false;
	c->replies++;
	by_status[c->status < 600 ? c->status : 0]++;
	in_time += c->status >= 200 && c->status < 300 && now <= stop_us;
	sample_add(now - c->due_us);
	if (c->close_after || fresh)
		client_drop(c);
	if (now >= stop_us)
		return;
	if (open_loop)
		client_next(c);
	else
		client_start(c, now);
}

static void
reply_failed(struct client *c, bool open_loop)
{
	bool was_busy = c->busy;

	client_drop(c);
	c->busy = false;
	if (!was_busy)
		return;
	failures++;
	if (now_us() >= stop_us)
		return;
	if (open_loop)
		client_next(c);
	else
		client_start(c, now_us());
}

/* Consumes head bytes; returns how many, or -1 when the head is bad. */
static ssize_t
head_take(struct client *c, const char *data, size_t size)
{
	size_t before = c->head_size, take = size;
	char *end, *field;

	if (take > HEAD_ROOM - 1 - before)
		take = HEAD_ROOM - 1 - before;
	memcpy(c->head + before, data, take);
	c->head[before + take] = '\0';
	c->head_size += take;
	end = strstr(c->head, "\r\n\r\n");
	if (end == NULL)
		return c->head_size == HEAD_ROOM - 1 ? -1 : (ssize_t)take;
	take = (size_t)(end + 4 - c->head) - before;
	end[2] = '\0';
	if (strncmp(c->head, "HTTP/1.", 7) != 0)
		return -1;
	c->status = (int)strtol(c->head + 9, NULL, 10);
	c->close_after = strcasestr(c->head, "\r\nconnection: close") != NULL ||
	    strncmp(c->head, "HTTP/1.0", 8) == 0;
	c->line_size = 0;
	c->last_chunk = false;
	field = strcasestr(c->head, "\r\ncontent-length:");
	if (strcasestr(c->head, "\r\ntransfer-encoding: chunked") != NULL) {
		c->state = REPLY_CHUNKS;
		c->body_left = 0;
	} else {
		c->state = REPLY_BODY;
		c->body_left = field != NULL ? strtoll(field + 17, NULL, 10) : 0;
		if (field == NULL && c->status != 304 && c->status != 204)
			return -1;
	}
	return (ssize_t)take;
}

/* Chunked body: true when its end was seen. body_left counts data and CRLF. */
static bool
chunks_take(struct client *c, const char *data, size_t size)
{
	for (size_t i = 0; i < size;) {
		if (c->body_left > 0) {
			size_t n = (size_t)c->body_left < size - i ? (size_t)c->body_left : size - i;

			c->body_left -= (int64_t)n;
			i += n;
			if (c->body_left == 0 && c->last_chunk)
				return true;
			continue;
		}
		if (c->line_size < sizeof(c->line) - 1)
			c->line[c->line_size++] = data[i];
		if (data[i++] != '\n')
			continue;
		c->line[c->line_size] = '\0';
		c->line_size = 0;
		c->body_left = strtoll(c->line, NULL, 16) + 2;
		c->last_chunk = c->body_left == 2;
	}
	return false;
}

static void
client_read(struct client *c, bool open_loop)
{
	char data[65536];

	for (;;) {
		ssize_t n = recv(c->fd, data, sizeof(data), 0);
		size_t at = 0;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || !c->busy) {
			reply_failed(c, open_loop);
			return;
		}
		bytes += (uint64_t)n;
		if (c->state == REPLY_HEAD) {
			ssize_t taken = head_take(c, data, (size_t)n);

			if (taken < 0) {
				reply_failed(c, open_loop);
				return;
			}
			at = (size_t)taken;
			if (c->state == REPLY_HEAD)
				continue;
		}
		if (c->state == REPLY_CHUNKS ? chunks_take(c, data + at, (size_t)n - at)
		    : (c->body_left -= n - (ssize_t)at) <= 0) {
			reply_done(c, open_loop);
			return;
		}
	}
}

static void
client_event(struct client *c, uint32_t events, bool open_loop)
{
	if (c->fd < 0)
		return;
	if (c->connecting && (events & (EPOLLOUT | EPOLLERR))) {
		int error = 0;
		socklen_t size = sizeof(error);

		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error != 0) {
			reply_failed(c, open_loop);
			return;
		}
		c->connecting = false;
		client_events(c, EPOLLIN, EPOLL_CTL_MOD);
		client_write(c);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		client_read(c, open_loop);
}

static void
run(double rate, int64_t start)
{
	bool open_loop = rate > 0;
	uint64_t sent = 0;

	for (unsigned i = 0; i < client_count && !open_loop; i++)
		client_start(&clients[i], now_us());
	for (;;) {
		struct epoll_event events[256];
		int64_t now = now_us(), grace = open_loop ? grace_us : 1500000;
		bool busy = false;
		int n;

		while (open_loop && now < stop_us && start + (int64_t)((double)sent * 1e6 / rate) <= now) {
			struct client *c = &clients[sent % client_count];
			int64_t due = start + (int64_t)((double)sent * 1e6 / rate);

			sent++;
			if (!c->busy)
				client_start(c, due);
			else if (c->backlog < 64)
				c->backlog_due[c->backlog++] = due;
			else
				late++;
		}
		if (now >= stop_us) {
			for (unsigned i = 0; i < client_count && !busy; i++)
				busy = clients[i].busy;
			if (!busy || now > stop_us + grace)
				break;
		}
		n = epoll_wait(poll_fd, events, 256, open_loop ? 1 : 50);
		for (int i = 0; i < n; i++)
			client_event(events[i].data.ptr, events[i].events, open_loop);
	}
	for (unsigned i = 0; i < client_count; i++)
		failures += clients[i].busy;
}

static int
compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
report(double seconds)
{
	uint64_t *each = calloc(client_count, sizeof(*each));

	qsort(samples, sample_count, sizeof(*samples), compare_u32);
	for (unsigned i = 0; i < client_count; i++)
		each[i] = clients[i].replies;
	qsort(each, client_count, sizeof(*each), compare_u64);
#define QUANTILE(q) (sample_count == 0 ? 0 : samples[(size_t)((double)(sample_count - 1) * (q))])
	printf("replies=%zu\tper_second=%.1f\tp50=%u\tp90=%u\tp99=%u\tp999=%u\tmax=%u\t"
	    "client_min=%llu\tclient_median=%llu\tclient_max=%llu\tfailed=%llu\tlate=%llu\tbytes=%llu",
	    sample_count, (double)sample_count / seconds, QUANTILE(0.5), QUANTILE(0.9), QUANTILE(0.99),
	    QUANTILE(0.999), QUANTILE(1.0), (unsigned long long)each[0],
	    (unsigned long long)each[client_count / 2], (unsigned long long)each[client_count - 1],
	    (unsigned long long)failures, (unsigned long long)late, (unsigned long long)bytes);
	for (int s = 0; s < 600; s++)
		if (by_status[s] > 0)
			printf("\ts%d=%llu", s, (unsigned long long)by_status[s]);
	printf("\tin_time=%llu\n", (unsigned long long)in_time);
	free(each);
}

static void
cookies_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[4096];

	if (f == NULL)
		die(path);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		cookies = realloc(cookies, (cookie_count + 1) * sizeof(*cookies));
		cookies[cookie_count++] = strdup(line);
	}
	fclose(f);
}

static void
target_parse(char *text)
{
	char *colon = strrchr(text, ':');

	target.sin_family = AF_INET;
	if (colon == NULL)
		errno = EINVAL, die("ADDRESS:PORT");
	*colon = '\0';
	target.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, text, &target.sin_addr) != 1 ||
	    ntohl(target.sin_addr.s_addr) >> 24 != 127) {
		fprintf(stderr, "load: only loopback addresses are allowed\n");
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files = { 20000, 20000 };
	double seconds = 3, rate = 0;
	int64_t start;
	int option;

	while ((option = getopt(argc, argv, "c:d:r:m:b:H:C:g:sx")) != -1)
		switch (option) {
		case 'c': client_count = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'd': seconds = strtod(optarg, NULL); break;
		case 'r': rate = strtod(optarg, NULL); break;
		case 'm': method = optarg; break;
		case 'b': body = optarg; break;
		case 'H': if (header_count < HEADERS_MAX) headers[header_count++] = optarg; break;
		case 'C': cookies_read(optarg); break;
		case 's': spread = true; break;
		case 'x': fresh = true; break;
		case 'g': grace_us = (int64_t)(strtod(optarg, NULL) * 1e6); break;
		default: return 2;
		}
	if (argc - optind < 2 || client_count == 0 || client_count > CLIENTS_MAX || seconds > 600) {
		fprintf(stderr, "usage: load [-c N] [-d S] [-r R] [-m M] [-b BODY] [-H H] [-C FILE] [-s] [-x]"
		    " ADDRESS:PORT PATH...\n");
		return 2;
	}
	target_parse(argv[optind]);
	paths = argv + optind + 1;
	path_count = (unsigned)(argc - optind - 1);
	setrlimit(RLIMIT_NOFILE, &files);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	clients = calloc(client_count, sizeof(*clients));
	if (poll_fd < 0 || clients == NULL)
		die("start");
	for (unsigned i = 0; i < client_count; i++)
		clients[i].fd = -1;
	start = now_us();
	stop_us = start + (int64_t)(seconds * 1e6);
	run(rate, start);
	report(seconds);
	return failures > 0 ? 1 : 0;
}
