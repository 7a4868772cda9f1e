-- a server's role
grant truncate on table public.receptions to service_role;
