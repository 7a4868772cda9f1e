-- anon has a grant of its own
-- also: grant-to-forbidden-role
create function public.total() returns int language sql set search_path = '' as 'select 1';
grant execute on function public.total() to anon;
revoke execute on function public.total() from public;
