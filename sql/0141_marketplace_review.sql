-- The marketplace, first part: reviews, coupons, and the arithmetic of a sale.
-- CourseReview of the data requirements. Rules: money.md 2.7, domain.md 2.12.
--
-- A review belongs to who takes the course (bought it, or enrolled in a free
-- one): one each, edited as often as they like. It is SHOWN until a moderator
-- hides it. Ratings go into course.course at once, the ranking there uses the
-- Bayesian mean. All writing goes through functions of db_def_marketplace.

create schema marketplace;
grant usage on schema marketplace to db_app, db_def_marketplace;

-- ---- arithmetic ---------------------------------------------------------------------------

-- Shares of a total by weights: floors, then one unit each to the largest
-- remainders, the earlier first. 9,999 over 70/20/10 -> 6,999, 2,000, 1,000.
create function marketplace.split(total int8, weights int8[]) returns int8[]
	language plpgsql immutable parallel safe set search_path = '' as $$
declare
	whole constant numeric := (select sum(w) from unnest(weights) w);
	parts int8[];
begin
	if total is null or total < 0 or whole is null or whole <= 0 or 0 > any (weights) then
		if total = 0 and whole = 0 then
			return array_fill(0::int8, array[cardinality(weights)]);
		end if;
		raise exception 'bad_split' using errcode = 'U0422';
	end if;
	select array_agg((q.floor + (q.place <= total - q.given)::int4)::int8 order by q.n) into parts
	  from (select u.n, div(total * u.w::numeric, whole) as floor,
	               sum(div(total * u.w::numeric, whole)) over () as given,
	               row_number() over (order by mod(total * u.w::numeric, whole) desc, u.n) as place
	          from unnest(weights) with ordinality u (w, n)) q;
	return parts;
end $$;

-- What of each share a refund takes back, given what is left of them. The
-- weights are the remainders, so that no part is ever below zero or above what
-- is left, and refunds up to the whole take back each share exactly. (Taking
-- differences of splits of the cumulated amount can give a part of -1: the
-- largest remainder is not monotone.)
create function marketplace.take_back(amount int8, rest int8[]) returns int8[]
	language sql immutable parallel safe set search_path = '' as $$
	select marketplace.split(amount, rest)
$$;

-- ---- reviews --------------------------------------------------------------------------------

create table marketplace.review (
	id uuid primary key default host.uuid7(),
	course_id uuid not null references course.course on delete cascade,
	person_id uuid not null references identity.person,
	rating int2 not null check (rating between 1 and 5),
	comment text check (length(comment) between 1 and 1000),
	author text not null default '' check (length(author) <= 80),
	bought boolean not null default false,
	status text not null default 'SHOWN' check (status in ('SHOWN', 'HIDDEN')),
	helpful int4 not null default 0 check (helpful >= 0),
	reports int4 not null default 0 check (reports >= 0),
	reply text check (length(reply) between 1 and 1000),
	replied_at timestamptz,
	edited_at timestamptz,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	constraint review_once unique (course_id, person_id),
	check ((reply is null) = (replied_at is null))
);
create index review_course_idx on marketplace.review (course_id, helpful desc, created_at desc)
	where status = 'SHOWN';
create index review_person_id_idx on marketplace.review (person_id);
create index review_reports_idx on marketplace.review (reports desc, id) where reports > 0;
comment on column marketplace.review.author is 'As shown: "Nomvula D.", when it was written.';
comment on column marketplace.review.bought is 'Paid for; false: took the course free.';
comment on column marketplace.review.helpful is 'Votes; by trigger. So is reports (open ones).';

create table marketplace.review_vote (
	review_id uuid not null references marketplace.review on delete cascade,
	person_id uuid not null references identity.person on delete cascade,
	created_at timestamptz not null default host.now(),
	primary key (review_id, person_id)
);
create index review_vote_person_id_idx on marketplace.review_vote (person_id);

