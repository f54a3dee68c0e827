-- The marketplace, second part: sales, refunds, disputes, the educator's lots.
-- CoursePurchase and InstructorEarnings of the data requirements. Rules: money.md
-- 2.13, 2.14, architecture.md 8 and 15.
--
-- A sale goes PENDING -> PAID -> REFUNDED, or PENDING -> CANCELLED (-> PAID when
-- the money comes late). Money, access and documents change in one transaction:
--
--   gross G (tax inside) = tax + share of the educator + the platform's part
--   paid by a provider, from the wallet (held in escrow until then), or both
--   the share is a lot: pending until the refund window is over, then debt is
--   repaid, the rest is available
--   a refund takes back each part of the same sale, the educator's from the lot,
--   then from available, then as debt
--   the platform's part pays the burn: 5 % of the price, as tokens of the treasury
--
-- No balance is stored here: they are those of the ledger.

-- ---- dated configuration ---------------------------------------------------------------------

create table marketplace.rate (
	id uuid primary key default host.uuid7(),
	tier text not null check (tier in ('FREE', 'PRO', 'ENTERPRISE')),
	share_bps int4 not null check (share_bps between 0 and 10000),
	burn_bps int4 not null check (burn_bps between 0 and 10000),
	hold_days int4 not null check (hold_days between 0 and 365),
	fee_first boolean not null default false,
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	created_at timestamptz not null default host.now(),
	constraint rate_no_overlap exclude using gist (tier with =, valid with &&)
);
comment on column marketplace.rate.share_bps is 'Of the price without tax, to the educator.';
comment on column marketplace.rate.burn_bps is 'Of the price, from the platform''s part.';
comment on column marketplace.rate.fee_first is 'The provider''s fee is taken off before the split.';
insert into marketplace.rate (tier, share_bps, burn_bps, hold_days, valid) values
	('FREE', 7000, 500, 30, '[2020-01-01 00:00+02,)'), ('PRO', 7000, 500, 30, '[2020-01-01 00:00+02,)'),
	('ENTERPRISE', 8000, 500, 30, '[2020-01-01 00:00+02,)');

create table marketplace.rule (
	id uuid primary key default host.uuid7(),
	refund_days int4 not null check (refund_days >= 0),
	refund_percent int4 not null check (refund_percent between 0 and 100),
	admin_refund_days int4 not null check (admin_refund_days >= refund_days),
	payout_min int8 not null check (payout_min > 0),
	payout_second_over int8 not null check (payout_second_over >= 0),
	payout_hold_hours int4 not null check (payout_hold_hours >= 0),
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	constraint rule_no_overlap exclude using gist (valid with &&)
);
comment on column marketplace.rule.refund_percent is 'Below so much of the course a learner may ask.';
comment on column marketplace.rule.payout_second_over is 'Above it two administrators approve.';
comment on column marketplace.rule.payout_hold_hours is 'After a change of the bank account.';
insert into marketplace.rule (refund_days, refund_percent, admin_refund_days, payout_min,
	payout_second_over, payout_hold_hours, valid)
values (30, 30, 90, 10000, 100000, 24, '[2020-01-01 00:00+02,)');

-- Administered price of one AZR in millionths of a rand. None in force: burns wait.
create table marketplace.azr_rate (
	id uuid primary key default host.uuid7(),
	micro_rand int8 not null check (micro_rand > 0),
	valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
	created_at timestamptz not null default host.now(),
	constraint azr_rate_no_overlap exclude using gist (valid with &&)
);

-- Sellers who are not PRO, and who is registered for VAT.
create table marketplace.seller (
	person_id uuid primary key references identity.person,
	tier text not null default 'PRO' check (tier in ('FREE', 'PRO', 'ENTERPRISE')),
	party_id uuid references receipt.party,
	updated_at timestamptz not null default now()
);
create index seller_party_id_idx on marketplace.seller (party_id);

-- ---- sales ---------------------------------------------------------------------------------------

create table marketplace.sale (
	id uuid primary key default host.uuid7(),
	course_id uuid not null references course.course,
	course_title text not null,
	buyer_id uuid not null references identity.person,
	seller_id uuid not null references identity.person,
	party_id uuid references receipt.party,
	status text not null default 'PENDING' check (status in ('PENDING', 'PAID', 'CANCELLED', 'REFUNDED')),
	currency text not null default 'ZAR' check (currency = 'ZAR'),
	list_price int8 not null check (list_price > 0),
	discount int8 not null default 0 check (discount between 0 and list_price),
	price int8 not null generated always as (list_price - discount) stored,
	coupon_id uuid references marketplace.coupon,
	wallet_part int8 not null default 0 check (wallet_part >= 0),
	escrow boolean not null default false,
	payment_id uuid,
	tax_bps int4 not null check (tax_bps between 0 and 10000),
	tax int8 not null check (tax >= 0),
	tier text not null check (tier in ('FREE', 'PRO', 'ENTERPRISE')),
	share_bps int4 not null check (share_bps between 0 and 10000),
	fee int8 not null default 0 check (fee >= 0),
	share int8 not null default 0 check (share >= 0),
	back int8 not null default 0 check (back >= 0),
	back_tax int8 not null default 0 check (back_tax between 0 and tax),
	back_share int8 not null default 0 check (back_share between 0 and share),
	lot int8 not null default 0 check (lot >= 0),
	matures_at timestamptz,
	matured int4 not null default 0,
	disputed boolean not null default false,
	credited boolean not null default false,
	burn text not null default 'NONE' check (burn in ('NONE', 'PENDING', 'POSTED')),
	burn_bps int4 not null default 0,
	expires_at timestamptz not null default host.now() + interval '2 hours',
	paid_at timestamptz,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	check (wallet_part <= list_price - discount),
	check (tax <= list_price - discount and back <= list_price - discount),
	check (lot <= share),
	check ((status in ('PAID', 'REFUNDED')) = (paid_at is not null)),
	check (status <> 'REFUNDED' or back = list_price - discount)
);
-- A person has a course once; a refunded one may be bought again.
create unique index sale_once_idx on marketplace.sale (buyer_id, course_id)
	where status in ('PENDING', 'PAID');
