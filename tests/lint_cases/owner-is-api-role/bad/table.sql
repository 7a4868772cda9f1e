-- a table
alter table public.depots owner to authenticated;
