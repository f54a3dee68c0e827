-- Wallets: transfers between people, fee schedules, limits, postings by hand. The
-- balances are the ledger's; here stands why money moved, for whom and under
-- which schedule (Wallet, Transaction, TransactionFee of the data requirements).
--   transfer_self, limit_minimum, limit_single, limit_daily, fee_too_high U0422;
--   receiver_unknown U0404; own_request, already_decided U0409; forbidden U0403

create schema wallet;
grant usage on schema wallet to db_app, db_def_wallet;

-- fee = clamp(flat + half-up(amount × bps / 10,000), least, most), money.md 2.9.
create table wallet.fee_schedule (
	id uuid primary key default host.uuid7(),
	type text not null check (type in ('TRANSFER', 'WITHDRAWAL', 'CONVERSION')),
	currency text not null references ledger.currency,
	flat int8 not null default 0 check (flat >= 0),
	bps int4 not null default 0 check (bps between 0 and 10000),
	least int8 not null default 0 check (least >= 0),
	most int8,
	payer text not null check (payer in ('SENDER', 'RECEIVER')),
	effective_from timestamptz not null,
	effective_to timestamptz,
	actor_id uuid references identity.person,
	created_at timestamptz not null default host.now(),
	constraint fee_schedule_most check (most >= least),
	constraint fee_schedule_period check (effective_to > effective_from)
);
create index fee_schedule_currency_idx on wallet.fee_schedule (currency);
create index fee_schedule_actor_id_idx on wallet.fee_schedule (actor_id);
create unique index fee_schedule_start_idx on wallet.fee_schedule (type, currency, effective_from);
create unique index fee_schedule_open_idx on wallet.fee_schedule (type, currency) where effective_to is null;

-- No two schedules hold at one moment.
create function wallet.fee_schedule_apart() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	perform pg_advisory_xact_lock(71044, hashtext(new.type || new.currency));
	if exists (select from wallet.fee_schedule f where f.id <> new.id and f.type = new.type
	    and f.currency = new.currency
	    and tstzrange(f.effective_from, f.effective_to) && tstzrange(new.effective_from, new.effective_to)) then
		raise exception 'schedule_overlap' using errcode = 'U0409';
	end if;
	return null;
end $$;
create constraint trigger apart after insert or update on wallet.fee_schedule deferrable initially deferred
	for each row execute function wallet.fee_schedule_apart();

create table wallet.transfer_limit (
	currency text primary key references ledger.currency,
	minimum int8 not null check (minimum > 0),
	single int8 not null,
	daily int8 not null,
	updated_at timestamptz not null default now(),
	check (minimum <= single and single <= daily)
);
comment on column wallet.transfer_limit.daily is 'Sum of what one person sends within 24 hours.';
create table wallet.transfer (
	id uuid primary key default host.uuid7(),
	sender_id uuid not null references identity.person,
	receiver_id uuid not null references identity.person,
	currency text not null references ledger.currency,
	amount int8 not null check (amount > 0),
	fee int8 not null check (fee >= 0),
	payer text not null check (payer in ('SENDER', 'RECEIVER')),
	schedule_id uuid references wallet.fee_schedule,
	txn_id int8 not null unique references ledger.txn,
	key text not null check (length(key) between 8 and 100),
	created_at timestamptz not null default host.now(),
	constraint transfer_other check (sender_id <> receiver_id),
	constraint transfer_fee check (payer = 'SENDER' or fee < amount),
	unique (sender_id, key)
);
create index transfer_sent_idx on wallet.transfer (sender_id, currency, created_at) include (amount);
create index transfer_receiver_id_idx on wallet.transfer (receiver_id, created_at);
create index transfer_currency_idx on wallet.transfer (currency);
create index transfer_schedule_id_idx on wallet.transfer (schedule_id);
comment on column wallet.transfer.key is 'Of the form or the Idempotency-Key: one transfer, however often it is sent.';
create trigger append_only before update or delete on wallet.transfer
	for each row execute function host.refuse_change();

-- A posting by hand: asked for by one administrator, done by another.
create table wallet.adjustment (
	id uuid primary key default host.uuid7(),
	reason text not null check (length(reason) between 10 and 500),
	legs jsonb not null check (jsonb_typeof(legs) = 'array' and jsonb_array_length(legs) between 2 and 20),
	status text not null default 'PENDING' check (status in ('PENDING', 'APPROVED', 'REJECTED')),
	requested_by uuid not null references identity.person,
	decided_by uuid references identity.person,
	decided_at timestamptz,
	txn_id int8 unique references ledger.txn,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	constraint adjustment_four_eyes check (decided_by <> requested_by),
	constraint adjustment_decided check ((status = 'PENDING') = (decided_by is null)
	    and (decided_by is null) = (decided_at is null)),
	constraint adjustment_posted check ((status = 'APPROVED') = (txn_id is not null))
);
create index adjustment_requested_by_idx on wallet.adjustment (requested_by);
create index adjustment_decided_by_idx on wallet.adjustment (decided_by);
create index adjustment_created_at_idx on wallet.adjustment (created_at);
comment on column wallet.adjustment.requested_by is 'class: personal; the first administrator';
comment on column wallet.adjustment.decided_by is 'class: personal; the second one';
select host.touched('wallet.adjustment'), host.touched('wallet.transfer_limit');

