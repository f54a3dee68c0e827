/* crypto.c: the only file that calls OpenSSL and libsodium. See crypto.h. */
#include "crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"

#define SEAL_VERSION 1
#define WRAP_VERSION 1
#define NONCE 12
#define TAG 16
#define SEAL_HEAD (1 + 4 + NONCE)
#define WRAP_HEAD (1 + 4)
#define WRAP_PLAIN (4 + 32)
#define WRAP_CIPHER 48 /* 36 bytes padded to 40, plus 8 (RFC 5649) */
#define AAD_MAX 512

/* Guarded, locked, left out of core dumps (sodium_malloc). */
static struct secrets {
	unsigned char master[32];
	unsigned char wrap[32];
	unsigned char index[32];
	unsigned char kid[4]; /* names the master key, says nothing about it */
} *secrets;

static EVP_CIPHER *gcm, *kwp;
static EVP_CIPHER_CTX *cipher;

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

static void
ready(void)
{
	if (!secrets)
		fault("crypto: no master key (crypto_init was not called)");
}

/* ---- start ------------------------------------------------------------- */

static bool
read_key(const char *path, unsigned char out[32], char *reason, size_t size)
{
	struct stat st;
	unsigned char extra;
	size_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		snprintf(reason, size, "key file %s: %s", path, strerror(errno));
		return false;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		snprintf(reason, size, "key file %s: not a regular file", path);
		close(fd);
		return false;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		snprintf(reason, size, "key file %s: mode must be 0600 (is %04o)", path,
		    (unsigned)(st.st_mode & 07777));
		close(fd);
		return false;
	}
	while (got < 32) {
		ssize_t n = read(fd, out + got, 32 - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (got != 32 || read(fd, &extra, 1) != 0) {
		snprintf(reason, size, "key file %s: must hold exactly 32 bytes", path);
		close(fd);
		return false;
	}
	close(fd);
	return true;
}

static bool
fetch_ciphers(void)
{
	if (gcm)
		return true;
	gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	kwp = EVP_CIPHER_fetch(NULL, "AES256-WRAP-PAD", NULL);
	cipher = EVP_CIPHER_CTX_new();
	return gcm && kwp && cipher;
}

bool
crypto_init(const char *key_file, char *reason, size_t size)
{
	unsigned char digest[CRYPTO_HASH];
	struct secrets *s;

	if (sodium_init() < 0 || !fetch_ciphers()) {
		snprintf(reason, size, "libsodium or OpenSSL cannot start");
		return false;
	}
	s = sodium_malloc(sizeof(*s));
	if (!s) {
		snprintf(reason, size, "no memory for keys");
		return false;
	}
	if (!read_key(key_file, s->master, reason, size)) {
		sodium_free(s);
		return false;
	}
	if (secrets)
		sodium_free(secrets);
	secrets = s;
	crypto_subkey("kek.pii.", 1, s->wrap);
	crypto_subkey("index...", 1, s->index);
	crypto_hmac(s->wrap, "kid", 3, digest);
	memcpy(s->kid, digest, sizeof(s->kid));
	sodium_mprotect_readonly(s);
	return true;
}

bool
crypto_key_file_create(const char *path, char *reason, size_t size)
{
	unsigned char key[32];
	int fd;
	bool ok;

	if (sodium_init() < 0) {
		snprintf(reason, size, "libsodium cannot start");
		return false;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		snprintf(reason, size, "%s: %s", path, strerror(errno));
		return false;
	}
	randombytes_buf(key, sizeof(key));
	ok = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0;
	sodium_memzero(key, sizeof(key));
	if (close(fd) != 0 || !ok) {
		snprintf(reason, size, "%s: %s", path, strerror(errno));
		unlink(path);
		return false;
	}
	return true;
}

/* ---- random, digests, text forms --------------------------------------- */

void
crypto_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

const char *
crypto_uuid(struct arena *arena)
{
	unsigned char b[16];
	struct timespec ts;
	uint64_t ms;

	clock_gettime(CLOCK_REALTIME, &ts);
	ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	randombytes_buf(b, sizeof(b));
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (8 * (5 - i)));
	b[6] = (unsigned char)(0x70 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	return arena_printf(arena,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
}

const char *
crypto_token(struct arena *arena, size_t bytes)
{
	unsigned char raw[64];
	const char *text;

	if (bytes > sizeof(raw))
		fault("crypto_token: %zu bytes", bytes);
	randombytes_buf(raw, bytes);
	text = crypto_base64url(arena, raw, bytes);
	sodium_memzero(raw, sizeof(raw));
	return text;
}

void
crypto_sha256(const void *data, size_t size, unsigned char out[CRYPTO_HASH])
{
	crypto_hash_sha256(out, data, size);
}

void
crypto_hmac(const unsigned char key[32], const void *data, size_t size,
    unsigned char out[CRYPTO_HASH])
{
	crypto_auth_hmacsha256(out, data, size, key);
}

const char *
crypto_hmac_sha256_hex(struct arena *arena, const char *key, const void *data, size_t size)
{
	unsigned char out[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
	crypto_auth_hmacsha256_update(&state, data, size);
	crypto_auth_hmacsha256_final(&state, out);
	return crypto_hex(arena, out, sizeof out);
}

const char *
crypto_hmac_sha512_hex(struct arena *arena, const char *key, const void *data, size_t size)
{
	unsigned char out[crypto_auth_hmacsha512_BYTES];
	crypto_auth_hmacsha512_state state;

	crypto_auth_hmacsha512_init(&state, (const unsigned char *)key, strlen(key));
	crypto_auth_hmacsha512_update(&state, data, size);
	crypto_auth_hmacsha512_final(&state, out);
	return crypto_hex(arena, out, sizeof out);
}

struct sql_bytes
crypto_digest(struct arena *arena, const char *text)
{
	unsigned char *out = arena_alloc(arena, CRYPTO_HASH);

	crypto_hash_sha256(out, (const unsigned char *)text, strlen(text));
	return (struct sql_bytes){ .data = out, .size = CRYPTO_HASH };
}

bool
crypto_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

bool
crypto_text_equal(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}

void
crypto_wipe(void *data, size_t size)
{
	sodium_memzero(data, size);
}

const char *
crypto_base64url(struct arena *arena, const void *data, size_t size)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	size_t n = sodium_base64_encoded_len(size, variant);
	char *out = arena_alloc(arena, n);

	return sodium_bin2base64(out, n, data, size, variant);
}

bool
crypto_base64url_decode(const char *text, void *out, size_t n)
{
	size_t got = 0, size = strlen(text);
	const char *end = NULL;

	if (sodium_base642bin(out, n, text, size, NULL, &got, &end,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	return got == n && end == text + size;
}

const char *
crypto_hex(struct arena *arena, const void *data, size_t size)
{
	char *out = arena_alloc(arena, size * 2 + 1);

	return sodium_bin2hex(out, size * 2 + 1, data, size);
}

const char *
crypto_base64_mime(struct arena *arena, const void *data, size_t size)
{
	const unsigned char *p = data;
	size_t lines = size / 57 + 1;
	char *out = arena_alloc(arena, lines * 79 + 1), *at = out;

	for (size_t i = 0; i < size; i += 57) {
		size_t n = size - i < 57 ? size - i : 57;
		char line[80];

		sodium_bin2base64(line, sizeof(line), p + i, n, sodium_base64_VARIANT_ORIGINAL);
		size_t len = strlen(line);
		memcpy(at, line, len);
		memcpy(at + len, "\r\n", 2);
		at += len + 2;
	}
	*at = '\0';
	return out;
}

void
crypto_subkey(const char *context, uint64_t id, unsigned char out[32])
{
	ready();
	if (strlen(context) != crypto_kdf_CONTEXTBYTES)
		fault("crypto_subkey: context \"%s\" is not 8 characters", context);
	if (crypto_kdf_derive_from_key(out, 32, id, context, secrets->master) != 0)
		fault("crypto_subkey failed");
}

/* ---- passwords --------------------------------------------------------- */

static size_t
hash_memory(void)
{
	return (size_t)conf->hash_memory_kib * 1024;
}

const char *
crypto_password_hash(struct arena *arena, const char *password)
{
	char *out = arena_alloc(arena, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str_alg(out, password, strlen(password),
	    (unsigned long long)conf->hash_passes, hash_memory(),
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		fault("password hash: no memory for %zu bytes", hash_memory());
	return out;
}

bool
crypto_password_verify(const char *hash, const char *password)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void
crypto_password_dummy(const char *password)
{
	char out[crypto_pwhash_STRBYTES];

	if (crypto_pwhash_str_alg(out, password, strlen(password),
	    (unsigned long long)conf->hash_passes, hash_memory(),
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		fault("password hash: no memory for %zu bytes", hash_memory());
	sodium_memzero(out, sizeof(out));
}

bool
crypto_password_old(const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, (unsigned long long)conf->hash_passes,
	    hash_memory()) != 0;
}

/* ---- sealed fields ----------------------------------------------------- */

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
	ok = EVP_CipherInit_ex2(cipher, kwp, secrets->wrap, NULL, encrypt, NULL) == 1 &&
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

	ready();
	put32(plain, key->kid);
	memcpy(plain + 4, key->bytes, 32);
	out[0] = WRAP_VERSION;
	memcpy(out + 1, secrets->kid, 4);
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

	ready();
	if (wrapped.size != WRAP_HEAD + WRAP_CIPHER || wrapped.data[0] != WRAP_VERSION ||
	    memcmp(wrapped.data + 1, secrets->kid, 4) != 0)
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

	ready();
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
	ready();
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

struct sql_bytes
crypto_index(struct arena *arena, const char *purpose, const char *normalised)
{
	crypto_auth_hmacsha256_state st;
	unsigned char *out = arena_alloc(arena, CRYPTO_HASH);

	ready();
	crypto_auth_hmacsha256_init(&st, secrets->index, sizeof(secrets->index));
	/* The NUL keeps ("ab", "c") and ("a", "bc") apart. */
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)normalised, strlen(normalised));
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
	return (struct sql_bytes){ .data = out, .size = CRYPTO_HASH };
}
