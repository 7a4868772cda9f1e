-- granted with all functions
create function public.cloturer() returns void language sql security definer set search_path = ''
as 'delete from public.brouillons';
revoke all on function public.cloturer() from public;
grant execute on all functions in schema public to authenticated;
