-- Audit: one row per change of state, written in the business transaction.
-- Rows are never changed or deleted by the program; sealing them into a chain
-- comes on top of this table.

create schema audit;
grant usage on schema audit to db_app, db_audit_w, db_def_audit;

create table audit.entry (
  id uuid primary key default host.uuid7(),
  seq bigint generated always as identity,
  at timestamptz not null default host.now(),
  actor_id uuid,
  actor_role text,
  rid text,
  action text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
  object_type text not null check (object_type ~ '^[a-z_]+(\.[a-z_]+)?$'),
  object_id text,
  person_id uuid,
  before jsonb,
  after jsonb
);
create index entry_object_idx on audit.entry (object_type, object_id, at);
create index entry_actor_id_idx on audit.entry (actor_id, at) where actor_id is not null;
create index entry_person_id_idx on audit.entry (person_id, at) where person_id is not null;
create index entry_at_idx on audit.entry (at);
comment on table audit.entry is 'Kept 2555 days.';
comment on column audit.entry.actor_id is
  'class: personal; who did it, null = the system. Random id: names live in identity.person.';
comment on column audit.entry.person_id is 'class: personal; whom it is about';
comment on column audit.entry.before is
  'class: internal; what changed, before. Ids, states, figures: never names or addresses.';
comment on column audit.entry.after is 'class: internal; the same, after';

create trigger append_only before update or delete on audit.entry
  for each row execute function host.refuse_change();
create trigger append_only_all before truncate on audit.entry
  for each statement execute function host.refuse_change();

select host.protect('audit.entry');
-- The actor is who is asking: the row cannot name somebody else.
create policy write on audit.entry for insert to db_web, db_auth, db_pay, db_slow
  with check (actor_id is not distinct from (select host.uid()));
create policy write_system on audit.entry for insert to db_jobs, db_audit_w with check (true);
create policy read on audit.entry for select to db_web, db_slow, db_jobs
  using ((select host.role()) = 'ADMIN' or current_user = 'db_jobs');
grant insert (actor_id, actor_role, rid, action, object_type, object_id, person_id, before, after)
  on audit.entry to db_web, db_auth, db_pay, db_slow, db_jobs, db_audit_w;
grant select on audit.entry to db_web, db_slow, db_jobs;

select host.classify('audit.entry', 'internal');
