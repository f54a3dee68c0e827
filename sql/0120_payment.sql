-- Payments: money that comes in through a provider, goes back as a refund or is
-- taken back by a dispute. No card data: provider ids, brand and last four digits.
--
-- All writing goes through functions owned by db_def_payment. What a provider says
-- arrives as a snapshot of its object (payment.apply), never as "the last event":
-- states only move up a fixed order, so events may come twice and in any order.
--
-- The owner of a purpose registers one function (payment.purpose_register). It is
-- called inside the transaction that moves the payment and posts the other legs.

create schema payment;
grant usage on schema payment to db_app, db_def_payment;

-- ---- tables ---------------------------------------------------------------------

create table payment.purpose (
  type text primary key check (type ~ '^[A-Z][A-Z_]{2,39}$'),
  handler text not null,
  created_at timestamptz not null default now()
);
comment on table payment.purpose is
  'What payments are for, and the function (uuid, text, jsonb) of its owner.';

create table payment.provider (
  name text primary key check (name in ('SANDBOX', 'STRIPE', 'PAYSTACK')),
  outcomes bigint not null default 0,
  calls integer not null default 0 check (calls between 0 and 20),
  open_until timestamptz,
  probe_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on table payment.provider is
  'Circuit breaker: the last 20 calls as bits (1 = failed). Half of 20 failed opens it for 30 s.';
insert into payment.provider (name) values ('SANDBOX'), ('STRIPE'), ('PAYSTACK');

create table payment.customer (
  person_id uuid not null references identity.person on delete restrict,
  provider text not null references payment.provider,
  reference text not null check (length(reference) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (person_id, provider),
  unique (provider, reference)
);
comment on table payment.customer is 'The person as the provider knows them.';

create table payment.method (
  id uuid primary key default host.uuid7(),
  person_id uuid not null references identity.person on delete restrict,
  provider text not null references payment.provider,
  reference text check (length(reference) between 1 and 255),
  setup_reference text check (length(setup_reference) between 1 and 255),
  setup_url text check (length(setup_url) <= 2000),
  status text not null default 'PENDING'
    check (status in ('PENDING', 'ACTIVE', 'FAILED', 'REMOVED')),
  type text not null default 'CREDIT_CARD'
    check (type in ('CREDIT_CARD', 'DEBIT_CARD', 'BANK_TRANSFER', 'CRYPTO')),
  brand text check (brand ~ '^[a-z_ ]{1,30}$'),
  last4 text check (last4 ~ '^[0-9]{4}$'),
  expires_month integer check (expires_month between 1 and 12),
  expires_year integer check (expires_year between 2000 and 2100),
  fingerprint text check (length(fingerprint) <= 100),
  is_default boolean not null default false,
  mandate_text text not null check (length(mandate_text) between 1 and 1000),
  mandate_at timestamptz not null default host.now(),
  error_code text check (error_code ~ '^[a-z0-9_]{1,60}$'),
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  unique (provider, reference),
  check (not is_default or status = 'ACTIVE'),
  check (status <> 'ACTIVE' or reference is not null)
);
create unique index method_default_idx on payment.method (person_id) where is_default;
create index method_person_id_idx on payment.method (person_id, created_at);
comment on table payment.method is
  'PaymentMethod: PENDING (the person is at the provider) -> ACTIVE -> REMOVED, or FAILED.
mandate_text is what the person agreed to when the method was saved.';

create table payment.payment (
  id uuid primary key default host.uuid7(),
  person_id uuid not null references identity.person on delete restrict,
  amount bigint not null check (amount between 1 and 999999999),
  currency text not null check (currency in ('ZAR', 'USD', 'EUR', 'GBP')),
  purpose text not null references payment.purpose,
  purpose_id uuid not null,
  title text not null check (length(title) between 1 and 200),
  return_path text not null check (return_path ~ '^/([^/\\]|$)' and length(return_path) <= 500),
  provider text not null references payment.provider,
  method_id uuid references payment.method on delete restrict,
  status text not null default 'PENDING'
    check (status in ('PENDING', 'COMPLETED', 'FAILED', 'REFUNDED')),
  session_reference text check (length(session_reference) <= 255),
  reference text check (length(reference) <= 255),
  charge_reference text check (length(charge_reference) <= 255),
  checkout_url text check (length(checkout_url) <= 4000),
  amount_refunded bigint not null default 0 check (amount_refunded >= 0),
  amount_refund_pending bigint not null default 0 check (amount_refund_pending >= 0),
  amount_disputed bigint not null default 0 check (amount_disputed >= 0),
  amount_lost bigint not null default 0 check (amount_lost >= 0),
  fee bigint not null default 0 check (fee >= 0),
  error_code text check (error_code ~ '^[a-z0-9_]{1,60}$'),
  integrity text check (length(integrity) <= 500),
  idempotency_key text not null check (length(idempotency_key) between 1 and 128),
  cancel_asked_at timestamptz,
  expires_at timestamptz not null default host.now() + interval '1 day',
  completed_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  unique (person_id, idempotency_key),
  unique (provider, session_reference),
  unique (provider, reference),
  check (amount_refunded + amount_refund_pending <= amount),
  check ((status = 'REFUNDED') = (amount_refunded = amount and completed_at is not null)),
  check (status not in ('COMPLETED', 'REFUNDED') or completed_at is not null)
);
create index payment_person_id_idx on payment.payment (person_id, created_at desc);
create index payment_created_at_idx on payment.payment (created_at desc);
create index payment_purpose_idx on payment.payment (purpose, purpose_id);
create index payment_method_id_idx on payment.payment (method_id);
create index payment_pending_idx on payment.payment (expires_at) where status = 'PENDING';
comment on table payment.payment is
  'Payment: PENDING -> COMPLETED -> REFUNDED (all of it), or FAILED. A refund that fails late
makes COMPLETED of REFUNDED; a success that comes late makes COMPLETED of FAILED.';
comment on column payment.payment.amount is 'class: internal; minor units';
comment on column payment.payment.fee is 'class: internal; kept by the provider, minor units';
comment on column payment.payment.integrity is
  'class: internal; what of the provider''s answer does not agree with the order';

create table payment.refund (
  id uuid primary key default host.uuid7(),
  payment_id uuid not null references payment.payment on delete restrict,
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text check (length(reason) <= 500),
  status text not null default 'PENDING'
    check (status in ('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  source text not null default 'PLATFORM' check (source in ('PLATFORM', 'PROVIDER')),
  reference text check (length(reference) <= 255),
  error_code text check (error_code ~ '^[a-z0-9_]{1,60}$'),
  requested_by uuid references identity.person on delete restrict,
  idempotency_key text not null check (length(idempotency_key) between 1 and 300),
  processed_at timestamptz,
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  unique (payment_id, idempotency_key),
  unique (payment_id, reference)
);
create index refund_requested_by_idx on payment.refund (requested_by);
create index refund_created_at_idx on payment.refund (created_at desc);
comment on table payment.refund is
  'Refund: PENDING (the money is reserved) -> SUCCEEDED | FAILED | CANCELLED; SUCCEEDED -> FAILED
when the bank sends it back days later.';

create table payment.dispute (
  id uuid primary key default host.uuid7(),
  payment_id uuid not null references payment.payment on delete restrict,
  reference text not null check (length(reference) <= 255),
  amount bigint not null check (amount > 0),
  fee bigint not null default 0 check (fee >= 0),
  reason text check (length(reason) <= 100),
  status text not null check (status in ('warning_needs_response', 'warning_under_review',
    'warning_closed', 'needs_response', 'under_review', 'won', 'lost')),
  withdrawn_at timestamptz,
  reinstated_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  unique (payment_id, reference)
);
create index dispute_created_at_idx on payment.dispute (created_at desc);
comment on table payment.dispute is
  'A chargeback. Money moves when the provider takes it (withdrawn_at) and gives it back
(reinstated_at), not when the dispute is opened.';

create table payment.operation (
  id uuid primary key default host.uuid7(),
  kind text not null
    check (kind in ('CHECKOUT', 'REFUND', 'SYNC', 'SETUP', 'SETUP_SYNC', 'DETACH')),
  provider text not null references payment.provider,
  payment_id uuid references payment.payment on delete restrict,
  refund_id uuid references payment.refund on delete restrict,
  method_id uuid references payment.method on delete restrict,
  recovery_point text not null default 'VALIDATED'
    check (recovery_point in ('VALIDATED', 'CALLING', 'POSTED')),
  state text not null default 'OPEN' check (state in ('OPEN', 'DONE', 'DEAD')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default host.now(),
  last_error text check (length(last_error) <= 500),
  created_at timestamptz not null default host.now(),
  finished_at timestamptz,
  updated_at timestamptz not null default now()
);
create index operation_due_idx on payment.operation (next_attempt_at) where state = 'OPEN';
create index operation_state_idx on payment.operation (state, created_at desc);
create index operation_provider_idx on payment.operation (provider);
create index operation_payment_id_idx on payment.operation (payment_id);
create index operation_refund_id_idx on payment.operation (refund_id);
create index operation_method_id_idx on payment.operation (method_id);
create unique index operation_sync_idx on payment.operation (payment_id)
  where kind = 'SYNC' and state = 'OPEN' and recovery_point = 'VALIDATED';
comment on table payment.operation is
  'One call to a provider with its recovery points: VALIDATED (committed, nothing sent) ->
CALLING (may have been sent) -> POSTED (answer applied). Its key at the provider is derived
from the row of the operation''s object, so a crash after the call repeats the same call.';

create table payment.event (
  id uuid primary key default host.uuid7(),
  provider text not null references payment.provider,
  event_id text not null check (length(event_id) between 1 and 255),
  type text not null check (length(type) between 1 and 120),
  api_version text check (length(api_version) <= 40),
  livemode boolean not null default false,
  occurred_at timestamptz,
  object_reference text check (length(object_reference) <= 255),
  payment_id uuid references payment.payment on delete restrict,
  body jsonb not null,
  digest bytea not null check (octet_length(digest) = 32),
  deliveries integer not null default 1,
  status text not null default 'RECEIVED'
    check (status in ('RECEIVED', 'PROCESSED', 'IGNORED', 'FAILED', 'DEAD')),
  attempts integer not null default 0,
  error text check (length(error) <= 500),
  received_at timestamptz not null default host.now(),
  processed_at timestamptz,
  unique (provider, event_id)
);
create index event_received_at_idx on payment.event (received_at desc);
create index event_payment_id_idx on payment.event (payment_id);
create index event_status_idx on payment.event (status, received_at desc);
comment on table payment.event is
  'A webhook, once by its provider''s id. Names, addresses and long numbers are masked before it
is written; digest is that of the raw body.';

create table payment.step (
  id uuid primary key default host.uuid7(),
  payment_id uuid not null references payment.payment on delete restrict,
  at timestamptz not null default host.now(),
  kind text not null check (kind ~ '^[a-z_]{3,40}$'),
  reference text check (length(reference) <= 300),
  data jsonb not null default '{}'
);
create index step_payment_id_idx on payment.step (payment_id, id);
comment on table payment.step is 'Timeline of a payment; append only.';
create trigger refuse_change before update or delete on payment.step
  for each row execute function host.refuse_change();

-- ---- small helpers ----------------------------------------------------------------

create function payment.step_add(p_payment uuid, p_kind text, p_reference text, p_data jsonb)
returns void
language sql volatile security definer set search_path = '' as $$
  insert into payment.step (payment_id, kind, reference, data)
  values (p_payment, p_kind, p_reference, coalesce(p_data, '{}'))
$$;

-- Registers the function that moves the owner's side: fn(uuid, text, jsonb).
create function payment.purpose_register(p_type text, p_handler text) returns void
language plpgsql as $$
begin
  insert into payment.purpose (type, handler)
  values (p_type, regexp_replace(p_handler::regprocedure::text, '\(.*', ''))
  on conflict (type) do update set handler = excluded.handler;
end
$$;

-- Ledger accounts of a provider in a currency. Codes are for people; ids are used.
create function payment.account(p_kind text, p_provider text, p_currency text) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
begin
  return ledger.account_open(case p_kind
    when 'balance' then lower(p_provider) || ':balance:' || p_currency
    when 'fee' then 'platform:expense:psp:' || p_currency
    when 'refund_pending' then lower(p_provider) || ':refund_pending:' || p_currency
    when 'disputed' then lower(p_provider) || ':disputed:' || p_currency
    when 'suspense' then 'suspense:' || p_currency end, p_currency);
end
$$;

-- Everything the owner of a purpose needs, account ids included.
create function payment.facts(p payment.payment) returns jsonb
language sql volatile security definer set search_path = '' as $$
  select jsonb_build_object('payment', p.id, 'person', p.person_id, 'amount', p.amount,
    'currency', p.currency, 'fee', p.fee, 'purpose', p.purpose, 'purposeId', p.purpose_id,
    'provider', p.provider, 'accounts', jsonb_build_object(
      'balance', payment.account('balance', p.provider, p.currency),
      'fee', payment.account('fee', p.provider, p.currency),
      'refundPending', payment.account('refund_pending', p.provider, p.currency),
      'disputed', payment.account('disputed', p.provider, p.currency)))
$$;

-- Calls the owner and tells the rest of the platform, in this transaction.
create function payment.tell(p payment.payment, p_event text, p_topic text, p_more jsonb)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_data jsonb := payment.facts(p) || coalesce(p_more, '{}');
  v_handler text := (select u.handler from payment.purpose u where u.type = p.purpose);
begin
  execute format('select %s($1, $2, $3)', v_handler) using p.id, p_event, v_data;
  if p_topic is not null then
    perform host.event_add(p_topic, 'payment', p.id::text, v_data - 'accounts');
  end if;
end
$$;

create function payment.operation_add(p_kind text, p_provider text, p_payment uuid, p_refund uuid,
  p_method uuid) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into payment.operation (kind, provider, payment_id, refund_id, method_id)
  values (p_kind, p_provider, p_payment, p_refund, p_method)
  on conflict (payment_id) where kind = 'SYNC' and state = 'OPEN' and recovery_point = 'VALIDATED'
    do nothing
  returning id into v_id;
  if v_id is not null then
    perform host.job_add('payment.work', v_id::text, jsonb_build_object('id', v_id), 2, 0);
  end if;
  return v_id;
end
$$;

-- ---- opening a payment ---------------------------------------------------------------

-- Who calls must be the payer, an admin, or a job. The same key with the same order gives
-- the same payment; with another order it is refused.
create function payment.open(p_person uuid, p_amount bigint, p_currency text, p_purpose text,
  p_purpose_id uuid, p_title text, p_return_path text, p_provider text, p_method uuid, p_key text)
returns table (id uuid, status text, provider text, fresh boolean, href text)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  v payment.payment;
  v_fresh boolean := true;
begin
  if host.uid() is distinct from p_person and coalesce(host.role(), '') <> 'ADMIN'
    and session_user <> 'db_jobs' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  if p_amount is null or p_amount not between 1 and 999999999 then
    raise exception 'invalid_amount' using errcode = 'U0422';
  end if;
  if p_method is not null and not exists (select from payment.method m
    where m.id = p_method and m.person_id = p_person and m.status = 'ACTIVE'
      and m.provider = p_provider) then
    raise exception 'invalid_payment_method' using errcode = 'U0422';
  end if;
  insert into payment.payment as n (person_id, amount, currency, purpose, purpose_id, title,
    return_path, provider, method_id, idempotency_key)
  values (p_person, p_amount, p_currency, p_purpose, p_purpose_id, p_title, p_return_path,
    p_provider, p_method, p_key)
  on conflict (person_id, idempotency_key) do nothing
  returning n.* into v;
  if not found then
    v_fresh := false;
    select n.* into v from payment.payment n
     where n.person_id = p_person and n.idempotency_key = p_key;
    if (v.amount, v.currency, v.purpose, v.purpose_id) is distinct from
      (p_amount, p_currency, p_purpose, p_purpose_id) then
      raise exception 'idempotency_key_reused' using errcode = 'U0422';
    end if;
  else
    perform payment.step_add(v.id, 'created', p_purpose,
      jsonb_build_object('amount', p_amount, 'currency', p_currency, 'provider', p_provider));
    if p_provider = 'SANDBOX' then
      perform payment.sandbox_begin(v.id, null);
    else
      perform payment.operation_add('CHECKOUT', p_provider, v.id, null, null);
    end if;
  end if;
  -- The sandbox's page is there already, and a saved card has been charged.
  return query select n.id, n.status, n.provider, v_fresh,
    case when n.provider = 'SANDBOX' then n.checkout_url end
    from payment.payment n where n.id = v.id;
end
$$;

-- The hosted page is there. A later answer of the same call changes nothing.
create function payment.checkout_ready(p_payment uuid, p_session text, p_reference text, p_url text)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update payment.payment set session_reference = coalesce(session_reference, p_session),
    reference = coalesce(reference, p_reference), checkout_url = coalesce(checkout_url, p_url)
   where id = p_payment and status = 'PENDING';
  if found then
    perform payment.step_add(p_payment, 'checkout_ready', p_session, null);
  end if;
end
$$;

create function payment.fail(p payment.payment, p_error text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update payment.payment set status = 'FAILED', failed_at = host.now(), error_code = p_error
   where id = p.id and status = 'PENDING';
  perform payment.step_add(p.id, 'failed', p_error, null);
  perform payment.tell(p, 'FAILED', 'payment.failed', jsonb_build_object('error', p_error));
end
$$;

create function payment.complete(p payment.payment, p_fee bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update payment.payment n set status = 'COMPLETED', completed_at = host.now(), failed_at = null,
    error_code = null, fee = coalesce(p_fee, 0)
   where n.id = p.id returning n.* into p;
  perform payment.step_add(p.id, 'completed', p.reference,
    jsonb_build_object('amount', p.amount, 'fee', p.fee));
  perform payment.tell(p, 'COMPLETED', 'payment.completed', null);
end
$$;

-- The fee became known, or changed, after the payment was completed.
create function payment.fee_correct(p payment.payment, p_fee bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_fee is null or p_fee = p.fee then
    return;
  end if;
  perform ledger.post('PAYMENT_FEE', 'payment_fee:' || p.id || ':' || p_fee,
    array[payment.account('fee', p.provider, p.currency),
      payment.account('balance', p.provider, p.currency)],
    array[p.fee - p_fee, p_fee - p.fee], host.now(), 'payment', p.id, null, '{}');
  update payment.payment set fee = p_fee where id = p.id;
  perform payment.step_add(p.id, 'fee_known', null, jsonb_build_object('fee', p_fee));
end
$$;

-- ---- refunds ------------------------------------------------------------------------------

-- Reserves and tells the owner, whose function refuses by raising. p_amount null: the rest.
create function payment.refund_reserve(p payment.payment, p_amount bigint, p_reason text,
  p_key text, p_by uuid, p_reference text, p_source text) returns payment.refund
language plpgsql volatile security definer set search_path = '' as $$
declare
  r payment.refund;
begin
  insert into payment.refund as n (payment_id, amount, currency, reason, requested_by,
    idempotency_key, reference, source)
  values (p.id, p_amount, p.currency, p_reason, p_by, p_key, p_reference, p_source)
  returning n.* into r;
  update payment.payment n set amount_refund_pending = n.amount_refund_pending + p_amount
   where n.id = p.id returning n.* into p;
  perform payment.step_add(p.id, 'refund_requested', r.id::text,
    jsonb_build_object('amount', p_amount, 'source', p_source));
  perform payment.tell(p, 'REFUND_REQUESTED', null, jsonb_build_object('refund', r.id,
    'refundAmount', p_amount, 'reason', p_reason, 'forced', p_source = 'PROVIDER'));
  return r;
end
$$;

-- Errors: payment_not_found, invalid_status, payment_disputed, invalid_refund_amount,
-- already_refunded, idempotency_key_reused, and those of the owner. Whether this person may
-- have their money back is the owner's rule; here: an admin, a job, or the payer.
create function payment.refund_open(p_payment uuid, p_amount bigint, p_reason text, p_key text)
returns table (id uuid, status text, amount bigint, fresh boolean)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  p payment.payment;
  r payment.refund;
  v_rest bigint;
begin
  select n.* into p from payment.payment n where n.id = p_payment for no key update;
  if not found or (host.uid() is distinct from p.person_id
    and coalesce(host.role(), '') <> 'ADMIN' and session_user <> 'db_jobs') then
    raise exception 'payment_not_found' using errcode = 'U0404';
  end if;
  select n.* into r from payment.refund n
   where n.payment_id = p.id and n.idempotency_key = p_key;
  if found then
    if p_amount is not null and r.amount <> p_amount then
      raise exception 'idempotency_key_reused' using errcode = 'U0422';
    end if;
    return query select r.id, r.status, r.amount, false;
    return;
  end if;
  if p.status = 'REFUNDED' then
    raise exception 'already_refunded' using errcode = 'U0409';
  elsif p.status <> 'COMPLETED' then
    raise exception 'invalid_status' using errcode = 'U0409';
  elsif p.amount_disputed > 0 then
    raise exception 'payment_disputed' using errcode = 'U0409';
  end if;
  v_rest := p.amount - p.amount_refunded - p.amount_refund_pending - p.amount_lost;
  if v_rest <= 0 then
    raise exception 'already_refunded' using errcode = 'U0409';
  elsif coalesce(p_amount, v_rest) not between 1 and v_rest then
    raise exception 'invalid_refund_amount' using errcode = 'U0422';
  end if;
  r := payment.refund_reserve(p, coalesce(p_amount, v_rest), p_reason, p_key, host.uid(), null,
    'PLATFORM');
  perform payment.operation_add('REFUND', p.provider, p.id, r.id, null);
  return query select r.id, r.status, r.amount, true;
end
$$;

-- PENDING < SUCCEEDED < FAILED, CANCELLED. The same state again changes nothing.
create function payment.refund_move(p_payment uuid, r payment.refund, p_status text, p_error text)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  p payment.payment;
  v_ended boolean := p_status in ('FAILED', 'CANCELLED');
begin
  if p_status = r.status or p_status = 'PENDING' or r.status in ('FAILED', 'CANCELLED') then
    return;
  end if;
  update payment.payment n set
    amount_refund_pending = n.amount_refund_pending - case r.status when 'PENDING' then r.amount else 0 end,
    amount_refunded = n.amount_refunded + case when not v_ended then r.amount
      when r.status = 'SUCCEEDED' then -r.amount else 0 end,
    status = case when not v_ended and n.amount_refunded + r.amount = n.amount then 'REFUNDED'
      when n.status = 'REFUNDED' then 'COMPLETED' else n.status end
   where n.id = p_payment returning n.* into p;
  update payment.refund set status = p_status, error_code = p_error, processed_at = host.now()
   where id = r.id;
  if not v_ended or r.status = 'SUCCEEDED' then
    perform ledger.post('PAYMENT_REFUND',
      case when v_ended then 'payment_refund_back:' else 'payment_refund:' end || r.id,
      array[payment.account('refund_pending', p.provider, p.currency),
        payment.account('balance', p.provider, p.currency)],
      case when v_ended then array[r.amount, -r.amount] else array[-r.amount, r.amount] end,
      host.now(), 'refund', r.id, null, '{}');
  end if;
  perform payment.step_add(p.id, 'refund_' || lower(p_status), r.id::text,
    jsonb_build_object('amount', r.amount, 'error', p_error));
  perform payment.tell(p, case when v_ended then 'REFUND_FAILED' else 'REFUND_SUCCEEDED' end,
    case when v_ended then 'refund.failed' else 'refund.succeeded' end,
    jsonb_build_object('refund', r.id, 'refundAmount', r.amount, 'error', p_error));
end
$$;

-- One refund of the provider's snapshot: {ref, id, amount, status, error}.
create function payment.refund_apply(p payment.payment, p_snap jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  r payment.refund;
  v_amount bigint := (p_snap->>'amount')::bigint;
  v_status text := case p_snap->>'status' when 'succeeded' then 'SUCCEEDED'
    when 'failed' then 'FAILED' when 'canceled' then 'CANCELLED' else 'PENDING' end;
begin
  select n.* into r from payment.refund n
   where n.payment_id = p.id and n.reference = p_snap->>'ref';
  if not found and p_snap->>'id' is not null then
    update payment.refund n set reference = p_snap->>'ref'
     where n.payment_id = p.id and n.id::text = p_snap->>'id' and n.reference is null
    returning n.* into r;
  end if;
  if r.id is null then
    -- Made at the provider, not by us.
    if v_status in ('FAILED', 'CANCELLED')
      or v_amount > p.amount - p.amount_refunded - p.amount_refund_pending then
      return;
    end if;
    r := payment.refund_reserve(p, v_amount, 'provider', 'provider:' || (p_snap->>'ref'), null,
      p_snap->>'ref', 'PROVIDER');
  elsif r.amount <> v_amount then
    perform payment.integrity_fail(p, format('refund %s: %s here, %s there', r.id, r.amount,
      v_amount));
    return;
  end if;
  perform payment.refund_move(p.id, r, v_status, p_snap->>'error');
end
$$;

-- ---- disputes --------------------------------------------------------------------------------

-- One dispute of the snapshot: {ref, amount, status, reason, withdrawn, reinstated, fee}.
create function payment.dispute_apply(p payment.payment, p_snap jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  d payment.dispute;
  v_status text := p_snap->>'status';
  v_more jsonb;
begin
  insert into payment.dispute as n (payment_id, reference, amount, status, reason, fee)
  values (p.id, p_snap->>'ref', (p_snap->>'amount')::bigint, v_status, p_snap->>'reason',
    coalesce((p_snap->>'fee')::bigint, 0))
  on conflict (payment_id, reference) do update set fee = greatest(n.fee, excluded.fee)
  returning n.* into d;
  v_more := jsonb_build_object('dispute', d.id, 'disputeAmount', d.amount, 'disputeFee', d.fee);
  if (p_snap->>'withdrawn')::boolean and d.withdrawn_at is null then
    update payment.dispute set withdrawn_at = host.now() where id = d.id;
    update payment.payment n set amount_disputed = n.amount_disputed + d.amount where n.id = p.id
    returning n.* into p;
    perform ledger.post('PAYMENT_DISPUTE', 'payment_dispute:' || d.id,
      array[payment.account('disputed', p.provider, p.currency),
        payment.account('balance', p.provider, p.currency)]
        || case when d.fee > 0 then array[payment.account('fee', p.provider, p.currency)]
             else '{}' end,
      array[-d.amount, d.amount + d.fee] || case when d.fee > 0 then array[-d.fee] else '{}' end,
      host.now(), 'dispute', d.id, null, '{}');
    perform payment.step_add(p.id, 'dispute_opened', d.reference,
      jsonb_build_object('amount', d.amount, 'fee', d.fee, 'reason', d.reason));
    perform payment.tell(p, 'DISPUTE_OPENED', 'dispute.opened', v_more);
    d.withdrawn_at := host.now();
  end if;
  if (p_snap->>'reinstated')::boolean and d.reinstated_at is null
    and d.withdrawn_at is not null then
    update payment.dispute set reinstated_at = host.now() where id = d.id;
    perform ledger.post('PAYMENT_DISPUTE', 'payment_dispute_back:' || d.id,
      array[payment.account('balance', p.provider, p.currency),
        payment.account('disputed', p.provider, p.currency)],
      array[-d.amount, d.amount], host.now(), 'dispute', d.id, null, '{}');
    perform payment.step_add(p.id, 'dispute_reinstated', d.reference, null);
  end if;
  if v_status in ('won', 'lost') and d.closed_at is null and d.withdrawn_at is not null then
    update payment.dispute set status = v_status, closed_at = host.now() where id = d.id;
    update payment.payment n set amount_disputed = n.amount_disputed - d.amount,
      amount_lost = n.amount_lost + case v_status when 'lost' then d.amount else 0 end
     where n.id = p.id returning n.* into p;
    perform payment.step_add(p.id, 'dispute_' || v_status, d.reference, null);
    perform payment.tell(p, 'DISPUTE_' || upper(v_status), 'dispute.' || v_status, v_more);
  elsif d.closed_at is null and d.status <> v_status
    and not (d.status = 'under_review' and v_status = 'needs_response') then
    update payment.dispute set status = v_status where id = d.id;
  end if;
end
$$;

-- ---- what the provider says --------------------------------------------------------------------

create function payment.integrity_fail(p payment.payment, p_what text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update payment.payment set integrity = left(p_what, 500) where id = p.id and integrity is null;
  if not found then
    return;
  end if;
  perform payment.step_add(p.id, 'integrity_failure', null, jsonb_build_object('what', p_what));
  perform host.event_add('payment.integrity_failure', 'payment', p.id::text,
    jsonb_build_object('payment', p.id));
  if p.status = 'PENDING' then
    perform payment.fail(p, 'integrity_failure');
  end if;
end
$$;

-- Applies a snapshot: {state: pending|succeeded|failed|canceled, amount, currency, customer, ref,
-- charge, fee, error, refunds: […], disputes: […]}. The same snapshot again, or an older one,
-- changes nothing. Returns the payment's status.
create function payment.apply(p_payment uuid, p_snap jsonb) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  p payment.payment;
  v_state text := p_snap->>'state';
  v_part jsonb;
begin
  select n.* into p from payment.payment n where n.id = p_payment for no key update;
  if not found then
    raise exception 'payment_not_found' using errcode = 'U0404';
  end if;
  update payment.payment n set reference = coalesce(n.reference, p_snap->>'ref'),
    charge_reference = coalesce(p_snap->>'charge', n.charge_reference)
   where n.id = p.id returning n.* into p;
  if v_state = 'succeeded' and p.status in ('PENDING', 'FAILED') and p.integrity is null then
    if (p_snap->>'amount')::bigint is distinct from p.amount
      or upper(p_snap->>'currency') is distinct from p.currency
      or (p_snap->>'ref') is distinct from p.reference then
      perform payment.integrity_fail(p, format('%s %s here, %s %s there (%s)', p.amount, p.currency,
        p_snap->>'amount', p_snap->>'currency', p_snap->>'ref'));
    else
      perform payment.complete(p, (p_snap->>'fee')::bigint);
    end if;
  elsif v_state = 'succeeded' and p.status in ('COMPLETED', 'REFUNDED') then
    perform payment.fee_correct(p, (p_snap->>'fee')::bigint);
  elsif v_state in ('failed', 'canceled') and p.status = 'PENDING' then
    perform payment.fail(p, coalesce(p_snap->>'error', p.error_code,
      case v_state when 'canceled' then 'canceled' else 'card_declined' end));
  elsif p.status = 'PENDING' and p_snap->>'error' is not null
    and p_snap->>'error' is distinct from p.error_code then
    update payment.payment set error_code = p_snap->>'error' where id = p.id;
    perform payment.step_add(p.id, 'attempt_failed', p_snap->>'error', null);
  end if;
  for v_part in select * from jsonb_array_elements(coalesce(p_snap->'refunds', '[]')) loop
    select n.* into p from payment.payment n where n.id = p_payment;
    exit when p.completed_at is null;
    perform payment.refund_apply(p, v_part);
  end loop;
  for v_part in select * from jsonb_array_elements(coalesce(p_snap->'disputes', '[]')) loop
    select n.* into p from payment.payment n where n.id = p_payment;
    exit when p.completed_at is null;
    perform payment.dispute_apply(p, v_part);
  end loop;
  return (select n.status from payment.payment n where n.id = p_payment);
end
$$;
