-- Idempotency-Key of unsafe API calls. Table: sql/0009_idempotency.sql.

-- Of the person who has just entered; nobody claims nothing.
-- idempotency_claim(key text, route text, digest bytes) -> one
--   fresh bool, same bool, status i32?, body text?, location text?
select c.fresh, c.same, c.status, c.body, c.location
  from host.idempotency_claim(host.uid(), $1, $2, $3) c
 where host.uid() is not null;

-- idempotency_store(person uuid, key text, status i32, body text, location text?) -> exec
update host.idempotency set status = $3, body = $4, location = $5
 where person_id = $1 and key = $2;
