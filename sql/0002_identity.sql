-- Identity: persons, their keys, profiles, sessions and one-time tokens.
--
-- What names or describes a person stands in *_ct columns, sealed with the
-- person's own data key (host/crypto.h); identity.data_key holds that key
-- wrapped by the master key, and deleting the row makes the columns
-- unreadable for good. E-mail look-up goes through a blind index.
--
-- Functions are SECURITY DEFINER and owned by db_def_identity, which has a
-- policy of its own on each table; login roles see what their policies allow.

create schema identity;
grant usage on schema identity to db_app, db_def_identity;

-- ---- persons ---------------------------------------------------------------

create table identity.person (
  id uuid primary key default host.uuid7(),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED', 'ERASED')),
  roles text[] not null default array['STUDENT']
    check (cardinality(roles) > 0 and roles <@ array['STUDENT', 'EDUCATOR', 'ADMIN']),
  role text not null default 'STUDENT',
  email_ct bytea,
  email_index bytea unique check (octet_length(email_index) = 32),
  name_ct bytea,
  name_words integer[] not null default '{}',
  password_hash text,
  password_changed_at timestamptz,
  verified_at timestamptz,
  last_signin_at timestamptz,
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  check (role = any (roles)),
  check (status = 'ERASED' or (email_ct is not null and email_index is not null
    and name_ct is not null))
);
create index person_created_at_idx on identity.person (created_at);
create index person_name_words_idx on identity.person using gin (name_words);
create index person_roles_idx on identity.person using gin (roles);
comment on table identity.person is
  'User of the data requirements. ACTIVE -> DISABLED -> ACTIVE; either -> ERASED for good.';
comment on column identity.person.email_ct is 'class: personal';
comment on column identity.person.email_index is
  'class: personal; HMAC-SHA-256 of the normalised address: equality only.';
comment on column identity.person.name_ct is 'class: personal';
comment on column identity.person.name_words is
  'class: personal; Truncated (31 bit) HMACs of the words of the name, for the admin search.';
comment on column identity.person.password_hash is
  'class: secret; Argon2id; read through identity.signin_find() only.';
comment on column identity.person.role is 'class: internal; Role a new session begins with.';

create table identity.data_key (
  person_id uuid primary key references identity.person on delete cascade,
  kid integer not null default 1 check (kid > 0),
  wrapped bytea not null,
  created_at timestamptz not null default now()
);
comment on table identity.data_key is 'Deleting a row erases the person''s sealed columns.';
comment on column identity.data_key.wrapped is 'class: secret';

