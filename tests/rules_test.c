/*
 * Rules of courses and learning that the schema itself keeps, whatever the
 * handlers do (learning.md 2.1 K, 2.2 A, 2.4 E, 2.5 P).
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"

/* ANN, BOB learn; EVE, MAX teach; ids end in their number. */
#define ID(n) "00000000-0000-7000-8000-00000000000" #n
#define ANN ID(1)
#define BOB ID(2)
#define EVE ID(3)
#define MAX ID(4)
#define ADA ID(5)
#define COURSE ID(6)
#define OTHER ID(7)
#define MODULE ID(8)

static void
begin(void)
{
	cluster_sql("insert into identity.person (id, email_ct, email_index, name_ct)"
	    " select format('00000000-0000-7000-8000-00000000000%s', n)::uuid, '\\x00',"
	    "        sha256(n::text::bytea), '\\x00' from generate_series(1, 5) n;"
	    "insert into identity.public_profile (person_id, display_name) values ('" EVE "', 'Eve Ellis');"
	    "insert into course.category (slug, title) values ('code', 'Programming');"
	    "insert into course.course (id, slug, instructor_id, category_id, title, status)"
	    " select x.id::uuid, x.slug, '" EVE "', c.id, x.title, 'PUBLISHED' from course.category c,"
	    " (values ('" COURSE "', 'first', 'Introduction to Python Programming'),"
	    "         ('" OTHER "', 'second', 'Résumés that work')) x (id, slug, title);"
	    "insert into course.module (id, course_id, title, position) values ('" MODULE "', '" COURSE "', 'M', 1)");
}

TestSuite(rules, .init = begin, .fini = cluster_drop);

/* As the web role for a person in a role. "" or "SQLSTATE message". */
static const char *
as(const char *person, const char *role, const char *sql)
{
	char all[4096];

	(void)snprintf(all, sizeof all, "select set_config('app.uid', '%s', false), "
	    "set_config('app.role', '%s', false); %s", person, role, sql);
	return cluster_try("db_web", all);
}

/* Fails unless the statement sees or changes exactly that many rows. */
static const char *
rows(const char *person, const char *role, int want, const char *sql)
{
	char all[4096];

	(void)snprintf(all, sizeof all, "do $x$ declare n int8; begin %s; get diagnostics n = row_count;"
	    " if n <> %d then raise exception '%% rows', n; end if; end $x$", sql, want);
	return as(person, role, all);
}

#define IS(want, expression) cr_expect_str_eq(cluster_sql("select " expression), want, \
	"%s is %s", expression, cluster_sql("select " expression))
#define REFUSED(part, call) \
	do { \
		const char *said = call; \
		cr_expect(strstr(said, part), "%s, not %s", said, part); \
	} while (0)

/* A lesson with one published text. */
static void
lesson(const char *slug, int minutes)
{
	char sql[1200];

	(void)snprintf(sql, sizeof sql, "with l as (insert into course.lesson (course_id, module_id, slug, title,"
	    " position, minutes) select '" COURSE "', '" MODULE "', '%s', 'Lesson %s',"
	    " coalesce(max(position) + 1, 1), %d from course.lesson returning id)"
	    " insert into course.lesson_version (lesson_id, course_id, number, source, html)"
	    " select id, '" COURSE "', 1, 'text', '<p>text</p>' from l;"
	    " update course.lesson l set published_version_id = v.id, draft_version_id = v.id"
	    "  from course.lesson_version v where v.lesson_id = l.id and l.slug = '%s'", slug, slug, minutes,
	    slug);
	cluster_sql(sql);
}

/* ---- courses ---------------------------------------------------------------------------- */

Test(rules, a_slug_is_never_given_to_another_course)
{
	cluster_sql("update course.course set slug = 'renamed' where slug = 'first'");
	IS("2", "count(*) from course.course_slug where course_id = '" COURSE "'");
	REFUSED("U0409 slug_taken", cluster_try(NULL, "update course.course set slug = 'first' where slug = 'second'"));
	cr_expect_str_empty(cluster_try(NULL, "update course.course set slug = 'first' where slug = 'renamed'"));
}

