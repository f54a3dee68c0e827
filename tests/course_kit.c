/* Courses for tests. See course_kit.h. */
#include "course_kit.h"

#define OR(x, other) ((x) ? (x) : (other))
#define READING (INT64_C(30) * 1000000)

static void
lessons_make(const char *course, const struct course_spec *s)
{
	seed("do $$ declare m uuid; l uuid; v uuid; k int; begin "
	    "for i in 0..%d loop "
	    "  insert into course.module (course_id, title, position) "
	    "  values ('%s', 'Module ' || i + 1, i) returning id into m; "
	    "  for j in 0..%d loop "
	    "    k := i * %d + j + 1; l := host.uuid7(); v := host.uuid7(); "
	    "    insert into course.lesson (id, course_id, module_id, slug, title, position, minutes, "
	    "        words, preview) "
	    "    values (l, '%s', m, 'lesson-' || k, 'Lesson ' || k, j, %d, %d, k = 1); "
	    "    insert into course.lesson_version (id, lesson_id, course_id, number, source, html, words) "
	    "    values (v, l, '%s', 1, 'x', '<p>Text of lesson ' || k || '.</p>', %d); "
	    "    update course.lesson set published_version_id = v, draft_version_id = v where id = l; "
	    "  end loop; "
	    "end loop; end $$",
	    OR(s->modules, 1) - 1, course, OR(s->lessons, 1) - 1, OR(s->lessons, 1), course,
	    OR(s->minutes, 10), s->words, course, s->words);
}

const char *
course_make(const struct course_spec *s)
{
	const char *category = OR(s->category, "field"), *id;

	seed("insert into course.category (slug, title) values ('%s', initcap('%s')) "
	    "on conflict do nothing", category, category);
	seed("insert into course.course (slug, title, summary, category_id, instructor_id, level, "
	    "language, price) select '%s', $t$%s$t$, $t$%s$t$, id, '%s', '%s', '%s', %lld "
	    "from course.category where slug = '%s'", s->slug, OR(s->title, s->slug),
	    OR(s->summary, ""), person_id(s->by == NOBODY ? EVE : s->by), OR(s->level, "BEGINNER"),
	    OR(s->language, "en"), (long long)s->price, category);
	id = value("select id from course.course where slug = '%s'", s->slug);
	lessons_make(id, s);
	if (!s->draft)
		seed("update course.course set status = 'PUBLISHED' where id = '%s'", id);
	return id;
}

void
course_take(enum who who, const char *slug)
{
	struct reply r = post_as(who, arena_printf(kit_arena(), "/courses/%s/enrol", slug), NULL);

	cr_assert_eq(r.status, 303, "enrolling in %s: %d %s", slug, r.status, r.html);
}

struct reply
lesson_finish(enum who who, const char *slug, int lesson)
{
	const char *path = arena_printf(kit_arena(), "/courses/%s/lessons/lesson-%d", slug, lesson);

	cr_assert_eq(get_as(who, path).status, 200);
	clock_move(READING);
	return post_as(who, arena_printf(kit_arena(), "%s/done", path), NULL);
}
