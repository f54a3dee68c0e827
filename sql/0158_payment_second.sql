-- Whether another administrator would have to decide this refund: asked before it is
-- tried, so that a page can lead to where both do it.
create function payment.refund_second(p_payment uuid, p_amount bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce((select payment.refund_needs_second(p, p_amount) from payment.payment p
                    where p.id = p_payment), false)
$$;
select host.definer('payment.refund_second(uuid, bigint)', 'payment');
grant execute on function payment.refund_second(uuid, bigint) to db_pay;
