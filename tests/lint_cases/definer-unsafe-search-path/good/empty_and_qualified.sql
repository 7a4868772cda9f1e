-- an empty path and qualified names
create function app.f() returns bigint language sql security definer set search_path = ''
as 'with d as (select id from public.depots) select count(*) from d';
