/* crypto.c: the master key, random numbers, digests, text forms, passwords, the
 * blind index. OpenSSL and libsodium are called here and in crypto_seal.c alone. */
#include "crypto_part.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"

struct crypto_secrets *crypto_secrets;

void
crypto_ready(void)
{
	if (!crypto_secrets)
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

bool
crypto_init(const char *key_file, char *reason, size_t size)
{
	unsigned char digest[CRYPTO_HASH];
	struct crypto_secrets *s;

	if (sodium_init() < 0 || !crypto_ciphers_open()) {
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
	if (crypto_secrets)
		sodium_free(crypto_secrets);
	crypto_secrets = s;
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
	crypto_ready();
	if (strlen(context) != crypto_kdf_CONTEXTBYTES)
		fault("crypto_subkey: context \"%s\" is not 8 characters", context);
	if (crypto_kdf_derive_from_key(out, 32, id, context, crypto_secrets->master) != 0)
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

/* ---- index ------------------------------------------------------------- */

struct sql_bytes
crypto_index(struct arena *arena, const char *purpose, const char *normalised)
{
	crypto_auth_hmacsha256_state st;
	unsigned char *out = arena_alloc(arena, CRYPTO_HASH);

	crypto_ready();
	crypto_auth_hmacsha256_init(&st, crypto_secrets->index, sizeof(crypto_secrets->index));
	/* The NUL keeps ("ab", "c") and ("a", "bc") apart. */
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)normalised, strlen(normalised));
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
	return (struct sql_bytes){ .data = out, .size = CRYPTO_HASH };
}
