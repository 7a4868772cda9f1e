-- the owner of migrations
alter table public.depots owner to depot_owner;
