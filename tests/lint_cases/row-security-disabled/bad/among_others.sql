-- found: among other actions
alter table public.depots
  add column note text,
  disable row level security;
