/* The search of the catalogue beside a plain slow query over the same random
 * courses, and what it says when the words fit more courses than it gives. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "course_kit.h"

TestSuite(search, .init = world_begin, .fini = world_end, .timeout = 120);

#define TEXT(...) arena_printf(kit_arena(), __VA_ARGS__)

/* What a course of this number is about: the same in every run. Words 0 to 5 are
 * frequent, the others less and less. */
#define WORDS "array['weaving','pottery','loom','glaze','kiln','thread','dye','wool','clay','bobbin'," \
	"'spindle','felt','raku','warp','weft','slip','bisque','celadon','heddle','shuttle']"

static void
courses(int n)
{
	static struct conf unshared;

	/* Shared rows may be a second old: here the database is looked at each time. */
	unshared = *conf;
	unshared.host_cache = false;
	conf = &unshared;
	seed("insert into course.category (slug, title) values ('craft', 'Crafts'), ('art', 'Fine art'),"
	    " ('trade', 'Trades')");
	seed("create function pg_temp.word(seed int8) returns text language sql as"
	    " $$select (" WORDS ")[1 + (power(abs(hashint8(seed)) %% 1000 / 1000.0, 2.5) * 20)::int %% 20]$$;"
	    "insert into course.course (slug, instructor_id, category_id, title, summary, level, language,"
	    " price, status, published_at)"
	    " select 'c' || n, '%s', (select id from course.category order by md5(slug || n) limit 1),"
	    " initcap(pg_temp.word(n)) || ' ' || pg_temp.word(n + 10000) || ' ' || n, 'On ' || pg_temp.word(n + 20000)"
	    " || ' and ' || pg_temp.word(n + 30000), (array['BEGINNER','INTERMEDIATE','ADVANCED'])"
	    " [1 + (hashint4(n) & 1)], (array['en','zu'])[1 + (hashint4(n + 1) & 1)],"
	    " case hashint4(n + 2) & 1 when 0 then 0 else 100 * (n %% 37) end, 'PUBLISHED',"
	    " now() - n * interval '1 hour' from generate_series(1, %d) n", person_id(EVE), n);
	seed("update course.course set enrolment_count = abs(hashint4(length(slug) + 7919 *"
	    " substr(slug, 2)::int4)) %% 500, rating_sum = 3 * (substr(slug, 2)::int4 %% 90),"
	    " rating_count = substr(slug, 2)::int4 %% 90");
}

/* Slugs of the cards of a page, and how many courses it says there are. */
static const char *
page(const char *query, const char *sort, int number, int64_t *total)
{
	struct reply r = api_get(TEXT("/courses?q=%s&sort=%s&page=%d&limit=50", query, sort, number));
	const char *end = strstr(r.json, "\"page\":"), *p = r.json, *all = "";
	long long n = -1;

	cr_assert_eq(r.status, 200, "%s: %d", query, r.status);
	while ((p = strstr(p, "\"slug\":\"")) != NULL && p < end) {
		p += 8;
		all = TEXT("%s%.*s ", all, (int)strcspn(p, "\""), p);
	}
	p = strstr(end, "\"total\":");
	cr_assert(p != NULL && sscanf(p, "\"total\":%lld", &n) == 1);
	*total = n;
	return all;
}

/* The same by one plain query without tiers, cells, limits of hits or indexes. */
static const char *
plainly(const char *words, const char *filter, const char *order, int number)
{
	return value("set enable_indexscan = off; set enable_bitmapscan = off;"
	    "select coalesce(string_agg(slug || ' ', '' order by n), '') from (select slug, row_number()"
	    " over (order by %s) as n from course.catalogue c, websearch_to_tsquery('host.search', '%s') q"
	    " where c.vector @@ q and %s) t where n > %d and n <= %d", order, words, filter,
	    50 * (number - 1), 50 * number);
}

static const struct { const char *sort, *order; } sorts[] = {
	{ "relevance", "ts_rank(vector, q) desc, enrolment_count desc, published_at desc, course_id desc" },
	{ "popular", "enrolment_count desc, published_at desc, course_id desc" },
	{ "newest", "published_at desc, course_id desc" },
	{ "rating", "rating_score desc, published_at desc, course_id desc" },
	{ "title", "title, published_at desc, course_id desc" },
	{ "price", "price, published_at desc, course_id desc" } };

