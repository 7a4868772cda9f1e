-- the column stays readable
grant select on table public.profils to authenticated;
revoke select (email) on table public.profils from authenticated;
