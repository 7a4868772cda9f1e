-- found: it is granted to users, who get nothing
create table public.orders (id uuid primary key);
alter table public.orders enable row level security;
revoke all on public.orders from public, anon, authenticated;
grant select on public.orders to authenticated;
