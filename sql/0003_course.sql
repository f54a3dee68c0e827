-- Courses: what is taught. Course, CourseModule and Lesson of the data
-- requirements; authors write, everybody reads what is published.
--
-- Three kinds of tables:
--   course.course, module, lesson …  the author's truth, row security by author
--   course.lesson_version            immutable texts; learners get the published one
--   course.catalogue, course.word    what the catalogue shows of published courses,
--                                    kept by triggers, no row security: a full text
--                                    index cannot be used through a policy
--
-- A course goes DRAFT -> PUBLISHED -> ARCHIVED -> PUBLISHED. Rules: learning.md
-- 2.1 (K), 2.2 (A), 2.4 (E2), 2.5 (P1).

create schema course;
grant usage on schema course to db_app, db_def_course;

-- ---- base data ----------------------------------------------------------------

create table course.category (
	id uuid primary key default host.uuid7(),
	slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
	title text not null unique check (length(title) between 1 and 120),
	position int4 not null default 0,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table course.skill (
	id uuid primary key default host.uuid7(),
	slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
	title text not null unique check (length(title) between 1 and 120),
	field text not null default 'General' check (length(field) between 1 and 80),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
comment on column course.skill.field is 'Group of skills: "Programming", "Design".';

-- ---- courses --------------------------------------------------------------------

create table course.course (
	id uuid primary key default host.uuid7(),
	code text unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) <= 40),
	slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
	instructor_id uuid not null references identity.person,
	category_id uuid not null references course.category,
	title text not null check (length(title) between 1 and 200),
	summary text not null default '' check (length(summary) <= 500),
	about_source text not null default '' check (length(about_source) <= 100000),
	about_html text not null default '',
	level text not null default 'BEGINNER' check (level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
	language text not null default 'en' check (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
	status text not null default 'DRAFT' check (status in ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
	price int8 not null default 0 check (price between 0 and 100000000000),
	currency text not null default 'ZAR' check (currency ~ '^[A-Z]{3}$'),
	opens_at timestamptz,
	seats int4 check (seats > 0),
	weeks int2 check (weeks between 1 and 104),
	outcomes text[] not null default '{}' check (cardinality(outcomes) <= 50),
	requirements text[] not null default '{}' check (cardinality(requirements) <= 50),
	audience text[] not null default '{}' check (cardinality(audience) <= 50),
	thumbnail text check (thumbnail ~ '^[a-z0-9/._-]+$'),
	thumbnail_alt text not null default '' check (length(thumbnail_alt) <= 300),
	licence text check (length(licence) <= 80),
	licence_url text check (licence_url ~ '^https?://' and length(licence_url) <= 500),
	attribution text check (length(attribution) <= 2000),
	source_url text check (source_url ~ '^https?://' and length(source_url) <= 500),
	published_at timestamptz,
	archived_at timestamptz,
	content_version int4 not null default 1 check (content_version > 0),
	lock_version int4 not null default 1,
	module_count int4 not null default 0,
	lesson_count int4 not null default 0,
	required_count int4 not null default 0,
	minutes int4 not null default 0,
	enrolment_count int4 not null default 0 check (enrolment_count >= 0),
	seats_taken int4 not null default 0 check (seats_taken >= 0),
	completed_count int4 not null default 0 check (completed_count >= 0),
	rating_sum int4 not null default 0 check (rating_sum >= 0),
	rating_count int4 not null default 0 check (rating_count >= 0),
	created_at timestamptz not null default host.now(),
	updated_at timestamptz not null default now(),
	check (status <> 'PUBLISHED' or published_at is not null),
	check (rating_sum between rating_count and rating_count * 5)
);
create index course_instructor_id_idx on course.course (instructor_id, created_at);
create index course_category_id_idx on course.course (category_id);
create index course_status_idx on course.course (status, created_at);
comment on column course.course.code is 'Human code ("cs101"), never a key.';
comment on column course.course.price is 'Minor units of currency; 0 = free.';
comment on column course.course.opens_at is 'When the sale (or free enrolment) opens; null = open.';
comment on column course.course.seats is 'Places; null = no limit.';
comment on column course.course.weeks is 'A label only; the length is minutes.';
comment on column course.course.thumbnail is 'Path below the protected folder, named by content.';
comment on column course.course.content_version is 'Raised when what learners see changes.';
comment on column course.course.lock_version is 'A save carries the one it started from (rule A2).';
comment on column course.course.lesson_count is 'Live lessons; kept by a trigger, as all counters.';
comment on column course.course.required_count is 'Live lessons that count for progress (P1).';
comment on column course.course.minutes is 'Sum of the live lessons'' minutes.';
comment on column course.course.enrolment_count is 'Enrolments ever, without previews and DROPPED ones.';
comment on column course.course.seats_taken is 'ACTIVE enrolments, without previews.';

-- Every slug a course ever had. Old ones redirect; none is ever given to
-- another course (K8).
create table course.course_slug (
	slug text primary key,
	course_id uuid not null references course.course on delete cascade deferrable initially deferred,
	created_at timestamptz not null default now()
);
create index course_slug_course_id_idx on course.course_slug (course_id);

create table course.prerequisite (
	course_id uuid not null references course.course on delete cascade,
	required_id uuid not null references course.course on delete cascade,
	strict boolean not null default false,
	created_at timestamptz not null default now(),
	primary key (course_id, required_id),
	check (course_id <> required_id)
);
create index prerequisite_required_id_idx on course.prerequisite (required_id);
comment on column course.prerequisite.strict is 'true: enrolment needs it; false: advice (E7).';

create table course.course_skill (
	course_id uuid not null references course.course on delete cascade,
	skill_id uuid not null references course.skill on delete cascade,
	position int4 not null default 0,
	primary key (course_id, skill_id)
);
create index course_skill_skill_id_idx on course.course_skill (skill_id);

-- ---- modules and lessons -----------------------------------------------------------

create table course.module (
	id uuid primary key default host.uuid7(),
	course_id uuid not null references course.course on delete cascade,
	code text unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) <= 60),
	title text not null check (length(title) between 1 and 200),
	summary text not null default '' check (length(summary) <= 1000),
	position int4 not null check (position >= 0),
	lesson_count int4 not null default 0,
	minutes int4 not null default 0,
	lock_version int4 not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint module_place unique (course_id, position) deferrable initially deferred,
	unique (id, course_id)
);

create table course.lesson (
	id uuid primary key default host.uuid7(),
	course_id uuid not null,
	module_id uuid not null,
	slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
	code text unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) <= 80),
	title text not null check (length(title) between 1 and 200),
	summary text not null default '' check (length(summary) <= 1000),
	kind text not null default 'TEXT' check (kind in ('VIDEO', 'TEXT', 'QUIZ', 'INTERACTIVE',
	    'CODING', 'ASSIGNMENT', 'DISCUSSION', 'PROJECT', 'ROLE_PLAY')),
	position int4 not null check (position >= 0),
	minutes int4 not null default 0 check (minutes between 0 and 6000),
	preview boolean not null default false,
	required boolean not null default true,
	published_version_id uuid,
	draft_version_id uuid,
	words int4 not null default 0,
	archived_at timestamptz,
	live boolean not null generated always as
	    (published_version_id is not null and archived_at is null) stored,
	lock_version int4 not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	foreign key (module_id, course_id) references course.module (id, course_id)
	    on update cascade on delete cascade,
	constraint lesson_place unique (module_id, position) deferrable initially deferred,
	unique (course_id, slug)
);
create index lesson_module_course_idx on course.lesson (module_id, course_id);
create index lesson_published_version_idx on course.lesson (published_version_id);
create index lesson_draft_version_idx on course.lesson (draft_version_id);
comment on column course.lesson.preview is 'Free to read without an enrolment.';
comment on column course.lesson.published_version_id is 'What learners get; only publishing sets it (A1).';
comment on column course.lesson.draft_version_id is 'The newest saved text; may be the published one.';
comment on column course.lesson.live is 'Published and not archived.';
comment on column course.lesson.words is 'Of the published text.';

