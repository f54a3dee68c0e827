-- The marketplace, third part: payouts, administration of the rates, and the
-- demonstration world. Rules: money.md 2.13, 2.14.
--
-- A payout goes REQUESTED -> (SECOND ->) APPROVED -> IN_TRANSIT -> PAID, or to
-- REJECTED, CANCELLED, FAILED; a bank may send back a PAID one. The money leaves
-- available when it is asked for, in one posting under the educator's lock, so
-- that it cannot be asked for twice.

create table marketplace.bank_account (
	person_id uuid primary key references identity.person,
	sealed bytea not null check (octet_length(sealed) between 1 and 4096),
	last4 text not null check (last4 ~ '^[0-9]{4}$'),
	bank text not null check (length(bank) between 1 and 80),
	changed_at timestamptz not null default host.now()
);
comment on column marketplace.bank_account.sealed is
	'{holder, bank, branch, number} sealed with the person''s key.';

create table marketplace.payout_batch (
	id uuid primary key default host.uuid7(),
	made_by uuid not null references identity.person,
	count int4 not null check (count > 0),
	amount int8 not null check (amount > 0),
	created_at timestamptz not null default host.now()
);
create index payout_batch_made_by_idx on marketplace.payout_batch (made_by);

create table marketplace.payout (
	id uuid primary key default host.uuid7(),
	person_id uuid not null references identity.person,
	amount int8 not null check (amount > 0),
	currency text not null default 'ZAR' check (currency = 'ZAR'),
	status text not null default 'REQUESTED' check (status in ('REQUESTED', 'SECOND', 'APPROVED',
	    'IN_TRANSIT', 'PAID', 'FAILED', 'REJECTED', 'CANCELLED')),
	last4 text not null check (last4 ~ '^[0-9]{4}$'),
	first_by uuid references identity.person,
	second_by uuid references identity.person,
	batch_id uuid references marketplace.payout_batch,
	reason text check (length(reason) <= 300),
	key text not null check (length(key) between 1 and 128),
	requested_at timestamptz not null default host.now(),
	approved_at timestamptz,
	finished_at timestamptz,
	updated_at timestamptz not null default now(),
	unique (person_id, key),
	check (first_by <> second_by),
	check (person_id <> first_by and person_id <> second_by),
	check (status not in ('APPROVED', 'IN_TRANSIT', 'PAID') or first_by is not null)
);
create index payout_status_idx on marketplace.payout (status, requested_at);
create index payout_person_idx on marketplace.payout (person_id, requested_at desc);
create index payout_first_by_idx on marketplace.payout (first_by);
create index payout_second_by_idx on marketplace.payout (second_by);
create index payout_batch_id_idx on marketplace.payout (batch_id);
select host.touched('marketplace.payout');

-- Particulars on invoices, written by their owner through this view.
create view receipt.party_public with (security_invoker) as
select id, person_id, sealed, vat_registered, created_at from receipt.party;
grant select, insert on receipt.party_public to db_web, db_pay, db_slow;

create function marketplace.payout_post(p marketplace.payout, p_kind text, p_from text, p_to text)
	returns void
	language plpgsql security definer set search_path = '' as $$
begin
	perform ledger.post_named(p_kind, lower(p_kind) || ':' || p.id, array[p_from, p_to],
	    array[-p.amount, p.amount], null, 'marketplace.payout', p.id, null, null);
end $$;

create function marketplace.bank_set(p_sealed bytea, p_last4 text, p_bank text) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	insert into marketplace.bank_account as b (person_id, sealed, last4, bank)
	values (host.uid(), p_sealed, p_last4, p_bank)
	on conflict (person_id) do update set sealed = excluded.sealed, last4 = excluded.last4,
	    bank = excluded.bank, changed_at = host.now();
end $$;

create function marketplace.payout_ask(p_amount int8, p_key text) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	r constant marketplace.rule := marketplace.rule_now();
	b marketplace.bank_account;
	p marketplace.payout;
begin
	perform marketplace.seller_lock(host.uid());
	select * into p from marketplace.payout t where t.person_id = host.uid() and t.key = p_key;
	if found then
		return p.id;
	end if;
	select * into b from marketplace.bank_account t where t.person_id = host.uid();
	if not found then
		raise exception 'bank_account_missing' using errcode = 'U0409';
	elsif b.changed_at > host.now() - r.payout_hold_hours * interval '1 hour' then
		raise exception 'bank_account_new' using errcode = 'U0409';
	elsif p_amount < r.payout_min then
		raise exception 'payout_too_small' using errcode = 'U0422';
	end if;
	insert into marketplace.payout (person_id, amount, last4, key)
	values (host.uid(), p_amount, b.last4, p_key) returning * into p;
	perform marketplace.payout_post(p, 'PAYOUT_ASKED', marketplace.lots(p.person_id, 'available'),
	    marketplace.lots(p.person_id, 'in_transit'));
	perform host.event_add('payout.asked', 'marketplace', p.id::text, jsonb_build_object('id', p.id));
	return p.id;
