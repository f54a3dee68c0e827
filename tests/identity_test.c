/* Persons, sessions, passwords and audit against a real database. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "audit/audit.h"
#include "cluster.h"
#include "conf.h"
#include "crypto.h"
#include "db.h"
#include "fault.h"
#include "host/session.sql.h"
#include "identity/identity.h"
#include "scratch.h"

#define PASSWORD "quiet-baobab-morning-41"

static struct arena *a;
static struct conf settings;
static struct db *web, *auth, *jobs;
static char key_path[256];

static void
begin(void)
{
	char reason[256];

	settings = *conf;
	settings.hash_memory_kib = 1024;
	settings.hash_passes = 1;
	settings.mail_from = "Example School <learn@school.example>";
	conf = &settings;
	a = arena_new(64 << 20);
	scratch_name(key_path, sizeof key_path, "identity_test");
	close(mkstemp(key_path));
	unlink(key_path);
	cr_assert(crypto_key_file_create(key_path, reason, sizeof(reason)));
	cr_assert(crypto_init(key_path, reason, sizeof(reason)), "%s", reason);
	web = db_new(cluster_as("db_web"));
	auth = db_new(cluster_as("db_auth"));
	jobs = db_new(cluster_as("db_jobs"));
}

static void
end(void)
{
	db_free(web);
	db_free(auth);
	db_free(jobs);
	unlink(key_path);
	arena_free(a);
	cluster_drop();
}

TestSuite(identity, .init = begin, .fini = end);

static const char *
person(const char *email, const char *name, const char *roles)
{
	const struct identity_new new = { .email = email, .name = name, .password = PASSWORD,
		.role = roles, .verified = true };
	const char *id;

	db_begin(jobs, a, true, NULL);
	id = identity_create(jobs, a, &new);
	db_commit(jobs);
	return id;
}

/* A session of the person; its token's hash. */
static struct sql_bytes
session(const char *id, const char *network, bool remember)
{
	struct sql_bytes hash = crypto_digest(a, crypto_token(a, 32));
	unsigned char *seed = arena_alloc(a, 32);
	struct session_start row;

	db_begin(auth, a, true, NULL);
	cr_assert(sql_session_start(auth, id, hash, (struct sql_bytes){ seed, 32 }, remember,
	    "Firefox on Linux", network, &row));
	db_commit(auth);
	return hash;
}

static struct session_enter entered;
static bool found;

/* Opens a unit of work as the person of the session. */
static void
enter(struct db *db, struct sql_bytes hash, bool write)
{
	static struct db_prefix prefix;
	static const char *params[3];

	params[0] = arena_printf(a, "\\x%s", crypto_hex(a, hash.data, hash.size));
	params[1] = "0123456789abcdef0123456789abcdef";
	params[2] = write ? "t" : "f";
	found = false;
	prefix = (struct db_prefix){ &query_session_enter, params, &entered, &found };
	db_begin(db, a, write, &prefix);
	db_flush(db);
}

static bool
lives(struct sql_bytes hash)
{
	struct session_enter row;
	bool is;

	db_begin(web, a, false, NULL);
	is = sql_session_enter(web, hash, "r", false, &row);
	db_rollback(web);
	return is;
}

static enum identity_signin_result
signin(const char *email, const char *password, const char *network)
{
	struct identity_signin s;

	db_begin(auth, a, true, NULL);
	s = identity_signin(auth, a, email, password, network);
	if (s.result == IDENTITY_SIGNED_IN)
		db_commit(auth);
	else
		db_rollback(auth); /* as dispatch does for a status of 400 and more */
	return s.result;
}

