-- Learning: who takes which course and how far they are. Enrollment and
-- LessonProgress of the data requirements. Rules: learning.md 2.3 (L), 2.4 (E),
-- 2.5 (P).
--
-- An enrolment goes ACTIVE -> COMPLETED, ACTIVE -> DROPPED -> ACTIVE. COMPLETED
-- is set in one place, learning.completion_check(), and never taken back: what
-- is added to the course later does not undo it (P3). Nobody writes percentages:
-- done_count follows the progress rows by trigger, the percentage is
-- floor(100 * done / required) (P1, P2).

create schema learning;
grant usage on schema learning to db_app, db_def_learning;

create table learning.enrolment (
	id uuid primary key default host.uuid7(),
	person_id uuid not null references identity.person on delete cascade,
	course_id uuid not null references course.course,
	status text not null default 'ACTIVE' check (status in ('ACTIVE', 'COMPLETED', 'DROPPED')),
	source text not null default 'FREE' check (source in ('FREE', 'PURCHASE', 'ENTITLEMENT', 'GIFT',
	    'STAFF', 'IMPORT')),
	preview boolean not null default false,
	done_count int4 not null default 0 check (done_count >= 0),
	completed_version int4,
	last_lesson_id uuid references course.lesson on delete set null,
	last_touched_at timestamptz not null default host.now(),
	enrolled_at timestamptz not null default host.now(),
	completed_at timestamptz,
	dropped_at timestamptz,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	check ((status = 'COMPLETED') <= (completed_at is not null)),
	check ((status = 'DROPPED') = (dropped_at is not null))
);
-- The page of a signed-in learner reads this index alone.
create unique index enrolment_person_course_idx on learning.enrolment (person_id, course_id)
	include (status, done_count);
create index enrolment_continue_idx on learning.enrolment (person_id, last_touched_at desc)
	where status <> 'DROPPED';
create index enrolment_course_idx on learning.enrolment (course_id, enrolled_at);
create index enrolment_last_lesson_id_idx on learning.enrolment (last_lesson_id);
create index enrolment_enrolled_at_idx on learning.enrolment (enrolled_at);
comment on column learning.enrolment.preview is
	'The author looking as a learner: in no figure, seat, reward or review (A7).';
comment on column learning.enrolment.done_count is 'Live required lessons completed; by trigger.';
comment on column learning.enrolment.completed_version is 'content_version of the course then.';

create table learning.enrolment_event (
	id uuid primary key default host.uuid7(),
	enrolment_id uuid not null references learning.enrolment on delete cascade,
	person_id uuid not null references identity.person on delete cascade,
	from_status text,
	to_status text not null,
	actor_id uuid references identity.person on delete set null,
	at timestamptz not null default host.now()
);
create index enrolment_event_enrolment_id_idx on learning.enrolment_event (enrolment_id, at);
create index enrolment_event_person_id_idx on learning.enrolment_event (person_id);
create index enrolment_event_actor_id_idx on learning.enrolment_event (actor_id);
comment on table learning.enrolment_event is 'Every change of state, appended by trigger (E1).';
comment on column learning.enrolment_event.actor_id is 'Who did it; null = a job.';

create table learning.lesson_progress (
	id uuid primary key default host.uuid7(),
	person_id uuid not null references identity.person on delete cascade,
	lesson_id uuid not null references course.lesson,
	course_id uuid not null references course.course,
	enrolment_id uuid not null references learning.enrolment on delete cascade,
	opened_at timestamptz not null default host.now(),
	last_accessed_at timestamptz not null default host.now(),
	completed_at timestamptz,
	completion text check (completion in ('READ', 'WATCHED', 'SELF_DECLARED', 'PASSED', 'STAFF')),
	time_spent int4 not null default 0 check (time_spent >= 0),
	position_s int4 not null default 0 check (position_s >= 0),
	seen int4multirange not null default '{}',
	version_id uuid references course.lesson_version on delete set null,
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	check ((completed_at is null) = (completion is null))
);
create unique index lesson_progress_person_lesson_idx on learning.lesson_progress (person_id, lesson_id)
	include (completed_at);
create index lesson_progress_enrolment_idx on learning.lesson_progress (enrolment_id, lesson_id)
	include (completed_at);
