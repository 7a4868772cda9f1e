-- The caller's own row, from profils alone: a join with the platform's accounts would fail for users.
create view public.current_user_profile with (security_invoker = true, security_barrier = true) as
select p.id, p.user_id, p.nom_complet, p.role, p.depot_id, p.email, p.created_at
from public.profils p
where p.user_id = (select app.user_id());
revoke all on table public.current_user_profile from public, anon, authenticated, service_role;
grant select on table public.current_user_profile to authenticated;
