-- Indexes for the ways in which pages look at jobs and mails: the newest first,
-- counts by state, the job of a subject by its key.
create index job_created_at_idx on host.job (created_at desc, id desc);
create index job_state_idx on host.job (state, type);
create index job_key_idx on host.job (type, unique_key) where unique_key is not null;
create index email_status_idx on host.email (status, created_at desc, id desc);
