-- What the pages of the catalogue and of a lesson need besides the tables:
-- counts per combination of facets, the search, views and functions through
-- which the areas course and learning see each other.

-- ---- facets ----------------------------------------------------------------------

-- 0 to 7, the same for ever for the same text: colour and pattern of a cover.
create function course.look(name text) returns int4
	language sql immutable strict parallel safe as $$
	select get_byte(decode(md5(name), 'hex'), 15) & 7
$$;
grant execute on function course.look(text)
	to db_web, db_slow, db_jobs, db_pay, db_ro, db_def_course, db_migrate;

-- Up to three hours, up to ten, more.
alter table course.catalogue
	add column length text not null generated always as (case when minutes <= 180 then 'SHORT'
	    when minutes <= 600 then 'MEDIUM' else 'LONG' end) stored,
	add column tone int4 not null generated always as (course.look(category)) stored,
	add column pattern int4 not null generated always as (course.look(slug)) stored;
comment on column course.catalogue.length is 'class: public; SHORT ≤ 3 h < MEDIUM ≤ 10 h < LONG.';
comment on column course.catalogue.tone is 'class: public; colour of the cover, by category.';
comment on column course.catalogue.pattern is 'class: public; pattern of the cover, by slug.';

drop index course.catalogue_facet_idx;
create index catalogue_facet_idx on course.catalogue (category, level, language, free, length);

-- How many published courses share each combination of facets. All counts of
-- the catalogue are sums over these few rows, whatever the number of courses.
create table course.facet (
	category text not null,
	level text not null,
	language text not null,
	free boolean not null,
	length text not null,
	courses int4 not null check (courses > 0),
	primary key (category, level, language, free, length)
);
comment on table course.facet is 'Kept by triggers of course.catalogue alone.';
select host.classify('course.facet', 'public');
grant select, insert, update, delete on course.facet to db_def_course;
grant select on course.facet to db_web, db_slow, db_jobs, db_pay, db_ro;

-- Counted anew once at the end of a transaction that published, moved or
-- withdrew courses: one walk along the index, however many courses it was.
-- The lock makes transactions count one after the other, each with the courses
-- of those before it.
create function course.facet_due() returns trigger
	language plpgsql as $$
begin
	if tg_op <> 'UPDATE' or (old.category, old.level, old.language, old.free, old.length)
	    is distinct from (new.category, new.level, new.language, new.free, new.length) then
		perform set_config('course.facet_due', 'on', true);
	end if;
	return null;
end $$;

create function course.facet_count() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if current_setting('course.facet_due', true) is distinct from 'on' then
		return null;
	end if;
	perform set_config('course.facet_due', '', true);
	perform pg_advisory_xact_lock('course.facet'::regclass::oid::int8);
	with fresh as materialized (
		select category, level, language, free, length, count(*)::int4 as courses
		  from course.catalogue group by 1, 2, 3, 4, 5
	), gone as (
		delete from course.facet f
		 where not exists (select from fresh n
		     where (n.category, n.level, n.language, n.free, n.length)
		         = (f.category, f.level, f.language, f.free, f.length))
	)
	insert into course.facet as f
	select * from fresh
	    on conflict (category, level, language, free, length)
	    do update set courses = excluded.courses where f.courses <> excluded.courses;
	return null;
end $$;

create trigger facet_due after insert or delete or update of category, level, language, price, minutes
	on course.catalogue for each row execute function course.facet_due();
create constraint trigger facet_count
	after insert or delete or update of category, level, language, price, minutes
	on course.catalogue deferrable initially deferred
	for each row execute function course.facet_count();

insert into course.facet
select category, level, language, free, length, count(*) from course.catalogue group by 1, 2, 3, 4, 5;

-- ---- search ---------------------------------------------------------------------------

-- Published courses that fit the words of a visitor (K4). When fewer than
-- three do, also those that fit the corrected spelling: exact = false. Of a
-- term that fits thousands of courses 500 are enough: more words narrow it.
create function course.search(term text)
	returns table (course_id uuid, exact boolean, score float4, category text, level text,
	    language text, free boolean, length text)
	language sql stable parallel safe as $$
	with asked as materialized (
		select websearch_to_tsquery('host.search', term) as words
	), hit as materialized (
		select c.course_id, ts_rank(c.vector, a.words) as score, c.category, c.level, c.language,
		       c.free, c.length
		  from asked a
		  join course.catalogue c on c.vector @@ a.words
		 limit 500
	), mended as materialized (
		select websearch_to_tsquery('host.search', case when term is not null and
		    (select count(*) from hit) < 3 then course.spell(term) end) as words
	)
	select h.course_id, true, h.score, h.category, h.level, h.language, h.free, h.length from hit h
	union all
	(select c.course_id, false, ts_rank(c.vector, m.words), c.category, c.level, c.language,
	        c.free, c.length
	  from mended m
	  join course.catalogue c on c.vector @@ m.words
	 where not exists (select from hit h where h.course_id = c.course_id)
	 limit 500)