Test(identity, keeps_names_and_addresses_sealed_and_gives_them_back)
{
	const char *id = person(" Alice@School.Example", "Alice Johnson", "STUDENT");
	struct identity_profile p;

	cr_assert_not_null(id);
	cr_assert_str_eq(cluster_sql("select count(*) from identity.person where position("
	    "'lice'::bytea in name_ct) > 0 or position('lice'::bytea in email_ct) > 0"), "0");
	enter(web, session(id, "192.0.2.0/24", false), true);
	cr_assert(found);
	cr_assert_str_eq(identity_name(a, entered.person_id, entered.name_ct, entered.data_key),
	    "Alice Johnson");
	cr_assert_str_eq(entered.role, "STUDENT");
	cr_assert(identity_profile(web, a, id, &p));
	cr_assert_str_eq(p.email, "alice@school.example");
	identity_name_set(web, a, id, "Alice J. Smith");
	identity_about_set(web, a, id, "Likes diagrams", "Durban", "Africa/Lagos", "zu-ZA");
	identity_learning_set(web, a, id, "{\"learningStyle\":\"VISUAL\"}");
	identity_accessibility_set(web, a, id, "{\"reducedMotion\":true}");
	identity_preferences_set(web, id, "{\"theme\":\"dark\"}");
	identity_preferences_set(web, id, "{\"mail\":false}");
	identity_publish(web, id, "Alice", "Learner", NULL, NULL);
	cr_assert(identity_profile(web, a, id, &p));
	cr_assert_str_eq(p.name, "Alice J. Smith");
	cr_assert_str_eq(p.bio, "Likes diagrams");
	cr_assert_str_eq(p.location, "Durban");
	cr_assert_str_eq(p.zone, "Africa/Lagos");
	cr_assert_str_eq(p.learning, "{\"learningStyle\":\"VISUAL\"}");
	cr_assert_str_eq(p.accessibility, "{\"reducedMotion\":true}");
	cr_assert_str_eq(p.preferences, "{\"mail\": false, \"theme\": \"dark\"}");
	cr_assert(p.published);
	db_commit(web);
}

Test(identity, takes_an_address_once_in_any_spelling)
{
	cr_assert_not_null(person("bob@school.example", "Bob", "STUDENT"));
	cr_assert_null(person("BOB@SCHOOL.example", "Bob Two", "STUDENT"));
	cr_assert_str_eq(cluster_sql("select count(*) from identity.person"), "1");
	cr_assert_str_eq(cluster_sql("select count(*) from identity.data_key"), "1");
}

Test(identity, a_value_swapped_between_two_people_does_not_open)
{
	const char *one = person("one@school.example", "One", "STUDENT");
	const char *two = person("two@school.example", "Two", "STUDENT");

	cluster_sql(arena_printf(a, "update identity.person p set name_ct = (select name_ct from"
	    " identity.person where id = '%s') where id = '%s'", one, two));
	enter(web, session(two, "", false), false);
	cr_assert(found);
	cr_assert_str_eq(identity_name(a, two, entered.name_ct, entered.data_key), "");
	db_rollback(web);
	/* Not with the other's key either: the row is part of the seal. */
	cluster_sql(arena_printf(a, "update identity.data_key set wrapped = (select wrapped from"
	    " identity.data_key where person_id = '%s') where person_id = '%s'", one, two));
	enter(web, session(two, "", false), false);
	cr_assert_str_eq(identity_name(a, two, entered.name_ct, entered.data_key), "");
	db_rollback(web);
}

Test(identity, shows_people_themselves_and_an_admin_everybody)
{
	const char *alice = person("alice@school.example", "Alice Johnson", "STUDENT");
	const char *admin = person("root@school.example", "Root", "ADMIN");
	struct identity_filter filter = { .limit = 10 };
	struct identity_profile p;
	struct identity_row *rows;
	int64_t total;

	enter(web, session(alice, "", false), true);
	cr_assert_not(identity_profile(web, a, admin, &p));
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 1);
	cr_assert_not(identity_admin_set(web, a, admin, "DISABLED", NULL));
	db_rollback(web);

	enter(web, session(admin, "", false), true);
	cr_assert(identity_profile(web, a, alice, &p));
	cr_assert_str_eq(p.name, "Alice Johnson");
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 2);
	filter.q = "JOHNSON";
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 1);
	cr_assert_str_eq(rows[0].email, "alice@school.example");
	filter.q = "Alice@school.example";
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 1);
	filter.q = "john";
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 0);
	filter = (struct identity_filter){ .role = "ADMIN", .limit = 10 };
	cr_assert_eq(identity_search(web, a, &filter, &rows, &total), 1);
	db_rollback(web);
}

