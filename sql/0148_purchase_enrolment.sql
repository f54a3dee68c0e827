-- Access that comes or goes with money is an enrolment like any other: it is told to the other
-- areas (outbox) and stands in the audit, in the transaction that granted it. The actor is who asks:
-- the buyer at a checkout, an administrator at a refund, nobody when a job does it.

create policy write_learning on audit.entry for insert to db_def_learning
  with check (actor_id is not distinct from (select host.uid()));
grant usage on schema audit to db_def_learning;
grant insert (actor_id, actor_role, rid, action, object_type, object_id, person_id, before, after)
  on audit.entry to db_def_learning;
grant execute on function host.event_add(text, text, text, jsonb) to db_def_learning;

create function learning.purchase_tell(p_event text, p_person uuid, p_course uuid, p_from text,
  p_to text) returns void
language sql security definer set search_path = '' as $$
  select host.event_add(p_event, 'learning', p_person::text,
    jsonb_build_object('personId', p_person, 'courseId', p_course));
  insert into audit.entry (actor_id, actor_role, rid, action, object_type, object_id, person_id,
    before, after)
  values (host.uid(), host.role(), host.rid(), p_event, 'course', p_course::text, p_person,
    case when p_from is not null then jsonb_build_object('status', p_from) end,
    jsonb_build_object('status', p_to, 'source', 'PURCHASE'));
$$;
select host.definer('learning.purchase_tell(text, uuid, uuid, text, text)', 'learning');
revoke execute on function learning.purchase_tell(text, uuid, uuid, text, text) from public;

create or replace function learning.purchase_grant(p_person uuid, p_course uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_from text := (select e.status from learning.enrolment e
                   where e.person_id = p_person and e.course_id = p_course);
begin
  insert into learning.enrolment as e (person_id, course_id, source)
  values (p_person, p_course, 'PURCHASE')
      on conflict (person_id, course_id) do update
     set status = 'ACTIVE', source = 'PURCHASE' where e.status = 'DROPPED';
  if found then
    perform learning.purchase_tell('course.enrolled', p_person, p_course, v_from, 'ACTIVE');
  end if;
end $$;

create or replace function learning.purchase_revoke(p_person uuid, p_course uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update learning.enrolment e set status = 'DROPPED'
   where e.person_id = p_person and e.course_id = p_course and e.status = 'ACTIVE'
     and e.source = 'PURCHASE';
  if found then
    perform learning.purchase_tell('course.dropped', p_person, p_course, 'ACTIVE', 'DROPPED');
  end if;
end $$;
