-- Postings cost half: one function checks, locks, moves and writes the legs of one
-- transaction or of a thousand (ledger.post and ledger.post_many share it), in one
-- statement. What a PostgreSQL function pays at every call is paid once: settings
-- stand on the outermost function, nothing is planned twice, triggers fire only
-- for what they judge.

-- Inlined where it is used; concat_ws is stable.
alter function ledger.post_digest(text, int8[], int8[], uuid, int8) stable;
alter function ledger.post_digest(text, int8[], int8[], uuid, int8) reset search_path;

-- Sums per transaction and currency when they are not plain: more than one
-- currency or transaction, or a rest.
create function ledger.post_balance(txns int8[], accounts int8[], amounts int8[]) returns void
	language plpgsql as $$
declare
	odd boolean;
	crossed boolean;
begin
	select bool_or(q.sum <> 0), bool_and(q.whole = 0) into odd, crossed
	  from (select sum(u.amount) as sum, sum(sum(u.amount)) over (partition by u.txn) as whole
	          from unnest(txns, accounts, amounts) u (txn, account, amount)
	          join ledger.account a on a.id = u.account group by u.txn, a.currency) q;
	if odd and crossed then
		raise exception 'currency_mismatch' using errcode = 'U0422';
	elsif odd then
		raise exception 'unbalanced' using errcode = 'U0422';
	end if;
end $$;

-- The legs of new transactions: checks, balances, entries. A null in seqs counts on
-- from 1. `own` = may touch reserved accounts (holds do). Bounds hold after every
-- transaction, in their order, not after every leg. Called by definers alone,
-- whose search_path is empty.
create function ledger.post_legs(txns int8[], seqs int4[], accounts int8[], amounts int8[], own boolean)
	returns void
	language plpgsql as $$
declare
	said record;
begin
	-- leg: each with what its account has after it. Accounts are locked ascending, so
	-- that two postings never wait for each other; NO KEY UPDATE lets others write
	-- entries that refer to them. Hot accounts (mode A) are not locked at all.
	with leg as materialized (
		select s.*, r.version + s.nth as version, r.balance + s.run as after, coalesce(r.closed_at, s.closed) as closed_at,
		       r.balance + s.run < r.floor as short,
		       r.balance + s.run > coalesce(r.ceiling, 9223372036854775807)
		           or r.balance + s.run < -9223372036854775807 as over
		  from (select u.txn, coalesce(u.seq, u.n) as seq, u.account, u.amount, a.id, a.currency, a.mode, a.reserved,
		               case when a.mode = 'A' then a.closed_at end as closed, a.credit_only and u.amount < 0 as debited,
		               sum(u.amount) over w as run, row_number() over w as nth, lead(u.txn) over w as next
		          from unnest(txns, seqs, accounts, amounts) with ordinality u (txn, seq, account, amount, n)
		          left join ledger.account a on a.id = u.account
		        window w as (partition by u.account order by u.n)
		         order by u.account) s
		  left join lateral (select b.balance, b.version, b.floor, b.ceiling, b.closed_at from ledger.account b
		         where b.id = s.id and s.mode = 'R' for no key update) r on true
	), fault as materialized (
		select bool_or(l.id is null) as unknown, bool_or(l.closed_at is not null) as closed,
		       bool_or(l.reserved) and not own as reserved, bool_or(l.debited) as debited,
		       min(l.currency) <> max(l.currency) or min(l.txn) <> max(l.txn) as several,
		       sum(l.amount) <> 0 as odd, bool_or(l.over and l.next is distinct from l.txn) as over,
		       bool_or(l.short and l.next is distinct from l.txn) as short
		  from leg l
	-- Nothing is written when something is wrong: the names below say what, and a
	-- sum that is not zero unwinds it all.
	), sound as materialized (
		select l.* from leg l, fault f
		 where not (f.unknown or f.closed or f.reserved or f.debited or coalesce(f.over or f.short, false))
	), moved as (
		update ledger.account a set balance = l.after, version = l.version
		  from sound l where a.id = l.id and l.next is null and l.version is not null
	), made as (
		insert into ledger.entry (txn_id, seq, account_id, currency, amount, balance_after, version)
		select l.txn, l.seq, l.id, l.currency, l.amount, l.after, l.version from sound l
	)
	select * into said from fault;
	if said.unknown then
		raise exception 'account_unknown' using errcode = 'U0404';
	elsif said.closed then
		raise exception 'account_closed' using errcode = 'U0409';
	elsif said.reserved then
		raise exception 'account_reserved' using errcode = 'U0409';
	elsif said.debited then
		raise exception 'credit_only' using errcode = 'U0409';
	elsif said.odd or said.several then
		perform ledger.post_balance(txns, accounts, amounts);
	end if;
	if said.over then
		raise exception 'limit' using errcode = 'U0422';
	elsif said.short then
		raise exception 'insufficient_funds' using errcode = 'U0402';
	end if;
end $$;

