-- The whole ledger as a plain-text accounting journal, for a reader that shares
-- no line of code with us: hledger checks that each transaction balances and, in
-- the last transaction, that every running balance is the sum of its entries.

create function ledger.decimal(amount int8, exponent int2) returns text
	language sql immutable parallel safe set search_path = '' as $$
	select round(amount::numeric / 10::numeric ^ exponent, exponent)::text
$$;

create function ledger.journal() returns setof text
	language sql stable security definer set search_path = '' as $$
	(select 'commodity ' || c.code || ' 1000.' || repeat('0', c.exponent) from ledger.currency c order by c.code)
	union all
	select q.line from (
		select t.effective_at as at, t.id, 0 as seq, e'\n' || to_char(t.effective_at at time zone 'UTC', 'YYYY-MM-DD')
		       || ' (' || t.id || ') ' || t.kind as line
		  from ledger.txn t
		union all
		select t.effective_at, t.id, e.seq, '    ' || a.code || '  ' || e.currency || ' '
		       || ledger.decimal(e.amount, c.exponent)
		  from ledger.entry e
		  join ledger.txn t on t.id = e.txn_id
		  join ledger.account a on a.id = e.account_id
		  join ledger.currency c on c.code = e.currency
		 order by 1, 2, 3) q
	union all
	select e'\n9999-12-31 balances'
	union all
	(select '    ' || a.code || '  ' || a.currency || ' 0 = ' || a.currency || ' ' || ledger.decimal(a.balance, c.exponent)
	  from ledger.account a join ledger.currency c on c.code = a.currency
	 where a.mode = 'R' and a.version > 0 order by a.code)
$$;
revoke all on function ledger.decimal(int8, int2) from public;
grant execute on function ledger.decimal(int8, int2) to db_def_ledger;
select host.definer('ledger.journal()', 'ledger');
grant execute on function ledger.journal() to db_slow, db_jobs;