end $$;

-- Ends one that has not left: by its owner while it waits, or by ADMIN.
create function marketplace.payout_end(p_id uuid, p_status text, p_reason text) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	p marketplace.payout;
begin
	select * into p from marketplace.payout t where t.id = p_id for no key update;
	if not found or (p.person_id is distinct from host.uid() and host.role() is distinct from 'ADMIN') then
		raise exception 'payout_not_found' using errcode = 'U0404';
	elsif p.status not in ('REQUESTED', 'SECOND') and not (p.status = 'APPROVED' and p_status = 'REJECTED') then
		raise exception 'invalid_status' using errcode = 'U0409';
	elsif p_status = 'REJECTED' and p.person_id = host.uid() then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	update marketplace.payout t set status = p_status, reason = p_reason, finished_at = host.now()
	 where t.id = p.id;
	perform marketplace.payout_post(p, 'PAYOUT_RETURNED', marketplace.lots(p.person_id, 'in_transit'),
	    marketplace.lots(p.person_id, 'available'));
end $$;

-- ADMIN approves; above the limit two of them, and nobody for themselves.
create function marketplace.payout_approve(p_id uuid) returns text
	language plpgsql security definer set search_path = '' as $$
declare
	p marketplace.payout;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select * into p from marketplace.payout t where t.id = p_id for no key update;
	if not found then
		raise exception 'payout_not_found' using errcode = 'U0404';
	elsif p.person_id = host.uid() then
		raise exception 'not_on_yourself' using errcode = 'U0409';
	elsif p.status = 'SECOND' and p.first_by = host.uid() then
		raise exception 'second_person_needed' using errcode = 'U0409';
	elsif p.status not in ('REQUESTED', 'SECOND') then
		raise exception 'invalid_status' using errcode = 'U0409';
	end if;
	update marketplace.payout t
	   set first_by = coalesce(t.first_by, host.uid()),
	       second_by = case when t.status = 'SECOND' then host.uid() end,
	       status = case when t.status = 'REQUESTED'
	           and t.amount > (marketplace.rule_now()).payout_second_over then 'SECOND' else 'APPROVED' end,
	       approved_at = host.now()
	 where t.id = p.id
	returning t.status into p.status;
	return p.status;
end $$;

-- All that are approved go to the bank as one file.
create function marketplace.payout_send() returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	v_ids uuid[];
	v_batch uuid;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select array_agg(t.id) into v_ids from (select p.id from marketplace.payout p
	    where p.status = 'APPROVED' order by p.id for no key update) t;
	if v_ids is null then
		raise exception 'payout_none' using errcode = 'U0409';
	end if;
	insert into marketplace.payout_batch (made_by, count, amount)
	select host.uid(), count(*), sum(p.amount) from marketplace.payout p where p.id = any (v_ids)
	returning id into v_batch;
	update marketplace.payout p set status = 'IN_TRANSIT', batch_id = v_batch where p.id = any (v_ids);
	return v_batch;
end $$;

