-- found: its only policy is dropped at the end
create table public.orders (id uuid primary key, owner_id uuid);
alter table public.orders enable row level security;
create policy orders_read on public.orders for select to authenticated using (owner_id = (select auth.uid()));
drop policy orders_read on public.orders;
