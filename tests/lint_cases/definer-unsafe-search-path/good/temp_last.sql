-- a trusted schema, pg_temp last
create function app.f() returns bigint language sql security definer set search_path = app, pg_temp
as 'select count(*) from depots';
