/*
 * document: a receipt, invoice or credit note. JSON on standard input, PDF on
 * standard output. Nothing of the machine or the moment goes into it: the same
 * input gives the same bytes. Run by the host's spawner (no network, no files
 * but the fonts). The words of the form are fixed by law and language: they
 * stand here, not in the catalogue of messages.
 *
 * {title, number, issuedAt (RFC 3339), date, currency, exponent,
 *  seller {name, address [], vatNumber, registration}, buyer {name, address [], vatNumber},
 *  from, to (labels), reference, lines [{description, quantity, net, tax, gross}],
 *  rate (text), net, tax, gross, totalLabel, payments [{label, amount}], notes []}
 */
#include <cairo-pdf.h>
#include <json-c/json.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_W 595.0 /* A4 in points */
#define PAGE_H 842.0
#define MARGIN 56.0
#define WIDTH (PAGE_W - 2 * MARGIN)
#define INPUT_MAX (1u << 20)

struct page {
	cairo_t *cairo;
	double y;
	unsigned number;
};

enum ink { INK_TEXT, INK_SOFT, INK_BRAND };

/* ---- JSON ---- */

static struct json_object *
member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (object && json_object_is_type(object, json_type_object))
		(void)json_object_object_get_ex(object, key, &value);
	return value;
}

static const char *
text(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key);

	return value ? json_object_get_string(value) : "";
}

static int64_t
integer(struct json_object *object, const char *key)
{
	return json_object_get_int64(member(object, key));
}

static size_t
length(struct json_object *list)
{
	return list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

/* ---- money ---- */

/* "R 1 234.50" with spaces that do not break; other currencies by their code. */
static const char *
money(char *out, size_t size, int64_t minor, const char *currency, int64_t exponent)
{
	char digits[24], grouped[48];
	int64_t unit = 1, whole;
	size_t n, used = 0;

	for (int64_t i = 0; i < exponent; i++)
		unit *= 10;
	whole = (minor < 0 ? -minor : minor) / unit;
	(void)snprintf(digits, sizeof digits, "%lld", (long long)whole);
	n = strlen(digits);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0) {
			memcpy(grouped + used, "\u00a0", 2);
			used += 2;
		}
		grouped[used++] = digits[i];
	}
	grouped[used] = '\0';
	(void)snprintf(out, size, "%s%s\u00a0%s.%0*lld", minor < 0 ? "\u2212" : "",
	    strcmp(currency, "ZAR") == 0 ? "R" : currency, grouped, (int)exponent,
	    (long long)((minor < 0 ? -minor : minor) % unit));
	return out;
}

/* ---- drawing ---- */

static void
ink_set(cairo_t *cairo, enum ink ink)
{
	static const double colours[][3] = {
		{ 0.118, 0.106, 0.090 }, { 0.384, 0.353, 0.314 }, { 0.051, 0.373, 0.459 }
	};

	cairo_set_source_rgb(cairo, colours[ink][0], colours[ink][1], colours[ink][2]);
}

/* Draws a paragraph; returns its height. */
static double
put(struct page *p, double x, double y, double width, const char *s, double size, bool bold,
    enum ink ink, bool right, const char *tag)
{
	PangoLayout *layout = pango_cairo_create_layout(p->cairo);
	PangoFontDescription *font = pango_font_description_from_string("Noto Sans");
	int height;

	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
	pango_layout_set_text(layout, s, -1);
	pango_layout_get_size(layout, NULL, &height);
	ink_set(p->cairo, ink);
	cairo_tag_begin(p->cairo, tag, NULL);
	cairo_move_to(p->cairo, x, y);
	pango_cairo_show_layout(p->cairo, layout);
	cairo_tag_end(p->cairo, tag);
	pango_font_description_free(font);
	g_object_unref(layout);
	return (double)height / PANGO_SCALE;
}

