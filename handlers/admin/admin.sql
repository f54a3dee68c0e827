-- Queries of the admin pages. They read host facilities (schema host), which
-- row security opens to ADMIN only, and public views of the areas.

-- ---- overview -------------------------------------------------------------------

-- Reads all: a figure over the whole table, for administrators alone.
-- admin_people() -> one
--   people i64, students i64, educators i64, admins i64, disabled i64, verified i64, week i64
select count(*) as people,
       count(*) filter (where 'STUDENT' = any (roles)) as students,
       count(*) filter (where 'EDUCATOR' = any (roles)) as educators,
       count(*) filter (where 'ADMIN' = any (roles)) as admins,
       count(*) filter (where status = 'DISABLED') as disabled,
       count(*) filter (where verified) as verified,
       count(*) filter (where created_at > host.now() - interval '7 days') as week
  from identity.count_public
 where status <> 'ERASED';

-- New people per day of the reader's zone, oldest first.
-- Reads all: a figure over the whole table, for administrators alone.
-- admin_people_daily(zone text, days i32) -> many
--   day text, people i64
select to_char(d, 'DD Mon') as day, count(p.id) as people
  from generate_series(date_trunc('day', host.now() at time zone $1) - ($2 - 1) * interval '1 day',
         date_trunc('day', host.now() at time zone $1), interval '1 day') d
  left join identity.count_public p
    on p.created_at >= d at time zone $1 and p.created_at < (d + interval '1 day') at time zone $1
 group by d
 order by d;

-- Reads all: a figure over the whole table, for administrators alone.
-- admin_courses() -> one
--   published i64, drafts i64, archived i64, enrolments i64, completed i64
select count(*) filter (where status = 'PUBLISHED') as published,
       count(*) filter (where status = 'DRAFT') as drafts,
       count(*) filter (where status = 'ARCHIVED') as archived,
       coalesce(sum(enrolment_count), 0)::int8 as enrolments,
       coalesce(sum(completed_count), 0)::int8 as completed
  from course.course_public;

-- admin_work() -> one
--   ready i64, running i64, dead i64, late_s i64, mail_queued i64, mail_failed i64,
--   mail_sent i64, events i64
select (select count(*) from host.job where state = 'READY') as ready,
       (select count(*) from host.job where state = 'RUNNING') as running,
       (select count(*) from host.job where state = 'DEAD') as dead,
       coalesce((select extract(epoch from now() - min(run_at))::int8 from host.job
                  where state = 'READY' and run_at < now()), 0) as late_s,
       (select count(*) from host.email where status in ('QUEUED', 'SENDING')) as mail_queued,
       (select count(*) from host.email where status in ('FAILED', 'BOUNCED')
           and created_at > host.now() - interval '7 days') as mail_failed,
       (select count(*) from host.email where status = 'SENT'
           and created_at > host.now() - interval '7 days') as mail_sent,
       (select count(*) from host.event where status = 'PENDING') as events;

-- admin_slow(count i32) -> many
--   query text, calls i64, mean_us i64, total_us i64
select query, calls, mean_us, total_us from host.slow_query($1);

-- ---- jobs -------------------------------------------------------------------------

-- admin_job_list(state text?, type text?, limit i64, offset i64) -> many
--   id uuid, type text, state text, attempts i32, run_at time, last_error text?, progress i64,
--   progress_total i64, created_at time, finished_at time?, person_id uuid?
select id, type, state, attempts, run_at, last_error, progress, progress_total, created_at,
       finished_at, person_id
  from host.job
 where ($1::text is null or state = $1) and ($2::text is null or type = $2)
 order by created_at desc, id desc
 limit $3 offset $4;

-- Reads all: a figure over the whole table, for administrators alone.
-- admin_job_count(state text?, type text?) -> one
--   total i64
select count(*) as total from host.job
 where ($1::text is null or state = $1) and ($2::text is null or type = $2);

-- admin_cron_list() -> many
--   name text, spec text, next_run time, last_run time?
select name, spec, next_run, last_run from host.cron order by name;

-- admin_job_again(id uuid) -> one
--   done bool
select host.job_again($1) as done;

-- ---- mail -------------------------------------------------------------------------

-- admin_mail_list(status text?, limit i64, offset i64) -> many
--   id uuid, template text, subject text?, status text, attempts i32, smtp_code i32?,
--   smtp_text text?, created_at time, sent_at time?, person_id uuid?
select id, template, subject, status, attempts, smtp_code, smtp_text, created_at, sent_at,
       person_id
  from host.email
 where $1::text is null or status = $1
 order by created_at desc, id desc
 limit $2 offset $3;

-- Reads all: a figure over the whole table, for administrators alone.
-- admin_mail_count(status text?) -> one
--   total i64
select count(*) as total from host.email where $1::text is null or status = $1;

-- admin_mail_again(id uuid) -> one
--   done bool
select host.email_again($1) as done;
