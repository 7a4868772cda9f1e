-- users may create in it
-- also: schema-create
grant create on schema partage to authenticated;
create function app.f() returns bigint language sql security definer set search_path = partage, pg_temp
as 'select count(*) from depots';
