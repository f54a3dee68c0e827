-- Queries about reviews and coupons. Tables: sql/0141_marketplace_review.sql.

-- ---- reviews --------------------------------------------------------------------------

-- review_course(slug text, person uuid?) -> one
--   id uuid, slug text, title text, instructor_id uuid, enrolled bool, rating_sum i64,
--   rating_count i64, own_rating i32?, own_comment text?, own_hidden bool
select c.id, c.slug, c.title, c.instructor_id,
       exists (select from learning.enrolment_public e where e.course_id = c.id and e.person_id = $2
           and e.status <> 'DROPPED') as enrolled,
       n.rating_sum, n.rating_count, o.rating::int4 as own_rating, o.comment as own_comment,
       coalesce(o.status = 'HIDDEN', false) as own_hidden
  from course.course_public c
  cross join lateral (select coalesce(sum(r.rating), 0) as rating_sum, count(*) as rating_count
          from marketplace.review r where r.course_id = c.id and r.status = 'SHOWN') n
  left join marketplace.review o on o.course_id = c.id and o.person_id = $2
 where c.slug = $1;

-- Most helpful first.
-- review_list(slug text, person uuid?, limit i64, offset i64) -> many
--   id uuid, rating i32, comment text?, author text, bought bool, helpful i32, reply text?,
--   replied_at time?, edited bool, created_at time, own bool, voted bool
select r.id, r.rating::int4 as rating, r.comment, r.author, r.bought, r.helpful, r.reply, r.replied_at,
       r.edited_at is not null as edited, r.created_at, coalesce(r.person_id = $2, false) as own,
       exists (select from marketplace.review_vote v where v.review_id = r.id and v.person_id = $2)
           as voted
  from marketplace.review r
  join course.course_public c on c.id = r.course_id
 where c.slug = $1 and r.status = 'SHOWN'
 order by r.helpful desc, r.created_at desc, r.id
 limit $3 offset $4;

-- How many reviews gave so many stars.
-- review_stars(slug text) -> many
--   rating i32, given i64
select s as rating, count(r.id) as given
  from generate_series(5, 1, -1) s
  cross join course.course_public c
  left join marketplace.review r on r.course_id = c.id and r.rating = s and r.status = 'SHOWN'
 where c.slug = $1
 group by s order by s desc;

-- review_save(course uuid, rating i64, comment text, author text) -> one
--   fresh bool
select marketplace.review_save($1, $2::int4, $3, $4) as fresh;

-- review_delete(course uuid) -> one
--   found bool
select marketplace.review_delete($1) as found;

-- review_vote(id uuid, on bool) -> one
--   helpful i32
select marketplace.review_vote_set($1, $2) as helpful;

-- review_report(id uuid, reason text) -> one
--   fresh bool
select marketplace.review_report_add($1, $2) as fresh;

-- review_reply(id uuid, text text) -> exec
select marketplace.review_reply($1, $2);

-- Reported first, then newest.
-- review_admin_list(reported bool, limit i64, offset i64) -> many
--   id uuid, slug text, title text, rating i32, comment text?, author text, status text,
--   reports i32, reasons text?, created_at time
select r.id, c.slug, c.title, r.rating::int4 as rating, r.comment, r.author, r.status, r.reports,
       (select string_agg(distinct v.reason, ', ') from marketplace.review_report v
         where v.review_id = r.id and v.resolved_at is null) as reasons, r.created_at
  from marketplace.review r
  join course.course_public c on c.id = r.course_id
 where not $1 or r.reports > 0
 order by r.reports desc, r.created_at desc, r.id
 limit $2 offset $3;

-- review_admin_count(reported bool) -> one
--   total i64
select count(*) as total from marketplace.review where not $1 or reports > 0;

-- review_moderate(id uuid, status text) -> exec
select marketplace.review_moderate($1, $2);

-- review_mean() -> exec
select course.rating_refresh();

-- ---- coupons ----------------------------------------------------------------------------

-- coupon_list(owner uuid) -> many
--   id uuid, code text, kind text, value i64, course text?, slug text?, max_uses i32?,
--   per_person i32, starts_at time, ends_at time?, active bool, over bool, used i64, off i64
select k.id, k.code, k.kind, k.value, c.title as course, c.slug, k.max_uses, k.per_person,
       k.starts_at, k.ends_at, k.active, coalesce(k.ends_at <= host.now(), false) as over,
       coalesce(u.used, 0) as used, coalesce(u.off, 0)::int8 as off
  from marketplace.coupon k
  left join course.course_public c on c.id = k.course_id
  left join lateral (select count(*) as used, sum(s.discount) as off from marketplace.sale s
         where s.coupon_id = k.id and s.paid_at is not null) u on true
 where k.owner_id = $1
 order by k.active desc, k.created_at desc
 limit 200;

-- coupon_courses(owner uuid) -> many
--   id uuid, title text
select id, title from course.course_public
 where instructor_id = $1 and price > 0 and status <> 'ARCHIVED' order by title limit 200;

-- coupon_add(course uuid?, code text, kind text, value i64, max i64?, per_person i64, starts date?, ends date?) -> one
--   id uuid
select marketplace.coupon_add($1, $2, $3, $4, $5::int4, $6::int4,
       $7::date::timestamp at time zone 'Africa/Johannesburg',
       ($8::date + 1)::timestamp at time zone 'Africa/Johannesburg') as id;

-- coupon_switch(id uuid, active bool) -> exec
select marketplace.coupon_switch($1, $2);

-- ---- a person's own data -----------------------------------------------------------------

-- review_export(person uuid) -> many
--   course_id uuid, rating i32, comment text?, created_at time
select course_id, rating::int4 as rating, comment, created_at from marketplace.review
 where person_id = $1 order by created_at;

-- review_erase(person uuid) -> exec
update marketplace.review set author = '', comment = null where person_id = $1;

-- vote_export(person uuid) -> many
--   review_id uuid, created_at time
select review_id, created_at from marketplace.review_vote where person_id = $1 order by created_at;

-- vote_erase(person uuid) -> exec
delete from marketplace.review_vote where person_id = $1;

-- report_export(person uuid) -> many
--   review_id uuid, reason text, created_at time
select review_id, reason, created_at from marketplace.review_report where person_id = $1 order by created_at;

-- report_erase(person uuid) -> exec
delete from marketplace.review_report where person_id = $1;

-- coupon_export(person uuid) -> many
--   code text, kind text, value i64, created_at time
select code, kind, value, created_at from marketplace.coupon where owner_id = $1 order by created_at;
