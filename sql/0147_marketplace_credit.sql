-- Money that came when nothing could be delivered any more is the person's: it is
-- in their wallet, and they may have it back the way it came instead. One row
-- for each such payment, since a sale may meet several of them.

create table marketplace.credit (
	payment_id uuid primary key,
	sale_id uuid not null references marketplace.sale,
	amount int8 not null check (amount > 0),
	back int8 not null default 0 check (back between 0 and amount),
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now()
);
create index credit_sale_id_idx on marketplace.credit (sale_id);
comment on column marketplace.credit.payment_id is 'The payment; its area has no key for us.';
comment on column marketplace.credit.back is 'Sent back to the way of payment, or on its way there.';
select host.touched('marketplace.credit');

insert into marketplace.credit (payment_id, sale_id, amount)
select p.id, t.ref_id, p.amount
  from ledger.txn t join payment.payment_public p on t.idem = 'sale_credit:' || p.id
 where t.kind = 'SALE_CREDITED';

-- What the payment area tells about a payment that was credited: its money is in
-- the wallet. What the wallet does not hold any more is the person's debt, when
-- the bank takes it all the same.
create function marketplace.credit_event(p_credit marketplace.credit, p_event text, p_data jsonb) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v_person constant uuid := (select s.buyer_id from marketplace.sale s where s.id = p_credit.sale_id);
	v_wallet constant text := marketplace.wallet(v_person);
	v_debt constant text := 'user:' || v_person || ':debt:ZAR';
	v_amount constant int8 := coalesce(p_data ->> 'refundAmount', p_data ->> 'disputeAmount')::int8;
	v_idem constant text := 'credit:' || lower(p_event) || ':' || coalesce(p_data ->> 'refund',
	    p_data ->> 'dispute', p_credit.payment_id::text);
	v_forced constant boolean := coalesce((p_data ->> 'forced')::boolean, false);
	v_free int8;
begin
	if p_event = 'REFUND_REQUESTED' then
		if not v_forced and v_person is distinct from host.uid() and host.role() is distinct from 'ADMIN' then
			raise exception 'purchase_not_found' using errcode = 'U0404';
		elsif v_amount > p_credit.amount - p_credit.back then
			raise exception 'invalid_refund_amount' using errcode = 'U0422';
		end if;
		v_free := case when v_forced then least(v_amount, greatest(marketplace.balance(v_wallet), 0))
		    else v_amount end;
		perform marketplace.post('CREDIT_RETURN', v_idem, array[v_wallet, v_debt, p_data #>> '{accounts,refundPending}'],
		    array[-v_free, v_free - v_amount, v_amount], p_credit.sale_id);
		update marketplace.credit c set back = c.back + v_amount where c.payment_id = p_credit.payment_id;
	elsif p_event = 'REFUND_FAILED' then
		perform marketplace.post('CREDIT_RETURN', v_idem, array[p_data #>> '{accounts,refundPending}', v_wallet],
		    array[-v_amount, v_amount], p_credit.sale_id);
		update marketplace.credit c set back = c.back - v_amount where c.payment_id = p_credit.payment_id;
	elsif p_event = 'DISPUTE_LOST' then
		v_free := least(v_amount, greatest(marketplace.balance(v_wallet), 0));
		perform marketplace.post('CREDIT_DISPUTE', v_idem, array[v_wallet, v_debt, p_data #>> '{accounts,disputed}'],
		    array[-v_free, v_free - v_amount, v_amount], p_credit.sale_id);
	end if;
end $$;

create or replace function marketplace.settle(p_sale uuid, p_facts jsonb) returns void
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
	    or exists (select from marketplace.credit c where c.payment_id = (p_facts ->> 'payment')::uuid) then
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
		insert into marketplace.credit (payment_id, sale_id, amount)
		values ((p_facts ->> 'payment')::uuid, s.id, v_paid);
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

-- What the payment area tells (domain/payment/payment.h).
create or replace function marketplace.payment_event(p_payment uuid, p_event text, p_data jsonb) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v_sale constant uuid := (p_data ->> 'purposeId')::uuid;
	v_pending constant text := p_data #>> '{accounts,refundPending}';
	v_refund constant uuid := (select f.id from marketplace.refund f
	    where f.cause = 'refund:' || (p_data ->> 'refund'));
	v_escrow constant text := 'escrow:dispute:' || p_payment || ':ZAR';
	v_credit marketplace.credit;
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
	select * into v_credit from marketplace.credit c where c.payment_id = p_payment for no key update;
	if found and p_event <> 'COMPLETED' then
		perform marketplace.credit_event(v_credit, p_event, p_data);
	elsif p_event = 'COMPLETED' then
		perform marketplace.settle(v_sale, p_data);
	elsif p_event = 'FAILED' then
		if s.payment_id = p_payment then
			perform marketplace.cancel(v_sale);
		end if;
	elsif p_event = 'REFUND_REQUESTED' then
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

select host.protect('marketplace.credit');
create policy definer on marketplace.credit to db_def_marketplace using (true) with check (true);
create policy own on marketplace.credit for select to db_web, db_pay, db_slow, db_jobs, db_ro
	using ((select host.role()) = 'ADMIN' or exists (select from marketplace.sale s where s.id = sale_id));
grant select, insert, update on marketplace.credit to db_def_marketplace;
grant select on marketplace.credit to db_web, db_pay, db_slow, db_jobs, db_ro;
select host.definer('marketplace.credit_event(marketplace.credit, text, jsonb)', 'marketplace');
select host.classify('marketplace.credit', 'internal');

-- An answer to a review is told to who wrote the review, once.
create or replace function marketplace.review_reply(p_review uuid, p_text text) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	v record;
begin
	update marketplace.review r
	   set reply = nullif(p_text, ''), replied_at = case when p_text <> '' then host.now() end
	  from course.course_public c
	 where r.id = p_review and c.id = r.course_id and c.instructor_id = host.uid()
	returning r.person_id, c.title, c.slug into v;
	if not found then
		raise exception 'review_not_found' using errcode = 'U0404';
	end if;
	if p_text <> '' then
		perform notification.tell(v.person_id, 'COURSE_UPDATE', 'review_reply', v.title, null, null,
		    '/courses/' || v.slug || '/reviews', 'review_reply:' || p_review);
	end if;
end $$;
grant usage on schema notification to db_def_marketplace;
grant execute on function notification.tell(uuid, text, text, text, int8, text, text, text)
	to db_def_marketplace;

-- Checkout and refunds run in the pool of payments.
grant execute on function marketplace.coupon_quote(text, uuid) to db_pay;
