-- a role that only looks like it
grant select on table public.depots to anonymiseur;