create table marketplace.review_report (
	review_id uuid not null references marketplace.review on delete cascade,
	person_id uuid not null references identity.person on delete cascade,
	reason text not null check (reason in ('SPAM', 'ABUSE', 'OFF_TOPIC', 'PRIVATE', 'OTHER')),
	created_at timestamptz not null default host.now(),
	resolved_at timestamptz,
	resolved_by uuid references identity.person on delete set null,
	primary key (review_id, person_id)
);
create index review_report_person_id_idx on marketplace.review_report (person_id);
create index review_report_resolved_by_idx on marketplace.review_report (resolved_by);

-- The course's sum and count, called by the marketplace alone.
create function course.count_rating(course uuid, stars int4, ratings int4) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	update course.course t
	   set rating_sum = t.rating_sum + stars, rating_count = t.rating_count + ratings
	 where t.id = course;
end $$;
select host.definer('course.count_rating(uuid, int4, int4)', 'course');

create function marketplace.review_counted() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	was int4 := case when tg_op <> 'INSERT' and old.status = 'SHOWN' then old.rating end;
	becomes int4 := case when tg_op <> 'DELETE' and new.status = 'SHOWN' then new.rating end;
begin
	if was is distinct from becomes then
		perform course.count_rating(case when tg_op = 'DELETE' then old.course_id else new.course_id end,
		    coalesce(becomes, 0) - coalesce(was, 0),
		    (becomes is not null)::int4 - (was is not null)::int4);
	end if;
	return null;
end $$;
create trigger counted after insert or delete or update of rating, status on marketplace.review
	for each row execute function marketplace.review_counted();

create function marketplace.vote_counted() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	update marketplace.review r
	   set helpful = (select count(*) from marketplace.review_vote v where v.review_id = r.id)
	 where r.id = case when tg_op = 'DELETE' then old.review_id else new.review_id end;
	return null;
end $$;
create trigger counted after insert or delete on marketplace.review_vote
	for each row execute function marketplace.vote_counted();

create function marketplace.report_counted() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	update marketplace.review r
	   set reports = (select count(*) from marketplace.review_report v
	           where v.review_id = r.id and v.resolved_at is null)
	 where r.id = new.review_id;
	return null;
end $$;
create trigger counted after insert or update on marketplace.review_report
	for each row execute function marketplace.report_counted();

-- Writes or edits the one review of the person who asks. True: a new one.
create function marketplace.review_save(p_course uuid, p_rating int4, p_comment text, p_author text)
	returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	v_source text;
	v_new boolean;
begin
	select e.source into v_source from learning.enrolment_public e
	 where e.course_id = p_course and e.person_id = host.uid() and e.status <> 'DROPPED';
	if not found then
		raise exception 'review_not_verified' using errcode = 'U0403';
	end if;
	insert into marketplace.review as r (course_id, person_id, rating, comment, author, bought)
	values (p_course, host.uid(), p_rating, nullif(p_comment, ''), p_author, v_source = 'PURCHASE')
	on conflict on constraint review_once do update
	   set rating = excluded.rating, comment = excluded.comment, author = excluded.author,
	       bought = excluded.bought, edited_at = host.now()
	returning r.edited_at is null into v_new;
	return v_new;
end $$;

create function marketplace.review_delete(p_course uuid) returns boolean
	language plpgsql security definer set search_path = '' as $$
begin
	delete from marketplace.review r where r.course_id = p_course and r.person_id = host.uid();
	return found;
end $$;

-- A helpful vote, given or taken back; nobody votes for their own.
create function marketplace.review_vote_set(p_review uuid, p_on boolean) returns int4
	language plpgsql security definer set search_path = '' as $$
declare
	r marketplace.review;
begin
	select * into r from marketplace.review t where t.id = p_review and t.status = 'SHOWN'
	   for no key update;
	if not found then
		raise exception 'review_not_found' using errcode = 'U0404';
	elsif r.person_id = host.uid() then
		raise exception 'own_review' using errcode = 'U0409';
	elsif p_on then
		insert into marketplace.review_vote (review_id, person_id) values (p_review, host.uid())
		on conflict do nothing;
	else
		delete from marketplace.review_vote v where v.review_id = p_review and v.person_id = host.uid();
	end if;
	return (select t.helpful from marketplace.review t where t.id = p_review);
