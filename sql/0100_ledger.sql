-- The ledger: double entry, append-only. Everything that is money or a token is
-- an account here and moves by ledger.post() alone (or its siblings below);
-- every balance shown anywhere is a view over these accounts.
--
-- Amounts are int8 minor units of the account's currency, signed: credit is
-- positive. What the platform owes (wallets) stands positive, what it owns
-- (assets, expenses) negative; reports turn the sign by class.
--
-- Accounts are named <owner>:…:<CUR> (ledger.account_rule lists the names; the
-- rule gives class, mode, floor and ceiling). ledger.account_open(code, currency)
-- adds ":<CUR>" where it is missing, and gives the same id ever after.
-- Mode R: running balance in the row, updated under a row lock; every entry says
-- balance_after and a version without gaps. Mode A: append-only, no row is
-- locked; the balance is the latest snapshot and the entries after it. Hot
-- accounts without a floor are A (fee income, VAT, clearing).
--
-- Calls (all raise named errors, nothing is written then):
--   ledger.account_open(code, currency) -> bigint
--   ledger.post(kind, idem, accounts[], amounts[], effective_at, ref_type, ref_id,
--     reverses, meta) -> (txn_id, replayed)
--   ledger.post_named(…, accounts text[] of ids or codes, …)   the same, opening accounts
--   ledger.post_many(items jsonb) -> (item, txn_id, replayed)  all or nothing, in bulk
--   ledger.reverse(txn, idem, effective_at, from[], to[], meta) -> (txn_id, replayed)
--   ledger.hold / capture / release / expire                   (next migration)
-- idem is the cause of the posting ("course_purchase:<payment>"), for ever: the
-- same key with the same legs gives the first answer, with others idem_reused.
--
--   insufficient_funds U0402   account_closed, period_closed, already_reversed,
--   account_reserved, credit_only U0409   account_unknown, txn_unknown U0404
--   unbalanced, currency_mismatch, idem_reused, limit, account_name, bad_posting U0422
-- Deadlocks and lock timeouts keep their own SQLSTATE: the host answers 503
-- try_again, never "insufficient funds".

create schema ledger;
grant usage on schema ledger to db_app, db_def_ledger, db_def_wallet, db_def_payment,
	db_def_marketplace;

create table ledger.currency (
	code text primary key check (code ~ '^[A-Z]{3}$'),
	exponent int2 not null check (exponent between 0 and 9),
	kind text not null check (kind in ('FIAT', 'CRYPTO', 'TOKEN'))
);
comment on table ledger.currency is 'A scale is never changed: that is a new code and a conversion.';
insert into ledger.currency values ('ZAR', 2, 'FIAT'), ('USD', 2, 'FIAT'), ('AZR', 8, 'TOKEN'),
	('BTC', 8, 'CRYPTO'), ('ETH', 9, 'CRYPTO');