Test(identity, nobody_from_the_web_becomes_admin_or_verified_by_signing_up)
{
	struct identity_new new = { .email = "evil@school.example", .name = "E", .password = PASSWORD,
		.role = "ADMIN" };

	for (volatile int i = 0; i < 2; i++) {
		struct fault_frame f;

		if (!FAULT_CATCH(&f)) {
			db_begin(web, a, true, NULL);
			identity_create(web, a, &new);
			fault_leave(&f);
			cr_assert_fail("was allowed");
		}
		db_rollback(web);
		cr_assert_eq(f.status, 403);
		new.role = "STUDENT";
		new.verified = true;
	}
	cr_assert_eq(strncmp(cluster_try("db_web", "select password_hash from identity.person"),
	    "42501", 5), 0);
	cr_assert_eq(strncmp(cluster_try("db_web", "select identity.signin_find('', '')"), "42501", 5),
	    0);
	cr_assert_eq(strncmp(cluster_try("db_web", "select token_hash from identity.session"),
	    "42501", 5), 0);
	cr_assert_eq(strncmp(cluster_try("db_web", "update identity.person set roles = '{ADMIN}'"),
	    "42501", 5), 0);
}

Test(identity, signs_in_with_the_right_password_only)
{
	const char *id = person("alice@school.example", "Alice", "STUDENT");

	cr_assert_eq(signin("ALICE@school.example", PASSWORD, "n"), IDENTITY_SIGNED_IN);
	cr_assert_eq(signin("alice@school.example", PASSWORD " ", "n"), IDENTITY_WRONG);
	cr_assert_eq(signin("nobody@school.example", PASSWORD, "n"), IDENTITY_WRONG);
	cr_assert_eq(signin("not an address", PASSWORD, "n"), IDENTITY_WRONG);
	cluster_sql(arena_printf(a, "update identity.person set status = 'DISABLED' where id = '%s'",
	    id));
	cr_assert_eq(signin("alice@school.example", PASSWORD, "n"), IDENTITY_DISABLED);
	cr_assert_eq(signin("alice@school.example", "wrong", "n"), IDENTITY_WRONG);
}

Test(identity, replaces_a_hash_of_old_parameters)
{
	const char *before;

	person("alice@school.example", "Alice", "STUDENT");
	before = arena_strdup(a, cluster_sql("select password_hash from identity.person"));
	cr_assert_eq(signin("alice@school.example", PASSWORD, "n"), IDENTITY_SIGNED_IN);
	cr_assert_str_eq(cluster_sql("select password_hash from identity.person"), before);
	settings.hash_passes = 2;
	cr_assert_eq(signin("alice@school.example", PASSWORD, "n"), IDENTITY_SIGNED_IN);
	cr_assert_not_null(strstr(cluster_sql("select password_hash from identity.person"), "t=2,"));
	cr_assert_eq(signin("alice@school.example", PASSWORD, "n"), IDENTITY_SIGNED_IN);
}

Test(identity, waits_longer_after_each_failure_although_the_request_was_rolled_back)
{
	const char *id = person("alice@school.example", "Alice", "STUDENT");

	for (int i = 0; i < 5; i++)
		cr_assert_eq(signin("alice@school.example", "wrong", "198.51.100.0/24"), IDENTITY_WRONG);
	cr_assert_str_eq(cluster_sql("select failures from identity.signin_failure"), "5");
	cr_assert_eq(signin("alice@school.example", PASSWORD, "203.0.113.0/24"), IDENTITY_WAIT);
	/* The owner's own network is not locked by strangers. */
	session(id, "192.0.2.0/24", false);
	cr_assert_eq(signin("alice@school.example", PASSWORD, "192.0.2.0/24"), IDENTITY_SIGNED_IN);
	cr_assert_eq(signin("alice@school.example", PASSWORD, "203.0.113.0/24"), IDENTITY_WAIT);
	/* Over: the right password clears the counter. */
	cluster_sql("update identity.signin_failure set wait_until = now() - interval '1 second'");
	cr_assert_eq(signin("alice@school.example", PASSWORD, "203.0.113.0/24"), IDENTITY_SIGNED_IN);
	cr_assert_str_eq(cluster_sql("select count(*) from identity.signin_failure"), "0");
	/* 15 minutes at most; after a hundred only a reset helps. */
	cluster_sql(arena_printf(a, "insert into identity.signin_failure values ('%s', '', 60, now())",
	    id));
	signin("alice@school.example", "wrong", "x");
	cr_assert_str_eq(cluster_sql("select wait_until - failed_at from identity.signin_failure"),
	    "00:15:00");
	cluster_sql("update identity.signin_failure set failures = 99, wait_until = null");
	signin("alice@school.example", "wrong", "x");
	cr_assert_str_eq(cluster_sql("select wait_until > now() + interval '50 years' from"
	    " identity.signin_failure"), "t");
}

