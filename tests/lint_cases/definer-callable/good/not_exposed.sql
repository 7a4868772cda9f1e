-- in a schema the gateway does not offer
create function app.cloturer() returns void language sql security definer set search_path = ''
as 'delete from public.brouillons';
