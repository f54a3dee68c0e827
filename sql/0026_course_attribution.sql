-- Licences ask to name every author, and lessons of a community have hundreds.
alter table course.course drop constraint course_attribution_check;
alter table course.course add constraint course_attribution_check
  check (length(attribution) <= 20000);
