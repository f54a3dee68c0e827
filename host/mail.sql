-- The mail queue (host/mail.c, host/mail_send.c).

-- mail_key(person uuid) -> one
--   wrapped bytes?
select host.person_key($1) as wrapped;

-- mail_add(id uuid, person uuid?, address_ct bytes, address_index bytes, data_ct bytes, key bytes?, locale text, template text) -> exec
select host.email_add($1, $2, $3, $4, $5, $6, $7, $8);

-- mail_take(id uuid) -> one
--   id uuid, person_id uuid?, address_ct bytes, address_index bytes, data_ct bytes,
--   key_wrapped bytes?, person_key bytes?, locale text, template text, attempts i32,
--   created_at time, suppressed bool
update host.email e set status = 'SENDING', attempts = e.attempts + 1
 where e.id = $1 and e.status in ('QUEUED', 'SENDING')
returning e.id, e.person_id, e.address_ct, e.address_index, e.data_ct, e.key_wrapped,
  host.person_key(e.person_id) as person_key, e.locale, e.template, e.attempts, e.created_at,
  exists (select from host.email_suppression s where s.address_index = e.address_index)
    as suppressed;

-- mail_mark(id uuid, status text, code i32?, text text?, message_id text?, delay_s i64) -> exec
update host.email set status = $2, smtp_code = $3, smtp_text = $4,
  message_id = coalesce($5, message_id),
  next_attempt_at = now() + $6 * interval '1 second',
  sent_at = case when $2 = 'SENT' then host.now() end
 where id = $1 and status = 'SENDING';

-- mail_delivery_add(id uuid, attempt i32, result text, code i32?, text text?, ms i32) -> exec
insert into host.email_delivery (email_id, attempt, result, smtp_code, smtp_text, duration_ms)
values ($1, $2, $3, $4, $5, $6);

-- mail_again(id uuid, delay_s i64) -> exec
select host.job_add('mail.send', $1::text, jsonb_build_object('id', $1::text), 3, $2);

-- mail_suppress(address_index bytes, code i32?) -> exec
insert into host.email_suppression (address_index, reason, smtp_code)
values ($1, 'BOUNCE', $2)
on conflict (address_index) do nothing;
