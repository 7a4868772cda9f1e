-- pg_temp is searched first when it is not named
create function app.f() returns bigint language sql security definer set search_path = public as 'select count(*) from depots';