create index sale_course_id_idx on marketplace.sale (course_id, paid_at desc);
create index sale_buyer_id_idx on marketplace.sale (buyer_id, created_at desc);
create index sale_seller_id_idx on marketplace.sale (seller_id, paid_at desc);
create index sale_party_id_idx on marketplace.sale (party_id);
create index sale_coupon_id_idx on marketplace.sale (coupon_id, buyer_id);
create index sale_lot_idx on marketplace.sale (matures_at) where lot > 0;
create index sale_pending_idx on marketplace.sale (expires_at) where status = 'PENDING';
create index sale_burn_idx on marketplace.sale (paid_at) where burn = 'PENDING';
create index sale_created_at_idx on marketplace.sale (created_at desc);
comment on column marketplace.sale.escrow is 'The wallet part waits in escrow:sale:<id>.';
comment on column marketplace.sale.payment_id is 'The payment of the other part; its area has no key for us.';
comment on column marketplace.sale.share is 'Of the educator, when paid.';
comment on column marketplace.sale.back is 'Given back or held for it; also back_tax, back_share.';
comment on column marketplace.sale.lot is 'What of the share is still pending in the ledger.';
comment on column marketplace.sale.credited is
	'The payment came when nothing could be delivered any more: the money is in the wallet.';

create table marketplace.refund (
	id uuid primary key default host.uuid7(),
	sale_id uuid not null references marketplace.sale,
	kind text not null check (kind in ('REFUND', 'DISPUTE')),
	target text not null check (target in ('WALLET', 'PROVIDER')),
	status text not null check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
	amount int8 not null check (amount > 0),
	tax int8 not null check (tax >= 0),
	share int8 not null check (share >= 0),
	from_lot int8 not null check (from_lot >= 0),
	from_available int8 not null check (from_available >= 0),
	from_debt int8 not null check (from_debt >= 0),
	cause text not null unique check (length(cause) between 1 and 150),
	reason text check (length(reason) <= 500),
	asked_by uuid references identity.person,
	document_id uuid references receipt.document,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	check (from_lot + from_available + from_debt = share),
	check (tax + share <= amount)
);
create index refund_sale_id_idx on marketplace.refund (sale_id, created_at);
create index refund_asked_by_idx on marketplace.refund (asked_by);
create index refund_document_id_idx on marketplace.refund (document_id);
create index refund_created_at_idx on marketplace.refund (created_at desc);
comment on column marketplace.refund.cause is 'refund:<id at the payment>, dispute:<payment>, wallet:<key>.';
select host.touched('marketplace.sale'), host.touched('marketplace.refund'),
	host.touched('marketplace.seller');

-- ---- the enrolment belongs to learning ------------------------------------------------------------

create function learning.purchase_grant(p_person uuid, p_course uuid) returns void
	language sql security definer set search_path = '' as $$
	insert into learning.enrolment as e (person_id, course_id, source) values (p_person, p_course, 'PURCHASE')
	    on conflict (person_id, course_id) do update
	   set status = 'ACTIVE', source = 'PURCHASE' where e.status = 'DROPPED'
$$;
create function learning.purchase_revoke(p_person uuid, p_course uuid) returns void
	language sql security definer set search_path = '' as $$
	update learning.enrolment e set status = 'DROPPED'
	 where e.person_id = p_person and e.course_id = p_course and e.status = 'ACTIVE'
	   and e.source = 'PURCHASE'
$$;
select host.definer('learning.purchase_grant(uuid, uuid)', 'learning'),
	host.definer('learning.purchase_revoke(uuid, uuid)', 'learning');

-- ---- helpers ---------------------------------------------------------------------------------------

-- Legs of 0 are left out. Accounts are ids or codes.
create function marketplace.post(p_kind text, p_idem text, p_accounts text[], p_amounts int8[],
	p_sale uuid) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v_accounts text[];
	v_amounts int8[];
begin
	select array_agg(u.a order by u.n), array_agg(u.m order by u.n) into v_accounts, v_amounts
	  from unnest(p_accounts, p_amounts) with ordinality u (a, m, n) where u.m <> 0;
	if v_accounts is not null then
		perform ledger.post_named(p_kind, p_idem, v_accounts, v_amounts, null, 'marketplace.sale', p_sale,
		    null, null);
	end if;
end $$;

create function marketplace.wallet(p uuid) returns text
	language sql immutable parallel safe set search_path = '' as
	$$ select 'user:' || p || ':wallet:ZAR' $$;
