-- not found: enabled, with a policy
create table public.invoices (id uuid primary key, owner_id uuid not null);
alter table public.invoices enable row level security;
create policy invoices_read on public.invoices for select to authenticated using (owner_id = (select auth.uid()));
