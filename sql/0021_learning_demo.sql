-- The demonstration world: enrolments of demo people with a past. Run by the
-- seed alone (job learning.demo); every trigger counts as for real learners.

create function learning.demo_add(p_person uuid, p_code text, p_lessons int4, p_days int4)
	returns boolean
	language plpgsql security definer set search_path = '' as $$
declare
	v_course uuid;
	v_enrolment uuid;
	v_start timestamptz := host.now() - p_days * interval '1 day';
begin
	select c.id into v_course from course.course_public c
	 where c.code = p_code and c.status = 'PUBLISHED';
	if not found then
		return false;
	end if;
	insert into learning.enrolment (person_id, course_id, source, enrolled_at, last_touched_at)
	values (p_person, v_course, 'GIFT', v_start, v_start)
	    on conflict (person_id, course_id) do nothing
	returning id into v_enrolment;
	if v_enrolment is null then
		return false;
	end if;
	insert into learning.lesson_progress (person_id, lesson_id, course_id, enrolment_id, opened_at,
	    last_accessed_at, completed_at, completion, time_spent)
	select p_person, l.id, v_course, v_enrolment, l.at, l.at + l.minutes * interval '1 minute',
	       l.at + l.minutes * interval '1 minute', 'READ', l.minutes * 60
	  from (select x.id, least(x.minutes, 90) as minutes,
	               v_start + p_days * interval '20 hours' * x.n / p_lessons as at
	          from (select p.id, p.minutes, row_number() over (order by p.module_position,
	                       p.position)::int4 as n
	                  from course.lesson_public p where p.course_id = v_course and p.live) x
	         where x.n <= p_lessons) l;
	update learning.enrolment e
	   set last_lesson_id = t.lesson_id, last_touched_at = t.last_accessed_at
	  from (select lesson_id, last_accessed_at from learning.lesson_progress
	         where enrolment_id = v_enrolment order by last_accessed_at desc limit 1) t
	 where e.id = v_enrolment;
	insert into learning.activity_day as d (person_id, day, seconds, lessons_opened, lessons_completed)
	select p_person, (completed_at at time zone 'Africa/Johannesburg')::date,
	       least(sum(time_spent), 86400)::int4, count(*)::int4, count(*)::int4
	  from learning.lesson_progress
	 where enrolment_id = v_enrolment
	 group by 2
	    on conflict (person_id, day) do update
	   set seconds = least(d.seconds + excluded.seconds, 86400),
	       lessons_opened = d.lessons_opened + excluded.lessons_opened,
	       lessons_completed = d.lessons_completed + excluded.lessons_completed;
	return true;
end $$;
select host.definer('learning.demo_add(uuid, text, int4, int4)', 'learning');
grant execute on function learning.demo_add(uuid, text, int4, int4) to db_jobs;
