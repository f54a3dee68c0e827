-- Stripe refuses pages that stay open for more than 24 hours by its own clock: an hour is left for
-- clocks that differ.
alter table payment.payment alter column expires_at set default host.now() + interval '23 hours';
