-- Sessions with known tokens: fault-learner-1 … 64 of the learners in turn,
-- fault-admin-1 and fault-educator-1. The token is its name, filled up with "x" to
-- 43 characters. Idempotent. Who teaches the fault courses is no learner: nobody
-- enrols in a course of their own.
\set ON_ERROR_STOP on

insert into identity.session (token_hash, person_id, role, csrf_seed, idle_time, idle_until,
    absolute_until)
select sha256(convert_to(rpad(s.name, 43, 'x'), 'UTF8')), p.id, s.role,
       sha256(convert_to(s.name, 'UTF8')), '1 day', now() + interval '1 day', now() + interval '1 day'
  from (select 'fault-learner-' || n as name, 'STUDENT' as role, n from generate_series(1, 64) n
        union all select 'fault-admin-1', 'ADMIN', 1
        union all select 'fault-educator-1', 'EDUCATOR', 1) s
  join (select id, r as role, row_number() over (partition by r order by id) - 1 as i,
               count(*) over (partition by r) as all
          from identity.person, unnest(roles) r where status = 'ACTIVE'
           and (r <> 'STUDENT' or id <> (select person_id from identity.public_profile
                                          order by person_id limit 1))) p
    on p.role = s.role and p.i = s.n % p.all
    on conflict (token_hash) do update
   set rotated_at = now(), last_seen = now(), idle_until = excluded.idle_until, revoked_at = null,
       role = excluded.role;

-- Free courses to enrol in and leave, which nobody else counts.
insert into course.course (code, slug, instructor_id, category_id, title, summary, level, price,
    status, published_at)
select 'fault' || n, 'fault-course-' || n,
       (select person_id from identity.public_profile order by person_id limit 1),
       (select id from course.category order by id limit 1),
       'Course number ' || n, 'A course of the fault tests', 'BEGINNER', 0, 'PUBLISHED', now()
  from generate_series(1, 64) n
 where not exists (select from course.course c where c.code = 'fault' || n);
