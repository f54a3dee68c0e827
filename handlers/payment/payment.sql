-- Queries of the area payment. Tables: sql/0120_payment.sql, sql/0121_payment_work.sql.

-- ---- the payer's own ----------------------------------------------------------------

-- payment_list(person uuid, limit i64, offset i64) -> many
--   id uuid, title text, amount i64, currency text, status text, amount_refunded i64,
--   error_code text?, created_at time
select id, title, amount, currency, status, amount_refunded, error_code, created_at
  from payment.payment
 where person_id = $1
 order by created_at desc, id desc
 limit $2 offset $3;

-- payment_count(person uuid) -> one
--   total i64
select count(*) as total from payment.payment where person_id = $1;

-- payment_get(id uuid, person uuid) -> one
--   id uuid, title text, amount i64, currency text, purpose text, status text,
--   amount_refunded i64, amount_refund_pending i64, amount_disputed i64, amount_lost i64,
--   error_code text?, provider text, checkout_url text?, return_path text, cancel_asked bool,
--   brand text?, last4 text?, created_at time, completed_at time?, failed_at time?
select p.id, p.title, p.amount, p.currency, p.purpose, p.status, p.amount_refunded,
       p.amount_refund_pending, p.amount_disputed, p.amount_lost, p.error_code, p.provider,
       p.checkout_url, p.return_path, p.cancel_asked_at is not null as cancel_asked, m.brand,
       m.last4, p.created_at, p.completed_at, p.failed_at
  from payment.payment p
  left join payment.method m on m.id = p.method_id
 where p.id = $1 and p.person_id = $2;

-- refund_list(payment uuid) -> many
--   id uuid, amount i64, currency text, status text, reason text?, source text,
--   error_code text?, created_at time, processed_at time?
select id, amount, currency, status, reason, source, error_code, created_at, processed_at
  from payment.refund
 where payment_id = $1
 order by created_at;

-- payment_ask(id uuid, cancel bool) -> one
--   status text
select payment.ask($1, $2) as status;

-- The same, after a reading page was sent.
-- payment_ask_after(id uuid) -> exec
select payment.ask($1, false);

-- ---- saved methods --------------------------------------------------------------------

-- method_list(person uuid) -> many
--   id uuid, status text, type text, brand text?, last4 text?, expires_month i32?,
--   expires_year i32?, is_default bool, expired bool, created_at time
select id, status, type, brand, last4, expires_month, expires_year, is_default,
       coalesce(make_date(expires_year, expires_month, 1) + interval '1 month' <= host.now(), false)
         as expired, created_at
  from payment.method
 where person_id = $1 and status = 'ACTIVE'
 order by is_default desc, created_at desc;

-- method_get(id uuid, person uuid) -> one
--   id uuid, status text, setup_url text?, error_code text?
select id, status, setup_url, error_code
  from payment.method
 where id = $1 and person_id = $2;

-- method_begin(provider text, mandate text) -> one
--   id uuid
select payment.method_begin($1, $2) as id;

-- method_default(id uuid) -> one
--   done bool
select payment.method_default($1) as done;

-- method_remove(id uuid) -> one
--   done bool
select payment.method_remove($1) as done;

-- method_ask(id uuid) -> exec
select payment.method_ask($1);

-- ---- the sandbox's hosted page ------------------------------------------------------------

-- sandbox_show(id uuid) -> one
--   state text, error text?, amount i64?, currency text?, title text?, return_path text, saving bool
select state, error, amount, currency, title, return_path, saving from payment.sandbox_show($1);

-- sandbox_card_list() -> many
--   code text, brand text, last4 text
select code, brand, last4 from payment.sandbox_card order by position;

-- sandbox_pay(id uuid, card text, confirmed bool) -> one
--   state text
select payment.sandbox_pay($1, $2, $3) as state;

-- ---- personal data -------------------------------------------------------------------------

-- payment_export(person uuid) -> many
--   id uuid, title text, amount i64, currency text, status text, created_at time
select id, title, amount, currency, status, created_at from payment.payment where person_id = $1;

-- method_export(person uuid) -> many
--   id uuid, brand text?, last4 text?, expires_month i32?, expires_year i32?, mandate_text text, created_at time
select id, brand, last4, expires_month, expires_year, mandate_text, created_at
  from payment.method where person_id = $1;

-- customer_export(person uuid) -> many
--   provider text, reference text, created_at time
select provider, reference, created_at from payment.customer where person_id = $1;

-- ---- the demonstration world ---------------------------------------------------------------

-- payment_demo_add(key text, person uuid, amount i64, currency text, days i32, outcome text, part i64, reason text?) -> one
--   added bool
select payment.demo_add($1, $2, $3, $4, $5, $6, $7, $8) as added;