create function marketplace.lots(p uuid, p_part text) returns text
	language sql immutable parallel safe set search_path = '' as
	$$ select 'instructor:' || p || ':' || p_part || ':ZAR' $$;
create function marketplace.balance(p_code text) returns int8
	language sql volatile set search_path = '' as $$ select coalesce(ledger.balance(ledger.account_open(p_code, 'ZAR')), 0) $$;

-- Debits of one educator's accounts happen one after the other.
create function marketplace.seller_lock(p uuid) returns void
	language sql volatile set search_path = '' as
	$$ select pg_advisory_xact_lock(hashtextextended('marketplace.seller:' || p, 0)) $$;

create function marketplace.rule_now() returns marketplace.rule
	language sql stable set search_path = '' as
	$$ select r from marketplace.rule r where r.valid @> host.now() $$;

-- What a coupon takes off; raises why it takes nothing. The row stays locked, so
-- that the last use is given once.
create function marketplace.coupon_take(p_code text, p_course uuid, p_seller uuid, p_buyer uuid,
	p_price int8, p_lock boolean, out coupon uuid, out off int8)
	language plpgsql security definer set search_path = '' as $$
declare
	c marketplace.coupon;
	used record;
begin
	select * into c from marketplace.coupon t
	 where t.owner_id = p_seller and t.code = upper(p_code)
	   and (t.course_id is null or t.course_id = p_course);
	if not found or not c.active or c.starts_at > host.now() then
		raise exception 'coupon_unknown' using errcode = 'U0409';
	elsif c.ends_at <= host.now() then
		raise exception 'coupon_over' using errcode = 'U0409';
	end if;
	if p_lock then
		perform from marketplace.coupon t where t.id = c.id for no key update;
	end if;
	select count(*) as all_of, count(*) filter (where s.buyer_id = p_buyer) as own into used
	  from marketplace.sale s where s.coupon_id = c.id and s.status <> 'CANCELLED';
	if used.own >= c.per_person then
		raise exception 'coupon_used' using errcode = 'U0409';
	elsif used.all_of >= c.max_uses then
		raise exception 'coupon_used_up' using errcode = 'U0409';
	end if;
	coupon := c.id;
	off := least(p_price, case c.kind when 'FIXED' then c.value
	    else round(p_price::numeric * c.value / 10000)::int8 end);
end $$;

-- ---- buying ------------------------------------------------------------------------------------------

create function marketplace.cancel(p_sale uuid) returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
begin
	select * into s from marketplace.sale t where t.id = p_sale for no key update;
	if s.status is distinct from 'PENDING' then
		return false;
	end if;
	if s.escrow then
		perform marketplace.post('SALE_CANCELLED', 'sale_cancel:' || s.id,
		    array['escrow:sale:' || s.id || ':ZAR', marketplace.wallet(s.buyer_id)],
		    array[-s.wallet_part, s.wallet_part], s.id);
	end if;
	update marketplace.sale t set status = 'CANCELLED', escrow = false where t.id = s.id;
	return true;
end $$;

-- Documents of a paid sale. Last in the transaction: they take numbers.
create function marketplace.documents(s marketplace.sale) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v_form constant text := receipt.invoice_form(s.price, s.paid_at);
	v_snapshot jsonb;
begin
	v_snapshot := jsonb_build_object('currency', s.currency, 'exponent', 2,
	    'seller', receipt.seller(s.paid_at), 'from', 'From', 'to', 'For',
	    'rate', to_char(s.tax_bps / 100.0, 'FM990.##') || ' %', 'net', s.price - s.tax, 'tax', s.tax,
	    'gross', s.price, 'totalLabel', 'Total paid',
	    'lines', jsonb_build_array(jsonb_build_object('description', s.course_title || ' (online course)',
	        'quantity', 1, 'net', s.price - s.tax, 'tax', s.tax, 'gross', s.price)),
	    'payments', (select coalesce(jsonb_agg(jsonb_build_object('label', p.label, 'amount', p.amount)), '[]')
	        from (values ('Paid from the wallet', s.wallet_part),
	            ('Paid by card or bank', s.price - s.wallet_part)) p (label, amount) where p.amount > 0),
	    'notes', jsonb_build_array('Amounts are in South African rand and include VAT where shown.'));
	perform receipt.issue('RECEIPT', 'RECEIPT', s.buyer_id, s.party_id, 'marketplace.sale', s.id, null,
	    s.currency, s.price, s.tax, v_snapshot || '{"title": "Receipt"}', v_form is null);
	if v_form is not null then
		perform receipt.issue('TAX_INVOICE', v_form, s.buyer_id, s.party_id, 'marketplace.sale', s.id,
		    null, s.currency, s.price, s.tax, v_snapshot || '{"title": "Tax Invoice"}', true);
	end if;
end $$;

-- The platform's burn. False: no rate, it waits.
create function marketplace.burn(s marketplace.sale) returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	v_rate int8 := (select r.micro_rand from marketplace.azr_rate r where r.valid @> host.now());
	v_rand constant int8 := greatest(1, round(s.price::numeric * s.burn_bps / 10000)::int8);
