-- Queries of the receipt area. Tables: sql/0140_receipt.sql.

-- receipt_list(person uuid, limit i64, offset i64) -> many
--   id uuid, code text, form text, status text, currency text, gross i64, issued_at time,
--   ready bool, what text?
select d.id, d.code, d.form, d.status, d.currency, d.gross, d.issued_at,
       d.rendered_at is not null as ready, d.snapshot #>> '{lines,0,description}' as what
  from receipt.document d
 where d.owner_id = $1
 order by d.issued_at desc, d.id desc
 limit $2 offset $3;

-- receipt_count(person uuid) -> one
--   total i64
select count(*) as total from receipt.document where owner_id = $1;

-- receipt_show(id uuid, person uuid, admin bool) -> one
--   id uuid, code text, series text, form text, status text, owner_id uuid, currency text,
--   gross i64, tax i64, snapshot json, issued_at time, ready bool, bytes i64?, sha256 text?,
--   path text?, mailed_at time?, refers_id uuid?, refers text?, party_id uuid?, sealed bytes?,
--   data_key bytes?
select d.id, d.code, d.series, d.form, d.status, d.owner_id, d.currency, d.gross, d.tax, d.snapshot,
       d.issued_at, d.rendered_at is not null as ready, d.pdf_bytes as bytes, d.pdf_sha256 as sha256,
       d.pdf_path as path, d.mailed_at, d.refers_id, o.code as refers, d.party_id, p.sealed,
       i.data_key
  from receipt.document d
  left join receipt.document o on o.id = d.refers_id
  left join receipt.party p on p.id = d.party_id
  left join identity.person_public i on i.id = d.owner_id
 where d.id = $1 and (d.owner_id = $2 or $3);

-- ---- rendering ----------------------------------------------------------------------

-- What the PDF shows, but for the sealed party.
-- receipt_source(id uuid) -> one
--   id uuid, code text, owner_id uuid, party_is text, party_id uuid?, sealed bytes?,
--   data_key bytes?, document json, mail text, ready bool
select d.id, d.code, d.owner_id, coalesce(d.snapshot ->> 'partyIs', 'buyer') as party_is, d.party_id,
       p.sealed, i.data_key,
       d.snapshot || jsonb_build_object('number', d.code,
           'issuedAt', to_char(d.issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'date', to_char(d.issued_at at time zone 'Africa/Johannesburg', 'FMDD FMMonth YYYY'),
           'reference', coalesce('For ' || o.code || ' of '
               || to_char(o.issued_at at time zone 'Africa/Johannesburg', 'FMDD FMMonth YYYY'), ''))
           as document,
       d.mail, d.rendered_at is not null as ready
  from receipt.document d
  left join receipt.document o on o.id = d.refers_id
  left join receipt.party p on p.id = d.party_id
  left join identity.person_public i on i.id = d.owner_id
 where d.id = $1;

-- receipt_rendered(id uuid, path text, pdf bytes) -> exec
update receipt.document
   set pdf_path = $2, pdf_sha256 = encode(sha256($3), 'hex'), pdf_bytes = octet_length($3),
       rendered_at = host.now()
 where id = $1 and rendered_at is null;

-- receipt_mailed(id uuid) -> exec
update receipt.document set mail = 'QUEUED', mailed_at = host.now()
 where id = $1 and mail = 'WAITING';

-- Documents whose rendering was lost or failed for good.
-- receipt_waiting() -> many
--   id uuid
select id from receipt.document
 where rendered_at is null and issued_at < host.now() - interval '10 minutes'
 order by issued_at limit 100;

-- ---- tax ---------------------------------------------------------------------------------

-- tax_rates() -> many
--   id uuid, category text, bps i32, from_at time, until_at time?, source text, current bool
select id, category, bps, from_at, until_at, source, current
  from tax.rate_public where country = 'ZA'
 order by category = 'STANDARD' desc, category, from_at desc;

-- tax_rules() -> many
--   none_upto i64, full_over i64, issue_days i32, register_over i64, from_at time, until_at time?,
--   source text, current bool
select none_upto, full_over, issue_days, register_over, from_at, until_at, source, current
  from tax.rule_public where country = 'ZA' order by from_at desc;

-- tax_series() -> many
--   series text, year i32, last i32
select series, year, last from receipt.series order by year desc, series;

-- tax_rate_set(category text, bps i64, from_date date, source text) -> one
--   id uuid
select tax.rate_set($1, $2::int4, $3::date::timestamp at time zone 'Africa/Johannesburg', $4) as id;

-- ---- a person's own data -----------------------------------------------------------------

-- document_export(person uuid) -> many
--   id uuid, code text, form text, gross i64, tax i64, currency text, snapshot json, issued_at time
select id, code, form, gross, tax, currency, snapshot, issued_at
  from receipt.document where owner_id = $1 order by issued_at;

-- party_export(person uuid) -> many
--   id uuid, vat_registered bool, created_at time
select id, vat_registered, created_at from receipt.party where person_id = $1 order by created_at;
