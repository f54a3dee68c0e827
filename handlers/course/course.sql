-- Queries of the course area. Tables: sql/0003_course.sql, sql/0010_course_facet.sql.

-- ---- catalogue ----------------------------------------------------------------

-- How many courses share each combination of facets; of those that fit the
-- term, when there is one (a combination without a hit stays, with 0: K9).
-- catalogue_facets(term text?) -> many cached 1s catalogue
--   category text, category_title text, level text, language text, free bool, length text,
--   courses i64, exact i64, whole i32
with hit as (
	select h.category, h.level, h.language, h.free, h.length, count(*) as courses,
	       count(*) filter (where h.exact) as exact
	  from course.search($1, false) h
	 where $1::text is not null
	 group by 1, 2, 3, 4, 5
)
select f.category, g.title as category_title, f.level, f.language, f.free, f.length,
       case when $1::text is null then f.courses else coalesce(h.courses, 0) end as courses,
       case when $1::text is null then f.courses else coalesce(h.exact, 0) end as exact,
       f.courses as whole
  from course.facet f
  join course.category g on g.slug = f.category
  left join hit h on (h.category, h.level, h.language, h.free, h.length)
      = (f.category, f.level, f.language, f.free, f.length)
 order by g.position, g.title, f.language;

-- One page of cards. Three ways to the courses, and one of them is taken:
--   few     hits of the term, or the few courses of rare facets: all are read
--           and sorted, which costs as many steps as there are courses
--   walk    an index in the order asked for is followed until the page is
--           full, which costs about 20 * all / matching steps
-- Page and facets thus cost the same with a hundred courses and with a hundred
-- thousand, under one generic plan.
-- Same for all: what is read of course.course are courses of the catalogue, which
-- are published and open to everybody.
-- catalogue_page(term text?, category text?, level text?, language text?, free bool?,
--     length text?, sort text, limit i64, offset i64) -> many cached 1s catalogue
--   id uuid, slug text, title text, summary text, category text, category_title text, level text,
--   price i64, currency text, free bool, instructor text, lessons i32, minutes i32,
--   rating_sum i32, rating_count i32, tone i32, pattern i32, required i32
with size as materialized (
	select sum(f.courses) as whole, coalesce(sum(f.courses) filter (where
	           ($2::text is null or f.category = $2) and ($3::text is null or f.level = $3)
	           and ($4::text is null or f.language = $4) and ($5::bool is null or f.free = $5)
	           and ($6::text is null or f.length = $6)), 0) as fit
	  from course.facet f
), way as materialized (
	select $1::text is null and fit * fit > 20 * whole as walk from size
), few as (
	select h.course_id, h.exact, h.score, h.title, h.price, h.rating_score, h.enrolment_count,
	       h.published_at
	  from course.search($1, $7 = 'relevance') h
	 where $1::text is not null
	   and ($2::text is null or h.category = $2) and ($3::text is null or h.level = $3)
	   and ($4::text is null or h.language = $4) and ($5::bool is null or h.free = $5)
	   and ($6::text is null or h.length = $6)
	union all
	select c.course_id, true, 0, c.title, c.price, c.rating_score, c.enrolment_count, c.published_at
	  from course.facet f
	  join course.catalogue c on (c.category, c.level, c.language, c.free, c.length)
	      = (f.category, f.level, f.language, f.free, f.length)
	 where $1::text is null and not (select walk from way)
	   and ($2::text is null or f.category = $2) and ($3::text is null or f.level = $3)
	   and ($4::text is null or f.language = $4) and ($5::bool is null or f.free = $5)
	   and ($6::text is null or f.length = $6)
), pick as (
	(select s.course_id, row_number() over (order by
	        case when $7 = 'relevance' then s.exact end desc,
	        case when $7 = 'relevance' then s.score end desc,
	        case when $7 = 'title' then s.title end,
	        case when $7 = 'price' then s.price end,
	        case when $7 = 'rating' then s.rating_score end desc,
	        case when $7 in ('popular', 'relevance') then s.enrolment_count end desc,
	        s.published_at desc, s.course_id desc) as place
	   from few s
	  order by place limit $8 offset $9)
	union all
	(select course_id, row_number() over (order by published_at desc, course_id desc)
	   from course.catalogue
	  where (select walk from way) and $7 = 'newest'
	    and ($2::text is null or category = $2) and ($3::text is null or level = $3)
	    and ($4::text is null or language = $4) and ($5::bool is null or free = $5)
	    and ($6::text is null or length = $6)
	  order by published_at desc, course_id desc limit $8 offset $9)
	union all
	(select course_id, row_number() over (order by enrolment_count desc, course_id desc)
	   from course.catalogue
	  where (select walk from way) and $7 in ('popular', 'relevance')
	    and ($2::text is null or category = $2) and ($3::text is null or level = $3)
	    and ($4::text is null or language = $4) and ($5::bool is null or free = $5)
	    and ($6::text is null or length = $6)
	  order by enrolment_count desc, course_id desc limit $8 offset $9)
	union all
	(select course_id, row_number() over (order by rating_score desc, course_id desc)
	   from course.catalogue
	  where (select walk from way) and $7 = 'rating'
	    and ($2::text is null or category = $2) and ($3::text is null or level = $3)
	    and ($4::text is null or language = $4) and ($5::bool is null or free = $5)
	    and ($6::text is null or length = $6)
	  order by rating_score desc, course_id desc limit $8 offset $9)
	union all
	(select course_id, row_number() over (order by title, course_id)
	   from course.catalogue
	  where (select walk from way) and $7 = 'title'
	    and ($2::text is null or category = $2) and ($3::text is null or level = $3)
	    and ($4::text is null or language = $4) and ($5::bool is null or free = $5)
	    and ($6::text is null or length = $6)
	  order by title, course_id limit $8 offset $9)
	union all
	(select course_id, row_number() over (order by price, course_id)
	   from course.catalogue
	  where (select walk from way) and $7 = 'price'
	    and ($2::text is null or category = $2) and ($3::text is null or level = $3)
	    and ($4::text is null or language = $4) and ($5::bool is null or free = $5)
	    and ($6::text is null or length = $6)
	  order by price, course_id limit $8 offset $9)
)
select c.course_id as id, c.slug, c.title, c.summary, c.category, c.category_title, c.level,
       c.price, c.currency, c.free, c.instructor_name as instructor, c.lesson_count as lessons,
       c.minutes, c.rating_sum, c.rating_count, c.tone, c.pattern,
       (select k.required_count from course.course k where k.id = p.course_id) as required
  from pick p
  join course.catalogue c on c.course_id = p.course_id
 order by p.place;