create table course.lesson_version (
	id uuid primary key default host.uuid7(),
	lesson_id uuid not null references course.lesson on delete cascade,
	course_id uuid not null references course.course on delete cascade,
	number int4 not null check (number > 0),
	source text not null check (octet_length(source) <= 1048576),
	html text not null,
	plain text not null default '',
	words int4 not null default 0 check (words >= 0),
	headings jsonb not null default '[]' check (jsonb_typeof(headings) = 'array'),
	note text check (length(note) <= 500),
	created_by uuid references identity.person on delete set null,
	created_at timestamptz not null default host.now(),
	unique (lesson_id, number)
);
create index lesson_version_course_id_idx on course.lesson_version (course_id);
create index lesson_version_created_by_idx on course.lesson_version (created_by);
comment on column course.lesson_version.html is 'Made by the host''s sanitiser from source.';
comment on column course.lesson_version.plain is 'Text without marks, for search and summaries.';
comment on column course.lesson_version.headings is 'List of {level, id, text}.';

alter table course.lesson
	add foreign key (published_version_id) references course.lesson_version
	    deferrable initially deferred,
	add foreign key (draft_version_id) references course.lesson_version
	    deferrable initially deferred;

-- What a person is typing: one row per author and lesson, never shared (A2).
create table course.lesson_draft (
	person_id uuid not null references identity.person on delete cascade,
	lesson_id uuid not null references course.lesson on delete cascade,
	base_version_id uuid references course.lesson_version on delete set null,
	source text not null check (octet_length(source) <= 1048576),
	updated_at timestamptz not null default now(),
	primary key (person_id, lesson_id)
);
create index lesson_draft_lesson_id_idx on course.lesson_draft (lesson_id);
create index lesson_draft_base_version_id_idx on course.lesson_draft (base_version_id);