static void
rule(struct page *p, double y, double weight)
{
	cairo_set_source_rgb(p->cairo, 0.82, 0.79, 0.75);
	cairo_set_line_width(p->cairo, weight);
	cairo_move_to(p->cairo, MARGIN, y);
	cairo_line_to(p->cairo, MARGIN + WIDTH, y);
	cairo_stroke(p->cairo);
}

static void
room(struct page *p, double needed)
{
	if (p->y + needed < PAGE_H - MARGIN)
		return;
	cairo_show_page(p->cairo);
	p->number++;
	p->y = MARGIN;
}

static double
party(struct page *p, double x, double y, double width, const char *label, struct json_object *who)
{
	struct json_object *address = member(who, "address");
	char line[200];
	double start = y;

	y += put(p, x, y, width, label, 8.5, false, INK_SOFT, false, "P") + 3;
	y += put(p, x, y, width, text(who, "name"), 10.5, true, INK_TEXT, false, "P") + 2;
	for (size_t i = 0; i < length(address); i++)
		y += put(p, x, y, width,
		    json_object_get_string(json_object_array_get_idx(address, i)), 9.5, false, INK_TEXT,
		    false, "P");
	if (text(who, "vatNumber")[0] != '\0') {
		(void)snprintf(line, sizeof line, "VAT number %s", text(who, "vatNumber"));
		y += put(p, x, y, width, line, 9.5, false, INK_TEXT, false, "P");
	}
	if (text(who, "registration")[0] != '\0') {
		(void)snprintf(line, sizeof line, "Registration %s", text(who, "registration"));
		y += put(p, x, y, width, line, 9.5, false, INK_TEXT, false, "P");
	}
	return y - start;
}

/* Columns: description, quantity, value without VAT, VAT, total. */
static const double column_x[] = { 0, 246, 282, 352, 412 };
static const double column_w[] = { 240, 30, 68, 58, 71 };

static void
row(struct page *p, const char *const cells[5], bool head)
{
	double tallest = 0;

	room(p, 40);
	cairo_tag_begin(p->cairo, "TR", NULL);
	for (size_t i = 0; i < 5; i++) {
		double h = put(p, MARGIN + column_x[i], p->y, column_w[i], cells[i], head ? 8.5 : 9.5, false,
		    head ? INK_SOFT : INK_TEXT, i > 0, head ? "TH" : "TD");

		tallest = h > tallest ? h : tallest;
	}
	cairo_tag_end(p->cairo, "TR");
	p->y += tallest + 5;
	rule(p, p->y, 0.5);
	p->y += 5;
}

static void
lines(struct page *p, struct json_object *document)
{
	static const char *const head[] = { "Description", "Qty", "Excl. VAT", "VAT", "Total" };
	struct json_object *list = member(document, "lines");
	const char *currency = text(document, "currency");
	int64_t exponent = integer(document, "exponent");

	cairo_tag_begin(p->cairo, "Table", NULL);
	row(p, head, true);
	for (size_t i = 0; i < length(list); i++) {
		struct json_object *line = json_object_array_get_idx(list, i);
		char net[96], tax[96], gross[96];
		const char *const cells[] = { text(line, "description"), text(line, "quantity"),
			money(net, sizeof net, integer(line, "net"), currency, exponent),
			money(tax, sizeof tax, integer(line, "tax"), currency, exponent),
			money(gross, sizeof gross, integer(line, "gross"), currency, exponent) };

		row(p, cells, false);
	}
	cairo_tag_end(p->cairo, "Table");
}

static void
total(struct page *p, struct json_object *document, const char *label, int64_t amount, bool strong)
{
	char value[96];
	double size = strong ? 12 : 9.5;

	room(p, 24);
	money(value, sizeof value, amount, text(document, "currency"), integer(document, "exponent"));
	put(p, MARGIN + 200, p->y, 180, label, size, strong, strong ? INK_TEXT : INK_SOFT, true, "P");
	p->y += put(p, MARGIN + 383, p->y, WIDTH - 383, value, size, strong, INK_TEXT, true, "P") + 4;
}