-- The person's own courses, for the rings on the cards; of how many lessons stands
-- in the cards, which are shared.
-- enrolment_list(person uuid) -> many
--   course_id uuid, done i32
select course_id, done_count as done
  from learning.done_public
 where person_id = $1 and status <> 'DROPPED';

-- ---- one course ------------------------------------------------------------------

-- By any slug it ever had. Drafts: row security shows them to their author
-- and ADMIN alone. The enrolment is the asking person's.
-- course_by_slug(slug text, person uuid?) -> one
--   id uuid, slug text, code text?, title text, summary text, category text, category_title text,
--   level text, language text, status text, price i64, currency text, opens_at time?,
--   minutes i32, lessons i32, students i32, rating_sum i32, rating_count i32, tone i32,
--   pattern i32, about html, outcomes text[], requirements text[], skills text[],
--   licence text?, licence_url text?, attribution text?, source_url text?, updated_at time,
--   instructor_id uuid, instructor text?, instructor_bio text?, instructor_avatar text?,
--   enrolment text?, percent i32?, done i32?, required i32?, next_slug text?, next_title text?
select c.id, c.slug, c.code, c.title, c.summary, g.slug as category, g.title as category_title,
       c.level, c.language, c.status, c.price, c.currency, c.opens_at, c.minutes,
       c.lesson_count as lessons, c.enrolment_count as students, c.rating_sum, c.rating_count,
       course.look(g.slug) as tone, course.look(c.slug) as pattern, c.about_html as about,
       c.outcomes, c.requirements,
       array(select k.title from course.course_skill x join course.skill k on k.id = x.skill_id
              where x.course_id = c.id order by x.position, k.title) as skills,
       c.licence, c.licence_url, c.attribution, c.source_url, c.updated_at, c.instructor_id,
       a.display_name as instructor, coalesce(a.bio, a.headline) as instructor_bio,
       a.avatar as instructor_avatar, e.status as enrolment, e.percent, e.done_count as done,
       e.required_count as required, n.slug as next_slug, n.title as next_title
  from course.course_slug s
  join course.course c on c.id = s.course_id
  join course.category g on g.id = c.category_id
  left join identity.author_public a on a.id = c.instructor_id
  left join learning.enrolment_public e on e.course_id = c.id and e.person_id = $2
      and e.status <> 'DROPPED'
  left join lateral learning.next_lesson($2, c.id, e.last_lesson_id) n on e.id is not null
 where s.slug = $1;

