-- Idempotency-Key, second part (money.md 2.3). A claim that another transaction holds is
-- answered at once (409, Retry-After) instead of waiting for it; answers are kept 72 hours.
--
-- The states are those of one transaction: nothing (never asked, or asked and rolled back: what
-- failed validation is not kept), claimed (its transaction is open), finished (answer and
-- effects are committed together). What must happen between transactions, a call to a payment
-- provider, has its recovery points in payment.operation.

create or replace function host.idempotency_claim(p_person uuid, p_key text, p_route text,
  p_digest bytea)
returns table (fresh boolean, same boolean, status integer, body text, location text)
language plpgsql volatile set search_path = '' rows 1 as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended(p_person || ':' || p_key, 20)) then
    return query select false, true, null::integer, null::text, null::text;
    return;
  end if;
  insert into host.idempotency (person_id, key, route, digest)
  values (p_person, p_key, p_route, p_digest)
  on conflict do nothing;
  if found then
    return query select true, true, null::integer, null::text, null::text;
    return;
  end if;
  return query
    select false, i.route = p_route and i.digest = p_digest, i.status, i.body, i.location
      from host.idempotency i where i.person_id = p_person and i.key = p_key;
end
$$;

-- A key as old as this may be used anew; ledger keys stay for ever.
create function host.idempotency_clean(p_hours integer) returns bigint
language sql volatile set search_path = '' as $$
  with gone as (delete from host.idempotency
    where created_at < now() - p_hours * interval '1 hour' returning 1)
  select count(*) from gone
$$;
revoke execute on function host.idempotency_clean(integer) from public;
grant execute on function host.idempotency_clean(integer) to db_jobs;
