-- the column stays writable
grant select, update on public.profils to authenticated;
revoke update (role, depot_id) on public.profils from authenticated;
