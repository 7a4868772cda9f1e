-- a grant of the column is taken
grant update (role, nom_complet) on table public.profils to authenticated;
revoke update (role) on table public.profils from authenticated;
