-- the function is gone
create function public.total() returns int language sql set search_path = '' as 'select 1';
revoke execute on function public.total() from anon;
drop function public.total();