Test(rules, the_catalogue_shows_published_courses_alone)
{
	IS("2", "count(*) from course.catalogue");
	IS("Eve Ellis", "instructor_name from course.catalogue where slug = 'first'");
	cluster_sql("update course.course set status = 'ARCHIVED' where slug = 'first'");
	IS("0", "count(*) from course.catalogue where slug = 'first'");
	IS("t", "archived_at is not null from course.course where slug = 'first'");
	cluster_sql("update course.course set status = 'PUBLISHED' where slug = 'first'");
	IS("1", "count(*) from course.catalogue where slug = 'first'");
	REFUSED("U0409 course_status", cluster_try(NULL, "update course.course set status = 'DRAFT'"));
	cluster_sql("insert into course.course (slug, instructor_id, category_id, title)"
	    " select 'draft', '" EVE "', id, 'Draft of Haskell' from course.category");
	IS("2", "count(*) from course.catalogue");
	IS("0", "count(*) from course.word where word = 'haskell'");
}

Test(rules, the_catalogue_follows_names_and_counts)
{
	lesson("a", 30);
	lesson("b", 12);
	IS("2 42", "concat(lesson_count, ' ', minutes) from course.catalogue where slug = 'first'");
	IS("2 42 2", "concat(lesson_count, ' ', minutes, ' ', required_count) from course.course where slug = 'first'");
	IS("2 42", "concat(lesson_count, ' ', minutes) from course.module");
	cluster_sql("update course.lesson set required = false where slug = 'a'");
	IS("2 1", "concat(lesson_count, ' ', required_count) from course.course where slug = 'first'");
	cluster_sql("update course.lesson set archived_at = now() where slug = 'b'");
	IS("1 30", "concat(lesson_count, ' ', minutes) from course.catalogue where slug = 'first'");
	cluster_sql("update course.category set title = 'Code'; "
	    "update identity.public_profile set display_name = 'Dr. Eve Ellis'");
	IS("2", "count(*) from course.catalogue where category_title = 'Code' and instructor_name = 'Dr. Eve Ellis'");
	IS("1", "count(*) from course.catalogue where vector @@ websearch_to_tsquery('host.search', 'ellis code python')");
	cluster_sql("update course.lesson set title = 'Generators' where slug = 'a'");
	IS("1", "count(*) from course.catalogue where vector @@ websearch_to_tsquery('host.search', 'generator')");
}

Test(rules, search_finds_stems_accents_and_mistyped_words)
{
	IS("second", "slug from course.catalogue where vector @@ websearch_to_tsquery('host.search', 'resume working')");
	IS("1", "count(*) from course.catalogue where slug = 'first' and vector @@"
	    " websearch_to_tsquery('host.search', 'programs')");
	IS("python programming", "course.spell('phyton progaming')");
	IS("python or resumes", "course.spell('pyton or resumees')");
	IS("t", "course.spell('python programming') is null");
	IS("t", "course.spell('xqzvwk') is null");
	IS("t", "course.spell('') is null");
}

Test(rules, one_rating_never_outranks_two_hundred)
{
	cluster_sql("update course.course set rating_sum = 5, rating_count = 1 where slug = 'first';"
	    "update course.course set rating_sum = 960, rating_count = 200 where slug = 'second'");
	IS("second first", "string_agg(slug, ' ' order by rating_score desc) from course.catalogue");
	cluster_sql("select course.rating_refresh()");
	IS("4800", "mean from course.rating_mean");
	IS("t", "rating_score = (10 * 4800 + 5000) / 11 from course.catalogue where slug = 'first'");
}

Test(rules, prerequisites_never_form_a_circle)
{
	cluster_sql("insert into course.prerequisite (course_id, required_id) values ('" COURSE "', '" OTHER "')");
	REFUSED("U0409 prerequisite_cycle", cluster_try(NULL,
	    "insert into course.prerequisite (course_id, required_id) values ('" OTHER "', '" COURSE "')"));
}

Test(rules, a_saved_text_never_changes)
{
	lesson("a", 1);
	REFUSED("23001", cluster_try(NULL, "update course.lesson_version set source = 'other'"));
	REFUSED("42501", cluster_try("db_jobs", "update course.lesson_version set source = 'other'"));
	REFUSED("42501", as(EVE, "EDUCATOR", "delete from course.lesson_version"));
	lesson("b", 1);
	REFUSED("23000", cluster_try(NULL, "update course.lesson l set published_version_id = v.id"
	    " from course.lesson_version v join course.lesson b on b.id = v.lesson_id"
	    " where l.slug = 'a' and b.slug = 'b'"));
}

