-- for the server's role
create function public.cloturer() returns void language sql security definer set search_path = ''
as 'delete from public.brouillons';
revoke execute on function public.cloturer() from public;
grant execute on function public.cloturer() to service_role;
