-- Statements of the migration tool. It speaks to the database without the
-- pipeline: migrations are whole scripts.

-- migrate_lock() -> exec
select pg_advisory_lock(7210416329551);

-- migrate_owner() -> exec
set role db_owner;

-- migrate_quiet() -> exec
set client_min_messages = warning;

-- migrate_schema() -> exec
create schema if not exists host;

-- migrate_table() -> exec
create table if not exists host.migration (
	number int4 primary key check (number > 0),
	name text not null unique,
	checksum text not null check (checksum ~ '^[0-9a-f]{64}$'),
	took_ms int8 not null,
	applied_at timestamptz not null default now()
);

-- migrate_exists() -> one
--   found bool
select to_regclass('host.migration') is not null as found;

-- migrate_list() -> many
--   number i32, name text, checksum text
select number, name, checksum from host.migration order by number;

-- migrate_checksum(content bytes) -> one
--   checksum text
select encode(sha256($1), 'hex') as checksum;

-- migrate_begin() -> exec
begin;

-- migrate_add(number i32, name text, checksum text, took_ms i64) -> exec
insert into host.migration (number, name, checksum, took_ms) values ($1, $2, $3, $4);

-- migrate_commit() -> exec
commit;
