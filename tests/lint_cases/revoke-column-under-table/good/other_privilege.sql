-- SELECT on the table, UPDATE on the column
grant select on table public.profils to authenticated;
revoke update (role) on table public.profils from authenticated;
