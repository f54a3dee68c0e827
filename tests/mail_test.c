/*
 * Mails: the message, the mailbox of files, the queue, and a real SMTP dialogue
 * with a small server of ours that can be told to refuse. Also files of
 * storage_put().
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "cluster.h"
#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "fault.h"
#include "identity/identity.h"
#include "job.h"
#include "mail.h"
#include "storage.h"
#include "view.h"
#include "scratch.h"

static struct arena *a;
static struct conf settings;
static char dir[256];
static struct db *web, *jobs;
static struct worker w;
static pid_t server;

static void
begin(void)
{
	char reason[256];
	const char *key;

	a = arena_new(64 << 20);
	scratch_name(dir, sizeof dir, "mail_test");
	cr_assert_not_null(mkdtemp(dir));
	settings = *conf;
	settings.mail_dir = arena_printf(a, "%s/mail", dir);
	settings.protected_dir = arena_printf(a, "%s/files", dir);
	settings.mail_from = "Sch\xc3\xb6ne \"Schule\" <learn@school.example>";
	settings.base_url = "https://school.example";
	settings.smtp_url = settings.smtp_user = settings.smtp_ca_file = "";
	settings.hash_memory_kib = 1024;
	settings.hash_passes = 1;
	conf = &settings;
	mkdir(settings.protected_dir, 0700);
	key = arena_printf(a, "%s/key", dir);
	cr_assert(crypto_key_file_create(key, reason, sizeof(reason)));
	cr_assert(crypto_init(key, reason, sizeof(reason)), "%s", reason);
}

static void
remove_tree(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_tree(arena_printf(a, "%s/%s", path, e->d_name));
	if (d)
		closedir(d);
	remove(path);
}

static void
end(void)
{
	remove_tree(dir);
	arena_free(a);
}

static void
begin_queue(void)
{
	char reason[512];

	begin();
	settings.pools[POOL_JOBS].database = cluster_as("db_jobs");
	settings.template_dir = SOURCE_DIR "/templates";
	settings.message_dir = SOURCE_DIR "/messages";
	cr_assert(template_load_all(settings.template_dir, settings.message_dir, reason,
	    sizeof(reason)), "%s", reason);
	web = db_new(cluster_as("db_web"));
	jobs = db_new(cluster_as("db_jobs"));
	w = (struct worker){ .pool = POOL_JOBS, .arena = arena_new(16 << 20), .db = jobs };
}

static void
end_queue(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	db_free(web);
	db_free(jobs);
	cluster_drop();
	end();
}

TestSuite(message, .init = begin, .fini = end);
TestSuite(mail, .init = begin_queue, .fini = end_queue);

/* ---- the message --------------------------------------------------------- */

static struct mail_message
message(void)
{
	return (struct mail_message){ .from = settings.mail_from, .to = "alice@example.org",
		.subject = "Willkommen, Zo\xc3\xab!", .text = "Hallo\n\n.\nFrom here = there \n",
		.html = "<p>Hallo \xe2\x9c\x93</p>", .id = "1@school.example",
		.date = INT64_C(1763766000) * 1000000 };
}

Test(message, has_the_headers_and_both_parts)
{
	struct mail_message m = message();
	struct buffer b;
	char reason[100];
	const char *s;

	buffer_init(&b, a, 4096);
	cr_assert(mail_message_write(&b, &m, reason, sizeof(reason)));
	s = buffer_text(&b);
	cr_assert_not_null(strstr(s, "From: =?UTF-8?Q?Sch=C3=B6ne_=22Schule?= "
	    "<learn@school.example>\r\n"), "%s", s);
	cr_assert_not_null(strstr(s, "To: <alice@example.org>\r\n"));
	cr_assert_not_null(strstr(s, "Subject: =?UTF-8?Q?Willkommen,_Zo=C3=AB!?=\r\n"));
	cr_assert_not_null(strstr(s, "Date: Fri, 21 Nov 2025 23:00:00 +0000\r\n"));
	cr_assert_not_null(strstr(s, "Message-ID: <1@school.example>\r\n"));
	cr_assert_not_null(strstr(s, "multipart/alternative"));
	cr_assert_not_null(strstr(s, "\r\n\r\nHallo\r\n\r\n=2E\r\n=46rom here =3D there=20\r\n"), "%s", s);
	cr_assert_not_null(strstr(s, "<p>Hallo =E2=9C=93</p>"));
	for (const char *p = s; *p; p++) {
		cr_assert(*p != '\n' || (p > s && p[-1] == '\r'), "a bare LF");
		cr_assert((unsigned char)*p < 0x80, "8-bit text");
	}
}

