-- the path is taken away again
create function app.compter() returns bigint language sql security definer set search_path = ''
as 'select count(*) from public.depots';
alter function app.compter() reset search_path;