Test(identity, tokens_work_once_and_for_their_time)
{
	const char *id, *token, *other;
	const struct identity_new new = { .email = "new@school.example", .name = "New",
		.password = PASSWORD, .role = "STUDENT" };
	struct sql_bytes old;

	db_begin(auth, a, true, NULL);
	id = identity_create(auth, a, &new);
	token = identity_verify_token(auth, a, id);
	cr_assert_null(identity_verify_email(auth, a, "nonsense"));
	cr_assert_str_eq(identity_verify_email(auth, a, token), id);
	cr_assert_null(identity_verify_email(auth, a, token), "used twice");
	token = identity_reset_token(auth, a, id);
	other = identity_reset_token(auth, a, id);
	cr_assert_not(identity_reset_token_good(auth, a, token), "the newer one ends the older");
	cr_assert_null(identity_verify_email(auth, a, other), "of another kind");
	db_commit(auth);
	cr_assert_str_eq(cluster_sql("select verified_at is not null from identity.person"), "t");
	cr_assert_str_eq(cluster_sql(arena_printf(a, "select count(*) from identity.token where"
	    " position('%s'::bytea in token_hash) > 0", token)), "0");

	old = session(id, "", false);
	cr_assert(lives(old));
	db_begin(auth, a, true, NULL);
	cr_assert_str_eq(identity_reset_password(auth, a, other, "copper-kite-rides-wind"), id);
	cr_assert_null(identity_reset_password(auth, a, other, "copper-kite-rides-wind-2"));
	db_commit(auth);
	cr_assert_not(lives(old), "a reset ends the sessions");
	cr_assert_eq(signin("new@school.example", "copper-kite-rides-wind", "n"), IDENTITY_SIGNED_IN);
	cr_assert_eq(signin("new@school.example", PASSWORD, "n"), IDENTITY_WRONG);

	db_begin(auth, a, true, NULL);
	token = identity_reset_token(auth, a, id);
	db_commit(auth);
	cluster_sql("update identity.token set expires_at = now() where used_at is null");
	db_begin(auth, a, true, NULL);
	cr_assert_null(identity_reset_password(auth, a, token, PASSWORD));
	db_rollback(auth);
}

Test(identity, sessions_end_rotate_and_change_role)
{
	const char *id = person("sarah@school.example", "Sarah", "EDUCATOR,STUDENT");
	struct sql_bytes hash = session(id, "", false), next = crypto_digest(a, "next");
	struct session_role changed;
	struct session_rotate rotated;
	struct session_end ended;

	enter(web, hash, true);
	cr_assert_str_eq(entered.role, "EDUCATOR");
	cr_assert(sql_session_role(web, entered.session_id, "STUDENT", &changed) && changed.changed);
	cr_assert(sql_session_role(web, entered.session_id, "ADMIN", &changed) && !changed.changed);
	sql_session_rotate(web, hash, next, false, &rotated);
	cr_assert_not(rotated.rotated, "a young token stays");
	db_commit(web);
	cluster_sql("update identity.session set rotated_at = now() - interval '16 minutes'");
	enter(web, hash, true);
	cr_assert_str_eq(entered.role, "STUDENT");
	sql_session_rotate(web, hash, next, false, &rotated);
	cr_assert(rotated.rotated);
	db_commit(web);
	cr_assert(lives(next));
	cr_assert(lives(hash), "good for 30 s: parallel tabs");
	cluster_sql("update identity.session set previous_until = now()");
	cr_assert_not(lives(hash));
	db_begin(web, a, true, NULL);
	sql_session_end(web, next, "signed out", &ended);
	cr_assert(ended.ended);
	db_commit(web);
	cr_assert_not(lives(next));
}