Test(rules, lessons_are_put_in_another_order_by_one_statement)
{
	lesson("a", 1);
	lesson("b", 1);
	lesson("c", 1);
	cr_expect_str_empty(as(EVE, "EDUCATOR", "update course.lesson set position = 4 - position"));
	IS("c b a", "string_agg(slug, ' ' order by position) from course.lesson");
	REFUSED("23505", as(EVE, "EDUCATOR", "update course.lesson set position = 1"));
}

/* ---- who sees and changes courses ------------------------------------------------------- */

Test(rules, a_draft_is_its_authors_alone)
{
	cluster_sql("insert into course.course (slug, instructor_id, category_id, title)"
	    " select 'draft', '" EVE "', id, 'Draft' from course.category");
#define SEES "perform * from course.course where slug = 'draft'"
	cr_expect_str_empty(rows(EVE, "EDUCATOR", 1, SEES));
	cr_expect_str_empty(rows(ADA, "ADMIN", 1, SEES));
	cr_expect_str_empty(rows(MAX, "EDUCATOR", 0, SEES));
	cr_expect_str_empty(rows(ANN, "STUDENT", 0, SEES));
	cr_expect_str_empty(rows("", "", 0, SEES));
	cr_expect_str_empty(rows(MAX, "EDUCATOR", 0, "perform * from course.course_public where slug = 'draft'"));
}

Test(rules, a_draft_of_a_text_is_its_authors_alone)
{
	lesson("a", 1);
	cluster_sql("insert into course.lesson_version (lesson_id, course_id, number, source, html)"
	    " select id, course_id, 2, 'secret', '<p>secret</p>' from course.lesson");
#define TEXTS "perform * from course.lesson_version"
	cr_expect_str_empty(rows(EVE, "EDUCATOR", 2, TEXTS));
	cr_expect_str_empty(rows(ADA, "ADMIN", 2, TEXTS));
	cr_expect_str_empty(rows(ANN, "STUDENT", 1, TEXTS));
	cr_expect_str_empty(rows("", "", 1, TEXTS));
}

Test(rules, only_the_author_changes_a_course)
{
	static const char change[] = "update course.course set title = 'Mine' where slug = 'first'";
	static const char add[] = "insert into course.course (slug, instructor_id, category_id, title)"
	    " select 'new', '" MAX "', id, 'New' from course.category";

	cr_expect_str_empty(rows(MAX, "EDUCATOR", 0, change));
	cr_expect_str_empty(rows(ANN, "STUDENT", 0, change));
	cr_expect_str_empty(rows(EVE, "STUDENT", 0, change), "not while in another role");
	cr_expect_str_empty(rows("", "", 0, change));
	cr_expect_str_empty(rows(EVE, "EDUCATOR", 1, change));
	cr_expect_str_empty(rows(ADA, "ADMIN", 1, change));
	REFUSED("42501", as(EVE, "EDUCATOR", add));
	REFUSED("42501", as(MAX, "STUDENT", add));
	REFUSED("42501", as(EVE, "EDUCATOR", "update course.course set instructor_id = '" MAX "'"));
	REFUSED("42501", as(EVE, "EDUCATOR", "update course.course set rating_sum = 5"));
	REFUSED("42501", as(EVE, "EDUCATOR", "update course.course set enrolment_count = 1000"));
	REFUSED("42501", as(MAX, "EDUCATOR", "insert into course.module (course_id, title, position)"
	    " values ('" COURSE "', 'Mine', 9)"));
	cr_expect_str_empty(rows(MAX, "EDUCATOR", 0, "delete from course.module"));
	REFUSED("42501", as(ADA, "ADMIN", "update course.catalogue set title = 'x'"));
	cr_expect_str_empty(as(MAX, "EDUCATOR", add));
}

/* ---- enrolments ---------------------------------------------------------------------------- */

