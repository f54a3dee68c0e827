-- Holds: money set apart for a while. A hold is a posting wallet -> held and a row
-- here; what is available is the wallet's balance, so nobody can forget a hold.
--   ledger.hold(account, amount, idem, expires_at, ref_type, ref_id, meta) -> (hold_id, replayed)
--   ledger.capture(hold, idem, accounts[], amounts[], kind, effective_at, ref_type, ref_id, meta)
--     -> (txn_id, replayed)   amounts > 0 to where it goes; part or all, several times
--   ledger.release(hold, idem, amount or null = the rest) -> (txn_id, replayed)
--   ledger.expire(limit) -> how many; the job's: those past expires_at go back
-- hold_unknown U0404; hold_closed, hold_exceeded U0409; hold_account U0422; and those of post.
-- Lock order: hold row, then accounts.

create table ledger.hold (
	id int8 primary key generated always as identity,
	txn_id int8 not null unique references ledger.txn,
	account_id int8 not null references ledger.account,
	held_account_id int8 not null references ledger.account,
	amount int8 not null check (amount > 0),
	captured int8 not null default 0 check (captured >= 0),
	released int8 not null default 0 check (released >= 0),
	state text not null default 'OPEN' check (state in ('OPEN', 'CAPTURED', 'RELEASED', 'EXPIRED')),
	expires_at timestamptz,
	ref_type text check (ref_type ~ '^[a-z_]+(\.[a-z_]+)?$'),
	ref_id uuid,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	constraint hold_not_exceeded check (captured + released <= amount),
	constraint hold_state check ((state = 'OPEN') = (captured + released < amount)),
	check ((ref_type is null) = (ref_id is null))
);
create index hold_account_id_idx on ledger.hold (account_id, id);
create index hold_held_account_id_idx on ledger.hold (held_account_id) include (amount, captured, released)
	where state = 'OPEN';
create index hold_expires_at_idx on ledger.hold (expires_at) where state = 'OPEN' and expires_at is not null;
create index hold_ref_idx on ledger.hold (ref_id) where ref_id is not null;
select host.touched('ledger.hold');

-- Each capture and release of a hold.
create table ledger.hold_move (
	txn_id int8 primary key references ledger.txn,
	hold_id int8 not null references ledger.hold,
	kind text not null check (kind in ('CAPTURE', 'RELEASE', 'EXPIRE')),
	amount int8 not null check (amount > 0)
);
create index hold_move_hold_id_idx on ledger.hold_move (hold_id);
create trigger append_only before update or delete on ledger.hold_move
	for each row execute function host.refuse_change();

create function ledger.hold_step() returns trigger
	language plpgsql set search_path = '' as $$
begin
	if tg_op = 'DELETE' or (old.id, old.txn_id, old.account_id, old.held_account_id, old.amount)
	    is distinct from (new.id, new.txn_id, new.account_id, new.held_account_id, new.amount)
	    or old.state <> 'OPEN' or new.captured < old.captured or new.released < old.released then
		raise exception 'a hold only goes on' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
create trigger step before update or delete on ledger.hold for each row execute function ledger.hold_step();

create function ledger.hold(account int8, amount int8, idem text, expires_at timestamptz, ref_type text,
	ref_id uuid, meta jsonb) returns table (hold_id int8, replayed boolean)
	language plpgsql security definer rows 1 set search_path = '' as $$
declare
	a record;
	held int8;
	p record;
	made int8;
