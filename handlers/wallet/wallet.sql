-- Queries of the wallet's own pages. The person is in each of them; the views
-- show nobody else's rows anyway.

-- wallet_accounts(person uuid) -> many
--   id i64, currency text, purpose text, balance i64, version i64
select id, currency, split_part(code, ':', 3) as purpose, balance, version
  from ledger.account_public
 where owner_id = $1 and code like 'user:%'
 order by currency, purpose;

-- wallet_recent(person uuid, limit i64) -> many
--   txn_id i64, currency text, amount i64, balance_after i64, kind text, effective_at time, meta json?
select e.txn_id, e.currency, e.amount, e.balance_after, e.kind, e.effective_at, e.meta
  from ledger.account_public a
 cross join lateral (
       select x.* from ledger.entry_public x
        where x.account_id = a.id and x.currency = a.currency and x.version is not null
        order by x.version desc limit $2) e
 where a.owner_id = $1 and a.code like 'user:%:wallet:%'
 order by e.txn_id desc
 limit $2;

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
--   txn_id i64, version i64, amount i64, balance_after i64, kind text, effective_at time, recorded_at time, ref_type text?, meta json?, total i64
select e.txn_id, e.version, e.amount, e.balance_after, e.kind, e.effective_at, e.recorded_at, e.ref_type, e.meta,
       count(*) over () as total
  from ledger.account_public a
  join ledger.entry_public e on e.account_id = a.id and e.currency = a.currency
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2
   and e.currency = $2 and e.version is not null
   and ($3::text is null or e.kind = $3)
   and ($4::text is null or (e.amount > 0) = ($4 = 'in'))
   and ($5::timestamptz is null or e.effective_at >= $5)
   and ($6::timestamptz is null or e.effective_at < $6)
 order by e.version desc
 limit $7 offset $8;

-- wallet_statement(person uuid, currency text, from_at time, to_at time) -> one
--   opening i64, closing i64, paid_in i64, paid_out i64, entries i64
select (coalesce(sum(e.amount) filter (where e.effective_at < $3), 0))::int8 as opening,
       (coalesce(sum(e.amount) filter (where e.effective_at < $4), 0))::int8 as closing,
       (coalesce(sum(e.amount) filter (where e.effective_at >= $3 and e.effective_at < $4 and e.amount > 0), 0))::int8 as paid_in,
       (coalesce(-sum(e.amount) filter (where e.effective_at >= $3 and e.effective_at < $4 and e.amount < 0), 0))::int8 as paid_out,
       count(*) filter (where e.effective_at >= $3 and e.effective_at < $4) as entries
  from ledger.account_public a
  join ledger.entry_public e on e.account_id = a.id and e.currency = a.currency
 where a.owner_id = $1 and a.code = 'user:' || $1::text || ':wallet:' || $2
   and e.currency = $2 and e.version is not null;

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
