/* part.h: shared by the files of domain/identity only. */
#ifndef IDENTITY_PART_H
#define IDENTITY_PART_H

#include "crypto.h"
#include "identity/identity.h"

/* common.c: long passwords that many people choose, letters only, up to NULL. */
extern const char *const identity_common_phrases[];

/* The key of a person; faults when it is gone or cannot be unwrapped. */
void identity_key_read(struct db *, const char *person_id, struct crypto_key *);
/* "{1,2}": truncated keyed hashes of the words of a name. */
const char *identity_words(struct arena *, const char *name);
/* Blind index of an address, .data NULL when it is no address. */
struct sql_bytes identity_index(struct arena *, const char *email);
/* Opens a column of table "identity.<table>" whose row id is the person's. "" when
 * there is none or the key is gone. */
const char *identity_column(struct arena *, const char *person_id, struct sql_bytes data_key,
    const char *table, const char *column, struct sql_bytes sealed);
struct sql_bytes identity_column_seal(struct arena *, const struct crypto_key *,
    const char *person_id, const char *table, const char *column, const char *text);

#endif
