-- What the writers' objects are now, for check.pl. :people = how many learners.
\set ON_ERROR_STOP on
\pset fieldsep '\t'
create temp table learner as
select n, s.person_id
  from generate_series(1, :people) n
  join identity.session s
    on s.token_hash = sha256(convert_to(rpad('fault-learner-' || n, 43, 'x'), 'UTF8'));
select 'state', l.n || ' /courses/' || c.slug, e.status
  from learner l join learning.enrolment e on e.person_id = l.person_id
  join course.course c on c.id = e.course_id
 where c.code like 'fault%';
select 'state', l.n || ' /courses/' || c.slug || '/lessons/' || s.slug,
       case when p.completed_at is null then 'OPEN' else 'DONE' end
  from learner l join learning.lesson_progress p on p.person_id = l.person_id
  join course.lesson s on s.id = p.lesson_id join course.course c on c.id = p.course_id;
select 'times', l.n || ' /courses/' || c.slug, count(*)
  from learner l join learning.enrolment e on e.person_id = l.person_id
  join course.course c on c.id = e.course_id
  join learning.enrolment_event h on h.enrolment_id = e.id and h.to_status = 'ACTIVE'
 where c.code like 'fault%' and h.at >= :'since'
 group by 2;
select 'cache', value, 1 from host.cache_entry where key like 'fault:%';
