-- I10: the books agree with the world. What a bank or a provider says it holds for us at
-- a moment is written down here; ledger.check_books() compares the latest of each
-- account with the entries that count by then (a provider's money on its way to the
-- bank included). A difference is explained or parked in suspense by a posting, never
-- by changing the statement.
--   forbidden U0403, account_unknown U0404, statement_account, statement_future U0422

create table ledger.statement (
	id int8 primary key generated always as identity,
	account_id int8 not null references ledger.account,
	at timestamptz not null,
	balance int8 not null,
	source text not null check (length(source) between 3 and 200),
	actor_id uuid,
	created_at timestamptz not null default host.now(),
	constraint statement_once unique (account_id, at)
);
comment on column ledger.statement.balance is 'As they say it: positive when they hold money of ours.';
comment on column ledger.statement.actor_id is 'class: personal; who copied it, null = a job';
create trigger append_only before update or delete on ledger.statement
	for each row execute function host.refuse_change();

-- The account and, for a provider's balance, what it has sent on its way.
create function ledger.held_outside(account int8, at timestamptz) returns int8
	language sql stable security definer set search_path = '' as $$
	select coalesce(-sum(e.amount), 0)::int8
	  from ledger.account a
	  join ledger.account b on b.id = a.id
	    or b.code = replace(a.code, ':balance:', ':in_transit:')
	  join ledger.entry e on e.account_id = b.id and e.currency = b.currency and e.version is null
	  join ledger.txn t on t.id = e.txn_id
	 where a.id = held_outside.account and t.effective_at <= held_outside.at
$$;

create function ledger.statement_add(account int8, at timestamptz, balance int8, source text) returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	a ledger.account;
begin
	if host.role() is distinct from 'ADMIN' and session_user not in ('db_jobs', 'db_migrate') then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select * into a from ledger.account t where t.id = statement_add.account;
	if not found then
		raise exception 'account_unknown' using errcode = 'U0404';
	elsif a.code !~ '^(bank:[a-z0-9_]+|[a-z]+:balance):' then
		raise exception 'statement_account' using errcode = 'U0422';
	elsif statement_add.at > host.now() then
		raise exception 'statement_future' using errcode = 'U0422';
	end if;
	insert into ledger.statement (account_id, at, balance, source, actor_id)
	values (a.id, statement_add.at, statement_add.balance, statement_add.source, host.uid());
	return ledger.held_outside(a.id, statement_add.at) - statement_add.balance;
end $$;

-- The latest of an account, for administrators, each beside what the books say.
create function ledger.statements(account int8)
	returns table (at timestamptz, balance int8, books int8, source text)
	language sql stable security definer set search_path = '' as $$
	select s.at, s.balance, ledger.held_outside(s.account_id, s.at), s.source
	  from ledger.statement s
	 where s.account_id = statements.account and host.role() = 'ADMIN'
	 order by s.at desc limit 12
$$;

create function ledger.check_world() returns table (rule text, subject text, detail text)
	language sql stable security definer set search_path = '' as $$
	select 'I10', 'account ' || a.code, format('%s says %s at %s, the books %s', s.source, s.balance,
	       to_char(s.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ledger.held_outside(a.id, s.at))
	  from (select distinct on (q.account_id) q.* from ledger.statement q order by q.account_id, q.at desc) s
	  join ledger.account a on a.id = s.account_id
	 where s.balance <> ledger.held_outside(a.id, s.at)
$$;

-- The checks of before under their own names, and both with this one.
alter function ledger.check_books() rename to check_entries;
alter function ledger.check_new() rename to check_entries_new;
create function ledger.check_books() returns table (rule text, subject text, detail text)
	language plpgsql security definer set search_path = '' as $$
begin
	return query select c.rule, c.subject, c.detail from ledger.check_entries() c;
	return query select c.rule, c.subject, c.detail from ledger.check_world() c;
end $$;
create function ledger.check_new() returns table (rule text, subject text, detail text)
	language plpgsql security definer set search_path = '' as $$
begin
	return query select c.rule, c.subject, c.detail from ledger.check_entries_new() c;
	return query select c.rule, c.subject, c.detail from ledger.check_world() c;
end $$;

select host.protect('ledger.statement');
create policy definer on ledger.statement to db_def_ledger using (true) with check (true);
grant select, insert on ledger.statement to db_def_ledger;
revoke all on function ledger.check_entries(), ledger.check_entries_new() from db_jobs, db_slow;
select host.definer(f, 'ledger') from unnest(array['ledger.held_outside(int8, timestamptz)',
	'ledger.statement_add(int8, timestamptz, int8, text)', 'ledger.statements(int8)', 'ledger.check_world()', 'ledger.check_books()',
	'ledger.check_new()']::regprocedure[]) f;
grant execute on function ledger.check_books(), ledger.check_new() to db_jobs, db_slow;
grant execute on function ledger.statement_add(int8, timestamptz, int8, text) to db_web, db_auth, db_pay, db_jobs;
grant execute on function ledger.statements(int8) to db_web, db_auth, db_pay, db_slow;
select host.classify('ledger.statement', 'internal');