begin
	select t.code, t.currency into a from ledger.account t where t.id = account;
	if not found then
		raise exception 'account_unknown' using errcode = 'U0404';
	elsif a.code !~ '^user:[0-9a-f-]{36}:(wallet|earnings):' then
		raise exception 'hold_account' using errcode = 'U0422';
	elsif amount is null or amount <= 0 then
		raise exception 'bad_posting' using errcode = 'U0422';
	end if;
	held := ledger.account_open('user:' || split_part(a.code, ':', 2) || ':held', a.currency);
	select * into p from ledger.post_inner('HOLD', idem, array[account, held], array[-amount, amount],
	    null, hold.ref_type, hold.ref_id, null, hold.meta, true);
	if p.replayed then
		return query select h.id, true from ledger.hold h where h.txn_id = p.txn_id;
		return;
	end if;
	insert into ledger.hold as h (txn_id, account_id, held_account_id, amount, expires_at, ref_type, ref_id)
	values (p.txn_id, account, held, hold.amount, hold.expires_at, hold.ref_type, hold.ref_id)
	returning h.id into made;
	return query select made, false;
end $$;

-- Part of an open hold goes somewhere; the row is locked by the caller's wish.
create function ledger.hold_out(hold int8, what text, key text, part int8, accounts int8[], amounts int8[],
	kind text, effective_at timestamptz, ref_type text, ref_id uuid, meta jsonb,
	out txn_id int8, out replayed boolean)
	language plpgsql set search_path = '' as $$
declare
	h ledger.hold;
	share int8 := part;
	done record;
begin
	select * into h from ledger.hold t where t.id = hold for no key update;
	if not found then
		raise exception 'hold_unknown' using errcode = 'U0404';
	end if;
	-- A repetition is answered as the first time, whatever became of the hold since.
	select m.txn_id, m.amount into done from ledger.hold_move m join ledger.txn t on t.id = m.txn_id
	 where t.idem = key and m.hold_id = hold;
	if found then
		share := coalesce(share, done.amount);
	else
		share := coalesce(share, h.amount - h.captured - h.released);
		if h.state <> 'OPEN' then
			raise exception 'hold_closed' using errcode = 'U0409';
		elsif share > h.amount - h.captured - h.released then
			raise exception 'hold_exceeded' using errcode = 'U0409';
		end if;
	end if;
	select p.txn_id, p.replayed into hold_out.txn_id, hold_out.replayed
	  from ledger.post_inner(kind, key, h.held_account_id || coalesce(accounts, array[h.account_id]),
	    -share || coalesce(amounts, array[share]), effective_at, coalesce(ref_type, h.ref_type),
	    case when ref_type is null then h.ref_id else ref_id end, null, meta, true) p;
	if replayed then
		if done.txn_id is distinct from hold_out.txn_id then
			raise exception 'idem_reused' using errcode = 'U0422';
		end if;
		return;
	end if;
	insert into ledger.hold_move values (hold_out.txn_id, hold, what, share);
	update ledger.hold t
	   set captured = t.captured + case when what = 'CAPTURE' then share else 0 end,
	       released = t.released + case when what = 'CAPTURE' then 0 else share end,
	       state = case when t.captured + t.released + share < t.amount then 'OPEN'
	           when what = 'CAPTURE' then 'CAPTURED' when what = 'EXPIRE' then 'EXPIRED'
	           else 'RELEASED' end
	 where t.id = hold;
end $$;

