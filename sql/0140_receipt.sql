-- Tax and documents: what tax is in a price, and receipts, tax invoices, credit
-- notes and self-billed invoices with numbers without a hole. Rules: money.md 2.17.
-- Legal figures are dated configuration, not code.
--
-- A document is frozen when it is issued: its snapshot never changes, the PDF is
-- made from it after the commit by a job (receipt.render) and has the same bytes
-- whenever it is made again. A number is taken by updating a row of
-- receipt.series as the last thing of the finalising transaction: a rollback
-- gives it back, so 1..N have no hole, and the row's lock makes them
-- chronological. A sequence would lose numbers.

create schema tax;
create schema receipt;
grant usage on schema tax, receipt to db_app, db_def_marketplace;

-- ---- tax ------------------------------------------------------------------------------------

create table tax.rate (
	id uuid primary key default host.uuid7(),
	country text not null default 'ZA' check (country ~ '^[A-Z]{2}$'),
	category text not null check (category in ('STANDARD', 'ZERO', 'EXEMPT')),
	bps int4 not null check (bps between 0 and 10000),
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	source text not null check (length(source) between 1 and 300),
	created_by uuid references identity.person on delete set null,
	created_at timestamptz not null default host.now(),
	check (category = 'STANDARD' or bps = 0),
	constraint rate_no_overlap exclude using gist (country with =, category with =, valid with &&)
);
create index rate_created_by_idx on tax.rate (created_by);
comment on column tax.rate.bps is 'Hundredths of a percent: 1500 = 15 %.';
comment on column tax.rate.source is 'Where the figure comes from.';

-- When which kind of document is due; minor units of the country's currency.
create table tax.rule (
	id uuid primary key default host.uuid7(),
	country text not null default 'ZA' check (country ~ '^[A-Z]{2}$'),
	none_upto int8 not null check (none_upto >= 0),
	full_over int8 not null check (full_over > none_upto),
	issue_days int4 not null check (issue_days > 0),
	register_over int8 not null check (register_over > 0),
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	source text not null check (length(source) between 1 and 300),
	created_at timestamptz not null default host.now(),
	constraint rule_no_overlap exclude using gist (country with =, valid with &&)
);
comment on column tax.rule.none_upto is 'No tax invoice up to and with this amount; a receipt always.';
comment on column tax.rule.full_over is 'Above it a full tax invoice, up to it an abridged one.';
comment on column tax.rule.register_over is 'Turnover in 12 months from which a seller must register.';

-- Who sells: the platform's own particulars on documents.
create table tax.seller (
	id uuid primary key default host.uuid7(),
	country text not null default 'ZA' check (country ~ '^[A-Z]{2}$'),
	name text not null check (length(name) between 1 and 200),
	address text[] not null check (cardinality(address) between 1 and 6),
	vat_number text check (vat_number ~ '^[0-9]{10}$'),
	registration text check (length(registration) <= 40),
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	created_at timestamptz not null default host.now(),
	constraint seller_no_overlap exclude using gist (country with =, valid with &&)
);

insert into tax.rate (category, bps, valid, source) values
	('STANDARD', 1400, '[1993-04-07 00:00+02,2018-04-01 00:00+02)', 'VAT Act 89 of 1991, s7(1)'),
	('STANDARD', 1500, '[2018-04-01 00:00+02,)', 'Rates and Monetary Amounts Act 21 of 2018'),
	('ZERO', 0, '[1993-04-07 00:00+02,)', 'VAT Act 89 of 1991, s11'),
	('EXEMPT', 0, '[1993-04-07 00:00+02,)', 'VAT Act 89 of 1991, s12');
insert into tax.rule (none_upto, full_over, issue_days, register_over, valid, source) values
	(5000, 500000, 21, 100000000, '[2009-03-01 00:00+02,2026-04-01 00:00+02)', 'VAT Act s20, s23'),
	(5000, 500000, 21, 230000000, '[2026-04-01 00:00+02,)', 'VAT Act s20; threshold of April 2026');
-- An operator replaces this by a row of their own from a date on.
insert into tax.seller (name, address, vat_number, registration, valid) values
	('Azora ES (Pty) Ltd', '{"Johannesburg","South Africa"}', '4000000000', 'demonstration',
	    '[2020-01-01 00:00+02,)');

