-- Payments of the demonstration world: deposits through the sandbox, some time ago, some of them
-- declined, given back or disputed, so that lists and a person's history have something to show.

-- False: it is there already. p_outcome: PAID, DECLINED, REFUNDED (p_part of it), REFUND_FAILED,
-- DISPUTED, LOST, WON. The clock of this transaction stands p_days back meanwhile.
create function payment.demo_add(p_key text, p_person uuid, p_amount bigint, p_currency text,
  p_days integer, p_outcome text, p_part bigint, p_reason text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_before text := coalesce(current_setting('app.clock_offset', true), '');
  v_id uuid;
  v_refund uuid;
  v_intent uuid;
begin
  if exists (select from payment.payment p where p.person_id = p_person
    and p.idempotency_key = 'demo:' || p_key) then
    return false;
  end if;
  perform set_config('app.clock_offset', (-p_days * 86400000000::bigint)::text, true);
  v_id := (select o.id from payment.open(p_person, p_amount, p_currency, 'WALLET_DEPOSIT', p_person,
    'Deposit into my wallet', '/wallet', 'SANDBOX', null, 'demo:' || p_key) o);
  v_intent := (select i.id from payment.sandbox_intent i where i.payment_id = v_id);
  for i in 1 .. case p_outcome when 'DECLINED' then 5 else 1 end loop
    perform payment.sandbox_pay(v_intent, case p_outcome when 'DECLINED' then 'insufficient_funds'
      else 'success' end, true);
  end loop;
  if p_outcome in ('REFUNDED', 'REFUND_FAILED') then
    v_refund := (select r.id from payment.refund_open(v_id, p_part, p_reason, 'demo') r);
    perform payment.sandbox_refund_add(v_id, v_refund, p_part);
    if p_outcome = 'REFUND_FAILED' then
      update payment.sandbox_refund set state = 'failed' where refund_id = v_refund;
    end if;
  elsif p_outcome in ('DISPUTED', 'LOST', 'WON') then
    insert into payment.sandbox_dispute (payment_id, amount) values (v_id, p_part);
    perform payment.apply(v_id, payment.sandbox_snapshot(v_id));
    if p_outcome <> 'DISPUTED' then
      update payment.sandbox_dispute set state = lower(p_outcome) where payment_id = v_id;
    end if;
  end if;
  perform payment.apply(v_id, payment.sandbox_snapshot(v_id));
  perform set_config('app.clock_offset', v_before, true);
  return true;
end
$$;
select host.definer('payment.demo_add(text, uuid, bigint, text, integer, text, bigint, text)',
  'payment');
grant execute on function payment.demo_add(text, uuid, bigint, text, integer, text, bigint, text)
  to db_jobs;