-- The one table of names. The first rule in order of position that matches the
-- code without its currency decides.
create table ledger.account_rule (
	position int2 primary key,
	pattern text not null unique check (pattern ~ '^\^.*\$$'),
	class text not null check (class in ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')),
	mode text not null check (mode in ('R', 'A')),
	floor int8,
	ceiling int8,
	credit_only boolean not null default false,
	reserved boolean not null default false,
	system boolean not null,
	remark text not null,
	check (mode = 'R' or (floor is null and ceiling is null))
);
comment on column ledger.account_rule.credit_only is 'Never debited: the burn sink.';
comment on column ledger.account_rule.reserved is 'Moves by holds alone.';
comment on column ledger.account_rule.system is
	'The platform''s own: ids above all others, so that hot rows are locked last.';
insert into ledger.account_rule values
	(10, '^user:[0-9a-f-]{36}:wallet$', 'LIABILITY', 'R', 0, null, false, false, false, 'what a person can spend'),
	(11, '^user:[0-9a-f-]{36}:held$', 'LIABILITY', 'R', 0, null, false, true, false, 'holds of a person'),
	(12, '^user:[0-9a-f-]{36}:earnings$', 'LIABILITY', 'R', 0, null, false, false, false, 'earned, not yet in the wallet'),
	(13, '^user:[0-9a-f-]{36}:(pending|withdrawal_held)$', 'LIABILITY', 'R', 0, null, false, false, false, 'on its way in or out'),
	(20, '^instructor:[0-9a-f-]{36}:(pending|available|in_transit)$', 'LIABILITY', 'R', 0, null, false, false, false, 'shares of sales'),
	(21, '^instructor:[0-9a-f-]{36}:debt$', 'ASSET', 'R', null, 0, false, false, false, 'owed by an educator: the only one below zero'),
	(22, '^user:[0-9a-f-]{36}:debt$', 'ASSET', 'R', null, 0, false, false, false, 'owed by a person'),
	(30, '^card:[0-9a-f-]{36}$', 'LIABILITY', 'R', 0, null, false, false, false, 'virtual cards'),
	(40, '^loan:[0-9a-f-]{36}:(principal|interest|fees)$', 'ASSET', 'R', null, 0, false, false, false, 'lent'),
	(41, '^loan:[0-9a-f-]{36}:collateral$', 'LIABILITY', 'R', 0, null, false, false, false, 'pledged'),
	(50, '^escrow:[a-z_]+:[0-9a-f-]{36}$', 'LIABILITY', 'R', 0, null, false, false, false, 'long escrow by cause'),
	(60, '^(sandbox|stripe|paystack):(balance|in_transit|disputed)$', 'ASSET', 'A', null, null, false, false, true, 'money at a payment provider'),
	(61, '^(sandbox|stripe|paystack):refund_pending$', 'LIABILITY', 'A', null, null, false, false, true, 'refunds asked of a provider'),
	(62, '^bank:[a-z0-9_]+$', 'ASSET', 'A', null, null, false, false, true, 'bank accounts'),
	(70, '^platform:income:[a-z_]+$', 'INCOME', 'A', null, null, false, false, true, 'income'),
	(71, '^platform:expense:[a-z_]+$', 'EXPENSE', 'A', null, null, false, false, true, 'expenses'),
	(72, '^platform:equity:[a-z_]+$', 'EQUITY', 'A', null, null, false, false, true, 'own capital'),
	(73, '^tax:[a-z]+:(output|input):[A-Z]{2}$', 'LIABILITY', 'A', null, null, false, false, true, 'tax owed to a state'),
	(80, '^fx:liquidity$', 'EQUITY', 'R', 0, null, false, false, true, 'the other side of conversions'),
	(81, '^pool:[a-z_]+$', 'EQUITY', 'R', 0, null, false, false, true, 'budgets: rewards, promotions'),
	(90, '^supply:genesis$', 'EQUITY', 'R', -100000000000000000, 0, false, false, true, 'minus all tokens there will ever be'),
	(91, '^supply:(unissued|treasury)$', 'EQUITY', 'R', 0, null, false, false, true, 'not issued, own'),
	(92, '^supply:burn$', 'EQUITY', 'A', null, null, true, false, true, 'burned for ever'),
	(95, '^chain:hot$', 'ASSET', 'A', null, null, false, false, true, 'on chain'),
	(96, '^dust$', 'EQUITY', 'A', null, null, false, false, true, 'below the smallest unit'),
	(97, '^suspense$', 'ASSET', 'A', null, null, false, false, true, 'differences until they are explained');

create sequence ledger.account_id as int8 start 1;
create sequence ledger.account_system_id as int8 start 1000000000000000;

create table ledger.account (
	id int8 primary key,
	code text not null unique check (length(code) <= 120),
	currency text not null references ledger.currency,
	class text not null check (class in ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')),
	mode text not null check (mode in ('R', 'A')),
	floor int8,
	ceiling int8,
	credit_only boolean not null default false,
	reserved boolean not null default false,
	balance int8 not null default 0,
	version int8 not null default 0 check (version >= 0),
	owner_id uuid,
	closed_at timestamptz,
	created_at timestamptz not null default host.now(),
	unique (id, currency),
	check (code like '%:' || currency),
	constraint account_floor check (balance >= floor),
	constraint account_ceiling check (balance <= ceiling),
	check (mode = 'R' or (balance = 0 and version = 0 and floor is null and ceiling is null)),
	constraint account_closed_empty check (closed_at is null or balance = 0)
) with (fillfactor = 50);
create index account_owner_id_idx on ledger.account (owner_id, currency) where owner_id is not null;
create index account_currency_idx on ledger.account (currency);
comment on column ledger.account.balance is 'Mode R alone; sum of the entries.';
comment on column ledger.account.version is 'Mode R alone; count of the entries.';
comment on column ledger.account.owner_id is
	'class: personal; the person in the code. No foreign key: the books outlive an erased person.';
comment on column ledger.account.code is 'class: personal; holds the owner''s id';

create table ledger.txn (
	id int8 primary key generated always as identity,
	kind text not null check (kind ~ '^[A-Z][A-Z0-9_]{1,39}$'),
	idem text not null unique check (length(idem) between 1 and 200),
	req_hash bytea not null,
	reverses int8 unique references ledger.txn,
	ref_type text check (ref_type ~ '^[a-z_]+(\.[a-z_]+)?$'),
	ref_id uuid,
	effective_at timestamptz not null,
	recorded_at timestamptz not null default host.now(),
	actor_id uuid,
	xid xid8 not null default pg_current_xact_id(),
	meta jsonb,
	check ((ref_type is null) = (ref_id is null)),
	check (reverses <> id)
);
create index txn_ref_idx on ledger.txn (ref_id) where ref_id is not null;
comment on column ledger.txn.actor_id is 'class: personal; who asked for it, null = the system';
comment on column ledger.txn.meta is 'class: internal; ids, states, figures. Never names or addresses.';

create table ledger.entry (
	txn_id int8 not null references ledger.txn,
	seq int2 not null check (seq > 0),
	account_id int8 not null,
	currency text not null,
	amount int8 not null check (amount <> 0),
	balance_after int8,
	version int8,
	xid xid8 not null default pg_current_xact_id(),
	primary key (txn_id, seq),
	foreign key (account_id, currency) references ledger.account (id, currency),
	check ((balance_after is null) = (version is null))
);
-- Each entry stands in one of the two. The currency is there for the key's sake.
create unique index entry_version_idx on ledger.entry (account_id, currency, version)
	where version is not null;
create index entry_append_idx on ledger.entry (account_id, currency, xid, txn_id) include (amount)
	where version is null;

-- Mode A: balance of all entries with xid < upto_xid.
create table ledger.snapshot (
	account_id int8 not null references ledger.account,
	upto_xid xid8 not null,
	balance int8 not null,
	entries int8 not null check (entries >= 0),
	taken_at timestamptz not null default host.now(),
	primary key (account_id, upto_xid)
);
comment on table ledger.snapshot is
	'A statistic that can be made again from the entries; the latest of an account counts.';

-- Postings take effect at or after this moment.
create table ledger.period (
	closed_before timestamptz primary key,
	actor_id uuid,
	created_at timestamptz not null default host.now()
);
comment on column ledger.period.actor_id is 'class: personal; who closed it';

-- ---- what the tables refuse whoever asks ------------------------------------------------

create trigger append_only before update or delete on ledger.txn
	for each row execute function host.refuse_change();
create trigger append_only_all before truncate on ledger.txn
	for each statement execute function host.refuse_change();
create trigger append_only before update or delete on ledger.entry
	for each row execute function host.refuse_change();
create trigger append_only_all before truncate on ledger.entry
	for each statement execute function host.refuse_change();
create trigger append_only_all before truncate on ledger.account
	for each statement execute function host.refuse_change();
create trigger append_only before update or delete on ledger.period
	for each row execute function host.refuse_change();

-- What an account is stays; it is closed and opened, never deleted.
create function ledger.account_fixed() returns trigger
	language plpgsql set search_path = '' as $$
begin
	if tg_op = 'DELETE' or (old.id, old.code, old.currency, old.class, old.mode, old.credit_only,
	    old.reserved) is distinct from (new.id, new.code, new.currency, new.class, new.mode,
	    new.credit_only, new.reserved) or new.version < old.version then
		raise exception 'what an account is, is never changed' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
create trigger fixed before delete or update of id, code, currency, class, mode, credit_only,
	reserved, version on ledger.account for each row execute function ledger.account_fixed();

-- Entries come with their transaction, in its database transaction; closed
-- accounts take none, a sink is not debited.
create function ledger.entry_check() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	bad record;
begin
	select t.xid <> pg_catalog.pg_current_xact_id() as late, a.closed_at is not null as closed
	  into bad
	  from added e
	  join ledger.account a on a.id = e.account_id
	  join ledger.txn t on t.id = e.txn_id
	 where t.xid <> pg_catalog.pg_current_xact_id() or a.closed_at is not null
	    or (a.credit_only and e.amount < 0)
	    or e.xid <> t.xid or (a.mode = 'R') <> (e.version is not null)
	 limit 1;
	if found then
		if bad.closed then
			raise exception 'account_closed' using errcode = 'U0409';
		elsif bad.late then
			raise exception 'a transaction that stands takes no more entries'
			    using errcode = 'restrict_violation';
		end if;
		raise exception 'credit_only' using errcode = 'U0409';
	end if;
	return null;
end $$;
create trigger fits after insert on ledger.entry referencing new table as added
	for each statement execute function ledger.entry_check();

-- At commit: at least two legs, zero per currency, a reversal negates leg by leg
-- (an account may be replaced by a debt account), no closed period.
create function ledger.txn_seal() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	legs int8;
	odd boolean;
begin
	select coalesce(sum(q.n), 0), bool_or(q.s <> 0) into legs, odd
	  from (select count(*) as n, sum(e.amount) as s from ledger.entry e
	         where e.txn_id = new.id group by e.currency) q;
	if legs < 2 or odd then
		raise exception 'unbalanced' using errcode = 'U0422';
	end if;
	if new.reverses is not null and exists (
	    select from (select * from ledger.entry e where e.txn_id = new.reverses) o
	      full join (select e.*, a.code from ledger.entry e
	                   join ledger.account a on a.id = e.account_id where e.txn_id = new.id) r
	        on r.seq = o.seq and r.currency = o.currency and r.amount = -o.amount
	       and (r.account_id = o.account_id or r.code like '%:debt:%')
	     where o.txn_id is null or r.txn_id is null) then
		raise exception 'a reversal negates every leg' using errcode = 'restrict_violation';
	end if;
	if new.effective_at < (select max(p.closed_before) from ledger.period p) then
		raise exception 'period_closed' using errcode = 'U0409';
	end if;
	return null;
end $$;
create constraint trigger seal after insert on ledger.txn deferrable initially deferred
	for each row execute function ledger.txn_seal();

-- ---- accounts -------------------------------------------------------------------------------

create function ledger.account_open(code text, currency text) returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	stem text;
	whole text;
	known ledger.account;
	rule ledger.account_rule;
	named text;
begin
	if not exists (select from ledger.currency c where c.code = account_open.currency) then
		raise exception 'currency_mismatch' using errcode = 'U0422';
	end if;
	named := substring(account_open.code from ':([A-Z]{3})$');
	-- "tax:vat:output:ZA" ends in a country (two letters), never in a currency.
	if named is null then
		stem := account_open.code;
	elsif named <> account_open.currency then
		raise exception 'currency_mismatch' using errcode = 'U0422';
	else
		stem := left(account_open.code, -4);
	end if;
	whole := stem || ':' || account_open.currency;
	select * into known from ledger.account a where a.code = whole;
	if found then
		return known.id;
	end if;
	select * into rule from ledger.account_rule r where stem ~ r.pattern order by r.position limit 1;
	if not found then
		raise exception 'account_name' using errcode = 'U0422';
	end if;
	insert into ledger.account (id, code, currency, class, mode, floor, ceiling, credit_only, reserved,
	    owner_id)
	values (nextval(case when rule.system then 'ledger.account_system_id' else 'ledger.account_id' end),
	    whole, account_open.currency, rule.class, rule.mode, rule.floor, rule.ceiling,
	    rule.credit_only, rule.reserved,
	    case when stem ~ '^(user|instructor):' then split_part(stem, ':', 2)::uuid end)
	on conflict on constraint account_code_key do nothing;
	select * into strict known from ledger.account a where a.code = whole;
	return known.id;
end $$;

-- Closes an empty account, or opens it again. Operators alone.
create function ledger.account_close(account int8, closed boolean) returns void
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
	elsif closed and ledger.balance(account) <> 0 then
		raise exception 'account_not_empty' using errcode = 'U0409';
	end if;
	update ledger.account t set closed_at = case when closed then coalesce(t.closed_at, host.now()) end
	 where t.id = account;
end $$;

-- Balance of any account now.
create function ledger.balance(account int8) returns int8
	language sql stable security definer set search_path = '' as $$
	select case when a.mode = 'R' then a.balance else (coalesce(s.balance, 0) + coalesce(l.sum, 0))::int8 end
	  from ledger.account a
	  left join lateral (select z.balance, z.upto_xid from ledger.snapshot z
	         where z.account_id = a.id and a.mode = 'A' order by z.upto_xid desc limit 1) s on true
	  left join lateral (select sum(e.amount) from ledger.entry e
	         where a.mode = 'A' and e.account_id = a.id and e.currency = a.currency
	           and e.version is null and e.xid >= coalesce(s.upto_xid, '0'::xid8)) l on true
	 where a.id = account
$$;

-- ---- posting --------------------------------------------------------------------------------

-- What a key stands for. When and why may differ in a repetition, the legs may not.
create function ledger.post_digest(kind text, accounts int8[], amounts int8[], ref_id uuid,
	reverses int8) returns bytea
	language sql immutable parallel safe set search_path = '' as $$
	select sha256(convert_to(concat_ws('|', kind, accounts::text, amounts::text, ref_id::text,
	    reverses::text), 'UTF8'))
$$;

-- The posting itself; `own` = may touch reserved accounts (holds do).
create function ledger.post_inner(kind text, idem text, accounts int8[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb, own boolean,
	out txn_id int8, out replayed boolean)
	language plpgsql security definer set search_path = '' as $$
declare
	n constant int4 := cardinality(accounts);
	digest constant bytea := ledger.post_digest(kind, accounts, amounts, ref_id, reverses);
	at constant timestamptz := coalesce(effective_at, host.now());
	known record;
	leg record;
	currency text;
	rest numeric := 0;
	total numeric := 0;
	odd boolean := false;
	short boolean := false;
	over boolean := false;
	after numeric;
begin
	if kind is null or kind !~ '^[A-Z][A-Z0-9_]{1,39}$' or idem is null
	    or length(idem) not between 1 and 200 or (ref_type is null) <> (ref_id is null)
	    or n is null or n is distinct from cardinality(amounts) or n > 2000
	    or array_position(accounts, null) is not null or array_position(amounts, null) is not null then
		raise exception 'bad_posting' using errcode = 'U0422';
	elsif n < 2 or 0 = any (amounts) then
		raise exception 'unbalanced' using errcode = 'U0422';
	end if;
	replayed := false;
	if reverses is not null then
		-- One reversal at a time: the second is told by name.
		perform pg_advisory_xact_lock(71042, (reverses % 2147483647)::int4);
		if not exists (select from ledger.txn t where t.id = post_inner.reverses) then
			raise exception 'txn_unknown' using errcode = 'U0404';
		elsif exists (select from ledger.txn t
		    where t.reverses = post_inner.reverses and t.idem <> post_inner.idem) then
			raise exception 'already_reversed' using errcode = 'U0409';
		end if;
	end if;
	-- A twin in flight holds the key: this waits until it is decided.
	insert into ledger.txn as t (kind, idem, req_hash, reverses, ref_type, ref_id, effective_at, actor_id, meta)
	values (post_inner.kind, post_inner.idem, digest, post_inner.reverses, post_inner.ref_type,
	    post_inner.ref_id, at, host.uid(), post_inner.meta)
	on conflict on constraint txn_idem_key do nothing
	returning t.id into txn_id;
	if txn_id is null then
		select t.id, t.req_hash into strict known from ledger.txn t where t.idem = post_inner.idem;
		if known.req_hash <> digest then
			raise exception 'idem_reused' using errcode = 'U0422';
		end if;
		txn_id := known.id;
		replayed := true;
		return;
	end if;
	if at < (select max(p.closed_before) from ledger.period p) then
		raise exception 'period_closed' using errcode = 'U0409';
	end if;

	-- Ascending, so that two postings never wait for each other; NO KEY UPDATE
	-- lets others write entries that refer to these accounts.
	perform from ledger.account a where a.id = any (accounts) and a.mode = 'R'
	 order by a.id for no key update;
	for leg in
		select l.account, l.delta, l.lowest, a.id, a.currency, a.mode, a.floor, a.ceiling, a.balance,
		       a.closed_at, a.credit_only, a.reserved
		  from (select u.account, sum(u.amount) as delta, min(u.amount) as lowest
		          from unnest(accounts, amounts) u (account, amount) group by u.account) l
		  left join ledger.account a on a.id = l.account
		 order by a.currency
	loop
		if leg.id is null then
			raise exception 'account_unknown' using errcode = 'U0404';
		elsif leg.closed_at is not null then
			raise exception 'account_closed' using errcode = 'U0409';
		elsif leg.reserved and not own then
			raise exception 'account_reserved' using errcode = 'U0409';
		elsif leg.credit_only and leg.lowest < 0 then
			raise exception 'credit_only' using errcode = 'U0409';
		end if;
		if leg.currency is distinct from currency then
			odd := odd or rest <> 0;
			currency := leg.currency;
			rest := 0;
		end if;
		rest := rest + leg.delta;
		total := total + leg.delta;
		if leg.mode = 'R' then
			after := leg.balance + leg.delta;
			short := short or after < leg.floor;
			over := over or after > coalesce(leg.ceiling, 9223372036854775807)
			    or after < -9223372036854775807;
		end if;
	end loop;
	if odd or rest <> 0 then
		if total = 0 then
			raise exception 'currency_mismatch' using errcode = 'U0422';
		end if;
		raise exception 'unbalanced' using errcode = 'U0422';
	elsif over then
		raise exception 'limit' using errcode = 'U0422';
	elsif short then
		raise exception 'insufficient_funds' using errcode = 'U0402';
	end if;

	with part as (
		select u.account, u.amount, u.seq
		  from unnest(accounts, amounts) with ordinality u (account, amount, seq)
	), moved as (
		update ledger.account a
		   set balance = a.balance + d.delta, version = a.version + d.legs
		  from (select l.account, sum(l.amount)::int8 as delta, count(*) as legs
		          from part l group by l.account) d
		 where a.id = d.account and a.mode = 'R'
		returning a.id, a.balance - d.delta as balance, a.version - d.legs as version
	)
	insert into ledger.entry (txn_id, seq, account_id, currency, amount, balance_after, version)
	select post_inner.txn_id, l.seq, l.account, a.currency, l.amount,
	       (m.balance + sum(l.amount) over w)::int8, m.version + count(*) over w
	  from part l
	  join ledger.account a on a.id = l.account
	  left join moved m on m.id = l.account
	window w as (partition by l.account order by l.seq);
end $$;

create function ledger.post(kind text, idem text, accounts int8[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language sql volatile security definer rows 1 set search_path = '' as $$
	select p.txn_id, p.replayed from ledger.post_inner(kind, idem, accounts, amounts, effective_at,
	    ref_type, ref_id, reverses, meta, false) p
$$;

-- Accounts as ids ("17") or codes with their currency ("platform:income:fees:ZAR"),
-- which are opened when they do not exist yet.
create function ledger.post_named(kind text, idem text, accounts text[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language plpgsql volatile security definer rows 1 set search_path = '' as $$
declare
	ids int8[] := '{}';
	name text;
begin
	foreach name in array coalesce(accounts, '{}') loop
		ids := ids || case when name ~ '^[0-9]{1,18}$' then name::int8
		    else ledger.account_open(name, right(name, 3)) end;
	end loop;
	return query select p.txn_id, p.replayed from ledger.post_inner(kind, idem, ids, amounts,
	    effective_at, ref_type, ref_id, reverses, meta, false) p;
end $$;

-- Many postings in one, all or nothing, with a few statements for all of them:
-- awards, maturities. Items: {"kind", "idem", "accounts": [ids], "amounts": […],
-- "refType", "refId", "effectiveAt", "meta"}. Known keys are answered, not posted.
-- Bounds hold after every item, in their order. At most 1000 items, 10,000 legs.
create function ledger.post_many(items jsonb)
	returns table (item int4, txn_id int8, replayed boolean)
	language plpgsql security definer set search_path = '' as $$
declare
	idems text[];
	digests bytea[];
	l_items int4[];
	l_seqs int4[];
	l_accounts int8[];
	l_amounts int8[];
	fresh_items int4[];
	fresh_txns int8[];
	odd boolean;
begin
	if jsonb_typeof(items) is distinct from 'array' or jsonb_array_length(items) > 1000 then
		raise exception 'bad_posting' using errcode = 'U0422';
	elsif jsonb_array_length(items) = 0 then
		return;
	end if;
	begin
		select array_agg(q.idem order by q.n),
		       array_agg(ledger.post_digest(q.kind, q.accounts, q.amounts, q.ref, null) order by q.n),
		       bool_or(q.idem is null or q.kind is null or cardinality(q.accounts) < 2
		           or cardinality(q.accounts) <> cardinality(q.amounts) or 0 = any (q.amounts)
		           or array_position(q.amounts, null) is not null
		           or array_position(q.accounts, null) is not null)
		       or sum(cardinality(q.accounts)) > 10000
		  into idems, digests, odd
		  from (select x.n, x.v ->> 'idem' as idem, x.v ->> 'kind' as kind, (x.v ->> 'refId')::uuid as ref,
		               array(select jsonb_array_elements_text(x.v -> 'accounts')::int8) as accounts,
		               array(select jsonb_array_elements_text(x.v -> 'amounts')::int8) as amounts
		          from jsonb_array_elements(items) with ordinality x (v, n)) q;
		if odd then
			raise exception 'bad_posting' using errcode = 'U0422';
		end if;
		-- In the order of the keys: two batches with common keys wait, never deadlock.
		with made as (
			insert into ledger.txn as t (kind, idem, req_hash, ref_type, ref_id, effective_at, actor_id, meta)
			select x.v ->> 'kind', x.v ->> 'idem', digests[x.n], x.v ->> 'refType',
			       (x.v ->> 'refId')::uuid,
			       coalesce((x.v ->> 'effectiveAt')::timestamptz, host.now()), host.uid(), x.v -> 'meta'
			  from jsonb_array_elements(items) with ordinality x (v, n)
			 order by x.v ->> 'idem', x.n
			on conflict on constraint txn_idem_key do nothing
			returning t.id, t.idem, t.effective_at
		)
		select array_agg(f.n order by f.n), array_agg(m.id order by f.n),
		       bool_or(m.effective_at < (select max(p.closed_before) from ledger.period p))
		  into fresh_items, fresh_txns, odd
		  from made m
		  join (select min(k.n)::int4 as n, k.idem from unnest(idems) with ordinality k (idem, n)
		         group by k.idem) f on f.idem = m.idem;
	exception
		when invalid_text_representation or numeric_value_out_of_range or invalid_parameter_value
		    or invalid_datetime_format or datetime_field_overflow or check_violation then
			raise exception 'bad_posting' using errcode = 'U0422';
	end;
	if odd then
		raise exception 'period_closed' using errcode = 'U0409';
	end if;
	if exists (select from unnest(idems, digests) k (idem, digest)
	             join ledger.txn t on t.idem = k.idem and t.req_hash <> k.digest) then
		raise exception 'idem_reused' using errcode = 'U0422';
	end if;

	-- All legs of the new ones, flat.
	select array_agg(q.n order by q.n, q.seq), array_agg(q.seq order by q.n, q.seq),
	       array_agg(q.account order by q.n, q.seq), array_agg(q.amount order by q.n, q.seq)
	  into l_items, l_seqs, l_accounts, l_amounts
	  from (select f.n, a.seq::int4, a.id::int8 as account,
	               (items -> (f.n - 1) -> 'amounts' ->> (a.seq - 1)::int4)::int8 as amount
	          from unnest(fresh_items) f (n),
	               jsonb_array_elements_text(items -> (f.n - 1) -> 'accounts') with ordinality a (id, seq)) q;
	if l_items is not null then
		perform ledger.post_flat(fresh_items, fresh_txns, l_items, l_seqs, l_accounts, l_amounts);
	end if;
	return query
		select k.n::int4, t.id, not (k.n = any (coalesce(fresh_items, '{}')))
		  from unnest(idems) with ordinality k (idem, n)
		  join ledger.txn t on t.idem = k.idem
		 order by k.n;
end $$;

-- The legs of several new transactions: checks, balances, entries.
create function ledger.post_flat(items int4[], txns int8[], l_items int4[], l_seqs int4[],
	l_accounts int8[], l_amounts int8[]) returns void
	language plpgsql set search_path = '' as $$
declare
	bad record;
begin
	perform from ledger.account a where a.id = any (l_accounts) and a.mode = 'R'
	 order by a.id for no key update;
	select bool_or(a.id is null) as unknown, bool_or(a.closed_at is not null) as closed,
	       bool_or(a.reserved) as reserved, bool_or(a.credit_only and u.amount < 0) as debited
	  into bad
	  from unnest(l_accounts, l_amounts) u (account, amount)
	  left join ledger.account a on a.id = u.account;
	if bad.unknown then
		raise exception 'account_unknown' using errcode = 'U0404';
	elsif bad.closed then
		raise exception 'account_closed' using errcode = 'U0409';
	elsif bad.reserved then
		raise exception 'account_reserved' using errcode = 'U0409';
	elsif bad.debited then
		raise exception 'credit_only' using errcode = 'U0409';
	end if;
	select bool_or(q.sum <> 0) as odd, bool_and(q.all_sum = 0) as crossed into bad
	  from (select sum(u.amount) as sum, sum(sum(u.amount)) over (partition by u.item) as all_sum
	          from unnest(l_items, l_accounts, l_amounts) u (item, account, amount)
	          join ledger.account a on a.id = u.account
	         group by u.item, a.currency) q;
	if bad.odd then
		if bad.crossed then
			raise exception 'currency_mismatch' using errcode = 'U0422';
		end if;
		raise exception 'unbalanced' using errcode = 'U0422';
	end if;
	select bool_or(a.balance + q.low < a.floor) as short,
	       bool_or(a.balance + q.high > coalesce(a.ceiling, 9223372036854775807)
	           or a.balance + q.low < -9223372036854775807) as over
	  into bad
	  from (select p.account, min(p.run) as low, max(p.run) as high
	          from (select u.account, sum(sum(u.amount)) over (partition by u.account order by u.item) as run
	                  from unnest(l_items, l_accounts, l_amounts) u (item, account, amount)
	                 group by u.account, u.item) p
	         group by p.account) q
	  join ledger.account a on a.id = q.account and a.mode = 'R';
	if bad.over then
		raise exception 'limit' using errcode = 'U0422';
	elsif bad.short then
		raise exception 'insufficient_funds' using errcode = 'U0402';
	end if;

	with part as (
		select t.txn, u.item, u.seq, u.account, u.amount
		  from unnest(l_items, l_seqs, l_accounts, l_amounts) u (item, seq, account, amount)
		  join unnest(items, txns) t (item, txn) on t.item = u.item
	), moved as (
		update ledger.account a
		   set balance = a.balance + d.delta, version = a.version + d.legs
		  from (select l.account, sum(l.amount)::int8 as delta, count(*) as legs
		          from part l group by l.account) d
		 where a.id = d.account and a.mode = 'R'
		returning a.id, a.balance - d.delta as balance, a.version - d.legs as version
	)
	insert into ledger.entry (txn_id, seq, account_id, currency, amount, balance_after, version)
	select l.txn, l.seq, l.account, a.currency, l.amount,
	       (m.balance + sum(l.amount) over w)::int8, m.version + count(*) over w
	  from part l
	  join ledger.account a on a.id = l.account
	  left join moved m on m.id = l.account
	window w as (partition by l.account order by l.item, l.seq);
end $$;

-- Takes a transaction back: every leg negated, once. When an account no longer
-- has the money, substitute_from[i] is replaced by substitute_to[i], a debt account.
-- effective_at null = now; the original's own date for an open period.
create function ledger.reverse(txn int8, idem text, effective_at timestamptz,
	substitute_from int8[], substitute_to int8[], meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language plpgsql security definer rows 1 set search_path = '' as $$
declare
	o ledger.txn;
	accounts int8[];
	amounts int8[];
begin
	select * into o from ledger.txn t where t.id = txn;
	if not found then
		raise exception 'txn_unknown' using errcode = 'U0404';
	end if;
	if cardinality(substitute_from) is distinct from cardinality(substitute_to) or exists (
	    select from ledger.account a where a.id = any (substitute_to) and a.code not like '%:debt:%') then
		raise exception 'bad_posting' using errcode = 'U0422';
	end if;
	select array_agg(coalesce(s.instead, e.account_id) order by e.seq), array_agg(-e.amount order by e.seq)
	  into accounts, amounts
	  from ledger.entry e
	  left join unnest(substitute_from, substitute_to) s (account, instead) on s.account = e.account_id
	 where e.txn_id = o.id;
	return query select p.txn_id, p.replayed from ledger.post_inner('REVERSAL', reverse.idem, accounts,
	    amounts, reverse.effective_at, o.ref_type, o.ref_id, o.id, reverse.meta, false) p;
end $$;

-- ---- views for the areas --------------------------------------------------------------------

-- A person sees their own accounts, an admin and the jobs all.
create view ledger.account_public with (security_barrier) as
select a.id, a.code, a.currency, a.class, a.mode, a.floor, a.ceiling, a.reserved, a.version, a.owner_id,
       a.closed_at, a.created_at,
       case when a.mode = 'R' then a.balance else ledger.balance(a.id) end as balance
  from ledger.account a
 where a.owner_id = (select host.uid()) or (select host.role()) = 'ADMIN'
    or current_user in ('db_jobs', 'db_migrate', 'db_def_wallet', 'db_def_payment', 'db_def_marketplace');

create view ledger.txn_public with (security_barrier) as
select t.id, t.kind, t.idem, t.reverses, t.ref_type, t.ref_id, t.effective_at, t.recorded_at, t.actor_id,
       t.meta, (select r.id from ledger.txn r where r.reverses = t.id) as reversed_by
  from ledger.txn t
 where (select host.role()) = 'ADMIN'
    or current_user in ('db_jobs', 'db_migrate', 'db_def_wallet', 'db_def_payment', 'db_def_marketplace')
    or exists (select from ledger.entry e join ledger.account a on a.id = e.account_id
                where e.txn_id = t.id and a.owner_id = (select host.uid()));

create view ledger.entry_public with (security_barrier) as
select e.txn_id, e.seq, e.account_id, e.currency, e.amount, e.balance_after, e.version, a.code, a.owner_id,
       t.kind, t.ref_type, t.ref_id, t.reverses, t.effective_at, t.recorded_at, t.meta
  from ledger.entry e
  join ledger.account a on a.id = e.account_id
  join ledger.txn t on t.id = e.txn_id
 where a.owner_id = (select host.uid()) or (select host.role()) = 'ADMIN'
    or current_user in ('db_jobs', 'db_migrate', 'db_def_wallet', 'db_def_payment', 'db_def_marketplace');

create view ledger.currency_public as select code, exponent, kind from ledger.currency;

-- ---- rights -----------------------------------------------------------------------------------

do $$
declare
	t text;
	v text;
	f regprocedure;
begin
	foreach t in array array['currency', 'account_rule', 'account', 'txn', 'entry', 'snapshot', 'period'] loop
		perform host.protect(('ledger.' || t)::regclass);
		execute format('create policy definer on ledger.%I to db_def_ledger using (true) with check (true)', t);
	end loop;
	grant select on ledger.currency, ledger.account_rule, ledger.account, ledger.txn, ledger.entry,
	    ledger.snapshot, ledger.period to db_def_ledger;
	grant insert on ledger.account, ledger.txn, ledger.entry, ledger.snapshot, ledger.period to db_def_ledger;
	grant update (balance, version, closed_at) on ledger.account to db_def_ledger;
	grant usage on sequence ledger.account_id, ledger.account_system_id to db_def_ledger;
	foreach f in array array['ledger.entry_check()', 'ledger.txn_seal()', 'ledger.account_open(text, text)',
	    'ledger.account_close(int8, boolean)', 'ledger.balance(int8)',
	    'ledger.post_inner(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb, boolean)',
	    'ledger.post(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb)',
	    'ledger.post_named(text, text, text[], int8[], timestamptz, text, uuid, int8, jsonb)',
	    'ledger.post_many(jsonb)',
	    'ledger.reverse(int8, text, timestamptz, int8[], int8[], jsonb)']::regprocedure[] loop
		perform host.definer(f, 'ledger');
	end loop;
	revoke all on function ledger.post_digest(text, int8[], int8[], uuid, int8),
	    ledger.post_flat(int4[], int8[], int4[], int4[], int8[], int8[]), ledger.account_fixed() from public;
	grant execute on function ledger.post_digest(text, int8[], int8[], uuid, int8),
	    ledger.post_flat(int4[], int8[], int4[], int4[], int8[], int8[]) to db_def_ledger;
	grant create on schema ledger to db_def_ledger;
	foreach v in array array['account_public', 'txn_public', 'entry_public', 'currency_public'] loop
		execute format('alter view ledger.%I owner to db_def_ledger', v);
		execute format('grant select on ledger.%I to db_web, db_auth, db_pay, db_slow, db_jobs, '
		    'db_def_wallet, db_def_payment, db_def_marketplace', v);
	end loop;
	revoke create on schema ledger from db_def_ledger;
	grant execute on function ledger.account_open(text, text), ledger.balance(int8),
	    ledger.post(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb),
	    ledger.post_named(text, text, text[], int8[], timestamptz, text, uuid, int8, jsonb),
	    ledger.post_many(jsonb), ledger.reverse(int8, text, timestamptz, int8[], int8[], jsonb)
	    to db_web, db_auth, db_pay, db_slow, db_jobs, db_def_wallet, db_def_payment, db_def_marketplace;
	grant execute on function ledger.account_close(int8, boolean) to db_web, db_pay, db_jobs;
end $$;

select host.classify('ledger.' || t, 'internal') from unnest(array['currency', 'account_rule', 'account',
	'txn', 'entry', 'snapshot', 'period']) t;

-- ---- genesis: every token there will ever be ---------------------------------------------------

select ledger.post_named('GENESIS', 'genesis', array['supply:genesis:AZR', 'supply:unissued:AZR',
	'supply:treasury:AZR'], array[-100000000000000000, 90000000000000000, 10000000000000000]::int8[],
	null, null, null, null, null);
