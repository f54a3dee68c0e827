/*
 * db_query.c: parameters to PostgreSQL's text forms, rows back into the
 * structs that a query's descriptor describes. Texts of a row point into the
 * PGresult, which lives as long as the arena; a result costs one block for
 * its rows and nothing per row (arrays: their pointers).
 */
#include "db_impl.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)

unsigned
db_oid(enum sql_type type)
{
	static const unsigned oids[] = {
		[SQL_TEXT] = 25, [SQL_UUID] = 2950, [SQL_I64] = 20, [SQL_I32] = 23,
		[SQL_BOOL] = 16, [SQL_TIME] = 1184, [SQL_DATE] = 1082, [SQL_JSON] = 3802,
		[SQL_HTML] = 25, [SQL_BYTES] = 17, [SQL_TEXT_ARRAY] = 1009,
		[SQL_UUID_ARRAY] = 2951,
	};

	return oids[type];
}

/* ---- parameters --------------------------------------------------------------- */

static struct arena *
unit_arena(struct db *db)
{
	if (!db->arena)
		fault("database parameter outside a unit of work");
	return db->arena;
}

const char *
db_i64(struct db *db, int64_t value)
{
	return arena_printf(unit_arena(db), "%" PRId64, value);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar, and back. Eras of
 * 400 years begin on 1 March so that the leap day is the last one. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

const char *
db_time(struct db *db, int64_t us)
{
	int64_t days, rest, year;
	int month, day, seconds;

	if (us == INT64_MAX)
		return "infinity";
	if (us == INT64_MIN)
		return "-infinity";
	days = us / DAY_US;
	rest = us % DAY_US;
	if (rest < 0) {
		days--;
		rest += DAY_US;
	}
	date_from_days(days, &year, &month, &day);
	seconds = (int)(rest / 1000000);
	/* There is no year 0: it is 1 BC. */
	return arena_printf(unit_arena(db), "%04" PRId64 "-%02d-%02d %02d:%02d:%02d.%06d+00%s",
	    year > 0 ? year : 1 - year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60,
	    (int)(rest % 1000000), year > 0 ? "" : " BC");
}

const char *
db_bytes(struct db *db, struct sql_bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text, *to;

	if (bytes.size > (SIZE_MAX - 3) / 2)
		fault("database parameter of %zu bytes", bytes.size);
	text = to = arena_alloc_raw(unit_arena(db), bytes.size * 2 + 3, 1);
	*to++ = '\\';
	*to++ = 'x';
	for (size_t i = 0; i < bytes.size; i++) {
		*to++ = digits[bytes.data[i] >> 4];
		*to++ = digits[bytes.data[i] & 15];
	}
	*to = '\0';
	return text;
}

const char *
db_array(struct db *db, const char *const *items, size_t n)
{
	struct buffer b;

	buffer_init(&b, unit_arena(db), 128);
	buffer_char(&b, '{');
	for (size_t i = 0; items && i < n && items[i]; i++) {
		buffer_str(&b, i ? ",\"" : "\"");
		for (const char *s = items[i]; *s; s++) {
			if (*s == '"' || *s == '\\')
				buffer_char(&b, '\\');
			buffer_char(&b, *s);
		}
		buffer_char(&b, '"');
	}
	buffer_char(&b, '}');
	return buffer_text(&b);
}

/* ---- values --------------------------------------------------------------------- */

static bool
parse_i64(const char *s, int64_t *value)
{
	bool minus = *s == '-';
	int64_t v = 0;

	s += minus;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, *s - '0', &v))
			return false;
	}
	/* Collected as a negative number: INT64_MIN has no positive twin. */
	if (!minus && __builtin_sub_overflow(0, v, &v))
		return false;
	*value = v;
	return true;
}

/* `digits` digits, or at least that many when more is set. Advances *s. */
static bool
number(const char **s, int digits, bool more, int64_t *value)
{
	int n = 0;

	for (*value = 0; **s >= '0' && **s <= '9' && (more || n < digits) && n < 9; (*s)++, n++)
		*value = *value * 10 + (**s - '0');
	return n >= digits;
}

static bool
take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* "+02", "+05:30", "-03:30:10": seconds east of Greenwich. */
static bool
parse_zone(const char **s, int64_t *east)
{
	int64_t h, m = 0, sec = 0;
	bool minus = **s == '-';

	if (!minus && **s != '+')
		return false;
	(*s)++;
	if (!number(s, 2, false, &h))
		return false;
	if (take(s, ':') && !number(s, 2, false, &m))
		return false;
	if (take(s, ':') && !number(s, 2, false, &sec))
		return false;
	*east = (h * 3600 + m * 60 + sec) * (minus ? -1 : 1);
	return true;
}

