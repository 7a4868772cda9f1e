-- new functions are not PUBLIC's
alter default privileges revoke execute on functions from public;
create function public.total() returns int language sql set search_path = '' as 'select 1';
revoke execute on function public.total() from anon;