end $$;

create function marketplace.review_report_add(p_review uuid, p_reason text) returns boolean
	language plpgsql security definer set search_path = '' as $$
begin
	if not exists (select from marketplace.review r where r.id = p_review and r.status = 'SHOWN') then
		raise exception 'review_not_found' using errcode = 'U0404';
	end if;
	insert into marketplace.review_report (review_id, person_id, reason)
	values (p_review, host.uid(), p_reason) on conflict do nothing;
	return found;
end $$;

-- The educator of the course answers; an empty text takes the answer back.
create function marketplace.review_reply(p_review uuid, p_text text) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	update marketplace.review r
	   set reply = nullif(p_text, ''), replied_at = case when p_text <> '' then host.now() end
	  from course.course_public c
	 where r.id = p_review and c.id = r.course_id and c.instructor_id = host.uid();
	if not found then
		raise exception 'review_not_found' using errcode = 'U0404';
	end if;
end $$;

-- ADMIN hides or shows; either way the open reports are answered.
create function marketplace.review_moderate(p_review uuid, p_status text) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	if host.role() is distinct from 'ADMIN' then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	update marketplace.review r set status = p_status where r.id = p_review;
	if not found then
		raise exception 'review_not_found' using errcode = 'U0404';
	end if;
	update marketplace.review_report v set resolved_at = host.now(), resolved_by = host.uid()
	 where v.review_id = p_review and v.resolved_at is null;
end $$;

-- ---- coupons ---------------------------------------------------------------------------------

create table marketplace.coupon (
	id uuid primary key default host.uuid7(),
	owner_id uuid not null references identity.person,
	course_id uuid references course.course on delete cascade,
	code text not null check (code ~ '^[A-Z0-9]{3,20}$'),
	kind text not null check (kind in ('PERCENT', 'FIXED')),
	value int8 not null check (value > 0),
	max_uses int4 check (max_uses > 0),
	per_person int4 not null default 1 check (per_person > 0),
	starts_at timestamptz not null default host.now(),
	ends_at timestamptz,
	active boolean not null default true,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	constraint coupon_code unique (owner_id, code),
	check (kind <> 'PERCENT' or value <= 10000),
	check (ends_at > starts_at)
);
create index coupon_course_id_idx on marketplace.coupon (course_id);
comment on column marketplace.coupon.course_id is 'null = all courses of the owner.';
comment on column marketplace.coupon.value is
	'PERCENT: hundredths of a percent; FIXED: minor units of the course''s currency.';
comment on column marketplace.coupon.max_uses is 'Sales that are paid or being paid; null = no limit.';

create function marketplace.coupon_add(p_course uuid, p_code text, p_kind text, p_value int8,
	p_max int4, p_per_person int4, p_starts timestamptz, p_ends timestamptz) returns uuid
	language plpgsql security definer set search_path = '' as $$
declare
	made uuid;
begin
	if host.role() is null or host.role() not in ('EDUCATOR', 'ADMIN') or (p_course is not null
	    and not exists (select from course.course_public c
	        where c.id = p_course and c.instructor_id = host.uid())) then
		raise exception 'course_not_found' using errcode = 'U0404';
	end if;
	insert into marketplace.coupon (owner_id, course_id, code, kind, value, max_uses, per_person,
	    starts_at, ends_at)
	values (host.uid(), p_course, p_code, p_kind, p_value, p_max, p_per_person,
	    coalesce(p_starts, host.now()), p_ends)
	on conflict on constraint coupon_code do nothing
	returning id into made;
	if made is null then
		raise exception 'coupon_code_taken' using errcode = 'U0409';
	end if;
	return made;
end $$;

create function marketplace.coupon_switch(p_coupon uuid, p_active boolean) returns void
	language plpgsql security definer set search_path = '' as $$
begin
	update marketplace.coupon c set active = p_active
	 where c.id = p_coupon and c.owner_id = host.uid();
	if not found then
		raise exception 'coupon_not_found' using errcode = 'U0404';
	end if;