$$;
grant execute on function course.search(text) to db_web, db_slow, db_jobs, db_ro;

-- ---- what learning sees of course --------------------------------------------------------

-- Cards of published courses.
create view course.catalogue_public as
select course_id, slug, title, summary, category, category_title, level, price, currency, free,
       instructor_name, lesson_count, minutes, enrolment_count, rating_sum, rating_count, tone,
       pattern
  from course.catalogue;

create view course.category_public as
select id, slug, title, position, course.look(slug) as tone
  from course.category;

create view course.prerequisite_public with (security_invoker) as
select course_id, required_id, strict
  from course.prerequisite;

create or replace view course.lesson_public with (security_invoker) as
select l.id, l.course_id, l.module_id, m.title as module_title, m.position as module_position,
       l.slug, l.title, l.kind, l.position, l.minutes, l.words, l.preview, l.required, l.live,
       l.published_version_id
  from course.lesson l
  join course.module m on m.id = l.module_id;
grant select on course.catalogue_public, course.category_public, course.prerequisite_public
	to db_web, db_slow, db_jobs, db_pay, db_ro;

-- ---- what course sees of learning -----------------------------------------------------------

create view learning.lesson_progress_public with (security_invoker) as
select person_id, lesson_id, course_id, completed_at is not null as done
  from learning.lesson_progress;
grant select on learning.lesson_progress_public to db_web, db_slow, db_jobs, db_ro;

-- Where a learner goes on (L6): the first lesson not done from the last one
-- opened onwards, else the first not done of all; no row when all are done.
create function learning.next_lesson(person uuid, course uuid, last_lesson uuid)
	returns table (slug text, title text, kind text, minutes int4)
	language sql stable parallel safe as $$
	select l.slug, l.title, l.kind, l.minutes
	  from course.lesson_public l
	  left join course.lesson_public o on o.id = last_lesson
	 where l.course_id = course and l.live
	   and not exists (select from learning.lesson_progress p
	       where p.person_id = person and p.lesson_id = l.id and p.completed_at is not null)
	 order by (l.module_position, l.position) < (o.module_position, o.position) nulls first,
	       l.module_position, l.position
	 limit 1
$$;

-- The person who asks has opened a lesson: the place to go on from, the start
-- of the least time of L4, the day of activity in their zone. Nothing happens
-- without an enrolment.
create function learning.lesson_opened(lesson uuid, zone text) returns void
	language plpgsql as $$
declare
	e learning.enrolment;
	today date := (host.now() at time zone zone)::date;
	seen timestamptz;
begin
	select n.* into e
	  from course.lesson_public l
	  join learning.enrolment n on n.course_id = l.course_id and n.person_id = host.uid()
	 where l.id = lesson and l.live and n.status <> 'DROPPED';
	if not found then
		return;
	end if;
	update learning.enrolment set last_lesson_id = lesson, last_touched_at = host.now()
	 where id = e.id;
	select last_accessed_at into seen
	  from learning.lesson_progress where person_id = e.person_id and lesson_id = lesson;
	insert into learning.lesson_progress (person_id, lesson_id, course_id, enrolment_id)
	values (e.person_id, lesson, e.course_id, e.id)
	    on conflict (person_id, lesson_id) do update set last_accessed_at = host.now();
	if seen is null or (seen at time zone zone)::date < today then
		insert into learning.activity_day as a (person_id, day, lessons_opened)
		values (e.person_id, today, 1)
		    on conflict (person_id, day) do update set lessons_opened = a.lessons_opened + 1;
	end if;
end $$;
grant execute on function learning.next_lesson(uuid, uuid, uuid),
	learning.lesson_opened(uuid, text) to db_web, db_slow, db_jobs;

-- ---- owners ----------------------------------------------------------------------------------

select host.definer('course.facet_count()', 'course');
