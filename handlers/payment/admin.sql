-- Queries of the administration of payments.

-- Reads all: a search over payments of everybody, newest first.
-- admin_payments(q text?, status text?, provider text?, limit i64, offset i64) -> many
--   id uuid, title text, amount i64, currency text, status text, provider text, person_id uuid,
--   amount_refunded i64, amount_disputed i64, integrity bool, created_at time
select p.id, p.title, p.amount, p.currency, p.status, p.provider, p.person_id, p.amount_refunded,
       p.amount_disputed, p.integrity is not null as integrity, p.created_at
  from payment.payment p
 where ($1::text is null or p.id::text = lower($1) or p.person_id::text = lower($1)
        or p.reference = $1 or p.session_reference = $1 or p.charge_reference = $1
        or p.purpose_id::text = lower($1))
   and ($2::text is null or p.status = $2)
   and ($3::text is null or p.provider = $3)
 order by p.created_at desc, p.id desc
 limit $4 offset $5;

-- Reads all: how many that search finds.
-- admin_payments_count(q text?, status text?, provider text?) -> one
--   total i64
select count(*) as total
  from payment.payment p
 where ($1::text is null or p.id::text = lower($1) or p.person_id::text = lower($1)
        or p.reference = $1 or p.session_reference = $1 or p.charge_reference = $1
        or p.purpose_id::text = lower($1))
   and ($2::text is null or p.status = $2)
   and ($3::text is null or p.provider = $3);

-- admin_payment(id uuid) -> one
--   id uuid, person_id uuid, title text, amount i64, currency text, purpose text, purpose_id uuid,
--   provider text, status text, session_reference text?, reference text?, charge_reference text?,
--   amount_refunded i64, amount_refund_pending i64, amount_disputed i64, amount_lost i64, fee i64,
--   error_code text?, integrity text?, created_at time, completed_at time?, failed_at time?,
--   decidable bool, request uuid?
select p.id, p.person_id, p.title, p.amount, p.currency, p.purpose, p.purpose_id, p.provider,
       p.status, p.session_reference, p.reference, p.charge_reference, p.amount_refunded,
       p.amount_refund_pending, p.amount_disputed, p.amount_lost, p.fee, p.error_code, p.integrity,
       p.created_at, p.completed_at, p.failed_at,
       p.provider = 'SANDBOX' and p.amount_disputed > 0 as decidable,
       (select q.id from payment.refund_request q where q.payment_id = p.id and q.status = 'PENDING'
         order by q.created_at limit 1) as request
  from payment.payment p
 where p.id = $1;

-- Timeline: steps, postings and mails of the same object, in one order.
-- admin_timeline(id uuid) -> many
--   at time, source text, kind text, reference text?, amount i64?, currency text?, detail text?,
--   event uuid?, seq text
select s.at, 'step' as source, s.kind, s.reference, (s.data->>'amount')::bigint as amount,
       p.currency, coalesce(s.data->>'type', s.data->>'error', s.data->>'what') as detail,
       (s.data->>'event')::uuid as event, s.id::text as seq
  from payment.step s join payment.payment p on p.id = s.payment_id
 where s.payment_id = $1
union all
select e.recorded_at, 'posting', lower(e.kind), e.txn_id::text, e.amount, e.currency, e.code, null,
       lpad(e.seq::text, 4, '0')
  from (select $1::uuid as id
        union all select r.id from payment.refund r where r.payment_id = $1
        union all select d.id from payment.dispute d where d.payment_id = $1
        union all select d.id from payment.difference d where d.payment_id = $1) ref
 cross join lateral (select x.* from ledger.entry_public x where x.ref_id = ref.id offset 0) e
 order by at, source desc, seq;

-- Documents of what was paid for, and when they were mailed.
-- admin_documents(id uuid) -> many
--   at time, kind text, code text, id uuid
select x.at, x.kind, d.code, d.id
  from payment.payment p
  join receipt.document_public d on d.owner_id = p.person_id
  cross join lateral (values (d.issued_at, 'document_issued'), (d.mailed_at, 'document_mailed'))
    x (at, kind)
 where p.id = $1 and x.at is not null
   and (d.ref_id = p.purpose_id or exists (select from receipt.document_public o
     where o.id = d.refers_id and o.ref_id = p.purpose_id))
 order by x.at, x.kind;

-- admin_refund_ask(id uuid, amount i64, reason text, key text) -> one
--   id uuid?, status text, amount i64, fresh bool, request uuid?
select id, status, amount, fresh, request from payment.refund_ask($1, $2, $3, $4);

-- admin_requests(status text?, limit i64, offset i64) -> many
--   id uuid, payment_id uuid, title text, amount i64, currency text, reason text, status text,
--   requested_by uuid, decided_by uuid?, created_at time
select q.id, q.payment_id, p.title, q.amount, q.currency, q.reason, q.status, q.requested_by,
       q.decided_by, q.created_at
  from payment.refund_request q join payment.payment p on p.id = q.payment_id
 where $1::text is null or q.status = $1
 order by q.status = 'PENDING' desc, q.created_at desc, q.id desc
 limit $2 offset $3;

-- admin_requests_count(status text?) -> one
--   total i64
select count(*) as total from payment.refund_request where $1::text is null or status = $1;

-- admin_request_decide(id uuid, approve bool) -> one
--   payment_id uuid
select payment.refund_decide($1, $2) as payment_id;

