-- The books are proved: every rule of money.md 2.1 as a question whose answer is
-- a broken row. ledger.check_books() reads everything (nightly, after crash
-- tests, ./dev ledger-check); ledger.check_new() what came since it last ran.
-- ledger.snapshot_take() keeps balances of append-only accounts cheap.

-- How far an account is proved: R up to a version, A up to a horizon.
create table ledger.check_mark (
	account_id int8 primary key references ledger.account,
	version int8 not null default 0 check (version >= 0),
	balance int8 not null default 0,
	upto_xid xid8 not null default '0',
	checked_at timestamptz not null default now()
);
comment on table ledger.check_mark is 'Can be emptied at any time: the next check is a full one then.';

-- One row per broken rule. Each rule is one statement, so one moment.
create function ledger.check_books()
	returns table (rule text, subject text, detail text)
	language plpgsql security definer set search_path = '' as $$
begin
	return query
		select 'I1', 'txn ' || t.id, 'legs ' || coalesce(sum(q.n), 0) || ', off by ' || coalesce(max(abs(q.s)), 0)
		  from ledger.txn t
		  left join (select e.txn_id, count(*) as n, sum(e.amount) as s from ledger.entry e
		              group by e.txn_id, e.currency) q on q.txn_id = t.id
		 group by t.id having coalesce(sum(q.n), 0) < 2 or bool_or(q.s <> 0);
	return query
		select 'I2', 'currency ' || e.currency, 'sum ' || sum(e.amount)
		  from ledger.entry e group by e.currency having sum(e.amount) <> 0;
	return query
		select 'I3', 'account ' || a.code, format('row %s at %s, entries %s, %s, last %s', a.balance, a.version,
		       coalesce(q.s, 0), coalesce(q.n, 0), coalesce(q.v, 0))
		  from ledger.account a
		  left join (select e.account_id, sum(e.amount) as s, count(*) as n, max(e.version) as v
		               from ledger.entry e where e.version is not null group by e.account_id) q
		    on q.account_id = a.id
		 where a.mode = 'R' and (a.balance, a.version, a.version)
		       is distinct from (coalesce(q.s, 0), coalesce(q.n, 0), coalesce(q.v, 0));
	return query
		select 'I4', format('txn %s leg %s', q.txn_id, q.seq), format('%s %s gives %s', q.was, q.amount, q.balance_after)
		  from (select e.txn_id, e.seq, e.amount, e.balance_after, e.version,
		               coalesce(lag(e.balance_after) over w, 0) as was,
		               coalesce(lag(e.version) over w, 0) as before
		          from ledger.entry e where e.version is not null
		        window w as (partition by e.account_id order by e.version)) q
		 where q.balance_after <> q.was + q.amount or q.version <> q.before + 1;
	return query
		select 'I5', 'account ' || a.code, format('%s after txn %s', q.balance_after, q.txn_id)
		  from (select distinct on (e.account_id, e.txn_id) e.account_id, e.txn_id, e.balance_after
		          from ledger.entry e where e.version is not null
		         order by e.account_id, e.txn_id, e.version desc) q
		  join ledger.account a on a.id = q.account_id
		 where q.balance_after < a.floor or q.balance_after > a.ceiling;
	return query
		select 'I6', 'txn ' || t.id, 'does not negate ' || t.reverses
		  from ledger.txn t
		 where t.reverses is not null and exists (
		       select from (select * from ledger.entry e where e.txn_id = t.reverses) o
		         full join (select * from ledger.entry e where e.txn_id = t.id) r
		           on r.seq = o.seq and r.currency = o.currency and r.amount = -o.amount
		        where o.txn_id is null or r.txn_id is null);
	return query
		select 'I7', 'account ' || a.code, format('holds %s, balance %s', coalesce(q.s, 0), a.balance)
		  from ledger.account a
		  left join (select h.held_account_id, sum(h.amount - h.captured - h.released) as s
		               from ledger.hold h where h.state = 'OPEN' group by h.held_account_id) q
		    on q.held_account_id = a.id
		 where a.reserved and a.balance <> coalesce(q.s, 0);
	return query
		select 'I7', 'hold ' || h.id, format('says %s + %s, moved %s + %s', h.captured, h.released,
		       coalesce(q.c, 0), coalesce(q.r, 0))
		  from ledger.hold h
		  left join (select m.hold_id, sum(m.amount) filter (where m.kind = 'CAPTURE') as c,
		                    sum(m.amount) filter (where m.kind <> 'CAPTURE') as r
		               from ledger.hold_move m group by m.hold_id) q on q.hold_id = h.id
		 where (h.captured, h.released) is distinct from (coalesce(q.c, 0), coalesce(q.r, 0));
	return query
		select 'I8', format('txn %s leg %s', e.txn_id, e.seq), e.currency || ' on ' || a.code
		  from ledger.entry e join ledger.account a on a.id = e.account_id
		 where e.currency <> a.currency or (a.mode = 'R') <> (e.version is not null)
		    or (a.credit_only and e.amount < 0);
	return query
		select 'I3', 'snapshot of ' || a.code, format('says %s, entries %s', s.balance, coalesce(sum(e.amount), 0))
		  from ledger.snapshot s
		  join ledger.account a on a.id = s.account_id
		  left join ledger.entry e on e.account_id = s.account_id and e.version is null and e.xid < s.upto_xid
		 group by a.code, s.account_id, s.upto_xid, s.balance
		having s.balance <> coalesce(sum(e.amount), 0);
end $$;

