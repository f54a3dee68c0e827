/* Receipts: tax, numbers without a hole, documents that never change. */
#include "scratch.h"
#include "testkit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(receipt, .init = world_begin, .fini = world_end, .timeout = 240);

#define HAS(text, part) cr_expect(strstr((text), (part)), "no \"%s\" in %s", (part), (text))

/* Issues a document for ANN as the settlement does; returns its id. */
static const char *
issue(const char *series, const char *form, int64_t gross, const char *refers)
{
	return value("select receipt.issue('%s', '%s', '%s', null, 'test.case', host.uuid7(), %s, 'ZAR', "
	    "%lld, tax.inside(%lld, 1500), jsonb_build_object('title', 'Tax Invoice', 'currency', 'ZAR', "
	    "'exponent', 2, 'seller', receipt.seller(host.now()), 'from', 'From', 'to', 'For', 'rate', "
	    "'15 %%', 'net', %lld - tax.inside(%lld, 1500), 'tax', tax.inside(%lld, 1500), 'gross', %lld, "
	    "'totalLabel', 'Total paid', 'lines', jsonb_build_array(jsonb_build_object('description', "
	    "'Maths for “everybody”', 'quantity', 1, 'net', 1, 'tax', 1, 'gross', 2))), true)",
	    series, form, person_id(ANN), refers ? refers : "null", (long long)gross, (long long)gross,
	    (long long)gross, (long long)gross, (long long)gross, (long long)gross);
}

Test(receipt, tax_inside_a_price_agrees_with_the_worked_figures)
{
	static const int64_t golden[][2] = { { 11500, 1500 }, { 9999, 1304 }, { 4999, 652 }, { 7, 1 },
		{ 1, 0 }, { 0, 0 } };

	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++)
		cr_expect_eq(atoll(value("select tax.inside(%lld, 1500)", (long long)golden[i][0])),
		    golden[i][1]);
}

Test(receipt, one_rate_is_in_force_at_a_time_and_a_new_one_ends_it)
{
	cr_expect(strstr(cluster_try("postgres", "insert into tax.rate (category, bps, valid, source) values "
	    "('STANDARD', 1600, '[2026-01-01,2027-01-01)', 'x')"), "23P01"));
	cr_expect_str_eq(value("select tax.bps_at('STANDARD', '2017-01-01')"), "1400");
	cr_expect_eq(api_post_as(ANN, "/admin/tax", "{\"category\":\"STANDARD\",\"percent\":\"16\","
	    "\"from\":\"2090-04-01\",\"source\":\"Budget\"}").status, 403);
	cr_expect_eq(api_post_as(ADA, "/admin/tax", "{\"category\":\"STANDARD\",\"percent\":\"16\","
	    "\"from\":\"2090-04-01\",\"source\":\"Budget\"}").status, 201);
	cr_expect_str_eq(value("select tax.bps_at('STANDARD', '2090-03-31 21:59+00')"), "1500");
	cr_expect_str_eq(value("select tax.bps_at('STANDARD', '2090-03-31 22:01+00')"), "1600");
	cr_expect_str_eq(api_post_as(ADA, "/admin/tax", "{\"category\":\"STANDARD\",\"percent\":\"17\","
	    "\"from\":\"2001-04-01\",\"source\":\"Budget\"}").problem, "tax_rate_past");
	cr_expect_str_eq(api_post_as(ADA, "/admin/tax", "{\"category\":\"ZERO\",\"percent\":\"0.05\","
	    "\"from\":\"2091-04-01\",\"source\":\"Budget\"}").problem, "invalid_input");
	HAS(get_as(ADA, "/admin/tax").html, "16.00");
	cr_expect_eq(get_as(EVE, "/admin/tax").status, 403);
}

Test(receipt, what_is_due_follows_the_amount)
{
	cr_expect_str_eq(value("select coalesce(receipt.invoice_form(5000, host.now()), 'none')"), "none");
	cr_expect_str_eq(value("select receipt.invoice_form(5001, host.now())"), "ABRIDGED");
	cr_expect_str_eq(value("select receipt.invoice_form(500000, host.now())"), "ABRIDGED");
	cr_expect_str_eq(value("select receipt.invoice_form(500001, host.now())"), "FULL");
}

Test(receipt, an_issued_document_is_never_changed)
{
	const char *id = issue("TAX_INVOICE", "ABRIDGED", 11500, NULL);
	char sql[300];

	(void)snprintf(sql, sizeof sql, "update receipt.document set gross = 1 where id = '%s'", id);
	cr_expect(strstr(cluster_try("postgres", sql), "23001"));
	(void)snprintf(sql, sizeof sql, "delete from receipt.document where id = '%s'", id);
	cr_expect(strstr(cluster_try("postgres", sql), "23001"));
	cr_expect(strstr(cluster_try("db_web", "select receipt.issue(null, null, null, null, null, null, null, "
	    "null, null, null, null, null)"), "42501"));
}

/* pdftotext and friends on a PDF; what they print. */
static const char *
tool(const char *program, const char *option, const char *to, const unsigned char *pdf, size_t size)
{
	char file[200];
	const char *argv[5] = { program };
	size_t n = 1;
	char *text = arena_alloc(kit_arena(), 65536);
	int fd, status;

	scratch_name(file, sizeof file, "receipt");
	fd = mkstemp(file);
	cr_assert(fd >= 0 && write(fd, pdf, size) == (ssize_t)size && !close(fd));
	if (option)
		argv[n++] = option;
	argv[n++] = file;
	argv[n] = to;
	status = scratch_run(argv, text, 65536);
	cr_expect_eq(status, 0, "%s: %s", program, text);
	unlink(file);
	return text;
}

