-- ALL PRIVILEGES is the same
grant all privileges on public.depots, public.clients to authenticated;
