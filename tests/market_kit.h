/*
 * market_kit.h: buying and selling in tests. Amounts are cents.
 */
#ifndef TESTS_MARKET_KIT_H
#define TESTS_MARKET_KIT_H

#include "course_kit.h"

/* Puts money into a wallet, from nowhere. */
void wallet_fill(enum who, int64_t amount);
/* Balance of an account by its code, "" part: person's wallet. */
int64_t balance(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Buys by the wallet or a sandbox card and returns the id of the sale. */
const char *buy_by_wallet(enum who, const char *slug);
const char *buy_by_card(enum who, const char *slug);
/* Pays the open payment of a sale on the sandbox's page. */
struct reply card_pay(const char *sale, const char *card);
/* Every invariant of the ledger holds. */
void books_good(void);
/* The price of the token that burns need. */
void token_priced(void);

#endif