begin
	if v_rate is null then
		return false;
	end if;
	-- cents × 10^12 / (millionths of a rand for one AZR) = units of 10^-8 AZR
	perform marketplace.post('BURN', 'burn:' || s.id,
	    array['platform:income:course:ZAR', 'fx:liquidity:ZAR', 'supply:treasury:AZR', 'supply:burn:AZR'],
	    array[-v_rand, v_rand, -a.azr, a.azr], s.id)
	  from (select greatest(1, round(v_rand::numeric * 1000000000000 / v_rate)::int8) as azr) a;
	update marketplace.sale t set burn = 'POSTED' where t.id = s.id;
	return true;
end $$;

-- Money has come: access, shares, documents; all or nothing. p_facts are those
-- of the payment, null for a sale paid from the wallet or for nothing.
create function marketplace.settle(p_sale uuid, p_facts jsonb) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
	r marketplace.rate;
	v_paid constant int8 := coalesce((p_facts ->> 'amount')::int8, 0);
	v_fee constant int8 := coalesce((p_facts ->> 'fee')::int8, 0);
	v_balance constant text := p_facts #>> '{accounts,balance}';
	v_expense constant text := p_facts #>> '{accounts,fee}';
	v_net int8;
	v_share int8;
begin
	select * into s from marketplace.sale t where t.id = p_sale for no key update;
	if s.status in ('PAID', 'REFUNDED') and s.payment_id is not distinct from (p_facts ->> 'payment')::uuid
	    or s.credited then
		return;
	end if;
	select * into strict r from marketplace.rate t where t.tier = s.tier and t.valid @> host.now();
	begin
		-- A cancelled sale lives again when its whole price has come.
		if s.status not in ('PENDING', 'CANCELLED') or v_paid + (case when s.escrow or p_facts is null
		    then s.wallet_part else 0 end) <> s.price then
			raise exception 'undeliverable' using errcode = 'U0409';
		end if;
		v_net := s.price - s.tax;
		v_share := (marketplace.split(greatest(0, v_net - case when r.fee_first then v_fee else 0 end),
		    array[s.share_bps, 10000 - s.share_bps]))[1];
		update marketplace.sale t
		   set status = 'PAID', paid_at = host.now(), fee = v_fee, share = v_share, lot = v_share,
		       matures_at = host.now() + r.hold_days * interval '1 day', escrow = false,
		       payment_id = (p_facts ->> 'payment')::uuid, burn_bps = r.burn_bps,
		       burn = case when s.price > 0 and r.burn_bps > 0 then 'PENDING' else 'NONE' end
		 where t.id = s.id
		returning * into s;
		perform learning.purchase_grant(s.buyer_id, s.course_id);
	exception when unique_violation or sqlstate 'U0409' or sqlstate 'U0404' then
		-- Bought twice, cancelled meanwhile, or no place left: the money is the person's.
		if p_facts is null then
			raise;
		end if;
		perform marketplace.post('SALE_CREDITED', 'sale_credit:' || (p_facts ->> 'payment'),
		    array[v_balance, v_expense, marketplace.wallet(s.buyer_id), 'escrow:sale:' || s.id || ':ZAR',
		        marketplace.wallet(s.buyer_id)],
		    array[-(v_paid - v_fee), -v_fee, v_paid, case when s.escrow then -s.wallet_part else 0 end,
		        case when s.escrow then s.wallet_part else 0 end], s.id);
		update marketplace.sale t set credited = true, escrow = false,
		       status = case when s.status = 'PENDING' then 'CANCELLED' else s.status end
		 where t.id = s.id;
		perform host.event_add('sale.credited', 'marketplace', s.id::text, jsonb_build_object('id', s.id));
		return;
	end;
	perform marketplace.post('COURSE_SALE', 'course_sale:' || s.id,
	    array[v_balance, v_expense, case when v_paid > 0 then 'escrow:sale:' || s.id || ':ZAR'
	        else marketplace.wallet(s.buyer_id) end, 'tax:vat:output:ZA:ZAR',
	        marketplace.lots(s.seller_id, 'pending'), 'platform:income:course:ZAR'],
	    array[-(v_paid - v_fee), -v_fee, -s.wallet_part, s.tax, v_share, v_net - v_share], s.id);
	if s.burn = 'PENDING' then
		perform marketplace.burn(s);
	end if;
	perform host.event_add('sale.paid', 'marketplace', s.id::text, jsonb_build_object('id', s.id));
	perform marketplace.documents(s);
end $$;

-- Begins a purchase by the person who asks. p_wallet: how much of the price they
-- want to take from the wallet. A sale that needs no provider is paid at once;
-- another waits two hours for its payment. An unfinished one is replaced.
create function marketplace.sale_start(p_course uuid, p_code text, p_wallet int8, p_party uuid)
	returns table (id uuid, status text, price int8, rest int8)
	language plpgsql security definer rows 1 set search_path = '' as $$
declare
	c record;
	cut record;
	s marketplace.sale;
	v_now constant timestamptz := host.now();
	v_tier text;
	v_bps int4;
	v_price int8;