create function ledger.capture(hold int8, idem text, accounts int8[], amounts int8[], kind text,
	effective_at timestamptz, ref_type text, ref_id uuid, meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language plpgsql security definer rows 1 set search_path = '' as $$
declare
	part constant numeric := (select sum(u) from unnest(amounts) u);
begin
	if part is null or part > 9223372036854775807 or exists (select from unnest(amounts) u where u is null or u <= 0) then
		raise exception 'bad_posting' using errcode = 'U0422';
	end if;
	return query select o.txn_id, o.replayed from ledger.hold_out(hold, 'CAPTURE', idem, part::int8,
	    accounts, amounts, coalesce(kind, 'CAPTURE'), effective_at, ref_type, ref_id, meta) o;
end $$;

create function ledger.release(hold int8, idem text, amount int8)
	returns table (txn_id int8, replayed boolean)
	language plpgsql security definer rows 1 set search_path = '' as $$
begin
	if amount <= 0 then
		raise exception 'bad_posting' using errcode = 'U0422';
	end if;
	return query select o.txn_id, o.replayed from ledger.hold_out(hold, 'RELEASE', idem, amount, null,
	    null, 'RELEASE', null, null, null, null) o;
end $$;

create function ledger.expire(max int4) returns int4
	language plpgsql security definer set search_path = '' as $$
declare
	h record;
	n int4 := 0;
begin
	for h in
		select t.id from ledger.hold t where t.state = 'OPEN' and t.expires_at <= host.now()
		 order by t.expires_at limit max for no key update skip locked
	loop
		perform ledger.hold_out(h.id, 'EXPIRE', 'hold_expire:' || h.id, null, null, null, 'RELEASE',
		    null, null, null, null);
		n := n + 1;
	end loop;
	return n;
end $$;

-- An account with an open hold is not closed: the money must find its way back.
create or replace function ledger.account_close(account int8, closed boolean) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	a ledger.account;
begin
	if host.role() is distinct from 'ADMIN' and session_user not in ('db_migrate', 'db_jobs') then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	select * into a from ledger.account t where t.id = account for no key update;
	if not found then
		raise exception 'account_unknown' using errcode = 'U0404';
	elsif closed and (ledger.balance(account) <> 0
	    or exists (select from ledger.hold h where h.account_id = account and h.state = 'OPEN')) then
		raise exception 'account_not_empty' using errcode = 'U0409';
	end if;
	update ledger.account t set closed_at = case when closed then coalesce(t.closed_at, host.now()) end
	 where t.id = account;
end $$;

create view ledger.hold_public with (security_barrier) as
select h.id, h.account_id, h.amount, h.captured, h.released, h.amount - h.captured - h.released as open,
       h.state, h.expires_at, h.ref_type, h.ref_id, h.created_at, a.currency, a.owner_id, h.txn_id
  from ledger.hold h join ledger.account a on a.id = h.account_id
 where a.owner_id = (select host.uid()) or (select host.role()) = 'ADMIN'
    or current_user in ('db_jobs', 'db_migrate', 'db_def_wallet', 'db_def_payment', 'db_def_marketplace');

select host.protect('ledger.hold'), host.protect('ledger.hold_move');
create policy definer on ledger.hold to db_def_ledger using (true) with check (true);
create policy definer on ledger.hold_move to db_def_ledger using (true) with check (true);
grant select, insert, update (captured, released, state) on ledger.hold to db_def_ledger;
grant select, insert on ledger.hold_move to db_def_ledger;
select host.definer(f, 'ledger') from unnest(array[
	'ledger.hold(int8, int8, text, timestamptz, text, uuid, jsonb)',
	'ledger.capture(int8, text, int8[], int8[], text, timestamptz, text, uuid, jsonb)',
	'ledger.release(int8, text, int8)', 'ledger.expire(int4)']::regprocedure[]) f;
grant execute on function ledger.hold_out(int8, text, text, int8, int8[], int8[], text, timestamptz, text,
	uuid, jsonb) to db_def_ledger;
grant execute on function ledger.hold(int8, int8, text, timestamptz, text, uuid, jsonb),
	ledger.capture(int8, text, int8[], int8[], text, timestamptz, text, uuid, jsonb),
	ledger.release(int8, text, int8)
	to db_web, db_auth, db_pay, db_slow, db_jobs, db_def_wallet, db_def_payment, db_def_marketplace;
grant execute on function ledger.expire(int4) to db_jobs;
grant create on schema ledger to db_def_ledger;
alter view ledger.hold_public owner to db_def_ledger;
revoke create on schema ledger from db_def_ledger;
grant select on ledger.hold_public to db_web, db_auth, db_pay, db_slow, db_jobs, db_def_wallet,
	db_def_payment, db_def_marketplace;
select host.classify('ledger.hold', 'internal'), host.classify('ledger.hold_move', 'internal');