Test(message, keeps_lines_short_and_cuts_no_character)
{
	struct mail_message m = message();
	struct mailbox_entry e;
	char *subject = arena_alloc(a, 2000), *text = arena_alloc(a, 20000), reason[100];
	struct buffer b;

	for (int i = 0; i < 300; i++)
		strcat(subject, i % 7 ? "\xe2\x82\xac" : " x");
	for (int i = 0; i < 1000; i++)
		strcat(text, i % 97 == 0 ? "\n" : i % 5 ? "\xc3\xa9" : "word ");
	m.subject = subject;
	m.text = text;
	buffer_init(&b, a, 4096);
	cr_assert(mail_message_write(&b, &m, reason, sizeof(reason)));
	for (const char *p = buffer_text(&b); *p;) {
		size_t n = strcspn(p, "\r");

		cr_assert_leq(n, 78);
		p += n + 2;
	}
	cr_assert(mailbox_put(a, "0a", m.date, &b, reason, sizeof(reason)), "%s", reason);
	cr_assert(mailbox_read(a, "20251121T230000.000000-0a.eml", &e));
	cr_assert_str_eq(e.subject, subject);
}

Test(message, refuses_header_injection)
{
	struct mail_message m = message();
	struct buffer b;
	char reason[100];

	buffer_init(&b, a, 4096);
	m.subject = "Hello\r\nBcc: everybody@example.org";
	cr_assert_not(mail_message_write(&b, &m, reason, sizeof(reason)));
	m = message();
	m.to = "alice@example.org\nBcc: x@example.org";
	cr_assert_not(mail_message_write(&b, &m, reason, sizeof(reason)));
	m.to = "alice@example.org>,<x@example.org";
	cr_assert_not(mail_message_write(&b, &m, reason, sizeof(reason)));
	m = message();
	m.from = "A\r\nX: y <a@example.org>";
	cr_assert_not(mail_message_write(&b, &m, reason, sizeof(reason)));
	cr_assert_eq(b.size, 0);
}

Test(message, the_mailbox_gives_back_what_was_put_in)
{
	struct mail_message m = message();
	struct mailbox_entry *list, e;
	struct buffer b;
	char reason[200];

	cr_assert_eq(mailbox_list(a, 10, &list), 0);
	for (int i = 0; i < 3; i++) {
		buffer_init(&b, a, 4096);
		m.subject = arena_printf(a, "Mail %d \xc3\xbc", i);
		cr_assert(mail_message_write(&b, &m, reason, sizeof(reason)));
		cr_assert(mailbox_put(a, arena_printf(a, "0%d", i), m.date + i, &b, reason,
		    sizeof(reason)), "%s", reason);
	}
	cr_assert_eq(mailbox_list(a, 2, &list), 2);
	cr_assert_str_eq(list[0].subject, "Mail 2 \xc3\xbc");
	cr_assert_str_eq(list[0].to, "alice@example.org");
	cr_assert(mailbox_read(a, list[0].name, &e));
	cr_assert_str_eq(e.html, "<p>Hallo \xe2\x9c\x93</p>");
	cr_assert_str_eq(e.text, "Hallo\n\n.\nFrom here = there \n");
	cr_assert_not(mailbox_read(a, "../key", &e));
	cr_assert_not(mailbox_read(a, "../../../etc/passwd.eml", &e));
	cr_assert_not(mailbox_read(a, "20200101T000000.000000-00.eml", &e));
}

Test(message, escapes_of_templates_are_undone_in_text)
{
	cr_assert_str_eq(mail_unescape(a, "O&#39;Brien &lt;x&gt; &amp;amp; &quot;&euro;&"),
	    "O'Brien <x> &amp; \"&euro;&");
}

/* ---- storage --------------------------------------------------------------- */

Test(message, files_are_named_by_content_and_put_once)
{
	const char *path = storage_put(a, "avatars", "png", "abc", 3);
	struct stat first, second;
	size_t size;

	cr_assert_str_eq(path, "avatars/ba/"
	    "7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.png");
	cr_assert_eq(stat(arena_printf(a, "%s/%s", settings.protected_dir, path), &first), 0);
	cr_assert_str_eq(storage_put(a, "avatars", "png", "abc", 3), path);
	stat(arena_printf(a, "%s/%s", settings.protected_dir, path), &second);
	cr_assert_eq(first.st_ino, second.st_ino);
	cr_assert_eq(first.st_mode & 07777, 0640);
	cr_assert_str_eq((const char *)storage_get(a, path, &size), "abc");
	cr_assert_eq(size, 3);
	/* A torn file of an earlier crash is replaced. */
	cr_assert_eq(truncate(arena_printf(a, "%s/%s", settings.protected_dir, path), 1), 0);
	storage_put(a, "avatars", "png", "abc", 3);
	cr_assert_str_eq((const char *)storage_get(a, path, NULL), "abc");
	cr_assert_null(storage_get(a, "avatars/ba/../../../key", NULL));
	cr_assert_null(storage_get(a, "../key", NULL));
	cr_assert_null(storage_get(a, "avatars/ba", NULL));
}

