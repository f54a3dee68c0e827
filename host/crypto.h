/*
 * crypto.h: every cryptographic operation of the program. Only crypto.c and
 * crypto_seal.c may include OpenSSL or libsodium headers.
 *
 * Keys. One master key (file `key_file`, 32 bytes, mode 0600, outside the
 * database). From it come purpose keys (crypto_subkey) and nothing else uses
 * it. Each person has a random data key; the database keeps it wrapped
 * (AES-256 key wrap with padding, RFC 5649). Deleting the wrapped key makes
 * everything sealed with it unreadable for good.
 *
 * Sealed field: version(1) | key id(4, big endian) | nonce(12) | text | tag(16),
 * AES-256-GCM with a random nonce. The associated data binds it to its table,
 * column, row and person: a value moved elsewhere does not open.
 */
#ifndef HOST_CRYPTO_H
#define HOST_CRYPTO_H

#include "handler.h"

/* Reads the master key. false and a reason when the file is missing, has the
 * wrong size, or can be read by group or others. Call before the sandbox and
 * before privileges drop; forked processes inherit the keys. */
bool crypto_init(const char *key_file, char *reason, size_t size);
/* Makes a new random key file; refuses to replace one. */
bool crypto_key_file_create(const char *path, char *reason, size_t size);

/* ---- random, digests, text forms --------------------------------------- */

void crypto_random(void *, size_t);
/* UUID version 7 of now, lower case, 36 characters. Not a secret. */
const char *crypto_uuid(struct arena *);
/* A secret of `bytes` random bytes as base64url (32 bytes = 43 characters). */
const char *crypto_token(struct arena *, size_t bytes);

#define CRYPTO_HASH 32
void crypto_sha256(const void *, size_t, unsigned char out[CRYPTO_HASH]);
void crypto_hmac(const unsigned char key[32], const void *, size_t, unsigned char out[CRYPTO_HASH]);
/* With a key of any length, as webhooks are signed: hex digits, lower case. */
const char *crypto_hmac_sha256_hex(struct arena *, const char *key, const void *, size_t);
const char *crypto_hmac_sha512_hex(struct arena *, const char *key, const void *, size_t);
/* SHA-256 of a text as bytes of a query parameter: what the database keeps of
 * a token. */
struct sql_bytes crypto_digest(struct arena *, const char *text);
/* Constant time. */
bool crypto_equal(const void *, const void *, size_t);
bool crypto_text_equal(const char *, const char *);
/* Overwrites memory that held a secret. */
void crypto_wipe(void *, size_t);

const char *crypto_base64url(struct arena *, const void *, size_t);
/* Strict: no padding, no white space; false when bad or not exactly n bytes. */
bool crypto_base64url_decode(const char *, void *out, size_t n);
const char *crypto_hex(struct arena *, const void *, size_t);
/* Standard alphabet with padding and CRLF after each 76 characters (MIME). */
const char *crypto_base64_mime(struct arena *, const void *, size_t);

/* Independent key of a purpose. context: exactly 8 characters, "csrf-pre";
 * the same context and id always give the same key. */
void crypto_subkey(const char *context, uint64_t id, unsigned char out[32]);

/* ---- passwords --------------------------------------------------------- */

/* Argon2id with conf->hash_memory_kib and conf->hash_passes; faults when the
 * memory cannot be had. Runs for tens of milliseconds: auth pool only. */
const char *crypto_password_hash(struct arena *, const char *password);
bool crypto_password_verify(const char *hash, const char *password);
/* The same time as a verification; for addresses nobody has. */
void crypto_password_dummy(const char *password);
/* true when the parameters of the stored hash are not those of conf. */
bool crypto_password_old(const char *hash);

/* ---- sealed fields ----------------------------------------------------- */

struct crypto_key {
	uint32_t kid;             /* which key of the person: from 1 */
	unsigned char bytes[32];
};

/* Where a value stands. All four are required; person is the owner of the
 * key, also when the row is another's. */
struct crypto_place {
	const char *table;        /* "identity.person" */
	const char *column;       /* "name_ct" */
	const char *row;          /* uuid as text */
	const char *person;
};

void crypto_key_new(struct crypto_key *, uint32_t kid);
struct sql_bytes crypto_key_wrap(struct arena *, const struct crypto_key *);
/* false when the wrapped key was altered or belongs to another master key. */
bool crypto_key_unwrap(struct sql_bytes wrapped, struct crypto_key *);

struct sql_bytes crypto_seal(struct arena *, const struct crypto_key *,
    const struct crypto_place *, const void *, size_t);
struct sql_bytes crypto_seal_text(struct arena *, const struct crypto_key *,
    const struct crypto_place *, const char *);
/* NULL when altered, moved or of another key. A NUL follows the text; size may
 * be NULL. */
const char *crypto_open(struct arena *, const struct crypto_key *,
    const struct crypto_place *, struct sql_bytes sealed, size_t *size);

/* Unwraps (through a small per-process cache) and opens. For the session's
 * name and other single values read together with their wrapped key. */
const char *crypto_open_wrapped(struct arena *, struct sql_bytes wrapped,
    const struct crypto_place *, struct sql_bytes sealed);

/* HMAC-SHA-256 under the index key: equality look-up of a normalised value
 * (see address.h) without storing it. `purpose` separates columns. */
struct sql_bytes crypto_index(struct arena *, const char *purpose, const char *normalised);

#endif