create index lesson_progress_lesson_id_idx on learning.lesson_progress (lesson_id);
create index lesson_progress_course_id_idx on learning.lesson_progress (course_id);
create index lesson_progress_version_id_idx on learning.lesson_progress (version_id);
comment on column learning.lesson_progress.opened_at is 'First opening by the server: the least time of L3, L4.';
comment on column learning.lesson_progress.completion is 'SELF_DECLARED earns nothing (L3).';
comment on column learning.lesson_progress.time_spent is 'Seconds with the page visible; an estimate (P7).';
comment on column learning.lesson_progress.position_s is 'Last position in the media, seconds (L6).';
comment on column learning.lesson_progress.seen is 'Seconds of the media seen, as ranges (L1).';
comment on column learning.lesson_progress.version_id is 'The text that was completed.';

-- One row per person and local day: streaks, charts, the calendar.
create table learning.activity_day (
	person_id uuid not null references identity.person on delete cascade,
	day date not null,
	seconds int4 not null default 0 check (seconds between 0 and 86400),
	lessons_opened int4 not null default 0 check (lessons_opened >= 0),
	lessons_completed int4 not null default 0 check (lessons_completed >= 0),
	updated_at timestamptz not null default now(),
	primary key (person_id, day)
);
comment on column learning.activity_day.day is 'In the person''s time zone at that moment.';
comment on column learning.activity_day.seconds is 'Time on lessons (P7).';

-- ---- functions and triggers ------------------------------------------------------------

-- The one place where an enrolment becomes COMPLETED. The row is locked first,
-- then counted by a new statement: of two lessons completed at once the second
-- sees the first (P5). True when it became COMPLETED now.
create function learning.completion_check(enrolment uuid) returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	e learning.enrolment;
	done int4;
	needed int4;
	version int4;
begin
	select * into e from learning.enrolment t where t.id = enrolment for no key update;
	if not found then
		return false;
	end if;
	select count(*) filter (where p.completed_at is not null), count(*)
	  into done, needed
	  from course.lesson_public l
	  left join learning.lesson_progress p on p.lesson_id = l.id and p.enrolment_id = enrolment
	 where l.course_id = e.course_id and l.live and l.required;
	if e.status = 'ACTIVE' and needed > 0 and done = needed then
		select content_version into version from course.course_public where id = e.course_id;
		update learning.enrolment t
		   set done_count = done, status = 'COMPLETED', completed_at = host.now(),
		       completed_version = version
		 where t.id = enrolment;
		return true;
	end if;
	if e.done_count <> done then
		update learning.enrolment t set done_count = done where t.id = enrolment;
	end if;
	return false;
end $$;

create function learning.enrolment_before() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	c record;
begin
	if tg_op = 'INSERT' or (old.status = 'DROPPED' and new.status = 'ACTIVE') then
		select status, price, opens_at, instructor_id into c
		  from course.course_public where id = new.course_id;
		if not found or (c.status <> 'PUBLISHED' and not new.preview and new.source <> 'IMPORT') then
			raise exception 'course_not_found' using errcode = 'U0404';
		end if;
		if new.preview and c.instructor_id <> new.person_id then
			raise exception 'forbidden' using errcode = 'U0403';
		end if;
		if new.source = 'FREE' and not new.preview then
			if c.price > 0 then
				raise exception 'course_not_free' using errcode = 'U0409';
			elsif c.opens_at > host.now() then
				raise exception 'course_not_open' using errcode = 'U0409';
			end if;
		end if;
	end if;
	if tg_op = 'UPDATE' and new.status <> old.status then
		if not ((old.status, new.status) in (('ACTIVE', 'COMPLETED'), ('ACTIVE', 'DROPPED'),
		    ('DROPPED', 'ACTIVE'))) then
			raise exception 'enrolment_status' using errcode = 'U0409';
		end if;
		new.dropped_at := case when new.status = 'DROPPED' then host.now() end;
	end if;
	if tg_op = 'UPDATE' then
		new.updated_at := now();
	end if;
	return new;
end $$;
create trigger before_write before insert or update on learning.enrolment
	for each row execute function learning.enrolment_before();

-- History, seats and counters.
create function learning.enrolment_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	was text := case when tg_op <> 'INSERT' then old.status end;
	becomes text := case when tg_op <> 'DELETE' then new.status end;
	e learning.enrolment := case when tg_op = 'DELETE' then old else new end;
