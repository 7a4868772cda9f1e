-- found: restrictive policies alone let nothing through
create table public.orders (id uuid primary key, tenant_id uuid);
alter table public.orders enable row level security;
create policy tenant on public.orders as restrictive for all to authenticated
  using (tenant_id = (select app.tenant_id()));