Test(message, storage_refuses_odd_names_and_sweeps_old_temporary_files)
{
	const char *old = arena_printf(a, "%s/x/ab/.tmp-old", settings.protected_dir);
	const char *young = arena_printf(a, "%s/x/ab/.tmp-young", settings.protected_dir);
	const struct timespec times[2] = { { .tv_sec = 1000000 }, { .tv_sec = 1000000 } };
	static const char *const bad[][2] = { { "../x", "png" }, { "x/y", "png" }, { "x", "p/g" },
		{ "x", "" }, { "", "png" }, { "x", "..", } };

	for (volatile size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fault_frame f;

		if (FAULT_CATCH(&f))
			continue;
		storage_put(a, bad[i][0], bad[i][1], "abc", 3);
		fault_leave(&f);
		cr_assert_fail("%s %s", bad[i][0], bad[i][1]);
	}
	mkdir(arena_printf(a, "%s/x", settings.protected_dir), 0700);
	mkdir(arena_printf(a, "%s/x/ab", settings.protected_dir), 0700);
	close(open(old, O_CREAT | O_WRONLY, 0600));
	close(open(young, O_CREAT | O_WRONLY, 0600));
	utimensat(AT_FDCWD, old, times, 0);
	storage_sweep();
	cr_assert_neq(access(old, F_OK), 0);
	cr_assert_eq(access(young, F_OK), 0);
}

/* ---- the queue ----------------------------------------------------------------- */

static const char *
person(void)
{
	const struct identity_new new = { .email = "alice@example.org", .name = "Alice <O'Brien>",
		.role = "STUDENT" };
	const char *id;

	db_begin(web, a, true, NULL);
	id = identity_create(web, a, &new);
	db_commit(web);
	return id;
}

static void
queue(const char *address, const char *person_id)
{
	struct view *data;

	db_begin(web, a, true, NULL);
	data = mail_view(a);
	view_str(data, "name", "Alice <O'Brien>");
	view_str(data, "path", "/verify?token=Abc-123_");
	view_str(data, "network", "192.0.2.0/24");
	mail_queue(web, address, person_id, "en-ZA", "verify", data);
	db_commit(web);
}

static const char *
status(void)
{
	return cluster_sql("select string_agg(status || ' ' || attempts || coalesce(' ' || smtp_code,"
	    " ''), ', ' order by created_at, id) from host.email");
}

Test(mail, goes_from_the_queue_into_the_mailbox_and_reads_well)
{
	struct mailbox_entry *list, e;

	queue("Alice@Example.org", person());
	cr_assert_str_eq(cluster_sql("select count(*) from host.email where position('lice'::bytea in"
	    " data_ct) + position('lice'::bytea in address_ct) > 0"), "0");
	job_run_due(&w);
	cr_assert_str_eq(status(), "SENT 1");
	cr_assert_eq(mailbox_list(a, 10, &list), 1);
	cr_assert_str_eq(list[0].to, "alice@example.org");
	cr_assert(mailbox_read(a, list[0].name, &e));
	cr_assert_not_null(strstr(e.text, "Alice <O'Brien>"), "%s", e.text);
	cr_assert_not_null(strstr(e.text, "https://school.example/verify?token=Abc-123_"));
	cr_assert_null(strstr(e.text, "Subject:"));
	cr_assert_not_null(strstr(e.html, "Alice &lt;O&#39;Brien&gt;"), "%s", e.html);
	cr_assert_str_eq(cluster_sql("select result || ' ' || attempt from host.email_delivery"),
	    "SENT 1");
	cr_assert_str_eq(cluster_sql("select message_id = id || '@school.example' from host.email"), "t");
}

Test(mail, a_rolled_back_request_sends_nothing)
{
	db_begin(web, a, true, NULL);
	mail_queue(web, "x@example.org", NULL, "en-ZA", "verify", mail_view(a));
	db_flush(web);
	db_rollback(web);
	job_run_due(&w);
	cr_assert_str_eq(cluster_sql("select count(*) from host.email"), "0");
}

Test(mail, of_an_erased_person_is_never_sent)
{
	const char *id = person();

	queue("alice@example.org", id);
	cluster_sql(arena_printf(a, "delete from identity.data_key where person_id = '%s'", id));
	job_run_due(&w);
	cr_assert_str_eq(status(), "FAILED 1");
}

