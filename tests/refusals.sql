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

-- Values worth trying for a column: `words` are the texts that the table's checks name.
create or replace function pg_temp.refusal_tries(t text, words text[]) returns jsonb language sql as $$
	select to_jsonb(case when t = 'text' then array[null, '', '?', 'A b', '@9000'] || words
	    when t ~ '^(bigint|integer|smallint|numeric)' then array[null, '-1', '0', '1', '2', '20000']
	    when t = 'boolean' then array[null, 'true', 'false']
	    when t = 'uuid' then array[null, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
	    when t ~ '^timestamp' then array[null, '2026-01-01', '2026-06-01 12:34:56']
	    when t = 'date' then array[null, '2026-01-01', '2026-06-01']
	    when t = 'jsonb' then array[null, '{}', '[]', '[1, 2]', '1']
	    when t = 'bytea' then array[null, '\x', '\x00']
	    when t ~ 'range$' then array[null, '[2026-01-01,2026-02-01)', 'empty', '(,)', '[2026-01-01,)']
	    when t ~ '\[\]$' then array[null, '{}', '{A}', '{1}']
	    else array[null, '1', 'x'] end)
$$;

-- The first row, in the order of the values above, that this check refuses.
create or replace function pg_temp.refusal_check(tab regclass, con text, names text[], types text[]) returns jsonb
	language plpgsql as $$
declare
	words text[] := (select coalesce(array_agg(distinct m[1]), '{}') from pg_constraint,
	    regexp_matches(pg_get_constraintdef(oid), '''([^''^]{1,60})''::', 'g') m where conrelid = tab and contype = 'c');
	tries jsonb[] := array(select pg_temp.refusal_tries(t, words) from unnest(types) with ordinality u (t, n) order by n);
	turn int4;
	rest int4;
	row jsonb;
	said text;
	found jsonb;
begin
	begin
		perform pg_temp.refusal_open(tab, con);
		for turn in 0 .. 20000 loop
			rest := turn;
			row := '{}';
			for i in 1 .. cardinality(names) loop
				row := row || jsonb_build_object(names[i], tries[i] -> (rest % jsonb_array_length(tries[i])));
				rest := rest / jsonb_array_length(tries[i]);
			end loop;
			exit when rest > 0;
			begin
				said := '';
				perform pg_temp.refusal_insert(tab, jsonb_strip_nulls(row));
				raise exception 'taken' using errcode = 'UTAKE';
			exception
				when check_violation then get stacked diagnostics said = constraint_name;
				when others then null;
			end;
			if said = con then
				found := jsonb_build_array(jsonb_strip_nulls(row));
				exit;
			end if;
		end loop;
		raise exception 'undone' using errcode = 'UUNDO';
	exception when sqlstate 'UUNDO' then null;
	end;
	return found;
end $$;

-- An example for a rule that has none yet; null where a person must find it.
create or replace function pg_temp.refusal_example(tab regclass, con text) returns jsonb language plpgsql as $$
declare
	kind "char" := coalesce((select contype from pg_constraint where conrelid = tab and conname = con), 'u');
	keys int2[] := coalesce((select conkey from pg_constraint where conrelid = tab and conname = con),
	    (select indkey::int2[] from pg_index x join pg_class i on i.oid = x.indexrelid
	      where x.indrelid = tab and i.relname = con));
	names text[] := array(select a.attname from unnest(keys) with ordinality k (n, i)
	    join pg_attribute a on a.attrelid = tab and a.attnum = k.n order by i);
	types text[] := array(select format_type(a.atttypid, null) from unnest(keys) with ordinality k (n, i)
	    join pg_attribute a on a.attrelid = tab and a.attnum = k.n order by i);
	found jsonb;
begin
	if kind = 'c' then
		return pg_temp.refusal_check(tab, con, names, types);
	end if;
	select jsonb_object_agg(n, case when t = 'text' then 'QQQ' when t ~ '^(timestamp|date)' then '2026-01-01'
	           when t = 'uuid' then '00000000-0000-4000-8000-0000000000ff' when t = 'bytea' then '\x00'
	           when t = 'boolean' then 'true' else '31313' end)
	  into found from unnest(names, types) u (n, t);
	found := case when kind = 'f' then jsonb_build_array(found) else jsonb_build_array(found, found) end;
	return case when pg_temp.refused_by(tab, con, found) = con then found end;
end $$;

-- What the trigger says (its SQLSTATE) to a change of a row that the table has just
-- taken, '' when it lets it pass. All other rules and triggers of the table, and the
-- references to it, are out of the way. A trigger that is gone says nothing.
create or replace function pg_temp.trigger_says(tab regclass, trg text, written jsonb, change text) returns text
	language plpgsql as $$
declare
	said text;
	x record;
begin
	begin
		perform pg_temp.refusal_open(tab, '');
		for x in select conname, conrelid::regclass as tab from pg_constraint where contype = 'f' and confrelid = trigger_says.tab loop
			execute format('alter table %s drop constraint %I', x.tab, x.conname);
		end loop;
		perform pg_temp.refusal_insert(tab, written);
		if exists (select from pg_trigger where tgrelid = tab and tgname = trg) then
			execute format('alter table %s enable trigger %I', tab, trg);
		end if;
		execute format(change, tab);
		raise exception 'taken' using errcode = 'UTAKE';
	exception
		when sqlstate 'UTAKE' then said := '';
		when others then said := sqlstate;
	end;
	return said;
end $$;

-- Whether `touch` moves updated_at of a row.
create or replace function pg_temp.touched(tab regclass) returns boolean language plpgsql as $$
declare
	moved boolean;
begin
	begin
		perform pg_temp.refusal_open(tab, '');
		perform pg_temp.refusal_insert(tab, '{"updated_at": "2001-01-01"}');
		if exists (select from pg_trigger where tgrelid = tab and tgname = 'touch') then
			execute format('alter table %s enable trigger touch', tab);
		end if;
		execute format('update %1$s set updated_at = updated_at where updated_at = ''2001-01-01''', tab);
		execute format('select not exists (select from %s where updated_at = ''2001-01-01'')', tab) into moved;
		raise exception 'undone' using errcode = 'UUNDO';
	exception when sqlstate 'UUNDO' then null;
	end;
	return moved;
end $$;

-- The column that refuses null in a row whose other columns are filled, '' when none does.
create or replace function pg_temp.null_refused_by(tab regclass, col text) returns text language plpgsql as $$
declare
	names text;
	vals text;
	said text := '';
begin
	select string_agg(quote_ident(a.attname), ', '), string_agg(case when a.attname = col then 'null' when a.attnotnull then
	           quote_literal(case when t.type = 'boolean' then 'true' when t.type = 'jsonb' then '{}' when t.type ~ '\[\]$' then '{}'
	               when t.type ~ 'range$' then 'empty' else pg_temp.refusal_random(t.type) end) else 'null' end ||
	           '::' || format_type(a.atttypid, a.atttypmod), ', ')
	  into names, vals
	  from pg_attribute a, format_type(a.atttypid, null) t (type)
	 where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
	begin
		execute format('alter table %s disable trigger user', tab);
		execute format('insert into %s (%s) overriding system value values (%s)', tab, names, vals);
		raise exception 'taken' using errcode = 'UTAKE';
	exception
		when not_null_violation then get stacked diagnostics said = column_name;
		when others then said := '';
	end;
	return said;
end $$;