Test(receipt, the_pdf_is_made_after_the_commit_and_the_same_whenever_it_is_made_again)
{
	const char *id = arena_strdup(kit_arena(), issue("TAX_INVOICE", "ABRIDGED", 11500, NULL));
	const char *path = arena_printf(kit_arena(), "/receipts/%s/pdf", id), *text, *first;
	const unsigned char *pdf;
	size_t size;

	cr_expect_eq(get_as(ANN, path).status, 409);
	jobs_run();
	cr_expect_eq(count("receipt.document where pdf_sha256 is not null and mail = 'QUEUED'"), 1);
	cr_expect_eq(count("host.email"), 1);
	cr_expect_eq(get_as(ANN, path).status, 200);
	HAS(get_as(ANN, path).head, "application/pdf");
	first = arena_strdup(kit_arena(), value("select pdf_sha256 from receipt.document"));
	pdf = storage_get(kit_arena(), value("select pdf_path from receipt.document"), &size);
	cr_assert(pdf);
	text = tool("pdftotext", "-layout", "-", pdf, size);
	HAS(text, "Tax Invoice");
	HAS(text, "INV-");
	HAS(text, "Maths for “everybody”");
	HAS(text, "VAT number 4000000000");
	HAS(text, "R 115.00");
	HAS(tool("qpdf", "--check", NULL, pdf, size), "No syntax or stream encoding errors");
	/* Two lines of headings; then embedded, subset and Unicode of each font. */
	text = strchr(strchr(tool("pdffonts", NULL, NULL, pdf, size), '\n') + 1, '\n') + 1;
	HAS(text, "Noto");
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		HAS(arena_strndup(kit_arena(), text, (size_t)(end - text)), " yes yes yes ");
	/* As if the file had never been: the bytes are the same. */
	seed("set session_replication_role = replica; update receipt.document set pdf_path = null, "
	    "pdf_sha256 = null, pdf_bytes = null, rendered_at = null; "
	    "set session_replication_role = origin");
	clock_move(INT64_C(3600) * 1000000);
	seed("select host.event_add('receipt.issued', 'receipt', '', jsonb_build_object('id', '%s'))", id);
	jobs_run();
	cr_expect_str_eq(value("select pdf_sha256 from receipt.document"), first);
	cr_expect_eq(count("host.email"), 1, "the mail goes out once");
}

Test(receipt, only_the_owner_and_an_admin_see_a_document)
{
	const char *id = arena_strdup(kit_arena(), issue("RECEIPT", "RECEIPT", 4000, NULL));
	const char *page = arena_printf(kit_arena(), "/receipts/%s", id);
	const char *pdf = arena_printf(kit_arena(), "%s/pdf", page);

	jobs_run();
	HAS(get_as(ANN, page).html, "REC-");
	HAS(api_get_as(ANN, page).json, "\"form\":\"RECEIPT\"");
	HAS(api_get_as(ANN, "/receipts").json, id);
	cr_expect_eq(get_as(BOB, page).status, 404);
	cr_expect_eq(get_as(BOB, pdf).status, 404);
	cr_expect_eq(get_as(EVE, pdf).status, 404);
	cr_expect_eq(get(pdf).status, 303);
	cr_expect_eq(get_as(ADA, pdf).status, 200);
	cr_expect(!strstr(api_get_as(BOB, "/receipts").json, id));
}

#define CLIENTS 32
#define ROUNDS 12

/* One client: commits, rolls back three times in ten, and some are killed in
 * the middle of a transaction. */
static void
client(unsigned n)
{
	PGconn *db = PQconnectdb(cluster_as("postgres"));
	char sql[600];

	srand(n * 7919 + 1);
	for (int i = 0; i < ROUNDS; i++) {
		bool rollback = rand() % 10 < 3;

		PQclear(PQexec(db, "begin"));
		(void)snprintf(sql, sizeof sql, "select receipt.issue('RECEIPT', 'RECEIPT', '%s', null, "
		    "'test.case', host.uuid7(), null, 'ZAR', 100, 13, '{}', false)", person_id(ANN));
		PQclear(PQexec(db, sql));
		if (rollback && rand() % 4 == 0)
			_exit(1); /* the server sees the connection die */
		PQclear(PQexec(db, rollback ? "rollback" : "commit"));
	}
	_exit(0);
}

Test(receipt, numbers_have_no_hole_whoever_rolls_back_or_dies)
{
	pid_t pids[CLIENTS];

	(void)person_id(ANN);
	(void)cluster_as("postgres");
	for (unsigned i = 0; i < CLIENTS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			client(i);
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		(void)waitpid(pids[i], NULL, 0);
	cr_expect_gt(count("receipt.document"), CLIENTS * ROUNDS / 3);
	cr_expect_str_eq(value("select (min(number), max(number), count(*), count(distinct number)) = "
	    "(1, count(*)::int, count(*), count(*)) from receipt.document"), "t");
	cr_expect_str_eq(value("select last = (select count(*) from receipt.document) from receipt.series"),
	    "t");
	cr_expect_eq(count("(select issued_at < lag(issued_at) over (order by number) as back "
	    "from receipt.document) t where back"), 0, "time follows the number");
}

Test(receipt, the_same_cause_gives_the_same_document_and_takes_no_number)
{
	const char *call = arena_printf(kit_arena(), "select receipt.issue('RECEIPT', 'RECEIPT', '%s', null, 'test.case', "
	    "'0190aaaa-0000-7000-8000-000000000001', null, 'ZAR', 100, 13, '{}', false)", person_id(ANN));
	const char *first = arena_strdup(kit_arena(), value("%s", call));

	cr_expect_str_eq(value("%s", call), first);
	cr_expect_str_eq(value("select last from receipt.series"), "1");
}
