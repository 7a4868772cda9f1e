-- the privileges are named
grant select, insert, update, delete on table public.depots to authenticated;
