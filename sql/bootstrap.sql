-- Run once per database by the cluster's superuser, before the first migration
-- (psql -v ON_ERROR_STOP=1 -d DATABASE -f sql/bootstrap.sql). Running it again
-- changes nothing that is right already, so an upgrade may simply repeat it.
--
-- It makes the roles, the extensions (in schema ext) and the limits of the
-- database. Passwords are not set here: on one machine the roles come in over
-- the Unix socket (peer with a map), elsewhere the operator gives them SCRAM
-- passwords.
set client_min_messages = warning;

-- db_owner owns everything and cannot log in. db_app is what all serving roles
-- have in common: schema host and its helpers, never a table.
-- db_def_<area> own the SECURITY DEFINER functions of an area: they see across
-- people by policies of their own and cannot log in.
do $$
declare
	role text;
begin
	foreach role in array array['db_owner', 'db_app', 'db_def_host', 'db_def_identity',
	    'db_def_audit', 'db_def_job', 'db_def_mail', 'db_def_course', 'db_def_learning',
	    'db_def_ledger', 'db_def_wallet',
	    'db_def_payment', 'db_def_marketplace', 'db_def_notification'] loop
		if not exists (select from pg_roles where rolname = role) then
			execute format('create role %I nologin', role);
		end if;
		execute format('alter role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', role);
	end loop;
	foreach role in array array['db_migrate', 'db_web', 'db_auth', 'db_pay', 'db_slow',
	    'db_jobs', 'db_ro', 'db_audit_w'] loop
		if not exists (select from pg_roles where rolname = role) then
			execute format('create role %I login', role);
		end if;
		execute format('alter role %I login nosuperuser nobypassrls nocreatedb nocreaterole', role);
	end loop;
	foreach role in array array['db_web', 'db_auth', 'db_pay', 'db_slow', 'db_jobs', 'db_ro'] loop
		execute format('grant db_app to %I', role);
	end loop;
	foreach role in array array['db_def_host', 'db_def_identity', 'db_def_audit', 'db_def_job',
	    'db_def_mail', 'db_def_course', 'db_def_learning', 'db_def_ledger', 'db_def_wallet',
	    'db_def_payment', 'db_def_marketplace', 'db_def_notification'] loop
		execute format('grant db_app to %I', role);
		execute format('grant %I to db_owner', role);
	end loop;
end $$;

grant db_owner to db_migrate;
-- host.slow_query() reads the statistics of all roles.
grant pg_read_all_stats to db_def_host;

-- One request must never hold a row or a connection for long. The slow and
-- jobs pools do longer work, each statement within the job's own limit.
alter role db_web set statement_timeout = '8s';
alter role db_auth set statement_timeout = '8s';
alter role db_pay set statement_timeout = '8s';
alter role db_slow set statement_timeout = '60s';
alter role db_jobs set statement_timeout = '300s';
alter role db_ro set statement_timeout = '30s';
alter role db_web set idle_in_transaction_session_timeout = '12s';
alter role db_auth set idle_in_transaction_session_timeout = '12s';
alter role db_pay set idle_in_transaction_session_timeout = '12s';
alter role db_slow set idle_in_transaction_session_timeout = '60s';
alter role db_jobs set idle_in_transaction_session_timeout = '300s';
alter role db_ro set idle_in_transaction_session_timeout = '60s';
alter role db_web set lock_timeout = '3s';
alter role db_auth set lock_timeout = '3s';
alter role db_pay set lock_timeout = '3s';
alter role db_slow set lock_timeout = '3s';
alter role db_jobs set lock_timeout = '10s';
alter role db_ro set default_transaction_read_only = on;

do $$
declare
	db text := current_database();
begin
	execute format('alter database %I set timezone = ''UTC''', db);
	execute format('alter database %I set search_path = ''''', db);
	execute format('alter database %I set default_text_search_config = ''pg_catalog.simple''', db);
	-- Pages run short prepared queries: compiling them costs more than it gives.
	execute format('alter database %I set jit = off', db);
	execute format('revoke all on database %I from public', db);
	execute format('grant connect on database %I to db_migrate, db_web, db_auth, db_pay, ' ||
	    'db_slow, db_jobs, db_ro, db_audit_w', db);
	execute format('grant create, temporary on database %I to db_owner', db);
end $$;

revoke all on schema public from public;

create schema if not exists ext;
revoke all on schema ext from public;
grant usage on schema ext to db_owner, db_app;
create extension if not exists pg_trgm schema ext;
create extension if not exists unaccent schema ext;
create extension if not exists fuzzystrmatch schema ext;
create extension if not exists btree_gin schema ext;
create extension if not exists btree_gist schema ext;
create extension if not exists pg_stat_statements schema ext;

-- What the owner makes is nobody's until it is granted.
alter default privileges for role db_owner revoke execute on functions from public;
alter default privileges for role db_owner revoke usage on types from public;
alter default privileges for role db_owner revoke all on tables from public;
