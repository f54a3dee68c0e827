/* ledger.c: see ledger.h. */
#include "ledger/ledger.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger.sql.h"

#define LEGS_MAX 2000

struct ledger_posting {
	struct db *db;
	struct arena *arena;
	const char *kind, *key;
	const char **accounts, **amounts;
	size_t n, room;
	int64_t effective;
	const char *ref_type, *ref_id, *meta;
};

int64_t
ledger_account(struct db *db, const char *code, const char *currency)
{
	struct ledger_account_open row;

	(void)sql_ledger_account_open(db, code, currency, &row);
	return row.id;
}

const char *
ledger_code_of_person(struct arena *a, const char *person_id, const char *purpose,
    const char *currency)
{
	return arena_printf(a, "user:%s:%s:%s", person_id, purpose, currency);
}

int64_t
ledger_balance(struct db *db, int64_t account)
{
	struct ledger_balance_now row;

	(void)sql_ledger_balance_now(db, account, &row);
	return row.balance_set ? row.balance : 0;
}

/* ---- a posting ------------------------------------------------------------ */

struct ledger_posting *
ledger_begin(struct db *db, struct arena *arena, const char *kind, const char *key)
{
	struct ledger_posting *p = arena_alloc(arena, sizeof(*p));

	*p = (struct ledger_posting){ .db = db, .arena = arena, .kind = kind, .key = key };
	return p;
}

static void
leg_add(struct ledger_posting *p, const char *account, int64_t amount)
{
	if (amount == 0)
		return;
	assert(p->n < LEGS_MAX);
	/* Both lists end in NULL. */
	if (p->n + 1 >= p->room) {
		size_t room = p->room ? p->room * 2 : 8;
		const char **accounts = arena_alloc(p->arena, room * sizeof(*accounts));
		const char **amounts = arena_alloc(p->arena, room * sizeof(*amounts));

		for (size_t i = 0; i < p->n; i++) {
			accounts[i] = p->accounts[i];
			amounts[i] = p->amounts[i];
		}
		p->accounts = accounts;
		p->amounts = amounts;
		p->room = room;
	}
	p->accounts[p->n] = account;
	p->amounts[p->n++] = arena_printf(p->arena, "%lld", (long long)amount);
}

void
ledger_leg(struct ledger_posting *p, int64_t account, int64_t amount)
{
	leg_add(p, arena_printf(p->arena, "%lld", (long long)account), amount);
}

void
ledger_leg_code(struct ledger_posting *p, int64_t amount, const char *code_fmt, ...)
{
	char code[160];
	va_list ap;

	va_start(ap, code_fmt);
	(void)vsnprintf(code, sizeof(code), code_fmt, ap);
	va_end(ap);
	leg_add(p, arena_strdup(p->arena, code), amount);
}

void
ledger_effective(struct ledger_posting *p, int64_t us)
{
	p->effective = us;
}

void
ledger_about(struct ledger_posting *p, const char *ref_type, const char *ref_id)
{
	p->ref_type = ref_type;
	p->ref_id = ref_id;
}

void
ledger_meta(struct ledger_posting *p, const char *json)
{
	p->meta = json;
}

static const int64_t *
value_or_null(const int64_t *us)
{
	return *us ? us : NULL;
}

/* A posting without legs is refused by the database, by name. */
static void
lists_begin(struct ledger_posting *p)
{
	static const char *none[] = { NULL };

	if (p->n == 0)
		p->accounts = p->amounts = none;
}

struct ledger_done
ledger_commit(struct ledger_posting *p)
{
	struct ledger_post row;

	lists_begin(p);
	(void)sql_ledger_post(p->db, p->kind, p->key, p->accounts, p->amounts,
	    value_or_null(&p->effective), p->ref_type, p->ref_id, p->meta, &row);
	return (struct ledger_done){ .txn_id = row.txn_id, .replayed = row.replayed };
}

/* JSON text of a string. */
static const char *
quoted(struct arena *a, const char *text)
{
	size_t n = strlen(text), k = 0;
	char *out = arena_alloc(a, n * 6 + 3);

	out[k++] = '"';
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			out[k++] = '\\';
		if ((unsigned char)*p < 0x20)
			k += (size_t)snprintf(out + k, 7, "\\u%04x", (unsigned)*p);
		else
			out[k++] = *p;
	}
	out[k] = '"';
	return out;
}

