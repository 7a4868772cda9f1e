-- a procedure
create procedure app.purger() language sql as 'delete from public.brouillons';