-- What the bank says: PAID, or FAILED (also later, when it comes back).
create function marketplace.payout_result(p_id uuid, p_status text, p_reason text) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	p marketplace.payout;
	r record;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select * into p from marketplace.payout t where t.id = p_id for no key update;
	if not found then
		raise exception 'payout_not_found' using errcode = 'U0404';
	elsif p.status <> 'IN_TRANSIT' and not (p.status = 'PAID' and p_status = 'FAILED') then
		raise exception 'invalid_status' using errcode = 'U0409';
	end if;
	update marketplace.payout t set status = p_status, reason = p_reason, finished_at = host.now()
	 where t.id = p.id;
	perform marketplace.payout_post(p, 'PAYOUT_' || p_status, case when p.status = 'PAID'
	    then 'bank:operating:ZAR' else marketplace.lots(p.person_id, 'in_transit') end,
	    case p_status when 'PAID' then 'bank:operating:ZAR'
	    else marketplace.lots(p.person_id, 'available') end);
	perform host.event_add('payout.' || lower(p_status), 'marketplace', p.id::text,
	    jsonb_build_object('id', p.id));
	select s.party_id, y.vat_registered, tax.bps_at('STANDARD', host.now()) as bps into r
	  from marketplace.seller s join receipt.party y on y.id = s.party_id
	 where s.person_id = p.person_id;
	if p_status = 'PAID' and r.vat_registered then
		perform receipt.issue('SELF_BILLED', 'SELF_BILLED', p.person_id, r.party_id, 'marketplace.payout',
		    p.id, null, p.currency, p.amount, tax.inside(p.amount, r.bps), jsonb_build_object('title',
		    'Self-Billed Tax Invoice', 'currency', p.currency, 'exponent', 2, 'partyIs', 'seller',
		    'buyer', receipt.seller(host.now()), 'from', 'From', 'to', 'For',
		    'rate', to_char(r.bps / 100.0, 'FM990.##') || ' %', 'net', p.amount - tax.inside(p.amount, r.bps),
		    'tax', tax.inside(p.amount, r.bps), 'gross', p.amount, 'totalLabel', 'Total',
		    'lines', jsonb_build_array(jsonb_build_object('description', 'Share of course sales',
		        'quantity', 1, 'net', p.amount - tax.inside(p.amount, r.bps),
		        'tax', tax.inside(p.amount, r.bps), 'gross', p.amount)),
		    'payments', '[]'::jsonb, 'notes', jsonb_build_array('Issued by the recipient of the supply.')),
		    true);
	end if;
end $$;

-- The educator's particulars for self-billed invoices.
create function marketplace.seller_party(p_party uuid) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	if not exists (select from receipt.party y where y.id = p_party and y.person_id = host.uid()) then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	insert into marketplace.seller as s (person_id, party_id) values (host.uid(), p_party)
	on conflict (person_id) do update set party_id = excluded.party_id;
end $$;

-- ---- a coupon before the sale: why it takes nothing, instead of an error ------------------------

create function marketplace.coupon_quote(p_code text, p_course uuid, out off int8, out problem text)
	language plpgsql security definer set search_path = '' as $$
begin
	off := 0;
	if p_code <> '' then
		select t.off into off from course.course_public c
		  cross join lateral marketplace.coupon_take(p_code, c.id, c.instructor_id, host.uid(), c.price,
		      false) t
		 where c.id = p_course;
	end if;
exception when sqlstate 'U0409' then
	off := 0;
	problem := sqlerrm;
end $$;

-- ---- dated rates --------------------------------------------------------------------------------

create function marketplace.rate_set(p_tier text, p_share int4, p_burn int4, p_days int4,
	p_fee_first boolean, p_from timestamptz) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	elsif p_from <= host.now() then
		raise exception 'rate_past' using errcode = 'U0409';
	elsif exists (select from marketplace.rate r where r.tier = p_tier and lower(r.valid) >= p_from) then
		raise exception 'rate_later' using errcode = 'U0409';
	end if;
	update marketplace.rate r set valid = tstzrange(lower(r.valid), p_from)
	 where r.tier = p_tier and r.valid @> p_from;
	insert into marketplace.rate (tier, share_bps, burn_bps, hold_days, fee_first, valid)
	values (p_tier, p_share, p_burn, p_days, p_fee_first, tstzrange(p_from, null))
	returning id into made;
	return made;
end $$;

-- The price of an AZR from now on for so many days; after them burns wait.
create function marketplace.azr_rate_set(p_micro int8, p_days int4) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is distinct from 'ADMIN' and session_user <> 'db_jobs' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	delete from marketplace.azr_rate r where lower(r.valid) >= host.now();
	update marketplace.azr_rate r set valid = tstzrange(lower(r.valid), host.now())
	 where r.valid @> host.now();
	insert into marketplace.azr_rate (micro_rand, valid)
	values (p_micro, tstzrange(host.now(), host.now() + p_days * interval '1 day'))
	returning id into made;
	return made;
end $$;

-- ---- the demonstration world ---------------------------------------------------------------------

-- A sale to a demo person, paid from a wallet that is filled for it, so many
-- days ago; with a review. False: it is there already. Run by the seed alone.
create function marketplace.demo_sale(p_buyer uuid, p_code text, p_days int4, p_rating int4,
	p_comment text, p_author text) returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	c record;
	s marketplace.sale;
	v_bps int4;
