-- Queries of the account area. Persons belong to domain/identity, which opens
-- and seals them; here is what the pages need besides.

-- mail_quota(key text, most i64, seconds i64) -> one
--   allowed bool
select allowed from host.rate_quota($1, $2, $3);

-- avatar_get(person uuid) -> one
--   avatar text?
select identity.avatar_seen($1) as avatar;

-- author_get(person uuid) -> one
--   display_name text, headline text?, bio text?, avatar text?
select display_name, headline, bio, avatar from identity.author_seen($1);

-- Personal data of one person, for the export and the erasure. Sealed columns
-- are opened by the export with the wrapped key beside them.

-- export_person(person uuid) -> many
--   id uuid, status text, roles text[], email_ct bytes?, name_ct bytes?, data_key bytes?,
--   verified_at time?, created_at time, last_signin_at time?
select p.id, p.status, p.roles, p.email_ct, p.name_ct, k.wrapped as data_key, p.verified_at,
       p.created_at, p.last_signin_at
  from identity.person p
  left join identity.data_key k on k.person_id = p.id
 where p.id = $1;

-- export_profile(person uuid) -> many
--   bio_ct bytes?, location_ct bytes?, learning_ct bytes?, accessibility_ct bytes?, zone text,
--   locale text, avatar text?, preferences json, data_key bytes?
select f.bio_ct, f.location_ct, f.learning_ct, f.accessibility_ct, f.time_zone as zone, f.locale,
       f.avatar, f.preferences, k.wrapped as data_key
  from identity.profile f
  left join identity.data_key k on k.person_id = f.person_id
 where f.person_id = $1;

-- export_public(person uuid) -> many
--   display_name text, headline text?, bio text?, avatar text?
select display_name, headline, bio, avatar from identity.public_profile where person_id = $1;

-- export_session(person uuid) -> many
--   id uuid, device text?, network text?, created_at time, last_seen time
select id, device, address_prefix as network, created_at, last_seen
  from identity.session
 where person_id = $1
 order by created_at;

-- erase_person(person uuid) -> one
--   done bool
select identity.person_erase($1) as done;
