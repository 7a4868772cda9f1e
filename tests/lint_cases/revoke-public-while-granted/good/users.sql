-- users keep theirs on purpose
create function public.total() returns int language sql set search_path = '' as 'select 1';
grant execute on function public.total() to authenticated;
revoke execute on function public.total() from public;
