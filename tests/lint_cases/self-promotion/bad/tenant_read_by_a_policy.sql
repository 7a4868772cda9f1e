-- found: the tenant is what another policy scopes by, in a sub-select
create table public.users (id uuid primary key, name text, tenant_id uuid);
alter table public.users enable row level security;
create policy users_update on public.users for update to authenticated using (id = (select auth.uid()));
create policy invoices_read on public.invoices for select to authenticated
  using (tenant_id in (select u.tenant_id from public.users u where u.id = (select auth.uid())));
