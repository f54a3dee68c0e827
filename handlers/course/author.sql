-- Authoring: an educator's own courses; ADMIN may open any. "Own" stands in
-- each query; row security is the second line.

-- ---- home --------------------------------------------------------------------------

-- author_stats(person uuid) -> one
--   courses i64, published i64, learners i64, completions i64, week i64
select count(*) as courses,
       count(*) filter (where status = 'PUBLISHED') as published,
       coalesce(sum(enrolment_count), 0)::int8 as learners,
       coalesce(sum(completed_count), 0)::int8 as completions,
       coalesce(sum((select count(*) from learning.enrolment_public e
                      where e.course_id = c.id and e.enrolled_at > host.now() - interval '7 days')),
         0)::int8 as week
  from course.course c
 where instructor_id = $1;

-- Enrolments per week of the last 12, oldest first.
-- author_weeks(person uuid, zone text) -> many
--   week text, enrolments i64
select to_char(w, 'DD Mon') as week, count(e.id) as enrolments
  from generate_series(date_trunc('week', host.now() at time zone $2) - interval '11 weeks',
         date_trunc('week', host.now() at time zone $2), interval '1 week') w
  left join (learning.enrolment_public e join course.course c
               on c.id = e.course_id and c.instructor_id = $1)
    on e.enrolled_at >= w at time zone $2 and e.enrolled_at < (w + interval '1 week') at time zone $2
 group by w
 order by w;

-- author_courses(person uuid) -> many
--   slug text, title text, status text, students i32, completed i32, lessons i32,
--   updated_at time, rating_sum i32, rating_count i32, changed i64
select c.slug, c.title, c.status, c.enrolment_count as students,
       case when c.enrolment_count = 0 then 0
            else 100 * c.completed_count / c.enrolment_count end as completed,
       c.lesson_count as lessons, c.updated_at, c.rating_sum, c.rating_count,
       (select count(*) from course.lesson l
         where l.course_id = c.id and l.archived_at is null
           and l.draft_version_id is distinct from l.published_version_id) as changed
  from course.course c
 where c.instructor_id = $1
 order by c.updated_at desc, c.id;

-- author_course_add(person uuid, slug text, title text, language text) -> one
--   id uuid, slug text
insert into course.course (slug, instructor_id, category_id, title, language)
select $2, $1, (select id from course.category order by position, title limit 1), $3, $4
returning id, slug;

-- author_slug_lock(slug text) -> one
--   locked bool
-- Who wants the same address waits for the other's transaction, then sees its course.
select true as locked
  from pg_advisory_xact_lock(hashtextextended('course.course_slug ' || left($1, 110), 0));

-- The first of "loops", "loops-2", "loops-3" … that no course has or ever had.
-- Addresses have 120 characters at the most: a long one gives way to its number.
-- author_slug_pick(slug text) -> one
--   slug text
with taken as (
  select slug from course.course_slug
   where slug ~>=~ left($1, 110) and slug ~<~ (left($1, 110) || '~')
)
select t.slug
  from generate_series(1, (select count(*) + 1 from taken)) n
  cross join lateral (select case when n = 1 then rtrim(left($1, 120), '-')
      else rtrim(left($1, 119 - length(n::text)), '-') || '-' || n end as slug) t
 where not exists (select from taken where taken.slug = t.slug)
 order by n
 limit 1;

-- author_slug_free(slug text, course uuid?) -> one
--   free bool
select not exists (select from course.course_slug where slug = $1 and course_id is distinct from $2)
   and not exists (select from course.course where slug = $1 and id is distinct from $2) as free;

-- The educator's other course of this title that is not archived.
-- author_title_twin(instructor uuid, title text, course uuid?) -> one
--   slug text
select slug from course.course
 where instructor_id = $1 and lower(title) = lower($2) and status <> 'ARCHIVED'
   and id is distinct from $3;

-- ---- one course ----------------------------------------------------------------------

-- Writers of one course come one after the other: positions, numbers and slugs
-- are counted from what is there.
-- author_lock(slug text, person uuid) -> one
--   id uuid
select id from course.course
 where slug = $1 and (instructor_id = $2 or (select host.role()) = 'ADMIN')
   for no key update;

