-- found: enabled, and nobody gets anything
create table public.orders (id uuid primary key);
alter table public.orders enable row level security;