-- The tax inside a gross amount, rounded half up at the minor unit, once.
-- 115.00 -> 15.00, 99.99 -> 13.04, 0.07 -> 0.01, 0.01 -> 0.00.
create function tax.inside(gross int8, bps int4) returns int8
	language sql immutable parallel safe set search_path = '' as $$
	select round(gross::numeric * bps / (10000 + bps))::int8
$$;

create function tax.bps_at(category text, at timestamptz) returns int4
	language plpgsql stable parallel safe set search_path = '' as $$
declare
	found_bps int4;
begin
	select r.bps into found_bps from tax.rate r
	 where r.country = 'ZA' and r.category = bps_at.category and r.valid @> bps_at.at;
	if not found then
		raise exception 'tax_rate_missing' using errcode = 'U0409';
	end if;
	return found_bps;
end $$;

-- Ends the rate in force at that moment and begins another. ADMIN.
create function tax.rate_set(p_category text, p_bps int4, p_from timestamptz, p_source text) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	elsif p_from <= host.now() then
		raise exception 'tax_rate_past' using errcode = 'U0409';
	elsif exists (select from tax.rate r where r.country = 'ZA' and r.category = p_category
	    and lower(r.valid) >= p_from) then
		raise exception 'tax_rate_later' using errcode = 'U0409';
	end if;
	update tax.rate r set valid = tstzrange(lower(r.valid), p_from)
	 where r.country = 'ZA' and r.category = p_category and r.valid @> p_from;
	insert into tax.rate (category, bps, valid, source, created_by)
	values (p_category, p_bps, tstzrange(p_from, null), p_source, host.uid())
	returning id into made;
	return made;
end $$;

select host.protect('tax.rate');
create policy readable on tax.rate for select to db_web, db_auth, db_pay, db_slow, db_jobs, db_ro
	using (true);
create policy definer on tax.rate to db_def_marketplace using (true) with check (true);
grant select on tax.rate, tax.rule, tax.seller to db_web, db_pay, db_slow, db_jobs, db_ro,
	db_def_marketplace;
grant insert, update on tax.rate to db_def_marketplace;
grant insert on tax.rate, tax.rule, tax.seller to db_migrate;
select host.definer('tax.rate_set(text, int4, timestamptz, text)', 'marketplace');
grant execute on function tax.rate_set(text, int4, timestamptz, text) to db_web;
grant execute on function tax.inside(int8, int4), tax.bps_at(text, timestamptz)
	to db_web, db_pay, db_slow, db_jobs, db_ro, db_def_marketplace;
create view tax.rate_public with (security_invoker) as
select id, country, category, bps, lower(valid) as from_at, upper(valid) as until_at, source,
       valid @> host.now() as current
  from tax.rate;
create view tax.rule_public as
select id, country, none_upto, full_over, issue_days, register_over, lower(valid) as from_at,
       upper(valid) as until_at, source, valid @> host.now() as current
  from tax.rule;
grant select on tax.rate_public, tax.rule_public to db_web, db_pay, db_slow, db_jobs, db_ro;
select host.classify('tax.rate', 'personal', 'created_by'), host.classify('tax.rate', 'public'),
	host.classify('tax.rule', 'public'), host.classify('tax.seller', 'public');

-- ---- documents ------------------------------------------------------------------------------

-- Name and address on documents, as given at the time: a new row each time.
create table receipt.party (
	id uuid primary key default host.uuid7(),
	person_id uuid not null references identity.person,
	sealed bytea not null check (octet_length(sealed) between 1 and 8192),
	vat_registered boolean not null default false,
	created_at timestamptz not null default host.now()
);
create index party_person_id_idx on receipt.party (person_id, created_at);
comment on column receipt.party.sealed is
	'{name, address, vatNumber} sealed with the person''s key; gone when the key is.';
create trigger immutable before update on receipt.party
	for each row execute function host.refuse_change();

create table receipt.series (
	series text not null check (series in ('RECEIPT', 'TAX_INVOICE', 'CREDIT_NOTE', 'SELF_BILLED')),
	year int4 not null check (year between 2000 and 9999),
	last int4 not null default 0 check (last >= 0),
	primary key (series, year)
);
comment on table receipt.series is 'The last number given; its row is locked to the end of the transaction.';