begin
	if host.uid() is null then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	perform pg_advisory_xact_lock(hashtextextended('marketplace.buyer:' || host.uid(), 0));
	select t.id, t.title, t.price, t.currency, t.status, t.opens_at, t.instructor_id into c
	  from course.course_public t where t.id = p_course;
	if not found or c.status <> 'PUBLISHED' then
		raise exception 'course_not_found' using errcode = 'U0404';
	elsif c.instructor_id = host.uid() then
		raise exception 'own_course' using errcode = 'U0409';
	elsif c.price = 0 then
		raise exception 'course_is_free' using errcode = 'U0409';
	elsif c.opens_at > v_now then
		raise exception 'course_not_open' using errcode = 'U0409';
	elsif c.currency <> 'ZAR' then
		raise exception 'currency_mismatch' using errcode = 'U0422';
	elsif exists (select from learning.enrolment_public e where e.person_id = host.uid()
	    and e.course_id = p_course and e.status <> 'DROPPED') or exists (select from marketplace.sale t
	    where t.buyer_id = host.uid() and t.course_id = p_course and t.status = 'PAID') then
		raise exception 'already_purchased' using errcode = 'U0409';
	end if;
	perform marketplace.cancel(t.id) from marketplace.sale t
	 where t.buyer_id = host.uid() and t.course_id = p_course and t.status = 'PENDING';
	select null::uuid as coupon, 0::int8 as off into cut;
	if p_code <> '' then
		select * into cut from marketplace.coupon_take(p_code, p_course, c.instructor_id, host.uid(),
		    c.price, true);
	end if;
	v_price := c.price - cut.off;
	if p_wallet < 0 or p_wallet > v_price then
		raise exception 'invalid_amount' using errcode = 'U0422';
	end if;
	select coalesce((select t.tier from marketplace.seller t where t.person_id = c.instructor_id), 'PRO')
	  into v_tier;
	v_bps := tax.bps_at('STANDARD', v_now);
	insert into marketplace.sale as t (course_id, course_title, buyer_id, seller_id, party_id, list_price,
	    discount, coupon_id, wallet_part, tax_bps, tax, tier, share_bps)
	select p_course, c.title, host.uid(), c.instructor_id, p_party, c.price, cut.off, cut.coupon, p_wallet,
	       v_bps, tax.inside(v_price, v_bps), v_tier, r.share_bps
	  from marketplace.rate r where r.tier = v_tier and r.valid @> v_now
	returning * into strict s;
	if p_wallet = v_price then
		perform marketplace.settle(s.id, null);
	elsif p_wallet > 0 then
		perform marketplace.post('SALE_ESCROW', 'sale_escrow:' || s.id,
		    array[marketplace.wallet(host.uid()), 'escrow:sale:' || s.id || ':ZAR'], array[-p_wallet, p_wallet], s.id);
		update marketplace.sale t set escrow = true where t.id = s.id;
	end if;
	return query select t.id, t.status, t.price, t.price - t.wallet_part from marketplace.sale t
	 where t.id = s.id;
end $$;

create function marketplace.sale_payment(p_sale uuid, p_payment uuid) returns void
	language sql security definer set search_path = '' as $$
	update marketplace.sale s set payment_id = p_payment
	 where s.id = p_sale and s.buyer_id = host.uid() and s.status = 'PENDING'
$$;

create function marketplace.sale_cancel(p_sale uuid) returns boolean
	language plpgsql security definer set search_path = '' as $$
begin
	if not exists (select from marketplace.sale s where s.id = p_sale and s.buyer_id = host.uid()) then
		raise exception 'purchase_not_found' using errcode = 'U0404';
	end if;
	return marketplace.cancel(p_sale);
end $$;

-- ---- giving back --------------------------------------------------------------------------------------

-- Takes an amount of a sale back into an account: each part its remainder's
-- share, the educator's from the lot, then from available, then as debt.
create function marketplace.take(p_sale uuid, p_amount int8, p_to text, p_kind text, p_target text,
	p_cause text, p_reason text) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
	parts int8[];
	v_lot int8;
	v_available int8;
	v_id uuid;
begin
	select * into s from marketplace.sale t where t.id = p_sale for no key update;
	if s.status is distinct from 'PAID' then
		raise exception 'invalid_status' using errcode = 'U0409';
	elsif p_amount is null or p_amount <= 0 or p_amount > s.price - s.back then
		raise exception 'invalid_refund_amount' using errcode = 'U0422';
	end if;
	perform marketplace.seller_lock(s.seller_id);
	parts := marketplace.take_back(p_amount, array[s.tax - s.back_tax, s.share - s.back_share,
	    (s.price - s.tax - s.share) - (s.back - s.back_tax - s.back_share)]);
	v_lot := least(s.lot, parts[2]);
	v_available := least(parts[2] - v_lot,
	    marketplace.balance(marketplace.lots(s.seller_id, 'available')));
	perform marketplace.post(p_kind || '_TAKE', 'take:' || p_cause,
	    array['tax:vat:output:ZA:ZAR', marketplace.lots(s.seller_id, 'pending'),
	        marketplace.lots(s.seller_id, 'available'), marketplace.lots(s.seller_id, 'debt'),
	        'platform:income:course:ZAR', p_to],
	    array[-parts[1], -v_lot, -v_available, -(parts[2] - v_lot - v_available), -parts[3], p_amount],
	    s.id);
	insert into marketplace.refund (sale_id, kind, target, status, amount, tax, share, from_lot,
	    from_available, from_debt, cause, reason, asked_by)
	values (s.id, p_kind, p_target, 'PENDING', p_amount, parts[1], parts[2], v_lot, v_available,
	    parts[2] - v_lot - v_available, p_cause, p_reason, host.uid())
	returning id into v_id;
	update marketplace.sale t
	   set back = t.back + p_amount, back_tax = t.back_tax + parts[1],
	       back_share = t.back_share + parts[2], lot = t.lot - v_lot
	 where t.id = s.id;
	return v_id;
