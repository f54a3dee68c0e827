-- Queries of the administrators' pages over the ledger.

-- desk_accounts(q text?, limit i64, offset i64) -> many
--   id i64, code text, currency text, class text, mode text, balance i64, closed_at time?
select a.id, a.code, a.currency, a.class, a.mode, ledger.balance(a.id) as balance, a.closed_at
  from (select id, code, currency, class, mode, closed_at
          from ledger.account_public
         where $1::text is null or code like '%' || replace(replace(replace($1, '\', '\\'), '%', '\%'), '_', '\_') || '%'
         order by id desc limit $2 offset $3) a
 order by a.id desc;

-- desk_accounts_count(q text?) -> one
--   total i64
select count(*) as total from ledger.account_public
 where $1::text is null or code like '%' || replace(replace(replace($1, '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- desk_totals() -> many
--   currency text, class text, balance i64
select currency, class, sum(balance)::int8 as balance
  from ledger.account_public group by currency, class order by currency, class;

-- desk_account(id i64) -> one
--   id i64, code text, currency text, class text, mode text, balance i64, version i64, floor i64?, ceiling i64?, owner_id uuid?, closed_at time?, created_at time
select id, code, currency, class, mode, balance, version, floor, ceiling, owner_id, closed_at, created_at
  from ledger.account_public where id = $1;

-- desk_entries(account i64, limit i64, offset i64) -> many
--   txn_id i64, seq i32, amount i64, balance_after i64?, kind text, effective_at time
select txn_id, seq, amount, balance_after, kind, effective_at from ledger.entry_page($1, $2, $3);

-- desk_entries_count(account i64) -> one
--   total i64
select total from ledger.entry_count($1) total where total is not null;

-- desk_txn(id i64) -> one
--   id i64, kind text, idem text, reverses i64?, reversed_by i64?, ref_type text?, ref_id uuid?, effective_at time, recorded_at time, actor_id uuid?, meta json?
select id, kind, idem, reverses, reversed_by, ref_type, ref_id, effective_at, recorded_at, actor_id, meta
  from ledger.txn_public where id = $1;

-- desk_legs(txn i64) -> many
--   seq i32, account_id i64, code text, currency text, amount i64, balance_after i64?
select seq, account_id, code, currency, amount, balance_after from ledger.entry_public where txn_id = $1 order by seq;

-- desk_fees() -> many
--   id uuid, type text, currency text, flat i64, bps i32, least i64, most i64?, payer text, effective_from time, effective_to time?
select id, type, currency, flat, bps, least, most, payer, effective_from, effective_to
  from wallet.fee_schedule order by type, currency, effective_from desc;

-- desk_fee_add(type text, currency text, flat i64, bps i32, least i64, most i64?, payer text, from_at time) -> one
--   id uuid
select wallet.fee_schedule_add($1, $2, $3, $4, $5, $6, $7, $8) as id;

-- desk_limits() -> many
--   currency text, minimum i64, single i64, daily i64, effective_from time, current bool
select l.currency, l.minimum, l.single, l.daily, l.effective_from,
       l.effective_from is not distinct from c.effective_from as current
  from wallet.limit_schedule l
  left join wallet.transfer_limit c on c.currency = l.currency
 order by l.currency, l.effective_from desc;

-- desk_limit_add(currency text, minimum i64, single i64, daily i64, from_at time) -> one
--   id uuid
select wallet.limit_add($1, $2, $3, $4, $5) as id;

-- desk_statements(account i64) -> many
--   at time, balance i64, books i64, source text
select at, balance, books, source from ledger.statements($1) order by at desc;

-- desk_statement_add(account i64, at time, balance i64, source text) -> one
--   off i64
select ledger.statement_add($1, $2, $3, $4) as off;

-- desk_adjustments(limit i64, offset i64) -> many
--   id uuid, reason text, legs json, status text, requested_by uuid, decided_by uuid?, txn_id i64?, created_at time, decided_at time?
select id, reason, legs, status, requested_by, decided_by, txn_id, created_at, decided_at
  from wallet.adjustment order by created_at desc, id desc limit $1 offset $2;

-- desk_adjustments_count() -> one
--   total i64
select count(*) as total from wallet.adjustment;

-- desk_adjustment_add(reason text, legs json, person uuid) -> one
--   id uuid
insert into wallet.adjustment (reason, legs, requested_by) values ($1, $2, $3) returning id;

-- desk_adjustment_decide(id uuid, approve bool) -> one
--   txn_id i64?
select wallet.adjustment_decide($1, $2) as txn_id;