#define ENROL(person) "insert into learning.enrolment (person_id, course_id) values ('" person "', '" COURSE "')"

Test(rules, one_enrols_oneself_and_nobody_else)
{
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	REFUSED("23505", as(ANN, "STUDENT", ENROL(ANN)));
	REFUSED("42501", as(BOB, "STUDENT", ENROL(ANN)));
	REFUSED("42501", as("", "", ENROL(BOB)));
	REFUSED("42501", as(EVE, "EDUCATOR", ENROL(BOB)));
	IS("1 1", "concat(enrolment_count, ' ', seats_taken) from course.course where slug = 'first'");
	IS("1", "enrolment_count from course.catalogue where slug = 'first'");
}

Test(rules, an_enrolment_wants_an_open_free_published_course)
{
	cluster_sql("update course.course set price = 29900 where slug = 'first'");
	REFUSED("U0409 course_not_free", as(ANN, "STUDENT", ENROL(ANN)));
	cluster_sql("update course.course set price = 0, opens_at = now() + interval '1 day' where slug = 'first'");
	REFUSED("U0409 course_not_open", as(ANN, "STUDENT", ENROL(ANN)));
	cluster_sql("update course.course set opens_at = null, status = 'ARCHIVED' where slug = 'first'");
	REFUSED("U0404 course_not_found", as(ANN, "STUDENT", ENROL(ANN)));
	IS("0", "count(*) from learning.enrolment");
	IS("0", "enrolment_count from course.course where slug = 'first'");
}

Test(rules, who_drops_a_course_may_come_back_and_history_keeps_both)
{
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(rows(ANN, "STUDENT", 1, "update learning.enrolment set status = 'DROPPED'"));
	IS("0 0", "concat(enrolment_count, ' ', seats_taken) from course.course where slug = 'first'");
	cr_expect_str_empty(rows(BOB, "STUDENT", 0, "update learning.enrolment set status = 'ACTIVE'"));
	cr_expect_str_empty(rows(ANN, "STUDENT", 1, "update learning.enrolment set status = 'ACTIVE'"));
	IS("ACTIVE DROPPED ACTIVE", "string_agg(to_status, ' ' order by at, id) from learning.enrolment_event"
	    " where actor_id = '" ANN "'");
	REFUSED("23001", cluster_try(NULL, "update learning.enrolment_event set to_status = 'COMPLETED'"));
	cr_expect_str_empty(rows(ANN, "STUDENT", 1, "update learning.enrolment set status = 'DROPPED'"));
	REFUSED("U0409 enrolment_status", cluster_try("db_migrate",
	    "update learning.enrolment set status = 'COMPLETED'"));
}

Test(rules, the_authors_preview_counts_nowhere)
{
	cr_expect_str_empty(as(EVE, "EDUCATOR", "insert into learning.enrolment (person_id, course_id, preview)"
	    " values ('" EVE "', '" COURSE "', true)"));
	REFUSED("U0403", as(ANN, "STUDENT", "insert into learning.enrolment (person_id, course_id, preview)"
	    " values ('" ANN "', '" COURSE "', true)"));
	IS("0 0", "concat(enrolment_count, ' ', seats_taken) from course.course where slug = 'first'");
	IS("0", "count(*) from learning.enrolment_public");
}