-- Pictures and downloads of a course; files are named by content.
create table course.media (
	id uuid primary key default host.uuid7(),
	course_id uuid not null references course.course on delete cascade,
	name text not null check (length(name) between 1 and 300),
	hash text not null check (hash ~ '^[0-9a-f]{64}$'),
	path text not null check (path ~ '^[a-z0-9/._-]+$'),
	type text not null check (type ~ '^[a-z]+/[a-z0-9.+-]+$'),
	bytes int8 not null check (bytes >= 0),
	width int4 check (width > 0),
	height int4 check (height > 0),
	alt text not null default '' check (length(alt) <= 1000),
	created_at timestamptz not null default now(),
	unique (course_id, name)
);
create index media_hash_idx on course.media (hash);
comment on column course.media.name is 'As lessons write it: "fig/loops.png".';
comment on column course.media.hash is 'SHA-256 of the content.';
comment on column course.media.path is 'Below the protected folder.';

-- ---- the catalogue ------------------------------------------------------------------

create table course.catalogue (
	course_id uuid primary key references course.course on delete cascade,
	slug text not null,
	code text,
	title text not null,
	summary text not null,
	category text not null,
	category_title text not null,
	level text not null,
	language text not null,
	price int8 not null,
	currency text not null,
	free boolean not null generated always as (price = 0) stored,
	opens_at timestamptz,
	thumbnail text,
	thumbnail_alt text not null,
	instructor_name text not null,
	skills text[] not null,
	module_count int4 not null,
	lesson_count int4 not null,
	minutes int4 not null,
	enrolment_count int4 not null,
	rating_sum int4 not null,
	rating_count int4 not null,
	rating_score int4 not null,
	published_at timestamptz not null,
	updated_at timestamptz not null default now(),
	vector tsvector not null
);
comment on table course.catalogue is 'One row per published course; kept by triggers alone.';
comment on column course.catalogue.rating_score is
	'Thousandths of a star, shrunk: (10 m + sum) / (10 + count), m = mean of all courses (K6).';
-- Every sort with its direction and the key that makes it total (K3).
create index catalogue_newest_idx on course.catalogue (published_at desc, course_id desc);
create index catalogue_popular_idx on course.catalogue (enrolment_count desc, course_id desc);
create index catalogue_rating_idx on course.catalogue (rating_score desc, course_id desc);
create index catalogue_title_idx on course.catalogue (title, course_id);
create index catalogue_price_idx on course.catalogue (price, course_id);
create index catalogue_minutes_idx on course.catalogue (minutes, course_id);
create index catalogue_category_idx on course.catalogue (category, published_at desc, course_id desc);
create index catalogue_category_popular_idx
	on course.catalogue (category, enrolment_count desc, course_id desc);
-- Counts of the facets without touching the rows.
create index catalogue_facet_idx on course.catalogue (category, level, language, free);
create index catalogue_vector_idx on course.catalogue using gin (vector);
create index catalogue_skills_idx on course.catalogue using gin (skills);

-- The words of titles and skills, for typing errors (K4).
create table course.word (
	word text primary key check (length(word) between 3 and 40)
);
create index word_trigram_idx on course.word using gin (word ext.gin_trgm_ops);
create index word_first_idx on course.word (left(word, 1), length(word));

-- One row: the mean of all ratings, refreshed by course.rating_refresh().
create table course.rating_mean (
	one boolean primary key default true check (one),
	mean int4 not null default 4000 check (mean between 1000 and 5000),
	updated_at timestamptz not null default now()
);
insert into course.rating_mean default values;
comment on column course.rating_mean.mean is 'Thousandths of a star.';

-- ---- functions -------------------------------------------------------------------------

-- May the person who asks change the course? One index probe; inlined.
create function course.may_edit(course uuid) returns boolean
	language sql stable parallel safe as $$
	select exists (select from course.course c where c.id = course
	    and (c.instructor_id = (select host.uid()) or (select host.role()) = 'ADMIN'))
$$;

create function course.rating_score(sum int4, count int4, mean int4) returns int4
	language sql immutable parallel safe as $$
	select ((10 * mean + 1000 * sum) / (10 + count))::int4
$$;

-- Brings the catalogue row of one course up to date.
create function course.catalogue_refresh(course uuid) returns void
	language plpgsql security definer set search_path = '' as $$
declare
	c course.course;
	names text;
	lessons text;
	slugs text[];
	v_category course.category;
	instructor text;
	words text[];