static void
totals(struct page *p, struct json_object *document)
{
	struct json_object *payments = member(document, "payments");
	char label[80];

	p->y += 6;
	total(p, document, "Value excluding VAT", integer(document, "net"), false);
	(void)snprintf(label, sizeof label, "VAT at %s", text(document, "rate"));
	total(p, document, label, integer(document, "tax"), false);
	total(p, document, text(document, "totalLabel"), integer(document, "gross"), true);
	for (size_t i = 0; i < length(payments); i++) {
		struct json_object *paid = json_object_array_get_idx(payments, i);

		total(p, document, text(paid, "label"), integer(paid, "amount"), false);
	}
}

static void
head(struct page *p, struct json_object *document)
{
	double left, right, half = (WIDTH - 24) / 2;

	p->y += put(p, MARGIN, p->y, WIDTH, text(member(document, "seller"), "name"), 11, true, INK_BRAND,
	    false, "P") + 22;
	p->y += put(p, MARGIN, p->y, WIDTH, text(document, "title"), 25, true, INK_TEXT, false, "H1") + 4;
	p->y += put(p, MARGIN, p->y, WIDTH, text(document, "number"), 11, false, INK_TEXT, false, "P") + 2;
	p->y += put(p, MARGIN, p->y, WIDTH, text(document, "date"), 9.5, false, INK_SOFT, false, "P");
	if (text(document, "reference")[0] != '\0')
		p->y += put(p, MARGIN, p->y, WIDTH, text(document, "reference"), 9.5, false, INK_SOFT, false,
		    "P");
	p->y += 22;
	left = party(p, MARGIN, p->y, half, text(document, "from"), member(document, "seller"));
	right = party(p, MARGIN + half + 24, p->y, half, text(document, "to"), member(document, "buyer"));
	p->y += (left > right ? left : right) + 26;
}

static void
foot(struct page *p, struct json_object *document)
{
	struct json_object *notes = member(document, "notes");

	p->y += 22;
	for (size_t i = 0; i < length(notes); i++) {
		room(p, 40);
		p->y += put(p, MARGIN, p->y, WIDTH, json_object_get_string(json_object_array_get_idx(notes, i)),
		    8.5, false, INK_SOFT, false, "P") + 4;
	}
}

/* ---- input and output ---- */

static cairo_status_t
out(void *closure, const unsigned char *data, unsigned n)
{
	(void)closure;
	return fwrite(data, 1, n, stdout) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static struct json_object *
input(void)
{
	static char buffer[INPUT_MAX + 1];
	size_t n = fread(buffer, 1, INPUT_MAX, stdin);

	buffer[n] = '\0';
	return n < INPUT_MAX ? json_tokener_parse(buffer) : NULL;
}

int
main(void)
{
	struct json_object *document = input();
	cairo_surface_t *surface;
	struct page p = { .y = MARGIN };
	bool good;

	if (!document || text(document, "title")[0] == '\0' || length(member(document, "lines")) == 0)
		return 2;
	surface = cairo_pdf_surface_create_for_stream(out, NULL, PAGE_W, PAGE_H);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, text(document, "number"));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
	    text(member(document, "seller"), "name"));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, text(document, "issuedAt"));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, text(document, "issuedAt"));
	p.cairo = cairo_create(surface);
	cairo_tag_begin(p.cairo, "Document", NULL);
	head(&p, document);
	lines(&p, document);
	totals(&p, document);
	foot(&p, document);
	cairo_tag_end(p.cairo, "Document");
	cairo_destroy(p.cairo);
	cairo_surface_finish(surface);
	good = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && fflush(stdout) == 0;
	cairo_surface_destroy(surface);
	json_object_put(document);
	return good ? 0 : 1;
}
