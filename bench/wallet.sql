-- Data of the wallet's benchmark: :entries entries in the ledger, a thousand of them
-- the signed-in person's (session 1), in two years. Set-based: what the posting
-- function would have written, balances, versions and all; the rules are proved
-- afterwards. Can be run again with more.
\set ON_ERROR_STOP on
begin;
set local session_replication_role = replica;
set local maintenance_work_mem = '400MB';
set local work_mem = '200MB';
-- Sorted once at the end instead of ten million times.
create temporary table kept on commit drop as
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
 where indrelid in ('ledger.entry'::regclass, 'ledger.txn'::regclass)
   and not exists (select from pg_constraint where conindid = indexrelid);
select format('drop index %s', name) from kept \gexec
create temporary table wallet_of (i int8 primary key, code text, legs int8, id int8, from_version int8,
	from_balance int8) on commit drop;
insert into wallet_of (i, code, legs)
select 0, 'user:' || person_id || ':wallet:ZAR', 1000 from identity.session
 where token_hash = sha256(convert_to(rpad('bench-session-1', 43, 'x'), 'UTF8'))
union all
select n, 'user:' || md5('wallet' || n)::uuid || ':wallet:ZAR', (:entries / 2 - 1000) / w.n_wallets
  from (select least(10000, (:entries / 2 - 1000) / 100) as n_wallets) w, generate_series(1, w.n_wallets) n
union all
select -1, 'platform:income:course:ZAR', 0;
update wallet_of set id = ledger.account_open(code, 'ZAR');
update wallet_of w set from_version = a.version, from_balance = a.balance, legs = greatest(w.legs - a.version, 0)
  from ledger.account a where a.id = w.id;
create temporary table made on commit drop as
select nextval(pg_get_serial_sequence('ledger.txn', 'id')) as txn, w.id as account, w.from_version + k as version,
       w.from_balance + k * 100 as balance,
       now() - interval '2 years' + (k * 730.0 / w.legs) * interval '1 day' as at, w.i
  from wallet_of w, generate_series(1, w.legs) k
 order by k, w.i;
insert into ledger.txn (id, kind, idem, req_hash, effective_at)
overriding system value
select m.txn, 'DEPOSIT', 'wallet:' || m.txn, '\x00', m.at from made m order by m.txn;
insert into ledger.entry (txn_id, seq, account_id, currency, amount, balance_after, version)
select m.txn, 1, m.account, 'ZAR', 100, m.balance, m.version from made m order by m.txn;
insert into ledger.entry (txn_id, seq, account_id, currency, amount)
select m.txn, 2, (select id from wallet_of where i = -1), 'ZAR', -100 from made m order by m.txn;
update ledger.account a set balance = w.from_balance + w.legs * 100, version = w.from_version + w.legs
  from wallet_of w where w.id = a.id and w.i >= 0 and w.legs > 0;
select definition from kept \gexec
commit;
select ledger.snapshot_take(1);
vacuum analyze ledger.account, ledger.txn, ledger.entry, ledger.snapshot;