begin
	select * into c from course.course t where t.id = course;
	if not found or c.status <> 'PUBLISHED' then
		delete from course.catalogue where course_id = course;
		return;
	end if;
	select * into v_category from course.category where id = c.category_id;
	select coalesce(string_agg(s.title, ' ' order by k.position), ''),
	       coalesce(array_agg(s.slug order by k.position), '{}')
	  into names, slugs
	  from course.course_skill k join course.skill s on s.id = k.skill_id
	 where k.course_id = course;
	select coalesce(string_agg(l.title, ' '), '') into lessons
	  from course.lesson l where l.course_id = course and l.live;
	select display_name into instructor from identity.author_public where id = c.instructor_id;
	insert into course.catalogue as t (course_id, slug, code, title, summary, category,
	    category_title, level, language, price, currency, opens_at, thumbnail, thumbnail_alt,
	    instructor_name, skills, module_count, lesson_count, minutes, enrolment_count,
	    rating_sum, rating_count, rating_score, published_at, vector)
	values (c.id, c.slug, c.code, c.title, c.summary, v_category.slug, v_category.title, c.level,
	    c.language, c.price, c.currency, c.opens_at, c.thumbnail, c.thumbnail_alt,
	    coalesce(instructor, ''), slugs, c.module_count, c.lesson_count, c.minutes,
	    c.enrolment_count, c.rating_sum, c.rating_count,
	    course.rating_score(c.rating_sum, c.rating_count, (select mean from course.rating_mean)),
	    c.published_at,
	    setweight(to_tsvector('host.search', c.title || ' ' || coalesce(c.code, '')), 'A') ||
	    setweight(to_tsvector('host.search', names || ' ' || v_category.title), 'B') ||
	    setweight(to_tsvector('host.search', c.summary || ' ' || coalesce(instructor, '')), 'C') ||
	    setweight(to_tsvector('host.search', lessons), 'D'))
	on conflict (course_id) do update set (slug, code, title, summary, category, category_title,
	    level, language, price, currency, opens_at, thumbnail, thumbnail_alt, instructor_name,
	    skills, module_count, lesson_count, minutes, enrolment_count, rating_sum, rating_count,
	    rating_score, published_at, updated_at, vector) =
	    (excluded.slug, excluded.code, excluded.title, excluded.summary, excluded.category,
	    excluded.category_title, excluded.level, excluded.language, excluded.price,
	    excluded.currency, excluded.opens_at, excluded.thumbnail, excluded.thumbnail_alt,
	    excluded.instructor_name, excluded.skills, excluded.module_count, excluded.lesson_count,
	    excluded.minutes, excluded.enrolment_count, excluded.rating_sum, excluded.rating_count,
	    excluded.rating_score, excluded.published_at, now(), excluded.vector);
	select array_agg(distinct w order by w) into words
	  from regexp_split_to_table(lower(ext.unaccent(c.title || ' ' || names)), '[^[:alnum:]+#]+') w
	 where length(w) between 3 and 40;
	insert into course.word select unnest(words) on conflict do nothing;
end $$;

-- Forgets words that no published course has any more. For a nightly job.
create function course.word_sweep() returns int8
	language sql security definer set search_path = '' as $$
	with used as (
		select distinct w
		  from course.catalogue c
		  left join course.course_skill k on k.course_id = c.course_id
		  left join course.skill s on s.id = k.skill_id,
		       regexp_split_to_table(lower(ext.unaccent(c.title || ' ' || coalesce(s.title, ''))),
		       '[^[:alnum:]+#]+') w
	), gone as (
		delete from course.word d where not exists (select from used u where u.w = d.word)
		returning 1
	)
	select count(*) from gone
$$;

-- Takes the mean of all ratings and ranks the courses anew (K6). Nightly.
create function course.rating_refresh() returns int8
	language plpgsql security definer set search_path = '' as $$
declare
	changed int8;
begin
	update course.rating_mean set updated_at = now(), mean = coalesce((
	    select 1000 * sum(rating_sum) / nullif(sum(rating_count), 0) from course.catalogue), 4000);
	update course.catalogue c set rating_score = n.score
	  from (select course_id, course.rating_score(rating_sum, rating_count, m.mean) as score
	          from course.catalogue, course.rating_mean m) n
	 where n.course_id = c.course_id and n.score <> c.rating_score;
	get diagnostics changed = row_count;
	return changed;
end $$;

-- Corrects a search term: the nearest known words of its unknown words, so
-- that "phyton progaming" finds "python programming"; null when there is
-- nothing to correct. Distance 1 up to 5 letters, 2 from 6 letters (K4).
create function course.spell(term text) returns text
	language sql stable parallel safe security definer set search_path = '' as $$
	with asked as (
		select w, n from regexp_split_to_table(lower(ext.unaccent(left(term, 200))),
		    '[^[:alnum:]+#]+') with ordinality as t (w, n)
		 where length(w) > 0 limit 12
	), fixed as (
		select a.n, a.w, near.word
		  from asked a
		  left join lateral (
			select k.word
			  from (select word from course.word
			         where left(word, 1) = left(a.w, 1)
			           and length(word) between length(a.w) - 2 and length(a.w) + 2
			        union
			        select word from course.word where word operator(ext.%) a.w) k
			 where ext.levenshtein_less_equal(k.word, a.w, 2)
			       <= case when length(a.w) < 6 then 1 else 2 end
			 order by ext.levenshtein_less_equal(k.word, a.w, 2),
			       ext.similarity(k.word, a.w) desc, k.word
			 limit 1) near
		    on length(a.w) between 4 and 40
		   and not exists (select from course.word k where k.word = a.w)
	)
	select string_agg(coalesce(word, w), ' ' order by n) from fixed having count(word) > 0
