-- What the database layer itself sends.

-- Once per connection. Reading is the default: only db_begin's writing form
-- may change anything. Limits of the role (sql/bootstrap.sql) win; a role
-- without any gets those of the web pool.
-- db_setup() -> one
--   pid i32
select pg_backend_pid() as pid
 where set_config('plan_cache_mode', 'force_generic_plan', false) is not null
   and set_config('timezone', 'UTC', false) is not null
   and set_config('datestyle', 'ISO, YMD', false) is not null
   and set_config('intervalstyle', 'iso_8601', false) is not null
   and set_config('bytea_output', 'hex', false) is not null
   and set_config('client_min_messages', 'warning', false) is not null
   and set_config('search_path', '', false) is not null
   and set_config('default_transaction_read_only', 'on', false) is not null
   and set_config('statement_timeout', case current_setting('statement_timeout')
       when '0' then '8s' else current_setting('statement_timeout') end, false) is not null
   and set_config('lock_timeout', case current_setting('lock_timeout')
       when '0' then '3s' else current_setting('lock_timeout') end, false) is not null
   and set_config('idle_in_transaction_session_timeout',
       case current_setting('idle_in_transaction_session_timeout')
       when '0' then '12s' else current_setting('idle_in_transaction_session_timeout') end, false)
       is not null;

-- db_begin_write() -> exec
begin read write;

-- db_commit_write() -> exec
commit;

-- db_rollback_write() -> exec
rollback;

-- Development and tests: host.now() follows the host's clock.
-- db_clock(offset_us i64) -> one
--   offset_us text
select set_config('app.clock_offset', $1::text, false) as offset_us;
