-- not found: the opposite
alter table public.depots enable row level security;