create table receipt.document (
	id uuid primary key default host.uuid7(),
	series text not null,
	year int4 not null,
	number int4 not null check (number > 0),
	code text not null generated always as (
	    case series when 'RECEIPT' then 'REC-' when 'TAX_INVOICE' then 'INV-'
	        when 'CREDIT_NOTE' then 'CRN-' else 'SBI-' end
	    || year || '-' || case when number < 1000000 then lpad(number::text, 6, '0')
	        else number::text end) stored,
	form text not null check (form in ('RECEIPT', 'FULL', 'ABRIDGED', 'CREDIT_NOTE', 'SELF_BILLED')),
	status text not null default 'ISSUED' check (status in ('ISSUED', 'VOID')),
	owner_id uuid not null references identity.person,
	party_id uuid references receipt.party,
	ref_type text not null check (ref_type ~ '^[a-z_]+(\.[a-z_]+)?$'),
	ref_id uuid not null,
	refers_id uuid references receipt.document,
	currency text not null check (currency ~ '^[A-Z]{3}$'),
	gross int8 not null check (gross >= 0),
	tax int8 not null check (tax between 0 and gross),
	snapshot jsonb not null check (jsonb_typeof(snapshot) = 'object'),
	issued_at timestamptz not null,
	pdf_path text check (pdf_path ~ '^[a-z0-9/._-]+$'),
	pdf_sha256 text check (pdf_sha256 ~ '^[0-9a-f]{64}$'),
	pdf_bytes int8 check (pdf_bytes > 0),
	rendered_at timestamptz,
	mail text not null default 'NONE' check (mail in ('NONE', 'WAITING', 'QUEUED')),
	mailed_at timestamptz,
	unique (series, year, number),
	foreign key (series, year) references receipt.series,
	check ((form = 'RECEIPT') = (series = 'RECEIPT')),
	check ((form in ('FULL', 'ABRIDGED')) = (series = 'TAX_INVOICE')),
	check ((form = 'CREDIT_NOTE') = (series = 'CREDIT_NOTE')),
	check (form <> 'CREDIT_NOTE' or refers_id is not null),
	check (num_nulls(pdf_path, pdf_sha256, pdf_bytes, rendered_at) in (0, 4)),
	check ((mail = 'QUEUED') = (mailed_at is not null)),
	constraint document_cause unique (ref_type, ref_id, series)
);
create index document_owner_id_idx on receipt.document (owner_id, issued_at desc);
create index document_party_id_idx on receipt.document (party_id);
create index document_refers_id_idx on receipt.document (refers_id);
create index document_issued_at_idx on receipt.document (issued_at desc);
create index document_waiting_idx on receipt.document (issued_at) where rendered_at is null;
comment on column receipt.document.code is 'Shown number: "INV-2026-000017".';
comment on column receipt.document.snapshot is
	'All that the PDF shows but for names and addresses, which stand sealed in party.';
comment on column receipt.document.refers_id is 'The document that a credit note is for.';
comment on column receipt.document.mail is 'NONE -> WAITING (mail when rendered) -> QUEUED.';

-- Only the rendering, the mail and VOID may come later; numbers never go.
create function receipt.document_fixed() returns trigger
	language plpgsql set search_path = '' as $$
begin
	if tg_op = 'DELETE' or (old.series, old.year, old.number, old.form, old.owner_id, old.ref_type,
	    old.ref_id, old.currency, old.gross, old.tax, old.snapshot, old.issued_at)
	    is distinct from (new.series, new.year, new.number, new.form, new.owner_id, new.ref_type,
	    new.ref_id, new.currency, new.gross, new.tax, new.snapshot, new.issued_at)
	    or old.party_id is distinct from new.party_id or old.refers_id is distinct from new.refers_id
	    or (old.pdf_sha256 is not null and old.pdf_sha256 is distinct from new.pdf_sha256)
	    or (old.status = 'VOID' and new.status <> 'VOID') then
		raise exception 'an issued document is never changed' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
create trigger fixed before update or delete on receipt.document
	for each row execute function receipt.document_fixed();

-- Issues one. Call it last in the transaction that makes it true: from here on
-- all others who issue in this series wait. Issuing for the same cause again
-- gives the first document and takes no number.
create function receipt.issue(p_series text, p_form text, p_owner uuid, p_party uuid, p_ref_type text,
	p_ref_id uuid, p_refers uuid, p_currency text, p_gross int8, p_tax int8, p_snapshot jsonb,
	p_mail boolean) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	v_year constant int4 := extract(year from host.now() at time zone 'Africa/Johannesburg');
	v_id uuid;
	v_number int4;
	v_at timestamptz;