create function wallet.adjustment_step() returns trigger
	language plpgsql set search_path = '' as $$
begin
	if tg_op = 'DELETE' or old.status <> 'PENDING' or (old.reason, old.legs, old.requested_by)
	    is distinct from (new.reason, new.legs, new.requested_by) then
		raise exception 'what was asked and decided stays' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
create trigger step before update or delete on wallet.adjustment
	for each row execute function wallet.adjustment_step();

-- ---- calls ---------------------------------------------------------------------------------

create function wallet.fee_of(p_type text, p_currency text, p_amount int8)
	returns table (schedule_id uuid, fee int8, payer text)
	language sql stable security definer rows 1 set search_path = '' as $$
	select f.id, greatest(f.least, least(f.flat + round(p_amount::numeric * f.bps / 10000),
	       coalesce(f.most, 9223372036854775807)))::int8, f.payer
	  from wallet.fee_schedule f
	 where f.type = p_type and f.currency = p_currency and f.effective_from <= host.now()
	   and (f.effective_to is null or f.effective_to > host.now())
$$;

-- Sends money of the person who asks. `kept` is what the receiver gets.
create function wallet.transfer_send(p_receiver uuid, p_currency text, p_amount int8, p_key text)
	returns table (id uuid, txn_id int8, fee int8, debited int8, received int8, replayed boolean)
	language plpgsql security definer rows 1 set search_path = '' as $$
declare
	me constant uuid := host.uid();
	known wallet.transfer;
	lim wallet.transfer_limit;
	f record;
	cost int8 := 0;
	who text := 'SENDER';
	p record;
	made uuid := host.uuid7();
begin
	if me is null then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	-- One transfer of a person at a time: the day's sum is true.
	perform pg_advisory_xact_lock(71045, hashtext(me::text));
	select * into known from wallet.transfer t where t.sender_id = me and t.key = p_key;
	if found then
		if (known.receiver_id, known.currency, known.amount) is distinct from (p_receiver, p_currency, p_amount) then
			raise exception 'idem_reused' using errcode = 'U0422';
		end if;
		return query select known.id, known.txn_id, known.fee,
		    known.amount + case when known.payer = 'SENDER' then known.fee else 0 end,
		    known.amount - case when known.payer = 'SENDER' then 0 else known.fee end, true;
		return;
	end if;
	if p_receiver = me then
		raise exception 'transfer_self' using errcode = 'U0422';
	elsif not exists (select from identity.account_state(p_receiver) s where s = 'ACTIVE') then
		raise exception 'receiver_unknown' using errcode = 'U0404';
	end if;
	select * into lim from wallet.transfer_limit l where l.currency = p_currency;
	if not found or p_amount is null or p_amount < lim.minimum then
		raise exception 'limit_minimum' using errcode = 'U0422';
	elsif p_amount > lim.single then
		raise exception 'limit_single' using errcode = 'U0422';
	elsif p_amount + coalesce((select sum(t.amount) from wallet.transfer t where t.sender_id = me
	    and t.currency = p_currency and t.created_at > host.now() - interval '24 hours'), 0) > lim.daily then
		raise exception 'limit_daily' using errcode = 'U0422';
	end if;
	select * into f from wallet.fee_of('TRANSFER', p_currency, p_amount);
	if found then
		cost := f.fee;
		who := f.payer;
	end if;
	if who = 'RECEIVER' and cost >= p_amount then
		raise exception 'fee_too_high' using errcode = 'U0422';
	end if;
	select * into p from ledger.post_named('TRANSFER', 'transfer:' || made,
	    array['user:' || me || ':wallet:' || p_currency, 'user:' || p_receiver || ':wallet:' || p_currency]
	        || case when cost > 0 then array['platform:income:fees:' || p_currency] else '{}' end,
	    array[-(p_amount + case when who = 'SENDER' then cost else 0 end),
	        p_amount - case when who = 'SENDER' then 0 else cost end]
	        || case when cost > 0 then array[cost] else '{}' end,
	    null, 'wallet.transfer', made, null, jsonb_build_object('from', me, 'to', p_receiver, 'fee', cost));
	insert into wallet.transfer (id, sender_id, receiver_id, currency, amount, fee, payer, schedule_id, txn_id, key)
	values (made, me, p_receiver, p_currency, p_amount, cost, who, case when cost > 0 then f.schedule_id end,
	    p.txn_id, p_key);
	return query select made, p.txn_id, cost, p_amount + case when who = 'SENDER' then cost else 0 end,
	    p_amount - case when who = 'SENDER' then 0 else cost end, false;
