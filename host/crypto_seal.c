/* crypto_seal.c: data keys of people, wrapped by the master key, and the fields
 * that are sealed with them. See crypto.h. */
#include "crypto_part.h"

#include <limits.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "arena.h"

#define SEAL_VERSION 1
#define WRAP_VERSION 1
#define NONCE 12
#define TAG 16
#define SEAL_HEAD (1 + 4 + NONCE)
#define WRAP_HEAD (1 + 4)
#define WRAP_PLAIN (4 + 32)
#define WRAP_CIPHER 48 /* 36 bytes padded to 40, plus 8 (RFC 5649) */
#define AAD_MAX 512

static EVP_CIPHER *gcm, *kwp;
static EVP_CIPHER_CTX *cipher;

bool
crypto_ciphers_open(void)
{
	if (gcm)
		return true;
	gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	kwp = EVP_CIPHER_fetch(NULL, "AES256-WRAP-PAD", NULL);
	cipher = EVP_CIPHER_CTX_new();
	return gcm && kwp && cipher;
}

static void
put32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void
crypto_key_new(struct crypto_key *key, uint32_t kid)
{
	key->kid = kid;
	randombytes_buf(key->bytes, sizeof(key->bytes));
}

/* RFC 5649 both ways: 36 bytes to 48 and back. */
static bool
wrap_run(int encrypt, const unsigned char *in, int size, unsigned char *out, int want)
{
	int n = 0, tail = 0;
	bool ok;

	EVP_CIPHER_CTX_reset(cipher);
	EVP_CIPHER_CTX_set_flags(cipher, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_CipherInit_ex2(cipher, kwp, crypto_secrets->wrap, NULL, encrypt, NULL) == 1 &&
	    EVP_CipherUpdate(cipher, out, &n, in, size) == 1 &&
	    EVP_CipherFinal_ex(cipher, out + n, &tail) == 1 && n + tail == want;
	EVP_CIPHER_CTX_reset(cipher);
	return ok;
}

struct sql_bytes
crypto_key_wrap(struct arena *arena, const struct crypto_key *key)
{
	unsigned char plain[WRAP_PLAIN], *out = arena_alloc(arena, WRAP_HEAD + WRAP_CIPHER + 16);
	bool ok;

	crypto_ready();
	put32(plain, key->kid);
	memcpy(plain + 4, key->bytes, 32);
	out[0] = WRAP_VERSION;
	memcpy(out + 1, crypto_secrets->kid, 4);
	ok = wrap_run(1, plain, WRAP_PLAIN, out + WRAP_HEAD, WRAP_CIPHER);
	sodium_memzero(plain, sizeof(plain));
	if (!ok)
		fault("crypto: key wrap failed");
	return (struct sql_bytes){ .data = out, .size = WRAP_HEAD + WRAP_CIPHER };
}

bool
crypto_key_unwrap(struct sql_bytes wrapped, struct crypto_key *key)
{
	unsigned char plain[WRAP_CIPHER + 16];
	bool ok;

	crypto_ready();
	if (wrapped.size != WRAP_HEAD + WRAP_CIPHER || wrapped.data[0] != WRAP_VERSION ||
	    memcmp(wrapped.data + 1, crypto_secrets->kid, 4) != 0)
		return false;
	ok = wrap_run(0, wrapped.data + WRAP_HEAD, WRAP_CIPHER, plain, WRAP_PLAIN);
	if (ok) {
		key->kid = get32(plain);
		memcpy(key->bytes, plain + 4, 32);
	}
	sodium_memzero(plain, sizeof(plain));
	return ok;
}

static size_t
aad_add(unsigned char *aad, size_t at, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n == 0 || n > 255 || at + 4 + n > AAD_MAX)
		fault("crypto: incomplete place of a sealed field");
	put32(aad + at, (uint32_t)n);
	memcpy(aad + at + 4, text, n);
	return at + 4 + n;
}

static size_t
aad_make(unsigned char aad[AAD_MAX], const struct crypto_place *place)
{
	size_t n = 1;

	aad[0] = SEAL_VERSION;
	n = aad_add(aad, n, place->table);
	n = aad_add(aad, n, place->column);
	n = aad_add(aad, n, place->row);
	return aad_add(aad, n, place->person);
}

