-- Queries of the wallet's own pages. The person is in each of them; the views
-- show nobody else's rows anyway. "offset 0" keeps a lateral select apart: only so
-- the account reaches the index of the entries through the view's barrier, else all
-- entries of the ledger are read.

-- wallet_accounts(person uuid) -> many
--   id i64, currency text, purpose text, balance i64, version i64
select id, currency, split_part(code, ':', 3) as purpose, balance, version
  from ledger.account_public
 where owner_id = $1 and code like 'user:%'
 order by currency, purpose;

-- The other side of a transfer is named in the same query: only its two people see it.
-- wallet_recent(person uuid, limit i64) -> many
--   txn_id i64, currency text, amount i64, balance_after i64, kind text, effective_at time, other uuid?, name_ct bytes?, data_key bytes?
with page as materialized (
	select e.txn_id, e.currency, e.amount, e.balance_after, e.kind, e.effective_at,
	       (case when e.meta ? 'to' and e.meta ->> 'from' = $1::text then e.meta ->> 'to' when e.meta ? 'to' then e.meta ->> 'from' end)::uuid as other
	  from ledger.account_public a
	 cross join lateral (
	       select x.* from ledger.entry_public x
	        where x.account_id = a.id and x.currency = a.currency and x.version is not null
	        order by x.version desc limit $2) e
	 where a.owner_id = $1 and a.code like 'user:%:wallet:%'
	 order by e.txn_id desc
	 limit $2)
select e.txn_id, e.currency, e.amount, e.balance_after, e.kind, e.effective_at, p.id as other, p.name_ct, p.data_key
  from page e
  left join identity.person_by_id(array(select distinct o.other from page o where o.other is not null)) p on p.id = e.other
 order by e.txn_id desc;

-- wallet_holds(person uuid) -> many
--   id i64, currency text, amount i64, open i64, expires_at time?, ref_type text?, created_at time
select id, currency, amount, open, expires_at, ref_type, created_at
  from ledger.hold_public
 where owner_id = $1 and state = 'OPEN'
 order by id desc
 limit 50;

-- wallet_account(person uuid, currency text) -> one
--   id i64, balance i64, version i64, held i64
select a.id, a.balance, a.version,
       coalesce((select h.balance from ledger.account_public h where h.owner_id = $1
                  and h.code = 'user:' || $1::text || ':held:' || $2), 0)::int8 as held
  from ledger.account_public a
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2;

-- wallet_entries(person uuid, currency text, kind text?, direction text?, from_at time?, to_at time?, limit i64, offset i64) -> many
--   txn_id i64, version i64, amount i64, balance_after i64, kind text, effective_at time, other uuid?, name_ct bytes?, data_key bytes?
with page as materialized (
	select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at,
	       (case when e.meta ? 'to' and e.meta ->> 'from' = $1::text then e.meta ->> 'to' when e.meta ? 'to' then e.meta ->> 'from' end)::uuid as other
	  from ledger.account_public a
	 cross join lateral (
	       select x.* from ledger.entry_public x
	        where x.account_id = a.id and x.currency = a.currency and x.version is not null
	          and ($3::text is null or x.kind = $3)
	          and ($4::text is null or (x.amount > 0) = ($4 = 'in'))
	          and ($5::timestamptz is null or x.effective_at >= $5)
	          and ($6::timestamptz is null or x.effective_at < $6)
	        offset 0) e
	 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2
	 order by e.version desc
	 limit $7 offset $8)
select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at, p.id as other, p.name_ct,
       p.data_key
  from page e
  left join identity.person_by_id(array(select distinct o.other from page o where o.other is not null)) p on p.id = e.other
 order by e.version desc;

-- wallet_entries_count(person uuid, currency text, kind text?, direction text?, from_at time?, to_at time?) -> one
--   total i64
select count(*) as total
  from ledger.account_public a
 cross join lateral (
       select from ledger.entry_public x
        where x.account_id = a.id and x.currency = a.currency and x.version is not null
          and ($3::text is null or x.kind = $3)
          and ($4::text is null or (x.amount > 0) = ($4 = 'in'))
          and ($5::timestamptz is null or x.effective_at >= $5)
          and ($6::timestamptz is null or x.effective_at < $6)
        offset 0) e
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2;

-- Versions have no gaps: every page is a range of them, worked out apart, since only
-- comparisons with plain values pass the barrier.
-- wallet_newest(person uuid, currency text, limit i64, offset i64) -> many like wallet_entries
with page as materialized (
	select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at,
	       (case when e.meta ? 'to' and e.meta ->> 'from' = $1::text then e.meta ->> 'to' when e.meta ? 'to' then e.meta ->> 'from' end)::uuid as other
	  from ledger.account_public a
	 cross join lateral (select a.version - $4 - $3 as below, a.version - $4 as top offset 0) v
	 cross join lateral (
	       select x.* from ledger.entry_public x
	        where x.account_id = a.id and x.currency = a.currency and x.version is not null
	          and x.version > v.below and x.version <= v.top
	        order by x.version desc limit $3) e
	 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2)