$$;

-- Used by the learning area, which owns the enrolments: takes or frees a
-- place and counts. Raises course_full when no place is left (E2).
create function course.count_enrolment(course uuid, places int4, enrolments int4, completions int4)
	returns void
	language plpgsql security definer set search_path = '' as $$
begin
	update course.course t
	   set seats_taken = t.seats_taken + places,
	       enrolment_count = t.enrolment_count + enrolments,
	       completed_count = t.completed_count + completions
	 where t.id = course and (places <= 0 or t.seats is null or t.seats_taken + places <= t.seats);
	if not found then
		raise exception 'course_full' using errcode = 'U0409';
	end if;
end $$;

-- ---- triggers ----------------------------------------------------------------------------

create function course.course_before() returns trigger
	language plpgsql as $$
begin
	if tg_op = 'UPDATE' and new.status <> old.status and not (
	    (old.status, new.status) in (('DRAFT', 'PUBLISHED'), ('PUBLISHED', 'ARCHIVED'),
	    ('ARCHIVED', 'PUBLISHED'), ('DRAFT', 'ARCHIVED'))) then
		raise exception 'course_status' using errcode = 'U0409';
	end if;
	if new.status = 'PUBLISHED' and new.published_at is null then
		new.published_at := host.now();
	end if;
	new.archived_at := case when new.status = 'ARCHIVED' then coalesce(new.archived_at, host.now()) end;
	return new;
end $$;
create trigger before_write before insert or update on course.course
	for each row execute function course.course_before();

-- Takes the slug for the course; a slug of another course is refused (K8).
create function course.slug_take() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	insert into course.course_slug (slug, course_id) values (new.slug, new.id)
	    on conflict (slug) do nothing;
	if not exists (select from course.course_slug where slug = new.slug and course_id = new.id) then
		raise exception 'slug_taken' using errcode = 'U0409';
	end if;
	return null;
end $$;
create trigger slug_take after insert or update of slug on course.course
	for each row execute function course.slug_take();

create function course.course_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if tg_op = 'UPDATE' and old.status = 'PUBLISHED' and new.status = 'PUBLISHED' and
	    (old.slug, old.code, old.title, old.summary, old.category_id, old.level, old.language,
	    old.price, old.currency, old.opens_at, old.thumbnail, old.thumbnail_alt,
	    old.instructor_id, old.published_at) is not distinct from
	    (new.slug, new.code, new.title, new.summary, new.category_id, new.level, new.language,
	    new.price, new.currency, new.opens_at, new.thumbnail, new.thumbnail_alt,
	    new.instructor_id, new.published_at) then
		-- Counters alone: the search vector stays.
		if (old.module_count, old.lesson_count, old.minutes, old.enrolment_count, old.rating_sum,
		    old.rating_count) is distinct from (new.module_count, new.lesson_count, new.minutes,
		    new.enrolment_count, new.rating_sum, new.rating_count) then
			update course.catalogue
			   set module_count = new.module_count, lesson_count = new.lesson_count,
			       minutes = new.minutes, enrolment_count = new.enrolment_count,
			       rating_sum = new.rating_sum, rating_count = new.rating_count,
			       rating_score = course.rating_score(new.rating_sum, new.rating_count,
			           (select mean from course.rating_mean)),
			       updated_at = now()
			 where course_id = new.id;
		end if;
	elsif new.status = 'PUBLISHED' or (tg_op = 'UPDATE' and old.status = 'PUBLISHED') then
		perform course.catalogue_refresh(new.id);
	end if;
	return null;
end $$;
create trigger after_write after insert or update on course.course
	for each row execute function course.course_after();

-- Counters of modules and courses from their lessons, once per statement.
create function course.count_lessons() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	update course.module m
	   set lesson_count = n.lessons, minutes = n.minutes
	  from (select c.module_id, count(l.id)::int4 as lessons, coalesce(sum(l.minutes), 0)::int4 as minutes
	          from (select distinct module_id from changed) c
	          left join course.lesson l on l.module_id = c.module_id and l.live
	         group by c.module_id) n
	 where m.id = n.module_id and (m.lesson_count, m.minutes) is distinct from (n.lessons, n.minutes);
	update course.course t
	   set lesson_count = n.lessons, required_count = n.required, minutes = n.minutes
	  from (select c.course_id, count(l.id)::int4 as lessons,
	               count(l.id) filter (where l.required)::int4 as required,
	               coalesce(sum(l.minutes), 0)::int4 as minutes
	          from (select distinct course_id from changed) c
	          left join course.lesson l on l.course_id = c.course_id and l.live
	         group by c.course_id) n
	 where t.id = n.course_id and (t.lesson_count, t.required_count, t.minutes)
	       is distinct from (n.lessons, n.required, n.minutes);
	return null;
