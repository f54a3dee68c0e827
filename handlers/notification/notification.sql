-- Queries of the inbox. Table: sql/0146_notification.sql; rows come by domain/notice.

-- notification_list(person uuid, unread bool, limit i64, offset i64) -> many
--   id uuid, type text, topic text, subject text?, amount i64?, currency text?, path text, read_at time?,
--   created_at time
select id, type, topic, subject, amount, currency, path, read_at, created_at
  from notification.notification
 where person_id = $1 and (not $2 or read_at is null)
 order by created_at desc, id desc
 limit $3 offset $4;

-- notification_count(person uuid) -> one
--   total i64, unread i64
select count(*) as total, count(*) filter (where read_at is null) as unread
  from notification.notification where person_id = $1;

-- notification_get(id uuid, person uuid) -> one
--   path text
select path from notification.notification where id = $1 and person_id = $2;

-- notification_read(id uuid, person uuid) -> exec
update notification.notification set read_at = host.now()
 where id = $1 and person_id = $2 and read_at is null;

-- notification_read_all(person uuid) -> exec
update notification.notification set read_at = host.now() where person_id = $1 and read_at is null;

-- notification_delete(id uuid, person uuid) -> exec
delete from notification.notification where id = $1 and person_id = $2;

-- notification_export(person uuid) -> many
--   type text, topic text, subject text?, amount i64?, currency text?, created_at time, read_at time?
select type, topic, subject, amount, currency, created_at, read_at
  from notification.notification where person_id = $1 order by created_at;

-- notification_erase(person uuid) -> exec
delete from notification.notification where person_id = $1;