select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at, p.id as other, p.name_ct,
       p.data_key
  from page e
  left join identity.person_by_id(array(select distinct o.other from page o where o.other is not null)) p on p.id = e.other
 order by e.version desc;

-- wallet_moves(person uuid, currency text, kind text?, direction text?, from_at time?, to_at time?, limit i64) -> many
--   txn_id i64, version i64, amount i64, balance_after i64, kind text, effective_at time
select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at
  from ledger.account_public a
 cross join lateral (
	       select x.* from ledger.entry_public x
	        where x.account_id = a.id and x.currency = a.currency and x.version is not null
	          and ($3::text is null or x.kind = $3)
	          and ($4::text is null or (x.amount > 0) = ($4 = 'in'))
	          and ($5::timestamptz is null or x.effective_at >= $5)
	          and ($6::timestamptz is null or x.effective_at < $6)
	        order by x.version desc limit $7) e
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2
 order by e.version desc;

-- wallet_statement(person uuid, currency text, from_at time, to_at time) -> one
--   opening i64, closing i64, paid_in i64, paid_out i64, entries i64
select (coalesce(sum(e.amount) filter (where e.effective_at < $3), 0))::int8 as opening,
       (coalesce(sum(e.amount) filter (where e.effective_at < $4), 0))::int8 as closing,
       (coalesce(sum(e.amount) filter (where e.effective_at >= $3 and e.effective_at < $4 and e.amount > 0), 0))::int8 as paid_in,
       (coalesce(-sum(e.amount) filter (where e.effective_at >= $3 and e.effective_at < $4 and e.amount < 0), 0))::int8 as paid_out,
       count(*) filter (where e.effective_at >= $3 and e.effective_at < $4) as entries
  from ledger.account_public a
 cross join lateral (
       select x.amount, x.effective_at from ledger.entry_public x
        where x.account_id = a.id and x.currency = a.currency and x.version is not null
        offset 0) e
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2;

-- One transaction that moved something of the person's own; the view shows an
-- administrator more, so the person stands here again.
-- wallet_txn(person uuid, id i64) -> one
--   id i64, kind text, effective_at time, recorded_at time, reverses i64?, reversed_by i64?, sent i64?, fee i64?, currency text?, payer text?, other uuid?, name_ct bytes?, data_key bytes?
select t.id, t.kind, t.effective_at, t.recorded_at, t.reverses, t.reversed_by, x.amount as sent, x.fee, x.currency,
       x.payer, p.id as other, p.name_ct, p.data_key
  from ledger.txn_public t
  left join wallet.transfer x on x.txn_id = t.id and $1 in (x.sender_id, x.receiver_id)
  left join identity.person_by_id(array[case when x.sender_id = $1 then x.receiver_id else x.sender_id end]) p on true
 where t.id = $2 and exists (select from ledger.entry_public e where e.txn_id = $2 and e.owner_id = $1);

-- wallet_legs(person uuid, txn i64) -> many
--   purpose text, currency text, amount i64, balance_after i64?
select split_part(code, ':', 3) as purpose, currency, amount, balance_after
  from ledger.entry_public where txn_id = $2 and owner_id = $1 order by seq;

-- wallet_limits() -> many cached 60s wallet
--   currency text, minimum i64, single i64, daily i64
select currency, minimum, single, daily from wallet.transfer_limit order by currency;

-- wallet_fee(type text, currency text, amount i64) -> one
--   fee i64, payer text
select fee, payer from wallet.fee_of($1, $2, $3);

-- wallet_transfer_send(receiver uuid, currency text, amount i64, key text) -> one
--   id uuid, txn_id i64, fee i64, debited i64, received i64, replayed bool
select id, txn_id, fee, debited, received, replayed from wallet.transfer_send($1, $2, $3, $4);

-- wallet_transfer_by_id(id uuid) -> one
--   sender_id uuid, receiver_id uuid, currency text, amount i64, fee i64, payer text, created_at time
select sender_id, receiver_id, currency, amount, fee, payer, created_at from wallet.transfer where id = $1;

-- wallet_demo_add(key text, kind text, accounts text[], amounts text[], days i32) -> one
--   added bool
select wallet.demo_add($1, $2, $3::text[], $4::text[]::int8[], $5) as added;

-- wallet_check_new() -> many
--   rule text, subject text, detail text
select rule, subject, detail from ledger.check_new();

-- wallet_check_all() -> many
--   rule text, subject text, detail text
select rule, subject, detail from ledger.check_books();

-- wallet_snapshot() -> one
--   taken i64
select ledger.snapshot_take(100) as taken;

-- wallet_expire() -> one
--   released i32
select ledger.expire(500) as released;

-- wallet_personal(person uuid) -> many
--   id uuid, currency text, amount i64, fee i64, created_at time
select id, currency, amount, fee, created_at from wallet.transfer where sender_id = $1 or receiver_id = $1;
