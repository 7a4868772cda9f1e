-- anon got it by a default
-- also: default-privileges-open
alter default privileges in schema public grant execute on functions to anon;
create function public.total() returns int language sql set search_path = '' as 'select 1';
revoke execute on function public.total() from public;