create table identity.profile (
  person_id uuid primary key references identity.person on delete cascade,
  bio_ct bytea,
  location_ct bytea,
  learning_ct bytea,
  accessibility_ct bytea,
  time_zone text not null default 'Africa/Johannesburg',
  locale text not null default 'en-ZA' check (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  avatar text check (avatar ~ '^[a-z0-9/._-]+$'),
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table identity.profile is 'UserProfile of the data requirements.';
comment on column identity.profile.bio_ct is 'class: personal';
comment on column identity.profile.location_ct is 'class: personal';
comment on column identity.profile.learning_ct is
  'class: personal; Sealed JSON: learningStyle, pace, goals, dailyMinutes.';
comment on column identity.profile.accessibility_ct is
  'class: personal; Sealed JSON: highContrast, fontScale, reducedMotion, screenReader, captions.';
comment on column identity.profile.time_zone is 'class: personal';
comment on column identity.profile.locale is 'class: personal';
comment on column identity.profile.avatar is
  'class: personal; Path below the protected folder, named by content.';
comment on column identity.profile.preferences is
  'class: personal; Switches only (notifications, theme, e-mail kinds): no free text.';

create table identity.public_profile (
  person_id uuid primary key references identity.person on delete cascade,
  display_name text not null check (length(display_name) between 1 and 200),
  headline text check (length(headline) <= 200),
  bio text check (length(bio) <= 4000),
  avatar text check (avatar ~ '^[a-z0-9/._-]+$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table identity.public_profile is 'What an educator chose to publish.';
comment on column identity.public_profile.display_name is 'class: public';
comment on column identity.public_profile.headline is 'class: public';
comment on column identity.public_profile.bio is 'class: public';
comment on column identity.public_profile.avatar is 'class: public';

create table identity.role_permission (
  role text not null check (role in ('STUDENT', 'EDUCATOR', 'ADMIN')),
  permission text not null check (permission ~ '^[a-z]+\.[a-z]+$'),
  primary key (role, permission)
);
comment on table identity.role_permission is
  'The permission matrix. A learner may start a payment (payments.create).';
insert into identity.role_permission (permission, role)
select m.permission, r
  from (values
    ('users.read', 'ADMIN EDUCATOR'), ('users.write', 'ADMIN'), ('users.delete', 'ADMIN'),
    ('courses.read', 'ADMIN EDUCATOR STUDENT'), ('courses.write', 'ADMIN EDUCATOR'),
    ('courses.delete', 'ADMIN'),
    ('content.read', 'ADMIN EDUCATOR STUDENT'), ('content.write', 'ADMIN EDUCATOR'),
    ('content.delete', 'ADMIN EDUCATOR'),
    ('assessments.read', 'ADMIN EDUCATOR STUDENT'), ('assessments.write', 'ADMIN EDUCATOR'),
    ('assessments.grade', 'ADMIN EDUCATOR'),
    ('payments.read', 'ADMIN STUDENT'), ('payments.create', 'STUDENT'),
    ('payments.write', 'ADMIN'), ('payments.refund', 'ADMIN'),
    ('system.read', 'ADMIN'), ('system.write', 'ADMIN'), ('system.configure', 'ADMIN')
  ) as m (permission, roles), unnest(string_to_array(m.roles, ' ')) as r;

-- ---- sessions, tokens, counters --------------------------------------------

create table identity.session (
  id uuid primary key default host.uuid7(),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  previous_hash bytea unique,
  previous_until timestamptz,
  person_id uuid not null references identity.person on delete cascade,
  role text not null,
  remember boolean not null default false,
  csrf_seed bytea not null check (octet_length(csrf_seed) = 32),
  created_at timestamptz not null default host.now(),
  last_seen timestamptz not null default host.now(),
  rotated_at timestamptz not null default host.now(),
  auth_time timestamptz not null default host.now(),
  idle_time interval not null,
  idle_until timestamptz not null,
  absolute_until timestamptz not null,
  device text,
  address_prefix text,
  revoked_at timestamptz,
  reason text
);
create index session_person_id_idx on identity.session (person_id);
create index session_absolute_until_idx on identity.session (absolute_until);
comment on column identity.session.token_hash is
  'class: secret; SHA-256 of the cookie; the cookie itself is nowhere.';
comment on column identity.session.previous_hash is
  'class: secret; Before the last rotation; good until previous_until (parallel tabs).';
comment on column identity.session.csrf_seed is 'class: secret';
comment on column identity.session.device is 'class: personal; "Firefox on Linux".';
comment on column identity.session.address_prefix is
  'class: personal; Network only: /24 of IPv4, /48 of IPv6.';

create table identity.token (
  id uuid primary key default host.uuid7(),
  person_id uuid not null references identity.person on delete cascade,
  type text not null check (type in ('VERIFY_EMAIL', 'RESET_PASSWORD')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default host.now()
);
create index token_person_id_idx on identity.token (person_id);
create index token_expires_at_idx on identity.token (expires_at);
comment on table identity.token is 'Token (authentication) of the data requirements. Single use.';
comment on column identity.token.token_hash is 'class: secret';

create table identity.signin_failure (
  person_id uuid not null references identity.person on delete cascade,
  source text not null,
  failures integer not null,
  failed_at timestamptz not null,
  wait_until timestamptz,
  primary key (person_id, source)
);
comment on table identity.signin_failure is
  'Failed sign-ins in a row. A network with a session of this person counts by itself; all
others share source '''', so strangers cannot lock the owner out.';
comment on column identity.signin_failure.source is 'class: personal';

select host.touched('identity.person'), host.touched('identity.profile'),
  host.touched('identity.public_profile');

-- ---- row security ----------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['person', 'data_key', 'profile', 'public_profile', 'session', 'token',
    'signin_failure']
  loop
    perform host.protect(format('identity.%I', t)::regclass);
    execute format('create policy definer on identity.%I to db_def_identity using (true)
      with check (true)', t);
    execute format('grant select, insert, update, delete on identity.%I to db_def_identity', t);
  end loop;
end
$$;

create policy own on identity.person to db_web, db_auth, db_pay, db_slow
  using (id = (select host.uid()) or (select host.role()) = 'ADMIN')
  with check (id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on identity.data_key for select to db_web, db_auth, db_pay, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on identity.profile to db_web, db_auth, db_pay, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN')
  with check (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy published on identity.public_profile for select
  to db_web, db_auth, db_pay, db_slow, db_jobs, db_ro using (true);
create policy own_insert on identity.public_profile for insert to db_web, db_slow
  with check (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own_update on identity.public_profile for update to db_web, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN')
  with check (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own_delete on identity.public_profile for delete to db_web, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on identity.session for select to db_web, db_auth, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy jobs on identity.person to db_jobs using (true) with check (true);
create policy jobs on identity.data_key for select to db_jobs using (true);
create policy jobs on identity.profile to db_jobs using (true) with check (true);
create policy jobs_write on identity.public_profile to db_jobs using (true) with check (true);
create policy jobs on identity.session to db_jobs using (true) with check (true);
create policy jobs on identity.token to db_jobs using (true) with check (true);
create policy jobs on identity.signin_failure to db_jobs using (true) with check (true);

grant select (id, status, roles, role, email_ct, email_index, name_ct, name_words,
  password_changed_at, verified_at, last_signin_at, created_at, updated_at)
  on identity.person to db_web, db_auth, db_pay, db_slow, db_jobs;
grant update (name_ct, name_words, role) on identity.person to db_web, db_slow, db_jobs;
grant select on identity.data_key to db_web, db_auth, db_pay, db_slow, db_jobs;
grant select, update on identity.profile to db_web, db_slow, db_jobs;
grant select on identity.profile to db_auth, db_pay;
grant select, insert, update, delete on identity.public_profile to db_web, db_slow, db_jobs;
grant select on identity.public_profile to db_auth, db_pay, db_ro;
grant select on identity.role_permission to db_web, db_auth, db_pay, db_slow, db_jobs, db_ro;
grant select (id, person_id, role, remember, created_at, last_seen, auth_time, idle_until,
  absolute_until, device, address_prefix, revoked_at, reason)
  on identity.session to db_web, db_auth, db_slow;
grant select (id, person_id, created_at, last_seen, idle_until, absolute_until, revoked_at),
  delete on identity.session to db_jobs;
grant select (id, person_id, type, expires_at, used_at), delete on identity.token to db_jobs;
grant select, delete on identity.signin_failure to db_jobs;

-- ---- views for other areas --------------------------------------------------

-- Names of persons for those who work with them; the area's own query says
-- which persons (its learners, its members). Open with identity_name().
create view identity.person_public with (security_barrier) as
select p.id, p.name_ct, k.wrapped as data_key, f.avatar, p.roles, p.status
  from identity.person p
  left join identity.data_key k on k.person_id = p.id
  left join identity.profile f on f.person_id = p.id
 where p.id = (select host.uid())
    or (select host.role()) in ('EDUCATOR', 'ADMIN')
    or current_user = 'db_jobs';
grant select on identity.person_public to db_web, db_auth, db_pay, db_slow, db_jobs;

-- What educators publish; anybody may read it.
create view identity.author_public as
select person_id as id, display_name, headline, bio, avatar
  from identity.public_profile;
grant select on identity.author_public to db_web, db_auth, db_pay, db_slow, db_jobs, db_ro;

-- Figures for the admin home, no personal columns.
create view identity.count_public with (security_barrier) as
select p.id, p.role, p.roles, p.status, p.created_at, p.verified_at is not null as verified
  from identity.person p
 where (select host.role()) = 'ADMIN' or current_user in ('db_jobs', 'db_ro');
grant select on identity.count_public to db_web, db_slow, db_jobs, db_ro;

grant create on schema identity to db_def_identity;
alter view identity.person_public owner to db_def_identity;
alter view identity.author_public owner to db_def_identity;
alter view identity.count_public owner to db_def_identity;
revoke create on schema identity from db_def_identity;

-- ---- sessions ----------------------------------------------------------------

-- First query of every signed-in request: finds the session, sets app.uid,
-- app.role and app.rid for this transaction, makes it read only unless
-- p_write. No row: nobody is signed in (and app.uid is empty).
-- Assignments instead of PERFORM and columns straight into the result keep it
-- at one executed statement.
create function host.enter(p_token bytea, p_rid text, p_write boolean,
  out session_id uuid, out person_id uuid, out roles text[], out role text, out name_ct bytea,
  out data_key bytea, out avatar text, out zone text, out locale text, out csrf_seed bytea,
  out auth_time timestamptz, out verified boolean, out idle_until timestamptz,
  out absolute_until timestamptz, out last_seen timestamptz, out rotated_at timestamptz)
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
  return next;
end
$$;

-- 12 h and 30 min idle; ADMIN 8 h and 15 min; remembered 30 days and 7 days
-- idle (never for ADMIN): pages that need a fresh sign-in look at auth_time.
create function host.session_start(p_person uuid, p_token bytea, p_seed bytea, p_remember boolean,
  p_device text, p_prefix text)
returns table (id uuid, absolute_until timestamptz)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  v_now timestamptz := host.now();
  v_role text;
  v_admin boolean;
  v_idle interval := '30 minutes';
  v_life interval := '12 hours';
  v_keep boolean := p_remember;
begin
  select p.role, 'ADMIN' = any (p.roles) into v_role, v_admin
    from identity.person p where p.id = p_person and p.status = 'ACTIVE';
  if not found then
    raise exception 'account_disabled' using errcode = 'U0403';
  end if;
  if v_admin then
    v_idle := '15 minutes';
    v_life := '8 hours';
    v_keep := false;
  elsif v_keep then
    v_idle := '7 days';
    v_life := '30 days';
  end if;
  update identity.person p set last_signin_at = v_now where p.id = p_person;
  return query insert into identity.session as s (token_hash, person_id, role, remember, csrf_seed,
    created_at, last_seen, rotated_at, auth_time, idle_time, idle_until, absolute_until, device,
    address_prefix)
  values (p_token, p_person, v_role, v_keep, p_seed, v_now, v_now, v_now, v_now, v_idle,
    v_now + v_idle, v_now + v_life, left(p_device, 80), left(p_prefix, 64))
  returning s.id, s.absolute_until;
end
$$;

-- Whoever holds the token may end its session.
create function host.session_end(p_token bytea, p_reason text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.session set revoked_at = host.now(), reason = p_reason
   where (token_hash = p_token or previous_hash = p_token) and revoked_at is null;
  return found;
end
$$;

-- One session of oneself, or of anybody for ADMIN.
create function host.session_end_id(p_session uuid, p_reason text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.session set revoked_at = host.now(), reason = p_reason
   where id = p_session and revoked_at is null
     and (person_id = host.uid() or host.role() = 'ADMIN');
  return found;
end
$$;

-- All sessions of the person but p_keep; of another person for ADMIN only.
create function host.session_end_others(p_person uuid, p_keep uuid, p_reason text) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  update identity.session set revoked_at = host.now(), reason = p_reason
   where person_id = p_person and id is distinct from p_keep and revoked_at is null
     and (person_id = host.uid() or host.role() = 'ADMIN');
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Written at most once a minute per session, after the answer has left.
create function host.session_touch(p_session uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := host.now();
begin
  update identity.session
     set last_seen = v_now, idle_until = least(v_now + idle_time, absolute_until)
   where id = p_session and revoked_at is null and idle_until > v_now
     and last_seen < v_now - interval '50 seconds';
  return found;
end
$$;

-- New token for a session that is 15 minutes old, or after a fresh sign-in or
-- change of role (p_force). The old token stays good for 30 s unless forced.
create function host.session_rotate(p_old bytea, p_new bytea, p_force boolean) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := host.now();
begin
  update identity.session
     set token_hash = p_new, rotated_at = v_now,
         previous_hash = case when p_force then null else p_old end,
         previous_until = case when p_force then null else v_now + interval '30 seconds' end
   where token_hash = p_old and revoked_at is null
     and (p_force or rotated_at <= v_now - interval '15 minutes');
  return found;
end
$$;

-- The person proved the password again.
create function host.session_authenticated(p_session uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.session set auth_time = host.now()
   where id = p_session and person_id = host.uid() and revoked_at is null;
  return found;
end
$$;

-- Switches the role in use; false when the person does not have it.
create function host.session_role(p_session uuid, p_role text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.session s set role = p_role
    from identity.person p
   where s.id = p_session and s.person_id = host.uid() and s.revoked_at is null
     and p.id = s.person_id and p_role = any (p.roles);
  return found;
end
$$;

-- Retention: sessions 30 days after their end, used or expired tokens 7 days,
-- forgotten counters 90 days. Run by the jobs pool.
create function host.session_sweep() returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  delete from identity.session where absolute_until < host.now() - interval '30 days'
    or revoked_at < host.now() - interval '30 days';
  get diagnostics v_count = row_count;
  delete from identity.token where expires_at < host.now() - interval '7 days';
  delete from identity.signin_failure where failed_at < host.now() - interval '90 days';
  return v_count;
end
$$;

-- Other workers hold a session for seconds: tell them. Payload: session id.
create function identity.session_revoked() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('session_revoked', new.id::text);
  return null;
end
$$;
create trigger revoked after update on identity.session
  for each row when ((old.revoked_at is null and new.revoked_at is not null)
    or old.role is distinct from new.role)
  execute function identity.session_revoked();

-- A disabled person has no sessions; one that lost a role does not use it.
create function identity.person_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not new.role = any (new.roles) then
    new.role := new.roles[1];
  end if;
  if new.status <> 'ACTIVE' and old.status = 'ACTIVE' then
    update identity.session set revoked_at = host.now(), reason = 'account_disabled'
     where person_id = new.id and revoked_at is null;
  elsif new.roles is distinct from old.roles then
    update identity.session set revoked_at = host.now(), reason = 'roles_changed'
     where person_id = new.id and revoked_at is null and not role = any (new.roles);
  end if;
  return new;
end
$$;
create trigger changed before update of status, roles on identity.person
  for each row execute function identity.person_changed();

-- ---- persons: functions of the account area ----------------------------------

-- Adds a person with key and empty profile; false when the address is taken.
-- From the web nobody becomes ADMIN or verified this way, except by an ADMIN.
create function identity.person_add(p_id uuid, p_email_index bytea, p_email_ct bytea,
  p_name_ct bytea, p_name_words integer[], p_password_hash text, p_roles text[], p_wrapped bytea,
  p_kid integer, p_verified boolean, p_locale text, p_zone text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := host.now();
begin
  if session_user in ('db_web', 'db_auth', 'db_pay', 'db_slow')
    and coalesce(host.role(), '') <> 'ADMIN' and (p_verified or 'ADMIN' = any (p_roles)) then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  insert into identity.person (id, roles, role, email_ct, email_index, name_ct, name_words,
    password_hash, password_changed_at, verified_at, created_at)
  values (p_id, p_roles, p_roles[1], p_email_ct, p_email_index, p_name_ct, p_name_words,
    p_password_hash, case when p_password_hash is not null then v_now end,
    case when p_verified then v_now end, v_now)
  on conflict (email_index) do nothing;
  if not found then
    return false;
  end if;
  insert into identity.data_key (person_id, kid, wrapped) values (p_id, p_kid, p_wrapped);
  insert into identity.profile (person_id, locale, time_zone) values (p_id, p_locale, p_zone);
  return true;
end
$$;

-- Look-up by address where a mail is going to be sent (reset): no hash.
create function identity.person_by_email(p_index bytea)
returns table (id uuid, status text, verified boolean, locale text, email_ct bytea, name_ct bytea,
  data_key bytea)
language sql stable security definer set search_path = '' rows 1 as $$
  select p.id, p.status, p.verified_at is not null, f.locale, p.email_ct, p.name_ct, k.wrapped
    from identity.person p
    join identity.data_key k on k.person_id = p.id
    join identity.profile f on f.person_id = p.id
   where p.email_index = p_index and p.status <> 'ERASED'
$$;

-- The one place that reads password hashes by address.
create function identity.signin_find(p_index bytea, p_prefix text)
returns table (id uuid, status text, password_hash text, verified boolean, source text,
  failures integer, wait_until timestamptz)
language plpgsql stable security definer set search_path = '' rows 1 as $$
declare
  v_source text := '';
  v_id uuid;
begin
  select p.id into v_id from identity.person p where p.email_index = p_index;
  if not found then
    return;
  end if;
  if exists (select from identity.session s
     where s.person_id = v_id and s.address_prefix = p_prefix) then
    v_source := p_prefix;
  end if;
  return query select p.id, p.status, p.password_hash, p.verified_at is not null, v_source,
      coalesce(f.failures, 0), f.wait_until
    from identity.person p
    left join identity.signin_failure f on f.person_id = p.id and f.source = v_source
   where p.id = v_id;
end
$$;

-- Own hash, for the change of password and the repeated proof.
create function identity.password_own() returns text
language sql stable security definer set search_path = '' as $$
  select p.password_hash from identity.person p where p.id = host.uid()
$$;

-- From the fifth failure in a row on: wait 1 s, doubling to 15 min; from the
-- hundredth on only a reset helps.
create function identity.signin_failed(p_person uuid, p_source text)
returns table (failures integer, wait_until timestamptz)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  v_now timestamptz := host.now();
begin
  return query insert into identity.signin_failure as f (person_id, source, failures, failed_at)
  values (p_person, p_source, 1, v_now)
  on conflict (person_id, source) do update set failures = f.failures + 1, failed_at = v_now,
    wait_until = case
      when f.failures + 1 >= 100 then v_now + interval '100 years'
      when f.failures + 1 >= 5
        then v_now + least(interval '15 minutes', interval '1 second' * 2 ^ least(f.failures - 4, 12))
    end
  returning f.failures, f.wait_until;
end
$$;

-- After a good password: the counter of this source ends; a hash with old
-- parameters is replaced (p_hash null = keep).
create function identity.signin_done(p_person uuid, p_source text, p_hash text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from identity.signin_failure where person_id = p_person and source = p_source;
  if p_hash is not null then
    update identity.person set password_hash = p_hash where id = p_person;
  end if;
end
$$;

-- Own password; ends the other sessions (all but p_keep).
create function identity.password_set(p_hash text, p_keep uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.person set password_hash = p_hash, password_changed_at = host.now()
   where id = host.uid() and status = 'ACTIVE';
  if not found then
    return false;
  end if;
  delete from identity.signin_failure where person_id = host.uid();
  update identity.token set used_at = host.now()
   where person_id = host.uid() and type = 'RESET_PASSWORD' and used_at is null;
  perform host.session_end_others(host.uid(), p_keep, 'password_changed');
  return true;
end
$$;

-- One-time token by mail; older ones of this type end.
create function identity.token_add(p_person uuid, p_type text, p_hash bytea, p_seconds bigint)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.token set used_at = host.now()
   where person_id = p_person and type = p_type and used_at is null;
  insert into identity.token (person_id, type, token_hash, expires_at)
  values (p_person, p_type, p_hash, host.now() + p_seconds * interval '1 second');
end
$$;

create function identity.token_good(p_hash bytea, p_type text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from identity.token t join identity.person p on p.id = t.person_id
    where t.token_hash = p_hash and t.type = p_type and t.used_at is null
      and t.expires_at > host.now() and p.status = 'ACTIVE')
$$;

-- Takes a token: exactly one caller gets the person.
create function identity.token_take(p_hash bytea, p_type text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  update identity.token t set used_at = host.now()
    from identity.person p
   where t.token_hash = p_hash and t.type = p_type and t.used_at is null
     and t.expires_at > host.now() and p.id = t.person_id and p.status = 'ACTIVE'
  returning t.person_id into v_id;
  return v_id;
end
$$;

create function identity.email_verify(p_hash bytea) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid := identity.token_take(p_hash, 'VERIFY_EMAIL');
begin
  update identity.person set verified_at = coalesce(verified_at, host.now()) where id = v_id;
  return v_id;
end
$$;

-- A reset proves the address too; it ends every session and clears the counters.
create function identity.password_reset(p_hash bytea, p_password_hash text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid := identity.token_take(p_hash, 'RESET_PASSWORD');
begin
  if v_id is null then
    return null;
  end if;
  update identity.person set password_hash = p_password_hash, password_changed_at = host.now(),
    verified_at = coalesce(verified_at, host.now()) where id = v_id;
  delete from identity.signin_failure where person_id = v_id;
  update identity.session set revoked_at = host.now(), reason = 'password_reset'
   where person_id = v_id and revoked_at is null;
  return v_id;
end
$$;

-- ADMIN only; an ADMIN cannot take the own admin role or disable oneself.
create function identity.person_admin(p_person uuid, p_status text, p_roles text[])
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  if p_person = host.uid()
    and (p_status <> 'ACTIVE' or not 'ADMIN' = any (coalesce(p_roles, array['ADMIN']))) then
    raise exception 'not_on_yourself' using errcode = 'U0409';
  end if;
  if p_status not in ('ACTIVE', 'DISABLED') then
    raise exception 'invalid_status' using errcode = 'U0422';
  end if;
  update identity.person set status = coalesce(p_status, status),
    roles = coalesce(p_roles, roles)
   where id = p_person and status <> 'ERASED';
  return found;
end
$$;

-- Erasure: the key goes, and with it what it sealed. The row stays for the
-- records that must be kept and names nobody.
create function identity.person_erase(p_person uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (p_person = host.uid() or host.role() = 'ADMIN' or session_user = 'db_jobs') then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update identity.person set status = 'ERASED', email_ct = null, email_index = null,
    name_ct = null, name_words = '{}', password_hash = null
   where id = p_person and status <> 'ERASED';
  if not found then
    return false;
  end if;
  delete from identity.data_key where person_id = p_person;
  delete from identity.profile where person_id = p_person;
  delete from identity.public_profile where person_id = p_person;
  delete from identity.token where person_id = p_person;
  delete from identity.signin_failure where person_id = p_person;
  delete from identity.session where person_id = p_person;
  return true;
end
$$;

-- Wrapped key of a person, to seal data of theirs (mails) before they are
-- signed in. The wrapped form says nothing without the master key.
create function host.person_key(p_person uuid) returns bytea
language sql stable security definer set search_path = '' as $$
  select wrapped from identity.data_key where person_id = p_person
$$;

do $$
declare
  f regprocedure;
begin
  for f in
    select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and (n.nspname = 'identity' or n.nspname = 'host'
       and (p.proname like 'session\_%' or p.proname in ('enter', 'person_key')))
  loop
    perform host.definer(f, 'identity');
  end loop;
end
$$;
grant execute on function host.enter(bytea, text, boolean), host.session_end(bytea, text),
  host.session_end_id(uuid, text), host.session_end_others(uuid, uuid, text),
  host.session_touch(uuid), host.session_rotate(bytea, bytea, boolean),
  host.session_authenticated(uuid), host.session_role(uuid, text)
  to db_web, db_auth, db_pay, db_slow;
grant execute on function host.session_start(uuid, bytea, bytea, boolean, text, text)
  to db_web, db_auth;
grant execute on function host.session_sweep() to db_jobs;
grant execute on function host.person_key(uuid) to db_web, db_auth, db_pay, db_slow, db_jobs;
grant execute on function
  identity.person_add(uuid, bytea, bytea, bytea, integer[], text, text[], bytea, integer, boolean,
    text, text),
  identity.person_by_email(bytea), identity.password_own(), identity.password_set(text, uuid),
  identity.token_add(uuid, text, bytea, bigint), identity.token_good(bytea, text),
  identity.email_verify(bytea), identity.password_reset(bytea, text)
  to db_web, db_auth, db_jobs;
-- Password hashes leave the database in the auth pool only.
grant execute on function identity.signin_find(bytea, text),
  identity.signin_failed(uuid, text), identity.signin_done(uuid, text, text) to db_auth;
grant execute on function identity.person_admin(uuid, text, text[]) to db_web, db_slow;
grant execute on function identity.person_erase(uuid) to db_web, db_slow, db_jobs;

select host.classify('identity.person', 'internal'), host.classify('identity.data_key', 'internal'),
  host.classify('identity.profile', 'internal'), host.classify('identity.public_profile', 'internal'),
  host.classify('identity.role_permission', 'public'), host.classify('identity.session', 'internal'),
  host.classify('identity.token', 'internal'), host.classify('identity.signin_failure', 'internal');
