-- Refunds by administrators: above a limit one asks and another decides. An open dispute blocks
-- refunds also before money was taken (an inquiry does not: giving back is its usual answer).

create table payment.rule (
  id uuid primary key default host.uuid7(),
  refund_second_over bigint not null check (refund_second_over >= 0),
  effective_from timestamptz not null unique,
  created_at timestamptz not null default now()
);
comment on table payment.rule is 'Limits with their dates: the latest that has begun is in force.';
comment on column payment.rule.refund_second_over is
  'class: internal; minor units. Above it two administrators refund, all refunds of one of them from
one payment taken together';
insert into payment.rule (refund_second_over, effective_from) values (100000, '2020-01-01 00:00+02');

create table payment.refund_request (
  id uuid primary key default host.uuid7(),
  payment_id uuid not null references payment.payment on delete restrict,
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text not null check (length(reason) between 1 and 500),
  idempotency_key text not null check (length(idempotency_key) between 1 and 128),
  status text not null default 'PENDING' check (status in ('PENDING', 'APPROVED', 'REJECTED')),
  requested_by uuid not null references identity.person on delete restrict,
  decided_by uuid references identity.person on delete restrict,
  decided_at timestamptz,
  refund_id uuid unique references payment.refund on delete restrict,
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now(),
  unique (payment_id, idempotency_key),
  constraint refund_request_four_eyes check (decided_by <> requested_by),
  constraint refund_request_decided check ((status = 'PENDING') = (decided_by is null)
    and (decided_by is null) = (decided_at is null)),
  constraint refund_request_done check ((status = 'APPROVED') = (refund_id is not null))
);
create index refund_request_status_idx on payment.refund_request (status, created_at desc);
create index refund_request_requested_by_idx on payment.refund_request (requested_by);
create index refund_request_decided_by_idx on payment.refund_request (decided_by);
comment on table payment.refund_request is
  'A refund that a second administrator decides: PENDING -> APPROVED | REJECTED.';

create function payment.refund_request_step() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' or old.status <> 'PENDING' or (old.payment_id, old.amount, old.reason,
    old.requested_by) is distinct from (new.payment_id, new.amount, new.reason, new.requested_by) then
    raise exception 'what was asked and decided stays' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger step before update or delete on payment.refund_request
  for each row execute function payment.refund_request_step();

-- What can still be given back; raises what forbids it. The payment's row is locked.
create function payment.refund_room(p payment.payment) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_rest bigint := p.amount - p.amount_refunded - p.amount_refund_pending - p.amount_lost;
begin
  if p.status = 'REFUNDED' then
    raise exception 'already_refunded' using errcode = 'U0409';
  elsif p.status <> 'COMPLETED' then
    raise exception 'invalid_status' using errcode = 'U0409';
  elsif p.amount_disputed > 0 or exists (select from payment.dispute d where d.payment_id = p.id
    and d.status in ('needs_response', 'under_review') and d.closed_at is null) then
    raise exception 'payment_disputed' using errcode = 'U0409';
  elsif v_rest <= 0 then
    raise exception 'already_refunded' using errcode = 'U0409';
  end if;
  return v_rest;
end
$$;

