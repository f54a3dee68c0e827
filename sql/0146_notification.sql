-- What a person is told inside of the platform (Notification of the database
-- schemas). A row holds what happened, not its words: these are of the message
-- catalogue, in the language of who reads. Rules: domain.md 2.25, 3.15, 4.6.

create schema notification;
grant usage on schema notification to db_web, db_pay, db_slow, db_jobs, db_ro;

create table notification.notification (
	id uuid primary key default host.uuid7(),
	person_id uuid not null references identity.person on delete cascade,
	type text not null check (type in ('COURSE_UPDATE', 'PAYMENT_SUCCESS', 'MINING_REWARD', 'JOB_MATCH',
	    'APPLICATION_UPDATE', 'SYSTEM_ALERT', 'AI_FAMILY_INTERACTION')),
	topic text not null check (topic ~ '^[a-z]+(_[a-z]+)*$' and length(topic) <= 40),
	subject text check (length(subject) <= 200),
	amount int8,
	currency text references ledger.currency,
	path text not null check (path ~ '^/[^/\\]' and length(path) <= 300),
	cause text not null check (length(cause) between 1 and 150),
	read_at timestamptz,
	created_at timestamptz not null default host.now(),
	unique (person_id, cause),
	check ((amount is null) = (currency is null))
);
create index notification_person_id_idx on notification.notification (person_id, created_at desc, id desc);
create index notification_unread_idx on notification.notification (person_id) where read_at is null;
create index notification_currency_idx on notification.notification (currency) where currency is not null;
comment on column notification.notification.topic is 'Its title is the message "notice.topic.<topic>".';
comment on column notification.notification.subject is 'What it is about, as its owner may read it: a title.';
comment on column notification.notification.cause is 'One person is told of one cause once.';

-- Tells somebody; false: told already, or there is no such person.
create function notification.tell(p_person uuid, p_type text, p_topic text, p_subject text, p_amount int8,
	p_currency text, p_path text, p_cause text) returns boolean
	language plpgsql security definer set search_path = '' as $$
begin
	insert into notification.notification (person_id, type, topic, subject, amount, currency, path, cause)
	values (p_person, p_type, p_topic, left(p_subject, 200), p_amount, p_currency, p_path, p_cause)
	on conflict (person_id, cause) do nothing;
	return found;
end $$;

select host.protect('notification.notification');
create policy definer on notification.notification to db_def_notification using (true) with check (true);
create policy enter on notification.notification for select to db_def_identity using (true);
create policy own on notification.notification to db_web, db_slow, db_ro
	using (person_id = (select host.uid())) with check (person_id = (select host.uid()));
create policy jobs on notification.notification for select to db_jobs using (true);
grant usage on schema notification to db_def_notification, db_def_identity;
grant select, insert on notification.notification to db_def_notification;
grant select (person_id, read_at) on notification.notification to db_def_identity;
grant select on notification.notification to db_web, db_slow, db_jobs, db_ro;
grant update (read_at), delete on notification.notification to db_web;
grant delete on notification.notification to db_slow;
select host.definer('notification.tell(uuid, text, text, text, int8, text, text, text)', 'notification');
grant execute on function notification.tell(uuid, text, text, text, int8, text, text, text)
	to db_web, db_pay, db_jobs;
select host.classify('notification.notification', 'personal', 'person_id', 'subject', 'path'),
	host.classify('notification.notification', 'internal');

-- Entering also counts what is unread, up to 100: every page shows it.
drop function host.enter(bytea, text, boolean);
create function host.enter(p_token bytea, p_rid text, p_write boolean,
  out session_id uuid, out person_id uuid, out roles text[], out role text, out name_ct bytea,
  out data_key bytea, out avatar text, out zone text, out locale text, out csrf_seed bytea,
  out auth_time timestamptz, out verified boolean, out idle_until timestamptz,
  out absolute_until timestamptz, out last_seen timestamptz, out rotated_at timestamptz,
  out unread integer)
returns setof record
language plpgsql volatile security definer set search_path = '' rows 1 as $$
#variable_conflict use_column
declare
  v_now timestamptz := host.now();
  v_done text;
begin
  v_done := set_config('app.rid', p_rid, true);
  if not p_write then
    v_done := set_config('transaction_read_only', 'on', true);
  end if;
  select s.id, s.person_id, p.roles, s.role, p.name_ct, k.wrapped, f.avatar,
         coalesce(f.time_zone, 'Africa/Johannesburg'), coalesce(f.locale, 'en-ZA'), s.csrf_seed,
         s.auth_time, p.verified_at is not null, s.idle_until, s.absolute_until, s.last_seen,
         s.rotated_at
    into session_id, person_id, roles, role, name_ct, data_key, avatar, zone, locale, csrf_seed,
         auth_time, verified, idle_until, absolute_until, last_seen, rotated_at
    from identity.session s
    join identity.person p on p.id = s.person_id
    left join identity.data_key k on k.person_id = s.person_id
    left join identity.profile f on f.person_id = s.person_id
   where s.token_hash = p_token and s.revoked_at is null and s.idle_until > v_now
     and s.absolute_until > v_now and p.status = 'ACTIVE';
  if not found then
    -- The token of before a rotation, from a tab that has not seen the new one.
    select s.id, s.person_id, p.roles, s.role, p.name_ct, k.wrapped, f.avatar,
           coalesce(f.time_zone, 'Africa/Johannesburg'), coalesce(f.locale, 'en-ZA'),
           s.csrf_seed, s.auth_time, p.verified_at is not null, s.idle_until, s.absolute_until,
           s.last_seen, s.rotated_at
      into session_id, person_id, roles, role, name_ct, data_key, avatar, zone, locale,
           csrf_seed, auth_time, verified, idle_until, absolute_until, last_seen, rotated_at
      from identity.session s
      join identity.person p on p.id = s.person_id
      left join identity.data_key k on k.person_id = s.person_id
      left join identity.profile f on f.person_id = s.person_id
     where s.previous_hash = p_token and s.previous_until > v_now and s.revoked_at is null
       and s.idle_until > v_now and s.absolute_until > v_now and p.status = 'ACTIVE';
  end if;
  if session_id is null then
    v_done := set_config('app.uid', '', true);
    v_done := set_config('app.role', '', true);
    return;
  end if;
  v_done := set_config('app.uid', person_id::text, true);
  v_done := set_config('app.role', role, true);
  unread := (select count(*) from (select from notification.notification n
    where n.person_id = enter.person_id and n.read_at is null limit 100) u);
  return next;
end
$$;
select host.definer('host.enter(bytea, text, boolean)', 'identity');
grant execute on function host.enter(bytea, text, boolean) to db_web, db_auth, db_pay, db_slow;
