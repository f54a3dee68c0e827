/* password.c: password rules, sign-in, one-time tokens. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "conf.h"
#include "db.h"
#include "identity/identity.sql.h"
#include "identity/part.h"

#define PASSWORD_CHARACTERS 15
#define PASSWORD_BYTES 256
/* Characters that must be left when all that is easily guessed is taken away. */
#define PASSWORD_REST 8

/* ---- rules ------------------------------------------------------------------ */

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static char *
lower_copy(struct arena *arena, const char *s)
{
	char *out = arena_strdup(arena, s);

	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return out;
}

/* Removes every occurrence of a word. */
static bool
take_away(char *s, const char *word, size_t n)
{
	bool taken = false;

	if (n < 3)
		return false;
	for (char *at = s; (at = memmem(at, strlen(at), word, n)) != NULL;) {
		memmove(at, at + n, strlen(at + n) + 1);
		taken = true;
	}
	return taken;
}

static bool
take_words(char *s, const char *text)
{
	bool taken = false;

	while (*text) {
		size_t n;

		text += strspn(text, " .,-_+@<>\"'/:");
		n = strcspn(text, " .,-_+@<>\"'/:");
		taken = take_away(s, text, n) || taken;
		text += n;
	}
	return taken;
}

/* Place of a key: row and column; false for what is on none of the rows. */
static bool
key_place(char c, int *row, int *column)
{
	static const char *const rows[] = { "1234567890-=", "qwertyuiop[]", "asdfghjkl;'",
		"zxcvbnm,./" };

	for (*row = 0; *row < 4; ++*row) {
		const char *at = strchr(rows[*row], c);

		if (at) {
			*column = (int)(at - rows[*row]);
			return true;
		}
	}
	return false;
}

/* The next key of the keyboard, in any direction. */
static bool
neighbours(char a, char b)
{
	int row_a, row_b, column_a, column_b;

	return key_place(a, &row_a, &column_a) && key_place(b, &row_b, &column_b) &&
	    abs(row_a - row_b) <= 1 && abs(column_a - column_b) <= 1;
}

/* Characters that do not just repeat, count on, or lie beside the one before. */
static size_t
surprising(const char *s)
{
	bool seen[256] = { false };
	size_t n = 0, distinct = 0;

	for (const char *p = s; *p; p++) {
		int step = p > s ? (unsigned char)p[0] - (unsigned char)p[-1] : 2;

		if ((step < -1 || step > 1) && !(p > s && neighbours(p[-1], p[0])))
			n++;
		if (!seen[(unsigned char)*p]) {
			seen[(unsigned char)*p] = true;
			distinct++;
		}
	}
	/* "abcxabcxabcx" surprises with each letter only a few times. */
	return n < distinct * 2 ? n : distinct * 2;
}

/* "kitekitekite" is "kite": what only repeats is said once. */
static void
say_once(char *s)
{
	size_t n = strlen(s);

	for (size_t period = 1; period <= n / 2; period++)
		if (memcmp(s, s + period, n - period) == 0) {
			s[period] = '\0';
			return;
		}
}

/* Letters and digits only, and the signs that stand for letters as these. */
static char *
as_letters(struct arena *arena, const char *lower)
{
	static const char from[] = "013457@$!", to[] = "oieastasi";
	char *out = arena_strdup(arena, lower), *w = out;

	for (const char *p = lower; *p; p++) {
		const char *at = strchr(from, *p);

		if (at)
			*w++ = to[at - from];
		else if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p & 0x80)
			*w++ = *p;
	}
	*w = '\0';
	return out;
}

static bool
take_list(char *s, const char *const *list)
{
	bool taken = false;

	for (; *list; list++)
		taken = take_away(s, *list, strlen(*list)) || taken;
	return taken;
}

/* Words that stand in many passwords, as they are typed. */
static const char *const common_words[] = { "password", "passwort", "passphrase", "passw0rd",
	"p@ssword", "p@ssw0rd", "welcome", "letmein", "iloveyou", "ilove", "princess", "football",
	"baseball", "superman", "batman", "dragon", "monkey", "shadow", "master", "trustno",
	"whatever", "computer", "internet", "secret", "changeme", "default", "qwertyuiop", "qwertz",
	"qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "zxcvb", "1q2w3e4r", "1q2w3e", "qazwsx", "login",
	"admin", "administrator", "user", "guest", "test", "learn", "student", "teacher", "course",
	"hello", "abc123", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027", "2028",
	"1234", NULL };

static bool
easy(struct arena *arena, const char *rest)
{
	char *typed = arena_strdup(arena, rest), *letters;

	say_once(typed);
	take_list(typed, common_words);
	if (surprising(typed) < PASSWORD_REST)
		return true;
	letters = as_letters(arena, typed);
	say_once(letters);
	return (take_list(letters, identity_common_phrases) | take_list(letters, common_words)) &&
	    surprising(letters) < PASSWORD_REST;
}

