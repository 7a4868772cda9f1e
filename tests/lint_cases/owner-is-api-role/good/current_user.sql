-- whoever runs it
alter table public.depots owner to current_user;
