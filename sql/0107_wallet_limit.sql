-- Limits of transfers have dates, as fees have: a row holds from its moment until the
-- next one of its currency. wallet.transfer_limit shows those in force.
--   schedule_past U0422, schedule_overlap U0409, forbidden U0403

alter table wallet.transfer_limit rename to limit_schedule;
alter table wallet.limit_schedule drop constraint transfer_limit_pkey;
alter table wallet.limit_schedule drop column updated_at;
drop trigger touch on wallet.limit_schedule;
alter table wallet.limit_schedule
	add id uuid primary key default host.uuid7(),
	add effective_from timestamptz not null default '2026-01-01Z',
	add actor_id uuid references identity.person,
	add created_at timestamptz not null default host.now(),
	add constraint limit_schedule_start unique (currency, effective_from);
alter table wallet.limit_schedule alter effective_from drop default;
create index limit_schedule_actor_id_idx on wallet.limit_schedule (actor_id);
create trigger append_only before update or delete on wallet.limit_schedule
	for each row execute function host.refuse_change();
comment on table wallet.limit_schedule is 'Of one transfer and of what one person sends within 24 hours.';
comment on column wallet.limit_schedule.actor_id is 'class: personal; the administrator, null = the first figures';

create view wallet.transfer_limit with (security_invoker) as
select distinct on (l.currency) l.currency, l.minimum, l.single, l.daily, l.effective_from
  from wallet.limit_schedule l
 where l.effective_from <= host.now()
 order by l.currency, l.effective_from desc;
grant select on wallet.transfer_limit to db_web, db_auth, db_pay, db_slow, db_jobs, db_def_wallet;

-- A row of its own from a moment on; nothing is planned behind it.
create function wallet.limit_add(p_currency text, p_minimum int8, p_single int8, p_daily int8, p_from timestamptz)
	returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	elsif p_from < host.now() then
		raise exception 'schedule_past' using errcode = 'U0422';
	end if;
	perform pg_advisory_xact_lock(71046, hashtext(p_currency));
	if exists (select from wallet.limit_schedule l where l.currency = p_currency and l.effective_from >= p_from) then
		raise exception 'schedule_overlap' using errcode = 'U0409';
	end if;
	insert into wallet.limit_schedule (currency, minimum, single, daily, effective_from, actor_id)
	values (p_currency, p_minimum, p_single, p_daily, p_from, host.uid()) returning id into made;
	return made;
end $$;
select host.definer('wallet.limit_add(text, int8, int8, int8, timestamptz)', 'wallet');
grant execute on function wallet.limit_add(text, int8, int8, int8, timestamptz) to db_web, db_auth;
select host.classify('wallet.limit_schedule', 'internal');
