-- Queries about payouts. Tables: sql/0143_marketplace_payout.sql.

-- payout_own(person uuid) -> one
--   available i64, in_transit i64, debt i64, bank text?, last4 text?, changed_at time?, minimum i64,
--   hold_hours i32, vat bool, id_new uuid
select coalesce((select a.balance from ledger.account_public a
           where a.code = 'instructor:' || $1 || ':available:ZAR'), 0) as available,
       coalesce((select a.balance from ledger.account_public a
           where a.code = 'instructor:' || $1 || ':in_transit:ZAR'), 0) as in_transit,
       -coalesce((select a.balance from ledger.account_public a
           where a.code = 'instructor:' || $1 || ':debt:ZAR'), 0) as debt,
       b.bank, b.last4, b.changed_at, u.payout_min as minimum, u.payout_hold_hours as hold_hours,
       coalesce((select y.vat_registered from marketplace.seller s
           join receipt.party_public y on y.id = s.party_id where s.person_id = $1), false) as vat,
       host.uuid7() as id_new
  from marketplace.rule u
  left join marketplace.bank_account b on b.person_id = $1
 where u.valid @> host.now();

-- payout_list(person uuid, limit i64, offset i64) -> many
--   id uuid, amount i64, currency text, status text, last4 text, reason text?, requested_at time,
--   finished_at time?
select id, amount, currency, status, last4, reason, requested_at, finished_at
  from marketplace.payout where person_id = $1
 order by requested_at desc, id limit $2 offset $3;

-- payout_count(person uuid) -> one
--   total i64
select count(*) as total from marketplace.payout where person_id = $1;

-- payout_ask(amount i64, key text) -> one
--   id uuid
select marketplace.payout_ask($1, $2) as id;

-- payout_end(id uuid, status text, reason text?) -> exec
select marketplace.payout_end($1, $2, $3);

-- payout_approve(id uuid) -> one
--   status text
select marketplace.payout_approve($1) as status;

-- payout_send() -> one
--   id uuid
select marketplace.payout_send() as id;

-- payout_result(id uuid, status text, reason text?) -> exec
select marketplace.payout_result($1, $2, $3);

-- bank_set(sealed bytes, last4 text, bank text) -> exec
select marketplace.bank_set($1, $2, $3);

-- seller_party(party uuid) -> exec
select marketplace.seller_party($1);

-- payout_admin_list(status text?, limit i64, offset i64) -> many
--   id uuid, person_id uuid, name_ct bytes?, data_key bytes?, amount i64, currency text, status text,
--   last4 text, first_by uuid?, second_by uuid?, batch_id uuid?, reason text?, requested_at time,
--   finished_at time?, debt i64
select p.id, p.person_id, i.name_ct, i.data_key, p.amount, p.currency, p.status, p.last4, p.first_by,
       p.second_by, p.batch_id, p.reason, p.requested_at, p.finished_at,
       -coalesce((select a.balance from ledger.account_public a
           where a.code = 'instructor:' || p.person_id || ':debt:ZAR'), 0) as debt
  from marketplace.payout p
  left join identity.person_public i on i.id = p.person_id
 where $1::text is null or p.status = $1
 order by p.status in ('REQUESTED', 'SECOND', 'APPROVED', 'IN_TRANSIT') desc, p.requested_at desc, p.id
 limit $2 offset $3;

-- payout_admin_count(status text?) -> one
--   total i64
select count(*) as total from marketplace.payout where $1::text is null or status = $1;

-- payout_batches() -> many
--   id uuid, count i32, amount i64, created_at time
select id, count, amount, created_at from marketplace.payout_batch order by created_at desc limit 10;

-- payout_batch_rows(batch uuid) -> many
--   id uuid, person_id uuid, amount i64, sealed bytes?, data_key bytes?
select p.id, p.person_id, p.amount, b.sealed, i.data_key
  from marketplace.payout p
  left join marketplace.bank_account b on b.person_id = p.person_id
  left join identity.person_public i on i.id = p.person_id
 where p.batch_id = $1 order by p.id;

-- payout_mail(id uuid) -> one
--   person_id uuid, amount i64, currency text, last4 text, reason text?
select person_id, amount, currency, last4, reason from marketplace.payout where id = $1;

-- payout_export(person uuid) -> many
--   amount i64, currency text, status text, last4 text, requested_at time
select amount, currency, status, last4, requested_at from marketplace.payout
 where person_id = $1 order by requested_at;

-- bank_export(person uuid) -> many
--   bank text, last4 text, changed_at time
select bank, last4, changed_at from marketplace.bank_account where person_id = $1;
