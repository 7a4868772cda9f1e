-- an empty path
create function app.compter() returns bigint language sql security definer set search_path = ''
as 'select count(*) from public.depots';
