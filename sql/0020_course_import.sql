-- Imports of courses: one row per uploaded file, the course it became, and the
-- report of what was taken and what was not.

create table course.import (
  id uuid primary key default host.uuid7(),
  person_id uuid not null references identity.person on delete cascade,
  name text not null check (length(name) between 1 and 255),
  path text not null check (path ~ '^[a-z0-9/._-]+$'),
  bytes int8 not null check (bytes >= 0),
  status text not null default 'QUEUED' check (status in ('QUEUED', 'DONE', 'FAILED')),
  kind text check (kind in ('bundle', 'carpentries', 'exercism')),
  problem text,
  course_id uuid references course.course on delete set null,
  modules int4 not null default 0,
  lessons int4 not null default 0,
  images int4 not null default 0,
  report jsonb not null default '[]' check (jsonb_typeof(report) = 'array'),
  created_at timestamptz not null default host.now(),
  updated_at timestamptz not null default now()
);
create index import_person_id_idx on course.import (person_id, created_at desc);
create index import_course_id_idx on course.import (course_id);
comment on table course.import is
  'QUEUED -> DONE with a course, or FAILED with a problem and nothing kept. Running: its job.';
comment on column course.import.path is 'The uploaded file, below the protected folder.';
comment on column course.import.report is 'List of {level, file, text}.';

select host.protect('course.import'), host.touched('course.import');
create policy own on course.import to db_web, db_slow
  using (person_id = (select host.uid()) or (select host.role()) = 'ADMIN')
  with check (person_id = (select host.uid()));
create policy jobs on course.import to db_jobs using (true) with check (true);
grant select on course.import to db_web, db_slow, db_jobs;
grant insert (id, person_id, name, path, bytes) on course.import to db_web, db_slow;
grant update (status, kind, problem, course_id, modules, lessons, images, report)
  on course.import to db_jobs;
select host.classify('course.import', 'personal', 'person_id', 'name'),
  host.classify('course.import', 'internal');
