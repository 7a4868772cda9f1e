-- ALL on a table
grant all on table public.depots to authenticated;
