-- Pages over one account's entries at a cost that does not grow with the account. The
-- view of entries cannot serve them: it sorts before it cuts, and counts by reading.

-- How many entries an account has: locked ones number them, of the others the latest
-- snapshot counts all but the newest.
create function ledger.entry_count(p_account int8) returns int8
	language sql stable security definer set search_path = '' as $$
	select case when a.mode = 'R' then a.version else coalesce(s.entries, 0) + l.newer end
	  from ledger.account a
	  left join lateral (select z.entries, z.upto_xid from ledger.snapshot z
	         where z.account_id = a.id and a.mode = 'A' order by z.upto_xid desc limit 1) s on true
	 cross join lateral (select count(*) as newer from ledger.entry e
	         where a.mode = 'A' and e.account_id = a.id and e.currency = a.currency
	           and e.version is null and e.xid >= coalesce(s.upto_xid, '0'::xid8)) l
	 where a.id = p_account and host.role() = 'ADMIN'
$$;

-- The newest entries but the first p_skip, for administrators: the locked ones by their
-- version, the others in the order in which their transactions began, which is that of
-- their index: a sort, even by the leg as well, would read them all.
create function ledger.entry_page(p_account int8, p_most int8, p_skip int8)
	returns table (txn_id int8, seq int4, amount int8, balance_after int8, kind text, effective_at timestamptz)
	language plpgsql stable security definer set search_path = '' rows 25 as $$
declare
	a ledger.account;
begin
	select * into a from ledger.account t where t.id = p_account and host.role() = 'ADMIN';
	if a.mode = 'R' then
		return query select e.txn_id, e.seq::int4, e.amount, e.balance_after, t.kind, t.effective_at
		  from ledger.entry e join ledger.txn t on t.id = e.txn_id
		 where e.account_id = a.id and e.currency = a.currency and e.version is not null
		   and e.version > a.version - p_skip - p_most and e.version <= a.version - p_skip
		 order by e.version desc;
	elsif a.mode = 'A' then
		return query select e.txn_id, e.seq::int4, e.amount, e.balance_after, t.kind, t.effective_at
		  from (select x.txn_id, x.seq, x.amount, x.balance_after, x.xid from ledger.entry x
		         where x.account_id = a.id and x.currency = a.currency and x.version is null
		         order by x.xid desc, x.txn_id desc limit p_most offset p_skip) e
		  join ledger.txn t on t.id = e.txn_id
		 order by e.xid desc, e.txn_id desc, e.seq desc;
	end if;
end $$;

select host.definer(f, 'ledger') from unnest(array['ledger.entry_count(int8)',
	'ledger.entry_page(int8, int8, int8)']::regprocedure[]) f;
grant execute on function ledger.entry_count(int8), ledger.entry_page(int8, int8, int8)
	to db_web, db_auth, db_pay, db_slow;