-- admin_refunds(status text?, provider text?, limit i64, offset i64) -> many
--   id uuid, payment_id uuid, title text, amount i64, currency text, status text, source text,
--   reason text?, error_code text?, created_at time, processed_at time?
select r.id, r.payment_id, p.title, r.amount, r.currency, r.status, r.source, r.reason,
       r.error_code, r.created_at, r.processed_at
  from payment.refund r join payment.payment p on p.id = r.payment_id
 where ($1::text is null or r.status = $1) and ($2::text is null or p.provider = $2)
 order by r.created_at desc, r.id desc
 limit $3 offset $4;

-- admin_refunds_count(status text?, provider text?) -> one
--   total i64
select count(*) as total
  from payment.refund r join payment.payment p on p.id = r.payment_id
 where ($1::text is null or r.status = $1) and ($2::text is null or p.provider = $2);

-- admin_disputes(status text?, provider text?, limit i64, offset i64) -> many
--   id uuid, payment_id uuid, title text, amount i64, fee i64, currency text, status text,
--   reason text?, withdrawn_at time?, reinstated_at time?, closed_at time?, created_at time
select d.id, d.payment_id, p.title, d.amount, d.fee, p.currency, d.status, d.reason,
       d.withdrawn_at, d.reinstated_at, d.closed_at, d.created_at
  from payment.dispute d join payment.payment p on p.id = d.payment_id
 where ($1::text is null or d.status = $1) and ($2::text is null or p.provider = $2)
 order by d.created_at desc, d.id desc
 limit $3 offset $4;

-- admin_disputes_count(status text?, provider text?) -> one
--   total i64
select count(*) as total
  from payment.dispute d join payment.payment p on p.id = d.payment_id
 where ($1::text is null or d.status = $1) and ($2::text is null or p.provider = $2);

-- admin_events(status text?, provider text?, limit i64, offset i64) -> many
--   id uuid, provider text, event_id text, type text, status text, deliveries i32, payment_id uuid?,
--   error text?, received_at time, processed_at time?
select id, provider, event_id, type, status, deliveries, payment_id, error, received_at,
       processed_at
  from payment.event
 where ($1::text is null or status = $1) and ($2::text is null or provider = $2)
 order by received_at desc, id desc
 limit $3 offset $4;

-- Reads all: how many events there are in that state, of that provider.
-- admin_events_count(status text?, provider text?) -> one
--   total i64
select count(*) as total from payment.event
 where ($1::text is null or status = $1) and ($2::text is null or provider = $2);

-- admin_event(id uuid) -> one
--   id uuid, provider text, event_id text, type text, api_version text?, livemode bool,
--   occurred_at time?, object_reference text?, payment_id uuid?, body text, deliveries i32,
--   status text, error text?, received_at time, processed_at time?
select id, provider, event_id, type, api_version, livemode, occurred_at, object_reference,
       payment_id, jsonb_pretty(body) as body, deliveries, status, error, received_at, processed_at
  from payment.event
 where id = $1;

-- event_again(id uuid) -> one
--   done bool
select payment.event_again($1) as done;

-- admin_operations(state text?, provider text?, limit i64, offset i64) -> many
--   id uuid, kind text, provider text, payment_id uuid?, recovery_point text, state text,
--   attempts i32, next_attempt_at time, last_error text?, created_at time, finished_at time?,
--   useful bool
select o.id, o.kind, o.provider, o.payment_id, o.recovery_point, o.state, o.attempts,
       o.next_attempt_at, o.last_error, o.created_at, o.finished_at,
       payment.operation_useful(o) as useful
  from payment.operation o
 where ($1::text is null or o.state = $1) and ($2::text is null or o.provider = $2)
 order by o.created_at desc, o.id desc
 limit $3 offset $4;

-- admin_operations_count(state text?, provider text?) -> one
--   total i64
select count(*) as total from payment.operation
 where ($1::text is null or state = $1) and ($2::text is null or provider = $2);

-- operation_again(id uuid) -> one
--   done bool
select payment.operation_again($1) as done;

-- admin_providers() -> many
--   name text, calls i32, failed i32, open_until time?
select name, calls, length(replace(outcomes::bit(20)::text, '0', '')) as failed,
       case when open_until > host.now() then open_until end as open_until
  from payment.provider
 order by name;

-- sandbox_decide(id uuid, state text) -> one
--   done bool
select payment.sandbox_decide($1, $2) as done;

-- admin_reconciliations(limit i64) -> many
--   id uuid, provider text, since time, until time, state text, checked i32, differences i32,
--   error text?, created_at time
select id, provider, since, until, state, checked, differences, error, created_at
  from payment.reconciliation
 order by created_at desc, id desc
 limit $1;

-- admin_differences(state text?, limit i64, offset i64) -> many
--   id uuid, provider text, kind text, reference text, payment_id uuid?, ours i64?, theirs i64?,
--   currency text, state text, note text?, created_at time, resolved_at time?
select id, provider, kind, reference, payment_id, ours, theirs, currency, state, note, created_at,
       resolved_at
  from payment.difference
 where $1::text is null or state = $1
 order by state, created_at desc, id desc
 limit $2 offset $3;

-- admin_differences_count(state text?) -> one
--   total i64
select count(*) as total from payment.difference where $1::text is null or state = $1;

-- difference_resolve(id uuid, note text) -> one
--   done bool
select payment.difference_resolve($1, $2) as done;
