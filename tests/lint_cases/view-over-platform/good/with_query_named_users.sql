-- a WITH query of that name
create view public.comptes with (security_invoker = on) as
with users as (select nom from public.profils) select nom from users;