-- Modules and lessons in order, with the person's marks; without lessons that
-- are not published yet, but for the author.
-- course_outline(slug text, person uuid?) -> many
--   module_id uuid, module text, module_summary text, module_minutes i32, slug text, title text,
--   kind text, minutes i32, preview bool, done bool
select m.id as module_id, m.title as module, m.summary as module_summary,
       m.minutes as module_minutes, l.slug, l.title, l.kind, l.minutes, l.preview,
       coalesce(p.done, false) as done
  from course.course_slug s
  join course.module m on m.course_id = s.course_id
  join course.lesson l on l.module_id = m.id and l.archived_at is null
  left join learning.lesson_progress_public p on p.lesson_id = l.id and p.person_id = $2
 where s.slug = $1 and (l.live or course.may_edit(s.course_id))
 order by m.position, l.position;

-- course_prerequisites(slug text, person uuid?) -> many
--   slug text, title text, strict bool, done bool
select c.slug, c.title, p.strict,
       exists (select from learning.enrolment_public e where e.course_id = c.id
           and e.person_id = $2 and e.status = 'COMPLETED') as done
  from course.course_slug s
  join course.prerequisite p on p.course_id = s.course_id
  join course.course c on c.id = p.required_id and c.status = 'PUBLISHED'
 where s.slug = $1
 order by p.strict desc, c.title;

-- The most helpful reviews.
-- course_reviews(slug text) -> many
--   id uuid, rating i32, comment text?, author text, reply text?, created_at time
select r.id, r.rating::int4 as rating, r.comment, r.author, r.reply, r.created_at
  from course.course_slug s
  join marketplace.review_public r on r.course_id = s.course_id
 where s.slug = $1
 order by r.helpful desc, r.created_at desc, r.id
 limit 3;

-- The most popular courses that share a skill or the category. Shared rows: all
-- of it comes from tables that show everybody the same; a course that is not in
-- the catalogue (a draft) has no category here, for its author as for others.
-- Same for all: course.course is read for courses of the catalogue alone.
-- course_related(slug text) -> many cached 5s catalogue like catalogue_page
with this as materialized (
	select s.course_id, c.category, array(select k.slug from course.course_skill x
	      join course.skill k on k.id = x.skill_id where x.course_id = s.course_id) as skills
	  from course.course_slug s
	  left join course.catalogue c on c.course_id = s.course_id
	 where s.slug = $1
), near as (
	(select c.course_id from this t join course.catalogue c on c.skills && t.skills limit 200)
	union
	(select c.course_id from this t join course.catalogue c on c.category = t.category
	  order by c.enrolment_count desc, c.course_id desc limit 20)
)
select c.course_id as id, c.slug, c.title, c.summary, c.category, c.category_title, c.level,
       c.price, c.currency, c.free, c.instructor_name as instructor, c.lesson_count as lessons,
       c.minutes, c.rating_sum, c.rating_count, c.tone, c.pattern,
       (select k.required_count from course.course k where k.id = n.course_id) as required
  from this t
  join near n on n.course_id <> t.course_id
  join course.catalogue c on c.course_id = n.course_id
 order by cardinality(array(select unnest(c.skills) intersect select unnest(t.skills))) desc,
       c.category = t.category desc, c.enrolment_count desc, c.course_id desc
 limit 3;

