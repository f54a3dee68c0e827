-- Deposits into wallets: the purpose WALLET_DEPOSIT. Reconciliation with the providers' own
-- lists: what does not agree is parked in suspense and shown until somebody explains it.

-- ---- deposits ----------------------------------------------------------------------

-- Owner of the purpose WALLET_DEPOSIT; purposeId is the person whose wallet it is. The
-- platform bears the provider's fee. What a dispute may take is set aside when it is opened.
create function payment.deposit_event(p_payment uuid, p_event text, p_data jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_currency text := p_data->>'currency';
  v_user text := 'user:' || (p_data->>'purposeId');
  v_wallet bigint := ledger.account_open(v_user || ':wallet', v_currency);
  v_amount bigint := coalesce(p_data->>'refundAmount', p_data->>'disputeAmount',
    p_data->>'amount')::bigint;
  v_fee bigint := (p_data->>'fee')::bigint;
  v_balance bigint := (p_data->'accounts'->>'balance')::bigint;
  v_pending bigint := (p_data->'accounts'->>'refundPending')::bigint;
  v_disputed bigint := (p_data->'accounts'->>'disputed')::bigint;
  v_object uuid := coalesce(p_data->>'refund', p_data->>'dispute', p_data->>'payment')::uuid;
  v_idem text := 'wallet_deposit:' || lower(p_event) || ':' || v_object;
  v_aside bigint;
  v_free bigint;
begin
  if p_event = 'COMPLETED' then
    perform ledger.post('WALLET_DEPOSIT', v_idem, array[v_balance, v_wallet]
        || case when v_fee > 0 then array[(p_data->'accounts'->>'fee')::bigint] else '{}' end,
      array[v_fee - v_amount, v_amount] || case when v_fee > 0 then array[-v_fee] else '{}' end,
      host.now(), 'payment', p_payment, null, '{}');
  elsif p_event = 'REFUND_REQUESTED' then
    v_free := case when (p_data->>'forced')::boolean
      then least(v_amount, greatest(ledger.balance(v_wallet), 0)) else v_amount end;
    perform payment.deposit_move(v_idem, 'DEPOSIT_REFUND', v_wallet, v_free, v_user, v_currency,
      v_pending, v_amount, 'refund', v_object);
  elsif p_event = 'REFUND_FAILED' then
    perform ledger.post('DEPOSIT_REFUND', v_idem, array[v_pending, v_wallet],
      array[-v_amount, v_amount], host.now(), 'refund', v_object, null, '{}');
  elsif p_event = 'DISPUTE_OPENED' then
    v_aside := least(v_amount, greatest(ledger.balance(v_wallet), 0));
    if v_aside > 0 then
      perform ledger.post('DEPOSIT_DISPUTE', v_idem,
        array[v_wallet, ledger.account_open(v_user || ':pending', v_currency)],
        array[-v_aside, v_aside], host.now(), 'dispute', v_object, null, '{}');
    end if;
    perform payment.step_add(p_payment, 'deposit_aside', v_object::text,
      jsonb_build_object('amount', v_aside));
  elsif p_event in ('DISPUTE_WON', 'DISPUTE_LOST') then
    v_aside := coalesce((select (s.data->>'amount')::bigint from payment.step s
      where s.payment_id = p_payment and s.kind = 'deposit_aside'
        and s.reference = v_object::text limit 1), 0);
    if p_event = 'DISPUTE_LOST' then
      perform payment.deposit_move(v_idem, 'DEPOSIT_DISPUTE',
        ledger.account_open(v_user || ':pending', v_currency), v_aside, v_user, v_currency,
        v_disputed, v_amount, 'dispute', v_object);
    elsif v_aside > 0 then
      perform ledger.post('DEPOSIT_DISPUTE', v_idem,
        array[ledger.account_open(v_user || ':pending', v_currency), v_wallet],
        array[-v_aside, v_aside], host.now(), 'dispute', v_object, null, '{}');
    end if;
  end if;
end
$$;

-- p_amount goes to p_target: p_part of it from p_source, the rest is the person's debt.
create function payment.deposit_move(p_idem text, p_kind text, p_source bigint, p_part bigint,
  p_user text, p_currency text, p_target bigint, p_amount bigint, p_ref_type text, p_ref uuid)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_accounts bigint[] := array[p_target];
  v_amounts bigint[] := array[p_amount];
begin
  if p_part > 0 then
    v_accounts := v_accounts || p_source;
    v_amounts := v_amounts || -p_part;
  end if;
  if p_part < p_amount then
    v_accounts := v_accounts || ledger.account_open(p_user || ':debt', p_currency);
    v_amounts := v_amounts || p_part - p_amount;
  end if;
  perform ledger.post(p_kind, p_idem, v_accounts, v_amounts, host.now(), p_ref_type, p_ref, null,
    '{}');
end
$$;

-- ---- reconciliation -------------------------------------------------------------------

create table payment.reconciliation (
  id uuid primary key default host.uuid7(),
  provider text not null references payment.provider,
  since timestamptz not null,
  until timestamptz not null check (until > since),
  state text not null default 'DONE' check (state in ('DONE', 'FAILED')),
  checked integer not null default 0,
  differences integer not null default 0,
  error text check (length(error) <= 500),
  created_at timestamptz not null default host.now()
);
create index reconciliation_created_at_idx on payment.reconciliation (created_at desc);
create index reconciliation_provider_idx on payment.reconciliation (provider);

create table payment.difference (
  id uuid primary key default host.uuid7(),
  reconciliation_id uuid not null references payment.reconciliation on delete restrict,
  provider text not null references payment.provider,
  kind text not null check (kind in ('MISSING_HERE', 'MISSING_THERE', 'AMOUNT')),
  reference text not null check (length(reference) <= 255),
  payment_id uuid references payment.payment on delete restrict,
  ours bigint,
  theirs bigint,
  currency text not null,
  state text not null default 'OPEN' check (state in ('OPEN', 'RESOLVED')),
  note text check (length(note) <= 500),
  resolved_by uuid references identity.person on delete restrict,
  resolved_at timestamptz,
  created_at timestamptz not null default host.now(),
  unique (provider, kind, reference)
);
create index difference_state_idx on payment.difference (state, created_at desc);
create index difference_reconciliation_id_idx on payment.difference (reconciliation_id);
create index difference_payment_id_idx on payment.difference (payment_id);
create index difference_resolved_by_idx on payment.difference (resolved_by);
comment on table payment.difference is
  'What our books and a provider''s do not agree on. The amount stands in suspense:<CUR> until
it is resolved: then the parking is reversed, and what really happened is posted by itself.';
create index payment_completed_idx on payment.payment (provider, completed_at)
  where completed_at is not null;
create index payment_charge_idx on payment.payment (provider, charge_reference)
  where charge_reference is not null;

-- Parks a difference once; true when it is new. p_amount: theirs - ours at the provider.
create function payment.difference_add(p_run payment.reconciliation, p_kind text,
  p_reference text, p_payment uuid, p_ours bigint, p_theirs bigint, p_currency text)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
  v_amount bigint := coalesce(p_theirs, 0) - coalesce(p_ours, 0);
begin
  insert into payment.difference (reconciliation_id, provider, kind, reference, payment_id, ours,
    theirs, currency)
  values (p_run.id, p_run.provider, p_kind, p_reference, p_payment, p_ours, p_theirs, p_currency)
  on conflict (provider, kind, reference) do nothing
  returning id into v_id;
  if v_id is null then
    return false;
  end if;
  perform ledger.post('PAYMENT_DIFFERENCE', 'payment_difference:' || v_id,
    array[payment.account('balance', p_run.provider, p_currency),
      payment.account('suspense', p_run.provider, p_currency)],
    array[-v_amount, v_amount], host.now(), 'difference', v_id, null, '{}');
  if p_payment is not null then
    perform payment.step_add(p_payment, 'difference', p_reference,
      jsonb_build_object('kind', p_kind, 'ours', p_ours, 'theirs', p_theirs));
  end if;
  perform host.event_add('payment.difference', 'payment', v_id::text,
    jsonb_build_object('difference', v_id, 'kind', p_kind, 'provider', p_run.provider));
  return true;
end
$$;

-- Compares: p_lines [{type: charge|refund, ref, payment?, amount, currency}] is all that the
-- provider has of [p_since, p_until). A payment that we still think open is asked for first: a
-- lost webhook is no difference.
create function payment.reconcile(p_provider text, p_since timestamptz, p_until timestamptz,
  p_lines jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_run payment.reconciliation;
  v_line jsonb;
  p payment.payment;
  r payment.refund;
  v_amount bigint;
  v_found integer := 0;
begin
  insert into payment.reconciliation as n (provider, since, until, checked)
  values (p_provider, p_since, p_until, jsonb_array_length(p_lines))
  returning n.* into v_run;
  for v_line in select * from jsonb_array_elements(p_lines) loop
    v_amount := (v_line->>'amount')::bigint;
    if v_line->>'type' = 'charge' then
      select n.* into p from payment.payment n
       where n.provider = p_provider and (n.charge_reference = v_line->>'ref'
          or n.reference = v_line->>'intent' or n.id::text = v_line->>'payment')
       order by n.charge_reference = v_line->>'ref' desc nulls last limit 1;
      if not found then
        v_found := v_found + payment.difference_add(v_run, 'MISSING_HERE', v_line->>'ref', null,
          null, v_amount, v_line->>'currency')::integer;
      elsif p.completed_at is null and p.integrity is null
        and not exists (select from payment.operation o where o.payment_id = p.id
          and o.kind = 'SYNC' and o.state = 'DONE' and o.created_at > p_until) then
        perform payment.operation_add('SYNC', p_provider, p.id, null, null);
      elsif p.completed_at is null or p.amount <> v_amount
        or p.currency <> v_line->>'currency' then
        v_found := v_found + payment.difference_add(v_run, 'AMOUNT', v_line->>'ref', p.id,
          case when p.completed_at is not null and p.currency = v_line->>'currency'
            then p.amount end, v_amount, v_line->>'currency')::integer;
      end if;
    elsif v_line->>'type' = 'refund' then
      select n.* into r from payment.refund n join payment.payment q on q.id = n.payment_id
       where q.provider = p_provider and (n.reference = v_line->>'ref'
          or n.id::text = v_line->>'refund');
      if not found then
        select n.* into p from payment.payment n
         where n.provider = p_provider and (n.charge_reference = v_line->>'charge'
            or n.reference = v_line->>'intent');
        if found and not exists (select from payment.operation o where o.payment_id = p.id
          and o.kind = 'SYNC' and o.state = 'DONE' and o.created_at > p_until) then
          perform payment.operation_add('SYNC', p_provider, p.id, null, null);
        else
          v_found := v_found + payment.difference_add(v_run, 'MISSING_HERE', v_line->>'ref', p.id,
            null, -v_amount, v_line->>'currency')::integer;
        end if;
      elsif r.amount <> v_amount then
        v_found := v_found + payment.difference_add(v_run, 'AMOUNT', v_line->>'ref',
          r.payment_id, -r.amount, -v_amount, v_line->>'currency')::integer;
      end if;
    end if;
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
  update payment.reconciliation set differences = v_found where id = v_run.id;
  return v_run.id;
end
$$;

create function payment.reconcile_failed(p_provider text, p_since timestamptz,
  p_until timestamptz, p_error text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into payment.reconciliation (provider, since, until, state, error)
  values (p_provider, p_since, p_until, 'FAILED', left(p_error, 500))
$$;

-- What the sandbox itself knows of a time.
create function payment.sandbox_lines(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(x.line), '[]') from (
    select jsonb_build_object('type', 'charge', 'ref', 'sandbox_charge_' || i.id, 'payment', p.id,
        'intent', 'sandbox_' || i.id, 'amount', p.amount, 'currency', p.currency) as line
      from payment.sandbox_intent i join payment.payment p on p.id = i.payment_id
     where i.state = 'succeeded' and coalesce(p.completed_at, i.created_at) >= p_since
       and coalesce(p.completed_at, i.created_at) < p_until
    union all
    select jsonb_build_object('type', 'refund', 'ref', r.id, 'refund', r.refund_id,
        'intent', p.reference, 'amount', r.amount, 'currency', p.currency)
      from payment.sandbox_refund r join payment.refund f on f.id = r.refund_id
      join payment.payment p on p.id = r.payment_id
     where r.state = 'succeeded' and f.created_at >= p_since and f.created_at < p_until) x
$$;

-- ADMIN: explained. The parking is reversed; the explanation stays.
create function payment.difference_resolve(p_id uuid, p_note text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  d payment.difference;
  v_amount bigint;
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  update payment.difference n set state = 'RESOLVED', note = p_note, resolved_by = host.uid(),
    resolved_at = host.now()
   where n.id = p_id and n.state = 'OPEN' returning n.* into d;
  if not found then
    return false;
  end if;
  v_amount := coalesce(d.theirs, 0) - coalesce(d.ours, 0);
  perform ledger.post('PAYMENT_DIFFERENCE', 'payment_difference_back:' || d.id,
    array[payment.account('balance', d.provider, d.currency),
      payment.account('suspense', d.provider, d.currency)],
    array[v_amount, -v_amount], host.now(), 'difference', d.id, null, '{}');
  if d.payment_id is not null then
    perform payment.step_add(d.payment_id, 'difference_resolved', d.reference, null);
  end if;
  return true;
end
$$;

do $$
declare
  t text;
  f regprocedure;
begin
  foreach t in array array['reconciliation', 'difference'] loop
    perform host.protect(format('payment.%I', t)::regclass);
    execute format('create policy definer on payment.%I to db_def_payment using (true)
      with check (true)', t);
    execute format('grant select, insert, update, delete on payment.%I to db_def_payment', t);
    execute format('create policy jobs on payment.%I for select to db_jobs using (true)', t);
    execute format('create policy admin on payment.%I for select to db_web, db_pay, db_slow
      using ((select host.role()) = ''ADMIN'')', t);
    execute format('grant select on payment.%I to db_web, db_pay, db_slow, db_jobs', t);
  end loop;
  foreach f in array array['payment.deposit_event(uuid, text, jsonb)'::regprocedure,
    'payment.deposit_move(text, text, bigint, bigint, text, text, bigint, bigint, text, uuid)',
    'payment.difference_add(payment.reconciliation, text, text, uuid, bigint, bigint, text)',
    'payment.reconcile(text, timestamptz, timestamptz, jsonb)',
    'payment.reconcile_failed(text, timestamptz, timestamptz, text)',
    'payment.sandbox_lines(timestamptz, timestamptz)',
    'payment.difference_resolve(uuid, text)'] loop
    perform host.definer(f, 'payment');
  end loop;
end
$$;
grant execute on function payment.reconcile(text, timestamptz, timestamptz, jsonb),
  payment.reconcile_failed(text, timestamptz, timestamptz, text),
  payment.sandbox_lines(timestamptz, timestamptz) to db_jobs;
grant execute on function payment.difference_resolve(uuid, text) to db_web, db_pay;
select host.classify('payment.difference', 'personal', 'resolved_by'),
  host.classify('payment.difference', 'internal'),
  host.classify('payment.reconciliation', 'internal');

select payment.purpose_register('WALLET_DEPOSIT', 'payment.deposit_event(uuid, text, jsonb)');
