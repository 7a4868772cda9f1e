-- a procedure
create procedure app.purge() language sql security definer as 'delete from public.brouillons';
