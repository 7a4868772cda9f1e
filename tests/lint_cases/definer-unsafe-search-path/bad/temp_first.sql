-- pg_temp not last
create function app.f() returns bigint language sql security definer set search_path = pg_temp, public
as 'select count(*) from depots';
