-- the table is taken first
grant select, update on table public.profils to authenticated;
revoke update on table public.profils from authenticated;
grant update (nom_complet) on table public.profils to authenticated;
