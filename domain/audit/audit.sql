-- Queries of domain/audit.

-- audit_entry_add(action text, object_type text, object_id text?, person uuid?, before json?, after json?) -> exec
insert into audit.entry (actor_id, actor_role, rid, action, object_type, object_id, person_id,
  before, after)
values (host.uid(), host.role(), host.rid(), $1, $2, $3, $4, $5, $6);

-- audit_entry_list(person uuid?, object_type text?, object_id text?, limit i64, offset i64) -> many
--   id uuid, at time, actor_id uuid?, actor_role text?, rid text?, action text, object_type text,
--   object_id text?, person_id uuid?, before json?, after json?
select id, at, actor_id, actor_role, rid, action, object_type, object_id, person_id, before, after
  from audit.entry
 where ($1::uuid is null or person_id = $1 or actor_id = $1)
   and ($2::text is null or object_type = $2)
   and ($3::text is null or object_id = $3)
 order by at desc, seq desc
 limit $4 offset $5;

-- Reads all: how many there are, for administrators alone.
-- audit_entry_count(person uuid?, object_type text?, object_id text?) -> one
--   total i64
select count(*) as total
  from audit.entry
 where ($1::uuid is null or person_id = $1 or actor_id = $1)
   and ($2::text is null or object_type = $2)
   and ($3::text is null or object_id = $3);
