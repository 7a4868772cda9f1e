-- the catalog, pg_temp last
create function app.f() returns timestamptz language sql security definer set search_path = pg_catalog, pg_temp
as 'select now()';
