-- Sessions: calls of the functions in sql/0002_identity.sql.

-- session_enter(token_hash bytes, rid text, write bool) -> one
--   session_id uuid, person_id uuid, roles text[], role text, name_ct bytes?, data_key bytes?,
--   avatar text?, zone text, locale text, csrf_seed bytes, auth_time time, verified bool,
--   idle_until time, absolute_until time, last_seen time, rotated_at time, unread i32
select session_id, person_id, roles, role, name_ct, data_key, avatar, zone, locale, csrf_seed,
       auth_time, verified, idle_until, absolute_until, last_seen, rotated_at,
       unread
  from host.enter($1, $2, $3);

-- session_start(person uuid, token_hash bytes, csrf_seed bytes, remember bool, device text?, prefix text?) -> one
--   id uuid, absolute_until time
select id, absolute_until from host.session_start($1, $2, $3, $4, $5, $6);

-- session_end(token_hash bytes, reason text) -> one
--   ended bool
select host.session_end($1, $2) as ended;

-- session_end_id(session uuid, reason text) -> one
--   ended bool
select host.session_end_id($1, $2) as ended;

-- session_end_others(person uuid, keep uuid?, reason text) -> one
--   ended i64
select host.session_end_others($1, $2, $3) as ended;

-- session_touch(session uuid) -> one
--   touched bool
select host.session_touch($1) as touched;

-- session_rotate(old_hash bytes, new_hash bytes, force bool) -> one
--   rotated bool
select host.session_rotate($1, $2, $3) as rotated;

-- session_authenticated(session uuid) -> one
--   done bool
select host.session_authenticated($1) as done;

-- session_role(session uuid, role text) -> one
--   changed bool
select host.session_role($1, $2) as changed;

-- permission_list() -> many cached 60s permission
--   role text, permission text
select role, permission from identity.role_permission_public order by role, permission;