-- author_course(slug text, person uuid) -> one
--   id uuid, slug text, title text, code text?, summary text, about_source text, level text,
--   language text, price i64, currency text, outcomes text[], requirements text[],
--   category uuid, category_title text, status text, students i32, lock_version i32,
--   weeks i32?, licence text?, licence_url text?, attribution text?, source_url text?,
--   instructor_id uuid, may_sell bool
select c.id, c.slug, c.title, c.code, c.summary, c.about_source, c.level, c.language, c.price,
       c.currency, c.outcomes, c.requirements, c.category_id as category,
       g.title as category_title, c.status, c.enrolment_count as students, c.lock_version,
       c.weeks::int4 as weeks, c.licence, c.licence_url, c.attribution, c.source_url,
       c.instructor_id, coalesce((select s.tier from marketplace.seller_public s
           where s.person_id = c.instructor_id), 'PRO') <> 'FREE' as may_sell
  from course.course c
  join course.category g on g.id = c.category_id
 where c.slug = $1 and (c.instructor_id = $2 or (select host.role()) = 'ADMIN');

-- author_categories() -> many
--   id uuid, title text
select id, title from course.category order by position, title;

-- author_skills(course uuid) -> many
--   title text
select s.title
  from course.course_skill k join course.skill s on s.id = k.skill_id
 where k.course_id = $1
 order by k.position, s.title;

-- Those with _at are for readers who come by the address: all that a page needs
-- travels in one round trip.
-- author_skills_at(course text, person uuid) -> many like author_skills
select s.title
  from course.course c
  join course.course_skill k on k.course_id = c.id
  join course.skill s on s.id = k.skill_id
 where c.slug = $1 and (c.instructor_id = $2 or (select host.role()) = 'ADMIN')
 order by k.position, s.title;

-- author_modules(course uuid) -> many
--   id uuid, title text, summary text, position i32
select id, title, summary, position from course.module where course_id = $1 order by position;

-- author_modules_at(course text, person uuid) -> many like author_modules
select m.id, m.title, m.summary, m.position
  from course.course c
  join course.module m on m.course_id = c.id
 where c.slug = $1 and (c.instructor_id = $2 or (select host.role()) = 'ADMIN')
 order by m.position;

-- author_lessons(course uuid) -> many
--   id uuid, module_id uuid, slug text, title text, kind text, minutes i32, preview bool,
--   published uuid?, draft uuid?, words i32
select l.id, l.module_id, l.slug, l.title, l.kind, l.minutes, l.preview,
       l.published_version_id as published, l.draft_version_id as draft,
       coalesce(v.words, 0) as words
  from course.lesson l
  join course.module m on m.id = l.module_id
  left join course.lesson_version v on v.id = l.draft_version_id
 where l.course_id = $1 and l.archived_at is null
 order by m.position, l.position;

-- author_course_save(id uuid, version i32, title text, slug text, code text?, summary text,
--   about_source text, about_html text, category uuid, level text, language text, price i64,
--   outcomes text[], requirements text[]) -> exec
update course.course
   set title = $3, slug = $4, code = $5, summary = $6, about_source = $7, about_html = $8,
       category_id = $9, level = $10, language = $11, price = $12, outcomes = $13,
       requirements = $14, lock_version = lock_version + 1, content_version = content_version + 1
 where id = $1 and lock_version = $2;

-- author_code_free(code text, course uuid) -> one
--   free bool
select not exists (select from course.course where code = $1 and id <> $2) as free;

-- author_skills_clear(course uuid) -> exec
delete from course.course_skill where course_id = $1;

-- A skill is its title; names that make the same slug ("C", "C#", "数学") are told
-- apart by a mark of the title.
-- author_skill_add(course uuid, slug text, title text, position i32) -> exec
with added as (
  insert into course.skill (slug, title)
  select case when exists (select from course.skill where slug = $2)
              then rtrim(left($2, 71), '-') || '-' || left(md5($3), 8) else $2 end, $3
   where not exists (select from course.skill where title = $3)
      on conflict do nothing returning id
), skill as (
  select id from course.skill where title = $3 union all select id from added limit 1
)
insert into course.course_skill (course_id, skill_id, position)
select $1, id, $4 from skill
    on conflict do nothing;