begin
	insert into receipt.series (series, year) values (p_series, v_year) on conflict do nothing;
	update receipt.series s set last = s.last + 1 where s.series = p_series and s.year = v_year
	returning s.last into v_number;
	select d.id into v_id from receipt.document d
	 where d.ref_type = p_ref_type and d.ref_id = p_ref_id and d.series = p_series;
	if found then
		update receipt.series s set last = s.last - 1 where s.series = p_series and s.year = v_year;
		return v_id;
	end if;
	-- Taken under the lock, so that time follows the number.
	v_at := host.now() - now() + clock_timestamp();
	insert into receipt.document (series, year, number, form, owner_id, party_id, ref_type, ref_id,
	    refers_id, currency, gross, tax, snapshot, issued_at, mail)
	values (p_series, v_year, v_number, p_form, p_owner, p_party, p_ref_type, p_ref_id, p_refers,
	    p_currency, p_gross, p_tax, p_snapshot, v_at, case when p_mail then 'WAITING' else 'NONE' end)
	returning id into v_id;
	perform host.event_add('receipt.issued', 'receipt', p_owner::text, jsonb_build_object('id', v_id));
	return v_id;
end $$;

-- What a sale of this much owes: NULL (receipt only), 'ABRIDGED' or 'FULL'.
create function receipt.invoice_form(gross int8, at timestamptz) returns text
	language sql stable parallel safe set search_path = '' as $$
	select case when gross > r.full_over then 'FULL' when gross > r.none_upto then 'ABRIDGED' end
	  from tax.rule r where r.country = 'ZA' and r.valid @> at
$$;

-- The seller as it stands on documents of that moment.
create function receipt.seller(at timestamptz) returns jsonb
	language sql stable parallel safe set search_path = '' as $$
	select jsonb_build_object('name', s.name, 'address', to_jsonb(s.address),
	    'vatNumber', s.vat_number, 'registration', s.registration)
	  from tax.seller s where s.country = 'ZA' and s.valid @> at
$$;

select host.protect('receipt.party'), host.protect('receipt.document');
create policy own on receipt.party for select to db_web, db_pay, db_slow
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own_insert on receipt.party for insert to db_web, db_pay, db_slow
	with check (person_id = (select host.uid()));
create policy jobs on receipt.party to db_jobs using (true) with check (true);
create policy definer on receipt.party to db_def_marketplace using (true) with check (true);
create policy own on receipt.document for select to db_web, db_pay, db_slow, db_ro
	using (owner_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy jobs on receipt.document to db_jobs using (true) with check (true);
create policy definer on receipt.document to db_def_marketplace using (true) with check (true);
grant select, insert on receipt.party to db_web, db_pay, db_slow, db_jobs;
grant select on receipt.party to db_def_marketplace;
grant select on receipt.document to db_web, db_pay, db_slow, db_jobs, db_ro;
grant update (pdf_path, pdf_sha256, pdf_bytes, rendered_at, mail, mailed_at) on receipt.document
	to db_jobs;
grant select, insert, update on receipt.document, receipt.series to db_def_marketplace;
grant select on receipt.series to db_web, db_jobs, db_ro;

select host.definer('receipt.issue(text, text, uuid, uuid, text, uuid, uuid, text, int8, int8, jsonb, boolean)',
	'marketplace');
grant usage on schema host to db_def_marketplace;
grant execute on function host.event_add(text, text, text, jsonb) to db_def_marketplace;
grant execute on function receipt.issue(text, text, uuid, uuid, text, uuid, uuid, text, int8, int8,
	jsonb, boolean) to db_jobs;
grant execute on function receipt.invoice_form(int8, timestamptz), receipt.seller(timestamptz)
	to db_web, db_pay, db_slow, db_jobs, db_def_marketplace;

create view receipt.document_public with (security_invoker) as
select id, series, code, form, status, owner_id, ref_type, ref_id, refers_id, currency, gross, tax,
       issued_at, rendered_at, mail, mailed_at
  from receipt.document;
grant select on receipt.document_public to db_web, db_pay, db_slow, db_jobs, db_ro, db_def_marketplace;

select host.classify('receipt.party', 'personal', 'person_id'),
	host.classify('receipt.party', 'secret', 'sealed'), host.classify('receipt.party', 'internal'),
	host.classify('receipt.document', 'personal', 'owner_id', 'snapshot', 'ref_id'),
	host.classify('receipt.document', 'internal'), host.classify('receipt.series', 'internal');