-- Whether this refund needs a second administrator: not the payer's own, not a job's.
create function payment.refund_needs_second(p payment.payment, p_amount bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce(host.role(), '') = 'ADMIN' and host.uid() is distinct from p.person_id
    and session_user <> 'db_jobs'
    and p_amount + coalesce((select sum(r.amount) from payment.refund r where r.payment_id = p.id
      and r.requested_by = host.uid() and r.status in ('PENDING', 'SUCCEEDED')), 0)
      > (select u.refund_second_over from payment.rule u where u.effective_from <= host.now()
         order by u.effective_from desc limit 1)
$$;

-- Reserves and asks the provider by a job.
create function payment.refund_begin(p payment.payment, p_amount bigint, p_reason text, p_key text,
  p_by uuid) returns payment.refund
language plpgsql volatile security definer set search_path = '' as $$
declare
  r payment.refund := payment.refund_reserve(p, p_amount, p_reason, p_key, p_by, null, 'PLATFORM');
begin
  perform payment.operation_add('REFUND', p.provider, p.id, r.id, null);
  return r;
end
$$;

-- Errors: payment_not_found, invalid_status, payment_disputed, invalid_refund_amount,
-- already_refunded, idempotency_key_reused, second_person_needed, and those of the owner. Whether
-- this person may have their money back is the owner's rule; here: an admin, a job, or the payer.
create or replace function payment.refund_open(p_payment uuid, p_amount bigint, p_reason text,
  p_key text)
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
  v_rest := payment.refund_room(p);
  if coalesce(p_amount, v_rest) not between 1 and v_rest then
    raise exception 'invalid_refund_amount' using errcode = 'U0422';
  elsif payment.refund_needs_second(p, coalesce(p_amount, v_rest)) then
    raise exception 'second_person_needed' using errcode = 'U0409';
  end if;
  r := payment.refund_begin(p, coalesce(p_amount, v_rest), p_reason, p_key, host.uid());
  return query select r.id, r.status, r.amount, true;
end
$$;

-- ADMIN: refunds, or above the limit asks for it: then `request` is set and nothing is reserved.
create function payment.refund_ask(p_payment uuid, p_amount bigint, p_reason text, p_key text)
returns table (id uuid, status text, amount bigint, fresh boolean, request uuid)
language plpgsql volatile security definer set search_path = '' rows 1 as $$
declare
  p payment.payment;
  q payment.refund_request;
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  select n.* into p from payment.payment n where n.id = p_payment for no key update;
  select n.* into q from payment.refund_request n
   where n.payment_id = p.id and n.idempotency_key = p_key;
  if found then
    if q.amount <> p_amount then
      raise exception 'idempotency_key_reused' using errcode = 'U0422';
    end if;
    return query select q.refund_id, 'SECOND'::text, q.amount, false, q.id;
    return;
  elsif p.id is null or not payment.refund_needs_second(p, p_amount)
    or exists (select from payment.refund n where n.payment_id = p.id and n.idempotency_key = p_key) then
    return query select o.id, o.status, o.amount, o.fresh, null::uuid
      from payment.refund_open(p_payment, p_amount, p_reason, p_key) o;
    return;
  elsif p_amount not between 1 and payment.refund_room(p) then
    raise exception 'invalid_refund_amount' using errcode = 'U0422';
  end if;
  insert into payment.refund_request as n (payment_id, amount, currency, reason, idempotency_key,
    requested_by)
  values (p.id, p_amount, p.currency, p_reason, p_key, host.uid()) returning n.* into q;
  perform payment.step_add(p.id, 'refund_approval_asked', q.id::text,
    jsonb_build_object('amount', p_amount));
  return query select null::uuid, 'SECOND'::text, q.amount, true, q.id;
end
$$;

-- ADMIN, another one: approves (all is checked again) or rejects. The payment's id.
create function payment.refund_decide(p_request uuid, p_approve boolean) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  q payment.refund_request;
  p payment.payment;
  r payment.refund;
begin
  if coalesce(host.role(), '') <> 'ADMIN' then
    raise exception 'forbidden' using errcode = 'U0403';
  end if;
  select n.* into q from payment.refund_request n where n.id = p_request;
  select n.* into p from payment.payment n where n.id = q.payment_id for no key update;
  select n.* into q from payment.refund_request n where n.id = p_request for update;
  if q.id is null then
    raise exception 'payment_not_found' using errcode = 'U0404';
  elsif q.status <> 'PENDING' then
    raise exception 'invalid_status' using errcode = 'U0409';
  elsif q.requested_by = host.uid() then
    raise exception 'second_person_needed' using errcode = 'U0409';
  elsif p.person_id = host.uid() then
    raise exception 'not_on_yourself' using errcode = 'U0409';
  end if;
  if p_approve then
    if q.amount > payment.refund_room(p) then
      raise exception 'invalid_refund_amount' using errcode = 'U0422';
    end if;
    r := payment.refund_begin(p, q.amount, q.reason, q.idempotency_key, q.requested_by);
  end if;
  update payment.refund_request set status = case when p_approve then 'APPROVED' else 'REJECTED' end,
    decided_by = host.uid(), decided_at = host.now(), refund_id = r.id where id = q.id;
  perform payment.step_add(p.id, case when p_approve then 'refund_approved' else 'refund_rejected' end,
    q.id::text, jsonb_build_object('amount', q.amount));
  return p.id;
end
$$;

-- ---- rights ----------------------------------------------------------------------------------------

-- A fresh password is checked by the auth pool: it refunds, and shows the form again.
do $$
declare
  t text;
  f regprocedure;
begin
  foreach t in array array['rule', 'refund_request'] loop
    perform host.protect(format('payment.%I', t)::regclass);
    execute format('create policy definer on payment.%I to db_def_payment using (true)
      with check (true)', t);
    execute format('grant select, insert, update on payment.%I to db_def_payment', t);
    execute format('create policy admin on payment.%I for select to db_web, db_auth, db_pay, db_slow
      using ((select host.role()) = ''ADMIN'')', t);
    execute format('grant select on payment.%I to db_web, db_auth, db_pay, db_slow', t);
  end loop;
  foreach t in array array['payment', 'refund', 'dispute', 'step', 'event', 'difference'] loop
    execute format('create policy admin_auth on payment.%I for select to db_auth
      using ((select host.role()) = ''ADMIN'')', t);
    execute format('grant select on payment.%I to db_auth', t);
  end loop;
  foreach f in array array['payment.refund_room(payment.payment)'::regprocedure,
    'payment.refund_needs_second(payment.payment, bigint)',
    'payment.refund_begin(payment.payment, bigint, text, text, uuid)',
    'payment.refund_ask(uuid, bigint, text, text)', 'payment.refund_decide(uuid, boolean)'] loop
    perform host.definer(f, 'payment');
  end loop;
end
$$;
grant usage on schema payment to db_auth;
grant execute on function payment.refund_ask(uuid, bigint, text, text),
  payment.refund_decide(uuid, boolean) to db_web, db_auth, db_pay;
select host.touched('payment.refund_request'),
  host.classify('payment.rule', 'internal'),
  host.classify('payment.refund_request', 'personal', 'requested_by', 'decided_by'),
  host.classify('payment.refund_request', 'internal');
