-- When nothing could be delivered, what the sale was before counts: its part of the wallet
-- is still set apart, and it is still open. Until now the sale as it would have been was
-- looked at, and a payment for a course whose last place had gone meanwhile was refused.

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
		-- The table went back to what it was, the variable did not.
		select * into s from marketplace.sale t where t.id = p_sale;
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