end $$;

-- It has been given back: credit note, and without anything left the access ends.
create function marketplace.taken(p_refund uuid) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	f marketplace.refund;
	s marketplace.sale;
	v_refers uuid;
	v_note uuid;
begin
	select * into f from marketplace.refund t where t.id = p_refund for no key update;
	if f.status <> 'PENDING' then
		return;
	end if;
	update marketplace.refund t set status = 'SUCCEEDED' where t.id = f.id;
	update marketplace.sale t set status = case when t.back = t.price and not exists (
	           select from marketplace.refund o where o.sale_id = t.id and o.status = 'PENDING')
	       then 'REFUNDED' else t.status end
	 where t.id = f.sale_id
	returning * into s;
	if s.status = 'REFUNDED' then
		perform learning.purchase_revoke(s.buyer_id, s.course_id);
	end if;
	perform host.event_add('sale.refunded', 'marketplace', s.id::text,
	    jsonb_build_object('id', s.id, 'refund', f.id));
	select d.id into v_refers from receipt.document_public d
	 where d.ref_type = 'marketplace.sale' and d.ref_id = s.id
	 order by d.series = 'TAX_INVOICE' desc limit 1;
	v_note := receipt.issue('CREDIT_NOTE', 'CREDIT_NOTE', s.buyer_id, s.party_id, 'marketplace.refund',
	    f.id, v_refers, s.currency, f.amount, f.tax, jsonb_build_object('title', 'Credit Note',
	    'currency', s.currency, 'exponent', 2, 'seller', receipt.seller(s.paid_at), 'from', 'From',
	    'to', 'For', 'rate', to_char(s.tax_bps / 100.0, 'FM990.##') || ' %', 'net', f.amount - f.tax,
	    'tax', f.tax, 'gross', f.amount, 'totalLabel', 'Total credited',
	    'lines', jsonb_build_array(jsonb_build_object('description', 'Refund: ' || s.course_title,
	        'quantity', 1, 'net', f.amount - f.tax, 'tax', f.tax, 'gross', f.amount)),
	    'payments', jsonb_build_array(jsonb_build_object('label', case f.target when 'WALLET'
	        then 'To the wallet' else 'To the way of payment' end, 'amount', f.amount)),
	    'notes', '[]'::jsonb), true);
	update marketplace.refund t set document_id = v_note where t.id = f.id;
end $$;

-- It could not be given back: the parts return. The educator's come back as a
-- lot that has matured: debt is repaid first.
create function marketplace.returned(p_refund uuid, p_from text) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	f marketplace.refund;
	s marketplace.sale;
begin
	select * into f from marketplace.refund t where t.id = p_refund for no key update;
	if f.status = 'FAILED' then
		return;
	end if;
	update marketplace.refund t set status = 'FAILED' where t.id = f.id;
	update marketplace.sale t
	   set back = t.back - f.amount, back_tax = t.back_tax - f.tax, back_share = t.back_share - f.share,
	       lot = t.lot + f.share, status = 'PAID'
	 where t.id = f.sale_id
	returning * into s;
	perform marketplace.post('REFUND_RETURNED', 'returned:' || f.cause,
	    array[p_from, 'tax:vat:output:ZA:ZAR', marketplace.lots(s.seller_id, 'pending'),
	        'platform:income:course:ZAR'],
	    array[-f.amount, f.tax, f.share, f.amount - f.tax - f.share], s.id);
	perform learning.purchase_grant(s.buyer_id, s.course_id);
end $$;

-- May it be refunded by who asks? Raises why not.
create function marketplace.refund_check(p_sale uuid) returns void
	language plpgsql stable security definer set search_path = '' as $$
declare
	s marketplace.sale;
	r constant marketplace.rule := marketplace.rule_now();
	v_percent int4;
begin
	select * into s from marketplace.sale t where t.id = p_sale;
	if host.role() = 'ADMIN' then
		if s.paid_at < host.now() - r.admin_refund_days * interval '1 day' then
			raise exception 'refund_not_eligible' using errcode = 'U0409';
		end if;
	elsif s.buyer_id is distinct from host.uid() then
		raise exception 'purchase_not_found' using errcode = 'U0404';
	else
		select e.percent into v_percent from learning.enrolment_public e
		 where e.person_id = s.buyer_id and e.course_id = s.course_id;
		if s.paid_at < host.now() - r.refund_days * interval '1 day'
		    or coalesce(v_percent, 0) >= r.refund_percent then
			raise exception 'refund_not_eligible' using errcode = 'U0409';
		end if;
	end if;
	if s.disputed then
		raise exception 'payment_disputed' using errcode = 'U0409';
	elsif s.status = 'REFUNDED' then
		raise exception 'already_refunded' using errcode = 'U0409';
	elsif s.status <> 'PAID' then
		raise exception 'invalid_status' using errcode = 'U0409';
	end if;
end $$;

