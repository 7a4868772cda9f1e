-- found: a copy of another table has no row security of its own
create table public.invoices (id uuid primary key, owner_id uuid);
alter table public.invoices enable row level security;
create policy invoices_read on public.invoices for select to authenticated using (owner_id = (select auth.uid()));
create table public.invoices_backup as select * from public.invoices;