Test(identity, sessions_end_by_time_and_with_the_account)
{
	const char *id = person("alice@school.example", "Alice", "STUDENT");
	struct sql_bytes hash = session(id, "", false);

	cr_assert_str_eq(cluster_sql("select idle_until - created_at || ' ' || absolute_until -"
	    " created_at from identity.session"), "00:30:00 12:00:00");
	cluster_sql("update identity.session set idle_until = now()");
	cr_assert_not(lives(hash));
	hash = session(id, "", true);
	cr_assert_str_eq(cluster_sql("select absolute_until - created_at from identity.session"
	    " where remember"), "30 days");
	cluster_sql("update identity.session set absolute_until = now()");
	cr_assert_not(lives(hash));
	hash = session(id, "", false);
	cluster_sql("update identity.person set status = 'DISABLED'");
	cr_assert_not(lives(hash));
	cluster_sql("update identity.person set status = 'ACTIVE'");
	cr_assert_not(lives(hash), "does not come back");
	id = person("root@school.example", "Root", "ADMIN");
	session(id, "", true);
	cr_assert_str_eq(cluster_sql("select idle_until - created_at || ' ' || absolute_until -"
	    " created_at || ' ' || remember from identity.session where role = 'ADMIN'"),
	    "00:15:00 08:00:00 false");
}

Test(identity, an_admin_changes_people_but_not_themself_and_it_is_audited)
{
	const char *alice = person("alice@school.example", "Alice", "STUDENT");
	const char *admin = person("root@school.example", "Root", "ADMIN");
	const char *const roles[] = { "EDUCATOR", "STUDENT", NULL };
	struct sql_bytes session_alice = session(alice, "", false);
	struct audit_row *rows;
	struct fault_frame f;
	int64_t total;

	enter(web, session(admin, "", false), true);
	cr_assert(identity_admin_set(web, a, alice, NULL, roles));
	cr_assert(identity_admin_set(web, a, alice, "DISABLED", NULL));
	db_commit(web);
	cr_assert_not(lives(session_alice));
	enter(web, session(admin, "", false), false);
	cr_assert_eq(audit_list(web, a, alice, NULL, NULL, 10, 0, &rows, &total), 2);
	cr_assert_str_eq(rows[0].action, "person.change");
	cr_assert_str_eq(rows[0].actor_id, admin);
	cr_assert_str_eq(rows[0].actor_role, "ADMIN");
	cr_assert_str_eq(rows[0].after, "{\"roles\": [\"EDUCATOR\", \"STUDENT\"], \"status\": \"DISABLED\"}");
	db_rollback(web);
	enter(web, session(admin, "", false), true);
	if (!FAULT_CATCH(&f)) {
		identity_admin_set(web, a, admin, "DISABLED", NULL);
		fault_leave(&f);
		cr_assert_fail("locked themself out");
	}
	db_rollback(web);
	cr_assert_eq(f.status, 409);
	cr_assert_str_eq(f.code, "not_on_yourself");
}

Test(identity, audit_rows_cannot_be_changed_forged_or_read_by_others)
{
	const char *alice = person("alice@school.example", "Alice", "STUDENT");
	struct audit_row *rows;
	int64_t total;

	enter(web, session(alice, "", false), true);
	audit_add(web, "test.done", "test", "1", NULL, "{\"a\":1}");
	db_commit(web);
	cr_assert_str_eq(cluster_sql("select actor_id from audit.entry"), alice);
	enter(web, session(alice, "", false), false);
	cr_assert_eq(audit_list(web, a, NULL, NULL, NULL, 10, 0, &rows, &total), 0);
	db_rollback(web);
	cr_assert_eq(strncmp(cluster_try("db_web", "delete from audit.entry"), "42501", 5), 0);
	cr_assert_eq(strncmp(cluster_try("db_web", "insert into audit.entry (actor_id, action,"
	    " object_type) values (gen_random_uuid(), 'x.y', 'z')"), "42501", 5), 0);
	cr_assert_eq(strncmp(cluster_try(NULL, "update audit.entry set action = 'a.b'"), "23001", 5), 0);
	cr_assert_eq(strncmp(cluster_try(NULL, "delete from audit.entry"), "23001", 5), 0);
	cr_assert_eq(strncmp(cluster_try(NULL, "truncate audit.entry"), "23001", 5), 0);
}

Test(identity, erasing_leaves_nothing_readable)
{
	const char *alice = person("alice@school.example", "Alice Johnson", "STUDENT");
	struct identity_found who;

	enter(web, session(alice, "192.0.2.0/24", false), true);
	cr_assert(identity_erase(web, a, alice));
	db_commit(web);
	cr_assert_str_eq(cluster_sql("select status || ' ' || (name_ct is null) || (email_index is null)"
	    " || ' ' || (select count(*) from identity.data_key) || (select count(*) from"
	    " identity.session) || (select count(*) from identity.profile) from identity.person"),
	    "ERASED truetrue 000");
	db_begin(auth, a, false, NULL);
	cr_assert_not(identity_by_email(auth, a, "alice@school.example", &who));
	db_rollback(auth);
	cr_assert_not_null(person("alice@school.example", "Alice Again", "STUDENT"));
}