-- Gives back to the wallet at once. The same key gives the same refund.
create function marketplace.refund_wallet(p_sale uuid, p_amount int8, p_reason text, p_key text)
	returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
	v_id uuid;
begin
	select * into s from marketplace.sale t where t.id = p_sale for no key update;
	select f.id into v_id from marketplace.refund f where f.cause = 'wallet:' || p_sale || ':' || p_key;
	if found then
		return v_id;
	end if;
	perform marketplace.refund_check(p_sale);
	v_id := marketplace.take(p_sale, p_amount, marketplace.wallet(s.buyer_id), 'REFUND', 'WALLET',
	    'wallet:' || p_sale || ':' || p_key, p_reason);
	perform marketplace.taken(v_id);
	return v_id;
end $$;

-- What the payment area tells (domain/payment/payment.h).
create function marketplace.payment_event(p_payment uuid, p_event text, p_data jsonb) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v_sale constant uuid := (p_data ->> 'purposeId')::uuid;
	v_pending constant text := p_data #>> '{accounts,refundPending}';
	v_refund constant uuid := (select f.id from marketplace.refund f
	    where f.cause = 'refund:' || (p_data ->> 'refund'));
	v_escrow constant text := 'escrow:dispute:' || p_payment || ':ZAR';
	d marketplace.refund;
	s marketplace.sale;
	v_taken uuid;
	v_held int8;
	v_lost int8;