Test(mail, a_missing_template_fails_and_an_admin_can_send_again)
{
	db_begin(web, a, true, NULL);
	mail_queue(web, "x@example.org", NULL, "en-ZA", "no-such-mail", mail_view(a));
	db_commit(web);
	job_run_due(&w);
	cr_assert_str_eq(status(), "FAILED 1");
	cr_assert_eq(strncmp(cluster_try("db_web", "select host.email_again(id) from (values ("
	    "'00000000-0000-7000-8000-000000000000'::uuid)) v (id)"), "U0403", 5), 0);
	cluster_sql("update host.email set template = 'verify'; select set_config('app.role', 'ADMIN',"
	    " false), host.email_again(id) from host.email; select set_config('app.role', '', false)");
	job_run_due(&w);
	cr_assert_str_eq(status(), "SENT 2");
}

/* ---- SMTP ------------------------------------------------------------------------- */

/* Answers `reply` to RCPT of addresses that begin with "refused"; writes what
 * it was given to `path`. */
static void
smtp_serve(int listener, const char *reply, const char *path)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		FILE *io = fdopen(fd, "r+");
		bool data = false;
		char line[2000];

		setvbuf(io, NULL, _IONBF, 0);
		fputs("220 test ESMTP\r\n", io);
		while (fgets(line, sizeof(line), io)) {
			if (data) {
				FILE *out = fopen(path, "a");

				fputs(line, out);
				fclose(out);
				if (strcmp(line, ".\r\n") == 0) {
					data = false;
					fputs("250 kept\r\n", io);
				}
			} else if (strncmp(line, "RCPT TO:<refused", 16) == 0)
				fprintf(io, "%s <refused@example.org>\r\n", reply);
			else if (strncmp(line, "DATA", 4) == 0) {
				data = true;
				fputs("354 go on\r\n", io);
			} else if (strncmp(line, "QUIT", 4) == 0) {
				fputs("221 bye\r\n", io);
				break;
			} else
				fputs("250 ok\r\n", io);
		}
		fclose(io);
	}
}

static const char *
smtp_start(const char *reply)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(in);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	const char *path = arena_printf(a, "%s/received", dir);

	cr_assert_eq(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
	listen(listener, 5);
	getsockname(listener, (struct sockaddr *)&in, &size);
	server = fork();
	if (server == 0)
		smtp_serve(listener, reply, path);
	close(listener);
	settings.smtp_url = arena_printf(a, "smtp://127.0.0.1:%d", ntohs(in.sin_port));
	return path;
}

Test(mail, is_handed_to_the_server_whole)
{
	const char *path = smtp_start("250 ok");
	char text[20000];
	size_t n;
	FILE *in;

	queue("alice@example.org", NULL);
	job_run_due(&w);
	cr_assert_str_eq(status(), "SENT 1 250");
	in = fopen(path, "r");
	cr_assert_not_null(in);
	n = fread(text, 1, sizeof(text) - 1, in);
	text[n] = '\0';
	fclose(in);
	cr_assert_not_null(strstr(text, "To: <alice@example.org>\r\n"));
	cr_assert_not_null(strstr(text, "verify?token=3DAbc-123_"));
	cr_assert_not_null(strstr(text, "--\r\n"));
}

Test(mail, bounces_on_5xx_and_suppresses_the_address)
{
	smtp_start("550 5.1.1 no such mailbox");
	queue("refused@example.org", NULL);
	job_run_due(&w);
	cr_assert_str_eq(status(), "BOUNCED 1 550");
	cr_assert_str_eq(cluster_sql("select smtp_text from host.email"),
	    "550 5.1.1 no such mailbox \xe2\x80\xa6", "the address is cut out");
	queue("Refused@example.org", NULL);
	queue("alice@example.org", NULL);
	job_run_due(&w);
	cr_assert_str_eq(status(), "BOUNCED 1 550, SUPPRESSED 1, SENT 1 250");
}

Test(mail, tries_again_on_4xx_for_a_day)
{
	smtp_start("451 4.7.1 greylisted");
	queue("refused@example.org", NULL);
	job_run_due(&w);
	cr_assert_str_eq(status(), "QUEUED 1 451");
	cr_assert_str_eq(cluster_sql("select run_at > now() + interval '50 seconds' from host.job where"
	    " type = 'mail.send' and state = 'READY'"), "t");
	cluster_sql("update host.job set run_at = now()");
	job_run_due(&w);
	cr_assert_str_eq(status(), "QUEUED 2 451");
	cluster_sql("update host.email set created_at = now() - interval '25 hours';"
	    " update host.job set run_at = now()");
	job_run_due(&w);
	cr_assert_str_eq(status(), "FAILED 3 451");
	cr_assert_str_eq(cluster_sql("select string_agg(result, ' ' order by at) from"
	    " host.email_delivery"), "RETRY RETRY FAILED");
}

Test(mail, waits_for_a_server_that_is_away)
{
	settings.smtp_url = "smtp://127.0.0.1:1";
	queue("alice@example.org", NULL);
	job_run_due(&w);
	cr_assert_str_eq(status(), "QUEUED 1");
	cr_assert_str_eq(cluster_sql("select count(*) from host.email_suppression"), "0");
}