/* ISO text of a timestamptz to µs since 1970; "infinity" is the greatest. */
static bool
parse_time(const char *s, int64_t *us)
{
	int64_t year, month, day, h, m, sec, fraction = 0, east, days;
	int64_t scale = 100000;

	if (!strcmp(s, "infinity") || !strcmp(s, "-infinity")) {
		*us = *s == '-' ? INT64_MIN : INT64_MAX;
		return true;
	}
	if (!number(&s, 4, true, &year) || !take(&s, '-') || !number(&s, 2, false, &month) ||
	    !take(&s, '-') || !number(&s, 2, false, &day) || !take(&s, ' ') ||
	    !number(&s, 2, false, &h) || !take(&s, ':') || !number(&s, 2, false, &m) ||
	    !take(&s, ':') || !number(&s, 2, false, &sec))
		return false;
	if (take(&s, '.'))
		for (; *s >= '0' && *s <= '9'; s++, scale /= 10)
			fraction += (*s - '0') * scale;
	if (!parse_zone(&s, &east))
		return false;
	if (!strcmp(s, " BC"))
		year = 1 - year;
	else if (*s)
		return false;
	days = days_from_date(year, (int)month, (int)day);
	return !__builtin_mul_overflow(days, DAY_US, us) &&
	    !__builtin_add_overflow(*us, (h * 3600 + m * 60 + sec - east) * 1000000 + fraction, us);
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x0a1b" to bytes, in place. */
static bool
parse_bytes(char *s, struct sql_bytes *bytes)
{
	unsigned char *to = (unsigned char *)s;

	if (s[0] != '\\' || s[1] != 'x')
		return false;
	bytes->data = to;
	for (s += 2; *s; s += 2) {
		int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

		if (low < 0)
			return false;
		*to++ = (unsigned char)(high << 4 | low);
	}
	bytes->size = (size_t)(to - bytes->data);
	return true;
}

/* One element of an array literal, unquoted in place; NULL when malformed. */
static char *
array_element(char **at)
{
	char *s = *at, *start, *to;

	if (*s != '"') {
		start = s;
		s += strcspn(s, ",}");
		if (s == start || (s - start == 4 && !strncmp(start, "NULL", 4)))
			return NULL;
		*at = s;
		return start;
	}
	start = to = ++s;
	for (; *s && *s != '"'; s++) {
		if (*s == '\\' && !*++s)
			return NULL;
		*to++ = *s;
	}
	if (*s != '"')
		return NULL;
	*at = s + 1;
	*to = '\0';
	return start;
}

/* {a,"b c"} to a list up to NULL. Null elements are not for us. */
static bool
parse_array(struct arena *arena, char *s, const char *const **list)
{
	const char **items;
	size_t n = 0, commas = 0;

	if (*s++ != '{')
		return false;
	for (const char *c = s; *c; c++)
		commas += *c == ',';
	items = arena_alloc(arena, (commas + 2) * sizeof *items);
	while (*s != '}') {
		char *end = s, *item = array_element(&end);
		char after;

		if (!item)
			return false;
		after = *end;
		items[n++] = item;
		*end = '\0';
		if (after == '}')
			break;
		if (after != ',')
			return false;
		s = end + 1;
		if (*s == '}')
			return false;
	}
	*list = items;
	return true;
}

/* ---- rows ---------------------------------------------------------------------------- */

/* Writes one column into the row; false when the text is not of the type. */
static bool
column_set(struct db *db, const struct sql_column *c, char *text, char *row)
{
	void *to = row + c->offset;
	int64_t number_value = 0;
	bool ok = true;

	switch (c->type) {
	case SQL_TEXT:
	case SQL_UUID:
	case SQL_DATE:
	case SQL_JSON:
		*(const char **)to = text;
		break;
	case SQL_HTML:
		((struct html *)to)->text = text;
		break;
	case SQL_I64:
		ok = parse_i64(text, (int64_t *)to);
		break;
	case SQL_I32:
		ok = parse_i64(text, &number_value) && number_value >= INT32_MIN &&
		    number_value <= INT32_MAX;
		*(int32_t *)to = ok ? (int32_t)number_value : 0;
		break;
	case SQL_BOOL:
		ok = (text[0] == 't' || text[0] == 'f') && !text[1];
		*(bool *)to = text[0] == 't';
		break;
	case SQL_TIME:
		ok = parse_time(text, (int64_t *)to);
		break;
	case SQL_BYTES:
		ok = parse_bytes(text, to);
		break;
	case SQL_TEXT_ARRAY:
	case SQL_UUID_ARRAY:
		ok = parse_array(db->arena, text, to);
		break;
	}
	if (c->null_offset)
		*(bool *)(row + c->null_offset) = true;
	return ok;
}

static void
row_decode(struct db *db, const struct sql_query *q, const PGresult *r, int i, char *row)
{
	for (int k = 0; k < q->n_columns; k++) {
		const struct sql_column *c = &q->columns[k];

		if (PQgetisnull(r, i, k)) {
			if (!c->nullable)
				fault("query %s: column %s is null", q->name, c->name);
			continue;
		}
		if (!column_set(db, c, PQgetvalue(r, i, k), row))
			fault("query %s: column %s does not read as its type", q->name, c->name);
	}
}

static void
result_clear(void *result)
{
	PQclear(result);
}

static int64_t
affected_rows(PGresult *r)
{
	int64_t n = 0;

	return parse_i64(PQcmdTuples(r), &n) ? n : 0;
}

void
db_decode(struct db *db, struct db_item *item)
{
	const struct sql_query *q = item->query;
	PGresult *r = item->result;
	size_t n;
	char *rows;

	if (q->kind == SQL_EXEC) {
		if (item->count)
			*(int64_t *)item->count = affected_rows(r);
		return;
	}
	if (PQnfields(r) != q->n_columns)
		fault("query %s: %d columns instead of %u", q->name, PQnfields(r), (unsigned)q->n_columns);
	n = (size_t)PQntuples(r);
	if (q->kind == SQL_ONE && n > 1)
		fault("query %s: %zu rows instead of one", q->name, n);
	rows = n ? arena_alloc(db->arena, n * q->row_size) : NULL;
	/* From here on the rows point into the result. */
	arena_defer(db->arena, result_clear, r);
	item->result = NULL;
	for (size_t i = 0; i < n; i++)
		row_decode(db, q, r, (int)i, rows + i * q->row_size);
	if (q->cache_ms && !db->write)
		db_cache_put(q, item->params, item->cache_version, rows, n);
	if (q->kind == SQL_ONE) {
		*(bool *)item->count = n == 1;
		if (n)
			memcpy(item->row, rows, q->row_size);
	} else {
		*(void **)item->row = rows;
		*(size_t *)item->count = n;
	}
}
