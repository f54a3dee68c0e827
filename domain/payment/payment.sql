-- Queries of domain/payment. Functions: sql/0120_payment.sql, sql/0121_payment_work.sql.

-- payment_open_row(person uuid, amount i64, currency text, purpose text, purpose_id uuid, title text, return_path text, provider text, method uuid?, key text) -> one
--   id uuid, status text, provider text, fresh bool, href text?
select o.id, o.status, o.provider, o.fresh, o.href
  from payment.open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) o;

-- payment_refund_row(payment uuid, amount i64?, reason text?, key text) -> one
--   id uuid, status text, amount i64, fresh bool
select id, status, amount, fresh from payment.refund_open($1, $2, $3, $4);

-- payment_second(payment uuid, amount i64) -> one
--   needed bool
select payment.refund_second($1, $2) as needed;

-- ---- jobs ---------------------------------------------------------------------

-- operation_take(id uuid) -> one
--   kind text, provider text, payment_id uuid?, refund_id uuid?, method_id uuid?, attempts i32,
--   person_id uuid?, amount i64?, currency text?, title text?, session_reference text?,
--   reference text?, charge_reference text?, cancel bool, expires_at time?, refund_amount i64?,
--   refund_reference text?, method_reference text?, setup_reference text?, customer text?, old bool
select kind, provider, payment_id, refund_id, method_id, attempts, person_id, amount, currency,
       title, session_reference, reference, charge_reference, coalesce(cancel, false) as cancel,
       expires_at, refund_amount, refund_reference, method_reference, setup_reference, customer,
       old
  from payment.operation_take($1);

-- operation_done(id uuid) -> exec
select payment.operation_done($1);

-- operation_refused(id uuid, error text) -> exec
select payment.operation_refused($1, $2);

-- operation_later(id uuid, error text) -> exec
select payment.operation_later($1, $2);

-- breaker_allow(provider text) -> one
--   allowed bool
select payment.breaker_allow($1) as allowed;

-- breaker_note(provider text, good bool) -> exec
select payment.breaker_note($1, $2);

-- checkout_ready(payment uuid, session text?, reference text?, url text?) -> exec
select payment.checkout_ready($1, $2, $3, $4);

-- method_ready(method uuid, reference text, url text) -> exec
select payment.method_ready($1, $2, $3);

-- payment_apply(payment uuid, snapshot json) -> one
--   status text
select payment.apply($1, $2) as status;

-- method_apply(method uuid, snapshot json) -> one
--   status text
select payment.method_apply($1, $2) as status;

-- customer_add(person uuid, provider text, reference text) -> one
--   reference text
select payment.customer_add($1, $2, $3) as reference;

-- event_process(id uuid) -> one
--   status text?
select payment.event_process($1) as status;

-- event_failed(id uuid, error text, dead bool) -> exec
select payment.event_failed($1, $2, $3);

-- payment_sweep() -> one
--   found i32
select payment.sweep() as found;

-- sandbox_tick() -> one
--   found i32
select payment.sandbox_tick() as found;

-- sandbox_snapshot(payment uuid) -> one
--   snapshot json?
select payment.sandbox_snapshot($1) as snapshot;

-- sandbox_refund_add(payment uuid, refund uuid, amount i64) -> exec
select payment.sandbox_refund_add($1, $2, $3);

-- ---- webhooks --------------------------------------------------------------------

-- webhook_add(provider text, event text, type text, api text?, live bool, occurred time?, object text?, body json, digest bytes) -> one
--   fresh bool
select payment.event_add($1, $2, $3, $4, $5, $6, $7, $8, $9) as fresh;

-- ---- reconciliation ---------------------------------------------------------------

-- sandbox_lines(since time, until time) -> one
--   lines json
select payment.sandbox_lines($1, $2) as lines;

-- reconcile(provider text, since time, until time, lines json) -> one
--   id uuid
select payment.reconcile($1, $2, $3, $4) as id;

-- reconcile_failed(provider text, since time, until time, error text) -> exec
select payment.reconcile_failed($1, $2, $3, $4);