static const struct { const char *query, *words, *filter; } searches[] = {
	{ "weaving", "weaving", "true" },
	{ "looms+thread", "looms thread", "true" },
	{ "clay+or+wool", "clay or wool", "true" },
	{ "kiln+-glaze", "kiln -glaze", "true" },
	{ "%22weaving+pottery%22", "\"weaving pottery\"", "true" },
	{ "pottery&level=BEGINNER&price=FREE", "pottery", "level = 'BEGINNER' and free" },
	{ "thread&category=craft&language=zu", "thread", "category = 'craft' and language = 'zu'" },
	{ "dye&price=PAID&length=SHORT", "dye", "not free and length = 'SHORT'" } };

static void
compare(const char *when)
{
	int64_t said, there;

	for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
		there = count("course.catalogue where vector @@ websearch_to_tsquery('host.search', '%s')"
		    " and %s", searches[i].words, searches[i].filter);
		cr_assert(there > 3, "%s: %s finds %d courses: nothing to compare", when,
		    searches[i].words, (int)there);
		for (size_t s = 0; s < sizeof sorts / sizeof *sorts; s++)
			for (int n = 1; n <= 2; n++) {
				const char *got = page(searches[i].query, sorts[s].sort, n, &said);

				cr_expect_str_eq(got, plainly(searches[i].words, searches[i].filter,
				    sorts[s].order, n), "%s: %s by %s, page %d", when,
				    searches[i].query, sorts[s].sort, n);
				cr_expect_eq(said, there, "%s: %s", when, searches[i].query);
			}
	}
}

Test(search, gives_what_a_plain_query_gives_in_every_order_and_tier)
{
	courses(300);
	compare("one tier");
	cr_assert_eq(strtol(value("select course.tier_refresh(20, 120)"), NULL, 10), 120);
	cr_assert_eq(count("course.catalogue where tier = 2"), 20);
	compare("three tiers");
	/* Courses change, come and go: what is found follows at once. */
	seed("update course.course set title = 'Weaving wool ' || slug where slug in ('c5', 'c17', 'c40')");
	seed("update course.course set status = 'ARCHIVED' where substr(slug, 2)::int4 %% 7 = 0");
	seed("update course.course set enrolment_count = 900 where slug in ('c3', 'c100')");
	compare("after changes");
	(void)value("select course.tier_refresh(20, 120)");
	cr_expect_eq(count("course.catalogue where tier > 0"), 120);
	cr_expect_eq(count("course.catalogue where tier = 2 and slug in ('c3', 'c100')"), 2,
	    "who became popular is looked at first");
	compare("after the night");
	/* As small as at first: one tier is enough. */
	cr_expect_eq(strtol(value("select course.tier_refresh(20, 300)"), NULL, 10), 120);
	cr_expect_eq(count("course.catalogue where tier > 0"), 0);
}

Test(search, gives_the_most_popular_of_very_many_and_says_so)
{
	struct reply r;
	int64_t said;

	courses(620);
	seed("update course.course set summary = 'Everybody asks for macrame'");
	(void)value("select course.tier_refresh(100, 400)");
	r = get("/courses?q=macrame");
	cr_expect(strstr(r.html, "500 of the most popular"));
	cr_expect(strstr(r.json, "\"capped\":true"));
	(void)page("macrame", "newest", 1, &said);
	cr_expect_eq(said, 500);
	cr_expect_eq(count("course.catalogue c where tier > 0 and exists (select from"
	    " course.search('macrame', false) s where s.course_id = c.course_id)"), 400,
	    "all of the popular ones are among them");
	cr_expect_eq(count("course.search('macrame', true)"), 500);
	r = get("/courses?q=raku");
	cr_expect(!strstr(r.html, "500 of the most popular"));
	cr_expect(strstr(r.json, "\"capped\":false"));
}

Test(search, corrects_a_word_in_every_tier_alike)
{
	courses(300);
	(void)value("select course.tier_refresh(20, 120)");
	cr_expect_str_eq(value("select string_agg(slug, ' ' order by slug) from course.search('spindel', false)"
	    " s join course.catalogue c using (course_id)"),
	    value("select string_agg(slug, ' ' order by slug) from course.catalogue where vector @@"
	    " websearch_to_tsquery('host.search', 'spindle')"));
	cr_expect_eq(count("course.search('spindel', true) where exact"), 0);
	cr_expect_eq(count("course.search('spindle', true) where not exact"), 0);
}