-- author_status(id uuid, was text, becomes text) -> exec
update course.course set status = $3, lock_version = lock_version + 1
 where id = $1 and status = $2;

-- The first publication takes every text that was never published.
-- author_publish_lessons(course uuid) -> exec
update course.lesson l
   set published_version_id = l.draft_version_id, words = v.words
  from course.lesson_version v
 where l.course_id = $1 and l.published_version_id is null and l.archived_at is null
   and v.id = l.draft_version_id;

-- ---- outline -----------------------------------------------------------------------------

-- author_module_add(course uuid, title text) -> one
--   id uuid
insert into course.module (course_id, title, position)
select $1, $2, coalesce(max(position) + 1, 0) from course.module where course_id = $1
returning id;

-- author_module_save(course uuid, id uuid, title text, summary text) -> exec
update course.module set title = $3, summary = $4, lock_version = lock_version + 1
 where id = $2 and course_id = $1;

-- author_module_delete(course uuid, id uuid) -> exec
delete from course.module m
 where m.id = $2 and m.course_id = $1
   and not exists (select from course.lesson l where l.module_id = m.id);

-- author_lesson_add(course uuid, module uuid, slug text, title text, kind text) -> one
--   id uuid, slug text
insert into course.lesson (course_id, module_id, slug, title, kind, position)
select $1, m.id, $3, $4, $5,
       coalesce((select max(position) + 1 from course.lesson where module_id = m.id), 0)
  from course.module m
 where m.id = $2 and m.course_id = $1
returning id, slug;

-- author_lesson_slugs(course uuid, slug text) -> many
--   slug text
select slug from course.lesson where course_id = $1 and (slug = $2 or starts_with(slug, $2 || '-'));

-- New order of all modules: only when the given ids are exactly those stored.
-- author_modules_order(course uuid, ids uuid[]) -> exec
update course.module m
   set position = t.n - 1
  from unnest($2::uuid[]) with ordinality as t (id, n)
 where m.id = t.id and m.course_id = $1
   and (select count(*) from course.module where course_id = $1) = cardinality($2::uuid[]);

-- author_lessons_order(course uuid, module uuid, ids uuid[]) -> exec
update course.lesson l
   set position = t.n - 1
  from unnest($3::uuid[]) with ordinality as t (id, n)
 where l.id = t.id and l.module_id = $2 and l.course_id = $1
   and (select count(*) from course.lesson where module_id = $2) = cardinality($3::uuid[]);

-- Every lesson of the module, archived ones too, in their order.
-- author_lesson_ids(course uuid, module uuid) -> many
--   id uuid
select id from course.lesson where course_id = $1 and module_id = $2 order by position;

-- ---- texts ---------------------------------------------------------------------------------

-- author_lesson(course uuid, slug text, person uuid) -> one
--   id uuid, module_id uuid, slug text, title text, kind text, minutes i32, preview bool,
--   draft uuid?, published uuid?, source text?, saved_at time?, author uuid?, published_at time?,
--   words i32, own_source text?, own_base uuid?, own_at time?, learners bool
select l.id, l.module_id, l.slug, l.title, l.kind, l.minutes, l.preview, l.draft_version_id as draft,
       l.published_version_id as published, v.source, v.created_at as saved_at,
       v.created_by as author, p.created_at as published_at, coalesce(v.words, 0) as words,
       d.source as own_source, d.base_version_id as own_base, d.updated_at as own_at,
       exists (select from learning.lesson_progress_public g where g.lesson_id = l.id) as learners
  from course.lesson l
  left join course.lesson_version v on v.id = l.draft_version_id
  left join course.lesson_version p on p.id = l.published_version_id
  left join course.lesson_draft d on d.lesson_id = l.id and d.person_id = $3
 where l.course_id = $1 and l.slug = $2 and l.archived_at is null;

