/* Cryptography. Vectors with the master key 00..1f were computed with another
 * implementation (Python: hashlib, cryptography). */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"
#include "crypto.h"
#include "fault.h"
#include "scratch.h"

#define ROW "0190f0c2-0000-7000-8000-000000000001"
#define PERSON "0190f0c2-0000-7000-8000-000000000002"

static struct arena *a;
static struct conf settings;
static char key_path[256];

static const struct crypto_place place = { .table = "identity.person", .column = "name_ct",
	.row = ROW, .person = PERSON };

static void
begin(void)
{
	unsigned char master[32];
	char reason[256];
	int fd;

	for (int i = 0; i < 32; i++)
		master[i] = (unsigned char)i;
	scratch_name(key_path, sizeof key_path, "crypto_test");
	fd = mkstemp(key_path);
	cr_assert_eq(write(fd, master, 32), 32);
	close(fd);
	settings = *conf;
	settings.hash_memory_kib = 1024;
	settings.hash_passes = 2;
	conf = &settings;
	a = arena_new(16 << 20);
	cr_assert(crypto_init(key_path, reason, sizeof(reason)), "%s", reason);
}

static void
end(void)
{
	unlink(key_path);
	arena_free(a);
}

TestSuite(crypto, .init = begin, .fini = end);

static struct sql_bytes
unhex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	unsigned char *out = arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++) {
		unsigned v;

		sscanf(hex + 2 * i, "%2x", &v);
		out[i] = (unsigned char)v;
	}
	return (struct sql_bytes){ out, n };
}

static const char *const wrapped_hex =
    "01cfd257a93e04672289fb0021c04f573fb397063af27e388054f13d1201e68310e319aa873418f079568ac4283c3"
    "d27a5f1166048";
static const char *const sealed_hex =
    "0100000003000102030405060708090a0bc5c4fbe79d00aa81f469fb4cf219052f33e1bbd67069124982f701";

