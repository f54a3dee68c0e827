-- Personal data in the host's own tables: exports and erasures of one person.

-- personal_email(person uuid) -> many
--   id uuid, template text, status text, created_at time, sent_at time?
select id, template, status, created_at, sent_at
  from host.email
 where person_id = $1
 order by created_at;

-- personal_email_erase(person uuid) -> exec
delete from host.email where person_id = $1;

-- personal_job(person uuid) -> many
--   id uuid, type text, state text, created_at time, finished_at time?
select id, type, state, created_at, finished_at
  from host.job
 where person_id = $1
 order by created_at;

-- personal_job_erase(person uuid) -> exec
update host.job set person_id = null where person_id = $1;

-- personal_event(person uuid) -> many
--   id uuid, type text, data json, created_at time
select id, type, data, created_at
  from host.event
 where person_id = $1
 order by created_at;

-- personal_event_erase(person uuid) -> exec
update host.event set person_id = null where person_id = $1;

-- personal_api_log(person uuid) -> many
--   at time, method text, path text, status_code i32
select at, method, path, status_code::integer as status_code
  from host.api_log
 where person_id = $1
 order by at;

-- personal_api_log_erase(person uuid) -> exec
update host.api_log set person_id = null where person_id = $1;

-- personal_audit(person uuid) -> many
--   at time, action text, object_type text, object_id text?
select at, action, object_type, object_id
  from audit.entry_public
 where actor_id = $1 or person_id = $1
 order by at;
