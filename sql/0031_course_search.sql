-- A search costs the same with a hundred courses and with a hundred thousand.
--
-- A full text index gives all courses that have a word, in no order; of a word
-- that stands in every tenth of 100,000 courses these are 10,000 to read, to rank
-- 500. So the popular courses have indexes of their own: a search looks there
-- first and goes on only while it has fewer than 500 hits. What it then finds of
-- a frequent word are the most popular of its courses.

alter table course.catalogue add column tier int2 not null default 0 check (tier between 0 and 2);
comment on column course.catalogue.tier is
	'class: public; 2: the 2,000 most popular courses, 1: the next 14,000, 0: all others, and all of '
	'a catalogue that is smaller than that. Where a search looks first, nothing else.';

drop index course.catalogue_vector_idx;
create index catalogue_vector_2_idx on course.catalogue using gin (vector) where tier = 2;
create index catalogue_vector_1_idx on course.catalogue using gin (vector) where tier = 1;
create index catalogue_vector_0_idx on course.catalogue using gin (vector) where tier = 0;

-- Sorts the courses into the tiers, by the order of "popular"; returns how many
-- moved. The sizes are parameters for tests alone.
create function course.tier_refresh(best int4 default 2000, good int4 default 16000) returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	changed int8;
begin
	with place as materialized (
		select course_id, row_number() over (order by enrolment_count desc, course_id desc) as n
		  from course.catalogue
		 where (select sum(courses) from course.facet) > good
		 order by enrolment_count desc, course_id desc
		 limit good
	), wanted as (
		select c.course_id, case when p.n <= best then 2 when p.n is not null then 1 else 0 end as tier
		  from course.catalogue c
		  left join place p on p.course_id = c.course_id
		 where p.n is not null or c.tier > 0
	)
	update course.catalogue c set tier = w.tier
	  from wanted w
	 where w.course_id = c.course_id and c.tier <> w.tier;
	get diagnostics changed = row_count;
	return changed;
end $$;

-- As before; a catalogue that has outgrown its one tier does not wait for the night.
create or replace function course.facet_count() returns trigger
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
	if (select sum(courses) from course.facet) > 20000
	    and not exists (select from course.catalogue where tier = 2) then
		perform course.tier_refresh();
	end if;
	return null;
end $$;

-- ---- search ---------------------------------------------------------------------------

-- Up to 500 courses that fit the words, those of the higher tiers first: the
-- parts of a UNION ALL are read one after the other, and no further than the
-- limit asks. With ranked = false nothing is ranked, which costs as much as the
-- rest.
create function course.search_words(words tsquery, ranked boolean)
	returns table (course_id uuid, score float4, title text, category text, level text,
	    language text, free boolean, length text, price int8, rating_score int4,
	    enrolment_count int4, published_at timestamptz)
	language sql stable parallel safe rows 500 as $$
	select h.course_id, case when ranked then ts_rank(h.vector, words) else 0 end, h.title,
	       h.category, h.level, h.language, h.free, h.length, h.price, h.rating_score,
	       h.enrolment_count, h.published_at
	  from (select * from course.catalogue where tier = 2 and vector @@ words
	        union all
	        select * from course.catalogue where tier = 1 and vector @@ words
	        union all
	        select * from course.catalogue where tier = 0 and vector @@ words
	        limit 500) h
$$;

-- Published courses that fit the words of a visitor (K4), with all that pages
-- filter and sort by. When fewer than three do, also those that fit the corrected
-- spelling: exact = false. A function that is not inlined: the plan of the page
-- carries none of it when nobody searches.
create function course.search(term text, ranked boolean)
	returns table (course_id uuid, exact boolean, score float4, title text, category text,
	    level text, language text, free boolean, length text, price int8, rating_score int4,
	    enrolment_count int4, published_at timestamptz)
	language plpgsql stable strict parallel safe rows 500 as $$
declare
	words constant tsquery := websearch_to_tsquery('host.search', term);
	mended tsquery;
	found_exactly int8;
begin
	return query
	select h.course_id, true, h.score, h.title, h.category, h.level, h.language, h.free, h.length,
	       h.price, h.rating_score, h.enrolment_count, h.published_at
	  from course.search_words(words, ranked) h;
	get diagnostics found_exactly = row_count;
	if found_exactly < 3 then
		mended := websearch_to_tsquery('host.search', course.spell(term));
		if mended is null then
			return;
		end if;
		return query
		select h.course_id, false, h.score, h.title, h.category, h.level, h.language, h.free,
		       h.length, h.price, h.rating_score, h.enrolment_count, h.published_at
		  from course.search_words(mended, ranked) h
		  join course.catalogue c on c.course_id = h.course_id
		 where not c.vector @@ words;
	end if;
end $$;
drop function course.search(text);
grant execute on function course.search(text, boolean), course.search_words(tsquery, boolean)
	to db_web, db_slow, db_jobs, db_ro;

select host.definer('course.facet_count()', 'course'),
	host.definer('course.tier_refresh(int4, int4)', 'course');
grant execute on function course.tier_refresh(int4, int4) to db_jobs, db_migrate;
