-- Payments: what may have been sent is never given up by itself, events that fail are marked,
-- refunds and disputes are compared with the provider's lists, too.

-- ---- operations -----------------------------------------------------------------------

alter table payment.operation add column retried_at timestamptz;
comment on column payment.operation.retried_at is
  'class: internal; an admin had it tried again after it was given up: 72 hours from here';

-- `old`: providers forget our keys after a day; from twenty hours on the object is looked for
-- before the call is repeated.
drop function payment.operation_take(uuid);
create function payment.operation_take(p_id uuid)
returns table (kind text, provider text, payment_id uuid, refund_id uuid, method_id uuid,
  attempts integer, person_id uuid, amount bigint, currency text, title text,
  session_reference text, reference text, charge_reference text, cancel boolean,
  expires_at timestamptz, refund_amount bigint, refund_reference text, method_reference text,
  setup_reference text, customer text, old boolean)
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
           m.setup_reference, c.reference, o.created_at < host.now() - interval '20 hours'
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

-- Again later, for 72 hours. Then money that may have moved stays reserved until an admin has it
-- tried again: a refund, and the charge of a saved card.
create or replace function payment.operation_later(p_id uuid, p_error text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  o payment.operation;
  v_delay integer;
begin
  select n.* into o from payment.operation n where n.id = p_id for update;
  if o.state <> 'OPEN' then
    return;
  elsif coalesce(o.retried_at, o.created_at) < host.now() - interval '72 hours' then
    if o.kind <> 'REFUND' and not (o.kind = 'CHECKOUT' and exists (select from payment.payment p
      where p.id = o.payment_id and p.method_id is not null)) then
      perform payment.operation_refused(p_id, 'provider_unavailable');
    end if;
    update payment.operation set state = 'DEAD', finished_at = host.now(),
      last_error = left(p_error, 500) where id = p_id;
    if o.payment_id is not null then
      perform payment.step_add(o.payment_id, 'call_given_up', p_id::text,
        jsonb_build_object('error', left(p_error, 200)));
    end if;
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

-- Whether trying it again can change anything.
create function payment.operation_useful(o payment.operation) returns boolean
language sql stable security definer set search_path = '' as $$
  select case
    when o.state = 'OPEN' then true
    when o.state <> 'DEAD' then false
    when o.kind = 'CHECKOUT' then exists (select from payment.payment p
      where p.id = o.payment_id and p.status = 'PENDING')
    when o.kind = 'REFUND' then exists (select from payment.refund r
      where r.id = o.refund_id and r.status = 'PENDING')
    when o.kind in ('SETUP', 'SETUP_SYNC') then exists (select from payment.method m
      where m.id = o.method_id and m.status = 'PENDING')
    else true end
$$;

-- ADMIN: an operation that was given up, or waits, is tried now, with the same key.
create or replace function payment.operation_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.operation o set next_attempt_at = host.now(), updated_at = now(),
    retried_at = case o.state when 'DEAD' then host.now() else o.retried_at end,
    recovery_point = case o.state when 'DEAD' then 'CALLING' else o.recovery_point end,
    finished_at = null, state = 'OPEN'
   where o.id = p_id and payment.operation_useful(o);
  if found then
    perform host.job_add('payment.work', p_id::text, jsonb_build_object('id', p_id), 2, 0);
  end if;
  return found;
end
$$;

-- A refund that the provider only queues is asked for like a payment that is open: after two
-- minutes, then ever more rarely, at least four times a day.
create index payment_refund_pending_idx on payment.payment (updated_at)
  where amount_refund_pending > 0;

create or replace function payment.sweep() returns integer
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
    (select p.id from payment.payment p
     where p.status = 'PENDING' and coalesce(p.session_reference, p.reference) is not null
       and p.updated_at < now() - interval '2 minutes'
       and not exists (select from payment.operation o where o.payment_id = p.id
         and (o.state = 'OPEN' or (o.kind = 'SYNC' and o.created_at > host.now()
           - greatest(interval '2 minutes', (host.now() - p.created_at) / 4))))
     order by p.created_at limit 200)
    union all
    (select p.id from payment.payment p
     where p.amount_refund_pending > 0 and p.provider <> 'SANDBOX'
       and p.updated_at < now() - interval '2 minutes'
       and not exists (select from payment.operation o where o.payment_id = p.id
         and (o.state = 'OPEN' or (o.kind in ('SYNC', 'REFUND') and coalesce(o.finished_at,
           o.created_at) > host.now() - greatest(interval '2 minutes', least(interval '6 hours',
           (host.now() - (select max(r.created_at) from payment.refund r
             where r.payment_id = p.id)) / 4)))))
     order by p.updated_at limit 200)
  loop
    perform payment.operation_add('SYNC', p.provider, p.id, null, null)
       from payment.payment p where p.id = v_id;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

-- ---- events --------------------------------------------------------------------------------

-- Its job failed: FAILED, and DEAD when it is not tried again.
create function payment.event_failed(p_id uuid, p_error text, p_dead boolean) returns void
language sql volatile security definer set search_path = '' as $$
  update payment.event set status = case when p_dead then 'DEAD' else 'FAILED' end,
    attempts = attempts + 1, error = left(p_error, 500), processed_at = host.now()
   where id = p_id and status in ('RECEIVED', 'FAILED')
$$;

-- ADMIN: an event is looked at again. One job for it waits at most.
create or replace function payment.event_again(p_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.event set status = 'RECEIVED', processed_at = null, error = null where id = p_id;
  if found then
    perform host.job_add('payment.event', p_id::text, jsonb_build_object('id', p_id), 2, 0);
  end if;
  return found;
end
$$;

-- Finds what an event is about and has it looked at; the event itself changes nothing. A number
-- of an object is no reference of ours by chance: numbers are only taken from their own fields.
create or replace function payment.event_process(p_id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  e payment.event;
  v_object jsonb;
  v_payment uuid;
  v_method uuid;
  v_names text[];
begin
  select n.* into e from payment.event n where n.id = p_id for update;
  if not found or e.status in ('PROCESSED', 'IGNORED') then
    return e.status;
  end if;
  v_object := case when jsonb_typeof(e.body->'data'->'object') = 'object'
    then e.body->'data'->'object' else coalesce(e.body->'data', '{}') end;
  v_names := array_remove(array[v_object->'metadata'->>'payment',
    v_object->>'client_reference_id', v_object->>'reference', v_object->>'transaction_reference',
    v_object->'transaction'->>'reference', v_object->>'payment_intent', v_object->>'charge',
    case when e.provider = 'STRIPE' then v_object->>'id' end], null);
  select p.id into v_payment from payment.payment p
   where p.provider = e.provider and (p.id::text = any (v_names)
      or p.session_reference = any (v_names) or p.reference = any (v_names)
      or p.charge_reference = any (v_names))
   order by p.id::text = any (v_names) desc limit 1;
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

-- ---- disputes --------------------------------------------------------------------------------

-- One dispute of the snapshot: {ref, amount, status, reason, withdrawn, reinstated, fee}. Until
-- money was taken its amount may still change; one that took none is closed without a posting.
create or replace function payment.dispute_apply(p payment.payment, p_snap jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  d payment.dispute;
  v_status text := p_snap->>'status';
  v_more jsonb;
begin
  insert into payment.dispute as n (payment_id, reference, amount, status, reason, fee)
  values (p.id, p_snap->>'ref', (p_snap->>'amount')::bigint, v_status, p_snap->>'reason',
    coalesce((p_snap->>'fee')::bigint, 0))
  on conflict (payment_id, reference) do update set fee = greatest(n.fee, excluded.fee),
    amount = case when n.withdrawn_at is null then excluded.amount else n.amount end
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
  elsif v_status in ('won', 'warning_closed') and d.closed_at is null then
    update payment.dispute set status = v_status, closed_at = host.now() where id = d.id;
    perform payment.step_add(p.id, 'dispute_closed', d.reference, null);
  elsif d.closed_at is null and d.status <> v_status
    and not (d.status = 'under_review' and v_status = 'needs_response') then
    update payment.dispute set status = v_status where id = d.id;
  end if;
end
$$;

-- ---- reconciliation -----------------------------------------------------------------------------

-- Whether the provider was asked about a payment after something happened there.
create function payment.asked_since(p_payment uuid, p_at timestamptz) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from payment.operation o where o.payment_id = p_payment
    and o.kind = 'SYNC' and o.state = 'DONE' and o.created_at > p_at)
$$;

-- The payment of a line, by the provider's numbers or by ours.
create function payment.line_payment(p_provider text, p_line jsonb) returns payment.payment
language sql stable security definer set search_path = '' as $$
  select n from payment.payment n
   where n.provider = p_provider and (n.charge_reference = p_line->>(case p_line->>'type'
      when 'charge' then 'ref' else 'charge' end)
      or n.reference = p_line->>'intent' or n.id::text = p_line->>'payment')
   order by n.id::text = p_line->>'payment' desc nulls last limit 1
$$;

-- One line; true when it is a new difference. Their times are whole seconds.
create function payment.reconcile_line(p_run payment.reconciliation, p_line jsonb) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  p payment.payment := payment.line_payment(p_run.provider, p_line);
  r payment.refund;
  d payment.dispute;
  v_amount bigint := (p_line->>'amount')::bigint;
  v_fee bigint := coalesce((p_line->>'fee')::bigint, 0);
  v_ref text := p_line->>'ref';
  v_currency text := p_line->>'currency';
  v_at timestamptz := case when p_line->>'at' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$'
    then (p_line->>'at')::timestamptz + interval '1 second' else p_run.until end;
  v_ours bigint;
  v_again boolean;
begin
  if p_line->>'type' = 'charge' then
    -- A second charge for the same order is not the one in our books.
    v_again := p.completed_at is not null and p.charge_reference <> v_ref
      and (p_line->>'intent') is distinct from p.reference;
    if p.completed_at is not null and p.amount = v_amount and p.currency = v_currency
      and not coalesce(v_again, false) then
      return false;
    end if;
    v_ours := case when p.completed_at is not null and p.currency = v_currency
      and not coalesce(v_again, false) then p.amount end;
  elsif p_line->>'type' = 'refund' then
    select n.* into r from payment.refund n join payment.payment q on q.id = n.payment_id
     where q.provider = p_run.provider and (n.reference = v_ref or n.id::text = p_line->>'refund');
    if r.id is not null and r.amount = v_amount and r.status <> 'FAILED' then
      return false;
    end if;
    v_amount := -v_amount;
    v_ours := case when r.status in ('PENDING', 'SUCCEEDED') then -r.amount end;
  elsif p_line->>'type' = 'dispute' then
    select n.* into d from payment.dispute n join payment.payment q on q.id = n.payment_id
     where q.provider = p_run.provider and n.reference = p_line->>'dispute';
    v_ours := case when v_amount < 0 and d.withdrawn_at is not null then -d.amount - d.fee
      when v_amount > 0 and d.reinstated_at is not null then d.amount end;
    v_amount := v_amount - v_fee;
    if v_ours = v_amount then
      return false;
    end if;
  else
    return false;
  end if;
  -- A lost webhook is no difference: ask first.
  if p.id is not null and p.integrity is null and not payment.asked_since(p.id, v_at) then
    perform payment.operation_add('SYNC', p_run.provider, p.id, null, null);
    return false;
  end if;
  return payment.difference_add(p_run, case when p.id is null or v_again or (v_ours is null
      and p_line->>'type' <> 'charge') then 'MISSING_HERE' else 'AMOUNT' end,
    v_ref, p.id, v_ours, v_amount, v_currency);
end
$$;

-- Compares: p_lines [{type: charge|refund|dispute, ref, payment?, charge?, intent?, refund?,
-- dispute?, amount, fee?, currency, at}] is all that the provider has of [p_since, p_until) and
-- of a day before. Amounts of disputes are signed: negative = taken from us.
create or replace function payment.reconcile(p_provider text, p_since timestamptz,
  p_until timestamptz, p_lines jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_run payment.reconciliation;
  v_line jsonb;
  p payment.payment;
  r payment.refund;
  v_found integer := 0;
begin
  insert into payment.reconciliation as n (provider, since, until, checked)
  values (p_provider, p_since, p_until, jsonb_array_length(p_lines))
  returning n.* into v_run;
  for v_line in select * from jsonb_array_elements(p_lines) loop
    v_found := v_found + payment.reconcile_line(v_run, v_line)::integer;
  end loop;
  for p in select n.* from payment.payment n
    where n.provider = p_provider and n.completed_at >= p_since + interval '1 hour'
      and n.completed_at < p_until - interval '1 hour'
      and not exists (select from jsonb_array_elements(p_lines) l where l->>'type' = 'charge'
        and (l->>'ref' = n.charge_reference or l->>'intent' = n.reference
          or l->>'payment' = n.id::text))
  loop
    v_found := v_found + payment.difference_add(v_run, 'MISSING_THERE',
      coalesce(p.charge_reference, p.reference), p.id, p.amount, null, p.currency)::integer;
  end loop;
  for r in select n.* from payment.refund n join payment.payment q on q.id = n.payment_id
    where q.provider = p_provider and n.status = 'SUCCEEDED' and n.source = 'PLATFORM'
      and n.created_at >= p_since + interval '1 hour' and n.created_at < p_until - interval '1 hour'
      and not exists (select from jsonb_array_elements(p_lines) l where l->>'type' = 'refund'
        and (l->>'ref' = n.reference or l->>'refund' = n.id::text))
  loop
    v_found := v_found + payment.difference_add(v_run, 'MISSING_THERE',
      coalesce(r.reference, r.id::text), r.payment_id, -r.amount, null, r.currency)::integer;
  end loop;
  update payment.reconciliation set differences = v_found where id = v_run.id;
  return v_run.id;
end
$$;

-- ---- rights ----------------------------------------------------------------------------------------

do $$
declare
  f regprocedure;
begin
  foreach f in array array['payment.operation_take(uuid)'::regprocedure,
    'payment.operation_useful(payment.operation)', 'payment.event_failed(uuid, text, boolean)',
    'payment.asked_since(uuid, timestamptz)', 'payment.line_payment(text, jsonb)',
    'payment.reconcile_line(payment.reconciliation, jsonb)'] loop
    perform host.definer(f, 'payment');
  end loop;
end
$$;
grant execute on function payment.operation_take(uuid),
  payment.event_failed(uuid, text, boolean) to db_jobs;
grant execute on function payment.operation_useful(payment.operation) to db_web, db_pay, db_slow;
