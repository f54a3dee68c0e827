/*
 * ledger.h: the one way to move money and tokens. A posting is a set of legs
 * (account, amount) that sum to zero per currency; credit is positive. The rules
 * stand in sql/0100_ledger.sql, the database keeps them whoever asks.
 *
 *     struct ledger_posting *p = ledger_begin(r->db, r->arena, "COURSE_SALE", key);
 *
 *     ledger_leg(p, wallet, -11500);
 *     ledger_leg_code(p, 1500, "tax:vat:output:ZA:ZAR");
 *     ledger_leg_code(p, 10000, "platform:income:course:ZAR");
 *     done = ledger_commit(p);
 *
 * Everything happens in the caller's database transaction. A refusal does not
 * return: it unwinds as the outcome of its name (insufficient_funds 402,
 * account_closed, period_closed, already_reversed, account_reserved, credit_only
 * 409, account_unknown, txn_unknown 404, unbalanced, currency_mismatch,
 * idem_reused, limit, account_name, bad_posting 422). Deadlocks and lock
 * timeouts unwind as 503 try_again.
 *
 * The key says the cause ("course_purchase:<payment id>") and counts for ever: the
 * same key with the same legs gives the first answer.
 */
#ifndef DOMAIN_LEDGER_H
#define DOMAIN_LEDGER_H

#include "handler.h"

struct ledger_done {
	int64_t txn_id;
	bool replayed; /* was posted before, nothing happened now */
};

/* Id of the account of that name (ledger.account_rule), made when it is new. */
int64_t ledger_account(struct db *, const char *code, const char *currency);
/* "user:<person>:<purpose>:<CUR>", purpose "wallet", "held", "earnings" … */
const char *ledger_code_of_person(struct arena *, const char *person_id, const char *purpose,
    const char *currency);
int64_t ledger_balance(struct db *, int64_t account);

struct ledger_posting;
/* kind: upper case with _, 2 to 40 characters. */
struct ledger_posting *ledger_begin(struct db *, struct arena *, const char *kind, const char *key);
/* Legs of 0 are left out, so that a fee may be none. */
void ledger_leg(struct ledger_posting *, int64_t account, int64_t amount);
/* By name with its currency at the end; opened when it is new. */
void ledger_leg_code(struct ledger_posting *, int64_t amount, const char *code_fmt, ...)
    PRINTF_LIKE(3, 4);
/* When it counts; default now. */
void ledger_effective(struct ledger_posting *, int64_t us);
/* What it is about: "payment.payment" and the row's uuid. */
void ledger_about(struct ledger_posting *, const char *ref_type, const char *ref_id);
/* JSON object of ids, states, figures: never names, addresses or free text. */
void ledger_meta(struct ledger_posting *, const char *json);
struct ledger_done ledger_commit(struct ledger_posting *);

/* Up to 1000 postings of legs by id in one round trip, all or nothing. Returns
 * one result per posting, in their order. */
struct ledger_done *ledger_commit_many(struct db *, struct arena *, struct ledger_posting *const *,
    size_t n);

/* All legs negated, once. effective_us 0 = now. instead_from[i] is replaced by
 * instead_to[i], a debt account (n may be 0). */
struct ledger_done ledger_reverse(struct db *, struct arena *, int64_t txn_id, const char *key,
    int64_t effective_us, const int64_t *instead_from, const int64_t *instead_to, size_t n);

/* Sets money of a wallet or earnings account apart. expires_us 0 = never. */
int64_t ledger_hold(struct db *, int64_t account, int64_t amount, const char *key, int64_t expires_us,
    const char *ref_type, const char *ref_id);
/* The posting's legs (all positive) are where the money goes; also part of it. */
struct ledger_done ledger_capture(struct ledger_posting *, int64_t hold);
/* Back to where it came from; amount 0 = the rest. */
struct ledger_done ledger_release(struct db *, int64_t hold, const char *key, int64_t amount);

#endif
