-- not found: NO FORCE concerns the owner only
alter table public.depots no force row level security;
