-- the table is granted later
revoke update (role) on table public.profils from authenticated;
grant update on table public.profils to authenticated;
