-- accounts joined
create view public.comptes with (security_invoker = on) as
select p.nom, u.email from public.profils p join auth.users u on u.id = p.user_id;
