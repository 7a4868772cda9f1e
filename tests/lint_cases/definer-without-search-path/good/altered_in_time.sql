-- set by ALTER FUNCTION
create function app.compter() returns bigint language sql security definer as 'select count(*) from public.depots';
alter function app.compter() set search_path = '';
