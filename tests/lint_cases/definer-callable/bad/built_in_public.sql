-- nobody revoked PUBLIC's EXECUTE
create function public.cloturer() returns void language sql security definer set search_path = ''
as 'delete from public.brouillons';