-- A lesson by the addresses of a page; the course is one that the person may
-- edit, as in author_course.
-- author_lesson_at(course text, slug text, person uuid) -> one like author_lesson
select l.id, l.module_id, l.slug, l.title, l.kind, l.minutes, l.preview, l.draft_version_id as draft,
       l.published_version_id as published, v.source, v.created_at as saved_at,
       v.created_by as author, p.created_at as published_at, coalesce(v.words, 0) as words,
       d.source as own_source, d.base_version_id as own_base, d.updated_at as own_at,
       exists (select from learning.lesson_progress_public g where g.lesson_id = l.id) as learners
  from course.course c
  join course.lesson l on l.course_id = c.id and l.slug = $2 and l.archived_at is null
  left join course.lesson_version v on v.id = l.draft_version_id
  left join course.lesson_version p on p.id = l.published_version_id
  left join course.lesson_draft d on d.lesson_id = l.id and d.person_id = $3
 where c.slug = $1 and (c.instructor_id = $3 or (select host.role()) = 'ADMIN');

-- author_lessons_at(course text, person uuid) -> many like author_lessons
select l.id, l.module_id, l.slug, l.title, l.kind, l.minutes, l.preview,
       l.published_version_id as published, l.draft_version_id as draft,
       coalesce(v.words, 0) as words
  from course.course c
  join course.lesson l on l.course_id = c.id and l.archived_at is null
  join course.module m on m.id = l.module_id
  left join course.lesson_version v on v.id = l.draft_version_id
 where c.slug = $1 and (c.instructor_id = $2 or (select host.role()) = 'ADMIN')
 order by m.position, l.position;

-- author_version_add(lesson uuid, course uuid, source text, html text, plain text, words i32,
--   headings json, author uuid) -> one
--   id uuid
insert into course.lesson_version (lesson_id, course_id, number, source, html, plain, words,
    headings, created_by)
select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8
  from course.lesson_version where lesson_id = $1
returning id;

-- 0 rows: somebody else saved meanwhile (rule A2).
-- author_lesson_save(id uuid, base uuid?, draft uuid?, title text, slug text, kind text,
--   minutes i32, preview bool) -> exec
update course.lesson
   set draft_version_id = coalesce($3, draft_version_id), title = $4, slug = $5, kind = $6,
       minutes = $7, preview = $8, lock_version = lock_version + 1
 where id = $1 and draft_version_id is not distinct from $2;

-- author_lesson_publish(id uuid) -> exec
update course.lesson l set published_version_id = l.draft_version_id, words = v.words
  from course.lesson_version v
 where l.id = $1 and v.id = l.draft_version_id;

-- author_course_changed(course uuid) -> exec
update course.course set content_version = content_version + 1 where id = $1;

-- author_draft_put(person uuid, lesson uuid, base uuid?, source text) -> one
--   updated_at time
insert into course.lesson_draft (person_id, lesson_id, base_version_id, source)
values ($1, $2, (select v.id from course.lesson_version v where v.id = $3 and v.lesson_id = $2), $4)
    on conflict (person_id, lesson_id) do update
       set base_version_id = excluded.base_version_id, source = excluded.source
returning updated_at;

-- author_draft_drop(person uuid, lesson uuid) -> exec
delete from course.lesson_draft where person_id = $1 and lesson_id = $2;

-- author_lesson_delete(id uuid) -> exec
delete from course.lesson where id = $1;

-- author_lesson_archive(id uuid) -> exec
update course.lesson set archived_at = host.now() where id = $1;

-- author_media(course uuid) -> many
--   name text, hash text, width i32?, height i32?, bytes i64, path text, type text, alt text
select name, hash, width, height, bytes, path, type, alt
  from course.media where course_id = $1 order by name;

-- author_media_at(course text, person uuid) -> many like author_media
select m.name, m.hash, m.width, m.height, m.bytes, m.path, m.type, m.alt
  from course.course c
  join course.media m on m.course_id = c.id
 where c.slug = $1 and (c.instructor_id = $2 or (select host.role()) = 'ADMIN')
 order by m.name;

-- author_sources(course uuid) -> many
--   module_id uuid, slug text, title text, kind text, minutes i32, preview bool, source text
select l.module_id, l.slug, l.title, l.kind, l.minutes, l.preview, coalesce(v.source, '') as source
  from course.lesson l
  join course.module m on m.id = l.module_id
  left join course.lesson_version v on v.id = l.draft_version_id
 where l.course_id = $1 and l.archived_at is null
 order by m.position, l.position;

-- author_prerequisites(course uuid) -> many
--   code text
select c.code
  from course.prerequisite p join course.course c on c.id = p.required_id
 where p.course_id = $1 and c.code is not null;