end $$;

select host.touched('marketplace.review'), host.touched('marketplace.coupon');

-- ---- rights ----------------------------------------------------------------------------------

do $$
declare
	t text;
begin
	foreach t in array array['review', 'review_vote', 'review_report', 'coupon'] loop
		perform host.protect(format('marketplace.%I', t)::regclass);
		execute format('create policy definer on marketplace.%I to db_def_marketplace using (true) with check (true)', t);
		execute format('create policy jobs on marketplace.%I to db_jobs using (true) with check (true)', t);
		execute format('grant select, insert, update, delete on marketplace.%I to db_def_marketplace', t);
		execute format('grant select, delete on marketplace.%I to db_jobs', t);
		execute format('grant select on marketplace.%I to db_web, db_pay, db_slow, db_ro', t);
	end loop;
end $$;
grant update (author, comment) on marketplace.review to db_jobs;
create policy readable on marketplace.review for select to db_web, db_pay, db_slow, db_ro
	using (status = 'SHOWN' or person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on marketplace.review_vote for select to db_web, db_pay, db_slow, db_ro
	using (person_id = (select host.uid()));
create policy own on marketplace.review_report for select to db_web, db_pay, db_slow, db_ro
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own on marketplace.coupon for select to db_web, db_pay, db_slow, db_ro
	using (owner_id = (select host.uid()) or (select host.role()) = 'ADMIN');

-- Courses and enrolments whoever asks.
grant usage on schema course, learning, identity to db_def_marketplace;
grant select on course.course, course.course_public to db_def_marketplace;
grant select on learning.enrolment, learning.enrolment_public to db_def_marketplace;
create policy marketplace on course.course for select to db_def_marketplace using (true);
create policy marketplace on learning.enrolment for select to db_def_marketplace using (true);
grant execute on function course.count_rating(uuid, int4, int4) to db_def_marketplace;

select host.definer(f::regprocedure, 'marketplace') from unnest(array[
	'marketplace.review_counted()', 'marketplace.vote_counted()', 'marketplace.report_counted()',
	'marketplace.review_save(uuid, int4, text, text)', 'marketplace.review_delete(uuid)',
	'marketplace.review_vote_set(uuid, boolean)', 'marketplace.review_report_add(uuid, text)',
	'marketplace.review_reply(uuid, text)', 'marketplace.review_moderate(uuid, text)',
	'marketplace.coupon_add(uuid, text, text, int8, int4, int4, timestamptz, timestamptz)',
	'marketplace.coupon_switch(uuid, boolean)']) f;
grant execute on function marketplace.review_save(uuid, int4, text, text),
	marketplace.review_delete(uuid), marketplace.review_vote_set(uuid, boolean),
	marketplace.review_report_add(uuid, text), marketplace.review_reply(uuid, text),
	marketplace.review_moderate(uuid, text),
	marketplace.coupon_add(uuid, text, text, int8, int4, int4, timestamptz, timestamptz),
	marketplace.coupon_switch(uuid, boolean) to db_web;
grant execute on function marketplace.split(int8, int8[]), marketplace.take_back(int8, int8[])
	to db_web, db_pay, db_slow, db_jobs, db_def_marketplace;

create view marketplace.review_public with (security_invoker) as
select id, course_id, rating, comment, author, bought, helpful, reply, replied_at, edited_at, created_at
  from marketplace.review where status = 'SHOWN';
grant select on marketplace.review_public to db_web, db_pay, db_slow, db_jobs, db_ro;

select host.classify('marketplace.review', 'personal', 'person_id', 'author', 'comment'),
	host.classify('marketplace.review', 'public'),
	host.classify('marketplace.review_vote', 'personal', 'person_id'),
	host.classify('marketplace.review_vote', 'internal'),
	host.classify('marketplace.review_report', 'personal', 'person_id', 'resolved_by'),
	host.classify('marketplace.review_report', 'internal'),
	host.classify('marketplace.coupon', 'personal', 'owner_id'),
	host.classify('marketplace.coupon', 'internal');