end $$;

-- A new schedule from a moment on; the one in force ends there.
create function wallet.fee_schedule_add(p_type text, p_currency text, p_flat int8, p_bps int4, p_least int8,
	p_most int8, p_payer text, p_from timestamptz) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	elsif p_from < host.now() then
		raise exception 'schedule_past' using errcode = 'U0422';
	end if;
	perform pg_advisory_xact_lock(71044, hashtext(p_type || p_currency));
	if exists (select from wallet.fee_schedule f where f.type = p_type and f.currency = p_currency
	    and f.effective_from >= p_from) then
		raise exception 'schedule_overlap' using errcode = 'U0409';
	end if;
	update wallet.fee_schedule f set effective_to = p_from
	 where f.type = p_type and f.currency = p_currency and f.effective_to is null;
	insert into wallet.fee_schedule (type, currency, flat, bps, least, most, payer, effective_from, actor_id)
	values (p_type, p_currency, p_flat, p_bps, p_least, p_most, p_payer, p_from, host.uid())
	returning id into made;
	return made;
end $$;

create function wallet.adjustment_decide(p_id uuid, p_approve boolean) returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	a wallet.adjustment;
	t int8;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select * into a from wallet.adjustment x where x.id = p_id for update;
	if not found then
		raise exception 'adjustment_unknown' using errcode = 'U0404';
	elsif a.status <> 'PENDING' then
		raise exception 'already_decided' using errcode = 'U0409';
	elsif a.requested_by = host.uid() then
		raise exception 'own_request' using errcode = 'U0409';
	end if;
	if p_approve then
		select p.txn_id into t from ledger.post_named('ADJUST', 'adjustment:' || a.id,
		    array(select l ->> 'account' from jsonb_array_elements(a.legs) with ordinality x (l, n) order by n),
		    array(select (l ->> 'amount')::int8 from jsonb_array_elements(a.legs) with ordinality x (l, n) order by n),
		    null, 'wallet.adjustment', a.id, null, jsonb_build_object('requestedBy', a.requested_by)) p;
	end if;
	update wallet.adjustment x
	   set status = case when p_approve then 'APPROVED' else 'REJECTED' end, decided_by = host.uid(),
	       decided_at = host.now(), txn_id = t
	 where x.id = p_id;
	return t;
end $$;

-- The documented names, as views (money.md 0.1): nobody writes these.
create view wallet.wallet_public with (security_invoker) as
select a.owner_id as user_id, a.currency, a.balance, coalesce(h.balance, 0) as locked_balance,
       case when a.currency = 'AZR' then 'azr_' || replace(a.owner_id::text, '-', '') end as address, a.created_at
  from ledger.account_public a
  left join ledger.account_public h on h.owner_id = a.owner_id and h.currency = a.currency
       and split_part(h.code, ':', 3) = 'held'
 where split_part(a.code, ':', 3) = 'wallet' and a.code like 'user:%';
create view wallet.transaction_fee_public with (security_invoker) as
select t.txn_id as transaction_id, case when f.bps > 0 then 'PERCENTAGE' else 'FIXED' end as fee_type,
       t.fee as amount, t.currency, t.created_at
  from wallet.transfer t left join wallet.fee_schedule f on f.id = t.schedule_id
 where t.fee > 0;

-- ---- who a receiver is ------------------------------------------------------------------------

create function identity.account_state(p_person uuid) returns text
	language sql stable security definer set search_path = '' as $$
	select p.status from identity.person p where p.id = p_person
$$;
select host.definer('identity.account_state(uuid)', 'identity');
grant execute on function identity.account_state(uuid) to db_def_wallet;
grant usage on schema identity to db_def_wallet;

-- Names of people by id, for those whom the caller has a reason to name.
create function identity.person_by_id(p_ids uuid[]) returns table (id uuid, status text, locale text,
	email_ct bytea, name_ct bytea, data_key bytea)
	language sql stable security definer set search_path = '' as $$
	select p.id, p.status, f.locale, p.email_ct, p.name_ct, k.wrapped
	  from identity.person p
	  left join identity.profile f on f.person_id = p.id
	  join identity.data_key k on k.person_id = p.id
	 where p.id = any (p_ids)
$$;
select host.definer('identity.person_by_id(uuid[])', 'identity');
grant execute on function identity.person_by_id(uuid[]) to db_web, db_auth, db_pay, db_slow, db_jobs;

-- ---- rights ------------------------------------------------------------------------------------

