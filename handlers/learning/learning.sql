-- Queries of the learning area. Tables: sql/0004_learning.sql.

-- ---- taking a course --------------------------------------------------------------

-- A course as the person stands to it; missing: required courses not completed.
-- course_for(slug text, person uuid) -> one
--   id uuid, slug text, status text, price i64, opens_at time?, own bool, missing i64,
--   enrolment text?
select c.id, c.slug, c.status, c.price, c.opens_at, c.instructor_id = $2 as own,
       (select count(*) from course.prerequisite_public p
         where p.course_id = c.id and p.strict and not exists (select from learning.enrolment d
             where d.person_id = $2 and d.course_id = p.required_id and d.status = 'COMPLETED'))
           as missing,
       e.status as enrolment
  from course.course_public c
  left join learning.enrolment e on e.course_id = c.id and e.person_id = $2
 where c.slug = $1;

-- A new enrolment, or a dropped one that lives again with its progress (E1).
-- Triggers take the place and count (E2).
-- enrolment_add(person uuid, course uuid) -> exec
insert into learning.enrolment as e (person_id, course_id, source)
values ($1, $2, 'FREE')
    on conflict (person_id, course_id) do update set status = 'ACTIVE' where e.status = 'DROPPED';

-- enrolment_drop(person uuid, course uuid) -> exec
update learning.enrolment set status = 'DROPPED'
 where person_id = $1 and course_id = $2 and status = 'ACTIVE';

-- ---- marking a lesson ---------------------------------------------------------------

-- The person's place in the course of a lesson, locked: of two requests at
-- once only one sees the enrolment become COMPLETED (P5).
-- lesson_for_mark(slug text, lesson text, person uuid) -> one
--   id uuid, slug text, words i32, version_id uuid?, course_id uuid,
--   course_slug text, enrolment_id uuid, enrolment text, opened_at time?, done bool,
--   next_slug text?
select l.id, l.slug, l.words, l.published_version_id as version_id, c.id as course_id,
       c.slug as course_slug, e.id as enrolment_id, e.status as enrolment, p.opened_at,
       p.completed_at is not null as done,
       (select n.slug from course.lesson_public n
         where n.course_id = c.id and n.live
           and (n.module_position, n.position) > (l.module_position, l.position)
         order by n.module_position, n.position limit 1) as next_slug
  from learning.enrolment e
  join course.course_public c on c.id = e.course_id and c.slug = $1
  join course.lesson_public l on l.course_id = c.id and l.slug = $2 and l.live
  left join learning.lesson_progress p on p.lesson_id = l.id and p.person_id = e.person_id
 where e.person_id = $3 and e.status <> 'DROPPED'
   for no key update of e;

-- The trigger counts and completes the enrolment when this was the last one.
-- progress_done(person uuid, lesson uuid, completion text, version uuid?) -> exec
update learning.lesson_progress
   set completed_at = host.now(), completion = $3, version_id = $4
 where person_id = $1 and lesson_id = $2 and completed_at is null;

-- progress_undone(person uuid, lesson uuid) -> exec
update learning.lesson_progress set completed_at = null, completion = null
 where person_id = $1 and lesson_id = $2 and completed_at is not null;

-- What is about to be taken back counts no longer on the day it was done.
-- activity_undone(person uuid, lesson uuid, zone text) -> exec
update learning.activity_day a set lessons_completed = a.lessons_completed - 1
  from learning.lesson_progress p
 where p.person_id = $1 and p.lesson_id = $2 and p.completed_at is not null
   and a.person_id = $1 and a.day = (p.completed_at at time zone $3)::date
   and a.lessons_completed > 0;

-- activity_done(person uuid, zone text) -> exec
insert into learning.activity_day as a (person_id, day, lessons_completed)
values ($1, (host.now() at time zone $2)::date, 1)
    on conflict (person_id, day) do update set lessons_completed = a.lessons_completed + 1;

-- enrolment_state(enrolment uuid, person uuid) -> one
--   status text, percent i32, done i32, required i32
select status, percent, done_count as done, required_count as required
  from learning.enrolment_public
 where id = $1 and person_id = $2;

-- ---- the learner's home ----------------------------------------------------------------

-- Newest touched first.
-- my_courses(person uuid) -> many
--   slug text, title text, tone i32, pattern i32, status text, percent i32, done i32, required i32,
--   touched_at time, next_slug text?, next_title text?, next_minutes i32?
select c.slug, c.title, g.tone, course.look(c.slug) as pattern, e.status, e.percent,
       e.done_count as done, e.required_count as required, e.last_touched_at as touched_at,
       n.slug as next_slug, n.title as next_title, n.minutes as next_minutes
  from learning.enrolment_public e
  join course.course_public c on c.id = e.course_id
  join course.category_public g on g.id = c.category_id
  left join lateral learning.next_lesson(e.person_id, e.course_id, e.last_lesson_id) n on true
 where e.person_id = $1 and e.status <> 'DROPPED'
 order by e.last_touched_at desc
 limit 50;

