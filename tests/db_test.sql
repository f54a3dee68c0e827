-- Queries of the database layer's own tests.

-- probe_types(a text?, b uuid, c i64, d i32, e bool, f time, g date, h json, i bytes, j text[], k uuid[], l i64?, m time?) -> one
--   a text?, b uuid, c i64, d i32, e bool, f time, g date, h json, i bytes, j text[], k uuid[],
--   l i64?, m time?, o text[]?, p bool?, q html?
select $1::text as a, $2::uuid as b, $3::int8 as c, $4::int4 as d, $5::bool as e,
       $6::timestamptz as f, $7::date as g, $8::jsonb as h, $9::bytea as i, $10::text[] as j,
       $11::uuid[] as k, $12::int8 as l, $13::timestamptz as m, null::text[] as o, null::bool as p,
       null::text as q;

-- probe_rows(least i64, most i64) -> many
--   n i64, text text
select n, 'row ' || n as text from generate_series($1, $2) n;

-- probe_setting(key text) -> one
--   value text?
select current_setting($1, true) as value;

-- probe_enter(uid text) -> one
--   uid text
select set_config('app.uid', $1, true) as uid;

-- probe_time_text(at time) -> one
--   at text?, back time
select to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at, $1 as back;

-- probe_time(text text) -> one
--   at time
select $1::timestamptz as at;

-- probe_add(name text) -> exec
insert into public.probe (name) values ($1);

-- probe_count() -> one
--   n i64
select count(*) as n from public.probe;

-- probe_names() -> many cached 60s probe
--   name text?, tags text[]
select name, array[coalesce(name, '-'), 'x,"y'] as tags from public.probe order by name;

-- probe_first(name text?) -> one cached 60s probe
--   name text, raw bytes
select name, 'abc'::bytea as raw from public.probe where name = $1;

-- probe_short() -> one cached 50ms probe
--   n i64
select count(*) as n from public.probe;

-- probe_raise(code text, state text) -> exec
select public.probe_raise($1, $2);

-- probe_divide(n i64) -> one
--   n i64
select 1 / $1 as n;

-- probe_sleep(seconds i32) -> exec
select pg_sleep($1);

-- probe_timeout(limit text) -> one
--   limit text
select set_config('statement_timeout', $1, true) as "limit";

-- probe_lie() -> one
--   n i64
select null::int8 as n;

-- probe_two() -> one
--   n i64
select n from generate_series(1::int8, 2) n;

-- probe_pid() -> one
--   pid i32
select pg_backend_pid() as pid;

-- probe_star() -> many
--   name text?
select * from public.probe_star;

-- probe_deferred(n i32) -> exec
insert into public.probe_deferred (n) values ($1);

-- probe_now() -> one
--   at time
select host.now() as at;