select host.protect('wallet.fee_schedule'), host.protect('wallet.transfer_limit'), host.protect('wallet.transfer'),
	host.protect('wallet.adjustment');
do $$
declare
	t text;
	f regprocedure;
begin
	foreach t in array array['fee_schedule', 'transfer_limit', 'transfer', 'adjustment'] loop
		execute format('create policy definer on wallet.%I to db_def_wallet using (true) with check (true)', t);
		execute format('grant select, insert on wallet.%I to db_def_wallet', t);
		execute format('grant select on wallet.%I to db_web, db_auth, db_pay, db_slow, db_jobs', t);
	end loop;
	foreach f in array array['wallet.fee_schedule_apart()', 'wallet.fee_of(text, text, int8)',
	    'wallet.transfer_send(uuid, text, int8, text)',
	    'wallet.fee_schedule_add(text, text, int8, int4, int8, int8, text, timestamptz)',
	    'wallet.adjustment_decide(uuid, boolean)']::regprocedure[] loop
		perform host.definer(f, 'wallet');
	end loop;
	revoke all on function wallet.adjustment_step() from public;
end $$;
grant update (effective_to) on wallet.fee_schedule to db_def_wallet;
grant update (status, decided_by, decided_at, txn_id) on wallet.adjustment to db_def_wallet;
grant insert (reason, legs, requested_by) on wallet.adjustment to db_web;
create policy everybody on wallet.fee_schedule for select to db_web, db_auth, db_pay, db_slow, db_jobs using (true);
create policy everybody on wallet.transfer_limit for select to db_web, db_auth, db_pay, db_slow, db_jobs using (true);
create policy own on wallet.transfer for select to db_web, db_auth, db_pay, db_slow
	using (sender_id = (select host.uid()) or receiver_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy jobs on wallet.transfer for select to db_jobs using (true);
create policy admins on wallet.adjustment for select to db_web, db_auth, db_pay, db_slow
	using ((select host.role()) = 'ADMIN');
create policy asks on wallet.adjustment for insert to db_web
	with check ((select host.role()) = 'ADMIN' and requested_by = (select host.uid()));
create policy jobs on wallet.adjustment for select to db_jobs using (true);
grant execute on function wallet.fee_of(text, text, int8), wallet.transfer_send(uuid, text, int8, text)
	to db_web, db_auth, db_pay;
grant execute on function wallet.fee_schedule_add(text, text, int8, int4, int8, int8, text, timestamptz),
	wallet.adjustment_decide(uuid, boolean) to db_web, db_auth;
grant select on wallet.wallet_public, wallet.transaction_fee_public to db_web, db_auth, db_pay, db_slow, db_jobs;
select host.classify('wallet.' || t, 'internal') from unnest(array['fee_schedule', 'transfer_limit', 'transfer',
	'adjustment']) t;

-- ---- the demonstration world --------------------------------------------------------------------

-- One movement of the past, for the seed alone: days ago, at a time of day.
create function wallet.demo_add(p_key text, p_kind text, p_accounts text[], p_amounts int8[], p_days int4)
	returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	p record;
begin
	select * into p from ledger.post_named(p_kind, 'demo:' || p_key, p_accounts, p_amounts,
	    date_trunc('day', host.now()) - p_days * interval '1 day' + interval '9 hours', null, null, null, null);
	return not p.replayed;
end $$;
select host.definer('wallet.demo_add(text, text, text[], int8[], int4)', 'wallet');
grant execute on function wallet.demo_add(text, text, text[], int8[], int4) to db_jobs;

-- How a posting is computed: plans of the posting function are made once per connection.
alter function ledger.post_inner(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb, boolean)
	set plan_cache_mode = 'force_generic_plan';

-- First figures: configuration with dates, not law.
insert into wallet.transfer_limit (currency, minimum, single, daily) values
	('ZAR', 100, 1000000, 2500000), ('USD', 10, 50000, 150000), ('AZR', 100000000, 1000000000000, 2500000000000),
	('BTC', 1000, 1000000, 3000000), ('ETH', 100000, 300000000, 1000000000);
insert into wallet.fee_schedule (type, currency, flat, bps, least, most, payer, effective_from) values
	('TRANSFER', 'ZAR', 0, 50, 50, 2500, 'SENDER', '2026-01-01Z'),
	('TRANSFER', 'USD', 0, 50, 5, 200, 'SENDER', '2026-01-01Z'),
	('TRANSFER', 'AZR', 0, 10, 1000000, null, 'SENDER', '2026-01-01Z'),
	('TRANSFER', 'BTC', 500, 0, 0, null, 'SENDER', '2026-01-01Z'),
	('TRANSFER', 'ETH', 50000, 0, 0, null, 'SENDER', '2026-01-01Z');
