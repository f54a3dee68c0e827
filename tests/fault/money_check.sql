-- What our books say of the things in the history, for money.sh: kind, id, what it is.
\set ON_ERROR_STOP on
\pset fieldsep '\t'
select 'payment', id, status, amount, amount_refunded from payment.payment where created_at >= :'since';
select 'refund', r.id, r.status, r.amount, 0
  from payment.refund r where r.created_at >= :'since';
select 'transfer', key, count(*), sum(amount), 0 from wallet.transfer
 where created_at >= :'since' group by key;
select 'sale', s.id, s.status, s.price, s.back
  from marketplace.sale s where s.created_at >= :'since';