Test(identity, passwords_must_be_long_and_not_easily_guessed)
{
	static const struct {
		const char *password, *problem;
	} cases[] = { { "fourteen chars", "password_short" }, { PASSWORD, NULL },
		{ "aaaaaaaaaaaaaaa", "password_simple" }, { "123456789012345", "password_simple" },
		{ "abcdefghijklmnopqrstuvwxyz", "password_simple" },
		{ "passwordpassword1", "password_simple" }, { "qwertyuiopasdfghjkl", "password_simple" },
		{ "iloveyouiloveyou!!", "password_simple" }, { "school-school-2026!", "password_personal" },
		{ "AliceJohnson1990!", "password_personal" }, { "alice.j.alice.j.alice", "password_personal" },
		{ "correct horse battery staple", "password_simple" },
		{ "1qaz2wsx3edc4rfv5tgb", "password_simple" }, { "zaq12wsxcde34rfv", "password_simple" },
		{ "M4y the F0rce be with you!", "password_simple" },
		{ "to be or not to be, that is the question", "password_simple" },
		{ "Summer2026Winter2025", "password_simple" }, { "kitekitekitekitekite", "password_simple" },
		{ "I love you so much 2026!!", "password_simple" },
		{ "God is good all", "password_simple" }, { "the quick brown fox", "password_simple" },
		{ "seven blue kites over Soweto", NULL }, { "tin roof, mango, thunder", NULL },
		{ "ngithanda imvula ebusuku", NULL }, { "Umfula under the stars", NULL },
		{ "k\xc3\xb6nnte-man-\xc3\xa4ndern-und", NULL }, { "2f9a7c1e5b8d4f60", NULL } };
	char longer[300];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *problem = identity_password_problem(a, cases[i].password,
		    "alice.j@school.example", "Alice Johnson");

		if (cases[i].problem)
			cr_assert(problem && strcmp(problem, cases[i].problem) == 0, "%s: %s",
			    cases[i].password, problem ? problem : "good");
		else
			cr_assert_null(problem, "%s: %s", cases[i].password, problem);
	}
	for (int i = 0; i < 257; i++)
		longer[i] = (char)('!' + i * 37 % 90);
	longer[257] = '\0';
	cr_assert_str_eq(identity_password_problem(a, longer, NULL, NULL), "password_long");
	longer[256] = '\0';
	cr_assert_null(identity_password_problem(a, longer, NULL, NULL));
}

Test(identity, the_demo_persons_have_good_passwords_of_their_own)
{
	FILE *in = fopen(SOURCE_DIR "/seeds/people.tsv", "r");
	char line[2000], all[4000] = "";
	int n = 0;

	cr_assert_not_null(in);
	while (fgets(line, sizeof(line), in)) {
		char email[200], password[200], roles[100], name[200];
		const char *problem;

		if (line[0] == '#')
			continue;
		cr_assert_eq(sscanf(line, "%199[^\t]\t%199[^\t]\t%99[^\t]\t%199[^\t]", email, password,
		    roles, name), 4, "%s", line);
		problem = identity_password_problem(a, password, email, name);
		cr_assert_null(problem, "%s: %s", email, problem);
		cr_assert_null(strstr(all, password));
		strncat(all, password, sizeof(all) - strlen(all) - 1);
		n++;
	}
	fclose(in);
	cr_assert_geq(n, 6);
}

Test(identity, shortens_names_and_addresses)
{
	cr_assert_str_eq(name_initials(a, "Alice Johnson"), "AJ");
	cr_assert_str_eq(name_initials(a, "Dr. Amara Okonkwo"), "AO");
	cr_assert_str_eq(name_initials(a, " prof.  James van Wilson "), "JW");
	cr_assert_str_eq(name_initials(a, "\xc3\x89milie"), "\xc3\x89");
	cr_assert_str_eq(name_initials(a, ""), "");
	cr_assert_str_eq(identity_masked(a, "alice@example.org"), "a\xe2\x80\xa6@example.org");
	cr_assert_str_eq(identity_masked(a, "nonsense"), "");
}
