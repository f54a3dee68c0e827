-- Courses to buy, wallets with something in them. :people, :courses.
\set ON_ERROR_STOP on
insert into course.course (code, slug, instructor_id, category_id, title, summary, level, price,
    status, published_at)
select 'money' || n, 'money-course-' || n, (select person_id from identity.public_profile order by person_id limit 1),
       (select id from course.category order by id limit 1), 'Paid course number ' || n,
       'A course of the fault tests', 'BEGINNER', 10000, 'PUBLISHED', now()
  from generate_series(1, :courses + 1) n
 where not exists (select from course.course c where c.code = 'money' || n);
select ledger.post_named('DEPOSIT', 'money-fault:' || s.person_id || ':' || txid_current(),
    array['bank:test:ZAR', 'user:' || s.person_id || ':wallet:ZAR'], array[-50000, 50000]::int8[],
    null, null, null, null, null)
  from (select distinct person_id from identity.session t join generate_series(1, :people) n
    on t.token_hash = sha256(convert_to(rpad('fault-learner-' || n, 43, 'x'), 'UTF8'))) s;