-- The same for what is new since the last run, in one statement; what holds is
-- marked, what does not is found again each time.
create function ledger.check_new()
	returns table (rule text, subject text, detail text)
	language sql volatile security definer set search_path = '' as $$
	with horizon as (
		select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) as xid
	), moved as (
		select a.id, a.code, a.currency, a.mode, a.floor, a.ceiling, a.balance, a.version,
		       coalesce(m.version, 0) as from_version, coalesce(m.balance, 0) as from_balance,
		       coalesce(m.upto_xid, '0') as from_xid
		  from ledger.account a
		  left join ledger.check_mark m on m.account_id = a.id
		 where a.mode = 'A' or a.version <> coalesce(m.version, 0) or a.balance <> coalesce(m.balance, 0)
	), fresh as materialized (
		select e.txn_id, e.seq, e.account_id, e.amount, e.balance_after, e.version
		  from moved a
		  join ledger.entry e on e.account_id = a.id and e.currency = a.currency
		   and e.version > a.from_version
		 where a.mode = 'R'
		union all
		select e.txn_id, e.seq, e.account_id, e.amount, null, null
		  from moved a
		  join ledger.entry e on e.account_id = a.id and e.currency = a.currency
		   and e.version is null and e.xid >= a.from_xid
		 where a.mode = 'A'
	), bad as (
		select 'I1' as rule, 'txn ' || q.txn_id as subject, 'off by ' || max(abs(q.s)) as detail, null::int8 as account
		  from (select e.txn_id, e.currency, sum(e.amount) as s, count(*) as n from ledger.entry e
		         where e.txn_id in (select f.txn_id from fresh f) group by e.txn_id, e.currency) q
		 group by q.txn_id having sum(q.n) < 2 or bool_or(q.s <> 0)
		union all
		select 'I4', format('txn %s leg %s', q.txn_id, q.seq), format('%s %s gives %s', q.was, q.amount,
		       q.balance_after), q.account_id
		  from (select f.*, coalesce(lag(f.balance_after) over w, a.from_balance) as was,
		               coalesce(lag(f.version) over w, a.from_version) as before
		          from fresh f join moved a on a.id = f.account_id
		         where f.version is not null
		        window w as (partition by f.account_id order by f.version)) q
		 where q.balance_after <> q.was + q.amount or q.version <> q.before + 1
		union all
		select 'I3', 'account ' || a.code, format('row %s at %s, last entry %s at %s', a.balance, a.version,
		       coalesce(l.balance_after, a.from_balance), coalesce(l.version, a.from_version)), a.id
		  from moved a
		  left join (select distinct on (f.account_id) f.account_id, f.balance_after, f.version
		               from fresh f where f.version is not null
		              order by f.account_id, f.version desc) l on l.account_id = a.id
		 where a.mode = 'R' and (a.balance, a.version)
		       is distinct from (coalesce(l.balance_after, a.from_balance), coalesce(l.version, a.from_version))
		union all
		select 'I5', 'account ' || a.code, a.balance::text, a.id from moved a
		 where a.balance < a.floor or a.balance > a.ceiling
		union all
		select 'I7', 'account ' || a.code, format('holds %s, balance %s', coalesce(q.s, 0), a.balance), a.id
		  from moved a
		  left join (select h.held_account_id, sum(h.amount - h.captured - h.released) as s
		               from ledger.hold h where h.state = 'OPEN' group by h.held_account_id) q
		    on q.held_account_id = a.id
		 where a.code like 'user:%:held:%' and a.balance <> coalesce(q.s, 0)
	), marked as (
		insert into ledger.check_mark as m (account_id, version, balance, upto_xid)
		select a.id, a.version, a.balance, h.xid from moved a, horizon h
		 where not exists (select from bad b where b.account = a.id or b.account is null)
		on conflict (account_id) do update
		   set version = excluded.version, balance = excluded.balance, upto_xid = excluded.upto_xid,
		       checked_at = now()
	)
	select b.rule, b.subject, b.detail from bad b
$$;

-- Moves the snapshots of append-only accounts to the horizon: transactions that
-- are still open have an xid at or above it, so none of their entries is lost.
-- Accounts with fewer than `at_least` new entries wait.
create function ledger.snapshot_take(at_least int8) returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	horizon constant xid8 := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
	n int8;
begin
	perform pg_advisory_xact_lock(71043);
	insert into ledger.snapshot (account_id, upto_xid, balance, entries)
	select a.id, horizon, coalesce(s.balance, 0) + q.s, coalesce(s.entries, 0) + q.n
	  from ledger.account a
	  left join lateral (select z.* from ledger.snapshot z where z.account_id = a.id
	         order by z.upto_xid desc limit 1) s on true
	 cross join lateral (select sum(e.amount)::int8 as s, count(*) as n from ledger.entry e
	         where e.account_id = a.id and e.currency = a.currency and e.version is null
	           and e.xid >= coalesce(s.upto_xid, '0'::xid8) and e.xid < horizon) q
	 where a.mode = 'A' and q.n >= greatest(at_least, 1)
	on conflict do nothing;
	get diagnostics n = row_count;
	return n;
end $$;

select host.protect('ledger.check_mark');
create policy definer on ledger.check_mark to db_def_ledger using (true) with check (true);
grant select, insert, update, delete on ledger.check_mark to db_def_ledger;
select host.definer(f, 'ledger') from unnest(array['ledger.check_books()', 'ledger.check_new()',
	'ledger.snapshot_take(int8)']::regprocedure[]) f;
grant execute on function ledger.check_books(), ledger.check_new(), ledger.snapshot_take(int8) to db_jobs, db_slow;
select host.classify('ledger.check_mark', 'internal');
