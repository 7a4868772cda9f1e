-- "Anon" is not anon
grant select on table public.depots to "Anon";