const char *
identity_password_problem(struct arena *arena, const char *password, const char *email,
    const char *name)
{
	char *rest = lower_copy(arena, password);
	bool personal = false;

	if (characters(password) < PASSWORD_CHARACTERS)
		return "password_short";
	if (strlen(password) > PASSWORD_BYTES)
		return "password_long";
	if (email)
		personal = take_words(rest, lower_copy(arena, email));
	if (name)
		personal = take_words(rest, lower_copy(arena, name)) || personal;
	/* The name of the site, from the addresses it is known by. */
	personal = take_words(rest, lower_copy(arena, conf->mail_from)) || personal;
	personal = take_words(rest, lower_copy(arena, conf->base_url)) || personal;
	if (personal && surprising(rest) < PASSWORD_REST)
		return "password_personal";
	return easy(arena, rest) ? "password_simple" : NULL;
}

/* ---- signing in ----------------------------------------------------------------- */

/* Counts a failure for good: the request will fail and be rolled back. Bursts
 * leave a row in the audit: at the first wait, and where only a reset helps. */
static void
count_failure(struct db *db, struct arena *arena, const char *person_id, const char *source)
{
	struct signin_failed row = { 0 };

	sql_signin_failed(db, person_id, source, &row);
	if (row.failures == 5 || row.failures == 20 || row.failures == 100)
		audit_add_about(db, person_id, "signin.failures", "person", person_id, NULL,
		    arena_printf(arena, "{\"failures\":%d,\"knownNetwork\":%s}", (int)row.failures,
		    *source ? "true" : "false"));
	db_commit(db);
	db_begin(db, arena, true, NULL);
}

struct identity_signin
identity_signin(struct db *db, struct arena *arena, const char *email, const char *password,
    const char *network)
{
	struct identity_signin result = { .result = IDENTITY_WRONG };
	struct sql_bytes index = identity_index(arena, email);
	struct signin_find row = { 0 };
	bool good;

	if (!index.data || !sql_signin_find(db, index, network, &row)) {
		crypto_password_dummy(password);
		return result;
	}
	if (row.wait_until_set && row.wait_until > clock_now()) {
		/* As long as any other failure: the wait tells that the account exists. */
		crypto_password_dummy(password);
		result.result = IDENTITY_WAIT;
		result.wait_until = row.wait_until;
		return result;
	}
	if (!row.password_hash) {
		crypto_password_dummy(password);
		return result;
	}
	good = crypto_password_verify(row.password_hash, password);
	if (!good) {
		count_failure(db, arena, row.id, row.source);
		return result;
	}
	if (strcmp(row.status, "ACTIVE") != 0) {
		result.result = IDENTITY_DISABLED;
		return result;
	}
	sql_signin_done(db, row.id, row.source, crypto_password_old(row.password_hash) ?
	    crypto_password_hash(arena, password) : NULL);
	result.result = IDENTITY_SIGNED_IN;
	result.person_id = row.id;
	result.verified = row.verified;
	return result;
}

bool
identity_password_check(struct db *db, struct arena *arena, const char *password)
{
	struct password_own row = { 0 };

	(void)arena;
	return sql_password_own(db, &row) && row.password_hash &&
	    crypto_password_verify(row.password_hash, password);
}

bool
identity_password_set(struct db *db, struct arena *arena, const char *password,
    const char *keep_session)
{
	struct password_set row = { 0 };

	return sql_password_set(db, crypto_password_hash(arena, password), keep_session, &row) &&
	    row.done;
}

/* ---- one-time tokens --------------------------------------------------------------- */

static const char *
token_make(struct db *db, struct arena *arena, const char *person_id, const char *type,
    int64_t seconds)
{
	const char *token = crypto_token(arena, 32);

	sql_token_add(db, person_id, type, crypto_digest(arena, token), seconds);
	return token;
}

const char *
identity_verify_token(struct db *db, struct arena *arena, const char *person_id)
{
	return token_make(db, arena, person_id, "VERIFY_EMAIL", IDENTITY_VERIFY_SECONDS);
}

const char *
identity_reset_token(struct db *db, struct arena *arena, const char *person_id)
{
	return token_make(db, arena, person_id, "RESET_PASSWORD", IDENTITY_RESET_SECONDS);
}

bool
identity_reset_token_good(struct db *db, struct arena *arena, const char *token)
{
	struct token_good row = { 0 };

	return sql_token_good(db, crypto_digest(arena, token), "RESET_PASSWORD", &row) && row.good;
}

bool
identity_token_owner(struct db *db, struct arena *arena, enum identity_token type,
    const char *token, struct identity_found *found)
{
	struct token_owner row = { 0 };

	if (!sql_token_owner(db, crypto_digest(arena, token),
	    type == IDENTITY_TOKEN_VERIFY ? "VERIFY_EMAIL" : "RESET_PASSWORD", &row))
		return false;
	*found = (struct identity_found){ .id = row.id, .locale = row.locale,
		.name = identity_name(arena, row.id, row.name_ct, row.data_key),
		.email = identity_email(arena, row.id, row.email_ct, row.data_key),
		.active = strcmp(row.status, "ACTIVE") == 0, .verified = row.verified };
	return true;
}

const char *
identity_verify_email(struct db *db, struct arena *arena, const char *token)
{
	struct email_verify row = { 0 };

	sql_email_verify(db, crypto_digest(arena, token), &row);
	return row.id;
}

const char *
identity_reset_password(struct db *db, struct arena *arena, const char *token,
    const char *password)
{
	struct sql_bytes digest = crypto_digest(arena, token);
	struct password_reset row = { 0 };

	if (!identity_reset_token_good(db, arena, token))
		return NULL;
	sql_password_reset(db, digest, crypto_password_hash(arena, password), &row);
	return row.id;
}
