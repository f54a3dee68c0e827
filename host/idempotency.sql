-- Idempotency-Key of unsafe API calls. Table: sql/0009_idempotency.sql.

-- idempotency_claim(person uuid, key text, route text, digest bytes) -> one
--   fresh bool, same bool, status i32?, body text?, location text?
select fresh, same, status, body, location from host.idempotency_claim($1, $2, $3, $4);

-- idempotency_store(person uuid, key text, status i32, body text, location text?) -> exec
update host.idempotency set status = $3, body = $4, location = $5
 where person_id = $1 and key = $2;