static const char *
joined(struct arena *a, const char *const *items, size_t n)
{
	size_t size = 2, k = 0;
	char *out;

	for (size_t i = 0; i < n; i++)
		size += strlen(items[i]) + 1;
	out = arena_alloc(a, size);
	for (size_t i = 0; i < n; i++)
		k += (size_t)snprintf(out + k, size - k, "%s%s", i ? "," : "", items[i]);
	return out;
}

static const char *
item_json(struct arena *a, const struct ledger_posting *p)
{
	char at[40] = "null";

	if (p->effective)
		(void)snprintf(at, sizeof(at), "\"%s\"", db_time(p->db, p->effective));
	return arena_printf(a, "{\"kind\":%s,\"idem\":%s,\"accounts\":[%s],\"amounts\":[%s],"
	    "\"effectiveAt\":%s,\"refType\":%s,\"refId\":%s,\"meta\":%s}", quoted(a, p->kind),
	    quoted(a, p->key), joined(a, p->accounts, p->n), joined(a, p->amounts, p->n), at,
	    p->ref_type ? quoted(a, p->ref_type) : "null", p->ref_id ? quoted(a, p->ref_id) : "null",
	    p->meta ? p->meta : "null");
}

struct ledger_done *
ledger_commit_many(struct db *db, struct arena *a, struct ledger_posting *const *postings, size_t n)
{
	struct ledger_done *done = arena_alloc(a, (n + 1) * sizeof(*done));
	const char **items = arena_alloc(a, (n + 1) * sizeof(*items));
	struct ledger_post_many *rows;
	size_t got;

	for (size_t i = 0; i < n; i++)
		items[i] = item_json(a, postings[i]);
	got = sql_ledger_post_many(db, arena_printf(a, "[%s]", joined(a, items, n)), &rows);
	assert(got == n);
	for (size_t i = 0; i < got; i++)
		done[i] = (struct ledger_done){ .txn_id = rows[i].txn_id,
			.replayed = rows[i].replayed };
	return done;
}

static const char *const *
ids_text(struct arena *a, const int64_t *ids, size_t n)
{
	const char **list = arena_alloc(a, (n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = arena_printf(a, "%lld", (long long)ids[i]);
	return list;
}

struct ledger_done
ledger_reverse(struct db *db, struct arena *a, int64_t txn_id, const char *key, int64_t effective_us,
    const int64_t *instead_from, const int64_t *instead_to, size_t n)
{
	struct ledger_reversal row;

	(void)sql_ledger_reversal(db, txn_id, key, value_or_null(&effective_us),
	    ids_text(a, instead_from, n), ids_text(a, instead_to, n), &row);
	return (struct ledger_done){ .txn_id = row.txn_id, .replayed = row.replayed };
}

/* ---- holds ------------------------------------------------------------------- */

int64_t
ledger_hold(struct db *db, int64_t account, int64_t amount, const char *key, int64_t expires_us,
    const char *ref_type, const char *ref_id)
{
	struct ledger_hold_open row;

	(void)sql_ledger_hold_open(db, account, amount, key, value_or_null(&expires_us), ref_type,
	    ref_id, &row);
	return row.hold_id;
}

struct ledger_done
ledger_capture(struct ledger_posting *p, int64_t hold)
{
	struct ledger_hold_capture row;

	lists_begin(p);
	(void)sql_ledger_hold_capture(p->db, hold, p->key, p->accounts, p->amounts, p->kind,
	    value_or_null(&p->effective), p->ref_type, p->ref_id, p->meta, &row);
	return (struct ledger_done){ .txn_id = row.txn_id, .replayed = row.replayed };
}

struct ledger_done
ledger_release(struct db *db, int64_t hold, const char *key, int64_t amount)
{
	struct ledger_hold_release row;

	(void)sql_ledger_hold_release(db, hold, key, value_or_null(&amount), &row);
	return (struct ledger_done){ .txn_id = row.txn_id, .replayed = row.replayed };
}
