-- The role becomes privileged after it was given.
-- also: role-attributes
create role helper;
grant helper to authenticated;
alter role helper bypassrls;
