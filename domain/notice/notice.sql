-- Queries of notices. Table and function: sql/0146_notification.sql.

-- notice_tell(person uuid, type text, topic text, subject text?, amount i64?, currency text?, path text, cause text) -> one
--   fresh bool
select notification.tell($1, $2, $3, $4, $5, $6, $7, $8) as fresh;
