-- a server's role may hold everything
grant all on table public.depots to service_role;
