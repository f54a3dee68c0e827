-- Answers of unsafe API calls that carried an Idempotency-Key, kept 24 hours.

create table host.idempotency (
  person_id uuid not null references identity.person on delete cascade,
  key text not null check (length(key) between 1 and 128),
  route text not null,
  digest bytea not null,
  status integer,
  body text,
  location text,
  created_at timestamptz not null default now(),
  primary key (person_id, key)
);
create index idempotency_created_at_idx on host.idempotency (created_at);
comment on table host.idempotency is
  'First answer of a call, written in the transaction of its effects: both or neither.';
comment on column host.idempotency.body is 'class: personal. The answer as it was sent.';

alter table host.idempotency enable row level security;
alter table host.idempotency force row level security;
create policy definer on host.idempotency to db_owner using (true) with check (true);
create policy own on host.idempotency to db_web, db_auth, db_pay, db_slow
  using (person_id = (select host.uid())) with check (person_id = (select host.uid()));
create policy jobs on host.idempotency to db_jobs using (true);
grant select, insert, update on host.idempotency to db_web, db_auth, db_pay, db_slow;
grant select (person_id, key, created_at), delete on host.idempotency to db_jobs;

-- Claims the key. A second call with the same key waits for the first one's
-- transaction, then sees its answer; after a rollback it is the first itself.
create function host.idempotency_claim(p_person uuid, p_key text, p_route text, p_digest bytea)
returns table (fresh boolean, same boolean, status integer, body text, location text)
language plpgsql volatile set search_path = '' rows 1 as $$
begin
  insert into host.idempotency (person_id, key, route, digest)
  values (p_person, p_key, p_route, p_digest)
  on conflict do nothing;
  if found then
    return query select true, true, null::integer, null::text, null::text;
    return;
  end if;
  return query
    select false, i.route = p_route and i.digest = p_digest, i.status, i.body, i.location
      from host.idempotency i where i.person_id = p_person and i.key = p_key;
end
$$;
revoke execute on function host.idempotency_claim(uuid, text, text, bytea) from public;
grant execute on function host.idempotency_claim(uuid, text, text, bytea)
  to db_web, db_auth, db_pay, db_slow;
