-- What all areas stand on: keys, clock, who is asking, and the helpers with
-- which a migration protects and classifies its tables.
-- Schema host and its table host.migration are made by the migration tool itself.

grant usage on schema host to db_app;
-- A worker compares the schema with what it was built for.
grant select on host.migration to db_app;

-- UUID version 7: 48 bits of milliseconds, 12 bits of their fraction (so that
-- rows made in one millisecond keep their order), 62 random bits.
create function host.uuid7() returns uuid
	language plpgsql volatile parallel safe as $$
declare
	us constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
	random constant bytea := uuid_send(gen_random_uuid());
begin
	return encode(substring(int8send(us / 1000) from 3) ||
	    int2send((28672 + (us % 1000) * 4096 / 1000)::int2) ||
	    substring(random from 9), 'hex')::uuid;
end $$;

-- Business time. Development and tests move the clock: the host passes the
-- offset (µs) on, production never sets it.
create function host.now() returns timestamptz
	language sql stable parallel safe as $$
	select now() + coalesce(nullif(current_setting('app.clock_offset', true), '')::int8, 0)
	    * interval '1 microsecond'
$$;

-- Who is asking, as the host set it for this transaction.
create function host.uid() returns uuid
	language sql stable parallel safe as $$
	select nullif(current_setting('app.uid', true), '')::uuid
$$;

create function host.role() returns text
	language sql stable parallel safe as $$
	select nullif(current_setting('app.role', true), '')
$$;

create function host.rid() returns text
	language sql stable parallel safe as $$
	select nullif(current_setting('app.rid', true), '')
$$;

create function host.touch() returns trigger
	language plpgsql as $$
begin
	new.updated_at := now();
	return new;
end $$;

-- For append-only tables.
create function host.refuse_change() returns trigger
	language plpgsql as $$
begin
	raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name
	    using errcode = 'restrict_violation';
end $$;

grant execute on function host.uuid7(), host.now(), host.uid(), host.role(), host.rid()
	to db_app, db_audit_w;

-- ---- helpers of migrations (the owner alone may run them) ----------------

-- Keeps updated_at of a table.
create function host.touched(t regclass) returns void
	language plpgsql as $$
begin
	execute format('create trigger touch before update on %s for each row '
	    'execute function host.touch()', t);
end $$;

-- Row-level security, also for the owner. Migrations and seeds see all rows;
-- everybody else needs a policy that names the role.
create function host.protect(t regclass) returns void
	language plpgsql as $$
begin
	execute format('alter table %s enable row level security', t);
	execute format('alter table %s force row level security', t);
	execute format('create policy migrate on %s to db_migrate using (true) with check (true)', t);
end $$;

-- Puts "class: <class>" in front of the comments of the named columns; without
-- names of all columns that have no class yet. Classes: public, internal,
-- personal, secret.
create function host.classify(t regclass, class text, variadic columns text[] default '{}')
	returns void
	language plpgsql as $$
declare
	col record;
begin
	if class not in ('public', 'internal', 'personal', 'secret') then
		raise exception 'unknown class %', class;
	end if;
	for col in
		select a.attname, d.description
		  from pg_attribute a
		  left join pg_description d on d.objoid = a.attrelid and d.objsubid = a.attnum
		       and d.classoid = 'pg_class'::regclass
		 where a.attrelid = t and a.attnum > 0 and not a.attisdropped
		   and (a.attname = any(columns)
		        or (cardinality(columns) = 0 and coalesce(d.description, '') !~ '^class: '))
	loop
		execute format('comment on column %s.%I is %L', t, col.attname,
		    'class: ' || class || coalesce('; ' || regexp_replace(col.description,
		    '^class: \w+(; )?', ''), ''));
	end loop;
	if exists (select from unnest(columns) c where not exists (
	    select from pg_attribute where attrelid = t and attname = c and not attisdropped)) then
		raise exception '% has not all of the columns %', t, columns;
	end if;
end $$;

-- Hands a SECURITY DEFINER function to db_def_<area>. The role may create in
-- the schema for this moment only.
create function host.definer(f regprocedure, area text) returns void
	language plpgsql as $$
declare
	role constant text := 'db_def_' || area;
	place constant text := (select n.nspname from pg_proc p
	    join pg_namespace n on n.oid = p.pronamespace where p.oid = f);
begin
	if not (select prosecdef and array_to_string(proconfig, ' ') like '%search_path=%'
	    from pg_proc where oid = f) then
		raise exception '% must be "security definer set search_path = ''''"', f;
	end if;
	execute format('grant usage, create on schema %I to %I', place, role);
	execute format('alter function %s owner to %I', f, role);
	execute format('revoke create on schema %I from %I', place, role);
	execute format('revoke all on function %s from public', f);
end $$;

-- Text search: stemming of English after removing accents, so that "resume"
-- finds "résumé". Names its dictionary, hence safe with an empty search_path.
create text search configuration host.search (copy = pg_catalog.english);
alter text search configuration host.search
	alter mapping for asciiword, asciihword, hword_asciipart, hword, hword_part, word
	with ext.unaccent, pg_catalog.english_stem;

-- The slowest statements for the admin page; empty when the statistics
-- library is not loaded. Texts are normalised: no values in them.
create function host.slow_query(count int4)
	returns table (query text, calls int8, mean_us int8, total_us int8, rows int8)
	language plpgsql stable security definer set search_path = '' as $$
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	return query
		select s.query, s.calls, (s.mean_exec_time * 1000)::int8,
		       (s.total_exec_time * 1000)::int8, s.rows
		  from ext.pg_stat_statements s
		  join pg_catalog.pg_database d on d.oid = s.dbid and d.datname = current_database()
		 order by s.total_exec_time desc
		 limit least(greatest(count, 1), 100);
exception when object_not_in_prerequisite_state then
	return; -- the library is not loaded
end $$;
select host.definer('host.slow_query(int4)', 'host');
grant execute on function host.slow_query(int4) to db_web, db_slow, db_jobs;

select host.classify('host.migration', 'internal');