begin
	select * into s from marketplace.sale t where t.id = v_sale for no key update;
	if not found then
		raise exception 'purchase_not_found' using errcode = 'U0404';
	end if;
	if p_event = 'COMPLETED' then
		perform marketplace.settle(v_sale, p_data);
	elsif p_event = 'FAILED' then
		if s.payment_id = p_payment then
			perform marketplace.cancel(v_sale);
		end if;
	elsif p_event = 'REFUND_REQUESTED' then
		if s.credited then
			raise exception 'refund_not_eligible' using errcode = 'U0409';
		end if;
		if not coalesce((p_data ->> 'forced')::boolean, false) then
			perform marketplace.refund_check(v_sale);
		end if;
		perform marketplace.take(v_sale, (p_data ->> 'refundAmount')::int8, v_pending, 'REFUND', 'PROVIDER',
		    'refund:' || (p_data ->> 'refund'), p_data ->> 'reason');
	elsif p_event = 'REFUND_SUCCEEDED' then
		perform marketplace.taken(v_refund);
	elsif p_event = 'REFUND_FAILED' then
		perform marketplace.returned(v_refund, v_pending);
	elsif p_event in ('DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST') then
		select * into d from marketplace.refund f where f.cause = 'dispute:' || p_payment || ':'
		    || coalesce(p_data ->> 'dispute', '');
		if not found and s.status = 'PAID' and s.price > s.back then
			v_taken := marketplace.take(v_sale, least((p_data ->> 'disputeAmount')::int8, s.price - s.back),
			    v_escrow, 'DISPUTE', 'PROVIDER', 'dispute:' || p_payment || ':'
			    || coalesce(p_data ->> 'dispute', ''), p_data ->> 'reason');
			select * into d from marketplace.refund f where f.id = v_taken;
		end if;
		update marketplace.sale t set disputed = p_event = 'DISPUTE_OPENED' where t.id = v_sale;
		v_held := coalesce(d.amount, 0);
		v_lost := (p_data ->> 'disputeAmount')::int8;
		if p_event = 'DISPUTE_WON' and d.id is not null then
			perform marketplace.returned(d.id, v_escrow);
		elsif p_event = 'DISPUTE_LOST' then
			perform marketplace.post('DISPUTE_LOST', 'dispute_lost:' || p_payment || ':'
			    || coalesce(p_data ->> 'dispute', ''),
			    array[v_escrow, 'platform:expense:loss:ZAR', p_data #>> '{accounts,disputed}'],
			    array[-v_held, -(v_lost - v_held), v_lost], s.id);
			if d.id is not null then
				perform marketplace.taken(d.id);
			end if;
		end if;
	end if;
end $$;

-- ---- jobs ---------------------------------------------------------------------------------------------

-- Lots whose refund window is over: debt first, the rest is available.
create function marketplace.mature(p_max int4) returns int4
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
	v_id uuid;
	v_debt int8;
	v_count int4 := 0;
begin
	for v_id in select t.id from marketplace.sale t
	    where t.lot > 0 and t.matures_at <= host.now() and not t.disputed
	    order by t.seller_id, t.matures_at limit p_max
	loop
		select * into s from marketplace.sale t where t.id = v_id for no key update skip locked;
		continue when not found or s.lot = 0 or s.disputed;
		perform marketplace.seller_lock(s.seller_id);
		v_debt := least(s.lot, -marketplace.balance(marketplace.lots(s.seller_id, 'debt')));
		perform marketplace.post('LOT_MATURED', 'mature:' || s.id || ':' || s.matured,
		    array[marketplace.lots(s.seller_id, 'pending'), marketplace.lots(s.seller_id, 'debt'),
		        marketplace.lots(s.seller_id, 'available')],
		    array[-s.lot, v_debt, s.lot - v_debt], s.id);
		update marketplace.sale t set lot = 0, matured = t.matured + 1 where t.id = s.id;
		v_count := v_count + 1;
	end loop;
	return v_count;
end $$;

-- Sales nobody paid, burns that waited for a rate.
create function marketplace.sweep(p_max int4) returns int4
	language plpgsql security definer set search_path = '' as $$
declare
	s marketplace.sale;
	v_count int4 := 0;
begin
	for s in select * from marketplace.sale t where t.status = 'PENDING' and t.expires_at < host.now()
	    order by t.expires_at limit p_max for no key update skip locked
	loop
		v_count := v_count + marketplace.cancel(s.id)::int4;
	end loop;
	for s in select * from marketplace.sale t where t.burn = 'PENDING'
	    order by t.paid_at limit p_max for no key update skip locked
	loop
		exit when not marketplace.burn(s);
		v_count := v_count + 1;
	end loop;
	return v_count;
end $$;

-- ---- rights ---------------------------------------------------------------------------------------------

do $$
declare
	t text;
	f text;
begin
	foreach t in array array['sale', 'refund', 'seller'] loop
		perform host.protect(format('marketplace.%I', t)::regclass);
		execute format('create policy definer on marketplace.%I to db_def_marketplace using (true) with check (true)', t);
		execute format('create policy jobs on marketplace.%I for select to db_jobs using (true)', t);
		execute format('grant select, insert, update on marketplace.%I to db_def_marketplace', t);
	end loop;
	foreach t in array array['sale', 'refund', 'seller', 'rate', 'rule', 'azr_rate'] loop
		execute format('grant select on marketplace.%I to db_web, db_pay, db_slow, db_jobs, db_ro', t);
		execute format('grant select, insert, update on marketplace.%I to db_def_marketplace', t);
	end loop;
	foreach f in array array['post(text, text, text[], int8[], uuid)',
	    'coupon_take(text, uuid, uuid, uuid, int8, boolean)', 'cancel(uuid)',
	    'documents(marketplace.sale)', 'burn(marketplace.sale)', 'settle(uuid, jsonb)',
	    'sale_start(uuid, text, int8, uuid)', 'sale_payment(uuid, uuid)', 'sale_cancel(uuid)',
	    'take(uuid, int8, text, text, text, text, text)', 'taken(uuid)', 'returned(uuid, text)',
	    'refund_check(uuid)', 'refund_wallet(uuid, int8, text, text)',
	    'payment_event(uuid, text, jsonb)', 'mature(int4)', 'sweep(int4)'] loop
		perform host.definer(('marketplace.' || f)::regprocedure, 'marketplace');
	end loop;
end $$;
create policy own on marketplace.sale for select to db_web, db_pay, db_slow, db_ro
	using ((select host.uid()) in (buyer_id, seller_id) or (select host.role()) = 'ADMIN');
create policy own on marketplace.refund for select to db_web, db_pay, db_slow, db_ro
	using ((select host.role()) = 'ADMIN' or exists (select from marketplace.sale s where s.id = sale_id));
create policy own on marketplace.seller for select to db_web, db_pay, db_slow, db_ro
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
grant execute on function marketplace.wallet(uuid), marketplace.lots(uuid, text),
	marketplace.balance(text), marketplace.seller_lock(uuid), marketplace.rule_now()
	to db_def_marketplace;
grant execute on function marketplace.rule_now() to db_web, db_pay, db_slow, db_jobs;
grant execute on function learning.purchase_grant(uuid, uuid), learning.purchase_revoke(uuid, uuid)
	to db_def_marketplace;
grant execute on function marketplace.sale_start(uuid, text, int8, uuid),
	marketplace.sale_payment(uuid, uuid), marketplace.sale_cancel(uuid),
	marketplace.refund_check(uuid), marketplace.refund_wallet(uuid, int8, text, text),
	marketplace.coupon_take(text, uuid, uuid, uuid, int8, boolean) to db_web, db_pay;
grant execute on function marketplace.mature(int4), marketplace.sweep(int4),
	marketplace.settle(uuid, jsonb) to db_jobs;
grant insert on marketplace.azr_rate, marketplace.rate, marketplace.rule to db_migrate;
select host.classify('marketplace.sale', 'personal', 'buyer_id', 'seller_id'),
	host.classify('marketplace.refund', 'personal', 'asked_by', 'reason'),
	host.classify('marketplace.seller', 'personal', 'person_id');
select host.classify(('marketplace.' || t)::regclass, 'internal')
  from unnest(array['sale', 'refund', 'seller', 'rate', 'rule', 'azr_rate']) t;

-- InstructorEarnings as the documents name it: per course, from the lots.
create view marketplace.instructor_earnings with (security_invoker) as
select s.course_id, s.seller_id as instructor_id, s.currency, count(*) as sales,
       sum(s.share - s.back_share)::int8 as total_earnings, sum(s.lot)::int8 as pending_earnings,
       (sum(s.share - s.back_share) - sum(s.lot))::int8 as matured_earnings
  from marketplace.sale s where s.paid_at is not null
 group by s.course_id, s.seller_id, s.currency;
create view marketplace.course_purchase with (security_invoker) as
select id, course_id, buyer_id as user_id, payment_id, price, currency, paid_at as purchased_at
  from marketplace.sale where paid_at is not null;
grant select on marketplace.instructor_earnings, marketplace.course_purchase
	to db_web, db_slow, db_jobs, db_ro;
