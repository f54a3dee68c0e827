-- The permission matrix as the host and other areas read it.
create view identity.role_permission_public as
select role, permission from identity.role_permission;
grant select on identity.role_permission_public
  to db_web, db_auth, db_pay, db_slow, db_jobs, db_ro;
