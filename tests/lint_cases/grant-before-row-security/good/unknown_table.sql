-- made elsewhere
grant select on table public.depots to authenticated;