-- ---- one lesson ----------------------------------------------------------------------

-- The published text; its author also sees a draft that was never published.
-- lesson_by_slug(slug text, lesson text, person uuid?) -> one
--   id uuid, slug text, title text, kind text, minutes i32, words i32, preview bool, live bool,
--   course_id uuid, course_slug text, course_title text, course_status text, instructor_id uuid,
--   licence text?, licence_url text?, attribution text?, source_url text?,
--   body html?, headings json?, enrolment text?, percent i32?, done i32?, required i32?
select l.id, l.slug, l.title, l.kind, l.minutes, l.words, l.preview, l.live, c.id as course_id,
       c.slug as course_slug, c.title as course_title, c.status as course_status,
       c.instructor_id, c.licence, c.licence_url, c.attribution, c.source_url,
       nullif(v.html, '') as body, v.headings, e.status as enrolment, e.percent,
       e.done_count as done, e.required_count as required
  from course.course_slug s
  join course.course c on c.id = s.course_id
  join course.lesson l on l.course_id = c.id and l.slug = $2 and l.archived_at is null
  left join course.lesson_version v on v.id = coalesce(l.published_version_id, l.draft_version_id)
  left join learning.enrolment_public e on e.course_id = c.id and e.person_id = $3
      and e.status <> 'DROPPED'
 where s.slug = $1 and (l.live or course.may_edit(c.id));

-- Files that the text of the lesson names and that are not pictures.
-- lesson_downloads(slug text, lesson text) -> many
--   name text, hash text, bytes i64
select m.name, m.hash, m.bytes
  from course.course_slug s
  join course.media m on m.course_id = s.course_id and m.type not like 'image/%'
  join course.lesson l on l.course_id = s.course_id and l.slug = $2
  join course.lesson_version v on v.id = l.published_version_id
 where s.slug = $1 and strpos(v.html, m.hash) > 0
 order by m.name;

-- The learner opened the lesson; nothing happens without an enrolment.
-- lesson_opened(lesson uuid, zone text) -> exec
select learning.lesson_opened($1, $2);

-- A file, if this person may see it: what published courses show to everybody
-- (about text, preview lessons, cover), and all of the courses that the person
-- takes or makes. The same content may belong to several courses.
-- media_by_hash(hash text, person uuid?) -> one
--   name text, path text, type text
select m.name, m.path, m.type
  from course.media m
  join course.course c on c.id = m.course_id
 where m.hash = $1
   and (course.may_edit(c.id)
     or exists (select from learning.enrolment_public e where e.course_id = c.id
         and e.person_id = $2 and e.status <> 'DROPPED')
     or (c.status = 'PUBLISHED' and (strpos(c.about_html, $1) > 0 or strpos(c.thumbnail, $1) > 0
       or exists (select from course.lesson l
             join course.lesson_version v on v.id = l.published_version_id
            where l.course_id = c.id and l.preview and l.live and strpos(v.html, $1) > 0))))
 limit 1;

-- ---- nightly -----------------------------------------------------------------------------

-- course_rating_refresh() -> one
--   changed i64
select course.rating_refresh() as changed;

-- course_tier_refresh() -> one
--   moved i64
select course.tier_refresh() as moved;

-- course_word_sweep() -> one
--   forgotten i64
select course.word_sweep() as forgotten;