end $$;
create trigger count_insert after insert on course.lesson
	referencing new table as changed for each statement execute function course.count_lessons();
create trigger count_delete after delete on course.lesson
	referencing old table as changed for each statement execute function course.count_lessons();

-- An update may move a lesson: both places are counted.
create function course.lesson_after_update() returns trigger
	language plpgsql security definer set search_path = '' as $$
declare
	c uuid;
begin
	if not exists (select from before b join after a on a.id = b.id
	    where (a.module_id, a.course_id, a.live, a.required, a.minutes, a.title)
	       is distinct from (b.module_id, b.course_id, b.live, b.required, b.minutes, b.title)) then
		return null;
	end if;
	update course.module m
	   set lesson_count = n.lessons, minutes = n.minutes
	  from (select c.module_id, count(l.id)::int4 as lessons, coalesce(sum(l.minutes), 0)::int4 as minutes
	          from (select module_id from before union select module_id from after) c
	          left join course.lesson l on l.module_id = c.module_id and l.live
	         group by c.module_id) n
	 where m.id = n.module_id and (m.lesson_count, m.minutes) is distinct from (n.lessons, n.minutes);
	update course.course t
	   set lesson_count = n.lessons, required_count = n.required, minutes = n.minutes
	  from (select c.course_id, count(l.id)::int4 as lessons,
	               count(l.id) filter (where l.required)::int4 as required,
	               coalesce(sum(l.minutes), 0)::int4 as minutes
	          from (select course_id from before union select course_id from after) c
	          left join course.lesson l on l.course_id = c.course_id and l.live
	         group by c.course_id) n
	 where t.id = n.course_id and (t.lesson_count, t.required_count, t.minutes)
	       is distinct from (n.lessons, n.required, n.minutes);
	-- Titles of live lessons stand in the search vector.
	for c in select distinct a.course_id from before b join after a on a.id = b.id
	    where (a.live, a.title) is distinct from (b.live, b.title) loop
		perform course.catalogue_refresh(c);
	end loop;
	return null;
end $$;
create trigger after_update after update on course.lesson
	referencing old table as before new table as after
	for each statement execute function course.lesson_after_update();

create function course.count_modules() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	update course.course t
	   set module_count = n.modules
	  from (select c.course_id, count(m.id)::int4 as modules
	          from (select distinct course_id from changed) c
	          left join course.module m on m.course_id = c.course_id group by c.course_id) n
	 where t.id = n.course_id and t.module_count <> n.modules;
	return null;
end $$;
create trigger count_insert after insert on course.module
	referencing new table as changed for each statement execute function course.count_modules();
create trigger count_delete after delete on course.module
	referencing old table as changed for each statement execute function course.count_modules();

create function course.skill_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	perform course.catalogue_refresh(c) from (select distinct course_id as c from changed) t;
	return null;
end $$;
create trigger refresh_insert after insert on course.course_skill
	referencing new table as changed for each statement execute function course.skill_after();
create trigger refresh_delete after delete on course.course_skill
	referencing old table as changed for each statement execute function course.skill_after();

-- Names shown on the cards: of categories, skills and instructors.
create function course.name_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if tg_table_name = 'category' then
		perform course.catalogue_refresh(id) from course.course
		  where category_id = new.id and status = 'PUBLISHED';
	elsif tg_table_name = 'skill' then
		perform course.catalogue_refresh(k.course_id) from course.course_skill k
		  where k.skill_id = new.id;
	else
		perform course.catalogue_refresh(id) from course.course
		  where instructor_id = new.person_id and status = 'PUBLISHED';
	end if;
	return null;
end $$;
create trigger refresh after update of slug, title on course.category
	for each row execute function course.name_after();
create trigger refresh after update of slug, title on course.skill
	for each row execute function course.name_after();
create trigger course_refresh after insert or update of display_name on identity.public_profile
	for each row execute function course.name_after();

-- No course may need itself through others (A4).
create function course.prerequisite_after() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if exists (
		with recursive need (id) as (
			select new.required_id
			union
			select p.required_id from course.prerequisite p join need n on n.id = p.course_id
		) select from need where id = new.course_id) then
		raise exception 'prerequisite_cycle' using errcode = 'U0409';
	end if;
	return null;
end $$;
create constraint trigger no_cycle after insert or update on course.prerequisite
	deferrable initially immediate for each row execute function course.prerequisite_after();