struct sql_bytes
crypto_seal(struct arena *arena, const struct crypto_key *key, const struct crypto_place *place,
    const void *data, size_t size)
{
	unsigned char aad[AAD_MAX], *out;
	size_t aad_size = aad_make(aad, place);
	int n = 0, tail = 0;

	crypto_ready();
	if (size > INT_MAX / 2)
		fault("crypto_seal: %zu bytes", size);
	out = arena_alloc(arena, SEAL_HEAD + size + TAG);
	out[0] = SEAL_VERSION;
	put32(out + 1, key->kid);
	randombytes_buf(out + 5, NONCE);
	if (EVP_EncryptInit_ex2(cipher, gcm, key->bytes, out + 5, NULL) != 1 ||
	    EVP_EncryptUpdate(cipher, NULL, &n, aad, (int)aad_size) != 1 ||
	    EVP_EncryptUpdate(cipher, out + SEAL_HEAD, &n, data, (int)size) != 1 ||
	    EVP_EncryptFinal_ex(cipher, out + SEAL_HEAD + n, &tail) != 1 ||
	    (size_t)(n + tail) != size ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG, out + SEAL_HEAD + size) != 1)
		fault("crypto: sealing failed");
	EVP_CIPHER_CTX_reset(cipher);
	return (struct sql_bytes){ .data = out, .size = SEAL_HEAD + size + TAG };
}

struct sql_bytes
crypto_seal_text(struct arena *arena, const struct crypto_key *key,
    const struct crypto_place *place, const char *text)
{
	return crypto_seal(arena, key, place, text, strlen(text));
}

const char *
crypto_open(struct arena *arena, const struct crypto_key *key, const struct crypto_place *place,
    struct sql_bytes sealed, size_t *size)
{
	unsigned char aad[AAD_MAX], tag[TAG];
	size_t aad_size = aad_make(aad, place), text;
	int n = 0, tail = 0;
	char *out;
	bool ok;

	if (sealed.size < SEAL_HEAD + TAG || sealed.size > INT_MAX / 2 ||
	    sealed.data[0] != SEAL_VERSION || get32(sealed.data + 1) != key->kid)
		return NULL;
	crypto_ready();
	text = sealed.size - SEAL_HEAD - TAG;
	out = arena_alloc(arena, text + 1);
	memcpy(tag, sealed.data + SEAL_HEAD + text, TAG);
	ok = EVP_DecryptInit_ex2(cipher, gcm, key->bytes, sealed.data + 5, NULL) == 1 &&
	    EVP_DecryptUpdate(cipher, NULL, &n, aad, (int)aad_size) == 1 &&
	    EVP_DecryptUpdate(cipher, (unsigned char *)out, &n, sealed.data + SEAL_HEAD,
	        (int)text) == 1 &&
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
	    EVP_DecryptFinal_ex(cipher, (unsigned char *)out + n, &tail) == 1;
	EVP_CIPHER_CTX_reset(cipher);
	if (!ok) {
		sodium_memzero(out, text);
		return NULL;
	}
	out[text] = '\0';
	if (size)
		*size = text;
	return out;
}

/* The last few unwrapped keys of this process. A slot is found by the wrapped
 * form itself, so a replaced or altered key never meets an old entry. */
#define KEY_SLOTS 64
static struct key_slot {
	unsigned char wrapped[WRAP_HEAD + WRAP_CIPHER];
	struct crypto_key key;
} *key_slots;

static const struct crypto_key *
cached_key(struct sql_bytes wrapped)
{
	struct key_slot *slot;

	if (wrapped.size != WRAP_HEAD + WRAP_CIPHER)
		return NULL;
	if (!key_slots) {
		key_slots = sodium_allocarray(KEY_SLOTS, sizeof(*key_slots));
		if (!key_slots)
			fault("crypto: no memory for keys");
		sodium_memzero(key_slots, KEY_SLOTS * sizeof(*key_slots));
	}
	slot = &key_slots[wrapped.data[WRAP_HEAD] % KEY_SLOTS];
	if (memcmp(slot->wrapped, wrapped.data, sizeof(slot->wrapped)) != 0) {
		struct crypto_key key;

		if (!crypto_key_unwrap(wrapped, &key))
			return NULL;
		slot->key = key;
		memcpy(slot->wrapped, wrapped.data, sizeof(slot->wrapped));
		sodium_memzero(&key, sizeof(key));
	}
	return &slot->key;
}

const char *
crypto_open_wrapped(struct arena *arena, struct sql_bytes wrapped,
    const struct crypto_place *place, struct sql_bytes sealed)
{
	const struct crypto_key *key = cached_key(wrapped);

	return key ? crypto_open(arena, key, place, sealed, NULL) : NULL;
}
