-- found: the policy stands on "Orders", a table of its own
create table public.orders (id uuid primary key, owner_id uuid);
alter table public.orders enable row level security;
create policy orders_read on public."Orders" for select to authenticated using (owner_id = (select auth.uid()));
