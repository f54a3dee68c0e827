-- Data of the benchmarks: published courses, enrolments of the demo learners,
-- sessions with known tokens. Idempotent. :courses = how many.
\set ON_ERROR_STOP on

insert into course.course (code, slug, instructor_id, category_id, title, summary, level, price,
    status, published_at)
select 'bench' || n, 'bench-course-' || n,
       (select person_id from identity.public_profile order by person_id limit 1),
       (select id from course.category order by md5(id::text || n::text) limit 1),
       (array['Practical','Applied','Modern','First Steps in','Advanced','Everyday'])[1 + n % 6] || ' ' ||
       (array['Python','Statistics','Accounting','Design','Databases','Networks','Marketing','Algebra',
         'Writing','Robotics'])[1 + n / 6 % 10] || ' ' || n,
       'What a person needs to begin with this subject, in small steps with exercises, number ' || n,
       (array['BEGINNER','INTERMEDIATE','ADVANCED'])[1 + n % 3], case when n % 3 = 0 then 19900 else 0 end,
       'PUBLISHED', now() - n * interval '1 minute'
  from generate_series(1, :courses) n
 where not exists (select from course.course c where c.code = 'bench' || n);

insert into learning.enrolment (person_id, course_id, source)
select p.id, c.id, 'FREE'
  from identity.person p,
       lateral (select id from course.course where code like 'bench%' and price = 0 order by code limit 30) c
 where 'STUDENT' = any (p.roles)
    on conflict do nothing;

-- Token i is the text 'bench-session-' || i, padded to 43 characters with "x".
insert into identity.session (token_hash, person_id, role, csrf_seed, idle_time, idle_until,
    absolute_until)
select sha256(convert_to(rpad('bench-session-' || n, 43, 'x'), 'UTF8')), p.id, 'STUDENT',
       sha256(convert_to('seed' || n, 'UTF8')), '1 day', now() + interval '1 day', now() + interval '1 day'
  from generate_series(1, 64) n
  join (select id, row_number() over (order by id) - 1 as i, count(*) over () as all
          from identity.person where 'STUDENT' = any (roles)) p on p.i = n % p.all
    on conflict do nothing;

-- One educator and one administrator, for the pages that only they see.
insert into identity.session (token_hash, person_id, role, csrf_seed, idle_time, idle_until,
    absolute_until)
select sha256(convert_to(rpad('bench-session-' || lower(r.role), 43, 'x'), 'UTF8')), p.id, r.role,
       sha256(convert_to(r.role, 'UTF8')), '1 day', now() + interval '1 day', now() + interval '1 day'
  from (values ('EDUCATOR'), ('ADMIN')) r (role)
  cross join lateral (select id from identity.person where r.role = any (roles) order by id limit 1) p
    on conflict do nothing;

-- Also sets the visibility map: index-only scans cost the same from the first
-- page on, and not less once autovacuum has been there.
vacuum analyze;
