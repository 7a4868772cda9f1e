-- one overload stays open
create function public.f(a int) returns int language sql set search_path = '' as 'select 1';
create function public.f(a text) returns int language sql set search_path = '' as 'select 1';
revoke execute on function public.f(int) from public;
revoke execute on function public.f(text) from authenticated;