/* Fifty at once for eight seats. */
Test(rules, a_course_with_eight_seats_takes_exactly_eight)
{
	enum { TRIES = 50 };
	PGconn *c[TRIES];
	int taken = 0, full = 0;

	cluster_sql("update course.course set seats = 8 where slug = 'first';"
	    "insert into identity.person (id, email_ct, email_index, name_ct)"
	    " select format('00000000-0000-7000-9000-%s', lpad(n::text, 12, '0'))::uuid, '\\x00',"
	    "        sha256(('many' || n)::bytea), '\\x00' from generate_series(0, 49) n");
	for (int i = 0; i < TRIES; i++) {
		c[i] = PQconnectdb(cluster_as("db_web"));
		cr_assert_eq(PQstatus(c[i]), CONNECTION_OK);
	}
	for (int i = 0; i < TRIES; i++) {
		char sql[400];

		(void)snprintf(sql, sizeof sql, "select set_config('app.uid', id, false) from (values"
		    " ('00000000-0000-7000-9000-%012d')) x (id); insert into learning.enrolment (person_id,"
		    " course_id) values ('00000000-0000-7000-9000-%012d', '" COURSE "')", i, i);
		cr_assert(PQsendQuery(c[i], sql));
	}
	for (int i = 0; i < TRIES; i++) {
		PGresult *r, *last = NULL;

		while ((r = PQgetResult(c[i]))) {
			PQclear(last);
			last = r;
		}
		if (PQresultStatus(last) == PGRES_COMMAND_OK)
			taken++;
		else if (!strcmp(PQresultErrorField(last, PG_DIAG_MESSAGE_PRIMARY), "course_full"))
			full++;
		PQclear(last);
		PQfinish(c[i]);
	}
	cr_expect_eq(taken, 8);
	cr_expect_eq(full, 42);
	IS("8", "count(*) from learning.enrolment");
	IS("8 8", "concat(enrolment_count, ' ', seats_taken) from course.course where slug = 'first'");
}

/* ---- progress ---------------------------------------------------------------------------------- */

#define DONE(slug_) \
	"insert into learning.lesson_progress (person_id, lesson_id, course_id, enrolment_id, completed_at," \
	" completion) select e.person_id, l.id, l.course_id, e.id, now(), 'READ' from learning.enrolment e," \
	" course.lesson_public l where l.slug = '" slug_ "' and e.person_id = host.uid()"

Test(rules, all_required_lessons_complete_a_course_once)
{
	lesson("a", 1);
	lesson("b", 1);
	lesson("extra", 1);
	cluster_sql("update course.lesson set required = false where slug = 'extra'");
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("a")));
	IS("ACTIVE 50", "concat(status, ' ', percent) from learning.enrolment_public");
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("extra")));
	IS("ACTIVE 50", "concat(status, ' ', percent) from learning.enrolment_public");
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("b")));
	IS("COMPLETED 100 1", "concat(status, ' ', percent, ' ', e.completed_version) from"
	    " learning.enrolment_public join learning.enrolment e using (id, status)");
	IS("1 1 0", "concat(enrolment_count, ' ', completed_count, ' ', seats_taken) from course.course"
	    " where slug = 'first'");
	/* What is added later takes nothing back. */
	lesson("later", 1);
	IS("COMPLETED 66", "concat(status, ' ', percent) from learning.enrolment_public");
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("later")));
	IS("1", "count(*) from learning.enrolment_event where to_status = 'COMPLETED'");
}

Test(rules, a_lesson_that_goes_may_complete_its_learners)
{
	lesson("a", 1);
	lesson("b", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(as(BOB, "STUDENT", ENROL(BOB)));
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("a")));
	cluster_sql("update course.lesson set archived_at = now() where slug = 'b'");
	IS("COMPLETED", "status from learning.enrolment where person_id = '" ANN "'");
	IS("ACTIVE", "status from learning.enrolment where person_id = '" BOB "'");
}

