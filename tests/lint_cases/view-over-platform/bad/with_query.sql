-- in a WITH query
create view public.fichiers with (security_invoker = on) as
with f as (select name from storage.objects) select name from f;
