-- Payments for courses come through the payment area: it calls this function in
-- the transaction that moves the payment (domain/payment/payment.h).
select payment.purpose_register('COURSE', 'marketplace.payment_event(uuid, text, jsonb)');
grant usage on schema marketplace to db_def_payment;
grant execute on function marketplace.payment_event(uuid, text, jsonb) to db_def_payment;
