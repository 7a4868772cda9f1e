-- a schema named after the caller
create function app.f() returns bigint language sql security definer set search_path = "$user", public, pg_temp
as 'select count(*) from depots';
