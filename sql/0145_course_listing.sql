-- Listing a course (phase-1 design, marketplace errors): a title is used once by an
-- educator, and a course with a price needs a plan that sells (domain.md 2.12).

-- Titles that are there twice already get their number behind them.
update course.course c set title = left(c.title, 110) || ' (' || d.n || ')'
  from (select t.id, row_number() over (partition by t.instructor_id, lower(t.title)
            order by t.created_at, t.id) as n
          from course.course t where t.status <> 'ARCHIVED') d
 where d.id = c.id and d.n > 1;
create unique index course_title_once_idx on course.course (instructor_id, lower(title))
	where status <> 'ARCHIVED';

create view marketplace.seller_public with (security_invoker) as
select person_id, tier from marketplace.seller;
grant select on marketplace.seller_public to db_web, db_pay, db_slow, db_jobs, db_ro;

-- What was on sale when its educator went back to FREE stays on sale.
create function marketplace.course_sellable() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if new.status = 'PUBLISHED' and new.price > 0
	    and (tg_op = 'INSERT' or old.status <> 'PUBLISHED' or old.price = 0
	        or old.instructor_id <> new.instructor_id)
	    and exists (select from marketplace.seller s where s.person_id = new.instructor_id
	        and s.tier = 'FREE') then
		raise exception 'insufficient_permissions' using errcode = 'U0403';
	end if;
	return new;
end $$;
select host.definer('marketplace.course_sellable()', 'marketplace');
create trigger sellable before insert or update of status, price, instructor_id on course.course
	for each row execute function marketplace.course_sellable();

-- ADMIN sets the plan of a seller, until plans are bought.
create function marketplace.seller_tier(p_person uuid, p_tier text) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	insert into marketplace.seller as s (person_id, tier) values (p_person, p_tier)
	on conflict (person_id) do update set tier = excluded.tier;
end $$;
select host.definer('marketplace.seller_tier(uuid, text)', 'marketplace');
grant execute on function marketplace.seller_tier(uuid, text) to db_web;
