-- Queries of domain/identity. Rows are limited by row security to the person
-- who is asking, and to everybody for ADMIN.

-- identity_add(id uuid, email_index bytes, email_ct bytes, name_ct bytes, words text, password_hash text?, roles text[], wrapped bytes, kid i32, verified bool, locale text, zone text) -> one
--   added bool
select identity.person_add($1, $2, $3, $4, ($5::text)::integer[], $6, $7, $8, $9, $10, $11, $12)
  as added;

-- identity_find(email_index bytes) -> one
--   id uuid, status text, verified bool, locale text, email_ct bytes?, name_ct bytes?, data_key bytes
select id, status, verified, locale, email_ct, name_ct, data_key
  from identity.person_by_email($1);

-- identity_by_ids(ids uuid[]) -> many
--   id uuid, status text, locale text?, email_ct bytes?, name_ct bytes?, data_key bytes
select id, status, locale, email_ct, name_ct, data_key from identity.person_by_id($1);

-- identity_key(person uuid) -> one
--   wrapped bytes?
select host.person_key($1) as wrapped;

-- signin_find(email_index bytes, network text) -> one
--   id uuid, status text, password_hash text?, verified bool, source text, failures i32, wait_until time?
select id, status, password_hash, verified, source, failures, wait_until
  from identity.signin_find($1, $2);

-- signin_failed(person uuid, source text) -> one
--   failures i32, wait_until time?
select failures, wait_until from identity.signin_failed($1, $2);

-- signin_done(person uuid, source text, password_hash text?) -> exec
select identity.signin_done($1, $2, $3);

-- password_own() -> one
--   password_hash text?
select identity.password_own() as password_hash;

-- password_set(password_hash text, keep uuid?) -> one
--   done bool
select identity.password_set($1, $2) as done;

-- token_add(person uuid, type text, token_hash bytes, seconds i64) -> exec
select identity.token_add($1, $2, $3, $4);

-- token_good(token_hash bytes, type text) -> one
--   good bool
select identity.token_good($1, $2) as good;

-- token_owner(token_hash bytes, type text) -> one
--   id uuid, status text, verified bool, locale text, email_ct bytes?, name_ct bytes?, data_key bytes
select id, status, verified, locale, email_ct, name_ct, data_key
  from identity.token_owner($1, $2);

-- email_verify(token_hash bytes) -> one
--   id uuid?
select identity.email_verify($1) as id;

-- password_reset(token_hash bytes, password_hash text) -> one
--   id uuid?
select identity.password_reset($1, $2) as id;

-- profile_get(person uuid) -> one
--   id uuid, status text, roles text[], role text, email_ct bytes?, name_ct bytes?, data_key bytes?,
--   verified bool, created_at time, password_changed_at time?, last_signin_at time?,
--   bio_ct bytes?, location_ct bytes?, learning_ct bytes?, accessibility_ct bytes?,
--   zone text?, locale text?, avatar text?, preferences json?,
--   display_name text?, headline text?, public_bio text?
select p.id, p.status, p.roles, p.role, p.email_ct, p.name_ct, k.wrapped as data_key,
       p.verified_at is not null as verified, p.created_at, p.password_changed_at,
       p.last_signin_at, f.bio_ct, f.location_ct, f.learning_ct, f.accessibility_ct,
       f.time_zone as zone, f.locale, f.avatar, f.preferences,
       u.display_name, u.headline, u.bio as public_bio
  from identity.person p
  left join identity.data_key k on k.person_id = p.id
  left join identity.profile f on f.person_id = p.id
  left join identity.public_profile u on u.person_id = p.id
 where p.id = $1;

-- name_set(person uuid, name_ct bytes, words text) -> exec
update identity.person set name_ct = $2, name_words = ($3::text)::integer[] where id = $1;

-- about_set(person uuid, bio_ct bytes?, location_ct bytes?, zone text, locale text) -> exec
update identity.profile set bio_ct = $2, location_ct = $3, time_zone = $4, locale = $5
 where person_id = $1;

-- avatar_set(person uuid, avatar text?) -> exec
update identity.profile set avatar = $2 where person_id = $1;

-- public_avatar_set(person uuid, avatar text?) -> exec
update identity.public_profile set avatar = $2 where person_id = $1;

-- preferences_set(person uuid, preferences json) -> exec
update identity.profile set preferences = preferences || $2 where person_id = $1;

-- learning_set(person uuid, learning_ct bytes) -> exec
update identity.profile set learning_ct = $2 where person_id = $1;

-- accessibility_set(person uuid, accessibility_ct bytes) -> exec
update identity.profile set accessibility_ct = $2 where person_id = $1;

-- publish(person uuid, display_name text, headline text?, bio text?, avatar text?) -> exec
insert into identity.public_profile (person_id, display_name, headline, bio, avatar)
values ($1, $2, $3, $4, $5)
on conflict (person_id) do update set display_name = excluded.display_name,
  headline = excluded.headline, bio = excluded.bio, avatar = excluded.avatar;

-- unpublish(person uuid) -> exec
delete from identity.public_profile where person_id = $1;

-- session_list(person uuid) -> many
--   id uuid, device text?, network text?, created_at time, last_seen time, until time
select id, device, address_prefix as network, created_at, last_seen,
       least(idle_until, absolute_until) as until
  from identity.session
 where person_id = $1 and revoked_at is null and idle_until > host.now()
   and absolute_until > host.now()
 order by last_seen desc
 limit 100;

-- person_search(email_index bytes?, words text?, role text?, status text?, limit i64, offset i64) -> many
--   id uuid, status text, role text, roles text[], email_ct bytes?, name_ct bytes?, data_key bytes?,
--   avatar text?, verified bool, created_at time, last_signin_at time?
select p.id, p.status, p.role, p.roles, p.email_ct, p.name_ct, k.wrapped as data_key, f.avatar,
       p.verified_at is not null as verified, p.created_at, p.last_signin_at
  from identity.person p
  left join identity.data_key k on k.person_id = p.id
  left join identity.profile f on f.person_id = p.id
 where (($1::bytea is null and $2::text is null) or p.email_index = $1
        or p.name_words @> ($2::text)::integer[])
   and ($3::text is null or p.roles @> array[$3])
   and case when $4::text is null then p.status <> 'ERASED' else p.status = $4 end
 order by p.created_at desc, p.id
 limit $5 offset $6;

-- Reads all: how many there are, for administrators alone.
-- person_search_count(email_index bytes?, words text?, role text?, status text?) -> one
--   total i64
select count(*) as total
  from identity.person p
 where (($1::bytea is null and $2::text is null) or p.email_index = $1
        or p.name_words @> ($2::text)::integer[])
   and ($3::text is null or p.roles @> array[$3])
   and case when $4::text is null then p.status <> 'ERASED' else p.status = $4 end;

-- person_state(person uuid) -> one
--   status text, roles text[]
select status, roles from identity.person where id = $1;

-- person_admin(person uuid, status text?, roles text[]?) -> one
--   done bool
select identity.person_admin($1, $2, $3) as done;

-- person_erase(person uuid) -> one
--   done bool
select identity.person_erase($1) as done;