create or replace function ledger.post_inner(kind text, idem text, accounts int8[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb, own boolean,
	out txn_id int8, out replayed boolean)
	language plpgsql set plan_cache_mode = 'force_generic_plan' as $$
declare
	n constant int4 := cardinality(accounts);
	digest constant bytea := ledger.post_digest(kind, accounts, amounts, ref_id, reverses);
	known record;
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
	    post_inner.ref_id, coalesce(post_inner.effective_at, host.now()), host.uid(), post_inner.meta)
	on conflict on constraint txn_idem_key do nothing
	returning t.id, t.effective_at < (select max(p.closed_before) from ledger.period p) as late into known;
	if not found then
		select t.id, t.req_hash into strict known from ledger.txn t where t.idem = post_inner.idem;
		if known.req_hash <> digest then
			raise exception 'idem_reused' using errcode = 'U0422';
		end if;
		txn_id := known.id;
		replayed := true;
		return;
	elsif known.late then
		raise exception 'period_closed' using errcode = 'U0409';
	end if;
	txn_id := known.id;
	perform ledger.post_legs(array_fill(txn_id, array[n]), null, accounts, amounts, own);
end $$;
alter function ledger.post_inner(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb, boolean)
	security invoker;
alter function ledger.post_inner(text, text, int8[], int8[], timestamptz, text, uuid, int8, jsonb, boolean)
	reset search_path;

create or replace function ledger.post(kind text, idem text, accounts int8[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language plpgsql volatile security definer rows 1 set search_path = '' as $$
declare
	p record;
begin
	p := ledger.post_inner(kind, idem, accounts, amounts, effective_at, ref_type, ref_id, reverses, meta, false);
	txn_id := p.txn_id;
	replayed := p.replayed;
	return next;
end $$;

create or replace function ledger.post_many(items jsonb)
	returns table (item int4, txn_id int8, replayed boolean)
	language plpgsql security definer set search_path = ''
	set plan_cache_mode = 'force_generic_plan' as $$
declare
	idems text[];
	digests bytea[];
	l_txns int8[];
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
	select array_agg(f.txn order by f.n, a.seq), array_agg(a.seq::int4 order by f.n, a.seq),
	       array_agg(a.id::int8 order by f.n, a.seq),
	       array_agg((items -> (f.n - 1) -> 'amounts' ->> (a.seq - 1)::int4)::int8 order by f.n, a.seq)
	  into l_txns, l_seqs, l_accounts, l_amounts
	  from unnest(fresh_items, fresh_txns) f (n, txn),
	       jsonb_array_elements_text(items -> (f.n - 1) -> 'accounts') with ordinality a (id, seq);
	if l_txns is not null then
		perform ledger.post_legs(l_txns, l_seqs, l_accounts, l_amounts, false);
	end if;
	return query
		select k.n::int4, t.id, not (k.n = any (coalesce(fresh_items, '{}')))
		  from unnest(idems) with ordinality k (idem, n)
		  join ledger.txn t on t.idem = k.idem
		 order by k.n;
end $$;

drop function ledger.post_flat(int4[], int8[], int4[], int4[], int8[], int8[]);

-- At commit, as before; the reversal is planned only where there is one.
create or replace function ledger.txn_seal() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	legs int8;
	odd boolean;
	closed timestamptz;
begin
	select coalesce(sum(q.n), 0), bool_or(q.s <> 0), (select max(p.closed_before) from ledger.period p)
	  into legs, odd, closed
	  from (select count(*) as n, sum(e.amount) as s from ledger.entry e
	         where e.txn_id = new.id group by e.currency) q;
	if legs < 2 or odd then
		raise exception 'unbalanced' using errcode = 'U0422';
	elsif new.effective_at < closed then
		raise exception 'period_closed' using errcode = 'U0409';
	end if;
	if new.reverses is not null then
		if exists (
		    select from (select * from ledger.entry e where e.txn_id = new.reverses) o
		      full join (select e.*, a.code from ledger.entry e
		                   join ledger.account a on a.id = e.account_id where e.txn_id = new.id) r
		        on r.seq = o.seq and r.currency = o.currency and r.amount = -o.amount
		       and (r.account_id = o.account_id or r.code like '%:debt:%')
		     where o.txn_id is null or r.txn_id is null) then
			raise exception 'a reversal negates every leg' using errcode = 'restrict_violation';
		end if;
	end if;
	return null;
end $$;

-- Runs as who inserts: the definers, who see all rows.
alter function ledger.entry_check() security invoker;
alter function ledger.entry_check() reset search_path;

-- A version that goes on is no change of what the account is.
drop trigger fixed on ledger.account;
create trigger fixed before delete or update of id, code, currency, class, mode, credit_only,
	reserved on ledger.account for each row execute function ledger.account_fixed();
create trigger forward before update of version on ledger.account
	for each row when (new.version < old.version) execute function ledger.account_fixed();

revoke all on function ledger.post_balance(int8[], int8[], int8[]),
	ledger.post_legs(int8[], int4[], int8[], int8[], boolean) from public;
grant execute on function ledger.post_balance(int8[], int8[], int8[]),
	ledger.post_legs(int8[], int4[], int8[], int8[], boolean) to db_def_ledger;
