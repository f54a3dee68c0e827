/* ledger_kit.h: postings as sentences, through the role of the payment pool. */
#ifndef TESTS_LEDGER_KIT_H
#define TESTS_LEDGER_KIT_H

#include "cluster.h"

#define U1 "00000000-0000-7000-8000-000000000001"
#define U2 "00000000-0000-7000-8000-000000000002"
/* Short names of accounts: A, B wallets in rand; U, V in dollars; S the provider,
 * F fees, D and E debts of A and B, H held by A, X the burn sink, T the treasury. */
void ledger_kit_begin(void);
/* "" or the code of the refusal ("insufficient_funds"), else "SQLSTATE text".
 * names "A,S", amounts "1000,-1000". */
const char *moves(const char *key, const char *names, const char *amounts);
/* Any call as that role, the same way of answer. %s-free SQL; [A] becomes the id of A. */
const char *as_role(const char *role, const char *sql);
const char *calls(const char *sql);
/* As the superuser, who is bound by constraints and triggers alone. */
const char *forces(const char *sql);
long long balance(const char *name);
/* Digest of every row of the ledger: an error leaves it as it was. */
const char *whole(void);
/* Fails the test when a rule of the books does not hold. */
void books_hold(const char *when);

#endif