begin
	select t.id, t.title, t.price, t.instructor_id into c from course.course_public t
	 where t.code = p_code and t.status = 'PUBLISHED' and t.price > 0;
	if not found or c.instructor_id = p_buyer or exists (select from marketplace.sale t
	    where t.buyer_id = p_buyer and t.course_id = c.id) then
		return false;
	end if;
	v_bps := tax.bps_at('STANDARD', host.now());
	insert into marketplace.sale (course_id, course_title, buyer_id, seller_id, list_price, wallet_part,
	    tax_bps, tax, tier, share_bps)
	values (c.id, c.title, p_buyer, c.instructor_id, c.price, c.price, v_bps, tax.inside(c.price, v_bps),
	    'PRO', 7000) returning * into s;
	perform ledger.post_named('DEMO', 'demo_sale:' || s.id, array['bank:demonstration:ZAR',
	    marketplace.wallet(p_buyer)], array[-c.price, c.price], null, 'marketplace.sale', s.id, null, null);
	perform marketplace.settle(s.id, null);
	update marketplace.sale t set paid_at = host.now() - p_days * interval '1 day',
	       matures_at = host.now() + (30 - p_days) * interval '1 day' where t.id = s.id;
	if p_rating > 0 then
		insert into marketplace.review (course_id, person_id, rating, comment, author, bought, created_at)
		values (c.id, p_buyer, p_rating, p_comment, p_author, true,
		    host.now() - (p_days - 1) * interval '1 day')
		on conflict do nothing;
	end if;
	return true;
end $$;

create function marketplace.demo_bank(p_person uuid, p_sealed bytea, p_last4 text, p_bank text)
	returns void
	language sql security definer set search_path = '' as $$
	insert into marketplace.bank_account (person_id, sealed, last4, bank, changed_at)
	values (p_person, p_sealed, p_last4, p_bank, host.now() - interval '90 days')
	on conflict do nothing
$$;

-- ---- rights ------------------------------------------------------------------------------------------

do $$
declare
	t text;
	f text;
begin
	foreach t in array array['bank_account', 'payout_batch', 'payout'] loop
		perform host.protect(format('marketplace.%I', t)::regclass);
		execute format('create policy definer on marketplace.%I to db_def_marketplace using (true) with check (true)', t);
		execute format('create policy jobs on marketplace.%I for select to db_jobs using (true)', t);
		execute format('grant select, insert, update on marketplace.%I to db_def_marketplace', t);
		execute format('grant select on marketplace.%I to db_web, db_slow, db_jobs', t);
	end loop;
	foreach f in array array['payout_post(marketplace.payout, text, text, text)',
	    'bank_set(bytea, text, text)', 'payout_ask(int8, text)', 'payout_end(uuid, text, text)',
	    'payout_approve(uuid)', 'payout_send()', 'payout_result(uuid, text, text)', 'seller_party(uuid)',
	    'coupon_quote(text, uuid)', 'rate_set(text, int4, int4, int4, boolean, timestamptz)',
	    'azr_rate_set(int8, int4)', 'demo_sale(uuid, text, int4, int4, text, text)',
	    'demo_bank(uuid, bytea, text, text)'] loop
		perform host.definer(('marketplace.' || f)::regprocedure, 'marketplace');
	end loop;
end $$;
create policy own on marketplace.bank_account for select to db_web, db_slow
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on marketplace.payout for select to db_web, db_slow
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy admin on marketplace.payout_batch for select to db_web, db_slow
	using ((select host.role()) = 'ADMIN');
grant delete on marketplace.azr_rate to db_def_marketplace;
grant execute on function marketplace.bank_set(bytea, text, text), marketplace.payout_ask(int8, text),
	marketplace.payout_end(uuid, text, text), marketplace.payout_approve(uuid),
	marketplace.payout_send(), marketplace.payout_result(uuid, text, text),
	marketplace.seller_party(uuid), marketplace.coupon_quote(text, uuid),
	marketplace.rate_set(text, int4, int4, int4, boolean, timestamptz),
	marketplace.azr_rate_set(int8, int4) to db_web;
grant execute on function marketplace.azr_rate_set(int8, int4),
	marketplace.demo_sale(uuid, text, int4, int4, text, text),
	marketplace.demo_bank(uuid, bytea, text, text) to db_jobs;
select host.classify('marketplace.bank_account', 'personal', 'person_id', 'last4', 'bank'),
	host.classify('marketplace.bank_account', 'secret', 'sealed'),
	host.classify('marketplace.payout', 'personal', 'person_id', 'first_by', 'second_by', 'last4'),
	host.classify('marketplace.payout_batch', 'personal', 'made_by');
select host.classify(('marketplace.' || t)::regclass, 'internal')
  from unnest(array['bank_account', 'payout', 'payout_batch']) t;