Test(crypto, digests_agree_with_published_vectors)
{
	unsigned char out[CRYPTO_HASH], key[32] = { 0 };

	crypto_sha256("abc", 3, out);
	cr_assert_str_eq(crypto_hex(a, out, 32),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* RFC 4231 case 2; its 4-byte key is padded with zeros by HMAC itself */
	memcpy(key, "Jefe", 4);
	crypto_hmac(key, "what do ya want for nothing?", 28, out);
	cr_assert_str_eq(crypto_hex(a, out, 32),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

Test(crypto, derives_wraps_seals_and_indexes_as_the_other_implementation)
{
	struct crypto_key key;
	unsigned char sub[32];
	size_t size;
	const char *text;

	crypto_subkey("csrf-pre", 7, sub);
	cr_assert_str_eq(crypto_hex(a, sub, 32),
	    "299ee9483fef3a7ff2848694ff426b2bdb60a3f83313209cfba721f7561060b3");
	cr_assert(crypto_key_unwrap(unhex(wrapped_hex), &key));
	cr_assert_eq(key.kid, 3);
	cr_assert_eq(key.bytes[0], 100);
	cr_assert_eq(key.bytes[31], 131);
	cr_assert_str_eq(crypto_hex(a, crypto_key_wrap(a, &key).data, 53), wrapped_hex);
	text = crypto_open(a, &key, &place, unhex(sealed_hex), &size);
	cr_assert_str_eq(text, "Zo\xc3\xab Mkhize");
	cr_assert_eq(size, strlen(text));
	cr_assert_str_eq(
	    crypto_hex(a, crypto_index(a, "person.email", "alice@example.org").data, 32),
	    "090c4f565ed896b99d740d9785de58b86b8dfe1e017ee704775bc697221ad310");
}

Test(crypto, opens_what_it_sealed_also_through_the_wrapped_key)
{
	struct crypto_key key;
	struct sql_bytes sealed, again;

	crypto_key_new(&key, 1);
	sealed = crypto_seal_text(a, &key, &place, "Sipho");
	again = crypto_seal_text(a, &key, &place, "Sipho");
	cr_assert_neq(memcmp(sealed.data, again.data, sealed.size), 0);
	for (int i = 0; i < 3; i++)
		cr_assert_str_eq(crypto_open_wrapped(a, crypto_key_wrap(a, &key), &place, sealed),
		    "Sipho");
	sealed = crypto_seal(a, &key, &place, "", 0);
	cr_assert_str_eq(crypto_open(a, &key, &place, sealed, NULL), "");
}

Test(crypto, refuses_a_value_moved_to_another_row_column_table_or_person)
{
	struct crypto_place moved[4] = { place, place, place, place };
	struct sql_bytes sealed;
	struct crypto_key key, other;

	crypto_key_new(&key, 1);
	crypto_key_new(&other, 1);
	sealed = crypto_seal_text(a, &key, &place, "secret");
	moved[0].row = PERSON;
	moved[1].column = "email_ct";
	moved[2].table = "identity.profile";
	moved[3].person = ROW;
	for (int i = 0; i < 4; i++)
		cr_assert_null(crypto_open(a, &key, &moved[i], sealed, NULL), "moved %d", i);
	cr_assert_null(crypto_open(a, &other, &place, sealed, NULL));
	other = key;
	other.kid = 2;
	cr_assert_null(crypto_open(a, &other, &place, sealed, NULL), "only the named key is tried");
	/* Fields are length-prefixed: text cannot slide from one to the next. */
	moved[0] = place;
	moved[0].table = "identity.personname_";
	moved[0].column = "ct";
	cr_assert_null(crypto_open(a, &key, &moved[0], sealed, NULL));
}

Test(crypto, refuses_every_single_flipped_bit_and_every_cut)
{
	struct sql_bytes sealed;
	unsigned char *bytes;
	struct crypto_key key;

	crypto_key_new(&key, 1);
	sealed = crypto_seal_text(a, &key, &place, "twenty five characters it");
	bytes = arena_alloc(a, sealed.size);
	for (size_t bit = 0; bit < sealed.size * 8; bit++) {
		memcpy(bytes, sealed.data, sealed.size);
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		cr_assert_null(crypto_open(a, &key, &place,
		    (struct sql_bytes){ bytes, sealed.size }, NULL), "bit %zu", bit);
	}
	for (size_t n = 0; n < sealed.size; n++)
		cr_assert_null(crypto_open(a, &key, &place, (struct sql_bytes){ sealed.data, n },
		    NULL));
}

Test(crypto, refuses_an_altered_wrapped_key_also_when_the_good_one_is_cached)
{
	struct crypto_key key, out;
	struct sql_bytes wrapped, sealed;
	unsigned char bytes[64];

	crypto_key_new(&key, 1);
	wrapped = crypto_key_wrap(a, &key);
	sealed = crypto_seal_text(a, &key, &place, "x");
	cr_assert_not_null(crypto_open_wrapped(a, wrapped, &place, sealed));
	for (size_t bit = 0; bit < wrapped.size * 8; bit++) {
		struct sql_bytes bad = { bytes, wrapped.size };

		memcpy(bytes, wrapped.data, wrapped.size);
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		cr_assert_not(crypto_key_unwrap(bad, &out), "bit %zu", bit);
		cr_assert_null(crypto_open_wrapped(a, bad, &place, sealed));
	}
	cr_assert_not(crypto_key_unwrap((struct sql_bytes){ bytes, 20 }, &out));
}

Test(crypto, another_master_key_opens_nothing)
{
	char other[256];
	struct sql_bytes wrapped, index;
	struct crypto_key key, out;
	char reason[256];

	crypto_key_new(&key, 1);
	wrapped = crypto_key_wrap(a, &key);
	index = crypto_index(a, "person.email", "alice@example.org");
	scratch_name(other, sizeof other, "crypto_other");
	close(mkstemp(other));
	unlink(other);
	cr_assert(crypto_key_file_create(other, reason, sizeof(reason)), "%s", reason);
	cr_assert_not(crypto_key_file_create(other, reason, sizeof(reason)), "replaced a key");
	cr_assert(crypto_init(other, reason, sizeof(reason)), "%s", reason);
	unlink(other);
	cr_assert_not(crypto_key_unwrap(wrapped, &out));
	cr_assert_neq(memcmp(index.data,
	    crypto_index(a, "person.email", "alice@example.org").data, 32), 0);
}

Test(crypto, refuses_key_files_that_others_may_read_or_of_another_size)
{
	char reason[256];

	cr_assert_eq(chmod(key_path, 0640), 0);
	cr_assert_not(crypto_init(key_path, reason, sizeof(reason)));
	cr_assert_not_null(strstr(reason, "0600"), "%s", reason);
	cr_assert_eq(chmod(key_path, 0600), 0);
	cr_assert_eq(truncate(key_path, 31), 0);
	cr_assert_not(crypto_init(key_path, reason, sizeof(reason)));
	cr_assert_eq(truncate(key_path, 33), 0);
	cr_assert_not(crypto_init(key_path, reason, sizeof(reason)));
	cr_assert_not(crypto_init("/nonexistent", reason, sizeof(reason)));
	/* The key of before still works. */
	cr_assert_not_null(crypto_index(a, "p", "x").data);
}

Test(crypto, hashes_passwords_with_the_configured_parameters)
{
	const char *hash = crypto_password_hash(a, "correct horse battery staple");

	cr_assert_eq(strncmp(hash, "$argon2id$v=19$m=1024,t=2,p=1$", 30), 0, "%s", hash);
	cr_assert(crypto_password_verify(hash, "correct horse battery staple"));
	cr_assert_not(crypto_password_verify(hash, "correct horse battery staple "));
	cr_assert_not(crypto_password_verify("not a hash", "x"));
	cr_assert_not(crypto_password_old(hash));
	settings.hash_passes = 3;
	cr_assert(crypto_password_old(hash));
	cr_assert(crypto_password_verify(hash, "correct horse battery staple"));
}

Test(crypto, base64url_is_strict)
{
	unsigned char out[4];
	const char *token = crypto_token(a, 32);

	cr_assert_str_eq(crypto_base64url(a, "\xfb\xff\xfe", 3), "-__-");
	cr_assert(crypto_base64url_decode("-__-", out, 3));
	cr_assert_eq(memcmp(out, "\xfb\xff\xfe", 3), 0);
	cr_assert_not(crypto_base64url_decode("-__-", out, 4));
	cr_assert_not(crypto_base64url_decode("-__-", out, 2));
	cr_assert_not(crypto_base64url_decode("-__-=", out, 3));
	cr_assert_not(crypto_base64url_decode("-_ _-", out, 3));
	cr_assert_not(crypto_base64url_decode("+//+", out, 3));
	cr_assert_eq(strlen(token), 43);
	cr_assert_str_neq(token, crypto_token(a, 32));
}

Test(crypto, compares_texts_of_any_length)
{
	cr_assert(crypto_text_equal("abc", "abc"));
	cr_assert_not(crypto_text_equal("abc", "abd"));
	cr_assert_not(crypto_text_equal("abc", "abcd"));
	cr_assert_not(crypto_text_equal("abc", ""));
}

Test(crypto, uuids_are_version_7_and_in_the_order_of_time)
{
	const char *first = crypto_uuid(a), *second;

	usleep(2000);
	second = crypto_uuid(a);
	cr_assert_eq(strlen(first), 36);
	cr_assert_eq(first[14], '7');
	cr_assert_not_null(strchr("89ab", first[19]));
	cr_assert_lt(strcmp(first, second), 0);
}

Test(crypto, an_incomplete_place_is_a_fault)
{
	struct crypto_place bad = place;
	struct crypto_key key;
	struct fault_frame f;

	crypto_key_new(&key, 1);
	bad.person = NULL;
	if (!FAULT_CATCH(&f)) {
		crypto_seal_text(a, &key, &bad, "x");
		fault_leave(&f);
		cr_assert_fail("sealed without a person");
	}
	cr_assert_eq(f.status, 500);
}