begin
	if was is not distinct from becomes then
		return null;
	end if;
	if tg_op <> 'DELETE' then
		insert into learning.enrolment_event (enrolment_id, person_id, from_status, to_status, actor_id)
		values (e.id, e.person_id, was, becomes, host.uid());
	end if;
	if not e.preview then
		perform course.count_enrolment(e.course_id,
		    (becomes is not distinct from 'ACTIVE')::int4 - (was is not distinct from 'ACTIVE')::int4,
		    (coalesce(becomes, 'DROPPED') <> 'DROPPED')::int4 - (coalesce(was, 'DROPPED') <> 'DROPPED')::int4,
		    (becomes is not distinct from 'COMPLETED')::int4 - (was is not distinct from 'COMPLETED')::int4);
	end if;
	return null;
end $$;
create trigger after_write after insert or delete or update of status on learning.enrolment
	for each row execute function learning.enrolment_after();

create function learning.progress_before() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if not exists (select from learning.enrolment e
	    where e.id = new.enrolment_id and e.person_id = new.person_id and e.course_id = new.course_id)
	    or not exists (select from course.lesson_public l
	    where l.id = new.lesson_id and l.course_id = new.course_id) then
		raise exception 'progress of lesson % does not fit enrolment %', new.lesson_id,
		    new.enrolment_id using errcode = 'integrity_constraint_violation';
	end if;
	if tg_op = 'UPDATE' then
		new.updated_at := now();
	end if;
	return new;
end $$;
create trigger before_write before insert or update on learning.lesson_progress
	for each row execute function learning.progress_before();

create function learning.progress_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if tg_op = 'DELETE' then
		perform learning.completion_check(old.enrolment_id);
	elsif tg_op = 'INSERT' or (old.completed_at is null) <> (new.completed_at is null) then
		if new.completed_at is not null or tg_op = 'UPDATE' then
			perform learning.completion_check(new.enrolment_id);
		end if;
	end if;
	return null;
end $$;
create trigger after_write after insert or delete or update of completed_at on learning.lesson_progress
	for each row execute function learning.progress_after();

-- A lesson appears, goes or stops to count: the learners' counts follow. Those
-- who have all that is left now complete (P3).
create function learning.lesson_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if (old.live and old.required) is distinct from (new.live and new.required) then
		perform learning.completion_check(e.id) from (
			select id from learning.enrolment
			 where course_id = new.course_id and status = 'ACTIVE' and done_count > 0
			union
			select enrolment_id from learning.lesson_progress where lesson_id = new.id
			 order by 1) e;
	end if;
	return null;
end $$;
create trigger learning_count after update of published_version_id, archived_at, required on course.lesson
	for each row execute function learning.lesson_after();

create trigger immutable before update on learning.enrolment_event
	for each row when (old.actor_id is not distinct from new.actor_id)
	execute function host.refuse_change();
select host.touched('learning.activity_day');

-- ---- row security --------------------------------------------------------------------------

do $$
declare
	t text;
begin
	foreach t in array array['enrolment', 'enrolment_event', 'lesson_progress', 'activity_day'] loop
		perform host.protect(format('learning.%I', t)::regclass);
		execute format('grant select, insert, update, delete on learning.%I to db_def_learning', t);
		execute format('create policy definer on learning.%I to db_def_learning using (true) with check (true)', t);
		execute format('create policy jobs on learning.%I to db_jobs using (true) with check (true)', t);
	end loop;
end $$;

-- Learners see their own; the author of a course its learners; ADMIN all.
create policy readable on learning.enrolment for select to db_web, db_slow, db_pay, db_ro
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN'
	    or ((select host.role()) = 'EDUCATOR' and course.may_edit(course_id)));