-- A text is never changed once saved (A1). The author's name may go.
create function course.version_before() returns trigger
	language plpgsql as $$
begin
	if (new.id, new.lesson_id, new.course_id, new.number, new.source, new.html, new.plain, new.words,
	    new.headings, new.note, new.created_at) is distinct from (old.id, old.lesson_id,
	    old.course_id, old.number, old.source, old.html, old.plain, old.words, old.headings,
	    old.note, old.created_at) then
		raise exception 'rows of course.lesson_version are never changed'
		    using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
create trigger immutable before update on course.lesson_version
	for each row execute function course.version_before();

-- The versions a lesson points to are its own.
create function course.lesson_version_check() returns trigger
	language plpgsql security definer set search_path = '' as $$
begin
	if exists (select from course.lesson_version v
	    where v.id in (new.published_version_id, new.draft_version_id) and v.lesson_id <> new.id) then
		raise exception 'version % or % belongs to another lesson', new.published_version_id,
		    new.draft_version_id using errcode = 'integrity_constraint_violation';
	end if;
	return null;
end $$;
create constraint trigger own_version
	after insert or update of published_version_id, draft_version_id on course.lesson
	deferrable initially deferred for each row execute function course.lesson_version_check();

select host.touched('course.category'), host.touched('course.skill'), host.touched('course.course'),
	host.touched('course.module'), host.touched('course.lesson'), host.touched('course.lesson_draft');

-- ---- row security ----------------------------------------------------------------------------

do $$
declare
	t text;
begin
	foreach t in array array['category', 'skill', 'course', 'course_slug', 'prerequisite',
	    'course_skill', 'module', 'lesson', 'lesson_version', 'media', 'catalogue', 'word',
	    'rating_mean'] loop
		execute format('grant select, insert, update, delete on course.%I to db_def_course', t);
	end loop;
	foreach t in array array['course', 'course_slug', 'prerequisite', 'course_skill', 'module', 'lesson',
	    'lesson_version', 'lesson_draft', 'media'] loop
		perform host.protect(format('course.%I', t)::regclass);
		execute format('create policy definer on course.%I to db_def_course using (true) with check (true)', t);
		execute format('create policy jobs on course.%I to db_jobs using (true) with check (true)', t);
	end loop;
	-- Belongs to a course: its author and ADMIN write.
	foreach t in array array['course_slug', 'prerequisite', 'course_skill', 'module', 'lesson', 'media'] loop
		execute format('create policy readable on course.%I for select to db_web, db_slow, db_pay, db_ro '
		    'using (true)', t);
		execute format('create policy author_insert on course.%I for insert to db_web, db_slow '
		    'with check (course.may_edit(course_id))', t);
		execute format('create policy author_update on course.%I for update to db_web, db_slow '
		    'using (course.may_edit(course_id)) with check (course.may_edit(course_id))', t);
		execute format('create policy author_delete on course.%I for delete to db_web, db_slow '
		    'using (course.may_edit(course_id))', t);
	end loop;
end $$;

create policy readable on course.course for select to db_web, db_slow, db_pay, db_ro
	using (status <> 'DRAFT' or instructor_id = (select host.uid())
	    or (select host.role()) = 'ADMIN');
create policy author_insert on course.course for insert to db_web, db_slow
	with check ((select host.role()) = 'ADMIN'
	    or (instructor_id = (select host.uid()) and (select host.role()) = 'EDUCATOR'));
create policy author_update on course.course for update to db_web, db_slow
	using ((select host.role()) = 'ADMIN'
	    or (instructor_id = (select host.uid()) and (select host.role()) = 'EDUCATOR'))
	with check ((select host.role()) = 'ADMIN'
	    or (instructor_id = (select host.uid()) and (select host.role()) = 'EDUCATOR'));
create policy author_delete on course.course for delete to db_web, db_slow
	using (status = 'DRAFT' and ((select host.role()) = 'ADMIN'
	    or (instructor_id = (select host.uid()) and (select host.role()) = 'EDUCATOR')));

-- Drafts of a text are seen by the author alone.
create policy readable on course.lesson_version for select to db_web, db_slow, db_ro
	using (exists (select from course.lesson l where l.published_version_id = lesson_version.id)
	    or course.may_edit(course_id));
create policy author_insert on course.lesson_version for insert to db_web, db_slow
	with check (course.may_edit(course_id));
create policy own on course.lesson_draft to db_web, db_slow
	using (person_id = (select host.uid())) with check (person_id = (select host.uid()));

grant select on course.category, course.skill, course.catalogue, course.word, course.rating_mean
	to db_web, db_slow, db_jobs, db_pay, db_ro;
grant insert, update on course.category, course.skill to db_web, db_slow, db_jobs;
grant select on course.course, course.course_slug, course.prerequisite, course.course_skill,
	course.module, course.lesson, course.media to db_web, db_slow, db_jobs, db_pay, db_ro;
