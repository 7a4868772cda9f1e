-- every function known
create function public.un() returns int language sql set search_path = '' as 'select 1';
revoke all on all functions in schema public from anon, authenticated;
