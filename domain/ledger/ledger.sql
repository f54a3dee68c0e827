-- Queries of domain/ledger: the functions of sql/0100_ledger.sql and 0101_ledger_hold.sql.

-- ledger_account_open(code text, currency text) -> one
--   id i64
select ledger.account_open($1, $2) as id;

-- ledger_balance_now(account i64) -> one
--   balance i64?
select ledger.balance($1) as balance;

-- ledger_post(kind text, idem text, accounts text[], amounts text[], effective_at time?, ref_type text?, ref_id uuid?, meta json?) -> one
--   txn_id i64, replayed bool
select txn_id, replayed
  from ledger.post_named($1, $2, $3::text[], $4::text[]::int8[], $5, $6, $7, null, $8);

-- ledger_post_many(items json) -> many
--   item i32, txn_id i64, replayed bool
select item, txn_id, replayed from ledger.post_many($1) order by item;

-- ledger_reversal(txn i64, idem text, effective_at time?, substitute_from text[], substitute_to text[]) -> one
--   txn_id i64, replayed bool
select txn_id, replayed
  from ledger.reverse($1, $2, $3, $4::text[]::int8[], $5::text[]::int8[], null);

-- ledger_hold_open(account i64, amount i64, idem text, expires_at time?, ref_type text?, ref_id uuid?) -> one
--   hold_id i64, replayed bool
select hold_id, replayed from ledger.hold($1, $2, $3, $4, $5, $6, null);

-- ledger_hold_capture(hold i64, idem text, accounts text[], amounts text[], kind text, effective_at time?, ref_type text?, ref_id uuid?, meta json?) -> one
--   txn_id i64, replayed bool
select txn_id, replayed
  from ledger.capture($1, $2, (select array_agg(case when n ~ '^[0-9]{1,18}$' then n::int8
           else ledger.account_open(n, right(n, 3)) end order by i)
           from unnest($3::text[]) with ordinality u (n, i)), $4::text[]::int8[], $5, $6, $7, $8, $9);

-- ledger_hold_release(hold i64, idem text, amount i64?) -> one
--   txn_id i64, replayed bool
select txn_id, replayed from ledger.release($1, $2, $3);