grant select on course.lesson_version to db_web, db_slow, db_jobs, db_ro;
-- Not grantable to anybody: counters, ratings, the life of a row.
grant insert (id, code, slug, instructor_id, category_id, title, summary, about_source, about_html,
	level, language, status, price, currency, opens_at, seats, weeks, outcomes, requirements,
	audience, thumbnail, thumbnail_alt, licence, licence_url, attribution, source_url, published_at),
	update (code, slug, instructor_id, category_id, title, summary, about_source, about_html, level,
	language, status, price, currency, opens_at, seats, weeks, outcomes, requirements, audience,
	thumbnail, thumbnail_alt, licence, licence_url, attribution, source_url, published_at,
	content_version, lock_version),
	delete on course.course to db_web, db_slow, db_jobs;
grant insert, update, delete on course.prerequisite, course.course_skill, course.media
	to db_web, db_slow, db_jobs;
grant insert (id, course_id, code, title, summary, position),
	update (code, title, summary, position, lock_version), delete on course.module
	to db_web, db_slow, db_jobs;
grant insert (id, course_id, module_id, slug, code, title, summary, kind, position, minutes, preview,
	required, published_version_id, draft_version_id, words),
	update (module_id, slug, code, title, summary, kind, position, minutes, preview, required,
	published_version_id, draft_version_id, words, archived_at, lock_version), delete
	on course.lesson to db_web, db_slow, db_jobs;
grant insert on course.lesson_version to db_web, db_slow, db_jobs;
grant select, insert, update, delete on course.lesson_draft to db_web, db_slow, db_jobs;

select host.definer('course.catalogue_refresh(uuid)', 'course'),
	host.definer('course.word_sweep()', 'course'),
	host.definer('course.rating_refresh()', 'course'),
	host.definer('course.spell(text)', 'course'),
	host.definer('course.count_enrolment(uuid, int4, int4, int4)', 'course'),
	host.definer('course.slug_take()', 'course'),
	host.definer('course.course_after()', 'course'),
	host.definer('course.count_lessons()', 'course'),
	host.definer('course.lesson_after_update()', 'course'),
	host.definer('course.count_modules()', 'course'),
	host.definer('course.skill_after()', 'course'),
	host.definer('course.name_after()', 'course'),
	host.definer('course.prerequisite_after()', 'course'),
	host.definer('course.lesson_version_check()', 'course');
grant usage on schema identity to db_def_course;
grant select on identity.author_public to db_def_course;
grant execute on function course.may_edit(uuid), course.spell(text)
	to db_web, db_slow, db_jobs, db_pay, db_ro;
grant execute on function course.rating_score(int4, int4, int4) to db_def_course, db_jobs;
grant execute on function course.word_sweep(), course.rating_refresh(),
	course.catalogue_refresh(uuid) to db_jobs, db_migrate;

-- ---- views for other areas ------------------------------------------------------------------

-- Read with the rights of whoever asks: drafts stay with their author.
create view course.course_public with (security_invoker) as
select id, code, slug, instructor_id, category_id, title, summary, level, language, status, price,
       currency, opens_at, seats, seats_taken, thumbnail, thumbnail_alt, module_count, lesson_count,
       required_count, minutes, enrolment_count, completed_count, content_version, published_at,
       created_at
  from course.course;

create view course.lesson_public with (security_invoker) as
select l.id, l.course_id, l.module_id, m.title as module_title, m.position as module_position,
       l.slug, l.title, l.kind, l.position, l.minutes, l.words, l.preview, l.required, l.live
  from course.lesson l
  join course.module m on m.id = l.module_id;

-- Who teaches: what the instructor chose to publish.
create view course.instructor_public with (security_invoker) as
select c.id as course_id, c.instructor_id, a.display_name, a.headline, a.bio, a.avatar
  from course.course c
  left join identity.author_public a on a.id = c.instructor_id;

grant select on course.course_public, course.lesson_public, course.instructor_public
	to db_web, db_slow, db_jobs, db_pay, db_ro;

-- ---- classes of data -------------------------------------------------------------------------

select host.classify('course.lesson_version', 'personal', 'created_by'),
	host.classify('course.lesson_draft', 'personal', 'person_id', 'source'),
	host.classify('course.course', 'personal', 'instructor_id'),
	host.classify('course.course', 'internal', 'lock_version', 'seats_taken', 'completed_count'),
	host.classify('course.lesson', 'internal', 'lock_version', 'draft_version_id'),
	host.classify('course.media', 'internal', 'path');
do $$
declare
	t regclass;
begin
	for t in select oid from pg_class where relnamespace = 'course'::regnamespace and relkind = 'r' loop
		perform host.classify(t, case when t = 'course.lesson_draft'::regclass then 'internal'
		    else 'public' end);
	end loop;
end $$;
