-- a named role of users
grant select on table public.depots to authenticated;
