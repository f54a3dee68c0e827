-- Host services: jobs, cron, events (transactional outbox), e-mail, cache
-- entries, API log, rate quotas.
--
-- Bookkeeping times (leases, back-off) are now(); host.now() is the business
-- clock and decides cron and expiry, so that tests can move it.

-- ---- events (outbox) -----------------------------------------------------------

create table host.event (
  id uuid primary key default host.uuid7(),
  type text not null check (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
  source text not null,
  key text,
  data jsonb not null default '{}',
  person_id uuid,
  rid text,
  status text not null default 'PENDING'
    check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
  waiting integer not null default 0 check (waiting >= 0),
  created_at timestamptz not null default host.now(),
  processed_at timestamptz
);
create index event_pending_idx on host.event (id) where status = 'PENDING';
create index event_created_at_idx on host.event (created_at);
create index event_person_id_idx on host.event (person_id) where person_id is not null;
comment on table host.event is
  'Event of the data requirements. PENDING -> PROCESSING (consumers have jobs) -> COMPLETED, or
FAILED when a consumer gave up. Claimed by status, never by a high-water mark: ids are not
visible in their order.';
comment on column host.event.data is 'class: internal; ids and figures, never names or addresses';
comment on column host.event.person_id is 'class: personal; who caused it';
comment on column host.event.waiting is 'class: internal; consumers that have not finished';

-- ---- jobs ------------------------------------------------------------------------

create table host.job (
  id uuid primary key default host.uuid7(),
  seq bigint generated always as identity,
  type text not null,
  unique_key text,
  order_key text,
  args jsonb not null default '{}',
  state text not null default 'READY' check (state in ('READY', 'RUNNING', 'DONE', 'DEAD')),
  priority smallint not null default 5,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  locked_until timestamptz,
  locked_by text,
  last_error text,
  progress bigint not null default 0,
  progress_total bigint not null default 0,
  progress_text text,
  event_id uuid references host.event on delete set null,
  person_id uuid,
  rid text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index job_ready_idx on host.job (priority, run_at, seq) where state = 'READY';
create index job_running_idx on host.job (locked_until) where state = 'RUNNING';
create index job_order_idx on host.job (type, order_key, seq)
  where order_key is not null and state in ('READY', 'RUNNING');
-- A retry (attempts > 0) does not stand in the way of a new job.
create unique index job_unique_idx on host.job (type, unique_key)
  where unique_key is not null and state = 'READY' and attempts = 0;
create index job_event_id_idx on host.job (event_id) where event_id is not null;
create index job_person_id_idx on host.job (person_id, created_at) where person_id is not null;
create index job_finished_at_idx on host.job (finished_at) where finished_at is not null;
create index job_dead_idx on host.job (created_at) where state = 'DEAD';
comment on table host.job is
  'READY -> RUNNING (leased until locked_until) -> DONE; back to READY with back-off after a
failure; DEAD after the last attempt, until an admin runs it again. Jobs of one type and
order_key run one after the other in the order of seq.';
comment on column host.job.args is 'class: internal; ids and figures, never names or addresses';
comment on column host.job.person_id is 'class: personal; whose progress page shows it';
comment on column host.job.progress_text is 'class: internal; a message key';

create table host.cron (
  name text primary key,
  spec text not null,
  next_run timestamptz not null,
  last_run timestamptz,
  updated_at timestamptz not null default now()
);
comment on table host.cron is
  'One row per job type with a schedule (UTC). Whoever locks a due row first fires it.';

-- ---- e-mail --------------------------------------------------------------------------

create table host.email (
  id uuid primary key default host.uuid7(),
  person_id uuid,
  address_ct bytea not null,
  address_index bytea not null check (octet_length(address_index) = 32),
  data_ct bytea not null,
  key_wrapped bytea,
  locale text not null,
  template text not null check (template ~ '^[a-z0-9_-]+$'),
  subject text,
  status text not null default 'QUEUED'
    check (status in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'BOUNCED', 'SUPPRESSED')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  message_id text,
  smtp_code integer,
  smtp_text text,
  created_at timestamptz not null default host.now(),
  sent_at timestamptz,
  updated_at timestamptz not null default now()
);
create index email_queue_idx on host.email (next_attempt_at, id)
  where status in ('QUEUED', 'SENDING');
create index email_created_at_idx on host.email (created_at);
create index email_person_id_idx on host.email (person_id) where person_id is not null;
create index email_address_idx on host.email (address_index);
comment on table host.email is
  'Email of the database schemas, as a queue. QUEUED -> SENDING -> SENT; 4xx: QUEUED again for
24 h, then FAILED; 5xx: BOUNCED, and the address is suppressed; SUPPRESSED: not tried.
The text is made when it is sent, from the template and data_ct.';
comment on column host.email.address_ct is 'class: personal';
comment on column host.email.address_index is 'class: personal';
comment on column host.email.data_ct is
  'class: personal; JSON for the template, sealed with the key of the person, or with key_wrapped';
comment on column host.email.key_wrapped is
  'class: secret; own key of a mail to an address without an account';
comment on column host.email.person_id is 'class: personal';
comment on column host.email.subject is
  'class: internal; the template''s subject before values are put in';
comment on column host.email.smtp_text is 'class: internal; reply of the server, addresses cut out';

create table host.email_delivery (
  id uuid primary key default host.uuid7(),
  email_id uuid not null references host.email on delete cascade,
  attempt integer not null,
  at timestamptz not null default host.now(),
  result text not null check (result in ('SENT', 'RETRY', 'FAILED', 'BOUNCED', 'SUPPRESSED')),
  smtp_code integer,
  smtp_text text,
  duration_ms integer not null
);
create index email_delivery_email_id_idx on host.email_delivery (email_id);
comment on table host.email_delivery is 'Each attempt to hand a mail over.';

create table host.email_suppression (
  address_index bytea primary key check (octet_length(address_index) = 32),
  reason text not null check (reason in ('BOUNCE', 'COMPLAINT', 'MANUAL')),
  smtp_code integer,
  created_at timestamptz not null default host.now()
);
comment on column host.email_suppression.address_index is 'class: personal';

-- ---- cache entries ----------------------------------------------------------------------

create unlogged table host.cache_entry (
  key text primary key check (length(key) between 1 and 250),
  value text not null check (octet_length(value) <= 1048576),
  expires_at timestamptz,
  created_at timestamptz not null default host.now()
);
create index cache_entry_expires_at_idx on host.cache_entry (expires_at)
  where expires_at is not null;
comment on table host.cache_entry is
  'CacheEntry of the database schemas: shared by hosts, empty after a crash of the database.';
comment on column host.cache_entry.value is 'class: internal; never personal data';

-- ---- API log, rate quotas ---------------------------------------------------------------

create table host.api_log (
  at timestamptz not null,
  method text not null,
  path text not null,
  status_code smallint not null,
  duration_ms integer not null,
  person_id uuid,
  rid text not null
) partition by range (at);
create index api_log_at_idx on host.api_log (at);
create index api_log_path_idx on host.api_log (path, at);
create index api_log_person_id_idx on host.api_log (person_id) where person_id is not null;
comment on table host.api_log is
  'ApiLog of the database schemas: a sample of the API calls, one partition per day, 90 days.';
comment on column host.api_log.path is 'class: internal; the route, not the address';
comment on column host.api_log.person_id is 'class: personal';
-- Rows of a day whose partition is missing are kept, not refused.
create table host.api_log_default partition of host.api_log default;

create table host.rate_limit (
  key text primary key,
  count bigint not null,
  reset_at timestamptz not null
);
create index rate_limit_reset_at_idx on host.rate_limit (reset_at);
comment on table host.rate_limit is
  'RateLimit of the database schemas: long quotas (per hour, per day) shared by hosts.';
comment on column host.rate_limit.key is 'class: personal; may hold a person''s id';

-- Partitions of today and the next p_days days; true when one was made.
create function host.api_log_partitions(p_days integer) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_day date;
  v_made integer := 0;
begin
  for i in 0 .. p_days loop
    v_day := (host.now() at time zone 'UTC')::date + i;
    continue when to_regclass('host.api_log_' || to_char(v_day, 'YYYYMMDD')) is not null;
    begin
      execute format('create table host.%I partition of host.api_log for values from (%L) to (%L)',
        'api_log_' || to_char(v_day, 'YYYYMMDD'), v_day::timestamp at time zone 'UTC',
        (v_day + 1)::timestamp at time zone 'UTC');
      perform host.protect(to_regclass('host.api_log_' || to_char(v_day, 'YYYYMMDD'))),
        host.classify(to_regclass('host.api_log_' || to_char(v_day, 'YYYYMMDD')), 'personal',
          'person_id'),
        host.classify(to_regclass('host.api_log_' || to_char(v_day, 'YYYYMMDD')), 'internal');
      v_made := v_made + 1;
    exception when check_violation then
      -- The default partition has rows of that day: they stay there.
      null;
    end;
  end loop;
  return v_made;
end
$$;

-- Drops partitions older than p_days days, and such rows of the default one.
create function host.api_log_drop(p_days integer) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_first date := (host.now() at time zone 'UTC')::date - p_days;
  v_name text;
  v_dropped integer := 0;
begin
  for v_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'host.api_log'::regclass and c.relname ~ '^api_log_[0-9]{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') < v_first
  loop
    execute format('drop table host.%I', v_name);
    v_dropped := v_dropped + 1;
  end loop;
  delete from host.api_log_default where at < v_first::timestamp at time zone 'UTC';
  return v_dropped;
end
$$;

-- One more use of a quota; the count so far and when it begins anew.
create function host.rate_quota(p_key text, p_limit bigint, p_seconds bigint)
returns table (allowed boolean, count bigint, reset_at timestamptz)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  v_now timestamptz := host.now();
begin
  return query insert into host.rate_limit as r (key, count, reset_at)
  values (p_key, 1, v_now + p_seconds * interval '1 second')
  on conflict (key) do update set
    count = case when r.reset_at <= v_now then 1 else r.count + 1 end,
    reset_at = case when r.reset_at <= v_now then excluded.reset_at else r.reset_at end
  returning r.count <= p_limit, r.count, r.reset_at;
end
$$;

-- ---- adding jobs, events, mails -----------------------------------------------------------

-- Who may add them has no need to read them, so these are functions.
create function host.job_add(p_type text, p_key text, p_args jsonb, p_priority integer,
  p_delay_seconds bigint) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into host.job (type, unique_key, order_key, args, priority, run_at, person_id, rid)
  values (p_type, p_key, p_key, p_args, p_priority,
    now() + p_delay_seconds * interval '1 second', host.uid(), host.rid())
  on conflict (type, unique_key)
    where unique_key is not null and state = 'READY' and attempts = 0 do nothing
  returning id into v_id;
  perform pg_notify('job', '');
  return v_id;
end
$$;

create function host.event_add(p_type text, p_source text, p_key text, p_data jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into host.event (type, source, key, data, person_id, rid)
  values (p_type, p_source, p_key, p_data, host.uid(), host.rid())
  returning id into v_id;
  perform pg_notify('job', '');
  return v_id;
end
$$;

create function host.email_add(p_id uuid, p_person uuid, p_address_ct bytea,
  p_address_index bytea, p_data_ct bytea, p_key bytea, p_locale text, p_template text)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into host.email (id, person_id, address_ct, address_index, data_ct, key_wrapped, locale,
    template)
  values (p_id, p_person, p_address_ct, p_address_index, p_data_ct, p_key, p_locale, p_template);
  insert into host.job (type, unique_key, args, priority, person_id, rid)
  values ('mail.send', p_id::text, jsonb_build_object('id', p_id), 3, null, host.rid());
  perform pg_notify('job', '');
end
$$;

-- Runs a dead job again (ADMIN).
create function host.job_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update host.job j set state = 'READY', attempts = 0, unique_key = null, run_at = now(),
    finished_at = null, last_error = null
   where j.id = p_id and j.state = 'DEAD';
  if not found then
    return false;
  end if;
  update host.event e set status = 'PROCESSING', waiting = e.waiting + 1, processed_at = null
    from host.job j where j.id = p_id and e.id = j.event_id;
  perform pg_notify('job', '');
  return true;
end
$$;

-- Sends a mail again that failed or bounced, and trusts its address again (ADMIN).
create function host.email_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_index bytea;
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update host.email set status = 'QUEUED', created_at = host.now(), next_attempt_at = now()
   where id = p_id and status in ('FAILED', 'BOUNCED', 'SUPPRESSED')
  returning address_index into v_index;
  if not found then
    return false;
  end if;
  delete from host.email_suppression where address_index = v_index;
  insert into host.job (type, unique_key, args, priority, rid)
  values ('mail.send', p_id::text, jsonb_build_object('id', p_id), 3, host.rid());
  perform pg_notify('job', '');
  return true;
end
$$;

-- ---- rights ---------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['event', 'job', 'email', 'email_delivery', 'email_suppression',
    'rate_limit', 'api_log'] loop
    perform host.protect(format('host.%I', t)::regclass);
    execute format('create policy jobs on host.%I to db_jobs using (true) with check (true)', t);
    execute format('create policy admin on host.%I for select to db_web, db_slow
      using ((select host.role()) = ''ADMIN'')', t);
    execute format('grant select on host.%I to db_web, db_slow', t);
    execute format('grant select, insert, update, delete on host.%I to db_jobs', t);
  end loop;
  foreach t in array array['event', 'job', 'rate_limit'] loop
    execute format('create policy definer on host.%I to db_def_job using (true)
      with check (true)', t);
    execute format('grant select, insert, update, delete on host.%I to db_def_job', t);
  end loop;
  foreach t in array array['email', 'job', 'email_suppression'] loop
    execute format('create policy definer_mail on host.%I to db_def_mail using (true)
      with check (true)', t);
    execute format('grant select, insert, update, delete on host.%I to db_def_mail', t);
  end loop;
end
$$;
create policy own on host.job for select to db_web, db_slow
  using (person_id = (select host.uid()));
create policy own on host.email for select to db_web, db_slow
  using (person_id = (select host.uid()));
create policy add on host.api_log for insert to db_web, db_auth, db_pay, db_slow with check (true);
grant insert on host.api_log to db_web, db_auth, db_pay, db_slow;
select host.protect('host.api_log_default');
create policy owner on host.api_log_default to db_owner using (true) with check (true);
-- An admin lifts a suppression.
create policy admin_delete on host.email_suppression for delete to db_web, db_slow
  using ((select host.role()) = 'ADMIN');
grant delete on host.email_suppression to db_web, db_slow;

grant select, insert, update, delete on host.cron to db_jobs;
grant select on host.cron to db_web, db_slow;
grant select, insert, update, delete on host.cache_entry to db_web, db_auth, db_pay, db_slow,
  db_jobs;

select host.definer('host.job_add(text, text, jsonb, integer, bigint)', 'job'),
  host.definer('host.event_add(text, text, text, jsonb)', 'job'),
  host.definer('host.job_again(uuid)', 'job'),
  host.definer('host.rate_quota(text, bigint, bigint)', 'job'),
  host.definer('host.email_again(uuid)', 'mail'),
  host.definer('host.email_add(uuid, uuid, bytea, bytea, bytea, bytea, text, text)', 'mail');
grant execute on function host.job_add(text, text, jsonb, integer, bigint),
  host.event_add(text, text, text, jsonb),
  host.rate_quota(text, bigint, bigint),
  host.email_add(uuid, uuid, bytea, bytea, bytea, bytea, text, text)
  to db_web, db_auth, db_pay, db_slow, db_jobs;
grant execute on function host.job_again(uuid), host.email_again(uuid) to db_web, db_slow;
-- These two make and drop tables, so they stay with the owner.
grant execute on function host.api_log_partitions(integer), host.api_log_drop(integer) to db_jobs;

select host.touched('host.email');
select host.classify('host.event', 'internal'), host.classify('host.job', 'internal'),
  host.classify('host.cron', 'internal'), host.classify('host.email', 'internal'),
  host.classify('host.email_delivery', 'internal'),
  host.classify('host.email_suppression', 'internal'),
  host.classify('host.cache_entry', 'internal'), host.classify('host.api_log', 'internal'),
  host.classify('host.api_log_default', 'personal', 'person_id'),
  host.classify('host.api_log_default', 'internal'), host.classify('host.rate_limit', 'internal');

select host.api_log_partitions(3);
