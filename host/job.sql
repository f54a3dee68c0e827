-- Background work (host/job.c). Runs as db_jobs.

-- job_put(type text, key text?, args json) -> exec
select host.job_add($1, $2, $3, 5, 0);

-- The oldest job that may run now. Of one type and order_key only the first
-- unfinished one may, and only while no other runs.
-- job_claim(worker text, types text[], leases text) -> one
--   id uuid, type text, args json, attempt i32, event_id uuid?, person_id uuid?, rid text?
update host.job set state = 'RUNNING', attempts = attempts + 1, locked_by = $1,
  locked_until = now() + make_interval(secs => ($3::text::integer[])[array_position($2::text[], type)])
 where id = (
   select j.id
     from host.job j
    where j.state = 'READY' and j.run_at <= now() and j.type = any ($2)
      and not exists (
        select from host.job o
         where o.type = j.type and o.order_key = j.order_key and o.id <> j.id
           and (o.state = 'RUNNING' or (o.state = 'READY' and o.seq < j.seq)))
    order by j.priority, j.run_at, j.seq
    limit 1
    for update skip locked)
returning id, type, args, attempts as attempt, event_id, person_id, rid;

-- job_enter(uid text, rid text) -> one
--   done bool
select set_config('app.uid', $1, true) is not null and set_config('app.role', '', true) is not null
  and set_config('app.rid', $2, true) is not null as done;

-- job_done(id uuid, worker text, attempt i32) -> exec
update host.job set state = 'DONE', finished_at = now(), locked_until = null, locked_by = null,
  last_error = null
 where id = $1 and state = 'RUNNING' and locked_by = $2 and attempts = $3;

-- job_retry(id uuid, worker text, attempt i32, delay_ms i64, error text) -> exec
update host.job set state = 'READY', run_at = now() + $4 * interval '1 millisecond',
  locked_until = null, locked_by = null, last_error = $5
 where id = $1 and state = 'RUNNING' and locked_by = $2 and attempts = $3;

-- job_die(id uuid, worker text, attempt i32, error text) -> exec
update host.job set state = 'DEAD', finished_at = now(), locked_until = null, locked_by = null,
  last_error = $4
 where id = $1 and state = 'RUNNING' and locked_by = $2 and attempts = $3;

-- job_expired() -> many
--   id uuid, type text, attempt i32, worker text, event_id uuid?
select id, type, attempts as attempt, locked_by as worker, event_id
  from host.job
 where state = 'RUNNING' and locked_until < now()
 order by locked_until
 limit 20
 for update skip locked;

-- job_progress_set(id uuid, worker text, attempt i32, done i64, total i64, text text?, lease_s i64) -> exec
update host.job set progress = $4, progress_total = $5, progress_text = $6,
  locked_until = now() + $7 * interval '1 second'
 where id = $1 and state = 'RUNNING' and locked_by = $2 and attempts = $3;

-- event_finish(id uuid, failed bool) -> exec
update host.event set waiting = greatest(waiting - 1, 0),
  status = case when $2 or status = 'FAILED' then 'FAILED'
    when waiting <= 1 then 'COMPLETED' else status end,
  processed_at = case when waiting <= 1 then host.now() else processed_at end
 where id = $1;

-- One dispatcher at a time, so that events of a key get their jobs in order.
-- event_lock() -> one
--   locked bool
select pg_try_advisory_xact_lock(hashtext('host.event')) as locked;

-- event_claim() -> many
--   id uuid, type text, key text?, data json, person_id uuid?, rid text?
select id, type, key, data, person_id, rid
  from host.event
 where status = 'PENDING'
 order by id
 limit 100
 for update skip locked;

-- event_job_add(type text, order_key text?, args json, event uuid, person uuid?, rid text?) -> exec
insert into host.job (type, order_key, args, event_id, person_id, rid)
values ($1, $2, $3, $4, $5, $6);

-- event_dispatched(id uuid, waiting i32) -> exec
update host.event set waiting = $2,
  status = case when $2 = 0 then 'COMPLETED' else 'PROCESSING' end,
  processed_at = case when $2 = 0 then host.now() end
 where id = $1;

-- cron_put(name text, spec text, next_run time) -> exec
insert into host.cron (name, spec, next_run) values ($1, $2, $3)
on conflict (name) do update set spec = excluded.spec, next_run = excluded.next_run,
  updated_at = now()
 where cron.spec <> excluded.spec;

-- cron_due(names text[]) -> many
--   name text, spec text
select name, spec
  from host.cron
 where next_run <= host.now() and name = any ($1)
 order by next_run
 for update skip locked;

-- cron_fired(name text, next_run time) -> exec
update host.cron set last_run = host.now(), next_run = $2, updated_at = now() where name = $1;

-- cron_job_add(type text) -> exec
select host.job_add($1, 'cron', '{}', 7, 0);

-- job_clean(done_days i32, dead_days i32) -> exec
delete from host.job
 where (state = 'DONE' and finished_at < now() - $1 * interval '1 day')
    or (state = 'DEAD' and finished_at < now() - $2 * interval '1 day');

-- event_clean(days i32) -> exec
delete from host.event
 where status in ('COMPLETED', 'FAILED') and created_at < host.now() - $1 * interval '1 day';

-- email_clean(days i32) -> exec
delete from host.email
 where status not in ('QUEUED', 'SENDING') and created_at < host.now() - $1 * interval '1 day';

-- rate_limit_clean() -> exec
delete from host.rate_limit where reset_at < host.now();

-- api_log_keep(ahead i32, days i32) -> one
--   made i32, dropped i32
select host.api_log_partitions($1) as made, host.api_log_drop($2) as dropped;

-- session_sweep() -> one
--   removed i64
select host.session_sweep() as removed;

-- idempotency_clean(hours i32) -> exec
select host.idempotency_clean($1);