/* Each sees the other's lesson only after the lock: exactly one completes. */
Test(rules, two_last_lessons_at_once_complete_the_course)
{
	PGconn *x, *y;
	struct pollfd p;

	lesson("a", 1);
	lesson("b", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	x = PQconnectdb(cluster_as("db_web"));
	y = PQconnectdb(cluster_as("db_web"));
	PQclear(PQexec(x, "begin; select set_config('app.uid', '" ANN "', true); " DONE("a")));
	cr_assert(PQsendQuery(y, "begin; select set_config('app.uid', '" ANN "', true); " DONE("b") "; commit"));
	p = (struct pollfd){ .fd = PQsocket(y), .events = POLLIN };
	(void)poll(&p, 1, 200);
	PQclear(PQexec(x, "commit"));
	for (PGresult *r; (r = PQgetResult(y)); PQclear(r))
		cr_expect_neq(PQresultStatus(r), PGRES_FATAL_ERROR, "%s", PQresultErrorMessage(r));
	PQfinish(x);
	PQfinish(y);
	IS("COMPLETED 2", "concat(status, ' ', done_count) from learning.enrolment");
}

Test(rules, nobody_declares_a_course_completed)
{
	lesson("a", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	REFUSED("U0403", as(ANN, "STUDENT", "update learning.enrolment set status = 'COMPLETED'"));
	REFUSED("42501", as(ANN, "STUDENT", "update learning.enrolment set done_count = 9"));
	REFUSED("42501", as(ANN, "STUDENT", "update learning.enrolment set completed_at = now()"));
	REFUSED("42501", as(ANN, "STUDENT", "select learning.completion_check(id) from learning.enrolment"));
	REFUSED("42501", as(ANN, "STUDENT", "select course.count_enrolment('" COURSE "', 0, 1000, 0)"));
	REFUSED("42501", as(ANN, "STUDENT", "insert into learning.enrolment_event (enrolment_id, person_id,"
	    " to_status) select id, person_id, 'COMPLETED' from learning.enrolment"));
}

Test(rules, progress_belongs_to_its_person_and_its_course)
{
	char sql[400];

	lesson("a", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("a")));
	(void)snprintf(sql, sizeof sql, "insert into learning.lesson_progress (person_id, lesson_id, course_id,"
	    " enrolment_id) select '" ANN "', id, course_id, '%s' from course.lesson",
	    cluster_sql("select id from learning.enrolment"));
	REFUSED("42501", as(BOB, "STUDENT", sql));
	REFUSED("23000", as(BOB, "STUDENT", "insert into learning.lesson_progress (person_id, lesson_id, course_id,"
	    " enrolment_id) select '" BOB "', id, course_id, '" ANN "' from course.lesson"));
#define PROGRESS "perform * from learning.lesson_progress"
	cr_expect_str_empty(rows(ANN, "STUDENT", 1, PROGRESS));
	cr_expect_str_empty(rows(BOB, "STUDENT", 0, PROGRESS));
	cr_expect_str_empty(rows("", "", 0, PROGRESS));
	cr_expect_str_empty(rows(EVE, "EDUCATOR", 1, PROGRESS), "the author sees the learners");
	cr_expect_str_empty(rows(EVE, "STUDENT", 0, PROGRESS), "as an educator only");
	cr_expect_str_empty(rows(MAX, "EDUCATOR", 0, PROGRESS));
	cr_expect_str_empty(rows(ADA, "ADMIN", 1, PROGRESS));
	cr_expect_str_empty(rows(EVE, "EDUCATOR", 0, "update learning.lesson_progress set time_spent = 1"));
}

Test(rules, seen_seconds_are_a_union_of_ranges)
{
	lesson("a", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("a")));
	cluster_sql("update learning.lesson_progress set seen = seen + '{[0,30)}'::int4multirange;"
	    "update learning.lesson_progress set seen = seen + '{[20,60)}'::int4multirange;"
	    "update learning.lesson_progress set seen = seen + '{[90,100)}'::int4multirange");
	IS("70", "sum(upper(r) - lower(r)) from learning.lesson_progress, unnest(seen) r");
}

Test(rules, a_lesson_with_learners_cannot_be_deleted_but_a_person_can)
{
	lesson("a", 1);
	cr_expect_str_empty(as(ANN, "STUDENT", ENROL(ANN)));
	cr_expect_str_empty(as(ANN, "STUDENT", DONE("a")));
	REFUSED("23503", as(EVE, "EDUCATOR", "delete from course.lesson"));
	cr_expect_str_empty(cluster_try(NULL, "delete from identity.person where id = '" ANN "'"));
	IS("0 0", "concat((select count(*) from learning.enrolment), ' ', enrolment_count) from course.course"
	    " where slug = 'first'");
}

Test(rules, keys_are_in_the_order_of_time)
{
	IS("t", "bool_and(id > before) from (select id, lag(id) over (order by n) as before from"
	    " (select n, host.uuid7() as id from generate_series(1, 5) n, pg_sleep(0.002)) x) y"
	    " where before is not null");
	IS("7 t", "concat(substr(u, 15, 1), ' ', substr(u, 20, 1) ~ '[89ab]') from"
	    " (select host.uuid7()::text as u) x");
	IS("t", "abs(('x' || substr(replace(host.uuid7()::text, '-', ''), 1, 12))::bit(48)::int8"
	    " - extract(epoch from clock_timestamp()) * 1000) < 50");
}
