-- in a sub-query
create view public.comptes with (security_invoker = on) as
select p.nom, (select u.email from auth.users u where u.id = p.user_id) as email from public.profils p;
