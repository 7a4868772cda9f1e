-- with its caller's rights
create function public.cloturer() returns void language sql security invoker set search_path = ''
as 'delete from public.brouillons';