-- The last 14 days in the person's zone, oldest first.
-- my_days(person uuid, zone text) -> many
--   day date, weekday i32, opened i32, completed i32
select d::date as day, extract(isodow from d)::int4 as weekday,
       coalesce(a.lessons_opened, 0) as opened, coalesce(a.lessons_completed, 0) as completed
  from generate_series((host.now() at time zone $2)::date - 13,
       (host.now() at time zone $2)::date, interval '1 day') d
  left join learning.activity_day a on a.person_id = $1 and a.day = d::date
 order by d;

-- Lessons done, what they are worth in minutes, and days in a row with a
-- lesson done, up to today or yesterday.
-- my_figures(person uuid, zone text) -> one
--   lessons i64, minutes i64, streak i64
select count(*) as lessons, coalesce(sum(l.minutes), 0) as minutes,
       (select count(*)
          from (select a.day, row_number() over (order by a.day desc) as n,
                       max(a.day) over () as last
                  from learning.activity_day a
                 where a.person_id = $1 and a.lessons_completed > 0) r
         where r.last >= (host.now() at time zone $2)::date - 1
           and r.day = r.last - (r.n - 1)::int4) as streak
  from learning.lesson_progress p
  join course.lesson_public l on l.id = p.lesson_id
 where p.person_id = $1 and p.completed_at is not null;

-- Popular courses the person does not take, those of their fields first. Three are chosen by the
-- indexes alone; only their rows are read.
-- my_recommendations(person uuid) -> many
--   slug text, title text, summary text, category text, level text, price i64, currency text,
--   free bool, instructor text, lessons i32, minutes i32, rating_sum i32, rating_count i32,
--   tone i32, pattern i32
with mine as materialized (
	select e.course_id from learning.enrolment e where e.person_id = $1 and not e.preview
), field as materialized (
	select distinct m.category
	  from mine e
	  join course.catalogue_public m on m.course_id = e.course_id
), near as (
	select t.course_id, t.enrolment_count, true as same
	  from field f
	 cross join lateral (select m.course_id, m.enrolment_count from course.catalogue_public m
	     where m.category = f.category
	     order by m.enrolment_count desc, m.course_id desc limit 20) t
), popular as (
	select m.course_id, m.enrolment_count, false as same
	  from course.catalogue_public m
	 order by m.enrolment_count desc, m.course_id desc limit 60
), pick as materialized (
	select t.course_id, t.enrolment_count, bool_or(t.same) as same
	  from (select * from near union all select * from popular) t
	 where not exists (select from mine e where e.course_id = t.course_id)
	 group by t.course_id, t.enrolment_count
	 order by same desc, t.enrolment_count desc, t.course_id desc
	 limit 3
)
select m.slug, m.title, m.summary, m.category_title as category, m.level, m.price, m.currency,
       m.free, m.instructor_name as instructor, m.lesson_count as lessons, m.minutes,
       m.rating_sum, m.rating_count, m.tone, m.pattern
  from pick p
  join course.catalogue_public m on m.course_id = p.course_id
 order by p.same desc, p.enrolment_count desc, p.course_id desc;

-- ---- personal data ------------------------------------------------------------------------

-- enrolment_export(person uuid) -> many
--   course text, status text, source text, percent i32, enrolled_at time, completed_at time?,
--   last_touched_at time
select c.title as course, e.status, e.source,
       case when c.required_count = 0 then 0
            else least(100, 100 * e.done_count / c.required_count) end as percent,
       e.enrolled_at, e.completed_at, e.last_touched_at
  from learning.enrolment e
  join course.course_public c on c.id = e.course_id
 where e.person_id = $1
 order by e.enrolled_at;

-- enrolment_erase(person uuid) -> exec
delete from learning.enrolment where person_id = $1;

-- event_export(person uuid) -> many
--   course text, from_status text?, to_status text, at time
select c.title as course, v.from_status, v.to_status, v.at
  from learning.enrolment_event v
  join learning.enrolment e on e.id = v.enrolment_id
  join course.course_public c on c.id = e.course_id
 where v.person_id = $1
 order by v.at;

-- event_erase(person uuid) -> exec
delete from learning.enrolment_event where person_id = $1;

-- progress_export(person uuid) -> many
--   course text, lesson text, opened_at time, last_accessed_at time, completed_at time?,
--   completion text?, time_spent i32
select c.title as course, l.title as lesson, p.opened_at, p.last_accessed_at, p.completed_at,
       p.completion, p.time_spent
  from learning.lesson_progress p
  join course.course_public c on c.id = p.course_id
  join course.lesson_public l on l.id = p.lesson_id
 where p.person_id = $1
 order by p.opened_at;

-- progress_erase(person uuid) -> exec
delete from learning.lesson_progress where person_id = $1;

-- activity_export(person uuid) -> many
--   day date, seconds i32, lessons_opened i32, lessons_completed i32
select day, seconds, lessons_opened, lessons_completed
  from learning.activity_day
 where person_id = $1
 order by day;

-- activity_erase(person uuid) -> exec
delete from learning.activity_day where person_id = $1;

-- ---- the demonstration world --------------------------------------------------------

-- demo_add(person uuid, code text, lessons i32, days i32) -> one
--   added bool
select learning.demo_add($1, $2, $3, $4) as added;
