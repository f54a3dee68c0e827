-- Lessons that the learners 1 … :people (distinct persons) opened long ago, so that
-- they may be marked; prints "learner course|lesson path" for writer.pl.
\set ON_ERROR_STOP on
create temp table learner on commit preserve rows as
select n, s.person_id
  from generate_series(1, :people) n
  join identity.session s
    on s.token_hash = sha256(convert_to(rpad('fault-learner-' || n, 43, 'x'), 'UTF8'));
create temp table wanted as
select l.n, l.person_id, c.id as course_id, c.slug
  from (select distinct on (person_id) * from learner order by person_id, n) l,
       lateral (select c.id, c.slug from course.course c
                 where c.status = 'PUBLISHED' and c.price = 0 and c.code not like 'fault%'
                   and c.instructor_id <> l.person_id
                   and exists (select from course.lesson_public p where p.course_id = c.id and p.live)
                 order by md5(c.id::text || l.n) limit 1) c;
insert into learning.enrolment (person_id, course_id, source)
select person_id, course_id, 'FREE' from wanted
    on conflict do nothing;
with lesson as (
	select w.n, w.person_id, w.course_id, w.slug, p.id, p.slug as lesson,
	       row_number() over (partition by w.n order by p.id) as place
	  from wanted w join course.lesson_public p on p.course_id = w.course_id and p.live
), opened as (
	insert into learning.lesson_progress (person_id, lesson_id, course_id, enrolment_id, opened_at)
	select l.person_id, l.id, l.course_id, e.id, now() - interval '1 day'
	  from lesson l
	  join learning.enrolment e on e.person_id = l.person_id and e.course_id = l.course_id
	 where l.place <= 6
	    on conflict (person_id, lesson_id) do update set last_accessed_at = now()
	returning person_id, lesson_id
)
select l.n || ' lesson /courses/' || l.slug || '/lessons/' || l.lesson
  from lesson l where l.place <= 6;
-- Each learner leaves what is left from an earlier run, so that enrolling is a change.
update learning.enrolment e set status = 'DROPPED'
  from learner l, course.course c
 where e.person_id = l.person_id and c.id = e.course_id and c.code like 'fault%'
   and e.status = 'ACTIVE';
update learning.lesson_progress p set completed_at = null, completion = null
  from wanted w where p.person_id = w.person_id and p.course_id = w.course_id
   and p.completed_at is not null;
select n || ' course /courses/fault-course-' || (n - 1) * 4 + i
  from generate_series(1, :people) n, generate_series(1, 4) i;
