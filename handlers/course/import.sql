-- Import of courses: the page of uploads, and what the job stores.

-- import_add(person uuid, name text, path text, bytes i64) -> one
--   id uuid
insert into course.import (person_id, name, path, bytes) values ($1, left($2, 255), $3, $4)
returning id;

-- import_list(person uuid) -> many
--   id uuid, name text, state text, created_at time, course_title text?
select i.id, i.name,
       case when i.status <> 'QUEUED' then i.status when j.state = 'RUNNING' then 'RUNNING'
            when j.state = 'DEAD' then 'FAILED' else 'QUEUED' end as state,
       i.created_at, c.title as course_title
  from course.import i
  left join course.course c on c.id = i.course_id
  left join host.job j on j.type = 'course.import' and j.unique_key = i.id::text
 where i.person_id = $1
 order by i.created_at desc
 limit 20;

-- import_show(id uuid, person uuid) -> one
--   id uuid, name text, state text, kind text?, problem text?, created_at time, modules i32,
--   lessons i32, images i32, report json, course_slug text?, course_title text?, done i64?,
--   total i64?, step text?
select i.id, i.name,
       case when i.status <> 'QUEUED' then i.status when j.state = 'RUNNING' then 'RUNNING'
            when j.state = 'DEAD' then 'FAILED' else 'QUEUED' end as state,
       i.kind, i.problem, i.created_at, i.modules, i.lessons, i.images, i.report,
       c.slug as course_slug, c.title as course_title, j.progress as done,
       j.progress_total as total, j.progress_text as step
  from course.import i
  left join course.course c on c.id = i.course_id
  left join host.job j on j.type = 'course.import' and j.unique_key = i.id::text
 where i.id = $1 and (i.person_id = $2 or (select host.role()) = 'ADMIN');

-- import_done(id uuid, kind text, course uuid, modules i32, lessons i32, images i32, report json) -> exec
update course.import
   set status = 'DONE', kind = $2, course_id = $3, modules = $4, lessons = $5, images = $6,
       report = $7, problem = null
 where id = $1;

-- import_failed(id uuid, kind text?, problem text, report json) -> exec
update course.import set status = 'FAILED', kind = $2, problem = $3, report = $4 where id = $1;

-- Of these files, those that an import still waits for. A job that died may be
-- run again for as long as dead jobs are kept.
-- import_needed(paths text[]) -> many
--   path text
select distinct path from course.import
 where path = any ($1::text[]) and status = 'QUEUED' and created_at > host.now() - interval '90 days';

-- ---- storing a course ----------------------------------------------------------------

-- import_exists(code text) -> one
--   id uuid
select id from course.course where code = $1;

-- A category is its title; see author_skill_add.
-- import_category(slug text, title text) -> one
--   id uuid
with added as (
  insert into course.category (slug, title)
  select case when exists (select from course.category where slug = $1)
              then rtrim(left($1, 51), '-') || '-' || left(md5($2), 8) else $1 end, $2
   where not exists (select from course.category where title = $2)
      on conflict do nothing returning id
)
select id from course.category where title = $2
union all
select id from added
 limit 1;

-- import_course(code text?, slug text, instructor uuid, category uuid, title text, summary text,
--   about_source text, about_html text, level text, language text, price i64, currency text,
--   weeks i32?, outcomes text[], requirements text[], licence text?, licence_url text?,
--   attribution text?, source_url text?) -> one
--   id uuid
insert into course.course (code, slug, instructor_id, category_id, title, summary, about_source,
    about_html, level, language, price, currency, weeks, outcomes, requirements, licence,
    licence_url, attribution, source_url)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::int4::int2, $14, $15, $16, $17,
    $18, $19)
returning id;

-- import_prerequisite(course uuid, code text) -> exec
insert into course.prerequisite (course_id, required_id)
select $1, id from course.course where code = $2 and id <> $1
    on conflict do nothing;

-- import_module(course uuid, title text, summary text, position i32) -> exec
insert into course.module (course_id, title, summary, position) values ($1, $2, $3, $4);

-- import_lesson(course uuid, module_position i32, slug text, title text, kind text, position i32,
--   minutes i32, preview bool) -> exec
insert into course.lesson (course_id, module_id, slug, title, kind, position, minutes, preview)
select $1, m.id, $3, $4, $5, $6, $7, $8
  from course.module m
 where m.course_id = $1 and m.position = $2;

-- import_version(course uuid, slug text, source text, html text, plain text, words i32,
--   headings json, author uuid) -> exec
insert into course.lesson_version (lesson_id, course_id, number, source, html, plain, words,
    headings, created_by)
select l.id, $1, 1, $3, $4, $5, $6, $7, $8
  from course.lesson l
 where l.course_id = $1 and l.slug = $2;

-- import_media(course uuid, name text, hash text, path text, type text, bytes i64, width i32,
--   height i32, alt text) -> exec
insert into course.media (course_id, name, hash, path, type, bytes, width, height, alt)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (course_id, name) do nothing;

-- Every lesson points to its first version: the draft's, and for a course that
-- is published at once also the learners'.
-- import_versions_use(course uuid, publish bool) -> exec
update course.lesson l
   set draft_version_id = v.id, published_version_id = case when $2 then v.id end,
       words = case when $2 then v.words else 0 end
  from course.lesson_version v
 where v.lesson_id = l.id and v.number = 1 and l.course_id = $1;

-- import_publish(course uuid) -> exec
update course.course set status = 'PUBLISHED', published_at = host.now() where id = $1;

-- import_skill_seed(slug text, title text, field text) -> exec
insert into course.skill (slug, title, field)
select case when exists (select from course.skill where slug = $1)
            then rtrim(left($1, 71), '-') || '-' || left(md5($2), 8) else $1 end, $2, $3
 where not exists (select from course.skill where title = $2)
    on conflict do nothing;

-- import_files(course uuid) -> many
--   name text, path text, type text, width i32?, height i32?, alt text, bytes i64, hash text
select name, path, type, width, height, alt, bytes, hash
  from course.media where course_id = $1 order by name;
