-- Identity: what pages about a person may show to whom, and whose link of a
-- mail it is.

-- Path of the picture of a person: of oneself, for those who teach or
-- administer, and for anybody when the person published it. A disabled person
-- has none, except for ADMIN.
create function identity.avatar_seen(p_person uuid) returns text
language sql stable security definer set search_path = '' as $$
  select case
      when p_person = host.uid() or host.role() in ('EDUCATOR', 'ADMIN') then f.avatar
      else u.avatar
    end
    from identity.person p
    join identity.profile f on f.person_id = p.id
    left join identity.public_profile u on u.person_id = p.id
   where p.id = p_person and (p.status = 'ACTIVE' or host.role() = 'ADMIN')
$$;

-- The page of an educator: while the account is active and the role is theirs.
create function identity.author_seen(p_person uuid)
returns table (display_name text, headline text, bio text, avatar text)
language sql stable security definer set search_path = '' rows 1 as $$
  select u.display_name, u.headline, u.bio, u.avatar
    from identity.public_profile u
    join identity.person p on p.id = u.person_id
   where p.id = p_person and p.status = 'ACTIVE' and p.roles && array['EDUCATOR', 'ADMIN']
$$;

-- Whose one-time link it is, while it is good. Whoever has the link has the
-- mail box, so the page may greet by name.
create function identity.token_owner(p_hash bytea, p_type text)
returns table (id uuid, status text, verified boolean, locale text, email_ct bytea, name_ct bytea,
  data_key bytea)
language sql stable security definer set search_path = '' rows 1 as $$
  select p.id, p.status, p.verified_at is not null, f.locale, p.email_ct, p.name_ct, k.wrapped
    from identity.token t
    join identity.person p on p.id = t.person_id
    join identity.data_key k on k.person_id = p.id
    join identity.profile f on f.person_id = p.id
   where t.token_hash = p_hash and t.type = p_type and t.used_at is null
     and t.expires_at > host.now() and p.status = 'ACTIVE'
$$;

select host.definer('identity.avatar_seen(uuid)', 'identity'),
  host.definer('identity.author_seen(uuid)', 'identity'),
  host.definer('identity.token_owner(bytea, text)', 'identity');
grant execute on function identity.avatar_seen(uuid), identity.author_seen(uuid)
  to db_web, db_slow;
grant execute on function identity.token_owner(bytea, text) to db_web, db_auth;
