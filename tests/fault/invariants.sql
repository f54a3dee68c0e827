-- What must hold after every fault: each row that this prints is a broken rule.
-- (I1, I4, I7, I8 of the list of invariants; the books' own rules in ledger.check_books().)
\set ON_ERROR_STOP on

select 'enrolment_count of ' || c.slug || ' is ' || c.enrolment_count || ', there are ' || count(e.id)
  from course.course c
  left join learning.enrolment e on e.course_id = c.id and e.status <> 'DROPPED' and not e.preview
 group by c.id having c.enrolment_count <> count(e.id);

select 'seats_taken of ' || c.slug || ' is ' || c.seats_taken || ', there are ' || count(e.id)
  from course.course c
  left join learning.enrolment e on e.course_id = c.id and e.status = 'ACTIVE' and not e.preview
 group by c.id having c.seats_taken <> count(e.id);

select 'completed_count of ' || c.slug || ' is ' || c.completed_count || ', there are ' || count(e.id)
  from course.course c
  left join learning.enrolment e on e.course_id = c.id and e.status = 'COMPLETED' and not e.preview
 group by c.id having c.completed_count <> count(e.id);

select 'the catalogue counts ' || k.enrolment_count || ' in ' || k.slug || ', the course '
       || c.enrolment_count
  from course.catalogue k join course.course c on c.id = k.course_id
 where k.enrolment_count <> c.enrolment_count;

select 'published course ' || slug || ' is not in the catalogue' from course.course c
 where status = 'PUBLISHED' and not exists (select from course.catalogue k where k.course_id = c.id);

select 'facet ' || coalesce(f.category, k.category) || ' counts wrongly'
  from course.facet f
  full join (select category, level, language, free, length, count(*) as courses
               from course.catalogue group by 1, 2, 3, 4, 5) k
    on (k.category, k.level, k.language, k.free, k.length)
     = (f.category, f.level, f.language, f.free, f.length)
 where f.courses is distinct from k.courses;

select 'enrolment ' || e.id || ' counts ' || e.done_count || ' lessons, there are ' || d.done
  from learning.enrolment e, lateral (
	select count(*) as done from learning.lesson_progress p
	  join course.lesson_public l on l.id = p.lesson_id and l.live and l.required
	 where p.enrolment_id = e.id and p.completed_at is not null) d
 where e.done_count <> d.done;

-- One row of history per change: the last says what the enrolment is.
select 'enrolment ' || e.id || ' is ' || e.status || ', its history says ' || coalesce(h.to_status, 'nothing')
  from learning.enrolment e
  left join lateral (select to_status from learning.enrolment_event h where h.enrolment_id = e.id
                      order by h.at desc, h.id desc limit 1) h on true
 where h.to_status is distinct from e.status;

-- Each enrolment by a person or by a sale has its event and its audit row, from one transaction.
with taken as (
  select n.person_id, n.course_id, count(*) as times,
         (select count(*) from host.event v where v.type = 'course.enrolled'
             and v.key = n.person_id::text and v.data ->> 'courseId' = n.course_id::text) as events,
         (select count(*) from audit.entry a where a.action = 'course.enrolled'
             and a.person_id = n.person_id and a.object_id = n.course_id::text) as rows
    from learning.enrolment_event h
    join learning.enrolment n on n.id = h.enrolment_id
   where h.to_status = 'ACTIVE' and (h.actor_id = h.person_id or n.source = 'PURCHASE')
   group by n.person_id, n.course_id)
select 'person ' || person_id || ' enrolled ' || times || ' times in course ' || course_id || ', events '
       || events || ', audit ' || rows
  from taken
 where times <> events or times <> rows;

select 'idempotency key ' || key || ' was committed without its answer'
  from host.idempotency where status is null;

select 'job ' || type || ' is leased since ' || locked_until from host.job
 where state = 'RUNNING' and locked_until < now() - interval '60 s';

-- The books.
select 'ledger ' || rule || ': ' || subject || ' ' || detail from ledger.check_books();
