/* crypto_part.h: what crypto.c and crypto_seal.c share. */
#ifndef HOST_CRYPTO_PART_H
#define HOST_CRYPTO_PART_H

#include "crypto.h"

/* Guarded, locked, left out of core dumps (sodium_malloc). */
struct crypto_secrets {
	unsigned char master[32];
	unsigned char wrap[32];
	unsigned char index[32];
	unsigned char kid[4]; /* names the master key, says nothing about it */
};
extern struct crypto_secrets *crypto_secrets;

/* Faults when there is no master key yet. */
void crypto_ready(void);
/* Fetched once, before the sandbox; false: this OpenSSL lacks one. */
bool crypto_ciphers_open(void);

#endif
