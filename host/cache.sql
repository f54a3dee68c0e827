-- The cache service on PostgreSQL (host/cache.c).

-- cache_entry_get(key text) -> one cached 1s cache_entry
--   value text
select value from host.cache_entry
 where key = $1 and (expires_at is null or expires_at > host.now());

-- cache_entry_set(key text, value text, ttl i64?) -> exec
insert into host.cache_entry (key, value, expires_at)
values ($1, $2, host.now() + $3 * interval '1 second')
on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at,
  created_at = host.now();

-- cache_entry_delete(key text) -> exec
delete from host.cache_entry where key = $1;

-- cache_entry_keys(prefix text, limit i64, offset i64) -> many
--   key text, size i64, expires_at time?
select key, octet_length(value)::bigint as size, expires_at
  from host.cache_entry
 where starts_with(key, $1) and (expires_at is null or expires_at > host.now())
 order by key
 limit $2 offset $3;

-- Reads all: a figure over the whole table, for administrators alone.
-- cache_entry_count(prefix text) -> one
--   total i64
select count(*) as total from host.cache_entry
 where starts_with(key, $1) and (expires_at is null or expires_at > host.now());

-- Reads all: whatever begins with the prefix goes, for administrators alone.
-- cache_entry_clear(prefix text) -> exec
delete from host.cache_entry where starts_with(key, $1);

-- cache_entry_sweep() -> exec
delete from host.cache_entry where expires_at <= host.now();