create policy own_insert on learning.enrolment for insert to db_web, db_slow, db_pay
	with check (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy own_update on learning.enrolment for update to db_web, db_slow, db_pay
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN')
	with check (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy readable on learning.enrolment_event for select to db_web, db_slow, db_ro
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN');
create policy readable on learning.lesson_progress for select to db_web, db_slow, db_ro
	using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN'
	    or ((select host.role()) = 'EDUCATOR' and course.may_edit(course_id)));
create policy own_insert on learning.lesson_progress for insert to db_web, db_slow
	with check (person_id = (select host.uid()));
create policy own_update on learning.lesson_progress for update to db_web, db_slow
	using (person_id = (select host.uid())) with check (person_id = (select host.uid()));
create policy own on learning.activity_day to db_web, db_slow
	using (person_id = (select host.uid())) with check (person_id = (select host.uid()));
create policy readable on learning.activity_day for select to db_web, db_slow, db_ro
	using ((select host.role()) = 'ADMIN');

grant select on learning.enrolment to db_web, db_slow, db_pay, db_jobs, db_ro;
-- COMPLETED, counts and dates are never written from outside (P6).
grant insert (id, person_id, course_id, source, preview),
	update (status, source, last_lesson_id, last_touched_at)
	on learning.enrolment to db_web, db_slow, db_pay, db_jobs;
grant select on learning.enrolment_event to db_web, db_slow, db_jobs, db_ro;
grant select on learning.lesson_progress to db_web, db_slow, db_jobs, db_ro;
grant insert (id, person_id, lesson_id, course_id, enrolment_id, opened_at, last_accessed_at,
	completed_at, completion, time_spent, position_s, seen, version_id),
	update (last_accessed_at, completed_at, completion, time_spent, position_s, seen, version_id)
	on learning.lesson_progress to db_web, db_slow, db_jobs;
grant select, insert, update on learning.activity_day to db_web, db_slow, db_jobs;
grant select on learning.activity_day to db_ro;
-- Erasure of a person.
grant delete on learning.enrolment, learning.lesson_progress, learning.activity_day,
	learning.enrolment_event to db_jobs;

select host.definer('learning.completion_check(uuid)', 'learning'),
	host.definer('learning.enrolment_before()', 'learning'),
	host.definer('learning.enrolment_after()', 'learning'),
	host.definer('learning.progress_before()', 'learning'),
	host.definer('learning.progress_after()', 'learning'),
	host.definer('learning.lesson_after()', 'learning');
grant execute on function learning.completion_check(uuid) to db_jobs;
-- Counting the lessons of a course needs its rows whoever asks.
grant usage on schema course to db_def_learning;
grant select on course.course, course.lesson, course.module, course.course_public,
	course.lesson_public to db_def_learning;
grant execute on function course.count_enrolment(uuid, int4, int4, int4) to db_def_learning;
create policy learning on course.course for select to db_def_learning using (true);
create policy learning on course.lesson for select to db_def_learning using (true);
create policy learning on course.module for select to db_def_learning using (true);

-- A learner may not set COMPLETED by the status column.
create function learning.status_guard() returns trigger
	language plpgsql as $$
begin
	if new.status = 'COMPLETED' and old.status <> 'COMPLETED' and
	    current_user not in ('db_def_learning', 'db_migrate') then
		raise exception 'forbidden' using errcode = 'U0403';
	end if;
	return new;
end $$;
create trigger a_status_guard before update of status on learning.enrolment
	for each row execute function learning.status_guard();

-- ---- views for other areas ----------------------------------------------------------------

create view learning.enrolment_public with (security_invoker) as
select e.id, e.person_id, e.course_id, e.status, e.source, e.done_count, c.required_count,
       case when c.required_count = 0 then 0
            else least(100, 100 * e.done_count / c.required_count) end as percent,
       e.last_lesson_id, e.last_touched_at, e.enrolled_at, e.completed_at
  from learning.enrolment e
  join course.course_public c on c.id = e.course_id
 where not e.preview;
grant select on learning.enrolment_public to db_web, db_slow, db_jobs, db_pay, db_ro;

-- ---- classes of data ------------------------------------------------------------------------

select host.classify('learning.enrolment', 'personal', 'person_id', 'last_lesson_id', 'last_touched_at'),
	host.classify('learning.enrolment_event', 'personal', 'person_id', 'actor_id'),
	host.classify('learning.lesson_progress', 'personal', 'person_id', 'seen', 'position_s',
	    'time_spent', 'opened_at', 'last_accessed_at', 'completed_at'),
	host.classify('learning.activity_day', 'personal', 'person_id', 'day', 'seconds',
	    'lessons_opened', 'lessons_completed');
do $$
declare
	t regclass;
begin
	for t in select oid from pg_class where relnamespace = 'learning'::regnamespace and relkind = 'r' loop
		perform host.classify(t, 'internal');
	end loop;
end $$;
