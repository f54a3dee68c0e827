-- Which rows the policies of the money tables let each role read, add, change and
-- remove. Two rows stand in every table: in one all ids are the person's, in the other
-- a stranger's, so that references between tables lead to rows of the same person.
-- Keys, checks and triggers are out of the way; rights and row security answer alone.
-- To be run by a superuser in a transaction that is rolled back; needs refusals.sql.
create or replace function pg_temp.visibility_value(t text, k int4, who uuid) returns text language sql as $$
	select case when t = 'uuid' then who::text
	            when t ~ '^(bigint|integer|smallint|xid8|numeric|text)' then k::text
	            when t ~ '^timestamp|^date$' then (date '2026-01-01' + k)::text
	            when t = 'bytea' then '\x' || lpad(k::text, 2, '0') end
$$;

-- `named`: the columns that may be written, null = all.
create or replace function pg_temp.visibility_insert(tab regclass, k int4, who uuid, named text[])
	returns void language plpgsql as $$
declare
	names text;
	vals text;
begin
	select string_agg(quote_ident(a.attname), ', '),
	       string_agg(case when t.type <> 'uuid' and not a.attnotnull then 'null'
	           else quote_nullable(pg_temp.visibility_value(t.type, k, who)) end || '::' || t.type, ', ')
	  into names, vals
	  from pg_attribute a, format_type(a.atttypid, a.atttypmod) t (type)
	 where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
	   and (named is null or a.attname = any (named));
	execute format('insert into %s (%s) overriding system value values (%s)', tab, names, vals);
end $$;

-- Whether the role may: read, change, remove the row at `at`, or add one of `who`.
create or replace function pg_temp.visibility_try(tab regclass, role text, word text, at tid, k int4, who uuid,
	uid text, app_role text) returns boolean language plpgsql as $$
declare
	named text[];
	n int8;
	p record;
	first_column text := (select quote_ident(attname) from pg_attribute where attrelid = tab and attnum > 0
	    and not attisdropped and attidentity = '' and attgenerated = '' order by attnum limit 1);
	taken boolean := false;
begin
	if not has_any_column_privilege(role, tab, case word when 'delete' then 'insert' else word end) and word <> 'delete'
	    or word = 'delete' and not has_table_privilege(role, tab, 'delete') then
		return false;
	end if;
	select array_agg(attname) into named from pg_attribute
	 where attrelid = tab and attnum > 0 and not attisdropped and word = 'insert'
	   and has_column_privilege(role, tab, attnum, 'insert');
	begin
		-- What the role may do to some columns, it may do here to the system's as well.
		if word <> 'insert' then
			execute format('grant select, %s on %s to %I', word, tab, role);
		end if;
		-- db_migrate belongs to the owner and so to the definers: its own policy must do.
		if role = 'db_migrate' then
			for p in select polname from pg_policy where polrelid = tab and not 'db_migrate'::regrole = any (polroles) loop
				execute format('drop policy %I on %s', p.polname, tab);
			end loop;
		end if;
		perform set_config('app.uid', uid, true), set_config('app.role', app_role, true);
		execute format('set local role %I', role);
		if word = 'insert' then
			begin
				perform pg_temp.visibility_insert(tab, k, who, named);
				taken := true;
			exception
				when insufficient_privilege then taken := false;
				-- Row security answers before keys do.
				when others then taken := true;
			end;
		else
			execute format(case word when 'select' then 'select 1 from %s where ctid = %L'
			    when 'update' then format('update %%s set %1$s = %1$s where ctid = %%L', first_column)
			    else 'delete from %s where ctid = %L' end, tab, at);
			get diagnostics n = row_count;
			taken := n = 1;
		end if;
		raise exception 'undone' using errcode = 'UUNDO';
	exception
		when sqlstate 'UUNDO' then null;
		when insufficient_privilege then taken := false;
	end;
	return taken;
end $$;

create or replace function pg_temp.visibility_schemas() returns text[] language sql as $$
	select array['ledger', 'wallet', 'payment', 'marketplace', 'receipt']
$$;

-- One line per table and role: who sets out (nobody signed in, a person, an administrator,
-- or anyone of them) and what that one may do to the own row and to the other. `only`: a
-- table, null = all.
create or replace function pg_temp.visibility(only_tab text) returns text language plpgsql as $$
declare
	mine constant uuid := '00000000-0000-4000-8000-000000000001';
	strange constant uuid := '00000000-0000-4000-8000-000000000002';
	x record;
	y record;
	w record;
	own tid;
	other tid;
	can text;
	cans text[];
	line text;
	lines text[] := '{}';
begin
	create temporary table visibility_row (tab regclass, own tid, other tid) on commit drop;
	for x in select c.oid::regclass as tab from pg_class c where c.relkind = 'r'
	    and c.relnamespace::regnamespace::text = any (pg_temp.visibility_schemas())
	loop
		perform pg_temp.refusal_open(x.tab, '');
	end loop;
	for x in select c.oid::regclass as tab from pg_class c where c.relkind = 'r' and c.relrowsecurity
	    and c.relnamespace::regnamespace::text = any (pg_temp.visibility_schemas())
	loop
		execute format('delete from %s', x.tab);
		perform pg_temp.visibility_insert(x.tab, 1, mine, null), pg_temp.visibility_insert(x.tab, 2, strange, null);
		execute format('select min(ctid), max(ctid) from %s', x.tab) into own, other;
		insert into visibility_row values (x.tab, own, other);
	end loop;
	for x in select v.*, r.rolname from visibility_row v, pg_roles r
	          where r.rolname ~ '^db_' and r.rolname <> 'db_owner'
	            and (only_tab is null or v.tab::text = only_tab) order by v.tab::text, r.rolname
	loop
		cans := '{}';
		for y in select * from (values ('', ''), (mine::text, 'STUDENT'), (mine::text, 'ADMIN')) p (uid, role)
		loop
			can := '';
			for w in select * from (values ('select', 'reads'), ('insert', 'adds'), ('update', 'changes'),
			    ('delete', 'removes')) q (word, says)
			loop
				own := case when pg_temp.visibility_try(x.tab, x.rolname, w.word, x.own, 3, mine, y.uid, y.role) then x.own end;
				other := case when pg_temp.visibility_try(x.tab, x.rolname, w.word, x.other, 4,
				    '00000000-0000-4000-8000-000000000004', y.uid, y.role) then x.other end;
				can := can || case when own is null and other is null then '' else ' ' || w.says ||
				    case when own is not null then ' own' else '' end || case when other is not null then ' other' else '' end end;
			end loop;
			cans := cans || can;
		end loop;
		if cans <> array['', '', ''] then
			line := case when cans[1] = all (cans) then 'anyone' || cans[1] else concat_ws('; ', 'nobody' || nullif(cans[1], ''),
			    'person' || nullif(cans[2], ''), 'admin' || nullif(cans[3], '')) end;
			lines := lines || (x.tab || e'\t' || x.rolname || e'\t' || line);
		end if;
	end loop;
	return array_to_string(lines, e'\n') || e'\n';
end $$;
