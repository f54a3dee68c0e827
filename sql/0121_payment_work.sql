-- Payments, second part: calls to providers with their recovery points, webhooks, saved
-- methods, the sandbox provider, rights.

-- Cards are also charged in these; wallets are not kept in them.
insert into ledger.currency (code, exponent, kind) values ('EUR', 2, 'FIAT'), ('GBP', 2, 'FIAT')
on conflict (code) do nothing;

-- ---- circuit breaker ------------------------------------------------------------------

-- May this provider be called now? When open, one probe per 30 s is let through.
create function payment.breaker_allow(p_provider text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v payment.provider;
begin
  select n.* into v from payment.provider n where n.name = p_provider;
  if v.open_until is null then
    return true;
  elsif v.open_until > host.now() then
    return false;
  end if;
  update payment.provider set open_until = host.now() + interval '30 seconds',
    probe_at = host.now()
   where name = p_provider and open_until <= host.now();
  return found;
end
$$;

-- Half of the last 20 calls failed, or the probe did: open for 30 s. A good probe closes it.
create function payment.breaker_note(p_provider text, p_good boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v payment.provider;
begin
  update payment.provider set
    outcomes = ((outcomes << 1) | case when p_good then 0 else 1 end) & 1048575,
    calls = least(calls + 1, 20), updated_at = now()
   where name = p_provider returning * into v;
  if p_good and v.open_until is not null then
    update payment.provider set open_until = null, probe_at = null, outcomes = 0, calls = 0
     where name = p_provider;
  elsif not p_good and (v.open_until is not null or (v.calls = 20
    and length(replace(v.outcomes::bit(20)::text, '0', '')) >= 10)) then
    update payment.provider set open_until = host.now() + interval '30 seconds'
     where name = p_provider;
  end if;
end
$$;

-- ---- operations ---------------------------------------------------------------------------

-- Takes an operation that is due: CALLING from here on, for three minutes.
create function payment.operation_take(p_id uuid)
returns table (kind text, provider text, payment_id uuid, refund_id uuid, method_id uuid,
  attempts integer, person_id uuid, amount bigint, currency text, title text,
  session_reference text, reference text, charge_reference text, cancel boolean,
  expires_at timestamptz, refund_amount bigint, refund_reference text, method_reference text,
  setup_reference text, customer text)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
begin
  update payment.operation o set recovery_point = 'CALLING', attempts = o.attempts + 1,
    next_attempt_at = host.now() + interval '3 minutes', updated_at = now()
   where o.id = p_id and o.state = 'OPEN' and o.next_attempt_at <= host.now();
  if not found then
    return;
  end if;
  return query
    select o.kind, o.provider, o.payment_id, o.refund_id, o.method_id, o.attempts,
           coalesce(p.person_id, m.person_id), p.amount, p.currency, p.title,
           p.session_reference, p.reference, p.charge_reference, p.cancel_asked_at is not null,
           p.expires_at, r.amount, r.reference, coalesce(m.reference, pm.reference),
           m.setup_reference, c.reference
      from payment.operation o
      left join payment.payment p on p.id = o.payment_id
      left join payment.refund r on r.id = o.refund_id
      left join payment.method m on m.id = o.method_id
      left join payment.method pm on pm.id = p.method_id
      left join payment.customer c on c.provider = o.provider
        and c.person_id = coalesce(p.person_id, m.person_id)
     where o.id = p_id;
end
$$;

create function payment.operation_done(p_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update payment.operation set state = 'DONE', recovery_point = 'POSTED',
    finished_at = host.now(), last_error = null, updated_at = now()
   where id = p_id and state = 'OPEN'
$$;

-- The provider did not take it, for good.
create function payment.operation_refused(p_id uuid, p_error text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  o payment.operation;
  p payment.payment;
  r payment.refund;
begin
  select n.* into o from payment.operation n where n.id = p_id for update;
  select n.* into p from payment.payment n where n.id = o.payment_id for no key update;
  update payment.operation set state = 'DONE', recovery_point = 'POSTED',
    finished_at = host.now(), last_error = p_error, updated_at = now() where id = p_id;
  if o.kind = 'CHECKOUT' and p.status = 'PENDING' then
    perform payment.fail(p, p_error);
  elsif o.kind = 'REFUND' then
    select n.* into r from payment.refund n where n.id = o.refund_id;
    perform payment.refund_move(p.id, r, 'FAILED', p_error);
  elsif o.kind in ('SETUP', 'SETUP_SYNC') then
    update payment.method set status = 'FAILED', error_code = p_error
     where id = o.method_id and status = 'PENDING';
  end if;
end
$$;

-- The provider could not be reached, or did not answer sensibly: again later, for 72 hours.
create function payment.operation_later(p_id uuid, p_error text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  o payment.operation;
  v_delay integer;
begin
  select n.* into o from payment.operation n where n.id = p_id for update;
  if o.state <> 'OPEN' then
    return;
  elsif o.created_at < host.now() - interval '72 hours' then
    perform payment.operation_refused(p_id, 'provider_unavailable');
    update payment.operation set state = 'DEAD' where id = p_id;
    perform host.event_add('payment.operation_dead', 'payment', p_id::text,
      jsonb_build_object('operation', p_id, 'kind', o.kind));
    return;
  end if;
  v_delay := least(60, 2 ^ least(o.attempts, 6))::integer;
  update payment.operation set last_error = left(p_error, 500), updated_at = now(),
    next_attempt_at = host.now() + v_delay * interval '1 second' * (0.5 + random() / 2)
   where id = p_id;
  perform host.job_add('payment.work', p_id::text, jsonb_build_object('id', p_id), 2, v_delay);
end
$$;

-- Every minute: operations whose job was lost, payments of which nothing was heard (asked again
-- after 2 minutes, then ever more rarely), payments that ran out.
create function payment.sweep() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
  v_count integer := 0;
begin
  for v_id in
    select o.id from payment.operation o
     where o.state = 'OPEN' and o.next_attempt_at <= host.now()
     order by o.next_attempt_at limit 200
  loop
    perform host.job_add('payment.work', v_id::text, jsonb_build_object('id', v_id), 2, 0);
    v_count := v_count + 1;
  end loop;
  for v_id in
    select p.id from payment.payment p
     where p.status = 'PENDING' and coalesce(p.session_reference, p.reference) is not null
       and p.updated_at < now() - interval '2 minutes'
       and not exists (select from payment.operation o where o.payment_id = p.id
         and (o.state = 'OPEN' or (o.kind = 'SYNC' and o.created_at > host.now()
           - greatest(interval '2 minutes', (host.now() - p.created_at) / 4))))
     order by p.created_at limit 200
  loop
    perform payment.operation_add('SYNC', p.provider, p.id, null, null)
       from payment.payment p where p.id = v_id;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

-- The payer is back, or gives up: look at the provider now.
create function payment.ask(p_payment uuid, p_cancel boolean) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  p payment.payment;
begin
  select n.* into p from payment.payment n where n.id = p_payment for no key update;
  if not found or (host.uid() is distinct from p.person_id
    and coalesce(host.role(), '') <> 'ADMIN' and session_user <> 'db_jobs') then
    raise exception 'payment_not_found' using errcode = 'U0404';
  end if;
  if p_cancel and p.status = 'PENDING' and p.cancel_asked_at is null then
    update payment.payment set cancel_asked_at = host.now() where id = p.id;
    perform payment.step_add(p.id, 'cancel_asked', null, null);
  end if;
  if p.status = 'PENDING' and p.provider = 'SANDBOX' then
    if p_cancel then
      update payment.sandbox_intent set state = 'canceled'
       where payment_id = p.id and state in ('open', 'action');
    end if;
    perform payment.apply(p.id, payment.sandbox_snapshot(p.id));
  elsif p.status = 'PENDING' and coalesce(p.session_reference, p.reference) is not null then
    perform payment.operation_add('SYNC', p.provider, p.id, null, null);
  elsif p.status = 'PENDING' and p_cancel then
    perform payment.fail(p, 'canceled');
  end if;
  return (select n.status from payment.payment n where n.id = p_payment);
end
$$;

create function payment.customer_add(p_person uuid, p_provider text, p_reference text)
returns text
language sql volatile security definer set search_path = '' as $$
  insert into payment.customer as c (person_id, provider, reference)
  values (p_person, p_provider, p_reference)
  on conflict (person_id, provider) do update set reference = c.reference
  returning reference
$$;

-- ---- webhooks -------------------------------------------------------------------------------

-- Luhn's sum of a run of 12 to 19 digits is right: it may be a card number.
create function payment.card_like(p_text text) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  v_run text;
  v_sum integer;
  v_digit integer;
begin
  for v_run in select m[1] from regexp_matches(regexp_replace(p_text, '(\d)[ -](?=\d)', '\1', 'g'),
    '(?<![0-9a-zA-Z_])([0-9]{12,19})(?![0-9a-zA-Z_])', 'g') m loop
    v_sum := 0;
    for i in 1 .. length(v_run) loop
      v_digit := substr(v_run, length(v_run) - i + 1, 1)::integer;
      if i % 2 = 0 then
        v_digit := v_digit * 2 - case when v_digit > 4 then 9 else 0 end;
      end if;
      v_sum := v_sum + v_digit;
    end loop;
    if v_sum % 10 = 0 then
      return true;
    end if;
  end loop;
  return false;
end
$$;

-- A payload fit to be kept: no names, addresses, secrets, card-like numbers.
create function payment.mask(p_value jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return case jsonb_typeof(p_value)
    when 'object' then (select coalesce(jsonb_object_agg(e.key, case
        when e.key ~ '^(name|first_name|last_name|email|phone|address|line1|line2|city|postal_code|ip|ip_address|number|cvc|client_secret|authorization_code|account_number|routing_number|account_name|signature|receipt_email|receipt_url|statement_descriptor|description|customer_details|billing_details|shipping|individual_name|cardholder_name|purchaser_email)$'
          and e.value <> 'null' then '"•••"'::jsonb
        else payment.mask(e.value) end), '{}') from jsonb_each(p_value) e)
    when 'array' then (select coalesce(jsonb_agg(payment.mask(e.value) order by e.n), '[]')
      from jsonb_array_elements(p_value) with ordinality e (value, n))
    when 'string' then case when payment.card_like(p_value #>> '{}')
      or p_value #>> '{}' ~ '^[^@ ]+@[^@ ]+\.[a-z]+$' then '"•••"'::jsonb else p_value end
    when 'number' then case when payment.card_like(p_value #>> '{}') then '"•••"'::jsonb
      else p_value end
    else p_value end;
end
$$;

-- Keeps an event once; true when it is new.
create function payment.event_add(p_provider text, p_event_id text, p_type text, p_api text,
  p_live boolean, p_occurred timestamptz, p_object text, p_body jsonb, p_digest bytea)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into payment.event as n (provider, event_id, type, api_version, livemode, occurred_at,
    object_reference, body, digest)
  values (p_provider, p_event_id, left(p_type, 120), left(p_api, 40), p_live, p_occurred,
    left(p_object, 255), payment.mask(p_body), p_digest)
  on conflict (provider, event_id) do nothing
  returning n.id into v_id;
  if v_id is null then
    update payment.event set deliveries = deliveries + 1
     where provider = p_provider and event_id = p_event_id;
    return false;
  end if;
  perform host.job_add('payment.event', v_id::text, jsonb_build_object('id', v_id), 2, 0);
  return true;
end
$$;

-- Finds what an event is about and has it looked at; the event itself changes nothing.
create function payment.event_process(p_id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  e payment.event;
  v_object jsonb;
  v_payment uuid;
  v_method uuid;
  v_hint text;
begin
  select n.* into e from payment.event n where n.id = p_id for update;
  if not found or e.status in ('PROCESSED', 'IGNORED') then
    return e.status;
  end if;
  v_object := case when jsonb_typeof(e.body->'data'->'object') = 'object'
    then e.body->'data'->'object' else coalesce(e.body->'data', '{}') end;
  v_hint := coalesce(v_object->'metadata'->>'payment', v_object->>'client_reference_id',
    v_object->>'reference', v_object->>'transaction_reference',
    v_object->'transaction'->>'reference');
  select p.id into v_payment from payment.payment p
   where p.provider = e.provider and (p.id::text = v_hint
      or p.session_reference = v_object->>'id' or p.reference = v_object->>'id'
      or p.reference = v_object->>'payment_intent' or p.charge_reference = v_object->>'id'
      or p.charge_reference = v_object->>'charge')
   order by p.id::text = v_hint desc nulls last limit 1;
  if v_payment is null then
    select m.id into v_method from payment.method m
     where m.provider = e.provider and m.status = 'PENDING'
       and (m.id::text = v_object->'metadata'->>'method' or m.setup_reference = v_object->>'id');
  end if;
  update payment.event set payment_id = v_payment, attempts = attempts + 1, error = null,
    processed_at = host.now(),
    status = case when coalesce(v_payment, v_method) is null then 'IGNORED' else 'PROCESSED' end
   where id = e.id returning status into e.status;
  if v_payment is not null then
    perform payment.step_add(v_payment, 'provider_event', e.event_id,
      jsonb_build_object('type', e.type, 'event', e.id));
    perform payment.operation_add('SYNC', e.provider, v_payment, null, null);
  elsif v_method is not null then
    perform payment.operation_add('SETUP_SYNC', e.provider, null, null, v_method);
  end if;
  return e.status;
end
$$;

-- ADMIN: an event is looked at again.
create function payment.event_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.event set status = 'RECEIVED', processed_at = null where id = p_id;
  if found then
    perform host.job_add('payment.event', p_id::text, jsonb_build_object('id', p_id), 2, 0);
  end if;
  return found;
end
$$;

-- ADMIN: an operation that was given up, or waits, is tried now.
create function payment.operation_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.operation set next_attempt_at = host.now(), updated_at = now()
   where id = p_id and state = 'OPEN';
  if found then
    perform host.job_add('payment.work', p_id::text, jsonb_build_object('id', p_id), 2, 0);
  end if;
  return found;
end
$$;

-- ---- saved methods -----------------------------------------------------------------------------

create function payment.method_begin(p_provider text, p_mandate text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  if host.uid() is null then
    raise exception 'sign_in_first' using errcode = 'U0401';
  elsif (select count(*) from payment.method m where m.person_id = host.uid()
    and (m.status = 'ACTIVE' or (m.status = 'PENDING'
      and m.created_at > host.now() - interval '1 hour'))) >= 10 then
    raise exception 'too_many_methods' using errcode = 'U0409';
  end if;
  insert into payment.method (person_id, provider, mandate_text)
  values (host.uid(), p_provider, p_mandate) returning id into v_id;
  if p_provider = 'SANDBOX' then
    perform payment.sandbox_begin(null, v_id);
  else
    perform payment.operation_add('SETUP', p_provider, null, null, v_id);
  end if;
  return v_id;
end
$$;

-- Back from the provider's page: look at it now.
create function payment.method_ask(p_method uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  m payment.method;
begin
  select n.* into m from payment.method n
   where n.id = p_method and n.person_id = host.uid() and n.status = 'PENDING';
  if m.setup_reference is not null and m.provider <> 'SANDBOX' and not exists (
    select from payment.operation o where o.method_id = m.id and o.kind = 'SETUP_SYNC'
      and o.state = 'OPEN') then
    perform payment.operation_add('SETUP_SYNC', m.provider, null, null, m.id);
  end if;
end
$$;

create function payment.method_ready(p_method uuid, p_reference text, p_url text) returns void
language sql volatile security definer set search_path = '' as $$
  update payment.method set setup_reference = coalesce(setup_reference, p_reference),
    setup_url = coalesce(setup_url, p_url)
   where id = p_method and status = 'PENDING'
$$;

-- {state: pending|succeeded|failed, ref, type, brand, last4, month, year, fingerprint, error}.
-- The first saved method is the default one.
create function payment.method_apply(p_method uuid, p_snap jsonb) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  m payment.method;
begin
  select n.* into m from payment.method n where n.id = p_method for update;
  if m.status <> 'PENDING' then
    return m.status;
  end if;
  if p_snap->>'state' = 'succeeded' then
    update payment.method n set status = 'ACTIVE', reference = p_snap->>'ref',
      type = coalesce(p_snap->>'type', 'CREDIT_CARD'), brand = p_snap->>'brand',
      last4 = p_snap->>'last4', expires_month = (p_snap->>'month')::integer,
      expires_year = (p_snap->>'year')::integer, fingerprint = p_snap->>'fingerprint',
      is_default = not exists (select from payment.method o where o.person_id = m.person_id
        and o.is_default)
     where n.id = m.id;
  elsif p_snap->>'state' in ('failed', 'canceled') then
    update payment.method set status = 'FAILED', error_code = p_snap->>'error' where id = m.id;
  end if;
  return (select n.status from payment.method n where n.id = p_method);
end
$$;

create function payment.method_default(p_method uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from payment.method m where m.person_id = host.uid() order by m.id for update;
  if not exists (select from payment.method m where m.id = p_method
    and m.person_id = host.uid() and m.status = 'ACTIVE') then
    return false;
  end if;
  update payment.method set is_default = false
   where person_id = host.uid() and is_default and id <> p_method;
  update payment.method set is_default = true where id = p_method;
  return true;
end
$$;

-- The newest of the others becomes the default one.
create function payment.method_remove(p_method uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  m payment.method;
begin
  perform from payment.method n where n.person_id = host.uid() order by n.id for update;
  update payment.method n set status = 'REMOVED', is_default = false
   where n.id = p_method and n.person_id = host.uid() and n.status in ('ACTIVE', 'PENDING')
  returning n.* into m;
  if not found then
    return false;
  end if;
  update payment.method set is_default = true
   where id = (select n.id from payment.method n where n.person_id = m.person_id
       and n.status = 'ACTIVE' order by n.created_at desc limit 1)
     and not exists (select from payment.method n where n.person_id = m.person_id
       and n.is_default);
  if m.reference is not null and m.provider <> 'SANDBOX' then
    perform payment.operation_add('DETACH', m.provider, null, null, m.id);
  end if;
  return true;
end
$$;

-- ---- the sandbox: a provider of our own, in this database ---------------------------------------

create table payment.sandbox_intent (
  id uuid primary key default host.uuid7(),
  payment_id uuid unique references payment.payment on delete restrict,
  method_id uuid unique references payment.method on delete restrict,
  state text not null default 'open'
    check (state in ('open', 'action', 'processing', 'succeeded', 'failed', 'canceled')),
  card text check (card ~ '^[a-z_0-9]{2,30}$'),
  error text check (error ~ '^[a-z_]{2,40}$'),
  attempts integer not null default 0,
  due_at timestamptz,
  created_at timestamptz not null default host.now(),
  check (num_nonnulls(payment_id, method_id) = 1)
);
create index sandbox_intent_due_idx on payment.sandbox_intent (due_at) where due_at is not null;
comment on table payment.sandbox_intent is
  'What the sandbox provider knows of a payment or of a card being saved.';

create table payment.sandbox_refund (
  id uuid primary key default host.uuid7(),
  payment_id uuid not null references payment.payment on delete restrict,
  refund_id uuid not null unique references payment.refund on delete restrict,
  amount bigint not null check (amount > 0),
  state text not null default 'succeeded' check (state in ('pending', 'succeeded', 'failed')),
  due_at timestamptz
);
create index sandbox_refund_payment_id_idx on payment.sandbox_refund (payment_id);
create index sandbox_refund_due_idx on payment.sandbox_refund (due_at) where due_at is not null;

create table payment.sandbox_dispute (
  payment_id uuid primary key references payment.payment on delete restrict,
  amount bigint not null check (amount > 0),
  state text not null default 'needs_response'
    check (state in ('needs_response', 'won', 'lost')),
  opened_at timestamptz not null default host.now()
);

-- The test cards. There is no field for a number, so no real card can be typed in.
create table payment.sandbox_card (
  code text primary key check (code ~ '^[a-z_0-9]{2,30}$'),
  position integer not null,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  error text check (error ~ '^[a-z_]{2,40}$')
);
insert into payment.sandbox_card (position, code, brand, last4, error) values
  (1, 'success', 'visa', '4242', null),
  (2, 'three_d_secure', 'visa', '3155', null),
  (3, 'declined', 'visa', '0002', 'card_declined'),
  (4, 'insufficient_funds', 'visa', '9995', 'insufficient_funds'),
  (5, 'lost_card', 'visa', '9987', 'lost_card'),
  (6, 'expired_card', 'visa', '0069', 'expired_card'),
  (7, 'incorrect_cvc', 'visa', '0127', 'incorrect_cvc'),
  (8, 'processing_error', 'visa', '0119', 'processing_error'),
  (9, 'slow', 'mastercard', '4444', null),
  (10, 'refund_fails', 'visa', '5126', null),
  (11, 'dispute', 'visa', '0259', null);

create function payment.sandbox_tell(p_payment uuid, p_type text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id text := 'sbx_' || replace(host.uuid7()::text, '-', '');
begin
  perform payment.event_add('SANDBOX', v_id, p_type, null, false, host.now(), p_payment::text,
    jsonb_build_object('id', v_id, 'type', p_type, 'data', jsonb_build_object('reference',
      p_payment)), sha256(v_id::bytea));
end
$$;

-- Opens the hosted page; a saved card is charged at once.
create function payment.sandbox_begin(p_payment uuid, p_method uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
  v_card text;
begin
  insert into payment.sandbox_intent (payment_id, method_id) values (p_payment, p_method)
  returning id into v_id;
  if p_payment is null then
    perform payment.method_ready(p_method, v_id::text, '/sandbox/pay/' || v_id);
    return;
  end if;
  perform payment.checkout_ready(p_payment, v_id::text, 'sandbox_' || v_id, '/sandbox/pay/' || v_id);
  select split_part(m.reference, ':', 2) into v_card
    from payment.payment p join payment.method m on m.id = p.method_id where p.id = p_payment;
  if v_card is not null then
    perform payment.sandbox_pay(v_id, v_card, true);
  end if;
end
$$;

-- The person chose a card on the hosted page. p_confirmed: the 3-D Secure step was passed.
create function payment.sandbox_pay(p_intent uuid, p_card text, p_confirmed boolean) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  i payment.sandbox_intent;
  c payment.sandbox_card;
begin
  select n.* into i from payment.sandbox_intent n where n.id = p_intent for update;
  select n.* into c from payment.sandbox_card n where n.code = p_card;
  if i.id is null or c.code is null then
    raise exception 'payment_not_found' using errcode = 'U0404';
  elsif i.state not in ('open', 'action') then
    return i.state;
  end if;
  i.card := c.code;
  i.error := c.error;
  i.attempts := i.attempts + 1;
  i.state := case
    when c.error is not null then case when i.attempts >= 5 then 'failed' else 'open' end
    when c.code = 'three_d_secure' and not p_confirmed then 'action'
    when c.code = 'slow' then 'processing' else 'succeeded' end;
  i.due_at := case when c.code = 'slow' and i.state = 'processing'
      then host.now() + interval '30 seconds'
    when c.code = 'dispute' and i.payment_id is not null then host.now() + interval '1 minute' end;
  update payment.sandbox_intent set card = i.card, error = i.error, attempts = i.attempts,
    state = i.state, due_at = i.due_at where id = i.id;
  if i.method_id is not null then
    perform payment.method_apply(i.method_id, jsonb_build_object('state', i.state, 'ref',
      i.id || ':' || c.code, 'brand', c.brand, 'last4', c.last4, 'month', 12, 'year', 2034,
      'fingerprint', 'sandbox_' || c.code, 'error', i.error));
  elsif i.state <> 'action' then
    perform payment.sandbox_tell(i.payment_id, case i.state when 'succeeded' then
      'payment.succeeded' when 'processing' then 'payment.processing' else 'payment.failed' end);
    perform payment.apply(i.payment_id, payment.sandbox_snapshot(i.payment_id));
  end if;
  return i.state;
end
$$;

-- A saved card is not paid with when it is declined: the payment fails at once.
create function payment.sandbox_snapshot(p_payment uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'state', case when i.state in ('open', 'action', 'processing')
        then case when p.method_id is not null and i.error is not null then 'failed'
          when i.state <> 'processing' and p.expires_at < host.now() then 'canceled'
          else 'pending' end
      else i.state end,
    'amount', p.amount, 'currency', p.currency, 'ref', 'sandbox_' || i.id,
    'charge', 'sandbox_charge_' || i.id, 'error', i.error,
    -- 2.9 % and 30 cents, half up
    'fee', case i.state when 'succeeded' then least(p.amount, (p.amount * 29 + 500) / 1000 + 30) end,
    'refunds', (select coalesce(jsonb_agg(jsonb_build_object('ref', r.id, 'id', r.refund_id,
        'amount', r.amount, 'status', r.state, 'error',
        case r.state when 'failed' then 'lost_or_stolen_card' end)), '[]')
      from payment.sandbox_refund r where r.payment_id = p.id),
    'disputes', (select coalesce(jsonb_agg(jsonb_build_object('ref', 'sandbox_dispute_' || i.id,
        'amount', d.amount, 'status', d.state, 'reason', 'fraudulent', 'withdrawn', true,
        'reinstated', d.state = 'won', 'fee', 1500)), '[]')
      from payment.sandbox_dispute d where d.payment_id = p.id))
    from payment.payment p join payment.sandbox_intent i on i.payment_id = p.id
   where p.id = p_payment
$$;

create function payment.sandbox_refund_add(p_payment uuid, p_refund uuid, p_amount bigint)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_card text := (select i.card from payment.sandbox_intent i where i.payment_id = p_payment);
begin
  insert into payment.sandbox_refund (payment_id, refund_id, amount, due_at)
  values (p_payment, p_refund, p_amount,
    case v_card when 'refund_fails' then host.now() + interval '1 minute' end)
  on conflict (refund_id) do nothing;
end
$$;

-- What happens by itself: slow cards succeed, refunds come back, disputes are opened.
create function payment.sandbox_tick() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
  v_count integer := 0;
begin
  for v in select i.* from payment.sandbox_intent i
    where i.due_at <= host.now() order by i.due_at limit 100 for update skip locked
  loop
    v_count := v_count + 1;
    if v.state = 'processing' then
      update payment.sandbox_intent set state = 'succeeded', due_at = null where id = v.id;
      if v.payment_id is not null then
        perform payment.sandbox_tell(v.payment_id, 'payment.succeeded');
      else
        perform payment.method_apply(v.method_id, jsonb_build_object('state', 'succeeded', 'ref',
          v.id || ':slow', 'brand', 'mastercard', 'last4', '4444', 'month', 12, 'year', 2034,
          'fingerprint', 'sandbox_slow'));
      end if;
    else
      update payment.sandbox_intent set due_at = null where id = v.id;
      insert into payment.sandbox_dispute (payment_id, amount)
      select p.id, p.amount - p.amount_refunded from payment.payment p
       where p.id = v.payment_id and p.amount > p.amount_refunded + p.amount_refund_pending
      on conflict do nothing;
      perform payment.sandbox_tell(v.payment_id, 'dispute.funds_withdrawn');
    end if;
  end loop;
  for v in select r.* from payment.sandbox_refund r
    where r.due_at <= host.now() order by r.due_at limit 100 for update skip locked
  loop
    v_count := v_count + 1;
    update payment.sandbox_refund set state = 'failed', due_at = null where id = v.id;
    perform payment.sandbox_tell(v.payment_id, 'refund.failed');
  end loop;
  return v_count;
end
$$;

-- ADMIN: the bank of the sandbox decides.
create function payment.sandbox_decide(p_payment uuid, p_state text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.sandbox_dispute set state = p_state
   where payment_id = p_payment and state = 'needs_response' and p_state in ('won', 'lost');
  if found then
    perform payment.sandbox_tell(p_payment, 'dispute.' || p_state);
  end if;
  return found;
end
$$;

-- The hosted page reads its intent without knowing who looks.
create function payment.sandbox_show(p_intent uuid)
returns table (state text, error text, amount bigint, currency text, title text,
  return_path text, saving boolean)
language sql stable security definer set search_path = '' rows 1 as $$
  select i.state, i.error, p.amount, p.currency, p.title,
         case when p.id is null then '/me/payment-methods' else '/payments/' || p.id || '/return' end,
         i.method_id is not null
    from payment.sandbox_intent i left join payment.payment p on p.id = i.payment_id
   where i.id = p_intent
$$;

-- ---- rights ------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['purpose', 'provider', 'customer', 'method', 'payment', 'refund',
    'dispute', 'operation', 'event', 'step', 'sandbox_intent', 'sandbox_refund',
    'sandbox_dispute'] loop
    perform host.protect(format('payment.%I', t)::regclass);
    execute format('create policy definer on payment.%I to db_def_payment using (true)
      with check (true)', t);
    execute format('grant select, insert, update, delete on payment.%I to db_def_payment', t);
    execute format('create policy jobs on payment.%I for select to db_jobs using (true)', t);
    execute format('create policy admin on payment.%I for select to db_web, db_pay, db_slow
      using ((select host.role()) = ''ADMIN'')', t);
    execute format('grant select on payment.%I to db_web, db_pay, db_slow, db_jobs', t);
    if t in ('method', 'payment', 'refund', 'operation') then
      perform host.touched(format('payment.%I', t)::regclass);
    end if;
  end loop;
  foreach t in array array['customer', 'method', 'payment'] loop
    execute format('create policy own on payment.%I for select to db_web, db_pay, db_slow
      using (person_id = (select host.uid()))', t);
  end loop;
  foreach t in array array['refund', 'dispute', 'step'] loop
    execute format('create policy own on payment.%I for select to db_web, db_pay, db_slow
      using (payment_id in (select p.id from payment.payment p
        where p.person_id = (select host.uid())))', t);
  end loop;
end
$$;
select host.touched('payment.dispute');
grant select on payment.sandbox_card to db_web, db_pay, db_def_payment;

do $$
declare
  f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'payment'::regnamespace and p.prosecdef loop
    perform host.definer(f, 'payment');
  end loop;
end
$$;
grant execute on function payment.card_like(text), payment.mask(jsonb) to db_def_payment;
grant execute on function host.job_add(text, text, jsonb, integer, bigint),
  host.event_add(text, text, text, jsonb) to db_def_payment;
grant execute on function payment.open(uuid, bigint, text, text, uuid, text, text, text, uuid, text),
  payment.refund_open(uuid, bigint, text, text), payment.ask(uuid, boolean)
  to db_web, db_pay, db_slow, db_jobs;
grant execute on function payment.method_begin(text, text), payment.method_default(uuid),
  payment.method_remove(uuid), payment.method_ask(uuid), payment.sandbox_pay(uuid, text, boolean),
  payment.sandbox_show(uuid), payment.sandbox_decide(uuid, text), payment.event_again(uuid),
  payment.operation_again(uuid),
  payment.event_add(text, text, text, text, boolean, timestamptz, text, jsonb, bytea)
  to db_web, db_pay;
grant execute on function payment.breaker_allow(text), payment.breaker_note(text, boolean),
  payment.operation_take(uuid), payment.operation_done(uuid),
  payment.operation_refused(uuid, text), payment.operation_later(uuid, text), payment.sweep(),
  payment.checkout_ready(uuid, text, text, text), payment.apply(uuid, jsonb),
  payment.customer_add(uuid, text, text), payment.event_process(uuid),
  payment.method_ready(uuid, text, text), payment.method_apply(uuid, jsonb),
  payment.sandbox_snapshot(uuid), payment.sandbox_refund_add(uuid, uuid, bigint),
  payment.sandbox_tick() to db_jobs;

-- What other areas may read: own payments, an admin all.
create view payment.payment_public with (security_invoker) as
select id, person_id, amount, currency, purpose, purpose_id, title, provider, status,
       amount_refunded, amount_refund_pending, amount_disputed, amount_lost, fee, error_code,
       completed_at, created_at
  from payment.payment;
grant select on payment.payment_public to db_web, db_pay, db_slow, db_jobs;

select host.classify('payment.method', 'personal', 'brand', 'last4', 'fingerprint', 'person_id',
  'expires_month', 'expires_year'),
  host.classify('payment.method', 'internal'),
  host.classify('payment.customer', 'personal', 'person_id', 'reference'),
  host.classify('payment.customer', 'internal'),
  host.classify('payment.payment', 'personal', 'person_id'),
  host.classify('payment.payment', 'internal'),
  host.classify('payment.refund', 'personal', 'requested_by'),
  host.classify('payment.refund', 'internal'), host.classify('payment.dispute', 'internal'),
  host.classify('payment.operation', 'internal'), host.classify('payment.event', 'internal'),
  host.classify('payment.step', 'internal'), host.classify('payment.purpose', 'internal'),
  host.classify('payment.provider', 'internal'),
  host.classify('payment.sandbox_intent', 'internal'),
  host.classify('payment.sandbox_refund', 'internal'),
  host.classify('payment.sandbox_dispute', 'internal'),
  host.classify('payment.sandbox_card', 'public');
