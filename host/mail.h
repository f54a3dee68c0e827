/*
 * mail.h: the Email entity as a queue, the host's side. Modules see mail_view()
 * and mail_queue() (handler.h).
 *
 * A row holds address and data sealed with the person's key; the text is made
 * when the mail is sent, from two templates:
 *
 *   mail/<name>.txt.cs   its first line is "Subject: <text>", then an empty line
 *   mail/<name>.cs       the HTML part
 *
 * Both see the data as view.…, and page.lang, page.url (base address of the
 * site, no slash at the end) and page.title (the subject; HTML part only).
 * Templates escape for HTML always; in the text part the escapes are undone.
 *
 * QUEUED -> SENDING -> SENT. A 4xx reply or no connection: QUEUED again, for
 * 24 h, then FAILED. A 5xx reply to the recipient: BOUNCED, and the address is
 * suppressed; later mails to it are SUPPRESSED. Each attempt leaves a row in
 * host.email_delivery. A worker that dies while SENDING sends again with the
 * same Message-ID. Without conf->smtp_url a mail becomes a file in mail_dir.
 */
#ifndef HOST_MAIL_H
#define HOST_MAIL_H

#include "arena.h"
#include "handler.h"

/* ---- the message (mail_message.c): pure, a fuzz target ------------------- */

struct mail_message {
	const char *from;        /* "Name <address>" or an address */
	const char *to;          /* normalised address */
	const char *subject, *text, *html; /* UTF-8; html may be NULL */
	const char *id;          /* without angle brackets */
	int64_t date;            /* µs */
};
/* RFC 5322 with CRLF, multipart/alternative, quoted-printable. false and a
 * reason when a header value has a line break or control character. */
bool mail_message_write(struct buffer *, const struct mail_message *, char *reason, size_t size);
/* The address in "Name <address>". */
const char *mail_address_of(struct arena *, const char *from);
/* Undoes &amp; &lt; &gt; &quot; &#39;. */
char *mail_unescape(struct arena *, const char *);

/* ---- sending (mail_send.c) ------------------------------------------------ */

/* Job "mail.send", argument {"id": uuid}. */
enum job_result mail_send_run(struct job *);

enum mail_outcome { MAIL_SENT, MAIL_RETRY, MAIL_BOUNCED, MAIL_REFUSED };
struct mail_delivery {
	enum mail_outcome outcome;
	int code;                /* SMTP reply; 0 = none */
	bool recipient;          /* the reply was about the recipient */
	const char *text;        /* reply or error, addresses cut out */
};
/* mail_smtp.c: hands a message to conf->smtp_url. */
struct mail_delivery mail_smtp(struct arena *, const char *from, const char *to,
    const struct buffer *message);

/* ---- the development mailbox (mail_box.c) ------------------------------------ */

/* Writes <mail_dir>/<time>-<id>.eml; false with a reason. */
bool mailbox_put(struct arena *, const char *id, int64_t date, const struct buffer *message,
    char *reason, size_t size);

struct mailbox_entry {
	const char *name;        /* of the file: the key for mailbox_read() */
	const char *to, *subject, *text, *html, *raw;
	int64_t date;            /* when it was written */
};
/* Newest first, with to and subject only. */
size_t mailbox_list(struct arena *, size_t limit, struct mailbox_entry **);
/* false when there is no such mail. */
bool mailbox_read(struct arena *, const char *name, struct mailbox_entry *);

#endif
