-- Addresses that begin alike are read together (author_slug_pick), whatever the
-- order of letters in the database's language.
create index course_slug_prefix_idx on course.course_slug (slug text_pattern_ops);
