-- The audit as other areas read it: with the rights of whoever asks.
create view audit.entry_public with (security_invoker) as
select id, at, actor_id, actor_role, rid, action, object_type, object_id, person_id, before, after
  from audit.entry;
grant select on audit.entry_public to db_web, db_slow, db_jobs;
