-- refused_by(table, constraint, rows): the constraint that refuses the rows, '' when
-- they are taken. Nothing of it stays. The table's other checks and references, its
-- triggers and NOT NULLs are out of the way, so that only the one looked at can answer; columns
-- that a row does not name are null, keys are random. "@300" stands for 300 letters.
create or replace function pg_temp.refusal_value(v text) returns text language sql as $$
	select case when v ~ '^@[0-9]+$' then repeat('x', substr(v, 2)::int4) else v end
$$;

create or replace function pg_temp.refusal_random(t text) returns text language sql as $$
	select case when t = 'uuid' then gen_random_uuid()::text
	            when t in ('timestamp with time zone') then (now() + random() * interval '9 years')::text
	            when t = 'date' then (current_date + (random() * 9999)::int4)::text
	            when t ~ '^(bigint|integer|smallint|xid8|numeric)' then (1 + random() * 30000)::int4::text
	            when t = 'bytea' then '\x' || md5(random()::text)
	            else md5(random()::text) end
$$;

create or replace function pg_temp.refusal_open(tab regclass, keep text) returns void language plpgsql as $$
declare
	x record;
begin
	execute format('alter table %s disable trigger user', tab);
	-- A key that only another table's reference needs holds what the primary key holds.
	for x in
		select p.conname from pg_constraint p join pg_constraint k on k.conrelid = tab and k.conname = keep
		 where p.conrelid = tab and p.contype = 'p' and k.contype = 'u' and p.conkey <@ k.conkey
	loop
		execute format('alter table %s drop constraint %I cascade', tab, x.conname);
	end loop;
	for x in select conname from pg_constraint where conrelid = tab and contype in ('c', 'f') and conname <> keep loop
		execute format('alter table %s drop constraint %I', tab, x.conname);
	end loop;
	for x in
		select a.attname from pg_attribute a
		 where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attnotnull and a.attidentity = ''
		   and not exists (select from pg_index i where i.indrelid = tab and i.indisprimary and a.attnum = any (i.indkey))
	loop
		execute format('alter table %s alter column %I drop not null', tab, x.attname);
	end loop;
end $$;

create or replace function pg_temp.refusal_insert(tab regclass, r jsonb) returns void language plpgsql as $$
declare
	names text;
	vals text;
begin
	select string_agg(quote_ident(a.attname), ', '),
	       string_agg(case when r ? a.attname then quote_nullable(pg_temp.refusal_value(r ->> a.attname))
	           when a.attnotnull then quote_literal(pg_temp.refusal_random(format_type(a.atttypid, null)))
	           else 'null' end || '::' || format_type(a.atttypid, a.atttypmod), ', ')
	  into names, vals
	  from pg_attribute a
	 where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
	execute format('insert into %s (%s) overriding system value values (%s)', tab, names, vals);
end $$;

create or replace function pg_temp.refused_by(tab regclass, con text, rows jsonb) returns text language plpgsql as $$
declare
	said text;
	r jsonb;
begin
	begin
		perform pg_temp.refusal_open(tab, con);
		for r in select x from jsonb_array_elements(rows) x loop
			perform pg_temp.refusal_insert(tab, r);
		end loop;
		set constraints all immediate;
		raise exception 'taken' using errcode = 'UTAKE';
	exception
		when check_violation or unique_violation or foreign_key_violation or exclusion_violation then
			get stacked diagnostics said = constraint_name;
		when sqlstate 'UTAKE' then
			said := '';
		when others then
			said := sqlstate || ' ' || sqlerrm;
	end;
	return said;
end $$;
